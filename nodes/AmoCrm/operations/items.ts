import { type IDataObject, deepCopy } from 'n8n-workflow';

import { readWithAccount } from '../fields/conventions';
import { AmoCrmError } from '../fields/errors';
import { grouped, inParallel, inTurns } from '../transport/parallel';
import { checkFiles } from './itemFiles';
import type { Results, Run } from './types';

/** What one item asks for. */
export interface Asked<T> {
	item: number;
	asked: T;
}

/** The one place that catches: what `work` throws is the error of those of its `items` that have no result yet. */
export async function attempt({ rows, errors }: Pick<Results, 'rows' | 'errors'>, items: Iterable<number>, work: () => Promise<void> | void): Promise<void> {
	try {
		await work();
	} catch (thrown) {
		const error = AmoCrmError.of(thrown);
		for (const item of items) if (!rows.has(item) && !errors.has(item)) errors.set(item, error);
	}
}

/** Reads what every item asks for, in order, and looks at the files that have to go along. An item for which that throws is left out and gets it as its error. */
export async function readItems<T>(run: Run, read: (item: number) => T | Promise<T>): Promise<Array<Asked<T>>> {
	const all: Array<Asked<T>> = [];
	await inTurns(run.todo, async (item) => {
		await attempt(run, [item], async () => {
			const asked = await readWithAccount(() => read(item));
			await checkFiles(run, item);
			all.push({ item, asked });
		});
	});
	return all;
}

/** Lists under way at once. Each fills the rate limit by itself when it is long; short ones do it together. */
export const LISTS_IN_FLIGHT = 6;

/** Items that ask for the same share one reading of it. What `ask` gives has to say all that decides the rows. */
export async function readShared<T>(run: Run, ask: (item: number) => T, rowsOf: (asked: T) => Promise<IDataObject[]>): Promise<void> {
	const all = await readItems(run, ask);
	const groups = await grouped(all, ({ asked }) => JSON.stringify(asked));
	await inParallel([...groups.values()], LISTS_IN_FLIGHT, async (group) => {
		const [first] = group;
		if (mustStop(run) || !first) return;
		const items = group.map(({ item }) => item);
		await attempt(run, items, async () => {
			const rows = await rowsOf(first.asked);
			// Items of n8n must not share rows: a later node may change one of them.
			for (const [index, item] of items.entries()) run.rows.set(item, index === 0 ? rows : await inTurns(rows, (row) => deepCopy(row)));
		});
	});
}

/** Gives every item its rows, or the error that `rowsOf` throws. */
export async function settleItems<T>(run: Run, all: Array<Asked<T>>, rowsOf: (asked: T, index: number) => IDataObject[]): Promise<void> {
	await inTurns(all, async ({ item, asked }, index) => {
		await attempt(run, [item], () => {
			run.rows.set(item, rowsOf(asked, index));
		});
	});
}

/** Without "continue on fail" one bad item ends the run: what is not under way yet does not begin. */
export const mustStop = ({ continueOnFail, errors }: Run): boolean => !continueOnFail && errors.size > 0;
