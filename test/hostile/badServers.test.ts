import './fastClock';

import type { ServerResponse } from 'node:http';
import type { IDataObject, ILoadOptionsFunctions, INodeParameters } from 'n8n-workflow';

import { lead } from '../../nodes/AmoCrm/entities/lead';
import { listSearchOf } from '../../nodes/AmoCrm/pickers/listSearch';
import * as loadOptions from '../../nodes/AmoCrm/pickers/loadOptions';
import * as resourceMapping from '../../nodes/AmoCrm/pickers/resourceMapping';
import type { BadServer, Exchange, Mischief } from './badServer';
import { openBadServer, send } from './badServer';
import type { Account, RunResult } from '../integration/harness';
import { editorOf, runNode } from '../integration/harness';
import { openTriggerHost } from '../integration/triggerHost';
import type { World } from '../integration/world';
import { byId, openWorld } from '../integration/world';

/**
 * Every way in which a server may misbehave, for every way in which the nodes use one. Whatever it does: what is reported
 * as written or read is true, nothing is there twice, everything ends, and what is said is a sentence for people.
 */

/** In the clock of the machine: no waits but the node's own. */
const LONGEST_MS = 6_000;

/** Words of the engine, of our code or of JavaScript, where a person reads. */
const NOT_FOR_PEOPLE =
	/\[object |\bundefined\b|\bNaN\b|is not (?:a function|iterable|defined|valid JSON|an object)|Cannot (?:read|convert|destructure|set|use|access|mix|assign)|Unexpected (?:token|end|non)|JSON at position|\.ts:\d|<html|socket hang up|Parse Error/i;

const answer = (status: number, text: string | Buffer, headers: Record<string, string> = {}): Mischief => ({ response }) => send(response, status, text, headers);
const json = (status: number, body: unknown, headers?: Record<string, string>): Mischief => answer(status, JSON.stringify(body), headers);
const page = (status: number, headers: Record<string, string> = {}): Mischief =>
	answer(status, '<html><body><center>nginx</center></body></html>', { 'content-type': 'text/html', ...headers });
/** The account has done what it was asked; only its answer is bad. */
const after = (mischief: Mischief): Mischief => async (exchange) => {
	await exchange.pass();
	await mischief(exchange);
};
/** The good answer, changed. */
const changed = (change: (body: IDataObject, exchange: Exchange) => unknown): Mischief => async (exchange) => {
	const { status, headers, text } = await exchange.pass();
	send(exchange.response, status, text === '' ? '' : JSON.stringify(change(JSON.parse(text) as IDataObject, exchange)), headers);
};
/** Its rows, changed. */
const rows = (change: (rows: IDataObject[]) => unknown): Mischief =>
	changed((body) => {
		for (const [name, list] of Object.entries((body._embedded ?? {}) as Record<string, unknown>)) {
			if (Array.isArray(list)) (body._embedded as IDataObject)[name] = change(list as IDataObject[]) as IDataObject[];
		}
		return body;
	});
const everyRow = (more: IDataObject): Mischief => rows((list) => list.map((row) => ({ ...row, ...more })));
const raw = (speak: (response: ServerResponse) => void): Mischief => ({ response }) => speak(response);
const onSocket = (text: string, thenEnd = true): Mischief => raw(({ socket }) => void (thenEnd ? socket?.end(text) : socket?.write(text)));
const EACH = 20;
const drip = (head: string, piece: string): Mischief => raw(({ socket }) => {
	socket?.write(head);
	const timer = setInterval(() => (socket?.writable ? socket.write(piece) : clearInterval(timer)), EACH);
	socket?.on('close', () => clearInterval(timer)).on('error', () => undefined);
});
const HEAD = 'HTTP/1.1 200 OK\r\ncontent-type: application/hal+json\r\n';

/** Nobody can take these for an answer to anything. */
const NONSENSE: Record<string, Mischief> = {
	'200 with nothing': answer(200, ''),
	'200 with spaces': answer(200, '  \n'),
	'200 {}': json(200, {}),
	'200 []': json(200, []),
	'200 [{}]': json(200, [{}]),
	'200 [[]]': json(200, [[]]),
	'200 null': json(200, null),
	'200 true': json(200, true),
	'200 0': json(200, 0),
	'200 a text': json(200, 'ok'),
	'200 an end of the subscription': json(200, { title: 'Payment Required', status: 402, detail: 'Subscription has expired' }),
	'200 an error': json(200, { error: 'internal', _links: {} }),
	'200 _embedded null': json(200, { _embedded: null }),
	'200 _embedded []': json(200, { _embedded: [] }),
	'200 _embedded {}': json(200, { _embedded: {} }),
	'200 _embedded a text': json(200, { _embedded: 'none' }),
	'200 _embedded of another kind': json(200, { _embedded: { elephants: [{ id: 1 }] } }),
	'200 a page': page(200),
	'200 two answers': answer(200, '{}{}'),
	'200 a cut answer': answer(200, '{"_embedded":{"leads":[{"id":1'),
	'200 nested too deep': answer(200, '['.repeat(20_000)),
	'200 bytes': answer(200, Buffer.from([0xff, 0xfe, 0x00, 0x80, 0x1f])),
	'200 gzip that is none': answer(200, 'not gzip', { 'content-encoding': 'gzip' }),
	'200 an unknown encoding': answer(200, '\x01\x02', { 'content-encoding': 'x-none' }),
	'204 with a body': onSocket('HTTP/1.1 204 No Content\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}'),
};

/** Answers that say no, or nothing, more or less well. */
const REFUSALS: Record<string, Mischief> = {
	'300': json(300, {}),
	'301 to itself': ({ request, response }) => send(response, 301, '', { location: request.url ?? '' }),
	'302 to elsewhere': answer(302, '', { location: 'http://127.0.0.1:9/api/v4/leads' }),
	'304': answer(304, ''),
	'307 to itself': ({ request, response }) => send(response, 307, '', { location: request.url ?? '' }),
	'400 with nothing': answer(400, ''),
	'400 a page': page(400),
	'400 []': json(400, []),
	'400 null': json(400, null),
	'400 errors null': json(400, { status: 400, 'validation-errors': null }),
	'400 errors []': json(400, { status: 400, 'validation-errors': [] }),
	'400 errors of nobody': json(400, { status: 400, 'validation-errors': [{ request_id: '77', errors: [{ code: 'X', path: 'name' }] }] }),
	'400 errors without a reason': json(400, { status: 400, 'validation-errors': [null, 5, { request_id: '0', errors: [null, {}, 5, { path: 7, detail: {} }] }] }),
	'400 a detail that is no text': json(400, { title: ['x'], detail: { a: [1] } }),
	'400 a long detail': json(400, { status: 400, detail: `${'long '.repeat(40_000)}` }),
	'400 a system error': json(400, { status: 400, detail: 'Возникла системная ошибка. Пожалуйста, повторите попытку.' }),
	'402': json(402, { status: 402, detail: 'Subscription has expired' }),
	'403 a page': page(403),
	'403': json(403, { status: 403, detail: 'Forbidden' }),
	'404 a page': page(404),
	'405': answer(405, ''),
	'408': page(408),
	'409': json(409, {}),
	'413': page(413),
	'414': page(414),
	'415': json(415, { detail: null }),
	'418': json(418, 'teapot'),
	'422': json(422, { status: 422, detail: 'Unprocessable' }),
	'429 a storm': page(429),
	'429 Retry-After 1e9': page(429, { 'retry-after': '1000000000' }),
	'429 Retry-After -1': page(429, { 'retry-after': '-1' }),
	'429 Retry-After a date': page(429, { 'retry-after': 'Fri, 31 Dec 2100 23:59:59 GMT' }),
	'429 Retry-After nonsense': json(429, { retry_after: { when: 'soon' } }, { 'retry-after': 'soon' }),
	'500': page(500),
	'500 {}': json(500, {}),
	'502': page(502),
	'503 Retry-After 1e9': page(503, { 'retry-after': '1000000000' }),
	'504': page(504),
	'520': answer(520, ''),
	'599': json(599, []),
	'999': answer(999, ''),
};

/** Answers that do not come, or not whole. */
const BROKEN: Record<string, Mischief> = {
	'hangs up at once': raw(({ socket }) => socket?.destroy()),
	'resets at once': raw(({ socket }) => (socket as unknown as { resetAndDestroy(): void }).resetAndDestroy()),
	'hangs up in the head': onSocket('HTTP/1.1 200 OK\r\ncontent-ty'),
	'hangs up after the head': onSocket(`${HEAD}content-length: 100\r\n\r\n`),
	'hangs up in the body': onSocket(`${HEAD}content-length: 100\r\n\r\n{"_embedded"`),
	'hangs up in a chunk': onSocket(`${HEAD}transfer-encoding: chunked\r\n\r\n20\r\n{"_emb`),
	'hangs up between chunks': onSocket(`${HEAD}transfer-encoding: chunked\r\n\r\n2\r\n{}\r\n`),
	'speaks no HTTP': onSocket('SSH-2.0-OpenSSH_9.2\r\n'),
	'says a wrong length': onSocket(`${HEAD}content-length: banana\r\n\r\n{}`),
	'says two lengths': onSocket(`${HEAD}content-length: 2\r\ncontent-length: 5\r\n\r\n{}`),
	'a head without end': onSocket(`${HEAD}${'x-more: y\r\n'.repeat(5_000)}\r\n`),
	'a bad chunk': onSocket(`${HEAD}transfer-encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n`),
};

/** Answers that never end: without a limit on the whole exchange they hold n8n for ever. */
const ENDLESS: Record<string, Mischief> = {
	'a body of one byte at a time': drip(`${HEAD}transfer-encoding: chunked\r\n\r\n`, '1\r\n \r\n'),
	'a body that stands still': onSocket(`${HEAD}content-length: 100\r\n\r\n{`, false),
	'hints without end': drip('', 'HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n'),
};

const ALL = { ...NONSENSE, ...REFUSALS, ...BROKEN, ...ENDLESS };

let world: World;
let server: BadServer;
let account: Account;
let serial = 0;
let ids: number[];

beforeAll(async () => {
	world = await openWorld({ language: 'en' });
	ids = [];
	for (let index = 0; index < 3; index++) ids.push(await created('leads', { name: `Here ${index}`, price: 1 }));
});

afterAll(async () => await world.close());

beforeEach(async () => {
	server = await openBadServer(world.emulator.url);
	serial += 1;
	account = { ...world.account, ...world.emulator.issueToken(), domain: server.url, id: `bad-${serial}` };
});

afterEach(async () => await server.close());

async function created(path: string, body: object): Promise<number> {
	const { accessToken } = world.emulator.issueToken();
	const reply = await fetch(`${world.emulator.url}/api/v4/${path}`, { method: 'POST', headers: { authorization: `Bearer ${accessToken}` }, body: JSON.stringify([body]) });
	const { _embedded } = (await reply.json()) as { _embedded: Record<string, Array<{ id: number }>> };
	return _embedded[path]?.[0]?.id as number;
}

/** Runs it, within time, and checks everything that it says. */
async function run(parameters: INodeParameters, items: IDataObject[] = [{}]): Promise<RunResult> {
	const result = await inTime(runNode({ account, items, onError: 'continueRegularOutput', parameters: { ...parameters, options: { requestsPerSecond: 50, maxRetries: 1, ...(parameters.options as object) } } }));
	// A throw looks like success to n8n, which then hands the items on as they came.
	expect(result.error).toBeUndefined();
	for (const { json: row } of result.rows) if (row.error !== undefined) clear([row.error, (row.details as IDataObject | undefined)?.description].filter((said) => said !== undefined).join(' '));
	return result;
}

async function inTime<T>(work: Promise<T>): Promise<T> {
	let timer: NodeJS.Timeout | undefined;
	const late = new Promise<never>((_resolve, reject) => {
		timer = setTimeout(() => reject(new Error(`It did not end within ${LONGEST_MS} ms`)), LONGEST_MS);
	});
	return await Promise.race([work, late]).finally(() => clearTimeout(timer));
}

function clear(said: string): void {
	expect(said).not.toMatch(NOT_FOR_PEOPLE);
	expect(said).not.toContain(account.accessToken);
	expect(said.length).toBeLessThan(1_500);
	expect(said).toMatch(/[A-Z].{15}/);
}

const errorsOf = ({ rows: found }: RunResult) => found.map(({ json: row }) => row.error);
const table = (...groups: Array<Record<string, Mischief>>) => groups.flatMap((group) => Object.entries(group));

describe('reading', () => {
	const READS: Array<[string, RegExp, INodeParameters]> = [
		['a list', /^GET .*\/leads$/, { resource: 'lead', operation: 'getAll', returnAll: true }],
		['one record', /^GET .*\/leads/, { resource: 'lead', operation: 'get', leadId: byId('={{ $json.id }}') }],
		['the fields for a value by name', /^GET .*\/leads\/custom_fields$/, { resource: 'lead', operation: 'create', name: 'x', customFields: { mappingMode: 'autoMapInputData', value: null } }],
	];
	describe.each(READS)('%s', (_name, requests, parameters) => {
		it.each(table(ALL))('%s: is an error, not "nothing there"', async (_case, mischief) => {
			server.misbehave(requests, mischief);
			const result = await run(parameters, [{ id: ids[0] as number }]);
			expect(errorsOf(result)).toEqual([expect.any(String)]);
		});
	});
});

describe('a list', () => {
	const LIST = { resource: 'lead', operation: 'getAll', returnAll: true, simplify: false };
	const many = (count: number, from = 0) => Array.from({ length: count }, (_, index) => ({ id: 1_000 + from + index, name: 'Lead' }));
	const always = (make: (count: number) => object): Mischief => ({ count, response }) =>
		send(response, 200, JSON.stringify({ _page: 1, _links: { next: { href: '/api/v4/leads?page=2' } }, _embedded: { leads: make(count) } }));

	it.each<[string, Mischief]>([
		['the same page for ever', always(() => many(250))],
		['the same short page for ever', always(() => many(3))],
		['the same rows in another order for ever', always((count) => (count % 2 ? many(250).reverse() : many(250)))],
		['rows without ids for ever', always(() => Array.from({ length: 250 }, () => ({ name: 'x' })))],
		['rows of nothing for ever', always(() => Array.from({ length: 250 }, () => null))],
		['empty rows for ever', always(() => Array.from({ length: 250 }, () => ({})))],
	])('%s: ends with an error', async (_name, mischief) => {
		server.misbehave(/^GET .*\/leads$/, mischief);
		const result = await run(LIST);
		expect(errorsOf(result).filter((error) => error !== undefined).length).toBeGreaterThan(0);
		expect(server.received.length).toBeLessThan(60);
	});

	it.each<[string, Mischief]>([
		['a row that is nothing', rows((list) => [null, ...list])],
		['a row that is a text', rows((list) => ['x', 7, true, ...list])],
		['a row that is a list', rows((list) => [[1], ...list])],
		['custom fields null', everyRow({ custom_fields_values: null })],
		['custom fields a text', everyRow({ custom_fields_values: 'none' })],
		['custom fields of nothing', everyRow({ custom_fields_values: [null, 5, {}, { field_id: 1 }, { field_id: 1, values: null }, { field_id: 1, values: [null, {}, { value: null }] }] as never })],
		['dates out of range', everyRow({ created_at: 1e300, updated_at: -1e300, closed_at: 'soon' })],
		['dates that are objects', everyRow({ created_at: { a: 1 }, updated_at: [] })],
		['_embedded null', everyRow({ _embedded: null })],
		['_embedded of nothing', everyRow({ _embedded: { tags: null, contacts: [null], companies: 'x', catalog_elements: [{}] } as never })],
		['names that are objects', everyRow({ name: { first: 'x' }, price: {} })],
		['keys of prototypes', rows((list) => list.map((row) => JSON.parse(JSON.stringify(row).replace('{', '{"__proto__":{"polluted":1},"constructor":{},"toString":null,')) as IDataObject))],
	])('%s: takes none of the good rows along', async (_name, mischief) => {
		for (const simplify of [false, true]) {
			server.misbehave(/^GET .*\/leads$/, mischief);
			const { rows: found } = await run({ ...LIST, simplify });
			expect(found.map(({ json: row }) => row.id)).toEqual(expect.arrayContaining(ids));
			expect(({} as IDataObject).polluted).toBeUndefined();
		}
	});
});

describe('writing', () => {
	/** What may be done to an answer about rows, be they new or old ones. */
	const ANSWERS: Record<string, Mischief> = {
		'answers [{}]': after(json(200, [{}])),
		'answers no rows': rows(() => []),
		'answers null for rows': rows(() => null),
		'answers null for each row': rows((list) => list.map(() => null)),
		'answers {} for each row': rows((list) => list.map(() => ({}))),
		'answers without ids': everyRow({ id: undefined }),
		'answers ids null': everyRow({ id: null }),
		'answers ids 0': everyRow({ id: 0 }),
		'answers ids -5': everyRow({ id: -5 }),
		'answers ids as objects': everyRow({ id: {} }),
		'answers ids as words': everyRow({ id: 'new' }),
		'answers ids as fractions': everyRow({ id: 1.5 }),
		'answers ids as lists': everyRow({ id: [5] }),
		'answers ids true': everyRow({ id: true }),
		'answers one id for all': everyRow({ id: 7 }),
		'answers one request_id for all': everyRow({ request_id: '0' }),
		'answers request_ids of nobody': everyRow({ request_id: '99' }),
		'answers fewer rows': rows((list) => list.slice(1)),
		'answers more rows': rows((list) => [...list, { id: 99, request_id: '99' }, null]),
		'answers in reverse': rows((list) => [...list].reverse()),
		'answers the rows twice': rows((list) => [...list, ...list]),
	};
	/** Who is told "no" while it was done is not lied to by us; but these say nothing of the kind. */
	const SERVER_ERRORS = Object.fromEntries(Object.entries(REFUSALS).filter(([name]) => name.startsWith('5')));
	const LATE = Object.fromEntries(table(NONSENSE, SERVER_ERRORS, BROKEN).map(([name, mischief]) => [`saves and ${name}`, after(mischief)]));

	const fateOf = (row: IDataObject) => (row.error === undefined ? 'written' : /not known|may be saved/i.test(`${String(row.error)}`) ? 'unknown' : 'refused');

	it.each(table(ALL, ANSWERS, LATE))('new leads: %s', async (_name, mischief) => {
		const names = [0, 1, 2].map((index) => `New ${serial}-${index}`);
		server.misbehave(/^POST .*\/leads$/, mischief);
		const { rows: found } = await run({ resource: 'lead', operation: 'create', name: '={{ $json.name }}' }, names.map((given) => ({ name: given })));
		expect(found.map(({ pairedItem }) => (pairedItem as { item: number }).item)).toEqual([0, 1, 2]);
		found.forEach(({ json: row }, index) => {
			const there = [...world.emulator.account.leads.values()].filter((lead) => lead.name === names[index]);
			expect(there.length).toBeLessThanOrEqual(1);
			const fate = fateOf(row);
			if (fate === 'written') expect(row.id).toBe(there[0]?.id);
			if (fate === 'refused') expect(there).toEqual([]);
		});
	});

	it.each(table(ALL, ANSWERS, LATE))('changes of leads: %s', async (_name, mischief) => {
		const price = serial * 10;
		server.misbehave(/^PATCH .*\/leads/, mischief);
		const { rows: found } = await run(
			{ resource: 'lead', operation: 'update', leadId: byId('={{ $json.id }}'), updateFields: { price: '={{ $json.price }}' } },
			ids.map((id, index) => ({ id, price: price + index })),
		);
		expect(found.map(({ pairedItem }) => (pairedItem as { item: number }).item)).toEqual([0, 1, 2]);
		found.forEach(({ json: row }, index) => {
			const is = world.emulator.account.leads.get(ids[index] as number)?.price;
			const fate = fateOf(row);
			if (fate === 'written') expect([row.id, is]).toEqual([ids[index], price + index]);
			if (fate === 'refused') expect(is).not.toBe(price + index);
		});
	});

	const emails = () => [...world.emulator.account.contacts.values()].flatMap(({ custom_fields_values: values }) => JSON.stringify(values).match(/[a-z0-9-]+@example\.com/g) ?? []);
	const addContact = async () => {
		const email = `known-${serial}@example.com`;
		await created('contacts', { name: 'Ann', custom_fields_values: [{ field_code: 'EMAIL', values: [{ value: email }] }] });
		return email;
	};
	const UPSERT = { resource: 'contact', operation: 'upsert', matchBy: 'email', email: '={{ $json.email }}', name: 'Somebody' };

	it.each(['auto', 'search'].flatMap((lookup) => table(ALL).map(([name, mischief]) => [name, lookup, mischief] as const)))(
		'create or update, looked up (%s, %s): creates nobody twice and takes no failure for "not there"',
		async (_name, lookup, mischief) => {
			const known = await addContact();
			const before = emails().length;
			server.misbehave(/^GET .*\/contacts$/, mischief);
			const { rows: found } = await run({ ...UPSERT, options: { lookup } }, [{ email: known }, { email: `new-${serial}@example.com` }]);
			expect(found.map(({ json: row }) => fateOf(row))).toEqual(['refused', 'refused']);
			expect(emails()).toHaveLength(before);
		},
	);

	it.each(table(ALL, ANSWERS, LATE))('create or update, new ones: %s', async (_name, mischief) => {
		const email = `new-${serial}@example.com`;
		const known = await addContact();
		server.misbehave(/^POST .*\/contacts$/, mischief);
		const { rows: found } = await run(UPSERT, [{ email }, { email }, { email: known }]);
		expect(found).toHaveLength(3);
		const there = emails().filter((given) => given === email).length;
		expect(there).toBeLessThanOrEqual(1);
		const fates = found.map(({ json: row }) => fateOf(row));
		if (fates[0] === 'written') expect(there).toBe(1);
		if (fates[0] === 'refused') expect(there).toBe(0);
		expect(emails().filter((given) => given === known)).toHaveLength(1);
	});
});

describe('the lists of the editor', () => {
	const { searchLeads } = listSearchOf([lead]);
	const options = (name: keyof typeof loadOptions) => async (context: ILoadOptionsFunctions) => await loadOptions[name].call(context);
	const PICKERS: Array<[string, (context: ILoadOptionsFunctions) => Promise<unknown[]>]> = [
		['searchLeads', async (context) => (await searchLeads?.call(context))?.results ?? []],
		['getStages', options('getStages')],
		['getTaskTypes', options('getTaskTypes')],
		['getCustomFields', async (context) => (await resourceMapping.getCustomFields.call(context)).fields],
	];

	describe.each(PICKERS)('%s', (_name, pick) => {
		it.each(table(ALL))('%s: is an error, not an empty list', async (_case, mischief) => {
			server.misbehave(/^GET /, mischief);
			const context = editorOf(account, { resource: 'lead', operation: 'create' });
			const said = await inTime(pick(context)).then((list) => ({ list }), (error: Error & { description?: string }) => ({ error }));
			expect(said).toEqual({ error: expect.any(Error) });
			if ('error' in said) clear(`${said.error.message} ${said.error.description ?? ''}`);
		});
	});
});

describe('the trigger', () => {
	const failure = async (work: Promise<unknown>) => await inTime(work).then(() => undefined, (error: Error & { description?: string }) => error);

	it.each(['GET .*/account', 'GET .*/webhooks'].flatMap((requests) => table(ALL).map(([name, mischief]) => [name, requests, mischief] as const)))(
		'%s at %s: is not switched on, and says why',
		async (_case, requests, mischief) => {
			const host = await openTriggerHost(account, { events: ['add_lead'] });
			server.misbehave(new RegExp(`^${requests}$`), mischief);
			const error = await failure(host.activate());
			await host.close();
			expect(error).toBeInstanceOf(Error);
			clear(`${error?.message} ${error?.description ?? ''}`);
		},
	);

	it.each(table(ALL))('%s at the card of a delivery: the execution fails and says why', async (_case, mischief) => {
		const host = await openTriggerHost(account, { mode: 'digitalPipeline', options: { loadFullRecord: true } });
		await host.activate();
		server.misbehave(/^GET .*\/leads/, mischief);
		await deliver(host.url, ids[0] as number);
		await inTime(host.settled());
		await host.close();
		const [execution] = host.executions;
		expect(execution?.error).toBeDefined();
		clear(`${execution?.error?.message} ${execution?.error?.description ?? ''}`);
	});

	async function deliver(url: string, id: number): Promise<void> {
		const { id: accountId, subdomain } = world.emulator.account.info;
		const body = new URLSearchParams({ 'leads[status][0][id]': String(id), 'leads[status][0][status_id]': '142', 'account[id]': String(accountId), 'account[subdomain]': subdomain });
		await fetch(`${url}/webhook/b/webhook`, { method: 'POST', body });
	}
});
