import type { IDataObject } from 'n8n-workflow';
import { UserError } from 'n8n-workflow';

import type { ValueContext } from './codec';
import { encodeFieldValue } from './codec';
import type { CustomFieldValue } from './customFields';
import type { FieldDefinition } from './dictionaries';
import { fieldError } from './fields';
import type { MultitextEntry } from './multitext';
import { entriesOf, keysOf, nounOf, searchesOf } from './multitext';
import { isUnset, labelKey, show, toText } from './values';

/** What two records must have in common to be the same one, and how to look for it. */
export interface Matcher {
	/** The keys of what the user gave: any of them in common is a match. None when nothing was given. */
	keysOf: (wanted: Wanted) => MatchKey[];
	/** The keys that an amoCRM record has. */
	keysOfRecord: (record: IDataObject) => string[];
}

export interface MatchKey {
	key: string;
	/** Texts to search amoCRM for, the best first; none when its search cannot find such values. */
	searches: string[];
}

/** The match values of one item. */
export interface Wanted {
	phone?: unknown;
	email?: unknown;
	name?: unknown;
	/** The matching custom field, encoded. */
	field?: CustomFieldValue;
}

/**
 * Contacts by their values in the given fields: phones by their digits with the calling code, e-mails without regard to letter
 * case. `keysOf` throws a `UserError` where values are given, but none of them is whole.
 */
export function contactMatcher(by: ContactField[], country: string): Matcher {
	return {
		keysOf: (wanted) => {
			const keys = by.flatMap((field) =>
				entriesIn(wanted, field)
					.flatMap(({ value }) => keysOf(value, field, country))
					.map((key) => ({ key: `${field.name}:${key}`, searches: searchesOf(key, field) })),
			);
			const partial = keys.length === 0 ? by.find(({ name }) => ![wanted[name]].flat().every(isUnset)) : undefined;
			if (!partial) return keys;
			throw fieldError(partial, new UserError(`${show(wanted[partial.name])} is not a whole ${nounOf(partial)}, so no record can be found by it`));
		},
		keysOfRecord: (record) =>
			by.flatMap((field) => valuesOf(record, field.code).flatMap((text) => keysOf(text, field, country).map((key) => `${field.name}:${key}`))),
	};
}

/** A field of contacts and companies that holds phones or e-mails. */
export interface ContactField {
	code: 'PHONE' | 'EMAIL';
	/** Where its values are in `Wanted`. */
	name: 'phone' | 'email';
	/** The parameter that they come from. */
	displayName: string;
}

export const CONTACT_FIELDS: Record<'PHONE' | 'EMAIL', ContactField> = {
	PHONE: { code: 'PHONE', name: 'phone', displayName: 'Phone' },
	EMAIL: { code: 'EMAIL', name: 'email', displayName: 'Email' },
};

function entriesIn(wanted: Wanted, field: ContactField): MultitextEntry[] {
	try {
		return entriesOf(wanted[field.name], field);
	} catch (error) {
		throw fieldError(field, error);
	}
}

/** Shorter texts are not searched for: it is not known whether amoCRM finds them, and nearly every record has them. */
const SHORTEST_SEARCH = 3;

const searchable = (text: string): string[] => (text.length < SHORTEST_SEARCH ? [] : [text]);

/** The word that the fewest names have; between words there may be any spaces, which amoCRM's search compares as they are. */
function rarestWord(name: string): string {
	const weight = (word: string): number => word.length + word.replace(/\D/g, '').length;
	return name.split(/\s+/).reduce((best, word) => (weight(word) > weight(best) ? word : best), '');
}

/** Names are compared as labels are. */
export const nameMatcher: Matcher = {
	keysOf: ({ name }) => {
		const text = name === undefined || name === null ? '' : toText(name);
		return labelKey(text) === '' ? [] : [{ key: `name:${labelKey(text)}`, searches: searchable(rarestWord(text)) }];
	},
	keysOfRecord: (record) => (typeof record.name === 'string' ? [`name:${labelKey(record.name)}`] : []),
};

/** Types whose values are in amoCRM's full-text search; for the others the whole base has to be read. */
const SEARCHABLE = new Set(['text', 'textarea', 'url', 'streetaddress', 'tracking_data', 'numeric', 'multitext']);

/** Types whose values are objects or parts of one: having one in common does not make two records the same. */
const COMPOUND = new Set(['chained_list', 'file', 'items', 'legal_entity', 'linked_entity', 'payer', 'smart_address', 'supplier']);

/**
 * A custom field is compared by its whole value: an option, a number, a day, or a text without spaces around it. Throws a
 * `UserError` for a field that holds no such value.
 */
export function fieldMatcher(field: FieldDefinition): Matcher {
	if (COMPOUND.has(field.type)) {
		throw new UserError(`records cannot be told apart by the field ${show(field.name)} (${field.type}). Choose one that holds a text, a number, a date or options.`);
	}
	const keysOfEntries = (entries: IDataObject[]) =>
		entries.filter((entry) => !isUnset('value' in entry ? entry.value : entry.enum_id)).map((entry) => ({ entry, key: `field:${field.id}:${valueKey(entry, field.type)}` }));
	return {
		keysOf: ({ field: wanted }) =>
			keysOfEntries(wanted?.values ?? []).map(({ entry, key }) => ({
				key,
				// A number may have been saved without the zero before its point, or with zeros behind.
				searches: SEARCHABLE.has(field.type) ? searchable(String(entry.value).trim().replace(field.type === 'numeric' ? /^-?0?/ : '', '')) : [],
			})),
		keysOfRecord: (record) =>
			customFieldsOf(record)
				.filter((candidate) => Number(candidate.field_id) === field.id)
				.flatMap((candidate) => keysOfEntries(candidate.values ?? []).map(({ key }) => key)),
	};
}

/** The value to match a custom field by, encoded as it would be written. */
export function matchingValue(value: unknown, field: FieldDefinition, context: ValueContext): CustomFieldValue {
	return { field_id: field.id, values: encodeFieldValue(value, field, context) };
}

const NUMBERS = new Set(['numeric', 'price', 'monetary']);

/** What tells two values of a field apart: the option, the number however it is written, or the value as it is. */
export function valueKey(entry: IDataObject, type: string): string {
	if (type !== 'multitext' && entry.enum_id !== undefined && entry.enum_id !== null) return `option:${String(entry.enum_id)}`;
	const value = 'value' in entry ? entry.value : entry;
	if (typeof value === 'object' && value !== null) return JSON.stringify(value);
	const text = String(value).trim();
	// amoCRM reads numbers back as texts (core facts 15.2).
	return NUMBERS.has(type) && text !== '' ? String(Number(text)) : text;
}

/** The custom fields that a record shows; what stands among them and is none says nothing. */
export function customFieldsOf(record: IDataObject): CustomFieldValue[] {
	const objectsOf = (value: unknown) => (Array.isArray(value) ? value : []).filter((entry): entry is IDataObject => typeof entry === 'object' && entry !== null);
	return objectsOf(record.custom_fields_values).map((field) => ({ ...field, values: field.values === null ? null : objectsOf(field.values) }));
}

function valuesOf(record: IDataObject, code: string): string[] {
	return customFieldsOf(record)
		.filter((field) => field.field_code === code)
		.flatMap((field) => (field.values ?? []).map((entry) => String(entry.value ?? '')));
}
