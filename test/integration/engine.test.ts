import { dirname } from 'node:path';
import type { IDataObject } from 'n8n-workflow';

import type { World } from './world';
import { FAST, addLeads, byId, html, listLeads, manyItems, openWorld, shortly } from './world';

/** How requests are made: few, in turn, none twice, and told about. */

let world: World;

beforeEach(async () => {
	world = await openWorld();
});

afterEach(async () => await world.close());

const leads = () => [...world.emulator.account.leads.values()];

/** The logger that n8n-core uses: it may have a copy of the package of its own. */
function loggerOfN8n(): { debug: (message: string, details: object) => void } {
	const path = require.resolve('@n8n/backend-common', { paths: [dirname(require.resolve('n8n-core'))] });
	// eslint-disable-next-line @typescript-eslint/no-require-imports
	return require(path).Logger.prototype;
}

describe('reading', () => {
	it('a page that amoCRM cannot answer in time comes in smaller ones', async () => {
		const ids = await addLeads(world, 600);
		world.emulator.faults.add({ method: 'GET', path: '/api/v4/leads', times: 3, action: html(504) });
		const { rows, error } = await world.run(listLeads());
		expect(error).toBeUndefined();
		expect(rows.map(({ json }) => json.id)).toEqual(ids);
		const sizes = world.requests('GET', '/leads').map(({ query }) => Number(query.limit));
		expect(sizes.slice(0, 4)).toEqual([250, 250, 125, 125]);
		expect(Math.max(...sizes.slice(4))).toBeLessThanOrEqual(125);
	});

	it('a get of many that amoCRM cannot answer in time asks for fewer at once', async () => {
		const ids = await addLeads(world, 100);
		world.emulator.faults.add({ method: 'GET', path: '/api/v4/leads', times: 2, action: html(504) });
		const { rows, error } = await world.run(
			{ resource: 'lead', operation: 'get', leadId: byId('={{ $json.id }}'), options: FAST },
			{ items: ids.map((id) => ({ id })) },
		);
		expect(error).toBeUndefined();
		expect(rows.map(({ json }) => json.id)).toEqual(ids);
		expect(world.requests('GET', '/leads').map(({ query }) => Number(query.limit))).toEqual([100, 100, 50, 50]);
	});

	it('items with the same query share one list, others are read at once', async () => {
		await addLeads(world, 6, (index) => `Name ${index % 3}`);
		world.emulator.faults.add({ method: 'GET', path: '/api/v4/leads', times: 3, action: { kind: 'delay', ms: 400 } });
		const { rows } = await world.run(listLeads({ filters: { query: '={{ $json.text }}' } }), {
			items: [0, 1, 0, 2, 1, 0].map((number) => ({ text: `Name ${number}` })),
		});
		expect(world.requests('GET', '/leads')).toHaveLength(3);
		expect(world.mostAtOnce()).toBe(3);
		expect(rows.map(({ json, pairedItem }) => [json.name, (pairedItem as { item: number }).item])).toEqual(
			[0, 1, 0, 2, 1, 0].flatMap((number, item) => [[`Name ${number}`, item], [`Name ${number}`, item]]),
		);
		expect(rows[0]?.json).toEqual(rows[4]?.json);
		expect(rows[0]?.json).not.toBe(rows[4]?.json);
	});

	it('a list that fails is an error of its items only, under "continue on fail"', async () => {
		await addLeads(world, 1);
		world.emulator.faults.add({ method: 'GET', path: '/api/v4/leads', times: 1, action: { kind: 'status', status: 403, body: { status: 403, detail: 'No rights' } } });
		const result = await world.run(listLeads({ filters: { query: '={{ $json.text }}' } }), {
			items: [{ text: 'Lead' }, { text: 'Lead 0' }, { text: 'Lead' }],
			onError: 'continueRegularOutput',
		});
		expect(shortly(result).map(({ item }) => item)).toEqual([0, 1, 2]);
		expect(result.rows.filter(({ json }) => /does not allow this: No rights/.test(String(json.error))).length).toBeGreaterThan(0);
	});

	it('says so when records changed places while the pages were read, and holds each once', async () => {
		const ids = await addLeads(world, 500);
		const stop = world.emulator.log.onAnswer(({ path }) => {
			if (path !== '/api/v4/leads') return;
			stop();
			// A record before the first page moves every other one place on.
			const first = world.emulator.account.leads.get(ids[0] as number);
			if (!first) throw new Error('no lead');
			world.emulator.account.leads.add({ ...first, id: 1, name: 'Newcomer' });
		});
		const { rows, hints } = await world.run(listLeads());
		expect(rows.map(({ json }) => json.id)).toEqual(ids);
		expect(hints.map(({ message }) => message).join()).toContain('1 leads came twice, because records changed places');
	});

	it('filters names itself where the account ignores filters, and says so once', async () => {
		await addLeads(world, 300, (index) => (index % 100 === 7 ? `Special ${index}` : `Lead ${index}`));
		world.emulator.switches.isApiFilterEnabled = false;
		const { rows, hints } = await world.run(listLeads({ filters: { name: '={{ $json.name }}' } }), {
			items: [{ name: 'Special 7' }, { name: 'special' }, { name: 'nobody' }],
		});
		expect(rows.map(({ json }) => json.name)).toEqual(['Special 7', 'Special 7', 'Special 107', 'Special 207']);
		expect(hints.filter(({ message }) => /ignores list filters/.test(message))).toHaveLength(1);
	});
});

describe('writing', () => {
	it('Z5: completes 120 tasks in 3 requests', async () => {
		const { rows } = await world.run(
			{ resource: 'task', operation: 'create', text: '={{ $json.text }}', completeTill: '2030-01-01', options: FAST },
			{ items: manyItems(120, (index) => ({ text: `T${index}` })) },
		);
		const { error } = await world.run(
			{ resource: 'task', operation: 'complete', taskId: byId('={{ $json.id }}'), resultText: '={{ "Done " + $json.id }}', options: FAST },
			{ items: rows.map(({ json }) => ({ id: json.id })) as IDataObject[] },
		);
		expect(error).toBeUndefined();
		expect(world.requests('PATCH', '/tasks')).toHaveLength(3);
		for (const { json } of rows) {
			expect(world.emulator.account.tasks.get(json.id as number)).toMatchObject({ is_completed: true, result: { text: `Done ${String(json.id)}` } });
		}
	});

	it('a 504 on one batch of an update does not stop the others', async () => {
		const ids = await addLeads(world, 120);
		world.emulator.faults.add({ method: 'PATCH', path: '/api/v4/leads', times: 2, action: html(504) });
		const { error, rows } = await world.run(
			{ resource: 'lead', operation: 'update', leadId: byId('={{ $json.id }}'), updateFields: { price: 5 }, options: { ...FAST, maxRetries: 0 } },
			{ items: ids.map((id) => ({ id })) },
		);
		expect(error).toBeUndefined();
		expect(rows).toHaveLength(120);
		expect(leads().every(({ price }) => price === 5)).toBe(true);
	});
});

describe('what the user learns', () => {
	it('the cost of a big run, and nothing about a small one', async () => {
		const big = await world.run(
			{ resource: 'lead', operation: 'create', name: 'x', options: { requestsPerSecond: 1000, batchSize: 10 } },
			{ items: manyItems(1_000, () => ({})) },
		);
		expect(big.hints.map(({ message }) => message)).toEqual([
			expect.stringMatching(/^1,000 items in, 1,000 items out: 100 requests to amoCRM in \d+\.\d s\.$/),
		]);
		const small = await world.run({ resource: 'lead', operation: 'create', name: 'x' });
		expect(small.hints).toEqual([]);
	});

	it('requests, rows, waits and repetitions in the log of n8n', async () => {
		const debug = jest.spyOn(loggerOfN8n(), 'debug');
		world.emulator.faults.add({ method: 'GET', path: '/api/v4/leads', times: 1, action: html(503) });
		await world.run(listLeads());
		const entry = debug.mock.calls.find(([message]) => message === 'amoCRM: done')?.[1];
		debug.mockRestore();
		expect(entry).toMatchObject({ resource: 'lead', operation: 'getAll', items: 1, rows: 0, requests: 2, retries: 1, rateLimitAnswers: 0 });
		expect(entry).toMatchObject({ waitedMs: expect.any(Number), milliseconds: expect.any(Number) });
	});
});
