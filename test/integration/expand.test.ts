import type { IDataObject, INodeParameters } from 'n8n-workflow';

import type { World } from './world';
import { byId, FAST, manyItems, openWorld } from './world';

/** Leads and customers together with their contacts and companies, in full. */

let world: World;
let contacts: number[];
let company: number;

const create = async (resource: string, parameters: INodeParameters, items: IDataObject[]) => {
	const { error, rows } = await world.run({ resource, operation: 'create', options: { requestsPerSecond: 1000, batchSize: 250 }, ...parameters }, { items });
	if (error) throw error;
	return rows.map(({ json }) => json.id as number);
};
const read = async (operation: string, parameters: INodeParameters = {}, expand: unknown = ['contacts', 'companies'], items: IDataObject[] = [{}]) => {
	world.emulator.log.clear();
	return await world.run({ resource: 'lead', operation, returnAll: true, options: { ...FAST, expand } as never, ...parameters }, { items });
};

beforeEach(async () => {
	world = await openWorld();
	contacts = await create('contact', { name: '={{ $json.name }}', additionalFields: { phone: '={{ $json.phone }}', tags: 'vip' } }, manyItems(3, (n) => ({ name: `C ${n}`, phone: `+7912345678${n}` })));
	[company = 0] = await create('company', { name: 'Acme' }, [{}]);
});
afterEach(async () => await world.close());

const makeLeads = async (items: IDataObject[]) =>
	await create('lead', { name: '={{ $json.name }}', additionalFields: { contacts: { record: [{ recordId: '={{ $json.contacts }}' }] }, companyId: '={{ $json.company }}' } }, items);

it('simplified: lists of their own, the main contact marked, each lead its own copies', async () => {
	await makeLeads([{ name: 'A', contacts: [contacts[1], contacts[0]], company }, { name: 'B', contacts: [contacts[0]] }, { name: 'C', contacts: [] }]);
	const { rows, error } = await read('getAll');
	expect(error).toBeUndefined();
	expect(rows.map(({ json }) => [json.name, (json.contacts as IDataObject[]).map(({ name, is_main: main }) => [name, main]), (json.companies as IDataObject[]).map(({ name }) => name)])).toEqual([
		['A', expect.arrayContaining([['C 1', true], ['C 0', false]]), ['Acme']],
		['B', [['C 0', true]], []],
		['C', [], []],
	]);
	const [a, b] = rows.map(({ json }) => json.contacts as IDataObject[]);
	expect(b?.[0]).toMatchObject({ id: contacts[0], tags: ['vip'] });
	expect(JSON.stringify(b)).toContain('79123456780');
	expect(JSON.stringify(rows)).not.toMatch(/"(_links|account_id|custom_fields_values)"/);
	const same = a?.find(({ id }) => id === contacts[0]) as IDataObject;
	(same.tags as string[]).push('changed');
	expect(b?.[0]?.tags).toEqual(['vip']);
});

it('raw: in the place of the references', async () => {
	const [id] = await makeLeads([{ name: 'A', contacts: [contacts[0]], company }]);
	const { rows } = await read('get', { leadId: byId(id as number), simplify: false });
	expect(rows[0]?.json._embedded).toMatchObject({ contacts: [{ id: contacts[0], is_main: true, name: 'C 0', custom_fields_values: [{ field_code: 'PHONE' }] }], companies: [{ id: company, name: 'Acme' }] });
	const one = await read('get', { leadId: byId(id as number), simplify: false }, 'companies');
	expect(one.rows[0]?.json._embedded).toMatchObject({ companies: [{ name: 'Acme' }] });
	expect(world.requests('GET', '/contacts')).toEqual([]);
	const none = await read('get', { leadId: byId(id as number) }, []);
	expect(none.rows[0]?.json).not.toHaveProperty('contacts');
	expect(world.emulator.log.entries.filter(({ path }) => path.includes('companies'))).toEqual([]);
});

it('reads 250 in a request, each once', async () => {
	const many = await create('contact', { name: '={{ $json.name }}' }, manyItems(500, (n) => ({ name: `Many ${n}` })));
	const ids = await makeLeads(manyItems(500, (n) => ({ name: `L ${n}`, contacts: [many[n], many[(n * 7) % 500]], company })));
	const all = await read('getAll');
	expect(world.requests('GET', '/contacts').map(({ query }) => query.limit)).toEqual(['250', '250']);
	expect(world.emulator.log.entries.filter(({ path }) => path.includes('/companies'))).toHaveLength(1);
	for (const [n, { json }] of all.rows.entries()) expect((json.contacts as IDataObject[]).map(({ name }) => name).sort()).toEqual([...new Set([`Many ${n}`, `Many ${(n * 7) % 500}`])].sort());
	const each = await read('get', { leadId: { __rl: true, mode: 'id', value: '={{ $json.id }}' } }, ['contacts'], ids.map((id) => ({ id })));
	expect(each.rows.map(({ json }) => json.name)).toEqual(ids.map((_, n) => `L ${n}`));
	expect(world.requests('GET', '/contacts')).toHaveLength(2);
}, 60_000);

it('says of what is gone, and fails where it cannot be known', async () => {
	const [id] = await makeLeads([{ name: 'A', contacts: [contacts[0], contacts[1]], company }]);
	world.emulator.faults.add({ method: 'GET', path: /\/companies/, times: Infinity, action: { kind: 'status', status: 204 } });
	const { rows, hints } = await read('get', { leadId: byId(id as number) });
	expect(rows[0]?.json.companies).toEqual([{ id: company }]);
	expect(hints.map(({ message }) => message)).toEqual([expect.stringMatching(/^1 of the linked companies could not be read/)]);
	world.emulator.faults.clear();
	world.emulator.faults.add({ method: 'GET', path: /\/contacts/, times: Infinity, action: { kind: 'status', status: 403, body: { title: 'Forbidden', status: 403 } } });
	expect((await read('getAll')).error?.message).toContain('amoCRM does not allow this');
	world.emulator.faults.clear();
	expect((await read('getAll', {}, ['tags'])).error?.message).toMatch(/^'Expand': 'tags' is not possible/);
});

it('brings contacts of customers', async () => {
	await create('customer', { name: 'Buyer', nextDate: '2030-01-01T00:00:00Z', additionalFields: { contacts: { record: [{ recordId: byId(contacts[0] as number) }] } } }, [{}]);
	const { rows } = await world.run({ resource: 'customer', operation: 'getAll', options: { ...FAST, expand: ['contacts'] } as never });
	expect(rows[0]?.json).toMatchObject({ name: 'Buyer', contacts: [{ name: 'C 0' }] });
});
