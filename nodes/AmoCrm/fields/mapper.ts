import { type IDataObject, type INodeProperties, UserError } from 'n8n-workflow';

import { remembered } from '../transport/remembered';
import { type ValueContext, encodeFieldValue } from './codec';
import type { CustomFieldValue } from './customFields';
import type { FieldDefinition } from './dictionaries';
import { notOne } from './choices';
import { type WritableField, named, plainName } from './fields';
import { FIELD, fieldChoice } from './sources';
import { isUnset, labelKey, show, unwrapLocator } from './values';

/** The value of n8n's resource mapper. */
interface MapperValue {
	mappingMode?: 'defineBelow' | 'autoMapInputData';
	value?: IDataObject | null;
}

/** Every custom field of the account under its own name, with an input that fits its type. */
export function customFieldsMapper(displayName: string, name: string, resourceMapperMethod: string): INodeProperties {
	return {
		displayName,
		name,
		type: 'resourceMapper',
		noDataExpression: true,
		default: { mappingMode: 'defineBelow', value: null },
		description: "Custom fields of the account. Fields left empty are not sent. A field with a star is required in some stages; one with (…, …) takes several values: an expression or a text with commas between them, or a list; one of files takes the name of the item's field that has the file, or the UUID or link of a file in amoCRM; a date without an offset is in the workflow's time zone.",
		typeOptions: {
			loadOptionsDependsOn: ['resource', 'catalogId.value'],
			resourceMapper: {
				resourceMapperMethod,
				mode: 'map',
				valuesLabel: displayName,
				fieldWords: { singular: 'field', plural: 'fields' },
				addAllFields: false,
				supportAutoMap: true,
				// The list of fields says itself why it is empty.
				hideNoDataError: true,
			},
		},
	};
}

/** The custom fields of the resource that is chosen. */
export const customFieldsProperty = customFieldsMapper('Custom Fields', 'customFields', 'getCustomFields');

/** Whether any custom field is mapped, so that the definitions are worth a request. */
export function mapsFields(parameter: unknown): boolean {
	const mapper = (parameter ?? {}) as MapperValue;
	if (mapsAutomatically(mapper)) return true;
	return Object.values(mapper.value ?? {}).some((value) => !isUnset(value));
}

/** Whether the keys of the item say what its values are. */
export const mapsAutomatically = (parameter: unknown): boolean => ((parameter ?? {}) as MapperValue).mappingMode === 'autoMapInputData';

/** The record's own fields that are mapped automatically, with what people call them beside their names in the form and in amoCRM. */
const AUTOMATIC: Record<string, string[]> = {
	name: [], price: [], pipelineId: [], statusId: [], responsibleUserId: ['responsible'], tags: [], phone: [], email: [], firstName: [], lastName: [],
};

/** Neither letter case nor what stands between words makes a difference: `First Name`, `first_name`, `firstName`. */
const wordsKey = (text: string): string => labelKey(text).replace(/[\s_-]+/g, '');

/**
 * What the item gives for the record's own fields, by their parameters: the key that says it, amoCRM's own before any other.
 * Throws a `UserError` for a key that means a custom field as well.
 */
export function ownKeys(json: IDataObject, fields: WritableField[], definitions: FieldDefinition[]): Map<string, string> {
	const given = new Map(Object.entries(json).reverse().flatMap(([key, value]): Array<[string, string]> => (isUnset(value) ? [] : [[wordsKey(key), key]])));
	const found = new Map<string, string>();
	for (const field of fields) {
		const more = Object.hasOwn(AUTOMATIC, field.name) ? AUTOMATIC[field.name] : undefined;
		const key = more && [field.key, field.name, plainName(field), ...more].map((name) => given.get(wordsKey(name))).find((name) => name !== undefined);
		if (key === undefined) continue;
		const custom = definitionOf(key, definitions);
		if (custom && custom.code !== field.key) {
			throw new UserError(`${show(key)} can mean the field '${plainName(field)}' and the custom field ${show(custom.name)}. Set '${plainName(field)}' in the form, or rename the key to ${custom.id}, the ID of the custom field.`);
		}
		found.set(field.name, key);
	}
	return found;
}

interface MapperInput {
	json: IDataObject;
	definitions: FieldDefinition[];
	context: ValueContext;
	taken: Set<string>;
	/** Keys of the item that are no custom fields. */
	own: Set<string>;
	/** Gets the keys of the item that are custom fields. */
	used: Set<string>;
}

/**
 * The mapped fields of one item in amoCRM's form; fields without a value are left out. "Map automatically" takes every
 * value and file of the item whose key is the ID, the code or the name of a field, except those that a parameter sets
 * (`taken`, by code). Throws a `UserError` that names the field.
 */
export function encodeMappedFields(parameter: unknown, { json, definitions, context, taken, own, used }: MapperInput): CustomFieldValue[] {
	const mapper = (parameter ?? {}) as MapperValue;
	const automatic = mapsAutomatically(parameter);
	// What stands under one name as data and as a file is what the data says.
	const files = automatic ? (context.files?.names() ?? []).filter((name) => definitionOf(name, definitions)?.type === 'file') : [];
	const values = Object.entries((automatic ? { ...Object.fromEntries(files.map((name) => [name, name])), ...json } : mapper.value) ?? {});
	const fields: CustomFieldValue[] = [];
	for (const [key, value] of values) {
		if (isUnset(value) || own.has(key)) continue;
		const field = definitionOf(key, definitions);
		if (!field) {
			context.assertFieldsCurrent?.();
			if (automatic) continue;
			throw new UserError(`The custom field ${show(key)} does not exist in this account. Refresh the list of fields.`);
		}
		if (automatic && (field.computed || taken.has(field.code ?? ''))) continue;
		used.add(key);
		const encoded = encodeField(field, value, context);
		// An empty list of values would clear the field, which has to be asked for in so many words.
		if (encoded.values && encoded.values.length > 0) fields.push(encoded);
	}
	return fields;
}

function encodeField(field: FieldDefinition, value: unknown, context: ValueContext): CustomFieldValue {
	const values = named(field.name, () => encodeFieldValue(value, field, context));
	// Phone and email are addressed by code, as their own parameters do, so that setting both is noticed.
	return field.code === 'PHONE' || field.code === 'EMAIL' ? { field_code: field.code, values } : { field_id: field.id, values };
}

/** Fields by what they are called, the first way that knows a name wins; of two with the same name the first. */
const indexOf = remembered((definitions: FieldDefinition[]) => {
	const by = (nameOf: (field: FieldDefinition) => string | undefined) =>
		new Map([...definitions].reverse().map((field): [string, FieldDefinition] => [nameOf(field) ?? '', field]));
	return [by(({ id }) => String(id)), by(({ code }) => code?.toLowerCase()), by(({ name }) => name), by(({ name }) => labelKey(name))];
}, new WeakMap<FieldDefinition[], Array<Map<string, FieldDefinition>>>());

/** The field that a person chose by its ID, code or name. Throws a `UserError` where it is none or may be several. */
export function chosenField(given: unknown, definitions: FieldDefinition[], { assertFieldsCurrent }: Pick<ValueContext, 'assertFieldsCurrent'>): FieldDefinition {
	const plain = unwrapLocator(given);
	const known = typeof plain === 'object' ? undefined : definitionOf(String(plain), definitions);
	const same = definitions.filter(({ name }) => labelKey(name) === labelKey(String(plain)));
	if (known && (same.length < 2 || [String(known.id), known.code].includes(String(plain).trim()))) return known;
	assertFieldsCurrent?.();
	throw notOne(plain, same.map(fieldChoice), definitions.map(fieldChoice), FIELD);
}

/** A field by its ID, its code or its name. */
export function definitionOf(key: string, definitions: FieldDefinition[]): FieldDefinition | undefined {
	const wanted = labelKey(key);
	if (wanted === '') return undefined;
	const [ids, codes, names, labels] = indexOf(definitions);
	return ids?.get(wanted) ?? codes?.get(wanted) ?? names?.get(key) ?? labels?.get(wanted);
}
