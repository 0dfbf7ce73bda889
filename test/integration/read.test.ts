import type { IDataObject } from 'n8n-workflow';

import type { World } from './world';
import { FAST, manyItems, openWorld, shortly } from './world';

let world: World;
let leadIds: number[];

beforeAll(async () => {
	world = await openWorld();
	const { rows } = await world.run(
		{
			resource: 'lead',
			operation: 'create',
			name: '={{ $json.name }}',
			additionalFields: { price: '={{ $json.price }}', responsibleUserId: '={{ $json.user }}' },
			options: { ...FAST, batchSize: 250 },
		},
		{
			items: manyItems(620, (index) => ({
				name: index === 7 ? '123' : `Lead ${index}`,
				price: index,
				user: [...world.emulator.account.users.keys()][index % 2] as number,
			})),
		},
	);
	leadIds = rows.map(({ json }) => json.id as number);
});

beforeEach(() => {
	world.emulator.log.clear();
	world.emulator.switches.isApiFilterEnabled = true;
});

afterAll(async () => await world.close());

const list = (parameters: IDataObject) => ({ resource: 'lead', operation: 'getAll', options: FAST, ...parameters }) as never;

describe('get many', () => {
	it('returns all 620 leads as 620 items, in large pages (peers D3)', async () => {
		const { rows, error } = await world.run(list({ returnAll: true }));
		expect(error).toBeUndefined();
		expect(rows.map(({ json }) => json.id)).toEqual(leadIds);
		expect(rows.every(({ pairedItem }) => (pairedItem as { item: number }).item === 0)).toBe(true);
		const pages = world.requests('GET', '/leads');
		// A little less than 250 each, as they overlap.
		expect(pages.every(({ query }) => Number((query as IDataObject).limit) > 240)).toBe(true);
		// Three pages hold the leads; how many more are asked for at once depends on how busy the machine is.
		expect(pages.length).toBeLessThanOrEqual(9);
	});

	it.each(['full', 'always'] as const)('returns all of them where the last page has a next link: %s', async (nextLink) => {
		world.emulator.switches.nextLink = nextLink;
		const { rows, error } = await world.run(list({ returnAll: true }));
		world.emulator.switches.nextLink = 'exact';
		expect(error).toBeUndefined();
		expect(rows.map(({ json }) => json.id)).toEqual(leadIds);
	});

	it('reads no more than the limit', async () => {
		const { rows } = await world.run(list({ limit: 300 }));
		expect(rows).toHaveLength(300);
		expect(world.requests('GET', '/leads').map(({ query }) => Number((query as IDataObject).limit))).toEqual([150, 150]);
	});

	it('reads the same list once for several items, and pairs each with its own (peers HS)', async () => {
		const { rows } = await world.run(list({ limit: 3 }), { items: [{}, {}, {}] });
		expect(rows.map(({ pairedItem }) => (pairedItem as { item: number }).item)).toEqual([0, 0, 0, 1, 1, 1, 2, 2, 2]);
		expect(world.requests('GET', '/leads')).toHaveLength(1);
	});

	it('gives no item for an empty list (peers D4)', async () => {
		const { rows, error } = await world.run({ resource: 'contact', operation: 'getAll', returnAll: true });
		expect(error).toBeUndefined();
		expect(rows).toEqual([]);
	});

	it('sends one-sided ranges, numeric names and lists of users (peers D11, D12)', async () => {
		const user = [...world.emulator.account.users.keys()][0] as number;
		const priced = await world.run(list({ returnAll: true, filters: { priceFrom: 610, responsibleUserIds: [user] } }));
		expect(priced.rows.map(({ json }) => json.price)).toEqual([610, 612, 614, 616, 618]);
		expect(priced.hints).toEqual([]);
		const named = await world.run(list({ returnAll: true, filters: { name: '123' } }));
		expect(named.rows.map(({ json }) => json.name)).toEqual(['123']);
	});

	it('sends a stage with its pipeline (peers P3)', async () => {
		const pipeline = [...world.emulator.account.pipelines.keys()][0];
		await world.run(list({ filters: { statusIds: [`${String(pipeline)}:142`] } }));
		expect(world.requests('GET', '/leads')[0]?.query).toMatchObject({
			filter: { statuses: [{ pipeline_id: String(pipeline), status_id: '142' }] },
		});
		const bare = await world.run(list({ filters: { statusIds: ['142'] } }));
		expect(bare.error).toBeUndefined();
		const pipelines = [...world.emulator.account.pipelines.keys()];
		expect(world.requests('GET', '/leads').at(-1)?.query).toMatchObject({ filter: { statuses: pipelines.map((id) => ({ pipeline_id: String(id), status_id: '142' })) } });
	});

	it('filters by itself, and says so, when the account ignores filters', async () => {
		world.emulator.switches.isApiFilterEnabled = false;
		const { rows, hints } = await world.run(list({ limit: 4, filters: { priceFrom: 300 } }));
		expect(rows.map(({ json }) => json.price)).toEqual([300, 301, 302, 303]);
		expect(hints.map(({ message }) => message).join()).toMatch(/ignores list filters/);
	});

	it('compares the exact price, not the one that amoCRM cuts to whole units', async () => {
		const { rows: created } = await world.run({ resource: 'lead', operation: 'create', name: 'x', additionalFields: { price: 5000.5 } });
		world.emulator.switches.isApiFilterEnabled = false;
		const { rows } = await world.run(list({ returnAll: true, filters: { priceFrom: 5000.25 } }));
		world.emulator.account.leads.delete(created[0]?.json.id as number);
		expect(rows.map(({ json }) => json.price_with_minor_units)).toEqual([5000.5]);
	});

	it('finds nothing, and asks nothing, for an empty list of IDs', async () => {
		const { rows, error } = await world.run(list({ returnAll: true, filters: { ids: '={{ $json.ids }}' } }), { items: [{ ids: [] }, { ids: [leadIds[3]] }] });
		expect(error).toBeUndefined();
		expect(rows.map(({ json, pairedItem }) => [json.id, pairedItem])).toEqual([[leadIds[3], { item: 1 }]]);
		expect(world.requests('GET', '/leads')).toHaveLength(1);
	});

	it('takes a text that was cut inside an emoji', async () => {
		const { error } = await world.run(list({ filters: { query: 'x\ud83d' } }));
		expect(error).toBeUndefined();
		expect(world.requests('GET', '/leads')[0]?.query).toMatchObject({ query: 'x\ufffd' });
	});

	it('sorts, and refuses what amoCRM cannot sort by', async () => {
		const { rows } = await world.run(list({ limit: 2, sort: { field: 'id', direction: 'desc' } }));
		expect(rows.map(({ json }) => json.id)).toEqual([leadIds[619], leadIds[618]]);
		const ofVersion2 = await world.run(list({ limit: 2, sortBy: 'id:desc' }));
		expect(ofVersion2.rows.map(({ json }) => json.id)).toEqual(rows.map(({ json }) => json.id));
		const ofVersion1 = await world.run(list({ limit: 2, sort: { field: 'id', direction: 'desc' } }), { typeVersion: 1 });
		expect(ofVersion1.rows.map(({ json }) => json.id)).toEqual(rows.map(({ json }) => json.id));
		expect((await world.run(list({ sortBy: 'updated_at:asc', sort: { field: 'id', direction: 'desc' } }))).error?.message).toContain("'Sort By' is 'updated_at:asc' and 'Sort' is 'id:desc'");
		expect((await world.run(list({ sortBy: '={{ "price:asc" }}' }))).error?.message).toContain("'Sort By': 'price:asc' is not possible");
		const { error } = await world.run(list({ sort: { field: '={{ "price" }}' } }));
		expect(error?.message).toMatch(/^'Sort': 'price' is not possible\. Give one of: created_at, id, updated_at/);
	});

	it('finds by text', async () => {
		const { rows } = await world.run(list({ filters: { query: 'Lead 617' } }));
		expect(rows.map(({ json }) => json.name)).toContain('Lead 617');
	});

	it('returns open, completed or all tasks (peers D10)', async () => {
		await world.run(
			{
				resource: 'task',
				operation: 'create',
				text: '={{ $json.text }}',
				completeTill: '2026-12-31',
				additionalFields: { isCompleted: '={{ $json.done }}' },
			},
			{ items: manyItems(4, (index) => ({ text: `T${index}`, done: index % 2 === 0 })) },
		);
		const texts = async (filters: IDataObject) =>
			(await world.run({ resource: 'task', operation: 'getAll', filters: filters as never })).rows.map(({ json }) => json.text).sort();
		expect(await texts({})).toEqual(['T0', 'T1', 'T2', 'T3']);
		expect(await texts({ isCompleted: true })).toEqual(['T0', 'T2']);
		expect(await texts({ isCompleted: false })).toEqual(['T1', 'T3']);
	});

	it('takes tasks of leads in chosen stages, as pairs of pipeline and stage', async () => {
		const [pipeline, other] = [...world.emulator.account.pipelines.values()].map(({ id }) => id);
		const leads = await world.run(
			{ resource: 'lead', operation: 'create', name: 'Lead', additionalFields: { statusId: '={{ $json.stage }}' } },
			{ items: [{ stage: `${pipeline}:142` }, { stage: `${pipeline}:143` }] },
		);
		await world.run(
			{
				resource: 'task',
				operation: 'create',
				text: '={{ $json.text }}',
				completeTill: '2026-12-31',
				additionalFields: { entityType: 'leads', entityId: '={{ $json.lead }}' },
			},
			{ items: leads.rows.map(({ json }, index) => ({ text: ['won', 'lost'][index], lead: json.id })) },
		);
		world.emulator.log.clear();
		const texts = async (...stages: string[]) =>
			(await world.run({ resource: 'task', operation: 'getAll', filters: { leadStatusIds: stages } })).rows.map(({ json }) => json.text);
		expect(await texts(`${pipeline}:142`)).toEqual(['won']);
		expect(world.requests('GET', '/tasks')[0]?.query).toMatchObject({ filter: { lead_statuses: [{ pipeline_id: String(pipeline), status_id: '142' }] } });
		expect(await texts(`${pipeline}:142`, `${pipeline}:143`)).toEqual(['won', 'lost']);
		if (other !== undefined) expect(await texts(`${other}:142`)).toEqual([]);
	});
});

describe('get', () => {
	const get = (extra: IDataObject = {}) =>
		({ resource: 'lead', operation: 'get', leadId: { __rl: true, mode: 'id', value: '={{ $json.id }}' }, options: FAST, ...extra }) as never;

	it('D24, Z5: reads 400 leads by ID in 2 requests, each to its own item', async () => {
		const items = leadIds.slice(0, 400).reverse().map((id) => ({ id }));
		const { rows, error } = await world.run(get(), { items });
		expect(error).toBeUndefined();
		expect(rows.map(({ json }) => json.id)).toEqual(items.map(({ id }) => id));
		expect(rows.map(({ pairedItem }) => (pairedItem as { item: number }).item)).toEqual(items.map((_, index) => index));
		expect(world.requests('GET', '/leads')).toHaveLength(2);
	});

	it('reads one by one when the account ignores filters', async () => {
		world.emulator.switches.isApiFilterEnabled = false;
		const items = leadIds.slice(300, 310).map((id) => ({ id }));
		const { rows, error } = await world.run(get(), { items });
		expect(error).toBeUndefined();
		expect(rows.map(({ json }) => json.id)).toEqual(items.map(({ id }) => id));
	});

	it('says which item was not found, and goes on when asked to', async () => {
		const items = [{ id: leadIds[0] }, { id: 99 }, { id: leadIds[1] }];
		const stopped = await world.run(get(), { items });
		expect(stopped.error?.message).toBe('Lead 99 was not found [item 1]');
		const continued = await world.run(get(), { items, onError: 'continueRegularOutput' });
		expect(shortly(continued)).toEqual([
			{ item: 0, id: leadIds[0] },
			{ item: 1, error: 'Lead 99 was not found [item 1]' },
			{ item: 2, id: leadIds[1] },
		]);
	});

	it.each([['lead'], ['contact'], ['company'], ['task']])('a single missing %s is a clear error', async (resource) => {
		const { error } = await world.run({
			resource,
			operation: 'get',
			[`${resource}Id`]: { __rl: true, mode: 'id', value: '123' },
		});
		expect(error?.message).toMatch(/^(Lead|Contact|Company|Task) 123 was not found \[item 0\]$/);
	});

	it('gives items that ask for the same lead a record each', async () => {
		const { rows } = await world.run({ resource: 'lead', operation: 'get', leadId: String(leadIds[0]) }, { items: [{}, {}] });
		expect(rows[1]?.json).toEqual(rows[0]?.json);
		expect(rows[1]?.json).not.toBe(rows[0]?.json);
	});

	it('returns the raw record when asked to', async () => {
		const { rows } = await world.run(get({ simplify: false }), { items: [{ id: leadIds[0] }] });
		expect(rows[0]?.json).toHaveProperty('_embedded');
		const simple = await world.run(get(), { items: [{ id: leadIds[0] }] });
		expect(simple.rows[0]?.json).not.toHaveProperty('_embedded');
		expect(simple.rows[0]?.json.created_at).toMatch(/^\d{4}-\d\d-\d\dT/);
	});
});
