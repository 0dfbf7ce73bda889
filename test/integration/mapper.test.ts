import type { IDataObject, INodeParameters } from 'n8n-workflow';

import type { World } from './world';
import { openWorld } from './world';

let world: World;
/** IDs of the account's lead fields by name. */
const ids: Record<string, string> = {};

beforeAll(async () => {
	world = await openWorld({ language: 'en' });
	const answer = await fetch(`${world.emulator.url}/api/v4/leads/custom_fields?limit=250`, {
		headers: { Authorization: `Bearer ${world.account.accessToken}` },
	});
	const body = (await answer.json()) as { _embedded: { custom_fields: Array<{ id: number; name: string }> } };
	for (const { id, name } of body._embedded.custom_fields) ids[name] = String(id);
});

beforeEach(() => world.emulator.log.clear());

afterAll(async () => await world.close());

const id = (name: string) => ids[name] ?? '';

const create = (customFields: IDataObject, extra: IDataObject = {}) =>
	({ resource: 'lead', operation: 'create', name: 'Mapped', customFields: { mappingMode: 'defineBelow', value: null, ...customFields }, ...extra }) as never;

async function readBack(leadId: unknown, simplify = true) {
	const { rows } = await world.run({
		resource: 'lead',
		operation: 'get',
		leadId: { __rl: true, mode: 'id', value: String(leadId) },
		simplify,
	});
	return rows[0]?.json ?? {};
}

const VALUES: Array<[field: string, given: unknown, readBack: unknown]> = [
	['Source', 'phone call', 'Phone call'],
	['Contact channels', 'Phone, Messenger', ['Phone', 'Messenger']],
	['Priority', 'HIGH', 'High'],
	['Client budget', '1 500,50', 1500.5],
	['Prepayment', 200, 200],
	['Start date', '31.01.2026', '2026-01-31'],
	['Call back at', '2026-01-31T10:00:00', '2026-01-31T07:00:00.000Z'],
	['Urgent', 'да', true],
	['Project link', 'https://example.com', 'https://example.com'],
	['Comment', 'line 1\nline 2', 'line 1\nline 2'],
	['Delivery address', { city: 'Kazan', country: 'RU' }, { city: 'Kazan', country: 'RU' }],
	['Contract number', 17, '17'],
	['utm_source', 'newsletter', 'newsletter'],
];

describe('mapped custom fields', () => {
	it('write every type, and come back under their names in the same form', async () => {
		const value = Object.fromEntries(VALUES.map(([field, given]) => [id(field), given])) as IDataObject;
		const { rows, error } = await world.run(create({ value }));
		expect(error).toBeUndefined();
		const lead = await readBack(rows[0]?.json.id);
		for (const [field, , expected] of VALUES) expect([field, lead[field]]).toEqual([field, expected]);
	});

	it('are found in the item by name, code or ID when mapped automatically; other keys are left alone', async () => {
		const item = { source: 'Referral', [id('Urgent')]: 1, UTM_SOURCE: 'ad', 'client budget': '', somethingElse: 'x' };
		const { rows, error } = await world.run(create({ mappingMode: 'autoMapInputData' }), { items: [item] });
		expect(error).toBeUndefined();
		expect(await readBack(rows[0]?.json.id)).toMatchObject({ Source: 'Referral', Urgent: true, utm_source: 'ad' });
		const [sent] = world.requests('POST', '/leads')[0]?.body as IDataObject[];
		expect(sent?.custom_fields_values).toHaveLength(3);
	});

	it('ask for the definitions once, and only when something is mapped', async () => {
		await world.run(create({ value: { [id('Source')]: null } }));
		expect(world.requests('GET', '/leads/custom_fields')).toHaveLength(0);
	});

	it.each<[string, unknown, RegExp]>([
		['Source', 'Fax', /^'Source': 'Fax' is not one of the options\. Give one of: Website, Phone call, Referral, Trade fair/],
		['Client budget', 'a lot', /^'Client budget': 'a lot' is not an amount/],
		['Start date', '31.02.2026', /^'Start date': '31\.02\.2026' is not a date that exists/],
		['Urgent', 'perhaps', /^'Urgent': 'perhaps' is neither yes nor no/],
		['Contract number', ['a', 'b'], /^'Contract number': this field holds one value, not 2/],
	])('%s = %j fails before any write, naming the field and what would do', async (field, given, message) => {
		const { error } = await world.run(create({ value: { [id(field)]: given as IDataObject } }));
		expect(error?.message).toMatch(message);
		expect(error?.message).toMatch(/\[item 0\]$/);
		expect(world.requests('POST', '/leads')).toHaveLength(0);
	});

	it('are cleared only when asked to', async () => {
		const { rows } = await world.run(create({ value: { [id('Source')]: 'Website', [id('Comment')]: 'keep' } }));
		const leadId = rows[0]?.json.id;
		const update = async (extra: IDataObject) =>
			await world.run({
				resource: 'lead',
				operation: 'update',
				leadId: { __rl: true, mode: 'id', value: String(leadId) },
				...(extra as INodeParameters),
			});
		await update({ updateFields: { price: 1 }, customFields: { mappingMode: 'defineBelow', value: { [id('Source')]: '' } } });
		expect(await readBack(leadId)).toMatchObject({ Source: 'Website', Comment: 'keep' });
		const { error } = await update({ updateFields: { customFieldsToClear: [Number(id('Source'))] } });
		expect(error).toBeUndefined();
		const lead = await readBack(leadId);
		expect(lead.Comment).toBe('keep');
		expect(lead).not.toHaveProperty('Source');
	});

	it('show the names of pipeline, stage and user beside their IDs', async () => {
		const { rows } = await world.run(create({}));
		const lead = await readBack(rows[0]?.json.id);
		expect(lead.pipeline).toEqual(expect.any(String));
		expect(lead.stage).toEqual(expect.any(String));
		expect(lead.responsible_user).toEqual(expect.any(String));
		expect(Object.keys(lead)).not.toContain('custom_fields_values');
	});
});
