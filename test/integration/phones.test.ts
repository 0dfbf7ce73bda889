import type { IDataObject, INodeParameters } from 'n8n-workflow';

import type { World } from './world';
import { FAST, openWorld } from './world';

let world: World;

beforeEach(async () => {
	world = await openWorld({ seed: 'empty', rateLimit: false });
});

afterEach(async () => await world.close());

const contact = (operation: string, parameters: IDataObject): INodeParameters =>
	({ resource: 'contact', operation, ...parameters, options: { ...FAST, ...(parameters.options as IDataObject) } }) as INodeParameters;

const upsert = (parameters: IDataObject) => contact('upsert', parameters);

const count = () => world.emulator.account.contacts.size;

/** The contacts as they are in amoCRM, in the order of their creation. */
async function contacts(): Promise<IDataObject[]> {
	const { rows } = await world.run({ resource: 'contact', operation: 'getAll', returnAll: true, simplify: false, options: FAST });
	return rows.map(({ json }) => json).sort((a, b) => Number(a.id) - Number(b.id));
}

const values = (row: unknown, code: string) =>
	((row as { custom_fields_values?: Array<{ field_code: string; values: IDataObject[] }> | null }).custom_fields_values ?? [])
		.filter(({ field_code }) => field_code === code)
		.flatMap((field) => field.values.map(({ value, enum_code: kind }) => [value, kind]));

const PHONES = [
	['+7 912 345-67-89', 'MOB'],
	['8 495 000-00-01, доб. 5', 'WORK'],
];

describe('phones with their kinds are kept in every parameter', () => {
	const list = [{ value: '+7 912 345-67-89', kind: 'MOB' }, { value: '8 495 000-00-01, доб. 5' }];
	const json = JSON.stringify(list);
	const mapper = (key: string) => ({ mappingMode: 'defineBelow', value: { [key]: '={{ $json.given }}' } });
	const auto = { mappingMode: 'autoMapInputData', value: null };

	it.each<[string, IDataObject, string]>([
		['create', { additionalFields: { phone: '={{ $json.given }}' } }, 'create'],
		['create through the mapper', { customFields: mapper('PHONE') }, 'create'],
		['create through automatic mapping', { customFields: auto }, 'create'],
		['the key of an upsert', { matchBy: 'phone', phone: '={{ $json.given }}' }, 'upsert'],
		['an additional field of an upsert', { matchBy: 'email', email: 'ann@example.com', additionalFields: { phone: '={{ $json.given }}' } }, 'upsert'],
		['the mapper of an upsert', { matchBy: 'email', email: 'ann@example.com', customFields: mapper('PHONE') }, 'upsert'],
		['automatic mapping of an upsert', { matchBy: 'email', email: 'ann@example.com', customFields: auto }, 'upsert'],
		['the match value', { matchBy: 'customField', matchFieldId: 'PHONE', matchValue: '={{ $json.given }}' }, 'upsert'],
	])('%s', async (_what, parameters, operation) => {
		for (const given of [list, json]) {
			world.emulator.account.contacts.clear();
			const { error } = await world.run(contact(operation, { name: 'Ann', ...parameters }), { items: [{ given, phone: given } as never] });
			expect(error).toBeUndefined();
			expect((await contacts()).map((row) => values(row, 'PHONE'))).toEqual([PHONES]);
		}
	});

	it('update', async () => {
		const { rows } = await world.run(contact('create', { name: 'Ann' }));
		await world.run(contact('update', { contactId: { __rl: true, mode: 'id', value: String(rows[0]?.json.id) }, updateFields: { phone: json } }));
		expect((await contacts()).map((row) => values(row, 'PHONE'))).toEqual([PHONES]);
	});

	it('add up when items merge', async () => {
		const { rows } = await world.run(upsert({ matchBy: 'phoneOrEmail', phone: '={{ $json.phone }}', email: '={{ $json.email }}' }), {
			items: [
				{ phone: '8 912 345 67 89', email: 'Ann <ann@example.com>' },
				{ phone: json, email: 'bob@example.com, ANN@example.com' },
				{ phone: [{ value: '+7 913 000-00-01', kind: 'HOME' }] as never, email: 'ann@example.com' },
			],
		});
		expect(rows.map(({ json: row }) => row.duplicate_of_item)).toEqual([undefined, 0, 0]);
		expect((await contacts()).map((row) => [values(row, 'PHONE'), values(row, 'EMAIL').map(([value]) => value)])).toEqual([
			[
				[['8 912 345 67 89', 'MOB'], PHONES[1], ['+7 913 000-00-01', 'HOME']],
				['ann@example.com', 'bob@example.com'],
			],
		]);
	});
});

describe('strangers stay strangers', () => {
	it.each(['+7 (___) ___-__-__', '+7', '8', '0', '000', '103', '345-67-89', '+55 (0xx11)', '+7 (999) 999-99-99'])('two items with %s and two e-mails', async (phone) => {
		const { rows, error } = await world.run(upsert({ matchBy: 'phoneOrEmail', phone, email: '={{ $json.email }}' }), {
			items: [{ email: 'ann@example.com' }, { email: 'bob@example.com' }],
		});
		expect(error).toBeUndefined();
		expect(rows.map(({ json }) => json.action)).toEqual(['created', 'created']);
		expect(count()).toBe(2);
		const again = await world.run(upsert({ matchBy: 'phoneOrEmail', phone, email: '={{ $json.email }}' }), { items: [{ email: 'carl@example.com' }, { email: 'ann@example.com' }] });
		expect(again.rows.map(({ json }) => json.action)).toEqual(['created', 'unchanged']);
	});

	it.each([
		['phone', '+7 (___) ___-__-__', "'Phone': '+7 (___) ___-__-__' is not a whole phone number"],
		['phone', '103', "'Phone': '103' is not a whole phone number"],
		['phone', 'нет', "'Phone': 'нет' is not a phone number"],
		['phoneOrEmail', '345-67-89', "'Phone': '345-67-89' is not a whole phone number"],
		['phone', '', "'Phone' is empty"],
	])('without another key an item by %s with %s is an error', async (matchBy, phone, message) => {
		const { rows } = await world.run(upsert({ matchBy, phone: '={{ $json.phone }}', name: 'Ann' }), {
			items: [{ phone }, { phone: '+7 912 345-67-89' }],
			onError: 'continueRegularOutput',
		});
		expect(rows.map(({ json }) => json.error ?? json.action)).toEqual([expect.stringContaining(message), 'created']);
	});

	it('names the parameter of a match value', async () => {
		const { error } = await world.run(upsert({ matchBy: 'customField', matchFieldId: 'EMAIL', matchValue: 'нет' }));
		expect(error?.message).toContain("'Match Value': 'нет' is not an email address");
	});
});

describe('what is saved', () => {
	it('a mask that nobody filled in is not, and the run says so; short numbers are as they are', async () => {
		const { hints, error } = await world.run(contact('create', { name: 'Ann', additionalFields: { phone: '={{ $json.phone }}', email: '={{ $json.email }}' } }), {
			items: [
				{ phone: '+7 (___) ___-__-__', email: '-' },
				{ phone: '103', email: 'From: Ann <ann@example.com>' },
			],
		});
		expect(error).toBeUndefined();
		expect((await contacts()).map((row) => [values(row, 'PHONE'), values(row, 'EMAIL')])).toEqual([
			[[], []],
			[[['103', 'WORK']], [['ann@example.com', 'WORK']]],
		]);
		expect(hints.map(({ message }) => message)).toEqual(["Nothing was saved for what holds no phone number or email address: '+7 (___) ___-__-__', '-'"]);
	});

	it.each<[IDataObject, unknown, string]>([
		[{ additionalFields: { phone: '={{ $json.bad }}' } }, 'нет', "'Phone': 'нет' is not a phone number"],
		[{ additionalFields: { phone: '={{ $json.bad }}' } }, NaN, "'Phone': 'NaN' is not a number"],
		[{ additionalFields: { email: '={{ $json.bad }}' } }, 'ann at example.com', "'Email': 'ann at example.com' is not an email address"],
		[{ additionalFields: { email: '={{ $json.bad }}' } }, { a: 1 }, `'Email': '{"a":1}' has no "value"`],
		[{ customFields: { mappingMode: 'defineBelow', value: { EMAIL: '={{ $json.bad }}' } } }, 'нет', "'Email': 'нет' is not an email address"],
	])('%j with %p is refused', async (parameters, bad, message) => {
		const { error } = await world.run(contact('create', { name: 'Ann', ...parameters }), { items: [{ bad } as never] });
		expect(error?.message).toContain(message);
		expect(count()).toBe(0);
	});

	it('what is there already is not written again, however it is written', async () => {
		const by = { matchBy: 'phone', phone: '={{ $json.phone }}', name: 'Ann', additionalFields: { email: '={{ $json.email }}' }, options: { phoneCountry: 'BR' } };
		await world.run(upsert(by), { items: [{ phone: '(011) 3456-7890', email: 'ann@example.com' }] });
		const { rows } = await world.run(upsert(by), { items: [{ phone: 'Fixo: +55 (0xx11) 3456-7890 ramal 5', email: '"Ann" <ANN@example.com>' }] });
		expect(rows.map(({ json }) => json.action)).toEqual(['unchanged']);
	});
});
