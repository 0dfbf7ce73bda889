import type { Entity } from '../entities/types';
import type { ValueContext } from '../fields/codec';
import { isCalendarDayType } from '../fields/codec';
import type { CustomFieldValue } from '../fields/customFields';
import type { FieldDefinition } from '../fields/dictionaries';
import { accountTimezone, conventionsOf, fieldDefinitions } from '../fields/dictionaries';
import { orThrow } from '../fields/errors';
import { encodeMappedFields, mapsFields } from '../fields/mapper';
import { isUnset } from '../fields/values';
import type { Run } from './types';

/** What it takes to encode and compare custom fields. */
export interface Mapping {
	definitions: FieldDefinition[];
	context: ValueContext;
}

/** Reads the definitions when an item may need them, nothing otherwise. */
export async function mappingOf(
	run: Run,
	entity: Entity,
	isNeeded = usesMapper(run, 'customFields'),
): Promise<Mapping> {
	const context = { workflow: run.timezone, account: run.timezone, accountUrl: run.client.baseUrl, conventions: conventionsOf(run.client), ignored: run.ignored };
	if (!entity.hasCustomFields || !isNeeded) return { definitions: [], context };
	const { value: definitions } = orThrow(await fieldDefinitions(run.client, entity.fieldsPath ?? entity.path));
	if (definitions.some(({ type }) => isCalendarDayType(type))) {
		context.account = await accountTimezone(run.client, run.timezone);
	}
	return { definitions, context };
}

/** Whether an item may have values in the mapper of that name. Evaluates nothing: that takes long for many items. */
export function usesMapper({ context }: Run, parameter: string): boolean {
	const raw = context.getNode().parameters[parameter];
	return typeof raw === 'string' || mapsFields(raw);
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
