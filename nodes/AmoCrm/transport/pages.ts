import type { IDataObject } from 'n8n-workflow';

import type { ApiClient } from './client';
import type { Failure, Query, Reply } from './types';

/** The largest page; more is silently cut to it (core facts 3.3). */
export const MAX_PAGE_SIZE = 250;

const MAX_IN_FLIGHT = 6;

export interface ListJob {
	client: ApiClient;
	path: string;
	/** Key of the rows in `_embedded`. */
	collection: string;
	query?: Query;
	/** At most this many rows; absent = all. */
	limit?: number;
	/** The largest page that this route gives. */
	maxPageSize?: number;
	/** Rows that do not pass are left out and do not count towards the limit. */
	accept?: (row: IDataObject) => boolean;
}

export type ListResult =
	| {
			ok: true;
			rows: IDataObject[];
			/** Rows that came twice because others changed places between two pages. */
			repeated: number;
			/** Rows that came although `accept` says they should not have. */
			rejected: number;
	  }
	| { ok: false; failure: Failure };

/** The rows of a list answer: `_embedded[collection]`, or none for 204. */
export function embeddedRows(reply: Reply & { ok: true }, collection: string): IDataObject[] {
	const body = reply.body as { _embedded?: Record<string, unknown> } | undefined;
	const rows = body?._embedded?.[collection];
	return Array.isArray(rows) ? (rows as IDataObject[]) : [];
}

/**
 * Reads a list page by page, several pages at once, in the order of the list. There is no total count: the end is a
 * short page or an empty one (204).
 */
export async function readList(job: ListJob): Promise<ListResult> {
	const limit = job.limit ?? Infinity;
	if (limit <= 0) return { ok: true, rows: [], repeated: 0, rejected: 0 };
	const pageSize = pageSizeFor(limit, job.maxPageSize ?? MAX_PAGE_SIZE);
	const rows: IDataObject[] = [];
	const ids = new Set<unknown>();
	let repeated = 0;
	let rejected = 0;

	const inFlight: Array<Promise<Reply>> = [];
	let nextPage = 1;
	/** One page first: most lists are short. Then as many as fill the rate limit. */
	let width = 1;
	const pagesNeeded = (): number => (limit === Infinity ? Infinity : Math.ceil((limit - rows.length) / pageSize));

	for (;;) {
		while (inFlight.length < Math.min(width, pagesNeeded())) inFlight.push(fetchPage(nextPage++));
		const reply = await (inFlight.shift() as Promise<Reply>);
		if (!reply.ok) {
			await Promise.all(inFlight);
			return reply;
		}
		const page = embeddedRows(reply, job.collection);
		for (const row of page) {
			if (row.id !== undefined && ids.has(row.id)) {
				repeated += 1;
				continue;
			}
			if (row.id !== undefined) ids.add(row.id);
			if (job.accept && !job.accept(row)) rejected += 1;
			else if (rows.length < limit) rows.push(row);
		}
		if (rows.length >= limit || isLastPage(reply, page.length, pageSize)) {
			// Pages that were asked for past the end: nothing of ours is under way once the node is done.
			await Promise.all(inFlight);
			return { ok: true, rows, repeated, rejected };
		}
		width = Math.min(MAX_IN_FLIGHT, Math.max(1, job.client.usefulParallelism()));
	}

	async function fetchPage(page: number): Promise<Reply> {
		return await job.client.send({
			method: 'GET',
			path: job.path,
			query: { ...job.query, page, limit: pageSize },
		});
	}
}

/** Equal pages that add up to the limit with as little over it as possible. */
function pageSizeFor(limit: number, maxPageSize: number): number {
	if (limit === Infinity) return maxPageSize;
	return Math.ceil(limit / Math.ceil(limit / maxPageSize));
}

/** A short page ends the list, unless amoCRM cut the page size and says that there is more. */
function isLastPage(reply: Reply & { ok: true }, rowCount: number, pageSize: number): boolean {
	if (rowCount === 0) return true;
	const links = (reply.body as { _links?: { next?: unknown } } | undefined)?._links;
	return rowCount < pageSize && links?.next === undefined;
}
