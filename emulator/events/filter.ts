import { invalidValue, notSupportedChoice, ValidationProblem } from '../http/problems';
import { intsOf, isRecord, listOf, rangeOf, within, type Query } from '../http/query';
import type { EventRow } from '../store/moreRows';

/** Filters of the history; unlike elsewhere, some of its rules are enforced. facts: extended 5.1 */

const MAX_IDS = 10;

type Check = (row: EventRow) => boolean;

export function eventFilter(query: Query): Check {
	const filter = isRecord(query.filter) ? query.filter : {};
	const checks: Check[] = [];
	const ids = listOf(filter.id);
	if (ids) checks.push(({ uid }) => ids.includes(uid));
	const created = createdRange(filter.created_at);
	if (created) checks.push((row) => within(row.created_at, created));
	const authors = few(intsOf(filter.created_by), 'filter.created_by');
	if (authors) checks.push((row) => authors.has(row.created_by));
	const entities = listOf(filter.entity);
	// Messages are asked for by the contact of their talk, whatever card they are shown on.
	const asked = (row: EventRow) => [row, ...(row.linked_talk_contact_id ? [{ entity_type: 'contact', entity_id: row.linked_talk_contact_id }] : [])];
	if (entities) checks.push((row) => asked(row).some(({ entity_type }) => entities.includes(entity_type)));
	const entityIds = few(intsOf(filter.entity_id), 'filter.entity_id');
	if (entityIds) {
		if (entities?.length !== 1) throw refuse(notSupportedChoice('filter.entity'));
		checks.push((row) => asked(row).some(({ entity_type, entity_id }) => entities.includes(entity_type) && entityIds.has(entity_id)));
	}
	const types = listOf(filter.type);
	if (types) {
		const ofField = types.filter((type) => /^custom_field_\d+_value_changed$/.test(type));
		if (ofField.length > 0 && types.length > 1) throw refuse(notSupportedChoice('filter.type'));
		const anyField = types.includes('custom_field_value_changed');
		checks.push(({ type }) => types.includes(type) || (anyField && type.startsWith('custom_field_')));
	}
	for (const side of ['value_after', 'value_before'] as const) {
		const check = valueCheck(filter[side]);
		if (check) checks.push((row) => row[side].some(check));
	}
	return (row) => checks.every((check) => check(row));
}

const refuse = (error: ReturnType<typeof invalidValue>) => new ValidationProblem([{ errors: [error] }]);

function few(ids: Set<number> | undefined, path: string): Set<number> | undefined {
	if (ids && ids.size > MAX_IDS) throw refuse(invalidValue(path, `This collection should contain ${MAX_IDS} elements or less.`));
	return ids;
}

/** A number is "from"; the official client sends `from,to`. */
function createdRange(value: unknown) {
	const parts = typeof value === 'string' && value.includes(',') ? value.split(',') : undefined;
	return rangeOf(parts ? { from: parts[0], to: parts[1] } : value, 'from');
}

type Value = Record<string, unknown>;

const inner = (value: Value, key: string): Value => (isRecord(value[key]) ? value[key] : {});

const rowsOf = (value: unknown): Value[] => (isRecord(value) || Array.isArray(value) ? Object.values(value).filter(isRecord) : []);

function valueCheck(wanted: unknown): ((value: Value) => boolean) | undefined {
	if (!isRecord(wanted)) return undefined;
	const stages = rowsOf(wanted.leads_statuses);
	if (stages.length > 0) {
		return (value) => {
			const { id, pipeline_id } = inner(value, 'lead_status');
			return stages.some((stage) => Number(stage.status_id) === id && Number(stage.pipeline_id) === pipeline_id);
		};
	}
	const statuses = rowsOf(wanted.customers_statuses).map(({ status_id }) => Number(status_id));
	if (statuses.length > 0) return (value) => statuses.includes(Number(inner(value, 'customer_status').id));
	const users = intsOf(wanted.responsible_user_id);
	if (users) return (value) => users.has(Number(inner(value, 'responsible_user').id));
	const enums = intsOf(wanted.custom_field_values);
	if (enums) return (value) => enums.has(Number(inner(value, 'custom_field_value').enum_id));
	const text = listOf(wanted.value)?.join(',');
	if (text === undefined) return undefined;
	return (value) => Object.values(value).some((part) => isRecord(part) && Object.values(part).some((leaf) => String(leaf) === text));
}
