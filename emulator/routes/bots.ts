import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { hrefLinks } from '../entities/present';
import { crudRoutes } from '../http/crud';
import { fullUrl, originOf, sendJson, sendNothing } from '../http/envelope';
import { notFound, notSupportedChoice } from '../http/problems';
import { isRecord, listOf } from '../http/query';
import { ELEMENT_TYPE, ENTITY_TYPES } from '../store/account';
import { parseBatch, parseObject } from '../validation/batch';
import type { World } from '../world';

/** Bots: started through v2, listed and started through v4 where the account has it. facts: extended 7.7 */

const MAX_RUNS = 100;

const int = z.number().int();
const RUN_V2 = z.strictObject({ bot_id: int, entity_id: int, entity_type: z.union([z.literal(1), z.literal(2), z.literal(12)]) });
const RUN_V4 = z.strictObject({ entity_id: int, entity_type: z.enum(['leads', 'contacts', 'customers']) });

type One = { Params: { id: string } };

export function botRoutes(app: FastifyInstance, world: World): void {
	const { account, switches } = world;

	const requireV4 = (request: FastifyRequest) => {
		if (!switches.botsInV4) throw notFound(`Cannot ${request.method} ${fullUrl(request)}!`);
	};

	crudRoutes(app, world, {
		path: '/bots',
		key: 'bots',
		rows(request) {
			requireV4(request);
			return [...account.bots.values()];
		},
		present: (row, request) => ({ ...row, _links: hrefLinks(originOf(request), `/bots/${row.id}`) }),
		list: {
			filter(query) {
				const types = listOf(isRecord(query.filter) ? query.filter.type : undefined);
				return ({ type }) => !types || types.includes(type);
			},
		},
	});

	const bot = (request: FastifyRequest<One>): number => {
		requireV4(request);
		const id = Number(request.params.id);
		if (!account.bots.has(id)) throw notFound('Bot not found');
		return id;
	};

	app.post<One>('/bots/:id(^\\d+$)/run', (request, reply) => {
		const id = bot(request);
		const { entity_id, entity_type } = parseObject(request.body, RUN_V4, switches, (data) =>
			account.entities(data.entity_type).get(data.entity_id)?.is_deleted === false ? [] : [notSupportedChoice('entity_id')],
		);
		startBot(world, id, entity_id, ELEMENT_TYPE[entity_type]);
		return sendNothing(reply, 202);
	});

	app.post<One>('/bots/:id(^\\d+$)/stop', (request, reply) => {
		const id = bot(request);
		const { entity_id, entity_type } = parseObject(request.body, RUN_V4, switches);
		for (const run of account.botRuns.values()) {
			if (run.bot_id === id && run.entity_id === entity_id && run.entity_type === ELEMENT_TYPE[entity_type]) account.botRuns.change(run, { stopped: true });
		}
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
