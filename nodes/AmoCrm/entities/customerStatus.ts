import { color } from '../fields/colors';
import { IN_PERIODIC_MODE, nameField, ONE_ROW, sortField } from './common';
import { entity } from './types';

/** Stages of customers in the periodic mode. Source: extended facts 4. */
export const customerStatus = entity({
	value: 'customerStatus',
	displayName: 'Customer Status',
	about: 'A stage of customers in the periodic mode',
	path: '/customers/statuses',
	picker: { search: 'local' },
	fields: [
		nameField('status', 'Loyal'),
		sortField,
		{ name: 'color', kind: color({ prefix: '#' }), description: 'Color of the status on the board' },
	],
	sortAfterLast: true,
	list: { unpaged: true, byIds: 'single' },
	verbs: { update: ONE_ROW },
	isDictionary: true,
	needs: { admin: 'toWrite', plan: IN_PERIODIC_MODE },
});
