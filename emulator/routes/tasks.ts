import type { FastifyInstance, FastifyRequest } from 'fastify';
import { hrefLinks } from '../entities/present';
import { crudRoutes } from '../http/crud';
import { originOf } from '../http/envelope';
import { BareAnswer, forbidden } from '../http/problems';
import { orderOf } from '../http/query';
import { taskRights } from '../http/rights';
import type { TaskRow } from '../store/rows';
import { taskFilter } from '../tasks/filter';
import { CREATE_TASK, UPDATE_TASK, UPDATE_TASKS } from '../tasks/schemas';
import { checkTask, createTask, updateTask } from '../tasks/write';
import type { World } from '../world';

const ORDERS = ['id', 'created_at', 'complete_till'] as const;

/** Tasks. facts: core 12 */
export function taskRoutes(app: FastifyInstance, world: World): void {
	const table = world.account.tasks;
	const links = (request: FastifyRequest, { id }: TaskRow) => ({ id, _links: hrefLinks(originOf(request), `/tasks/${id}`) });
	crudRoutes(app, world, {
		path: '/tasks',
		key: 'tasks',
		rights: (request) => taskRights(world, request),
		rows: () => table.values(),
		find: (id) => table.get(id),
		present: (row, request) => presentTask(world, request, row),
		get: { absent: 'missingTaskStatus' },
		list: {
			select(query) {
				const { field, descending } = orderOf(query, ORDERS, { field: 'updated_at', descending: false });
				return { rows: table.sortedBy(field as keyof TaskRow & string), matches: taskFilter(world, query), descending };
			},
		},
		create: {
			schema: CREATE_TASK,
			check: (data) => checkTask(world, data),
			make: (data, request) => createTask(world, request.caller, data),
			present: (row, request) => links(request, row),
			total: false,
		},
		update: {
			schema: UPDATE_TASK,
			batch: UPDATE_TASKS,
			absentIsBadId: true,
			check: (data) => checkTask(world, data),
			apply: (row, data, request) => void updateTask(world, request.caller, row, data),
			present: (row, request) => ({ ...links(request, row), updated_at: row.updated_at, request_id: '0' }),
		},
	});

	app.delete('/tasks/:id(^\\d+$)', () => {
		if (world.switches.tasksDelete === 403) throw forbidden('Invalid scope');
		throw new BareAnswer(405);
	});
}

export function presentTask(world: World, request: FastifyRequest, row: TaskRow) {
	const { id, created_by, updated_by, created_at, updated_at, responsible_user_id, group_id } = row;
	const { entity_id, entity_type, duration, is_completed, task_type_id, text, result, complete_till } = row;
	return {
		id,
		created_by,
		updated_by,
		created_at,
		updated_at,
		responsible_user_id,
		group_id,
		entity_id,
		entity_type,
		duration,
		is_completed,
		task_type_id,
		text,
		// PHP's empty array: a task without a result has [], not null.
		result: result ?? [],
		complete_till,
		account_id: world.account.info.id,
		_links: hrefLinks(originOf(request), `/tasks/${id}`),
	};
}
