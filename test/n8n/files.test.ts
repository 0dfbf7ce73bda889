import type { INodeParameters } from 'n8n-workflow';
import { randomInt } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { logs } from '../../scripts/lib/paths.mjs';
import { chain, fileSettings, folderOf, makeFiles, READ, upAndDown, UPLOAD } from './files';
import { runWorkflow } from './run';
import { openConnectedStage, type Stage } from './stage';
import type { Credential } from './run';

/** Files from disk through n8n into amoCRM and back. The large ones, memory and workers: `npm run test:files`. */

const LIMIT = 7;
const SUITE = 'files';
const folder = folderOf(SUITE);
let stage: Stage & { credential: Credential };

beforeAll(async () => {
	stage = await openConnectedStage(SUITE, { seed: 'empty', rateLimit: { integration: LIMIT, account: 50 } }, { settings: { ...fileSettings(folder, 'filesystem'), N8N_LOG_LEVEL: 'debug' } });
});
afterAll(async () => await stage?.close());

const stored = () => [...stage.emulator.account.files.values()].map(({ name, versions }) => [name, versions.map(({ sha256 }) => sha256)]).sort();

test('30 small files and one of some parts go up and down, byte for byte, several at once and inside the limit', async () => {
	const files = makeFiles(folder, 'small', [...Array.from({ length: 30 }, () => randomInt(1, 20_000)), 3_000_000]);
	const rows = await upAndDown(stage.n8n, stage.credential, files, {});
	expect(new Map(rows.map(({ name, hash }) => [name, hash]))).toEqual(files.hashes);
	expect(stored()).toEqual([...files.hashes].map(([name, hash]) => [name, [hash]]).sort());
	expect(stage.emulator.log.entries.filter(({ status }) => status === 429)).toEqual([]);
	expect(readFileSync(join(logs, `test-n8n-${SUITE}.log`), 'utf8')).toMatch(/amoCRM: uploaded/);
});

test('a storage that is nearly full is told in the editor', async () => {
	const { emulator, n8n, credential } = stage;
	const files = makeFiles(folder, 'last', [100]);
	const used = [...emulator.account.files.values()].reduce((sum, { versions }) => sum + (versions[0]?.size ?? 0), 0);
	emulator.switches.driveQuota = used + 200;
	const start = { id: 'start', name: 'Start', type: 'n8n-nodes-base.manualTrigger', typeVersion: 1, position: [0, 0], parameters: {} as INodeParameters };
	const { rows, hints, error } = await runWorkflow(n8n.client, { name: 'Full', ...chain([start, READ(files.folder), UPLOAD(credential, {})]) }, 'Start', 'Upload');
	expect(error).toBeUndefined();
	expect(rows).toMatchObject([{ name: 'last-0', size: 100 }]);
	expect(hints).toEqual([`The file storage of the amoCRM account is nearly full: ${used + 100} of ${used + 200} bytes are taken.`]);
});
