import fc from 'fast-check';
import type { IDataObject } from 'n8n-workflow';

import { decodeFieldValue, encodeFieldValue } from '../../../nodes/AmoCrm/fields/codec';
import { customFieldsFromJson } from '../../../nodes/AmoCrm/fields/customFields';
import type { FieldDefinition } from '../../../nodes/AmoCrm/fields/dictionaries';
import { encodeDraft, tags } from '../../../nodes/AmoCrm/fields/fields';
import { nameMatcher } from '../../../nodes/AmoCrm/fields/matching';
import { simplify } from '../../../nodes/AmoCrm/fields/simplify';
import { assertWritable, labelKey, toText } from '../../../nodes/AmoCrm/fields/values';

const CONTEXT = { workflow: 'UTC', account: 'UTC', accountUrl: 'https://mycompany.amocrm.ru' };

const VIEW = { names: {}, zones: CONTEXT, isOld: false };

const fieldOf = (type: string, ...labels: string[]): FieldDefinition => ({
	id: 1, name: 'F', type, code: null, sort: 1, requiredIn: 0, computed: false,
	enums: labels.map((value, index) => ({ id: 101 + index, value, code: null, path: value })),
});
const idsOf = (value: unknown, ...labels: string[]) => encodeFieldValue(value, fieldOf('multiselect', ...labels), CONTEXT).map(({ enum_id: id }) => Number(id) - 101);

describe('labels are the same', () => {
	it.each([
		['Phone call', 'phone  call'], ['Phone call', ' PHONE\u00a0CALL '], ['Phone call', 'Phone\u202fcall'], ['Phone\u00a0call', 'Phone call'], ['Phone call', '\ufeffPhone\u200b call'], ['Cafe\u0301', 'Café'], ['Яндекс Директ', 'яндекс\u00a0директ'],
	])('%j and %j', (label, given) => {
		expect(labelKey(given)).toBe(labelKey(label));
		expect(idsOf(given, 'Other', label)).toEqual([1]);
		expect(encodeFieldValue(given, fieldOf('select', 'Other', label), CONTEXT)).toEqual([{ enum_id: 102 }]);
		expect(nameMatcher.keysOf(given)[0]?.key).toBe(nameMatcher.keysOfRecord({ name: label })[0]);
		const { body } = encodeDraft([{ name: 'tags', key: 'tags', displayName: 'Tags', kind: tags }], { mode: 'update', timezone: 'UTC', accountUrl: '', values: { tags: [label, given] } });
		expect((body as { tags_to_add: unknown[] }).tags_to_add).toHaveLength(1);
	});
});

it.each<[unknown, string[], number[] | RegExp]>([
	['Red, Red', ['Red', 'Blue'], [0]],
	[['Red', 'red', 101], ['Red', 'Blue'], [0]],
	['a, b, c', ['a', 'a, b', 'a, b, c', 'c'], [2]],
	['a, b, d', ['a', 'a, b', 'a, b, c', 'd'], [1, 3]],
	['a,b;c', ['a, b; c'], [0]],
	['a, b', ['a', 'b', 'a; b'], [0, 1]],
	['red', ['RED', 'Red', 'red'], [2]],
	['rEd', ['RED', 'Red'], /'rEd' is the label of several options\. Give an ID: 101, 102/],
	['Other', ['Other', 'Other'], /several options/],
	[{ enum_id: { a: 1 } }, ['Red'], /'\{"a":1\}' is not one of the options/],
	[{ value: Object.create(null) as unknown }, ['Red'], /is not one of the options/],
	['constructor', ['Red'], /is not one of the options/],
	['', ['Red'], []],
	[' , ,', ['Red'], []],
])('of %j the options %j are meant', (given, labels, expected) => {
	if (expected instanceof RegExp) expect(() => idsOf(given, ...labels)).toThrow(expected);
	else expect(idsOf(given, ...labels)).toEqual(expected);
});

test('any options written in one text are read again', () => {
	const word = fc.stringMatching(/^[a-z]{1,3}$/);
	const label = fc.array(word, { minLength: 1, maxLength: 3 }).map((words) => words.join(', '));
	fc.assert(
		fc.property(fc.uniqueArray(label, { minLength: 1, maxLength: 6 }), fc.infiniteStream(fc.nat()), (labels, stream) => {
			const [chosen] = [labels.filter(() => (stream.next().value as number) % 2 === 0)];
			// The longest label wins, so a text may mean fewer options than were written, but the same text.
			const read = idsOf(chosen.join(', '), ...labels);
			expect(new Set(read.flatMap((index) => labels[index]?.split(', ')))).toEqual(new Set(chosen.flatMap((text) => text.split(', '))));
		}),
	);
});

test('four thousand options in one text are all found', () => {
	const labels = Array.from({ length: 4000 }, (_, index) => `Option, number ${index}; of many`);
	expect(idsOf(labels.join(', '), ...labels)).toHaveLength(4000);
	expect(() => idsOf('Option, number'.repeat(20_000), ...labels)).toThrow(/is not one of the options/);
});

describe('what no JSON can hold is refused, at whatever depth', () => {
	const loop: IDataObject = {};
	loop.self = loop;
	it.each<[string, unknown]>([
		['NaN', NaN], ['Infinity', Infinity], ['in a list', ['a', -Infinity]], ['in an object', { value: { price: NaN } }], ['a function', { a: () => 1 }], ['a large integer', { a: 1n }], ['itself', loop], ['a date that is none', { a: new Date(NaN) }], ['what JavaScript makes of an object', '[object Object]'],
	])('%s', (_what, given) => {
		expect(() => assertWritable(given)).toThrow();
		for (const type of ['text', 'numeric', 'date', 'items', 'legal_entity', 'smart_address', 'multiselect', 'a type of tomorrow']) {
			expect(() => encodeFieldValue(given, fieldOf(type, 'Red'), CONTEXT)).toThrow(/\S+ \S+ \S+/);
			try {
				encodeFieldValue(given, fieldOf(type, 'Red'), CONTEXT);
			} catch (error) {
				expect((error as Error).message).not.toMatch(/\[object|Cannot|circular|undefined/);
			}
		}
	});

	it('in JSON text too', () => {
		expect(() => encodeFieldValue('{"description": "x", "discount": {"value": 1e999}}', fieldOf('items'), CONTEXT)).toThrow(/'Infinity' is not a number/);
		for (const json of ['[{"field_id": 1, "values": [{"value": 1e999}]}]', `[{"field_id": 1, "values": [${'['.repeat(5000)}${']'.repeat(5000)}]}]`, '['.repeat(100_000), '[{"field_id": {"toString": 1}, "values": []}]', '[null]', '[5]', '{}']) {
			expect(() => customFieldsFromJson(json, CONTEXT.accountUrl)).toThrow(/'Infinity' is not a number|nested too deeply|is not a JSON array|has neither "field_id"/);
		}
		expect(customFieldsFromJson('[{"field_id": "7", "values": null}]', CONTEXT.accountUrl)).toEqual([{ field_id: '7', values: null }]);
	});

	it('while dates, lists and zero pass', () => {
		for (const given of [0, '', null, undefined, false, 5n, new Date(0), { a: [{ b: [0, null] }] }, 'NaN']) expect(() => assertWritable(given)).not.toThrow();
		expect(toText(new Date(0))).toBe('1970-01-01T00:00:00.000Z');
	});
});

describe('rows of a field of items', () => {
	const items = (value: unknown) => encodeFieldValue(value, fieldOf('items'), CONTEXT)[0]?.value;
	it('hold numbers', () => {
		expect(items({ description: 'Shoes', unit_price: '1 234,50 ₽', quantity: '2,5' })).toEqual({ description: 'Shoes', unit_price: 1234.5, quantity: 2.5 });
		expect(() => items({ description: 'Shoes', unit_price: '12.000' })).toThrow(/^"unit_price": '12\.000' can mean 12000 or 12\.000/);
		expect(() => items({ description: 'Shoes', quantity: '1,500' })).toThrow(/^"quantity": '1,500' can mean/);
	});
});

describe('a record is shown whatever stands in it', () => {
	const broken: unknown[] = [null, 'x', 5, [], {}, { toString: 1, valueOf: 1 }];
	const fields = (values: unknown, type = 'date') => [{ field_id: 1, field_name: 'F', field_type: type, values }];

	it.each(['date', 'birthday', 'date_time', 'numeric', 'select', 'multiselect', 'multitext', 'smart_address', 'items', 'chained_list', 'text', 'new'])('%s', (type) => {
		for (const value of [...broken, 1e300, -1e300, 8.65e12, NaN]) {
			for (const values of [value, [value], [{ value }], [null, { value }]]) {
				const row = { id: 1, created_at: value, custom_fields_values: [null, ...fields(values, type)], _embedded: { tags: [value], contacts: value, companies: [value] } };
				expect(simplify(row as never, VIEW)).toMatchObject({ id: 1 });
				expect(simplify({ id: 1, custom_fields_values: value, _embedded: value } as never, VIEW)).toMatchObject({ id: 1 });
			}
		}
	});

	it('with what cannot be a date as it came', () => {
		expect(simplify({ created_at: 1e300, custom_fields_values: fields([{ value: 1e300 }]) } as never, VIEW)).toEqual({ created_at: 1e300, F: 1e300 });
		expect(decodeFieldValue('date_time', [{ value: 1e300 }], CONTEXT)).toBe(1e300);
	});

	it('with fields called like what objects have', () => {
		expect(simplify({ custom_fields_values: [{ field_id: 1, field_name: 'constructor', field_type: 'text', values: [{ value: 'x' }] }] } as never, VIEW)).toEqual({ constructor: 'x' });
	});
});
