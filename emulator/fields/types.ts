import { fieldMissing, fieldNotExpected, invalidType, notSupportedChoice, type FieldError } from '../http/problems';
import { scalar } from '../http/query';
import type { FieldEnum } from '../store/rows';
import type { Switches } from '../switches';
import { dateRule } from './dates';
import { objectRules } from './objects';
import type { FieldRule, Item, Written } from './rule';

/** What each type of custom field takes, keeps and gives back. facts: core 15.2, extended 2.3 */

const asIs = (stored: Item): Item => stored;
const fail = (...errors: FieldError[]): Written => ({ errors });

function textRule(maxLength: number): FieldRule {
	return {
		keys: ['value'],
		many: false,
		write(item, _field, path, { switches }) {
			let { value } = item;
			if (switches.textTakesNumbers && typeof value === 'number') value = String(value);
			if (typeof value !== 'string') return fail(invalidType(`${path}.value`, 'string'));
			if (value.length > maxLength) {
				const detail = `This value is too long. It should have ${maxLength} characters or less.`;
				return fail({ code: 'TooLong', path: `${path}.value`, detail });
			}
			return { stored: { value } };
		},
		read: asIs,
	};
}

const numericRule: FieldRule = {
	keys: ['value'],
	many: false,
	write({ value }, _field, path) {
		const text = typeof value === 'number' ? String(value) : typeof value === 'string' ? value.trim().replace(',', '.') : '';
		if (text === '' || !Number.isFinite(Number(text))) return fail(invalidType(`${path}.value`, 'numeric'));
		return { stored: { value: text } };
	},
	read: ({ value }, _field, { switches }) => ({ value: switches.numericReadAs === 'number' ? Number(value) : value }),
};

const checkboxRule: FieldRule = {
	keys: ['value'],
	many: false,
	write: ({ value }, _field, path) =>
		typeof value === 'boolean' ? { stored: { value } } : fail(invalidType(`${path}.value`, 'bool')),
	read: asIs,
};

/** The option an item names by id, by code or by its exact text; the id wins. */
function pickEnum(item: Item, enums: readonly FieldEnum[], path: string): FieldEnum | FieldError {
	const given = (key: string) => item[key] !== undefined && item[key] !== null;
	const [key, match] = given('enum_id')
		? ['enum_id', enums.find((option) => option.id === Number(scalar(item.enum_id)))]
		: given('enum_code')
			? ['enum_code', enums.find((option) => option.code === item.enum_code)]
			: ['value', enums.find((option) => option.value === item.value)];
	if (key === 'value' && !given('value')) return fieldMissing(`${path}.value`);
	return match ?? notSupportedChoice(`${path}.${key}`);
}

function enumRule(many: boolean): FieldRule {
	return {
		// Several options are named by id or text. facts: extended 12
		keys: many ? ['value', 'enum_id', 'enum'] : ['value', 'enum_id', 'enum_code', 'enum'],
		many,
		write(item, field, path) {
			const option = pickEnum(item, field.enums ?? [], path);
			return 'path' in option ? fail(option) : { stored: { enum_id: option.id } };
		},
		read({ enum_id }, field) {
			const option = field.enums?.find(({ id }) => id === enum_id);
			const code = field.type === 'category' ? {} : { enum_code: option?.code ?? null };
			return { value: option?.value ?? '', enum_id, ...code };
		},
	};
}

const multitextRule: FieldRule = {
	keys: ['value', 'enum_id', 'enum_code', 'enum'],
	many: true,
	write(item, field, path) {
		const { value } = item;
		if (typeof value !== 'string' && typeof value !== 'number') return fail(invalidType(`${path}.value`, 'string'));
		const enums = field.enums ?? [];
		const { enum_id = null, enum_code = item.enum ?? null } = item;
		if (enum_id === null && enum_code === null) return { stored: { value: String(value), enum_id: enums[0]?.id } };
		// The kinds of a phone or email are enums whose code is their text.
		const option = enums.find(({ id, value: kind }) => (enum_id === null ? kind === enum_code : id === Number(scalar(enum_id))));
		if (!option) return fail(notSupportedChoice(`${path}.${enum_id === null ? 'enum_code' : 'enum_id'}`));
		return { stored: { value: String(value), enum_id: option.id } };
	},
	read({ value, enum_id }, field, { switches }) {
		const text = field.enums?.find(({ id }) => id === enum_id)?.value;
		const key = switches.multitextEnumKey;
		return {
			value,
			enum_id,
			...(key === 'enum' ? {} : { enum_code: text }),
			...(key === 'enum_code' ? {} : { enum: text }),
		};
	},
};

const ADDRESS_PARTS = ['address_line_1', 'address_line_2', 'city', 'state', 'zip', 'country'];

const smartAddressRule: FieldRule = {
	keys: ['value', 'enum_id', 'enum_code'],
	many: true,
	write({ value, enum_id, enum_code }, _field, path) {
		if (typeof value !== 'string') return fail(invalidType(`${path}.value`, 'string'));
		const id = typeof enum_id === 'number' ? enum_id : ADDRESS_PARTS.indexOf(scalar(enum_code) ?? '') + 1;
		if (!ADDRESS_PARTS[id - 1]) return fail(notSupportedChoice(`${path}.${enum_id === undefined ? 'enum_code' : 'enum_id'}`));
		if (id === 6 && !/^[A-Z]{2}$/.test(value)) return fail(notSupportedChoice(`${path}.value`));
		return { stored: { value, enum_id: id } };
	},
	read: ({ value, enum_id }) => ({ value, enum_id, enum_code: ADDRESS_PARTS[Number(enum_id) - 1] }),
};

const chainedListRule: FieldRule = {
	keys: ['catalog_id', 'catalog_element_id'],
	many: true,
	write({ catalog_id, catalog_element_id }, _field, path, context) {
		if (typeof catalog_id !== 'number') return fail(invalidType(`${path}.catalog_id`, 'int'));
		if (typeof catalog_element_id !== 'number') return fail(invalidType(`${path}.catalog_element_id`, 'int'));
		if (!context.hasElement(catalog_id, catalog_element_id)) return fail(notSupportedChoice(`${path}.catalog_element_id`));
		return { stored: { catalog_id, catalog_element_id } };
	},
	read: asIs,
};

export const FIELD_RULES: Readonly<Record<string, FieldRule>> = {
	text: textRule(256),
	textarea: textRule(65_535),
	url: textRule(2_000),
	streetaddress: textRule(1_000),
	tracking_data: textRule(256),
	org_legal_name: textRule(256),
	numeric: numericRule,
	price: numericRule,
	monetary: numericRule,
	checkbox: checkboxRule,
	date: dateRule('midnight'),
	birthday: dateRule('midnight'),
	date_time: dateRule('moment'),
	select: enumRule(false),
	radiobutton: enumRule(false),
	multiselect: enumRule(true),
	category: enumRule(false),
	multitext: multitextRule,
	smart_address: smartAddressRule,
	chained_list: chainedListRule,
	...objectRules,
};

/** Keys that do not belong: with a value 400 FieldNotExpected; null ones next to a value are a switch. */
export function foreignKeys(item: Item, rule: FieldRule, path: string, switches: Switches): FieldError[] {
	return Object.entries(item)
		.filter(([key]) => !rule.keys.includes(key))
		.filter(([key, value]) => !(value === null && switches.nullEnumKeys === 'accept' && key.startsWith('enum')))
		.map(([key]) => fieldNotExpected(`${path}.${key}`));
}
