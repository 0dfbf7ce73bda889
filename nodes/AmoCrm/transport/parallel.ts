/** Does `work` on every entry, a few at once, in the order of the entries. */
export async function inParallel<T>(entries: T[], inFlight: number, work: (entry: T) => Promise<void>): Promise<void> {
	const queue = [...entries];
	const worker = async (): Promise<void> => {
		for (let entry = queue.shift(); entry !== undefined; entry = queue.shift()) await work(entry);
	};
	await Promise.all(Array.from({ length: Math.min(inFlight, queue.length) }, worker));
}
