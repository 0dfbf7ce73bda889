import { atMostTen, eventFieldFilter, eventIdsFilter, eventKindFilter, eventListFilter, eventRecordsFilters, eventTypesFilter, eventValueFilters } from '../fields/eventFilters';
import { pickedIdsFilter } from '../fields/filters';
import { USERS } from '../fields/sources';
import { isPlainObject } from '../fields/values';
import { dayOf, joined } from './labels';
import { createdRange } from './shared';
import { entity } from './types';

const recordNameIn = ({ _embedded: embedded }: Record<string, unknown>) => (isPlainObject(embedded) && isPlainObject(embedded.entity) && embedded.entity.name ? String(embedded.entity.name) : undefined);

/** The history: what was done with records, by whom and when. Source: extended facts 5. */
export const event = entity({
	value: 'event',
	displayName: 'Event',
	about: 'An entry in the history of records',
	path: '/events',
	id: { kind: 'text', key: 'id', example: '01hxkz3v9q8r7t6w5y4n3m2k1j', pattern: /^[\da-z]{26}$/i },
	picker: {
		search: 'local',
		with: 'catalog_element_name,company_name,contact_name,customer_name,lead_name',
		label: (row) => joined(dayOf(row.created_at), String(row.type).replace(/_/g, ' '), recordNameIn(row) ?? `${String(row.entity_type)} ${String(row.entity_id)}`),
	},
	filters: [
		eventIdsFilter,
		eventTypesFilter,
		...createdRange('events that happened'),
		atMostTen(pickedIdsFilter('created_by', USERS, { name: 'createdByIds', displayName: 'Done By Names or IDs', description: 'Return only what these users did, up to 10; 0 is the robot' })),
		eventKindFilter,
		eventListFilter,
		...eventRecordsFilters,
		eventFieldFilter,
		...eventValueFilters,
	],
	withOptions: {
		catalog_name: 'List Name', catalog_element_name: 'List Element Name', company_name: 'Company Name', contact_name: 'Contact Name', customer_name: 'Customer Name',
		lead_name: 'Lead Name', note: 'Note',
	},
	list: { pageSize: 100, hasOwnOrder: true },
	needs: { plan: 'a plan with the history of events' },
});
