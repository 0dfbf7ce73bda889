import type { IDataObject } from 'n8n-workflow';

import { type CustomFieldValue, definitionOf } from '../fields/customFields';
import type { FieldDefinition } from '../fields/dictionaries';
import { type Draft, tagKey } from '../fields/fields';
import { customFieldsOf } from '../fields/matching';
import { type View, showsCalendarDays } from '../fields/simplify';
import { objectsIn } from '../transport/objects';

/** What was sent with a record, and says nothing about how it is. */
export const ORDERS = ['password', 'request_id', 'tags_to_add', 'tags_to_delete'];

/** What amoCRM may change by itself along with a field: what it was says nothing any more. */
const FOLLOWING: Record<string, string[]> = {
	status_id: ['closed_at', 'loss_reason_id'],
	name: ['first_name', 'last_name'],
	first_name: ['name', 'last_name'],
	last_name: ['name', 'first_name'],
};

export function omit(row: IDataObject, keys: string[]): IDataObject {
	return Object.fromEntries(Object.entries(row).filter(([key]) => !keys.includes(key)));
}

interface Writing {
	draft: Draft;
	/** amoCRM's answer, which holds little more than the ID. */
	answer: IDataObject;
	definitions: FieldDefinition[];
	/** What was made along with the record. */
	members?: Array<{ collection: string }>;
}

/** The written record in amoCRM's own form, as far as it is known without asking for it. */
export function recordAfter({ draft: { body, links, before = {} }, answer, definitions, members = [] }: Writing, { zones }: Pick<View, 'zones'>): IDataObject {
	const linked = before._embedded as IDataObject | undefined;
	const embedded: IDataObject = { ...linked, ...omit((body._embedded ?? {}) as IDataObject, members.map(({ collection }) => collection)), ...(answer._embedded as IDataObject | undefined) };
	const added = objectsIn(body.tags_to_add);
	if (linked && added.length > 0) embedded.tags = [...new Map([...objectsIn(linked.tags), ...added].map((tag) => [tagKey({ name: tag.name }), tag])).values()];
	for (const { to_entity_type: type, to_entity_id: id, metadata } of links) {
		// A record that was not read may have others beside; it has one company at most.
		if (type !== 'companies' && body.id !== undefined && !linked?.[type]) continue;
		const others = type === 'companies' ? [] : objectsIn(embedded[type]).filter((row) => Number(row.id) !== id);
		embedded[type] = [...others.map((row) => (metadata?.is_main ? { ...row, is_main: false } : row)), { id, ...metadata }];
	}
	const set = answer.custom_fields_values === undefined ? customFieldsOf(body) : [];
	const isSame = (one: CustomFieldValue) => (other: CustomFieldValue) => (other.field_code === undefined ? Number(other.field_id) === Number(one.field_id) : other.field_code === one.field_code);
	const old = customFieldsOf(answer.custom_fields_values === undefined ? before : answer);
	const fields = [...old.filter((field) => !set.some(isSame(field))), ...set.flatMap((field) => shown(field, definitions))];
	return {
		...omit(before, Object.keys(body).flatMap((key) => ['updated_by', ...(FOLLOWING[key] ?? [])])),
		// amoCRM reads the price in whole units and the exact one beside it (core facts 16).
		...(body.price === undefined ? {} : { price_with_minor_units: body.price }),
		// In the order of amoCRM's answer, where it shows all.
		...omit({ ...answer, ...body, ...answer }, [...ORDERS, 'is_need_to_trigger_digital_pipeline']),
		_embedded: embedded,
		// Without the account's time zone it is not known which days they are.
		custom_fields_values: fields.filter((field) => zones.account !== '' || !showsCalendarDays({ custom_fields_values: [field] })),
	};
}

/** A field as amoCRM will give it; nothing for a cleared one, or where its definition was not read. */
function shown(field: CustomFieldValue, definitions: FieldDefinition[]): CustomFieldValue[] {
	const definition = definitionOf(field, definitions);
	if (!definition || !field.values?.length) return [];
	const { id, name, code, type, enums } = definition;
	const optionOf = (entry: IDataObject) => enums.find((option) => option.id === Number(entry.enum_id));
	const values = field.values.map((entry) => ({ ...entry, ...('value' in entry ? { enum_code: entry.enum_code ?? optionOf(entry)?.code } : { value: optionOf(entry)?.value }) }));
	return [{ field_id: id, field_name: name, field_code: code, field_type: type, values } as CustomFieldValue];
}
