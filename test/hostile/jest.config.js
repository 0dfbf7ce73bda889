const base = require('../../jest.config.js');

/** Hostile servers, hostile values and hostile lengths: minutes of work, so apart from `npm test`. */
/** @type {import('jest').Config} */
module.exports = { ...base, rootDir: '../..', roots: ['<rootDir>/test/hostile'] };
