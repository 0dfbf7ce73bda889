import '../hostile/fastClock';

import { createHash, randomBytes } from 'node:crypto';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { IBinaryData, IDataObject, INodeExecutionData, INodeParameters } from 'n8n-workflow';

import type { FaultAction, LogEntry } from '../../emulator';
import type { RunOptions, RunResult } from './harness';
import type { World } from './world';
import { byId, FAST, openWorld } from './world';

/** What may go wrong while files go up and down: each is there once or said not to be, byte for byte. */

let world: World;

/** A host that is none of amoCRM's: what it was asked for, and whether the token came along. */
let asked: Array<[path: string, hasToken: boolean]>;
let answer: (path: string, response: ServerResponse) => void;
let elsewhere: string;
const server = createServer(({ url = '', headers }, response) => {
	asked.push([url, 'authorization' in headers]);
	answer(url, response);
});
beforeAll(async () => {
	world = await openWorld({ switches: { strictRefreshRedirectUri: false } });
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	elsewhere = `http://localhost:${(server.address() as AddressInfo).port}`;
});
afterAll(async () => {
	server.closeAllConnections();
	server.close();
	await world.close();
});
beforeEach(() => {
	asked = [];
	answer = (_path, response) => response.end(FILE);
	// The clock may have taken the one before.
	Object.assign(world.account, world.emulator.issueToken());
	world.emulator.log.clear();
	world.emulator.faults.clear();
	world.emulator.switches.drivePartSize = 10;
});

const FILE = Buffer.from('abcdefghijklmnopqrstuvwxy');
const PARTS = 3;
const hash = (bytes: Buffer | string, encoding: BufferEncoding = 'base64') => createHash('sha256').update(typeof bytes === 'string' ? Buffer.from(bytes, encoding) : bytes).digest('hex');
const inMemory = (bytes: Buffer, fileName = 'Scan.pdf'): IBinaryData => ({ data: bytes.toString('base64'), mimeType: 'application/pdf', fileName });
const SESSION = /\/v1\.0\/sessions$/;
const PART = /\/sessions\/upload\//;
const DOWNLOAD = /^\/download\//;

const upload = async (files: IBinaryData[], parameters: INodeParameters = {}, options: Partial<RunOptions> = {}) =>
	await world.run({ resource: 'file', operation: 'upload', options: FAST, ...parameters }, { items: files.map((_, index) => ({ index })), binary: files.map((data) => ({ data })), ...options });
const download = async (uuids: unknown[], options: Partial<RunOptions> = {}) =>
	await world.run({ resource: 'file', operation: 'download', options: FAST, fileId: { __rl: true, mode: 'id', value: '={{ $json.uuid }}' } }, { items: uuids.map((uuid) => ({ uuid }) as IDataObject), ...options });

const files = () => [...world.emulator.account.files.values()];
const versions = () => files().flatMap((file) => file.versions);
const words = ({ error }: RunResult) => `${error?.message} ${error?.description}`;
const sent = (path: RegExp, method = 'POST') => world.emulator.log.entries.filter((entry) => entry.method === method && path.test(entry.path));
const plan = (path: RegExp, action: FaultAction, { times = 1, skip = 0, method = 'POST' } = {}) => world.emulator.faults.add({ method, path, times, skip, action });

/** Does something once, after that many parts. */
function afterParts(count: number, act: () => void): void {
	let left = count;
	const stop = world.emulator.log.onAnswer(({ path, status }: LogEntry) => {
		if (!PART.test(path) || status !== 200 || --left > 0) return;
		stop();
		act();
	});
}

describe('an upload is there once, byte for byte, after', () => {
	const broken = (when: 'before' | 'during' | 'after'): FaultAction => ({ kind: 'reset', when });
	const failing: Array<[string, FaultAction]> = [
		['a connection that breaks before the part', broken('before')],
		['a connection that breaks in the middle of the part', broken('during')],
		['a connection that breaks before the answer', broken('after')],
		...[500, 502, 503, 504].map((status): [string, FaultAction] => [`status ${status}`, { kind: 'status', status }]),
		['too many requests', { kind: 'status', status: 429 }],
		['an answer that is cut off', { kind: 'truncate' }],
		['a slow answer', { kind: 'slow', ms: 200 }],
		['an expired session', { kind: 'status', status: 404, body: { title: 'Not Found', status: 404, detail: 'Upload session not found' } }],
		['a part that is too large by now', { kind: 'status', status: 413, body: { title: 'Payload Too Large', status: 413 } }],
	];
	const places: Array<[string, RegExp, number]> = [['the session', SESSION, 0], ...Array.from({ length: PARTS }, (_, part): [string, RegExp, number] => [`part ${part + 1} of ${PARTS}`, PART, part])];
	it.each(places.flatMap(([place, path, skip]) => failing.map(([what, action]) => ({ what, place, path, skip, action }))).filter(({ path, action }) => path === PART || !('status' in action) || ![404, 413].includes(action.status)))('$what at $place', async ({ path, skip, action }) => {
		const before = files().length;
		plan(path, action, { skip });
		const { error, rows } = await upload([inMemory(FILE)]);
		expect(error).toBeUndefined();
		const made = files().slice(before);
		expect(made.map(({ uuid, versions: [first] }) => [uuid, first?.sha256])).toEqual([[rows[0]?.json.uuid, hash(FILE)]]);
	});

	it('a new version whose answer is lost', async () => {
		const { rows } = await upload([inMemory(FILE)]);
		const before = versions().length;
		plan(PART, { kind: 'reset', when: 'after' }, { skip: PARTS - 1 });
		const newer = randomBytes(FILE.length);
		const again = await upload([inMemory(newer)], { additionalFields: { newVersionOf: byId(String(rows[0]?.json.uuid)) } });
		expect(again.rows[0]?.json).toMatchObject({ uuid: rows[0]?.json.uuid, has_multiple_versions: true });
		expect([versions().length, versions().find(({ uuid }) => uuid === again.rows[0]?.json.version_uuid)?.sha256]).toEqual([before + 1, hash(newer)]);
	});

	it.each<[string, () => void, number]>([
		['a session that has run out meanwhile, and a token too', () => void world.emulator.clock.advance(25 * 3_600_000), 2],
		['parts that became smaller meanwhile', () => (world.emulator.switches.drivePartSize = 4), 2],
		['parts that became larger meanwhile', () => (world.emulator.switches.drivePartSize = 1000), 1],
	])('%s', async (_what, act, sessions) => {
		const before = files().length;
		afterParts(1, act);
		const { error, rows } = await upload([inMemory(FILE)]);
		expect(error).toBeUndefined();
		expect(files().slice(before).map(({ uuid, versions: [first] }) => [uuid, first?.sha256])).toEqual([[rows[0]?.json.uuid, hash(FILE)]]);
		expect(sent(SESSION).filter(({ status }) => status === 200)).toHaveLength(sessions);
	});

	it('sessions whose parts differ', async () => {
		world.emulator.switches.drivePartSize = 'changes';
		const large = [randomBytes(600_000), randomBytes(600_000), randomBytes(131_072)];
		const { rows } = await upload(large.map((bytes, n) => inMemory(bytes, `${n}.bin`)));
		expect(rows.map(({ json }) => files().find(({ uuid }) => uuid === json.uuid)?.versions[0]?.sha256)).toEqual(large.map((bytes) => hash(bytes)));
	});
});

describe('an upload that fails', () => {
	const FULL = { title: 'Payment Required', status: 402, detail: 'Storage limit exceeded' };

	it.each<[string, () => void, RegExp]>([
		['a storage that is full', () => plan(SESSION, { kind: 'status', status: 402, body: FULL }), /File 'Scan.pdf': .*This needs room in the file storage/],
		['a storage that others fill meanwhile', () => plan(PART, { kind: 'status', status: 402, body: FULL }, { skip: PARTS - 1 }), /File 'Scan.pdf': .*This needs room in the file storage/],
		['sessions that always run out', () => plan(PART, { kind: 'status', status: 404, body: { status: 404 } }, { times: Infinity }), /File 'Scan.pdf': amoCRM did not find it/],
		['parts that are always too large', () => plan(PART, { kind: 'status', status: 413, body: { status: 413 } }, { times: Infinity }), /too large for amoCRM \(413\)/],
		['a host that breaks off every second part', () => plan(PART, { kind: 'reset', when: 'during' }, { times: Infinity, skip: 1 }), /broke.* Nothing of the file is in amoCRM/],
		['a session of no part size', () => plan(SESSION, { kind: 'status', status: 200, body: { session_id: 1, upload_url: 'x' } }), /without the size of its parts/],
	])('for %s is said, ends, and leaves nothing', async (_what, arrange, expected) => {
		const before = files().length;
		arrange();
		expect(words(await upload([inMemory(FILE)]))).toMatch(expected);
		expect([files().length, sent(SESSION).length <= 3]).toEqual([before, true]);
	});

	it('after the last part, with nobody to say what came of it, is not sent again', async () => {
		const before = files().length;
		plan(PART, { kind: 'reset', when: 'after' }, { skip: PARTS - 1 });
		plan(/\/v1\.0\/files$/, { kind: 'status', status: 500 }, { method: 'GET', times: Infinity });
		expect(words(await upload([inMemory(FILE)], {}, { maxTries: 3 }))).toMatch(/The answer to the last part of the file was lost.*Look for the file in amoCRM/);
		expect(files().length).toBe(before + 1);
	});

	it('because the execution is stopped sends no more parts', async () => {
		const before = files().length;
		plan(PART, { kind: 'delay', ms: 100 }, { times: Infinity });
		const { rows } = await upload([inMemory(FILE)], {}, { abortAfterMs: 150 });
		expect([rows, files().length, sent(PART).length < PARTS]).toEqual([[], before, true]);
	});

	it('takes no other along', async () => {
		const all = Array.from({ length: 12 }, (_, n) => inMemory(Buffer.from(`file ${n}, longer than a part`), `${n}.txt`));
		plan(PART, { kind: 'status', status: 400, body: { title: 'Bad Request', status: 400 } }, { times: 3 });
		plan(PART, { kind: 'reset', when: 'during' }, { times: 4, skip: 6 });
		const before = files().length;
		const { rows } = await upload(all, {}, { onError: 'continueRegularOutput' });
		const good = rows.filter(({ json }) => json.error === undefined);
		expect([rows.length, files().length - before]).toEqual([12, good.length]);
		const item = ({ pairedItem }: INodeExecutionData) => (pairedItem as { item: number }).item;
		expect(good.map(({ json }) => files().find(({ uuid }) => uuid === json.uuid)?.versions[0]?.sha256)).toEqual(good.map((row) => hash(`file ${item(row)}, longer than a part`, 'utf8')));
	});
});

describe('a download', () => {
	let uuid: string;
	beforeEach(async () => {
		uuid = String((await upload([inMemory(FILE)])).rows[0]?.json.uuid);
		world.emulator.log.clear();
	});

	it.each<[string, FaultAction]>([
		['a connection that breaks before it', { kind: 'reset', when: 'before' }],
		['a connection that breaks in the middle', { kind: 'reset', when: 'during' }],
		['half of the contents that pass for all', { kind: 'truncate' }],
		['drips', { kind: 'slow', ms: 200 }],
		['status 500', { kind: 'status', status: 500 }],
		['status 503 in HTML', { kind: 'status', status: 503, html: '<html></html>' }],
		['too many requests', { kind: 'status', status: 429 }],
	])('is whole after %s', async (_what, action) => {
		plan(DOWNLOAD, action, { method: 'GET' });
		const { error, rows } = await download([uuid]);
		expect(error).toBeUndefined();
		expect(hash(rows[0]?.binary?.data?.data ?? '')).toBe(hash(FILE));
	});

	it.each<[string, FaultAction, RegExp]>([
		['always break off', { kind: 'reset', when: 'during' }, /The contents of 'Scan.pdf' did not come whole: /],
		['are always half', { kind: 'truncate' }, /The contents of 'Scan.pdf' did not come whole: they end after 12 of 25 bytes/],
		['stop coming', { kind: 'slow', ms: 20_000 }, /The contents of 'Scan.pdf' did not come whole: /],
		['are gone', { kind: 'status', status: 404, body: { title: 'Not Found', status: 404 } }, /amoCRM did not find it: Not Found/],
		['may not be read', { kind: 'status', status: 403, body: { title: 'Forbidden', status: 403, detail: 'No rights' } }, /amoCRM does not allow this: No rights/],
	])('of contents that %s is an error and no row, and takes no other along', async (_what, action, expected) => {
		const other = String((await upload([inMemory(Buffer.from('other'), 'Other.pdf')])).rows[0]?.json.uuid);
		world.emulator.faults.add({ method: 'GET', path: new RegExp(`^/download/[^/]+/${uuid}/`), times: Infinity, action });
		const { rows } = await download([uuid, other], { onError: 'continueRegularOutput' });
		expect(rows.map(({ json, binary }) => [String(json.error ?? ''), Buffer.from(binary?.data?.data ?? '', 'base64').toString()])).toEqual([
			[expect.stringMatching(expected), ''],
			['', 'other'],
		]);
		expect(sent(DOWNLOAD, 'GET').length).toBeLessThan(20);
	});

	it('ends when the execution is stopped', async () => {
		plan(DOWNLOAD, { kind: 'slow', ms: 10_000 }, { method: 'GET', times: Infinity });
		const started = Date.now();
		const { rows } = await download([uuid], { abortAfterMs: 100 });
		expect([rows, Date.now() - started < 5_000, sent(DOWNLOAD, 'GET').length]).toEqual([[], true, 1]);
	});

	const redirect = (status: number, location: string): FaultAction => ({ kind: 'status', status, html: '', headers: { location } });

	it.each([301, 302, 303, 307, 308])('that is sent on (%i) goes there without the token', async (status) => {
		answer = (path, response) => (path.startsWith('/there') ? response.end(FILE) : response.writeHead(302, { location: '/there?signed=1' }).end());
		plan(DOWNLOAD, redirect(status, `${elsewhere}/here`), { method: 'GET' });
		const { error, rows } = await download([uuid]);
		expect([error, hash(rows[0]?.binary?.data?.data ?? '')]).toEqual([undefined, hash(FILE)]);
		expect(asked).toEqual([['/here', false], ['/there?signed=1', false]]);
	});

	it.each<[string, number, RegExp]>([
		['refuses', 403, /The contents of the file are at localhost:\d+, which does not give them \(403\)/],
		['wants a token', 401, /which does not give them \(401\)/],
		['sends round and round', 302, /which does not give them \(302\)/],
	])('that is sent on to a host that %s fails alone: the access stands', async (_what, status, expected) => {
		answer = (_path, response) => response.writeHead(status, { location: '/again' }).end();
		plan(DOWNLOAD, redirect(302, `${elsewhere}/here`), { method: 'GET' });
		const { rows } = await download([uuid, uuid], { onError: 'continueRegularOutput' });
		expect(rows.map(({ json }) => json.error).filter(Boolean)).toEqual([expect.stringMatching(expected)]);
		expect(world.emulator.log.of('POST', '/oauth2/access_token')).toEqual([]);
		expect(asked.length).toBeLessThanOrEqual(5);
		expect(asked.map(([, hasToken]) => hasToken)).not.toContain(true);
	});

	it('that is sent on to nowhere is an error', async () => {
		plan(DOWNLOAD, redirect(302, 'ftp://localhost/x'), { method: 'GET', times: Infinity });
		expect(words(await download([uuid]))).toMatch(/sent the request on to another address \(302\)/);
	});
});

describe('neither the token nor a byte goes to', () => {
	/** A host that is none of amoCRM's, however it is dressed up. */
	const HOSTILE: Array<[string, (url: string) => unknown]> = [
		['another port', (url) => `${url}/v1.0/x`],
		['a user before the host', (url) => url.replace('://', '://drive-b.amocrm.ru@')],
		['a name before amoCRM in the path', (url) => `${url}/.amocrm.ru/v1.0`],
		['a host of another zone', () => 'https://drive-b.amocrm.ru.example.com/v1.0/x'],
		['another host of amoCRM', () => 'https://drive-b.amocrm.ru/v1.0/x'],
		['a number', () => 5],
		['null', () => null],
		['a path', () => '/v1.0/sessions/upload/x'],
	];
	const dressed = HOSTILE.map(([what, make]) => ({ what, make }));
	let uuid: string;
	beforeEach(async () => {
		uuid = String((await upload([inMemory(FILE)])).rows[0]?.json.uuid);
		world.emulator.log.clear();
	});

	it.each(dressed)('$what as the first address of parts', async ({ make }) => {
		plan(SESSION, { kind: 'status', status: 200, body: { session_id: 1, upload_url: make(elsewhere), max_part_size: 10 } });
		expect(words(await upload([inMemory(FILE)]))).toContain('without an address of its own for the parts');
		expect([asked, sent(PART)]).toEqual([[], []]);
	});

	it.each(dressed)('$what as the next address', async ({ make }) => {
		plan(PART, { kind: 'status', status: 200, body: { session_id: 1, next_url: make(elsewhere) } });
		expect(words(await upload([inMemory(FILE)]))).toContain('without an address of its own for the parts');
		expect([asked, sent(PART).length]).toEqual([[], 1]);
	});

	it.each(dressed)('$what as the link of the contents', async ({ make }) => {
		const href = make(elsewhere);
		const record = { uuid, version_uuid: 'v', name: 'Scan', size: FILE.length, metadata: { extension: 'pdf' }, _links: { download: { href }, download_version: { href } } };
		plan(/\/v1\.0\/files\//, { kind: 'status', status: 200, body: record }, { method: 'GET', times: Infinity });
		expect(words(await download([uuid]))).toContain('gives no address of its own for the contents');
		expect([asked, sent(DOWNLOAD, 'GET')]).toEqual([[], []]);
	});
});
