import type { IDataObject } from 'n8n-workflow';

import { isObject, objectsIn } from '../transport/objects';
import { type Zones, decodeFieldValue, isCalendarDayType, isoMoment } from './codec';
import { type Names, withValues } from './events';
import { exactAmount } from './values';

/** Keys that say nothing to a person, or that the simplified row shows in another form. */
const LEFT_OUT = new Set(['_links', '_embedded', 'account_id', 'custom_fields_values', 'group_id', 'request_id']);

/** What simplified rows show beside their own values. */
export interface View {
	names: Names;
	zones: Zones;
	/** Rows of nodes before version 2: fewer names, in amoCRM's order. */
	isOld: boolean;
}

/**
 * A flat row out of amoCRM's record: its own fields under amoCRM's names, moments as ISO dates (UTC), tags as names,
 * linked records as IDs, custom fields under their own names, names for the IDs of pipelines, stages and users, and what an
 * event has changed as people read it. First what people look for, then custom fields, then IDs and times.
 */
export function simplify(row: IDataObject, { names, zones, isOld }: View): IDataObject {
	const own: IDataObject = {};
	const shown = flatFile(withValues(isOld || row.talk_id === undefined ? row : flatAttachment(row), names));
	for (const [key, value] of Object.entries(withNames(withParams(shown), names, isOld))) {
		// A number for a group of users, a text for the group (tab) of a custom field.
		if (!LEFT_OUT.has(key) || (key === 'group_id' && typeof value === 'string')) own[key] = isMoment(key) || (key === 'next_date' && !isOld) ? (isoMoment(secondsIn(value)) as IDataObject[string]) : value;
	}
	if (Array.isArray(own.result) || isTextObject(own.result)) {
		// A task without a result has an empty array there (core facts 12).
		own.result = Array.isArray(own.result) ? '' : ((own.result as IDataObject).text ?? '');
	}
	const embedded = (shown._embedded ?? {}) as IDataObject;
	Object.assign(own, row.source_uid === undefined ? simpleEmbedded(embedded) : oneOfEach(embedded));
	const custom: IDataObject = {};
	for (const field of objectsIn(row.custom_fields_values)) {
		const name = nameIn([field.field_name, field.field_code, field.field_id]);
		const isTaken = Object.hasOwn(own, name) || Object.hasOwn(custom, name);
		custom[isTaken ? `${name} (field ${nameIn([field.field_id])})` : name] = decoded(field, zones);
	}
	return isOld ? { ...own, ...custom } : inOrder(own, custom);
}

/** What hardly any account uses: shown where it is set. */
const SELDOM = new Set(['score', 'labor_cost', 'price_with_minor_units', 'is_price_computed']);

const FIRST = ['event', 'entity', 'id', 'name', 'source_name', 'category', 'action', 'text', 'complete_till', 'price', 'next_price', 'next_date', 'pipeline', 'stage', 'status', 'responsible_user'];

/** Which, who and when: the columns at the end. */
const LAST = [/^pipeline_id$/, /^status_id$/, /^responsible_user_id$/, /^entity_type$/, /(?:^|_)ids?$|^uu?id$/, /^created_by/, /^updated_by/, /^created_at$/, /^updated_at$/, /_at$/, /^is_deleted$/];

/** Where it stands among the columns; 0 for those in the middle. */
function placeOf(key: string): number {
	const first = FIRST.indexOf(key);
	return first >= 0 ? first - FIRST.length : LAST.findIndex((pattern) => pattern.test(key)) + 1;
}

function inOrder(own: IDataObject, custom: IDataObject): IDataObject {
	const isSet = (key: string) => (key === 'price_with_minor_units' ? !Number.isInteger(own[key]) : Boolean(own[key]));
	const keys = Object.keys(own).filter((key) => !SELDOM.has(key) || isSet(key));
	const columns = keys.map((key) => ({ key, place: placeOf(key) })).sort((one, other) => one.place - other.place);
	const picked = (some: typeof columns) => Object.fromEntries(some.map(({ key }) => [key, key === 'price' ? exactAmount(own, key) : own[key]])) as IDataObject;
	return { ...picked(columns.filter(({ place }) => place <= 0)), ...custom, ...picked(columns.filter(({ place }) => place > 0)) };
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

/** A file is known by its UUID, whatever else amoCRM numbers it by; what it is and where its contents are stands beside that. */
function flatFile(row: IDataObject): IDataObject {
	const { metadata, _links: links, ...own } = row;
	if (own.version_uuid === undefined || !isObject(metadata) || !isObject(links)) return row;
	const authors = Object.entries(own).flatMap(([key, value]) => (key.endsWith('_by') && isObject(value) ? [[key, value.id]] : []));
	const urlOf = (link: string) => (isObject(links[link]) ? (links[link].href ?? null) : null);
	return { ...own, id: own.uuid, ...metadata, ...Object.fromEntries(authors), download_url: urlOf('download'), download_version_url: urlOf('download_version') };
}

/** What is attached to a message stands beside its own fields. */
export function flatAttachment(row: IDataObject): IDataObject {
	const { attachment, ...own } = row;
	if (!isObject(attachment)) return row;
	const { type, link, file_name: name } = attachment;
	return { ...own, attachment_type: type, attachment_url: link, attachment_name: name };
}

/** What a note or an incoming lead holds stands beside its own fields. */
function withParams(row: IDataObject): IDataObject {
	const [, key = ''] = HOLDERS.find(([mark]) => row[mark] !== undefined) ?? [];
	const { [key]: held, ...own } = row;
	return { ...(isObject(held) ? held : {}), ...own };
}

const HOLDERS = [['note_type', 'params'], ['source_uid', 'metadata']] as const;

/** A name goes right behind the ID that it explains. */
function withNames(row: IDataObject, names: Names, isOld: boolean): IDataObject {
	const named: IDataObject = {};
	for (const [key, value] of Object.entries(row)) {
		named[key] = value;
		const nameOf = [OLD_NAMED, ...(isOld ? [] : [NAMED])].find((known) => Object.hasOwn(known, key))?.[key];
		const [label = '', name] = nameOf?.(row, names) ?? [];
		if (name !== undefined) named[label] = name;
	}
	return named;
}

type NameOf = (row: IDataObject, names: Names) => [label: string, name?: string];

const pipelineIn = (label: string, key: string): NameOf => (row, { pipelines }) => [label, pipelines?.get(numberIn(row[key]))];

/** 0 is the robot (core facts 16). */
const userIn = (label: string, key: string): NameOf => (row, { users }) => [label, users?.get(numberIn(row[key])) ?? (users && row[key] === 0 ? 'Robot' : undefined)];

const stageOf = (pipeline: unknown, status: unknown, { stages }: Names) => stages?.get(`${nameIn([pipeline])}:${nameIn([status])}`);

/** What shows the name of an ID, and the name where it is known. */
const OLD_NAMED: Record<string, NameOf> = {
	pipeline_id: pipelineIn('pipeline', 'pipeline_id'),
	// Stages of customers have no pipeline.
	status_id: ({ pipeline_id: pipeline, status_id: status }, names) =>
		pipeline === undefined ? ['status', names.customerStatuses?.get(numberIn(status))] : ['stage', stageOf(pipeline, status, names)],
	responsible_user_id: userIn('responsible_user', 'responsible_user_id'),
	subscriber_id: (row, names) => (row.type === 'user' ? userIn('subscriber', 'subscriber_id')(row, names) : ['subscriber']),
};

const NAMED: typeof OLD_NAMED = {
	created_by: userIn('created_by_name', 'created_by'),
	updated_by: userIn('updated_by_name', 'updated_by'),
	old_pipeline_id: pipelineIn('old_pipeline', 'old_pipeline_id'),
	old_status_id: ({ old_pipeline_id: old, pipeline_id: pipeline, old_status_id: status }, names) => ['old_stage', stageOf(old ?? pipeline, status, names)],
	old_responsible_user_id: userIn('old_responsible_user', 'old_responsible_user_id'),
	// Of a kind of events it is the name; of a user the language.
	lang: ({ key, lang }) => ['name', key === undefined ? undefined : nameIn([lang])],
};

/** An incoming lead holds one of each at most (core facts 6.2). */
function oneOfEach({ leads, contacts, companies }: IDataObject): IDataObject {
	const [lead_id, contact_id, company_id] = [leads, contacts, companies].map((held) => (objectsIn(held)[0]?.id ?? null) as IDataObject[string]);
	return leads === undefined ? {} : { lead_id, contact_id, company_id };
}

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

const isMoment = (key: string): boolean => key.endsWith('_at') || /^(?:old_)?complete_till$/.test(key) || key === 'next_date';

/** Some moments come as texts (core facts 6.4). */
const secondsIn = (value: unknown): unknown => (typeof value === 'string' && /^\d{9,10}$/.test(value) ? Number(value) : value);

/** The first text or number. */
const nameIn = (values: unknown[]): string => String(values.find((value) => typeof value === 'string' || typeof value === 'number') ?? '');

const numberIn = (value: unknown): number => Number(nameIn([value]));

const isTextObject = (value: unknown): boolean => isObject(value) && 'text' in value;
