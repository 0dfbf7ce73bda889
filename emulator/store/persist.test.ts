import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Database } from 'node-sqlite3-wasm';
import { storeFile } from '../drive/files';
import { openBench, rows, type Bench } from '../testing/client';
import { openReceiver } from '../testing/receiver';
import type { StaffedWorld } from '../staffedWorld';
import { ENTITY_TYPES } from './account';
import type { FileVersion } from './moreRows';

/** `--data`: the same account after a restart, and nobody else's file touched. */

let folder: string;
let data: string;

beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), 'amo-data-'));
	data = join(folder, 'account.sqlite');
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** All that a restart has to keep. */
function snapshot({ account, tokens, clock, integrations, switches, deliveries }: StaffedWorld) {
	const links = ENTITY_TYPES.flatMap((type) => [...account.entities(type).keys()].map((id) => [type, id, account.links.of({ type, id })]));
	return structuredClone({
		info: account.info,
		language: account.language,
		tables: account.tables().map((table) => [table.name, table.highestId, [...table.values()]]),
		lastSmallId: account.lastSmallId,
		links,
		grants: [tokens.codes, tokens.access, tokens.refresh],
		aheadMs: clock.ahead,
		integrations,
		switches,
		deliveries: deliveries.state,
	});
}

/** Touches every room of the account. */
async function live(bench: Bench): Promise<void> {
	const { api, create, emulator } = bench;
	const contact = await create('/contacts', { name: 'Ann', custom_fields_values: [{ field_code: 'PHONE', values: [{ value: '+15550001' }] }] });
	const company = await create('/companies', { name: 'Acme' });
	const lead = await create('/leads', { name: 'Lead', price: 1.5, tags_to_add: [{ name: 'vip' }], _embedded: { contacts: [{ id: contact }], companies: [{ id: company }] } });
	await api('PATCH', `/leads/${lead}`, { status_id: 142 });
	await create('/tasks', { text: 'Call', complete_till: 1_900_000_000, entity_id: lead, entity_type: 'leads' });
	await create(`/leads/${lead}/notes`, { note_type: 'common', params: { text: 'x' } });
	await api('POST', `/leads/${lead}/unlink`, [{ to_entity_id: company, to_entity_type: 'companies' }]);
	await api('POST', `/leads/${lead}/link`, [{ to_entity_id: company, to_entity_type: 'companies' }]);
	const pipeline = await create('/leads/pipelines', { name: 'P', sort: 5, is_main: true, is_unsorted_on: true });
	const stage = await create(`/leads/pipelines/${pipeline}/statuses`, { name: 'S', sort: 5, color: '#fffeb2' });
	await api('PATCH', `/leads/pipelines/${pipeline}/statuses/${stage}`, { name: 'T', descriptions: [{ level: 'newbie', description: 'd' }] });
	await api('PATCH', '/customers/mode', { mode: 'segments', is_enabled: true });
	await api('PATCH', '/catalogs/products/settings', { is_enabled: true });
	const source = await create('/sources', { name: 'A', external_id: 'a' });
	await api('DELETE', `/sources/${source}`);
	const role = await create('/roles', { name: 'R', rights: {} });
	await api('DELETE', `/roles/${role}`);
	await bench.call('POST', '/__emulator/ui/messages', { contactId: contact, text: 'Hi' });
	const opened = await bench.call('POST', `${emulator.world.driveUrl}/v1.0/sessions`, { file_name: 'a.txt', file_size: 4 });
	await bench.call('POST', String(opened.body.upload_url), Buffer.from([0, 255, 1, 128]));
	emulator.ui.remove('leads', await create('/leads'));
	emulator.switches.missingTaskStatus = 204;
	await emulator.clock.advance(3_600_000);
}

it('is the same account after a restart, byte for byte', async () => {
	const first = await openBench({ data, seed: 'demo', language: 'ru' });
	const file = await (async () => {
		await live(first);
		const { emulator } = first;
		return [...emulator.account.files.values()].at(-1);
	})();
	await first.close();
	const before = snapshot(first.emulator.world);
	expect(existsSync(`${data}.owner`)).toBe(false);

	const second = await openBench({ data, seed: 'demo', language: undefined });
	const after = snapshot(second.emulator.world);
	// The second bench has issued itself tokens.
	expect(after.grants[1]?.size).toBe(Number(before.grants[1]?.size) + 1);
	expect(after.grants.map((grants, index) => [...(before.grants[index] ?? [])].every(([key]) => grants.has(key)))).toEqual([true, true, true]);
	expect({ ...after, grants: 0 }).toEqual({ ...before, grants: 0 });
	const download = await fetch(`${second.emulator.world.driveUrl}/download/x/${file?.uuid}/a.txt`);
	expect([...new Uint8Array(await download.arrayBuffer())]).toEqual([0, 255, 1, 128]);
	await second.close();
});

it('takes contents of files out of the rows of an older data file', async () => {
	const first = await openBench({ data });
	const file = storeFile(first.emulator.world, { file_name: 'old.txt' }, Buffer.from('old contents'), 1);
	const [version] = file.versions;
	const { sha256, session_id, ...older } = version as FileVersion;
	first.emulator.account.files.change(file, { versions: [{ ...older, content: Buffer.from('old contents').toString('base64') } as unknown as FileVersion] });
	await first.close();
	rmSync(`${data}.files`, { recursive: true });
	const second = await openBench({ data });
	const [kept] = second.emulator.account.files.values();
	expect(kept?.versions).toEqual([{ ...older, sha256, session_id }]);
	expect(await (await fetch(`${second.emulator.world.driveUrl}/download/x/${file.uuid}/old.txt`)).text()).toBe('old contents');
	await second.close();
});

it('keeps tokens: a refresh token of yesterday works once, a spent one never', async () => {
	const first = await openBench({ data });
	const { refreshToken: refresh_token, accessToken } = first.emulator.issueToken();
	const { clientId: client_id, clientSecret: client_secret, redirectUri: redirect_uri } = first.emulator.integration;
	const refresh = (bench: Bench) => bench.call('POST', '/oauth2/access_token', { client_id, client_secret, redirect_uri, grant_type: 'refresh_token', refresh_token });
	await first.close();
	const second = await openBench({ data });
	expect((await second.api('GET', '/account', undefined, { authorization: `Bearer ${accessToken}` })).status).toBe(200);
	expect((await refresh(second)).status).toBe(200);
	await second.close();
	const third = await openBench({ data });
	expect(await refresh(third)).toMatchObject({ status: 401, body: { hint: 'Token has been revoked' } });
	await third.close();
});

it('does not give ids again, and has options go before what it remembers', async () => {
	const first = await openBench({ data, redirectUri: 'http://localhost:1/a', switches: { missingTaskStatus: 204 } });
	const id = await first.create('/leads');
	first.emulator.account.leads.delete(id);
	await first.close();
	const second = await openBench({ data, redirectUri: 'http://localhost:2/b', switches: { missingOtherStatus: 204 } });
	expect(await second.create('/leads')).toBe(id + 1);
	expect(second.emulator.integration.redirectUri).toBe('http://localhost:2/b');
	expect(second.emulator.switches).toMatchObject({ missingTaskStatus: 204, missingOtherStatus: 204 });
	await second.close();
});

it('sends after a restart what a receiver has not taken before', async () => {
	const receiver = await openReceiver();
	receiver.answer = 500;
	const first = await openBench({ data });
	await first.api('POST', '/webhooks', { destination: receiver.url, settings: ['add_lead'] });
	await first.create('/leads', { name: 'later' });
	await first.emulator.deliveries.settled();
	await first.create('/leads', { name: 'at the last moment' });
	await first.close();
	expect(first.emulator.deliveries.state.waiting).toHaveLength(2);

	receiver.answer = 200;
	const second = await openBench({ data });
	await second.emulator.clock.advance(5 * 60_000);
	const names = receiver.hooks.map((hook) => hook.get('leads[add][0][name]'));
	expect(names.slice(-2).sort()).toEqual(['at the last moment', 'later']);
	expect(second.emulator.deliveries.state.waiting).toEqual([]);
	await second.close();
	await receiver.close();
});

it('writes while it runs, so that a killed process loses a moment at most', async () => {
	const bench = await openBench({ data });
	await bench.create('/leads', { name: 'written' });
	const stored = () => {
		// SQLite's own file, read past the lock that the emulator holds.
		copyFileSync(data, `${data}.copy`);
		const copy = new Database(`${data}.copy`, { readOnly: true });
		const found = copy.all("SELECT json FROM rows WHERE tbl = 'leads'");
		copy.close();
		return found.map(({ json }) => String(json));
	};
	while (!stored().some((json) => json.includes('written'))) await new Promise((resolve) => setTimeout(resolve, 50));
	await bench.close();
});

describe('leaves alone', () => {
	const refused = async (message: RegExp) => {
		const before = readFileSync(data);
		await expect(openBench({ data })).rejects.toThrow(message);
		expect(readFileSync(data).equals(before)).toBe(true);
		expect(existsSync(`${data}.lock`)).toBe(false);
	};

	it('a file that is no database', async () => {
		writeFileSync(data, '{"leads": []}');
		await refused(/was not written by this emulator/);
	});

	it("somebody else's database", async () => {
		const other = new Database(data);
		other.exec('CREATE TABLE people (name TEXT)');
		other.close();
		await refused(/was not written by this emulator/);
	});

	it('a damaged file', async () => {
		await (await openBench({ data, seed: 'demo' })).close();
		const bytes = readFileSync(data);
		bytes.fill(0xff, 4_096, 40_960);
		writeFileSync(data, bytes);
		await refused(/is damaged/);
	});

	it('a file of a newer emulator', async () => {
		await (await openBench({ data })).close();
		const bytes = readFileSync(data);
		bytes.writeUInt32BE(99, 60);
		writeFileSync(data, bytes);
		await refused(/newer emulator \(format 99/);
	});

	it('a folder', async () => {
		mkdirSync(data);
		await expect(openBench({ data })).rejects.toThrow(/is not a file/);
	});

	it('a file that another emulator has open', async () => {
		const first = await openBench({ data });
		await expect(openBench({ data })).rejects.toThrow(/in use by another emulator/);
		await first.create('/leads');
		await first.close();
		await (await openBench({ data })).close();
	});
});

it('takes over the lock of a process that was killed', async () => {
	await (await openBench({ data })).close();
	mkdirSync(`${data}.lock`);
	writeFileSync(`${data}.owner`, `${2 ** 22 + 1} 0`);
	await (await openBench({ data })).close();
});

it.each(['SIGINT', 'SIGTERM'] as const)('loses nothing when the command line ends by %s', async (signal) => {
	const child = spawn(process.execPath, ['--require', 'tsx/cjs', join(__dirname, '..', 'cli.ts'), '--port', '0', '--seed', 'empty', '--data', data], { stdio: ['ignore', 'pipe', 'inherit'] });
	const [greeting] = (await once(child.stdout, 'data')) as [Buffer];
	const url = /http:\/\/localhost:\d+/.exec(greeting.toString())?.[0];
	const made = await fetch(`${url}/__emulator/ui/leads`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"name":"last words"}' });
	expect(made.status).toBe(200);
	child.kill(signal);
	expect(await once(child, 'exit')).toEqual([0, null]);
	const bench = await openBench({ data });
	expect(rows(await bench.api('GET', '/leads'), 'leads')).toMatchObject([{ name: 'last words' }]);
	await bench.close();
}, 120_000);
