import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { n8nHost } from './paths.mjs';
import { runNpm } from './processes.mjs';
import { step } from './progress.mjs';
import { isInstalled } from './setup.mjs';

const modules = join(n8nHost, 'node_modules');
const isWindows = process.platform === 'win32';

/** n8n 2.41 needs Node 24. npm's `node` package brings the program, whatever Node runs us. */
export const node24 = join(modules, 'node', 'bin', isWindows ? 'node.exe' : 'node');
export const n8nProgram = join(modules, 'n8n', 'bin', 'n8n');
const sqlite = join(modules, 'sqlite3', 'build', 'Release', 'node_sqlite3.node');

/** Installs the private n8n where it is missing: about 3 GB and four minutes, once. */
export async function ensureN8n() {
	if (!isInstalled(n8nHost)) {
		await step('Installing a private n8n (about 3 GB; takes some minutes, once)', async () => {
			await runNpm('n8n-install', ['ci', '--ignore-scripts'], { cwd: n8nHost });
		});
	}
	if (!existsSync(node24) || !existsSync(sqlite)) {
		// Of all install scripts n8n needs these two alone: the Node 24 program and its database driver.
		await step('Preparing Node 24 and the database driver', async () => {
			await runNpm('n8n-rebuild', ['rebuild', 'node', 'sqlite3'], { cwd: n8nHost });
		});
	}
}
