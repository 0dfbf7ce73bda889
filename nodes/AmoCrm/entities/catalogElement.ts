import { recordName, seconds as wholeNumber } from '../fields/fields';
import { CATALOG, ELEMENT } from '../fields/targets';
import { below } from './places';
import { customFieldsJsonField, customFieldsToClearField, idFilters, searchFilter } from './shared';
import { firstValue, joined } from './labels';
import { entity } from './types';

/** Elements of lists (catalogs): products, invoices and the account's own lists. Source: extended facts 3.3. */
export const catalogElement = entity({
	value: 'catalogElement',
	displayName: 'List Element',
	displayNamePlural: 'List Elements',
	path: '/catalogs/{catalogId}/elements',
	parents: [below(CATALOG, { name: 'catalogId', displayName: 'List', description: 'The list (catalog) that holds the elements, such as Products' })],
	collection: 'elements',
	idParameter: 'catalogElementId',
	cardPath: 'catalogs/{catalogId}/detail',
	fieldsPath: '/catalogs/{catalogId}',
	listSearchMethod: 'searchCatalogElements',
	picker: { search: 'server', label: (row) => joined(row.name || `Element ${String(row.id)}`, firstValue(row, 'SKU')) },
	fields: [
		{ name: 'name', key: 'name', displayName: 'Name', kind: recordName, required: true, placeholder: 'e.g. Oak table', description: 'Name of the element' },
		{ name: 'currencyId', key: 'currency_id', displayName: 'Currency ID', kind: wholeNumber, description: 'The currency of its prices, by the number that amoCRM shows for it in elements' },
		customFieldsJsonField,
		customFieldsToClearField,
	],
	filters: [searchFilter('element', 'Oak table'), ...idFilters(ELEMENT, 'Elements')],
	withOptions: [
		{ name: 'Invoice Link', value: 'invoice_link' },
		{ name: 'Supplier', value: 'supplier_field_values' },
	],
	linkTargets: ['companies', 'contacts', 'customers', 'leads'],
	hasCustomFields: true,
});
