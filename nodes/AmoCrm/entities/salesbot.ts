import { idsFilter, textFilter } from '../fields/filters';
import { BOT } from '../fields/targets';
import { entity } from './types';

/** Bots that amoCRM runs on cards. Source: extended facts 7.7. */
export const salesbot = entity({
	value: 'salesbot',
	displayName: 'Salesbot',
	path: '/bots',
	collection: 'items',
	picker: { search: 'local' },
	filters: [
		idsFilter('id', BOT, { name: 'ids', displayName: 'IDs From Data', description: 'Return only the bots with these IDs, as a list or separated by commas' }),
		textFilter('type_functionality', {
			name: 'types',
			displayName: 'Functionality',
			placeholder: 'e.g. salesbot',
			description: 'Return only bots of this kind, as amoCRM calls it, or one of a list',
		}),
	],
	withOptions: { favorite: 'Favorite' },
	list: { byIds: 'filter', hasOwnOrder: true },
	needs: { plan: 'a plan that has Salesbot' },
});
