import { sleep } from 'n8n-workflow';

import { parameterProblem } from './problems';
import type { ItemResult, Run } from './types';

/** So long the reading of many items keeps everything else in n8n waiting, ms: webhooks must be answered meanwhile. */
const TURN_MS = 20;

/** What one item asks for. */
export interface Asked<T> {
	item: number;
	asked: T;
}

/**
 * Reads what every item asks for, in order. An item whose parameters cannot be read (`read` throws) is left out and gets
 * its problem in `results`.
 */
export async function readItems<T>(
	run: Run,
	results: Array<ItemResult | undefined>,
	read: (item: number) => T,
): Promise<Array<Asked<T>>> {
	const all: Array<Asked<T>> = [];
	let since = performance.now();
	for (let item = 0; item < run.items.length; item++) {
		try {
			all.push({ item, asked: read(item) });
		} catch (error) {
			results[item] = { problem: parameterProblem(error) };
		}
		if (performance.now() - since > TURN_MS) {
			await sleep(0);
			since = performance.now();
		}
	}
	return all;
}

/** Without "continue on fail" one bad item ends the run: what is not under way yet does not begin. */
export const mustStop = (run: Run, results: Array<ItemResult | undefined>): boolean =>
	!run.continueOnFail && results.some((result) => result !== undefined && 'problem' in result);

/** One result for each item; those that a stop left without one have no rows. */
export const allResults = (run: Run, results: Array<ItemResult | undefined>): ItemResult[] =>
	run.items.map((_, item) => results[item] ?? { rows: [] });
