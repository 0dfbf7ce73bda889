import type { INodeParameters } from 'n8n-workflow';

import type { World } from './world';
import { byId, FAST, manyItems, openWorld } from './world';

/** Filters that amoCRM does not have: the node reads within the others, filters itself, and says what that cost. */

let world: World;

beforeEach(async () => {
	world = await openWorld();
});
afterEach(async () => await world.close());

const list = async (resource: string, filters: INodeParameters, more: INodeParameters = {}, items = [{}]) => {
	world.emulator.log.clear();
	return await world.run({ resource, operation: 'getAll', returnAll: true, filters, options: FAST, ...more }, { items });
};
const names = async (...given: Parameters<typeof list>) => {
	const { rows, error } = await list(...given);
	if (error) throw error;
	return rows.map(({ json }) => json.name ?? json.text);
};
const create = async (resource: string, parameters: INodeParameters, items: object[]) => {
	const { error, rows } = await world.run({ resource, operation: 'create', options: { requestsPerSecond: 1000, batchSize: 250 }, ...parameters }, { items: items as never });
	if (error) throw error;
	return rows.map(({ json }) => json.id as number);
};

describe.each(['contact', 'company'])('%s by phones and e-mails', (resource) => {
	const path = resource === 'contact' ? '/contacts' : '/companies';
	beforeEach(async () => {
		await create(resource, { name: '={{ $json.name }}', additionalFields: { phone: '={{ $json.phone }}', email: '={{ $json.email }}' } }, [
			{ name: 'A', phone: '+7 (912) 345-67-89', email: 'Ann@Example.com' },
			{ name: 'B', phone: '8 912 345 67 89, +7 495 000-11-22', email: '' },
			{ name: 'C', phone: '+1 912 345-6789', email: 'ann@example.com.au' },
			{ name: 'D', phone: '', email: 'dora@example.com, ann@example.com' },
		]);
	});

	it.each([
		[{ phones: '+79123456789' }, ['A', 'B']],
		[{ phones: '8 (912) 345-67-89' }, ['A', 'B']],
		[{ phones: '+1 912 345 67 89, +7 495 000 11 22' }, ['B', 'C']],
		[{ emails: 'ANN@example.com' }, ['A', 'D']],
		[{ emails: 'dora@example.com; ann@example.com.au' }, ['C', 'D']],
		[{ phones: '+79123456789', emails: 'ann@example.com' }, ['A']],
		[{ phones: '+79123456789', query: 'B' }, ['B']],
		[{ phones: '+7 999 000-00-01' }, []],
	])('%j', async (filters, expected) => {
		expect(await names(resource, filters as INodeParameters)).toEqual(expected);
		expect(await names(resource, filters as INodeParameters, { returnAll: false, limit: 1 })).toEqual(expected.slice(0, 1));
		expect(await names(resource, filters as INodeParameters, { sort: { field: 'name', direction: 'desc' } })).toEqual([...expected].reverse());
	});

	it('refuses what is no whole number or address, and finds nothing for an empty list', async () => {
		for (const [filters, message] of [
			[{ phones: '345-67-89' }, /^'Phones': '345-67-89' is not a whole phone number/],
			[{ phones: '+79123456789, 345-67-89' }, /^'Phones': '345-67-89' is not a whole phone number/],
			[{ emails: 'ann' }, /^'Emails': /],
		] as const) {
			expect((await list(resource, filters as INodeParameters)).error?.message).toMatch(message);
			expect(world.requests('GET', path)).toEqual([]);
		}
		expect(await names(resource, { phones: '={{ $json.none }}' }, {}, [{ none: [] }] as never)).toEqual([]);
	});

	it('lets items look for different numbers, each gets its own', async () => {
		const items = ['+79123456789', '+19123456789', '+74950001122'].map((phone) => ({ phone }));
		const { rows } = await list(resource, { phones: '={{ $json.phone }}' }, {}, items as never);
		expect(rows.map(({ json, pairedItem }) => [(pairedItem as { item: number }).item, json.name])).toEqual([[0, 'A'], [0, 'B'], [1, 'C'], [2, 'B']]);
	});

	it('searches for few and reads everything for many, and says what it read', async () => {
		await create(resource, { name: '={{ $json.name }}' }, manyItems(300, (index) => ({ name: `Nobody ${index}` })));
		const few = await list(resource, { phones: '+79123456789' });
		expect(world.requests('GET', path).every(({ query }) => query.query !== undefined)).toBe(true);
		expect(few.hints.map(({ message }) => message).join()).toMatch(/amoCRM cannot filter \w+ by 'Phones': the node read \d+ of them, .* and kept 2\./);
		const many = Array.from({ length: 30 }, (_, index) => `+7912345${6700 + index}`).join(', ');
		expect(await names(resource, { phones: many })).toEqual([]);
		expect(world.requests('GET', path).filter(({ query }) => query.query !== undefined)).toEqual([]);
		expect(world.requests('GET', path).length).toBeLessThanOrEqual(5);
	});
});

describe('tasks by their deadline', () => {
	const DAYS = ['2030-01-01T10:00:00Z', '2030-01-02T10:00:00Z', '2030-01-03T10:00:00Z'];
	beforeEach(async () => void (await create('task', { text: '={{ $json.text }}', completeTill: '={{ $json.at }}' }, DAYS.map((at) => ({ text: at.slice(8, 10), at })))));

	it.each([
		[{ completeTillAfter: DAYS[1] }, ['02', '03']],
		[{ completeTillBefore: DAYS[1] }, ['01', '02']],
		[{ completeTillAfter: DAYS[1], completeTillBefore: DAYS[1] }, ['02']],
		[{ completeTillAfter: '2031-01-01' }, []],
	])('%j', async (filters, expected) => {
		const { rows, hints } = await list('task', { ...filters, isCompleted: false } as INodeParameters);
		expect(rows.map(({ json }) => json.text)).toEqual(expected);
		expect(hints.map(({ message }) => message)).toEqual([expect.stringMatching(/^amoCRM cannot filter tasks by 'Deadline (After|Before)'.* kept \d\.$/)]);
		expect(world.requests('GET', '/tasks').every(({ query }) => (query.filter as { is_completed?: string }).is_completed === '0')).toBe(true);
	});

	it('each item gets the tasks of its own range, up to the limit', async () => {
		const items = [{ to: DAYS[0] }, { to: DAYS[2] }, { to: DAYS[0] }];
		const { rows } = await list('task', { completeTillBefore: '={{ $json.to }}' }, { returnAll: false, limit: 2 }, items as never);
		expect(rows.map(({ json, pairedItem }) => [(pairedItem as { item: number }).item, json.text])).toEqual([[0, '01'], [1, '01'], [1, '02'], [2, '01']]);
	});

	it('one among many is found with full pages, whatever the limit', async () => {
		await create('task', { text: '={{ $json.text }}', completeTill: '2029-01-01' }, manyItems(600, (index) => ({ text: `Old ${index}` })));
		const { rows } = await list('task', { completeTillAfter: '2030-01-03' }, { returnAll: false, limit: 1, sort: { field: 'id', direction: 'desc' } });
		expect(rows.map(({ json }) => json.text)).toEqual(['03']);
		expect(world.requests('GET', '/tasks').length).toBeLessThanOrEqual(8);
	});
});

it('finds notes by their text, letter case and spaces aside', async () => {
	const [lead] = await create('lead', { name: 'L' }, [{}]);
	const notes = ['Sent the  Invoice 12', 'Called back', 'invoice paid'];
	await create('note', { entityType: 'leads', noteType: 'common', entityId: byId(lead as number), text: '={{ $json.text }}' }, notes.map((text) => ({ text })));
	const found = async (text: unknown) => (await names('note', { text: '={{ $json.text }}' }, { entityType: 'leads' }, [{ text }] as never));
	expect(await found('INVOICE')).toEqual([notes[0], notes[2]]);
	expect(await found('the invoice')).toEqual([notes[0]]);
	expect(await found(['paid', 'called'])).toEqual([notes[1], notes[2]]);
	expect(await found('nothing')).toEqual([]);
	expect((await list('note', { text: '  ' }, { entityType: 'leads' })).error?.message).toMatch(/^'Text': /);
});

it('finds customers by stage, segment and date', async () => {
	const [one, other] = [...world.emulator.account.customerStatuses.values()] as unknown as [{ id: number }, { id: number; name: string }];
	await create('customer', { name: '={{ $json.name }}', nextDate: '={{ $json.at }}', additionalFields: { statusId: '={{ $json.status }}' } }, [
		{ name: 'A', at: '2030-01-01T00:00:00Z', status: one.id },
		{ name: 'B', at: '2030-02-01T00:00:00Z', status: other.id },
	]);
	const picked = (value: unknown) => ({ record: [{ recordId: value }] }) as INodeParameters;
	expect(await names('customer', { statusIds: picked(byId(other.id)) })).toEqual(['B']);
	expect(await names('customer', { statusIds: picked(other.name) })).toEqual(['B']);
	expect(await names('customer', { nextDateTo: '2030-01-15' })).toEqual(['A']);
	expect(await names('customer', { nextDateFrom: '2030-01-15', statusIds: picked(byId(one.id)) })).toEqual([]);
	const { segments, customers, info } = world.emulator.account;
	info.customers_mode = 'segments';
	const { id } = segments.add({ id: segments.nextId(), name: 'VIP', color: '10599d', created_at: 1, updated_at: 1, available_products_price_types: [], custom_fields_values: [] });
	const [first] = [...customers.values()];
	customers.change(first as NonNullable<typeof first>, { segment_ids: [id] });
	expect(await names('customer', { segmentIds: picked(byId(id)) })).toEqual(['A']);
	expect(await names('customer', { segmentIds: picked('={{ $json.none }}') }, {}, [{ none: [] }] as never)).toEqual([]);
});
