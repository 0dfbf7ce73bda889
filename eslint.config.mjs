import { config as n8nConfig } from '@n8n/node-cli/eslint';
import js from '@eslint/js';
import globals from 'globals';
import tseslint from 'typescript-eslint';

/** What ships: n8n's own cloud-compatible rules, untouched. */
const SHIPPED = ['nodes/**/*.ts', 'credentials/**/*.ts', 'package.json'];

/** What does not ship runs on plain Node: the same base rules, without n8n's sandbox rules. */
const DEVELOPMENT = ['emulator/**/*.ts', 'test/**/*.ts', 'scripts/**/*.{mjs,ts}', '*.js', '*.mjs'];

export default tseslint.config(
	{ ignores: ['dist/', 'node_modules/', '.work/', 'coverage/', 'scripts/n8n-host/'] },
	...n8nConfig.map((entry) => (entry.files?.includes('**/*.ts') ? { ...entry, files: SHIPPED.slice(0, 2) } : entry)),
	{
		files: DEVELOPMENT,
		extends: [js.configs.recommended, tseslint.configs.recommended],
		languageOptions: { globals: { ...globals.node, ...globals.jest } },
	},
	{
		files: ['*.js', 'scripts/**/*.mjs'],
		rules: { '@typescript-eslint/no-require-imports': 'off' },
	},
);
