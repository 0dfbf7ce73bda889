import type { Entity } from '../entities/types';
import type { ValueContext } from '../fields/codec';
import { isCalendarDayType } from '../fields/codec';
import type { CustomFieldValue } from '../fields/customFields';
import type { FieldDefinition } from '../fields/dictionaries';
import { accountTimezone, assertFieldsCurrent, conventionsOf, fieldDefinitions } from '../fields/dictionaries';
import { encodeMappedFields, mapsFields } from '../fields/mapper';
import { isUnset } from '../fields/values';
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

interface MappedRecord {
	entity: Entity;
	mapping: Mapping;
	/** What other parameters of the same record set. */
	values: Record<string, unknown>;
	/** Name of the mapper. */
	parameter?: string;
}

/** What an item's mapper sets beside `values`, the other parameters of the same record. */
export function mappedFieldsOf(
	run: Run,
	item: number,
	{ entity, mapping: { definitions, context }, values, parameter = 'customFields' }: MappedRecord,
): CustomFieldValue[] {
	if (!entity.hasCustomFields) return [];
	const taken = new Set(entity.fields.filter(({ name }) => !isUnset(values[name])).map(({ key }) => key));
	return encodeMappedFields(run.parameter(parameter, item, {}), { json: run.items[item]?.json ?? {}, definitions, context, taken });
}
