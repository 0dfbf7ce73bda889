/** The calls of a client that we did not write, each driven once: what the suites run and what CLIENTS.md is made of. */

type Run<Context> = (context: Context) => void | Promise<void>;

export interface Call<Context> {
	/** As the client names it: `lead.addLeads`. */
	name: string;
	/** Why, by amoCRM's documentation, this call cannot work against amoCRM either: then `run` shows how it fails. */
	fault?: string;
	/** Why no test drives it; such a call has no `run`. */
	uncovered?: string;
	run?: Run<Context>;
}

type Entry<Context> = Run<Context> | { fault: string; run: Run<Context> };

/** The calls of one object of a client, named `category.method`. */
export const callsOf = <Context>(category: string, entries: Record<string, Entry<Context>>): Call<Context>[] =>
	Object.entries(entries).map(([method, entry]) => {
		const name = `${category}.${method}`;
		return typeof entry === 'function' ? { name, run: entry } : { name, ...entry };
	});

export const uncovered = (
	category: string,
	reason: string,
	methods: readonly string[],
): { name: string; uncovered: string; run?: undefined }[] =>
	methods.map((method) => ({ name: `${category}.${method}`, uncovered: reason }));

/** One test for each call, in the order of the list: later calls use what earlier ones have made. */
export function testCalls<Context>(calls: readonly Call<Context>[], context: () => Context): void {
	for (const { name, fault, run } of calls) {
		if (run) it(fault === undefined ? name : `${name} (fails by itself: ${fault})`, async () => await run(context()));
	}
}

/** Names of an object's methods, its own and those of its classes up to (not including) `end`. */
export function methodsOf(object: object, end: object = Object.prototype): string[] {
	const names = new Set<string>();
	for (let level: object = object; level !== end && level !== Object.prototype; level = Object.getPrototypeOf(level) as object) {
		for (const [name, { value }] of Object.entries(Object.getOwnPropertyDescriptors(level))) {
			if (typeof value === 'function' && name !== 'constructor') names.add(name);
		}
	}
	return [...names];
}

export interface Embedded {
	id: number;
	uid?: string;
	name?: string;
}

/** What the tests read of an answer; the rest is compared as a whole. */
export interface Answer extends Partial<Embedded> {
	_embedded?: Record<string, Embedded[]>;
}

export function rowsOf(answer: unknown, key: string): Embedded[] {
	const rows = (answer as Answer | null)?._embedded?.[key];
	if (!rows) throw new Error(`No _embedded.${key} in ${JSON.stringify(answer)}`);
	return rows;
}

export function firstId(answer: unknown, key: string): number {
	const [first] = rowsOf(answer, key);
	if (!first) throw new Error(`No row in _embedded.${key}`);
	return first.id;
}

export function only<T>(values: Iterable<T>): T {
	const [first] = values;
	if (first === undefined) throw new Error('Nothing there');
	return first;
}
