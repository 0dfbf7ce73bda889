import type { FastifyInstance, FastifyRequest } from 'fastify';
import { hrefLinks } from '../entities/present';
import { cutPage, originOf, sendJson, sendList, sendPage } from '../http/envelope';
import { missing } from '../http/missing';
import { BareAnswer, forbidden, notSupportedChoice } from '../http/problems';
import { orderOf, pagingOf, type Query } from '../http/query';
import type { TaskRow } from '../store/rows';
import { taskFilter } from '../tasks/filter';
import { CREATE_TASK, UPDATE_TASK, UPDATE_TASKS } from '../tasks/schemas';
import { checkTask, createTask, updateTask } from '../tasks/write';
import { parseBatch, parseObject } from '../validation/batch';
import type { World } from '../world';

const ORDERS = ['id', 'created_at', 'complete_till'] as const;

/** Tasks. facts: core 12 */
export function taskRoutes(app: FastifyInstance, world: World): void {
	const table = world.account.tasks;
	const byId = '/tasks/:id(^\\d+$)';
	const links = (request: FastifyRequest, id: number) => ({ _links: hrefLinks(originOf(request), `/tasks/${id}`) });

	app.get('/tasks', (request, reply) => {
		const query = request.query as Query;
		const paging = pagingOf(query);
		const order = orderOf(query, ORDERS, { field: 'updated_at', descending: false });
		const matches = taskFilter(world, query);
		const page = cutPage(table.sortedBy(order.field as keyof TaskRow & string), paging, matches, order.descending);
		const rows = page.rows.map((row) => presentTask(world, request, row));
		return sendPage(request, reply, 'tasks', { ...page, rows }, paging);
	});

	app.get<{ Params: { id: string } }>(byId, (request, reply) => {
		const row = table.get(Number(request.params.id));
		return row ? sendJson(reply, presentTask(world, request, row)) : missing(reply, world, 'missingTaskStatus');
	});

	app.post('/tasks', (request, reply) => {
		const items = parseBatch(request.body, CREATE_TASK, world.switches, (input) => checkTask(world, input));
		const rows = items.map(({ data, requestId: request_id }) => {
			const { id } = createTask(world, request.caller, data);
			return { id, request_id, ...links(request, id) };
		});
		return sendList(request, reply, 'tasks', rows);
	});

	app.patch('/tasks', (request, reply) => {
		const items = parseBatch(request.body, UPDATE_TASKS, world.switches, (input) =>
			table.has(input.id) ? checkTask(world, input) : [notSupportedChoice('id')],
		);
		const rows = items.map(({ data, requestId: request_id }) => {
			const row = updateTask(world, request.caller, table.get(data.id) as TaskRow, data);
			return { id: row.id, updated_at: row.updated_at, request_id, ...links(request, row.id) };
		});
		return sendList(request, reply, 'tasks', rows);
	});

	app.patch<{ Params: { id: string } }>(byId, (request, reply) => {
		const row = table.get(Number(request.params.id));
		const input = parseObject(request.body, UPDATE_TASK, world.switches, (data) =>
			row ? checkTask(world, data) : [notSupportedChoice('id')],
		);
		const { id, updated_at } = updateTask(world, request.caller, row as TaskRow, input);
		return sendJson(reply, { id, updated_at, request_id: '0', ...links(request, id) });
	});

	app.delete(byId, () => {
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
