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
			Date.parse(String((await world.run({ resource: 'task', operation: 'create', text: 'x', completeTill, options: FAST }, { timezone: 'Europe/Berlin' })).rows[0]?.json.complete_till)) / 1000;
		expect(await task('2030-01-15')).toBe(Date.UTC(2030, 0, 15, 22, 59, 59) / 1000);
		expect(await task('Jan 15, 2030')).toBe(Date.UTC(2030, 0, 15, 22, 59, 59) / 1000);
		expect(await task('15.01.2030')).toBe(Date.UTC(2030, 0, 15, 22, 59, 59) / 1000);
		expect(await task('2030-01-15T00:00:00')).toBe(Date.UTC(2030, 0, 14, 23) / 1000);
	});
});

describe('an account that does not say what it is like', () => {
	let world: World;

	beforeAll(async () => {
		world = await openWorld({ language: 'en', rateLimit: false });
	});
	afterEach(() => world.emulator.faults.clear());
	afterAll(async () => await world.close());

	const mapped = { mappingMode: 'autoMapInputData', value: null };
	const upsert = (options: IDataObject = {}): INodeParameters => ({
		resource: 'contact', operation: 'upsert', matchBy: 'phoneOrEmail', phone: '={{ $json.phone }}', email: '={{ $json.email }}', name: 'Ann', options: { ...FAST, maxRetries: 0, ...options },
	});

	it.each([
		['to this user', { status: 403, body: { status: 403, detail: 'Forbidden' } }],
		['just now', { status: 500, html: '<html></html>' }],
		['what is needed', { status: 200, body: { id: 1 } }],
		['but nonsense', { status: 200, body: { id: 1, country: 5, _embedded: { datetime_settings: { timezone: 'Nowhere/At_All' } } } }],
	])('%s: only what depends on it is refused, and nothing is guessed', async (_what, answer) => {
		world.emulator.faults.add({ method: 'GET', path: '/api/v4/account', times: Infinity, action: { kind: 'status', ...answer } });
		const account = { ...world.account, id: `unknown-${_what}` };
		const run = async (parameters: INodeParameters, items: IDataObject[]) => (await world.run(parameters, { items, account, timezone: 'America/New_York', onError: 'continueRegularOutput' })).rows.map(({ json }) => json);
		const people = [{ phone: '8 912 345-67-89' }, { phone: '+7 912 345-67-80' }, { email: `ann-${_what.length}@example.com` }];
		const [local, foreign, byEmail] = await run(upsert(), people);
		for (const row of [local, foreign]) expect(row?.error).toMatch(/^'Phone': the country of the account could not be read.*Phone Country/);
		expect(byEmail?.id).toEqual(expect.any(Number));
		expect((await run(upsert({ phoneCountry: 'RU' }), people)).map(({ error }) => error)).toEqual([undefined, undefined, undefined]);
		const [dated, undated] = await run({ resource: 'lead', operation: 'create', name: 'x', customFields: mapped, options: { ...FAST, maxRetries: 0 } }, [{ 'Start date': '2026-07-02' }, { 'Client budget': 5 }]);
		expect(dated?.error).toMatch(/'Start date': the time zone of the account could not be read/);
		expect(undated?.id).toEqual(expect.any(Number));
		const [read] = await run({ resource: 'lead', operation: 'get', leadId: byId(String(undated?.id)), options: { maxRetries: 0 } }, [{}]);
		expect(read?.['Client budget']).toBe(5);
	});

	it('shows a day as amoCRM keeps it, not as one of the workflow', async () => {
		const create: INodeParameters = { resource: 'lead', operation: 'create', name: 'x', customFields: mapped, options: FAST };
		const { rows } = await world.run(create, { items: [{ 'Start date': '2026-07-02' }] });
		world.emulator.faults.add({ method: 'GET', path: '/api/v4/account', times: Infinity, action: { kind: 'status', status: 403, body: { status: 403 } } });
		const read = await world.run({ resource: 'lead', operation: 'get', leadId: byId(String(rows[0]?.json.id)), options: FAST }, { account: { ...world.account, id: 'unknown-day' }, timezone: 'America/New_York' });
		expect(read.rows[0]?.json['Start date']).toBe(Date.parse('2026-07-02T00:00:00-04:00') / 1000);
	});
});
