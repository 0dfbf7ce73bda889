import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { presentLossReason } from '../entities/present';
import { requestId } from '../entities/schemas';
import { requireAdmin } from '../http/caller';
import { originOf, sendJson, sendList, sendNothing } from '../http/envelope';
import { missing } from '../http/missing';
import { parseBatch, parseObject } from '../validation/batch';
import type { World } from '../world';
import { sorted } from './pipelines';

const shape = { name: z.string().min(1).max(255), sort: z.number().int(), request_id: requestId };
const CREATE = z.strictObject({ ...shape, sort: shape.sort.optional() });
const UPDATE = z.strictObject(shape).partial().extend({ id: z.number().int().optional() });

/** Loss reasons. facts: core 8 */
export function lossReasonRoutes(app: FastifyInstance, world: World): void {
	const table = world.account.lossReasons;
	const byId = '/leads/loss_reasons/:id(^\\d+$)';

	app.get('/leads/loss_reasons', (request, reply) => {
		const rows = sorted([...table.values()]).map((row) => presentLossReason(row, originOf(request)));
		return rows.length > 0 ? sendList(request, reply, 'loss_reasons', rows, { total: true }) : sendNothing(reply);
	});

	app.get<{ Params: { id: string } }>(byId, (request, reply) => {
		const row = table.get(Number(request.params.id));
		return row ? sendJson(reply, presentLossReason(row, originOf(request))) : missing(reply, world);
	});

	app.post('/leads/loss_reasons', (request, reply) => {
		requireAdmin(request);
		const now = world.clock.seconds();
		const rows = parseBatch(request.body, CREATE, world.switches).map(({ data, requestId: request_id }) => {
			const { name, sort = 100_000 } = data;
			const row = table.add({ id: table.nextId(), name, sort, created_at: now, updated_at: now });
			return { ...presentLossReason(row, originOf(request)), request_id };
		});
		return sendList(request, reply, 'loss_reasons', rows, { total: true });
	});

	app.patch<{ Params: { id: string } }>(byId, (request, reply) => {
		requireAdmin(request);
		const row = table.get(Number(request.params.id));
		if (!row) return missing(reply, world);
		const { name = row.name, sort = row.sort } = parseObject(request.body, UPDATE, world.switches);
		table.change(row, { name, sort, updated_at: world.clock.seconds() });
		return sendJson(reply, presentLossReason(row, originOf(request)));
	});

	app.delete<{ Params: { id: string } }>(byId, (request, reply) => {
		requireAdmin(request);
		return table.delete(Number(request.params.id)) ? sendNothing(reply) : missing(reply, world);
	});
}
