const base = require('../../jest.config.js');

/** Hostile servers, hostile values and lengths, every parameter with every way to give it: minutes of work, so apart from `npm test`. */
/** @type {import('jest').Config} */
module.exports = { ...base, rootDir: '../..', roots: ['<rootDir>/test/hostile'] };
