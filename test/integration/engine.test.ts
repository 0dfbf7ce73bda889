import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname } from 'node:path';
import type { IDataObject, INodeParameters } from 'n8n-workflow';

import type { FaultAction } from '../../emulator';
import { runNode } from './harness';
import type { World } from './world';
import { FAST, manyItems, openWorld, shortly } from './world';

/** How requests are made: few, in turn, none twice, and told about. Defects of other nodes go by their number in our notes on them. */

let world: World;

beforeEach(async () => {
	world = await openWorld();
});

afterEach(async () => await world.close());

const html = (status: number): FaultAction => ({ kind: 'status', status, html: '<html><body>nginx</body></html>' });
const leads = () => [...world.emulator.account.leads.values()];
const byId = (id: unknown) => ({ __rl: true, mode: 'id', value: id as string });
const listLeads = (extra: INodeParameters = {}) => ({ resource: 'lead', operation: 'getAll', returnAll: true, options: FAST, ...extra });

async function addLeads(count: number, name = (index: number) => `Lead ${index}`): Promise<number[]> {
	const { rows } = await world.run(
		{ resource: 'lead', operation: 'create', name: '={{ $json.name }}', options: { requestsPerSecond: 1000, batchSize: 250 } },
		{ items: manyItems(count, (index) => ({ name: name(index) })) },
	);
	world.emulator.log.clear();
	return rows.map(({ json }) => json.id as number);
}

/** The logger that n8n-core uses: it may have a copy of the package of its own. */
function loggerOfN8n(): { debug: (message: string, details: object) => void } {
	const path = require.resolve('@n8n/backend-common', { paths: [dirname(require.resolve('n8n-core'))] });
	// eslint-disable-next-line @typescript-eslint/no-require-imports
	return require(path).Logger.prototype;
}

describe('reading', () => {
	it('a page that amoCRM cannot answer in time comes in smaller ones', async () => {
		const ids = await addLeads(600);
		world.emulator.faults.add({ method: 'GET', path: '/api/v4/leads', times: 3, action: html(504) });
		const { rows, error } = await world.run(listLeads());
		expect(error).toBeUndefined();
		expect(rows.map(({ json }) => json.id)).toEqual(ids);
		const sizes = world.requests('GET', '/leads').map(({ query }) => Number(query.limit));
		expect(sizes.slice(0, 4)).toEqual([250, 250, 125, 125]);
		expect(Math.max(...sizes.slice(4))).toBeLessThanOrEqual(125);
	});

	it('a get of many that amoCRM cannot answer in time asks for fewer at once', async () => {
		const ids = await addLeads(100);
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
		await addLeads(6, (index) => `Name ${index % 3}`);
		world.emulator.faults.add({ method: 'GET', path: '/api/v4/leads', times: 3, action: { kind: 'delay', ms: 400 } });
		const started = Date.now();
		const { rows } = await world.run(listLeads({ filters: { query: '={{ $json.text }}' } }), {
			items: [0, 1, 0, 2, 1, 0].map((number) => ({ text: `Name ${number}` })),
		});
		expect(Date.now() - started).toBeLessThan(1_100);
		expect(world.requests('GET', '/leads')).toHaveLength(3);
		expect(rows.map(({ json, pairedItem }) => [json.name, (pairedItem as { item: number }).item])).toEqual(
			[0, 1, 0, 2, 1, 0].flatMap((number, item) => [[`Name ${number}`, item], [`Name ${number}`, item]]),
		);
		expect(rows[0]?.json).toEqual(rows[4]?.json);
		expect(rows[0]?.json).not.toBe(rows[4]?.json);
	});

	it('a list that fails is an error of its items only, under "continue on fail"', async () => {
		await addLeads(1);
		world.emulator.faults.add({ method: 'GET', path: '/api/v4/leads', times: 1, action: { kind: 'status', status: 403, body: { status: 403, detail: 'No rights' } } });
		const result = await world.run(listLeads({ filters: { query: '={{ $json.text }}' } }), {
			items: [{ text: 'Lead' }, { text: 'Lead 0' }, { text: 'Lead' }],
			onError: 'continueRegularOutput',
		});
		expect(shortly(result).map(({ item }) => item)).toEqual([0, 1, 2]);
		expect(result.rows.filter(({ json }) => /does not allow this: No rights/.test(String(json.error))).length).toBeGreaterThan(0);
	});

	it('says so when records changed places while the pages were read, and holds each once', async () => {
		const ids = await addLeads(500);
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
		await addLeads(300, (index) => (index % 100 === 7 ? `Special ${index}` : `Lead ${index}`));
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
		const ids = await addLeads(120);
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

describe('defects of other nodes that ours does not have', () => {
	it('D1: every item is sent with its own values', async () => {
		const { rows } = await world.run(
			{ resource: 'lead', operation: 'create', name: '={{ $json.name }}', options: FAST },
			{ items: manyItems(1_000, (index) => ({ name: `Lead ${index}` })) },
		);
		expect(new Set(leads().map(({ name }) => name)).size).toBe(1_000);
		rows.forEach(({ json, pairedItem }, index) => {
			expect(pairedItem).toEqual({ item: index });
			expect(world.emulator.account.leads.get(json.id as number)?.name).toBe(`Lead ${index}`);
		});
	});

	it('D18: one account never waits for another', async () => {
		const slow = await openWorld();
		try {
			slow.emulator.faults.add({ times: Infinity, action: { kind: 'delay', ms: 2_000 } });
			const hanging = slow.run({ resource: 'lead', operation: 'getAll' });
			const started = Date.now();
			const { error } = await world.run({ resource: 'lead', operation: 'getAll' });
			expect(error).toBeUndefined();
			expect(Date.now() - started).toBeLessThan(1_500);
			await hanging;
		} finally {
			await slow.close();
		}
	});

	it('S2, Z15: one 429 makes every execution of the account wait, and no other account', async () => {
		const other = await openWorld();
		try {
			world.emulator.faults.add({ times: 1, action: { kind: 'status', status: 429, headers: { 'retry-after': '2' } } });
			const first = world.run({ resource: 'lead', operation: 'getAll' });
			await new Promise((resolve) => setTimeout(resolve, 300));
			const [second] = await Promise.all([world.run({ resource: 'contact', operation: 'getAll' }), other.run({ resource: 'contact', operation: 'getAll' }), first]);
			expect(second.error).toBeUndefined();
			const [limited, ...later] = world.emulator.log.entries.map(({ at }) => at);
			expect(later.length).toBeGreaterThanOrEqual(2);
			for (const at of later) expect(at - (limited ?? 0)).toBeGreaterThanOrEqual(1_990);
			const [elsewhere] = other.emulator.log.entries.map(({ at }) => at);
			expect((elsewhere ?? 0) - (limited ?? 0)).toBeLessThan(1_500);
		} finally {
			await other.close();
		}
	});

	it('never more than 7 requests in any second, over executions that run at once', async () => {
		world.emulator.world.limiter.limits = { integration: 7, account: 50 };
		const runs = Array.from({ length: 3 }, async () =>
			await world.run({ resource: 'lead', operation: 'create', name: 'x', options: { batchSize: 1 } }, { items: manyItems(8, () => ({})) }),
		);
		const results = await Promise.all(runs);
		expect(results.every(({ rows }) => rows.length === 8)).toBe(true);
		expect(world.emulator.log.entries.filter(({ status }) => status === 429)).toHaveLength(0);
		expect(leads()).toHaveLength(24);
	});

	it('D20: the request keeps its own headers beside the access token', async () => {
		await world.run({ resource: 'lead', operation: 'create', name: 'x' });
		const { headers } = world.requests('POST', '/leads')[0] ?? { headers: {} as Record<string, string> };
		expect(headers.authorization).toMatch(/^Bearer /);
		expect(headers['content-type']).toContain('application/json');
	});

	it('D23: an error names the item, the field and the reason', async () => {
		const { error } = await world.run(
			{ resource: 'lead', operation: 'create', name: 'x', additionalFields: { lossReasonId: '={{ $json.reason }}' } },
			{ items: [{ reason: '' }, { reason: 77 }] },
		);
		expect(error?.message).toBe("Lead was refused: 'Loss Reason' (loss_reason_id, value 77): The value you selected is not a valid choice [item 1]");
		expect(error?.description).toContain('None of the 2 items was written.');
	});

	it('P1: a custom field is sent under field_id, and is really written', async () => {
		const field = [...world.emulator.account.customFields.values()].find(({ owner, type }) => owner === 'leads' && type === 'text');
		const { rows } = await world.run({
			resource: 'lead',
			operation: 'create',
			name: 'x',
			additionalFields: { customFieldsJson: JSON.stringify([{ field_id: field?.id, values: [{ value: 'own' }] }]) },
		});
		expect(world.emulator.account.leads.get(rows[0]?.json.id as number)?.custom_fields_values).toMatchObject([{ field_id: field?.id, values: [{ value: 'own' }] }]);
	});

	it('R1, R5: Return All, limit and filters reach amoCRM', async () => {
		await addLeads(5);
		await world.run(listLeads({ returnAll: false, limit: 2, filters: { priceFrom: 0 } }));
		expect(world.requests('GET', '/leads')[0]?.query).toMatchObject({ limit: '2', filter: { price: { from: '0' } } });
	});

	it('R9: a batch of one is still a list, without empty values', async () => {
		await world.run({ resource: 'task', operation: 'create', text: 'x', completeTill: '2030-01-01', additionalFields: { duration: '', responsibleUserId: '' } });
		expect(world.requests('POST', '/tasks')[0]?.body).toEqual([{ text: 'x', complete_till: expect.any(Number), request_id: '0' }]);
	});

	it('Z1: batches are on without any setting', async () => {
		await world.run({ resource: 'contact', operation: 'create', name: 'x' }, { items: manyItems(100, () => ({})) });
		expect(world.requests('POST', '/contacts')).toHaveLength(2);
	});

	it('Z4: links of an update go in batches too', async () => {
		const company = await world.run({ resource: 'company', operation: 'create', name: 'Acme' });
		const ids = await addLeads(100);
		const { error } = await world.run(
			{ resource: 'lead', operation: 'update', leadId: byId('={{ $json.id }}'), updateFields: { price: 1, companyId: company.rows[0]?.json.id as number }, options: FAST },
			{ items: ids.map((id) => ({ id })) },
		);
		expect(error).toBeUndefined();
		expect(world.emulator.log.entries.map(({ method, path }) => `${method} ${path}`).sort()).toEqual([
			'PATCH /api/v4/leads',
			'PATCH /api/v4/leads',
			'POST /api/v4/leads/link',
			'POST /api/v4/leads/link',
		]);
	});

	it('amocrm-js: Cyrillic letters survive answers that come in pieces, and a key named "status" is no error', async () => {
		const body = Buffer.from(JSON.stringify({ _embedded: { leads: [{ id: 1, name: 'Привет', status: 'Ё' }] } }));
		const server = createServer((_request, response) => {
			response.writeHead(200, { 'content-type': 'application/hal+json', 'content-length': body.length });
			let at = 0;
			const drip = () => (at < body.length ? response.write(body.subarray(at, ++at), () => setImmediate(drip)) : response.end());
			drip();
		});
		await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
		try {
			const domain = `http://localhost:${(server.address() as AddressInfo).port}`;
			const { rows, error } = await runNode({ account: { ...world.account, domain }, parameters: listLeads({ simplify: false }) });
			expect(error).toBeUndefined();
			expect(rows.map(({ json }) => json)).toEqual([{ id: 1, name: 'Привет', status: 'Ё' }]);
		} finally {
			server.close();
		}
	});
});
