/** Work under way, by key. */
const underWay = new Map<string, Promise<void>>();

/**
 * Does `work` when no other work of this process with one of the same keys is under way. Who came first goes first, so
 * that two executions that look for the same contact do not both create it.
 */
export async function exclusively<T>(keys: string[], work: () => Promise<T>): Promise<T> {
	const before = [...new Set(keys.flatMap((key) => underWay.get(key) ?? []))];
	let finish: () => void = () => undefined;
	const own = new Promise<void>((resolve) => {
		finish = resolve;
	});
	for (const key of keys) underWay.set(key, own);
	try {
		await Promise.all(before);
		return await work();
	} finally {
		finish();
		for (const key of keys) if (underWay.get(key) === own) underWay.delete(key);
	}
}
