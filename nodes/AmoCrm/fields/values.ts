import { type IDataObject, UserError } from 'n8n-workflow';

import { isObject } from '../transport/objects';
import { wellFormed } from '../transport/wellFormed';

/**
 * Values as automations really carry them (native types, texts, lists, locators) to values as amoCRM wants them.
 * Each function throws a `UserError` that says what was given and what would be accepted; the caller names the field.
 */

const PICKER_KEYS = new Set(['__rl', 'mode', 'value', 'cachedResultName', 'cachedResultUrl']);

/**
 * What a picker holds. n8n saves one that was added and not touched without its mark: `{ "mode": "list", "value": "" }`.
 * Where it held a text and a model is to define it, the editor spreads the text: `{ "0": "l", "1": "e", …, "value": "=…" }`.
 */
function isPicker(value: unknown): value is { value?: unknown } {
	if (typeof value !== 'object' || value === null) return false;
	if ('__rl' in value) return true;
	if (!('mode' in value && typeof value.mode === 'string') && !('0' in value && 'value' in value)) return false;
	return Object.keys(value).every((key) => PICKER_KEYS.has(key) || /^\d+$/.test(key));
}

/** A resource locator, or the plain value of an expression: both give the value. */
export const unwrapLocator = (value: unknown): unknown => (isPicker(value) ? value.value : value);

/** True for what means "not set": nothing at all, or a picker left empty. */
export function isUnset(value: unknown): boolean {
	const plain = unwrapLocator(value);
	return plain === undefined || plain === null || plain === '';
}

/** Only the values that are set: an empty cell of an import means "not known" and must not wipe anything out. */
export function withoutUnset(values: Record<string, unknown>): Record<string, unknown> {
	return Object.fromEntries(Object.entries(values).filter(([, value]) => !isUnset(value)));
}

/** No number, date or yes/no is longer: a longer text is refused before anything looks into it. */
export const MAX_VALUE_LENGTH = 100;

/** Soft hyphens and signs without width: they stand in copied texts, and nobody sees them. */
const UNSEEN = /[\u00AD\u200B-\u200D\u2060\uFEFF]/g;

/** What labels may differ in although they are the same: spaces, unseen signs, letters with marks. */
const UNSTABLE = new RegExp(`(?:\\s|${UNSEEN.source}|.\\p{M}+)+`, 'u');

/** What labels and names are compared by: neither letter case nor the kind and number of spaces makes a difference. */
export const labelKey = (text: string): string => text.normalize('NFC').replace(UNSEEN, '').replace(/\s+/g, ' ').trim().toLowerCase();

/**
 * The parts of a text that stand in every text with the same `labelKey`: between them there may be any spaces, and signs
 * that nobody sees, and letters with marks are written in two ways.
 */
export const labelParts = (text: string): string[] => text.normalize('NFD').split(UNSTABLE).filter((part) => part !== '').map((part) => part.normalize('NFC'));

/** A value as it stands in a message. */
export function show(value: unknown): string {
	if (value === undefined || value === null) return 'nothing';
	const text = typeof value === 'object' ? (jsonOf(value) ?? 'an object') : String(value);
	return `'${short(text)}'`;
}

/** Foreign text as it may stand in a message. */
export const short = (text: string): string => (text.length > 80 ? `${text.slice(0, 77)}...` : text);

function jsonOf(value: object): string | undefined {
	try {
		return JSON.stringify(value);
	} catch {
		return undefined;
	}
}

/** A moment as n8n carries it: `Date`, or Luxon's `DateTime` of `$now` and `$today`. */
export function isDate(value: unknown): value is Date | { toISO: () => string | null } {
	return value instanceof Date || (typeof value === 'object' && value !== null && 'toISO' in value && typeof value.toISO === 'function');
}

/** An object of keys and values, not a moment in time. */
export const isPlainObject = (value: unknown): value is IDataObject => isObject(value) && !isDate(value);

export function toText(value: unknown): string {
	assertWritable(value);
	if (isDate(value)) return value instanceof Date ? value.toISOString() : String(value.toISO());
	if (typeof value === 'object' && value !== null) {
		throw new UserError(`${show(value)} is not a text. Give a text or a number.`);
	}
	return wellFormed(String(value ?? ''));
}

/**
 * Refuses what no JSON can hold, at whatever depth: n8n carries it, but it would reach amoCRM as `null` or as a word such
 * as "NaN". So are the texts that JavaScript makes of an object and n8n of a date that does not exist.
 */
export function assertWritable(value: unknown, within: object[] = []): void {
	if (typeof value === 'number' && !Number.isFinite(value)) {
		throw new UserError(`'${value}' is not a number: it is what a calculation gives that has failed. Check the expression.`);
	}
	if (typeof value === 'string' && /^\[object \w+\]$/.test(value)) {
		throw new UserError(`'an object' is not a text: the expression puts a whole object into it. Choose one of its values.`);
	}
	if (value === 'Invalid DateTime' || value === 'Invalid Date') throw new UserError('This date does not exist. Check the expression.');
	if (typeof value === 'function' || typeof value === 'symbol' || (typeof value === 'bigint' && within.length > 0)) {
		throw new UserError(`${show(value)} is not a value that can be sent. Give a text or a number.`);
	}
	if (typeof value !== 'object' || value === null) return;
	if (isDate(value)) {
		if (value instanceof Date ? Number.isNaN(value.getTime()) : typeof value.toISO() !== 'string') throw new UserError('This date does not exist. Check the expression.');
		return;
	}
	if (within.length >= MAX_DEPTH || within.includes(value)) throw new UserError(`${show(value)} is nested too deeply.`);
	for (const inner of Object.values(value)) assertWritable(inner, [...within, value]);
}

/** JSON that is nested deeper than this is nobody's data. */
const MAX_DEPTH = 50;

/** A whole number: an ID, a duration in seconds. */
export function toInteger(value: unknown): number {
	const plain = unwrapLocator(value);
	const text = typeof plain === 'number' || typeof plain === 'string' ? String(plain).trim() : '';
	const number = /^-?\d+$/.test(text) ? Number(text) : NaN;
	if (!Number.isSafeInteger(number)) throw new UserError(`${show(plain)} is not a whole number.`);
	return number;
}

/** An ID: a positive whole number. `orElse` says what the caller accepts beside it. */
export function toId(value: unknown, orElse = ''): number {
	const plain = unwrapLocator(value);
	const text = typeof plain === 'string' || typeof plain === 'number' ? String(plain).trim() : '';
	const id = /^\d+$/.test(text) ? Number(text) : NaN;
	if (!Number.isSafeInteger(id) || id <= 0) {
		throw new UserError(`${show(plain ?? '')} is not an ID. Give a whole number such as 123456${orElse}.`);
	}
	return id;
}

/** One of the allowed words. Throws a `UserError` that says which they are. */
export function oneOf<T extends string>(allowed: readonly T[], value: unknown): T {
	if (allowed.includes(value as T)) return value as T;
	throw new UserError(`${show(value)} is not possible. Give one of: ${allowed.join(', ')}.`);
}

/** The value of one of the options, given as it is or by its name as labels are compared. Throws a `UserError` that says which there are. */
export function optionIn<T extends string | number>(options: ReadonlyArray<{ name: string; value: T }>, given: unknown): T {
	const plain = unwrapLocator(given);
	const key = typeof plain === 'object' ? undefined : labelKey(String(plain));
	const ways = [({ value }: { value: T }) => value === plain, ({ value }: { value: T }) => labelKey(String(value)) === key, ({ name }: { name: string }) => labelKey(name) === key];
	const found = ways.map((isIt) => options.find(isIt)).find((option) => option !== undefined);
	if (found) return found.value;
	// A letter or a digit says nothing by itself.
	const words = options.map(({ name, value }) => (String(value).length > 1 ? value : name));
	throw new UserError(`${show(plain)} is not possible. Give one of: ${words.join(', ')}.`);
}

/** Choices, each with its name, in the order of the names. */
export const optionsOf = (names: Record<string, string>): Array<{ name: string; value: string }> =>
	Object.entries(names).map(([value, name]) => ({ name, value })).sort((one, other) => one.name.localeCompare(other.name));

/** The words of a choice. */
export const valuesOf = (options: Array<{ value: string }>): string[] => options.map(({ value }) => value);

const TRUE_WORDS = ['true', 'yes', 'y', '1', 'on', 'да', 'sí', 'si', 'sim'];
const FALSE_WORDS = ['false', 'no', 'n', '0', 'off', 'нет', 'não', 'nao'];

export function toBoolean(value: unknown): boolean {
	const word = typeof value === 'object' ? '' : String(value).trim().toLowerCase();
	if (TRUE_WORDS.includes(word)) return true;
	if (FALSE_WORDS.includes(word)) return false;
	throw new UserError(`${show(value)} is neither yes nor no. Give true or false.`);
}

/** An amount of a record: amoCRM cuts the price to whole units and gives the exact one beside it (core facts 16). */
export const exactAmount = (record: Record<string, unknown>, key: string): unknown => record[`${key}_with_minor_units`] ?? record[key];

/** A list: an array as it is, a text split at commas. Empty entries fall away. */
export function toList(value: unknown): unknown[] {
	const plain = unwrapLocator(value);
	const entries = Array.isArray(plain) ? plain : typeof plain === 'string' ? plain.split(',') : [plain];
	return entries.map((entry) => (typeof entry === 'string' ? entry.trim() : entry)).filter((entry) => !isUnset(entry));
}
