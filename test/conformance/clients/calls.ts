/** A client's calls, each driven once. The list is what clients.test.ts checks for gaps and what CLIENTS.md is made of. */

export interface Call<Context> {
	/** As the client names it: `lead.addLeads`. */
	name: string;
	/** Why this call cannot work against amoCRM either: then `run` shows how it fails. */
	fault?: string;
	run(context: Context): Promise<void>;
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
