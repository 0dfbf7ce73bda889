import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import { AmoCrmError, orThrow } from '../fields/errors';
import { named } from '../fields/fields';
import { toBoolean } from '../fields/values';
import { isVersion1 } from '../fields/version';
import { type ApiClient, type ClientOptions, type ClientStats, createClient } from '../transport/client';
import type { Mask } from '../transport/secrets';
import { assertSameForAll } from './forAllItems';
import { attempt } from './items';
import { parameterReader } from './parameterReader';
import { settledBefore } from './repeats';
import { withNeeds } from './problems';
import { executionData, nodeError, shortList } from './results';
import { type Operation, type Results, type Run, hint } from './types';

/** From so many requests on, the user is told what the run has cost. */
const BIG_RUN_REQUESTS = 10;

type OperationOf = (resource: string, operation: string) => Operation | undefined;

/** What a run has from its first moment on. */
type Start = Pick<Run, 'context' | 'items' | 'todo' | 'ignored' | 'waiting' | 'keys' | 'continueOnFail' | keyof Results> & { operation?: Operation; mask: Mask };

/**
 * Runs the chosen operation once over all items. Resource, operation and options belong to the run, not to an item.
 * Throws nothing under "continue on fail": n8n would pass the input items on as if they were good.
 */
export async function executeOperation(context: IExecuteFunctions, operationOf: OperationOf): Promise<INodeExecutionData[][]> {
	const items = context.getInputData();
	const start: Start = { context, items, ...settledBefore(context), ignored: new Set(), waiting: new Map(), keys: { given: new Set(), used: new Set() }, continueOnFail: context.continueOnFail(), mask: (text) => text };
	await attempt(start, start.todo, async () => await perform(start, operationOf));
	const error = start.continueOnFail ? undefined : nodeError(start, start.operation?.writes === true);
	if (error) throw error;
	return [await executionData(start)];
}

async function perform(start: Start, operationOf: OperationOf): Promise<void> {
	const { context, items } = start;
	const resource = context.getNodeParameter('resource', 0) as string;
	const name = context.getNodeParameter('operation', 0) as string;
	const operation = operationOf(resource, name);
	if (!operation) throw new AmoCrmError(`The operation '${name}' does not exist for the resource '${resource}'`);
	start.operation = operation;
	const parameter = parameterReader(context, items, operation.properties);
	await assertSameForAll({ context, items, parameter }, operation);
	const options = parameter('options', 0, {}) as ClientOptions & { dryRun?: unknown };
	const isDryRun = operation.writes !== undefined && named('Dry Run', () => toBoolean(options.dryRun ?? false));
	const { client: anyClient } = orThrow(await createClient(context, options));
	const client = isDryRun ? withoutWrites(anyClient) : anyClient;
	start.mask = client.mask;
	const started = performance.now();
	try {
		await attempt(start, start.todo, async () => await operation.execute({ ...start, action: name, isDryRun, parameter, client, timezone: context.getTimezone(), isVersion1: isVersion1(context.getNode()) }));
	} finally {
		for (const [item, error] of start.errors) start.errors.set(item, withNeeds(error, operation));
		const rows = [...start.rows.values()].reduce((sum, { length }) => sum + length, 0);
		const milliseconds = Math.round(performance.now() - started);
		const waitedMs = Math.round(client.stats.waitedMs);
		context.logger.debug('amoCRM: done', { resource, operation: name, items: items.length, rows, ...client.stats, waitedMs, milliseconds });
		if (start.ignored.size > 0) hint(start, 'warning', `Nothing was saved for what holds no phone number or email address: ${shortList([...start.ignored], 5)}`);
		const unused = unusedKeys(start);
		if (unused.length > 0) hint(start, 'info', `Not used: ${shortList(unused)}`);
		if (client.stats.requests >= BIG_RUN_REQUESTS) hint(start, 'info', costOf(items.length, rows + start.errors.size, client.stats, milliseconds));
	}
}

/** What items hold that no field was mapped from automatically, and that no expression of the node names. */
function unusedKeys({ context, keys: { given, used } }: Start): string[] {
	const texts = JSON.stringify(context.getNode().parameters);
	const isNamed = (key: string) => [`.${key}`, `['${key}']`, `[\\"${key}\\"]`].some((step) => texts.split(step).slice(1).some((rest) => !/^[\p{L}\p{N}_$]/u.test(rest)));
	return [...given].filter((key) => !used.has(key)).slice(0, 200).filter((key) => !isNamed(key));
}

/** Whatever an operation does in a dry run, amoCRM only gets questions. */
const withoutWrites = (client: ApiClient): ApiClient => ({
	...client,
	send: async (request) => {
		if (request.method === 'GET') return await client.send(request);
		throw new AmoCrmError(`Nothing was sent in this dry run: ${request.method} ${request.path}`);
	},
});

/** `1,000 items in, 1,000 items out: 20 requests to amoCRM in 2.9 s.` */
function costOf(items: number, rows: number, { requests, retries }: ClientStats, milliseconds: number): string {
	const count = (number: number) => number.toLocaleString('en-US');
	const repeated = retries > 0 ? `, ${count(retries)} of them repeated after a failure,` : '';
	return `${count(items)} items in, ${count(rows)} items out: ${count(requests)} requests to amoCRM${repeated} in ${(milliseconds / 1000).toFixed(1)} s.`;
}
