import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { callTarget } from '../calls/match';
import { requestId } from '../entities/schemas';
import { hrefLinks } from '../entities/present';
import { originOf, sendJson } from '../http/envelope';
import { invalidValue, notSupportedChoice, Problem } from '../http/problems';
import { requireCard } from '../http/rights';
import { addNote } from '../notes/write';
import { SINGULAR } from '../store/account';
import { parseBatch } from '../validation/batch';
import type { World } from '../world';

/** Calls: written only, read back as notes. facts: extended 7.1 */

/** Of one call in `errors`; seen live. */
const NOTHING_FOUND = 263;

const int = z.number().int();
const CALL = z.strictObject({
	direction: z.enum(['inbound', 'outbound']),
	duration: int.min(0),
	source: z.string(),
	phone: z.union([z.string(), z.number()]),
	uniq: z.union([z.string(), z.number()]).nullish(),
	link: z.string().nullish(),
	call_result: z.string().nullish(),
	call_status: int.min(1).max(8).nullish(),
	call_responsible: z.union([z.number(), z.string()]).nullish(),
	responsible_user_id: int.optional(),
	created_by: int.optional(),
	updated_by: int.optional(),
	created_at: int.optional(),
	updated_at: int.optional(),
	request_id: requestId,
});

export function callRoutes(app: FastifyInstance, world: World): void {
	const { account, switches } = world;

	app.post('/calls', (request, reply) => {
		const known = (id: number | undefined) => id === undefined || id === 0 || account.users.has(id);
		const items = parseBatch(request.body, CALL, switches, ({ created_by, responsible_user_id, request_id }) => [
			...(request_id === null ? [invalidValue('request_id', 'This value should not be null.')] : []),
			...(known(created_by) ? [] : [notSupportedChoice('created_by')]),
			...(known(responsible_user_id) ? [] : [notSupportedChoice('responsible_user_id')]),
		]);
		const found = items.map((item) => ({ ...item, target: callTarget(world, item.data.phone) }));
		for (const { target } of found) if (target) requireCard(world, 'edit', target, request);
		const errors: object[] = [];
		const calls = found.flatMap(({ data, requestId: request_id, target }) => {
			if (!target) {
				errors.push({ request_id, status: NOTHING_FOUND, title: 'Entity not found', detail: `Entity with phone ${data.phone} was not found` });
				return [];
			}
			const { direction, created_by = 0, responsible_user_id, created_at, updated_at, uniq, duration, source, link, phone } = data;
			const { call_result, call_status, call_responsible } = data;
			const params = { uniq: uniq ?? '', duration, source, link: link ?? '', phone: String(phone), call_result, call_status, call_responsible };
			const note = addNote(world, {
				entity_type: target.type,
				entity_id: target.id,
				note_type: direction === 'inbound' ? 'call_in' : 'call_out',
				params: Object.fromEntries(Object.entries(params).filter(([, value]) => value !== undefined && value !== null)),
				created_by,
				responsible_user_id,
				created_at,
				updated_at,
			});
			const entity = { id: target.id, _links: hrefLinks(originOf(request), `/${target.type}/${target.id}`) };
			const entity_type = SINGULAR[target.type];
			return [{ id: note.id, entity_id: target.id, entity_type, account_id: account.info.id, request_id, _embedded: { entity } }];
		});
		if (calls.length === 0 && switches.unmatchedCall === 'status400') {
			throw new Problem(400, 'Bad Request', 'Entities were not found', { _total_items: 0, errors });
		}
		return sendJson(reply, { _total_items: calls.length, errors, _embedded: { calls } });
	});
}
