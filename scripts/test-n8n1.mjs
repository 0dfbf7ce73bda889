/** `npm run test:n8n1`: the suites of `npm run test:n8n` that n8n's 1.x line may answer differently. */
process.env.N8N_LINE = '1';
await import('./test-n8n.mjs');
