import type { IDataObject } from 'n8n-workflow';

import type { World } from './world';
import { openWorld } from './world';

/** What a person, and what an AI agent gets of a record. */

let world: World;
let id: number;

beforeAll(async () => {
	world = await openWorld({ language: 'en' });
	const { rows } = await world.run({
		resource: 'lead',
		operation: 'create',
		name: 'Shop',
		additionalFields: { price: 900 },
		customFields: { mappingMode: 'autoMapInputData', value: null },
	}, { items: [{ Source: 'Website' }] });
	id = rows[0]?.json.id as number;
});

afterAll(async () => await world.close());

const read = async (parameters: IDataObject, asTool?: true) => {
	const { rows, error } = await world.run({ resource: 'lead', operation: 'get', leadId: id, ...parameters } as never, { asTool });
	return error ? { error: error.message } : (rows[0]?.json ?? {});
};

describe('the output of a record', () => {
	it('is flat, or raw without Simplify', async () => {
		expect(await read({})).toMatchObject({ id, name: 'Shop', Source: 'Website', closed_at: null, tags: [] });
		expect(await read({ simplify: false })).toHaveProperty('_links');
	});

	it('is the same for a person whatever was left in the parameters of a tool', async () => {
		expect(await read({ output: 'raw' })).not.toHaveProperty('_links');
	});

	it('leaves out what is empty for an AI agent, or is raw', async () => {
		const simple = await read({}, true);
		expect(simple).toMatchObject({ id, name: 'Shop', Source: 'Website', price: 900 });
		expect(Object.values(simple)).not.toContain(null);
		expect(simple).not.toHaveProperty('tags');
		expect(await read({ output: 'raw' }, true)).toHaveProperty('_links');
	});

	it('is the ID and the fields that are named, however they are written', async () => {
		expect(await read({ output: 'selectedFields', outputFields: 'Name, source, closed_at' }, true)).toEqual({ id, name: 'Shop', Source: 'Website', closed_at: null });
		const many = await world.run({ resource: 'lead', operation: 'getAll', limit: 1, output: 'selectedFields', outputFields: ['price'] } as never, { asTool: true });
		expect(many.rows.map(({ json }) => Object.keys(json))).toEqual([['id', 'price']]);
		expect(await read({ output: 'selectedFields', outputFields: ' ' }, true)).toEqual({
			error: "'Output Fields' is empty. Name at least one field, or choose another 'Output' [item 0]",
		});
	});
});
