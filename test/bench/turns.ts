import 'reflect-metadata';
import { openSync, readSync } from 'node:fs';
import { PerformanceObserver } from 'node:perf_hooks';
import { parseArgs } from 'node:util';

import type { IDataObject, IExecuteFunctions, IHttpRequestOptions, INode, INodeParameterResourceLocator, INodeParameters, ResourceMapperValue } from 'n8n-workflow';

import { operationOf } from '../../nodes/AmoCrm/menu';
import { executeOperation } from '../../nodes/AmoCrm/operations/execute';
import { RateLimiter } from '../../nodes/AmoCrm/transport/rateLimit';
import { credentialsOf, stage } from '../integration/harness';

// eslint-disable-next-line @typescript-eslint/no-require-imports
const { ExecuteContext } = require('n8n-core') as typeof import('n8n-core');

/**
 * `npm run bench:turns`: how long each operation keeps everything else in n8n waiting. n8n's own context reads the
 * parameters; amoCRM is a function that answers at the next turn of the event loop.
 */
const { values: asked } = parseArgs({ options: { only: { type: 'string', default: '' }, items: { type: 'string', default: '50000' } } });

const ITEMS = Number(asked.items);
const LIMIT_MS = 50;
/** Rows of the list that is read whole, and phones of the one record, for each of 50,000 items. */
const LONG_LIST = 4 * ITEMS;
const PHONES = Math.floor(ITEMS / 2.5);

interface Job {
	name: string;
	parameters: INodeParameters;
	/** What the items hold; one empty item when left out. */
	item?: (index: number) => IDataObject;
	/** Items, when not all. */
	count?: number;
	/** Rows that come out, when not one for each item. */
	rows?: number;
	onError?: INode['onError'];
	answer: (request: Asked) => unknown;
}

interface Asked {
	method: string;
	path: string;
	query: URLSearchParams;
	body: unknown;
}

const PAGE = 250;
let nextId = 1;

const lead = (id: number): IDataObject => ({
	id,
	name: `Lead ${id}`,
	price: id,
	responsible_user_id: 1,
	status_id: 142,
	pipeline_id: 7,
	created_at: 1_760_000_000,
	updated_at: 1_760_000_000,
	custom_fields_values: [
		{ field_id: 1, field_name: 'Source', field_code: null, field_type: 'text', values: [{ value: 'Site' }] },
		{ field_id: 2, field_name: 'Kind', field_code: null, field_type: 'select', values: [{ value: 'New', enum_id: 3 }] },
	],
	_links: { self: { href: 'https://bench.amocrm.ru/api/v4/leads/1' } },
	_embedded: { tags: [{ id: 1, name: 'one', color: null }], companies: [] },
});

const phoneOf = (index: number): string => `+7916${String(1_000_000 + index).slice(-7)}`;

const contact = (id: number): IDataObject => ({
	id,
	name: `Contact ${id}`,
	created_at: 1_760_000_000,
	updated_at: 1_760_000_000,
	custom_fields_values: [{ field_id: 3, field_name: 'Phone', field_code: 'PHONE', field_type: 'multitext', values: [{ value: phoneOf(id), enum_code: 'WORK' }] }],
	_embedded: { tags: [], companies: [] },
});

/** The last part of a path that is no number: the key of the rows. */
const collectionIn = (path: string): string => path.split('/').filter((part) => !/^\d+$/.test(part)).pop() ?? '';

/** The rows that an account with so many of them gives for a list request: by IDs, or a page. */
function list({ path, query }: Asked, count: number, row: (id: number) => IDataObject): unknown {
	const wanted = query.getAll('filter[id][]').map(Number);
	const [page, limit] = [Number(query.get('page') ?? 1), Number(query.get('limit') ?? PAGE)];
	const first = (page - 1) * limit + 1;
	const ids = wanted.length > 0 ? wanted : Array.from({ length: Math.max(0, Math.min(limit, count - first + 1)) }, (_, index) => first + index);
	return ids.length === 0 ? undefined : { _links: {}, _embedded: { [collectionIn(path)]: ids.map(row) } };
}

const listOf = (row: (id: number) => IDataObject, count = ITEMS) => (request: Asked): unknown => (request.method === 'GET' ? list(request, count, row) : written(request));

/** Every row that was sent gets an ID, or keeps its own. */
function written({ path, body }: Asked): unknown {
	const rows = (body as IDataObject[]).map(({ id, entity_id, request_id }) => ({ id: id ?? nextId++, entity_id, request_id, _links: {} }));
	return { _embedded: { [collectionIn(path)]: rows } };
}

const links = ({ body }: Asked): unknown => ({ _embedded: { links: body as IDataObject[] } });

function linksOf({ query }: Asked): unknown {
	const ids = query.getAll('filter[entity_id][]').map(Number);
	return { _embedded: { links: ids.map((id) => ({ entity_id: id, entity_type: 'leads', to_entity_id: id, to_entity_type: 'contacts', metadata: { main_contact: true } })) } };
}

/** amoCRM names the second row of each ten. */
function refused({ body }: Asked): unknown {
	const bad = (body as IDataObject[]).flatMap(({ price, request_id }) => (Number(price) % 10 === 1 ? [{ request_id, errors: [{ code: 'NotSupportedChoice', path: 'status_id', detail: 'Not supported.' }] }] : []));
	return bad.length > 0 ? Object.assign(new Error('400'), { body: { status: 400, title: 'Bad Request', 'validation-errors': bad } }) : undefined;
}

/** What every account has. */
const DICTIONARIES: Record<string, unknown> = {
	'/account': { id: 1, name: 'Bench', subdomain: 'bench', country: 'RU', currency: 'RUB', language: 'ru', _embedded: { datetime_settings: { timezone: 'Europe/Moscow' } } },
	'/leads/pipelines': { _embedded: { pipelines: [{ id: 7, name: 'Sales', _embedded: { statuses: [{ id: 142, name: 'Won', pipeline_id: 7 }] } }] } },
	'/users': { _embedded: { users: [{ id: 1, name: 'Ann' }] } },
	'/leads/custom_fields': { _embedded: { custom_fields: [{ id: 1, name: 'Source', type: 'text', code: null }, { id: 4, name: 'Points', type: 'numeric', code: null }] } },
	'/contacts/custom_fields': { _embedded: { custom_fields: [{ id: 3, name: 'Phone', type: 'multitext', code: 'PHONE', enums: [{ id: 1, value: 'WORK' }] }, { id: 5, name: 'City', type: 'text', code: null }] } },
	'/companies/custom_fields': { _embedded: { custom_fields: [] } },
};

const options = { requestsPerSecond: 1e9, batchSize: PAGE };
const byId = (value = '={{ $json.id }}'): INodeParameterResourceLocator => ({ __rl: true, mode: 'id', value });
const map = (value: ResourceMapperValue['value']) => ({ mappingMode: 'defineBelow', value, matchingColumns: [], schema: [] }) as unknown as ResourceMapperValue;
const numbered = (index: number): IDataObject => ({ id: index + 1, name: `Lead ${index + 1}`, price: index, phone: phoneOf(index + 1) });
const inItems = (of: string, operation: string, more: INodeParameters): Pick<Job, 'item' | 'parameters'> => ({ item: numbered, parameters: { resource: of, operation, options, ...more } });

const creating = { name: '={{ $json.name }}', additionalFields: { price: '={{ $json.price }}', tags: 'one, two' } };
const phoneUpsert = { matchBy: 'phone', phone: '={{ $json.phone }}', name: '={{ $json.name }}', options: { ...options, phoneCountry: 'RU' } };

const JOBS: Job[] = [
	{ name: 'create', ...inItems('lead', 'create', creating), answer: written },
	{
		name: 'create with a calculating expression',
		...inItems('lead', 'create', { ...creating, customFields: map({ 1: '={{ $json.name.toUpperCase() }}' }) }),
		answer: written,
	},
	{
		name: 'createComplex',
		...inItems('lead', 'createComplex', { ...creating, contactFields: { firstName: '={{ $json.name }}' }, companyMode: 'none' }),
		answer: ({ body }) => (body as IDataObject[]).map(({ request_id }) => ({ id: nextId++, contact_id: nextId++, company_id: null, request_id: [request_id], merged: false })),
	},
	{ name: 'update', ...inItems('lead', 'update', { leadId: byId(), updateFields: { price: '={{ $json.price }}' } }), answer: written },
	{ name: 'update that keeps what is there', ...inItems('contact', 'update', { contactId: byId(), updateFields: { phone: '={{ $json.phone }}' } }), answer: listOf(contact) },
	{ name: 'upsert by ID', ...inItems('lead', 'upsert', { matchBy: 'id', leadId: byId(), name: '={{ $json.name }}', additionalFields: { price: '={{ $json.price }}' } }), answer: listOf(lead) },
	{ name: 'upsert by name', ...inItems('lead', 'upsert', { matchBy: 'name', name: '={{ $json.name }}', additionalFields: { price: '={{ $json.price }}' } }), answer: listOf(lead, ITEMS / 2) },
	{ name: 'upsert by name, searching each', ...inItems('lead', 'upsert', { matchBy: 'name', name: '={{ $json.name }}', options: { ...options, lookup: 'search' } }), answer: searched },
	{ name: 'upsert by phone', ...inItems('contact', 'upsert', phoneUpsert), answer: listOf(contact, ITEMS / 2) },
	{
		name: 'upsert in pairs with a phone',
		...inItems('contact', 'upsert', phoneUpsert),
		item: (index) => ({ ...numbered(index), phone: phoneOf(index >> 1) }),
		answer: listOf(contact, ITEMS / 2),
	},
	{ name: 'upsert, all one record', ...inItems('contact', 'upsert', phoneUpsert), item: (index) => ({ ...numbered(index), phone: phoneOf(1) }), answer: listOf(contact, PAGE) },
	{
		name: `upsert, one record with ${PHONES} phones`,
		...inItems('contact', 'upsert', { ...phoneUpsert, matchBy: 'name', name: 'Contact 1', additionalFields: { phone: '={{ $json.phone }}' } }),
		count: PHONES,
		answer: listOf(contact, PAGE),
	},
	{
		name: `upsert, one item with ${PHONES} phones`,
		...inItems('contact', 'upsert', phoneUpsert),
		count: 1,
		item: () => ({ name: 'Contact 1', phone: Array.from({ length: PHONES }, (_, index) => phoneOf(index)).join(', ') }),
		answer: listOf(contact, PAGE),
	},
	{ name: 'get', ...inItems('lead', 'get', { leadId: byId(), simplify: true }), answer: listOf(lead) },
	{ name: 'get, the same for all', ...inItems('lead', 'get', { leadId: byId('5'), simplify: true }), answer: (request) => (request.path === '/leads/5' ? lead(5) : list(request, ITEMS, lead)) },
	{ name: `getAll, ${LONG_LIST} rows`, parameters: { resource: 'lead', operation: 'getAll', returnAll: true, options }, count: 1, rows: LONG_LIST, answer: listOf(lead, LONG_LIST) },
	{
		name: `getAll, ${LONG_LIST} raw rows by last change`,
		parameters: { resource: 'lead', operation: 'getAll', returnAll: true, simplify: false, sort: { field: 'updated_at', direction: 'desc' }, options },
		count: 1,
		rows: LONG_LIST,
		answer: listOf((id) => ({ ...lead(id), updated_at: 1_760_000_000 + (id % 1_000) }), LONG_LIST),
	},
	{ name: 'getAll, a short list for each', parameters: { resource: 'lead', operation: 'getAll', returnAll: true, options }, item: numbered, rows: 5 * ITEMS, answer: listOf(lead, 5) },
	{ name: 'link', ...inItems('lead', 'link', { leadId: byId(), linkTo: 'contacts', linkedId: byId() }), answer: links },
	{ name: 'unlink', ...inItems('lead', 'unlink', { leadId: byId(), linkTo: 'contacts', linkedId: byId() }), answer: () => undefined },
	{ name: 'getLinks', ...inItems('lead', 'getLinks', { leadId: byId(), returnAll: true, simplify: true }), answer: linksOf },
	{ name: 'note create', ...inItems('note', 'create', { entityType: 'leads', entityId: byId(), noteType: 'common', text: '={{ $json.name }}' }), answer: written },
	{ name: 'note pin', ...inItems('note', 'pin', { entityType: 'leads', entityId: byId('1'), noteId: byId() }), answer: () => undefined },
	{ name: 'task create', ...inItems('task', 'create', { text: '={{ $json.name }}', completeTill: '2030-01-31T10:00:00', entityType: 'leads', entityId: byId() }), answer: written },
	{ name: 'task complete', ...inItems('task', 'complete', { taskId: byId(), resultText: '={{ $json.name }}' }), answer: written },
	{ name: 'delete', ...inItems('customerStatus', 'delete', { customerStatusId: byId() }), answer: () => undefined },
	{ name: 'dry run', ...inItems('lead', 'create', { ...creating, options: { ...options, dryRun: true } }), answer: written },
	{ name: 'apiRequest send', ...inItems('apiRequest', 'send', { method: 'GET', path: '={{ "/api/v4/leads/" + $json.id }}' }), answer: () => lead(1) },
	{ name: 'apiRequest send, one path', ...inItems('apiRequest', 'send', { method: 'PATCH', path: '/api/v4/leads', body: '{"a": 1}' }), answer: () => lead(1) },
	{ name: 'create, every price wrong, continue', ...inItems('lead', 'create', { ...creating, additionalFields: { price: 'many' } }), onError: 'continueRegularOutput', answer: written },
	{ name: 'create, each tenth refused, continue', ...inItems('lead', 'create', creating), onError: 'continueRegularOutput', answer: (request) => refused(request) ?? written(request) },
];

/** What a search for a name finds. */
function searched(request: Asked): unknown {
	if (request.method !== 'GET') return written(request);
	const id = Number(/\d+$/.exec(request.query.get('query') ?? '')?.[0]);
	return id % 2 === 0 ? { _links: {}, _embedded: { leads: [lead(id)] } } : undefined;
}

function contextOf({ name, parameters, item, count = ITEMS, onError, answer }: Job, few: number): IExecuteFunctions {
	// An account of its own for each job, or the next would know the records of the one before.
	const account = { domain: 'bench.amocrm.ru', accessToken: 'token', clientId: `${name} ${few}` };
	const { node, workflow, additionalData } = stage({ account, parameters, onError }, credentialsOf(account));
	const input = Array.from({ length: Math.min(count, few) }, (_, index) => ({ json: item?.(index) ?? {} }));
	const data = { main: [input] };
	const context = new ExecuteContext(workflow, node, additionalData, 'manual', { resultData: { runData: {} } } as never, 0, input, data, { node, data, source: null }, []);
	const answerTo = async ({ method = 'GET', url, body }: IHttpRequestOptions) => {
		await new Promise(setImmediate);
		const { pathname, searchParams: query } = new URL(url);
		const path = pathname.replace('/api/v4', '');
		const given = (method === 'GET' ? DICTIONARIES[path] : undefined) ?? answer({ method, path, query, body });
		if (given instanceof Error) return { statusCode: 400, body: (given as Error & { body: unknown }).body };
		return given === undefined ? { statusCode: 204, body: '' } : { statusCode: 200, body: given };
	};
	Object.assign(context.helpers, { httpRequestWithAuthentication: async (_type: string, request: IHttpRequestOptions) => await answerTo(request) });
	return context;
}

interface Stretch {
	from: number;
	to: number;
	/** Processor time of the main thread, ms. */
	busy: number;
}

/** The main thread's own processor time, ms: other programs and V8's helpers do not count. Linux tells it. */
const schedule = ((): number | undefined => {
	try {
		return openSync('/proc/self/schedstat', 'r');
	} catch {
		return undefined;
	}
})();
const buffer = Buffer.alloc(64);

function busyMs(): number {
	if (schedule === undefined) return performance.now();
	return Number(buffer.toString('latin1', 0, readSync(schedule, buffer, 0, buffer.length, 0)).split(' ')[0]) / 1e6;
}

/** The gate lets one request go each 5 ms at the most: 50,000 would take minutes. */
RateLimiter.prototype.take = async (_execution, limit) => await Promise.resolve({ startedAt: performance.now(), limit, lateBeforeMs: 0 });

/** A look at the processor time is dear: it is as old as this at the most, ms. */
const SEEN_MS = 1;

/** Looks at the clock in every turn of the event loop until it is told to stop. */
function watchLoop(): () => Promise<Stretch[]> {
	const stretches: Stretch[] = [];
	let isOn = true;
	let since = performance.now();
	let seen = { at: since, busy: busyMs() };
	const tick = (): void => {
		const now = performance.now();
		if (now - seen.at > SEEN_MS) {
			const busy = busyMs();
			if (now - since > 5) stretches.push({ from: since, to: now, busy: Math.min(now - since, busy - seen.busy) });
			seen = { at: now, busy };
		}
		since = performance.now();
		if (isOn) setImmediate(tick);
	};
	setImmediate(tick);
	return async () => {
		await new Promise((resolve) => setTimeout(resolve, 50));
		isOn = false;
		return stretches;
	};
}

/** Pauses of V8's garbage collection: nobody can give way in them. */
let pauses: Array<{ startTime: number; duration: number }> = [];
const collector = new PerformanceObserver((seen) => void pauses.push(...seen.getEntries()));
collector.observe({ entryTypes: ['gc'] });

/** The part of a stretch that was garbage collection; its pauses are told in time, of which the thread may have had a part. */
function collectingMs({ from, to, busy }: Stretch): number {
	const ms = pauses.reduce((sum, { startTime, duration }) => sum + Math.max(0, Math.min(to, startTime + duration) - Math.max(from, startTime)), 0);
	return ms * Math.min(1, busy / (to - from));
}

async function measure(job: Job) {
	await executeOperation(contextOf(job, 300), operationOf);
	const context = contextOf(job, ITEMS);
	global.gc?.();
	await new Promise((resolve) => setTimeout(resolve, 50));
	pauses = [];
	const stop = watchLoop();
	const [began, from] = [performance.now(), busyMs()];
	const [rows = []] = await executeOperation(context, operationOf);
	const [seconds, busy] = [(performance.now() - began) / 1000, (busyMs() - from) / 1000];
	const stretches = (await stop()).map((stretch) => {
		const collecting = collectingMs(stretch);
		return { whole: stretch.busy, collecting, own: stretch.busy - collecting };
	});
	const failed = rows.filter(({ json }) => json.error !== undefined).length;
	const most = (key: 'whole' | 'collecting' | 'own') => Math.round(Math.max(0, ...stretches.map((stretch) => stretch[key])));
	const expected = job.rows ?? Math.min(job.count ?? ITEMS, ITEMS);
	if (rows.length !== expected) throw new Error(`${job.name}: ${rows.length} rows instead of ${expected}`);
	return {
		job: job.name,
		rows: rows.length,
		errors: failed,
		seconds: seconds.toFixed(1),
		processor: busy.toFixed(1),
		'longest stretch, ms': most('own'),
		'over 50 ms': stretches.filter(({ own }) => own > LIMIT_MS).length,
		'longest GC, ms': most('collecting'),
		'both, ms': most('whole'),
	};
}

async function main(): Promise<void> {
	const chosen = JOBS.filter(({ name }) => name.includes(asked.only));
	if (chosen.length === 0) throw new Error(`No job is called '${asked.only}'. Give a part of: ${JOBS.map(({ name }) => name).join('; ')}.`);
	const results: Array<Awaited<ReturnType<typeof measure>>> = [];
	for (const job of chosen) {
		const result = await measure(job);
		results.push(result);
		console.log(Object.entries(result).map(([key, value]) => `${key}: ${value}`).join('  '));
	}
	console.log(`\n| ${Object.keys(results[0] ?? {}).join(' | ')} |`);
	console.log(`|${Object.keys(results[0] ?? {}).map((key) => (key === 'job' ? ' --- ' : ' --: ')).join('|')}|`);
	for (const result of results) console.log(`| ${Object.values(result).join(' | ')} |`);
	if (results.some((result) => result['over 50 ms'] > 0)) process.exitCode = 1;
}

main().catch((error) => {
	console.error(error);
	process.exitCode = 1;
});
