import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { NodeOperationError } from 'n8n-workflow';

import type { ClientStats } from '../transport/client';
import { createClient } from '../transport/client';
import { parameterReader } from './parameterReader';
import { toExecutionData } from './results';
import type { Operation, Run } from './types';

/** From so many requests on, the user is told what the run has cost. */
const BIG_RUN_REQUESTS = 10;

/** Runs the chosen operation once over all items. Resource, operation and options belong to the run, not to an item. */
export async function executeOperation(
	context: IExecuteFunctions,
	operationOf: (resource: string, operation: string) => Operation | undefined,
): Promise<INodeExecutionData[][]> {
	const items = context.getInputData();
	const resource = context.getNodeParameter('resource', 0) as string;
	const name = context.getNodeParameter('operation', 0) as string;
	const operation = operationOf(resource, name);
	if (!operation) {
		throw new NodeOperationError(context.getNode(), `The operation '${name}' does not exist for the resource '${resource}'`);
	}
	const options = context.getNodeParameter('options', 0, {}) as { requestsPerSecond?: number; maxRetries?: number };
	const connection = await createClient(context, options);
	if ('problem' in connection) {
		throw new NodeOperationError(context.getNode(), connection.problem, { description: connection.advice });
	}
	const { client } = connection;
	const run: Run = {
		context,
		items,
		parameter: parameterReader(context, items),
		client,
		timezone: context.getTimezone(),
		continueOnFail: context.continueOnFail(),
	};
	const started = performance.now();
	const result = toExecutionData(run, operation, await operation.execute(run));
	const rows = 'data' in result ? result.data.length : 0;
	const milliseconds = Math.round(performance.now() - started);
	const waitedMs = Math.round(client.stats.waitedMs);
	context.logger.debug('amoCRM: done', { resource, operation: name, items: items.length, rows, ...client.stats, waitedMs, milliseconds });
	if ('error' in result) throw result.error;
	if (client.stats.requests >= BIG_RUN_REQUESTS) {
		context.addExecutionHints({ type: 'info', location: 'outputPane', message: costOf(items.length, rows, client.stats, milliseconds) });
	}
	return [result.data];
}

/** `1,000 items in, 1,000 items out: 20 requests to amoCRM in 2.9 s.` */
function costOf(items: number, rows: number, { requests, retries }: ClientStats, milliseconds: number): string {
	const count = (number: number) => number.toLocaleString('en-US');
	const repeated = retries > 0 ? `, ${count(retries)} of them repeated after a failure,` : '';
	return `${count(items)} items in, ${count(rows)} items out: ${count(requests)} requests to amoCRM${repeated} in ${(milliseconds / 1000).toFixed(1)} s.`;
}
