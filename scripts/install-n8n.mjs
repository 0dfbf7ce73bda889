import { ensureChromium } from './lib/chromium.mjs';
import { ensureN8n } from './lib/n8nHost.mjs';

/** Installs what `npm run test:n8n` needs beside the development dependencies, so that it can go on beside other tests. */
await ensureN8n();
await ensureChromium();
