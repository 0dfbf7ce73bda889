import { inTurns } from './parallel';

/** The last work that came for each key, under way or waiting. */
const lastOf = new Map<string, Promise<void>>();

/** Works take their places for all of their keys one after the other: side by side, two could wait for each other. */
let entrance: Promise<unknown> = Promise.resolve();

/**
 * Does `work` when no other work of this process with one of the same keys is under way. Who came first goes first, so
 * that two executions that look for the same contact do not both create it. Rejects with the signal's reason when that
 * is aborted while it waits.
 */
export async function exclusively<T>({ keys, signal }: { keys: string[]; signal?: AbortSignal }, work: () => Promise<T>): Promise<T> {
	signal?.throwIfAborted();
	let finish: () => void = () => undefined;
	const own = new Promise<void>((resolve) => {
		finish = resolve;
	});
	const others = new Set<Promise<void>>();
	const takePlaces = async (): Promise<unknown> =>
		await inTurns(keys, (key) => {
			const last = lastOf.get(key);
			if (last && last !== own) others.add(last);
			lastOf.set(key, own);
		});
	entrance = entrance.then(takePlaces);
	const before = entrance.then(async () => await Promise.all(others));
	try {
		await unlessAborted(before, signal);
		return await work();
	} finally {
		// Those behind wait for those before, even when this one gave up.
		void before.then(async () => {
			finish();
			await inTurns(keys, (key) => lastOf.get(key) === own && lastOf.delete(key));
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
