import { type IDataObject, jsonParse } from 'n8n-workflow';

import { isObject } from '../transport/objects';
import { isTooLarge } from './formBody';

/** Rows of a delivery: every value arrives as a text (extended facts 1.4). What is a number or a yes/no becomes one. */

/** Keys of whole numbers and amounts, next to everything that ends in `_id`, `_at` or `_by`. Never those of texts: a name may be all digits. */
const NUMBERS = new Set([
	'id', 'ID', 'status', 'task_type', 'note_type', 'element_type', 'enum', 'periodicity', 'rate',
	'price', 'next_price', 'unit_price', 'quantity', 'next_date', 'last_modified', 'date_create', 'complete_before',
	// IDs in `accept_result[leads][0]`; where it holds whole leads, their own keys count.
	'leads',
]);

/** Numbers by their key that API v4 gives as texts. */
const TEXTS = new Set(['vat_id']);

const BOOLEANS = /^(is_|action_close$)/;

/** Free data of a website, mail or chat: whatever it holds stays as it came. */
const UNTOUCHED = new Set(['source_data', 'custom_fields']);

export function typedRow(row: IDataObject): IDataObject {
	const typed = typedObject(row);
	if (typeof typed.metadata === 'string') typed.metadata = parsed(typed.metadata) as IDataObject;
	// The address of a map is the ID: amoCRM's own form repeats it inside.
	if (isObject(typed.linked_leads_id)) typed.linked_leads_id = Object.keys(typed.linked_leads_id).map(toNumber);
	if (typed.custom_fields !== undefined) {
		typed.custom_fields_values = listOf(typed.custom_fields).map(fieldValue);
		delete typed.custom_fields;
	}
	return typed;
}

function typedObject(row: IDataObject): IDataObject {
	return Object.fromEntries(Object.entries(row).map(([key, value]) => [key, UNTOUCHED.has(key) ? value : typed(key, value)])) as IDataObject;
}

function typed(key: string, value: unknown): unknown {
	if (Array.isArray(value)) return value.map((entry) => typed(key, entry));
	if (isObject(value)) return typedObject(value);
	if (typeof value !== 'string') return value;
	if (BOOLEANS.test(key)) return value === '1' || value === 'true' ? true : value === '0' || value === '' || value === 'false' ? false : value;
	return isNumberKey(key) ? toNumber(value) : value;
}

const isNumberKey = (key: string): boolean => NUMBERS.has(key) || (/_(id|at|by)$/.test(key) && !TEXTS.has(key));

/** IDs of chats are UUIDs under the same keys: what is no number, or begins with zeros that count, stays a text. Nothing at all is `null`, as in API v4. */
export function toNumber(value: string): number | string | null {
	if (value === '') return null;
	const number = /^-?(?:0|[1-9]\d*)(?:\.\d+)?$/.test(value) ? Number(value) : NaN;
	return Number.isFinite(number) && Math.abs(number) <= Number.MAX_SAFE_INTEGER ? number : value;
}

/** A custom field in the shape of API v4. Dates have no `value` key in hooks: their item is the bare number. */
function fieldValue(field: IDataObject): IDataObject {
	return {
		field_id: toNumber(textOf(field.id)),
		field_name: textOf(field.name),
		field_code: textOf(field.code) || null,
		values: listOf(field.values).map((entry): IDataObject => {
			if (!isObject(entry)) return { value: toNumber(textOf(entry)) };
			const { value, enum: option, ...rest } = entry;
			return {
				value: (isObject(value) ? typedObject(value) : value) as IDataObject,
				...(option === undefined ? {} : { enum_id: toNumber(textOf(option)) }),
				...typedObject(rest),
			};
		}),
	};
}

function parsed(text: string): unknown {
	const value = jsonParse<unknown>(text, { fallbackValue: text });
	return isTooLarge(value) ? text : value;
}

/** What should be a text or a number; nothing else has a meaning there. */
export const textOf = (value: unknown): string => (typeof value === 'string' || typeof value === 'number' ? String(value) : '');

/** A list that has a gap arrives as a map. */
export function listOf(value: unknown): IDataObject[] {
	return (Array.isArray(value) ? value : isObject(value) ? Object.values(value) : []) as IDataObject[];
}
