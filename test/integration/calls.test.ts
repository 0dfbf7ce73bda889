import type { IDataObject, INodeParameters } from 'n8n-workflow';

import type { World } from './world';
import { FAST, manyItems, openWorld } from './world';

/** Calls: amoCRM finds the card by the phone number, and tells of those without one in several ways (extended facts 7.1). */

let world: World;

beforeEach(async () => {
	world = await openWorld({ seed: 'empty', rateLimit: false });
});
afterEach(async () => await world.close());

const CONTINUE = { onError: 'continueRegularOutput' } as const;

const calls = (options: INodeParameters = {}): INodeParameters => ({
	resource: 'call',
	operation: 'create',
	phone: '={{ $json.phone }}',
	direction: '={{ $json.direction ?? "inbound" }}',
	duration: '={{ $json.duration ?? 30 }}',
	source: 'PBX',
	additionalFields: { uniq: '={{ $json.uniq ?? "" }}', callStatus: '={{ $json.status ?? "" }}' },
	options: { ...FAST, ...options },
});

async function addContact(phone: string): Promise<number> {
	const { rows } = await world.run({ resource: 'contact', operation: 'create', name: phone, additionalFields: { phone } });
	world.emulator.log.clear();
	return rows[0]?.json.id as number;
}

const posts = (path: string) => world.requests('POST', path);
const shortly = (rows: Array<{ json: IDataObject; pairedItem?: unknown }>) => rows.map(({ json, pairedItem }) => [(pairedItem as { item: number }).item, json.error ?? json.phone]);

it('writes 1,000 calls in 20 requests, each to the card that has the number', async () => {
	const ids = new Map<string, number>();
	for (const phone of ['+7 912 000-00-01', '+7 912 000-00-02']) ids.set(phone, await addContact(phone));
	const items = manyItems(1_000, (index) => ({ phone: index % 2 ? '8 912 000 00 02' : '79120000001', duration: index }));
	const { rows, error } = await world.run(calls(), { items });
	expect(error).toBeUndefined();
	expect(posts('/calls')).toHaveLength(20);
	expect(rows).toHaveLength(1_000);
	rows.forEach(({ json, pairedItem }, index) => {
		expect(pairedItem).toEqual({ item: index });
		expect(json).toMatchObject({ duration: index, entity_type: 'contacts', entity_id: ids.get(`+7 912 000-00-0${1 + (index % 2)}`) });
		expect(world.emulator.account.notes.get(json.id as number)?.params).toMatchObject({ duration: index });
	});
	expect(Object.keys(rows[0]?.json ?? {})).not.toEqual(expect.arrayContaining(['_links']));
}, 60_000);

const ABSENT = 'Call was refused: amoCRM found no contact or company with the phone number';

describe.each(['status400', 'errors'] as const)('where calls without a card come as %s', (unmatchedCall) => {
	beforeEach(() => {
		world.emulator.switches.unmatchedCall = unmatchedCall;
	});

	it('keeps those that have one, and names the numbers of the others', async () => {
		await addContact('+7 912 000-00-01');
		const items = [{ phone: '+79120000001' }, { phone: '+7 999 111-22-33' }, { phone: '8 912 000 00 01' }];
		const { rows } = await world.run(calls(), { items, ...CONTINUE });
		expect(shortly(rows)).toEqual([[0, '+79120000001'], [1, `${ABSENT} +7 999 111-22-33 [item 1]`], [2, '8 912 000 00 01']]);
		expect(rows[1]?.json).toMatchObject({ details: { description: expect.stringContaining('last ten digits') } });
		expect(posts('/calls')).toHaveLength(1);
		expect(world.emulator.account.notes.size).toBe(2);
	});

	it('says which are written when one ends the run', async () => {
		await addContact('+7 912 000-00-01');
		const { error } = await world.run(calls(), { items: [{ phone: '+79120000001' }, { phone: '+7 999 111-22-33' }] });
		expect(error?.message).toBe(`${ABSENT} +7 999 111-22-33 [item 1]`);
		expect(error?.description).toContain('Already written: 1 of 2 items (item 0');
	});

	it('refuses each of a batch that matches nobody', async () => {
		const { rows } = await world.run(calls(), { items: manyItems(3, (index) => ({ phone: `+7 999 111-22-3${index}` })), ...CONTINUE });
		expect(shortly(rows)).toEqual([0, 1, 2].map((index) => [index, `${ABSENT} +7 999 111-22-3${index} [item ${index}]`]));
		expect(posts('/calls')).toHaveLength(1);
	});

	it('creates one contact for all calls of a number, and adds the calls to it', async () => {
		const known = await addContact('+7 912 000-00-01');
		const items = ['+7 999 111-22-33', '+79120000001', '89991112233', '+7 999 111-22-34'].map((phone, index) => ({ phone, duration: index }));
		const { rows, error } = await world.run(calls({ unmatched: 'createContact' }), { items });
		expect(error).toBeUndefined();
		expect(posts('/contacts').map(({ body }) => body)).toMatchObject([[{ name: '+7 999 111-22-33' }, { name: '+7 999 111-22-34' }]]);
		expect(posts('/calls')).toHaveLength(2);
		expect(rows.map(({ json }) => [json.duration, json.contact_created ?? false])).toEqual([[0, true], [1, false], [2, true], [3, true]]);
		expect(rows[1]?.json.entity_id).toBe(known);
		expect(rows[0]?.json.entity_id).toBe(rows[2]?.json.entity_id);
		expect(world.emulator.account.contacts.size).toBe(3);
		expect(world.emulator.account.notes.size).toBe(4);
	});
});

it('makes incoming leads of calls that have no card', async () => {
	await addContact('+7 912 000-00-01');
	const items = [{ phone: '+79120000001' }, { phone: '+7 999 111-22-33', uniq: 'call-7', duration: 12 }, { phone: '+7 999 111-22-33' }];
	const { rows, error } = await world.run(calls({ unmatched: 'createIncomingLead' }), { items });
	expect(error).toBeUndefined();
	const { unsorted } = world.emulator.account;
	expect([...unsorted.values()]).toMatchObject([
		{ uid: rows[1]?.json.uid, category: 'sip', source_uid: 'call-7', source_name: 'PBX', metadata: { phone: '+7 999 111-22-33', duration: 12, service_code: 'PBX', uniq: 'call-7' } },
		{ uid: rows[2]?.json.uid, category: 'sip', source_name: 'PBX' },
	]);
	expect(rows.map(({ json }) => json.incoming_lead_created)).toEqual([undefined, true, true]);
});

describe('amoCRM marks its answers in other ways', () => {
	const reply = (body: object) => world.emulator.faults.add({ method: 'POST', path: /\/calls$/, action: { kind: 'status', status: 200, body } });
	const row = (id: number, request_id?: string) => ({ id, entity_id: 5, entity_type: 'lead', account_id: 1, ...(request_id ? { request_id } : {}) });
	const absent = (request_id?: string) => ({ ...(request_id ? { request_id } : {}), status: 263, title: 'Entity not found', detail: 'Entity not found' });
	const phones = [{ phone: '+79120000001' }, { phone: '+79120000002' }, { phone: '+79120000003' }];

	it('tells by the rows that it names which are left', async () => {
		reply({ _total_items: 2, errors: [absent()], _embedded: { calls: [row(11, '2'), row(10, '0')] } });
		const { rows } = await world.run(calls(), { items: phones, ...CONTINUE });
		expect(rows.map(({ json }) => json.error ?? json.id)).toEqual([10, `${ABSENT} +79120000002 [item 1]`, 11]);
		expect(rows[0]?.json).toMatchObject({ entity_type: 'leads', entity_id: 5 });
	});

	it('takes none for written or refused that it says nothing of', async () => {
		reply({ _total_items: 1, errors: [], _embedded: { calls: [row(10, '0')] } });
		const { rows } = await world.run(calls(), { items: phones, ...CONTINUE });
		expect(rows.map(({ json }) => json.error ?? json.id)).toEqual([10, expect.stringContaining('it is not known whether amoCRM saved it'), expect.stringContaining('not known')]);
	});

	it('believes what it names as added, whatever else it says of it', async () => {
		reply({ _total_items: 1, errors: [absent('0'), absent('1')], _embedded: { calls: [row(10, '0'), row(12, '2')] } });
		const { rows } = await world.run(calls(), { items: phones, ...CONTINUE });
		expect(rows.map(({ json }) => json.error ?? json.id)).toEqual([10, `${ABSENT} +79120000002 [item 1]`, 12]);
	});
});

it('refuses what is no number of a phone, and sends nothing in a dry run', async () => {
	const { error } = await world.run(calls(), { items: [{ phone: 'hidden' }] });
	expect(error?.message).toBe("'Phone': 'hidden' has no digits. Give the phone number of the other side [item 0]");
	const { rows } = await world.run(calls({ dryRun: true, unmatched: 'createContact' }), { items: [{ phone: '+7 999 111-22-33' }] });
	expect(rows[0]?.json).toMatchObject({ dry_run: true, method: 'POST', path: '/api/v4/calls', body: { phone: '+7 999 111-22-33' } });
	expect(world.emulator.account.contacts.size).toBe(0);
});
