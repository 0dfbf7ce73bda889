import type { IDataObject } from 'n8n-workflow';

import { isObject, objectsIn } from '../transport/objects';
import type { Zones } from './codec';
import { decodeFieldValue, isCalendarDayType, isoMoment } from './codec';

/** Keys that say nothing to a person, or that the simplified row shows in another form. */
const LEFT_OUT = new Set(['_links', '_embedded', 'account_id', 'custom_fields_values', 'group_id', 'request_id']);

/** Names that the account has for IDs in a record, where they are known. */
export interface Names {
	pipelines?: Map<number, string>;
	/** By "pipeline:status". */
	stages?: Map<string, string>;
	users?: Map<number, string>;
	/** Stages of customers. */
	customerStatuses?: Map<number, string>;
}

/**
 * A flat row out of amoCRM's record: its own fields under amoCRM's names, moments as ISO dates (UTC), tags as names,
 * linked records as IDs, custom fields under their own names, and names beside the IDs of pipeline, stage and user.
 */
export function simplify(row: IDataObject, zones: Zones, names: Names = {}): IDataObject {
	const simple: IDataObject = {};
	for (const [key, value] of Object.entries(withNames(withParams(row), names))) {
		// A number for a group of users, a text for the group (tab) of a custom field.
		if (!LEFT_OUT.has(key) || (key === 'group_id' && typeof value === 'string')) simple[key] = isMoment(key) ? (isoMoment(secondsIn(value)) as IDataObject[string]) : value;
	}
	if (Array.isArray(simple.result) || isTextObject(simple.result)) {
		// A task without a result has an empty array there (core facts 12).
		simple.result = Array.isArray(simple.result) ? '' : ((simple.result as IDataObject).text ?? '');
	}
	Object.assign(simple, simpleEmbedded((row._embedded ?? {}) as IDataObject));
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

/** What a note or an incoming lead holds stands beside its own fields. */
function withParams(row: IDataObject): IDataObject {
	const [, key = ''] = HOLDERS.find(([mark]) => row[mark] !== undefined) ?? [];
	const { [key]: held, ...own } = row;
	return { ...(isObject(held) ? held : {}), ...own };
}

const HOLDERS = [['note_type', 'params'], ['source_uid', 'metadata']] as const;

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

/** Some moments come as texts (core facts 6.4). */
const secondsIn = (value: unknown): unknown => (typeof value === 'string' && /^\d{9,10}$/.test(value) ? Number(value) : value);

/** The first text or number. */
const nameIn = (values: unknown[]): string => String(values.find((value) => typeof value === 'string' || typeof value === 'number') ?? '');

const numberIn = (value: unknown): number => Number(nameIn([value]));

const isTextObject = (value: unknown): boolean => isObject(value) && 'text' in value;
