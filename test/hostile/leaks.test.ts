import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { Socket, type AddressInfo } from 'node:net';
import fc from 'fast-check';
import { stringify } from 'flatted';
import type { IDataObject, IExecuteFunctions, IHttpRequestOptions, INode } from 'n8n-workflow';

import { createClient } from '../../nodes/AmoCrm/transport/client';
import { DOMAINS } from '../unit/domains';
import type { Account } from '../integration/harness';
import { runNode } from '../integration/harness';
import { openWorld } from '../integration/world';

/** Attempts to make the node give a token away: to another host, in a message, in what an execution leaves behind. */

const ACCESS = 'access-token-that-nobody-may-see-0123456789';
const REFRESH = 'refresh-token-that-nobody-may-see-0123456789';
const SECRET = 'client-secret-that-nobody-may-see-0123456789';

interface Sink {
	url: string;
	received: string[];
	close(): Promise<void>;
}

/** A server that notes the head of every request. */
async function openSink(answer: (request: IncomingMessage, response: ServerResponse, body: string) => void): Promise<Sink> {
	const received: string[] = [];
	const server: Server = createServer((request, response) => {
		let body = '';
		request.on('data', (chunk: Buffer) => (body += chunk.toString()));
		request.on('end', () => {
			received.push([request.method, request.url, request.headers.authorization, body].join(' '));
			answer(request, response, body);
		});
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	return {
		url: `http://localhost:${(server.address() as AddressInfo).port}`,
		received,
		close: async () => {
			server.closeAllConnections();
			await new Promise((resolve) => server.close(resolve));
		},
	};
}

/** Every host and port that anything connects to while `work` runs. */
async function connectionsDuring(work: () => Promise<unknown>): Promise<string[]> {
	const targets: string[] = [];
	const connect = Socket.prototype.connect;
	const spy = jest.spyOn(Socket.prototype, 'connect').mockImplementation(function (this: Socket, ...args: unknown[]) {
		const [options] = (Array.isArray(args[0]) ? args[0] : args) as [{ host?: string; port?: number }];
		targets.push(`${options.host}:${options.port}`);
		return (connect as (...given: unknown[]) => Socket).apply(this, args);
	});
	try {
		await work();
	} finally {
		spy.mockRestore();
	}
	return targets;
}

let credentials = 0;

/** With a credential of its own, for what the node remembers of one must not spare another its test. */
const accountAt = (domain: string): Account => ({
	domain,
	accessToken: ACCESS,
	refreshToken: REFRESH,
	clientSecret: SECRET,
	id: `credential-${++credentials}`,
});

const LIST = { resource: 'lead', operation: 'getAll', limit: 1 };
const CREATE = { resource: 'lead', operation: 'create', name: 'x' };
const CALLS = ['GET', 'PATCH', 'POST'].map((method) => ({ resource: 'apiRequest', operation: 'send', method, path: '/api/v4/leads', options: { fullResponse: true } }));

const refused = DOMAINS.filter(([, expected]) => expected === undefined).map(([typed]) => typed);

test.each(refused)("the domain %j is refused before any connection", async (domain) => {
	const targets = await connectionsDuring(async () => {
		const { error } = await runNode({ account: accountAt(domain), parameters: LIST });
		expect(error?.message).toMatch(/'Account Domain' of the credential is not the address/);
	});
	expect(targets).toEqual([]);
});

test('a token that was pasted as the domain is not repeated', async () => {
	const { error, run } = await runNode({ account: accountAt(ACCESS.repeat(3)), parameters: LIST });
	expect(error?.message).toMatch(/'Account Domain'/);
	expect(stringify(run)).not.toContain(ACCESS);
});

test.each<[string, IDataObject]>([
	['an amount', { name: 'x', additionalFields: { price: `={{ $json.secret }}` } }],
	['a stage', { name: 'x', additionalFields: { statusId: `={{ $json.secret }}` } }],
	['a date', { name: 'x', additionalFields: { closedAt: `={{ $json.secret }}` } }],
	['a name that amoCRM refuses', { name: `={{ $json.secret }}` }],
])('a token pasted as %s is not repeated by any message', async (_what, parameters) => {
	const world = await openWorld();
	const { accessToken, refreshToken } = world.account;
	const problem = { title: 'Bad Request', status: 400, 'validation-errors': [{ request_id: '0', errors: [{ code: 'Bad', path: 'name', detail: 'Bad name' }] }] };
	world.emulator.faults.add({ method: 'POST', path: '/api/v4/leads', times: Infinity, action: { kind: 'status', status: 400, body: problem } });
	try {
		for (const secret of [accessToken, refreshToken, accessToken.slice(0, 60), encodeURIComponent(accessToken), `Bearer ${accessToken}`]) {
			const run = { items: [{ secret: String(secret) }] };
			const given = { resource: 'lead', operation: 'create', ...parameters } as never;
			const stopped = await world.run(given, run);
			const { rows } = await world.run(given, { ...run, onError: 'continueRegularOutput' });
			expect(stopped.error).toBeDefined();
			const said = stringify([stopped.error?.message, stopped.error?.description, stopped.error?.stack, rows]);
			expect(said).toContain('***');
			const core = String(secret).replace('Bearer ', '');
			for (let at = 0; at + 20 <= core.length; at += 5) expect(said).not.toContain(core.slice(at, at + 20));
		}
	} finally {
		await world.close();
	}
});

describe('an ID', () => {
	const tricks = [
		'../../oauth2/access_token',
		'5/../../../oauth2/access_token',
		'5%2f..%2f..%2foauth2',
		'5?access_token=x',
		'5#x',
		'5\r\nHost: evil.example\r\nX: y',
		'//evil.example/5',
		'https://evil.example/5',
		'https://evil.example/leads/detail/5',
		'http://mycompany.amocrm.ru@evil.example/leads/detail/5',
		'\\\\evil.example\\5',
		'@evil.example',
		'5@evil.example',
		':80@evil.example/',
	];

	it.each(['id', 'url'].flatMap((mode) => tricks.map((trick) => [mode, trick] as const)))('given as %s %j leads nowhere else', async (mode, value) => {
		const world = await openWorld();
		try {
			const parameters = { resource: 'lead', operation: 'get', leadId: { __rl: true, mode, value: '={{ $json.id }}' } };
			const targets = await connectionsDuring(async () => {
				const { error } = await world.run(parameters, { items: [{ id: value }] });
				expect(error).toBeDefined();
			});
			const own = new URL(world.emulator.url).host;
			expect(targets.filter((target) => target !== own)).toEqual([]);
			// An ID that stands in a link to elsewhere may be looked up, but in the own account.
			expect(world.emulator.log.entries.map(({ path }) => path).filter((path) => !/^\/api\/v4\/leads(\/5)?$/.test(path))).toEqual([]);
		} finally {
			await world.close();
		}
	});
});

describe('the path of an API request', () => {
	const pieces = fc.constantFrom('/', '//', '\\', '..', '.', '%2e', '%2f', '%5c', '@', ':', '?', '#', 'oauth2', 'OAUTH2', '%6f', '/api/v4', ';', '%', '\r\n', '\t', '\u0000', '\uFF0E', 'https:', 'evil.example', '%EF%BC%8E');
	const paths = fc.oneof(fc.array(pieces).map((all) => all.join('')), fc.array(pieces).map((all) => `/${all.join('')}`), fc.webPath(), fc.webUrl(), fc.string());

	it.each(['account', 'files'])('is refused with a reason, or is that of the request to the own host (%s)', async (host) => {
		const world = await openWorld();
		const given = [...fc.sample(paths, { numRuns: 500, seed: 14 }), '/@evil.example', '/:80@evil.example/', '/api/v4/account'];
		try {
			const targets = await connectionsDuring(async () => {
				const parameters = { resource: 'apiRequest', operation: 'send', host, path: '={{ $json.path }}', options: { maxRetries: 0, requestsPerSecond: 1000 } };
				const { rows } = await world.run(parameters, { items: given.map((path) => ({ path })), onError: 'continueRegularOutput' });
				const refused = rows.filter(({ json }) => String(json.error).startsWith("'Path': "));
				for (const { json } of refused) expect(json.error).toMatch(/ (is|holds|does|goes|leads) .*Give a path such as/s);
				expect(refused.length).toBeGreaterThan(300);
				expect(refused.length).toBeLessThan(given.length - 20);
			});
			const { url, world: { driveUrl }, log } = world.emulator;
			expect(targets.filter((target) => ![url, driveUrl].map((own) => new URL(own).host).includes(target))).toEqual([]);
			// The emulator writes addresses down without the slash at their end.
			const asked = new Set(given.map((path) => (host === 'files' ? `/v1.0${path}` : path)).flatMap((path) => [path, path.replace(/\/$/, '')]));
			expect(log.entries.map(({ path }) => path).filter((path) => !asked.has(path) && path !== '/api/v4/account')).toEqual([]);
			expect(log.entries.filter(({ path }) => /\/oauth2/i.test(decodeURIComponent(path)))).toEqual([]);
		} finally {
			await world.close();
		}
	});

	it('that holds a token is refused without repeating it', async () => {
		for (const path of [`//evil.example/${ACCESS}`, `https://evil.example/?t=${ACCESS}`, `/api?token=${ACCESS}`, `/${encodeURIComponent(ACCESS)}/%2f`]) {
			const { error } = await runNode({ account: accountAt('mycompany'), parameters: { resource: 'apiRequest', operation: 'send', path: '={{ $json.path }}' }, items: [{ path }] });
			expect(error?.message).toMatch(/'Path'/);
			expect(stringify([error?.message, error?.description, error?.stack])).not.toContain(ACCESS.slice(0, 20));
		}
	});
});

test('no path can leave the host of the account, or bring headers along', async () => {
	let sent: IHttpRequestOptions = { url: '' };
	const context = {
		getInputData: () => [],
		getNodeParameter: () => 'oAuth2',
		getNode: () => ({ credentials: {} }) as INode,
		getCredentials: async () => ({ domain: 'mycompany', clientId: 'x', oauthTokenData: { access_token: ACCESS } }),
		helpers: {
			httpRequestWithAuthentication: async (_type: string, options: IHttpRequestOptions) => {
				sent = options;
				return { statusCode: 204, body: '' };
			},
		},
	} as unknown as IExecuteFunctions;
	const result = await createClient(context, { requestsPerSecond: 1_000_000 });
	if (!result.ok) throw new Error(result.failure.message);
	const { client } = result;
	await fc.assert(
		fc.asyncProperty(fc.oneof(fc.string(), fc.webUrl(), fc.constantFrom('@evil.example', '//evil.example', '\\evil.example')), async (path) => {
			await client.send({ method: 'GET', path });
			expect(new URL(sent.url).origin).toBe('https://mycompany.amocrm.ru');
			expect(Object.keys(sent.headers ?? {})).toEqual(['Accept']);
			expect(sent.disableFollowRedirect).toBe(true);
		}),
		{ numRuns: 100 },
	);
});

describe('a redirect to another host', () => {
	let trap: Sink;
	let account: Sink;
	let status = 302;

	beforeAll(async () => {
		trap = await openSink((_request, response) => response.end('{}'));
		account = await openSink((_request, response) => {
			response.writeHead(status, { location: `${trap.url.replace('localhost', '127.0.0.1')}/api/v4/leads` }).end();
		});
	});
	afterAll(async () => await Promise.all([trap.close(), account.close()]));

	it.each([301, 302, 303, 307, 308].flatMap((code) => [LIST, CREATE, ...CALLS].map((parameters) => [code, parameters] as const)))(
		'%i is not followed, and the user learns of it (%j)',
		async (code, parameters) => {
			status = code;
			const { error } = await runNode({ account: accountAt(account.url), parameters });
			expect(`${error?.message} ${error?.description}`).toMatch(/another address/);
			expect(trap.received).toEqual([]);
		},
	);
});

describe('an answer that repeats what it was sent', () => {
	let echo: Sink;
	let make: (sent: string) => { status: number; type: string; body: string };

	beforeAll(async () => {
		echo = await openSink((request, response, body) => {
			const { status, type, body: answer } = make(`${request.headers.authorization} ${body} ${REFRESH} ${SECRET}`);
			response.writeHead(status, { 'content-type': type, 'x-echo': String(request.headers.authorization) }).end(answer);
		});
	});
	afterAll(async () => await echo.close());

	const problem = (status: number) => (sent: string) => ({
		status,
		type: 'application/problem+json',
		body: JSON.stringify({ title: sent, detail: `You sent ${sent}`, status, type: sent }),
	});
	const page = (status: number) => (sent: string) => ({ status, type: 'text/html', body: `<html><body>${sent}</body></html>` });
	const rows = (sent: string) => ({
		status: 400,
		type: 'application/problem+json',
		body: JSON.stringify({
			title: 'Bad Request',
			status: 400,
			'validation-errors': [{ request_id: '0', errors: [{ code: sent, path: `name ${sent}`, detail: sent }] }],
		}),
	});

	const answers: Array<[string, typeof make]> = [
		...[400, 401, 402, 403, 404, 405, 413, 422, 500, 504].flatMap((status): Array<[string, typeof make]> => [
			[`problem ${status}`, problem(status)],
			[`page ${status}`, page(status)],
		]),
		['validation errors', rows],
		['a page instead of an answer', page(200)],
	];

	it.each(answers.flatMap(([name, answer]) => [LIST, CREATE, ...CALLS].map((parameters) => [name, answer, parameters] as const)))(
		'%s keeps no secret of it',
		async (_name, answer, parameters: IDataObject) => {
			make = answer;
			const written: string[] = [];
			const spies = (['log', 'error', 'warn', 'info', 'debug'] as const).map((method) =>
				jest.spyOn(console, method).mockImplementation((...args) => void written.push(args.map(String).join(' '))),
			);
			const run = { account: accountAt(echo.url), parameters: { ...parameters, options: { ...(parameters.options as IDataObject), maxRetries: 0 } } as never };
			const stopped = await runNode(run);
			const continued = await runNode({ ...run, onError: 'continueRegularOutput' });
			for (const spy of spies) spy.mockRestore();
			expect(stopped.error ?? stopped.rows).toBeDefined();
			const left = [stringify(stopped.run), stringify(continued.run), stringify(continued.rows), String(stopped.error?.stack), ...written].join('\n');
			for (const secret of [ACCESS, REFRESH, SECRET]) expect(left).not.toContain(secret);
		},
	);
});
