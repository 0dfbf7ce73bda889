import { UserError } from 'n8n-workflow';

import { type Filter, type Look, filter } from './filters';
import { multitextMatcher } from './matching';
import { entriesOf } from './multitext';
import { show } from './values';

/**
 * Rows that have one of some phones or e-mails, compared as Create or Update does: phones by their digits, e-mails letter
 * case aside. amoCRM's own filter compares texts, and some accounts ignore it (core facts 3.6); its search finds them loosely.
 */
export const multitextFilter = (code: 'PHONE' | 'EMAIL', look: Look): Filter =>
	filter({ ...look, takesEmptyList: true }, { type: 'string', default: '' }, (value, { conventions }) => {
		if (Array.isArray(value) && value.length === 0) return { query: {}, isImpossible: true };
		const { country = '' } = conventions?.() ?? {};
		if (code === 'PHONE' && country === '') throw new UserError('the country of the account could not be read, and it decides which phone numbers are the same.');
		const { noun, keysOf, keysOfRecord } = multitextMatcher(code, country);
		const entries = entriesOf(value, { code });
		if (entries.length === 0) throw new UserError(`${show(value)} holds no ${noun}`);
		const keys = entries.flatMap((entry) => {
			const own = keysOf([entry]);
			if (own.length === 0) throw new UserError(`${show(entry.value)} is not a whole ${noun}, so nothing can be found by it`);
			return own;
		});
		const wanted = new Set(keys.map(({ key }) => key));
		return {
			query: {},
			accepts: (row) => keysOfRecord(row).some((key) => wanted.has(key)),
			here: { filter: look.displayName, wanted: [...wanted].sort() },
			searches: [...new Set(keys.flatMap(({ searches }) => searches))],
		};
	});
