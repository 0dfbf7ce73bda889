import { type INodeProperties, UserError } from 'n8n-workflow';

import { isObject } from '../transport/objects';
import type { Query } from '../transport/types';
import { entriesOf, idOfName, isId, manyOf, pickedId, pickedIds } from './choices';
import { picked, pickOne, plainName } from './fields';
import { type Condition, type Filter, type FilterContext, adapted, filter, idsCondition, idsFilter, manyFilter, pickMany, recordsFilter } from './filters';
import { OF_ANY_FIELD, OF_ONE_FIELD, tells } from './hookEvents';
import { type LocatorTarget, idIn, recordLocator, textIdIn } from './locator';
import { CUSTOMER_STATUSES, EVENT_TYPES, eventFieldSource, fieldOptionSource, STAGES, USERS } from './sources';
import { stagesOf } from './stages';
import { CATALOG, ELEMENT, elementOf, RECORD_NAMES, recordOf, TASK } from './targets';
import { isUnset, optionIn, optionsOf, toList, toText, unwrapLocator } from './values';

/** Filters of the history (extended facts 5.1). */

/** amoCRM takes no more users, and no more records, in one request. */
const MOST = 10;

export const atMostTen = (own: Filter): Filter =>
	adapted(own, (condition) => {
		for (const list of Object.values((condition.query.filter ?? {}) as Query)) {
			if (Array.isArray(list) && list.length > MOST) throw new UserError(`amoCRM takes at most ${MOST} here, not ${list.length}. Give an item for each ${MOST}.`);
		}
		return condition;
	});

export const eventIdsFilter = filter(
	{ name: 'ids', displayName: 'IDs From Data', placeholder: 'e.g. {{ $json.ids }}', takesEmptyList: true, description: 'Return only the events with these IDs, as a list or separated by commas' },
	{ type: 'string', default: '' },
	(value, context) => idsCondition(['id'], toList(value).map((entry) => textIdIn({ noun: 'event', listSearchMethod: 'searchEvents', linkPaths: [] }, entry, context))),
);

const ofTypes = (types: string[]): Condition => ({ query: { filter: { type: types } }, isOneValue: true, accepts: (row) => tells({ types }, row) });

const typesIn = (value: unknown, context: FilterContext): string[] =>
	entriesOf(value, EVENT_TYPES, context).map((entry) => (isId(entry, EVENT_TYPES) || !context.choices ? toText(entry).trim() : String(idOfName(toText(entry), EVENT_TYPES, context.choices))));

export const eventTypesFilter = manyFilter(EVENT_TYPES, { name: 'types', displayName: 'Event Type Names or IDs', description: 'Return only events of these kinds' }, (value, context) => {
	const types = typesIn(value, context);
	if (types.length > 1 && types.some((type) => OF_ONE_FIELD.test(type))) throw new UserError('amoCRM finds changes of one field only alone: leave the other kinds out.');
	return isUnset(context.values.customFieldId) ? ofTypes(types) : { query: {} };
});

/** Kinds of records, as other parameters call them. */
const KINDS = { ...RECORD_NAMES, catalog_elements: 'List Element', tasks: 'Task' };
const SINGULAR: Record<string, string> = { companies: 'company', contacts: 'contact', customers: 'customer', leads: 'lead', tasks: 'task' };

const kindIn = ({ values: { entityType } }: Pick<FilterContext, 'values'>) => (isUnset(entityType) ? undefined : optionIn(optionsOf(KINDS), entityType));

/** The kind, where it has custom fields. */
const cardKind = (context: Pick<FilterContext, 'values'>): string | undefined => {
	const kind = kindIn(context);
	return kind === 'tasks' || kind === 'catalog_elements' ? undefined : kind;
};

export const eventFieldFilter = filter(
	{ name: 'customFieldId', displayName: 'Changed Field Name or ID', description: pickOne('Return only changes of this custom field') },
	picked(eventFieldSource()).property,
	(value, context) => {
		if (typesIn(context.values.types ?? [], context).some((type) => type !== OF_ANY_FIELD)) throw new UserError("amoCRM finds changes of one field only alone: leave 'Event Type' empty.");
		return ofTypes([`custom_field_${pickedId(value, eventFieldSource(cardKind(context)), context)}_value_changed`]);
	},
);

/** Messages are asked for by their contact, and come as events of the card that their talk is on (extended facts 5.1). */
export const eventKindFilter = filter(
	{ name: 'entityType', displayName: 'Record Type', description: "Return only events of this kind of records; list elements need 'List' too" },
	{ type: 'options', options: optionsOf(KINDS), default: 'leads' },
	(_value, context) => {
		const type = SINGULAR[kindIn(context) ?? ''];
		if (type !== undefined) {
			return { query: { filter: { entity: [type] } }, accepts: (row) => row.entity_type === type || (type === 'contact' && row.linked_talk_contact_id !== undefined) };
		}
		const { catalogId } = context.values;
		if (isUnset(catalogId)) throw new UserError("list elements need their 'List' too");
		return { query: { filter: { entity: [`catalog_${idIn(CATALOG, catalogId, context)}`] } } };
	},
);

export const eventListFilter = filter(
	{ name: 'catalogId', displayName: 'List', needs: 'entityType', description: "The list whose elements are meant; needs 'Record Type' too" },
	recordLocator(CATALOG),
	(_value, context) => {
		if (kindIn(context) === 'catalog_elements') return { query: {} };
		throw new UserError("only list elements are in a list: choose 'List Element' in 'Record Type'");
	},
);

function recordIn(context: Pick<FilterContext, 'values'>): LocatorTarget {
	const kind = kindIn(context);
	if (kind === 'tasks') return TASK;
	if (kind !== 'catalog_elements') return recordOf(kind);
	const catalogId = Number(unwrapLocator(context.values.catalogId));
	return Number.isInteger(catalogId) ? elementOf(catalogId) : ELEMENT;
}

/** Events of messages come as those of the card that their talk is on. */
const withMessages = (own: Filter): Filter =>
	adapted(own, (condition) => {
		const { accepts } = condition;
		return accepts ? { ...condition, accepts: (row) => row.linked_talk_contact_id !== undefined || accepts(row) } : condition;
	});

export const eventRecordsFilters: Filter[] = [
	recordsFilter('entity_id', recordIn, {
		name: 'linkedRecords',
		displayName: 'Records',
		needs: 'entityType',
		description: "Return only events of the records that you pick, up to 10; needs 'Record Type' too",
	}),
	idsFilter('entity_id', recordIn, {
		name: 'entityIds',
		displayName: 'Records From Data',
		needs: 'entityType',
		description: "Return only events of these records, up to 10, for an expression: IDs or links as a list, or separated by commas; needs 'Record Type' too",
	}),
].map((own) => atMostTen(withMessages(own)));

/** What the value of one kind of events may be: how amoCRM is asked for it, and of which type such events are. */
interface ValueKind {
	property: INodeProperties;
	type?: string;
	query: (value: unknown, context: FilterContext) => Query;
}

const VALUE_KINDS: ValueKind[] = [
	{
		property: { displayName: 'Stage Names or IDs', name: 'stageIds', ...manyOf(STAGES), description: pickMany('Stages of leads') },
		type: 'lead_status_changed',
		query: (value, context) => ({ leads_statuses: stagesOf(value, context).map(({ pipelineId, statusId }) => ({ pipeline_id: pipelineId, status_id: statusId })) }),
	},
	{
		property: { displayName: 'Status Names or IDs', name: 'customerStatusIds', ...manyOf(CUSTOMER_STATUSES), description: pickMany('Statuses of customers') },
		type: 'customer_status_changed',
		query: (value, context) => ({ customers_statuses: pickedIds(value, CUSTOMER_STATUSES, context).map((id) => ({ status_id: id })) }),
	},
	{
		property: { displayName: 'User Names or IDs', name: 'responsibleUserIds', ...manyOf(USERS), description: pickMany('Who is responsible') },
		type: 'entity_responsible_changed',
		query: (value, context) => ({ responsible_user_id: pickedIds(value, USERS, context) }),
	},
	{
		property: { displayName: 'Option Names or IDs', name: 'optionIds', ...manyOf({ loadOptionsMethod: 'getEventFieldOptions' }), description: pickMany("Options of the field in 'Changed Field'") },
		query: (value, context) => {
			const { customFieldId } = context.values;
			if (isUnset(customFieldId)) throw new UserError("options need their field in 'Changed Field' too");
			const kind = cardKind(context);
			const fieldId = Number(pickedId(customFieldId, eventFieldSource(kind), context));
			return { custom_field_values: pickedIds(value, fieldOptionSource(fieldId, kind), context) };
		},
	},
	{
		property: { displayName: 'Text', name: 'text', type: 'string', default: '', placeholder: 'e.g. 5', description: 'A name, a price, a rating or the text of a field, as it is' },
		query: (value) => ({ value: toText(value) }),
	},
];

/** What an event says that there was, or is now: one kind of value at a time. */
function valueFilter(side: 'before' | 'after', name: string, look: { displayName: string; description: string }): Filter {
	// An AI model is asked for each by its name: no two may have the same.
	const values = VALUE_KINDS.map(({ property }) => ({ ...property, displayName: `${side === 'before' ? '' : 'To '}${property.displayName}` }));
	const options = [{ displayName: 'Value', name: 'value', values }];
	return filter({ name, ...look }, { type: 'fixedCollection', placeholder: 'Add Value', default: {}, options }, (value, context) => {
		const given = isObject(value) && isObject(value.value) ? value.value : {};
		const set = VALUE_KINDS.filter(({ property }) => toList(given[property.name]).length > 0);
		const [kind] = set;
		if (!kind) return { query: {} };
		if (set.length > 1) throw new UserError(`amoCRM looks for one kind of value at a time. Leave one of: ${set.map(({ property }) => plainName(property)).join(', ')}.`);
		const query = kind.query(given[kind.property.name], context);
		return kind.type === undefined ? { query: { filter: { [`value_${side}`]: query } } } : { query: { filter: { [`value_${side}`]: query, type: [kind.type] } }, isOneValue: true };
	});
}

export const eventValueFilters = [
	valueFilter('before', 'valueBefore', { displayName: 'Value Before', description: 'Return only events in which there was this before' }),
	valueFilter('after', 'valueAfter', { displayName: 'Value After', description: 'Return only events in which there is this after' }),
];
