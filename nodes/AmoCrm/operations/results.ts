import { type IBinaryKeyData, type IDataObject, type INodeExecutionData, type JsonObject, NodeApiError, NodeOperationError } from 'n8n-workflow';

import type { AmoCrmError } from '../fields/errors';
import { toText } from '../fields/values';
import { endsEverything } from '../transport/failures';
import { inTurns } from '../transport/parallel';
import type { Mask } from '../transport/secrets';
import type { Results, Run } from './types';

const binaries = new WeakMap<IDataObject, IBinaryKeyData>();

/** The row, with files that come out beside it. */
export function withBinary(row: IDataObject, files: IBinaryKeyData): IDataObject {
	binaries.set(row, files);
	return row;
}

type Texts = Results & { mask: Mask };

/**
 * The rows that n8n gets: every row paired with the item it came from, in the order of the items, and one error item for
 * each item that failed. An error item carries no error object: n8n would drop all but its message. To the error output
 * n8n moves items with `error` alone or with `message` beside it; one with `details` passed as good before n8n 2.41.
 */
export async function executionData(run: Pick<Run, 'context' | 'items'> & Texts): Promise<INodeExecutionData[]> {
	const data: INodeExecutionData[] = [];
	const more = run.context.getNode().onError === 'continueErrorOutput' ? 'message' : 'details';
	await inTurns(run.items, (_, item) => {
		const error = run.errors.get(item);
		if (error) {
			const { message, description, ...details } = shown(run, item, error);
			data.push({ json: { error: message, [more]: { description, ...details } }, pairedItem: { item } });
		} else for (const json of run.rows.get(item) ?? []) {
			const binary = binaries.get(json);
			data.push({ json, ...(binary ? { binary } : {}), pairedItem: { item } });
		}
	});
	return data;
}

/** The error that n8n shows when the run has ended: of the first faulty item, with what is in amoCRM already. */
export function nodeError(run: Pick<Run, 'context' | 'items'> & Texts, writes: boolean): NodeApiError | NodeOperationError | undefined {
	const failed = [...run.errors].sort(([a], [b]) => a - b);
	const [itemIndex, error] = failed.find(([, { facts }]) => !facts.isCollateral) ?? failed[0] ?? [];
	if (itemIndex === undefined || !error) return undefined;
	const { message, ...facts } = shown(run, itemIndex, error);
	const description = [facts.description, writes ? progressOf(run) : ''].filter(Boolean).join(' ') || undefined;
	const node = run.context.getNode();
	const { failure } = error.facts;
	if (!failure || failure.kind === 'credential') return new NodeOperationError(node, message, { description, itemIndex });
	// Built from our own texts only: n8n's error would carry the request, and with it the token.
	const shownError = new NodeApiError(node, { message, description: description ?? null } as JsonObject, {
		message,
		description,
		httpCode: failure.status === undefined ? undefined : String(failure.status),
		itemIndex,
	});
	// n8n replaces messages in which it finds words such as ECONNREFUSED.
	shownError.message = message;
	return shownError;
}

/** The message without the full stop at its end: in one pass, for it may quote anything. */
function withoutStop(message: string): string {
	let end = message.length;
	while (end > 0 && '. \n\t\r'.includes(message.charAt(end - 1))) end -= 1;
	return message.slice(0, end);
}

/** Every text of an error that anybody sees; blacking secrets out is the last that happens to it. */
function shown({ rows, uploaded, mask }: Texts, item: number, error: AmoCrmError): IDataObject & { message: string; description?: string } {
	const { failure, field, advice, details } = error.facts;
	const id = rows.get(item)?.[0]?.id;
	const files = rows.has(item) ? [] : [...(uploaded.get(item)?.values() ?? [])].map(({ uuid, file_name: name }) => ({ uuid, name }));
	const before = files.map(({ uuid, name }) => `The file '${toText(name)}' was uploaded before: ${toText(uuid)} in the storage of the account.`);
	const known = advice ?? (failure || files.length > 0 ? undefined : 'Nothing was sent to amoCRM for this item.');
	const texts = {
		message: `${withoutStop(error.message)} [item ${item}]`,
		description: [known, ...before].filter(Boolean).join(' ') || undefined,
		cause: failure?.kind ?? 'parameter',
		...(field === undefined ? {} : { field }),
		...(id === undefined ? {} : { id }),
		...(files.length > 0 ? { uploaded: files } : {}),
		...details,
	};
	return JSON.parse(JSON.stringify(texts), (_, value: unknown) => (typeof value === 'string' ? mask(value) : value)) as typeof texts;
}

/** What is in amoCRM when a write has stopped half-way. Contradicts nothing: what is not known is not said to be unwritten. */
export function progressOf({ items, rows, errors, uploaded }: Pick<Run, 'items' | keyof Results>): string {
	if (items.length < 2) return '';
	const files = [...uploaded].flatMap(([item, own]) => (rows.has(item) ? [] : [...own.values()].map(({ uuid }) => toText(uuid))));
	const inOrder = [...rows].sort(([a], [b]) => a - b);
	const written = inOrder.flatMap(([item, [row = {}]]) => (markOf(row) === undefined || row.action === 'unchanged' ? [] : [{ item, id: markOf(row) }]));
	const unknown = [...errors].flatMap(([item, { facts }]) => (facts.failure?.outcomeUnknown && !facts.isCollateral && !rows.has(item) ? [item] : [])).sort((a, b) => a - b);
	const list = `${itemsIn(written.map(({ item }) => item))}; IDs ${shortList(written.map(({ id }) => String(id)))}`;
	const progress =
		written.length > 0
			? `Already written: ${written.length} of ${items.length} items (${list}).${unknown.length > 0 ? ` Not confirmed, but perhaps saved: ${itemsIn(unknown)}.` : ''}`
			: unknown.length > 0
				? `None of the ${items.length} items is confirmed; ${itemsIn(unknown)} may be saved.`
				: `None of the ${items.length} items was written.`;
	const waiting = files.length > 0 ? ` Files uploaded for items that are not written: ${shortList(files)}.` : '';
	const mayGoOn = [...errors.values()].some(({ facts: { failure, isCollateral } }) => !isCollateral && !(failure && (failure.outcomeUnknown || endsEverything(failure))));
	return `${progress}${waiting}${mayGoOn ? " To write the good items in spite of a bad one, set the node's 'On Error' to continue." : ''}`;
}

/** What tells a record of any kind from others; nothing in a row about something else. */
function markOf(row: IDataObject): IDataObject[string] {
	const key = MARKS.find((mark) => row[mark] !== undefined);
	return key === undefined ? undefined : row[key];
}

const MARKS = ['id', 'uid', 'uuid', 'talk_id', 'bot_id', 'file_uuid', 'code', 'destination'];

/** `items 0-49, 53` out of sorted numbers. */
export function itemsIn(numbers: number[]): string {
	const spans: Array<[number, number]> = [];
	for (const number of numbers) {
		const last = spans[spans.length - 1];
		if (last && last[1] === number - 1) last[1] = number;
		else spans.push([number, number]);
	}
	return `item${numbers.length === 1 ? '' : 's'} ${spans.map(([from, to]) => (from === to ? String(from) : `${from}-${to}`)).join(', ')}`;
}

/** The first of many. */
export function shortList(entries: string[], most = 20): string {
	return entries.length <= most ? entries.join(', ') : `${entries.slice(0, most).join(', ')} and ${entries.length - most} more`;
}
