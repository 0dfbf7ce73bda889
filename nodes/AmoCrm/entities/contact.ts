import { recordName, text } from '../fields/fields';
import { CONTACT } from '../fields/targets';
import { card, companyField, customFieldFields, phoneAndEmailFields, phoneAndEmailFilters, recordFilters, responsibleUserField, stampFields, tagFields } from './shared';
import { firstValue, joined } from './labels';
import { entity } from './types';

/** Contacts. Source: core facts 9. */
export const contact = entity({
	value: 'contact',
	displayName: 'Contact',
	...card('contacts'),
	picker: { search: 'server', label: (row) => joined(row.name || `Contact ${String(row.id)}`, firstValue(row, 'PHONE') ?? firstValue(row, 'EMAIL')) },
	fields: [
		{ name: 'name', kind: recordName, topLevel: true, placeholder: 'e.g. Nathan Smith', description: 'Full name of the contact' },
		{ name: 'firstName', kind: text, placeholder: 'e.g. Nathan', description: 'First name, when the name is kept in parts' },
		{ name: 'lastName', kind: text, placeholder: 'e.g. Smith', description: 'Last name, when the name is kept in parts' },
		...phoneAndEmailFields('contact'),
		responsibleUserField,
		...stampFields,
		...tagFields('contact'),
		// amoCRM takes no company inside a new contact: the link is a request of its own.
		companyField('linked'),
		...customFieldFields,
	],
	filters: [...recordFilters(CONTACT, 'Contacts', 'Smith'), ...phoneAndEmailFilters],
	sortKeys: { id: 'ID', name: 'Name', updated_at: 'Updated At' },
	withOptions: { customers: 'Customers', leads: 'Leads', catalog_elements: 'Products', social_profiles: 'Social Profiles' },
	linkTargets: ['catalog_elements', 'companies', 'customers', 'leads'],
});
