import type { Entity } from '../entities/types';
import { type ValueContext, isCalendarDayType } from '../fields/codec';
import type { CustomFieldValue } from '../fields/customFields';
import { type FieldDefinition, accountTimezone, assertFieldsCurrent, conventionsOf, fieldDefinitions } from '../fields/dictionaries';
import type { WritableField } from '../fields/fields';
import { encodeMappedFields, mapsAutomatically, mapsFields, ownKeys } from '../fields/mapper';
import { isUnset } from '../fields/values';
import { filesOf } from './itemFiles';
import type { Run } from './types';

/** What it takes to encode and compare custom fields. */
export interface Mapping {
	definitions: FieldDefinition[];
	context: ValueContext;
}

/** Reads the definitions when an item may need them, nothing otherwise. */
export async function mappingOf(run: Run, entity: Entity, isNeeded = usesMapper(run, 'customFields')): Promise<Mapping> {
	const { client, timezone, ignored } = run;
	const path = entity.fieldsPath ?? entity.path;
	const context: ValueContext = { workflow: timezone, account: timezone, accountUrl: client.baseUrl, conventions: conventionsOf(client), ignored };
	const mapping: Mapping = { definitions: [], context };
	if (!entity.hasCustomFields || !isNeeded) return mapping;
	const take = async (definitions: FieldDefinition[]): Promise<void> => {
		// Who holds a field already gets its new options too.
		const old = new Map(mapping.definitions.map((field) => [field.id, field]));
		mapping.definitions = definitions.map((field) => Object.assign(old.get(field.id) ?? {}, field));
		if (definitions.some(({ type }) => isCalendarDayType(type))) context.account = await accountTimezone(client);
	};
	await take(await fieldDefinitions(client, path));
	context.assertFieldsCurrent = assertFieldsCurrent(client, path, take);
	return mapping;
}

/** Whether an item may have values in the mapper of that name. Evaluates nothing: that takes long for many items. */
export function usesMapper({ context }: Run, parameter: string): boolean {
	const raw = context.getNode().parameters[parameter];
	return typeof raw === 'string' || mapsFields(raw);
}

interface MappedRecord<T> {
	entity: Entity;
	mapping: Mapping;
	/** What other parameters of the same record set. */
	values: T;
	/** Name of the mapper, where it is not the main one of the form. */
	parameter?: string;
}

/**
 * What an item's mapper sets beside `values`, the other parameters of the same record: custom fields and, where the main
 * one maps automatically, the record's own fields that no parameter sets. Version 1 of the node maps custom fields only.
 */
export function mappedFieldsOf<T extends Record<string, unknown>>(run: Run, item: number, { entity, mapping, values, parameter = 'customFields' }: MappedRecord<T>): { values: T; mapped: CustomFieldValue[] } {
	if (!entity.hasCustomFields) return { values, mapped: [] };
	const mapper = run.parameter(parameter, item, {});
	const json = run.items[item]?.json ?? {};
	const { definitions, context } = mapping;
	const isSet = ({ name }: WritableField) => !isUnset(values[name]);
	const reportsKeys = mapsAutomatically(mapper) && !run.isVersion1;
	const mapsOwn = reportsKeys && parameter === 'customFields';
	const own = mapsOwn ? ownKeys(json, entity.fields.filter((field) => !isSet(field)), definitions) : new Map<string, string>();
	const all = { ...values, ...Object.fromEntries([...own].map(([name, key]) => [name, json[key]])) };
	const taken = new Set(entity.fields.filter(({ name }) => !isUnset(all[name])).map(({ key }) => key));
	const used = new Set(own.values());
	// Version 1 maps automatically what stands in the item's data alone.
	const files = mapsAutomatically(mapper) && run.isVersion1 ? undefined : filesOf(run, item);
	const mapped = encodeMappedFields(mapper, { json, definitions, context: { ...context, files }, taken, own: new Set(used), used });
	if (reportsKeys) {
		for (const [key, value] of Object.entries(json)) if (!isUnset(value)) run.keys.given.add(key);
		for (const key of used) run.keys.used.add(key);
	}
	return { values: all, mapped };
}
