import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

import { credentialsOf, runNode } from './harness';
import type { World } from './world';
import { FAST, addLeads, byId, listLeads, manyItems, openWorld } from './world';

/** Defects of other nodes and libraries, by their number in our notes on them: how requests are made. */

let world: World;

beforeEach(async () => {
	world = await openWorld();
});

afterEach(async () => await world.close());

const leads = () => [...world.emulator.account.leads.values()];
const arrived = () => world.emulator.log.entries.map(({ method, path }) => `${method} ${path}`);

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
			let hangs = true;
			const hanging = slow.run({ resource: 'lead', operation: 'getAll' }).then(() => (hangs = false));
			const { error } = await world.run({ resource: 'lead', operation: 'getAll' });
			expect(error).toBeUndefined();
			expect(hangs).toBe(true);
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

	it('D18: never more than 7 requests in any second, over executions that run at once', async () => {
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
		await addLeads(world, 5);
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
		const ids = await addLeads(world, 100);
		const { error } = await world.run(
			{ resource: 'lead', operation: 'update', leadId: byId('={{ $json.id }}'), updateFields: { price: 1, companyId: company.rows[0]?.json.id as number }, options: FAST },
			{ items: ids.map((id) => ({ id })) },
		);
		expect(error).toBeUndefined();
		expect(arrived().sort()).toEqual([
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

	it('D2: an expression over all items still makes one lead for each item', async () => {
		await world.run(
			{ resource: 'lead', operation: 'create', name: '={{ JSON.stringify($input.all().map((item) => item.json.name)) }}' },
			{ items: manyItems(10, (index) => ({ name: `L${index}` })) },
		);
		expect(leads()).toHaveLength(10);
	});

	it('P8: an error keeps the status and the words of amoCRM', async () => {
		world.emulator.faults.add({ times: 1, action: { kind: 'status', status: 403, body: { title: 'Forbidden', status: 403, detail: 'Invalid scope' } } });
		const { error } = await world.run({ resource: 'lead', operation: 'getAll' });
		expect(error).toMatchObject({ httpCode: '403', message: 'amoCRM does not allow this: Invalid scope [item 0]' });
	});

	it('P9: whether a row is simplified is read for each item', async () => {
		const [first, second] = await addLeads(world, 2);
		const { rows } = await world.run(
			{ resource: 'lead', operation: 'get', leadId: byId('={{ $json.id }}'), simplify: '={{ $json.simple }}' },
			{ items: [{ id: first, simple: true }, { id: second, simple: false }] },
		);
		expect(rows.map(({ json }) => '_links' in json)).toEqual([false, true]);
	});

	it('P10: a write sends its batches and nothing besides', async () => {
		await addLeads(world, 0);
		await world.run({ resource: 'lead', operation: 'create', name: 'x', additionalFields: { price: 1 }, options: FAST }, { items: manyItems(100, () => ({})) });
		expect(arrived()).toEqual(['POST /api/v4/leads', 'POST /api/v4/leads']);
	});

	it('R2, R3: addresses hold the values of the parameters, and their prefix once', async () => {
		const [id] = await addLeads(world, 1);
		await world.run({ resource: 'note', operation: 'getAll', entityType: 'leads', filters: { entityId: byId(id as number) } });
		await world.run({ resource: 'note', operation: 'create', entityId: byId(id as number), text: 'x' });
		for (const path of arrived()) expect(path).toMatch(/^(GET|POST) \/api\/v4(\/[a-z_]+|\/\d+)+$/);
		expect(world.requests('POST', '/leads/notes')[0]?.body).toMatchObject([{ entity_id: id, params: { text: 'x' } }]);
	});

	it('R4: a task keeps its text, its deadline and its record', async () => {
		const [id] = await addLeads(world, 1);
		const { error } = await world.run({
			resource: 'task',
			operation: 'create',
			text: 'Call',
			completeTill: '2030-01-01T10:00:00Z',
			additionalFields: { entityType: 'leads', entityId: id as number },
		});
		expect(error).toBeUndefined();
		expect(world.requests('POST', '/tasks')[0]?.body).toMatchObject([{ text: 'Call', complete_till: Date.UTC(2030, 0, 1, 10) / 1000, entity_type: 'leads', entity_id: id }]);
	});

	it('Z16: a written row comes back with what was sent', async () => {
		const { rows } = await world.run({ resource: 'lead', operation: 'create', name: 'x', additionalFields: { price: 7 } });
		expect(rows[0]?.json).toMatchObject({ id: expect.any(Number), name: 'x', price: 7 });
	});

	it('HubSpot: "Return All" and "Include" are read for each item', async () => {
		await addLeads(world, 60);
		const { rows } = await world.run(listLeads({ returnAll: '={{ $json.all }}', limit: 2, options: { ...FAST, with: '={{ $json.with }}' } }), {
			items: [{ all: true, with: ['contacts'] }, { all: false, with: [] }],
		});
		expect(rows.map(({ pairedItem }) => (pairedItem as { item: number }).item)).toEqual([...Array(60).fill(0), 1, 1]);
		expect(world.requests('GET', '/leads').map(({ query }) => query.with ?? '').sort()).toEqual(['', 'contacts']);
	});

	it('amocrm-api-php: a request that is repeated after a 401 keeps its method and its body', async () => {
		const ids = await addLeads(world, 2);
		world.emulator.switches.strictRefreshRedirectUri = false;
		world.emulator.expireTokens();
		const parameters = { resource: 'lead', operation: 'update', leadId: byId('={{ $json.id }}'), updateFields: { price: 9 } };
		const { error } = await runNode({ account: world.account, parameters, items: ids.map((id) => ({ id })) }, credentialsOf(world.account));
		expect(error).toBeUndefined();
		expect(arrived()).toEqual(['PATCH /api/v4/leads', 'POST /oauth2/access_token', 'PATCH /api/v4/leads']);
		const [refused, taken] = world.requests('PATCH', '/leads');
		expect(taken?.body).toEqual(refused?.body);
		expect(leads().map(({ price }) => price)).toEqual([9, 9]);
	});
});
