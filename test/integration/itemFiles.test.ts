import { createHash } from 'node:crypto';
import type { IBinaryData, IDataObject, INodeParameters } from 'n8n-workflow';

import type { RunOptions } from './harness';
import { openTriggerHost } from './triggerHost';
import type { World } from './world';
import { addLeads, byId, FAST, manyItems, openWorld, rowsOf, saidOf } from './world';

/** Files of items wherever amoCRM takes a file: in custom fields, in notes, in messages. */

let world: World;
/** IDs of a file field by what has it. */
const fields: Record<string, number> = {};

const api = async (path: string, body: object): Promise<IDataObject> => {
	const answer = await fetch(`${world.emulator.url}/api/v4${path}`, { method: 'POST', headers: { Authorization: `Bearer ${world.account.accessToken}`, 'Content-Type': 'application/json' }, body: JSON.stringify(body) });
	return (await answer.json()) as IDataObject;
};

beforeAll(async () => {
	world = await openWorld({ language: 'en', rateLimit: false });
	for (const kind of ['leads', 'contacts', 'companies', 'customers']) {
		const { _embedded } = await api(`/${kind}/custom_fields`, [{ name: 'Contract', type: 'file' }]);
		fields[kind] = (_embedded as { custom_fields: Array<{ id: number }> }).custom_fields[0]?.id ?? 0;
	}
});
afterAll(async () => await world.close());
beforeEach(() => {
	world.emulator.log.clear();
	world.emulator.faults.clear();
});

const pdf = (text = 'pdf', fileName = 'Scan.pdf'): IBinaryData => ({ data: Buffer.from(text).toString('base64'), mimeType: 'application/pdf', fileName });
const png = (): IBinaryData => ({ data: Buffer.from('png').toString('base64'), mimeType: 'image/png', fileName: 'Photo.png' });

const run = async (resource: string, operation: string, parameters: INodeParameters, options: Partial<RunOptions> = {}) =>
	await world.run({ resource, operation, options: FAST, ...parameters }, { binary: [{ data: pdf() }], ...options });

const rows = async (...parameters: Parameters<typeof run>) => rowsOf(await run(...parameters));

const said = async (...parameters: Parameters<typeof run>) => saidOf(await run(...parameters));

const mapper = (kind: string, value: unknown = 'data') => ({ mappingMode: 'defineBelow', value: { [fields[kind] ?? 0]: value } }) as INodeParameters;
const storage = () => [...world.emulator.account.files.values()];
const hash = (text: string) => createHash('sha256').update(text).digest('hex');
const hashOf = (uuid: unknown) => storage().find((file) => file.uuid === uuid)?.versions.at(-1)?.sha256;
const sessions = () => world.emulator.log.of('POST', '/v1.0/sessions');
const writes = () => world.emulator.log.entries.filter(({ method }) => method !== 'GET');
const uuidOfNew = () => storage().at(-1)?.uuid ?? '';
const openTalk = () => world.emulator.ui.message({ contactId: world.emulator.ui.create('contacts', { name: 'Ann' }).id, text: 'Hello' });

/** What the field of a record holds in the account. */
function fileOn(kind: 'leads' | 'contacts' | 'companies' | 'customers', id: unknown): IDataObject {
	const record = world.emulator.account.entities(kind).get(Number(id));
	const held = record?.custom_fields_values as Array<{ field_id: number; values: Array<{ value: IDataObject }> }> | undefined;
	return held?.find(({ field_id: field }) => field === fields[kind])?.values[0]?.value ?? {};
}

type Form = [resource: string, operation: string, parameters: (value?: unknown) => INodeParameters, kind: 'leads' | 'contacts' | 'companies' | 'customers', idKey: string];

const FORMS: Form[] = [
	['lead', 'create', (value) => ({ name: 'Deal', customFields: mapper('leads', value) }), 'leads', 'id'],
	['lead', 'upsert', (value) => ({ matchBy: 'name', name: '={{ "New " + $now }}', customFields: mapper('leads', value) }), 'leads', 'id'],
	['lead', 'createComplex', (value) => ({ name: 'Deal', contactFields: { name: 'Ann' }, contactCustomFields: mapper('contacts', value) }), 'contacts', 'contact_id'],
	['contact', 'create', (value) => ({ name: 'Ann', customFields: mapper('contacts', value) }), 'contacts', 'id'],
	['company', 'create', (value) => ({ name: 'Acme', customFields: mapper('companies', value) }), 'companies', 'id'],
	['customer', 'create', (value) => ({ name: 'Acme', nextDate: '2030-01-01', customFields: mapper('customers', value) }), 'customers', 'id'],
	['incomingLead', 'create', (value) => ({ sourceUid: '1', sourceName: 'Site', leadFields: { name: 'Deal' }, leadCustomFields: mapper('leads', value) }), 'leads', 'lead_id'],
];

describe.each(FORMS)('a file field: %s %s', (resource, operation, parameters, kind, idKey) => {
	it('takes the file of the item', async () => {
		const [row] = await rows(resource, operation, parameters());
		const held = fileOn(kind, row?.[idKey]);
		expect(held).toEqual({ file_uuid: expect.any(String) as string, version_uuid: expect.any(String) as string, file_name: 'Scan.pdf', file_size: 3 });
		expect(hashOf(held.file_uuid)).toBe(hash('pdf'));
		expect(sessions()).toHaveLength(1);
	});

	it('only says in a dry run what would be uploaded', async () => {
		const before = storage().length;
		const [plan] = await rows(resource, operation, { ...parameters(), options: { ...FAST, dryRun: true } });
		expect(plan).toMatchObject({ dry_run: true, uploads: [{ file_name: 'Scan.pdf', file_size: 3, content_type: 'application/pdf' }] });
		expect(JSON.stringify(plan?.body)).toContain('{"file_uuid":null,"version_uuid":null,"file_name":"Scan.pdf","file_size":3}');
		expect([writes(), storage().length]).toEqual([[], before]);
	});

	it.each<[unknown, Array<Record<string, IBinaryData> | undefined>, RegExp]>([
		['other', [{ data: pdf(), more: png() }], /'Contract': the item has no file in the field 'other'. It has: data, more. Give the name of a field with a file, or the UUID or the link of a file in the storage of the account/],
		['data', [undefined], /'Contract': the item has no file in the field 'data'. It has no files at all/],
		['https://example.com/a.pdf', [{ data: pdf() }], /'Contract': .*What is elsewhere in the web has to be read into such a field first/],
		['data', [{ data: pdf('') }], /'Contract': the file 'Scan.pdf' is empty/],
		['{"file_uuid": "data"}', [{ data: pdf() }], /'Contract': "file_uuid": 'data' is no file of the storage/],
		['{"filename": "Other.pdf", "mimetype": "application/pdf"}', [{ data: pdf() }], /'Contract': .* is no file of the item/],
		['{"filename": "Scan.pdf", "mimetype": "application/pdf"}', [{ one: pdf('1'), two: pdf('2') }], /'Contract': several files of the item are called 'Scan.pdf'. Give the name of the field of one: one, two/],
	])('%s that is no file is refused before any request', async (value, binary, words) => {
		expect(await said(resource, operation, parameters(value), { binary })).toMatch(words);
		expect(writes()).toEqual([]);
	});
});

describe('a file field', () => {
	const PARTS = { data: pdf(), photo: png() };
	it.each<[string, () => unknown, string]>([
		['the name of a field', () => 'photo', 'png'],
		['a UUID', () => uuidOfNew(), 'pdf'],
		['a UUID in a list', () => `["${uuidOfNew()}"]`, 'pdf'],
		['a link', () => `${world.emulator.url.replace('localhost', 'drive-b.amocrm.ru')}/download/0/${uuidOfNew()}/Scan.pdf`, 'pdf'],
		['an object', () => JSON.stringify({ file_uuid: uuidOfNew() }), 'pdf'],
		["n8n's own object", () => '={{ $binary.photo }}', 'png'],
		['what a form says', () => '={{ { filename: "Photo.png", mimetype: "image/png", size: 3 } }}', 'png'],
		['what a form says of several', () => '={{ [{ filename: "Photo.png", mimetype: "image/png", size: 3 }] }}', 'png'],
		['a file of an expression', () => JSON.stringify(png()), 'png'],
	])('takes %s', async (_what, value, content) => {
		await rows('lead', 'create', { name: 'First', customFields: mapper('leads') });
		world.emulator.log.clear();
		const [row] = await rows('lead', 'create', { name: 'Deal', customFields: mapper('leads', value()) }, { binary: [PARTS] });
		expect(hashOf(fileOn('leads', row?.id).file_uuid)).toBe(hash(content));
		expect(sessions()).toHaveLength(content === 'png' ? 1 : 0);
	});

	it('changes in an update, and in an upsert each time', async () => {
		const [lead] = await addLeads(world, 1, () => 'Known lead');
		await rows('lead', 'update', { leadId: byId(lead as number), customFields: mapper('leads') });
		expect(hashOf(fileOn('leads', lead).file_uuid)).toBe(hash('pdf'));
		const [row] = await rows('lead', 'upsert', { matchBy: 'name', name: 'Known lead', customFields: mapper('leads', '={{ $json.field }}') }, { items: [{ field: 'one' }], binary: [{ one: pdf('new') }] });
		expect(row).toMatchObject({ id: lead, action: 'updated', changed_fields: ['Contract'] });
		expect(hashOf(fileOn('leads', lead).file_uuid)).toBe(hash('new'));
	});

	it('of a record that several items are about gets the last file alone', async () => {
		const binary = ['1', '2', '3'].map((text) => ({ data: pdf(text) }));
		const all = await rows('lead', 'upsert', { matchBy: 'name', name: 'Shared lead', customFields: mapper('leads') }, { items: manyItems(3, () => ({})), binary });
		expect(new Set(all.map(({ id }) => id)).size).toBe(1);
		expect(hashOf(fileOn('leads', all[0]?.id).file_uuid)).toBe(hash('3'));
		expect(sessions()).toHaveLength(1);
	});

	it('is mapped automatically from the file or from what a form says, in version 2', async () => {
		const create = async (json: IDataObject, binary: Record<string, IBinaryData>, typeVersion = 2) =>
			await rows('lead', 'create', { name: 'Deal', customFields: { mappingMode: 'autoMapInputData', value: null } }, { items: [json], binary: [binary], typeVersion });
		const [named] = await create({}, { contract: pdf('own') });
		expect(hashOf(fileOn('leads', named?.id).file_uuid)).toBe(hash('own'));
		const [form] = await create({ Contract: { filename: 'Scan.pdf', mimetype: 'application/pdf', size: 3 } }, { _________: pdf('form') });
		expect(hashOf(fileOn('leads', form?.id).file_uuid)).toBe(hash('form'));
		const before = storage().length;
		await create({}, { Contract: pdf(), name: png() }, 1);
		expect(storage()).toHaveLength(before);
	});

	it('that two records share is uploaded once', async () => {
		const [row] = await rows('lead', 'createComplex', { name: 'Deal', customFields: mapper('leads'), contactFields: { name: 'Ann' }, contactCustomFields: mapper('contacts') });
		expect(fileOn('leads', row?.id)).toEqual(fileOn('contacts', row?.contact_id));
		expect(sessions()).toHaveLength(1);
	});

	it.each(['files.scan', '={{ $json.files.scan }}', 'scan', 'automatically'])('is found where the workflow keeps binary data among the other data: %s', async (value) => {
		const customFields = value === 'automatically' ? { mappingMode: 'autoMapInputData', value: null } : mapper('leads', value);
		const json = { Contract: { ...pdf('deep') }, files: { scan: { ...pdf('deep') } }, scan: { ...pdf('deep') } } as unknown as IDataObject;
		const [row] = await rows('lead', 'create', { name: 'Deal', customFields }, { items: [json], binary: [], settings: { binaryMode: 'combined' } });
		expect(hashOf(fileOn('leads', row?.id).file_uuid)).toBe(hash('deep'));
	});

	it('of many leads: files one by one, leads in batches', async () => {
		const binary = Array.from({ length: 60 }, (_, n) => ({ data: pdf(`file ${n}`) }));
		const all = await rows('lead', 'create', { name: 'Deal', customFields: mapper('leads') }, { items: manyItems(60, (n) => ({ n })), binary });
		expect(all.map(({ id }) => hashOf(fileOn('leads', id).file_uuid))).toEqual(binary.map((_, n) => hash(`file ${n}`)));
		expect([sessions().length, world.requests('POST', '/leads').length]).toEqual([60, 2]);
	});
});

describe('a note of type attachment', () => {
	const note = (more: INodeParameters = {}) => ({ entityType: 'leads', entityId: byId('={{ $json.lead }}'), noteType: 'attachment', binaryPropertyName: 'data', ...more });

	it('takes the file of the item, many notes in a request', async () => {
		const leads = await addLeads(world, 3);
		const all = await rows('note', 'create', note(), { items: leads.map((lead) => ({ lead })), binary: leads.map((_, n) => ({ data: pdf(`n${n}`, `N${n}.pdf`) })) });
		expect(world.requests('POST', '/leads/notes')).toHaveLength(1);
		all.forEach(({ id }, n) => {
			const { params } = world.emulator.account.notes.get(id as number) ?? {};
			expect(params).toMatchObject({ file_uuid: expect.any(String) as string, version_uuid: expect.any(String) as string, file_name: `N${n}.pdf` });
			expect(hashOf(params?.file_uuid)).toBe(hash(`n${n}`));
		});
		const [changed] = await rows('note', 'update', { entityType: 'leads', noteId: byId(all[0]?.id as number), noteType: 'attachment', binaryPropertyName: 'data', fileName: 'Mine.pdf' });
		expect(world.emulator.account.notes.get(changed?.id as number)?.params).toMatchObject({ file_name: 'Mine.pdf' });
	});

	it.each<[string, INodeParameters, RegExp]>([
		['both', { fileUuid: byId('11111111-2222-4333-8444-555555555555'), fileName: 'A' }, /'Input Binary Field': 'File' gives a file too/],
		['none', { binaryPropertyName: '' }, /'File' is required but empty; or give 'Input Binary Field'/],
		['a file of the storage without its name', { binaryPropertyName: '', fileUuid: byId('11111111-2222-4333-8444-555555555555') }, /'File Name' must not be empty/],
		['a version of none', { additionalFields: { versionUuid: 'x' } }, /'File Version UUID' needs 'File' too/],
		['a file that is not there', { binaryPropertyName: 'other' }, /'Input Binary Field': the item has no file in the field 'other'. It has: data/],
	])('with %s is refused before any request', async (_what, more, words) => {
		expect(await said('note', 'create', note(more), { items: [{ lead: 1 }] })).toMatch(words);
		expect(writes()).toEqual([]);
	});
});

describe('a message', () => {
	it.each([[pdf(), 'file'], [png(), 'picture']])('takes the file of the item: %j', async (data, type) => {
		const { id } = openTalk();
		const [row] = await rows('talk', 'sendMessage', { talkId: byId(id), binaryPropertyName: 'data' }, { binary: [{ data }] });
		expect(row).toMatchObject({ talk_id: id });
		const file = storage().at(-1);
		expect(world.requests('POST', `/talks/${id}/send_message`)[0]?.body).toEqual({ attachment: { type, drive_uuid: file?.uuid, drive_version_uuid: file?.current } });
	});

	it.each<[string, INodeParameters, IBinaryData, RegExp]>([
		['missing', { binaryPropertyName: 'other' }, pdf(), /'Input Binary Field': the item has no file in the field 'other'. It has: data. Give the name of a field with a file, or a file of the storage in 'File'/],
		['empty', { binaryPropertyName: 'data' }, pdf(''), /'Input Binary Field': the file 'Scan.pdf' is empty/],
		['one of two', { binaryPropertyName: 'data', file: byId('11111111-2222-4333-8444-555555555555') }, pdf(), /'File' gives a file too, and only one goes along/],
	])('with a file that is %s is refused before any request', async (_what, more, data, words) => {
		expect(await said('talk', 'sendMessage', { talkId: byId(1), ...more }, { binary: [{ data }] })).toMatch(words);
		expect(writes()).toEqual([]);
	});

	it('is only planned in a dry run', async () => {
		const [plan] = await rows('talk', 'sendMessage', { talkId: byId(openTalk().id), binaryPropertyName: 'data', options: { ...FAST, dryRun: true } });
		expect(plan).toMatchObject({ dry_run: true, body: { attachment: { type: 'file', drive_uuid: null } }, uploads: [{ file_name: 'Scan.pdf', file_size: 3 }] });
		expect(writes()).toEqual([]);
	});

	it('whose talk is closed says that the file is uploaded', async () => {
		const { id } = openTalk();
		world.emulator.ui.updateTalk(id, { is_in_work: false });
		const words = await said('talk', 'sendMessage', { talkId: byId(id), binaryPropertyName: 'data' });
		expect(words).toContain(`This needs a talk that is still in work. The file 'Scan.pdf' was uploaded before: ${uuidOfNew()} in the storage of the account.`);
	});
});

describe('trouble', () => {
	const create = (more: INodeParameters = {}) => ({ name: 'Deal', customFields: mapper('leads'), ...more });
	const refuse = (times = 1) => world.emulator.faults.add({ method: 'POST', path: /\/leads$/, times, action: { kind: 'status', status: 400, body: { title: 'Bad Request', status: 400, detail: 'No such thing' } } });

	it('with a record does not hide that its file is uploaded', async () => {
		refuse();
		const { rows: all } = await run('lead', 'create', create(), { onError: 'continueRegularOutput' });
		expect(all[0]?.json.error).toContain('No such thing');
		expect(all[0]?.json.details).toMatchObject({ uploaded: [{ uuid: uuidOfNew(), name: 'Scan.pdf' }], description: expect.stringContaining(`The file 'Scan.pdf' was uploaded before: ${uuidOfNew()}`) as string });
	});

	it('with one of several says which files wait for their records', async () => {
		refuse();
		const words = await said('lead', 'create', create(), { items: [{}, {}], binary: [{ data: pdf() }, { data: pdf('2') }] });
		for (const { uuid } of storage().slice(-2)) expect(words.split('Files uploaded for items that are not written: ')[1]).toContain(uuid);
	});

	it('that n8n repeats the node for uploads nothing twice', async () => {
		const before = storage().length;
		refuse();
		const [row] = await rows('lead', 'create', create(), { maxTries: 3 });
		expect(hashOf(fileOn('leads', row?.id).file_uuid)).toBe(hash('pdf'));
		expect([storage().length, sessions().length, world.requests('POST', '/leads').length]).toEqual([before + 1, 1, 2]);
	});

	it('with a file takes no other item along', async () => {
		world.emulator.faults.add({ method: 'POST', path: /\/sessions$/, times: 1, action: { kind: 'status', status: 402, body: { title: 'Payment Required', status: 402, detail: 'Storage limit exceeded' } } });
		const { rows: all } = await run('lead', 'create', create(), { items: [{}, {}, {}], binary: [{ data: pdf('1') }, { data: pdf('2') }, { data: pdf('3') }], onError: 'continueRegularOutput' });
		const failed = all.filter(({ json }) => json.error);
		expect(failed).toHaveLength(1);
		expect(failed[0]?.json).toMatchObject({ error: expect.stringMatching(/^File 'Scan.pdf': /) as string, details: { description: expect.stringContaining('This needs room in the file storage of the account. This item was not written.') as string } });
	});

	it('that leaves open whether the file is in the storage uploads it no second time', async () => {
		world.emulator.faults.add({ method: 'POST', path: /\/sessions\/upload\//, times: 20, action: { kind: 'reset', when: 'after' } });
		// Nor can it be looked up.
		world.emulator.faults.add({ method: 'GET', path: '/v1.0/files', times: Infinity, action: { kind: 'status', status: 500 } });
		const { error } = await run('lead', 'create', create({ options: { ...FAST, maxRetries: 0 } }), { maxTries: 3 });
		expect(error?.message).toMatch(/^File 'Scan.pdf': /);
		expect([sessions().length, world.requests('POST', '/leads').length]).toEqual([1, 0]);
	});

	it('with the storage leaves items without files alone', async () => {
		world.emulator.faults.add({ method: 'GET', path: /\/account$/, times: 5, action: { kind: 'status', status: 403, body: { title: 'Forbidden', status: 403 } } });
		const { rows: all } = await run('lead', 'create', create({ customFields: mapper('leads', '={{ $json.field }}') }), { items: [{ field: 'data' }, { field: '' }], onError: 'continueRegularOutput', account: { ...world.account, id: 'nothing known yet' } });
		expect(all.map(({ json }) => typeof json.error)).toEqual(['string', 'undefined']);
		expect(sessions()).toEqual([]);
	});

	it('with a file sends no record', async () => {
		world.emulator.faults.add({ method: 'POST', path: /\/sessions$/, times: 1, action: { kind: 'status', status: 403, body: { title: 'Forbidden', status: 403 } } });
		const words = await said('talk', 'sendMessage', { talkId: byId(openTalk().id), binaryPropertyName: 'data', text: 'x' });
		expect(words).toContain('This needs the scope "Access to files"');
		expect(world.emulator.log.entries.filter(({ path }) => path.endsWith('/send_message'))).toEqual([]);
	});
});

describe('a link of a file, as rows give it,', () => {
	const fetched = async (link: unknown) => {
		const { error, rows: all } = await run('file', 'download', { fileId: byId(String(link)) });
		if (error) throw error;
		return Buffer.from(all[0]?.binary?.data?.data ?? '', 'base64').toString();
	};
	const attachment = async (text: string) => {
		const [row] = await rows('file', 'upload', {}, { binary: [{ data: pdf(text) }] });
		return { row, attachment: { type: 'file', link: String(row?.download_url), file_name: 'Scan.pdf' } };
	};

	it('of a message that was sent is taken by the download, in that version', async () => {
		const { id } = openTalk();
		await rows('talk', 'sendMessage', { talkId: byId(id), binaryPropertyName: 'data' }, { binary: [{ data: pdf('first') }] });
		const uuid = uuidOfNew();
		await rows('file', 'upload', { additionalFields: { newVersionOf: byId(uuid) } }, { binary: [{ data: pdf('second') }] });
		const [message] = await rows('talk', 'getMessages', { talkId: byId(id), limit: 1 });
		expect(await fetched(message?.attachment_url)).toBe('first');
		expect(await fetched(uuid)).toBe('second');
		const [lead] = await rows('lead', 'create', { name: 'Deal', customFields: mapper('leads', message?.attachment_url) });
		const [old] = storage().find((file) => file.uuid === uuid)?.versions ?? [];
		expect(fileOn('leads', lead?.id)).toEqual({ file_uuid: uuid, version_uuid: old?.uuid });
	});

	it('of a client is taken by the download, and so are files in fields of records', async () => {
		const host = await openTriggerHost(world.account, { events: ['add_message', 'update_lead'] });
		await host.activate();
		const { row, attachment: sent } = await attachment('from the client');
		const contact = world.emulator.ui.create('contacts', { name: 'Ann' });
		world.emulator.ui.message({ contactId: contact.id, text: 'See', type: 'file', attachment: sent });
		await world.emulator.deliveries.settled();
		await host.settled();
		const [message] = host.last();
		expect(message).toMatchObject({ event: 'add_message', attachment_type: 'file', attachment_url: sent.link, attachment_name: 'Scan.pdf' });
		expect(await fetched(message?.attachment_url)).toBe('from the client');
		const [lead] = await addLeads(world, 1);
		await rows('lead', 'update', { leadId: byId(lead as number), customFields: mapper('leads', row?.uuid) });
		await world.emulator.deliveries.settled();
		await host.settled();
		await host.deactivate();
		const [changed] = host.last();
		expect(changed).toMatchObject({ event: 'update_lead', id: lead });
		expect(await fetched((changed?.Contract as IDataObject).file_uuid)).toBe('from the client');
	});
});
