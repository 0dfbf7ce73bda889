import fc from 'fast-check';
import { DateTime } from 'luxon';
import type { IDataObject } from 'n8n-workflow';
import { UserError } from 'n8n-workflow';

import { decodeFieldValue, encodeFieldValue } from '../../../nodes/AmoCrm/fields/codec';
import { customFieldsFromJson } from '../../../nodes/AmoCrm/fields/customFields';
import type { FieldDefinition } from '../../../nodes/AmoCrm/fields/dictionaries';

// Always the same cases: a CI that fails by chance helps nobody.
fc.configureGlobal({ seed: 20260131, numRuns: 300 });

/** The workflow and the account are in different zones, so that a mix-up shows. */
const CONTEXT = { workflow: 'Europe/Moscow', account: 'Asia/Yekaterinburg', accountUrl: 'https://mycompany.amocrm.ru' };

const PHONE_KINDS = ['WORK', 'WORKDD', 'MOB', 'FAX', 'HOME', 'OTHER'];

function fieldOf(type: string, code: string | null = null): FieldDefinition {
	const labels = code === 'PHONE' ? PHONE_KINDS : code === 'EMAIL' ? ['WORK', 'PRIV', 'OTHER'] : ['Website', 'Cash, card', '2024'];
	const hasOptions = ['select', 'radiobutton', 'multiselect', 'category', 'multitext'].includes(type);
	return {
		id: 1,
		name: type,
		type,
		code,
		sort: 1,
		enums: hasOptions ? labels.map((value, index) => ({ id: 101 + index, value, code: type !== 'multitext' && index === 0 ? 'FIRST' : null, path: value })) : [],
		requiredIn: 0,
		computed: false,
	};
}

/** What automations really carry. */
const FORMS = {
	text: 'Website',
	digits: '2024',
	number: 2024,
	fraction: 1500.5,
	moneyText: '1 500,50 ₽',
	true: true,
	yesText: 'да',
	isoMoment: '2026-01-31T14:30:00',
	isoOffset: '2026-01-31T23:30:00+00:00',
	isoDay: '2026-01-31',
	russianDay: '31.01.2026',
	noDay: '31.02.2026',
	luxon: DateTime.fromISO('2026-01-31T14:30:00', { zone: 'Europe/Moscow' }),
	date: new Date('2026-01-31T11:30:00Z'),
	seconds: 1769859000,
	milliseconds: 1769859000000,
	labelWithComma: 'cash, card',
	severalLabels: 'Website, Cash, card; 2024',
	optionId: 102,
	listOfOne: ['2024'],
	listOfTwo: ['Website', 'Cash, card'],
	withKind: { value: 'Website', kind: 'other' },
	named: { name: 'Acme', vat_id: '77' },
	namedJson: '{"name": "Acme", "vat_id": "77"}',
	entity: { entity_id: 5, entity_type: 'contacts' },
	chain: [{ catalog_id: '1', catalog_element_id: 2 }],
	address: { city: 'Kazan', country: 'RU' },
};

type Form = keyof typeof FORMS;
type Cell = IDataObject[] | RegExp;

const value = (...values: unknown[]): Cell => values.map((entry) => ({ value: entry as string }));
const option = (...ids: number[]): Cell => ids.map((enum_id) => ({ enum_id }));
const work = (...values: string[]): Cell => values.map((entry) => ({ value: entry, enum_code: 'WORK' }));

const ONE = /holds one value, not 2/;
const NO_TEXT = /is not a text/;
const NO_AMOUNT = /is not an amount/;
const NO_DATE = /is not a date/;
const NO_BOOLEAN = /is neither yes nor no/;
const NO_OPTION = /is not one of the options\. Give one of: Website, Cash, card, 2024/;

const TEXT: Record<Form, Cell> = {
	text: value('Website'),
	digits: value('2024'),
	number: value('2024'),
	fraction: value('1500.5'),
	moneyText: value('1 500,50 ₽'),
	true: value('true'),
	yesText: value('да'),
	isoMoment: value('2026-01-31T14:30:00'),
	isoOffset: value('2026-01-31T23:30:00+00:00'),
	isoDay: value('2026-01-31'),
	russianDay: value('31.01.2026'),
	noDay: value('31.02.2026'),
	luxon: value('2026-01-31T14:30:00.000+03:00'),
	date: value('2026-01-31T11:30:00.000Z'),
	seconds: value('1769859000'),
	milliseconds: value('1769859000000'),
	labelWithComma: value('cash, card'),
	severalLabels: value('Website, Cash, card; 2024'),
	optionId: value('102'),
	listOfOne: value('2024'),
	listOfTwo: ONE,
	withKind: NO_TEXT,
	named: NO_TEXT,
	namedJson: value('{"name": "Acme", "vat_id": "77"}'),
	entity: NO_TEXT,
	chain: NO_TEXT,
	address: NO_TEXT,
};

const NUMBER: Record<Form, Cell> = {
	text: NO_AMOUNT,
	digits: value('2024'),
	number: value('2024'),
	fraction: value('1500.5'),
	moneyText: value('1500.5'),
	true: NO_AMOUNT,
	yesText: NO_AMOUNT,
	isoMoment: NO_AMOUNT,
	isoOffset: NO_AMOUNT,
	isoDay: NO_AMOUNT,
	russianDay: NO_AMOUNT,
	noDay: NO_AMOUNT,
	luxon: NO_AMOUNT,
	date: NO_AMOUNT,
	seconds: value('1769859000'),
	milliseconds: value('1769859000000'),
	labelWithComma: NO_AMOUNT,
	severalLabels: NO_AMOUNT,
	optionId: value('102'),
	listOfOne: value('2024'),
	listOfTwo: ONE,
	withKind: NO_AMOUNT,
	named: NO_AMOUNT,
	namedJson: NO_AMOUNT,
	entity: NO_AMOUNT,
	chain: NO_AMOUNT,
	address: NO_AMOUNT,
};

const BOOLEAN: Record<Form, Cell> = {
	...Object.fromEntries(Object.keys(FORMS).map((form) => [form, NO_BOOLEAN])) as Record<Form, Cell>,
	true: value(true),
	yesText: value(true),
	listOfTwo: ONE,
};

/** Midnight of 31 January and of 1 February 2026 in Yekaterinburg, 5 hours before UTC. */
const JAN_31 = 1769799600;
const FEB_1 = JAN_31 + 86_400;

const DAY: Record<Form, Cell> = {
	...Object.fromEntries(Object.keys(FORMS).map((form) => [form, NO_DATE])) as Record<Form, Cell>,
	isoMoment: value(JAN_31),
	isoOffset: value(FEB_1),
	isoDay: value(JAN_31),
	russianDay: value(JAN_31),
	luxon: value(JAN_31),
	date: value(JAN_31),
	seconds: value(JAN_31),
	milliseconds: value(JAN_31),
	listOfTwo: ONE,
};

const AT_1430 = 1769859000;

const MOMENT: Record<Form, Cell> = {
	...DAY,
	isoMoment: value(AT_1430),
	isoOffset: value(AT_1430 + 12 * 3600),
	isoDay: value(AT_1430 - 14.5 * 3600),
	russianDay: value(AT_1430 - 14.5 * 3600),
	luxon: value(AT_1430),
	date: value(AT_1430),
	seconds: value(AT_1430),
	milliseconds: value(AT_1430),
};

const OPTION: Record<Form, Cell> = {
	...Object.fromEntries(Object.keys(FORMS).map((form) => [form, NO_OPTION])) as Record<Form, Cell>,
	text: option(101),
	digits: option(103),
	number: option(103),
	labelWithComma: option(102),
	optionId: option(102),
	listOfOne: option(103),
	listOfTwo: ONE,
	withKind: option(101),
};

const OPTIONS: Record<Form, Cell> = { ...OPTION, severalLabels: option(101, 102, 103), listOfTwo: option(101, 102) };

const NO_VALUE = /has no "value"/;
const NO_ENTRY = { named: NO_VALUE, namedJson: NO_VALUE, entity: NO_VALUE, chain: NO_VALUE, address: NO_VALUE };
const NO_PHONE = /is not a phone number/;

const PHONE: Record<Form, Cell> = {
	...Object.fromEntries(Object.entries(TEXT).map(([form, cell]) => [form, Array.isArray(cell) ? work(String(cell[0]?.value)) : cell])) as Record<Form, Cell>,
	text: NO_PHONE,
	fraction: NO_PHONE,
	moneyText: work('1 500', '50 ₽'),
	true: NO_PHONE,
	yesText: NO_PHONE,
	luxon: NO_PHONE,
	date: NO_PHONE,
	labelWithComma: NO_PHONE,
	severalLabels: NO_PHONE,
	listOfTwo: NO_PHONE,
	withKind: NO_PHONE,
	...NO_ENTRY,
};

const EMAIL: Record<Form, Cell> = {
	...Object.fromEntries(Object.keys(FORMS).map((form) => [form, /is not an email address/])) as Record<Form, Cell>,
	...NO_ENTRY,
};

const line = (text: string): Cell => [{ value: text, enum_code: 'address_line_1' }];

const ADDRESS: Record<Form, Cell> = {
	...Object.fromEntries(Object.entries(TEXT).map(([form, cell]) => [form, Array.isArray(cell) ? line(String(cell[0]?.value)) : cell])) as Record<Form, Cell>,
	listOfTwo: ONE,
	withKind: /'value' is not a part of an address\. Give some of: address_line_1/,
	named: /'name' is not a part of an address/,
	namedJson: /'name' is not a part of an address/,
	entity: /'entity_id' is not a part of an address/,
	chain: /'catalog_id' is not a part of an address/,
	address: [
		{ value: 'Kazan', enum_code: 'city' },
		{ value: 'RU', enum_code: 'country' },
	],
};

/** A text stands for the key that the object must have. */
function object(key: string, convert: (text: string) => unknown = String): Record<Form, Cell> {
	const lacks = new RegExp(`has no "${key}"`);
	const plain = Object.entries(TEXT).flatMap(([form, cell]) =>
		Array.isArray(cell) ? [[form, value({ [key]: convert(String(cell[0]?.value)) })]] : [],
	);
	return {
		...Object.fromEntries(Object.keys(FORMS).map((form) => [form, lacks])) as Record<Form, Cell>,
		...(Object.fromEntries(plain) as Record<Form, Cell>),
		listOfTwo: value({ [key]: 'Website' }, { [key]: 'Cash, card' }),
		namedJson: lacks,
	};
}

const NAMED = { named: value({ name: 'Acme', vat_id: '77' }), namedJson: value({ name: 'Acme', vat_id: '77' }) };

const ENTITY_ID = /is not an ID/;

const LINK: Record<Form, Cell> = {
	...Object.fromEntries(Object.keys(FORMS).map((form) => [form, ENTITY_ID])) as Record<Form, Cell>,
	digits: value({ entity_id: 2024 }),
	number: value({ entity_id: 2024 }),
	optionId: value({ entity_id: 102 }),
	seconds: value({ entity_id: 1769859000 }),
	milliseconds: value({ entity_id: 1769859000000 }),
	listOfOne: value({ entity_id: 2024 }),
	withKind: /has no "entity_id"/,
	named: /has no "entity_id"/,
	namedJson: /has no "entity_id"/,
	chain: /has no "entity_id"/,
	address: /has no "entity_id"/,
	entity: value({ entity_id: 5, entity_type: 'contacts' }),
};

const CHAIN: Record<Form, Cell> = {
	...Object.fromEntries(Object.keys(FORMS).map((form) => [form, /needs "catalog_id" and "catalog_element_id"/])) as Record<Form, Cell>,
	chain: [{ catalog_id: 1, catalog_element_id: 2 }],
};

/** A file is known by its UUID, its link or its field in the item. */
const FILE = Object.fromEntries(Object.keys(FORMS).map((form) => [form, /is no file of the storage. Give its UUID or its link/])) as Record<Form, Cell>;

const TABLE: Array<[type: string, code: string | null, cells: Record<Form, Cell>]> = [
	['text', null, TEXT],
	['textarea', null, TEXT],
	['url', null, TEXT],
	['streetaddress', null, TEXT],
	['tracking_data', null, TEXT],
	['org_legal_name', null, TEXT],
	['numeric', null, NUMBER],
	['price', null, NUMBER],
	['monetary', null, NUMBER],
	['checkbox', null, BOOLEAN],
	['date', null, DAY],
	['birthday', null, DAY],
	['date_time', null, MOMENT],
	['select', null, OPTION],
	['radiobutton', null, OPTION],
	['category', null, OPTION],
	['multiselect', null, OPTIONS],
	['multitext', 'PHONE', PHONE],
	['multitext', 'EMAIL', EMAIL],
	['smart_address', null, ADDRESS],
	['legal_entity', null, { ...object('name'), ...NAMED }],
	['payer', null, { ...object('name'), ...NAMED, entity: value({ entity_id: 5, entity_type: 'contacts' }), listOfTwo: ONE }],
	['items', null, object('description')],
	['file', null, { ...FILE, listOfTwo: ONE }],
	['linked_entity', null, { ...LINK, listOfTwo: ONE }],
	['supplier', null, { ...LINK, listOfTwo: ONE }],
	['chained_list', null, CHAIN],
];

const encode = (type: string, given: unknown, code: string | null = null) => encodeFieldValue(given, fieldOf(type, code), CONTEXT);

describe.each(TABLE)('%s %s', (type, code, cells) => {
	it.each(Object.keys(FORMS) as Form[])('takes %s, or says what it takes', (form) => {
		const expected = cells[form];
		if (expected instanceof RegExp) {
			expect(() => encode(type, FORMS[form], code)).toThrow(expected);
			expect(() => encode(type, FORMS[form], code)).toThrow(UserError);
		} else expect(encode(type, FORMS[form], code)).toEqual(expected);
	});
});

describe('several values', () => {
	it.each<[string, string | null, unknown, Cell]>([
		['multitext', 'PHONE', '+7 495 000-00-00, доб. 5; 8 912 345-67-89', work('+7 495 000-00-00, доб. 5', '8 912 345-67-89')],
		['multitext', 'PHONE', '[{"value": "+79120000000", "kind": "mob"}, "+79130000000"]', [{ value: '+79120000000', enum_code: 'MOB' }, { value: '+79130000000', enum_code: 'WORK' }]],
		['multitext', 'EMAIL', [' a@example.com ', '', { value: 'b@example.com', enum_id: 7 }], [{ value: 'a@example.com', enum_code: 'WORK' }, { value: 'b@example.com', enum_id: 7 }]],
		['multitext', 'EMAIL', { value: 'a@example.com', kind: 'MOB' }, /'MOB' is not a kind of this field\. Give one of: WORK, PRIV, OTHER/],
		['multiselect', null, '["Cash, card", "first"]', option(102, 101)],
		['multiselect', null, [{ enum_id: 101 }, { value: '2024' }], option(101, 103)],
		['legal_entity', null, '[{"name": "A"}, {"name": "B"}]', value({ name: 'A' }, { name: 'B' })],
		['legal_entity', null, '{"name": "A",}', /is not JSON/],
		['smart_address', null, "{'city': 'Paris'}", /is not JSON/],
		['items', null, '[{product_id: 7}]', /is not JSON/],
		['smart_address', null, '[Paris] Rue 1', [{ value: '[Paris] Rue 1', enum_code: 'address_line_1' }]],
		['items', null, { product_id: 7, quantity: 2, total_sum: 90 }, value({ product_id: 7, quantity: 2 })],
		['smart_address', null, [{ value: 'x' }, { value: 'y' }], ONE],
		['chained_list', null, Array(6).fill({ catalog_id: 1, catalog_element_id: 2 }), /at most 5 levels, not 6/],
		['text', null, [null, ''], []],
		['select', null, [null], []],
		['multitext', 'PHONE', ' , ', []],
		['legal_entity', null, [undefined], []],
		['a type of tomorrow', null, ['as', 'it is'], value('as', 'it is')],
	])('%s %s: %j', (type, code, given, expected) => {
		if (expected instanceof RegExp) expect(() => encode(type, given, code)).toThrow(expected);
		else expect(encode(type, given, code)).toEqual(expected);
	});
});

describe('links of cards stand for IDs', () => {
	const at = (path: string, account = 'mycompany') => `https://${account}.amocrm.ru/${path}`;
	const level = (catalog_id: number, catalog_element_id: number) => ({ catalog_id, catalog_element_id });

	it.each<[string, unknown, Cell]>([
		['linked_entity', at('contacts/detail/5?x=1'), value({ entity_id: 5, entity_type: 'contacts' })],
		['linked_entity', at('catalogs/9/detail/7'), value({ entity_id: 7, entity_type: 'catalog_elements', catalog_id: 9 })],
		['linked_entity', { entity_id: at('api/v4/companies/5'), entity_type: 'companies', name: 'Acme' }, value({ entity_id: 5, entity_type: 'companies', name: 'Acme' })],
		['linked_entity', { entity_id: at('companies/detail/5'), entity_type: 'contacts' }, /companies\/detail\/5' does not belong to "entity_type": 'contacts'/],
		['supplier', at('api/v4/catalogs/9/elements/7'), value({ entity_id: 7 })],
		['payer', { name: 'Acme', entity_id: at('companies/detail/5') }, value({ name: 'Acme', entity_id: 5, entity_type: 'companies' })],
		['items', { product_id: at('catalogs/9/detail/7'), quantity: 2 }, value({ product_id: 7, quantity: 2 })],
		['items', { product_id: at('leads/detail/7') }, /leads\/detail\/7' is not the link of a list element/],
		['chained_list', at('catalogs/9/detail/7'), [level(9, 7)]],
		['chained_list', `${at('catalogs/9/detail/7')}, ${at('catalogs/10/detail/8')}`, [level(9, 7), level(10, 8)]],
		['chained_list', [{ catalog_id: at('catalogs/9'), catalog_element_id: 7 }, at('catalogs/10/detail/8')], [level(9, 7), level(10, 8)]],
		['chained_list', { catalog_id: 3, catalog_element_id: at('catalogs/9/detail/7') }, /does not belong to "catalog_id": '3'/],
		['linked_entity', at('settings'), /settings' is not the link of a card/],
	])('%s: %j', (type, given, expected) => {
		if (expected instanceof RegExp) expect(() => encode(type, given)).toThrow(expected);
		else expect(encode(type, given)).toEqual(expected);
	});

	it.each([
		['linked_entity', at('contacts/detail/5', 'other')],
		['supplier', { entity_id: at('catalogs/9/detail/7', 'other') }],
		['payer', { name: 'Acme', entity_id: at('companies/detail/5', 'other') }],
		['items', { product_id: at('catalogs/9/detail/7', 'other') }],
		['chained_list', at('catalogs/9/detail/7', 'other')],
		['chained_list', { catalog_id: at('catalogs/9', 'other'), catalog_element_id: 7 }],
	])('%s of another account is refused: %j', (type, given) => {
		expect(() => encode(type, given)).toThrow(/is a link of the account 'other', but the credential is for 'mycompany'/);
		const raw = [{ field_id: 1, values: [typeof given === 'string' ? { value: { entity_id: given } } : { value: given }, given] }];
		expect(() => customFieldsFromJson(raw, CONTEXT.accountUrl)).toThrow(/is a link of the account 'other'/);
	});

	it('in raw JSON too, where nothing else changes', () => {
		const raw = [
			{ field_id: 1, values: [{ value: { entity_id: at('contacts/detail/5'), name: 'Ann' } }] },
			{ field_id: 2, values: [{ catalog_id: at('catalogs/9'), catalog_element_id: at('catalogs/9/detail/7') }] },
			{ field_code: 'WEB', values: [{ value: at('contacts/detail/5', 'other') }] },
			{ field_id: 3, values: null },
		];
		expect(customFieldsFromJson(JSON.stringify(raw), CONTEXT.accountUrl)).toEqual([
			{ field_id: 1, values: [{ value: { entity_id: 5, name: 'Ann' } }] },
			{ field_id: 2, values: [level(9, 7)] },
			raw[2],
			raw[3],
		]);
	});
});

describe('amounts and moments that look like others', () => {
	it.each<[string, string, unknown, unknown]>([
		['numeric', 'a decimal comma before three digits', '0,125', '0.125'],
		['numeric', 'a decimal comma behind more digits than a group has', '1500,505', '1500.505'],
		['numeric', 'points between thousands, a decimal comma', '1.500,505', '1500.505'],
		['numeric', 'commas between thousands', '-12,345,678.5', '-12345678.5'],
		['numeric', 'groups that are none', '1500,500.25', /is not an amount/],
		['date_time', 'a day as spreadsheets count them', 46_053, /'46053' is not a date: as unix seconds it would be in the first hours of 1970/],
		['date', 'a day as spreadsheets count them', 46_053.75, /first hours of 1970/],
		['date_time', 'digits without separators', '20260131143000', /is not a date/],
		['date_time', 'the beginning of time', 0, 0],
	])('%s: %s', (type, _what, given, expected) => {
		if (expected instanceof RegExp) expect(() => encode(type, given, null)).toThrow(expected);
		else expect(encode(type, given, null)).toEqual([{ value: expected }]);
	});
});

/** What amoCRM gives back for what was written: options with their labels. */
function asRead(items: IDataObject[], { enums, type }: FieldDefinition): IDataObject[] {
	if (type === 'multitext') return items;
	return items.map((item) => (item.enum_id === undefined ? item : { ...item, value: enums.find(({ id }) => id === item.enum_id)?.value }));
}

const plainText = fc.string({ minLength: 1 });
const phone = fc.stringMatching(/^\+79[0-9]{9}$/);
/** Values that are not the same, some with a kind. */
const entries = (value: fc.Arbitrary<string>) =>
	fc
		.uniqueArray(value, { minLength: 1, maxLength: 5, selector: (text) => text.toLowerCase() })
		.chain((texts) => fc.tuple(...texts.map((text) => fc.constantFrom<unknown>(text, { value: text, kind: 'OTHER' }))))
		.map((list) => (list.length > 1 ? list : list[0]));
const label = fc.constantFrom('Website', 'Cash, card', '2024');
const amount = fc.double({ noNaN: true, noDefaultInfinity: true }).map((number) => number + 0);
const momentIn = fc.date({ min: new Date('1930-01-02T00:00:00Z'), max: new Date('2090-01-01T00:00:00Z'), noInvalidDate: true });
const id = fc.integer({ min: 1 });
const oneOrMore = <T>(entry: fc.Arbitrary<T>) => fc.oneof(entry, fc.array(entry, { minLength: 2, maxLength: 5 }));

/** Values in the form that the node gives out, for every type. */
const CANONICAL: Array<[type: string, code: string | null, values: fc.Arbitrary<unknown>]> = [
	...['text', 'textarea', 'url', 'streetaddress', 'tracking_data', 'org_legal_name'].map((type): [string, null, fc.Arbitrary<unknown>] => [type, null, plainText]),
	...['numeric', 'price', 'monetary'].map((type): [string, null, fc.Arbitrary<unknown>] => [type, null, amount]),
	['checkbox', null, fc.boolean()],
	...['date', 'birthday'].map((type): [string, null, fc.Arbitrary<unknown>] => [type, null, momentIn.map((date) => date.toISOString().slice(0, 10))]),
	['date_time', null, momentIn.map((date) => `${date.toISOString().slice(0, 19)}.000Z`)],
	...['select', 'radiobutton', 'category'].map((type): [string, null, fc.Arbitrary<unknown>] => [type, null, label]),
	['multiselect', null, fc.uniqueArray(label, { minLength: 1 })],
	['multitext', 'PHONE', entries(phone)],
	['multitext', 'EMAIL', entries(fc.emailAddress())],
	['smart_address', null, fc.record({ city: plainText, zip: plainText, country: fc.constant('RU') })],
	['legal_entity', null, oneOrMore(fc.record({ name: plainText, vat_id: plainText }))],
	['payer', null, fc.record({ name: plainText, type: fc.constant('legal') })],
	['items', null, oneOrMore(fc.record({ description: plainText, quantity: amount }))],
	['file', null, fc.record({ file_uuid: fc.uuid(), file_name: plainText })],
	['linked_entity', null, fc.record({ entity_id: id, entity_type: fc.constant('contacts') })],
	['supplier', null, fc.record({ entity_id: id })],
	['chained_list', null, fc.array(fc.record({ catalog_id: id, catalog_element_id: id }), { minLength: 1, maxLength: 5 })],
];

const contexts = fc.record({
	accountUrl: fc.constant(CONTEXT.accountUrl),
	workflow: fc.constantFrom('Europe/Moscow', 'America/New_York', 'UTC'),
	// Where midnight did not exist on some days, and far from UTC on both sides.
	account: fc.constantFrom('Europe/Moscow', 'America/Sao_Paulo', 'Pacific/Kiritimati', 'Pacific/Honolulu'),
});

describe.each(CANONICAL)('%s %s', (type, code, values) => {
	const field = fieldOf(type, code);

	it('comes back as it was written', () => {
		fc.assert(
			fc.property(values, contexts, (given, where) => {
				const read = asRead(encodeFieldValue(given, field, where), field);
				expect(decodeFieldValue(type, read, where)).toEqual(given);
			}),
		);
	});

	it('is either written as items or refused with an explanation, whatever comes', () => {
		const anything = fc.oneof(fc.anything({ withDate: true, withNullPrototype: true }), fc.bigInt(), fc.json());
		fc.assert(
			fc.property(fc.oneof(anything, fc.array(values)), contexts, (given, where) => {
				let items: IDataObject[];
				try {
					items = encodeFieldValue(given, field, where);
				} catch (error) {
					expect(error).toBeInstanceOf(UserError);
					expect((error as Error).message).toMatch(/\S+ \S+/);
					return;
				}
				expect(items.every((item) => JSON.stringify(item).startsWith('{'))).toBe(true);
				decodeFieldValue(type, items, where);
			}),
		);
	});
});
