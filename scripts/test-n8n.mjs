import { join } from 'node:path';
import { ensureChromium } from './lib/chromium.mjs';
import { ensureN8n, isLine1 } from './lib/n8nHost.mjs';
import { ensureTarball } from './lib/pack.mjs';
import { root } from './lib/paths.mjs';
import { runInForeground } from './lib/processes.mjs';
import { ensureDependencies } from './lib/setup.mjs';

/**
 * `npm run test:n8n`: the packed package in a real n8n, by REST and by browser.
 * `npm run test:n8n1`: in n8n 1.123, what differs there: loading, installing, connecting, the renewal of access, what becomes of failures, the trigger.
 * `--no-browser` leaves the browser out; every other option goes to jest.
 */
const LINE_1 = ['install', 'connect', 'credentials', 'tokens', 'race', 'operations', 'items', 'poll', 'trigger'].map((suite) => `test/n8n/${suite}.test.ts`);

const withBrowser = !isLine1 && !process.argv.includes('--no-browser');
const given = process.argv.slice(2).filter((arg) => arg !== '--no-browser');
const args = isLine1 && !given.some((arg) => arg.startsWith('test/')) ? [...LINE_1, ...given] : given;

await ensureDependencies();
const chromium = withBrowser ? await ensureChromium() : '';
await ensureN8n();
await ensureTarball();

const jest = join(root, 'node_modules', 'jest', 'bin', 'jest.js');
const config = join(root, 'test', 'n8n', 'jest.config.js');
const selection = withBrowser ? [] : ['--testPathIgnorePatterns', 'browser'];
process.exitCode = await runInForeground(process.execPath, [jest, '--config', config, '--maxWorkers=2', ...args, ...selection], {
	env: { ...process.env, CHROMIUM_PATH: chromium },
});
