import type { Identified } from './rows';

/** Rows of a table in the order of one field, kept up to date at the price of what has changed. */
export class SortedView<T extends Identified> {
	private rows: T[];

	/** Rows that were added, moved or removed since the last reading; true: added, so not in `rows` yet. */
	private readonly touched = new Map<T, boolean>();

	private readonly compare: (a: T, b: T) => number;

	constructor(
		readonly field: keyof T & string,
		all: Iterable<T>,
	) {
		this.compare = byField(field);
		this.rows = [...all].sort(this.compare);
	}

	touch(row: T, added: boolean): void {
		if (!this.touched.has(row)) this.touched.set(row, added);
	}

	/** Ascending. The array is the view itself: read it, do not keep or change it. */
	read(isLive: (row: T) => boolean): readonly T[] {
		if (this.touched.size === 0) return this.rows;
		const fresh = [...this.touched.keys()].filter(isLive).sort(this.compare);
		const onlyAdded = [...this.touched.values()].every(Boolean);
		const kept = onlyAdded ? this.rows : this.rows.filter((row) => !this.touched.has(row));
		this.rows = merged(kept, fresh, this.compare);
		this.touched.clear();
		return this.rows;
	}
}

function merged<T>(kept: T[], fresh: T[], compare: (a: T, b: T) => number): T[] {
	const [first] = fresh;
	const last = kept.at(-1);
	if (first === undefined) return kept;
	// New rows are mostly the newest in every order.
	if (last === undefined || compare(last, first) <= 0) {
		for (const row of fresh) kept.push(row);
		return kept;
	}
	const out: T[] = [];
	let next = 0;
	for (const row of kept) {
		for (let candidate = fresh[next]; candidate !== undefined && compare(candidate, row) < 0; candidate = fresh[next]) {
			out.push(candidate);
			next += 1;
		}
		out.push(row);
	}
	return out.concat(fresh.slice(next));
}

/** By a numeric or text field, then by id. */
export function byField<T extends Identified>(field: keyof T & string): (a: T, b: T) => number {
	return (a, b) => compareValues(a[field], b[field]) || a.id - b.id;
}

function compareValues(a: unknown, b: unknown): number {
	if (a === b) return 0;
	if (typeof a === 'number' && typeof b === 'number') return a - b;
	// Nulls first: MySQL's order, which amoCRM inherits.
	if (a === null || a === undefined) return -1;
	if (b === null || b === undefined) return 1;
	return String(a).localeCompare(String(b));
}
