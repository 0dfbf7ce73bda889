import { join } from 'node:path';
import { ensureN8n } from './lib/n8nHost.mjs';
import { ensureTarball, packCommit } from './lib/pack.mjs';
import { root } from './lib/paths.mjs';
import { ensurePostgres } from './lib/postgres.mjs';
import { runInForeground } from './lib/processes.mjs';
import { ensureDependencies } from './lib/setup.mjs';

/**
 * `npm run test:install`: the packed package installed, updated from an early state and uninstalled by n8n itself, in
 * n8n 2.x and 1.123, with SQLite and PostgreSQL. Some ten minutes. Options go to jest; `N8N_LINE=1` or `2` in the
 * environment takes one n8n alone.
 */

/** The first state with both nodes, before either had a second version. It is built from git: a shallow clone lacks it. */
const EARLY_COMMIT = '18fcf71';

if (process.env.N8N_LINE) {
	await ensureDependencies();
	await ensurePostgres();
	await ensureN8n();
	await ensureTarball();
	const jest = join(root, 'node_modules', 'jest', 'bin', 'jest.js');
	const config = join(root, 'test', 'install', 'jest.config.js');
	process.exitCode = await runInForeground(process.execPath, [jest, '--config', config, '--runInBand', ...process.argv.slice(2)], {
		env: { ...process.env, EARLIER_FILE: await packCommit(EARLY_COMMIT, '0.0.1') },
	});
} else {
	for (const line of ['2', '1']) {
		const code = await runInForeground(process.execPath, [process.argv[1], ...process.argv.slice(2)], { env: { ...process.env, N8N_LINE: line } });
		process.exitCode ||= code;
	}
}
