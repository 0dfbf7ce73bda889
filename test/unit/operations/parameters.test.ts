import type { IExecuteFunctions } from 'n8n-workflow';

import { parameterReader } from '../../../nodes/AmoCrm/operations/parameters';

/** A reader over parameters as the node keeps them; `read` notes every evaluation by n8n. */
function readerOf(parameters: Record<string, unknown>) {
	const read = jest.fn((name: string, item: number, fallback?: unknown) => (name in parameters ? { name, item, list: ['x'] } : fallback));
	const context = { getNode: () => ({ parameters }), getNodeParameter: read } as unknown as IExecuteFunctions;
	return { parameter: parameterReader(context), read };
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
