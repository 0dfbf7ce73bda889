import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { addComplexLead, checkComplexLead } from '../complex/write';
import { COMPLEX_LEAD } from '../complex/schemas';
import { sendJson } from '../http/envelope';
import { forbidden } from '../http/problems';
import { entityRights } from '../http/rights';
import { parseBatch } from '../validation/batch';
import type { World } from '../world';

const MAX_LEADS = 50;

export type ComplexLead = z.infer<typeof COMPLEX_LEAD>;

/** POST /leads/complex answers with a bare array. facts: core 5.5 */
export function complexRoutes(app: FastifyInstance, world: World): void {
	app.post('/leads/complex', (request, reply) => {
		for (const type of ['leads', 'contacts', 'companies'] as const) if (entityRights(world, type, request)?.add === false) throw forbidden();
		const items = parseBatch(request.body, COMPLEX_LEAD, world.switches, (data) => checkComplexLead(world, data), MAX_LEADS);
		return sendJson(reply, items.map(({ data, requestId }) => addComplexLead(world, request.caller, data, requestId)));
	});
}
