import type { IDataObject } from 'n8n-workflow';
import type { Emulator } from '../../emulator';
import type { Part } from './options';

/** What every contender has to do, and how to tell what became of it. */
export interface Job {
	part: Exclude<Part, 'rate' | 'cpu'>;
	name: string;
	/** Rows that go in, or that should come out of a reading job. */
	rows: number;
	/** Rows that amoCRM takes or gives at once: 50 is what it recommends for writing, 250 its largest page. */
	perRequest: number;
	/** One item for each row; a reading of everything has none. */
	items: (marks: Marks, rows: number) => IDataObject[];
	/** How many rows are right, by amoCRM's own books or by what came out. */
	right: (emulator: Emulator, marks: Marks, items: IDataObject[], out: IDataObject[]) => number;
}

/** What makes the rows of one run unmistakable. */
export interface Marks {
	run: string;
	/** Leads of the account. */
	leadIds: number[];
	/** A price that no other run has set. */
	price: number;
}

const range = (count: number) => Array.from({ length: count }, (_, index) => index);

export const createLeads = (rows: number, perRequest: number): Job => ({
	part: 'create',
	name: `create ${rows} leads`,
	rows,
	perRequest,
	items: ({ run, price }, count) => range(count).map((index) => ({ name: `${run} ${index}`, price: price + index })),
	right: ({ account }, _marks, items) => {
		const byName = new Map<string | null, number[]>();
		for (const { name, price } of account.leads.values()) byName.set(name, [...(byName.get(name) ?? []), price]);
		return items.filter(({ name, price }) => {
			const prices = byName.get(String(name));
			return prices?.length === 1 && prices[0] === price;
		}).length;
	},
});

export const updateLeads = (rows: number, perRequest: number): Job => ({
	part: 'update',
	name: `update ${rows} leads`,
	rows,
	perRequest,
	items: ({ leadIds, price }, count) => leadIds.slice(0, count).map((id, index) => ({ id, price: price + index })),
	right: ({ account }, _marks, items) => items.filter(({ id, price }) => account.leads.get(Number(id))?.price === price).length,
});

export const addNotes = (rows: number, perRequest: number): Job => ({
	part: 'notes',
	name: `add ${rows} notes`,
	rows,
	perRequest,
	items: ({ run, leadIds }, count) => leadIds.slice(0, count).map((id, index) => ({ id, text: `${run} ${index}` })),
	right: ({ account }, _marks, items) => {
		const written = new Set([...account.notes.values()].map(({ entity_id, params }) => `${entity_id} ${String(params.text)}`));
		return items.filter(({ id, text }) => written.has(`${String(id)} ${String(text)}`)).length;
	},
});

export const getLeads = (rows: number, perRequest: number): Job => ({
	part: 'get',
	name: `get ${rows} leads by ID`,
	rows,
	perRequest,
	items: ({ leadIds }, count) => leadIds.slice(-count).map((id) => ({ id })),
	right: (_emulator, _marks, items, out) => {
		const found = new Set(out.filter(({ name }) => /^Seeded/.test(String(name))).map(({ id }) => id));
		return items.filter(({ id }) => found.has(id as number)).length;
	},
});

export const readLeads = (rows: number): Job => ({
	part: 'read',
	name: `read ${rows} leads`,
	rows,
	perRequest: 250,
	items: () => [{}],
	right: (_emulator, _marks, _items, out) => new Set(out.filter(({ name }) => /^Seeded/.test(String(name))).map(({ id }) => id)).size,
});
