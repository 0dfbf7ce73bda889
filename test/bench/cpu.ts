import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { IDataObject, IExecuteFunctions, IHttpRequestOptions } from 'n8n-workflow';
import { executeOperation } from '../../nodes/AmoCrm/operations/execute';
import { operationOf } from '../../nodes/AmoCrm/menu';
import { wants } from './options';

/** What the node itself costs: everything but n8n's expressions and the network. Run with --expose-gc. */

const root = join(__dirname, '..', '..');

/** A context of n8n in which parameters are ready and amoCRM answers at once. */
function contextOf(count: number, parameters: (item: number) => IDataObject, answer: (request: IHttpRequestOptions) => unknown): IExecuteFunctions {
	const items = Array.from({ length: count }, () => ({ json: {} }));
	const values = items.map((_, item) => parameters(item));
	return {
		getInputData: () => items,
		getNodeParameter: (name: string, item: number, fallback?: unknown) => values[item]?.[name] ?? fallback,
		getNode: () => ({ name: 'amoCRM', parameters: {}, credentials: {} }),
		getCredentials: async () => ({ domain: 'bench', clientId: 'bench' }),
		getTimezone: () => 'Europe/Moscow',
		getExecutionCancelSignal: () => undefined,
		continueOnFail: () => false,
		addExecutionHints: () => undefined,
		logger: { debug: () => undefined },
		helpers: { httpRequestWithAuthentication: async (_type: string, request: IHttpRequestOptions) => await Promise.resolve(answer(request)) },
	} as unknown as IExecuteFunctions;
}

const options = { requestsPerSecond: 1e9, batchSize: 250 };

/** `count` new leads with a price, tags and two custom fields each. */
function creating(count: number): IExecuteFunctions {
	const fields = JSON.stringify([{ field_id: 1, values: [{ value: 'a' }] }, { field_id: 2, values: [{ enum_id: 3 }] }]);
	let next = 1;
	return contextOf(
		count,
		(item) => ({
			resource: 'lead',
			operation: 'create',
			name: `Lead ${item}`,
			additionalFields: { price: item, tags: 'one, two', customFieldsJson: fields },
			options,
		}),
		(request) => {
			const leads = (request.body as IDataObject[]).map(({ request_id }) => ({ id: next++, request_id, _links: {} }));
			return { statusCode: 200, body: { _embedded: { leads } } };
		},
	);
}

/** A list of `count` leads, simplified, with tags and custom fields. */
function reading(count: number): IExecuteFunctions {
	const lead = (id: number) => ({
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
	return contextOf(
		1,
		() => ({ resource: 'lead', operation: 'getAll', returnAll: true, options }),
		(request) => {
			const url = new URL(request.url);
			if (!url.pathname.endsWith('/leads')) return { statusCode: 204, body: '' };
			const [page, limit] = [Number(url.searchParams.get('page')), Number(url.searchParams.get('limit'))];
			const first = (page - 1) * limit;
			const leads = Array.from({ length: Math.max(0, Math.min(limit, count - first)) }, (_, index) => lead(first + index + 1));
			return leads.length === 0 ? { statusCode: 204, body: '' } : { statusCode: 200, body: { _links: {}, _embedded: { leads } } };
		},
	);
}

interface Cost {
	microseconds: number;
	bytes: number;
}

/** What came out stays in memory while it is weighed, and so does what went in. */
let held: unknown;

/** Frees all that is free: what a timer or a promise still held a moment ago needs a second look. */
async function settle(): Promise<void> {
	for (let round = 0; round < 3; round++) {
		await sleep(100);
		global.gc?.();
	}
}

/** Processor time and memory that stay behind for each row. */
async function costOf(make: (count: number) => IExecuteFunctions, count: number): Promise<Cost> {
	held = undefined;
	const context = make(count);
	await settle();
	const heap = process.memoryUsage().heapUsed;
	const from = process.cpuUsage();
	const [rows] = await executeOperation(context, operationOf);
	const { user, system } = process.cpuUsage(from);
	held = [context, rows];
	await settle();
	const bytes = process.memoryUsage().heapUsed - heap;
	if (held === undefined || rows?.length !== count) throw new Error(`${String(rows?.length)} rows instead of ${count}`);
	return { microseconds: (user + system) / count, bytes: bytes / count };
}

/** Processor time, ms, to load all nodes and credentials of the package in a fresh process that has n8n-workflow, as n8n has. */
function loadMs(): number {
	const { n8n } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { n8n: { nodes: string[]; credentials: string[] } };
	const files = [...n8n.credentials, ...n8n.nodes].map((file) => join(root, file));
	const script = `
		require('n8n-workflow');
		const from = process.cpuUsage();
		for (const file of ${JSON.stringify(files)}) require(file);
		const { user, system } = process.cpuUsage(from);
		console.log((user + system) / 1000);`;
	const runs = Array.from({ length: 9 }, () => Number(execFileSync(process.execPath, ['-e', script], { cwd: root }).toString()));
	return runs.sort((a, b) => a - b)[4] ?? NaN;
}

const KB = 1024;

async function main(): Promise<void> {
	if (!wants('cpu')) return;
	console.log('| rows | create: µs of processor per row | kB per row | read: µs of processor per row | kB per row |');
	console.log('| --: | --: | --: | --: | --: |');
	for (const make of [creating, reading]) await costOf(make, 2_000);
	for (const count of [1_000, 10_000, 50_000, 100_000]) {
		const create = await costOf(creating, count);
		const read = await costOf(reading, count);
		const cells = [create, read].flatMap(({ microseconds, bytes }) => [microseconds.toFixed(1), (bytes / KB).toFixed(2)]);
		console.log(`| ${count.toLocaleString('en-US')} | ${cells.join(' | ')} |`);
	}
	console.log(`\nLoading the package: ${loadMs().toFixed(0)} ms of processor (median of 9 fresh processes).`);
}

main().catch((error) => {
	console.error(error);
	process.exitCode = 1;
});
