import { boolean, choice, pickedUser } from '../fields/fields';
import { filter } from '../fields/filters';
import { optionIn, optionsOf } from '../fields/values';
import { nameField, sortField } from './common';
import { entity } from './types';

const TYPES = optionsOf({ invoices: 'Invoices', products: 'Products', regular: 'Regular', suppliers: 'Suppliers' });

/** The products list appears when products are switched on, the suppliers' one with invoices. */
const CREATABLE = TYPES.filter(({ value }) => value === 'regular' || value === 'invoices').reverse();

/** No bracket of `filter`, but a key of the query itself. */
const typeFilter = filter({ name: 'type', displayName: 'Type', description: 'Return only lists of this type' }, { type: 'options', options: TYPES, default: 'regular' }, (value) => {
	const type = optionIn(TYPES, value);
	return { query: { type }, accepts: (row) => row.type === type };
});

/** Lists (catalogs) of elements. Source: extended facts 3.1. */
export const catalog = entity({
	value: 'catalog',
	displayName: 'List',
	about: 'A catalog of amoCRM, such as Products',
	path: '/catalogs',
	cardPath: 'catalogs',
	picker: { search: 'local' },
	fields: [
		nameField('list', 'Materials'),
		{ name: 'type', kind: choice(CREATABLE), only: 'create', description: 'What the list holds: anything, or invoices' },
		sortField,
		{ name: 'canAddElements', kind: boolean, description: 'Whether users may add elements from the card of a record', property: { default: true } },
		{ name: 'canLinkMultiple', kind: boolean, description: 'Whether an element may be linked to several records', property: { default: true } },
		{ name: 'canShowInCards', displayName: 'Show in Cards', kind: boolean, description: 'Whether the list is a tab in cards of records', property: { default: true } },
		{ name: 'createdBy', kind: pickedUser, only: 'create', description: 'The user in whose name the list is made' },
	],
	filters: [typeFilter],
	needs: { admin: 'toWrite' },
	isDictionary: true,
});
