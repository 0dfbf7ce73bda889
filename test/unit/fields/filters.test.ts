import fc from 'fast-check';
import type { IDataObject } from 'n8n-workflow';

import { customFieldConditions } from '../../../nodes/AmoCrm/fields/customFieldFilters';
import type { Condition, Filter } from '../../../nodes/AmoCrm/fields/filters';
import { conditionsOf, flagFilter, idsFilter, joinConditions, moneyRange, recordsFilter } from '../../../nodes/AmoCrm/fields/filters';

const LEAD = { noun: 'lead', listSearchMethod: 'searchLeads', linkPaths: ['leads/detail'] };
const filters: Filter[] = [
	recordsFilter('id', LEAD, { name: 'records', displayName: 'Only These Leads' }),
	idsFilter('id', LEAD, { name: 'ids', displayName: 'IDs From Data' }),
	...moneyRange('price', 'price', 'Price'),
	flagFilter('is_completed', { name: 'done', displayName: 'Done' }),
];
const conditions = (values: Record<string, unknown>) => conditionsOf(filters, { timezone: 'UTC', accountUrl: 'https://demo.amocrm.ru', values });

const FIELDS = [
	{ id: 1, name: 'Colours', type: 'multiselect', code: null, sort: 1, requiredIn: 0, computed: false, enums: ['Red', 'Green', 'Blue'].map((value, index) => ({ id: index + 11, value, code: null, path: value })) },
	{ id: 2, name: 'Size', type: 'numeric', code: null, sort: 2, requiredIn: 0, computed: false, enums: [] },
];
const ZONES = { workflow: 'UTC', account: 'UTC', accountUrl: '' };

/** What amoCRM gives for a query: rows with one of the values of a list, or in a range. */
function obeys(row: IDataObject, query: IDataObject): boolean {
	const meets = (values: unknown[], wanted: unknown) => {
		if (Array.isArray(wanted)) return wanted.length === 0 || wanted.some((value) => values.map(String).includes(String(value)));
		const { from = -Infinity, to = Infinity } = wanted as { from?: number; to?: number };
		return values.some((value) => Number(value) >= from && Number(value) <= to);
	};
	return Object.entries((query.filter ?? {}) as IDataObject).every(([key, wanted]) => {
		if (key !== 'custom_fields_values') return meets([row[key]], typeof wanted === 'number' ? [wanted === 1] : wanted);
		return Object.entries(wanted as IDataObject).every(([id, value]) => {
			const field = (row.custom_fields_values as IDataObject[]).find(({ field_id }) => field_id === Number(id));
			return meets(((field?.values ?? []) as IDataObject[]).map((entry) => entry.enum_id ?? entry.value), value);
		});
	});
}

const idList = fc.uniqueArray(fc.integer({ min: 1, max: 6 }), { maxLength: 4 });
const colours = fc.uniqueArray(fc.constantFrom('Red', 'Green', 'Blue'), { minLength: 1 });
const size = fc.integer({ min: 1, max: 5 });
const fieldFilter = fc.oneof(
	colours.map((value) => ({ fieldId: 1, comparison: 'is', value })),
	fc.tuple(fc.constantFrom('is', 'from', 'to'), size).map(([comparison, value]) => ({ fieldId: 2, comparison, value })),
);
const wishes = fc.record(
	{
		records: idList.map((ids) => ({ record: ids.map((recordId) => ({ recordId })) })),
		ids: idList,
		priceFrom: size,
		priceTo: size,
		done: fc.boolean(),
		fields: fc.array(fieldFilter, { maxLength: 4 }),
	},
	{ requiredKeys: [] },
);

const ROWS = fc.sample(
	fc.record({
		id: fc.integer({ min: 1, max: 6 }),
		price: size,
		is_completed: fc.boolean(),
		custom_fields_values: fc.tuple(fc.uniqueArray(fc.constantFrom(11, 12, 13)), size).map(([enums, value]) => [
			{ field_id: 1, values: enums.map((enum_id) => ({ enum_id })) },
			{ field_id: 2, values: [{ value: String(value) }] },
		]),
	}),
	{ numRuns: 200, seed: 7 },
) as unknown as IDataObject[];

it('all conditions hold, whatever has a place in the query; amoCRM is asked for no row that one of them excludes by itself', () => {
	fc.assert(
		fc.property(wishes, ({ fields = [], ...values }) => {
			const all: Condition[] = [...conditions(values), ...customFieldConditions(fields, FIELDS, ZONES)];
			const { query, asked, isImpossible } = joinConditions(all);
			const right = ROWS.filter((row) => all.every(({ accepts, isImpossible: never }) => !never && (accepts?.(row) ?? true)));
			if (isImpossible) {
				expect(right).toEqual([]);
				return;
			}
			const given = ROWS.filter((row) => obeys(row, query as IDataObject));
			// Nothing that was asked for is rejected: it would look as if the account ignored filters.
			expect(given.filter((row) => [...asked].some(({ accepts }) => accepts?.(row) === false))).toEqual([]);
			expect(given.filter((row) => all.every(({ accepts }) => accepts?.(row) ?? true))).toEqual(right);
		}),
		{ numRuns: 1_000 },
	);
});

it.each([
	[{ records: { record: [{ recordId: 1 }, { recordId: 2 }] }, ids: '2, 3' }, { filter: { id: [2] } }, false],
	[{ records: { record: [{ recordId: 1 }] }, ids: [2] }, { filter: { id: [1] } }, true],
	[{ records: { record: [{ recordId: { __rl: true, mode: 'id', value: [] } }] } }, {}, true],
	[{ records: [] }, {}, true],
	[{ records: {} }, {}, false],
	[{ records: { record: [{ recordId: { __rl: true, mode: 'list', value: '' } }] } }, {}, false],
	[{ records: { record: ['5', { recordId: 'https://demo.amocrm.ru/leads/detail/6' }] } }, { filter: { id: [5, 6] } }, false],
	[{ priceFrom: 5, priceTo: 10 }, { filter: { price: { from: 5, to: 10 } } }, false],
])('%j asks for %j', (values, query, impossible) => {
	const joined = joinConditions(conditions(values));
	expect(joined.isImpossible).toBe(impossible);
	expect(joined.query).toMatchObject(query);
});

it.each([
	[{ records: { record: [null] } }, "'Only These Leads': an entry is null"],
	[{ records: { record: [{ recordId: 'x' }] } }, "'Only These Leads': 'x' is not an ID"],
	[{ ids: [{ id: 5 }] }, `'IDs From Data': '{"id":5}' is not an ID`],
	[{ done: 'perhaps' }, "'Done': 'perhaps' is neither yes nor no"],
])('%j is refused', (values, message) => {
	expect(() => conditions(values)).toThrow(message);
});

it.each([
	[[{ fieldId: 'Colours', value: 'Red' }], undefined],
	[[{ fieldId: ' colours ', value: 'Red' }], undefined],
	[[{ fieldId: 2, comparison: 'above', value: 5 }], "'Size': 'above' is not possible. Give one of: from, is, isEmpty, isNotEmpty, to"],
	[[{ fieldId: '', value: 'Red' }], "'Filters': the condition on the value 'Red' has no custom field"],
	[[{ fieldId: { a: 1 }, value: 'Red' }], `'Custom Fields': there is no custom field '{"a":1}'`],
])('%j on custom fields', (given, message) => {
	const encode = () => customFieldConditions(given, FIELDS, ZONES);
	if (message === undefined) expect(encode()).toMatchObject([{ query: { filter: { custom_fields_values: { 1: [11] } } } }]);
	else expect(encode).toThrow(message);
});
