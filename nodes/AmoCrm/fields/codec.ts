import type { IDataObject } from 'n8n-workflow';
import { UserError } from 'n8n-workflow';

import { isLink, withoutLinks } from './cardLinks';
import type { FieldDefinition, FieldOption } from './dictionaries';
import { multitextItems } from './multitext';
import { calendarDayOf, isDate, isUnset, midnightOf, show, toBoolean, toId, toList, toMoney, toText, toTimestamp } from './values';

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
	account: string;
}

/** What the meaning of a written value depends on. */
export interface ValueContext extends Zones {
	/** Address of the account: links of other accounts are refused. */
	accountUrl: string;
}

const plainOf = (values: IDataObject[]): unknown => {
	const plain = values.map((entry) => ('value' in entry ? entry.value : entry));
	return plain.length > 1 ? plain : (plain[0] ?? null);
};

function single(
	convert: (value: unknown, zones: Zones) => unknown,
	back?: (value: unknown, zones: Zones) => unknown,
): TypeCodec {
	return {
		encode: (value, _field, zones) => only(value).map((entry) => ({ value: convert(entry, zones) as IDataObject })),
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
const number = single(
	(value) => String(toMoney(value)),
	(value) => (Number.isFinite(Number(value)) ? Number(value) : value),
);

const day = single(
	(value, { account }) => midnightOf(value, account),
	(value, { account }) => (typeof value === 'number' ? calendarDayOf(value, account) : value),
);

const moment = single(
	(value, { workflow }) => toTimestamp(value, workflow),
	(value) => (typeof value === 'number' ? new Date(value * 1000).toISOString() : value),
);

const oneOption: TypeCodec = {
	encode: (value, field) => only(value).map((entry) => ({ enum_id: optionOf(entry, field).id })),
	decode: plainOf,
};

const manyOptions: TypeCodec = {
	encode: (value, field) => optionEntries(parsed(value), field).map((entry) => ({ enum_id: optionOf(entry, field).id })),
	decode: (values) => values.map((entry) => entry.value),
};

/** An option by its label (letter case aside), its code or its ID. A label wins over an ID: labels may be all digits. */
function optionOf(value: unknown, field: FieldDefinition): FieldOption {
	const given = typeof value === 'object' && value !== null ? optionKey(value as IDataObject) : value;
	const wanted = String(given ?? '').trim().toLowerCase();
	const found =
		(typeof given === 'number' ? field.enums.find((option) => option.id === given) : undefined) ??
		field.enums.find((option) => option.value.trim().toLowerCase() === wanted) ??
		field.enums.find((option) => option.path.toLowerCase() === wanted) ??
		field.enums.find((option) => option.code?.toLowerCase() === wanted) ??
		field.enums.find((option) => String(option.id) === wanted);
	if (found) return found;
	const labels = field.enums.map((option) => option.path);
	const shown = labels.length > 15 ? [...labels.slice(0, 15), `and ${labels.length - 15} more`] : labels;
	throw new UserError(`${show(given ?? value)} is not one of the options. Give one of: ${shown.join(', ') || '(the field has no options)'}`);
}

function optionKey(value: IDataObject): unknown {
	return value.enum_id ?? value.id ?? value.value ?? value.enum_code;
}

/** A list as it is; a text is one option if it is one as a whole, else options separated by commas, which labels may hold too. */
function optionEntries(value: unknown, field: FieldDefinition): unknown[] {
	if (typeof value !== 'string') return toList(value);
	const labels = new Set(field.enums.map((option) => option.value.trim().toLowerCase()));
	const parts = value.split(/[,;\n]/);
	const entries: string[] = [];
	for (let from = 0; from < parts.length; ) {
		let to = parts.length;
		// The longest run of parts that is a label; a single part is taken as it is and judged later.
		while (to > from + 1 && !labels.has(joined(value, parts, from, to))) to -= 1;
		entries.push(joined(value, parts, from, to, false));
		from = to;
	}
	return entries.map((entry) => entry.trim()).filter((entry) => entry !== '');
}

/** The original text from part `from` up to part `to`, separators included. */
function joined(whole: string, parts: string[], from: number, to: number, lower = true): string {
	const start = parts.slice(0, from).reduce((sum, part) => sum + part.length + 1, 0);
	const length = parts.slice(from, to).reduce((sum, part) => sum + part.length + 1, -1);
	const slice = whole.slice(start, start + length).trim();
	return lower ? slice.toLowerCase() : slice;
}

/** Phones and e-mails: one, several in a list or separated by commas, or objects with a value and a kind. */
const multitext: TypeCodec = {
	encode: multitextItems,
	decode: (values) => {
		const entries = values.map(({ value, enum_code: kind }) =>
			kind === undefined || kind === null || kind === 'WORK' ? value : { value, kind },
		);
		return entries.length > 1 ? entries : (entries[0] ?? null);
	},
};

const ADDRESS_PARTS = ['address_line_1', 'address_line_2', 'city', 'state', 'zip', 'country'];

/** An address as an object of its parts, or as one line. */
const smartAddress: TypeCodec = {
	encode: (value) => {
		const [given] = only(parsed(value));
		if (given === undefined) return [];
		if (!isObject(given)) return [{ value: toText(given), enum_code: 'address_line_1' }];
		const unknown = Object.keys(given).find((part) => !ADDRESS_PARTS.includes(part));
		if (unknown !== undefined) throw new UserError(`${show(unknown)} is not a part of an address. Give some of: ${ADDRESS_PARTS.join(', ')}`);
		return ADDRESS_PARTS.flatMap((part) => (isUnset(given[part]) ? [] : [{ value: toText(given[part]), enum_code: part }]));
	},
	decode: (values) =>
		Object.fromEntries(
			values.map((entry) => [entry.enum_code ?? ADDRESS_PARTS[Number(entry.enum_id) - 1] ?? 'address_line_1', entry.value]),
		),
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
}

/** A field whose value is an object, given as an object or as JSON text, or as the plain value that stands for it. */
function objects({ needs, convert, example, many, adds, readOnly = [] }: ObjectRules): TypeCodec {
	const [main = ''] = needs;
	const itemOf = (entry: unknown, accountUrl: string): IDataObject => {
		const given = isObject(entry) ? (isObject(entry.value) ? entry.value : entry) : ({ [main]: entry } as IDataObject);
		const inner = withoutLinks(Object.fromEntries(Object.entries(given).filter(([key]) => !readOnly.includes(key))), accountUrl, adds);
		if (needs.every((key) => isUnset(inner[key]))) {
			throw new UserError(`${show(entry)} has no "${needs.join('" or "')}". Give an object such as ${example}`);
		}
		return { value: { ...inner, ...(isUnset(inner[main]) ? {} : { [main]: convert(inner[main]) }) } };
	};
	return {
		encode: (value, _field, { accountUrl }) => {
			const given = parsed(value);
			return (many && Array.isArray(given) ? given.filter((entry) => !isUnset(entry)) : only(given)).map((entry) => itemOf(entry, accountUrl));
		},
		decode: plainOf,
	};
}

/** An object of keys and values, not a moment in time. */
function isObject(value: unknown): value is IDataObject {
	return typeof value === 'object' && value !== null && !Array.isArray(value) && !isDate(value);
}

function parsed(value: unknown): unknown {
	if (typeof value !== 'string' || !/^\s*[[{]/.test(value)) return value;
	try {
		return JSON.parse(value);
	} catch {
		return value;
	}
}

/** One element for each level, as an object or as the link of its card. */
const chainedList: TypeCodec = {
	encode: (value, _field, { accountUrl }) => {
		const given = parsed(value);
		const entries = isLink(given) ? toList(given) : (Array.isArray(given) ? given : [given]).filter((entry) => !isUnset(entry));
		if (entries.length > 5) throw new UserError(`a chained list has at most 5 levels, not ${entries.length}`);
		return entries.map((level) => {
			const entry = withoutLinks(isLink(level) ? { catalog_element_id: level } : (level as IDataObject), accountUrl, ['catalog_id']);
			if (isUnset(entry.catalog_id) || isUnset(entry.catalog_element_id)) {
				throw new UserError(`${show(level)} needs "catalog_id" and "catalog_element_id", or the link of an element's card`);
			}
			return { catalog_id: toId(entry.catalog_id), catalog_element_id: toId(entry.catalog_element_id) };
		});
	},
	decode: (values) => values,
};

const recordId = (value: unknown) => toId(value, ', or the link of the card');

const CODECS: Record<string, TypeCodec> = {
	text,
	textarea: text,
	url: text,
	streetaddress: text,
	tracking_data: text,
	org_legal_name: text,
	numeric: number,
	price: number,
	monetary: number,
	checkbox: single(toBoolean),
	date: day,
	birthday: day,
	date_time: moment,
	select: oneOption,
	radiobutton: oneOption,
	category: oneOption,
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
	}),
	linked_entity: objects({ needs: ['entity_id'], convert: recordId, adds: ['entity_type', 'catalog_id'], example: '{"entity_id": 123, "entity_type": "contacts"}' }),
	chained_list: chainedList,
	file: objects({ needs: ['file_uuid'], convert: toText, example: '{"file_uuid": "11111111-2222-4333-8444-555555555555"}' }),
	payer: objects({ needs: ['name', 'entity_id'], convert: toText, adds: ['entity_type'], example: '{"name": "Acme Ltd."}' }),
	supplier: objects({ needs: ['entity_id'], convert: recordId, example: '{"entity_id": 123}' }),
};

/** The items of `values` for what the user gave; a type that is not known here is sent as it came. */
export function encodeFieldValue(value: unknown, field: FieldDefinition, context: ValueContext): IDataObject[] {
	if (field.computed) throw new UserError('amoCRM computes this field, it cannot be written');
	const codec = CODECS[field.type];
	if (codec) return codec.encode(value, field, context);
	return (Array.isArray(value) ? value : [value]).map((entry) => ({ value: entry as IDataObject }));
}

/** The plain value of a field that was read: a text, number, boolean, ISO date, option label, object, or a list of those. */
export function decodeFieldValue(type: string, values: IDataObject[], zones: Zones): unknown {
	return (CODECS[type]?.decode ?? plainOf)(values, zones);
}

/** Whether values of the type are calendar days, for which the account's time zone has to be known. */
export const isCalendarDayType = (type: string): boolean => type === 'date' || type === 'birthday';
