import { entity } from './types';

/** Customers: so far only picked, and read when the trigger tells of them. Source: extended facts 4. */
export const customer = entity({
	value: 'customer',
	displayName: 'Customer',
	displayNamePlural: 'Customers',
	path: '/customers',
	collection: 'customers',
	idParameter: 'customerId',
	cardPath: 'customers/detail',
	listSearchMethod: 'searchCustomers',
	picker: { search: 'server' },
	withOptions: [
		{ name: 'Companies', value: 'companies' },
		{ name: 'Contacts', value: 'contacts' },
		{ name: 'Products', value: 'catalog_elements' },
	],
	hasCustomFields: true,
});
