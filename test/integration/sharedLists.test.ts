import type { IDataObject, INodeParameters } from 'n8n-workflow';

import type { World } from './world';
import { addLeads, FAST, listLeads, openWorld } from './world';

let world: World;
let leads: number[];
let fields: Record<string, number>;

beforeAll(async () => {
	world = await openWorld({ language: 'en', rateLimit: false });
	leads = await addLeads(world, 12);
	await world.run(
		{ resource: 'lead', operation: 'update', leadId: '={{ $json.lead }}', customFields: { mappingMode: 'autoMapInputData', value: null }, options: FAST },
		{ items: [{ lead: leads[0], Source: 'Website' }, { lead: leads[1], Source: 'Referral' }] },
	);
	fields = Object.fromEntries([...world.emulator.account.customFields.values()].filter(({ owner }) => owner === 'leads').map(({ id, name }) => [name, id]));
});

beforeEach(() => {
	world.emulator.log.clear();
	world.emulator.switches.isApiFilterEnabled = true;
});
afterEach(() => world.emulator.faults.clear());
afterAll(async () => await world.close());

const pick = (value: unknown) => ({ record: [{ recordId: { __rl: true, mode: 'id', value } }] });

describe.each([true, false])('lists of several items (account with paid filters: %s)', (isApiFilterEnabled) => {
	beforeEach(() => {
		world.emulator.switches.isApiFilterEnabled = isApiFilterEnabled;
	});

	/** The IDs that each item got. */
	async function idsOf(filters: object, items: IDataObject[]) {
		const { rows, hints, error } = await world.run(listLeads({ filters } as INodeParameters), { items });
		expect(error).toBeUndefined();
		const ids = items.map((_, item) => rows.filter(({ pairedItem }) => (pairedItem as { item: number }).item === item).map(({ json }) => json.id));
		return { ids, hints: hints.map(({ message }) => message).join() };
	}

	it('two conditions on the IDs both hold, for each item its own', async () => {
		const [a, b, c] = leads as [number, number, number];
		const { ids, hints } = await idsOf({ records: pick('={{ $json.picked }}'), ids: '={{ $json.ids }}' }, [
			{ picked: [a, b], ids: [b, c] },
			{ picked: [a, c], ids: [b, c] },
			{ picked: [a], ids: [b, c] },
			{ picked: [a, b, c], ids: [b, c] },
		]);
		expect(ids).toEqual([[b], [c], [], [b, c]]);
		if (isApiFilterEnabled) expect(hints).toBe('');
	});

	it('two conditions on one custom field both hold, for each item its own', async () => {
		const [website, referral] = leads.slice(0, 2);
		const field = (value: string) => ({ fieldId: fields.Source, comparison: 'is', value });
		const { ids, hints } = await idsOf({ customFields: { field: [field('={{ $json.one }}'), field('={{ $json.other }}')] } }, [
			{ one: 'Website, Referral', other: 'Website' },
			{ one: 'Website, Referral', other: 'Referral' },
			{ one: 'Website', other: 'Referral' },
		]);
		expect(ids).toEqual([[website], [referral], []]);
		if (isApiFilterEnabled) expect(hints).toBe('');
	});
});

it('both filters of notes for records hold', async () => {
	const { rows: notes } = await world.run(
		{ resource: 'note', operation: 'create', entityType: 'leads', entityId: '={{ $json.lead }}', noteType: 'common', text: 'x', options: FAST },
		{ items: leads.slice(0, 3).map((lead) => ({ lead })) },
	);
	const { rows } = await world.run({
		resource: 'note',
		operation: 'getAll',
		entityType: 'leads',
		returnAll: true,
		filters: { linkedRecords: { record: leads.slice(0, 2).map((id) => pick(id).record[0]) }, entityIds: leads.slice(1, 3).join() },
	} as INodeParameters);
	expect(rows.map(({ json }) => json.id)).toEqual([notes[1]?.json.id]);
});

it.each([
	['false', 2],
	['0', 2],
	['нет', 2],
	['true', 12],
	['да', 12],
	['perhaps', "'Return All': 'perhaps' is neither yes nor no"],
])("'Return All' given as the text %j", async (returnAll, expected) => {
	const { rows, error } = await world.run({ resource: 'lead', operation: 'getAll', returnAll: '={{ $json.all }}', limit: 2, filters: { query: 'Lead ' } }, { items: [{ all: returnAll }] });
	if (typeof expected === 'string') expect(error?.message).toContain(expected);
	else expect(rows).toHaveLength(expected);
});

it.each(['false', 'no'])("'Simplify' given as the text %j", async (simplify) => {
	const { rows } = await world.run({ resource: 'lead', operation: 'getAll', limit: 1, simplify: '={{ $json.simple }}' }, { items: [{ simple: simplify }] });
	expect(rows[0]?.json).toHaveProperty('_links');
	const flat = await world.run({ resource: 'lead', operation: 'getAll', limit: 1, simplify: '={{ $json.simple }}' }, { items: [{ simple: 'true' }] });
	expect(flat.rows[0]?.json).not.toHaveProperty('_links');
});

it.each([
	['asc', 1],
	['desc', -1],
])('a whole list is sorted by the last change, %s, but read in the order of the IDs, in which no change moves a record', async (direction, sign) => {
	for (const [index, id] of leads.entries()) (world.emulator.account.leads.get(id) as { updated_at: number }).updated_at = 1_700_000_000 + ((index * 5) % 7);
	world.emulator.log.clear();
	const { rows } = await world.run(listLeads({ sort: { field: 'updated_at', direction } } as INodeParameters));
	expect(world.requests('GET', '/leads')[0]?.query).toMatchObject({ order: { id: 'asc' } });
	const sorted = [...rows].sort((a, b) => sign * (Date.parse(a.json.updated_at as string) - Date.parse(b.json.updated_at as string)) || Number(a.json.id) - Number(b.json.id));
	expect(rows.map(({ json }) => json.id)).toEqual(sorted.map(({ json }) => json.id));
	expect(new Set(rows.map(({ json }) => json.updated_at)).size).toBeGreaterThan(3);
});

it('only a part of a list is sorted by amoCRM', async () => {
	await world.run({ resource: 'lead', operation: 'getAll', limit: 3, sort: { field: 'updated_at', direction: 'desc' } });
	expect(world.requests('GET', '/leads')[0]?.query).toMatchObject({ order: { updated_at: 'desc' } });
});
