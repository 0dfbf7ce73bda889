import type { Identified } from './rows';
import { SortedView } from './sortedView';

/** An in-memory table: a Map by id that also keeps sorted views, and tells a listener about every change. */

export class Table<T extends Identified> extends Map<number, T> {
	private lastId: number;

	private readonly views = new Map<string, SortedView<T>>();

	/** Sorted views without the hidden rows. */
	private readonly visibleViews = new Map<string, SortedView<T>>();

	private readonly isLive = (row: T): boolean => this.get(row.id) === row;

	private readonly isVisible = (row: T): boolean => this.isLive(row) && !isHidden(row);

	/** Told the id of every row that was added, changed or removed. */
	listener: ((id: number) => void) | undefined;

	constructor(
		readonly name: string,
		firstId: number,
	) {
		super();
		this.lastId = firstId - 1;
	}

	nextId(): number {
		this.lastId += 1;
		return this.lastId;
	}

	/** The highest id given so far: deleted ones are not given again. */
	get highestId(): number {
		return this.lastId;
	}

	set highestId(id: number) {
		this.lastId = Math.max(this.lastId, id);
	}

	override set(id: number, row: T): this {
		const old = this.get(id);
		if (id > this.lastId) this.lastId = id;
		super.set(id, row);
		for (const view of this.allViews()) {
			if (old !== undefined && old !== row) view.touch(old, false);
			view.touch(row, old !== row);
		}
		this.listener?.(id);
		return this;
	}

	override delete(id: number): boolean {
		const row = this.get(id);
		if (row === undefined) return false;
		super.delete(id);
		for (const view of this.allViews()) view.touch(row, false);
		this.listener?.(id);
		return true;
	}

	override clear(): void {
		for (const id of [...this.keys()]) this.delete(id);
	}

	add(row: T): T {
		this.set(row.id, row);
		return row;
	}

	/** Changes a row in place (sorted views hold references) and returns what it was before. */
	change(row: T, changes: Partial<T>): T {
		const before = { ...row };
		Object.assign(row, changes);
		for (const view of this.views.values()) if (view.field in changes) view.touch(row, false);
		const appears = isHidden(before) !== isHidden(row);
		for (const view of this.visibleViews.values()) if (appears || view.field in changes) view.touch(row, false);
		this.listener?.(row.id);
		return before;
	}

	/** All rows, ascending by a numeric or text field, then by id. Read it at once: the next change may change it. */
	sortedBy(field: keyof T & string): readonly T[] {
		const view = this.views.get(field) ?? new SortedView<T>(field, this.values());
		this.views.set(field, view);
		return view.read(this.isLive);
	}

	/** The same without rows in the trash or inside an incoming lead: pages of it are cut without looking at rows. */
	visibleBy(field: keyof T & string): readonly T[] {
		const view = this.visibleViews.get(field) ?? new SortedView<T>(field, [...this.values()].filter(this.isVisible));
		this.visibleViews.set(field, view);
		return view.read(this.isVisible);
	}

	private *allViews(): Generator<SortedView<T>> {
		yield* this.views.values();
		yield* this.visibleViews.values();
	}
}

/** In the trash, or inside an incoming lead. */
function isHidden(row: Identified & { is_deleted?: unknown; is_unsorted?: unknown }): boolean {
	return row.is_deleted === true || row.is_unsorted === true;
}

/** Walks an array from either end without copying it. */
export function* walk<T>(rows: readonly T[], descending: boolean): Generator<T> {
	if (!descending) yield* rows;
	else for (let index = rows.length - 1; index >= 0; index -= 1) yield rows[index] as T;
}
