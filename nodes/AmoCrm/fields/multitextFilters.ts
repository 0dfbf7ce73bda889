import { UserError } from 'n8n-workflow';

import type { Filter } from './filters';
import { fieldValues } from './matching';
import { entriesOf, keysOf, nounOf, searchesOf } from './multitext';
import { show } from './values';

/**
 * Rows that have one of some phones or e-mails, compared as Create or Update does: phones by their digits, e-mails letter
 * case aside. amoCRM's own filter compares texts, and some accounts ignore it (core facts 3.6); its search finds them loosely.
 */
export const multitextFilter = (code: 'PHONE' | 'EMAIL', look: Pick<Filter, 'name' | 'displayName' | 'placeholder' | 'description'>): Filter => ({
	...look,
	property: { type: 'string', default: '' },
	takesEmptyList: true,
	condition: (value, { conventions }) => {
		if (Array.isArray(value) && value.length === 0) return { query: {}, isImpossible: true };
		const field = { code };
		const { country = '' } = conventions?.() ?? {};
		if (code === 'PHONE' && country === '') throw new UserError('the country of the account could not be read, and it decides which phone numbers are the same.');
		const entries = entriesOf(value, field);
		const noun = nounOf(field);
		if (entries.length === 0) throw new UserError(`${show(value)} holds no ${noun}`);
		const keys = entries.flatMap((entry) => {
			const own = keysOf(entry.value, field, country);
			if (own.length === 0) throw new UserError(`${show(entry.value)} is not a whole ${noun}, so nothing can be found by it`);
			return own;
		});
		const wanted = new Set(keys);
		return {
			query: {},
			accepts: (row) => fieldValues(row, code).some((entry) => keysOf(String(entry.value ?? ''), field, country).some((key) => wanted.has(key))),
			here: { filter: look.displayName, wanted: [...wanted].sort() },
			searches: [...new Set([...wanted].flatMap((key) => searchesOf(key, field)))],
		};
	},
});
