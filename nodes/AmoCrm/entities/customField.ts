import { categories, fieldOptions, stagePairs } from '../fields/settings';
import { boolean, choice, jsonList, record, text } from '../fields/fields';
import { choicesFilter, idsFilter } from '../fields/filters';
import { optionsOf } from '../fields/values';
import { CURRENCY, FIELD_PLACE, GROUP } from '../fields/targets';
import { nameField, sortField } from './common';
import { FIELD_OWNERS, fieldOwner } from './places';
import { entity } from './types';

const TYPE_OPTIONS = optionsOf({
	birthday: 'Birthday', category: 'Category (Lists)', chained_list: 'Chained Lists', checkbox: 'Checkbox', date: 'Date', date_time: 'Date and Time',
	file: 'File', items: 'Items (Lists)', legal_entity: 'Legal Entity', linked_entity: 'Linked Record (Lists)', monetary: 'Money', multiselect: 'Multiselect',
	multitext: 'Phone, Email and the Like', numeric: 'Number', price: 'Price (Lists)', radiobutton: 'Radio Button', select: 'Select',
	smart_address: 'Address in Parts', streetaddress: 'Address', text: 'Text', textarea: 'Text in Lines', tracking_data: 'Tracking Data', url: 'Link',
});

const REMINDERS = optionsOf({ day: 'Day Before', month: 'Month Before', never: 'Never', week: 'Week Before' });

/** Definitions of custom fields. Source: extended facts 2. */
export const customField = entity({
	value: 'customField',
	displayName: 'Custom Field',
	path: '/{entityType}/custom_fields',
	parents: [fieldOwner('What kind of records has the field', FIELD_OWNERS)],
	picker: { search: 'local' },
	fields: [
		nameField('field', 'Delivery date'),
		{ name: 'type', kind: choice(TYPE_OPTIONS), required: true, only: 'create', property: { default: 'text' }, description: 'What the field holds; it cannot be changed later. Some types exist for some kinds of records only.' },
		{ name: 'code', kind: text, placeholder: 'e.g. DELIVERY_DATE', description: 'Short name for programs, unique among the fields of the kind' },
		sortField,
		{ name: 'groupId', displayName: 'Group', kind: record(GROUP), description: 'The group (tab of the card) that shows the field' },
		{ name: 'isApiOnly', displayName: 'API Only', kind: boolean, description: 'Whether only programs may change the value, not people' },
		{ name: 'isRequired', displayName: 'Required', kind: boolean, description: 'Whether people must fill it; for fields of lists' },
		{ name: 'isVisible', displayName: 'Visible', kind: boolean, property: { default: true }, description: 'Whether the list shows it; for fields of lists' },
		{ name: 'requiredStatuses', displayName: 'Required in Stage Names or IDs', kind: stagePairs, description: 'Stages in which people must fill the field. Choose from the list, or specify IDs using an <a href="https://docs.n8n.io/code/expressions/">expression</a>.' },
		{ name: 'options', key: 'enums', displayName: 'Field Options', kind: fieldOptions, description: 'Options to choose from, for select, multiselect and radio button', onUpdate: { description: "Options to add, or to rename by their ID or code; those that are not named stay unless 'Remove Other Options' is on" } },
		{ name: 'removeOtherOptions', key: '', kind: { property: { type: 'boolean', default: false }, encode: () => undefined }, only: 'update', needs: 'options', description: "Whether to remove the options that 'Field Options' does not name, and with them their values in all records" },
		{ name: 'categories', key: 'nested', kind: categories, placeholder: 'e.g. Clothes / Shoes', description: 'Tree of options of a category field, one path in a line; branches that exist stay' },
		{ name: 'currency', kind: record(CURRENCY), description: 'The currency, for money fields; its ID is the ISO code, such as USD' },
		{ name: 'remind', displayName: 'Reminder', kind: choice(REMINDERS), description: 'When to remind of a birthday' },
		{ name: 'searchIn', kind: record(FIELD_PLACE), description: 'Where a linked record is looked for: contacts, companies, contacts_and_companies, or the ID of a list' },
		{ name: 'chainedLists', displayName: 'Chained Lists (JSON)', kind: jsonList, description: 'Lists of the chain, for example [{"catalog_id": 5, "parent_catalog_id": null, "title": "City"}]' },
		{ name: 'trackingCallback', kind: text, placeholder: 'e.g. onUtm', description: 'Name of the function on the site that gives the value, for tracking data' },
	],
	filters: [
		idsFilter('id', { noun: 'field', listSearchMethod: 'searchCustomFields', linkPaths: [] }, { name: 'ids', displayName: 'IDs From Data', description: 'Return only the fields with these IDs, as a list or separated by commas' }),
		choicesFilter('type', TYPE_OPTIONS, { name: 'types', displayName: 'Types', description: 'Return only fields of these types' }),
	],
	sortKeys: { id: 'ID', sort: 'Sort' },
	needs: { admin: 'toWrite' },
	isDictionary: true,
});
