import { startEmulator, type Emulator } from './index';
import * as options from './options';

/** The main paths over HTTP; the facts, section by section, are test/conformance/facts. */

interface Answer {
	status: number;
	type: string;
	body: Record<string, unknown> & { _embedded?: Record<string, Record<string, unknown>[]> };
}

let emulator: Emulator;
let token: string;

async function call(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer> {
	const response = await fetch(`${emulator.url}${path}`, {
		method,
		headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...headers },
		body: body === undefined ? undefined : JSON.stringify(body),
	});
	const text = await response.text();
	const type = response.headers.get('content-type') ?? '';
	return { status: response.status, type, body: type.includes('json') ? JSON.parse(text) : { text } };
}

const rows = (answer: Answer, key: string) => answer.body._embedded?.[key] ?? [];

beforeEach(async () => {
	emulator = await startEmulator({ language: 'en' });
	token = emulator.issueToken().accessToken;
});

afterEach(() => emulator.close());

describe('OAuth', () => {
	const { DEFAULT_CLIENT_ID: client_id, DEFAULT_REDIRECT_URI: redirect_uri } = options;

	it('explains a redirect_uri that is not the registered one', async () => {
		const response = await fetch(`${emulator.url}/oauth?client_id=${client_id}&redirect_uri=http://other.example/cb`);
		expect(response.status).toBe(400);
		const page = await response.text();
		expect(page).toContain(redirect_uri);
		expect(page).toContain('--redirect-uri http://other.example/cb');
	});
});

describe('entities', () => {
	it('creates, reads, pages, updates and finds leads', async () => {
		const leads = Array.from({ length: 60 }, (_, index) => ({ name: `Lead ${index}`, price: index + 0.5 }));
		const created = await call('POST', '/api/v4/leads', leads);
		expect(created).toMatchObject({ status: 200, type: 'application/hal+json' });
		expect(rows(created, 'leads')[59]).toMatchObject({ request_id: '59' });
		expect(emulator.account.leads.size).toBe(60);
		const id = Number(rows(created, 'leads')[7]?.id);
		const one = await call('GET', `/api/v4/leads/${id}?with=contacts`);
		expect(one.body).toMatchObject({ name: 'Lead 7', price: 7, price_with_minor_units: 7.5, custom_fields_values: null, _embedded: { contacts: [] } });
		const page = await call('GET', '/api/v4/leads?limit=25&page=3&order[id]=asc');
		expect(rows(page, 'leads')).toHaveLength(10);
		expect(page.body._links).not.toHaveProperty('next');
		expect((await call('GET', '/api/v4/leads?limit=500')).body._links).toMatchObject({ self: { href: expect.stringContaining('limit=250') } });
		const patched = await call('PATCH', `/api/v4/leads/${id}`, { status_id: 142 });
		expect(patched.status).toBe(200);
		expect(emulator.account.leads.get(id)).toMatchObject({ name: 'Lead 7', status_id: 142, closed_at: expect.any(Number) });
		expect(rows(await call('GET', '/api/v4/leads?query=lead 59'), 'leads')).toHaveLength(1);
		expect(rows(await call('GET', `/api/v4/leads?filter[id][]=${id}`), 'leads')).toHaveLength(1);
		emulator.switches.isApiFilterEnabled = false;
		expect(rows(await call('GET', `/api/v4/leads?filter[id][]=${id}`), 'leads')).toHaveLength(50);
	});

	it('refuses the whole batch when one field is wrong, naming the item', async () => {
		const answer = await call('POST', '/api/v4/leads', [
			{ name: 'good' },
			{ name: 'bad', request_id: 'x', custom_fields_values: [{ field_id: 1, values: [{ value: 'y' }] }] },
			{ status_id: 5, price: 'a lot' },
		]);
		expect(answer).toMatchObject({ status: 400, type: 'application/problem+json' });
		expect(answer.body['validation-errors']).toEqual([
			{ request_id: 'x', errors: [expect.objectContaining({ code: 'NotSupportedChoice', path: 'custom_fields_values.0.field_id' })] },
			{ request_id: '2', errors: [expect.objectContaining({ code: 'InvalidType', path: 'price' })] },
		]);
		expect(emulator.account.leads.size).toBe(0);
	});

	it('answers 204 for nothing, 404 for no route, 405 for no verb', async () => {
		expect(await call('GET', '/api/v4/leads')).toMatchObject({ status: 204 });
		expect(await call('GET', '/api/v4/contacts/5')).toMatchObject({ status: 204 });
		expect(await call('GET', '/api/v4/nothing?a=1')).toMatchObject({
			status: 404,
			body: { detail: `Cannot GET ${emulator.url}/api/v4/nothing?a=1!` },
		});
		expect(await call('DELETE', '/api/v4/leads')).toMatchObject({ status: 405, body: { text: '' } });
	});

	it('keeps contact phones, tags and links', async () => {
		const contact = rows(
			await call('POST', '/api/v4/contacts', [
				{ first_name: 'Ann', last_name: 'Lee', tags_to_add: [{ name: 'vip' }], custom_fields_values: [{ field_code: 'PHONE', values: [{ value: '+1555', enum_code: 'MOB' }] }] },
			]),
			'contacts',
		)[0]?.id;
		const read = await call('GET', `/api/v4/contacts/${contact}`);
		expect(read.body).toMatchObject({ name: 'Ann Lee', custom_fields_values: [{ field_code: 'PHONE', values: [{ value: '+1555', enum_code: 'MOB' }] }] });
		expect(rows(read, 'tags')).toMatchObject([{ name: 'vip' }]);
		const lead = rows(await call('POST', '/api/v4/leads', [{ name: 'with contact' }]), 'leads')[0]?.id;
		const link = await call('POST', `/api/v4/leads/${lead}/link`, [{ to_entity_id: contact, to_entity_type: 'contacts', metadata: { is_main: true } }]);
		expect(rows(link, 'links')).toMatchObject([{ entity_id: lead, metadata: { main_contact: true } }]);
		expect((await call('GET', `/api/v4/contacts/${contact}?with=leads`)).body._embedded).toMatchObject({ leads: [{ id: lead }] });
		const unlink = [{ entity_id: lead, to_entity_id: contact, to_entity_type: 'contacts' }];
		expect(await call('POST', '/api/v4/leads/unlink', unlink)).toMatchObject({ status: 204 });
	});

	it('completes tasks and keeps closest_task_at', async () => {
		const lead = rows(await call('POST', '/api/v4/leads', [{}]), 'leads')[0]?.id;
		const made = await call('POST', '/api/v4/tasks', [{ text: 'Call', complete_till: 1_900_000_000, entity_id: lead, entity_type: 'leads' }]);
		const id = rows(made, 'tasks')[0]?.id;
		expect((await call('GET', `/api/v4/tasks/${id}`)).body).toMatchObject({ result: [], is_completed: false, task_type_id: 1 });
		expect((await call('GET', `/api/v4/leads/${lead}`)).body).toMatchObject({ closest_task_at: 1_900_000_000 });
		await call('PATCH', `/api/v4/tasks/${id}`, { is_completed: true, result: { text: 'done' } });
		expect((await call('GET', `/api/v4/tasks/${id}`)).body).toMatchObject({ result: { text: 'done' }, is_completed: true });
		expect((await call('GET', `/api/v4/leads/${lead}`)).body).toMatchObject({ closest_task_at: null });
		expect(await call('POST', '/api/v4/tasks', [{ text: 'no deadline' }])).toMatchObject({ status: 400 });
	});
});

describe('limits and faults', () => {
	const timed = async (path: string) => {
		const started = performance.now();
		const answer = await call('GET', path);
		return { path, ms: performance.now() - started, answer };
	};

	it('lets one group of routes answer late', async () => {
		await call('POST', '/__emulator/latency', { ms: 1_500, pathPattern: '^/api/v4/users' });
		const users = timed('/api/v4/users');
		const first = await Promise.race([users, timed('/api/v4/account')]);
		expect(first.path).toBe('/api/v4/account');
		// Node's timers may come a millisecond early.
		expect((await users).ms).toBeGreaterThan(1_490);
	});

	it.each(['delay', 'slow'])('answers late once by the fault plan %s, and whole', async (kind) => {
		await call('POST', '/__emulator/faults', { path: '/api/v4/account', action: { kind, ms: 200 } });
		const late = await timed('/api/v4/account');
		expect(late.ms).toBeGreaterThan(190);
		expect(late.answer).toMatchObject({ status: 200, body: { subdomain: 'demo' } });
	});

	it('answers 429 in HTML above 7 requests in any second', async () => {
		emulator.world.limiter.limits = { integration: 7, account: 50 };
		const statuses = await Promise.all(Array.from({ length: 9 }, async () => (await call('GET', '/api/v4/account')).status));
		expect(statuses.filter((status) => status === 429)).toHaveLength(2);
		await emulator.clock.advance(1_000);
		expect((await call('GET', '/api/v4/account')).status).toBe(200);
	});

	it('plays fault plans: status, resets before and after, truncation', async () => {
		const path = '/api/v4/leads';
		emulator.faults.add({ path, action: { kind: 'status', status: 502, html: '<h1>502</h1>' } });
		expect(await call('POST', path, [{}])).toMatchObject({ status: 502, type: 'text/html' });
		emulator.faults.add({ path, action: { kind: 'reset', when: 'before' } });
		await expect(call('POST', path, [{}])).rejects.toThrow();
		expect(emulator.account.leads.size).toBe(0);
		emulator.faults.add({ path, action: { kind: 'reset', when: 'after' } });
		await expect(call('POST', path, [{}])).rejects.toThrow();
		expect(emulator.account.leads.size).toBe(1);
		emulator.faults.add({ path, skip: 1, action: { kind: 'truncate' } });
		expect((await call('GET', path)).status).toBe(200);
		await expect(call('GET', path)).rejects.toThrow(/JSON/);
		expect(emulator.log.of('POST', path).map(({ status }) => status)).toEqual([502, 0, 0]);
	});

	it('is driven over HTTP too', async () => {
		const control = (path: string, body: unknown) => call('POST', `/__emulator${path}`, body);
		await control('/faults', { pathPattern: '^/api/v4/l', times: 2, action: { kind: 'status', status: 500 } });
		expect((await call('GET', '/api/v4/leads')).status).toBe(500);
		await control('/switches', { missingTaskStatus: 204 });
		expect((await call('GET', '/api/v4/tasks/1')).status).toBe(204);
		expect(await control('/switches', { nonsense: 1 })).toMatchObject({ status: 400 });
		await control('/expire-tokens', {});
		expect((await call('GET', '/api/v4/account')).status).toBe(401);
		expect((await call('GET', '/__emulator/log')).body).toHaveLength(3);
		expect((await control('/clock', { advance: 1_000 })).body.now).toBeGreaterThan(Date.now());
	});
});

it('tokens of the people of the seed outlive a reset, those of people made since do not', async () => {
	const api = (token: string, method: string, path: string, body?: unknown) =>
		fetch(`${emulator.url}${path}`, { method, headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' }, body: body === undefined ? undefined : JSON.stringify(body) });
	const [, second] = emulator.account.users.values();
	const tokens = [emulator.issueToken().accessToken, emulator.issueToken({ userId: second?.id }).accessToken];
	const made = await api(tokens[0] ?? '', 'POST', '/api/v4/users', [{ name: 'New', email: 'new@demo.example', password: 'Secret1' }]);
	const { id } = ((await made.json()) as { _embedded: { users: { id: number }[] } })._embedded.users[0] ?? { id: 0 };
	tokens.push(emulator.issueToken({ userId: id }).accessToken);
	await api('', 'POST', '/__emulator/reset');
	const answers = await Promise.all(tokens.map((token) => api(token, 'GET', '/api/v4/account')));
	expect(answers.map(({ status }) => status)).toEqual([200, 200, 401]);
	const [admin, manager] = emulator.account.users.keys();
	const users = await Promise.all(answers.slice(0, 2).map(async (answer) => ((await answer.json()) as { current_user_id: number }).current_user_id));
	expect(users).toEqual([admin, manager]);
});

it.each(['ru', 'en'] as const)('seeds a believable demo account in %s', async (language) => {
	const demo = await startEmulator({ seed: 'demo', language });
	expect(demo.account.leads.size).toBeGreaterThanOrEqual(30);
	expect(demo.account.contacts.size).toBeGreaterThanOrEqual(10);
	expect(demo.account.tasks.size).toBeGreaterThan(5);
	expect([...demo.account.leads.values()].every((lead) => demo.account.status(lead.pipeline_id, lead.status_id))).toBe(true);
	await demo.close();
});
