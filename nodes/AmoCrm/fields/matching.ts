import { type IDataObject, UserError } from 'n8n-workflow';

import { objectsIn } from '../transport/objects';
import { type ValueContext, encodeFieldValue } from './codec';
import type { CustomFieldValue } from './customFields';
import type { FieldDefinition } from './dictionaries';
import { entriesOf, keysOf, rulesOf } from './multitext';
import { isUnset, labelKey, labelParts, show, toText } from './values';

/** What two records must have in common to be the same one, and how to look for it. */
export interface Matcher {
	/** What its values are called. */
	noun: string;
	/**
	 * The keys of what the user gave: any of them in common is a match. None when nothing was given, or nothing whole such as a
	 * number without its area code. Throws a `UserError` for what is no such value.
	 */
	keysOf: (value: unknown) => MatchKey[];
	/** The keys that an amoCRM record has. */
	keysOfRecord: (record: IDataObject) => string[];
}

export interface MatchKey {
	key: string;
	/** Texts to search amoCRM for, which together find every way of writing; none when its search cannot find such values. */
	searches: string[];
}

/** Contacts and companies by a phone, by its digits with the calling code, or by an e-mail, letter case aside. */
export function multitextMatcher(code: 'PHONE' | 'EMAIL', country: string): Matcher {
	const field = { code };
	const { noun, searches } = rulesOf(code);
	const keyed = (key: string): string => `${code}:${key}`;
	return {
		noun,
		keysOf: (value) => {
			const entries = entriesOf(value, field);
			// Even where the one has its calling code, the other that it is compared with may not.
			if (code === 'PHONE' && country === '' && entries.length > 0) throw NO_COUNTRY;
			return entries.flatMap((entry) => keysOf(entry.value, field, country)).map((key) => ({ key: keyed(key), searches: searches(key) }));
		},
		keysOfRecord: (record) => fieldValues(record, code).flatMap(({ value }) => keysOf(String(value ?? ''), field, country).map(keyed)),
	};
}

const NO_COUNTRY = new UserError("the country of the account could not be read, and it decides which phone numbers are the same. Give 'Phone Country' in the options.");

/** Shorter texts are not searched for: it is not known whether amoCRM finds them, and nearly every record has them. */
const SHORTEST_SEARCH = 3;

const searchable = (text: string): string[] => (text.length < SHORTEST_SEARCH ? [] : [text]);

/** The part of a name that the fewest other names have: amoCRM compares texts as they are. */
function rarestPart(name: string): string {
	const weight = (part: string): number => part.length + part.replace(/\D/g, '').length;
	return labelParts(name).reduce((best, part) => (weight(part) > weight(best) ? part : best), '');
}

/** Names are compared as labels are. */
export const nameMatcher: Matcher = {
	noun: 'name',
	keysOf: (name) => {
		const text = name === undefined || name === null ? '' : toText(name);
		return labelKey(text) === '' ? [] : [{ key: `name:${labelKey(text)}`, searches: searchable(rarestPart(text)) }];
	},
	keysOfRecord: (record) => (typeof record.name === 'string' ? [`name:${labelKey(record.name)}`] : []),
};

/** Types whose values are in amoCRM's full-text search; for the others the whole base has to be read. */
const SEARCHABLE = new Set(['text', 'textarea', 'url', 'streetaddress', 'tracking_data', 'numeric', 'multitext']);

/** Types whose values are objects or parts of one: having one in common does not make two records the same. */
const COMPOUND = new Set(['chained_list', 'file', 'items', 'legal_entity', 'linked_entity', 'payer', 'smart_address', 'supplier']);

/**
 * A custom field is compared by its whole value: an option, a number, a day, or a text without spaces around it; phones and
 * e-mails by the rules of their own. Throws a `UserError` for a field that holds no such value.
 */
export function fieldMatcher(field: FieldDefinition, context: ValueContext, country: string): Matcher {
	const { id, name, code, type } = field;
	if (code === 'PHONE' || code === 'EMAIL') return multitextMatcher(code, country);
	if (COMPOUND.has(type)) {
		throw new UserError(`records cannot be told apart by the field ${show(name)} (${type}). Choose one that holds a text, a number, a date or options.`);
	}
	const keysOfEntries = (entries: IDataObject[]) =>
		entries
			.filter((entry) => !isUnset('value' in entry ? entry.value : entry.enum_id))
			.map((entry) => ({ entry, own: valueKey(entry, type) }))
			.filter(({ own }) => own !== '')
			.map(({ entry, own }) => ({ entry, key: `field:${id}:${own}` }));
	// A number may have been saved without the zero before its point, or with zeros behind.
	const searchText = ({ value }: IDataObject): string => String(value).trim().replace(type === 'numeric' ? /^-?0?/ : '', '');
	return {
		noun: 'value',
		keysOf: (value) =>
			keysOfEntries(encodeFieldValue(value, field, context)).map(({ entry, key }) => ({ key, searches: SEARCHABLE.has(type) ? searchable(searchText(entry)) : [] })),
		keysOfRecord: (record) => keysOfEntries(fieldValues(record, id)).map(({ key }) => key),
	};
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
	return objectsIn(record.custom_fields_values).map((field) => ({ ...field, values: field.values === null ? null : objectsIn(field.values) }));
}

/** The field with that ID or code. */
export const isField = (field: number | string) => ({ field_id: id, field_code: code }: CustomFieldValue): boolean => (typeof field === 'number' ? Number(id) : code) === field;

/** The values that a record shows of it. */
export const fieldValues = (record: IDataObject, field: number | string): IDataObject[] =>
	customFieldsOf(record).filter(isField(field)).flatMap(({ values }) => values ?? []);
