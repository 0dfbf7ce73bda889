import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { Problem } from '../http/problems';
import type { FaultAction } from '../faults';
import { SWITCHES, type Switches } from '../switches';
import type { World } from '../world';

/** The control API: what tests in the same process do through objects, over HTTP. No part of amoCRM. */

const ACTION = z.discriminatedUnion('kind', [
	z.object({
		kind: z.literal('status'),
		status: z.number().int().min(200).max(599),
		body: z.unknown().optional(),
		html: z.string().optional(),
		headers: z.record(z.string()).optional(),
	}),
	z.object({ kind: z.literal('reset'), when: z.enum(['before', 'after']) }),
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

function parsed<T>(schema: z.ZodType<T, z.ZodTypeDef, unknown>, body: unknown): T {
	const result = schema.safeParse(body);
	if (result.success) return result.data;
	throw new Problem(400, 'Bad Request', result.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; '));
}

export function controlRoutes(app: FastifyInstance, world: World): void {
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
		const options = parsed(z.object({ expiresIn: z.number().optional(), longLived: z.boolean().optional() }).optional(), request.body);
		return world.issueToken(options);
	});

	app.post('/reset', async () => {
		world.reset();
		return counts(world);
	});
	app.get('/state', async () => counts(world));
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

const counts = (world: World) => ({
	...Object.fromEntries(world.account.tables().map((table) => [table.name, table.size])),
	requests: world.log.entries.length,
	faults: world.faults.size,
	now: world.clock.now(),
});
