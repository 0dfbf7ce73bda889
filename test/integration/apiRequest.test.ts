import type { IDataObject, INodeParameters } from 'n8n-workflow';

import { storeFile } from '../../emulator/drive/files';
import type { RunOptions } from './harness';
import type { World } from './world';
import { addLeads, FAST, html, manyItems, openWorld } from './world';

let world: World;
let leads: number[];

beforeAll(async () => {
	world = await openWorld();
	leads = await addLeads(world, 612);
});
afterAll(async () => await world.close());
beforeEach(() => {
	world.emulator.log.clear();
	world.emulator.faults.clear();
});

const send = async (parameters: INodeParameters, run: Partial<RunOptions> = {}) =>
	await world.run({ resource: 'apiRequest', operation: 'send', options: FAST, ...parameters }, run);

const jsonOf = ({ rows }: { rows: Array<{ json: IDataObject }> }) => rows.map((row) => row.json);
const sent = () => world.emulator.log.entries;
const answers = (method: string, path: string, action: Parameters<World['emulator']['faults']['add']>[0]['action'], times = Infinity, skip = 0) =>
	world.emulator.faults.add({ method, path, times, skip, action });
const ok = (body: unknown, headers: Record<string, string> = {}) => ({ kind: 'status' as const, status: 200, body, headers });

describe('a call', () => {
	test.each(['GET', 'POST', 'PATCH', 'PUT', 'DELETE'])('%s goes where it should', async (method) => {
		answers(method, '/api/v4/anything/5', ok({ did: method }));
		const body = method === 'GET' ? {} : { body: '{"a":{"b":[1]}}' };
		const { rows, error } = await send({ method: method.toLowerCase(), path: '/api/v4/anything/5', query: '{"with":"contacts","filter":{"id":[1,2]}}', ...body });
		expect(error).toBeUndefined();
		expect(rows).toEqual([{ json: { did: method }, pairedItem: { item: 0 } }]);
		expect(sent()).toMatchObject([{ method, path: '/api/v4/anything/5' }]);
		expect(JSON.stringify(sent()[0]?.query)).toContain('contacts');
		if (method !== 'GET') expect(sent()[0]?.body).toEqual({ a: { b: [1] } });
	});

	test('takes query and body of each item as objects or as JSON text', async () => {
		answers('POST', '/api/v4/x', { kind: 'status', status: 204 });
		const items = [{ q: { a: 1, none: '', no: null, yes: false }, b: [{ n: 1 }] }, { q: '{"filter[id][]":[3,4]}', b: '{"n":2}' }, { q: '', b: '' }];
		const run = await send({ method: 'POST', path: '/api/v4/x', query: '={{ $json.q }}', body: '={{ $json.b }}' }, { items });
		expect(run.error).toBeUndefined();
		expect(jsonOf(run)).toEqual([{ statusCode: 204 }, { statusCode: 204 }, { statusCode: 204 }]);
		expect(sent().map(({ body }) => body ?? null)).toEqual(expect.arrayContaining([[{ n: 1 }], { n: 2 }, null]));
		expect(sent().map(({ query }) => JSON.stringify(query))).toEqual(expect.arrayContaining([expect.stringContaining('"a":"1"'), expect.stringMatching(/"3".*"4"/), '{}']));
		expect(JSON.stringify(sent())).not.toMatch(/none|"no"/);
	});

	test.each<[string, unknown, IDataObject[]]>([
		['an object', { id: 1, _embedded: { x: [] } }, [{ id: 1, _embedded: { x: [] } }]],
		['an array', [{ id: 1 }, { id: 2 }], [{ id: 1 }, { id: 2 }]],
		['an array of values', ['a', [1], null], [{ value: 'a' }, { value: [1] }, { value: null }]],
		['an empty array', [], []],
	])('gives %s as rows', async (_what, body, rows) => {
		answers('GET', '/api/v4/x', ok(body));
		expect(jsonOf(await send({ path: '/api/v4/x' }))).toEqual(rows);
	});

	test('that is answered with nothing gives the status', async () => {
		answers('DELETE', '/api/v4/x', { kind: 'status', status: 204 });
		expect(jsonOf(await send({ method: 'DELETE', path: '/api/v4/x' }))).toEqual([{ statusCode: 204 }]);
	});

	test('gives the whole answer, without what gives access', async () => {
		const { accessToken } = world.account;
		answers('GET', '/api/v4/x', ok({ id: 1 }, { 'x-echo': `Bearer ${accessToken}`, 'x-ratelimit': '7', 'set-cookie': 'session_id=abc' }));
		const [row] = jsonOf(await send({ path: '/api/v4/x', options: { ...FAST, fullResponse: true } }));
		expect(row).toMatchObject({ statusCode: 200, headers: { 'x-ratelimit': '7' }, body: { id: 1 } });
		expect(JSON.stringify(row)).not.toContain(accessToken.slice(0, 20));
		expect(JSON.stringify(row)).not.toContain('session_id');
	});

	test('creates, changes and deletes for real', async () => {
		const [created] = jsonOf(await send({ method: 'POST', path: '/api/v4/leads', body: '[{"name":"Raw"}]' }));
		const { leads: [lead] } = (created as { _embedded: { leads: [{ id: number }] } })._embedded;
		await send({ method: 'PATCH', path: `/api/v4/leads/${lead.id}`, body: { price: 5 } as never });
		expect(jsonOf(await send({ path: `/api/v4/leads/${lead.id}` }))).toMatchObject([{ id: lead.id, name: 'Raw', price: 5 }]);
		world.emulator.account.leads.delete(lead.id);
	});
});

test('a dry run reads, and says what it would send', async () => {
	const run = await send(
		{ method: '={{ $json.m }}', path: `/api/v4/leads/${leads[0]}`, query: '{"a":"1"}', body: '={{ $json.b ?? "" }}', options: { ...FAST, dryRun: true } },
		{ items: [{ m: 'GET' }, { m: 'PATCH', b: { price: 1 } }] },
	);
	expect(jsonOf(run)).toEqual([
		expect.objectContaining({ id: leads[0] }),
		{ dry_run: true, action: 'send', method: 'PATCH', path: `/api/v4/leads/${leads[0]}`, query: { a: '1' }, body: { price: 1 }, found: null },
	]);
	expect(sent().map(({ method }) => method)).toEqual(['GET']);
});

describe('many items', () => {
	test('go out side by side, each to its own row', async () => {
		world.emulator.faults.add({ times: Infinity, action: { kind: 'delay', ms: 100 } });
		const items = leads.slice(0, 40).map((id) => ({ id }));
		const { rows } = await send({ path: '=/api/v4/leads/{{ $json.id }}' }, { items });
		expect(rows.map(({ json, pairedItem }) => [json.id, pairedItem])).toEqual(items.map(({ id }, item) => [id, { item }]));
		expect(world.mostAtOnce()).toBeGreaterThan(2);
	});

	test('that change one record keep their order', async () => {
		answers('PATCH', `/api/v4/leads/${leads[0]}`, { kind: 'delay', ms: 80 }, 1);
		await send({ method: 'PATCH', path: `/api/v4/leads/${leads[0]}`, body: '={ "price": {{ $json.n }} }' }, { items: manyItems(6, (n) => ({ n: n + 1 })) });
		expect(sent().map(({ body }) => (body as { price: number }).price)).toEqual([1, 2, 3, 4, 5, 6]);
	});

	test('of which some are bad: errors in their places, and the others go on', async () => {
		const items = [{ p: '/api/v4/leads/999999999/x' }, { p: `/api/v4/leads/${leads[1]}` }, { p: '//evil' }];
		const { rows } = await send({ path: '={{ $json.p }}' }, { items, onError: 'continueRegularOutput' });
		expect(rows.map(({ pairedItem }) => pairedItem)).toEqual([{ item: 0 }, { item: 1 }, { item: 2 }]);
		expect(rows.map(({ json }) => json.error ?? json.id)).toEqual([expect.stringMatching(/\[item 0\]/), leads[1], expect.stringMatching(/two slashes/)]);
	});

	test('of which one is refused: nothing is sent when it shows beforehand, and what is done is said when not', async () => {
		const { error } = await send({ path: '={{ $json.p }}' }, { items: [{ p: '/api/v4/leads' }, { p: '//evil' }] });
		expect(error?.message).toMatch(/'Path'.*\[item 1\]/);
		expect(sent()).toEqual([]);
		const bad = await send({ method: 'PATCH', path: `/api/v4/leads/${leads[2]}`, body: '={{ $json.b }}' }, { items: [{ b: { price: 1 } }, { b: { price: 'x' } }, { b: { price: 3 } }] });
		expect(`${bad.error?.message} ${bad.error?.description}`).toMatch(/price.*\[item 1\].*Done already: item 0\./s);
		expect(sent()).toHaveLength(2);
	});
});

describe('failures', () => {
	test('say what amoCRM says of which part', async () => {
		const { error } = await send({ method: 'POST', path: '/api/v4/leads', body: '[{"name":"a"},{"name":"b","price":"much"}]' });
		expect(error?.message).toMatch(/'1\.price' \(1\.price, value "much"\)/);
	});

	test('of a read say the same, and nothing of writing', async () => {
		const problem = { title: 'Bad Request', status: 400, 'validation-errors': [{ errors: [{ code: 'NotSupportedChoice', path: 'filter.x', detail: 'No such filter' }] }] };
		answers('GET', '/api/v4/x', { kind: 'status', status: 400, body: problem });
		const { error } = await send({ path: '/api/v4/x' });
		expect(`${error?.message} ${error?.description}`).toMatch(/filter\.x.*No such filter/);
		expect(error?.description).not.toMatch(/written/);
	});

	test.each<[string, Parameters<typeof answers>[2], RegExp]>([
		['a page', html(200), /not JSON/],
		['a redirect', { kind: 'status', status: 302, headers: { location: 'http://evil.example/' } }, /another address/],
		['no method', { kind: 'status', status: 405 }, /does not offer this method/],
	])('%s instead of an answer', async (_what, action, message) => {
		answers('GET', '/api/v4/x', action);
		const { error } = await send({ path: '/api/v4/x', options: { ...FAST, maxRetries: 0 } });
		expect(error?.message).toMatch(message);
	});

	test.each([
		['GET', 2],
		['PATCH', 2],
		['PUT', 2],
		['DELETE', 2],
		['POST', 1],
	])('%s whose answer is lost is sent %i times', async (method, times) => {
		answers(method, '/api/v4/x', { kind: 'reset', when: 'after' }, 1);
		answers(method, '/api/v4/x', ok({ done: true }), 1, 1);
		const { rows, error } = await send({ method, path: '/api/v4/x' }, { maxTries: 3 });
		expect(sent()).toHaveLength(times);
		if (method === 'POST') expect(error?.message).toMatch(/not known whether/);
		else expect(rows[0]?.json).toEqual({ done: true });
	});
});

describe('pages', () => {
	test('are followed to the end, or to the limit, one record a row', async () => {
		const all = await send({ path: '/api/v4/leads', pagination: true, returnAll: true, query: '{"order":{"id":"asc"}}' });
		expect(jsonOf(all).map(({ id }) => id)).toEqual(leads);
		// How many pages are asked for beside the last one depends on how slowly they come; none is read twice.
		expect(sent().filter(({ status }) => status === 200)).toHaveLength(Math.ceil(leads.length / 250));
		const some = await send({ path: '/api/v4/leads', pagination: true, limit: 300, query: '{"order":{"id":"asc"}}' });
		expect(jsonOf(some).map(({ id }) => id)).toEqual(leads.slice(0, 300));
		expect(jsonOf(await send({ path: '/api/v4/leads', pagination: true }))).toHaveLength(50);
	});

	test('may be smaller', async () => {
		const { rows } = await send({ path: '/api/v4/leads', pagination: true, returnAll: true, query: '{"limit":100,"order":{"id":"asc"}}' });
		expect(rows.map(({ json }) => json.id)).toEqual(leads);
		expect(sent().every(({ query }) => Number(query.limit) <= 100)).toBe(true);
	});

	test('of a list without pages, and of an empty one', async () => {
		expect(jsonOf(await send({ path: '/api/v4/leads/pipelines', pagination: true, returnAll: true })).length).toBeGreaterThan(0);
		expect(sent()).toHaveLength(1);
		answers('GET', '/api/v4/x', { kind: 'status', status: 204 });
		expect(jsonOf(await send({ path: '/api/v4/x', pagination: true, returnAll: true }))).toEqual([]);
	});

	test('that a next link puts elsewhere are read from the account', async () => {
		const page = (from: number) => ok({ _links: { next: { href: `http://evil.example/oauth2?page=9` } }, _embedded: { things: manyItems(250, (index) => ({ id: from + index })) } });
		answers('GET', '/api/v4/things', page(1), 1);
		answers('GET', '/api/v4/things', ok({ _embedded: { things: [{ id: 250 }, { id: 251 }] } }), 1, 1);
		const run = await send({ path: '/api/v4/things', pagination: true, returnAll: true });
		expect(run.rows).toHaveLength(251);
		expect(new Set(sent().map(({ path }) => path))).toEqual(new Set(['/api/v4/things']));
	});

	test('that never end are given up', async () => {
		answers('GET', '/api/v4/things', ok({ _links: { next: { href: '/api/v4/things?page=2' } }, _embedded: { things: manyItems(250, (id) => ({ id })) } }));
		const { error } = await send({ path: '/api/v4/things', pagination: true, returnAll: true });
		expect(error?.message).toMatch(/gives the same records again/);
	});

	test.each([
		['one record', `/api/v4/leads/1`, { id: 1, _embedded: { tags: [], companies: [] } }],
		['an object', '/api/v4/x', { a: 1 }],
	])('are refused of %s', async (_what, path, body) => {
		answers('GET', path, ok(body));
		const { error } = await send({ path, pagination: true });
		expect(error?.message).toMatch(/without a list of records/);
		expect(error?.description).toMatch(/'Pagination' off/);
	});
});

describe('the host of files', () => {
	test('is read by pages and changed, with and without /v1.0', async () => {
		for (let index = 0; index < 260; index++) storeFile(world.emulator.world, { file_name: `f${index}.txt` }, Buffer.from('x'), 1);
		const { rows, error } = await send({ host: 'files', path: '/v1.0/files', pagination: true, returnAll: true });
		expect(error).toBeUndefined();
		expect(new Set(rows.map(({ json }) => json.uuid)).size).toBe(260);
		const uuid = String(rows[0]?.json.uuid);
		const changed = await send({ host: 'files', method: 'PATCH', path: `/files/${uuid}`, body: '{"name":"new.txt"}' });
		expect(changed.rows[0]?.json).toMatchObject({ uuid, name: 'new.txt' });
		const deleted = await send({ host: 'files', method: 'DELETE', path: '/v1.0/files', body: JSON.stringify([{ uuid }]) });
		expect(deleted.error).toBeUndefined();
	});
});

describe('what makes no sense is refused before any request', () => {
	test.each<[string, INodeParameters, RegExp]>([
		['a method that there is not', { method: 'TRACE' }, /'Method': 'TRACE' is not possible. Give one of: DELETE, GET, PATCH, POST, PUT/],
		['a host that there is not', { host: 'evil.example' }, /'Host': .*Give one of: account, files/],
		['no path', { path: '={{ "" }}' }, /'Path': '' is no path/],
		['a query that is a list', { query: '[1]' }, /'Query \(JSON\)': .*not a JSON object/],
		['a query that is no JSON', { query: 'a=1' }, /'Query \(JSON\)': .*is not JSON/],
		['a body that is a text', { method: 'POST', body: '"a"' }, /'Body \(JSON\)': .*neither an object nor an array/],
		['a body with no number', { method: 'POST', body: '={{ { a: NaN } }}' }, /'Body \(JSON\)': 'NaN' is not a number/],
		['a body of a GET', { method: '={{ "GET" }}', body: '{"a":1}' }, /'Body \(JSON\)': a GET request has none/],
		['pages of a POST', { method: '={{ "POST" }}', pagination: true }, /'Pagination': only GET/],
		['a page beside all pages', { pagination: true, query: '{"page":2}' }, /Leave 'page' out/],
		['a page size that is none', { pagination: true, query: '{"limit":"many"}' }, /no size of a page/],
		['one answer of many pages', { pagination: true, options: { fullResponse: true } }, /Switch one of them off/],
		['no limit', { pagination: true, limit: '={{ -1 }}' }, /'Limit'/],
	])('%s', async (_what, parameters, message) => {
		const { error } = await send({ path: '/api/v4/leads', ...parameters });
		expect(error?.message).toMatch(message);
		expect(sent()).toEqual([]);
	});
});
