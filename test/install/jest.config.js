/** @type {import('jest').Config} */
module.exports = { ...require('../n8n/jest.config.js'), roots: ['<rootDir>/test/install'], testTimeout: 400_000 };
