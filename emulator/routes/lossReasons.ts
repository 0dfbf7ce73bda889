import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { presentLossReason } from '../entities/present';
import { requestId } from '../entities/schemas';
import { crudRoutes } from '../http/crud';
import { originOf } from '../http/envelope';
import type { World } from '../world';
import { sorted } from '../pipelines/present';

const shape = { name: z.string().min(1).max(255), sort: z.number().int(), request_id: requestId };

/** Loss reasons. facts: core 8 */
export function lossReasonRoutes(app: FastifyInstance, world: World): void {
	const table = world.account.lossReasons;
	crudRoutes(app, world, {
		path: '/leads/loss_reasons',
		key: 'loss_reasons',
		admin: 'writes',
		rows: () => sorted(table.values()),
		present: (row, request) => presentLossReason(row, originOf(request)),
		list: { unpaged: true },
		create: {
			schema: z.strictObject({ ...shape, sort: shape.sort.optional() }),
			make({ name, sort = 100_000 }) {
				const now = world.clock.seconds();
				return table.add({ id: table.nextId(), name, sort, created_at: now, updated_at: now });
			},
		},
		update: {
			schema: z.strictObject(shape).partial().extend({ id: z.number().int().optional() }),
			apply(row, { name = row.name, sort = row.sort }) {
				table.change(row, { name, sort, updated_at: world.clock.seconds() });
			},
		},
		remove: { run: ({ id }) => void table.delete(id) },
	});
}
