import type { IDataObject, INodeParameters } from 'n8n-workflow';

import type { World } from './world';
import { byId, openWorld } from './world';

/** What people usually fill stands at the top of a new record; workflows of version 1 have it among the additional fields. */

let world: World;
let ids: { user: number; pipeline: number; stage: number; contacts: number[]; company: number; lead: number };

beforeAll(async () => {
	world = await openWorld({ seed: 'cards' });
	const { account } = world.emulator;
	const [, pipeline] = [...account.pipelines.values()] as Array<{ id: number; statuses: Array<{ id: number; type: number }> }>;
	const first = (kind: 'contacts' | 'companies' | 'leads') => [...account.entities(kind).keys()] as number[];
	ids = {
		user: [...account.users.keys()][1] as number,
		pipeline: pipeline?.id ?? 0,
		stage: pipeline?.statuses.find(({ type }) => type === 0)?.id ?? 0,
		contacts: first('contacts').slice(0, 3),
		company: first('companies')[0] ?? 0,
		lead: first('leads')[0] ?? 0,
	};
});
afterAll(async () => await world.close());
beforeEach(() => world.emulator.log.clear());

const PATHS: Record<string, string> = { lead: '/leads', contact: '/contacts', company: '/companies', task: '/tasks' };
const BASE: Record<string, IDataObject> = { lead: {}, contact: {}, company: {}, task: { text: 'Call back', completeTill: '2031-01-31T10:00:00Z' } };

interface Case {
	resource: string;
	/** As the form saves it; another value; as data may carry it. */
	field: string;
	values: () => [form: unknown, other: unknown, ofData: unknown];
	/** What goes along with it. */
	along?: () => IDataObject;
	said: string;
}

const CASES: Case[] = [
	{ resource: 'lead', field: 'price', values: () => ['1 500,50 ₽', 12, 1500.5], said: 'Price' },
	{ resource: 'lead', field: 'pipelineId', values: () => [byId(ids.pipeline), byId(1), String(ids.pipeline)], said: 'Pipeline' },
	{ resource: 'lead', field: 'statusId', values: () => [{ __rl: true, mode: 'list', value: `${ids.pipeline}:${ids.stage}` }, '1:142', `${ids.pipeline}:${ids.stage}`], said: 'Stage' },
	{ resource: 'lead', field: 'responsibleUserId', values: () => [byId(ids.user), byId(1), ids.user], said: 'Responsible User' },
	{ resource: 'lead', field: 'contacts', values: () => [rows([ids.contacts[0]]), rows([ids.contacts[1]]), rows([ids.contacts[0]])], said: 'Contacts' },
	{ resource: 'lead', field: 'companyId', values: () => [byId(ids.company), byId(1), ids.company], said: 'Company' },
	{ resource: 'contact', field: 'phone', values: () => ['+79120001122', '+79120003344', '+79120001122'], said: 'Phone' },
	{ resource: 'contact', field: 'email', values: () => ['a@example.com', 'b@example.com', ' a@example.com'], said: 'Email' },
	{ resource: 'contact', field: 'responsibleUserId', values: () => [byId(ids.user), byId(1), ids.user], said: 'Responsible User' },
	{ resource: 'contact', field: 'companyId', values: () => [byId(ids.company), byId(1), ids.company], said: 'Company' },
	{ resource: 'company', field: 'phone', values: () => ['+79120001122', '+79120003344', '+79120001122'], said: 'Phone' },
	{ resource: 'company', field: 'email', values: () => ['a@example.com', 'b@example.com', 'a@example.com'], said: 'Email' },
	{ resource: 'company', field: 'responsibleUserId', values: () => [byId(ids.user), byId(1), ids.user], said: 'Responsible User' },
	{ resource: 'task', field: 'taskTypeId', values: () => [2, 1, '2'], said: 'Task Type' },
	{ resource: 'task', field: 'responsibleUserId', values: () => [byId(ids.user), byId(1), ids.user], said: 'Responsible User' },
	{ resource: 'task', field: 'entityId', values: () => [byId(ids.lead), byId(1), ids.lead], along: () => ({ entityType: 'leads' }), said: 'Linked Record' },
];

const rows = (contacts: unknown[], main = -1) => ({ record: contacts.map((id, index) => ({ recordId: byId(id as number), isMain: index === main })) });

const create = async (resource: string, more: IDataObject, typeVersion = 2) =>
	await world.run({ resource, operation: 'create', name: 'New', ...BASE[resource], ...more } as INodeParameters, { typeVersion });

async function sent(resource: string, more: IDataObject, typeVersion = 2): Promise<unknown> {
	world.emulator.log.clear();
	const { error } = await create(resource, more, typeVersion);
	if (error) throw error;
	const paths = [PATHS[resource] as string, ...(resource === 'contact' ? ['/contacts/link'] : [])];
	const bodies = paths.flatMap((path) => world.requests('POST', path).map(({ body }) => body));
	// The new contact has another ID each time.
	return resource === 'contact' ? (JSON.parse(JSON.stringify(bodies).replace(/"entity_id":\d+,/g, '')) as unknown) : bodies;
}

const empty = { price: '', phone: '', email: '', statusId: { mode: 'list', value: '' }, taskTypeId: '' };

test.each(CASES)('$resource: $field at the top, or where version 1 has it', async ({ resource, field, values, along = () => ({}), said }) => {
	const [value, other, ofData] = values();
	const top = await sent(resource, { [field]: value, ...along() });
	expect(JSON.stringify(top)).not.toBe(JSON.stringify(await sent(resource, {})));
	for (const typeVersion of [1, 2]) {
		expect(await sent(resource, { additionalFields: { [field]: ofData, ...along() } }, typeVersion)).toEqual(top);
		// Both alike is no contradiction, and an empty place says nothing.
		if (field !== 'price') expect(await sent(resource, { [field]: value, ...along(), additionalFields: { [field]: ofData, ...along() } }, typeVersion)).toEqual(top);
		expect(await sent(resource, { ...empty, [field]: value, ...along(), additionalFields: { [field]: '' } }, typeVersion)).toEqual(top);
		world.emulator.log.clear();
		const { error } = await create(resource, { [field]: value, ...along(), additionalFields: { [field]: other } }, typeVersion);
		expect(error?.message).toContain(`'${said}' is '`);
		expect(error?.message).toContain("among 'Additional Fields'");
		expect(world.requests('POST', PATHS[resource] as string)).toHaveLength(0);
	}
});

describe('the kind of a linked record', () => {
	const task = async (more: IDataObject, typeVersion?: number) => ((await sent('task', more, typeVersion)) as IDataObject[][])[0]?.[0] ?? {};
	const url = (kind: string, id?: number) => ({ __rl: true, mode: 'url', value: `${world.emulator.url}/${kind}/detail/${id}` });

	test('says nothing while no record is linked', async () => {
		expect(await task({ entityType: 'contacts' })).not.toHaveProperty('entity_type');
		expect(await task({})).not.toHaveProperty('entity_type');
	});

	test('untouched gives way to what a workflow of version 1 says', async () => {
		const saved = { additionalFields: { entityType: 'contacts', entityId: byId(ids.contacts[0] ?? 0) } };
		for (const typeVersion of [1, 2]) expect(await task(saved, typeVersion)).toMatchObject({ entity_type: 'contacts', entity_id: ids.contacts[0] });
	});

	test('is in the link of a card', async () => {
		expect(await task({ entityId: url('contacts', ids.contacts[0]) })).toMatchObject({ entity_type: 'contacts', entity_id: ids.contacts[0] });
		expect(await task({ additionalFields: { entityId: url('companies', ids.company) } })).toMatchObject({ entity_type: 'companies', entity_id: ids.company });
	});

	test('is needed by an ID among the additional fields', async () => {
		const { error } = await create('task', { additionalFields: { entityId: byId(5) } }, 1);
		expect(error?.message).toMatch(/'Linked Record' needs '[^']+' too/);
	});
});

describe('contacts of a lead', () => {
	const contactsOf = async (more: IDataObject) => ((await sent('lead', more)) as Array<Array<{ _embedded?: { contacts?: unknown } }>>)[0]?.[0]?._embedded?.contacts;
	const [first, second, third] = [0, 1, 2];
	const shown = (...order: number[]) => order.map((index, place) => ({ id: ids.contacts[index], is_main: place === 0 }));

	test.each<[string, () => IDataObject, number[]]>([
		['rows, none marked', () => ({ contacts: rows(ids.contacts) }), [first, second, third]],
		['rows, the second marked', () => ({ contacts: rows(ids.contacts, 1) }), [second, first, third]],
		['one row with an expression that gives all', () => ({ contacts: { record: [{ recordId: byId(`={{ [${ids.contacts.join()}] }}`) }] } }), [first, second, third]],
		['rows as amoCRM gives them', () => ({ contacts: { record: [{ recordId: byId(`={{ ${JSON.stringify(ids.contacts.map((id, index) => ({ id, is_main: index === 2, name: 'x' })))} }}`) }] } }), [third, first, second]],
		['a text with commas', () => ({ contacts: { record: [{ recordId: byId(`={{ "${ids.contacts.join(', ')}" }}`) }] } }), [first, second, third]],
		['links of cards', () => ({ contacts: { record: [{ recordId: byId(`={{ ${JSON.stringify(ids.contacts.slice(0, 2).map((id) => `${world.emulator.url}/contacts/detail/${id}`))} }}`) }] } }), [first, second]],
		['an empty row that is marked', () => ({ contacts: { record: [{ recordId: { mode: 'list', value: '', __rl: true }, isMain: true }, { recordId: byId(ids.contacts[1] as number) }] } }), [second]],
		['what version 1 has in three fields', () => ({ additionalFields: { contactId: byId(ids.contacts[1] as number), contacts: rows([ids.contacts[0]]), contactIds: ids.contacts.join() } }), [second, first, third]],
		['the main one said twice', () => ({ contacts: rows(ids.contacts, 1), additionalFields: { contactId: byId(ids.contacts[1] as number) } }), [second, first, third]],
	])('%s', async (_, more, order) => {
		expect(await contactsOf(more())).toEqual(shown(...order));
	});

	test.each<[string, () => IDataObject, string]>([
		['two marked', () => ({ contacts: { record: ids.contacts.map((id) => ({ recordId: byId(id), isMain: true })) } }), 'cannot both be the main one'],
		['another main one in version 1', () => ({ contacts: rows(ids.contacts, 1), additionalFields: { contactId: byId(ids.contacts[0] as number) } }), 'cannot both be the main one'],
		['a mark on several', () => ({ contacts: { record: [{ recordId: byId(`={{ [${ids.contacts.join()}] }}`), isMain: true }] } }), 'as the main one. A lead has one'],
		['no ID', () => ({ contacts: { record: [{ recordId: byId('={{ [{ name: "Anna" }] }}') }] } }), 'has no ID of a contact'],
		['no mark', () => ({ contacts: { record: [{ recordId: byId(ids.contacts[0] as number), isMain: '=perhaps' }] } }), 'neither yes nor no'],
	])('%s is refused', async (_, more, said) => {
		const { error } = await create('lead', more());
		expect(error?.message).toContain("'");
		expect(error?.message).toContain(said);
		expect(world.requests('POST', '/leads')).toHaveLength(0);
	});

	test('on update the marked one is linked as the main one, the company stays beside', async () => {
		const { error } = await world.run({
			resource: 'lead', operation: 'update', leadId: byId(ids.lead), updateFields: { companyId: byId(ids.company), contacts: rows(ids.contacts, 1) },
		} as INodeParameters);
		expect(error).toBeUndefined();
		const [request] = world.requests('POST', '/leads/link');
		const to = (id: unknown, more = {}) => ({ entity_id: ids.lead, to_entity_id: id, to_entity_type: 'contacts', ...more });
		expect(request?.body).toEqual(expect.arrayContaining([to(ids.contacts[1], { metadata: { is_main: true } }), to(ids.contacts[0]), to(ids.contacts[2]), { entity_id: ids.lead, to_entity_id: ids.company, to_entity_type: 'companies' }]));
		expect(request?.body).toHaveLength(4);
	});
});
