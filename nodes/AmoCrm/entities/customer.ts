import { customerDate, inMode, segmentList } from '../fields/customers';
import { linkedContacts, money, record, recordName, seconds as wholeNumber } from '../fields/fields';
import { embeddedFilter, momentRange, recordsFilter, testedHere } from '../fields/filters';
import { CUSTOMER, CUSTOMER_STATUS, SEGMENT } from '../fields/targets';
import { company } from './company';
import { contact } from './contact';
import { card, companyField, customFieldFields, recordFilters, responsibleUserField, stampFields, tagFields } from './shared';
import { entity } from './types';

const ON_UPDATE = 'Segments that the customer is to be in. It leaves the others; an expression that gives an empty list takes it out of all.';

/** Customers, by periods or by segments as the account has it. Source: extended facts 4. */
export const customer = entity({
	value: 'customer',
	displayName: 'Customer',
	about: 'A client who has bought and is to buy again',
	...card('customers'),
	picker: { search: 'server' },
	fields: [
		{ name: 'name', kind: recordName, required: true, placeholder: 'e.g. Acme Ltd.', description: 'Name of the customer' },
		{
			name: 'nextDate',
			displayName: 'Next Purchase Date',
			kind: customerDate,
			topLevel: true,
			description: "When the next purchase is expected. The periodic mode needs it for a new customer, the segments mode has none. A date without an offset is in the workflow's time zone.",
		},
		{ name: 'nextPrice', displayName: 'Next Purchase Amount', kind: money, description: "Amount of the next purchase in the account's currency" },
		{ name: 'periodicity', displayName: 'Periodicity (Days)', kind: inMode('periodicity', wholeNumber), description: 'After how many days the customer buys again; in the periodic mode' },
		{ name: 'statusId', displayName: 'Status', kind: inMode('periodicity', record(CUSTOMER_STATUS)), description: 'Stage of the customer in the periodic mode' },
		{
			name: 'segments',
			key: '_embedded.segments',
			kind: segmentList,
			description: 'Segments that the customer is in, in the segments mode',
			onUpdate: { displayName: 'Segments (Replace All)', description: ON_UPDATE },
		},
		responsibleUserField,
		...stampFields,
		...tagFields('customer'),
		{ name: 'contacts', key: '_embedded.contacts', kind: linkedContacts, description: 'Contacts to link' },
		companyField('linked'),
		...customFieldFields,
	],
	// The trash is known of leads, contacts and companies only (core facts 5.6).
	filters: [
		...recordFilters(CUSTOMER, 'Customers', 'Acme').filter(({ name }) => name !== 'onlyDeleted'),
		...momentRange('next_date', 'nextDate', 'Next Purchase', 'customers whose next purchase is expected').map(testedHere),
		testedHere(recordsFilter('status_id', CUSTOMER_STATUS, { name: 'statusIds', displayName: 'Statuses', description: 'Return only customers in these stages of the periodic mode. The node tests it in what the other filters leave.' })),
		embeddedFilter('segments', SEGMENT, { name: 'segmentIds', displayName: 'Segments', description: 'Return only customers in one of these segments. The node tests it in what the other filters leave.' }),
	],
	withOptions: { companies: 'Companies', contacts: 'Contacts', catalog_elements: 'Products' },
	expands: [company, contact],
	linkTargets: ['catalog_elements', 'companies', 'contacts'],
	needs: { plan: "customers that are switched on ('Set Customers Mode' of the account)" },
});
