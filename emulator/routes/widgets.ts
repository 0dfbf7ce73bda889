import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { hrefLinks } from '../entities/present';
import { crudRoutes } from '../http/crud';
import { originOf, sendJson, sendNothing } from '../http/envelope';
import { fieldMissing, invalidType, notFound, ValidationProblem } from '../http/problems';
import { isRecord } from '../http/query';
import { omit } from '../omit';
import type { WidgetRow } from '../store/moreRows';
import { parseObject, phpObject } from '../validation/batch';
import type { World } from '../world';

/** Widgets, and the way back into a bot that waits for one. facts: extended 7.6 */

const handler = z.discriminatedUnion('handler', [
	z.object({
		handler: z.literal('show'),
		params: z.object({ type: z.string(), value: z.string().max(80), buttons: z.array(z.unknown()).max(25).optional() }).passthrough(),
	}),
	z.object({ handler: z.literal('goto'), params: z.object({ type: z.string(), step: z.number() }).passthrough() }),
]);
const CONTINUE = z.strictObject({ data: z.record(z.unknown()).optional(), execute_handlers: z.array(handler).max(10).optional() });

export function widgetRoutes(app: FastifyInstance, world: World): void {
	const { account, switches } = world;
	const table = account.widgets;
	const present = (row: WidgetRow, request: FastifyRequest) => ({ ...omit(row, 'settings'), _links: hrefLinks(originOf(request), `/widgets/${row.code}`) });
	crudRoutes(app, world, {
		path: '/widgets',
		key: 'widgets',
		admin: 'writes',
		name: { pattern: '[^/]+', of: ({ code }) => code },
		rows: () => table.values(),
		present,
		get: { absent: 404 },
		list: {},
		remove: { run: (row) => void table.change(row, { settings: null, is_active_in_account: false }) },
		acts: {
			POST: (row, request, reply) => {
				const settings = settingsOf(row, request.body);
				table.change(row, { settings, is_active_in_account: true });
				return sendJson(reply, { ...present(row, request), settings });
			},
		},
	});

	type Continue = { Params: { bot: string; step: string } };
	for (const kind of ['salesbot', 'marketingbot']) {
		app.post<Continue>(`/${kind}/:bot(^\\d+$)/continue/:step(^\\d+$)`, (request, reply) => {
			const run = account.botRuns.get(Number(request.params.step));
			if (!run || run.stopped || run.bot_id !== Number(request.params.bot)) throw notFound('Bot is not waiting');
			parseObject(request.body, CONTINUE, switches);
			return sendNothing(reply, 202);
		});
	}
}

/** Every required setting of the widget's own template must be there. */
function settingsOf({ settings_template }: WidgetRow, sent: unknown): Record<string, unknown> {
	const body = phpObject(sent);
	if (!isRecord(body)) throw new ValidationProblem([{ errors: [invalidType('', 'object')] }]);
	const own = phpObject(body.settings);
	const given = isRecord(own) ? own : body;
	const missing = settings_template.filter(({ key, is_required }) => is_required && (given[key] === undefined || given[key] === ''));
	if (missing.length > 0) throw new ValidationProblem([{ errors: missing.map(({ key }) => fieldMissing(key)) }]);
	return given;
}
