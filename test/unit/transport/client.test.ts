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
	return { client: result.client, starts, abort, sent: () => sent };
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
