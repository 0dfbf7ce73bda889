import type { IDataObject } from 'n8n-workflow';

import type { RowOutcome } from './batches';
import { sendInBatches, withRequestIds } from './batches';
import type { ApiClient } from './client';
import { embeddedRows } from './pages';
import type { ApiRequest, Verb } from './types';

/** Where rows go, and how. */
export interface RowsJob {
	client: ApiClient;
	/** Path of the collection. */
	path: string;
	/** Key of its rows in `_embedded`. */
	collection: string;
	verb: Verb;
	/** Rows per request, where one takes several. */
	size: number;
	/** Whether good rows go on when others are refused ("continue on fail"). */
	rescue: boolean;
}

/**
 * The one way to write: rows in batches where the route takes arrays, single requests in parallel inside the limit where
 * it takes one. Says for each row what became of it, in the order of the rows. Never throws.
 */
export async function sendRows(rows: IDataObject[], { client, collection, size, rescue, ...route }: RowsJob): Promise<RowOutcome[]> {
	const { sends, answers, atMost = Infinity } = route.verb;
	return await sendInBatches(rows, {
		client,
		size: sends === 'rows' ? Math.min(size, atMost) : 1,
		rescue,
		request: (sent) => requestOf(route, sent),
		answers: (reply, sent) => {
			if (answers === 'embedded') return embeddedRows(reply, collection);
			return answers === 'self' && reply.body && !Array.isArray(reply.body) ? [reply.body] : sent;
		},
	});
}

/** The request that carries some of the rows. A record that the path names is not named again in the body. */
export function requestOf({ path, verb }: Pick<RowsJob, 'path' | 'verb'>, rows: IDataObject[]): ApiRequest {
	const { method, path: below = '', sends, repeatable } = verb;
	const named = below.includes('{id}');
	const address = path + below.replace('{id}', () => encodeURIComponent(String(rows[0]?.id)));
	const bare = named ? rows.map((row) => Object.fromEntries(Object.entries(row).filter(([key]) => key !== 'id')) as IDataObject) : rows;
	const body = sends === 'rows' ? (method === 'POST' ? withRequestIds(bare) : bare) : sends === 'row' ? bare[0] : undefined;
	return { method, path: address, ...(body === undefined ? {} : { body }), ...(repeatable ? { repeatable } : {}) };
}
