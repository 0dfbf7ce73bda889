import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Where everything is. All state lives below `.work` (ignored by git), except the private n8ns' own node_modules. */
export const root = fileURLToPath(new URL('../../', import.meta.url));
export const work = join(root, '.work');
export const logs = join(work, 'logs');
export const n8nHost = join(root, 'scripts', 'n8n-host');
/** The last n8n of the 1.x line, for tests alone. */
export const n8nHost1 = join(root, 'scripts', 'n8n-host-1');
