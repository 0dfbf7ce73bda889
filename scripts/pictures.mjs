import { join } from 'node:path';
import { ensureChromium } from './lib/chromium.mjs';
import { ensureN8n } from './lib/n8nHost.mjs';
import { ensureTarball } from './lib/pack.mjs';
import { root } from './lib/paths.mjs';
import { runInForeground } from './lib/processes.mjs';
import { ensureDependencies } from './lib/setup.mjs';

/** `npm run pictures`: draws the pictures of the documents in the real n8n. Options go to jest. */
await ensureDependencies();
const chromium = await ensureChromium();
await ensureN8n();
await ensureTarball();

const jest = join(root, 'node_modules', 'jest', 'bin', 'jest.js');
const config = join(root, 'test', 'pictures', 'jest.config.js');
process.exitCode = await runInForeground(process.execPath, [jest, '--config', config, '--runInBand', ...process.argv.slice(2)], {
	env: { ...process.env, CHROMIUM_PATH: chromium },
});
