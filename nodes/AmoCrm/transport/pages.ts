import type { IDataObject } from 'n8n-workflow';

import type { ApiClient } from './client';
import { isTooMuch } from './failures';
import type { Outcome, Query, Reply } from './types';

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

export type ListResult = Outcome<{
	rows: IDataObject[];
	/** Rows that came twice because others changed places between two pages. */
	repeated: number;
	/** Rows that came although `accept` says they should not have. */
	rejected: number;
}>;

/** The rows of a list answer: `_embedded[collection]`, or none for 204. */
export function embeddedRows(reply: Reply & { ok: true }, collection: string): IDataObject[] {
	const body = reply.body as { _embedded?: Record<string, unknown> } | undefined;
	const rows = body?._embedded?.[collection];
	return Array.isArray(rows) ? (rows as IDataObject[]) : [];
}

/**
 * Reads a list page by page, several pages at once, in the order of the list. There is no total count: the end is a
 * short page or an empty one (204).
 *
 * A record that is deleted, or leaves the filter, moves all behind it one place forward: where pages only touch, one of
 * them would pass between two pages and be missed. So each page of a whole list begins before the end of the one before,
 * and begins with a row that is known; otherwise what has passed is read too.
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

	const inFlight: Array<{ span: Span; overlap: number; reading: Promise<Range> }> = [];
	let beside: Promise<unknown> | undefined;
	/** Places before this one are asked for. */
	let asked = 0;
	/** Not up to a limit, where that is no whole list; not where amoCRM cuts pages, which then begin where it wants, nor for rows that nothing tells apart. */
	let overlaps = limit === Infinity;
	/** One page first: most lists are short. Then as many as fill the rate limit. */
	let width = 1;
	const pagesNeeded = (): number => (limit === Infinity ? Infinity : Math.ceil((limit - rows.length) / pageSize));

	for (;;) {
		while (inFlight.length < Math.min(width, pagesNeeded())) {
			const span = overlaps && asked > 0 ? overlappingSpan(asked, fullPage) : { from: asked, to: asked + pageSize, size: pageSize };
			inFlight.push({ span, overlap: asked - span.from, reading: readRange(reader, span) });
			asked = span.to;
		}
		const { span, overlap, reading } = inFlight.shift() as (typeof inFlight)[number];
		const range = await reading;
		if (!range.ok) return await finish(range);
		if (span.from === 0) overlaps &&= !reader.cut && range.rows.every(({ id }) => id !== undefined);
		const passed = overlap > 0 ? await readPassed(reader, span.from, range.rows, ids) : NOTHING;
		if (!passed.ok) return await finish(passed);
		take(passed.rows);
		const known = take(range.rows);
		if (passed.rows.length === 0) repeated += Math.max(0, known - overlap);
		if (rows.length >= limit || range.isLast) return await finish({ ok: true, rows, repeated, rejected });
		if (rejected > 0 && pageSize < fullPage) return await finish('tooThin');
		beside ??= job.alongside?.(range.rows);
		width = Math.min(MAX_IN_FLIGHT, Math.max(1, job.client.usefulParallelism()));
	}

	/** Returns how many of the rows were known. */
	function take(read: IDataObject[]): number {
		let known = 0;
		for (const row of read) {
			if (row.id !== undefined && ids.has(row.id)) {
				known += 1;
				continue;
			}
			if (row.id !== undefined) ids.add(row.id);
			if (job.accept && !job.accept(row)) rejected += 1;
			else if (rows.length < limit) rows.push(row);
		}
		return known;
	}

	/** Pages past the end that still wait for their turn are not asked for; nothing is under way once the node is done. */
	async function finish<T>(result: T): Promise<T> {
		withdrawal.abort();
		await Promise.all([...inFlight.map(({ reading }) => reading), beside]);
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

/** The places `from` to `to` (exclusive) of the list, to be read by pages of `size`. */
interface Span {
	from: number;
	to: number;
	size: number;
}

/**
 * The page that begins before `place` and reaches farthest beyond it. Pages begin at multiples of their size, so none can
 * begin one place earlier at will; trying sizes, a list takes 8 % more requests than with pages that only touch.
 */
function overlappingSpan(place: number, fullPage: number): Span {
	let best: Span = { from: 0, to: place, size: fullPage };
	for (let size = fullPage; size > fullPage / 2; size--) {
		const from = Math.floor((place - 1) / size) * size;
		if (from + size > best.to) best = { from, to: from + size, size };
	}
	// The sizes of tiny pages may all divide the place: then the next page can only touch.
	return best.to > place ? best : { from: place, to: place + fullPage, size: fullPage };
}

/** The rows that have moved from behind `place` to before it since the pages there were read; none when `next`, the page from there on, begins with a known one. */
async function readPassed(reader: PageReader, place: number, next: IDataObject[], ids: Set<unknown>): Promise<Range> {
	const passed: IDataObject[] = [];
	const isConnected = ([first]: IDataObject[]): boolean => first !== undefined && (first.id === undefined || ids.has(first.id));
	for (let to = place; to > 0 && !isConnected(passed.length > 0 ? passed : next); ) {
		const { size } = reader;
		const from = Math.floor((to - 1) / size) * size;
		const range = await readRange(reader, { from, to, size });
		if (!range.ok) return range;
		passed.unshift(...range.rows);
		to = from;
	}
	return { ok: true, rows: passed, isLast: false };
}

type Range = Outcome<{ rows: IDataObject[]; isLast: boolean }>;

const NOTHING: Range = { ok: true, rows: [], isLast: false };

/** The rows of a span: one page, or smaller ones where that is too much. */
async function readRange(reader: PageReader, { from, to, size: wanted }: Span): Promise<Range> {
	const { client, path, collection, query } = reader.job;
	const rows: IDataObject[] = [];
	for (let place = from; place < to; ) {
		const size = Math.min(wanted, reader.size);
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
		// A smaller page may hold the end of the list, beyond the span.
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
