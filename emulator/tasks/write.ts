import type { Caller } from '../http/caller';
import { notSupportedChoice, type FieldError } from '../http/problems';
import { omit } from '../omit';
import type { EntityType, TaskRow } from '../store/rows';
import type { World } from '../world';
import type { TaskInput } from './schemas';

/** Creating and changing tasks. facts: core 12 */

const FOLLOW_UP = 1;

export function checkTask(world: World, input: TaskInput): FieldError[] {
	const { account } = world;
	const { responsible_user_id: user, entity_id, entity_type, task_type_id: kind } = input;
	const errors: FieldError[] = [];
	if (user !== undefined && !account.activeUser(user)) errors.push(notSupportedChoice('responsible_user_id'));
	if (kind !== undefined && !account.info.task_types.some(({ id }) => id === kind)) errors.push(notSupportedChoice('task_type_id'));
	if (typeof entity_id === 'number' && entity_type) {
		const row = account.entities(entity_type).get(entity_id);
		if (!row || row.is_deleted) errors.push(notSupportedChoice('entity_id'));
	}
	for (const key of ['created_by', 'updated_by'] as const) {
		const id = input[key];
		if (id !== undefined && id !== 0 && !account.users.has(id)) errors.push(notSupportedChoice(key));
	}
	return errors;
}

export function createTask(world: World, caller: Caller, input: TaskInput): TaskRow {
	const { account, clock } = world;
	const now = clock.seconds();
	const responsible = input.responsible_user_id ?? caller.user.id;
	const row = account.tasks.add({
		id: account.tasks.nextId(),
		created_by: input.created_by ?? caller.user.id,
		updated_by: input.updated_by ?? input.created_by ?? caller.user.id,
		created_at: input.created_at ?? now,
		updated_at: input.updated_at ?? now,
		responsible_user_id: responsible,
		group_id: account.users.get(responsible)?.rights.group_id ?? 0,
		entity_id: input.entity_id ?? null,
		entity_type: typeof input.entity_id === 'number' ? (input.entity_type ?? null) : null,
		duration: input.duration ?? 0,
		is_completed: input.is_completed ?? false,
		task_type_id: input.task_type_id ?? FOLLOW_UP,
		text: input.text ?? '',
		result: resultOf(input),
		complete_till: input.complete_till ?? now,
	});
	refreshClosestTask(world, row.entity_type, row.entity_id);
	world.changes.publish({ kind: 'task', action: 'add', row, by: row.created_by });
	return row;
}

export function updateTask(world: World, caller: Caller, row: TaskRow, input: TaskInput): TaskRow {
	const { account, clock } = world;
	const { result, ...fields } = omit(input, 'request_id', 'id');
	const given = Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Partial<TaskRow>;
	const responsible = given.responsible_user_id;
	const before = account.tasks.change(row, {
		...given,
		...(result === undefined ? {} : { result: resultOf(input) }),
		...(responsible === undefined ? {} : { group_id: account.users.get(responsible)?.rights.group_id ?? 0 }),
		updated_at: input.updated_at ?? clock.seconds(),
		updated_by: input.updated_by ?? caller.user.id,
	});
	refreshClosestTask(world, before.entity_type, before.entity_id);
	refreshClosestTask(world, row.entity_type, row.entity_id);
	world.changes.publish({ kind: 'task', action: 'update', row, before, by: row.updated_by });
	return row;
}

const resultOf = ({ result }: TaskInput): TaskRow['result'] => (result && 'text' in result ? { text: result.text } : null);

/** closest_task_at is kept by amoCRM from the open tasks. facts: core 16 */
function refreshClosestTask({ account }: World, type: EntityType | null, id: number | null): void {
	const entity = type && id !== null ? account.entities(type).get(id) : undefined;
	if (!type || !entity) return;
	let closest: number | null = null;
	for (const task of account.tasks.values()) {
		if (task.entity_id !== id || task.entity_type !== type || task.is_completed) continue;
		closest = closest === null ? task.complete_till : Math.min(closest, task.complete_till);
	}
	if (entity.closest_task_at !== closest) account.entities(type).change(entity, { closest_task_at: closest });
}
