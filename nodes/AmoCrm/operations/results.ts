import type { IDataObject, INodeExecutionData, JsonObject } from 'n8n-workflow';
import { NodeApiError, NodeOperationError } from 'n8n-workflow';

import type { ItemProblem, ItemResult, Operation, Run } from './types';

type NodeError = NodeApiError | NodeOperationError;

/**
 * The rows that n8n gets: every row paired with the item it came from, in the order of the items; under "continue on
 * fail" one error item for each item that failed. Otherwise the error that n8n shows, with the first faulty item.
 */
export function toExecutionData(
	run: Run,
	operation: Operation,
	results: ItemResult[],
): { data: INodeExecutionData[] } | { error: NodeError } {
	const failed = results.flatMap((result, item) => ('problem' in result ? [{ item, problem: result.problem }] : []));
	if (failed.length > 0 && !run.continueOnFail) {
		const culprit = failed.find(({ problem }) => !problem.collateral) ?? failed[0];
		if (culprit) return { error: toError(run, culprit.item, withProgress(operation, results, culprit.problem)) };
	}
	const data: INodeExecutionData[] = [];
	for (const [item, result] of results.entries()) {
		if ('problem' in result) {
			data.push({
				json: errorJson(item, result.problem),
				error: toError(run, item, result.problem),
				pairedItem: { item },
			});
		} else for (const json of result.rows) data.push({ json, pairedItem: { item } });
	}
	return { data };
}

function errorJson(item: number, problem: ItemProblem): IDataObject {
	return {
		error: messageOf(item, problem),
		...(problem.description ? { description: problem.description } : {}),
		...(problem.failure ? { cause: problem.failure.kind } : { cause: 'parameter' }),
		...(problem.writtenId === undefined ? {} : { id: problem.writtenId }),
		...problem.details,
	};
}

function toError(run: Run, itemIndex: number, problem: ItemProblem): NodeError {
	const { failure, description } = problem;
	const message = messageOf(itemIndex, problem);
	const node = run.context.getNode();
	if (!failure) return new NodeOperationError(node, message, { description, itemIndex });
	// Built from our own texts only: n8n's error would carry the request, and with it the token.
	const error = new NodeApiError(node, { message, description: description ?? null } as JsonObject, {
		message,
		description,
		httpCode: failure.status === undefined ? undefined : String(failure.status),
		itemIndex,
	});
	// n8n replaces messages in which it finds words such as ECONNREFUSED.
	error.message = message;
	return error;
}

function messageOf(item: number, problem: ItemProblem): string {
	return `${problem.message.replace(/[.\s]+$/, '')} [item ${item}]`;
}

/** A write that stops half-way says what is already in amoCRM. */
function withProgress(operation: Operation, results: ItemResult[], problem: ItemProblem): ItemProblem {
	if (!operation.writes || results.length < 2) return problem;
	const written = results.flatMap((result, item) => {
		const row = 'rows' in result ? result.rows[0] : { id: result.problem.writtenId };
		return row?.id === undefined || row.action === 'unchanged' ? [] : [{ item, id: row.id }];
	});
	const unknown = results.flatMap((result, item) =>
		'problem' in result && result.problem.failure?.outcomeUnknown ? [item] : [],
	);
	const progress = [
		written.length === 0
			? `None of the ${results.length} items was written.`
			: `Already written: ${written.length} of ${results.length} items (items ${ranges(written.map(({ item }) => item))}; IDs ${shortList(written.map(({ id }) => String(id)))}).`,
		...(unknown.length > 0 ? [`Not known: items ${ranges(unknown)}.`] : []),
		"To write the good items in spite of a bad one, set the node's 'On Error' to continue.",
	].join(' ');
	return { ...problem, description: [problem.description, progress].filter(Boolean).join(' ') };
}

/** `0-49, 53` out of sorted numbers. */
function ranges(numbers: number[]): string {
	const spans: Array<[number, number]> = [];
	for (const number of numbers) {
		const last = spans[spans.length - 1];
		if (last && last[1] === number - 1) last[1] = number;
		else spans.push([number, number]);
	}
	return spans.map(([from, to]) => (from === to ? String(from) : `${from}-${to}`)).join(', ');
}

function shortList(entries: string[]): string {
	return entries.length <= 20 ? entries.join(', ') : `${entries.slice(0, 20).join(', ')} and ${entries.length - 20} more`;
}
