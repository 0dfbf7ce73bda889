import { join } from 'node:path';
import { root } from './lib/paths.mjs';
import { runInForeground } from './lib/processes.mjs';
import { ensureDependencies } from './lib/setup.mjs';

/** `npm test` and `npm run test:conformance`: jest, with every option (`npm test -- --watch`). */
await ensureDependencies();
const jest = join(root, 'node_modules', 'jest', 'bin', 'jest.js');
process.exitCode = await runInForeground(process.execPath, [jest, ...process.argv.slice(2)]);
