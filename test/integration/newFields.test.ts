import type { IDataObject, INodeParameters } from 'n8n-workflow';

import type { World } from './world';
import { addLeads, byId, FAST, openWorld } from './world';

/** Fields, and options of fields, that were made a moment ago, while the definitions of before are still kept. */

let world: World;
let lead: number;
let fields = 0;

beforeAll(async () => {
	world = await openWorld({ language: 'en', rateLimit: false });
	[lead = 0] = await addLeads(world, 1);
});

beforeEach(async () => {
	// Now the definitions are kept.
	await write({ Source: 'Website' });
	world.emulator.log.clear();
});

afterEach(() => world.emulator.faults.clear());
afterAll(async () => await world.close());

const automatic = { mappingMode: 'autoMapInputData', value: null };

async function write(values: IDataObject, more: IDataObject = {}, items = [{}] as IDataObject[]) {
	const parameters = { resource: 'lead', operation: 'update', leadId: byId(lead), customFields: automatic, options: FAST, ...more } as INodeParameters;
	return await world.run(parameters, { items: items.map((item) => ({ ...values, ...item })) });
}

/** Makes a field of leads, as a person does in amoCRM. Returns its ID and name. */
async function makeField(type = 'text', enums?: string[]): Promise<{ id: number; name: string }> {
	const name = `New ${++fields}`;
	const body = [{ name, type, ...(enums ? { enums: enums.map((value, sort) => ({ value, sort })) } : {}) }];
	const answer = await ask('POST', '/leads/custom_fields', body);
	return { id: (answer as { _embedded: { custom_fields: Array<{ id: number }> } })._embedded.custom_fields[0]?.id as number, name };
}

async function ask(method: string, path: string, body: unknown): Promise<unknown> {
	const headers = { 'content-type': 'application/json', authorization: `Bearer ${world.account.accessToken}` };
	const response = await fetch(`${world.account.domain}/api/v4${path}`, { method, headers, body: JSON.stringify(body) });
	expect(response.status).toBeLessThan(300);
	world.emulator.log.clear();
	return await response.json();
}

const valueOf = async (name: string) => (await world.run({ resource: 'lead', operation: 'get', leadId: byId(lead) })).rows[0]?.json[name];
const readings = () => world.requests('GET', '/leads/custom_fields').length;

it('automatic mapping takes a field that is new, and reads once more for all items', async () => {
	const { name } = await makeField();
	const { error } = await write({ [name]: 'x', 'Not a field': 1, 'Nor this': 2 }, {}, [{}, {}, {}]);
	expect(error).toBeUndefined();
	expect(readings()).toBe(1);
	expect(await valueOf(name)).toBe('x');
});

it('a mapped field may be new, by its ID', async () => {
	const { id, name } = await makeField('numeric');
	const { error } = await write({}, { customFields: { mappingMode: 'defineBelow', value: { [id]: 5 } } });
	expect(error).toBeUndefined();
	expect(readings()).toBe(1);
	expect(await valueOf(name)).toBe(5);
});

it('an option may be new', async () => {
	const { id, name } = await makeField('select', ['One']);
	await write({ [name]: 'One' });
	const { enums } = (await (await fetch(`${world.account.domain}/api/v4/leads/custom_fields/${id}`, { headers: { authorization: `Bearer ${world.account.accessToken}` } })).json()) as { enums: IDataObject[] };
	await ask('PATCH', `/leads/custom_fields/${id}`, { enums: [...enums.map(({ id: option, value, sort }) => ({ id: option, value, sort })), { value: 'Two', sort: 2 }] });
	const { error } = await write({ [name]: 'Two' });
	expect(error).toBeUndefined();
	expect(await valueOf(name)).toBe('Two');
});

it('a filter may name a field that is new', async () => {
	const { name } = await makeField();
	const list = { resource: 'lead', operation: 'getAll', filters: { customFields: { field: [{ fieldId: name, comparison: 'is', value: 'x' }] } } } as INodeParameters;
	const { error } = await world.run(list);
	expect(error).toBeUndefined();
	expect(readings()).toBe(1);
});

it('the field to match by, and its option, may be new', async () => {
	const { id } = await makeField('select', ['One']);
	const upsert = { resource: 'lead', operation: 'upsert', matchBy: 'customField', matchFieldId: id, matchValue: '={{ $json.value }}', name: 'by field', options: FAST } as INodeParameters;
	const first = await world.run(upsert, { items: [{ value: 'One' }] });
	expect(first.error).toBeUndefined();
	const { enums } = (await (await fetch(`${world.account.domain}/api/v4/leads/custom_fields/${id}`, { headers: { authorization: `Bearer ${world.account.accessToken}` } })).json()) as { enums: IDataObject[] };
	await ask('PATCH', `/leads/custom_fields/${id}`, { enums: [...enums.map(({ id: option, value, sort }) => ({ id: option, value, sort })), { value: 'Two', sort: 2 }] });
	const second = await world.run(upsert, { items: [{ value: 'Two' }] });
	expect(second.error).toBeUndefined();
	expect(second.rows[0]?.json.action).toBe('created');
});

it('what is not there is refused after one more reading, once a run', async () => {
	const { error } = await write({}, { customFields: { mappingMode: 'defineBelow', value: { 99999999: 5 } } });
	expect(error?.message).toMatch(/^The custom field '99999999' does not exist in this account/);
	expect(readings()).toBe(1);
	world.emulator.log.clear();
	const many = await world.run({ resource: 'lead', operation: 'update', leadId: byId(lead), customFields: { mappingMode: 'defineBelow', value: { 99999998: 5 } }, options: FAST } as INodeParameters, { items: [{}, {}, {}], onError: 'continueRegularOutput' });
	expect(many.rows.map(({ json }) => String(json.error).slice(0, 35))).toEqual(Array(3).fill("The custom field '99999998' does no"));
	expect(readings()).toBe(1);
});

it('nothing is left out where the account cannot be read again', async () => {
	world.emulator.faults.add({ method: 'GET', path: '/api/v4/leads/custom_fields', times: Infinity, action: { kind: 'status', status: 403, body: { status: 403, title: 'Forbidden' } } });
	const { rows } = await world.run(
		{ resource: 'lead', operation: 'update', leadId: byId(lead), customFields: automatic, options: FAST } as INodeParameters,
		{ items: [{ 'Not a field': 1 }, { 'Not a field': 2 }], onError: 'continueRegularOutput' },
	);
	expect(rows.map(({ json }) => String(json.error))).toEqual([expect.stringContaining('does not allow this'), expect.stringContaining('does not allow this')]);
	expect(readings()).toBe(1);
});

it('nothing is read again when nothing is missing', async () => {
	const { error } = await write({ Source: 'Referral' });
	expect(error).toBeUndefined();
	expect(readings()).toBe(0);
});
