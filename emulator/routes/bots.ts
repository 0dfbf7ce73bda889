import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { crudRoutes } from '../http/crud';
import { fullUrl, sendJson, sendNothing } from '../http/envelope';
import { BareAnswer, notFound, notSupportedChoice, type FieldError } from '../http/problems';
import { intsOf, isRecord, listOf, withOf, type Query } from '../http/query';
import { ELEMENT_TYPE, ENTITY_TYPES } from '../store/account';
import { parseBatch, parseObject } from '../validation/batch';
import type { World } from '../world';

/** Bots: listed, started and stopped through v4 where the account has it, started through v2 everywhere. facts: extended 7.7 */

const MAX_RUNS = 100;

const int = z.number().int();
const RUN_V2 = z.strictObject({ bot_id: int, entity_id: int, entity_type: z.union([z.literal(1), z.literal(2), z.literal(12)]) });
const TARGET = { entity_id: int, entity_type: z.enum(['leads', 'contacts', 'customers']) };
const RUN_V4 = z.strictObject(TARGET);
const RUN_MANY_V4 = z.strictObject({ bot_id: int, ...TARGET });
/** A bot is stopped on leads only. */
const STOP_V4 = z.strictObject({ entity_id: int, entity_type: z.enum(['leads']) });

export function botRoutes(app: FastifyInstance, world: World): void {
	const { account, switches } = world;

	const requireV4 = (request: FastifyRequest) => {
		if (!switches.botsInV4) throw notFound(`Cannot ${request.method} ${fullUrl(request)}!`);
		if (switches.botsInV4 === 'listed' && request.method === 'POST') throw new BareAnswer(405);
	};
	const checkTarget = ({ entity_id, entity_type }: z.infer<typeof RUN_V4>): FieldError[] =>
		account.entities(entity_type).get(entity_id)?.is_deleted === false ? [] : [notSupportedChoice('entity_id')];

	crudRoutes(app, world, {
		path: '/bots',
		key: 'items',
		rows(request) {
			requireV4(request);
			return account.bots.values();
		},
		present({ id, name, type }, request) {
			const favorite = withOf(request.query as Query).has('favorite') ? { is_favorite: false } : {};
			return { id, name, type_functionality: type, is_visual_editor: true, settings: {}, ...favorite };
		},
		get: false,
		list: {
			filter(query) {
				const filter = isRecord(query.filter) ? query.filter : {};
				const types = listOf(filter.type_functionality);
				const ids = intsOf(filter.id);
				return ({ id, type }) => (!types || types.includes(type)) && (!ids || ids.has(id));
			},
		},
		acts: {
			'POST /run'({ id }, { body }, reply) {
				const { entity_id, entity_type } = parseObject(body, RUN_V4, switches, checkTarget);
				startBot(world, id, entity_id, ELEMENT_TYPE[entity_type]);
				return sendNothing(reply, 202);
			},
			'POST /stop'({ id }, { body }, reply) {
				const { entity_id, entity_type } = parseObject(body, STOP_V4, switches);
				for (const run of account.botRuns.values()) {
					if (run.bot_id === id && run.entity_id === entity_id && run.entity_type === ELEMENT_TYPE[entity_type]) account.botRuns.change(run, { stopped: true });
				}
				return sendNothing(reply, 202);
			},
		},
	});

	app.post('/bots/run', (request, reply) => {
		requireV4(request);
		const check = (data: z.infer<typeof RUN_MANY_V4>) => [...(account.bots.has(data.bot_id) ? [] : [notSupportedChoice('bot_id')]), ...checkTarget(data)];
		const items = parseBatch(request.body, RUN_MANY_V4, switches, check, MAX_RUNS);
		for (const { data } of items) startBot(world, data.bot_id, data.entity_id, ELEMENT_TYPE[data.entity_type]);
		return sendNothing(reply, 202);
	});
}

/** `POST /api/v2/salesbot/run`. */
export function salesbotRoutes(app: FastifyInstance, world: World): void {
	const { account, switches } = world;
	app.post('/salesbot/run', (request, reply) => {
		const check = ({ bot_id, entity_id, entity_type }: z.infer<typeof RUN_V2>) => {
			const type = ENTITY_TYPES.find((name) => ELEMENT_TYPE[name] === entity_type);
			const row = type && account.entities(type).get(entity_id);
			return [
				...(account.bots.has(bot_id) ? [] : [notSupportedChoice('bot_id')]),
				...(row && !row.is_deleted ? [] : [notSupportedChoice('entity_id')]),
			];
		};
		const items = parseBatch(request.body, RUN_V2, switches, check, MAX_RUNS);
		for (const { data } of items) startBot(world, data.bot_id, data.entity_id, data.entity_type);
		return sendJson(reply, { success: true }, 202);
	});
}

function startBot({ account, clock }: World, bot_id: number, entity_id: number, entity_type: number): void {
	account.botRuns.add({ id: account.botRuns.nextId(), bot_id, entity_id, entity_type, started_at: clock.seconds(), stopped: false });
}
