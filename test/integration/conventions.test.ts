import type { IDataObject, INodeParameters } from 'n8n-workflow';

import type { World } from './world';
import { byId, FAST, openWorld } from './world';

/** What a text alone leaves open is decided by the account, which is asked only then, and once a run. */
describe.each([
	['Brazil', { country: 'BR', currency: 'BRL' }, { price: '12.000', size: '1.500', day: '02/07/2026' }, { price: 12000, size: 1500, day: '2026-07-02' }],
	['the United States', { country: 'US', currency: 'USD' }, { price: '12,000', size: '1.500', day: '02/07/2026' }, { price: 12000, size: 1.5, day: '2026-02-07' }],
])('an account of %s', (_country, info, given, expected) => {
	let world: World;

	beforeAll(async () => {
		world = await openWorld({ language: 'en', rateLimit: false });
		Object.assign(world.emulator.account.info, info);
	});
	beforeEach(() => world.emulator.log.clear());
	afterAll(async () => await world.close());

	const mapped = { mappingMode: 'autoMapInputData', value: null };
	const parameters: INodeParameters = { resource: 'lead', operation: 'create', name: 'x', additionalFields: { price: '={{ $json.price }}' }, customFields: mapped, options: FAST };

	it('reads what it decides', async () => {
		const items = Array.from({ length: 3 }, () => ({ price: given.price, 'Client budget': given.size, 'Start date': given.day }));
		const { rows, error } = await world.run(parameters, { items });
		expect(error).toBeUndefined();
		const read = await world.run({ resource: 'lead', operation: 'get', leadId: byId(String(rows[2]?.json.id)) });
		expect(read.rows[0]?.json).toMatchObject({ price: expected.price, 'Client budget': expected.size, 'Start date': expected.day });
		expect(world.requests('GET', '/account').length).toBeLessThanOrEqual(1);
	});

	it('finds by it too', async () => {
		const list = async (filters: INodeParameters) => (await world.run({ resource: 'lead', operation: 'getAll', returnAll: true, filters, options: FAST })).rows.length;
		expect(await list({ priceFrom: given.price, priceTo: given.price })).toBe(3);
	});

	it('decides values for new records only as well', async () => {
		const { rows, error } = await world.run({
			resource: 'lead', operation: 'upsert', matchBy: 'name', name: 'Only new', additionalFields: { price: given.price }, options: { ...FAST, onlyWhenCreating: ['price'] },
		});
		expect(error).toBeUndefined();
		expect(rows[0]?.json).toMatchObject({ action: 'created', price: expected.price });
	});
});

describe('an account of Russia', () => {
	let world: World;

	beforeAll(async () => {
		world = await openWorld({ rateLimit: false });
	});
	beforeEach(() => world.emulator.log.clear());
	afterAll(async () => await world.close());

	const create = (extra: INodeParameters, items: IDataObject[] = [{}]) => world.run({ resource: 'lead', operation: 'create', name: 'x', options: FAST, ...extra }, { items });

	it('is not asked about what is clear', async () => {
		const { error } = await create({ additionalFields: { price: '1 500,50 ₽', createdAt: '31.01.2026 14:30' } });
		expect(error).toBeUndefined();
		expect(world.requests('GET', '/account')).toEqual([]);
	});

	it.each<[INodeParameters, RegExp]>([
		[{ additionalFields: { price: '$12.000' } }, /^'Price': '\$12\.000' can mean 12000 or 12\.000\..*\[item 0\]$/],
		[{ additionalFields: { price: '={{ Number("abc") }}' } }, /^'Price': 'NaN' is not a number.*\[item 0\]$/],
		[{ name: '={{ Number("abc") }}' }, /^'Name': 'NaN' is not a number/],
		[{ name: '={{ 1 / 0 }}' }, /^'Name': 'Infinity' is not a number/],
		[{ name: '={{ ({ a: 1 }) }}' }, /^'Name': '\{"a":1\}' is not a text/],
		[{ additionalFields: { tags: '={{ [Number("abc")] }}' } }, /^'Tags': 'NaN' is not a number/],
		[{ additionalFields: { customFieldsJson: '={{ [{ field_id: 1, values: [{ value: { n: 1 / 0 } }] }] }}' } }, /^'Custom Fields \(JSON\)': 'Infinity' is not a number/],
		[{ additionalFields: { createdAt: '={{ 46205 }}' } }, /^'Created At': '46205' is not a date.*spreadsheet/],
	])('refuses %j', async (extra, message) => {
		const { error } = await create(extra);
		expect(error?.message).toMatch(message);
		expect(world.requests('POST', '/leads')).toEqual([]);
	});

	it('takes a deadline without a time for the end of that day', async () => {
		const task = async (completeTill: string) =>
			(await world.run({ resource: 'task', operation: 'create', text: 'x', completeTill, options: FAST }, { timezone: 'Europe/Berlin' })).rows[0]?.json.complete_till;
		expect(await task('2030-01-15')).toBe(Date.UTC(2030, 0, 15, 22, 59, 59) / 1000);
		expect(await task('Jan 15, 2030')).toBe(Date.UTC(2030, 0, 15, 22, 59, 59) / 1000);
		expect(await task('15.01.2030')).toBe(Date.UTC(2030, 0, 15, 22, 59, 59) / 1000);
		expect(await task('2030-01-15T00:00:00')).toBe(Date.UTC(2030, 0, 14, 23) / 1000);
	});
});
