import type { IDataObject } from 'n8n-workflow';

import type { BatchJob } from './batches';
import { DEFAULT_BATCH_SIZE, withRequestIds } from './batches';
import { embeddedRows } from './pages';
import type { Verb } from './types';

/** Where rows go, and how. */
export interface Route {
	/** Path of the collection. */
	path: string;
	/** Key of its rows in `_embedded`. */
	collection: string;
	verb: Verb;
}

/**
 * The requests that write rows, and how their answers are read: batches of `size` where the route takes arrays, one request
 * for each row where it takes one. A record that the path names is not named again in the body.
 */
export function batchesFor({ path, collection, verb }: Route, size = DEFAULT_BATCH_SIZE): Pick<BatchJob, 'request' | 'answers' | 'size' | 'hasNoIds'> {
	const { method, path: below = '', sends, answers, atMost = Infinity, repeatable } = verb;
	const hasNoIds = sends === 'row' && method !== 'POST' && !below.includes('{id}');
	const bodyOf = (rows: IDataObject[]) => {
		if (sends === 'nothing') return undefined;
		const bare = below.includes('{id}') ? rows.map(withoutId) : rows;
		return sends === 'row' ? bare[0] : method === 'POST' && answers !== 'nothing' ? withRequestIds(bare) : bare;
	};
	return {
		size: sends === 'rows' ? Math.min(size, atMost) : 1,
		hasNoIds,
		request: (rows) => ({
			method,
			path: path + below.replace('{id}', () => encodeURIComponent(String(rows[0]?.id))),
			body: bodyOf(rows),
			repeatable: typeof repeatable === 'function' ? repeatable(rows) : repeatable === true,
		}),
		answers: (reply, sent) => {
			if (typeof answers === 'function') return answers(reply.body);
			if (answers === 'embedded') return embeddedRows(reply, collection);
			if (answers === 'nothing' || !reply.body || Array.isArray(reply.body)) return sent;
			return hasNoIds && !shares(reply.body, sent) ? [] : [reply.body];
		},
	};
}

const withoutId = (row: IDataObject): IDataObject => Object.fromEntries(Object.entries(row).filter(([key]) => key !== 'id'));

/** Whether the answer speaks of what was sent. */
const shares = (answer: IDataObject, sent: IDataObject[]): boolean => Object.keys(answer).some((key) => sent.some((row) => key in row));
