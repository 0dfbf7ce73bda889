import { createHash, randomBytes } from 'node:crypto';
import { createRequire } from 'node:module';
import type { IBinaryData, IDataObject, INodeParameters } from 'n8n-workflow';

import type { RunOptions } from './harness';
import type { World } from './world';
import { addLeads, byId, FAST, openWorld } from './world';
// After the harness, which keeps its key file out of the way.
import { BinaryDataService } from 'n8n-core';

/** Files from n8n into the storage of the account, and onto cards. */

let world: World;
beforeAll(async () => {
	world = await openWorld();
});
afterAll(async () => await world.close());
beforeEach(() => {
	world.emulator.log.clear();
	world.emulator.faults.clear();
});

const inMemory = (bytes: Buffer, fileName = 'Scan.pdf', mimeType = 'application/pdf'): IBinaryData => ({ data: bytes.toString('base64'), mimeType, fileName });

const upload = async (files: Array<IBinaryData | undefined>, parameters: INodeParameters = {}, options: Partial<RunOptions> = {}) =>
	await world.run(
		{ resource: 'file', operation: 'upload', options: FAST, ...parameters },
		{ items: files.map((_, index) => ({ index })), binary: files.map((data) => (data ? { data } : undefined)), ...options },
	);

async function rows(...parameters: Parameters<typeof upload>): Promise<IDataObject[]> {
	const { error, rows: all } = await upload(...parameters);
	if (error) throw error;
	return all.map(({ json }) => json);
}

const said = async (...parameters: Parameters<typeof upload>) => {
	const { error } = await upload(...parameters);
	return `${error?.message} ${error?.description}`;
};

const hash = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');
const stored = (uuid: unknown) => [...world.emulator.account.files.values()].find((file) => file.uuid === uuid);
const hashOf = (uuid: unknown) => stored(uuid)?.versions.at(-1)?.sha256;
const count = () => world.emulator.account.files.size;
const parts = () => world.emulator.log.entries.filter(({ path }) => path.startsWith('/v1.0/sessions/upload/'));

describe('a file', () => {
	it.each([1, 524_288, 524_289, 1_500_000])('of %i bytes goes up in parts as the session wants them, byte for byte', async (size) => {
		const bytes = randomBytes(size);
		const [row] = await rows([inMemory(bytes)]);
		expect(row).toMatchObject({ id: expect.any(String) as string, name: 'Scan', extension: 'pdf', mime_type: 'application/pdf', size });
		expect(hashOf(row?.uuid)).toBe(hash(bytes));
		expect(parts()).toHaveLength(Math.ceil(size / 524_288));
	});

	it('becomes a new version, under another name or none', async () => {
		const [first] = await rows([inMemory(Buffer.from('one'))], { additionalFields: { fileName: 'Other.txt' } });
		expect(first).toMatchObject({ name: 'Other', extension: 'txt' });
		const [second] = await rows([inMemory(Buffer.from('two'))], { additionalFields: { newVersionOf: byId(String(first?.uuid)) } });
		expect(second).toMatchObject({ uuid: first?.uuid, has_multiple_versions: true });
		expect(second?.version_uuid).not.toBe(first?.version_uuid);
	});

	it.each<[string, Array<IBinaryData | undefined>, INodeParameters, RegExp]>([
		['empty', [inMemory(Buffer.alloc(0))], {}, /'Input Binary Field': the file 'Scan.pdf' is empty/],
		['missing', [undefined], {}, /'Input Binary Field': the item has no file in the field 'data'. It has no files at all/],
		['under another name', [inMemory(Buffer.from('x'))], { binaryPropertyName: 'file' }, /no file in the field 'file'. It has: data/],
		['a note without a card', [inMemory(Buffer.from('x'))], { additionalFields: { asNote: true } }, /'As Note' needs a card in 'Attach To'/],
	])('that is %s is refused before any request', async (_what, files, parameters, words) => {
		expect(await said(files, parameters)).toMatch(words);
		expect(world.emulator.log.entries.filter(({ method }) => method !== 'GET')).toEqual([]);
	});

	it('is only planned in a dry run', async () => {
		const before = count();
		const [plan] = await rows([inMemory(Buffer.from('abc'))], { options: { ...FAST, dryRun: true } });
		expect(plan).toMatchObject({ dry_run: true, method: 'POST', path: '/v1.0/sessions', body: { file_name: 'Scan.pdf', file_size: 3 } });
		expect(count()).toBe(before);
	});
});

describe('cards', () => {
	it('get files and their notes, the notes of many cards in a request', async () => {
		const leads = await addLeads(world, 3);
		const files = leads.map((_, n) => inMemory(Buffer.from(`file ${n}`), `Doc ${n}.txt`, 'text/plain'));
		const to = { attachTo: { entityType: 'leads', entityId: { __rl: true, mode: 'id', value: '={{ $json.lead }}' } }, additionalFields: { asNote: true, noteText: 'Signed' } };
		const made = await rows(files, to, { items: leads.map((lead) => ({ lead })) });
		expect(made).toMatchObject(leads.map((lead, n) => ({ name: `Doc ${n}`, entity_type: 'leads', entity_id: lead, attached: true, note_id: expect.any(Number) as number, text_note_id: expect.any(Number) as number })));
		expect(world.requests('POST', '/leads/notes')).toHaveLength(1);
		expect([...world.emulator.account.attachments.values()].filter(({ entity_id: id }) => leads.includes(id)).map(({ file_uuid: uuid }) => uuid).sort()).toEqual(made.map(({ uuid }) => uuid).sort());
	});

	it('that are not there do not hide that the file is uploaded', async () => {
		const { rows: all } = await upload([inMemory(Buffer.from('x'))], { attachTo: { entityType: 'leads', entityId: byId(999_999_999) } }, { onError: 'continueRegularOutput' });
		expect(all[0]?.json.error).toMatch(/^File [\da-f-]{36} was uploaded, but it was not put on the card: The record of 'leads\/999999999' was not found/);
	});
});

describe('a download', () => {
	const fetched = async (parameters: INodeParameters) => {
		const { error, rows: all } = await world.run({ resource: 'file', operation: 'download', options: FAST, ...parameters });
		if (error) throw error;
		return all[0];
	};

	it('gives the contents back byte for byte, with name and kind, of any version', async () => {
		const bytes = randomBytes(1_000_000);
		const [row] = await rows([inMemory(bytes)]);
		await rows([inMemory(Buffer.from('newer'))], { additionalFields: { newVersionOf: byId(String(row?.uuid)) } });
		const current = await fetched({ fileId: byId(String(row?.uuid)) });
		expect(current?.binary?.data).toMatchObject({ fileName: 'Scan.pdf', mimeType: 'application/pdf' });
		expect(Buffer.from(current?.binary?.data?.data ?? '', 'base64').toString()).toBe('newer');
		const old = await fetched({ fileId: byId(String(row?.download_url)), binaryPropertyName: 'old', options: { ...FAST, versionUuid: row?.version_uuid as string } });
		expect(hash(Buffer.from(old?.binary?.old?.data ?? '', 'base64'))).toBe(hash(bytes));
		expect(old?.json.size).toBe(bytes.length);
	});

	it('of what is not there is said', async () => {
		const { error } = await world.run({ resource: 'file', operation: 'download', fileId: byId('00000000-0000-4000-8000-000000000000') });
		expect(error?.message).toContain('was not found');
	});
});

describe("n8n's files on disk", () => {
	let service: BinaryDataService;
	beforeAll(async () => {
		// The container that n8n-core itself uses.
		const core = createRequire(require.resolve('n8n-core'));
		const { Container } = core('@n8n/di') as { Container: { get(type: unknown): BinaryDataService } };
		service = Container.get(BinaryDataService);
		await service.init();
	});

	it('go up and down as streams, byte for byte', async () => {
		const bytes = randomBytes(3_000_001);
		const file = await service.store({ type: 'execution', workflowId: '1', executionId: '1' }, bytes, { mimeType: 'application/pdf', fileName: 'Disk.pdf', data: '' });
		expect(file.id).toContain('filesystem');
		const [row] = await rows([file]);
		expect([row?.name, row?.size, hashOf(row?.uuid)]).toEqual(['Disk', bytes.length, hash(bytes)]);
		const { rows: all } = await world.run({ resource: 'file', operation: 'download', options: FAST, fileId: byId(String(row?.uuid)) });
		const data = all[0]?.binary?.data as IBinaryData;
		expect(data).toMatchObject({ fileName: 'Disk.pdf', bytes: bytes.length });
		expect(data.id).toContain('filesystem');
		expect(hash(await service.getAsBuffer(data))).toBe(hash(bytes));
	});
});
