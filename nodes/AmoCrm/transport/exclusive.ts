/** The last work that came for each key, under way or waiting. */
const lastOf = new Map<string, Promise<void>>();

/**
 * Does `work` when no other work of this process with one of the same keys is under way. Who came first goes first, so
 * that two executions that look for the same contact do not both create it. Rejects with the signal's reason when that
 * is aborted while it waits.
 */
export async function exclusively<T>({ keys, signal }: { keys: string[]; signal?: AbortSignal }, work: () => Promise<T>): Promise<T> {
	signal?.throwIfAborted();
	const before = Promise.all(new Set(keys.flatMap((key) => lastOf.get(key) ?? [])));
	let finish: () => void = () => undefined;
	const own = new Promise<void>((resolve) => {
		finish = resolve;
	});
	for (const key of keys) lastOf.set(key, own);
	try {
		await unlessAborted(before, signal);
		return await work();
	} finally {
		// Those behind wait for those before, even when this one gave up.
		void before.then(() => {
			finish();
			for (const key of keys) if (lastOf.get(key) === own) lastOf.delete(key);
		});
	}
}

/** Waits, and rejects with the signal's reason when that is aborted meanwhile. */
export async function unlessAborted(waiting: Promise<unknown>, signal?: AbortSignal): Promise<void> {
	let onAbort: () => void = () => undefined;
	const aborted = new Promise<never>((_resolve, reject) => {
		onAbort = () => reject(signal?.reason as Error);
		signal?.addEventListener('abort', onAbort, { once: true });
	});
	try {
		await Promise.race([waiting, aborted]);
	} finally {
		signal?.removeEventListener('abort', onAbort);
	}
}
