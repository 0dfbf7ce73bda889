import { recordName } from '../fields/fields';
import { COMPANY } from '../fields/targets';
import { customFieldsJsonField, customFieldsToClearField, phoneAndEmailFields, recordFilters, responsibleUserField, stampFields, tagFields } from './shared';
import { firstValue, joined } from './labels';
import { entity } from './types';

/** Companies. Source: core facts 10. */
export const company = entity({
	value: 'company',
	displayName: 'Company',
	displayNamePlural: 'Companies',
	path: '/companies',
	collection: 'companies',
	idParameter: 'companyId',
	cardPath: 'companies/detail',
	listSearchMethod: 'searchCompanies',
	picker: { search: 'server', label: (row) => joined(row.name || `Company ${String(row.id)}`, firstValue(row, 'PHONE')) },
	fields: [
		{ name: 'name', key: 'name', displayName: 'Name', kind: recordName, topLevel: true, placeholder: 'e.g. Acme Ltd.', description: 'Name of the company' },
		...phoneAndEmailFields('company'),
		responsibleUserField,
		...stampFields,
		...tagFields('company'),
		customFieldsJsonField,
		customFieldsToClearField,
	],
	filters: recordFilters(COMPANY, 'Companies', 'Acme'),
	sortKeys: [
		{ name: 'ID', value: 'id' },
		{ name: 'Name', value: 'name' },
		{ name: 'Updated At', value: 'updated_at' },
	],
	withOptions: [
		{ name: 'Contacts', value: 'contacts' },
		{ name: 'Customers', value: 'customers' },
		{ name: 'Leads', value: 'leads' },
		{ name: 'Products', value: 'catalog_elements' },
	],
	filtersArePaid: true,
	filtersCustomFields: true,
	linkTargets: ['catalog_elements', 'contacts', 'customers', 'leads'],
	hasCustomFields: true,
});
