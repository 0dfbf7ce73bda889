import fc from 'fast-check';
import type { IDataObject, INodeProperties, INodePropertyCollection } from 'n8n-workflow';

/**
 * Parameters of a node out of its own description: some as people give them, some as no one should. Whatever JSON cannot
 * hold comes by an expression over the items, as in n8n.
 */

/** A value of a parameter: as it stands, or by an expression over the item. */
interface Given {
	plain?: unknown;
	expression?: string;
}

export interface Inputs {
	parameters: IDataObject;
	items: IDataObject[];
}

/** What is real in the account, so that some values get past the first check. */
export interface Real {
	ids: number[];
	/** A text that must never be said back. */
	secret: string;
}

const TEXTS = [
	'', ' ', '\n', '\u0000', '\u00a0', '\ufeff', '0', '-1', '5', '5,6', '1.5', '1e400', '12345678901234567890', '123n', '0x10', 'x', 'Ann, Bob',
	'__proto__', 'constructor', 'toString', 'hasOwnProperty', 'valueOf', 'length', '\ud800', '\udc00x', '😀'.repeat(50), '\u202e\u0661\u0662',
	'2026-01-31', '2026-13-45', '0000-00-00', '31.01.2026 25:61', '2026-01-31T10:00:00+99:99', '20260131', 'tomorrow', '-271821-04-20', '275760-09-14',
	'a@b.co', 'ann@example.com, bob@example.com', '@', 'a@b@c', '<ann@example.com', '+7 912 345-67-89', '8', '+', 'доб. 5', '+55 (0xx11) 3456-7890',
	'$1,234.50', '1.234.567,8', '12.000', '--5', '5%', '[1,2', '{"a":', '[{"field_id":1,"values":[{"value":"x"}]}]', '[null]', '{"__proto__":{"x":1}}', '"x"',
	'leads', 'https://evil.example/leads/detail/5', 'https://mycompany.amocrm.ru.evil.com/leads/detail/5', '../../oauth2/access_token', '5?x=1#y', '//evil.example', '%2e%2e%2f',
	'5\r\nHost: evil.example', "'; DROP TABLE", '<script>', '{{ 1 }}', '142', '1:142', ':', '1:', 'field:', 'yes', 'нет',
];

const LONG = ['x', '1', ' ', 'доб', '\n', ',', '(', '[', '{"a":', '@', 'a@', 'é', '\ud800', '0.', '-', '1 '].map((piece) => piece.repeat(Math.ceil(50_000 / piece.length)));

const OBJECTS: unknown[] = [
	{}, { a: 1 }, { id: 5 }, { value: null }, { value: { value: {} } }, { id: {} }, { name: 'x', id: null }, { toString: null }, { valueOf: 1, toString: 2 },
	JSON.parse('{"__proto__":{"polluted":1}}'), { constructor: { prototype: {} } }, { length: 3 }, { 0: 'x' }, { then: 1 }, { toJSON: 1 }, { __rl: true }, { __rl: true, mode: 'id' },
	{ __rl: true, mode: 'list', value: { a: 1 } }, { __rl: true, mode: 'nonsense', value: '5' }, { __rl: false, value: '5' },
	[], [null], [undefined], [[]], [[[5]]], [{}], [5, '5', null], [''], [NaN], [{ id: 5 }, 6], ['a@b.co', null, {}], Array.from({ length: 500 }, (_, index) => index),
	[{ value: 'x', kind: 'MOB' }], { values: [{}] }, { mappingMode: 'defineBelow' }, { mappingMode: 'autoMapInputData', value: 5 }, { value: [], mappingMode: {} },
];

const NUMBERS = [0, -0, 1, -1, 5, 1.5, NaN, Infinity, -Infinity, 1e21, 1e-7, 2 ** 31, 2 ** 53, Number.MAX_VALUE, 46_205, 1_769_843_000, 1_769_843_000_000, 8.64e15, 8.64e15 + 1];

/** What only an expression can give. */
const EXPRESSIONS = ['={{ $now }}', "={{ DateTime.fromISO('soon') }}", "={{ new Date(NaN) }}", '={{ new Date(8.64e15) }}', '={{ $json }}', '={{ $json.a.b.c }}', '={{ undefined }}', '={{ $json.nothing }}', "={{ 'soon'.toDateTime().toISO() }}", '={{ [$json] }}', '={{', '={{ (() => 1) }}', "={{ $input.all() }}"];

const hostile = ({ secret }: Real): fc.Arbitrary<Given> =>
	fc.oneof(
		{ weight: 5, arbitrary: fc.constantFrom(...TEXTS).map((plain) => ({ plain })) },
		{ weight: 1, arbitrary: fc.constantFrom(...LONG).map((plain) => ({ plain })) },
		{ weight: 4, arbitrary: fc.constantFrom(...OBJECTS).map((plain) => ({ plain })) },
		{ weight: 3, arbitrary: fc.constantFrom(...NUMBERS).map((plain) => ({ plain })) },
		{ weight: 2, arbitrary: fc.constantFrom(null, undefined, true, false).map((plain) => ({ plain })) },
		{ weight: 2, arbitrary: fc.constantFrom(...EXPRESSIONS).map((expression) => ({ expression })) },
		{ weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 30 }).map((plain) => ({ plain })) },
		{ weight: 1, arbitrary: fc.jsonValue({ maxDepth: 3 }).map((plain) => ({ plain })) },
		{ weight: 1, arbitrary: fc.constant<Given>({ plain: secret }) },
	);

/** As a person would give it. */
function likely(property: INodeProperties, { ids }: Real): fc.Arbitrary<Given> {
	const plain = (...values: unknown[]) => fc.constantFrom(...values).map((value): Given => ({ plain: value }));
	const values = ((property.options ?? []) as Array<{ value?: unknown }>).flatMap(({ value }) => (value === undefined ? [] : [value]));
	switch (property.type) {
		case 'options':
			return values.length > 0 ? plain(...values) : plain('', ...ids);
		case 'multiOptions':
			return values.length > 0 ? fc.subarray(values).map((chosen) => ({ plain: chosen })) : plain([], ids.slice(0, 1));
		case 'boolean':
			return plain(true, false);
		case 'number':
			return plain(0, 1, 7, 50, property.default);
		case 'dateTime':
			return plain('2030-01-31', '2030-01-31T10:00:00');
		case 'json':
			return plain('{}', '[]', property.default);
		default:
			return plain('Ann', 'ann@example.com', '+7 912 345-67-89', '100', String(ids[0]), property.default);
	}
}

/** A value of one property; `depth` bounds collections within collections. */
function valueOf(property: INodeProperties, real: Real, depth = 0): fc.Arbitrary<unknown> {
	const bad = hostile(real);
	const half = (good: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> => fc.oneof({ weight: 3, arbitrary: good }, { weight: 2, arbitrary: bad });
	const some = (properties: INodeProperties[]): fc.Arbitrary<unknown> =>
		fc.subarray(properties, { maxLength: Math.min(4, properties.length) }).chain((chosen) => fc.record(Object.fromEntries(chosen.map((inner) => [inner.name, valueOf(inner, real, depth + 1)]))));
	switch (property.type) {
		case 'notice':
		case 'hidden':
			return fc.constant({ plain: property.default });
		case 'collection':
			return fc.oneof({ weight: 6, arbitrary: some((property.options ?? []) as INodeProperties[]) }, { weight: 1, arbitrary: bad });
		case 'fixedCollection': {
			const groups = (property.options ?? []) as INodePropertyCollection[];
			// Of what is no list where a list belongs, n8n itself makes an error before the node runs.
			const entries = (group: INodePropertyCollection) => (property.typeOptions?.multipleValues ? fc.array(half(some(group.values)), { maxLength: 3 }) : half(some(group.values)));
			return fc.oneof(
				{ weight: 6, arbitrary: fc.constantFrom(...groups).chain((group) => fc.record({ [group.name]: entries(group) })) },
				{ weight: 1, arbitrary: bad },
			);
		}
		case 'resourceLocator': {
			const modes = (property.modes ?? []).map(({ name }) => name);
			const inner = fc.oneof({ weight: 2, arbitrary: fc.constantFrom(...real.ids.map(String), real.ids[0]).map((plain): Given => ({ plain })) }, { weight: 1, arbitrary: bad });
			return half(fc.record({ __rl: fc.constant(true), mode: fc.constantFrom(...modes, 'id'), value: inner }));
		}
		case 'resourceMapper':
			return half(
				fc.record({
					mappingMode: fc.constantFrom('defineBelow', 'autoMapInputData'),
					value: half(fc.dictionary(fc.constantFrom(...real.ids.map(String), '__proto__', 'Source', '0', 'x'), bad, { maxKeys: 3 })),
				}),
			);
		default:
			// Where the editor takes no expression, a person can only choose.
			return property.noDataExpression ? likely(property, real).map(({ plain }) => plain) : half(likely(property, real));
	}
}

const isGiven = (value: unknown): value is Given => typeof value === 'object' && value !== null && ('plain' in value || 'expression' in value);

/** Such values for all of `properties`, beside those of `fixed`. A trigger has no items, so it gets what JSON can hold. */
export function inputsOf(properties: INodeProperties[], fixed: IDataObject, real: Real, kind: 'node' | 'trigger' = 'node'): fc.Arbitrary<Inputs> {
	const values = fc.record(Object.fromEntries(properties.map((property) => [property.name, valueOf(property, real)])));
	return fc.tuple(values, fc.integer({ min: 1, max: 3 }), fc.constantFrom(true, true, false)).map(([given, count, byExpression]) => {
		const item: IDataObject = {};
		/** In an expression comes what n8n's own reading of forms would refuse, and what differs from item to item. */
		const settle = (value: unknown): unknown => {
			if (typeof value !== 'object') return value;
			if (Array.isArray(value)) return value.map(settle);
			if (!isGiven(value)) return Object.fromEntries(Object.entries((value ?? {}) as object).map(([key, inner]) => [key, settle(inner)]));
			if (value.expression !== undefined) return kind === 'trigger' ? null : value.expression;
			if (kind === 'trigger') return typeof value.plain === 'string' && value.plain.startsWith('=') ? '' : (JSON.parse(JSON.stringify(value.plain ?? null)) as unknown);
			const isSafe = typeof value.plain === 'string' ? !value.plain.startsWith('=') : typeof value.plain === 'boolean';
			if (isSafe && !byExpression) return value.plain;
			const key = `v${Object.keys(item).length}`;
			item[key] = value.plain as IDataObject;
			return `={{ $json.${key} }}`;
		};
		const parameters = { ...(settle(given) as IDataObject), ...fixed };
		return { parameters, items: Array.from({ length: count }, (_, index) => ({ ...item, index })) };
	});
}
