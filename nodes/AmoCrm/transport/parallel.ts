import { sleep } from 'n8n-workflow';

/** Does `work` on every entry, a few at once, in the order of the entries. */
export async function inParallel<T>(entries: T[], inFlight: number, work: (entry: T) => Promise<void>): Promise<void> {
	const queue = [...entries].reverse();
	const worker = async (): Promise<void> => {
		while (queue.length > 0) await work(queue.pop() as T);
	};
	await Promise.all(Array.from({ length: Math.min(inFlight, queue.length) }, worker));
}

/** So long a loop over many entries keeps everything else in n8n waiting, ms: webhooks must be answered meanwhile. */
const TURN_MS = 20;

/** What `work` gives for every entry, in order, one after the other. Between two entries others get their turn. */
export async function inTurns<T, R>(entries: Iterable<T>, work: (entry: T, index: number) => R | Promise<R>): Promise<R[]> {
	const results: R[] = [];
	let since = performance.now();
	for (const entry of entries) {
		results.push(await work(entry, results.length));
		if (performance.now() - since < TURN_MS) continue;
		await sleep(0);
		since = performance.now();
	}
	return results;
}
