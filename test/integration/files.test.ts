import type { IDataObject, INodeParameters } from 'n8n-workflow';

import { storeFile } from '../../emulator/drive/files';
import type { RunOptions } from './harness';
import type { World } from './world';
import { addLeads, byId, FAST, manyItems, openWorld, rowsOf, saidOf } from './world';

/** Files of the account's storage, and the records that have them. */

let world: World;
beforeAll(async () => {
	world = await openWorld();
});
afterAll(async () => await world.close());
beforeEach(() => world.emulator.log.clear());

const run = async (operation: string, parameters: INodeParameters = {}, options: Partial<RunOptions> = {}) =>
	await world.run({ resource: 'file', operation, options: FAST, ...parameters }, options);

const rows = async (...parameters: Parameters<typeof run>) => rowsOf(await run(...parameters));

const said = async (...parameters: Parameters<typeof run>) => saidOf(await run(...parameters));

const CONTINUE = { onError: 'continueRegularOutput' as const };
const NOBODY = '00000000-0000-4000-8000-000000000000';
const from = (key: string) => ({ __rl: true, mode: 'id', value: `={{ $json.${key} }}` });

const stored = (name = 'Offer.pdf', more: object = {}, content = 'abc') => storeFile(world.emulator.world, { file_name: name, content_type: 'application/pdf', ...more }, Buffer.from(content), 0);
const onDrive = (method: string) => world.emulator.log.of(method, '/v1.0/files');

it('what stands beside the record is told of by its own name alone', async () => {
	const file = stored();
	const wrong = { entityType: '={{ "deals" }}', entityId: byId(1) };
	for (const [operation, parameters] of Object.entries({ attach: { fileId: byId(file.uuid), ...wrong }, getAll: { filters: wrong } })) {
		expect(await said(operation, parameters)).toMatch(/^'Linked Record Type': 'deals' is not possible/);
	}
});

describe('a file', () => {
	it('comes with its name, its kind and the links of its contents, known by its UUID', async () => {
		const file = stored();
		const [row] = await rows('get', { fileId: byId(file.uuid) });
		expect(row).toMatchObject({ id: file.uuid, uuid: file.uuid, name: 'Offer', extension: 'pdf', mime_type: 'application/pdf', size: 3, created_at: expect.stringMatching(/^20.*Z$/) as string });
		expect(String(row?.download_url)).toContain(`/${file.uuid}/Offer.pdf`);
		const [linked] = await rows('get', { fileId: byId(String(row?.download_url)) });
		expect(linked).toEqual(row);
		expect(await said('get', { fileId: byId('a file') })).toContain("'File': 'a file' is not the ID of a file");
	});

	it('gets another name, or another version: one at a time', async () => {
		const file = stored();
		const old = file.current;
		stored('Offer.pdf', { file_uuid: file.uuid }, 'newer');
		expect(await rows('getVersions', { fileId: byId(file.uuid) })).toMatchObject([{ size: 5 }, { size: 3, version_uuid: old }]);
		const [renamed] = await rows('update', { fileId: byId(file.uuid), updateFields: { name: 'Contract' } });
		expect(renamed).toMatchObject({ id: file.uuid, name: 'Contract' });
		const [back] = await rows('update', { fileId: byId(file.uuid), updateFields: { versionUuid: old } });
		expect(back).toMatchObject({ id: file.uuid, version_uuid: old, name: 'Contract', size: 3 });
		expect(await said('update', { fileId: byId(file.uuid), updateFields: { name: 'x', versionUuid: old } })).toContain("'Version UUID': amoCRM changes the name or the version, one at a time");
	});

	it('goes to the trash and comes back, many in a request, and one that is not there takes no other along', async () => {
		const files = Array.from({ length: 60 }, (_, n) => stored(`Trash ${n}.txt`).uuid);
		const items = files.map((id) => ({ id }));
		expect(await rows('delete', { fileId: from('id') }, { items })).toEqual(files.map((id) => ({ id, deleted: true })));
		expect(onDrive('DELETE')).toHaveLength(2);
		expect(await rows('getAll', { returnAll: true, filters: { query: 'Trash' } })).toEqual([]);
		expect(await rows('getAll', { returnAll: true, filters: { query: 'Trash', onlyDeleted: true } })).toHaveLength(60);
		expect(await rows('restore', { fileId: from('id') }, { items })).toEqual(files.map((id, n) => ({ id, name: `Trash ${n}`, restored: true })));
		for (const operation of ['delete', 'restore']) {
			const mixed = await run(operation, { fileId: from('id') }, { items: [files[0], NOBODY, files[1]].map((id) => ({ id })), ...CONTINUE });
			expect(mixed.rows.map(({ json }) => json.error ?? json.id)).toEqual([files[0], `File ${NOBODY} was not found [item 1]`, files[1]]);
		}
		world.emulator.log.clear();
		expect(await said('delete', { fileId: from('id') }, { items: [files[2], NOBODY].map((id) => ({ id })) })).toContain(`File ${NOBODY} was not found [item 1]`);
		expect(onDrive('DELETE')).toEqual([]);
	});

	it('is deleted with a 200 too, and with the scope alone', async () => {
		world.emulator.switches.filesDeleteStatus = 200;
		const [one, other] = [stored(), stored()];
		expect(await rows('delete', { fileId: byId(one.uuid) })).toEqual([{ id: one.uuid, deleted: true }]);
		world.emulator.switches.filesDeleteStatus = 204;
		const { accessToken } = world.emulator.issueToken({ scopes: ['crm', 'files'] });
		const account = { ...world.account, accessToken, id: 'without' };
		expect(await said('delete', { fileId: byId(other.uuid) }, { account })).toContain('This needs the scope "Deleting files"');
	});

	it('is never taken for another by a name that is a number', async () => {
		const file = stored();
		expect((await run('get', { fileId: byId(file.id) })).error?.message).toContain('was not found');
	});
});

describe('the room', () => {
	it('is told, and a hint where it is nearly full', async () => {
		const { rows: all, hints } = await run('getQuota', {}, { items: [{}, {}] });
		expect(all.map(({ json }) => json)).toEqual(Array(2).fill({ limit: world.emulator.switches.driveQuota, used: expect.any(Number) as number }));
		expect(hints).toEqual([]);
		const { driveQuota } = world.emulator.switches;
		world.emulator.switches.driveQuota = Number(all[0]?.json.used) + 5;
		const full = await run('getQuota', {}, { items: [{}, {}] });
		world.emulator.switches.driveQuota = driveQuota;
		expect(full.hints.map(({ message }) => message)).toEqual([expect.stringContaining('nearly full')]);
	});
});

describe('records', () => {
	const owner = (more: INodeParameters = {}): INodeParameters => ({ entityType: '={{ $json.type }}', entityId: from('lead'), fileId: from('file'), ...more });

	it('get files and lose them, those of one card in a request', async () => {
		const leads = await addLeads(world, 2);
		const items = manyItems(6, (n) => ({ file: stored(`Doc ${n}.txt`).uuid, lead: leads[n % 2], type: 'leads' }));
		expect(await rows('attach', owner(), { items })).toEqual(items.map(({ file, lead }) => ({ file_uuid: file, entity_type: 'leads', entity_id: lead, attached: true })));
		expect(world.emulator.log.entries.filter(({ method }) => method === 'PUT')).toHaveLength(2);
		const of = async (lead: unknown, more: IDataObject = {}) => (await rows('getAll', { returnAll: true, filters: { entityType: 'leads', entityId: byId(lead as number), ...more } as INodeParameters })).map(({ uuid }) => uuid).sort();
		expect(await of(leads[0])).toEqual([0, 2, 4].map((n) => items[n]?.file).sort());
		expect(await of(leads[0], { query: 'Doc 2' })).toEqual([items[2]?.file]);
		expect(await of(leads[0], { ids: [items[2]?.file, items[3]?.file] })).toEqual([items[2]?.file]);
		expect(await rows('getLinks', { fileId: byId(String(items[0]?.file)) })).toEqual([{ file_uuid: items[0]?.file, entity_type: 'leads', entity_id: leads[0] }]);
		expect(await rows('detach', owner(), { items: items.slice(0, 2) })).toMatchObject([{ detached: true }, { detached: true }]);
		expect(await of(leads[0])).toEqual([2, 4].map((n) => items[n]?.file).sort());
	});

	it('by link, of any kind, and elements of lists', async () => {
		const { emulator } = world;
		const contact = emulator.ui.create('contacts', { name: 'Ann' });
		const file = stored().uuid;
		const [linked] = await rows('attach', { fileId: byId(file), entityType: 'leads', entityId: { __rl: true, mode: 'url', value: `${emulator.url}/contacts/detail/${contact.id}` } });
		expect(linked).toMatchObject({ entity_type: 'contacts', entity_id: contact.id });
		const { rows: made } = await world.run({ resource: 'catalog', operation: 'create', name: 'Goods', options: FAST });
		const catalogId = Number(made[0]?.json.id);
		const { rows: elements } = await world.run({ resource: 'catalogElement', operation: 'create', name: 'Chair', catalogId: byId(catalogId), options: FAST });
		const element = Number(elements[0]?.json.id);
		const of = { entityType: 'catalog_elements', catalogId: byId(catalogId), entityId: byId(element) };
		expect(await rows('attach', { fileId: byId(file), ...of })).toEqual([{ file_uuid: file, entity_type: 'catalog_elements', entity_id: element, attached: true }]);
		expect(await rows('getAll', { returnAll: true, filters: of })).toMatchObject([{ uuid: file }]);
		expect(await said('attach', { fileId: byId(file), ...of, catalogId: '' })).toContain("'Linked Record': an element needs 'List' too");
	});

	it('that are not there are told from files that are not there', async () => {
		const [lead] = await addLeads(world, 1);
		const file = stored().uuid;
		const items = [{ file, lead, type: 'leads' }, { file: NOBODY, lead, type: 'leads' }, { file, lead: 999_999_999, type: 'leads' }];
		const { rows: all } = await run('attach', owner(), { items, ...CONTINUE });
		expect(all.map(({ json }) => json.error ?? json.attached)).toEqual([true, `File ${NOBODY} was not found [item 1]`, "The record of 'leads/999999999' was not found [item 2]"]);
	});

	it('with thousands of files are read to the end', async () => {
		const [lead] = await addLeads(world, 1);
		const { account } = world.emulator;
		const files = Array.from({ length: 520 }, (_, n) => stored(`Much ${n}.txt`).uuid);
		for (const file_uuid of files) account.attachments.add({ id: account.attachments.nextId(), entity_type: 'leads', entity_id: lead as number, file_uuid });
		const all = await rows('getAll', { returnAll: true, filters: { entityType: 'leads', entityId: byId(lead as number) } });
		expect(all.map(({ uuid }) => uuid).sort()).toEqual([...files].sort());
	});

	it('are only planned in a dry run', async () => {
		const [lead] = await addLeads(world, 1);
		const file = stored().uuid;
		const options = { ...FAST, dryRun: true };
		const [plan] = await rows('attach', { ...owner(), options }, { items: [{ file, lead, type: 'leads' }] });
		expect(plan).toMatchObject({ dry_run: true, method: 'PUT', path: `/api/v4/leads/${lead}/files`, body: { file_uuid: file }, found: { uuid: file, name: 'Offer' } });
		expect((await rows('delete', { fileId: byId(file), options }))[0]).toMatchObject({ dry_run: true, method: 'DELETE', path: '/v1.0/files', body: { uuid: file } });
		expect(world.emulator.log.entries.filter(({ method }) => method !== 'GET')).toEqual([]);
	});
});
