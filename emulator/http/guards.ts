import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { FaultAction } from '../faults';
import { loggedHeaders, type LogEntry } from '../requestLog';
import type { World } from '../world';
import { authenticate } from './authenticate';
import { requireScope } from './caller';
import { BareAnswer, nginxPage, Problem } from './problems';
import { isRecord } from './query';

/** What every API and token call passes through: log, fault plans, latency, limits, access token. facts: core 3.7, 3.9 */

declare module 'fastify' {
	interface FastifyRequest {
		logEntry: LogEntry | undefined;
		faults: FaultAction[];
		arrivedAt: number;
	}
}

const GUARDED = /^\/(api|oauth2|v1\.0|v3|download)\//;
const AUTHORIZED = /^\/(api|v1\.0|v3)\//;
/** Uploads carry their own token in the address. */
const SELF_AUTHORIZED = /^\/v1\.0\/sessions\/upload\/|^\/v1\.0\/files\/[^/]+\/download/;

export function registerGuards(app: FastifyInstance, world: World): void {
	app.decorateRequest('logEntry', undefined);
	app.decorateRequest('faults', null as unknown as FaultAction[]);
	app.decorateRequest('arrivedAt', 0);
	app.decorateRequest('caller', null as never);

	app.addHook('onRequest', async (request, reply) => {
		request.faults = [];
		request.arrivedAt = performance.now();
		reply.header('X-Request-Id', request.id);
		const [path = ''] = request.url.split('?');
		if (!GUARDED.test(path)) return;
		request.faults = world.faults.take(request.method, path);
		request.logEntry = {
			at: world.clock.now(),
			method: request.method,
			path,
			query: isRecord(request.query) ? request.query : {},
			body: undefined,
			headers: loggedHeaders(request.headers),
			status: 0,
			ms: 0,
			integration: null,
		};
		world.log.add(request.logEntry);
		if (request.method === 'GET' || !isReset(request.faults, 'during')) return;
		reply.hijack();
		request.raw.once('data', () => request.raw.socket.destroy());
	});

	// The account's own time, wherever it is.
	app.addHook('onSend', async (_request, reply) => {
		reply.header('Date', new Date(world.clock.now()).toUTCString());
	});

	app.addHook('preValidation', async (request, reply) => {
		const entry = request.logEntry;
		if (!entry) return;
		const body = Buffer.isBuffer(request.body) ? `(${request.body.length} bytes)` : request.body;
		world.log.keepBody(entry, body, Number(request.headers['content-length'] ?? 0));
		const latency = latencyOf(world, entry.path);
		if (latency > 0) await sleep(latency);
		for (const fault of request.faults) {
			if (fault.kind === 'delay') await sleep(fault.ms);
			if (fault.kind === 'reset' && fault.when === 'before') {
				cut(request, reply);
				return;
			}
			if (fault.kind === 'status') throw new FaultAnswer(fault);
		}
		if (!AUTHORIZED.test(entry.path) || SELF_AUTHORIZED.test(entry.path)) return;
		request.caller = authenticate(world, request);
		entry.integration = request.caller.integration.clientId;
		if (entry.path.startsWith('/api/')) requireScope(request, 'crm');
		limit(world, request.caller.integration.clientId);
		pay(world, request);
	});

	app.addHook('onSend', async (request, reply, payload) => {
		const entry = request.logEntry;
		if (!entry) return payload;
		bareType(reply);
		entry.status = reply.statusCode;
		entry.ms = Math.round((performance.now() - request.arrivedAt) * 10) / 10;
		if (isReset(request.faults, 'after')) {
			entry.status = 0;
			request.raw.socket.destroy();
		}
		world.log.answered(entry);
		// A slow answer to a cut connection would be one more error.
		return entry.status === 0 ? payload : altered(request.faults, reply, payload);
	});
}

const latencyOf = ({ latency }: World, path: string): number =>
	latency.routes.reduce((sum, route) => (route.path.test(path) ? sum + route.ms : sum), latency.ms);

function cut(request: FastifyRequest, reply: FastifyReply): void {
	reply.hijack();
	request.raw.socket.destroy();
}

type StatusFault = Extract<FaultAction, { kind: 'status' }>;

/** Thrown, because a hook that sends and returns goes on to the handler when the answer is slow or the caller has left. */
export class FaultAnswer extends Error {
	constructor(readonly fault: StatusFault) {
		super(`Fault plan: ${fault.status}`);
	}
}

export function sendFault(reply: FastifyReply, fault: StatusFault): FastifyReply {
	const answer = reply.code(fault.status).headers(fault.headers ?? {});
	if (fault.html !== undefined) return answer.type('text/html').send(fault.html);
	if (fault.body === undefined) return answer.type('text/html').send(nginxPage(fault.status, 'Error'));
	const type = fault.status < 400 ? 'application/hal+json' : 'application/problem+json';
	return answer.type(type).send(JSON.stringify(fault.body));
}

/** Fastify adds a charset to everything textual; amoCRM does not. facts: core 3.1 */
function bareType(reply: FastifyReply): void {
	const type = String(reply.getHeader('content-type') ?? '');
	if (/^application\/(hal|problem)\+json/.test(type)) reply.header('content-type', type.split(';')[0]);
}

const isReset = (faults: readonly FaultAction[], when: 'during' | 'after'): boolean => faults.some((fault) => fault.kind === 'reset' && fault.when === when);

/** Half of the answer, with or without a word of that, or all of it in drips. */
function altered(faults: readonly FaultAction[], reply: FastifyReply, payload: unknown): unknown {
	if (typeof payload !== 'string' && !(payload instanceof Readable)) return payload;
	const size = typeof payload === 'string' ? Buffer.byteLength(payload) : Number(reply.getHeader('content-length'));
	const bytes = typeof payload === 'string' ? Readable.from(Buffer.from(payload)) : payload;
	const half = Math.floor(size / 2);
	if (faults.some(({ kind }) => kind === 'truncate')) {
		reply.header('content-length', half);
		return Readable.from(beginning(bytes, half));
	}
	if (isReset(faults, 'during')) {
		reply.header('content-length', size);
		return Readable.from(beginning(bytes, half, () => reply.raw.socket?.destroy()));
	}
	const slow = faults.find((fault) => fault.kind === 'slow');
	if (slow?.kind !== 'slow') return payload;
	reply.removeHeader('content-length');
	return Readable.from(drip(bytes, size, slow.ms));
}

async function* beginning(bytes: Readable, most: number, then: () => void = () => undefined): AsyncGenerator<Buffer> {
	let left = most;
	for await (const chunk of bytes as AsyncIterable<Buffer>) {
		yield chunk.subarray(0, left);
		left -= chunk.length;
		if (left <= 0) break;
	}
	// The caller gets what was sent before.
	await sleep(10);
	then();
}

async function* drip(bytes: Readable, length: number, ms: number): AsyncGenerator<Buffer> {
	const drips = 10;
	const size = Math.max(1, Math.ceil(length / drips));
	for await (const chunk of bytes as AsyncIterable<Buffer>) {
		for (let at = 0; at < chunk.length; at += size) {
			const drop = chunk.subarray(at, at + size);
			yield drop;
			await sleep((ms * drop.length) / length);
		}
	}
}

function limit(world: World, clientId: string): void {
	const verdict = world.limiter.admit(clientId);
	if (verdict === 'blocked') throw new BareAnswer(403, nginxPage(403, 'Forbidden'));
	if (verdict === 'ok') return;
	const { rateLimitBody } = world.switches;
	if (rateLimitBody === 'html') throw new BareAnswer(429, nginxPage(429, 'Too Many Requests'));
	throw new Problem(429, 'Too Many Requests', 'Too many requests', rateLimitBody === 'json' ? {} : { retry_after: 1 });
}

/** facts: core 3.9. Writes stop at once when the subscription ends, reads survive for a while. */
function pay({ switches: { unpaid } }: World, request: FastifyRequest): void {
	if (unpaid === 'all' || (unpaid === 'writes' && request.method !== 'GET')) {
		throw new Problem(402, 'Payment Required', 'Subscription has expired');
	}
}
