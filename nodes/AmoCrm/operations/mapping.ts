import type { ValueContext } from '../fields/codec';
import { isCalendarDayType } from '../fields/codec';
import type { CustomFieldValue } from '../fields/customFields';
import type { FieldDefinition } from '../fields/dictionaries';
import { accountTimezone, fieldDefinitions } from '../fields/dictionaries';
import { encodeMappedFields, mapsFields } from '../fields/mapper';
import { isUnset } from '../fields/values';
import type { Failure } from '../transport/types';
import type { Entity, Run } from './types';

/** What it takes to encode and compare custom fields. */
export interface Mapping {
	definitions: FieldDefinition[];
	context: ValueContext;
}

/** Reads the definitions when one of the items needs them, nothing otherwise. */
export async function mappingOf(
	run: Run,
	entity: Entity,
	needs: (item: number) => boolean = usesMapper(run, 'customFields'),
): Promise<Mapping | { failure: Failure }> {
	const context = { workflow: run.timezone, account: run.timezone, accountUrl: run.client.baseUrl };
	if (!entity.hasCustomFields || !run.items.some((_, item) => needs(item))) return { definitions: [], context };
	const result = await fieldDefinitions(run.client, entity.fieldsPath ?? entity.path);
	if (!result.ok) return { failure: result.failure };
	if (result.value.some(({ type }) => isCalendarDayType(type))) {
		context.account = await accountTimezone(run.client, run.timezone);
	}
	return { definitions: result.value, context };
}

/** Whether an item has values in the mapper of that name. */
export function usesMapper(run: Run, parameter: string): (item: number) => boolean {
	return (item) => mapsFields(run.parameter(parameter, item, {}));
}

/** What an item's mapper sets beside `values`, the other parameters of the same record. */
export function mappedFieldsOf(
	run: Run,
	entity: Entity,
	item: number,
	{ definitions, context }: Mapping,
	values: Record<string, unknown>,
	parameter = 'customFields',
): CustomFieldValue[] {
	if (!entity.hasCustomFields) return [];
	const taken = new Set(entity.fields.filter(({ name }) => !isUnset(values[name])).map(({ key }) => key));
	return encodeMappedFields(run.parameter(parameter, item, {}), run.items[item]?.json ?? {}, definitions, context, taken);
}
