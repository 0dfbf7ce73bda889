import type { IDataObject, INodeParameters } from 'n8n-workflow';

import { userOf } from './samples';
import type { World } from './world';
import { byId, FAST, openWorld, shortly } from './world';

/** Customers in both ways that an account has them (extended facts 4). */

const CONTINUE = { onError: 'continueRegularOutput' as const };
/** A list of blocks whose one block holds an expression. */
const FROM_DATA = { record: [{ recordId: '={{ $json.ids }}' }] };
const DATE = '2030-02-01T10:00:00Z';

let world: World;

beforeEach(async () => {
	world = await openWorld();
});
afterEach(async () => await world.close());

const customer = async (operation: string, parameters: INodeParameters = {}, options = {}) =>
	await world.run({ resource: 'customer', operation, options: FAST, ...parameters }, options);
const periodic = (parameters: INodeParameters = {}, options = {}) => customer('create', { name: 'Acme', nextDate: DATE, ...parameters }, options);
const inSegments = () => void (world.emulator.account.info.customers_mode = 'segments');
const segment = (name: string) => {
	const { segments } = world.emulator.account;
	return segments.add({ id: segments.nextId(), name, color: '10599d', created_at: 1, updated_at: 1, available_products_price_types: [], custom_fields_values: [] }).id;
};
const stored = () => [...world.emulator.account.customers.values()];
const writes = () => world.emulator.log.entries.filter(({ method }) => method !== 'GET');

describe('by periods', () => {
	it('a new one needs the date of its next purchase, before anything is sent', async () => {
		const { error } = await customer('create', { name: 'Acme' });
		expect(error?.message).toMatch(/^'Next Purchase Date': it is empty, and the account has its customers by periods/);
		expect(writes()).toEqual([]);
		const mixed = await customer('create', { name: '={{ $json.name }}', nextDate: '={{ $json.date }}' }, { items: [{ name: 'A', date: DATE }, { name: 'B' }, { name: 'C', date: DATE }], ...CONTINUE });
		expect(shortly(mixed).map(({ item, error: why }) => [item, why === undefined])).toEqual([[0, true], [1, false], [2, true]]);
		expect(writes()).toHaveLength(1);
	});

	it('segments are refused, for new ones and for changes', async () => {
		const segments = { record: [{ recordId: byId(segment('VIP')) }] };
		const created = await periodic({ additionalFields: { segments } });
		const { rows } = await periodic();
		const updated = await customer('update', { customerId: byId(rows[0]?.json.id as number), updateFields: { segments } });
		for (const { error } of [created, updated]) expect(error?.message).toMatch(/^'Segments.*': the account has its customers by periods, and this belongs to those by segments/);
	});

	it('has its stage under its name, and its date as one', async () => {
		const [id, status] = [...world.emulator.account.customerStatuses.values()].map(({ id, name }) => [id, name] as const)[1] as readonly [number, string];
		await periodic({ additionalFields: { statusId: byId(id), periodicity: 30, nextPrice: 500, responsibleUserId: userOf(world).id } });
		const [row] = (await customer('getAll')).rows;
		expect(row?.json).toMatchObject({ name: 'Acme', status_id: id, status, next_date: '2030-02-01T10:00:00.000Z', next_price: 500, periodicity: 30, responsible_user: userOf(world).name });
	});

	it('its stage by name, and the name of its stage, take one look at the stages', async () => {
		const [, { name = '' } = {}] = [...world.emulator.account.customerStatuses.values()];
		const { rows } = await periodic({ additionalFields: { statusId: byId(name), periodicity: 30 } });
		expect(rows[0]?.json).toMatchObject({ status: name });
		expect(world.emulator.log.entries.filter(({ path }) => path === '/api/v4/customers/statuses')).toHaveLength(1);
	});

	it('links contacts and a company after it is made', async () => {
		const make = async (resource: string) => (await world.run({ resource, operation: 'create', name: 'One' })).rows[0]?.json.id as number;
		const [contact, company] = [await make('contact'), await make('company')];
		const { rows } = await periodic({ additionalFields: { contacts: { record: [{ recordId: byId(contact) }] }, companyId: byId(company) } });
		const links = await customer('getLinks', { customerId: byId(rows[0]?.json.id as number), returnAll: true });
		expect(links.rows.map(({ json }) => [json.to_entity_type, json.to_entity_id]).sort()).toEqual([['companies', company], ['contacts', contact]]);
	});

	it('creates or updates by the name, and tells when nothing changes', async () => {
		const contact = (await world.run({ resource: 'contact', operation: 'create', name: 'One' })).rows[0]?.json.id as number;
		const upsert = async (more: INodeParameters = {}) => (await customer('upsert', { matchBy: 'name', name: 'Acme', nextDate: DATE, additionalFields: { tags: 'vip', contacts: FROM_DATA, nextPrice: 10 }, ...more }, { items: [{ ids: [contact] }] })).rows[0]?.json;
		expect(await upsert()).toMatchObject({ action: 'created' });
		expect(world.requests('POST', '/customers/link')).toHaveLength(1);
		expect(await upsert()).toMatchObject({ action: 'unchanged' });
		expect(await upsert({ nextDate: '2031-01-01T00:00:00Z' })).toMatchObject({ action: 'updated', changed_fields: ['next_date'] });
		const { error } = await customer('upsert', { matchBy: 'name', name: 'Nobody' });
		expect(error?.message).toMatch(/^'Next Purchase Date': it is empty/);
		expect(stored()).toHaveLength(1);
	});
});

describe('by segments', () => {
	beforeEach(inSegments);

	it('needs no date, and refuses one', async () => {
		const { error, rows } = await customer('create', { name: 'Acme' });
		expect([error, rows.length]).toEqual([undefined, 1]);
		for (const more of [{ nextDate: DATE }, { additionalFields: { periodicity: 30 } }, { additionalFields: { statusId: byId(1) } }]) {
			const refused = await customer('create', { name: 'Acme', ...more } as INodeParameters);
			expect(refused.error?.message).toMatch(/the account has its customers by segments, and this belongs to those by periods/);
		}
		expect(stored()).toHaveLength(1);
	});

	it('replaces segments, takes them all off by an empty list, and leaves them where none is picked', async () => {
		const [vip, old] = [segment('VIP'), segment('Old')];
		const { rows } = await customer('create', { name: 'Acme', additionalFields: { segments: { record: [{ recordId: byId(vip) }] } } });
		const id = rows[0]?.json.id as number;
		const update = async (picked: INodeParameters, more = {}, ids: number[] = []) => await customer('update', { customerId: byId(id), updateFields: { segments: picked, ...more } }, { items: [{ ids }] });
		const held = () => stored()[0]?.segment_ids;
		expect(held()).toEqual([vip]);
		await update({}, { name: 'Acme 2' });
		expect(held()).toEqual([vip]);
		await update(FROM_DATA, {}, [old, vip, old]);
		expect(held()).toEqual([old, vip]);
		await update(FROM_DATA);
		expect(held()).toEqual([]);
		const refused = await update(FROM_DATA, {}, [999]);
		expect(refused.error?.message).toContain("'Segments' (_embedded.segments.0.id, value 999)");
	});

	it('an upsert writes segments only where they differ, beside replaced tags', async () => {
		const [vip, old] = [segment('VIP'), segment('Old')];
		const upsert = async (segments: number[], tags: string) =>
			(await customer('upsert', { matchBy: 'name', name: 'Acme', additionalFields: { segments: FROM_DATA, tags }, options: { ...FAST, existingTags: 'replace' } }, { items: [{ ids: segments }] })).rows[0]?.json as IDataObject;
		expect(await upsert([vip, old], 'a')).toMatchObject({ action: 'created' });
		expect(await upsert([old, vip], 'a')).toMatchObject({ action: 'unchanged' });
		expect((await upsert([vip], 'b')).changed_fields).toEqual(expect.arrayContaining(['segments', 'tags']));
		const [row] = (await customer('getAll')).rows;
		expect(row?.json).toMatchObject({ segment_ids: [vip], tags: ['b'] });
	});
});

it('knows the mode that it has just set', async () => {
	await periodic();
	await world.run({ resource: 'account', operation: 'setCustomersMode', mode: 'segments' });
	expect((await customer('create', { name: 'Second' })).error).toBeUndefined();
});

it.each([['disabled', {}], ['unavailable', { customers: 402 as const }]])('says in words that customers are %s', async (mode, switches) => {
	if (mode === 'disabled') world.emulator.account.info.customers_mode = 'disabled';
	Object.assign(world.emulator.switches, switches);
	for (const [operation, parameters] of [['create', { name: 'Acme' }], ['get', { customerId: byId(1) }], ['getAll', {}], ['changeBonusPoints', { customerId: byId(1), points: 5 }]] as const) {
		const { error } = await customer(operation, parameters);
		expect(error?.description).toContain("This needs customers that are switched on ('Set Customers Mode' of the account).");
	}
});

describe('bonus points', () => {
	it('come and go, each customer in the order of the items', async () => {
		const [a, b] = (await periodic({}, { items: [{}, {}] })).rows.map(({ json }) => json.id as number);
		const items = [[a, 50], [b, 10], [a, -20], [a, -100], [b, 0], [b, 1.5], [999_999_999, 5]].map(([id, points]) => ({ id, points }) as IDataObject);
		const result = await customer('changeBonusPoints', { customerId: { __rl: true, mode: 'id', value: '={{ $json.id }}' }, points: '={{ $json.points }}' }, { items, ...CONTINUE });
		expect(result.rows.slice(0, 3).map(({ json }) => json)).toEqual([{ id: a, points: 50, bonus_points: 50 }, { id: b, points: 10, bonus_points: 10 }, { id: a, points: -20, bonus_points: 30 }]);
		expect(result.rows.slice(3).map(({ json }) => json.error)).toEqual([
			expect.stringMatching(/^Customer was refused: 'redeem'/),
			expect.stringMatching(/^'Points': 0 changes nothing/),
			expect.stringMatching(/^'Points': '1.5' is not a whole number/),
			'Customer 999999999 was not found [item 6]',
		]);
		expect(stored().map(({ bonus_points }) => bonus_points)).toEqual([30, 10]);
	});

	it('are not given twice when the answer is lost, and none in a dry run', async () => {
		const [id] = (await periodic()).rows.map(({ json }) => json.id as number);
		const dry = await customer('changeBonusPoints', { customerId: byId(id as number), points: 5, options: { ...FAST, dryRun: true } });
		expect(dry.rows[0]?.json).toMatchObject({ dry_run: true, method: 'POST', path: `/api/v4/customers/${id}/bonus_points`, body: { earn: 5 }, found: { id } });
		world.emulator.faults.add({ method: 'POST', path: /bonus_points$/, action: { kind: 'status', status: 502 } });
		const { error } = await customer('changeBonusPoints', { customerId: byId(id as number), points: 5 });
		expect(error?.message).toContain('it is not known whether');
		expect(writes().filter(({ path }) => path.endsWith('bonus_points'))).toHaveLength(1);
	});
});

describe('purchases', () => {
	const EACH = { customerId: { __rl: true, mode: 'id', value: '={{ $json.id }}' }, price: '={{ $json.price }}' };
	const purchase = async (operation: string, parameters: INodeParameters = {}, options = {}) =>
		await world.run({ resource: 'transaction', operation, options: FAST, ...parameters }, options);
	const made = () => world.emulator.log.entries.filter(({ method, path }) => method === 'POST' && path.endsWith('/transactions'));
	let buyers: number[];

	beforeEach(async () => {
		buyers = (await periodic({}, { items: [{}, {}, {}] })).rows.map(({ json }) => json.id as number);
		world.emulator.log.clear();
	});

	it.each(['transactions', 'customers'] as const)('of one customer share requests, each row with its item, answered under the key %s', async (transactionsKey) => {
		world.emulator.switches.transactionsKey = transactionsKey;
		const items = Array.from({ length: 150 }, (_, index) => ({ id: buyers[index % 3], price: index + 1 }) as IDataObject);
		const { rows, error } = await purchase('create', EACH, { items });
		expect(error).toBeUndefined();
		expect(made()).toHaveLength(3);
		expect(rows.map(({ json, pairedItem }) => [(pairedItem as { item: number }).item, json.customer_id, json.price])).toEqual(items.map(({ id, price }, index) => [index, id, price]));
		const { transactions } = world.emulator.account;
		for (const { json } of rows) expect(transactions.get(json.id as number)).toMatchObject({ customer_id: json.customer_id, price: json.price });
		const own = await purchase('getAll', { customerId: byId(buyers[1] as number), returnAll: true });
		expect(own.rows.map(({ json }) => json.price)).toEqual(items.flatMap(({ id, price }) => (id === buyers[1] ? [price] : [])));
		expect((await purchase('getAll', { returnAll: true })).rows).toHaveLength(150);
	});

	it('earn points where the item says so', async () => {
		const items = [true, false, 'yes', 'maybe'].map((earns) => ({ id: buyers[0], price: 100, earns }));
		const { rows } = await purchase('create', { ...EACH, options: { ...FAST, accrueBonus: '={{ $json.earns }}' } as never }, { items, ...CONTINUE });
		expect(rows.map(({ json }) => json.error ?? json.accrue_bonus)).toEqual([true, false, true, expect.stringMatching(/^'Accrue Bonus': 'maybe' is neither yes nor no/)]);
		expect(made().map(({ query, body }) => [query.accrue_bonus, (body as unknown[]).length, JSON.stringify(body)])).toEqual([
			['true', 2, expect.not.stringContaining('accrue')],
			['false', 1, expect.not.stringContaining('customer_id')],
		]);
		expect(stored()[0]?.bonus_points).toBe(20);
	});

	it('hold products with quantities, and name the one that amoCRM does not know', async () => {
		const { id: list } = (await world.run({ resource: 'catalog', operation: 'create', name: 'Products' })).rows[0]?.json ?? {};
		const { id: element } = (await world.run({ resource: 'catalogElement', operation: 'create', name: 'Table', catalogId: byId(list as number) })).rows[0]?.json ?? {};
		const products = (elementId: unknown, quantity: unknown = 1) => ({ additionalFields: { products: { product: [{ catalogId: byId(list as number), elementId: byId(elementId as number), quantity }] } } }) as INodeParameters;
		const buy = async (more: INodeParameters) => await purchase('create', { customerId: byId(buyers[0] as number), price: 10, ...more });
		const { rows } = await buy(products(element, '1.5'));
		const [row] = (await purchase('get', { transactionId: byId(rows[0]?.json.id as number) })).rows;
		expect(row?.json).toMatchObject({ price: 10, customer_id: buyers[0], catalog_elements: [{ id: element, metadata: { catalog_id: list, quantity: 1.5 } }] });
		expect((await buy(products(999))).error?.message).toContain("'Products' (_embedded.catalog_elements.0.id, value 999)");
		expect((await buy(products(element, 0))).error?.message).toMatch(/^'Products': '0' is no quantity/);
	});

	it('of nobody are refused, the others kept', async () => {
		const items = [{ id: buyers[0], price: 1 }, { id: 999_999_999, price: 2 }, { id: buyers[1], price: 3 }];
		const { rows } = await purchase('create', EACH, { items, ...CONTINUE });
		expect(rows.map(({ json }) => json.error ?? json.price)).toEqual([1, expect.stringMatching(/^Transaction was refused: 'Customer' \(customer_id, value 999999999\)/), 3]);
		expect((await purchase('getAll', { customerId: byId(999_999_999) })).error).toBeDefined();
	});

	it('say in a dry run where they would go', async () => {
		const { rows } = await purchase('create', { customerId: byId(buyers[0] as number), price: 10, options: { ...FAST, dryRun: true, accrueBonus: true } });
		expect(rows[0]?.json).toMatchObject({ dry_run: true, path: `/api/v4/customers/${buyers[0]}/transactions?accrue_bonus=true`, body: { price: 10 }, found: null });
		expect(made()).toEqual([]);
	});
});
