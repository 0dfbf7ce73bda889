/** @type {import('jest').Config} */
module.exports = {
	testEnvironment: 'node',
	roots: ['<rootDir>/test/unit', '<rootDir>/test/integration', '<rootDir>/emulator'],
	testMatch: ['**/*.test.ts'],
	transform: {
		'^.+\\.ts$': ['@swc/jest', { jsc: { parser: { syntax: 'typescript' }, target: 'es2022' } }],
	},
	setupFiles: ['reflect-metadata'],
	testTimeout: 120_000,
	// Both processors of a small machine; a worker that has grown is replaced.
	maxWorkers: '100%',
	workerIdleMemoryLimit: '1.5GB',
};
