import { sleep } from 'n8n-workflow';

/** Does `work` on every entry, a few at once, in the order of the entries. */
export async function inParallel<T>(entries: T[], inFlight: number, work: (entry: T) => Promise<void>): Promise<void> {
	const queue = [...entries].reverse();
	const worker = async (): Promise<void> => {
		while (queue.length > 0) await work(queue.pop() as T);
	};
	await Promise.all(Array.from({ length: Math.min(inFlight, queue.length) }, worker));
}

/** So long loops over many entries keep everything else in n8n waiting, ms: webhooks must be answered meanwhile. */
const TURN_MS = 10;

/** When this turn of the event loop began, as far as loops know: all that run in it share its time. */
let turn: { began: number } | undefined;

function beginTurn(): { began: number } {
	void sleep(0).then(() => (turn = undefined));
	return { began: performance.now() };
}

/** Lets others have their turn when this one has lasted long enough: between two steps of work. */
export async function giveWay(): Promise<void> {
	const own = (turn ??= beginTurn());
	if (performance.now() - own.began < TURN_MS) return;
	await sleep(0);
	if (turn === own) turn = undefined;
}

/** What `work` gives for every entry, in order, one after the other. Between two entries others get their turn. */
export async function inTurns<T, R>(entries: Iterable<T>, work: (entry: T, index: number) => R | Promise<R>): Promise<R[]> {
	const results: R[] = [];
	for (const entry of entries) {
		await giveWay();
		results.push(await work(entry, results.length));
	}
	return results;
}

/** The entries in order, `size` of them at a time. */
export function chunksOf<T>(entries: T[], size: number): T[][] {
	return Array.from({ length: Math.ceil(entries.length / size) }, (_, index) => entries.slice(index * size, (index + 1) * size));
}

/** The entries by what `keyOf` gives for them, in order. */
export async function grouped<T, K>(entries: Iterable<T>, keyOf: (entry: T, index: number) => K): Promise<Map<K, T[]>> {
	const groups = new Map<K, T[]>();
	await inTurns(entries, (entry, index) => {
		const key = keyOf(entry, index);
		const group = groups.get(key);
		if (group) group.push(entry);
		else groups.set(key, [entry]);
	});
	return groups;
}
