import { recordName } from '../fields/fields';
import { COMPANY } from '../fields/targets';
import { card, customFieldFields, phoneAndEmailFields, phoneAndEmailFilters, recordFilters, responsibleUserField, stampFields, tagFields } from './shared';
import { firstValue, joined } from './labels';
import { entity } from './types';

/** Companies. Source: core facts 10. */
export const company = entity({
	value: 'company',
	displayName: 'Company',
	...card('companies'),
	picker: { search: 'server', label: (row) => joined(row.name || `Company ${String(row.id)}`, firstValue(row, 'PHONE')) },
	fields: [
		{ name: 'name', kind: recordName, topLevel: true, placeholder: 'e.g. Acme Ltd.', description: 'Name of the company' },
		...phoneAndEmailFields('company'),
		responsibleUserField,
		...stampFields,
		...tagFields('company'),
		...customFieldFields,
	],
	filters: [...recordFilters(COMPANY, 'Companies', 'Acme'), ...phoneAndEmailFilters],
	sortKeys: { id: 'ID', name: 'Name', updated_at: 'Updated At' },
	withOptions: { contacts: 'Contacts', customers: 'Customers', leads: 'Leads', catalog_elements: 'Products' },
	linkTargets: ['catalog_elements', 'contacts', 'customers', 'leads'],
});
