import type { IDataObject, INodeParameters } from 'n8n-workflow';

import { runNode } from './harness';
import type { World } from './world';
import { addLeads, byId, FAST, html, openWorld, shortly } from './world';

/** Whatever throws, under "continue on fail" it is the error of its item: a throw out of the node would look like success to n8n. */

let world: World;
let leadId: number;
let comment: string;

beforeAll(async () => {
	world = await openWorld({ language: 'en' });
	comment = String([...world.emulator.account.customFields.values()].find(({ owner, name }) => owner === 'leads' && name === 'Comment')?.id);
	[leadId = 0] = await addLeads(world, 1);
});

afterAll(async () => await world.close());

/** An expression that throws for the item whose date is "soon", and gives `value` otherwise. */
const or = (value: string) => `={{ $json.when.toDateTime().toISO() && ${value} }}`;
const WHEN = or('$json.when');
const ITEMS = ['2026-01-01', 'soon', '2026-01-03'].map((when, index) => ({ when, name: `Row ${index}`, id: 0 }));

/** 'Comment' is a text. */
const mapper = (value: string) => ({
	mappingMode: 'defineBelow',
	value: { comment: value },
	schema: [{ id: 'comment', displayName: 'Comment', required: false, display: true, defaultMatch: false }],
});

/** Parameters with an expression that throws for one row, and the name that its error must give. */
const THROWING: Array<[string, string, INodeParameters]> = [
	['a parameter of a create', 'Name', { resource: 'lead', operation: 'create', name: WHEN }],
	['a collection of a create', 'Created At', { resource: 'lead', operation: 'create', name: 'x', additionalFields: { price: 5, createdAt: WHEN } }],
	['a picker in a collection', 'Company', { resource: 'lead', operation: 'create', name: 'x', additionalFields: { companyId: byId(or('$json.id')) } }],
	['a mapper', 'Comment', { resource: 'lead', operation: 'create', name: 'x', customFields: mapper(WHEN) }],
	['the picker of an update', 'Lead', { resource: 'lead', operation: 'update', leadId: byId(or('$json.id')), updateFields: { price: 5 } }],
	['a collection of an update', 'Price', { resource: 'lead', operation: 'update', leadId: byId('={{ $json.id }}'), updateFields: { price: or('5') } }],
	['the key of an upsert', 'Phone', { resource: 'contact', operation: 'upsert', matchBy: 'phone', phone: or('"+79123456789"') }],
	['a collection of an upsert', 'Created At', { resource: 'lead', operation: 'upsert', matchBy: 'name', name: '={{ $json.name }}', additionalFields: { createdAt: WHEN } }],
	['a mapper of an upsert', 'Comment', { resource: 'lead', operation: 'upsert', matchBy: 'name', name: '={{ $json.name }}', customFields: mapper(WHEN) }],
	['a link', 'Linked Record', { resource: 'lead', operation: 'link', leadId: byId('={{ $json.id }}'), linkTo: 'contacts', linkedId: byId(or('$json.id')) }],
	['a get', 'Lead', { resource: 'lead', operation: 'get', leadId: byId(or('$json.id')) }],
	['a filter', 'Created After', { resource: 'lead', operation: 'getAll', filters: { createdAtFrom: WHEN } }],
	['the scope of a note', 'Linked Record Type', { resource: 'note', operation: 'create', entityType: or('"leads"'), entityId: byId('={{ $json.id }}'), noteText: 'x' }],
	['a member of a lead', 'Contact Name', { resource: 'lead', operation: 'createComplex', name: 'x', contactMode: 'create', contactFields: { name: WHEN } }],
	['the result of a task', 'Result', { resource: 'task', operation: 'complete', taskId: byId('={{ $json.id }}'), resultText: WHEN }],
];

const items = (): IDataObject[] => ITEMS.map((item) => ({ ...item, id: leadId }));
const parametersOf = (parameters: INodeParameters) => JSON.parse(JSON.stringify({ ...parameters, options: FAST }).replaceAll('"comment"', `"${comment}"`)) as INodeParameters;

describe.each(THROWING)('an expression that throws for one row: %s', (_name, field, given) => {
	it.each(['continueRegularOutput', 'continueErrorOutput'] as const)('%s: that row is an error with the name of the parameter', async (onError) => {
		const { rows, errorRows, error } = await world.run(parametersOf(given), { items: items(), onError });
		expect(error).toBeUndefined();
		const failed = [...rows, ...errorRows].filter(({ json }) => json.error !== undefined);
		const bad = failed.find(({ pairedItem }) => (pairedItem as { item: number }).item === 1);
		expect(String(bad?.json.error)).toMatch(new RegExp(`^'${field}': .+\\[item 1\\]$`));
		expect(rows.filter(({ pairedItem }) => (pairedItem as { item: number }).item === 1)).toHaveLength(onError === 'continueRegularOutput' ? 1 : 0);
		// No item is handed on as it came in.
		expect(rows.some(({ json }) => json.when !== undefined)).toBe(false);
	});

	it('otherwise the run ends with that item, and nothing is written', async () => {
		world.emulator.log.clear();
		const { rows, error } = await world.run(parametersOf(given), { items: items() });
		expect(error?.message).toMatch(new RegExp(`^'${field}': .+\\[item 1\\]$`));
		expect(error?.context?.itemIndex).toBe(1);
		expect(rows).toEqual([]);
		expect(world.emulator.log.entries.filter(({ method }) => method !== 'GET')).toEqual([]);
	});
});

it('the rows without fault are written', async () => {
	const result = await world.run({ resource: 'lead', operation: 'create', name: '={{ $json.name }}', additionalFields: { createdAt: WHEN }, options: FAST }, { items: ITEMS, onError: 'continueRegularOutput' });
	expect(shortly(result)).toEqual([
		{ item: 0, id: expect.any(Number) as number },
		{ item: 1, error: expect.stringContaining("'Created At'") as string },
		{ item: 2, id: expect.any(Number) as number },
	]);
	expect([...world.emulator.account.leads.values()].map(({ name }) => name)).toEqual(expect.arrayContaining(['Row 0', 'Row 2']));
});

describe.each(['continueRegularOutput', 'continueErrorOutput'] as const)('%s: what concerns the whole run is the error of every item', (onError) => {
	const everyItem = async (parameters: INodeParameters, message: RegExp, domain = world.account.domain) => {
		const { rows, errorRows, error } = await runNode({ account: { ...world.account, domain }, parameters, items: items(), onError });
		expect(error).toBeUndefined();
		const failed = onError === 'continueRegularOutput' ? rows : errorRows;
		expect(failed.map(({ json, pairedItem }) => [String(json.error), (pairedItem as { item: number }).item])).toEqual(
			ITEMS.map((_, item) => [expect.stringMatching(new RegExp(`${message.source}.*\\[item ${item}\\]$`)) as string, item]),
		);
	};

	it.each(['create', 'getAll', 'upsert'])("a wrong 'Account Domain': %s", async (operation) => {
		await everyItem({ resource: 'lead', operation, matchBy: 'name', name: 'x' }, /'Account Domain' of the credential/, 'evil.com');
	});

	it('an option that cannot be read, and one that is not possible', async () => {
		await everyItem({ resource: 'lead', operation: 'create', name: 'x', options: { batchSize: '={{ "soon".toDateTime().toISO() }}' } }, /^'Batch Size': /);
		await everyItem({ resource: 'lead', operation: 'upsert', matchBy: 'name', name: 'x', options: { ...FAST, severalMatches: 'some' } }, /^'If Several Match': /);
	});

	it('fields of the account that cannot be read', async () => {
		world.emulator.faults.add({ method: 'GET', path: '/api/v4/companies/custom_fields', times: 100, action: html(403) });
		await everyItem({ resource: 'company', operation: 'create', name: 'x', customFields: mapper('x'), options: FAST }, /blocked API access/);
	});

	it('an operation that does not exist', async () => {
		await everyItem({ resource: 'lead', operation: 'explode' }, /does not exist/);
	});
});
