import type { IDataObject } from 'n8n-workflow';

import { isObject, objectsIn } from '../transport/objects';
import type { Zones } from './codec';
import { decodeFieldValue, isCalendarDayType, isoMoment } from './codec';
import { withValues } from './events';
import type { Names } from './names';

/** Keys that say nothing to a person, or that the simplified row shows in another form. */
const LEFT_OUT = new Set(['_links', '_embedded', 'account_id', 'custom_fields_values', 'group_id', 'request_id']);

/**
 * A flat row out of amoCRM's record: its own fields under amoCRM's names, moments as ISO dates (UTC), tags as names,
 * linked records as IDs, custom fields under their own names, names beside the IDs of pipeline, stage and user, and what an
 * event has changed as people read it.
 */
export function simplify(row: IDataObject, zones: Zones, names: Names = {}): IDataObject {
	const simple: IDataObject = {};
	const shown = withValues(row, names);
	for (const [key, value] of Object.entries(withNames(withParams(shown), names))) {
		// A number for a group of users, a text for the group (tab) of a custom field.
		if (!LEFT_OUT.has(key) || (key === 'group_id' && typeof value === 'string')) simple[key] = isMoment(key) ? (isoMoment(value) as IDataObject[string]) : value;
	}
	if (Array.isArray(simple.result) || isTextObject(simple.result)) {
		// A task without a result has an empty array there (core facts 12).
		simple.result = Array.isArray(simple.result) ? '' : ((simple.result as IDataObject).text ?? '');
	}
	Object.assign(simple, simpleEmbedded((shown._embedded ?? {}) as IDataObject));
	for (const field of objectsIn(row.custom_fields_values)) {
		const name = nameIn([field.field_name, field.field_code, field.field_id]);
		simple[Object.hasOwn(simple, name) ? `${name} (field ${nameIn([field.field_id])})` : name] = decoded(field, zones);
	}
	return simple;
}

/** A value that its type cannot have, such as a moment after the end of time, comes as it is. */
function decoded({ field_type: type, values }: IDataObject, zones: Zones): IDataObject[string] {
	const entries = objectsIn(values);
	try {
		return decodeFieldValue(nameIn([type]), entries, zones) as IDataObject[string];
	} catch {
		return entries.map((entry) => entry.value ?? null) as IDataObject[];
	}
}

/** Whether a record shows calendar days, for which the account's time zone has to be known. */
export function showsCalendarDays(row: IDataObject): boolean {
	return objectsIn(row.custom_fields_values).some((field) => isCalendarDayType(nameIn([field.field_type])));
}

/** What a note holds stands beside its own fields. */
function withParams(row: IDataObject): IDataObject {
	const { params, ...own } = row;
	return row.note_type === undefined ? row : { ...(params as IDataObject), ...own };
}

/** A name goes right behind the ID that it explains. */
function withNames(row: IDataObject, names: Names): IDataObject {
	const named: IDataObject = {};
	for (const [key, value] of Object.entries(row)) {
		named[key] = value;
		const [label = '', name] = (Object.hasOwn(NAMED, key) && NAMED[key]?.(row, names)) || [];
		if (name !== undefined) named[label] = name;
	}
	return named;
}

/** What shows the name of an ID, and the name where it is known. */
const NAMED: Record<string, (row: IDataObject, names: Names) => [label: string, name?: string]> = {
	pipeline_id: (row, { pipelines }) => ['pipeline', pipelines?.get(numberIn(row.pipeline_id))],
	// Stages of customers have no pipeline.
	status_id: ({ pipeline_id: pipeline, status_id: status }, { stages, customerStatuses }) =>
		pipeline === undefined ? ['status', customerStatuses?.get(numberIn(status))] : ['stage', stages?.get(`${nameIn([pipeline])}:${nameIn([status])}`)],
	responsible_user_id: (row, { users }) => ['responsible_user', users?.get(numberIn(row.responsible_user_id))],
};

function simpleEmbedded(embedded: IDataObject): IDataObject {
	const simple: IDataObject = {};
	for (const [key, value] of Object.entries(embedded)) {
		const entries = objectsIn(value);
		if (key === 'tags') simple.tags = entries.map((tag) => tag.name ?? null) as string[];
		else if (key === 'loss_reason') simple.loss_reason = entries[0]?.name ?? null;
		else if (key === 'companies') simple.company_id = entries[0]?.id ?? null;
		else if (key === 'contacts') {
			simple.contact_ids = entries.map((contact) => contact.id ?? null) as number[];
			const main = entries.find((contact) => contact.is_main === true);
			if (main) simple.main_contact_id = main.id ?? null;
		} else if (key !== 'reviews' && Array.isArray(value) && entries.length === value.length && entries.every((entry) => entry.id !== undefined && !('metadata' in entry))) {
			simple[`${key.replace(/(?<=status)es$|s$/, '')}_ids`] = entries.map((entry) => entry.id ?? null) as number[];
			if (entries.length > 0 && entries.every(({ name }) => typeof name === 'string')) simple[key] = entries.map(({ name }) => name) as string[];
		} else if (isObject(value) && value.id !== undefined) simple[`${key}_id`] = value.id;
		else simple[key] = value;
	}
	return simple;
}

const isMoment = (key: string): boolean => key.endsWith('_at') || key === 'complete_till' || key === 'next_date';

/** The first text or number. */
const nameIn = (values: unknown[]): string => String(values.find((value) => typeof value === 'string' || typeof value === 'number') ?? '');

const numberIn = (value: unknown): number => Number(nameIn([value]));

const isTextObject = (value: unknown): boolean => isObject(value) && 'text' in value;
