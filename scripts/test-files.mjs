import { join } from 'node:path';
import { ensureN8n } from './lib/n8nHost.mjs';
import { ensureTarball } from './lib/pack.mjs';
import { root } from './lib/paths.mjs';
import { ensurePostgres } from './lib/postgres.mjs';
import { runInForeground } from './lib/processes.mjs';
import { ensureRedis } from './lib/redis.mjs';
import { ensureDependencies } from './lib/setup.mjs';

/**
 * `npm run test:files`: 1,000 files and one of 250 MB through a real n8n in every way in which it keeps binary data, alone
 * and with a worker, and the memory that it takes (Linux). Options go to jest.
 */
await ensureDependencies();
await ensureRedis();
await ensurePostgres();
await ensureN8n();
await ensureTarball();

const jest = join(root, 'node_modules', 'jest', 'bin', 'jest.js');
const config = join(root, 'test', 'files', 'jest.config.js');
process.exitCode = await runInForeground(process.execPath, [jest, '--config', config, '--runInBand', ...process.argv.slice(2)]);
