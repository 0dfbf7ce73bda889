import type { IDataObject, INodeParameters } from 'n8n-workflow';

import type { World } from './world';
import { FAST, manyItems, openWorld, shortly } from './world';

let world: World;
let leadIds: number[];
let contactId: number;

const byId = (id: unknown) => ({ __rl: true, mode: 'id', value: id as string });

beforeAll(async () => {
	world = await openWorld();
	const leads = await world.run(
		{ resource: 'lead', operation: 'create', name: '={{ $json.name }}', options: FAST },
		{ items: manyItems(120, (index) => ({ name: `Lead ${index}` })) },
	);
	leadIds = leads.rows.map(({ json }) => json.id as number);
	const contact = await world.run({ resource: 'contact', operation: 'create', name: 'Ann' });
	contactId = contact.rows[0]?.json.id as number;
});

beforeEach(() => world.emulator.log.clear());

afterAll(async () => await world.close());

const stored = (id: unknown) => world.emulator.account.notes.get(id as number);
const note = (operation: string, parameters: INodeParameters) => ({ resource: 'note', operation, options: FAST, ...parameters });

describe('create', () => {
	it('Z5: adds 120 notes to 120 leads in 3 requests, each to its own', async () => {
		const { rows, error } = await world.run(
			note('create', { entityType: 'leads', entityId: byId('={{ $json.id }}'), text: '={{ $json.text }}' }),
			{ items: leadIds.map((id, index) => ({ id, text: `Note ${index}` })) },
		);
		expect(error).toBeUndefined();
		expect(world.requests('POST', '/leads/notes')).toHaveLength(3);
		expect(rows).toHaveLength(120);
		rows.forEach(({ json, pairedItem }, index) => {
			expect(pairedItem).toEqual({ item: index });
			expect(stored(json.id)).toMatchObject({ entity_type: 'leads', entity_id: leadIds[index], note_type: 'common', params: { text: `Note ${index}` } });
		});
	});

	it('takes records of several types in one run', async () => {
		const { rows, error } = await world.run(
			note('create', { entityType: '={{ $json.type }}', entityId: byId('={{ $json.id }}'), text: 'x' }),
			{ items: [{ type: 'leads', id: leadIds[0] }, { type: 'contacts', id: contactId }, { type: 'leads', id: leadIds[1] }] },
		);
		expect(error).toBeUndefined();
		expect(rows.map(({ json }) => stored(json.id)?.entity_id)).toEqual([leadIds[0], contactId, leadIds[1]]);
		expect(world.requests('POST', '/leads/notes')).toHaveLength(1);
		expect(world.requests('POST', '/contacts/notes')).toHaveLength(1);
	});

	it('takes the type of record from the link of its card', async () => {
		const { rows, error } = await world.run(note('create', { entityType: 'leads', entityId: { __rl: true, mode: 'url', value: '={{ $json.record }}' }, text: 'x' }), {
			items: [{ record: `${world.emulator.url}/contacts/detail/${contactId}` }, { record: leadIds[0] }],
		});
		expect(error).toBeUndefined();
		expect(rows.map(({ json }) => [stored(json.id)?.entity_type, stored(json.id)?.entity_id])).toEqual([['contacts', contactId], ['leads', leadIds[0]]]);
	});

	it.each<[string, INodeParameters, IDataObject]>([
		['common', { text: 'Hello' }, { text: 'Hello' }],
		['service_message', { service: 'Shop', text: 'Paid' }, { service: 'Shop', text: 'Paid' }],
		['extended_service_message', { service: 'Shop', text: 'Paid' }, { service: 'Shop', text: 'Paid' }],
		['message_cashier', { status: 'shown', text: 'Paid' }, { status: 'shown', text: 'Paid' }],
		['sms_in', { phone: '+79120000000', text: 'Hi' }, { phone: '+79120000000', text: 'Hi' }],
		['sms_out', { phone: '={{ 79120000000 }}', text: 'Hi' }, { phone: '79120000000', text: 'Hi' }],
		['geolocation', { address: 'Nevsky 1', latitude: '={{ 59.93 }}', longitude: '30.33' }, { address: 'Nevsky 1', latitude: '59.93', longitude: '30.33' }],
		['geolocation', { address: 'Nevsky 1', latitude: '59.93', longitude: '30.33', additionalFields: { text: 'Here' } }, { address: 'Nevsky 1', latitude: '59.93', longitude: '30.33', text: 'Here' }],
		['attachment', { fileUuid: 'a-b', fileName: 'offer.pdf' }, { file_uuid: 'a-b', file_name: 'offer.pdf' }],
		['attachment', { fileUuid: { __rl: true, mode: 'list', value: 'a-b' }, fileName: 'offer.pdf' }, { file_uuid: 'a-b', file_name: 'offer.pdf' }],
		['call_in', { phone: '+7912', duration: 0, source: 'PBX' }, { phone: '+7912', duration: 0, source: 'PBX' }],
		[
			'call_out',
			{ phone: '+7912', duration: 61, source: 'PBX', additionalFields: { callStatus: 4, callResult: 'Agreed', link: 'https://example.com/1.mp3', uniq: '77', callResponsible: 'Olga' } },
			{ phone: '+7912', duration: 61, source: 'PBX', call_status: 4, call_result: 'Agreed', link: 'https://example.com/1.mp3', uniq: '77', call_responsible: 'Olga' },
		],
		...[
			['Anna', 'Anna'],
			['79123456789', '79123456789'],
			['={{ 79123456789 }}', '79123456789'],
			['={{ 101 }}', '101'],
			['1001', '1001'],
			[{ __rl: true, mode: 'id', value: '101' }, 101],
			[{ __rl: true, mode: 'name', value: '101' }, '101'],
			[{ __rl: true, mode: 'id', value: '9000001' }, 9000001],
			[{ __rl: true, mode: 'list', value: 9000001 }, 9000001],
		].map(([callResponsible, expected]): [string, INodeParameters, IDataObject] => [
			'call_out',
			{ phone: '1', duration: 1, source: 'PBX', additionalFields: { callResponsible } as INodeParameters },
			{ phone: '1', duration: 1, source: 'PBX', call_responsible: expected } as IDataObject,
		]),
		// zen Z10: a numeric ID must not be taken for a name.
		['call_in', { phone: '1', duration: 1, source: 'PBX', additionalFields: { callResponsible: '9000001' } }, { phone: '1', duration: 1, source: 'PBX', call_responsible: 9000001 }],
	])('%s: %j', async (noteType, parameters, params) => {
		const { rows, error } = await world.run(note('create', { entityId: byId(leadIds[0]), noteType, ...parameters }));
		expect(error).toBeUndefined();
		expect(world.requests('POST', '/leads/notes')[0]?.body).toEqual([
			{ entity_id: leadIds[0], note_type: noteType, params, request_id: '0' },
		]);
		expect(stored(rows[0]?.json.id)?.params).toEqual(params);
	});

	it("refuses a phone number as a user's ID", async () => {
		const callResponsible = { __rl: true, mode: 'id', value: '79123456789' };
		const { error } = await world.run(note('create', { entityId: byId(leadIds[0]), noteType: 'call_in', phone: '1', duration: 1, source: 'PBX', additionalFields: { callResponsible } }));
		expect(error?.message).toContain("'Call Responsible': '79123456789' is no user's ID. For a phone number, switch this field from ID to name");
		expect(world.requests('POST', '/leads/notes')).toHaveLength(0);
	});

	it('takes the kind of the note from an expression', async () => {
		const { rows, error } = await world.run(
			note('create', { entityId: byId(leadIds[0]), noteType: '={{ $json.kind }}', text: '={{ $json.text }}', phone: '={{ $json.phone }}' }),
			{ items: [{ kind: 'common', text: 'Hi' }, { kind: 'sms_in', text: 'Hello', phone: '+7912' }] },
		);
		expect(error).toBeUndefined();
		expect(rows.map(({ json }) => stored(json.id)?.params)).toEqual([{ text: 'Hi' }, { text: 'Hello', phone: '+7912' }]);
	});

	it.each<[INodeParameters, string]>([
		[{ text: '={{ "" }}' }, "'Text' must not be empty [item 0]"],
		[{ noteType: 'sms_out', text: 'x' }, "'Phone' must not be empty [item 0]"],
		[{ noteType: 'attachment', fileUuid: { __rl: true, mode: 'list', value: '' }, fileName: 'x' }, "'File' is required but empty"],
		[{ noteType: '={{ "chat" }}', text: 'x' }, "'Note Type': 'chat' is not possible"],
		[{ entityType: '={{ "../leads" }}', text: 'x' }, "'Linked Record Type': '../leads' is not possible"],
		[{ entityId: byId('={{ "abc" }}'), text: 'x' }, "'Linked Record': 'abc' is not an ID"],
		[{ noteType: 'call_in', phone: '1', duration: 1, source: 'PBX', additionalFields: { callStatus: '={{ 9 }}' } }, "'Call Status': '9' is not possible"],
	])('refuses %j before any request', async (parameters, message) => {
		const { error } = await world.run(note('create', { entityId: byId(leadIds[0]), ...parameters }));
		expect(error?.message).toContain(message);
		expect(world.emulator.log.entries).toHaveLength(0);
	});

	it('a note for a record that does not exist does not sink the others under "continue on fail"', async () => {
		const result = await world.run(
			note('create', { entityId: byId('={{ $json.id }}'), text: 'x' }),
			{ items: [{ id: leadIds[0] }, { id: 99 }, { id: leadIds[1] }], onError: 'continueRegularOutput' },
		);
		expect(shortly(result)).toEqual([
			{ item: 0, id: expect.any(Number) },
			{ item: 1, error: expect.stringMatching(/^Note was refused: 'Linked Record' \(entity_id, value 99\)/) },
			{ item: 2, id: expect.any(Number) },
		]);
	});
});

describe('an existing note', () => {
	let ids: number[];

	beforeAll(async () => {
		const { rows } = await world.run(
			note('create', { entityId: byId('={{ $json.id }}'), text: '={{ $json.text }}' }),
			{ items: [10, 11, 12].map((index) => ({ id: leadIds[index], text: `Old ${index}` })) },
		);
		ids = rows.map(({ json }) => json.id as number);
	});

	it('is read by its ID, many in one request', async () => {
		const { rows, error } = await world.run(note('get', { noteId: byId('={{ $json.id }}') }), { items: [...ids].reverse().map((id) => ({ id })) });
		expect(error).toBeUndefined();
		expect(rows.map(({ json }) => json.text)).toEqual(['Old 12', 'Old 11', 'Old 10']);
		expect(rows[0]?.json).toMatchObject({ id: ids[2], entity_id: leadIds[12], note_type: 'common' });
		expect(world.requests('GET', '/leads/notes')).toHaveLength(1);
		const missing = await world.run(note('get', { noteId: byId(5) }));
		expect(missing.error?.message).toBe('Note 5 was not found [item 0]');
	});

	it('is changed in batches', async () => {
		const { error } = await world.run(
			note('update', { noteId: byId('={{ $json.id }}'), text: '={{ $json.text }}' }),
			{ items: ids.map((id, index) => ({ id, text: `New ${index}` })) },
		);
		expect(error).toBeUndefined();
		expect(world.requests('PATCH', '/leads/notes')).toHaveLength(1);
		expect(ids.map((id) => stored(id)?.params)).toEqual([{ text: 'New 0' }, { text: 'New 1' }, { text: 'New 2' }]);
	});

	it('is pinned and unpinned', async () => {
		await world.run(note('pin', { noteId: byId(ids[0]) }));
		expect(stored(ids[0])?.is_pinned).toBe(true);
		const { rows } = await world.run(note('unpin', { noteId: byId(ids[0]) }));
		expect(rows[0]?.json).toEqual({ id: ids[0], is_pinned: false });
		expect(stored(ids[0])?.is_pinned).toBe(false);
		const missing = await world.run(note('pin', { noteId: byId(5) }));
		expect(missing.error?.message).toBe('Note 5 was not found [item 0]');
	});

	it('is found by its record, its kind and its last change', async () => {
		await world.run(note('create', { entityId: byId(leadIds[10]), noteType: 'sms_in', phone: '1', text: 'SMS' }));
		const list = async (filters: IDataObject) =>
			(await world.run(note('getAll', { returnAll: true, filters: filters as never }))).rows.map(({ json }) => json.text);
		expect(await list({ entityIds: String(leadIds[10]), noteTypes: ['sms_in'] })).toEqual(['SMS']);
		expect(await list({ entityIds: `${leadIds[11]}, ${leadIds[12]}`, updatedAtFrom: '2020-01-01' })).toHaveLength(4);
		expect(await list({ entityIds: String(leadIds[10]), updatedAtFrom: '2099-01-01' })).toEqual([]);
		const raw = await world.run(note('getAll', { simplify: false, limit: 1 }));
		expect(raw.rows[0]?.json).toHaveProperty('params.text');
	});
});

describe('a kind that the list does not name', () => {
	const custom = (operation: string, parameters: INodeParameters) => note(operation, { entityType: 'leads', noteType: 'custom', ...parameters });

	it('is written by its own name with its values as they are', async () => {
		const { rows, error } = await world.run(
			custom('create', { entityId: byId(leadIds[0]), customNoteType: '={{ $json.type }}', paramsJson: '={{ $json.params }}' }),
			{ items: [{ type: 'site_visit', params: { url: 'https://example.com' } }, { type: 'invoice_paid', params: '{"service": "Shop", "text": "Paid"}' }] },
		);
		expect(error).toBeUndefined();
		expect(rows.map(({ json }) => stored(json.id))).toMatchObject([
			{ note_type: 'site_visit', params: { url: 'https://example.com' } },
			{ note_type: 'invoice_paid', params: { service: 'Shop', text: 'Paid' } },
		]);
		const id = rows[0]?.json.id as number;
		const changed = await world.run(custom('update', { noteId: byId(id), customNoteType: 'site_visit', paramsJson: '{"url": "https://example.com/2"}' }));
		expect(changed.error).toBeUndefined();
		expect(stored(id)).toMatchObject({ note_type: 'site_visit', params: { url: 'https://example.com/2' } });
	});

	it.each([
		[{ customNoteType: '', paramsJson: '{}' }, "'Custom Note Type' must not be empty"],
		[{ customNoteType: 'site_visit', paramsJson: '[1]' }, "'Values (JSON)': '[1]' is not a JSON object"],
		[{ customNoteType: 'site_visit', paramsJson: 'url' }, "'Values (JSON)': 'url' is not JSON"],
	])('%j is refused before any request', async (parameters, message) => {
		const { error } = await world.run(custom('create', { entityId: byId(leadIds[0]), ...parameters }));
		expect(error?.message).toContain(message);
		expect(world.emulator.log.entries).toHaveLength(0);
	});

	it('is refused by its name where amoCRM does not know it', async () => {
		const { error } = await world.run(custom('create', { entityId: byId(leadIds[0]), customNoteType: 'fax', paramsJson: '{}' }));
		expect(error?.message).toContain('note_type');
	});
});
