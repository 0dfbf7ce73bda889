/** @type {import('jest').Config} */
module.exports = { ...require('../n8n/jest.config.js'), roots: ['<rootDir>/test/files'], setupFilesAfterEnv: [], testTimeout: 900_000 };
