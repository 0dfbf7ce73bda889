import type { IAdditionalCredentialOptions, ICredentialDataDecryptedObject, IDataObject, IExecuteFunctions, IHttpRequestOptions } from 'n8n-workflow';

import { createClient } from '../../../nodes/AmoCrm/transport/client';
import type { Reply } from '../../../nodes/AmoCrm/transport/types';

const DAY = 86_400;
const LIST = { method: 'GET' as const, path: '/leads' };

const jwt = (claims: object) => `e30.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.signature`;

type Send = (caller: IExecuteFunctions, options: IHttpRequestOptions, given?: IAdditionalCredentialOptions) => Promise<unknown>;

/** As n8n is called: it asks its caller for the credential. */
const sending = (send: Send) =>
	async function (this: IExecuteFunctions, _type: string, options: IHttpRequestOptions, given?: IAdditionalCredentialOptions) {
		return await send(this, options, given);
	};

let accounts = 0;

/** An account with one credential, as several n8n processes see it: its tokens, and what was asked of it. */
class Account {
	readonly domain = `account${++accounts}.amocrm.ru`;

	valid = jwt({ n: 0, api_domain: 'api-a.amocrm.ru' });

	oauthTokenData: IDataObject = { access_token: this.valid, refresh_token: 'refresh-0', ...this.age() };

	refreshes = 0;

	requests = 0;

	/** How often the credential was read. */
	reads = 0;

	underWay = 0;

	/** How many requests were under way when each started, with itself. */
	underWayAtStart: number[] = [];

	get mostUnderWay(): number {
		return Math.max(...this.underWayAtStart);
	}

	/** When requests reached the API, ms, and with which token. */
	starts: number[] = [];

	sent: string[] = [];

	urls: string[] = [];

	refreshing: () => void = () => undefined;

	answerMs = 100;

	/** `server_time` and `expires_in` as of now, or of so many seconds ago. */
	age(secondsAgo = 0): IDataObject {
		return { server_time: Math.floor(Date.now() / 1000) - secondsAgo, expires_in: DAY };
	}

	/** What a renewal by somebody else leaves in the credential. */
	replace(): void {
		this.valid = jwt({ n: ++this.refreshes, api_domain: 'api-a.amocrm.ru' });
		this.oauthTokenData = { access_token: this.valid, refresh_token: `refresh-${this.refreshes}`, ...this.age() };
	}

	expire(): void {
		this.valid = 'another';
	}

	/** What the credential of this type holds. */
	private credentials(type: string): ICredentialDataDecryptedObject {
		const { access_token: accessToken, refresh_token: refreshToken, server_time, expires_in } = this.oauthTokenData;
		const expiresAt = server_time === undefined ? '' : String((Number(server_time) + Number(expires_in)) * 1000);
		const own: IDataObject = type === 'oAuth2' ? { oauthTokenData: this.oauthTokenData } : { accessToken, refreshToken, expiresAt };
		return structuredClone({ domain: this.domain, clientId: 'integration', ...own } as ICredentialDataDecryptedObject);
	}

	async client(type = 'oAuth2', requestsPerSecond = 1000) {
		const wait = async (ms: number) => await new Promise((resolve) => setTimeout(resolve, ms));
		const context = {
			getInputData: () => [],
			getNodeParameter: (name: string, _item: number, fallback: unknown) => (name === 'authentication' ? type : fallback),
			getNode: () => ({ credentials: {} }),
			getCredentials: async () => {
				this.reads += 1;
				return this.credentials(type);
			},
			helpers: {
				httpRequestWithAuthentication: sending(async (caller, { url }, given) => {
					if (given?.credentialsDecrypted?.data?.accessToken === '') {
						await wait(200);
						this.refreshing();
						this.replace();
					}
					const { accessToken, oauthTokenData } = given ? this.credentials(type) : await caller.getCredentials(type);
					const access_token = accessToken ?? (oauthTokenData as IDataObject).access_token;
					this.starts.push(performance.now());
					this.sent.push(String(access_token));
					if (url.endsWith('/account')) return { statusCode: 200, body: {} };
					this.requests += 1;
					this.underWayAtStart.push(++this.underWay);
					await wait(this.answerMs);
					this.underWay -= 1;
					if (access_token !== this.valid) return { statusCode: 401, body: { title: 'Unauthorized', status: 401 } };
					return { statusCode: 200, body: { _embedded: { leads: [] } } };
				}),
				refreshOAuth2Token: async () => {
					await wait(200);
					this.refreshing();
					this.replace();
				},
				httpRequest: async ({ url, headers }: IHttpRequestOptions) => {
					this.urls.push(`${url} ${String(headers?.['X-Refresh-Token'])}`);
					return { id: 1, domain: 'moved.amocrm.ru' };
				},
			},
		} as unknown as IExecuteFunctions;
		const result = await createClient(context, { requestsPerSecond, maxRetries: 3 });
		if (!result.ok) throw new Error(result.failure.message);
		return result.client;
	}

	/** So many requests at once, each from an execution of its own. */
	async rush(count = 20, type = 'oAuth2', requestsPerSecond = 1000): Promise<Reply[]> {
		const clients = await Promise.all(Array.from({ length: count }, async () => await this.client(type, requestsPerSecond)));
		return await settle(Promise.all(clients.map(async (client) => await client.send(LIST))));
	}
}

async function settle<T>(work: Promise<T>): Promise<T> {
	let done = false;
	const watched = work.finally(() => (done = true));
	for (let step = 0; !done && step < 10_000; step++) await jest.advanceTimersByTimeAsync(50);
	return await watched;
}

const outcomes = (replies: Reply[]) => [...new Set(replies.map((reply) => (reply.ok ? 'ok' : reply.failure.kind)))];

const refusal = (status: number) => Object.assign(new Error(`HTTP status ${status}`), { status, code: 'ESTATUS' });

let account: Account;

beforeEach(() => {
	jest.useFakeTimers({ now: new Date('2026-11-25T10:00:00Z') });
	account = new Account();
});

afterEach(() => {
	jest.useRealTimers();
});

test('a young token lets everybody through at once', async () => {
	expect(outcomes(await account.rush())).toEqual(['ok']);
	expect(account.mostUnderWay).toBe(20);
	expect(account.refreshes).toBe(0);
});

test('a run reads the credential once, and again where another one has seen a newer one', async () => {
	const client = await account.client();
	await settle(Promise.all(Array.from({ length: 50 }, async () => await client.send(LIST))));
	expect([account.reads, account.requests]).toEqual([1, 50]);
	account.replace();
	await account.rush(1);
	await settle(client.send(LIST));
	expect([account.reads, account.requests, account.sent.at(-1)]).toEqual([3, 52, account.valid]);
});

test.each([
	['past its end', DAY + 60],
	['close to its end', DAY - 60],
])('a token that is %s is renewed once before anything is sent', async (_name, secondsAgo) => {
	Object.assign(account.oauthTokenData, account.age(secondsAgo));
	if (secondsAgo > DAY) account.expire();
	let sentBefore = -1;
	account.refreshing = () => (sentBefore = account.requests);
	expect(outcomes(await account.rush())).toEqual(['ok']);
	expect([sentBefore, account.refreshes, account.requests]).toEqual([0, 1, 20]);
});

test('a token that n8n 2.x dates is renewed by that date', async () => {
	account.oauthTokenData = { access_token: account.valid, expires_in: DAY, n8n_expires_at: String(Date.now() - 1) };
	account.expire();
	expect(outcomes(await account.rush())).toEqual(['ok']);
	expect([account.refreshes, account.requests]).toEqual([1, 20]);
});

test('a token of unknown age lets one request through, and the others when it was good', async () => {
	account.oauthTokenData = { access_token: account.valid, refresh_token: 'refresh-0' };
	expect(outcomes(await account.rush())).toEqual(['ok']);
	expect(account.underWayAtStart.slice(0, 3)).toEqual([1, 1, 2]);
	expect([account.mostUnderWay, account.refreshes]).toEqual([19, 0]);
});

test('a dead token of unknown age costs one request and one renewal', async () => {
	account.oauthTokenData = { access_token: account.valid, refresh_token: 'refresh-0' };
	account.expire();
	expect(outcomes(await account.rush())).toEqual(['ok']);
	expect([account.refreshes, account.requests]).toEqual([1, 21]);
});

test('a hanging first request keeps others waiting, but not for ever', async () => {
	account.oauthTokenData = { access_token: account.valid, refresh_token: 'refresh-0' };
	account.answerMs = 110_000;
	void (await account.client()).send(LIST);
	await jest.advanceTimersByTimeAsync(60);
	account.answerMs = 100;
	expect(outcomes(await account.rush())).toEqual(['ok']);
	expect(account.requests).toBe(21);
});

test('requests that are all refused at once share one renewal', async () => {
	account.expire();
	expect(outcomes(await account.rush())).toEqual(['ok']);
	expect(account.mostUnderWay).toBe(20);
	expect([account.refreshes, account.requests]).toEqual([1, 40]);
});

test('a token that another process has replaced is taken as it is', async () => {
	const client = await account.client();
	account.expire();
	const reply = client.send(LIST);
	await jest.advanceTimersByTimeAsync(60);
	account.replace();
	expect(outcomes([await settle(reply)])).toEqual(['ok']);
	expect(account.refreshes).toBe(1);
});

test('a renewal that another process was quicker with waits for what that saves', async () => {
	account.expire();
	let refused = 0;
	account.refreshing = () => {
		refused += 1;
		setTimeout(() => account.replace(), 1000);
		throw refusal(401);
	};
	expect(outcomes(await account.rush())).toEqual(['ok']);
	expect([refused, account.refreshes]).toEqual([1, 1]);
});

test.each([400, 401])('a connection that has ended (%i) is one sentence that says to connect again, and is not tried over and over', async (status) => {
	account.expire();
	account.oauthTokenData = { ...account.oauthTokenData, access_token: 'opaque' };
	let refused = 0;
	account.refreshing = () => {
		refused += 1;
		throw refusal(status);
	};
	const [reply] = await account.rush();
	expect(reply).toMatchObject({
		ok: false,
		failure: {
			kind: 'unauthorized',
			message: 'amoCRM no longer accepts this credential: the access was revoked or has expired',
			advice: expect.stringMatching(/^Open the credential and connect the account again\./),
		},
	});
	expect([refused, account.requests]).toEqual([1, 20]);
	await account.rush();
	expect([refused, account.requests]).toEqual([1, 20]);
});

test.each([401, 404])('an account that has moved (%i) is named by its new address', async (status) => {
	account.expire();
	account.refreshing = () => {
		throw refusal(status);
	};
	const [reply] = await account.rush(1);
	expect(reply).toMatchObject({
		failure: { message: `The amoCRM account has moved from ${account.domain} to moved.amocrm.ru`, advice: expect.stringMatching(/'Account Domain'/) },
	});
	expect(account.urls).toEqual(['https://api-a.amocrm.ru/oauth2/account/current/subdomain refresh-0']);
});

test.each(['evil.example', 'api-a.amocrm.ru.evil.example', 'localhost:80', 'api-a.amocrm.ru@evil.example'])(
	'the refresh token is never shown to %s',
	async (host) => {
		account.oauthTokenData.access_token = jwt({ api_domain: host });
		account.expire();
		account.refreshing = () => {
			throw refusal(404);
		};
		expect(outcomes(await account.rush(1))).toEqual(['unauthorized']);
		expect(account.urls).toEqual([]);
	},
);

test('a token endpoint that is down for a moment is asked again', async () => {
	account.expire();
	let asked = 0;
	account.refreshing = () => {
		if (++asked < 3) throw refusal(503);
	};
	expect(outcomes(await account.rush())).toEqual(['ok']);
	expect([asked, account.refreshes]).toEqual([3, 1]);
});

test('a token that is close to its end serves while the token endpoint is down', async () => {
	Object.assign(account.oauthTokenData, account.age(DAY - 60));
	account.refreshing = () => {
		throw refusal(503);
	};
	expect(outcomes(await account.rush())).toEqual(['ok']);
	expect(account.requests).toBe(20);
});

test('a clock that is a day off does not renew for every request', async () => {
	account.age = () => ({ server_time: Math.floor(Date.now() / 1000) - 2 * DAY, expires_in: DAY });
	Object.assign(account.oauthTokenData, account.age());
	for (let run = 0; run < 5; run++) expect(outcomes(await account.rush())).toEqual(['ok']);
	expect(account.refreshes).toBe(1);
});

describe.each(['oAuth2', 'authorizationCode'])('%s', (type) => {
	const busiestSecond = () => Math.max(...account.starts.map((from) => account.starts.filter((at) => at >= from && at < from + 1000).length));

	/** The same token may be sent again only as long as nobody knows that it is dead. */
	const deadSent = (dead: string) => account.sent.filter((token) => token === dead).length;

	it.each([
		['past its end', DAY + 60, 0],
		['dead before its time', 0, 7],
	])('20 executions on a token that is %s: one renewal, all inside the limit', async (_name, secondsAgo, sentDead) => {
		Object.assign(account.oauthTokenData, account.age(secondsAgo));
		const dead = String(account.oauthTokenData.access_token);
		account.expire();
		expect(outcomes(await account.rush(20, type, 7))).toEqual(['ok']);
		expect(account.refreshes).toBe(1);
		expect(busiestSecond()).toBeLessThanOrEqual(7);
		expect(deadSent(dead)).toBe(sentDead);
	});

	it('a dead token of unknown age is sent once', async () => {
		account.oauthTokenData = { access_token: account.valid, refresh_token: 'refresh-0' };
		const dead = account.valid;
		account.expire();
		expect(outcomes(await account.rush(20, type, 7))).toEqual(['ok']);
		expect([account.refreshes, deadSent(dead)]).toEqual([1, 1]);
		expect(busiestSecond()).toBeLessThanOrEqual(7);
	});

	it.each([
		['the same refused token', () => (account.replace = () => void account.refreshes++)],
		['new tokens that are refused all the same', () => jest.spyOn(account, 'replace').mockImplementation(() => {
			account.refreshes += 1;
			account.oauthTokenData = { access_token: `refused-${account.refreshes}`, refresh_token: 'x', ...account.age() };
		})],
	])('a renewal that brings %s is tried a few times, then one sentence', async (_name, arrange) => {
		arrange();
		account.expire();
		for (let run = 0; run < 5; run++) {
			const replies = await account.rush(20, type, 7);
			expect(replies[0]).toMatchObject({ failure: { kind: 'unauthorized', message: 'amoCRM renews the access of this credential and then refuses the new token' } });
			expect(outcomes(replies)).toEqual(['unauthorized']);
		}
		expect(account.refreshes).toBeLessThanOrEqual(6);
	});
});

test('a pasted code that has no token yet brings one for all', async () => {
	account.oauthTokenData = { access_token: '', refresh_token: '' };
	expect(outcomes(await account.rush(20, 'authorizationCode', 7))).toEqual(['ok']);
	expect([account.refreshes, account.requests]).toEqual([1, 20]);
});

test('a credential of a pasted code that has ended says to paste a new one', async () => {
	account.expire();
	account.refreshing = () => {
		throw Object.assign(new Error('The amoCRM credential cannot be used: the connection has ended. Copy a new code.'), { code: undefined });
	};
	const [reply] = await account.rush(20, 'authorizationCode', 7);
	expect(reply).toMatchObject({ failure: { kind: 'unauthorized', message: 'The amoCRM credential cannot be used: the connection has ended.', advice: 'Copy a new code.' } });
});

test('a pasted code whose renewal fails just now is renewed a little later', async () => {
	account.expire();
	let asked = 0;
	account.refreshing = () => {
		if (++asked < 3) throw new Error('The amoCRM credential cannot be used: amoCRM could not renew the access just now (HTTP 503). Try again later.');
	};
	expect(outcomes(await account.rush(20, 'authorizationCode', 7))).toEqual(['ok']);
	expect(asked).toBe(3);
});

test('a long-lived token that is refused: its advice is to make a new one, and it is not sent over and over', async () => {
	account.expire();
	const replies = await account.rush(20, 'longLivedToken', 7);
	expect(outcomes(replies)).toEqual(['unauthorized']);
	expect(replies[0]).toMatchObject({ failure: { message: expect.stringMatching(/long-lived token/), advice: expect.stringMatching(/Make a new one.*'Keys and scopes'.*'Access Token'/) } });
	expect(JSON.stringify(replies)).not.toMatch(/connect the account again/);
	expect(account.requests).toBeLessThanOrEqual(7);
});

test('a long-lived token is asked once and never renewed', async () => {
	account.expire();
	const client = await account.client('longLivedToken');
	expect(outcomes([await settle(client.send(LIST))])).toEqual(['unauthorized']);
	expect([account.refreshes, account.requests]).toEqual([0, 1]);
});

test('a long-lived token that amoCRM has taken before is tried once more after a refusal', async () => {
	const token = account.valid;
	const client = await account.client('longLivedToken');
	expect(outcomes([await settle(client.send(LIST))])).toEqual(['ok']);
	account.expire();
	const slip = client.send(LIST);
	await jest.advanceTimersByTimeAsync(120);
	account.valid = token;
	expect(outcomes([await settle(slip)])).toEqual(['ok']);
	account.expire();
	expect(outcomes([await settle(client.send(LIST))])).toEqual(['unauthorized']);
	expect(account.requests).toBe(5);
	// A refused credential that was corrected is used at once.
	account.replace();
	expect(outcomes(await account.rush(1, 'longLivedToken'))).toEqual(['ok']);
});

test('a long-lived token that ends in a crowd is not sent over and over', async () => {
	expect(outcomes(await account.rush(1, 'longLivedToken'))).toEqual(['ok']);
	account.expire();
	expect(outcomes(await account.rush(20, 'longLivedToken', 7))).toEqual(['unauthorized']);
	expect(account.requests).toBeLessThanOrEqual(9);
});
