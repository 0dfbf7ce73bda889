import { type INodeProperties, UserError } from 'n8n-workflow';

import { isObject } from '../transport/objects';
import type { Query } from '../transport/types';
import { type Source, entriesOf, idOfName, isId, pickedId, pickedIds } from './choices';
import { type Condition, type Filter, type FilterContext, idsFilter, pickMany, recordsFilter } from './filters';
import { type LocatorTarget, idIn, recordLocator, textIdIn } from './locator';
import { CUSTOMER_STATUSES, EVENT_TYPES, eventFieldSource, fieldOptionSource, STAGES, USERS } from './sources';
import { stagesOf } from './stages';
import { CATALOG, ELEMENT, elementOf, recordOf, TASK } from './targets';
import { isUnset, optionIn, optionsOf, toList, toText, unwrapLocator } from './values';

/** Filters of the history (extended facts 5.1). */

/** amoCRM takes no more users, and no more records, in one request. */
const MOST = 10;

export const atMostTen = (filter: Filter): Filter => ({
	...filter,
	condition: (value, context) => {
		const condition = filter.condition(value, context);
		for (const list of Object.values((condition.query.filter ?? {}) as Query)) {
			if (Array.isArray(list) && list.length > MOST) throw new UserError(`amoCRM takes at most ${MOST} here, not ${list.length}. Give an item for each ${MOST}.`);
		}
		return condition;
	},
});

export const eventIdsFilter: Filter = {
	name: 'ids',
	displayName: 'IDs From Data',
	placeholder: 'e.g. {{ $json.ids }}',
	description: 'Return only the events with these IDs, as a list or separated by commas',
	property: { type: 'string', default: '' },
	takesEmptyList: true,
	condition: (value, context) => {
		const ids = toList(value).map((entry) => textIdIn({ noun: 'event', listSearchMethod: 'searchEvents', linkPaths: [] }, entry, context));
		return ids.length === 0 ? { query: {}, isImpossible: true } : { query: { filter: { id: ids } }, isOneValue: true, accepts: ({ id }) => ids.includes(String(id)) };
	},
};

const OF_ONE_FIELD = /^custom_field_\d+_value_changed$/;
const OF_ANY_FIELD = 'custom_field_value_changed';

const ofTypes = (types: string[]): Condition => ({
	query: { filter: { type: types } },
	isOneValue: true,
	accepts: ({ type }) => types.includes(String(type)) || (types.includes(OF_ANY_FIELD) && OF_ONE_FIELD.test(String(type))),
});

const picked = (source: Source): INodeProperties['typeOptions'] => ({ loadOptionsMethod: source.loadOptionsMethod });

const typesIn = (value: unknown, context: FilterContext): string[] =>
	entriesOf(value, EVENT_TYPES, context).map((entry) => (isId(entry, EVENT_TYPES) || !context.choices ? toText(entry).trim() : String(idOfName(toText(entry), EVENT_TYPES, context.choices))));

export const eventTypesFilter: Filter = {
	name: 'types',
	displayName: 'Event Type Names or IDs',
	description: pickMany('Return only events of these kinds'),
	property: { type: 'multiOptions', typeOptions: picked(EVENT_TYPES), default: [] },
	condition: (value, context) => {
		const types = typesIn(value, context);
		if (types.length > 1 && types.some((type) => OF_ONE_FIELD.test(type))) throw new UserError('amoCRM finds changes of one field only alone: leave the other kinds out.');
		return isUnset(context.values.customFieldId) ? ofTypes(types) : { query: {} };
	},
};

/** Kinds of records, as other parameters call them. */
const KINDS: Record<string, string> = { catalog_elements: 'List Element', companies: 'Company', contacts: 'Contact', customers: 'Customer', leads: 'Lead', tasks: 'Task' };
const SINGULAR: Record<string, string> = { companies: 'company', contacts: 'contact', customers: 'customer', leads: 'lead', tasks: 'task' };

const kindIn = ({ values: { entityType } }: Pick<FilterContext, 'values'>) => (isUnset(entityType) ? undefined : optionIn(optionsOf(KINDS), entityType));

/** The kind, where it has custom fields. */
const cardKind = (context: Pick<FilterContext, 'values'>): string | undefined => {
	const kind = kindIn(context);
	return kind === 'tasks' || kind === 'catalog_elements' ? undefined : kind;
};

export const eventFieldFilter: Filter = {
	name: 'customFieldId',
	displayName: 'Changed Field Name or ID',
	description: 'Return only changes of this custom field. Choose from the list, or specify an ID using an <a href="https://docs.n8n.io/code/expressions/">expression</a>.',
	property: { type: 'options', typeOptions: picked(eventFieldSource()), default: '' },
	condition: (value, context) => {
		if (typesIn(context.values.types ?? [], context).some((type) => type !== OF_ANY_FIELD)) throw new UserError("amoCRM finds changes of one field only alone: leave 'Event Type' empty.");
		return ofTypes([`custom_field_${pickedId(value, eventFieldSource(cardKind(context)), context)}_value_changed`]);
	},
};

/** Messages are asked for by their contact, and come as events of the card that their talk is on (extended facts 5.1). */
export const eventKindFilter: Filter = {
	name: 'entityType',
	displayName: 'Record Type',
	description: "Return only events of this kind of records; list elements need 'List' too",
	property: { type: 'options', options: optionsOf(KINDS), default: 'leads' },
	condition: (_value, context) => {
		const kind = kindIn(context) ?? '';
		const type = SINGULAR[kind];
		if (type === undefined) {
			const { catalogId } = context.values;
			if (isUnset(catalogId)) throw new UserError("list elements need their 'List' too");
			return { query: { filter: { entity: [`catalog_${idIn(CATALOG, catalogId, context)}`] } } };
		}
		return { query: { filter: { entity: [type] } }, accepts: (row) => row.entity_type === type || (type === 'contact' && row.linked_talk_contact_id !== undefined) };
	},
};

export const eventListFilter: Filter = {
	name: 'catalogId',
	displayName: 'List',
	needs: 'entityType',
	description: "The list whose elements are meant; needs 'Record Type' too",
	property: recordLocator(CATALOG),
	condition: (_value, context) => {
		if (kindIn(context) === 'catalog_elements') return { query: {} };
		throw new UserError("only list elements are in a list: choose 'List Element' in 'Record Type'");
	},
};

function recordIn(context: Pick<FilterContext, 'values'>): LocatorTarget {
	const kind = kindIn(context);
	if (kind === 'tasks') return TASK;
	if (kind !== 'catalog_elements') return recordOf(kind);
	const catalogId = Number(unwrapLocator(context.values.catalogId));
	return Number.isInteger(catalogId) ? elementOf(catalogId) : ELEMENT;
}

/** Events of messages come as those of the card that their talk is on. */
const withMessages = (filter: Filter): Filter =>
	atMostTen({
		...filter,
		condition: (value, context) => {
			const condition = filter.condition(value, context);
			const { accepts } = condition;
			return accepts ? { ...condition, accepts: (row) => row.linked_talk_contact_id !== undefined || accepts(row) } : condition;
		},
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
].map(withMessages);

/** What the value of one kind of events may be: how amoCRM is asked for it, and of which type such events are. */
interface ValueKind {
	property: INodeProperties;
	type?: string;
	query: (value: unknown, context: FilterContext) => Query;
}

const many = (source: Pick<Source, 'loadOptionsMethod'>): Pick<INodeProperties, 'type' | 'typeOptions' | 'default'> => ({
	type: 'multiOptions',
	typeOptions: { loadOptionsMethod: source.loadOptionsMethod },
	default: [],
});

const VALUE_KINDS: ValueKind[] = [
	{
		property: { displayName: 'Stage Names or IDs', name: 'stageIds', ...many(STAGES), description: pickMany('Stages of leads') },
		type: 'lead_status_changed',
		query: (value, context) => ({ leads_statuses: stagesOf(value, context).map(({ pipelineId, statusId }) => ({ pipeline_id: pipelineId, status_id: statusId })) }),
	},
	{
		property: { displayName: 'Status Names or IDs', name: 'customerStatusIds', ...many({ loadOptionsMethod: 'getCustomerStatuses' }), description: pickMany('Statuses of customers') },
		type: 'customer_status_changed',
		query: (value, context) => ({ customers_statuses: pickedIds(value, CUSTOMER_STATUSES, context).map((id) => ({ status_id: id })) }),
	},
	{
		property: { displayName: 'User Names or IDs', name: 'responsibleUserIds', ...many(USERS), description: pickMany('Who is responsible') },
		type: 'entity_responsible_changed',
		query: (value, context) => ({ responsible_user_id: pickedIds(value, USERS, context) }),
	},
	{
		property: { displayName: 'Option Names or IDs', name: 'optionIds', ...many({ loadOptionsMethod: 'getEventFieldOptions' }), description: pickMany("Options of the field in 'Changed Field'") },
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
function valueFilter(side: 'before' | 'after', displayName: string, description: string): Filter {
	return {
		name: `value${displayName.replace('Value ', '')}`,
		displayName,
		description,
		// An AI model is asked for each by its name: no two may have the same.
		property: {
			type: 'fixedCollection',
			placeholder: 'Add Value',
			default: {},
			options: [{ displayName: 'Value', name: 'value', values: VALUE_KINDS.map(({ property }) => ({ ...property, displayName: `${side === 'before' ? '' : 'To '}${property.displayName}` })) }],
		},
		condition: (value, context) => {
			const given = isObject(value) && isObject(value.value) ? value.value : {};
			const set = VALUE_KINDS.filter(({ property: { name } }) => toList(given[name]).length > 0);
			const [kind] = set;
			if (!kind) return { query: {} };
			if (set.length > 1) throw new UserError(`amoCRM looks for one kind of value at a time. Leave one of: ${set.map(({ property }) => property.displayName.replace(/ Names? or IDs?$/, '')).join(', ')}.`);
			const query = kind.query(given[kind.property.name], context);
			return kind.type === undefined ? { query: { filter: { [`value_${side}`]: query } } } : { query: { filter: { [`value_${side}`]: query, type: [kind.type] } }, isOneValue: true };
		},
	};
}

export const eventValueFilters: Filter[] = [
	valueFilter('before', 'Value Before', 'Return only events in which there was this before'),
	valueFilter('after', 'Value After', 'Return only events in which there is this after'),
];
