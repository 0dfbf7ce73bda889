/** @type {import('jest').Config} */
module.exports = {
	rootDir: '../..',
	roots: ['<rootDir>/test/n8n'],
	testMatch: ['**/*.test.ts'],
	setupFilesAfterEnv: ['<rootDir>/test/n8n/retry.ts'],
	moduleFileExtensions: ['ts', 'mjs', 'js', 'json', 'node'],
	// The scripts' helpers are ES modules; these tests share them.
	transform: {
		'^.+\\.(ts|mjs)$': [
			'@swc/jest',
			{ jsc: { parser: { syntax: 'typescript' }, target: 'es2022' }, module: { type: 'commonjs' } },
		],
	},
	// Limits for what hangs, with room for a machine that does other things too.
	testTimeout: 240_000,
};
