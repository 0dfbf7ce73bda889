import type { IExecuteFunctions, IHttpRequestOptions } from 'n8n-workflow';

import type { ApiClient, ClientOptions } from '../../../nodes/AmoCrm/transport/client';
import { createClient } from '../../../nodes/AmoCrm/transport/client';
import type { ApiRequest, Reply } from '../../../nodes/AmoCrm/transport/types';

type Answer = (options: IHttpRequestOptions, index: number) => unknown;

let accounts = 0;

/** A client over a request helper that answers as the test says; its account is its own unless the test names one. */
async function openClient(
	answer: Answer,
	options: ClientOptions = {},
	domain = `account${++accounts}`,
	abort = new AbortController(),
	secrets: object = { clientId: 'integration' },
) {
	let sent = 0;
	const starts: number[] = [];
	const context = {
		getInputData: () => [],
		getNodeParameter: (_name: string, _item: number, fallback: unknown) => fallback,
		getNode: () => ({ credentials: {} }),
		getCredentials: async () => ({ domain, ...secrets }),
		getExecutionCancelSignal: () => abort.signal,
		helpers: {
			httpRequestWithAuthentication: async (_type: string, request: IHttpRequestOptions) => {
				starts.push(performance.now());
				return await answer(request, sent++);
			},
		},
	} as unknown as IExecuteFunctions;
	const result = await createClient(context, options);
	if (!result.ok) throw new Error(result.failure.message);
	return { client: result.client, context, starts, abort, sent: () => sent };
}

const LIST: ApiRequest = { method: 'GET', path: '/leads' };
const CREATE: ApiRequest = { method: 'POST', path: '/leads', body: [{ name: 'x' }] };
const found = { statusCode: 200, body: { _embedded: { leads: [] } } };

/** What n8n's request helper throws for an answer with this status. */
function answered(httpCode: number | string, data?: unknown, headers: Record<string, string> = {}) {
	return Object.assign(new Error('failed'), { httpCode: String(httpCode), cause: { response: { data, headers } } });
}

const failing = (error: unknown): Answer => () => {
	throw error;
};

const kindOf = (reply: Reply) => (reply.ok ? 'ok' : reply.failure.kind);

beforeEach(() => {
	jest.useFakeTimers();
});

afterEach(() => {
	jest.useRealTimers();
});

/** Lets time pass until the reply is there. */
async function settle<T>(work: Promise<T>): Promise<T> {
	let done = false;
	const watched = work.finally(() => (done = true));
	for (let step = 0; !done && step < 100_000; step++) await jest.advanceTimersByTimeAsync(50);
	return await watched;
}

const send = async (client: ApiClient, request: ApiRequest) => await settle(client.send(request));

describe('what is repeated', () => {
	const html = '<html><body>nginx</body></html>';
	const systemError = { title: 'Bad Request', status: 400, detail: 'Возникла системная ошибка. Пожалуйста, повторите попытку.' };

	it.each<[string, unknown, string, number, number]>([
		// name, thrown, kind, requests for a GET, requests for a POST
		['429', answered(429, html), 'rateLimited', 13, 13],
		['Z15: a refused connection', answered('ECONNREFUSED'), 'unreachable', 4, 4],
		['an unknown host', answered('ENOTFOUND'), 'unreachable', 4, 4],
		['a certificate that is not theirs', answered('ERR_TLS_CERT_ALTNAME_INVALID'), 'unreachable', 1, 1],
		['S1: 503', answered(503, html), 'server', 4, 1],
		['S1: 504', answered(504, html), 'timeout', 4, 1],
		['no answer in time', answered('ECONNABORTED'), 'timeout', 4, 1],
		['P7: a reset connection', answered('ECONNRESET'), 'connectionLost', 4, 1],
		['a 400 that is a system error', answered(400, systemError), 'server', 4, 1],
		['a 404 page of the edge', answered(404, html), 'server', 4, 1],
		['404', answered(404, { title: 'Not Found', status: 404, detail: 'Cannot GET x!' }), 'notFound', 1, 1],
		['Z15: a 403 page: the account is blocked', answered(403, html), 'blocked', 1, 1],
		['403', answered(403, { title: 'Forbidden', status: 403, detail: 'Invalid scope' }), 'forbidden', 1, 1],
		['402', answered(402, {}), 'paymentRequired', 1, 1],
		['413', answered(413, html), 'tooLarge', 1, 1],
		['422', answered(422, { status: 422, detail: 'Only pipelines without leads' }), 'badRequest', 1, 1],
	])('%s', async (_name, error, kind, gets, posts) => {
		const get = await openClient(failing(error), { maxRetries: 3 });
		expect(kindOf(await send(get.client, LIST))).toBe(kind);
		expect(get.sent()).toBe(gets);
		const post = await openClient(failing(error), { maxRetries: 3 });
		const reply = await send(post.client, CREATE);
		expect(post.sent()).toBe(posts);
		const unknown = ['server', 'timeout', 'connectionLost'].includes(kind);
		expect(reply).toMatchObject({ ok: false, failure: { kind, outcomeUnknown: unknown } });
	});

	it('not what is too long to ask, and says what to shorten', async () => {
		const { client } = await openClient(failing(answered(414, html)));
		expect(await send(client, LIST)).toMatchObject({ failure: { kind: 'tooLarge', advice: 'Ask for fewer at once: give the filters shorter lists.' } });
		expect(await send(client, CREATE)).toMatchObject({ failure: { kind: 'tooLarge', advice: 'Send fewer items at once: lower the batch size.' } });
	});

	it('nothing, when the user wants no retries', async () => {
		const { client, sent } = await openClient(failing(answered(429, html)), { maxRetries: 0 });
		await send(client, LIST);
		expect(sent()).toBe(1);
	});

	it('a bounded number of times when the option is no number', async () => {
		const { client, sent } = await openClient(failing(answered(503, html)), { maxRetries: Number('many') });
		await send(client, LIST);
		expect(sent()).toBe(6);
	});

	it('what can be split gets one more try as it is', async () => {
		const { client, sent } = await openClient(failing(answered(504, html)), { maxRetries: 5 });
		await send(client, { ...LIST, splittable: true });
		expect(sent()).toBe(2);
	});

	it('a 200 that has lost its body, on a GET; a 204 is an empty list', async () => {
		const lost = await openClient((_options, index) => (index === 0 ? { statusCode: 200, body: '' } : found));
		expect(kindOf(await send(lost.client, LIST))).toBe('ok');
		expect(lost.sent()).toBe(2);
		const empty = await openClient(() => ({ statusCode: 204, body: '' }));
		expect(await send(empty.client, LIST)).toEqual({ ok: true, status: 204, body: undefined });
	});
});

describe('what never left this machine', () => {
	const NEVER = ['ENOTFOUND', 'EAI_AGAIN', 'EAI_FAIL', 'EAI_NODATA', 'ESERVFAIL', 'ETIMEOUT', 'EREFUSED', 'ENODATA', 'ECONNREFUSED', 'EHOSTUNREACH'];
	const TLS = ['EPROTO', 'ERR_SSL_WRONG_VERSION_NUMBER', 'ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE', 'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION', 'ERR_TLS_HANDSHAKE_TIMEOUT'];
	const CERTIFICATES = ['CERT_HAS_EXPIRED', 'CERT_REVOKED', 'SELF_SIGNED_CERT_IN_CHAIN', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'ERR_TLS_CERT_ALTNAME_INVALID', 'HOSTNAME_MISMATCH', 'CRL_HAS_EXPIRED'];
	const OWN = ['EMFILE', 'EADDRNOTAVAIL', 'ERR_INVALID_URL', 'ERR_SOCKET_CONNECTION_TIMEOUT'];

	it.each([...NEVER, ...TLS, ...CERTIFICATES, ...OWN])('%s', async (code) => {
		const { client, sent } = await openClient(failing(answered(code)), { maxRetries: 1 });
		const reply = await send(client, CREATE);
		expect(reply).toMatchObject({ failure: { kind: 'unreachable', outcomeUnknown: false, message: `amoCRM could not be reached (${code}): nothing was sent` } });
		expect(sent()).toBe(CERTIFICATES.includes(code) ? 1 : 2);
	});

	const thrown = (code: string, message: string, cause: object = {}) =>
		Object.assign(new Error('n8n says'), { httpCode: code, messages: [message], cause: { code, message, ...cause } });

	it.each<[string, unknown, boolean]>([
		['a connection that was not made in time', thrown('ETIMEDOUT', 'connect ETIMEDOUT 10.0.0.1:443'), false],
		['several addresses, none in time', thrown('ETIMEDOUT', '', { cause: { errors: [new Error('connect ETIMEDOUT')] } }), false],
		['a reset while TLS is agreed on', thrown('ECONNRESET', 'read ECONNRESET', { request: { socket: { secureConnecting: true } } }), false],
		['the same in the words of Node.js', thrown('ECONNRESET', 'Client network socket disconnected before secure TLS connection was established'), false],
		['a reset connection', thrown('ECONNRESET', 'read ECONNRESET', { request: { socket: { secureConnecting: false } } }), true],
		['a host that went away meanwhile', thrown('EHOSTUNREACH', 'read EHOSTUNREACH'), true],
		['TLS that broke later', thrown('ERR_SSL_SSLV3_ALERT_BAD_RECORD_MAC', 'error:0A0003FC:SSL routines::sslv3 alert bad record mac'), true],
		['no answer in time', thrown('ETIMEDOUT', 'timeout of 120000ms exceeded'), true],
		['half an answer', thrown('HPE_INVALID_CONSTANT', 'Parse Error'), true],
		['a pipe that broke', thrown('EPIPE', 'write EPIPE'), true],
	])('%s: unknown %#', async (_name, error, unknown) => {
		const { client } = await openClient(failing(error), { maxRetries: 0 });
		expect(await send(client, CREATE)).toMatchObject({ ok: false, failure: { outcomeUnknown: unknown } });
	});
});

describe('a deadline', () => {
	const never: Answer = async () => await new Promise(() => undefined);

	it('ends an exchange that would go on for ever; a write may have been saved', async () => {
		for (const [request, outcomeUnknown] of [[LIST, false], [CREATE, true]] as const) {
			const { client } = await openClient(never, { maxRetries: 0 });
			const before = performance.now();
			expect(await send(client, request)).toMatchObject({ failure: { kind: 'timeout', outcomeUnknown } });
			expect(performance.now() - before).toBeLessThan(122_000);
		}
		await jest.advanceTimersByTimeAsync(2_000);
		expect(jest.getTimerCount()).toBe(0);
	});

	it('what comes after it is ignored, also an error', async () => {
		const { client } = await openClient(async (_options, index) => {
			if (index > 0) return found;
			await new Promise((resolve) => setTimeout(resolve, 130_000));
			throw new Error('too late');
		});
		expect(kindOf(await send(client, LIST))).toBe('ok');
		await jest.advanceTimersByTimeAsync(60_000);
	});

	it('n8n is told to give the request up', async () => {
		let signal: AbortSignal | undefined;
		const { client, context } = await openClient(never, { maxRetries: 0 });
		context.helpers.httpRequestWithAuthentication = async function (this: IExecuteFunctions) {
			signal = this.getExecutionCancelSignal();
			return (await new Promise(() => undefined)) as never;
		};
		await send(client, CREATE);
		expect(signal?.aborted).toBe(true);
	});
});

describe('the time for repetitions', () => {
	const minutes = (from: number) => (performance.now() - from) / 60_000;

	it.each<[string, Answer]>([
		['429 that names an absurd pause', failing(answered(429, undefined, { 'retry-after': '1000000000' }))],
		['503', failing(answered(503))],
		['no connection', failing(answered('ECONNREFUSED'))],
		['nothing', async () => await new Promise(() => undefined)],
	])('%s for ever: the run ends when it is used up, and says what it waited for', async (_name, answer) => {
		const { client, sent } = await openClient(answer, { maxRetries: 20, maxRetryMinutes: 3 });
		const from = performance.now();
		const replies = await settle(Promise.all(Array.from({ length: 5 }, async () => await client.send(LIST))));
		expect(minutes(from)).toBeLessThan(3 + 2 * 2.1);
		for (const reply of replies) {
			expect(reply).toMatchObject({ failure: { permanent: true, message: expect.stringMatching(/This run gave up: it may try again for 3 min in all, and had .+ \d+×/) } });
		}
		const before = sent();
		expect(await send(client, CREATE)).toMatchObject({ failure: { outcomeUnknown: false } });
		expect(sent()).toBe(before);
	});

	it('requests that try again at once share it, and success gives nothing back', async () => {
		const { client, sent } = await openClient((_options, index) => (index % 2 === 0 ? failing(answered(503))({} as never, 0) : found), {
			maxRetries: 5,
			maxRetryMinutes: 0.1,
		});
		let last: Reply = { ok: true, status: 200, body: undefined };
		for (let count = 0; last.ok && count < 1000; count++) last = await send(client, LIST);
		expect(last).toMatchObject({ failure: { kind: 'server' } });
		expect(sent()).toBeGreaterThan(10);
		expect(sent()).toBeLessThan(100);
	});

	it('of no minutes means no repetitions, and does not end the run', async () => {
		const { client, sent } = await openClient(failing(answered(503)), { maxRetryMinutes: 0 });
		await send(client, LIST);
		await send(client, LIST);
		expect(sent()).toBe(2);
	});
});

test('an update whose first try is lost stays unknown, whatever becomes of the next', async () => {
	const update: ApiRequest = { method: 'PATCH', path: '/leads', body: [{ id: 1 }] };
	for (const [next, unknown] of [[429, true], [403, true], [402, true], [400, false], [404, false]] as const) {
		const { client } = await openClient((_options, index) => failing(answered(index === 0 ? 504 : next, { status: next, detail: 'No' }))({} as never, 0), { maxRetries: 1 });
		expect(await send(client, update)).toMatchObject({ failure: { outcomeUnknown: unknown } });
	}
});

test.each([{}, { detail: '' }, { title: 'Bad Request', status: 400 }, { title: 'Bad Request', detail: 'Bad Request' }, ''])(
	'a 400 without a reason (%j) names what may be behind it',
	async (body) => {
		const { client } = await openClient(() => ({ statusCode: 400, body }));
		const reply = await send(client, CREATE);
		expect(reply).toMatchObject({ failure: { kind: 'badRequest', advice: expect.stringMatching(/no reason.*right.*subscription/) } });
	},
);

describe('a message', () => {
	const token = `eyJ0eXAiOiJKV1QiLCJhbGciOiJSUzI1NiJ9.${'aZ09-_'.repeat(150)}.signature`;
	const clientSecret = 'S/e+c "r" \\ é&t0123456789abcdef';
	const secrets = { clientId: 'integration', clientSecret, oauthTokenData: { access_token: token, refresh_token: 'def50200'.repeat(60) } };

	it.each([
		['whole', token],
		['cut', `${token.slice(0, 77)}...`],
		['from the middle', token.slice(300, 340)],
		['in an address', encodeURIComponent(clientSecret)],
		['in JSON', JSON.stringify({ clientSecret })],
		['as Basic', `Basic ${Buffer.from(`integration:${clientSecret}`).toString('base64')}`],
		['in base64', Buffer.from(`x${token}`).toString('base64')],
		['as it is', clientSecret],
		['in small letters', token.toLowerCase()],
		['in capital letters', clientSecret.toUpperCase()],
		['in hexadecimal digits', Buffer.from(`x${token}`).toString('hex')],
		['in capital hexadecimal digits', Buffer.from(clientSecret).toString('hex').toUpperCase()],
		['in an address in an address', encodeURIComponent(encodeURIComponent(clientSecret))],
		['behind a letter that grows in small', `İİİ${clientSecret.toUpperCase()}`],
	])('holds no secret that amoCRM repeats %s', async (_how, text) => {
		const answer = { statusCode: 400, body: { detail: `You sent ${text}!`, 'validation-errors': [{ request_id: '0', errors: [{ code: text, path: text, detail: text }] }] } };
		const logged: unknown[] = [];
		for (const body of [answer.body, { detail: answer.body.detail }]) {
			const { client, context } = await openClient(() => ({ ...answer, body }), {}, undefined, undefined, secrets);
			Object.assign(context, { logger: { debug: (...line: unknown[]) => logged.push(line) } });
			const reply = await send(client, CREATE);
			const said = JSON.stringify([reply, ...(reply.ok ? [] : (reply.failure.rows?.values() ?? [])), client.mask(`before ${text} after`), ...logged]);
			for (let at = 0; at + 14 <= text.length; at++) {
				const part = text.slice(at, at + 14);
				if (isOf(part)) expect(said).not.toContain(JSON.stringify(part).slice(1, -1));
			}
			expect(client.mask('before and after')).toBe('before and after');
			expect(client.mask(`before ${text} after`)).toMatch(/^before .*\*\*\*.* after$/);
		}
	});

	/** Whether this piece of text is from a secret. */
	const isOf = (part: string): boolean => [token, clientSecret].some((secret) => secret.toLowerCase().includes(part.toLowerCase()));

	it('repeats no more than some hundred characters of what amoCRM says', async () => {
		const detail = 'x '.repeat(100_000);
		const { client } = await openClient(() => ({ statusCode: 400, body: { detail } }));
		const reply = await send(client, CREATE);
		expect(reply.ok ? '' : reply.failure.message.length).toBeLessThan(300);
	});

	it('is masked in time that grows with its length', async () => {
		const { client } = await openClient(() => found, {}, undefined, undefined, secrets);
		client.mask('');
		jest.useRealTimers();
		for (const text of [token.repeat(1000), ' '.repeat(1_000_000), token.slice(0, 8).repeat(100_000), `İ${'A'.repeat(1_000_000)}`]) {
			const timed = (part: string): number => {
				const before = performance.now();
				client.mask(part);
				return performance.now() - before;
			};
			expect(timed(text)).toBeLessThan(40 * Math.max(5, timed(text.slice(0, text.length / 10))));
		}
	});
});

test.each(['evil.com', `a.${'b'.repeat(5000)}`, 'eyJ0eXAiOiJKV1QiLCJhbGciOiJSUzI1NiJ9'.repeat(9)])('a wrong domain is a problem, not a throw, and no long one is repeated (%#)', async (domain) => {
	await expect(openClient(() => found, {}, domain)).rejects.toThrow(/^The 'Account Domain' of the credential is not the address of an amoCRM or Kommo account: .{1,70}$/);
});

describe('the limit', () => {
	it.each([NaN, Number('fast'), Infinity])('stays 7 a second when the option is %p', async (requestsPerSecond) => {
		const { client, starts } = await openClient(() => found, { requestsPerSecond });
		await settle(Promise.all(Array.from({ length: 15 }, async () => await client.send(LIST))));
		expect((starts[14] as number) - (starts[0] as number)).toBeGreaterThan(2_000);
	});

	it('can be raised for a paid package', async () => {
		const { client, starts } = await openClient(() => found, { requestsPerSecond: 30 });
		await settle(Promise.all(Array.from({ length: 30 }, async () => await client.send(LIST))));
		expect((starts[29] as number) - (starts[0] as number)).toBeLessThan(500);
	});

	it('obeys Retry-After, for every execution of the account', async () => {
		const answers: Answer = (_options, index) => {
			if (index === 0) throw answered(429, undefined, { 'retry-after': '4' });
			return found;
		};
		const one = await openClient(answers, {}, 'shared');
		const two = await openClient(() => found, {}, 'shared');
		const first = one.client.send(LIST);
		await jest.advanceTimersByTimeAsync(10);
		await settle(Promise.all([first, two.client.send(LIST)]));
		expect((one.starts[1] as number) - (one.starts[0] as number)).toBeGreaterThanOrEqual(4_000);
		expect((two.starts[0] as number) - (one.starts[0] as number)).toBeGreaterThanOrEqual(4_000);
		expect(one.client.stats).toMatchObject({ requests: 2, retries: 1, rateLimitAnswers: 1 });
	});

	it('is one for all tokens of an integration, and another for another integration', async () => {
		const token = (claims: object) => ({ accessToken: `x.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.x` });
		const keyOf = async (secrets: object) => (await openClient(() => found, {}, 'tokens', undefined, secrets)).client.accountKey;
		const first = await keyOf(token({ aud: 'integration', jti: 1 }));
		expect(await keyOf(token({ aud: 'integration', jti: 2 }))).toBe(first);
		expect(await keyOf({ clientId: 'integration' })).toBe(first);
		expect(await keyOf(token({ aud: 'other' }))).not.toBe(first);
		const opaque = await keyOf({ accessToken: 'one' });
		expect(await keyOf({ accessToken: 'one' })).toBe(opaque);
		expect(await keyOf({ accessToken: 'two' })).not.toBe(opaque);
	});

	it('D18: a request that hangs blocks neither its own account nor another', async () => {
		const hung = await openClient(async () => await new Promise(() => undefined), {}, 'hung');
		void hung.client.send(LIST);
		const same = await openClient(() => found, {}, 'hung');
		const other = await openClient(() => found);
		await settle(Promise.all([same.client.send(LIST), other.client.send(LIST)]));
		expect([same.sent(), other.sent()]).toEqual([1, 1]);
	});
});

describe('the end of an execution', () => {
	it('a blocked account is not asked again, whatever else waits', async () => {
		const { client, sent } = await openClient(failing(answered(403, '<html></html>')));
		const replies = await settle(Promise.all(Array.from({ length: 50 }, async () => await client.send(LIST))));
		expect(new Set(replies.map(kindOf))).toEqual(new Set(['blocked']));
		expect(sent()).toBeLessThanOrEqual(7);
		const before = sent();
		await send(client, LIST);
		expect(sent()).toBe(before);
	});

	it('a write that was under way when the execution was stopped may have been saved, one that waited was not', async () => {
		const abort = new AbortController();
		const stop = async (): Promise<never> =>
			await new Promise((_resolve, reject) => {
				abort.signal.addEventListener('abort', () => reject(Object.assign(new Error('canceled'), { code: 'ERR_CANCELED' })));
			});
		const { client } = await openClient(stop, { requestsPerSecond: 1 }, undefined, abort);
		const replies = Promise.all([client.send(CREATE), client.send(CREATE)]);
		await jest.advanceTimersByTimeAsync(100);
		abort.abort();
		expect(await replies).toMatchObject([
			{ failure: { kind: 'cancelled', outcomeUnknown: true } },
			{ failure: { kind: 'cancelled', outcomeUnknown: false } },
		]);
	});

	it('lets a write that is under way end, and starts no more', async () => {
		const { client, abort, context, sent } = await openClient(() => found, { requestsPerSecond: 1 });
		const { httpRequestWithAuthentication } = context.helpers;
		context.helpers.httpRequestWithAuthentication = async function (this: IExecuteFunctions, ...given) {
			await new Promise((resolve, reject) => {
				setTimeout(resolve, 500);
				// As axios does with the signal that n8n gives it.
				this.getExecutionCancelSignal()?.addEventListener('abort', () => reject(Object.assign(new Error('canceled'), { code: 'ERR_CANCELED' })));
			});
			return (await httpRequestWithAuthentication.apply(this, given)) as never;
		};
		const replies = Promise.all([client.send(CREATE), client.send(CREATE), client.send(LIST)]);
		await jest.advanceTimersByTimeAsync(100);
		abort.abort();
		await jest.advanceTimersByTimeAsync(1_000);
		expect((await replies).map(kindOf)).toEqual(['ok', 'cancelled', 'cancelled']);
		expect(sent()).toBe(1);
	});

	it('a pause before a repetition ends at once when the execution is stopped', async () => {
		const { client, abort, sent } = await openClient(failing(answered(503)));
		const reply = client.send(LIST);
		await jest.advanceTimersByTimeAsync(100);
		abort.abort();
		await jest.advanceTimersByTimeAsync(0);
		expect(kindOf(await reply)).toBe('cancelled');
		expect(sent()).toBe(1);
	});

	it('Z15: a request that is no longer wanted gives up its turn, and the execution goes on', async () => {
		const { client, sent } = await openClient(() => found, { requestsPerSecond: 1 });
		const withdrawal = new AbortController();
		const replies = Promise.all([client.send(LIST), client.send({ ...LIST, signal: withdrawal.signal })]);
		await jest.advanceTimersByTimeAsync(100);
		withdrawal.abort();
		expect((await replies).map(kindOf)).toEqual(['ok', 'cancelled']);
		expect(sent()).toBe(1);
		expect(kindOf(await send(client, LIST))).toBe('ok');
	});
});
