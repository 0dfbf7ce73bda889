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

describe('mapping automatically', () => {
	const automatic = { mappingMode: 'autoMapInputData', value: null };
	const make = async (resource: string, item: IDataObject, extra: IDataObject = {}, options: IDataObject = {}) =>
		await world.run({ resource, operation: 'create', customFields: automatic, ...extra } as INodeParameters, { items: [item], ...options });
	const read = async (resource: string, recordId: unknown) =>
		(await world.run({ resource, operation: 'get', [`${resource}Id`]: { __rl: true, mode: 'id', value: String(recordId) } })).rows[0]?.json;
	const made = async (resource: string, item: IDataObject, extra: IDataObject = {}) => {
		const { rows, error } = await make(resource, item, extra);
		if (error) throw error;
		return await read(resource, rows[0]?.json.id);
	};
	const account = () => {
		const [, pipeline] = [...world.emulator.account.pipelines.values()];
		const user = [...world.emulator.account.users.values()][1];
		return { pipeline, stage: pipeline?.statuses.find(({ type }) => type === 0), user };
	};

	it.each([
		['the labels of the form', (): IDataObject => ({ Name: 'Lead', Price: '1 500', Pipeline: account().pipeline?.name, Stage: account().stage?.name, 'Responsible User': account().user?.name, Tags: 'vip, new' })],
		['words of people', (): IDataObject => ({ name: 'Lead', PRICE: 1500, pipeline: account().pipeline?.name, stage: account().stage?.name, responsible: account().user?.email, tags: ['vip', 'new'] })],
		['the keys of amoCRM', (): IDataObject => ({ name: 'Lead', price: 1500, pipeline_id: account().pipeline?.id, status_id: account().stage?.id, responsible_user_id: account().user?.id, tags: 'vip,new' })],
		['the parameters', (): IDataObject => ({ name: 'Lead', price: 1500, pipelineId: account().pipeline?.id, statusId: account().stage?.id, responsibleUserId: account().user?.id, tags: 'vip,new' })],
	])('fills the own fields of a lead by %s', async (_how, item) => {
		const { pipeline, stage, user } = account();
		expect(await made('lead', item())).toMatchObject({ name: 'Lead', price: 1500, pipeline: pipeline?.name, stage: stage?.name, responsible_user: user?.name, tags: ['vip', 'new'] });
	});

	it('fills those of a contact, and phone and email once', async () => {
		const contact = await made('contact', { 'First Name': 'Ann', last_name: 'Lee', 'E-mail': 'ann@example.com', phone: '+7 912 345-67-89' });
		expect(contact).toMatchObject({ first_name: 'Ann', last_name: 'Lee', Phone: '+7 912 345-67-89', Email: 'ann@example.com' });
	});

	it('takes a row of the node itself: what is read is written again', async () => {
		const first = await made('lead', { name: 'Copied', price: 12.5, Source: 'Website', tags: 'one' });
		const second = await made('lead', first ?? {});
		const alike = ({ name, price, Source, tags, pipeline, stage, responsible_user: user }: IDataObject = {}) => ({ name, price, Source, tags, pipeline, stage, user });
		expect(second?.id).not.toBe(first?.id);
		expect(alike(second)).toEqual(alike(first));
	});

	it('leaves to a parameter what it sets', async () => {
		expect(await made('lead', { name: 'Of the item', price: 5 }, { name: 'Of the form' })).toMatchObject({ name: 'Of the form', price: 5 });
	});

	it('finds a contact by what it maps', async () => {
		const upsert = async (item: IDataObject) =>
			(await world.run({ resource: 'contact', operation: 'upsert', matchBy: 'phoneOrEmail', customFields: automatic } as unknown as INodeParameters, { items: [item] })).rows[0]?.json;
		const one = await upsert({ name: 'Once', phone: '+7 912 000-11-22' });
		expect(await upsert({ name: 'Again', Phone: '+7 (912) 000 11 22' })).toMatchObject({ id: one?.id, name: 'Again', action: 'updated' });
	});

	it('names the field of what cannot be understood', async () => {
		expect((await make('lead', { price: 'a lot' })).error?.message).toMatch(/^'Price': 'a lot' is not an amount.*\[item 0\]$/);
		expect((await make('lead', { stage: 'Nowhere' })).error?.message).toMatch(/^'Stage': there is no stage 'Nowhere'.*\[item 0\]$/);
	});

	it('refuses a key that means an own and a custom field', async () => {
		const headers = { 'content-type': 'application/json', authorization: `Bearer ${world.account.accessToken}` };
		const answer = await fetch(`${world.emulator.url}/api/v4/companies/custom_fields`, { method: 'POST', headers, body: JSON.stringify([{ name: 'Tags', type: 'text' }]) });
		const { _embedded: { custom_fields: [field] } } = (await answer.json()) as { _embedded: { custom_fields: [{ id: number }] } };
		expect((await make('company', { name: 'Acme', tags: 'x' })).error?.message).toBe(
			`'tags' can mean the field 'Tags' and the custom field 'Tags'. Set 'Tags' in the form, or rename the key to ${field.id}, the ID of the custom field [item 0]`,
		);
		expect(await made('company', { name: 'Acme', [field.id]: 'x' })).toMatchObject({ 'Tags': 'x', tags: [] });
	});

	it.each([
		['names keys that mean no field', { name: 'x', budget: 1, utm_sorce: 'ad', Source: 'Website', empty: '' }, {}, ['Not used: budget, utm_sorce']],
		['names none that an expression reads', { title: 'x', 'lead price': 5, other: 1, ti: 2 }, { name: '={{ $json.title }}', additionalFields: { price: '={{ $json["lead price"] }}' } }, ['Not used: other, ti']],
		['says nothing where every key is used', { name: 'x', Source: 'Website' }, {}, []],
		['says nothing where fields are mapped by hand', { other: 1 }, { customFields: { mappingMode: 'defineBelow', value: {} } }, []],
	])('%s', async (_what, item, extra, hints) => {
		const result = await make('lead', item, extra as IDataObject);
		expect(result.error).toBeUndefined();
		expect(result.hints.map(({ message }) => message)).toEqual(hints);
	});

	it('maps custom fields alone in version 1 of the node', async () => {
		const { rows, hints } = await make('lead', { name: 'Not this', price: 5, other: 1 }, { name: 'Old' }, { typeVersion: 1 });
		expect(await read('lead', rows[0]?.json.id)).toMatchObject({ name: 'Old', price: 0 });
		expect(hints).toEqual([]);
	});
});
