import { tryToParseDateTime, UserError } from 'n8n-workflow';

import { wellFormed } from '../transport/wellFormed';

/**
 * Values as automations really carry them (native types, texts, lists, locators) to values as amoCRM wants them.
 * Each function throws a `UserError` that says what was given and what would be accepted; the caller names the field.
 */

/** A resource locator, or the plain value of an expression: both give the value. */
export function unwrapLocator(value: unknown): unknown {
	return typeof value === 'object' && value !== null && '__rl' in value ? (value as { value?: unknown }).value : value;
}

/** True for what means "not set": nothing at all, or a picker left empty. */
export function isUnset(value: unknown): boolean {
	const plain = unwrapLocator(value);
	return plain === undefined || plain === null || plain === '';
}

/** Only the values that are set: an empty cell of an import means "not known" and must not wipe anything out. */
export function withoutUnset(values: Record<string, unknown>): Record<string, unknown> {
	return Object.fromEntries(Object.entries(values).filter(([, value]) => !isUnset(value)));
}

export function show(value: unknown): string {
	const text = typeof value === 'object' && value !== null ? (jsonOf(value) ?? 'an object') : String(value);
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

export function toText(value: unknown): string {
	if (isDate(value)) return (value instanceof Date ? jsonOf(value)?.slice(1, -1) : value.toISO()) ?? '';
	if (typeof value === 'object' && value !== null) {
		throw new UserError(`${show(value)} is not a text. Give a text or a number.`);
	}
	return wellFormed(String(value));
}

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

const THOUSANDS = /^-?[1-9]\d{0,2}(?:,\d{3})+(?:\.\d+)?$/;
const DECIMAL_COMMA = /^-?(?:\d+|[1-9]\d{0,2}(?:\.\d{3})+),\d+$/;

/** Money as a number: `1500`, `1500.5`, `"1 500,50 ₽"`, `"$1,500.50"`. */
export function toMoney(value: unknown): number {
	if (typeof value === 'number' && Number.isFinite(value)) return value;
	const text = typeof value === 'string' ? value.replace(/[\s'\p{Sc}]|(?:р|руб)\.?\s*$/giu, '') : '';
	// `12,345` is read as thousands; `0,125` and `1500,505` cannot be.
	const normal = THOUSANDS.test(text) ? text.replace(/,/g, '') : DECIMAL_COMMA.test(text) ? text.replace(/\./g, '').replace(',', '.') : text;
	if (!/^-?\d+(\.\d+)?$/.test(normal)) throw new UserError(`${show(value)} is not an amount. Give a number such as 1500 or 1500.50.`);
	return Number(normal);
}

const TRUE_WORDS = ['true', 'yes', 'y', '1', 'on', 'да', 'sí', 'si', 'sim'];
const FALSE_WORDS = ['false', 'no', 'n', '0', 'off', 'нет', 'não', 'nao'];

export function toBoolean(value: unknown): boolean {
	const word = typeof value === 'object' ? '' : String(value).trim().toLowerCase();
	if (TRUE_WORDS.includes(word)) return true;
	if (FALSE_WORDS.includes(word)) return false;
	throw new UserError(`${show(value)} is neither yes nor no. Give true or false.`);
}

const RUSSIAN_DATE = /^(\d{1,2})\.(\d{1,2})\.(\d{4})(?:[ ,T]+(\d{1,2}):(\d{2})(?::(\d{2}))?)?$/;

/** Above this a plain number is milliseconds: in seconds it would be after the year 5000. */
const SECONDS_LIMIT = 1e11;

/** What a plain number may mean: seconds of ten digits, up to the year 2286. `20260131143000` is none. */
const LAST_SECOND = 9_999_999_999;

/** Small numbers are a year, or a day as spreadsheets count them (46053 is 31 January 2026), not seconds. */
const NO_SECONDS = 100_000;

/**
 * A moment as unix seconds, the only form that amoCRM takes for its own dates (core facts 16).
 * Takes ISO dates (without an offset: in `timezone`), `31.01.2026 14:30`, Date and Luxon values, unix seconds or milliseconds.
 */
export function toTimestamp(value: unknown, timezone: string): number {
	const plain = typeof value === 'string' ? value.trim() : value;
	if (typeof plain === 'number' || (typeof plain === 'string' && /^\d{9,}$/.test(plain))) {
		const number = Number(plain);
		const seconds = Math.floor(Math.abs(number) >= SECONDS_LIMIT ? number / 1000 : number);
		if (number > 0 && number < NO_SECONDS) throw new UserError(`${show(value)} is not a date: as unix seconds it would be in the first hours of 1970. ${DATE_HELP}`);
		if (Math.abs(seconds) <= LAST_SECOND) return seconds;
	}
	const text = typeof plain === 'string' ? isoOfRussian(plain) : '';
	// Luxon also takes a bare number or a lone month name; a person who writes that means something else.
	if (isDate(plain) || /^\d{4}-\d{2}-\d{2}|^[A-Z][a-z]{2},? |^\d{4}W/.test(text)) {
		const moment = parseMoment(isDate(plain) ? plain : text, timezone);
		if (moment === undefined) throw new UserError(`${show(value)} is not a date that exists. ${DATE_HELP}`);
		return moment;
	}
	throw new UserError(`${show(value)} is not a date. ${DATE_HELP}`);
}

const DATE_HELP = 'Give an ISO date such as 2026-01-31T14:30:00, a Russian one such as 31.01.2026 14:30, or unix seconds.';

function parseMoment(value: unknown, timezone: string): number | undefined {
	if (typeof value === 'string' && !isCalendarDay(value)) return undefined;
	try {
		const moment = tryToParseDateTime(value, timezone);
		return moment.isValid ? Math.floor(moment.toSeconds()) : undefined;
	} catch {
		return undefined;
	}
}

/** The calendar day, `2026-01-31`, that a moment in unix seconds falls on in `timezone`. */
export function calendarDayOf(seconds: number, timezone: string): string {
	return tryToParseDateTime(new Date(seconds * 1000), timezone).toISO()?.slice(0, 10) ?? '';
}

/** The last second of the calendar day that begins at `midnight`: days of 23 and of 25 hours exist. */
export function endOfDay(midnight: number, timezone: string): number {
	const tomorrow = calendarDayOf(midnight + 36 * 3600, timezone);
	return toTimestamp(tomorrow, timezone) - 1;
}

/** Midnight of the calendar day that is meant, in `timezone`, as unix seconds: how amoCRM keeps dates. */
export function midnightOf(value: unknown, timezone: string): number {
	return toTimestamp(calendarDayOf(toTimestamp(value, timezone), timezone), timezone);
}

/** n8n's parser falls back to `Date.parse`, which turns the 31st of February into the 3rd of March. */
function isCalendarDay(text: string): boolean {
	const day = /^(\d{4})-(\d{2})-(\d{2})/.exec(text);
	if (!day) return true;
	const date = new Date(Date.UTC(Number(day[1]), Number(day[2]) - 1, Number(day[3])));
	return date.getUTCMonth() === Number(day[2]) - 1 && date.getUTCDate() === Number(day[3]);
}

function isoOfRussian(text: string): string {
	const match = RUSSIAN_DATE.exec(text);
	if (!match) return text;
	const [, day = '', month = '', year = '', hours = '0', minutes = '00', seconds = '00'] = match;
	const pad = (part: string) => part.padStart(2, '0');
	return `${year}-${pad(month)}-${pad(day)}T${pad(hours)}:${minutes}:${seconds}`;
}

/** An amount of a record: amoCRM cuts the price to whole units and gives the exact one beside it (core facts 16). */
export const exactAmount = (record: Record<string, unknown>, key: string): unknown => record[`${key}_with_minor_units`] ?? record[key];

/** A list: an array as it is, a text split at commas. Empty entries fall away. */
export function toList(value: unknown): unknown[] {
	const plain = unwrapLocator(value);
	const entries = Array.isArray(plain) ? plain : typeof plain === 'string' ? plain.split(',') : [plain];
	return entries.map((entry) => (typeof entry === 'string' ? entry.trim() : entry)).filter((entry) => !isUnset(entry));
}

export function toIds(value: unknown): number[] {
	return toList(value).map((entry) => toId(entry));
}
