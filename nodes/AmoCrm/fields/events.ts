import type { IDataObject } from 'n8n-workflow';

import { isObject, objectsIn } from '../transport/objects';
import { isoMoment } from './codec';

/** Names that the account has for IDs in a record, where they are known. */
export interface Names {
	pipelines?: Map<number, string>;
	/** By "pipeline:status". */
	stages?: Map<string, string>;
	users?: Map<number, string>;
	/** Stages of customers. */
	customerStatuses?: Map<number, string>;
	taskTypes?: Map<number, string>;
	/** Custom fields, whatever they belong to. */
	fields?: Map<number, string>;
}

/** What events say that there was and is, as people read it (extended facts 5.2). */

/** What is shown, and the ID behind it. */
interface Shown {
	shown: unknown;
	id?: unknown;
}

const byName = (names: Map<number, string> | undefined, { id }: IDataObject): Shown => ({ shown: names?.get(Number(id)) ?? id, id });

const linked = ({ entity }: IDataObject): Shown => {
	const { type, id } = isObject(entity) ? entity : {};
	return { shown: `${String(type)} ${String(id)}`, id };
};

const KINDS: Record<string, (value: IDataObject, names: Names) => Shown> = {
	lead_status: ({ pipeline_id: pipelineId, id }, { pipelines, stages }) => {
		const pair = `${String(pipelineId)}:${String(id)}`;
		const [pipeline, stage] = [pipelines?.get(Number(pipelineId)), stages?.get(pair)];
		return { shown: pipeline !== undefined && stage !== undefined ? `${pipeline} / ${stage}` : pair, id: pair };
	},
	customer_status: (value, { customerStatuses }) => byName(customerStatuses, value),
	responsible_user: (value, { users }) => byName(users, value),
	task_type: (value, { taskTypes }) => byName(taskTypes, value),
	task_deadline: ({ timestamp }) => ({ shown: isoMoment(timestamp) }),
	custom_field_value: ({ text, enum_id: id }) => ({ shown: text, ...(id === null ? {} : { id }) }),
	note: ({ id, params }) => ({ shown: isObject(params) ? (params.text ?? id) : id, id }),
	link: linked,
	unlink: linked,
};

/** One value of an event; of a kind that is not known, what it holds. */
function shownValue(value: IDataObject, names: Names): Shown {
	const [kind = '', inner] = Object.entries(value)[0] ?? [];
	if (!isObject(inner)) return { shown: inner ?? null };
	const known = Object.hasOwn(KINDS, kind) ? KINDS[kind]?.(inner, names) : undefined;
	const parts = Object.values(inner);
	return known ?? { shown: parts.length === 1 ? parts[0] : inner, ...(inner.id === undefined ? {} : { id: inner.id }) };
}

const oneOrAll = (values: unknown[]): unknown => (values.length > 1 ? values : (values[0] ?? null));

/** An event with what was before and after in place of amoCRM's lists of values; any other row as it is. */
export function withValues(row: IDataObject, names: Names): IDataObject {
	const { value_before: before, value_after: after, _embedded: embedded, ...own } = row;
	if (!Array.isArray(before) && !Array.isArray(after)) return row;
	const sides = { before, after } as const;
	const simple: IDataObject = {};
	for (const [side, values] of Object.entries(sides)) {
		const all = objectsIn(values).map((value) => shownValue(value, names));
		simple[side] = oneOrAll(all.map(({ shown }) => shown)) as IDataObject;
		if (all.some(({ id }) => id !== undefined)) simple[`${side}_id`] = oneOrAll(all.map(({ id }) => id ?? null)) as IDataObject;
	}
	const fieldId = fieldOf(row);
	const field = names.fields?.get(Number(fieldId));
	const author = names.users?.get(Number(own.created_by));
	const { name } = isObject(embedded) && isObject(embedded.entity) ? embedded.entity : {};
	return {
		...own,
		// Of an event, that names its record; of a record that an event is about, all that belongs to it.
		...(isObject(embedded) && !embedded.entity ? { _embedded: embedded } : {}),
		...(name === undefined ? {} : { entity_name: name }),
		...(author === undefined ? {} : { created_by_name: author }),
		...(fieldId === undefined ? {} : { field_id: fieldId, ...(field === undefined ? {} : { field }) }),
		...simple,
	};
}

/** The custom field that an event has changed. */
function fieldOf({ value_before: before, value_after: after }: IDataObject): unknown {
	const values = [...objectsIn(after), ...objectsIn(before)].map(({ custom_field_value: value }) => value);
	return values.find(isObject)?.field_id;
}

/** The kinds of values that an event holds, those of fields with the kind of its record. */
export function valueKinds({ value_before: before, value_after: after, entity_type: type }: IDataObject): string[] {
	const kinds = [...objectsIn(before), ...objectsIn(after)].flatMap((value) => Object.keys(value));
	return kinds.map((kind) => (kind === 'custom_field_value' ? `field of ${String(type)}` : kind));
}
