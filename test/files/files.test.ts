import { randomInt } from 'node:crypto';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { startEmulator, type Emulator } from '../../emulator';
import { startWorker } from '../../scripts/lib/n8nServer.mjs';
import { logs } from '../../scripts/lib/paths.mjs';
import { freePort } from '../../scripts/lib/ports.mjs';
import { startPostgres } from '../../scripts/lib/postgres.mjs';
import { startRedis } from '../../scripts/lib/redis.mjs';
import { fileSettings, folderOf, makeFiles, memoryOf, upAndDown } from '../n8n/files';
import { startTestN8n, type TestN8n } from '../n8n/n8n';
import type { Credential } from '../n8n/run';
import { consent, createCredential } from '../n8n/stage';

/** 1,000 small files and a large one through n8n into amoCRM and back: byte for byte, and what memory that takes. */

const SMALL = 1000;
const LARGE_MB = Number(process.env.LARGE_MB ?? 250);
const QUICK = { requestsPerSecond: 50 };
/** Of the memory of a process at rest, for one large file, where n8n keeps binary data in files. A worker takes less at rest. */
const MOST_MEMORY = { alone: 1.3, worker: 1.5 };

interface Measured {
	what: string;
	seconds: number;
	'at rest, MB': number;
	'peak, MB': number;
	ratio: number;
}

const measured: Measured[] = [];
afterAll(() => console.table(measured));

let emulator: Emulator;
beforeAll(async () => {
	// n8n refreshes a token without a redirect_uri, whatever the node does.
	emulator = await startEmulator({ seed: 'empty', switches: { strictRefreshRedirectUri: false } });
});
afterAll(async () => await emulator?.close());

async function connected(n8n: TestN8n): Promise<Credential> {
	const [integration] = emulator.world.integrations.values();
	if (integration) integration.redirectUri = n8n.redirectUrl;
	const credential = await createCredential(n8n, emulator.url);
	await consent(n8n.client, credential);
	return credential;
}

interface Subject {
	suite: string;
	folder: string;
	n8n: TestN8n;
	/** Of the process that runs the workflows. */
	pid: number;
}

/**
 * Both kinds of files; gives how much memory the large one took at most, as a multiple of that at rest. What many small
 * ones take is what V8 leaves lying of 3,000 requests.
 */
async function passBoth({ suite, folder, n8n, pid }: Subject): Promise<number> {
	const credential = await connected(n8n);
	const memory = memoryOf(pid);
	const pass = async (kind: string, sizes: number[]): Promise<number> => {
		const files = makeFiles(folder, kind, sizes);
		await new Promise((resolve) => setTimeout(resolve, 10_000));
		const atRest = memory.now();
		memory.forget();
		const started = performance.now();
		const rows = await upAndDown(n8n, credential, files, QUICK);
		const peak = memory.peak();
		const ratio = Math.round((peak / atRest) * 100) / 100;
		measured.push({ what: `${suite}: ${kind}`, seconds: Math.round((performance.now() - started) / 1000), 'at rest, MB': atRest, 'peak, MB': peak, ratio });
		expect(new Map(rows.map(({ name, hash }) => [name, hash]))).toEqual(files.hashes);
		expect(rows).toHaveLength(sizes.length);
		const stored = [...emulator.account.files.values()].filter(({ name }) => files.hashes.has(name));
		expect(stored.map(({ name, versions }) => [name, versions.map(({ sha256 }) => sha256)]).sort()).toEqual([...files.hashes].map(([name, hash]) => [name, [hash]]).sort());
		rmSync(files.folder, { recursive: true });
		emulator.world.reset();
		return ratio;
	};
	// What n8n loads when it does this for the first time is no matter of the files.
	await pass('warm-up', [100]);
	await pass('1,000 small', Array.from({ length: SMALL }, () => randomInt(1, 20_000)));
	return await pass(`${LARGE_MB} MB`, [LARGE_MB * 1_048_576]);
}

test.each(['filesystem', 'default'] as const)('one process, binary data: %s', async (mode) => {
	const suite = `files-${mode}`;
	const folder = folderOf(suite);
	const n8n = await startTestN8n(suite, { settings: fileSettings(folder, mode) });
	try {
		const large = await passBoth({ suite, folder, n8n, pid: n8n.pid });
		if (mode === 'filesystem') expect(large).toBeLessThan(MOST_MEMORY.alone);
		expect(readFileSync(join(logs, `test-n8n-${suite}.log`), 'utf8')).toMatch(new RegExp(`amoCRM: uploaded [\\d.]+ of ${LARGE_MB}.0 MB of '${LARGE_MB} MB-0.bin'`));
	} finally {
		await n8n.close();
	}
});

test.each(['filesystem', 'database'] as const)('a queue with a worker, binary data: %s', async (mode) => {
	const suite = `files-queue-${mode}`;
	const folder = folderOf(suite);
	const queue = { redisPort: await freePort(), postgresPort: await freePort() };
	const services: Array<{ stop(): Promise<void> }> = [await startRedis(queue.redisPort), await startPostgres(queue.postgresPort)];
	const settings = fileSettings(folder, mode);
	try {
		const n8n = await startTestN8n(suite, { queue, settings });
		services.push({ stop: async () => await n8n.close() });
		const worker = await startWorker({ userFolder: n8n.userFolder, queue, log: join(logs, `test-${suite}-worker.log`), settings });
		services.push(worker);
		const large = await passBoth({ suite, folder, n8n, pid: Number(worker.child.pid) });
		if (mode === 'filesystem') expect(large).toBeLessThan(MOST_MEMORY.worker);
	} finally {
		for (const service of services.reverse()) await service.stop();
	}
});
