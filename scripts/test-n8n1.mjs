import { join } from 'node:path';
import { root } from './lib/paths.mjs';
import { runInForeground } from './lib/processes.mjs';

/**
 * `npm run test:n8n1`: what n8n's 1.x line may answer differently. First the suites of `npm run test:n8n` in a real
 * n8n 1.123, then the connection's integration tests in its engine. Options go to the former.
 */
process.env.N8N_LINE = '1';
await import('./test-n8n.mjs');

const jest = join(root, 'node_modules', 'jest', 'bin', 'jest.js');
const config = join(root, 'test', 'integration', 'jest.n8n1.config.js');
process.exitCode = (await runInForeground(process.execPath, [jest, '--config', config, '--runInBand'])) || process.exitCode;
