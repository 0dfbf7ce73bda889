import { intsOf, isRecord, listOf, rangeOf, textsOf, within, type Query } from '../http/query';
import { FIELD_RULES } from '../fields/types';
import type { CustomFieldRow, EntityRow, EntityType, FieldValue, LeadRow } from '../store/rows';
import { fieldContext, type World } from '../world';

/** Which rows a list call means. What is not understood is ignored. facts: core 3.5, 3.6, 9.1 of extended */

export type Predicate<T> = (row: T) => boolean;

export const ORDERS: Record<EntityType, readonly (keyof LeadRow & string)[]> = {
	leads: ['id', 'updated_at', 'created_at'],
	contacts: ['id', 'updated_at', 'name'],
	companies: ['id', 'updated_at', 'name'],
	customers: ['id', 'updated_at', 'created_at'],
};

const LEADS_ONLY = new Set(['pipeline_id', 'statuses', 'price', 'closed_at']);
const IDS = ['created_by', 'updated_by', 'responsible_user_id', 'pipeline_id'] as const;
const RANGES = ['created_at', 'updated_at', 'closest_task_at', 'closed_at', 'price', 'next_date', 'next_price'] as const;

export interface Selection {
	/** Ids to look up directly instead of walking the table. */
	ids?: ReadonlySet<number>;
	predicates: Predicate<EntityRow>[];
}

export function selectionOf(world: World, type: EntityType, query: Query): Selection {
	const { isApiFilterEnabled, freeFilterById } = world.switches;
	const filter = isRecord(query.filter) ? query.filter : {};
	const predicates: Predicate<EntityRow>[] = [];
	const search = textsOf(query.query)?.[0];
	if (search !== undefined) predicates.push(matchesText(search.toLowerCase()));
	if (!isApiFilterEnabled && !freeFilterById) return { predicates };
	const ids = intsOf(filter.id);
	if (isApiFilterEnabled) predicates.push(...filterPredicates(world, type, filter));
	return ids ? { ids, predicates } : { predicates };
}

function filterPredicates(world: World, type: EntityType, filter: Record<string, unknown>): Predicate<EntityRow>[] {
	const out: Predicate<EntityRow>[] = [];
	const offered = (key: string) => type === 'leads' || !LEADS_ONLY.has(key);
	const value = (row: EntityRow, key: string) => (row as unknown as Record<string, unknown>)[key];
	for (const key of IDS) {
		const wanted = offered(key) ? intsOf(filter[key]) : undefined;
		if (wanted) out.push((row) => wanted.has(value(row, key) as number));
	}
	for (const key of RANGES) {
		const range = offered(key) ? rangeOf(filter[key]) : undefined;
		if (range) out.push((row) => within(value(row, key) as number | null, range));
	}
	const names = textsOf(filter.name)?.map((name) => name.toLowerCase());
	if (names) {
		const exact = world.switches.nameFilter === 'exact';
		out.push(({ name }) => names.some((wanted) => (exact ? name?.toLowerCase() === wanted : name?.toLowerCase().includes(wanted))));
	}
	const stages = type === 'leads' ? stagesOf(filter.statuses) : undefined;
	if (stages) out.push((row) => stages.some((stage) => stage((row as LeadRow).pipeline_id, (row as LeadRow).status_id)));
	if (isRecord(filter.custom_fields_values)) out.push(...fieldPredicates(world, type, filter.custom_fields_values));
	return out;
}

type Stage = (pipelineId: number, statusId: number) => boolean;

/** Pairs; the pipeline may be missing only for 142 and 143. facts: core 3.6, extended 9.1 */
export function stagesOf(value: unknown): Stage[] | undefined {
	if (value === undefined) return undefined;
	const rows = (Array.isArray(value) ? value : isRecord(value) ? Object.values(value) : []).filter(isRecord);
	const stages = rows.flatMap((row): Stage[] => {
		const statusId = Number(row.status_id);
		const pipelineId = Number(row.pipeline_id);
		if (!statusId) return [];
		if (pipelineId) return [(pipeline, status) => pipeline === pipelineId && status === statusId];
		return statusId === 142 || statusId === 143 ? [(_pipeline, status) => status === statusId] : [];
	});
	return stages.length > 0 ? stages : undefined;
}

const RANGED = new Set(['date', 'date_time', 'birthday', 'numeric', 'monetary']);
const BY_ENUM = new Set(['select', 'multiselect', 'radiobutton', 'category']);

function fieldPredicates(world: World, type: EntityType, filters: Record<string, unknown>): Predicate<EntityRow>[] {
	return Object.entries(filters).flatMap(([key, wanted]): Predicate<EntityRow>[] => {
		const field = world.account.customFields.get(Number(key));
		if (!field || field.owner !== type || (field.type === 'multitext' && world.switches.phoneFilter === 'ignored')) return [];
		const matches = valueMatcher(world, field, wanted);
		if (!matches) return [];
		return [(row) => row.custom_fields_values.some((value) => value.field_id === field.id && matches(value))];
	});
}

function valueMatcher(world: World, field: CustomFieldRow, wanted: unknown): Predicate<FieldValue> | undefined {
	if (isRecord(wanted) && ('from' in wanted || 'to' in wanted)) {
		const range = RANGED.has(field.type) ? rangeOf(wanted) : undefined;
		return range && (({ values }) => values.some(({ value }) => within(Number(value), range)));
	}
	const texts = field.type === 'text' ? textsOf(wanted) : listOf(wanted);
	if (!texts) return undefined;
	const options = new Set(texts.map((text) => text.toLowerCase()));
	if (BY_ENUM.has(field.type)) return ({ values }) => values.some(({ enum_id }) => options.has(String(enum_id)));
	if (field.type === 'checkbox') return ({ values }) => values.some(({ value }) => options.has(value === true ? '1' : '0'));
	const rule = FIELD_RULES[field.type];
	const context = fieldContext(world);
	return ({ values }) => values.some((item) => options.has(String(rule?.read(item, field, context).value).toLowerCase()));
}

/** Substring over the name and the filled text and number fields. facts: extended 9.1 */
function matchesText(search: string): Predicate<EntityRow> {
	return (row) => {
		if (row.name?.toLowerCase().includes(search)) return true;
		return row.custom_fields_values.some(({ values }) =>
			values.some(({ value }) => (typeof value === 'string' || typeof value === 'number') && String(value).toLowerCase().includes(search)),
		);
	};
}
