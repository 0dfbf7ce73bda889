import { createServer, type AddressInfo, type Socket } from 'node:net';
import type { IDataObject } from 'n8n-workflow';

import type { FaultAction } from '../../emulator';
import { credentialsOf, runNode } from './harness';
import type { World } from './world';
import { FAST, html, manyItems, openWorld, shortly } from './world';

let world: World;

beforeEach(async () => {
	world = await openWorld();
});

afterEach(async () => await world.close());

const stored = () => [...world.emulator.account.leads.values()];

const CREATE = {
	resource: 'lead',
	operation: 'create',
	name: '={{ $json.name }}',
	additionalFields: { price: '={{ $json.price }}', statusId: '={{ $json.status }}' },
};

/** 120 items: some cannot be encoded, some are refused by amoCRM. */
const BAD_PARAMETER = [3, 64];
const REFUSED = [10, 11, 77, 119];
const mixedItems = () =>
	manyItems(120, (index) => ({
		name: `Lead ${index}`,
		price: BAD_PARAMETER.includes(index) ? 'much' : index,
		status: REFUSED.includes(index) ? 5 : '',
	}));

describe('a bad row', () => {
	it('does not sink the good ones under "continue on fail": each bad one is an error item in its place (peers D5, Z2, Z3)', async () => {
		const result = await world.run({ ...CREATE, options: FAST }, { items: mixedItems(), onError: 'continueRegularOutput' });
		expect(result.error).toBeUndefined();
		expect(result.rows).toHaveLength(120);
		const bad = [...BAD_PARAMETER, ...REFUSED];
		shortly(result).forEach((row, index) => {
			expect(row.item).toBe(index);
			expect(typeof row.id).toBe(bad.includes(index) ? 'undefined' : 'number');
		});
		expect(stored().map(({ name }) => name).sort()).toEqual(
			manyItems(120, (index) => ({ name: `Lead ${index}` }))
				.filter((_, index) => !bad.includes(index))
				.map(({ name }) => name)
				.sort(),
		);
		expect(result.rows[64]?.json.error).toBe("'Price': 'much' is not an amount. Give a number such as 1500 or 1500.50 [item 64]");
		expect(result.rows[77]?.json.error).toBe(
			"Lead was refused: 'Stage' (status_id, value 5): The value you selected is not a valid choice [item 77]",
		);
		// 118 good parameters in 3 batches, and each of the 3 again without its bad rows.
		expect(world.requests('POST', '/leads')).toHaveLength(6);
	});

	it('goes to the error output when there is one', async () => {
		const { rows, errorRows } = await world.run({ ...CREATE, options: FAST }, { items: mixedItems(), onError: 'continueErrorOutput' });
		expect(rows).toHaveLength(114);
		expect(rows.filter(({ json }) => 'error' in json)).toEqual([]);
		expect(errorRows.map(({ pairedItem }) => (pairedItem as { item: number }).item)).toEqual([3, 10, 11, 64, 77, 119]);
		// With a third key, or another second one, n8n 1.x would take it for a good row.
		expect(errorRows[0]?.json).toEqual({
			error: "'Price': 'much' is not an amount. Give a number such as 1500 or 1500.50 [item 3]",
			message: { description: 'Nothing was sent to amoCRM for this item.', cause: 'parameter', field: 'Price' },
		});
	});

	it('stops the run otherwise, and the error says what was written', async () => {
		const items = mixedItems().map((item) => ({ ...item, price: 1 }));
		const { error } = await world.run(CREATE, { items });
		expect(error?.message).toBe("Lead was refused: 'Stage' (status_id, value 5): The value you selected is not a valid choice [item 10]");
		expect(error?.description).toMatch(/None of the 120 items was written\./);
		expect(error?.context?.itemIndex).toBe(10);
		expect(stored()).toHaveLength(0);
	});

	it('Z9: with a bad parameter nothing is sent at all', async () => {
		const { error } = await world.run(CREATE, { items: mixedItems() });
		expect(error?.message).toMatch(/^'Price': 'much' is not an amount.*\[item 3\]$/);
		expect(world.emulator.log.entries).toHaveLength(0);
	});

	it('names the items that were written before', async () => {
		const items = manyItems(12, (index) => ({ name: `L${index}`, price: 1, status: index === 11 ? 5 : '' }));
		const { error } = await world.run({ ...CREATE, options: { batchSize: 4 } }, { items });
		const written = stored().length;
		expect(written).toBeGreaterThan(0);
		expect(error?.description).toContain(`Already written: ${written} of 12 items (items 0-${written - 1}; IDs `);
	});
});

describe('a failing connection', () => {
	it.each<[string, FaultAction]>([
		['504', html(504)],
		['500', html(500)],
		['a reset after the write', { kind: 'reset', when: 'after' }],
		['a cut-off answer', { kind: 'truncate' }],
	])('%s on a POST: one request, the outcome is unknown and said so (peers S1, P7)', async (_name, action) => {
		world.emulator.faults.add({ method: 'POST', path: '/api/v4/leads', times: 1, action });
		const result = await world.run(
			{ resource: 'lead', operation: 'create', name: 'x' },
			{ items: [{}, {}], onError: 'continueRegularOutput' },
		);
		expect(world.requests('POST', '/leads')).toHaveLength(1);
		expect(shortly(result).map(({ error }) => error)).toEqual([
			expect.stringMatching(/^Lead: it is not known whether amoCRM saved it\. .*\[item 0\]$/),
			expect.stringMatching(/\[item 1\]$/),
		]);
	});

	it.each<[string, FaultAction]>([
		['503', html(503)],
		['a reset', { kind: 'reset', when: 'before' }],
		['a cut-off answer', { kind: 'truncate' }],
	])('%s on a GET is repeated', async (_name, action) => {
		await world.run({ resource: 'lead', operation: 'create', name: 'x' });
		world.emulator.faults.add({ method: 'GET', path: '/api/v4/leads', times: 2, action });
		const { rows, error } = await world.run({ resource: 'lead', operation: 'getAll' });
		expect(error).toBeUndefined();
		expect(rows).toHaveLength(1);
		expect(world.requests('GET', '/leads')).toHaveLength(3);
	});

	it('a create over TLS to what speaks none, or hangs up on it: nothing was sent, and it says so', async () => {
		for (const greet of [(socket: Socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'), (socket: Socket) => socket.resetAndDestroy(), (socket: Socket) => socket.end()]) {
			const server = createServer((socket) => socket.on('error', () => undefined).once('data', () => greet(socket)));
			await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
			const domain = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
			const { error } = await runNode({ account: { ...world.account, domain }, parameters: { resource: 'lead', operation: 'create', name: 'x', options: { maxRetries: 0 } } });
			expect(error?.message).toMatch(/could not be reached \(\w+\): nothing was sent/);
			expect(`${error?.message} ${error?.description}`).not.toMatch(/not known/);
			server.close();
		}
	});

	it('a 429 is waited out, also on a POST', async () => {
		world.emulator.faults.add({ method: 'POST', path: '/api/v4/leads', times: 1, action: { kind: 'status', status: 429, html: '<html><body>nginx</body></html>', headers: { 'retry-after': '1' } } });
		const { error } = await world.run({ resource: 'lead', operation: 'create', name: 'x' });
		expect(error).toBeUndefined();
		expect(stored()).toHaveLength(1);
	});

	it('a 403 page (blocked account) is never repeated', async () => {
		world.emulator.faults.add({ times: 100, action: html(403) });
		const result = await world.run(
			{ resource: 'lead', operation: 'create', name: 'x', options: { batchSize: 1 } },
			{ items: [{}, {}, {}, {}, {}, {}, {}, {}], onError: 'continueRegularOutput' },
		);
		expect(result.rows).toHaveLength(8);
		expect(result.rows.every(({ json }) => /blocked API access/.test(String(json.error)))).toBe(true);
		expect(world.requests('POST', '/leads').length).toBeLessThanOrEqual(4);
	});

	it('a 504 on a PATCH is halved until it goes through', async () => {
		const { rows } = await world.run(CREATE, { items: manyItems(8, (index) => ({ name: `L${index}`, price: 1, status: '' })) });
		world.emulator.faults.add({ method: 'PATCH', path: '/api/v4/leads', times: 1, action: html(504) });
		const { error } = await world.run(
			{
				resource: 'lead',
				operation: 'update',
				leadId: { __rl: true, mode: 'id', value: '={{ $json.id }}' },
				updateFields: { name: '={{ $json.name }}' },
				options: { maxRetries: 0 },
			},
			{ items: rows.map(({ json }) => ({ id: json.id, name: `New ${String(json.id)}` })) as IDataObject[] },
		);
		expect(error).toBeUndefined();
		expect(world.requests('PATCH', '/leads').map(({ body }) => (body as unknown[]).length)).toEqual([8, 4, 4]);
		expect(stored().every(({ id, name }) => name === `New ${String(id)}`)).toBe(true);
	});
});

describe('the connection to the account', () => {
	it('renews an expired access token in the middle of a run, once', async () => {
		const credentials = credentialsOf(world.account);
		world.emulator.switches.strictRefreshRedirectUri = false;
		world.emulator.expireTokens();
		const { rows, error } = await runNode(
			{ account: world.account, parameters: { ...CREATE, options: { batchSize: 10 } }, items: manyItems(40, (index) => ({ name: `L${index}`, price: 1, status: '' })) },
			credentials,
		);
		expect(error).toBeUndefined();
		expect(rows).toHaveLength(40);
		expect(stored()).toHaveLength(40);
		expect(credentials.refreshes).toBe(1);
	});

	it('tells the user to reconnect when the refresh token is used up', async () => {
		world.emulator.expireTokens();
		const { error } = await runNode({
			account: { ...world.account, refreshToken: 'gone' },
			parameters: { resource: 'lead', operation: 'getAll' },
		});
		expect(error?.message).toMatch(/^amoCRM no longer accepts this credential/);
		expect(error?.description).toMatch(/connect the account again/);
	});

	it.each(['evil.com', 'https://mycompany.amocrm.ru@evil.com', '', 'http://10.0.0.1'])('refuses the domain %j before any request', async (domain) => {
		const { error } = await runNode({ account: { ...world.account, domain }, parameters: { resource: 'lead', operation: 'getAll' } });
		expect(error?.message).toContain("The 'Account Domain' of the credential is not the address of an amoCRM or Kommo account");
		expect(world.emulator.log.entries).toHaveLength(0);
	});

	it('never shows the token in an error', async () => {
		world.emulator.faults.add({ times: 100, action: { kind: 'status', status: 500, html: '<html><body>nginx</body></html>' } });
		const { run } = await world.run({ resource: 'lead', operation: 'create', name: 'x' });
		expect(JSON.stringify(run.data.resultData)).not.toContain(world.account.accessToken);
	});

	it('stops waiting when the execution is stopped', async () => {
		world.emulator.faults.add({ times: 1000, action: { kind: 'delay', ms: 200 } });
		await world.run(
			{ ...CREATE, options: { batchSize: 1, requestsPerSecond: 1 } },
			{ items: manyItems(20, (index) => ({ name: `L${index}`, price: 1, status: '' })), abortAfterMs: 500 },
		);
		const sent = world.emulator.log.entries.length;
		expect(sent).toBeLessThan(20);
		await new Promise((resolve) => setTimeout(resolve, 1500));
		expect(world.emulator.log.entries).toHaveLength(sent);
	});
});
