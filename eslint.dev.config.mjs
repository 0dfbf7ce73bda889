import js from '@eslint/js';
import globals from 'globals';
import tseslint from 'typescript-eslint';

/**
 * What does not ship runs on plain Node: the base rules of n8n's config, without those of its sandbox. The folders' own
 * `eslint.config.mjs` lead here; what ships has n8n's config as it is, as `n8n.strict` in package.json demands.
 */
export default tseslint.config(
	{
		files: ['**/*.{ts,js,mjs,cjs}'],
		extends: [js.configs.recommended, tseslint.configs.recommended],
		languageOptions: { globals: { ...globals.node, ...globals.jest } },
	},
	{
		files: ['**/*.{js,mjs,cjs}'],
		rules: { '@typescript-eslint/no-require-imports': 'off' },
	},
);
