import { color } from '../fields/colors';
import { customFieldsJson } from '../fields/fields';
import { IN_SEGMENTS_MODE, nameField, ONE_ROW } from './common';
import { entity } from './types';

/** Segments of customers. Source: extended facts 4. */
export const customerSegment = entity({
	value: 'customerSegment',
	displayName: 'Customer Segment',
	path: '/customers/segments',
	picker: { search: 'local' },
	fields: [
		nameField('segment', 'VIP'),
		{ name: 'color', kind: color({ prefix: '' }), description: 'Color of the segment' },
		{ name: 'customFieldsJson', key: 'custom_fields_values', displayName: 'Custom Fields (JSON)', kind: customFieldsJson, description: 'Array in the form of amoCRM\'s custom_fields_values, for example [{"field_id": 123, "values": [{"value": "text"}]}]' },
	],
	list: { byIds: 'single' },
	verbs: { create: { method: 'POST', sends: 'row', answers: 'self' }, update: ONE_ROW },
	needs: { admin: 'toWrite', plan: IN_SEGMENTS_MODE },
});
