import type { IDataObject } from 'n8n-workflow';
import { UserError } from 'n8n-workflow';

import type { ValueContext } from './codec';
import { encodeFieldValue } from './codec';
import type { CustomFieldValue } from './customFields';
import type { FieldDefinition } from './dictionaries';
import { contactEntries, phoneKey, phoneSearchTexts } from './phones';
import { show, toText } from './values';

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

/** Phones are compared by their digits with the calling code, e-mails without regard to letter case. */
export function contactMatcher(by: { phone: boolean; email: boolean }, country: string): Matcher {
	return {
		keysOf: ({ phone, email }) => [
			...(by.phone ? textsOf(phone).flatMap((text) => phoneMatchKey(text, country)) : []),
			...(by.email ? textsOf(email).map((text) => ({ key: `email:${emailKey(text)}`, searches: [emailKey(text)] })) : []),
		],
		keysOfRecord: (record) => [
			...(by.phone ? valuesOf(record, 'PHONE').map((text) => `phone:${phoneKey(text, country)}`) : []),
			...(by.email ? valuesOf(record, 'EMAIL').map((text) => `email:${emailKey(text)}`) : []),
		],
	};
}

function phoneMatchKey(text: string, country: string): MatchKey[] {
	const digits = phoneKey(text, country);
	if (digits === '') throw new UserError(`${show(text)} is not a phone number`);
	return [{ key: `phone:${digits}`, searches: phoneSearchTexts(digits) }];
}

export const emailKey = (text: string): string => text.trim().toLowerCase();

const nameKey = (text: string): string => text.trim().replace(/\s+/g, ' ').toLowerCase();

/** Names are compared without regard to letter case and repeated spaces. */
export const nameMatcher: Matcher = {
	keysOf: ({ name }) => {
		const text = name === undefined || name === null ? '' : toText(name);
		return nameKey(text) === '' ? [] : [{ key: `name:${nameKey(text)}`, searches: [text.trim()] }];
	},
	keysOfRecord: (record) => (typeof record.name === 'string' ? [`name:${nameKey(record.name)}`] : []),
};

/** Types whose values are in amoCRM's full-text search; for the others the whole base has to be read. */
const SEARCHABLE = new Set(['text', 'textarea', 'url', 'streetaddress', 'tracking_data', 'numeric', 'multitext']);

/** A custom field is compared by its whole value: an option, a number, a day, or a text without spaces around it. */
export function fieldMatcher(field: FieldDefinition): Matcher {
	return {
		keysOf: ({ field: wanted }) =>
			(wanted?.values ?? []).map((entry) => ({
				key: valueKey(entry, field.type),
				searches: SEARCHABLE.has(field.type) ? [String(entry.value).trim()] : [],
			})),
		keysOfRecord: (record) =>
			customFieldsOf(record)
				.filter((candidate) => Number(candidate.field_id) === field.id)
				.flatMap((candidate) => (candidate.values ?? []).map((entry) => valueKey(entry, field.type))),
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

export function customFieldsOf(record: IDataObject): CustomFieldValue[] {
	return Array.isArray(record.custom_fields_values) ? (record.custom_fields_values as CustomFieldValue[]) : [];
}

function valuesOf(record: IDataObject, code: string): string[] {
	return customFieldsOf(record)
		.filter((field) => field.field_code === code)
		.flatMap((field) => (field.values ?? []).map((entry) => String(entry.value ?? '')));
}

function textsOf(value: unknown): string[] {
	return value === undefined || value === null ? [] : contactEntries(value).map(toText);
}
