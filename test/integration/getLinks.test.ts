import type { IDataObject, INodeParameters } from 'n8n-workflow';

import type { World } from './world';
import { byId, FAST, manyItems, openWorld, shortly } from './world';

/** What records are linked to and who follows them, and elements that are linked from their own end. */

let world: World;
let leads: number[];
let contacts: number[];
let company: number;
let list: number;
let table: number;

const run = async (resource: string, operation: string, parameters: IDataObject, items: IDataObject[] = [{}], options = {}) =>
	await world.run({ resource, operation, options: FAST, ...parameters } as INodeParameters, { items, ...options });

async function created(resource: string, count: number, more: IDataObject = {}): Promise<number[]> {
	const { rows, error } = await run(resource, 'create', { name: '={{ $json.name }}', ...more }, manyItems(count, (index) => ({ name: `${resource} ${index}` })));
	if (error) throw error;
	return rows.map(({ json }) => json.id as number);
}

const ofEach = (ids: unknown[]) => ids.map((id) => ({ id }) as IDataObject);
const getLinks = async (ids: unknown[], parameters: IDataObject = {}, options = {}) => await run('lead', 'getLinks', { leadId: byId('={{ $json.id }}'), returnAll: true, ...parameters }, ofEach(ids), options);
const jsons = ({ rows, error }: Awaited<ReturnType<typeof run>>) => {
	if (error) throw error;
	return rows.map(({ json }) => json);
};

beforeAll(async () => {
	world = await openWorld({ seed: 'empty', rateLimit: false });
	[leads, contacts] = [await created('lead', 100), await created('contact', 100)];
	[company = 0] = await created('company', 1);
	[list = 0] = await created('catalog', 1);
	[table = 0] = await created('catalogElement', 1, { catalogId: byId(list) });
	await run('lead', 'link', { leadId: '={{ $json.lead }}', linkTo: 'contacts', linkedId: '={{ $json.contact }}' }, leads.map((lead, index) => ({ lead, contact: contacts[index] })));
	await run('lead', 'link', { leadId: leads[0], linkTo: 'companies', linkedId: company });
	await run('catalogElement', 'link', { catalogId: byId(list), catalogElementId: byId(table), linkTo: 'leads', linkedId: byId(leads[0] as number), quantity: 1.5 });
});

beforeEach(() => world.emulator.log.clear());
afterEach(() => world.emulator.faults.clear());
afterAll(async () => await world.close());

const all = () => [
	{ id: leads[0], entity_type: 'leads', to_entity_id: contacts[0], to_entity_type: 'contacts', is_main: true },
	{ id: leads[0], entity_type: 'leads', to_entity_id: company, to_entity_type: 'companies' },
	{ id: leads[0], entity_type: 'leads', to_entity_id: table, to_entity_type: 'catalog_elements', quantity: 1.5, catalog_id: list },
];

describe('links', () => {
	it('name both ends, with what is said of them', async () => {
		expect(jsons(await getLinks([leads[0]]))).toEqual(all());
		expect(jsons(await getLinks([leads[0]], { simplify: false }))[0]).toMatchObject({ entity_id: leads[0], metadata: { main_contact: true } });
		expect(jsons(await getLinks([leads[0]], { returnAll: false, limit: 2 }))).toHaveLength(2);
	});

	it('of 100 leads take one request, each lead in its place', async () => {
		const { rows } = await getLinks(leads);
		expect(world.emulator.log.entries).toHaveLength(1);
		expect(rows).toHaveLength(102);
		expect(rows.filter(({ json }) => json.to_entity_type === 'contacts').map(({ json, pairedItem }) => [pairedItem, json.id, json.to_entity_id])).toEqual(leads.map((lead, item) => [{ item }, lead, contacts[item]]));
	});

	it.each([200, 204] as const)('of a record without any are none, and a record that is not there is not found: %d', async (emptyLinksStatus) => {
		Object.assign(world.emulator.switches, { emptyLinksStatus });
		const [alone] = await created('lead', 1);
		expect(jsons(await getLinks([alone]))).toEqual([]);
		const mixed = await getLinks([leads[1], 99_999_999, alone, leads[2]], {}, { onError: 'continueRegularOutput' });
		expect(shortly(mixed)).toEqual([{ item: 0, id: leads[1] }, { item: 1, error: 'Lead 99999999 was not found [item 1]' }, { item: 3, id: leads[2] }]);
		expect((await getLinks([99_999_999])).error?.message).toBe('Lead 99999999 was not found [item 0]');
	});

	it('are filtered by the kind of record, by records and by the list; an ID goes along with its kind only', async () => {
		const filtered = async (filters: IDataObject) => jsons(await getLinks([leads[0]], { filters }));
		const [toContact, toCompany, toElement] = all();
		expect(await filtered({ linkTo: 'companies' })).toEqual([toCompany]);
		expect(await filtered({ linkTo: 'contacts', linkedIds: contacts[0] })).toEqual([toContact]);
		expect(await filtered({ linkTo: 'contacts', linkedIds: `${contacts[1]}, ${contacts[0]}` })).toEqual([toContact]);
		expect(await filtered({ linkTo: 'contacts', linkedIds: '={{ [] }}' })).toEqual([]);
		expect(await filtered({ linkTo: 'contacts', linkedRecords: { record: [{ recordId: byId(contacts[1] as number) }, { recordId: byId(contacts[0] as number) }] } })).toEqual([toContact]);
		expect(await filtered({ linkTo: 'catalog_elements', linkedRecords: { record: [{ recordId: byId(table) }] } })).toEqual([toElement]);
		expect(await filtered({ catalogId: byId(list) })).toEqual([toElement]);
		expect(await filtered({ catalogId: byId(list + 1) })).toEqual([]);
		for (const { query } of world.emulator.log.entries) expect('filter[to_entity_id]' in query).toBe('filter[to_entity_type]' in query);
		// Links of cards say their kind themselves.
		const card = (kind: string, id: unknown) => `${world.emulator.url}/${kind}/detail/${String(id)}`;
		expect(await filtered({ linkedIds: [card('contacts', contacts[0])] })).toEqual([toContact]);
		expect(await filtered({ linkedRecords: { record: [{ recordId: { __rl: true, mode: 'url', value: card(`catalogs/${list}`, table) } }] } })).toEqual([toElement]);
		const mixed = await getLinks([leads[0]], { filters: { linkedIds: [card('contacts', contacts[0]), card('companies', company)] } });
		expect(mixed.error?.message).toContain("'Linked Records From Data': the links lead to contacts and companies. Give those of one kind");
		const { error } = await getLinks([leads[0]], { filters: { linkedIds: 5 } });
		expect(error?.message).toContain("'Linked Records From Data' needs 'Linked Record Type' too");
	});

	it.each(['contact', 'company'])('of a %s are read from their end', async (resource) => {
		const id = resource === 'contact' ? contacts[0] : company;
		const rows = jsons(await run(resource, 'getLinks', { [`${resource}Id`]: byId(id as number), returnAll: true }));
		expect(rows).toContainEqual(expect.objectContaining({ id, to_entity_id: leads[0], to_entity_type: 'leads' }));
	});

	it('that cannot be read are an error, not nothing', async () => {
		world.emulator.faults.add({ method: 'GET', path: '/api/v4/leads/links', times: Infinity, action: { kind: 'status', status: 200, body: {} } });
		const { error, rows } = await getLinks([leads[0]]);
		expect(rows).toEqual([]);
		expect(error?.message).toContain('without the list of links');
	});
});

it('subscribers of each lead, and of one that is not there none', async () => {
	const get = async (ids: unknown[], options = {}) => await run('lead', 'getSubscribers', { leadId: byId('={{ $json.id }}') }, ofEach(ids), options);
	const { rows } = await get([leads[0], 99_999_999, leads[1]], { onError: 'continueRegularOutput' });
	const [user, subscriber] = [...world.emulator.account.users.values()].map(({ id, name }) => [id, name])[0] ?? [];
	expect(rows.map(({ json }) => json.error ?? json)).toEqual([
		{ id: leads[0], subscriber_id: user, subscriber, type: 'user' },
		'Lead 99999999 was not found [item 1]',
		{ id: leads[1], subscriber_id: user, subscriber, type: 'user' },
	]);
});

describe('an element', () => {
	const element = async (operation: string, parameters: IDataObject, items?: IDataObject[], options = {}) =>
		await run('catalogElement', operation, { catalogId: byId(list), catalogElementId: byId(table), ...parameters }, items, options);

	it('is linked to cards of any kind by the mass route of the cards, and unlinked', async () => {
		const items = [{ to: 'leads', id: leads[5] }, { to: 'companies', id: company }, { to: 'leads', id: leads[6] }];
		const linked = await element('link', { linkTo: 'leads', linkedId: byId('={{ $json.id }}'), quantity: '2,5' }, items.filter(({ to }) => to === 'leads'));
		expect(jsons(linked)).toEqual([5, 6].map((n) => ({ id: table, to_entity_type: 'leads', to_entity_id: leads[n], linked: true })));
		expect(world.requests('POST', '/leads/link').map(({ body }) => body)).toEqual([
			[5, 6].map((n) => ({ entity_id: leads[n], to_entity_type: 'catalog_elements', to_entity_id: table, metadata: { catalog_id: list, quantity: 2.5 } })),
		]);
		expect(world.emulator.account.links.between({ type: 'leads', id: leads[5] as number }, { type: 'catalog_elements', id: table })?.quantity).toBe(2.5);
		await element('link', { linkTo: 'companies', linkedId: byId(company) });
		expect(world.requests('POST', '/companies/link')).toHaveLength(1);
		expect(jsons(await element('unlink', { linkTo: 'leads', linkedId: byId(leads[5] as number) }))).toEqual([{ id: table, to_entity_type: 'leads', to_entity_id: leads[5], unlinked: true }]);
		expect(world.emulator.account.links.between({ type: 'leads', id: leads[5] as number }, { type: 'catalog_elements', id: table })).toBeUndefined();
	});

	it('shows what it is linked to, from its own end', async () => {
		await element('link', { linkTo: 'leads', linkedId: byId(leads[8] as number), quantity: 3 });
		const [alone] = await created('catalogElement', 1, { catalogId: byId(list) });
		world.emulator.log.clear();
		const read = async (ids: unknown[], more: IDataObject = {}, options = {}) => await element('getLinks', { catalogElementId: byId('={{ $json.id }}'), returnAll: true, ...more }, ofEach(ids), options);
		expect(jsons(await read([table]))).toContainEqual({ id: table, entity_type: 'catalog_elements', to_entity_id: leads[8], to_entity_type: 'leads', quantity: 3, catalog_id: list });
		expect(world.emulator.log.entries.map(({ path }) => path)).toEqual([`/api/v4/catalogs/${list}/elements/${table}/links`]);
		expect(jsons(await read([table], { filters: { linkTo: 'leads', linkedIds: leads[8] } }))).toHaveLength(1);
		expect(jsons(await read([table], { filters: { linkTo: 'contacts' } }))).toEqual([]);
		const mixed = await read([alone, 99_999_999, table], { returnAll: false, limit: 1 }, { onError: 'continueRegularOutput' });
		expect(shortly(mixed)).toEqual([{ item: 1, error: 'List Element 99999999 was not found [item 1]' }, { item: 2, id: table }]);
	});

	it('says which card it was not linked to, and goes on with the others', async () => {
		const { rows } = await element('link', { linkTo: 'leads', linkedId: byId('={{ $json.id }}') }, ofEach([leads[7], 99_999_999]), { onError: 'continueRegularOutput' });
		expect(rows.map(({ json }) => json.linked ?? json.error)).toEqual([true, expect.stringContaining(`List Element ${table} was not linked to Lead 99999999`)]);
	});

	it.each([
		[{ linkTo: 'tasks', linkedId: 5 }, "'Linked Record Type': 'tasks' is not possible"],
		[{ linkTo: 'leads', linkedId: 'x' }, "'Linked Record': 'x' is not an ID"],
		[{ linkTo: 'leads', linkedId: 5, quantity: 'many' }, "'Quantity': 'many' is not an amount"],
	])('%j is refused before any request', async (parameters, message) => {
		const { error } = await element('link', parameters);
		expect(error?.message).toContain(message);
		expect(world.emulator.log.entries).toHaveLength(0);
	});
});
