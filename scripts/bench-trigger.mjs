import { join } from 'node:path';
import { ensureN8n } from './lib/n8nHost.mjs';
import { ensureTarball } from './lib/pack.mjs';
import { root } from './lib/paths.mjs';
import { runInForeground } from './lib/processes.mjs';
import { ensureDependencies } from './lib/setup.mjs';

/** `npm run bench:trigger`: a flood of deliveries to the trigger and to n8n's own Webhook node. Options: `--rate 200 --seconds 30`. */
await ensureDependencies();
await ensureN8n();
await ensureTarball();

process.exitCode = await runInForeground(
	process.execPath,
	['--import', 'tsx', join(root, 'test', 'bench', 'trigger.ts'), ...process.argv.slice(2)],
	{ cwd: root },
);
