import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { NodeOperationError } from 'n8n-workflow';

import { createClient } from '../transport/client';
import { toExecutionData } from './results';
import type { Operation, Run } from './types';

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
		parameter: (parameter, item, fallback) => context.getNodeParameter(parameter, item, fallback),
		client,
		timezone: context.getTimezone(),
		continueOnFail: context.continueOnFail(),
	};
	const started = Date.now();
	const result = toExecutionData(run, operation, await operation.execute(run));
	context.logger.debug('amoCRM: done', {
		resource,
		operation: name,
		items: items.length,
		...client.stats,
		milliseconds: Date.now() - started,
	});
	if ('error' in result) throw result.error;
	return [result.data];
}
