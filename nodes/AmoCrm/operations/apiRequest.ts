import { type IDataObject, UserError } from 'n8n-workflow';

import type { Entity } from '../entities/types';
import { apiPath } from '../fields/apiPath';
import { filesBase } from '../fields/dictionaries';
import { AmoCrmError, orThrow } from '../fields/errors';
import { type WritableField, boolean, choice, field, jsonValues, named, text } from '../fields/fields';
import { jsonObject, jsonValue } from '../fields/json';
import { assertWritable, isUnset, optionIn, show } from '../fields/values';
import type { ApiClient } from '../transport/client';
import { isObject } from '../transport/objects';
import { readList } from '../transport/pages';
import { grouped, inParallel } from '../transport/parallel';
import { isRepeatable } from '../transport/retry';
import type { ApiRequest, Failure, Query } from '../transport/types';
import { limitOf, limitProperties } from './getMany';
import { type Asked, attempt, mustStop, readItems } from './items';
import { called, declared, optionsProperty, readFlag } from './parameters';
import { writeError } from './problems';
import { itemsIn } from './results';
import type { Operation, Run } from './types';

/** Requests under way at once: as many as fill the rate limit while answers are slow. */
const IN_FLIGHT = 10;

const METHODS = [
	{ name: 'DELETE', value: 'DELETE', description: 'Delete for good what the path or the body names' },
	{ name: 'GET', value: 'GET', description: 'Read; nothing changes' },
	{ name: 'PATCH', value: 'PATCH', description: 'Change what the path or the body names: only the given fields' },
	{ name: 'POST', value: 'POST', description: 'Create something, or do what the path says; twice is done twice' },
	{ name: 'PUT', value: 'PUT', description: 'Put in place what the body holds' },
];

const HOSTS = [
	{ name: 'Account', value: 'account' },
	{ name: 'Files', value: 'files', description: "The host of the account's files, below /v1.0" },
];

const method = field({ name: 'method', kind: choice(METHODS), property: { default: 'GET' }, description: 'What to do. Only GET changes nothing in amoCRM; what the others do cannot be undone.' });
const host = field({ name: 'host', kind: choice(HOSTS), description: 'Which host of the account gets the request' });
const path = field({
	name: 'path',
	kind: text,
	property: { required: true },
	placeholder: 'e.g. /api/v4/leads/7000001',
	description: 'What follows the host, beginning with "/", without a query: /api/v4/... in the account, /v1.0/... where its files are. It cannot lead to another host.',
});
const query = field({
	name: 'query',
	displayName: 'Query (JSON)',
	kind: jsonValues,
	description: 'Parameters of the address, for example {"with": "contacts", "filter": {"price": {"from": 1}}}; empty ones are left out',
});
const body = field({
	name: 'body',
	displayName: 'Body (JSON)',
	kind: jsonValues,
	property: { displayOptions: { hide: { method: ['GET'] } } },
	description: 'What amoCRM gets, in the form of its documentation: an object, or an array such as [{"name": "Order 5", "price": 100}]',
});
const ofLists = { displayOptions: { show: { method: ['GET'] } } };
const pagination = field({ name: 'pagination', kind: boolean, property: ofLists, description: 'Whether to read the pages of a list and return one item for each record' });
const fullResponse = field({ name: 'fullResponse', kind: boolean, description: 'Whether to return the status code, the headers and the body of the answer instead of the body alone' });

interface Call extends Pick<ApiRequest, 'path' | 'query' | 'body' | 'method'> {
	host: string;
	fullResponse: boolean;
	/** Reads a list by pages, up to so many records. */
	pages?: { limit?: number; size?: number };
}

export function send(entity: Entity): Operation {
	const ofPages = limitProperties.map((property) => ({ ...property, displayOptions: { show: { ...property.displayOptions?.show, pagination: [true] } } }));
	return {
		...called(entity, 'send', 'Send one request per item to any route of the account, for what has no operation of its own', 'Send an API request'),
		properties: [...[method, host, path, query, body, pagination].map(declared), ...ofPages, optionsProperty([declared(fullResponse)], 'row')],
		writes: 'perhaps',
		execute: async (run) => await sendAll(run, entity),
	};
}

async function sendAll(run: Run, entity: Entity): Promise<void> {
	const calls = await readItems(run, (item) => callOf(run, item));
	if (mustStop(run)) return;
	await inParallel(await inOrder(calls), IN_FLIGHT, async (queue) => {
		for (const { item, asked } of queue) {
			if (mustStop(run)) return;
			await attempt(run, [item], async () => {
				run.rows.set(item, await rowsOf(run, entity, asked));
			});
		}
	});
	const changes = calls.flatMap(({ item, asked }) => (asked.method !== 'GET' && run.rows.has(item) ? [item] : []));
	if (!mustStop(run) || changes.length === 0) return;
	for (const [item, { message, facts }] of run.errors) {
		run.errors.set(item, new AmoCrmError(message, { ...facts, advice: `${facts.advice ?? ''} Done already: ${itemsIn(changes)}.` }));
	}
}

/** Requests that go out side by side. Changes of one record must not overtake each other. */
async function inOrder(calls: Array<Asked<Call>>): Promise<Array<Array<Asked<Call>>>> {
	const ownPath = ({ asked: { method: verb, host: kind, path: to }, item }: Asked<Call>) => (verb === 'GET' || verb === 'POST' ? item : kind + to);
	return [...(await grouped(calls, ownPath)).values()];
}

function callOf(run: Run, item: number): Call {
	const read = <T>(own: WritableField, convert: (value: unknown) => T): T => named(own.displayName, () => convert(run.parameter(own.name, item, declared(own).default)));
	const call: Call = {
		method: read(method, (value) => optionIn(METHODS, value)) as Call['method'],
		host: read(host, (value) => optionIn(HOSTS, value)),
		path: read(path, apiPath),
		query: read(query, (value) => (isUnset(value) ? {} : queryIn(jsonObject(value)))),
		body: read(body, bodyIn),
		fullResponse: readFlag(run, { ...declared(fullResponse), name: 'options.fullResponse' }, item),
	};
	if (call.method === 'GET' && call.body) throw new UserError("'Body (JSON)': a GET request has none. Give filters in 'Query (JSON)', or choose another 'Method'.");
	if (!readFlag(run, declared(pagination), item)) return call;
	if (call.method !== 'GET') throw new UserError(`'Pagination': only GET reads lists, and 'Method' is ${call.method}.`);
	if (call.fullResponse) throw new UserError("'Full Response' gives one answer, and 'Pagination' the records of many. Switch one of them off.");
	if (call.query?.page !== undefined) throw new UserError("'Query (JSON)' names a page, and 'Pagination' reads all of them. Leave 'page' out, or switch 'Pagination' off.");
	return { ...call, pages: { limit: limitOf(run, item), size: pageSizeIn(call.query?.limit) } };
}

function queryIn(given: IDataObject): Query {
	// `filter[id][]` with a list means the same as `filter[id]`.
	return Object.fromEntries(Object.entries(writable(given)).map(([key, value]) => [Array.isArray(value) ? key.replace(/\[\]$/, '') : key, value])) as Query;
}

function bodyIn(value: unknown): Call['body'] {
	const given = isUnset(value) ? {} : jsonValue(value);
	if (!Array.isArray(given) && !isObject(given)) throw new UserError(`${show(value)} is neither an object nor an array. Give JSON such as {"name": "value"} or [{"name": "value"}].`);
	return Object.keys(given).length === 0 ? undefined : (writable(given) as Call['body']);
}

/** As JSON has it: dates as texts. */
function writable<T extends object>(given: T): T {
	assertWritable(given);
	return JSON.parse(JSON.stringify(given)) as T;
}

function pageSizeIn(limit: unknown): number | undefined {
	if (isUnset(limit)) return undefined;
	if (/^[1-9]\d{0,2}$/.test(String(limit))) return Number(limit);
	throw new UserError(`'Query (JSON)': ${show(limit)} is no size of a page. Give a 'limit' from 1 to 250, or leave it out.`);
}

async function rowsOf({ client, isDryRun, action }: Run, entity: Entity, { pages, fullResponse: isFull, host: kind, ...call }: Call): Promise<IDataObject[]> {
	if (isDryRun && call.method !== 'GET') return [{ dry_run: true, action, ...call, query: call.query as IDataObject, body: call.body ?? null, found: null }];
	const isFile = kind === 'files';
	const base = isFile ? await filesBase(client) : client.baseUrl;
	const request = { ...call, base, path: isFile ? call.path.replace(/^\/v1\.0(?=\/)/, '') : call.path };
	if (pages) return orThrow(await readList({ client, ...request, limit: pages.limit, maxPageSize: pages.size })).rows;
	const reply = await client.send(request);
	if (!reply.ok) throw callError(entity, request, reply.failure);
	const { status: statusCode, headers = {}, body: answer } = reply;
	if (isFull) return [{ statusCode, headers: shownHeaders(client, headers), body: answer ?? null }];
	if (answer === undefined) return [{ statusCode }];
	return [answer].flat().map((row: unknown) => (isObject(row) ? row : { value: row as IDataObject }));
}

/** Without what gives access: cookies, and secrets that somebody on the way repeats. */
function shownHeaders({ mask }: ApiClient, headers: Record<string, unknown>): IDataObject {
	return JSON.parse(mask(JSON.stringify({ ...headers, 'set-cookie': undefined }))) as IDataObject;
}

/** amoCRM's own reasons; in a body of several rows each with the place of its row. */
function callError(entity: Entity, request: ApiRequest, failure: Failure): AmoCrmError {
	const repeatable = isRepeatable(request);
	const sent = { entity, body: (request.body ?? {}) as IDataObject, definitions: [] };
	if (failure.outcomeUnknown) return writeError(sent, { status: 'unknown', failure, repeatable });
	const problems = [...(failure.rows ?? [])].flatMap(([row, reasons]) =>
		reasons.map((reason) => (Array.isArray(request.body) && row !== '' ? { ...reason, path: `${row}.${reason.path}` } : reason)),
	);
	const error = writeError(sent, { status: 'refused', failure, problems });
	return request.method === 'GET' ? new AmoCrmError(error.message, { ...error.facts, advice: failure.advice }) : error;
}
