import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';

import { parameterReader } from '../../../nodes/AmoCrm/operations/parameterReader';

/** A reader over parameters as the node keeps them; `read` notes every evaluation by n8n. */
function readerOf(parameters: Record<string, unknown>, items: IDataObject[] = [], evaluate: (name: string, item: number) => unknown = (name, item) => ({ name, item, list: ['x'] })) {
	const read = jest.fn((name: string, item: number, fallback?: unknown) => (name in parameters ? evaluate(name, item) : fallback));
	const context = { getNode: () => ({ parameters }), getNodeParameter: read } as unknown as IExecuteFunctions;
	return { parameter: parameterReader(context, items.map((json) => ({ json })), []), read };
}

describe('a parameter', () => {
	it.each<[string, unknown]>([
		['a text', '={{ $json.name }}'],
		['an expression without braces', '=Lead 1'],
		['a field of a collection', { price: 5, tags: '={{ $json.tags }}' }],
		['an entry of a list', { phones: { entries: [{ value: '1' }, { value: '={{ $json.phone }}' }] } }],
		['a picker', { __rl: true, mode: 'id', value: '={{ $json.id }}' }],
		['a value of a mapper', { mappingMode: 'defineBelow', value: { 'field:1': "={{ $('Other').item.json.x }}" } }],
		['what an AI agent gives', "={{ /*n8n-auto-generated-fromAI-override*/ $fromAI('Name', ``, 'string') }}"],
	])('with an expression is read for each item: %s', (_name, value) => {
		const { parameter } = readerOf({ given: value });
		expect([0, 1, 0].map((item) => (parameter('given', item) as { item: number }).item)).toEqual([0, 1, 0]);
	});

	it.each<[string, unknown]>([
		['a text', 'a = b'],
		['a formula in braces', '{{ 1 }}'],
		['nothing', ''],
		['a switch', false],
		['a picker', { __rl: true, mode: 'list', value: '5', cachedResultName: 'Sales' }],
		['a mapper that takes what comes', { mappingMode: 'autoMapInputData', value: null }],
	])('without is read once, and every caller may change what he gets: %s', (_name, value) => {
		const { parameter, read } = readerOf({ given: value });
		const first = parameter('given', 0) as { list: string[] };
		first.list.push('changed');
		expect(parameter('given', 7)).toEqual({ name: 'given', item: 0, list: ['x'] });
		expect(read).toHaveBeenCalledTimes(1);
	});

	it('that the node does not have is its fallback, whatever that is for this item', () => {
		const { parameter } = readerOf({});
		expect([parameter('missing', 0, 'a'), parameter('missing', 1, 'b')]).toEqual(['a', 'b']);
	});

	it('that n8n cannot read fails for each item', () => {
		const { parameter, read } = readerOf({ given: 'x' });
		read.mockImplementation((_name, item) => {
			throw new Error(`item ${item}`);
		});
		expect(() => parameter('given', 0)).toThrow('item 0');
		expect(() => parameter('given', 1)).toThrow('item 1');
	});
});

describe("a parameter that only reads the item's own data", () => {
	it.each<[string, unknown, IDataObject[], unknown[]]>([
		['a text', '={{ $json.name }}', [{ name: 'A' }, { name: '' }, { name: '=B' }], ['A', '', '=B']],
		['in brackets', '={{$json["First name"]}}', [{ 'First name': 'A' }, { 'First name': 'B' }], ['A', 'B']],
		['a number, a switch and null', "={{ $json['a'] }}", [{ a: 0 }, { a: false }, { a: null }], [0, false, null]],
		['deep inside', '={{ $json.a["b c"].d }}', [{ a: { 'b c': { d: 1 } } }, { a: { 'b c': { d: 2 } } }], [1, 2]],
		['in a picker', { __rl: true, mode: 'id', value: '={{ $json.id }}' }, [{ id: 1 }, { id: 2 }], [{ __rl: true, mode: 'id', value: 1 }, { __rl: true, mode: 'id', value: 2 }]],
		['in a list', { entries: [{ kind: 'WORK', value: '={{ $json.phone }}' }] }, [{ phone: '1' }, { phone: '2' }], [{ entries: [{ kind: 'WORK', value: '1' }] }, { entries: [{ kind: 'WORK', value: '2' }] }]],
	])('is not evaluated again once n8n has given the same: %s', (_name, given, items, expected) => {
		const { parameter, read } = readerOf({ given }, items, (_parameter, item) => structuredClone(expected[item]));
		expect(items.map((_, item) => parameter('given', item))).toEqual(expected);
		expect(read).toHaveBeenCalledTimes(1);
	});

	it.each<[string, unknown, IDataObject[]]>([
		['something else than its own data', '={{ $node.x.json.name }}', [{ name: 'A' }, { name: 'B' }]],
		['a calculation', '={{ $json.price * 2 }}', [{ price: 1 }, { price: 2 }]],
		['a method', '={{ $json.name.trim() }}', [{ name: 'A' }, { name: 'B' }]],
		['a text around', '=Lead {{ $json.name }}', [{ name: 'A' }, { name: 'B' }]],
		['an element of a list', '={{ $json.tags[0] }}', [{ tags: ['a'] }, { tags: ['b'] }]],
		['an object', '={{ $json.address }}', [{ address: { city: 'A' } }, { address: { city: 'B' } }]],
		['a key that is not there', '={{ $json.name }}', [{}, {}]],
		['a key inside of nothing', '={{ $json.a.b }}', [{ a: null }, {}]],
		['what every object has', '={{ $json.constructor }}', [{}, {}]],
		['two expressions, one of which is not plain', { a: '={{ $json.a }}', b: '={{ $now }}' }, [{ a: 1 }, { a: 2 }]],
	])('is evaluated by n8n for every item when it is %s', (_name, given, items) => {
		const { parameter, read } = readerOf({ given }, items);
		items.forEach((_, item) => parameter('given', item));
		expect(read).toHaveBeenCalledTimes(items.length);
	});

	it('is left to n8n for good when n8n gives something else', () => {
		const items = [{ name: 'A' }, { name: 'B' }, { name: 'C' }];
		const { parameter, read } = readerOf({ given: '={{ $json.name }}' }, items, (_name, item) => `n8n ${item}`);
		expect(items.map((_, item) => parameter('given', item))).toEqual(['n8n 0', 'n8n 1', 'n8n 2']);
		expect(read).toHaveBeenCalledTimes(3);
	});

	it('is left to n8n for the items that lack it', () => {
		const items = [{ name: 'A' }, {}, { name: 'C' }];
		const { parameter, read } = readerOf({ given: '={{ $json.name }}' }, items, (_name, item) => items[item]?.name);
		expect(items.map((_, item) => parameter('given', item))).toEqual(['A', undefined, 'C']);
		expect(read.mock.calls.map(([, item]) => item)).toEqual([0, 1]);
	});
});
