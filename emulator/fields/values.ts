import { invalidType, invalidValue, notSupportedChoice, type FieldError } from '../http/problems';
import { isRecord, scalar } from '../http/query';
import type { CustomFieldRow, FieldValue } from '../store/rows';
import type { FieldContext, Item } from './rule';
import { FIELD_RULES, foreignKeys } from './types';

/** custom_fields_values as a whole: checked and turned into what is stored, and back. facts: core 15.1 */

export interface FieldFinder {
	byId(id: number): CustomFieldRow | undefined;
	byCode(code: string): CustomFieldRow | undefined;
}

/** `undefined` values mean "clear this field". */
export interface FieldPatch {
	field: CustomFieldRow;
	values: Item[] | undefined;
}

export interface CheckedFields {
	patches: FieldPatch[];
	errors: FieldError[];
}

export function checkFieldValues(input: unknown, fields: FieldFinder, context: FieldContext, prefix = ''): CheckedFields {
	const root = `${prefix}custom_fields_values`;
	const result: CheckedFields = { patches: [], errors: [] };
	if (input === undefined || input === null) return result;
	if (!Array.isArray(input)) return { patches: [], errors: [invalidType(root, 'array')] };
	input.forEach((entry: unknown, index) => {
		const { patch, errors } = checkEntry(entry, fields, context, `${root}.${index}`);
		result.errors.push(...errors);
		if (patch) result.patches.push(patch);
	});
	return result;
}

function checkEntry(
	entry: unknown,
	fields: FieldFinder,
	context: FieldContext,
	path: string,
): { patch?: FieldPatch; errors: FieldError[] } {
	if (!isRecord(entry)) return { errors: [invalidType(path, 'array')] };
	const { field_id = null, field_code = null, values } = entry;
	if (field_id === null && field_code === null) return { errors: [notSupportedChoice(`${path}.field_id`)] };
	if (field_id !== null && typeof field_id !== 'number') {
		// Seen live: the unknown choice and the wrong type come together.
		return { errors: [notSupportedChoice(`${path}.field_id`), invalidType(`${path}.field_id`, 'int')] };
	}
	const field = field_id !== null ? fields.byId(field_id) : fields.byCode(scalar(field_code) ?? '');
	if (!field) return { errors: [notSupportedChoice(`${path}.${field_id === null ? 'field_code' : 'field_id'}`)] };
	if (values === null) return { patch: { field, values: undefined }, errors: [] };
	if (!Array.isArray(values)) return { errors: [invalidType(`${path}.values`, 'array')] };
	if (values.length === 0) {
		if (context.switches.emptyFieldValuesClear) return { patch: { field, values: undefined }, errors: [] };
		return { errors: [{ code: 'TooFew', path: `${path}.values`, detail: 'This collection should contain 1 element or more.' }] };
	}
	return checkItems(values, field, context, `${path}.values`);
}

function checkItems(
	values: unknown[],
	field: CustomFieldRow,
	context: FieldContext,
	path: string,
): { patch?: FieldPatch; errors: FieldError[] } {
	const rule = FIELD_RULES[field.type];
	if (!rule) return { errors: [invalidValue(path)] };
	const errors: FieldError[] = [];
	const stored: Item[] = [];
	if (!rule.many && values.length > 1) {
		errors.push({ code: 'TooMany', path, detail: 'This collection should contain 1 element or less.' });
	}
	values.forEach((item: unknown, index) => {
		const at = `${path}.${index}`;
		if (!isRecord(item)) {
			errors.push(invalidType(at, 'array'));
			return;
		}
		const foreign = foreignKeys(item, rule, at, context.switches);
		const written = rule.write(item, field, at, context);
		errors.push(...foreign);
		if ('errors' in written) errors.push(...written.errors);
		else stored.push(written.stored);
	});
	return errors.length > 0 ? { errors } : { patch: { field, values: stored }, errors };
}

/** Listed fields are replaced whole, unlisted ones stay. facts: core 15.1 */
export function applyFieldPatches(current: readonly FieldValue[], patches: readonly FieldPatch[]): FieldValue[] {
	const next = new Map(current.map((value) => [value.field_id, value]));
	for (const { field, values } of patches) {
		if (values === undefined) next.delete(field.id);
		else next.set(field.id, { field_id: field.id, values });
	}
	return [...next.values()];
}

/** The read model; null rather than [] when nothing is set. */
export function presentFieldValues(
	stored: readonly FieldValue[],
	fields: FieldFinder,
	context: FieldContext,
): Record<string, unknown>[] | null {
	const out = stored.flatMap(({ field_id, values }) => {
		const field = fields.byId(field_id);
		const rule = field && FIELD_RULES[field.type];
		if (!field || !rule) return [];
		return [
			{
				field_id,
				field_name: field.name,
				field_code: field.code,
				field_type: field.type,
				values: values.map((item) => rule.read(item, field, context)),
			},
		];
	});
	return out.length > 0 ? out : null;
}
