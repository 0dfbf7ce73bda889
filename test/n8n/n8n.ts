import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { N8nClient } from '../../scripts/lib/n8nClient.mjs';
import { isLine1 } from '../../scripts/lib/n8nHost.mjs';
import { startN8n } from '../../scripts/lib/n8nServer.mjs';
import { installTarball, packedTarball } from '../../scripts/lib/pack.mjs';
import { logs, work } from '../../scripts/lib/paths.mjs';
import { freePort } from '../../scripts/lib/ports.mjs';

export const owner = { email: 'owner@example.com', password: 'Owner-of-n8n-1', firstName: 'Olga', lastName: 'Owner' };

export interface TestN8n {
	url: string;
	redirectUrl: string;
	userFolder: string;
	/** Of n8n's process. */
	pid: number;
	client: N8nClient;
	/** Ends the process, as an update or a reboot does; `start` brings it back with everything it knew. */
	stop(): Promise<void>;
	start(): Promise<void>;
	/** Ends it in the middle of what it does, as a lack of memory or of power does. */
	kill(): Promise<void>;
	close(): Promise<void>;
}

export interface N8nOptions {
	queue?: { redisPort: number; postgresPort: number };
	/** Environment variables. */
	settings?: Record<string, string>;
	/** The package is left out. */
	withoutPackage?: true;
}

/** A real n8n of its own for one suite: a fresh user folder with the packed package in it, and its owner signed in. */
export async function startTestN8n(suite: string, { queue, settings, withoutPackage }: N8nOptions = {}): Promise<TestN8n> {
	const name = isLine1 ? `${suite}-1` : suite;
	const userFolder = join(work, 'test-n8n', name);
	rmSync(userFolder, { recursive: true, force: true });
	mkdirSync(logs, { recursive: true });
	const tarball = packedTarball();
	if (!tarball) throw new Error('There is no packed package. Run the tests with: npm run test:n8n');
	if (!withoutPackage) await installTarball(userFolder, tarball);

	const options = {
		userFolder,
		port: await freePort(),
		timezone: 'Europe/Moscow',
		log: join(logs, `test-n8n-${name}.log`),
		// Ctrl-C in a terminal then reaches this n8n together with jest.
		ownGroup: false,
		queue,
		settings,
	};
	let { url, redirectUrl, service } = await startN8n(options);
	const client = new N8nClient(url);
	try {
		await client.signIn(owner);
	} catch (error) {
		// What goes on running would keep the tests from ending.
		await service.stop();
		throw error;
	}
	return {
		url,
		redirectUrl,
		userFolder,
		get pid() {
			return Number(service.child.pid);
		},
		client,
		stop: async () => await service.stop(),
		start: async () => {
			({ url, redirectUrl, service } = await startN8n(options));
			await client.signIn(owner);
		},
		kill: async () => {
			service.kill('SIGKILL');
			await service.exit;
		},
		close: async () => await service.stop(),
	};
}
