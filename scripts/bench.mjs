import { join } from 'node:path';
import { ensureN8n } from './lib/n8nHost.mjs';
import { ensureTarball } from './lib/pack.mjs';
import { root } from './lib/paths.mjs';
import { runInForeground } from './lib/processes.mjs';
import { ensureDependencies } from './lib/setup.mjs';

/**
 * `npm run bench`: our node and others at the same jobs in a real n8n, then what the node itself costs.
 * Names of parts run these alone: `npm run bench -- create rate` (read, get, update, notes, create, rate, cpu).
 * `--rows 200 --list 1000 --few 35 --seconds 15` make it short; `--by "our node"` leaves the others out.
 */
await ensureDependencies();
await ensureN8n();
await ensureTarball();

const bench = (file, ...options) =>
	runInForeground(process.execPath, ['--import', 'tsx', ...options, join(root, 'test', 'bench', file), ...process.argv.slice(2)], { cwd: root });

process.exitCode = (await bench('bench.ts')) || (await bench('cpu.ts', '--expose-gc'));
