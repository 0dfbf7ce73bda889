import type { IDataObject, INodeParameters } from 'n8n-workflow';

import type { World } from './world';
import { byId, openWorld } from './world';

/** What the columns of simplified rows are, the same wherever a row comes from. `table.test.ts` compares every kind of record. */

let world: World;

beforeAll(async () => {
	world = await openWorld({ language: 'en' });
});
beforeEach(() => world.emulator.log.clear());
afterAll(async () => await world.close());

const automatic = { mappingMode: 'autoMapInputData', value: null };

async function rowOf(parameters: IDataObject, item: IDataObject = {}, typeVersion?: number): Promise<IDataObject> {
	const { rows, error } = await world.run(parameters as INodeParameters, { items: [item], ...(typeVersion ? { typeVersion } : {}) });
	if (error) throw error;
	return rows[0]?.json ?? {};
}

const get = async (resource: string, id: unknown, more: IDataObject = {}, typeVersion?: number) =>
	await rowOf({ resource, operation: 'get', [`${resource}Id`]: byId(id as number), ...more }, {}, typeVersion);

const requests = () => world.emulator.log.entries.map(({ method, path }) => `${method} ${path.replace('/api/v4', '')}`);

/** What a reading shows under the keys of the row. */
const asRead = async (resource: string, row: IDataObject, except: string[] = []) => {
	const read = await get(resource, row.id, resource === 'lead' ? { options: { with: ['contacts'] } } : {});
	const keys = Object.keys(row).filter((key) => !['action', 'changed_fields', ...except].includes(key));
	// amoCRM gives custom fields in no certain order.
	const own = (all: string[]) => all.filter((key) => /^[a-z_]+$/.test(key));
	expect(own(keys)).toEqual(own(Object.keys(read)).filter((key) => keys.includes(key)));
	expect(Object.fromEntries(keys.map((key) => [key, row[key]]))).toEqual(Object.fromEntries(keys.map((key) => [key, read[key]])));
};

const FIELDS = { Source: 'Website', 'Contact channels': ['Phone'], 'Start date': '2026-01-31', 'Call back at': '2026-01-31T07:00:00.000Z', Urgent: true, Prepayment: 200 };

const FULL = {
	resource: 'lead',
	operation: 'create',
	name: 'Full',
	additionalFields: { price: 1500.5, tags: 'vip, autumn', createdAt: '2026-01-31T10:00:00', responsibleUserId: 9000002, statusId: '7100001:142' },
	customFields: automatic,
};

describe('a lead', () => {
	it('has ID and name first, then what matters, custom fields, IDs, people and times', async () => {
		const made = await rowOf(FULL, FIELDS);
		const read = await get('lead', made.id);
		const keys = Object.keys(read);
		expect(keys.slice(0, 6)).toEqual(['id', 'name', 'price', 'pipeline', 'stage', 'responsible_user']);
		const at = (key: string) => keys.indexOf(key);
		expect(at('card_url')).toBeLessThan(at('Source'));
		expect(at('Prepayment')).toBeLessThan(at('pipeline_id'));
		expect(keys.slice(at('created_by'))).toEqual(['created_by', 'created_by_name', 'updated_by', 'updated_by_name', 'created_at', 'updated_at', 'closed_at', 'closest_task_at', 'is_deleted']);
		expect(read).toMatchObject({ price: 1500.5, tags: ['vip', 'autumn'], created_by_name: expect.any(String), card_url: `${world.emulator.url}/leads/detail/${String(made.id)}` });
	});

	it('has what hardly anybody uses only where it is set', async () => {
		const seldom = (row: IDataObject) => Object.keys(row).filter((key) => /^(?:score|labor_cost|price_with_minor_units|is_price_computed)$/.test(key));
		const { id } = await rowOf({ resource: 'lead', operation: 'create', name: 'Plain', additionalFields: { price: 5 } });
		expect(seldom(await get('lead', id))).toEqual([]);
		const lead = world.emulator.account.leads.get(id as number);
		Object.assign(lead ?? {}, { score: 7, labor_cost: 3, price_with_minor_units: 5.5 });
		expect(seldom(await get('lead', id)).sort()).toEqual(['labor_cost', 'price_with_minor_units', 'score']);
	});

	it('is shown by a write as it is read, and costs no request more', async () => {
		await rowOf(FULL, FIELDS);
		world.emulator.log.clear();
		const made = await rowOf(FULL, FIELDS);
		expect(made).toMatchObject({ name: 'Full', price: 1500.5, tags: ['vip', 'autumn'], created_at: '2026-01-31T07:00:00.000Z', ...FIELDS });
		// What the fields are is known to the runs before.
		expect(requests()).toEqual(['POST /leads']);
		await asRead('lead', made);
		const changed = await rowOf({ resource: 'lead', operation: 'update', leadId: made.id as number, updateFields: { closedAt: '2026-02-01T00:00:00Z' }, customFields: automatic }, { Source: 'Referral' });
		expect(changed).toMatchObject({ id: made.id, closed_at: '2026-02-01T00:00:00.000Z', Source: 'Referral', updated_at: expect.stringContaining('T') });
		await asRead('lead', changed);
	});

	it('is raw as amoCRM gives it, and as it was in nodes of version 1', async () => {
		const { id } = await rowOf(FULL, FIELDS);
		expect(await get('lead', id, { simplify: false })).toHaveProperty('score');
		const old = await get('lead', id, {}, 1);
		expect(old).toMatchObject({ price: 1500, price_with_minor_units: 1500.5, score: null });
		expect(old).not.toHaveProperty('card_url');
		expect(await rowOf({ ...FULL, customFields: { mappingMode: 'defineBelow', value: null } }, {}, 1)).toMatchObject({ created_at: 1769842800 });
	});
});

describe('a row of Create or Update', () => {
	const upsert = async (extra: IDataObject, item: IDataObject = {}) => await rowOf({ resource: 'lead', operation: 'upsert', matchBy: 'name', name: 'Twice', ...extra }, item);

	it('shows the whole record where it was found, as it is after the write', async () => {
		const created = await upsert({ additionalFields: { price: 1500.5, tags: 'one' }, customFields: automatic }, FIELDS);
		expect(Object.keys(created).slice(0, 3)).toEqual(['id', 'name', 'action']);
		await asRead('lead', created);
		const updated = await upsert({ additionalFields: { price: 7, tags: 'two', statusId: '7100001:142' }, customFields: automatic }, { Source: 'Referral', Urgent: false });
		expect(updated).toMatchObject({ id: created.id, action: 'updated', price: 7, tags: ['one', 'two'], Source: 'Referral', Urgent: false, 'Contact channels': ['Phone'] });
		await asRead('lead', updated);
		world.emulator.log.clear();
		const unchanged = await upsert({ additionalFields: { price: 7 } });
		expect(requests()).toEqual(['GET /leads']);
		// Which day it is would take the account's time zone, that nothing has been asked for here.
		expect(unchanged).not.toHaveProperty('Start date');
		expect(unchanged).toMatchObject({ id: created.id, action: 'unchanged', price: 7, tags: ['one', 'two'], Source: 'Referral' });
		await asRead('lead', unchanged);
	});

	it('shows what a record is linked to', async () => {
		const make = async (resource: string) => (await rowOf({ resource, operation: 'create', name: 'Linked' })).id as number;
		const contacts = [await make('contact'), await make('contact'), await make('contact')];
		const companyId = await make('company');
		await upsert({ name: 'Linked', additionalFields: { contactIds: [contacts[0]], companyId } });
		const linked = await upsert({ name: 'Linked', additionalFields: { contactIds: [contacts[1]], contactId: contacts[2] } });
		expect(linked).toMatchObject({ action: 'updated', company_id: companyId, main_contact_id: contacts[2] });
		expect(linked.contact_ids).toEqual(expect.arrayContaining(contacts));
		await asRead('lead', linked, ['contact_ids']);
	});

	it('shows a contact with phones that were kept and added', async () => {
		const give = async (phone: string) => await rowOf({ resource: 'contact', operation: 'upsert', matchBy: 'email', email: 'rows@example.com', additionalFields: { phone, firstName: 'Ann' }, customFields: automatic });
		await asRead('contact', await give('+79120000001'));
		const updated = await give('+79120000002');
		expect(updated).toMatchObject({ action: 'updated', Phone: ['+79120000001', '+79120000002'], Email: 'rows@example.com' });
		await asRead('contact', updated);
	});
});

it('a completed task is shown as it is read', async () => {
	const [leadId] = world.emulator.account.leads.keys();
	const made = await rowOf({ resource: 'task', operation: 'create', text: 'Call', completeTill: '2031-06-01', additionalFields: { entityType: 'leads', entityId: leadId } });
	expect(made).toMatchObject({ text: 'Call', complete_till: '2031-06-01T20:59:59.000Z', card_url: `${world.emulator.url}/leads/detail/${leadId}` });
	const done = await rowOf({ resource: 'task', operation: 'complete', taskId: made.id as number, resultText: 'Agreed' });
	expect(done).toMatchObject({ id: made.id, is_completed: true, result: 'Agreed', updated_at: expect.stringContaining('T') });
	await asRead('task', done);
});

it('a note says what it says, and leads to the card that it stands on', async () => {
	const [leadId] = world.emulator.account.leads.keys();
	const made = await rowOf({ resource: 'note', operation: 'create', entityType: 'leads', entityId: leadId, noteType: 'common', text: 'Hello' });
	expect(made).toMatchObject({ text: 'Hello', note_type: 'common' });
	const read = await rowOf({ resource: 'note', operation: 'get', entityType: 'leads', noteId: made.id as number });
	expect(read).toMatchObject({ text: 'Hello', card_url: `${world.emulator.url}/leads/detail/${leadId}`, created_by_name: expect.any(String) });
});
