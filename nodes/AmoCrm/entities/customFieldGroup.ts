import { pickedFields } from '../fields/fields';
import { GROUP_ID } from '../fields/sources';
import { nameField, ONE_ROW, sortField } from './common';
import { fieldOwner, GROUP_OWNERS } from './places';
import { entity } from './types';

/** Groups of custom fields: the tabs of a card. Their IDs are texts. Source: extended facts 2.4. */
export const customFieldGroup = entity({
	value: 'customFieldGroup',
	displayName: 'Custom Field Group',
	path: '/{entityType}/custom_fields/groups',
	parents: [fieldOwner('What kind of records has the group', GROUP_OWNERS)],
	collection: 'custom_field_groups',
	fieldsPath: '/{entityType}',
	id: { kind: 'text', key: 'id', example: 'leads_12345678901234', pattern: GROUP_ID },
	picker: { search: 'local' },
	fields: [
		nameField('group', 'Delivery'),
		sortField,
		{ name: 'fieldIds', key: 'fields', displayName: 'Field Names or IDs', kind: pickedFields, description: 'All the fields that the group shows. Choose from the list, or specify IDs using an <a href="https://docs.n8n.io/code/expressions/">expression</a>.' },
	],
	list: { unpaged: true, byIds: 'single' },
	verbs: { update: ONE_ROW },
	needs: { admin: 'toWrite' },
});
