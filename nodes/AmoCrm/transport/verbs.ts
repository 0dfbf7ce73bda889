import type { IDataObject } from 'n8n-workflow';

import { type BatchJob, DEFAULT_BATCH_SIZE, withRequestIds } from './batches';
import type { Verb } from './types';

/** Where rows go, and how. */
export interface Route {
	/** Path of the collection. */
	path: string;
	/** What stands before `path` where that is not API v4. */
	base?: string;
	/** Key of its rows in `_embedded`. */
	collection: string;
	verb: Verb;
	/** What its records are told apart by, where that is not a number under the key `id`. */
	id?: { kind: 'number' | 'text'; key: string };
	/** What an answer about the one record has, where there is only one. */
	isSingle?: string;
}

/**
 * The requests that write rows, and how their answers are read: batches of `size`, where nothing is given as many as usual,
 * where the route takes arrays; one request for each row where it takes one. What the path names is not named again in the body,
 * and rows with different paths share no request.
 */
export function batchesFor(route: Route, size?: number): Pick<BatchJob, 'request' | 'answers' | 'idOf' | 'mayShare' | 'isSingle' | 'size' | 'addressOf'> {
	const { base, path, collection, verb } = route;
	const { method, root = path, path: below = '', sends, answers, atMost = Infinity, repeatable } = verb;
	const inPath = [...below.matchAll(KEY)].map(([, key]) => key);
	const addressOf = (row: IDataObject = {}) => root + below.replace(KEY, (_, key: string) => encodeURIComponent(String(row[key])));
	/** What was sent stands for an answer that has no rows. */
	const isBare = answers === 'nothing' || answers === 'links';
	const bodyOf = (rows: IDataObject[]) => {
		if (sends === 'nothing') return undefined;
		const bare = rows.map((row) => without(verb.rowOf?.(row) ?? row, inPath));
		return sends === 'row' ? bare[0] : method === 'POST' && !isBare && !verb.isUnmarked ? withRequestIds(bare) : bare;
	};
	return {
		size: sends === 'rows' ? Math.min(size ?? verb.usually ?? DEFAULT_BATCH_SIZE, atMost) : 1,
		request: (rows) => ({
			method,
			...(base === undefined ? {} : { base }),
			path: addressOf(rows[0]),
			body: bodyOf(rows),
			repeatable: typeof repeatable === 'function' ? repeatable(rows) : repeatable === true,
		}),
		answers: ({ status, body }, sent) => {
			if (typeof answers === 'function') return answers(body, sent);
			if (answers === 'embedded') return rowsIn(body, collection) ?? [];
			// 202 and 204 need no words; a 200 may have lost them.
			if (answers === 'nothing' && status !== 200) return sent;
			if (body === undefined) return status !== 200 || answers === 'nothing' ? sent : [];
			if (answers === 'links') return rowsIn(body, 'links') ? sent : [];
			return answers === 'self' && !Array.isArray(body) ? [body] : [];
		},
		idOf: isBare ? (sent) => sent.id ?? sent.entity_id ?? sent[route.id?.key ?? 'id'] : (answer) => shownId(route, answer),
		mayShare: isBare || verb.merges,
		isSingle: route.isSingle !== undefined,
		addressOf,
	};
}

/** The rows of that name in an answer to a write; nothing where it is another answer. */
export function rowsIn(body: unknown, name: string): IDataObject[] | undefined {
	const rows = (body as { _embedded?: Record<string, unknown> | null } | undefined)?._embedded?.[name];
	return Array.isArray(rows) ? (rows as IDataObject[]) : undefined;
}

/** The ID of the record that an answer shows; nothing where it shows none. */
function shownId({ id: { kind, key } = { kind: 'number', key: 'id' }, isSingle }: Route, answer: IDataObject): unknown {
	if (isSingle) return answer[isSingle] === undefined ? undefined : isSingle;
	const id = answer[key] ?? answer.id;
	if (kind === 'text') return typeof id === 'string' || typeof id === 'number' ? String(id) : undefined;
	return (typeof id === 'number' || typeof id === 'string') && /^[1-9]\d{0,15}$/.test(String(id)) ? Number(id) : undefined;
}

/** A value of the row in a path: `{id}`. */
const KEY = /\{(\w+)\}/g;

const without = (row: IDataObject, keys: unknown[]): IDataObject => Object.fromEntries(Object.entries(row).filter(([key]) => !keys.includes(key)));
