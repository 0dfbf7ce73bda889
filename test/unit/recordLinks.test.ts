import { readId } from '../../nodes/AmoCrm/operations/parameters';
import type { Entity, Run } from '../../nodes/AmoCrm/operations/types';
import { lead } from '../../nodes/AmoCrm/resources/lead';

/** What a person pastes for a lead of the account `mycompany`. */
const read = (value: unknown, entity: Entity = lead.entity): number =>
	readId({ parameter: () => ({ __rl: true, mode: 'url', value }), client: { baseUrl: 'https://mycompany.amocrm.ru' } } as unknown as Run, entity, 0);

it.each([
	'https://mycompany.amocrm.ru/leads/detail/7000001',
	' https://mycompany.amocrm.ru/leads/detail/7000001?compact=yes#tab ',
	'https://MyCompany.amocrm.com/leads/detail/7000001/',
	'https://mycompany.kommo.com/leads/detail/7000001',
	'https://mycompany.amocrm.ru/api/v4/leads/7000001?page=1',
	'7000001',
])('%s is the lead', (link) => {
	expect(read(link)).toBe(7000001);
});

it.each([
	['https://mycompany.amocrm.ru/contacts/detail/5', "'Lead': 'https://mycompany.amocrm.ru/contacts/detail/5' is not the link of a lead."],
	['https://mycompany.amocrm.ru/leads/pipeline/5', 'is not the link of a lead.'],
	['https://other.amocrm.ru/leads/detail/5', "is a link of the account 'other', but the credential is for 'mycompany'."],
	['', "'Lead': '' is not an ID."],
])('%s is refused', (link, message) => {
	expect(() => read(link)).toThrow(message);
});
