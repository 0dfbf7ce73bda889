import { stagesOf } from '../entities/list';
import { intsOf, isRecord, listOf, rangeOf, within, type Query } from '../http/query';
import type { LeadRow, TaskRow } from '../store/rows';
import type { World } from '../world';

/** Filters of the task list; never part of the paid option. facts: core 12 */
export function taskFilter(world: World, query: Query): (row: TaskRow) => boolean {
	const filter = isRecord(query.filter) ? query.filter : {};
	const checks: ((row: TaskRow) => boolean)[] = [];
	const among = (key: 'id' | 'responsible_user_id' | 'created_by' | 'task_type_id', value: unknown) => {
		const wanted = intsOf(value);
		if (wanted) checks.push((row) => wanted.has(row[key]));
	};
	among('id', filter.id);
	among('responsible_user_id', filter.responsible_user_id);
	among('created_by', filter.created_by);
	among('task_type_id', filter.task_type_id ?? filter.task_type);
	const completed = listOf(filter.is_completed)?.map((text) => text === '1' || text === 'true');
	if (completed) checks.push((row) => completed.includes(row.is_completed));
	const types = listOf(filter.entity_type);
	if (types) {
		checks.push((row) => row.entity_type !== null && types.includes(row.entity_type));
		// entity_id counts only together with entity_type.
		const ids = intsOf(filter.entity_id);
		if (ids) checks.push((row) => row.entity_id !== null && ids.has(row.entity_id));
	}
	const updated = rangeOf(filter.updated_at, 'from');
	if (updated) checks.push((row) => within(row.updated_at, updated));
	const stages = stagesOf(filter.lead_statuses);
	if (stages) {
		checks.push((row) => {
			const lead = row.entity_type === 'leads' ? leadOf(world, row) : undefined;
			return lead !== undefined && stages.some((stage) => stage(lead.pipeline_id, lead.status_id));
		});
	}
	return (row) => checks.every((check) => check(row));
}

const leadOf = ({ account }: World, row: TaskRow): LeadRow | undefined => account.leads.get(row.entity_id ?? 0);
