import { recordName, seconds as wholeNumber } from '../fields/fields';
import { CATALOG, ELEMENT } from '../fields/targets';
import { below } from './places';
import { customFieldFields, idFilters, searchFilter } from './shared';
import { firstValue, joined } from './labels';
import { entity } from './types';

/** Elements of lists (catalogs): products, invoices and the account's own lists. Source: extended facts 3.3. */
export const catalogElement = entity({
	value: 'catalogElement',
	displayName: 'List Element',
	about: 'A product, or another element of a list',
	path: '/catalogs/{catalogId}/elements',
	parents: [below(CATALOG, { name: 'catalogId', displayName: 'List', description: 'The list (catalog) that holds the elements, such as Products' })],
	cardPath: 'catalogs/{catalogId}/detail',
	fieldsPath: '/catalogs/{catalogId}',
	picker: { search: 'server', label: (row) => joined(row.name || `Element ${String(row.id)}`, firstValue(row, 'SKU')) },
	fields: [
		{ name: 'name', kind: recordName, required: true, placeholder: 'e.g. Oak table', description: 'Name of the element' },
		{ name: 'currencyId', kind: wholeNumber, description: 'The currency of its prices, by the number that amoCRM shows for it in elements' },
		...customFieldFields,
	],
	filters: [searchFilter('element', 'Oak table'), ...idFilters(ELEMENT, 'Elements')],
	withOptions: { invoice_link: 'Invoice Link', supplier_field_values: 'Supplier' },
	linkTargets: ['companies', 'contacts', 'customers', 'leads'],
	hasCustomFields: true,
});
