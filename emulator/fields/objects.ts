import { z } from 'zod';
import { notSupportedChoice } from '../http/problems';
import { parseItem } from '../validation/batch';
import type { FieldRule, Item } from './rule';

/** Field types whose value is an object. facts: core 15.2, extended 2.3, 3.4 */

const text = z.string().nullish();
const int = z.number().int().nullish();

const LEGAL_KEYS = {
	address: text,
	real_address: text,
	bank_account_number: text,
	director: text,
	vat_id: text,
	tax_registration_reason_code: z.union([z.string(), z.number()]).nullish(),
	kpp: text,
	bank_code: text,
	unp: text,
	bin: text,
	egrpou: text,
	mfo: text,
	oked: text,
	external_uid: text,
	line1: text,
	line2: text,
	city: text,
	state: text,
	zip: text,
	country: text,
};

/** Without a discount the official client sends both as null. facts: extended 12 */
const noDiscount = z.strictObject({ type: z.null(), value: z.null() }).transform(() => null);
const discount = z.union([z.strictObject({ type: z.enum(['percentage', 'amount']), value: z.number() }), noDiscount]).nullish();

const SCHEMAS = {
	legal_entity: z.strictObject({ ...LEGAL_KEYS, name: z.string(), entity_type: z.union([z.literal(1), z.literal(2)]).nullish() }),
	items: z.strictObject({
		sku: text,
		description: text,
		unit_price: z.number().nullish(),
		quantity: z.number().nullish(),
		unit_type: text,
		discount,
		vat_rate_id: int,
		vat_rate_value: z.number().nullish(),
		external_uid: text,
		product_id: int,
		bonus_points_per_purchase: int,
		metadata: z.unknown(),
	}),
	linked_entity: z.strictObject({
		name: text,
		entity_id: int,
		entity_type: z.enum(['contacts', 'companies', 'catalog_elements']).nullish(),
		catalog_id: int,
	}),
	file: z.strictObject({ file_uuid: z.string(), version_uuid: text, file_name: text, file_size: int }),
	payer: z.strictObject({
		...LEGAL_KEYS,
		name: text,
		entity_type: z.enum(['contacts', 'companies']).nullish(),
		entity_id: int,
		catalog_id: int,
		type: z.enum(['legal', 'individual']).nullish(),
		phone: text,
		email: text,
	}),
	supplier: z.strictObject({ entity_id: z.number().int() }),
};

function objectRule(type: keyof typeof SCHEMAS): FieldRule {
	const schema: z.ZodType<Item, z.ZodTypeDef, unknown> = SCHEMAS[type];
	return {
		keys: ['value'],
		many: type === 'legal_entity' || type === 'items',
		write({ value }, _field, path, { switches }) {
			const { data, errors } = parseItem(value, schema, switches, `${path}.value`);
			if (data === undefined) return { errors };
			if (type === 'file' && !/^[0-9a-f-]{36}$/i.test(String(data.file_uuid))) {
				return { errors: [notSupportedChoice(`${path}.value.file_uuid`)] };
			}
			return { stored: { value: data } };
		},
		read({ value }) {
			if (type !== 'items') return { value };
			return { value: withTotals(value as z.infer<typeof SCHEMAS.items>) };
		},
	};
}

/** Read-only totals of an invoice line. */
function withTotals(item: z.infer<typeof SCHEMAS.items>): Record<string, unknown> {
	const gross = (item.unit_price ?? 0) * (item.quantity ?? 0);
	const off = item.discount ? (item.discount.type === 'percentage' ? (gross * item.discount.value) / 100 : item.discount.value) : 0;
	return { ...item, is_discount_recalculated: false, is_total_sum_recalculated: false, total_sum: Math.max(0, gross - off) };
}

export const objectRules: Record<keyof typeof SCHEMAS, FieldRule> = {
	legal_entity: objectRule('legal_entity'),
	items: objectRule('items'),
	linked_entity: objectRule('linked_entity'),
	file: objectRule('file'),
	payer: objectRule('payer'),
	supplier: objectRule('supplier'),
};
