import { type IDataObject, jsonParse, UserError } from 'n8n-workflow';

import type { FieldDefinition } from './dictionaries';
import { emailKeys, emailsIn } from './emails';
import { phoneKeys, phoneSearchTexts, phonesIn } from './phones';
import { isPlainObject, isUnset, show, toId } from './values';

/** Phones and e-mails: what the values of such a field are, and when two of them are the same. */

/** One value; its kind (work, mobile ...) by code or by ID, where one was given. */
export interface MultitextEntry extends IDataObject {
	value: string;
	enum_code?: string;
	enum_id?: number;
}

type MultitextField = Pick<FieldDefinition, 'code'> & Partial<Pick<FieldDefinition, 'enums'>>;

interface Rules {
	noun: string;
	/** The values in one text; throws a `UserError` for what is none. */
	textsIn: (text: string) => string[];
	/** What tells values apart; none for what is not a whole value, such as a number without its area code. */
	keysOf: (text: string, country: string) => string[];
	/** Texts to search amoCRM for, the best first. */
	searches: (key: string) => string[];
	kinds?: string[];
}

const RULES: Record<string, Rules> = {
	PHONE: { noun: 'phone number', textsIn: phonesIn, keysOf: phoneKeys, searches: phoneSearchTexts, kinds: ['WORK', 'WORKDD', 'MOB', 'FAX', 'HOME', 'OTHER'] },
	EMAIL: { noun: 'email address', textsIn: emailsIn, keysOf: emailKeys, searches: (key) => [key], kinds: ['WORK', 'PRIV', 'OTHER'] },
};

/** Messengers and what amoCRM may add: texts as they are. */
const OTHER: Rules = {
	noun: 'text',
	textsIn: (text) => text.split(/[,;\n]/).map((part) => part.trim()).filter((part) => part !== ''),
	keysOf: (text) => [text.trim().toLowerCase()],
	searches: (key) => [key],
};

export const rulesOf = (code: string | null | undefined): Rules => RULES[code ?? ''] ?? OTHER;

/**
 * The entries of whatever holds them: one text or several values in one, an object with a value and a kind, as amoCRM gives
 * it too, a list of those, or JSON text of any of it. Throws a `UserError` for what is none.
 */
export function entriesOf(value: unknown, field: MultitextField): MultitextEntry[] {
	const known: Known = new Map();
	for (const entry of listIn(value).flatMap(listIn).flatMap((one) => entriesIn(one, field))) addEntry(known, entry, keysOf(entry.value, field, ''));
	return [...known.values()].flat();
}

/** The entries as amoCRM takes them: of the kind `WORK` unless another is given. `ignored` gets a text that holds none. */
export function multitextItems(value: unknown, field: MultitextField, ignored?: Set<string>): IDataObject[] {
	const entries = entriesOf(value, field);
	if (entries.length === 0 && typeof value === 'string' && value.trim() !== '') ignored?.add(show(value));
	return entries.map((entry) => (kindIn(entry) === undefined ? { ...entry, enum_code: 'WORK' } : entry));
}

/** Adds the entries of values together, each once, whatever way of writing. */
export function entriesTotal(field: MultitextField, country: string) {
	const known: Known = new Map();
	return {
		add: (value: unknown): void => {
			for (const entry of entriesOf(value, field)) addEntry(known, entry, keysOf(entry.value, field, country));
		},
		value: (): MultitextEntry[] => [...known.values()].flat(),
	};
}

/** What tells the values of a field apart; numbers without a calling code are of `country` (ISO code such as `RU`). */
export const keysOf = (text: string, field: MultitextField, country: string): string[] => rulesOf(field.code).keysOf(text.replace(INVISIBLE, ''), country);

/** Entries by what tells them apart: of one value there may be several kinds. */
type Known = Map<string, MultitextEntry[]>;

/** Of those that are the same the first stays; it takes a kind that only a later one has. Two kinds of one value are two entries. */
function addEntry(known: Known, entry: MultitextEntry, keys: string[]): void {
	const key = keys.join() || `text:${entry.value}`;
	const same = known.get(key) ?? [];
	const kind = kindIn(entry);
	if (kind === undefined ? same.length > 0 : same.some((other) => kindIn(other) === kind)) return;
	const plain = same.find((other) => kindIn(other) === undefined);
	if (plain) Object.assign(plain, { ...entry, value: plain.value });
	else known.set(key, [...same, { ...entry }]);
}

const kindIn = ({ enum_code: code, enum_id: id }: MultitextEntry): string | number | undefined => code ?? id;

/** A list, the values of a field as amoCRM gives it, or JSON text of one; anything else is a list of itself. */
function listIn(value: unknown): unknown[] {
	const given = typeof value === 'string' ? parsed(value) : value;
	const list = isPlainObject(given) && !('value' in given) ? given.values : given;
	return Array.isArray(list) ? list : [given];
}

function parsed(text: string): unknown {
	if (!/^\s*[[{]/.test(text)) return text;
	const list = jsonParse<unknown>(text, { fallbackValue: '' });
	if (list !== '') return list;
	// `[912] 345-67-89` is a number.
	if (!/^\s*[[{][\s[{]*["']|^[\s[]*\{\s*\w+\s*:/.test(text)) return text;
	throw new UserError(`${show(text)} is no JSON. Give a list such as [{"value": "...", "kind": "WORK"}].`);
}

function entriesIn(entry: unknown, field: MultitextField): MultitextEntry[] {
	if (isUnset(entry)) return [];
	const { noun, textsIn } = rulesOf(field.code);
	if (!isPlainObject(entry)) return textsIn(textOf(entry, noun)).map((value) => ({ value }));
	if (!('value' in entry)) throw new UserError(`${show(entry)} has no "value"`);
	if (isUnset(entry.value)) return [];
	const kind = kindOf(entry, field);
	return textsIn(textOf(entry.value, noun)).map((value) => ({ value, ...kind }));
}

/** Invisible marks that come along when a text is copied: zero-width spaces, directions, soft hyphens. */
const INVISIBLE = /[\u00AD\u200B-\u200F\u202A-\u202E\u2060-\u2069\uFEFF]/g;

function textOf(value: unknown, noun: string): string {
	if (typeof value === 'string') return value.replace(INVISIBLE, '');
	if (typeof value === 'bigint' || (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0)) return String(value);
	throw new UserError(`${show(value)} is not ${/^[aeiou]/.test(noun) ? 'an' : 'a'} ${noun}`);
}

/** The kind by its code, or by its ID as amoCRM gives it beside. */
function kindOf(entry: IDataObject, { code, enums = [] }: MultitextField): Pick<MultitextEntry, 'enum_code' | 'enum_id'> {
	const given = [entry.kind, entry.enum_code].find((kind) => !isUnset(kind));
	if (given === undefined) return isUnset(entry.enum_id) ? {} : { enum_id: toId(entry.enum_id) };
	const wanted = typeof given === 'object' ? '' : String(given).trim().toUpperCase();
	const known = enums.length > 0 ? enums.map((option) => (option.code ?? option.value).toUpperCase()) : rulesOf(code).kinds;
	if (known && !known.includes(wanted)) throw new UserError(`${show(given)} is not a kind of this field. Give one of: ${known.join(', ')}`);
	return { enum_code: wanted };
}
