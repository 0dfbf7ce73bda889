import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { n8nHost, n8nHost1 } from './paths.mjs';
import { runNpm } from './processes.mjs';
import { step } from './progress.mjs';
import { isInstalled } from './setup.mjs';

const isWindows = process.platform === 'win32';

/** Which n8n runs: the current one, or with `N8N_LINE=1` the last of the 1.x line. */
export const isLine1 = process.env.N8N_LINE === '1';

/** n8n 2.41 needs Node 24, which 1.123 takes too. npm's `node` package brings the program, whatever Node runs us. */
export const node24 = join(n8nHost, 'node_modules', 'node', 'bin', isWindows ? 'node.exe' : 'node');
export const n8nProgram = join(isLine1 ? n8nHost1 : n8nHost, 'node_modules', 'n8n', 'bin', 'n8n');

const sqliteOf = (host) => join(host, 'node_modules', 'sqlite3', 'build', 'Release', 'node_sqlite3.node');

/** Installs the private n8n where it is missing: about 3 GB and four minutes, once for each line. */
export async function ensureN8n() {
	await ensureHost(n8nHost, { native: ['node', 'sqlite3'], isReady: existsSync(node24) });
	if (isLine1) await ensureHost(n8nHost1, { native: ['sqlite3'], isReady: true });
}

async function ensureHost(host, { native, isReady }) {
	if (!isInstalled(host)) {
		await step('Installing a private n8n (about 3 GB; takes some minutes, once)', async () => {
			await runNpm('n8n-install', ['ci', '--ignore-scripts'], { cwd: host });
		});
	}
	if (!isReady || !existsSync(sqliteOf(host))) {
		// Of all install scripts n8n needs these alone: the Node 24 program and its database driver.
		await step('Preparing Node 24 and the database driver', async () => {
			await runNpm('n8n-rebuild', ['rebuild', ...native], { cwd: host });
		});
	}
}
