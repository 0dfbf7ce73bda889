import type { IDataObject, INodeParameters } from 'n8n-workflow';

import type { World } from './world';
import { FAST, openWorld } from './world';

/** Who made and changed a record and when, where amoCRM takes it (core facts 5.4, 9, 10, 12), and the currency of an element. */

let world: World;
let user: number;

beforeAll(async () => {
	world = await openWorld({ rateLimit: false });
	user = [...world.emulator.account.users.values()][0]?.id as number;
});

afterAll(async () => await world.close());

const write = async (resource: string, operation: string, parameters: IDataObject) =>
	await world.run({ resource, operation, options: FAST, ...parameters } as INodeParameters);

const AT = { created_at: 1_577_836_800, updated_at: 1_609_459_200 };

describe.each([
	['lead', { name: 'Old' }, 'leadId'],
	['contact', { name: 'Old' }, 'contactId'],
	['company', { name: 'Old' }, 'companyId'],
	['task', { text: 'Old', completeTill: '2030-01-01' }, 'taskId'],
])('a %s', (resource, own, idParameter) => {
	it('is made and changed in the name of a user, at a time of the past', async () => {
		const stamps = { createdAt: '2020-01-01T00:00:00Z', createdBy: user, updatedAt: '2021-01-01T00:00:00Z', updatedBy: 0 };
		const { rows, error } = await write(resource, 'create', { ...own, additionalFields: stamps });
		expect(error).toBeUndefined();
		const id = rows[0]?.json.id as number;
		const read = async () => (await write(resource, 'get', { [idParameter]: id, simplify: false })).rows[0]?.json;
		expect(await read()).toMatchObject({ ...AT, created_by: user, updated_by: 0 });
		const changed = await write(resource, 'update', { [idParameter]: id, updateFields: { updatedBy: user, updatedAt: '2022-01-01T00:00:00Z' } });
		expect(changed.error).toBeUndefined();
		expect(await read()).toMatchObject({ created_at: AT.created_at, updated_at: 1_640_995_200, updated_by: user });
	});

	it.each([[{ updatedBy: 'Ann' }, "'Updated By': there is no user 'Ann'. Give the name or the ID of one of: "], [{ updatedAt: 'soon' }, "'Updated At': 'soon' is not"]])('refuses %j', async (fields, message) => {
		const { error } = await write(resource, 'update', { [idParameter]: 1, updateFields: fields });
		expect(error?.message).toContain(message);
	});
});

it('an element has the currency that it was given', async () => {
	const list = await write('catalog', 'create', { name: 'Goods' });
	const place = { catalogId: list.rows[0]?.json.id as number };
	const { rows, error } = await write('catalogElement', 'create', { ...place, name: 'Table', additionalFields: { currencyId: 2 } });
	expect(error).toBeUndefined();
	const id = rows[0]?.json.id as number;
	expect(world.emulator.account.elements.get(id)?.currency_id).toBe(2);
	await write('catalogElement', 'update', { ...place, catalogElementId: id, updateFields: { currencyId: '3' } });
	expect(world.emulator.account.elements.get(id)).toMatchObject({ name: 'Table', currency_id: 3 });
	const { error: refused } = await write('catalogElement', 'create', { ...place, name: 'Table', additionalFields: { currencyId: 'RUB' } });
	expect(refused?.message).toContain("'Currency ID': 'RUB' is not a whole number");
});
