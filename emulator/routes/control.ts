import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { parsed } from '../http/parsed';
import { Problem } from '../http/problems';
import { isLoopback } from '../http/visitors';
import type { FaultAction } from '../faults';
import { SWITCHES, type Switches } from '../switches';
import type { StaffedWorld } from '../staffedWorld';
import { uiRoutes } from './ui';

/**
 * The control API under `/__emulator`: what tests in the same process do through the `Emulator` object, over HTTP.
 * No part of amoCRM. Bodies are JSON.
 *
 *   GET/DELETE /log            the request log
 *   POST/DELETE /faults        fault plans; see FAULT below
 *   GET/POST   /clock          {"advance": milliseconds}: tokens expire, webhook retries fall due and are waited for
 *   GET/POST   /switches       {"name": value}
 *   POST       /rate-limit     false, or {"integration": 7, "account": 50, "blockAfter"?: breaches in a minute}
 *   POST       /latency        {"ms": 200, "pathPattern"?: "^/api/v4/events"}: for everything, or for one group of routes
 *   POST       /tokens         a fresh pair; {"longLived": true} a long-lived token; {"userId"} of another user than the first administrator
 *   POST       /expire-tokens  every access token answers 401 from now on
 *   POST       /integration    {"enabled"?: bool, "deauthorizeUrl"?: url}: switching it off revokes its tokens and
 *                              calls the deauthorization hook, which is on this machine
 *   GET/DELETE /deliveries     what was sent to webhooks: at, destination, code, body, attempt, status
 *   POST       /deliveries/settled  answers when everything sent so far has been answered
 *   POST       /reset          back to the seed; tokens of the seed's people go on, those of people made since are 401
 *   GET        /state          numbers of rows, and what the process has used
 *
 * What a person does in the account (each writes events and fires hooks; `?user_id=` says who, otherwise the first
 * administrator; entity is leads, contacts, companies or customers; bodies are those of API v4):
 *
 *   POST   /ui/{entity}                     create            -> {id}
 *   PATCH  /ui/{entity}/{id}                edit, move to another stage, change the responsible user
 *   DELETE /ui/{entity}/{id}                to the trash
 *   POST   /ui/{entity}/{id}/restore        back from the trash
 *   POST   /ui/{entity}/{id}/merge          {"with": [ids]}
 *   POST   /ui/{entity}/{id}/notes          {"text": "…"}
 *   POST   /ui/tasks, PATCH and DELETE /ui/tasks/{id}
 *   POST   /ui/messages                     {"contactId" or "talkId", "text", "direction"?: "outgoing", "origin"?, "type"?, "attachment"?};
 *                                           the first message opens a talk -> {talk_id, chat_id, contact_id, entity_id}
 *   PATCH and DELETE /ui/talks/{id}         {"is_read"?, "is_in_work"?: false closes it, "rate"?}
 *   POST   /ui/unsorted                     {"category": "chats", "metadata"?, "lead"?, "contact"?, "company"?} -> {uid, lead_id, contact_id}
 *   PATCH  /ui/unsorted/{uid}               more metadata: another message of the chat
 *   POST   /ui/unsorted/{uid}/accept | decline
 *   DELETE /ui/catalog-elements/{id}
 *   POST   /ui/chat-templates/{id}/review   {"source_id", "status": "approved", "reject_reason"?}
 *   POST   /ui/{entity}/{id}/letters        {"subject", "text"?, "from": {"email", "name"?}}: a letter that has come
 *   POST   /ui/stage-hooks                  {"pipeline_id", "status_id", "url", "event"?: "status", "call_in", "chat", "mail_in" or
 *                                           "site_visit"}: the Digital Pipeline's webhook of a stage -> {id}
 *   DELETE /ui/stage-hooks/{id}
 *   POST   /ui/webhooks/enable              {"destination"}: switch a disabled hook on again
 *
 * In process: `emulator.ui` has the same as methods.
 */

const ACTION = z.discriminatedUnion('kind', [
	z.object({
		kind: z.literal('status'),
		status: z.number().int().min(200).max(599),
		body: z.unknown().optional(),
		html: z.string().optional(),
		headers: z.record(z.string()).optional(),
	}),
	z.object({ kind: z.literal('reset'), when: z.enum(['before', 'during', 'after']) }),
	z.object({ kind: z.literal('delay'), ms: z.number().min(0) }),
	z.object({ kind: z.literal('slow'), ms: z.number().min(0) }),
	z.object({ kind: z.literal('truncate') }),
]);

const FAULT = z.object({
	method: z.string().optional(),
	path: z.string().optional(),
	/** A regular expression instead of an exact path. */
	pathPattern: z.string().optional(),
	/** null: every matching request. */
	times: z.number().int().positive().nullish(),
	skip: z.number().int().min(0).optional(),
	action: ACTION,
});

export function controlRoutes(app: FastifyInstance, world: StaffedWorld): void {
	app.get('/log', async () => world.log.entries);
	app.delete('/log', async () => {
		world.log.clear();
		return { ok: true };
	});

	app.post('/faults', async (request) => {
		const { pathPattern, path, times, ...fault } = parsed(FAULT, request.body);
		world.faults.add({
			...fault,
			path: pathPattern === undefined ? path : toPattern(pathPattern),
			times: times === null ? Infinity : times,
			action: fault.action as FaultAction,
		});
		return { ok: true, active: world.faults.size };
	});
	app.delete('/faults', async () => {
		world.faults.clear();
		return { ok: true };
	});

	app.get('/clock', async () => ({ now: world.clock.now() }));
	app.post('/clock', async (request) => {
		const { advance } = parsed(z.object({ advance: z.number().min(0) }), request.body);
		await world.clock.advance(advance);
		return { now: world.clock.now() };
	});

	app.get('/switches', async () => ({ values: world.switches, documented: SWITCHES }));
	app.post('/switches', async (request) => {
		Object.assign(world.switches, checkedSwitches(request.body));
		return world.switches;
	});

	app.post('/rate-limit', async (request) => {
		const limits = z.object({ integration: z.number(), account: z.number(), blockAfter: z.number().optional() });
		world.limiter.limits = parsed(z.union([z.literal(false), limits]), request.body);
		world.limiter.unblock();
		return { limits: world.limiter.limits };
	});

	app.post('/expire-tokens', async () => {
		world.tokens.expireAccess();
		return { ok: true };
	});
	app.post('/tokens', async (request) => {
		const options = parsed(z.object({ expiresIn: z.number().optional(), longLived: z.boolean().optional(), scopes: z.array(z.string()).optional(), userId: z.number().int().optional() }).optional(), request.body);
		return world.issueToken(options);
	});

	app.post('/integration', async (request) => {
		const schema = z.strictObject({ enabled: z.boolean().optional(), deauthorizeUrl: z.string().url().refine(isOnThisMachine, 'Only an address on this machine: localhost or 127.0.0.1').optional() });
		const { enabled, deauthorizeUrl } = parsed(schema, request.body);
		const [integration] = world.integrations.values();
		if (!integration) throw new Problem(404, 'Not Found', 'No integration');
		if (deauthorizeUrl !== undefined) integration.deauthorizeUrl = deauthorizeUrl;
		if (enabled === true) integration.enabled = true;
		if (enabled === false) await world.disableIntegration(integration.clientId);
		return { enabled: integration.enabled };
	});
	app.post('/latency', async (request) => {
		const { ms, pathPattern } = parsed(z.strictObject({ ms: z.number().min(0), pathPattern: z.string().optional() }), request.body);
		if (pathPattern === undefined) world.latency.ms = ms;
		else world.latency.routes.push({ path: toPattern(pathPattern), ms });
		return { ok: true };
	});

	app.get('/deliveries', async () => world.deliveries.log);
	app.delete('/deliveries', async () => {
		world.deliveries.log.length = 0;
		return { ok: true };
	});
	app.post('/deliveries/settled', async () => {
		await world.deliveries.settled();
		return { ok: true, sent: world.deliveries.log.length };
	});
	void app.register(async (ui) => uiRoutes(ui, world), { prefix: '/ui' });

	app.post('/reset', async () => {
		world.reset();
		return counts(world);
	});
	app.get('/state', async () => counts(world));
}

function isOnThisMachine(address: string): boolean {
	return URL.canParse(address) && isLoopback(new URL(address).hostname);
}

function toPattern(source: string): RegExp {
	try {
		return new RegExp(source);
	} catch {
		throw new Problem(400, 'Bad Request', 'pathPattern: not a regular expression');
	}
}

/** Known names, and values of the type the default has. */
function checkedSwitches(body: unknown): Partial<Switches> {
	const entries = Object.entries(parsed(z.record(z.union([z.string(), z.number(), z.boolean()])), body));
	for (const [name] of entries) {
		if (!(name in SWITCHES)) throw new Problem(400, 'Bad Request', `Unknown switch ${name}. Known: ${Object.keys(SWITCHES).join(', ')}`);
	}
	return Object.fromEntries(entries) as Partial<Switches>;
}

const counts = (world: StaffedWorld) => ({
	...Object.fromEntries(world.account.tables().map((table) => [table.name, table.size])),
	requests: world.log.entries.length,
	faults: world.faults.size,
	now: world.clock.now(),
	process: used(),
});

function used(): { largestMemoryMb: number; processorMs: number } {
	const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
	return { largestMemoryMb: Math.round(maxRSS / 1024), processorMs: (userCPUTime + systemCPUTime) / 1000 };
}
