import type { IDataObject } from 'n8n-workflow';

import { CARDS } from '../entities/cards';
import { ADDRESS_PARTS } from '../fields/codec';
import { type FieldDefinition, fieldDefinitions } from '../fields/dictionaries';
import { ifReadable } from '../fields/errors';
import type { ApiClient } from '../transport/client';
import { isObject } from '../transport/objects';
import type { HookItem } from './delivery';
import { listOf, textOf, toNumber } from './row';

/** Deliveries give custom fields without their type; the account knows it (read at most once a minute for each kind). */

function pathOf({ entity, action, data }: HookItem): string | undefined {
	if (action === 'note' || listOf(data.custom_fields_values).length === 0) return undefined;
	return entity === 'catalog' ? (typeof data.catalog_id === 'number' ? `/catalogs/${data.catalog_id}` : undefined) : CARDS.find(({ value }) => value === entity)?.path;
}

/** Adds the types and casts the values by them; without the definitions the fields stay as they came. */
export async function typeCustomFields(client: ApiClient, items: HookItem[]): Promise<HookItem[]> {
	const paths = new Set(items.flatMap((item) => pathOf(item) ?? []));
	const known = new Map<string, Map<number, FieldDefinition>>();
	for (const path of paths) {
		const definitions = await ifReadable(fieldDefinitions(client, path));
		if (definitions) known.set(path, new Map(definitions.map((field) => [field.id, field])));
	}
	return items.map((item) => {
		const fields = known.get(pathOf(item) ?? '');
		if (!fields) return item;
		const custom_fields_values = listOf(item.data.custom_fields_values).map((field) => typedField(field, fields.get(Number(textOf(field.field_id)))));
		return { ...item, data: { ...item.data, custom_fields_values } };
	});
}

function typedField(field: IDataObject, definition: FieldDefinition | undefined): IDataObject {
	if (!definition) return field;
	const { field_id, field_name, field_code } = field;
	return { field_id, field_name, field_code, field_type: definition.type, values: listOf(field.values).map((entry) => typedValue(entry, definition)) };
}

function typedValue(entry: IDataObject, { type, enums }: FieldDefinition): IDataObject {
	const { value, subtype, ...rest } = entry;
	const option = enums.find(({ id }) => id === Number(textOf(rest.enum_id) || NaN));
	const part = type === 'smart_address' ? (ADDRESS_PARTS[Number(textOf(subtype)) - 1] ?? subtype) : undefined;
	// The kinds of phones and e-mails are options without a code.
	const code = part ?? option?.code ?? (type === 'multitext' ? option?.value : undefined);
	return { value: cast(type, value), ...rest, ...(code === undefined ? {} : { enum_code: code }) };
}

function cast(type: string, value: IDataObject[string]): IDataObject[string] {
	if (isObject(value)) return value;
	if (type === 'checkbox') return value === '1' || value === 'true' || value === 1;
	if (['date', 'date_time', 'birthday'].includes(type)) return toNumber(textOf(value));
	return value === undefined || value === null ? null : String(value);
}
