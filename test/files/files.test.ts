import { randomInt } from 'node:crypto';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { IDataObject } from 'n8n-workflow';
import { startEmulator, type Emulator } from '../../emulator';
import { startWorker } from '../../scripts/lib/n8nServer.mjs';
import { logs } from '../../scripts/lib/paths.mjs';
import { freePort } from '../../scripts/lib/ports.mjs';
import { startPostgres } from '../../scripts/lib/postgres.mjs';
import { startRedis } from '../../scripts/lib/redis.mjs';
import { fileSettings, folderOf, makeFiles, memoryOf, type Files, upAndDown, upAndDownPlainly } from '../n8n/files';
import { startTestN8n, type TestN8n } from '../n8n/n8n';
import type { Credential } from '../n8n/run';
import { consent, createCredential } from '../n8n/stage';

/** 1,000 small files and a large one through n8n into amoCRM and back: byte for byte, and what memory that takes. */

const SMALL = 1000;
const LARGE_MB = Number(process.env.LARGE_MB ?? 250);
/**
 * Most of what a process takes for small files is the young generation of V8's memory, which grows with the number of
 * requests whoever sends them, up to some 100 MB: so n8n's own nodes are measured too. A worker takes less at rest.
 */
const MOST = { alone: { small: 1.6, large: 1.3 }, worker: { small: 2.1, large: 1.5 } };
/** Ours may take so many times what n8n's own nodes take. */
const MOST_OF_PLAIN = 1.15;
/** And so many times what n8n takes as it has started, before V8 gives back what starting took. */
const MOST_OF_STARTED = 1.3;

interface Measured {
	what: string;
	seconds: number;
	/** Of modes in which n8n holds whole files in memory there is only a peak. */
	'started, MB'?: number;
	'at rest, MB'?: number;
	'peak, MB': number;
	ratio?: number;
}

const measured: Measured[] = [];
afterAll(() => console.table(measured));

let emulator: Emulator;
beforeAll(async () => {
	// n8n refreshes a token without a redirect_uri, whatever the node does.
	emulator = await startEmulator({ seed: 'empty', switches: { strictRefreshRedirectUri: false }, rateLimit: false });
});
afterAll(async () => await emulator?.close());

async function connected(n8n: TestN8n): Promise<Credential> {
	const [integration] = emulator.world.integrations.values();
	if (integration) integration.redirectUri = n8n.redirectUrl;
	const credential = await createCredential(n8n, emulator.url);
	await consent(n8n.client, credential);
	return credential;
}

interface Host {
	suite: string;
	mode: Mode;
	folder: string;
	n8n: TestN8n;
	/** Of the process that runs the workflows. */
	pid: number;
	/** What that takes as it has started, and at rest, MB, where n8n keeps binary data in files. */
	started?: number;
	atRest?: number;
	/** What was started, the last at the end. */
	services: Array<{ stop(): Promise<void> }>;
}

type Mode = 'filesystem' | 'default' | 'database';

async function alone(suite: string, mode: Mode): Promise<Host> {
	const folder = folderOf(suite);
	const n8n = await startTestN8n(suite, { settings: fileSettings(folder, mode) });
	return { suite, mode, folder, n8n, pid: n8n.pid, services: [{ stop: async () => await n8n.close() }] };
}

async function withWorker(suite: string, mode: Mode): Promise<Host> {
	const folder = folderOf(suite);
	const queue = { redisPort: await freePort(), postgresPort: await freePort() };
	const services: Host['services'] = [await startRedis(queue.redisPort), await startPostgres(queue.postgresPort)];
	const settings = fileSettings(folder, mode);
	try {
		const n8n = await startTestN8n(suite, { queue, settings });
		services.push({ stop: async () => await n8n.close() });
		const worker = await startWorker({ userFolder: n8n.userFolder, queue, log: join(logs, `test-${suite}-worker.log`), settings });
		services.push(worker);
		return { suite, mode, folder, n8n, pid: Number(worker.child.pid), services };
	} catch (error) {
		await stop({ services });
		throw error;
	}
}

async function stop({ services }: Pick<Host, 'services'>): Promise<void> {
	for (const service of services.reverse()) await service.stop();
}

/** What is done with files; gives a row with the `hash` of each. */
type Work = (files: Files) => Promise<IDataObject[]>;

/** How much memory that took at most, as a multiple of that at rest. */
async function pass({ suite, folder, pid, started: idle = NaN, atRest = NaN }: Host, kind: string, sizes: number[], work: Work): Promise<number> {
	const memory = memoryOf(pid);
	const files = makeFiles(folder, kind, sizes);
	memory.forget();
	const started = performance.now();
	const rows = await work(files);
	const peak = memory.peak();
	const ratio = Math.round((peak / atRest) * 100) / 100;
	measured.push({ what: `${suite}: ${kind}`, seconds: Math.round((performance.now() - started) / 1000), 'peak, MB': peak, ...(ratio > 0 ? { 'started, MB': idle, 'at rest, MB': atRest, ratio } : {}) });
	if (ratio > 0) expect(peak / idle).toBeLessThan(MOST_OF_STARTED);
	expect(rows.map(({ hash }) => hash).sort()).toEqual([...files.hashes.values()].sort());
	rmSync(files.folder, { recursive: true });
	return ratio;
}

/** What n8n loads when it does this for the first time is no matter of the files: the process is at rest after that. */
async function warmUp(host: Host, work: Work): Promise<void> {
	if (host.mode === 'filesystem') host.started = memoryOf(host.pid).now();
	await pass(host, 'warm-up', [100], work);
	if (host.mode === 'filesystem') host.atRest = await memoryOf(host.pid).atRest();
}

const smallSizes = () => Array.from({ length: SMALL }, () => randomInt(1, 20_000));

/** Both kinds of files into amoCRM and back. */
async function passBoth(host: Host): Promise<{ small: number; large: number }> {
	const credential = await connected(host.n8n);
	const work: Work = async (files) => {
		// Where memory is measured, the fastest that amoCRM sells; else one file slowly enough for the log to tell how far it is.
		const elsewhere = files.hashes.size > 1 ? 500 : 10;
		const rows = await upAndDown(host.n8n, credential, files, { requestsPerSecond: host.mode === 'filesystem' ? 50 : elsewhere });
		expect(new Map(rows.map(({ name, hash }) => [name, hash]))).toEqual(files.hashes);
		const stored = [...emulator.account.files.values()].filter(({ name }) => files.hashes.has(name));
		expect(stored.map(({ name, versions }) => [name, versions.map(({ sha256 }) => sha256)]).sort()).toEqual([...files.hashes].map(([name, hash]) => [name, [hash]]).sort());
		emulator.world.reset();
		return rows;
	};
	await warmUp(host, work);
	const large = await pass(host, `${LARGE_MB} MB`, [LARGE_MB * 1_048_576], work);
	return { large, small: await pass(host, '1,000 small', smallSizes(), work) };
}

describe.each([
	['one process', 'alone', alone, ['filesystem', 'default']],
	['a queue with a worker', 'worker', withWorker, ['filesystem', 'database']],
] as const)('%s', (_name, key, start, modes) => {
	let small: number | undefined;

	test.each(modes)('binary data: %s', async (mode) => {
		const host = await start(`files-${key}-${mode}`, mode);
		try {
			const taken = await passBoth(host);
			if (mode === 'default') expect(readFileSync(join(logs, `test-n8n-${host.suite}.log`), 'utf8')).toMatch(new RegExp(`amoCRM: uploaded [\\d.]+ of ${LARGE_MB}.0 MB of '${LARGE_MB} MB-0.bin'`));
			if (mode !== 'filesystem') return;
			({ small } = taken);
			expect(taken.small).toBeLessThan(MOST[key].small);
			expect(taken.large).toBeLessThan(MOST[key].large);
		} finally {
			await stop(host);
		}
	});

	test("n8n's own nodes take as much for small files", async () => {
		const host = await start(`files-${key}-plain`, 'filesystem');
		try {
			const work: Work = async (files) => await upAndDownPlainly(host.n8n, files);
			await warmUp(host, work);
			const plain = await pass(host, "1,000 small, n8n's own nodes", smallSizes(), work);
			if (small !== undefined) expect(small / plain).toBeLessThan(MOST_OF_PLAIN);
		} finally {
			await stop(host);
		}
	});
});
