import { Agent, request as httpRequest } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import fc from 'fast-check';
import type { FastifyInstance } from 'fastify';
import { startEmulator, type Emulator } from '../../../emulator';
import { buildDriveServer, buildServer } from '../../../emulator/server';
import { GOOD } from './good';
import { requestTo, type Route, type Sent } from './inputs';

/**
 * Whatever comes in, no 500 and no crash. Every run has a fixed seed and a fresh one, which is printed;
 * FUZZ_SEED=… repeats one, FUZZ_SECONDS=… looks for longer.
 */

const FIXED = 20_260_101;
const FIXED_RUNS = 250;
const seconds = Number(process.env.FUZZ_SECONDS ?? 8);
const fresh = Number(process.env.FUZZ_SEED ?? Date.now() % 2 ** 31);

/** Streams without an end, routes that cause errors on purpose, and one that would forget the whole account. */
const LEFT_OUT = /^\/board\/live|^\/__emulator\/(faults|latency|rate-limit|clock|integration|reset|expire-tokens|switches)/;

let emulator: Emulator;
let servers: Record<'account' | 'drive', FastifyInstance>;
let agent: Agent;
let stacks: string[];

beforeEach(async () => {
	emulator = await startEmulator({ language: 'en', seed: 'demo' });
	// The same account behind two more servers, which tell their routes.
	servers = { account: await buildServer(emulator.world, {}), drive: await buildDriveServer(emulator.world, {}) };
	for (const server of Object.values(servers)) await server.listen({ port: 0, host: '127.0.0.1' });
	agent = new Agent({ keepAlive: false });
	stacks = [];
	jest.spyOn(console, 'error').mockImplementation((...parts: unknown[]) => void stacks.push(parts.map((part) => (part instanceof Error ? part.stack : String(part))).join(' ')));
});

afterEach(async () => {
	jest.restoreAllMocks();
	agent.destroy();
	await Promise.all([servers.account.close(), servers.drive.close()]);
	await emulator.close();
});

function routesOf(server: FastifyInstance): Route[] {
	const { account } = emulator;
	const ids = account.tables().flatMap((table) => [...table.keys()].slice(0, 2).map(String));
	return server.routeList.filter(({ url }) => !LEFT_OUT.test(url)).map(({ method, url }) => ({ method, url: url.replace(/\(\^.*?\$\)/g, ''), good: GOOD[url.replace(/\(\^.*?\$\)/g, '')], ids }));
}

/** The status; a connection that is cut without an answer is an error. */
async function send(server: FastifyInstance, { method, path, headers, body }: Sent): Promise<number> {
	const { port } = server.server.address() as AddressInfo;
	return await new Promise((resolve, reject) => {
		const request = httpRequest({ agent, host: '127.0.0.1', port, method, path, headers: { ...headers, 'content-length': Buffer.byteLength(body ?? '') } }, (response) => {
			response.resume();
			response.on('end', () => resolve(response.statusCode ?? 0));
		});
		request.on('error', (error) => reject(new Error(`${error.message} for ${method} ${path} ${JSON.stringify(headers).replace(/Bearer eyJ[^"]*/, "Bearer")} ${String(body).slice(0, 200)}`)));
		request.end(body);
	});
}

async function fuzz(settings: { seed: number; numRuns?: number; interruptAfterTimeLimit?: number }): Promise<number> {
	const { accessToken } = emulator.issueToken({ longLived: true });
	const to = (name: 'account' | 'drive') => requestTo(routesOf(servers[name]), accessToken).map((sent) => ({ name, sent }));
	let count = 0;
	await fc.assert(
		fc.asyncProperty(fc.array(fc.oneof({ weight: 12, arbitrary: to('account') }, { weight: 1, arbitrary: to('drive') }), { minLength: 1, maxLength: 5 }), async (requests) => {
			for (const { name, sent } of requests) {
				const status = await send(servers[name], sent);
				count += 1;
				if (status >= 500) throw new Error(`${status} for ${sent.method} ${sent.path}\n${stacks.at(-1) ?? ''}`);
			}
		}),
		{ ...settings, markInterruptAsFailure: false, numRuns: settings.numRuns ?? 1_000_000 },
	);
	return count;
}

/** What was written can still be read. */
async function readEverything(): Promise<void> {
	const { accessToken } = emulator.issueToken();
	const headers = { authorization: `Bearer ${accessToken}` };
	const lists = servers.account.routeList.filter(({ method, url }) => method === 'GET' && !url.includes(':') && !url.includes('*') && !LEFT_OUT.test(url) && url !== '/__emulator/log');
	const read = async (path: string) => await send(servers.account, { method: 'GET', path, headers, body: undefined });
	for (const { url } of lists) expect([url, (await read(url)) >= 500]).toEqual([url, false]);
	expect(await read('/api/v4/account')).toBe(200);
	expect(Object.keys(Object.prototype)).toEqual([]);
	expect(({} as Record<string, unknown>).polluted).toBeUndefined();
}

it('survives the same requests every time', async () => {
	await fuzz({ seed: FIXED, numRuns: FIXED_RUNS });
	await readEverything();
}, 120_000);

it('survives other requests every time', async () => {
	const count = await fuzz({ seed: fresh, interruptAfterTimeLimit: seconds * 1_000 });
	process.stdout.write(`Fuzzed ${count} requests with FUZZ_SEED=${fresh}\n`);
	await readEverything();
}, 120_000 + seconds * 1_000);

it('survives bytes that are no HTTP', async () => {
	const port = Number(new URL(emulator.url).port);
	const raw = async (bytes: Buffer) =>
		await new Promise<void>((resolve) => {
			const socket = connect(port, '127.0.0.1', () => socket.end(bytes));
			socket.on('error', () => resolve());
			socket.on('close', () => resolve());
			socket.resume();
		});
	const head = 'Host: localhost\r\nConnection: close\r\n';
	const lines = [
		'GET /%E0%A4%A HTTP/1.1\r\n', 'GET /api/v4/leads?filter[%]=%ff HTTP/1.1\r\n', 'GET //api//v4/leads HTTP/1.1\r\n', 'GET http://evil.example/api/v4/leads HTTP/1.1\r\n', 'GET * HTTP/1.1\r\n',
		'POST /api/v4/leads HTTP/1.1\r\nContent-Length: 50\r\n', 'POST /api/v4/leads HTTP/1.1\r\nTransfer-Encoding: chunked\r\n', 'POST /api/v4/leads HTTP/1.1\r\nContent-Length: -1\r\n', 'BREW /api/v4/leads HTTP/1.1\r\n', 'GET /api/v4/leads HTTP/9.9\r\n',
	];
	for (const line of lines) await raw(Buffer.from(`${line}${head}\r\n[{"na`));
	await fc.assert(fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 200 }), async (bytes) => await raw(Buffer.from(bytes))), { seed: FIXED, numRuns: 100 });
	await fc.assert(fc.asyncProperty(fc.uint8Array({ maxLength: 60 }), async (bytes) => await raw(Buffer.concat([Buffer.from(`POST /api/v4/leads HTTP/1.1\r\n${head}Content-Length: ${bytes.length}\r\n\r\n`), bytes]))), { seed: FIXED, numRuns: 50 });
	const { accessToken } = emulator.issueToken();
	expect((await fetch(`${emulator.url}/api/v4/account`, { headers: { authorization: `Bearer ${accessToken}` } })).status).toBe(200);
	expect(stacks).toEqual([]);
}, 60_000);
