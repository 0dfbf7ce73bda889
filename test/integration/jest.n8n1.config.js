const { join } = require('node:path');
const base = require('../../jest.config.js');

const modules = join(__dirname, '..', '..', 'scripts', 'n8n-host-1', 'node_modules');

/**
 * The integration tests of the connection and of failures with the engine and the OAuth client of n8n 1.123.
 * @type {import('jest').Config}
 */
module.exports = {
	...base,
	rootDir: join(__dirname, '..', '..'),
	testMatch: ['**/integration/{renewal,leaks,retry,throws}.test.ts'],
	moduleNameMapper: { '^n8n-core$': join(modules, 'n8n-core'), '^n8n-workflow$': join(modules, 'n8n-workflow') },
	// That engine keeps timers of its own.
	forceExit: true,
};
