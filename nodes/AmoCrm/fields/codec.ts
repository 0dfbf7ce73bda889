import { type IDataObject, jsonParse, UserError } from 'n8n-workflow';

import { isLink, withoutLinks } from './cardLinks';
import { choicesIn, entriesIn, listed } from './choices';
import { type AccountContext, type Conventions, AccountNeeded } from './conventions';
import { calendarDayOf, midnightOf, toTimestamp } from './dates';
import type { FieldDefinition, FieldOption } from './dictionaries';
import { type ItemFiles, fileIn, fileVersionIn, waitFor } from './files';
import { jsonValue } from './json';
import { multitextItems } from './multitext';
import { toMoney, toNumber } from './numbers';
import { assertWritable, isPlainObject, isUnset, show, toBoolean, toId, toList, toText } from './values';

/**
 * Custom field values, both directions, for every field type of amoCRM (core facts 15.2).
 *
 * `encode` takes what automations carry and gives the items of `values`; it throws a `UserError` that says what would
 * be accepted. `decode` takes the items back to the plain form that `encode` understands: decode(encode(x)) = x.
 */
interface TypeCodec {
	encode: (value: unknown, field: FieldDefinition, context: ValueContext) => IDataObject[];
	decode: (values: IDataObject[], zones: Zones) => unknown;
}

/** A moment without an offset is in the workflow's zone, as everywhere in n8n; a calendar day is a day of the account. */
export interface Zones {
	workflow: string;
	/** Empty where it is not known: then no day is guessed. */
	account: string;
}

export interface ValueContext extends Zones, AccountContext {
	/** Called before something is refused or left out because the definitions of the fields lack it: throws where they may be old. */
	assertFieldsCurrent?: () => void;
	/** Gets what holds nothing to save. */
	ignored?: Set<string>;
	/** What may be uploaded for a field. */
	files?: ItemFiles;
}

const plainOf = (values: IDataObject[]): unknown => {
	const plain = values.map((entry) => ('value' in entry ? entry.value : entry));
	return plain.length > 1 ? plain : (plain[0] ?? null);
};

function single(convert: (value: unknown, context: ValueContext) => unknown, back?: (value: unknown, zones: Zones) => unknown): TypeCodec {
	return {
		encode: (value, _field, context) => only(value).map((entry) => ({ value: convert(entry, context) as IDataObject })),
		decode: (values, zones) => {
			const value = values[0] && ('value' in values[0] ? values[0].value : values[0]);
			return value === undefined || value === null ? null : back ? back(value, zones) : value;
		},
	};
}

/** A field with one value takes a list of one, as other nodes give it, but not of several. Nothing for an empty one. */
function only(value: unknown): unknown[] {
	const entries = (Array.isArray(value) ? value : [value]).filter((entry) => !isUnset(entry));
	if (entries.length > 1) throw new UserError(`this field holds one value, not ${entries.length}: ${show(value)}`);
	return entries;
}

const text = single(toText);

/** amoCRM reads numbers back as texts (core facts 15.2). */
const numberBack = (value: unknown) => (typeof value === 'string' && value.trim() !== '' && Number.isFinite(Number(value)) ? Number(value) : value);

const number = single((value, { conventions }) => String(toNumber(value, conventions)), numberBack);

const money = single((value, { conventions }) => String(toMoney(value, conventions)), numberBack);

const day = single(
	(value, { account, conventions }) => {
		if (account !== '') return midnightOf(value, { zone: account, conventions });
		throw new UserError('the time zone of the account could not be read, so it is not known when a day begins there. Leave this field out, or connect the account as a user who may read it.');
	},
	(value, { account }) => (typeof value === 'number' && account !== '' ? (calendarDayOf(value, account) ?? value) : value),
);

const moment = single((value, { workflow, conventions }) => toTimestamp(value, { zone: workflow, conventions }), isoMoment);

/** Unix seconds as an ISO date in UTC; what is no moment stays as it is. */
export function isoMoment(value: unknown): unknown {
	const date = new Date(typeof value === 'number' ? value * 1000 : NaN);
	return Number.isNaN(date.getTime()) ? value : date.toISOString();
}

const oneOption: TypeCodec = { encode: (value, field) => only(value).map((entry) => ({ enum_id: optionOf(entry, field).id })), decode: plainOf };

const manyOptions: TypeCodec = {
	encode: (value, field) => {
		const ids = entriesIn(field.enums, parsed(value)).map((entry) => optionOf(entry, field).id);
		return [...new Set(ids)].map((id) => ({ enum_id: id }));
	},
	decode: (values) => values.map((entry) => entry.value),
};

/** An option by its label (as `labelKey` compares), its code or its ID. */
function optionOf(value: unknown, field: FieldDefinition): FieldOption {
	const given = typeof value === 'object' && value !== null ? optionKey(value as IDataObject) : value;
	const found = choicesIn(field.enums, given);
	if (found[0] && found.length === 1) return found[0];
	if (found.length > 1) throw new UserError(`${show(given)} is the label of several options. Give an ID: ${found.map(({ id }) => id).join(', ')}.`);
	const labels = listed(field.enums.map((option) => option.path), given);
	throw new UserError(`${show(given ?? value)} is not one of the options. Give one of: ${labels || '(the field has no options)'}`);
}

function optionKey(value: IDataObject): unknown {
	return value.enum_id ?? value.id ?? value.value ?? value.enum_code;
}

/** Phones and e-mails: one, several in a list or separated by commas, or objects with a value and a kind. */
const multitext: TypeCodec = {
	encode: (value, field, { ignored }) => multitextItems(value, field, ignored),
	decode: (values) => {
		const entries = values.map(({ value, enum_code: kind }) =>
			kind === undefined || kind === null || kind === 'WORK' ? value : { value, kind },
		);
		return entries.length > 1 ? entries : (entries[0] ?? null);
	},
};

/** The parts of an address, in the order of their IDs. */
export const ADDRESS_PARTS = ['address_line_1', 'address_line_2', 'city', 'state', 'zip', 'country'];

/** An address as an object of its parts, or as one line. */
const smartAddress: TypeCodec = {
	encode: (value) => {
		const [given] = only(parsedObject(value));
		if (given === undefined) return [];
		if (!isPlainObject(given)) return [{ value: toText(given), enum_code: 'address_line_1' }];
		const unknown = Object.keys(given).find((part) => !ADDRESS_PARTS.includes(part));
		if (unknown !== undefined) throw new UserError(`${show(unknown)} is not a part of an address. Give some of: ${ADDRESS_PARTS.join(', ')}`);
		return ADDRESS_PARTS.flatMap((part) => (isUnset(given[part]) ? [] : [{ value: toText(given[part]), enum_code: part }]));
	},
	decode: (values) =>
		Object.fromEntries(values.map((entry) => [entry.enum_code ?? ADDRESS_PARTS[Number(entry.enum_id) - 1] ?? 'address_line_1', entry.value])),
};

interface ObjectRules {
	/** amoCRM refuses the object without any of these keys; a plain value stands for the first one. */
	needs: string[];
	/** What the first key holds. */
	convert: (value: unknown) => string | number;
	example: string;
	many?: true;
	/** What the link of a card may say beside its ID (see `withoutLinks`). */
	adds?: string[];
	/** Keys that amoCRM adds when it is read, and does not take back (extended facts 3.4). */
	readOnly?: string[];
	/** Keys that hold numbers. */
	numbers?: Record<string, (value: unknown, conventions?: () => Conventions) => number>;
}

/** A field whose value is an object, given as an object or as JSON text, or as the plain value that stands for it. */
function objects({ needs, convert, example, many, adds, readOnly = [], numbers = {} }: ObjectRules): TypeCodec {
	const [main = ''] = needs;
	const itemOf = (entry: unknown, { accountUrl, conventions }: ValueContext): IDataObject => {
		const given = isPlainObject(entry) ? (isPlainObject(entry.value) ? entry.value : entry) : ({ [main]: entry } as IDataObject);
		const inner = withoutLinks(Object.fromEntries(Object.entries(given).filter(([key]) => !readOnly.includes(key))), accountUrl, adds);
		if (needs.every((key) => isUnset(inner[key]))) {
			throw new UserError(`${show(entry)} has no "${needs.join('" or "')}". Give an object such as ${example}`);
		}
		for (const [key, toNumeric] of Object.entries(numbers)) {
			if (!isUnset(inner[key])) inner[key] = withKey(key, () => toNumeric(inner[key], conventions));
		}
		return { value: { ...inner, ...(isUnset(inner[main]) ? {} : { [main]: withKey(main, () => convert(inner[main])) }) } };
	};
	return {
		encode: (value, _field, context) => {
			const given = parsedObject(value);
			return (many && Array.isArray(given) ? given.filter((entry) => !isUnset(entry)) : only(given)).map((entry) => itemOf(entry, context));
		},
		decode: plainOf,
	};
}

/** The error names the key of the object. */
function withKey<T>(key: string, read: () => T): T {
	try {
		return read();
	} catch (error) {
		throw error instanceof AccountNeeded ? error : new UserError(`"${key}": ${(error as Error).message}`);
	}
}

function parsed(value: unknown): unknown {
	if (typeof value !== 'string' || !/^\s*[[{]/.test(value)) return value;
	const json = jsonParse<unknown>(value, { fallbackValue: value });
	// JSON text may hold a number that is too large for one.
	assertWritable(json);
	return json;
}

/** The same for a field that holds objects: text that begins as one and is no JSON is a mistake, not a name. */
function parsedObject(value: unknown): unknown {
	if (typeof value === 'string' && /^\s*(?:\[\s*)*\{/.test(value)) jsonValue(value);
	return parsed(value);
}

/** One element for each level, as an object or as the link of its card. */
const chainedList: TypeCodec = {
	encode: (value, _field, { accountUrl }) => {
		const given = parsedObject(value);
		const entries = isLink(given) ? toList(given) : (Array.isArray(given) ? given : [given]).filter((entry) => !isUnset(entry));
		if (entries.length > 5) throw new UserError(`a chained list has at most 5 levels, not ${entries.length}`);
		return entries.map((level) => {
			const given = isLink(level) ? { catalog_element_id: level } : isPlainObject(level) ? level : {};
			const entry = withoutLinks(given, accountUrl, ['catalog_id']);
			if (isUnset(entry.catalog_id) || isUnset(entry.catalog_element_id)) {
				throw new UserError(`${show(level)} needs "catalog_id" and "catalog_element_id", or the link of an element's card`);
			}
			return { catalog_id: toId(entry.catalog_id), catalog_element_id: toId(entry.catalog_element_id) };
		});
	},
	decode: (values) => values,
};

/** A file of the storage by its UUID, its link or an object, or one of the item, which is uploaded before the record is written. */
const file: TypeCodec = {
	encode: (value, { name: field }, { files }) =>
		only(parsedObject(value)).map((entry) => {
			const given = isPlainObject(entry) && isPlainObject(entry.value) ? entry.value : entry;
			if (isPlainObject(given) && !isUnset(given.file_uuid)) return { value: { ...given, file_uuid: withKey('file_uuid', () => uuidIn(given.file_uuid)) } };
			const found = fileIn(given, files);
			const version = typeof given === 'string' ? fileVersionIn(given) : undefined;
			if (typeof found === 'string' || !files) return { value: { file_uuid: found as string, ...(version === undefined ? {} : { version_uuid: version }) } };
			const partOf = ({ uuid, version_uuid, file_name, size }: IDataObject) => ({ file_uuid: uuid, version_uuid, file_name, file_size: size });
			return { value: waitFor({}, found, { files, field, partOf }) };
		}),
	decode: plainOf,
};

const uuidIn = (value: unknown): string => fileIn(value, undefined) as string;

const recordId = (value: unknown) => toId(value, ', or the link of the card');

const each = (codec: TypeCodec, ...types: string[]): Record<string, TypeCodec> => Object.fromEntries(types.map((type) => [type, codec]));

const CODECS: Record<string, TypeCodec> = {
	...each(text, 'text', 'textarea', 'url', 'streetaddress', 'tracking_data', 'org_legal_name'),
	...each(money, 'price', 'monetary'),
	...each(day, 'date', 'birthday'),
	...each(oneOption, 'select', 'radiobutton', 'category'),
	numeric: number,
	checkbox: single(toBoolean),
	date_time: moment,
	multiselect: manyOptions,
	multitext,
	smart_address: smartAddress,
	legal_entity: objects({ needs: ['name'], convert: toText, example: '{"name": "Acme Ltd.", "vat_id": "7700000000"}', many: true }),
	items: objects({
		needs: ['description', 'product_id'],
		convert: toText,
		example: '{"description": "Shoes", "unit_price": 100, "quantity": 2}',
		many: true,
		readOnly: ['total_sum', 'is_discount_recalculated', 'is_total_sum_recalculated'],
		numbers: { unit_price: toMoney, quantity: toNumber },
	}),
	linked_entity: objects({ needs: ['entity_id'], convert: recordId, adds: ['entity_type', 'catalog_id'], example: '{"entity_id": 123, "entity_type": "contacts"}' }),
	chained_list: chainedList,
	file,
	payer: objects({ needs: ['name', 'entity_id'], convert: toText, adds: ['entity_type'], example: '{"name": "Acme Ltd."}' }),
	supplier: objects({ needs: ['entity_id'], convert: recordId, example: '{"entity_id": 123}' }),
};

/** The items of `values` for what the user gave; a type that is not known here is sent as it came. */
export function encodeFieldValue(value: unknown, field: FieldDefinition, context: ValueContext): IDataObject[] {
	assertWritable(value);
	if (field.computed) throw new UserError('amoCRM computes this field, it cannot be written');
	const codec = CODECS[field.type];
	try {
		if (codec) return codec.encode(value, field, context);
	} catch (error) {
		throw refusal(error, context);
	}
	return (Array.isArray(value) ? value : [value]).map((entry) => ({ value: entry as IDataObject }));
}

/** The type of the field, or its options, may have changed: what was read before this run refuses nothing. */
function refusal(error: unknown, { assertFieldsCurrent }: ValueContext): Error {
	if (!(error instanceof AccountNeeded)) assertFieldsCurrent?.();
	return error as Error;
}

/** The plain value of a field that was read: a text, number, boolean, ISO date, option label, object, or a list of those. */
export function decodeFieldValue(type: string, values: IDataObject[], zones: Zones): unknown {
	return (CODECS[type]?.decode ?? plainOf)(values, zones);
}

/** Whether values of the type are calendar days, for which the account's time zone has to be known. */
export const isCalendarDayType = (type: string): boolean => type === 'date' || type === 'birthday';
