import type { IExecuteData, IExecuteFunctions } from 'n8n-workflow';

import type { Results } from './types';

/** What became of the items in the tries so far, for as long as n8n may try again. */
const tries = new WeakMap<object, Results>();

/**
 * "Retry On Fail": n8n runs the whole node again, with the same items, when it fails and also when its first row is an
 * error. Gives what is settled already, items that are written and those that might be written twice, and what is to do.
 *
 * n8n hands one and the same execute data to all tries of a run, and another to any other run (a pass of Loop Over Items,
 * a second branch, another node or execution). An AI agent's tool gets the agent's; its tries share the arguments.
 */
export function settledBefore(context: IExecuteFunctions): Results & { todo: number[] } {
	const { name, retryOnFail } = context.getNode();
	const results: Results = { rows: new Map(), errors: new Map(), uploaded: new Map() };
	const items = context.getInputData();
	const todo = [...items.keys()];
	const data = context.getExecuteData() as Partial<IExecuteData> | undefined;
	const key = data?.node?.name === name ? data : items[0]?.json;
	if (!retryOnFail || !key) return { ...results, todo };
	const earlier = tries.get(key) ?? results;
	results.uploaded = earlier.uploaded;
	tries.set(key, results);
	for (const [item, rows] of earlier.rows) results.rows.set(item, rows);
	for (const [item, error] of earlier.errors) if (error.facts.mustNotRepeat) results.errors.set(item, error);
	// A row with an error was written, and something that belongs to it was not: that is tried again.
	return { ...results, todo: todo.filter((item) => !results.errors.has(item) && (!earlier.rows.has(item) || earlier.errors.has(item))) };
}
