import type { IDataObject } from 'n8n-workflow';

import { type Rows, readRows } from './answers';
import type { ApiClient } from './client';
import { failureAs, isTooMuch } from './failures';
import type { Outcome, Query } from './types';

/** The largest page; more is silently cut to it (core facts 3.3). */
export const MAX_PAGE_SIZE = 250;

/** Pages that amoCRM cannot answer in time are halved, but not below this. */
const MIN_PAGE_SIZE = 10;

const MAX_IN_FLIGHT = 6;

export interface ListJob {
	client: ApiClient;
	path: string;
	/** What stands before `path` where that is not the account's own API. */
	base?: string;
	/** Key of the rows in `_embedded`; the only list there when left out. */
	collection?: string;
	query?: Query;
	/** At most this many rows; absent = all. */
	limit?: number;
	/** The largest page that this route gives. */
	maxPageSize?: number;
	/** The route gives everything at once and knows no pages (core facts 3.3). */
	unpaged?: true;
	/** Rows that do not pass are left out and do not count towards the limit. */
	accept?: (row: IDataObject) => boolean;
	/** `accept` may leave out most of them: pages are as large as they can be. */
	isSifted?: boolean;
	/** Gets the first page when there are more, for requests that can go on beside the reading. */
	alongside?: (firstPage: IDataObject[]) => Promise<unknown>;
}

export type ListResult = Outcome<{
	rows: IDataObject[];
	/** Rows that came twice because others changed places between two pages. */
	repeated: number;
	/** Rows that came although `accept` says they should not have. */
	rejected: number;
	/** Whether some rows are no records: amoCRM gave nothing in their place. */
	hasUnreadable: boolean;
}>;

/** Whether a list surely or possibly has more rows than that. Costs one request. */
export async function isLongerThan(client: ApiClient, { path, collection }: Pick<ListJob, 'path' | 'collection'>, count: number): Promise<boolean> {
	const probe = await readRows(client, { path, query: { limit: 1, page: count + 1 } }, collection);
	return !probe.ok || probe.count > 0;
}

async function readAtOnce({ client, base, path, query, collection, accept = () => true }: ListJob, limit: number): Promise<ListResult> {
	const reply = await readRows(client, { base, path, query }, collection);
	if (!reply.ok) return reply;
	const rows = reply.rows.filter(accept);
	return { ok: true, rows: rows.slice(0, limit), repeated: 0, rejected: reply.rows.length - rows.length, hasUnreadable: reply.count > reply.rows.length };
}

/** How the pages of a list are cut. */
interface Paging {
	/** Rows per page; halved when amoCRM cannot answer in time. */
	size: number;
	/** The largest page that this list gives. */
	full: number;
	/** Whether each page begins before the end of the one before. */
	overlap: boolean;
	/** The list gives more than is asked for: it has pages of its own, of which only the number can be chosen. */
	fixed: boolean;
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
	if (limit <= 0) return { ok: true, rows: [], repeated: 0, rejected: 0, hasUnreadable: false };
	if (job.unpaged) return await readAtOnce(job, limit);
	const full = job.maxPageSize ?? MAX_PAGE_SIZE;
	// Equal pages that add up to the limit with as little over it as possible.
	const size = limit === Infinity || job.isSifted ? full : Math.ceil(limit / Math.ceil(limit / full));
	let paging: Paging = { size, full, overlap: limit === Infinity, fixed: false };
	for (;;) {
		const list = await readPages(job, limit, paging);
		if ('ok' in list) return list;
		paging = list;
	}
}

/** Gives another way to cut the pages where this one turns out to be wrong. */
async function readPages(job: ListJob, limit: number, given: Paging): Promise<ListResult | Paging> {
	const paging = { ...given };
	const rows: IDataObject[] = [];
	const known = new Set<unknown>();
	let repeated = 0;
	let rejected = 0;
	let hasUnreadable = false;
	let queue: Array<{ span: Span; place: number; reading: Promise<Rows> }> = [];
	let withdrawal = new AbortController();
	let beside: Promise<unknown> | undefined;
	/** Places before this one are asked for. */
	let asked = 0;
	/** A page has named the next one, so a page that does not is the last. */
	let announced = false;
	/** One page first: most lists are short. Then as many as fill the rate limit. */
	let width = 1;
	const isSplittable = ({ size }: Pick<Span, 'size'>): boolean => size > MIN_PAGE_SIZE && !paging.fixed;
	const pagesNeeded = (): number => (limit === Infinity || job.isSifted ? Infinity : Math.ceil((limit - rows.length) / paging.size));

	for (;;) {
		while (queue.length < Math.min(width, pagesNeeded())) {
			const span = spanFrom(asked, paging);
			queue.push({ span, place: asked, reading: readPage(span) });
			asked = span.to;
		}
		const { span, place, reading } = queue.shift() as (typeof queue)[number];
		const page = await reading;
		const passed = page.ok && paging.overlap && span.from > 0 ? await readPassed(span, place, page.rows) : NOTHING;
		if (!page.ok || !passed.ok) {
			const failed = page.ok ? passed : page;
			if (failed.ok || !isSplittable(span) || !isTooMuch(failed.failure)) return await finish(failed as ListResult);
			await withdraw();
			paging.size = paging.full = Math.ceil(span.size / 2);
			asked = place;
			continue;
		}
		const isFirst = span.from === 0;
		if (page.count > span.size && (page.more || !isFirst) && !paging.fixed) {
			return await finish({ size: given.full, full: given.full, overlap: false, fixed: true });
		}
		announced ||= page.more;
		const isLast = page.count === 0 || (!page.more && (announced || page.count !== span.size));
		if (isFirst) {
			paging.overlap &&= page.rows.every((row) => idOf(row) !== undefined);
			// amoCRM gives less per page than it is asked for: a page number counts pages of that size.
			if (page.count < span.size && !isLast && !paging.fixed) {
				paging.full = asked = page.count;
				paging.size = Math.min(paging.size, paging.full);
			}
		}
		hasUnreadable ||= page.count > page.rows.length;
		const overlap = place - span.from;
		const taken = [take(passed.rows), take(page.rows, overlap)];
		if (passed.rows.length === 0) repeated += Math.max(0, (taken[1]?.again ?? 0) - overlap);
		if (rows.length >= limit || isLast) return await finish({ ok: true, rows, repeated, rejected, hasUnreadable });
		if (!isFirst && taken.every(({ fresh }) => fresh === 0)) return await finish({ ok: false, failure: NO_NEXT_PAGE });
		// The account ignores the filter: what was asked for is spread over the whole list, so pages should be full.
		if (rejected > 0 && paging.size < paging.full) return await finish({ ...paging, size: paging.full });
		beside ??= job.alongside?.(page.rows);
		width = Math.min(MAX_IN_FLIGHT, Math.max(1, job.client.usefulParallelism()));
	}

	/** How many of the rows are new, and how many came before. Where nothing tells them apart, the first `overlap` did. */
	function take(read: IDataObject[], overlap = 0): { fresh: number; again: number } {
		let fresh = 0;
		let again = 0;
		for (const [index, row] of read.entries()) {
			const id = idOf(row);
			const key = id ?? JSON.stringify(row);
			if (!known.has(key)) fresh += 1;
			else if (id !== undefined) again += 1;
			if (id === undefined ? index < overlap : known.has(key)) continue;
			known.add(key);
			if (job.accept && !job.accept(row)) rejected += 1;
			else if (rows.length < limit) rows.push(row);
		}
		return { fresh, again };
	}

	async function readPage({ from, size }: Span): Promise<Rows> {
		const { client, base, path, collection, query } = job;
		const request = { base, path, query: { ...query, page: from / size + 1, limit: size }, splittable: isSplittable({ size }), signal: withdrawal.signal };
		return await readRows(client, request, collection);
	}

	/**
	 * The rows that have moved from behind the page to before it since the pages there were read; none when the page begins
	 * with a known row.
	 */
	async function readPassed({ from: start }: Span, place: number, next: IDataObject[]): Promise<Rows> {
		const passed: IDataObject[] = [];
		const isConnected = ([first]: IDataObject[]): boolean => first !== undefined && known.has(idOf(first));
		for (let to = start; to > 0 && !(isConnected(passed) || (passed.length === 0 && start < place && isConnected(next))); ) {
			const { size } = paging;
			const from = Math.floor((to - 1) / size) * size;
			const page = await readPage({ from, to, size });
			if (!page.ok) return page;
			passed.unshift(...page.rows.slice(0, to - from));
			to = from;
		}
		return { ok: true, rows: passed, count: passed.length, more: true };
	}

	/** Pages that still wait for their turn are not asked for. */
	async function withdraw(): Promise<void> {
		withdrawal.abort();
		await Promise.all(queue.map(({ reading }) => reading));
		queue = [];
		withdrawal = new AbortController();
	}

	/** Nothing is under way once the node is done. */
	async function finish<T>(result: T): Promise<T> {
		await withdraw();
		await beside;
		return result;
	}
}

/** What tells a row from others, whatever the route calls it. */
const idOf = ({ id, uid, uuid }: IDataObject): unknown => id ?? uid ?? uuid ?? undefined;

/** The places `from` to `to` (exclusive) of the list: a page of `size`. */
interface Span {
	from: number;
	to: number;
	size: number;
}

/**
 * The page that holds `place` and reaches farthest beyond it; in an overlapping list it holds the place before it too.
 * Pages begin at multiples of their size, so none can begin one place earlier at will; trying sizes, a list takes 8 % more
 * requests than with pages that only touch.
 */
function spanFrom(place: number, { size: wanted, full, overlap }: Paging): Span {
	const pageAt = (first: number, size: number): Span => {
		const from = Math.floor(first / size) * size;
		return { from, to: from + size, size };
	};
	if (!overlap || place === 0) return pageAt(place, wanted);
	let best: Span | undefined;
	for (let size = full; size > full / 2; size--) {
		const span = pageAt(place - 1, size);
		if (span.to > (best?.to ?? place)) best = span;
	}
	// The sizes of tiny pages may all divide the place: then the next page can only touch, and the one before is read again.
	return best ?? pageAt(place, full);
}

const NOTHING: Rows = { ok: true, rows: [], count: 0, more: false };

const NO_NEXT_PAGE = failureAs(
	'malformed',
	'amoCRM gives the same records again instead of the next page, so the list cannot be read to its end',
	"Run again; if it goes on, narrow the list with filters so that it fits into one page, or sort it by 'ID'.",
);
