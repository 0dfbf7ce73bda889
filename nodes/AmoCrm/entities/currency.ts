import { entity } from './types';

/** Currencies that prices may have. Source: extended facts 7.9. */
export const currency = entity({
	value: 'currency',
	displayName: 'Currency',
	path: '/currencies',
	id: { kind: 'text', key: 'code', example: 'USD' },
	idParameter: 'currencyCode',
	picker: { search: 'local', label: ({ code }) => String(code) },
});
