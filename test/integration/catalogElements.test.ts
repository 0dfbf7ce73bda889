import type { IDataObject, INodeParameters } from 'n8n-workflow';

import type { World } from './world';
import { FAST, manyItems, openWorld } from './world';

let world: World;
let goods: number;
let services: number;
let sku: number;

async function post(path: string, body: unknown): Promise<IDataObject[]> {
	const answer = await fetch(`${world.emulator.url}/api/v4${path}`, {
		method: 'POST',
		headers: { Authorization: `Bearer ${world.account.accessToken}`, 'Content-Type': 'application/json' },
		body: JSON.stringify(body),
	});
	const { _embedded: embedded } = (await answer.json()) as { _embedded: Record<string, IDataObject[]> };
	return Object.values(embedded)[0] ?? [];
}

beforeAll(async () => {
	world = await openWorld({ seed: 'empty', rateLimit: false });
	[goods, services] = (await post('/catalogs', [{ name: 'Goods' }, { name: 'Services' }])).map(({ id }) => id as number) as [number, number];
	sku = (await post(`/catalogs/${goods}/custom_fields`, [{ name: 'Article', type: 'text', code: 'ARTICLE' }]))[0]?.id as number;
});

beforeEach(() => world.emulator.log.clear());

afterAll(async () => await world.close());

const element = (parameters: IDataObject): INodeParameters => ({ resource: 'catalogElement', options: FAST, ...parameters }) as INodeParameters;

describe('elements of lists', () => {
	it('go to the list of their item, 50 at a time', async () => {
		const { rows, error } = await world.run(element({ operation: 'create', catalogId: '={{ $json.list }}', name: '={{ $json.name }}' }), {
			items: manyItems(80, (index) => ({ list: index % 4 === 0 ? services : goods, name: `Element ${index}` })),
		});
		expect(error).toBeUndefined();
		expect(world.requests('POST', `/catalogs/${goods}/elements`)).toHaveLength(2);
		expect(world.requests('POST', `/catalogs/${services}/elements`)).toHaveLength(1);
		rows.forEach(({ json, pairedItem }, index) => {
			expect(pairedItem).toEqual({ item: index });
			expect(world.emulator.account.elements.get(json.id as number)).toMatchObject({ name: `Element ${index}`, catalog_id: index % 4 === 0 ? services : goods });
		});
		const one = await world.run(element({ operation: 'get', catalogId: goods, catalogElementId: rows[1]?.json.id as number }));
		expect(one.rows[0]?.json.name).toBe('Element 1');
		const all = await world.run(element({ operation: 'getAll', catalogId: goods, returnAll: true }));
		expect(all.rows).toHaveLength(60);
		const elsewhere = await world.run(element({ operation: 'get', catalogId: services, catalogElementId: rows[1]?.json.id as number }));
		expect(elsewhere.error?.message).toContain('was not found');
	});

	it('are created or updated by a field of the list', async () => {
		const upsert = (name: string) =>
			element({ operation: 'upsert', catalogId: goods, matchBy: 'customField', matchFieldId: sku, matchValue: '={{ $json.sku }}', name });
		const items = [{ sku: 'A-1' }, { sku: 'A-2' }, { sku: ' A-1 ' }];
		const first = await world.run(upsert('Table'), { items });
		expect(first.error).toBeUndefined();
		expect(first.rows.map(({ json }) => [json.action, json.duplicate_of_item])).toEqual([['created', undefined], ['created', undefined], ['created', 0]]);
		const again = await world.run(upsert('Table'), { items });
		expect(again.rows.map(({ json }) => json.action)).toEqual(['unchanged', 'unchanged', 'unchanged']);
		const renamed = await world.run(upsert('Oak table'), { items: [{ sku: 'A-2' }] });
		expect(renamed.rows[0]?.json).toMatchObject({ id: first.rows[1]?.json.id, action: 'updated', changed_fields: ['name'] });
	});

	it.each(['create', 'upsert'])('need a name: %s', async (operation) => {
		const match = operation === 'upsert' ? { matchBy: 'customField', matchFieldId: sku, matchValue: 'A-100' } : {};
		const { error } = await world.run(element({ operation, catalogId: goods, ...match, name: '={{ "" }}' }));
		expect(error?.message).toMatch(/^'Name' (must not be empty|is required but empty) \[item 0\]$/);
		expect(world.requests('POST', `/catalogs/${goods}/elements`)).toHaveLength(0);
	});

	it('are linked to a lead with their quantity', async () => {
		const [product] = (await world.run(element({ operation: 'create', catalogId: goods, name: 'Chair' }))).rows;
		const [lead] = (await world.run({ resource: 'lead', operation: 'create', name: 'Order' })).rows;
		const { error } = await world.run({
			resource: 'lead',
			operation: 'link',
			leadId: lead?.json.id as number,
			linkTo: 'catalog_elements',
			catalogId: goods,
			elementId: product?.json.id as number,
			quantity: 2.5,
		});
		expect(error).toBeUndefined();
		const read = await world.run({ resource: 'lead', operation: 'get', leadId: lead?.json.id as number, simplify: false, options: { with: ['catalog_elements'] } });
		const [linked] = (read.rows[0]?.json._embedded as { catalog_elements: IDataObject[] }).catalog_elements;
		expect(linked).toMatchObject({ id: product?.json.id, metadata: { quantity: 2.5, catalog_id: goods } });
	});

	it('need a list that there is', async () => {
		const { error } = await world.run(element({ operation: 'create', catalogId: 'Gods', name: 'X' }));
		expect(error?.message).toMatch(/^'List': there is no list 'Gods'\. .*Goods/);
		expect(world.emulator.log.entries.map(({ method, path }) => `${method} ${path}`)).toEqual(['GET /api/v4/catalogs']);
	});
});
