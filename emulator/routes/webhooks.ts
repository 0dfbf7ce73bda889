import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { requireAdmin } from '../http/caller';
import { sendJson, sendList, sendNothing } from '../http/envelope';
import { notFound, notSupportedChoice, unprocessable } from '../http/problems';
import { isRecord, textsOf, type Query } from '../http/query';
import type { WebhookRow } from '../store/moreRows';
import { parseObject } from '../validation/batch';
import { WEBHOOK_CODES } from '../webhooks/codes';
import type { World } from '../world';

/** Subscriptions; the destination is the key, there is no /webhooks/{id}. facts: extended 1.1 */

const MAX_WEBHOOKS = 100;

const HOOK = z.strictObject({
	destination: z.string().url(),
	settings: z.array(z.string()).min(1),
	sort: z.number().int().optional(),
});
const TARGET = z.strictObject({ destination: z.string() });

export function webhookRoutes(app: FastifyInstance, world: World): void {
	const { account, clock, switches } = world;
	const table = account.webhooks;
	const byDestination = (destination: string) => [...table.values()].find((hook) => hook.destination === destination);
	const present = (hook: WebhookRow) => ({
		id: hook.id,
		destination: hook.destination,
		created_at: hook.created_at,
		updated_at: hook.updated_at,
		account_id: account.info.id,
		created_by: hook.created_by,
		sort: hook.sort,
		disabled: hook.disabled,
		settings: hook.settings,
	});

	app.get('/webhooks', (request, reply) => {
		requireAdmin(request);
		const { filter } = request.query as Query;
		const wanted = isRecord(filter) ? textsOf(filter.destination)?.[0] : undefined;
		const rows = [...table.values()].filter(({ destination }) => wanted === undefined || destination === wanted);
		return rows.length > 0 ? sendList(request, reply, 'webhooks', rows.map(present), { total: true }) : sendNothing(reply);
	});

	app.post('/webhooks', (request, reply) => {
		requireAdmin(request);
		const data = parseObject(request.body, HOOK, switches, ({ settings, destination }) => [
			...settings.flatMap((code, index) => (WEBHOOK_CODES.has(code) ? [] : [notSupportedChoice(`settings.${index}`)])),
			...(/^https?:/i.test(destination) ? [] : [notSupportedChoice('destination')]),
		]);
		const hook = subscribe(request, data);
		const shown = present(hook);
		const settings = switches.webhookSettingsShape === 'map' ? Object.fromEntries(hook.settings.map((code) => [code, 1])) : hook.settings;
		return sendJson(reply, { ...shown, settings }, switches.webhookPostStatus);
	});

	function subscribe(request: FastifyRequest, { destination, settings, sort = 10 }: z.infer<typeof HOOK>): WebhookRow {
		const codes = [...new Set(settings)];
		const now = clock.seconds();
		const known = byDestination(destination);
		if (known) {
			const merged = switches.webhookRepost === 'merge' ? [...new Set([...known.settings, ...codes])] : codes;
			table.change(known, { settings: merged, sort, updated_at: now });
			return known;
		}
		if (table.size >= MAX_WEBHOOKS) throw unprocessable(`Only ${MAX_WEBHOOKS} webhooks are allowed`);
		const created_by = request.caller.user.id;
		return table.add({ id: table.nextId(), destination, settings: codes, sort, disabled: false, created_at: now, updated_at: now, created_by });
	}

	app.delete('/webhooks', (request, reply) => {
		requireAdmin(request);
		const { destination } = parseObject(request.body, TARGET, switches);
		const hook = byDestination(destination);
		if (!hook) throw notFound('Webhook not found');
		table.delete(hook.id);
		return sendNothing(reply);
	});
}
