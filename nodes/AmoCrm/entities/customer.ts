import { entity } from './types';

/** Customers: so far only picked, and read when the trigger tells of them. Source: extended facts 4. */
export const customer = entity({
	value: 'customer',
	displayName: 'Customer',
	path: '/customers',
	cardPath: 'customers/detail',
	picker: { search: 'server' },
	withOptions: { companies: 'Companies', contacts: 'Contacts', catalog_elements: 'Products' },
	hasCustomFields: true,
});
