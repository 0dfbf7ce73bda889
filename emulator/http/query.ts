import qs from 'qs';

/** PHP-style query strings, and how amoCRM reads them: what it does not understand, it ignores. facts: core 3.3-3.5 */

export type Query = Record<string, unknown>;

const BRACKETS = { depth: 12, arrayLimit: 300, parameterLimit: 5_000, allowPrototypes: false, plainObjects: false, duplicates: 'last' } as const;

/** A key that comes again replaces what was there, unless its brackets are empty: as in PHP. facts: core 3.4 */
export const parseQuery = (text: string): Query => qs.parse(text, BRACKETS);

/** http_build_query of PHP: percent-encoded brackets, spaces as plus. facts: extended 1.3 */
export const buildQuery = (data: object): string => qs.stringify(data, { format: 'RFC1738' });

export const isRecord = (value: unknown): value is Record<string, unknown> =>
	typeof value === 'object' && value !== null && !Array.isArray(value);

/** The text of a value that has one; String() would throw on an object whose `toString` came from a body. */
export const scalar = (value: unknown): string | undefined =>
	typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined;

/** `a`, `a[]=…`, `a[0]=…` and `a=1,2` all become a list of strings; undefined when absent or unreadable. */
export function listOf(value: unknown): string[] | undefined {
	if (value === undefined || value === null || value === '') return undefined;
	const parts = Array.isArray(value) ? value : isRecord(value) ? Object.values(value) : String(value).split(',');
	const texts = parts.map(scalar).filter((part): part is string => part !== undefined && part !== '');
	return texts.length > 0 ? texts : undefined;
}

/** Like listOf, without splitting at commas: for names and texts. */
export function textsOf(value: unknown): string[] | undefined {
	const texts = (Array.isArray(value) ? value : isRecord(value) ? Object.values(value) : [value])
		.map(scalar)
		.filter((part): part is string => part !== undefined && part !== '');
	return texts.length > 0 ? texts : undefined;
}

export function intsOf(value: unknown): Set<number> | undefined {
	const numbers = listOf(value)?.map(Number).filter((number) => Number.isFinite(number));
	return numbers && numbers.length > 0 ? new Set(numbers) : undefined;
}

export interface Range {
	from: number;
	to: number;
}

/** `[from]`/`[to]`; a bare number means "from" where `scalarMeans` says so, otherwise exactly that number. */
export function rangeOf(value: unknown, scalarMeans: 'exact' | 'from' = 'exact'): Range | undefined {
	const number = (part: unknown): number | undefined => {
		const text = scalar(part);
		return text === undefined || text === '' || Number.isNaN(Number(text)) ? undefined : Number(text);
	};
	if (isRecord(value)) {
		const from = number(value.from);
		const to = number(value.to);
		return from === undefined && to === undefined ? undefined : { from: from ?? -Infinity, to: to ?? Infinity };
	}
	const exact = number(value);
	if (exact === undefined) return undefined;
	return { from: exact, to: scalarMeans === 'from' ? Infinity : exact };
}

export const within = (value: number | null | undefined, range: Range): boolean =>
	value !== null && value !== undefined && value >= range.from && value <= range.to;

export interface Paging {
	page: number;
	limit: number;
}

/** Page from 1 (0 and nonsense mean 1), limit clamped silently. facts: core 3.3 */
export function pagingOf(query: Query, max = 250, fallback = 50): Paging {
	const page = Math.floor(Number(scalar(query.page) ?? 1));
	const limit = Math.floor(Number(scalar(query.limit) ?? fallback));
	return {
		page: Number.isSafeInteger(page) && page > 0 ? page : 1,
		limit: Number.isFinite(limit) && limit > 0 ? Math.min(limit, max) : Math.min(fallback, max),
	};
}

export const withOf = (query: Query): Set<string> => new Set(listOf(query.with) ?? []);

export interface Order {
	field: string;
	descending: boolean;
}

/** Unknown fields and directions fall back silently. facts: core 3.5 */
export function orderOf(query: Query, supported: readonly string[], fallback: Order): Order {
	if (!isRecord(query.order)) return fallback;
	const [field, direction] = Object.entries(query.order)[0] ?? [];
	if (field === undefined || !supported.includes(field)) return fallback;
	if (direction !== 'asc' && direction !== 'desc') return fallback;
	return { field, descending: direction === 'desc' };
}
