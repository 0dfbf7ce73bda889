import { z } from 'zod';
import type { EntityType } from '../store/rows';
import { sealed } from '../validation/zodErrors';

/** What may be written on leads, contacts, companies and customers. facts: core 5.4, 9, 10, extended 4 */

const id = z.number().int();
const seconds = z.number().int();
const anything = z.unknown();
export const requestId = z.union([z.string(), z.number()]).nullish();

/** By id or by name. A stray request_id here is refused (seen live). facts: extended 9.4 */
const tag = sealed({ id: id.nullish(), name: z.string().min(1).max(255).nullish(), color: anything.optional() });
export const tagList = z.array(tag);
export type TagInput = z.infer<typeof tag>;

const common = {
	name: z.string().max(255),
	responsible_user_id: id,
	created_by: id,
	updated_by: id,
	created_at: seconds,
	updated_at: seconds,
	custom_fields_values: z.array(anything).nullable(),
	tags_to_add: tagList.nullable(),
};

const tags = { tags: tagList.nullish() };
const ref = z.object({ id }).passthrough();
const mainRef = z.strictObject({ id, is_main: z.boolean().nullish() });

export const source = z.strictObject({
	id: id.nullish(),
	external_id: z.union([z.string(), z.number()]).nullish(),
	type: z.string().nullish(),
	name: z.string().nullish(),
});

/**
 * What a GET hands out and a write does not take: let through and dropped. amocrm-js sends it with every save() of a lead
 * it has read, and that works on live accounts. facts: core 15.1 (a read model sent back fails only over its values)
 */
export const readOnly = z.unknown().transform(() => undefined);
const readOnlyKeys = (...keys: string[]): z.ZodRawShape => Object.fromEntries(keys.map((key) => [key, readOnly]));

const READ_ONLY = readOnlyKeys('group_id', 'account_id', 'is_deleted', 'is_unsorted', 'closest_task_at', '_links');
/** date_close is no field of v4 at all, but clients carry it from an earlier sample of the vendor for PATCH /leads. */
const READ_ONLY_LEAD = readOnlyKeys('source_id', 'score', 'labor_cost', 'is_price_modified_by_robot', 'is_price_computed', 'price_with_minor_units', 'date_close');

const lead = {
	...common,
	price: z.number(),
	status_id: id,
	pipeline_id: id,
	closed_at: seconds.nullable(),
	loss_reason_id: id.nullable(),
	visitor_uid: z.string().nullable(),
};

const contact = { ...common, first_name: z.string().max(255), last_name: z.string().max(255) };

const customer = {
	...common,
	next_price: z.number().nullable(),
	next_date: seconds.nullable(),
	status_id: id,
	periodicity: z.number().int(),
};

const onUpdate = { tags_to_delete: tagList.nullable() };

const embedded = {
	leads: z.strictObject({
		...tags,
		contacts: z.array(mainRef).nullish(),
		companies: z.array(z.strictObject({ id })).max(1).nullish(),
		source: source.nullish(),
	}),
	contacts: z.strictObject({ ...tags, companies: z.array(ref).nullish(), leads: z.array(ref).nullish() }),
	companies: z.strictObject({ ...tags, contacts: z.array(ref).nullish(), leads: z.array(ref).nullish() }),
	customers: z.strictObject({ ...tags, segments: z.array(z.strictObject({ id })).nullish() }),
};

/** What an answer embeds besides: an update changes none of it. */
export const LINKED = ['contacts', 'companies', 'leads', 'customers', 'catalog_elements', 'loss_reason', 'source'] as const;
const linked = Object.fromEntries(LINKED.map((key) => [key, z.unknown()]));

/** Only tags (and a customer's segments) are replaced by an update; links have routes of their own. facts: core 5.4 */
const updateEmbedded = {
	leads: z.strictObject({ ...tags, ...linked }),
	contacts: z.strictObject({ ...tags, ...linked }),
	companies: z.strictObject({ ...tags, ...linked }),
	customers: embedded.customers.extend(linked),
};

const shapes = { leads: lead, contacts: contact, companies: common, customers: customer };

/** One shape for all four, as the code that writes them is shared; each schema lets only its own keys through. */
export interface EntityInput extends Partial<z.infer<z.ZodObject<typeof lead & typeof contact & typeof onUpdate>>> {
	id?: number;
	next_price?: number | null;
	next_date?: number | null;
	periodicity?: number;
	_embedded?: {
		tags?: TagInput[] | null;
		contacts?: { id: number; is_main?: boolean | null }[] | null;
		companies?: { id: number }[] | null;
		leads?: { id: number }[] | null;
		segments?: { id: number }[] | null;
		source?: z.infer<typeof source> | null;
	} | null;
}

type EntitySchema = z.ZodType<EntityInput, z.ZodTypeDef, unknown>;

const of = (shape: z.ZodRawShape) => z.strictObject(shape).partial() as unknown as z.AnyZodObject;
const required = (schema: z.AnyZodObject, extra: z.ZodRawShape) => schema.extend(extra) as unknown as EntitySchema;

const forCreate = (type: EntityType): EntitySchema =>
	required(of(shapes[type]), {
		request_id: requestId,
		_embedded: embedded[type].nullish(),
		...(type === 'customers' ? { name: common.name } : {}),
	});

const forUpdate = (type: EntityType, batch: boolean): EntitySchema =>
	required(of({ ...shapes[type], ...onUpdate, ...READ_ONLY, ...(type === 'leads' ? READ_ONLY_LEAD : {}) }), {
		request_id: requestId,
		_embedded: updateEmbedded[type].nullish(),
		id: batch ? id : id.optional(),
	});

const perType = <T>(make: (type: EntityType) => T): Record<EntityType, T> => ({
	leads: make('leads'),
	contacts: make('contacts'),
	companies: make('companies'),
	customers: make('customers'),
});

export const CREATE = perType(forCreate);
export const UPDATE_BATCH = perType((type) => forUpdate(type, true));
export const UPDATE_ONE = perType((type) => forUpdate(type, false));
