import { inMode, transactionsIn } from '../fields/customers';
import { boolean, longText, moment, money, pickedUser, record, text } from '../fields/fields';
import { idsFilter } from '../fields/filters';
import { linkedProducts } from '../fields/products';
import { CUSTOMER } from '../fields/targets';
import { below } from './places';
import { dayOf, joined } from './labels';
import { entity } from './types';

/** Those of one customer, where one is picked. */
export const OF_A_CUSTOMER = [below(CUSTOMER, { name: 'customerId', displayName: 'Customer', description: 'The customer whose purchases are meant; left empty, those of all customers', isOptional: true })];

/** Purchases of customers. amoCRM changes none afterwards. Source: extended facts 4. */
export const transaction = entity({
	value: 'transaction',
	displayName: 'Transaction',
	about: 'A purchase of a customer',
	path: '/customers/transactions',
	pathBelow: '/customers/{customerId}/transactions',
	picker: { search: 'local', label: ({ id, price, comment, completed_at: at }) => joined(dayOf(at), price, comment || `Transaction ${String(id)}`) },
	fields: [
		{ name: 'customerId', displayName: 'Customer', kind: record(CUSTOMER), required: true, description: 'The customer who has bought' },
		{ name: 'price', kind: money, required: true, description: "Amount of the purchase in the account's currency" },
		{ name: 'comment', kind: longText, placeholder: 'e.g. Order 1024', description: 'What the purchase was' },
		{ name: 'completedAt', kind: moment, description: "When it was made; now when left out. A date without an offset is in the workflow's time zone." },
		{ name: 'products', key: '_embedded.catalog_elements', kind: linkedProducts, description: 'What was bought' },
		{ name: 'nextDate', displayName: 'Next Purchase Date', kind: inMode('periodicity', moment), description: "When the customer is expected to buy again; in the periodic mode. A date without an offset is in the workflow's time zone." },
		{ name: 'nextPrice', displayName: 'Next Purchase Amount', kind: money, description: "Amount of the next purchase in the account's currency" },
		{ name: 'createdBy', kind: pickedUser, description: 'The user in whose name the record is made; 0 is the robot' },
		{ name: 'receiptLink', key: 'metadata.receipt_link', kind: text, placeholder: 'e.g. https://example.com/receipt/1', description: 'Web address of the receipt' },
		{ name: 'externalId', key: 'metadata.external_id', kind: text, placeholder: 'e.g. order-1024', description: 'ID of the purchase in your own system' },
	],
	createOptions: [
		{ name: 'accrueBonus', kind: boolean, property: { default: true }, description: 'Whether the customer earns bonus points by the purchase, as the bonus programme of the account has it' },
	],
	createDefaults: { accrue_bonus: false },
	filters: [
		idsFilter('id', { noun: 'transaction', listSearchMethod: 'searchTransactions', linkPaths: [] }, { name: 'ids', displayName: 'IDs From Data', description: 'Return only the transactions with these IDs, as a list or separated by commas' }),
	],
	// Purchases of one customer share requests; whether points are earned is a part of the address.
	verbs: {
		create: { method: 'POST', root: '/customers', path: '/{customer_id}/transactions?accrue_bonus={accrue_bonus}', sends: 'rows', answers: transactionsIn },
	},
	needs: { plan: "customers that are switched on ('Set Customers Mode' of the account)" },
});
