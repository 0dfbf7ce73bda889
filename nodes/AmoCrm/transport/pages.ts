import type { IDataObject } from 'n8n-workflow';

import type { ApiClient } from './client';
import { isTooMuch } from './failures';
import type { Failure, Query, Reply } from './types';

/** The largest page; more is silently cut to it (core facts 3.3). */
export const MAX_PAGE_SIZE = 250;

/** Pages that amoCRM cannot answer in time are halved, but not below this. */
const MIN_PAGE_SIZE = 10;

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
	/** Gets the first page when there are more, for requests that can go on beside the reading. */
	alongside?: (firstPage: IDataObject[]) => Promise<unknown>;
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
	const fullPage = job.maxPageSize ?? MAX_PAGE_SIZE;
	const list = await readPages(job, limit, pageSizeFor(limit, fullPage), fullPage);
	// The account ignores the filter: what was asked for is spread over the whole list, so pages should be full.
	return list === 'tooThin' ? ((await readPages(job, limit, fullPage, fullPage)) as ListResult) : list;
}

/** Equal pages that add up to the limit with as little over it as possible. */
function pageSizeFor(limit: number, fullPage: number): number {
	if (limit === Infinity) return fullPage;
	return Math.ceil(limit / Math.ceil(limit / fullPage));
}

/** `tooThin` when small pages hold rows that `accept` does not want. */
async function readPages(job: ListJob, limit: number, pageSize: number, fullPage: number): Promise<ListResult | 'tooThin'> {
	const withdrawal = new AbortController();
	const reader: PageReader = { job, size: pageSize, cut: false, announced: false, signal: withdrawal.signal };
	const rows: IDataObject[] = [];
	const ids = new Set<unknown>();
	let repeated = 0;
	let rejected = 0;

	const inFlight: Array<Promise<Range>> = [];
	let beside: Promise<unknown> | undefined;
	let asked = 0;
	/** One page first: most lists are short. Then as many as fill the rate limit. */
	let width = 1;
	const pagesNeeded = (): number => (limit === Infinity ? Infinity : Math.ceil((limit - rows.length) / pageSize));

	for (;;) {
		while (inFlight.length < Math.min(width, pagesNeeded())) {
			inFlight.push(readRange(reader, asked, asked + pageSize));
			asked += pageSize;
		}
		const range = await (inFlight.shift() as Promise<Range>);
		if (!range.ok) return await finish(range);
		for (const row of range.rows) {
			if (row.id !== undefined && ids.has(row.id)) {
				repeated += 1;
				continue;
			}
			if (row.id !== undefined) ids.add(row.id);
			if (job.accept && !job.accept(row)) rejected += 1;
			else if (rows.length < limit) rows.push(row);
		}
		if (rows.length >= limit || range.isLast) return await finish({ ok: true, rows, repeated, rejected });
		if (rejected > 0 && pageSize < fullPage) return await finish('tooThin');
		beside ??= job.alongside?.(range.rows);
		width = Math.min(MAX_IN_FLIGHT, Math.max(1, job.client.usefulParallelism()));
	}

	/** Pages past the end that still wait for their turn are not asked for; nothing is under way once the node is done. */
	async function finish<T>(result: T): Promise<T> {
		withdrawal.abort();
		await Promise.all([...inFlight, beside]);
		return result;
	}
}

interface PageReader {
	job: ListJob;
	/** Rows per page; halved when amoCRM cannot answer in time. */
	size: number;
	/** amoCRM gives less per page than it is asked for. */
	cut: boolean;
	/** A page has named the next one, so a page that does not is the last. */
	announced: boolean;
	signal: AbortSignal;
}

type Range = { ok: true; rows: IDataObject[]; isLast: boolean } | { ok: false; failure: Failure };

/** The rows in the places `from` to `to` (exclusive) of the list: one page, or smaller ones where that is too much. */
async function readRange(reader: PageReader, from: number, to: number): Promise<Range> {
	const { client, path, collection, query } = reader.job;
	const rows: IDataObject[] = [];
	for (let place = from; place < to; ) {
		const { size } = reader;
		const page = Math.floor(place / size) + 1;
		const start = (page - 1) * size;
		// Where amoCRM cuts pages to a size of its own, another size would be another place in the list.
		const splittable = size > MIN_PAGE_SIZE && !reader.cut;
		const reply = await client.send({
			method: 'GET',
			path,
			query: { ...query, page, limit: size },
			splittable,
			signal: reader.signal,
		});
		if (!reply.ok) {
			if (!splittable || !isTooMuch(reply.failure)) return reply;
			reader.size = Math.min(reader.size, Math.ceil(size / 2));
			continue;
		}
		const answer = embeddedRows(reply, collection);
		const more = hasNext(reply);
		reader.announced ||= more;
		const isLast = answer.length === 0 || (!more && (answer.length < size || reader.announced));
		// A smaller page may hold the end of the list, beyond the range.
		rows.push(...answer.slice(place - start, isLast ? undefined : to - start));
		if (isLast) return { ok: true, rows, isLast };
		if (answer.length < size) reader.cut = true;
		place = start + size;
	}
	return { ok: true, rows, isLast: false };
}

function hasNext(reply: Reply & { ok: true }): boolean {
	const links = (reply.body as { _links?: { next?: unknown } } | undefined)?._links;
	return links?.next !== undefined;
}
