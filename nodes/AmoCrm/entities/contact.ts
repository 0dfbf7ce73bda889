import { recordName, text } from '../fields/fields';
import { CONTACT } from '../fields/targets';
import { companyField, customFieldsJsonField, customFieldsToClearField, phoneAndEmailFields, recordFilters, responsibleUserField, stampFields, tagFields } from './shared';
import { firstValue, joined } from './labels';
import { entity } from './types';

/** Contacts. Source: core facts 9. */
export const contact = entity({
	value: 'contact',
	displayName: 'Contact',
	displayNamePlural: 'Contacts',
	path: '/contacts',
	collection: 'contacts',
	idParameter: 'contactId',
	cardPath: 'contacts/detail',
	listSearchMethod: 'searchContacts',
	picker: { search: 'server', label: (row) => joined(row.name || `Contact ${String(row.id)}`, firstValue(row, 'PHONE') ?? firstValue(row, 'EMAIL')) },
	fields: [
		{ name: 'name', key: 'name', displayName: 'Name', kind: recordName, topLevel: true, placeholder: 'e.g. Nathan Smith', description: 'Full name of the contact' },
		{ name: 'firstName', key: 'first_name', displayName: 'First Name', kind: text, placeholder: 'e.g. Nathan', description: 'First name, when the name is kept in parts' },
		{ name: 'lastName', key: 'last_name', displayName: 'Last Name', kind: text, placeholder: 'e.g. Smith', description: 'Last name, when the name is kept in parts' },
		...phoneAndEmailFields('contact'),
		responsibleUserField,
		...stampFields,
		...tagFields('contact'),
		// amoCRM takes no company inside a new contact: the link is a request of its own.
		companyField('linked'),
		customFieldsJsonField,
		customFieldsToClearField,
	],
	filters: recordFilters(CONTACT, 'Contacts', 'Smith'),
	sortKeys: [
		{ name: 'ID', value: 'id' },
		{ name: 'Name', value: 'name' },
		{ name: 'Updated At', value: 'updated_at' },
	],
	withOptions: [
		{ name: 'Customers', value: 'customers' },
		{ name: 'Leads', value: 'leads' },
		{ name: 'Products', value: 'catalog_elements' },
		{ name: 'Social Profiles', value: 'social_profiles' },
	],
	filtersArePaid: true,
	filtersCustomFields: true,
	linkTargets: ['catalog_elements', 'companies', 'customers', 'leads'],
	hasCustomFields: true,
});
