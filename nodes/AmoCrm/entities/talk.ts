import { type Filter, idsFilter, recordsFilter } from '../fields/filters';
import { CONTACT, recordOf, TALK } from '../fields/targets';
import { optionIn, toBoolean } from '../fields/values';
import { contact } from './contact';
import { customer } from './customer';
import { dayOf, joined } from './labels';
import { lead } from './lead';
import { CARD_KINDS } from './places';
import { entity } from './types';

const KINDS = CARD_KINDS.filter(({ value }) => value === 'leads' || value === 'customers');

const kindFilter: Filter = {
	name: 'entityType',
	displayName: 'Linked Record Type',
	description: 'Return only talks on cards of this kind',
	property: { type: 'options', options: KINDS, default: 'leads' },
	condition: (value) => {
		const type = optionIn(KINDS, value).slice(0, -1);
		return { query: { filter: { entity_type: type } }, accepts: (row) => row.entity_type === type };
	},
};

/** That it is there at all is what counts for amoCRM. */
const onlyInWorkFilter: Filter = {
	name: 'onlyInWork',
	displayName: 'Only in Work',
	description: 'Whether to return only talks that are not closed',
	property: { type: 'boolean', default: true },
	condition: (value) => (toBoolean(value) ? { query: { filter: { only_in_work: 1 } }, accepts: (row) => row.is_in_work === true } : { query: {} }),
};

/** Conversations with clients in messengers. Source: extended facts 7.2. */
export const talk = entity({
	value: 'talk',
	displayName: 'Talk',
	about: 'A conversation with a client in a messenger',
	path: '/talks',
	id: { kind: 'number', key: 'talk_id' },
	picker: { search: 'local', names: 'contact', label: (row, contactOf) => joined(contactOf(row) || `Talk ${String(row.talk_id)}`, dayOf(row.updated_at), row.origin, row.is_in_work ? '' : 'closed') },
	filters: [
		idsFilter('talk_id', TALK, { name: 'ids', displayName: 'IDs From Data', description: 'Return only the talks with these IDs, as a list or separated by commas' }),
		recordsFilter('contact_id', CONTACT, { name: 'contacts', displayName: 'Contacts', description: 'Return only talks with the contacts that you pick' }),
		idsFilter('contact_id', CONTACT, {
			name: 'contactIds',
			displayName: 'Contacts From Data',
			description: 'Return only talks with these contacts, for an expression: IDs or links as a list, or separated by commas',
		}),
		kindFilter,
		recordsFilter('entity_id', ({ values: { entityType } }) => recordOf(entityType), {
			name: 'linkedRecords',
			displayName: 'Linked Records',
			needs: 'entityType',
			description: "Return only talks on the cards of the records that you pick; IDs need 'Linked Record Type' too",
		}),
		idsFilter('entity_id', ({ values: { entityType } }) => recordOf(entityType), {
			name: 'entityIds',
			displayName: 'Linked Records From Data',
			needs: 'entityType',
			description: "Return only talks on the cards of these records, for an expression: IDs or links as a list, or separated by commas; IDs need 'Linked Record Type' too",
		}),
		onlyInWorkFilter,
	],
	expands: [contact, customer, lead],
	list: { hasOwnOrder: true },
	needs: { plan: 'a plan that has chats', scope: 'for chats' },
});
