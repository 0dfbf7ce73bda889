import type { IDataObject, INodeParameters } from 'n8n-workflow';

import type { World } from './world';
import { byId, FAST, openWorld } from './world';

/** Filters of which any is enough: amoCRM itself only knows lists that pass all. */

let world: World;

beforeAll(async () => {
	world = await openWorld({ seed: 'cards', rateLimit: false });
});
afterAll(async () => await world.close());
beforeEach(() => world.emulator.log.clear());

const idsOf = async (filters: IDataObject, more: IDataObject = {}) => {
	const { rows, error } = await world.run({ resource: 'lead', operation: 'getAll', returnAll: true, simplify: false, filters, options: FAST, ...more } as INodeParameters);
	if (error) throw error;
	return rows.map(({ json }) => Number(json.id));
};
const leads = () => [...world.emulator.account.leads.values()] as unknown as Array<{ id: number; price: number; responsible_user_id: number; pipeline_id: number; updated_at: number; created_at: number }>;
const user = () => [...world.emulator.account.users.keys()][1] as number;
const wanted = (test: (lead: ReturnType<typeof leads>[number]) => boolean) => leads().filter(test).map(({ id }) => id).sort((a, b) => a - b);

const middle = () => leads().map(({ price }) => price).sort((a, b) => a - b)[Math.floor(leads().length / 2)] ?? 0;

test('all is what there was before', async () => {
	const filters = { responsibleUserIds: [user()], priceFrom: middle() };
	expect(await idsOf({ ...filters, combineFilters: 'all' })).toEqual(await idsOf(filters));
	expect(await idsOf(filters)).toEqual(wanted(({ responsible_user_id: by, price }) => by === user() && price >= middle()));
});

test('any gives each record once, in the order that is asked for, not more than the limit', async () => {
	const filters = { responsibleUserIds: [user()], priceFrom: middle(), combineFilters: 'any' };
	const ids = wanted(({ responsible_user_id: by, price }) => by === user() || price >= middle());
	expect(ids.length).toBeGreaterThan(wanted(({ price }) => price >= middle()).length);
	expect(await idsOf(filters)).toEqual(ids);
	expect(world.requests('GET', '/leads')).toHaveLength(2);
	expect(await idsOf(filters, { sortBy: 'id:desc', returnAll: false, limit: 3 })).toEqual([...ids].reverse().slice(0, 3));
	const newest = leads().filter(({ id }) => ids.includes(id)).sort((a, b) => b.updated_at - a.updated_at).map(({ updated_at: at }) => at);
	const shown = await idsOf(filters, { sortBy: 'updated_at:desc' });
	expect(shown.map((id) => leads().find((lead) => lead.id === id)?.updated_at)).toEqual(newest);
});

test('both ends of a range are one filter', async () => {
	const [low, high] = [middle(), middle() * 2];
	expect(await idsOf({ priceFrom: low, priceTo: high, ids: [leads()[0]?.id], combineFilters: 'any' })).toEqual(wanted(({ price, id }) => (price >= low && price <= high) || id === leads()[0]?.id));
	expect(await idsOf({ priceFrom: low, priceTo: high, combineFilters: 'any' })).toEqual(wanted(({ price }) => price >= low && price <= high));
});

test('a record and its type are one filter, and what no record passes adds none', async () => {
	const [lead] = leads();
	for (const text of ['A', 'B']) {
		await world.run({ resource: 'task', operation: 'create', text, completeTill: '2031-01-01', ...(text === 'A' ? { entityType: 'leads', entityId: byId(lead?.id ?? 0) } : {}), taskTypeId: text === 'A' ? 1 : 2 });
	}
	const { rows } = await world.run({ resource: 'task', operation: 'getAll', returnAll: true, simplify: false, filters: { entityType: 'leads', entityIds: String(lead?.id), taskTypeIds: [2], combineFilters: 'any' }, options: FAST });
	const texts = rows.map(({ json }) => json.text);
	expect(texts).toEqual(expect.arrayContaining(['A', 'B']));
	for (const { json } of rows) expect(json.task_type_id === 2 || (json.entity_id === lead?.id && json.entity_type === 'leads')).toBe(true);
	expect(await idsOf({ ids: '={{ [] }}', priceFrom: middle(), combineFilters: 'any' })).toEqual(wanted(({ price }) => price >= middle()));
});

test('another word is refused', async () => {
	const { error } = await world.run({ resource: 'lead', operation: 'getAll', filters: { priceFrom: 1, combineFilters: '={{ "some" }}' } });
	expect(error?.message).toContain("'Combine Filters': 'some' is not possible. Give one of: all, any");
});
