import { type IDataObject, type INodeProperties, UserError } from 'n8n-workflow';

import { type ValueContext, encodeFieldValue, isCalendarDayType } from './codec';
import type { FieldDefinition } from './dictionaries';
import { endOfDay, toDeadline } from './dates';
import type { Condition } from './filters';
import { named, picked, pickOne } from './fields';
import { blockList } from './locator';
import { chosenField } from './mapper';
import { fieldValues, valueKey } from './matching';
import { fieldSource } from './sources';
import { assertWritable, isUnset, optionIn, show } from './values';

/** Filters by the account's own fields (core facts 3.6). */

/** Types that amoCRM filters by single values. */
const BY_VALUE = new Set(['text', 'textarea', 'url', 'streetaddress', 'numeric', 'select', 'multiselect', 'radiobutton', 'checkbox']);

/** Types that amoCRM filters by a range. */
const BY_RANGE = new Set(['numeric', 'date', 'birthday', 'date_time']);

type CustomFieldFilter = Partial<Record<'fieldId' | 'comparison' | 'value', unknown>>;

const CONDITIONS: Array<{ name: string; value: 'from' | 'is' | 'isEmpty' | 'isNotEmpty' | 'to'; description: string }> = [
	{ name: 'From', value: 'from', description: 'The value or more, the day or later' },
	{ name: 'Is', value: 'is', description: 'The value, or one of several' },
	{ name: 'Is Empty', value: 'isEmpty', description: 'The field has no value. The node tests it in what the other filters leave.' },
	{ name: 'Is Not Empty', value: 'isNotEmpty', description: 'The field has any value. The node tests it in what the other filters leave.' },
	{ name: 'To', value: 'to', description: 'The value or less, the day or earlier' },
];

/** They need no value. */
const BY_PRESENCE = ['isEmpty', 'isNotEmpty'];

const filterValues: INodeProperties[] = [
	{ displayName: 'Field Name or ID', name: 'fieldId', ...picked(fieldSource('')).property, description: pickOne('Custom field to compare') },
	{
		displayName: 'Condition',
		name: 'comparison',
		type: 'options',
		options: CONDITIONS,
		default: 'is',
		description: 'How to compare: ranges work for numbers and dates, single values for the others',
	},
	{
		displayName: 'Value',
		name: 'value',
		type: 'string',
		default: '',
		placeholder: 'e.g. Website',
		description: 'Value to compare with, as a person would write it; several options or numbers separated by commas, or a list. Nothing where it is only asked whether there is one.',
	},
];

export const customFieldFiltersProperty: INodeProperties = {
	displayName: 'Custom Fields',
	name: 'customFields',
	...blockList({ displayName: 'Field', name: 'field', values: filterValues }, { noun: 'Custom Field' }),
	description: 'Conditions on custom fields; all of them must hold',
};

/** The conditions that the user set, empty rows left out. */
export function givenFieldFilters(filters: IDataObject): CustomFieldFilter[] {
	const given = (filters.customFields ?? {}) as { field?: CustomFieldFilter | CustomFieldFilter[] };
	return [given.field ?? []].flat().filter((row) => row !== null && !(isUnset(row.fieldId) && isUnset(row.value) && !BY_PRESENCE.includes(String(row.comparison))));
}

/** Throws a `UserError` that names the field. */
export function customFieldConditions(given: CustomFieldFilter[], definitions: FieldDefinition[], context: ValueContext): Condition[] {
	return given.map(({ fieldId, comparison = 'is', value }) => {
		if (isUnset(fieldId)) throw new UserError(`'Filters': the condition on the value ${show(value)} has no custom field. Choose one.`);
		const field = named('Custom Fields', () => chosenField(fieldId, definitions, context));
		return named(field.name, () => {
			assertWritable(value);
			const condition = optionIn(CONDITIONS, comparison);
			if (condition === 'isEmpty' || condition === 'isNotEmpty') return byPresence(field, condition);
			if (isUnset(value) || (Array.isArray(value) && value.every(isUnset))) throw new UserError('the value to compare with is empty');
			return condition === 'is' ? byValue(field, value, context) : byBound(field, condition, value, context);
		});
	});
}

/** amoCRM has no such filter. A switch that is off has a value. */
function byPresence({ id, name }: FieldDefinition, wanted: 'isEmpty' | 'isNotEmpty'): Condition {
	const isFilled = (row: IDataObject) => fieldValues(row, id).some((item) => !isUnset(item.value ?? item.enum_id));
	return { query: {}, accepts: (row) => isFilled(row) === (wanted === 'isNotEmpty'), here: { filter: name, wanted: [id, wanted] } };
}

function byValue(field: FieldDefinition, value: unknown, context: ValueContext): Condition {
	if (isCalendarDayType(field.type)) {
		const from = numberOf(field, value, context);
		return inRange(field, { from, to: endOfDay(from, context.account) });
	}
	if (!BY_VALUE.has(field.type)) {
		const other = BY_RANGE.has(field.type) ? " Use 'From' and 'To'." : '';
		throw new UserError(`amoCRM cannot look for single values of this type of field (${field.type}).${other}`);
	}
	const items = wantedItems(field, value, context);
	const wanted = new Set(items.map((item) => valueKey(item, field.type)));
	return {
		query: { filter: { custom_fields_values: { [field.id]: items.map(inQuery) } } },
		accepts: (row) => fieldValues(row, field.id).some((item) => wanted.has(valueKey(item, field.type))),
	};
}

/** Several options or numbers may stand in one text; a text may hold commas of its own and is one value. */
function wantedItems(field: FieldDefinition, value: unknown, context: ValueContext): IDataObject[] {
	if (field.enums.length > 0) return encodeFieldValue(value, { ...field, type: 'multiselect' }, context);
	const severalNumbers = field.type === 'numeric' && typeof value === 'string' && /[,;]\s/.test(value);
	const entries = Array.isArray(value) ? value : severalNumbers ? value.split(/[,;]\s+/) : [value];
	return entries.flatMap((entry) => encodeFieldValue(entry, field, context));
}

/** Options go by their ID, a checkbox as 1 or 0 (core facts 3.6). */
function inQuery(item: IDataObject): string | number {
	if (item.enum_id !== undefined) return Number(item.enum_id);
	return typeof item.value === 'boolean' ? Number(item.value) : String(item.value);
}

function byBound(field: FieldDefinition, side: 'from' | 'to', value: unknown, context: ValueContext): Condition {
	if (!BY_RANGE.has(field.type)) throw new UserError(`amoCRM cannot compare fields of this type (${field.type}) by size. Use 'Is'.`);
	const bound = numberOf(field, value, context);
	if (side === 'from') return inRange(field, { from: bound });
	if (isCalendarDayType(field.type)) return inRange(field, { to: endOfDay(bound, context.account) });
	// "The day or earlier" holds for a day without a time too.
	const to = field.type === 'date_time' ? toDeadline([value].flat()[0], { zone: context.workflow, conventions: context.conventions }) : bound;
	return inRange(field, { to });
}

function inRange(field: FieldDefinition, range: { from?: number; to?: number }): Condition {
	const { from = -Infinity, to = Infinity } = range;
	return {
		query: { filter: { custom_fields_values: { [field.id]: range } } },
		accepts: (row) => fieldValues(row, field.id).some((item) => Number(item.value) >= from && Number(item.value) <= to),
	};
}

function numberOf(field: FieldDefinition, value: unknown, context: ValueContext): number {
	return Number(encodeFieldValue(value, field, context)[0]?.value);
}
