import type { IDataObject } from 'n8n-workflow';

import { isObject, objectsIn } from '../transport/objects';
import { type CustomFieldValue, definitionOf } from './customFields';
import { type Draft, type LinkTarget, putAt, tagKey } from './fields';
import { customFieldsOf, isField, valueKey } from './matching';
import { keysOf } from './multitext';
import type { TotalContext } from './totals';
import { exactAmount } from './values';

/** How values meet those that a record has. */
export interface MergeRules extends Pick<TotalContext, 'country' | 'definitions'> {
	/** Phones, e-mails and fields with several options: keep the old values beside the new ones. */
	appendValues: boolean;
	/** Tags: keep the old ones beside the new ones. */
	appendTags: boolean;
}

export interface Changes extends Draft {
	/** amoCRM's keys of what changes; custom fields by their names. */
	changed: string[];
}

/** The part of an update draft that the record does not hold already. Nothing changed: an empty body and no links. */
export function changesOf(record: IDataObject, draft: Draft, rules: MergeRules): Changes {
	const body: IDataObject = {};
	const changed: string[] = [];
	const change = (path: string, value: unknown, ...names: string[]) => {
		putAt(body, path, value);
		changed.push(...names);
	};
	for (const [key, value] of Object.entries(draft.body)) {
		if (key === 'custom_fields_values') {
			const fields = customFieldsOf(draft.body).map((field) => changedField(record, field, rules)).filter((field) => field !== undefined);
			if (fields.length > 0) change(key, fields, ...fields.map((field) => definitionOf(field, rules.definitions)?.name ?? String(field.field_code ?? field.field_id)));
		} else if (key === 'tags_to_add') {
			const tags = changedTags(record, value as IDataObject[], rules.appendTags);
			if (tags) change(tags.path, tags.rows, 'tags');
		} else if (key === '_embedded') {
			for (const [name, rows] of Object.entries(value as Record<string, IDataObject[]>)) {
				if (!hasSame(record, name, rows)) change(`${key}.${name}`, rows, name);
			}
		} else if ((key === 'price' ? Number(exactAmount(record, key) ?? NaN) : record[key]) !== value) change(key, value, key);
	}
	const isLinked = linksOf(record);
	const links = draft.links.filter((link) => !isLinked(link));
	changed.push(...new Set(links.map((link) => link.to_entity_type)));
	return { body, links, changed };
}

/** Whether a list of the record, which a write replaces, holds the same records already. */
function hasSame(record: IDataObject, name: string, rows: IDataObject[]): boolean {
	const idsOf = (list: unknown) => JSON.stringify(objectsIn(list).map(({ id }) => Number(id)).sort((one, other) => one - other));
	return idsOf((record._embedded as IDataObject | undefined)?.[name]) === idsOf(rows);
}

/** Whether the record has a link. */
function linksOf(record: IDataObject): (link: LinkTarget) => boolean {
	const embedded = Object.entries((record._embedded ?? {}) as Record<string, unknown>);
	const linked = new Map(embedded.flatMap(([type, rows]) => objectsIn(rows).map((row) => [`${type}:${Number(row.id)}`, row])));
	return ({ to_entity_type: type, to_entity_id: id, metadata }) => {
		const row = linked.get(`${type}:${id}`);
		return row !== undefined && ((metadata as IDataObject | undefined)?.is_main !== true || row.is_main === true);
	};
}

function changedTags(record: IDataObject, wanted: IDataObject[], append: boolean): { path: string; rows: IDataObject[] } | undefined {
	const has = objectsIn((record._embedded as IDataObject | undefined)?.tags);
	const known = new Set(has.flatMap(({ id, name }) => [`id:${Number(id)}`, tagKey({ name })]));
	const missing = wanted.filter((tag) => !known.has(tagKey(tag)));
	if (append) return missing.length > 0 ? { path: 'tags_to_add', rows: missing } : undefined;
	return missing.length > 0 || has.length !== wanted.length ? { path: '_embedded.tags', rows: wanted } : undefined;
}

/** The field as it has to be written, or nothing when the record has these values already. */
function changedField(record: IDataObject, field: CustomFieldValue, rules: MergeRules): CustomFieldValue | undefined {
	const definition = definitionOf(field, rules.definitions);
	const old = customFieldsOf(record).find(isField(field.field_code ?? Number(field.field_id)));
	if (field.values === null) return old ? field : undefined;
	const type = definition?.type ?? String(old?.field_type ?? (field.field_code ? 'multitext' : ''));
	const code = definition?.code ?? (old?.field_code as string | null | undefined) ?? field.field_code ?? null;
	const oldValues = old?.values ?? [];
	const isMultitext = type === 'multitext';
	const isNew = isMultitext ? newEntries(oldValues, code, rules) : newValues(oldValues, type);
	const missing = field.values.filter(isNew);
	if (rules.appendValues && (isMultitext || type === 'multiselect')) {
		// A write replaces all values of a field, so the old ones have to go along (core facts 15.1).
		return missing.length > 0 ? { ...field, values: [...oldValues.map((entry) => writable(entry, type)), ...missing] } : undefined;
	}
	return missing.length > 0 || oldValues.length !== field.values.length ? field : undefined;
}

/** Tells phones and the like that neither the record has nor an entry before. */
function newEntries(old: IDataObject[], code: string | null, { country }: MergeRules): (entry: IDataObject) => boolean {
	const keysOfEntry = ({ value }: IDataObject): string[] => {
		const keys = keysOf(String(value), { code }, country);
		return keys.length > 0 ? keys : [`text:${String(value).trim()}`];
	};
	const known = new Set(old.flatMap(keysOfEntry));
	return (entry) => {
		const keys = keysOfEntry(entry);
		const isKnown = keys.every((key) => known.has(key));
		for (const key of keys) known.add(key);
		return !isKnown;
	};
}

/** Tells values that neither the record has nor a value before. */
function newValues(old: IDataObject[], type: string): (entry: IDataObject) => boolean {
	const options = new Set(old.flatMap(({ enum_id: id }) => (id === undefined || id === null ? [] : Number(id))));
	const others = [...old];
	return (entry) => {
		const option = entry.enum_id === undefined ? undefined : Number(entry.enum_id);
		if (option === undefined ? others.some((other) => isSameValue(other, entry, type)) : options.has(option)) return false;
		if (option === undefined) others.push(entry);
		else options.add(option);
		return true;
	};
}

function isSameValue(old: IDataObject, entry: IDataObject, type: string): boolean {
	if (entry.enum_code !== undefined && old.enum_code !== undefined && old.enum_code !== entry.enum_code) return false;
	if (entry.value === undefined && entry.enum_code !== undefined) return old.enum_code === entry.enum_code;
	const [has, wants] = [old, entry].map((item): unknown => ('value' in item ? item.value : item));
	return isObject(has) && isObject(wants) ? holds(has, wants) : valueKey({ value: has as string }, type) === valueKey({ value: wants as string }, type);
}

/** amoCRM adds keys of its own to objects: what was given must be there, and may stand beside more. */
function holds(has: IDataObject, wants: IDataObject): boolean {
	return Object.entries(wants).every(([key, value]) => JSON.stringify(has[key]) === JSON.stringify(value));
}

/** A value that was read, in the form that amoCRM takes back: it refuses keys that are not its own (extended facts 2.3). */
function writable(entry: IDataObject, type: string): IDataObject {
	if (type === 'multiselect') return { enum_id: entry.enum_id };
	const kind = entry.enum_code ?? entry.enum;
	return { value: entry.value, ...(kind ? { enum_code: kind } : entry.enum_id ? { enum_id: entry.enum_id } : {}) };
}
