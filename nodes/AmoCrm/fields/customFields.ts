import { type IDataObject, jsonParse, UserError } from 'n8n-workflow';

import { isObject } from '../transport/objects';
import { withoutLinks } from './cardLinks';
import type { FieldDefinition } from './dictionaries';
import { assertWritable, show } from './values';

/** One entry of amoCRM's `custom_fields_values` (core facts 15.1). */
export interface CustomFieldValue extends IDataObject {
	field_id?: number;
	field_code?: string;
	values: IDataObject[] | null;
}

/** Longer texts have to be JSON: n8n's reader of JavaScript objects takes longer than their length. */
const LONGEST_OBJECT = 50_000;

const EXAMPLE = '[{"field_id": 123, "values": [{"value": "text"}]}]';

/** The raw array for experts, checked for its shape and its links only: amoCRM knows the fields. */
export function customFieldsFromJson(value: unknown, accountUrl: string): CustomFieldValue[] {
	const parsed: unknown = typeof value === 'string' ? jsonParse(value, { fallbackValue: null, acceptJSObject: value.length <= LONGEST_OBJECT }) : value;
	assertWritable(parsed);
	if (!Array.isArray(parsed)) throw new UserError(`${show(value)} is not a JSON array. Give an array such as ${EXAMPLE}.`);
	return parsed.map((entry: unknown, index) => {
		const field = (entry ?? {}) as Partial<CustomFieldValue>;
		if (!/^\d+$/.test(typeof field.field_id === 'object' ? '' : String(field.field_id)) && typeof field.field_code !== 'string') {
			throw new UserError(`Entry ${index} has neither "field_id" nor "field_code": ${show(entry)}.`);
		}
		if (field.values !== null && !Array.isArray(field.values)) {
			throw new UserError(`Entry ${index} needs "values": an array such as [{"value": "text"}], or null to clear the field.`);
		}
		return { ...field, values: field.values?.map((item) => itemWithoutLinks(item, accountUrl)) ?? null } as CustomFieldValue;
	});
}

/** Records stand in the item itself (chained lists) or in its value. */
function itemWithoutLinks(item: unknown, accountUrl: string): unknown {
	if (!isObject(item)) return item;
	const { value } = item;
	return withoutLinks(isObject(value) ? { ...item, value: withoutLinks(value, accountUrl) } : item, accountUrl);
}

/** Refuses the same field set twice, which amoCRM would resolve by chance. */
export function assertDistinctFields(fields: CustomFieldValue[]): void {
	const seen = new Set<string>();
	for (const field of fields) {
		const key = field.field_code ?? String(field.field_id);
		if (seen.has(key)) throw new UserError(`The custom field ${show(key)} is set twice. Set it in one place only.`);
		seen.add(key);
	}
}

export function definitionOf(field: CustomFieldValue, definitions: FieldDefinition[]): FieldDefinition | undefined {
	return definitions.find(({ id, code }) => (field.field_code === undefined ? id === Number(field.field_id) : code === field.field_code));
}
