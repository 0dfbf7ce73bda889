import type { IDataObject, INodeParameters } from 'n8n-workflow';

import type { World } from './world';
import { addLeads, byId, FAST, listLeads, openWorld } from './world';

let world: World;
let leads: number[];

beforeAll(async () => {
	world = await openWorld();
	leads = await addLeads(world, 4);
});

beforeEach(() => world.emulator.log.clear());
afterEach(() => world.emulator.faults.clear());
afterAll(async () => await world.close());

/** Answers of a proxy, or of amoCRM out of order: none of them says that there is nothing. */
const BROKEN = [{ status: 402 }, {}, [], { _embedded: null }, { _embedded: [] }, { _embedded: { other: [] } }];

const answerWith = (path: string | RegExp, body: unknown, times = Infinity) =>
	world.emulator.faults.add({ method: 'GET', path, times, action: { kind: 'status', status: 200, body } });

const upsertContact: INodeParameters = { resource: 'contact', operation: 'upsert', matchBy: 'email', email: '={{ $json.email }}', name: 'Ann', options: FAST };

describe.each(BROKEN)('an answer of 200 with %j', (body) => {
	it.each([
		['the search', undefined],
		['the whole base', 'sweep'],
	])('makes no duplicate where it stands for %s of an upsert', async (_what, lookup) => {
		answerWith('/api/v4/contacts', body);
		const items = [{ email: 'ann@example.org' }, { email: 'bob@example.org' }];
		const { rows } = await world.run({ ...upsertContact, ...(lookup ? { options: { ...FAST, lookup } } : {}) }, { items, onError: 'continueRegularOutput' });
		expect(rows.map(({ json }) => String(json.error))).toEqual(items.map(() => expect.stringContaining('without the list of contacts') as string));
		expect(world.requests('POST', '/contacts')).toEqual([]);
	});

	it('is an error of a list and of a single record', async () => {
		answerWith(/^\/api\/v4\/leads/, body);
		expect((await world.run(listLeads())).error?.message).toMatch(/^amoCRM answered \(200\) without the list of leads/);
		const { error } = await world.run({ resource: 'lead', operation: 'get', leadId: byId(leads[0] as number) });
		expect(error?.message).toMatch(/^amoCRM answered \(200\) without the record \d+/);
	});

	it('is an error where the fields of the account are read', async () => {
		answerWith('/api/v4/leads/custom_fields', body);
		const parameters = { resource: 'lead', operation: 'create', name: 'x', customFields: { mappingMode: 'autoMapInputData', value: null } };
		const { error } = await world.run(parameters as INodeParameters, { items: [{ Budget: 5 }] });
		expect(error?.message).toMatch(/without the list of custom fields/);
		expect(world.requests('POST', '/leads')).toEqual([]);
	});
});

it('what is no record among the rows takes no other along, and is told', async () => {
	const rows: IDataObject[] = leads.map((id) => ({ id, name: `Lead ${id}`, custom_fields_values: null }));
	answerWith('/api/v4/leads', { _embedded: { leads: [rows[0], null, rows[1], 'x', rows[2], []] } });
	const { rows: read, error, hints } = await world.run(listLeads());
	expect(error).toBeUndefined();
	expect(read.map(({ json }) => json.id)).toEqual(leads.slice(0, 3));
	expect(hints.map(({ message }) => message).join()).toMatch(/no leads/);
});

it.each([
	['null entries of fields', { custom_fields_values: [null, { field_id: 5, field_name: 'Five', field_type: 'numeric', values: [null, { value: '7' }] }, 'x'] }, { Five: 7 }],
	['values that are no list', { custom_fields_values: [{ field_id: 5, field_name: 'Five', field_type: 'select', values: 'x' }] }, { Five: null }],
	['fields that are no list', { custom_fields_values: { 0: null } }, {}],
	['moments that do not exist', { created_at: 1e300, closed_at: 1e15 }, { created_at: 1e300, closed_at: 1e15 }],
	['null in what is embedded', { _embedded: { tags: [null, { name: 'vip' }], contacts: [null, { id: 3 }], companies: [null], loss_reason: null, elements: [null] } }, { tags: ['vip'], contact_ids: [3] }],
	['nothing embedded', { _embedded: null, price: 5 }, { price: 5 }],
])('%s take neither their row nor the others along', async (_what, extra, shown) => {
	answerWith('/api/v4/leads', { _embedded: { leads: [{ id: 1, name: 'A' }, { id: 2, name: 'B', ...extra }, { id: 3, name: 'C' }] } });
	const { rows, error } = await world.run(listLeads());
	expect(error).toBeUndefined();
	expect(rows.map(({ json }) => json.id)).toEqual([1, 2, 3]);
	expect(rows[1]?.json).toMatchObject(shown);
});

it('a list that answers the same page for ever ends with an error', async () => {
	answerWith('/api/v4/leads', { _links: { next: { href: 'next' } }, _embedded: { leads: leads.map((id) => ({ id })) } });
	const { error } = await world.run(listLeads());
	expect(error?.message).toMatch(/^amoCRM gives the same records again instead of the next page/);
	expect(world.requests('GET', '/leads').length).toBeLessThan(20);
});

describe('what is done with a record, or with what the account has one of', () => {
	const ACTIONS: Array<[string, INodeParameters, RegExp | string]> = [
		['a link', { resource: 'lead', operation: 'link', leadId: byId('={{ $json.id }}'), linkTo: 'companies', linkedId: byId(5) }, '/api/v4/leads/link'],
		['an unlink', { resource: 'lead', operation: 'unlink', leadId: byId('={{ $json.id }}'), linkTo: 'companies', linkedId: byId(5) }, '/api/v4/leads/unlink'],
		['a deletion', { resource: 'pipeline', operation: 'delete', pipelineId: byId(5) }, '/api/v4/leads/pipelines/5'],
		['a pin', { resource: 'note', operation: 'pin', entityType: 'leads', noteId: byId(4) }, '/api/v4/leads/notes/4/pin'],
		['a switch', { resource: 'user', operation: 'deactivate', userId: byId(4) }, '/api/v4/users/deactivate'],
		['a change of one row', { resource: 'pipeline', operation: 'update', pipelineId: byId(5), updateFields: { name: 'x' } }, '/api/v4/leads/pipelines/5'],
		['a setting', { resource: 'productSettings', operation: 'update', updateFields: { isEnabled: true } }, '/api/v4/catalogs/products/settings'],
		['a mode', { resource: 'account', operation: 'setCustomersMode', mode: 'segments' }, '/api/v4/customers/mode'],
		['a widget', { resource: 'widget', operation: 'install', widgetCode: byId('w') }, '/api/v4/widgets/w'],
	];
	it.each(ACTIONS)('%s is not said to be done by a broken answer', async (_what, parameters, path) => {
		for (const body of [...BROKEN, { title: 'Payment Required', status: 402 }, { error: 'internal' }, { id: 99, code: 'other' }]) {
			world.emulator.faults.clear();
			world.emulator.faults.add({ path, action: { kind: 'status', status: 200, body } });
			const { rows } = await world.run({ ...parameters, options: FAST }, { items: [{ id: leads[0] as number }], onError: 'continueRegularOutput' });
			expect([body, rows[0]?.json.error]).toEqual([body, expect.stringMatching(/not known|amoCRM accepted the request but its answer does not mention/)]);
		}
	});

	it.each<[INodeParameters, IDataObject]>([
		[{ resource: 'productSettings', operation: 'update', updateFields: { isEnabled: true } }, { is_enabled: true }],
		[{ resource: 'productSettings', operation: 'get' }, { is_enabled: true }],
		[{ resource: 'account', operation: 'setCustomersMode', mode: 'periodicity' }, { mode: 'periodicity', is_enabled: true }],
		[{ resource: 'account', operation: 'get' }, { id: expect.any(Number) as number }],
		[{ resource: 'tag', operation: 'create', entityType: 'leads', name: 'vip' }, { name: 'vip' }],
	])('a good answer to %j is taken', async (parameters, shown) => {
		const { rows, error } = await world.run({ ...parameters, options: FAST }, { items: [{}, {}] });
		expect(error).toBeUndefined();
		expect(rows.map(({ json }) => json)).toEqual([expect.objectContaining(shown), expect.objectContaining(shown)]);
	});

	it('changes of the one setting follow each other in the order of the items', async () => {
		const items = Array.from({ length: 12 }, (_, index) => ({ on: index % 2 === 1 }));
		world.emulator.faults.add({ method: 'PATCH', times: 1, action: { kind: 'delay', ms: 100 } });
		const { rows } = await world.run({ resource: 'productSettings', operation: 'update', updateFields: { isEnabled: '={{ $json.on }}' }, options: FAST }, { items });
		expect(rows.map(({ json }) => json.is_enabled)).toEqual(items.map(({ on }) => on));
		expect(world.requests('PATCH', '/catalogs/products/settings').map(({ body }) => (body as IDataObject).is_enabled)).toEqual(items.map(({ on }) => on));
	});

	it.each(['account', 'productSettings'])('%s without what it always has is an error', async (resource) => {
		for (const body of [...BROKEN, { id: 'new', is_enabled: 'x' }]) {
			world.emulator.faults.clear();
			world.emulator.faults.add({ method: 'GET', action: { kind: 'status', status: 200, body } });
			const { error } = await world.run({ resource, operation: 'get', options: FAST });
			expect(error?.message).toMatch(/^amoCRM answered \(200\) without/);
		}
	});
});
