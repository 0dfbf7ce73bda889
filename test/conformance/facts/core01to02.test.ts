import { createHmac } from 'node:crypto';
import { request as rawRequest } from 'node:http';
import { createServer } from 'node:http';
import { runInNewContext } from 'node:vm';
import type { AddressInfo } from 'node:net';
import { DEFAULT_API_KEY } from '../../../emulator/options';
import { useBench, type Answer } from '../../../emulator/testing/client';
import { openReceiver, type Receiver } from '../../../emulator/testing/receiver';

/** Hosts and OAuth. */

const bench = useBench({ language: 'ru' });
const { call, api } = bench;

const credentials = () => {
	const { clientId: client_id, clientSecret: client_secret, redirectUri: redirect_uri } = bench.emulator.integration;
	return { client_id, client_secret, redirect_uri };
};
const exchange = (body: object): Promise<Answer> => call('POST', '/oauth2/access_token', { ...credentials(), ...body });

/** One request without following redirects, under another host name where one is given; a body makes it a POST. */
async function get(path: string, host?: string, headers: object = {}, body?: object): Promise<{ status: number; location: string; text: string }> {
	const url = new URL(bench.emulator.url);
	const method = body ? 'POST' : 'GET';
	return await new Promise((resolve, reject) => {
		const request = rawRequest({ host: '127.0.0.1', port: url.port, path, method, headers: { ...headers, host: host ?? url.host } }, (response) => {
			let text = '';
			response.on('data', (chunk: Buffer) => (text += chunk.toString()));
			response.on('end', () => resolve({ status: response.statusCode ?? 0, location: response.headers.location ?? '', text }));
		});
		request.on('error', reject);
		request.end(body && JSON.stringify(body));
	});
}

const consent = async (decision: 'allow' | 'deny', extra = '', host?: string) =>
	await get(`/oauth/${decision}?client_id=${credentials().client_id}${extra}`, host);
const newCode = async () => new URL((await consent('allow')).location).searchParams.get('code') ?? '';

it('core 1 the files have a host of their own, read from the account', async () => {
	const { drive_url } = (await api('GET', '/account?with=drive_url')).body;
	expect(new URL(String(drive_url)).host).not.toBe(new URL(bench.emulator.url).host);
});

it('core 1 links in answers are absolute URLs on the host that was called', async () => {
	expect((await api('GET', '/leads/pipelines')).body._links).toEqual({ self: { href: `${bench.emulator.url}/api/v4/leads/pipelines` } });
});

it('core 1 platform is 1 on amocrm.ru, 2 on amocrm.com and kommo.com', async () => {
	for (const [host, platform] of [['demo.amocrm.ru', '1'], ['demo.amocrm.com', '2'], ['demo.kommo.com', '2']] as const) {
		const target = new URL((await consent('allow', '', host)).location);
		expect(Object.fromEntries(target.searchParams)).toMatchObject({ platform, referer: host });
	}
});

it('core 2.1 several codes and several pairs of one integration live side by side', async () => {
	const [one, two] = [await newCode(), await newCode()];
	for (const code of [two, one]) expect((await exchange({ grant_type: 'authorization_code', code })).status).toBe(200);
});

it('core 2.1 a token without the crm scope gets 403 Invalid scope', async () => {
	const { accessToken } = bench.emulator.issueToken({ scopes: ['files'] });
	expect(await api('GET', '/leads', undefined, { authorization: `Bearer ${accessToken}` })).toMatchObject({ status: 403, body: { title: 'Forbidden', detail: 'Invalid scope' } });
});

it('core 2.2 the consent page names integration and account, and can be allowed or refused', async () => {
	const { status, text } = await get(`/oauth?client_id=${credentials().client_id}&state=s`);
	expect(status).toBe(200);
	expect(text).toContain('>n8n</h1>');
	expect(text).toContain(bench.emulator.account.info.name.slice(0, 10));
	expect(text).toMatch(/id="allow"[^]*id="deny"/);
	expect((await get('/oauth?client_id=unknown')).status).toBe(400);
});

it('core 2.2 mode post_message redirects in the window itself, popup sends the opener', async () => {
	const { redirect_uri } = credentials();
	expect(await consent('allow', '&mode=post_message')).toMatchObject({ status: 302, location: expect.stringContaining(redirect_uri) });
	const popup = await consent('allow', '&mode=popup&state=%3C/script%3E');
	expect(popup).toMatchObject({ status: 200, location: '' });
	expect(popup.text).toContain('window.opener.location=');
	expect(popup.text.match(/<\/script>/g)).toHaveLength(1);
});

it('core 2.3 the way back carries code, referer, state, platform and (by a switch) client_id', async () => {
	const back = async () => Object.fromEntries(new URL((await consent('allow', '&state=abc')).location).searchParams);
	const { client_id } = credentials();
	const { code, ...rest } = await back();
	expect(code).toMatch(/^def502/);
	expect(rest).toEqual({ referer: new URL(bench.emulator.url).host, state: 'abc', platform: '1', client_id });
	bench.emulator.switches.redirectCarriesClientId = false;
	expect(Object.keys(await back()).sort()).toEqual(['code', 'platform', 'referer', 'state']);
});

it('core 2.3 a refusal comes back as error=access_denied with the state', async () => {
	expect(Object.fromEntries(new URL((await consent('deny', '&state=abc')).location).searchParams)).toEqual({ error: 'access_denied', state: 'abc' });
});

it('core 2.4 a code becomes a pair of tokens that is valid for a day', async () => {
	const answer = await exchange({ grant_type: 'authorization_code', code: await newCode() });
	expect(answer).toMatchObject({ status: 200, type: expect.stringContaining('application/json') });
	expect(answer.body).toEqual({ token_type: 'Bearer', expires_in: 86_400, server_time: expect.any(Number), access_token: expect.stringMatching(/^eyJ/), refresh_token: expect.stringMatching(/^def502/) });
	expect((await api('GET', '/account', undefined, { authorization: `Bearer ${String(answer.body.access_token)}` })).status).toBe(200);
});

it('core 2.4 JSON and form bodies are both accepted', async () => {
	for (const encode of [JSON.stringify, (body: Record<string, string>) => new URLSearchParams(body).toString()]) {
		const body = { ...credentials(), grant_type: 'refresh_token', refresh_token: bench.emulator.issueToken().refreshToken };
		const type = encode === JSON.stringify ? 'application/json' : 'application/x-www-form-urlencoded';
		expect((await call('POST', '/oauth2/access_token', encode(body), { 'content-type': type })).status).toBe(200);
	}
});

it('core 2.4 client id and secret as HTTP Basic count only with the switch', async () => {
	const { client_id, client_secret, redirect_uri } = credentials();
	const basic = `Basic ${Buffer.from(`${client_id}:${client_secret}`).toString('base64')}`;
	const refresh = () => call('POST', '/oauth2/access_token', { redirect_uri, grant_type: 'refresh_token', refresh_token: bench.emulator.issueToken().refreshToken }, { authorization: basic });
	expect((await refresh()).status).toBe(400);
	bench.emulator.switches.allowBasicClientAuth = true;
	expect((await refresh()).status).toBe(200);
});

it('core 2.4 the code grant demands the registered redirect_uri byte by byte', async () => {
	const code = await newCode();
	const bad = await exchange({ grant_type: 'authorization_code', code, redirect_uri: `${credentials().redirect_uri}/` });
	expect(bad).toMatchObject({ status: 400, body: { hint: 'Redirect URI is not associated with client' } });
	expect((await exchange({ grant_type: 'authorization_code', code })).status).toBe(200);
});

it('core 2.4 whether the refresh grant demands redirect_uri too is a switch', async () => {
	const refresh = () => exchange({ grant_type: 'refresh_token', refresh_token: bench.emulator.issueToken().refreshToken, redirect_uri: undefined });
	expect((await refresh()).status).toBe(400);
	bench.emulator.switches.strictRefreshRedirectUri = false;
	expect((await refresh()).status).toBe(200);
});

describe('core 2.5 lifetimes', () => {
	const DAY = 86_400_000;
	const refresh = (refresh_token: string) => exchange({ grant_type: 'refresh_token', refresh_token });
	const read = async (accessToken: string) => (await api('GET', '/account', undefined, { authorization: `Bearer ${accessToken}` })).status;

	it('core 2.5 an access token dies after 24 hours, its refresh token after three months', async () => {
		const { accessToken, refreshToken } = bench.emulator.issueToken();
		const second = bench.emulator.issueToken();
		await bench.emulator.clock.advance(DAY - 60_000);
		expect(await read(accessToken)).toBe(200);
		await bench.emulator.clock.advance(60_000);
		expect(await read(accessToken)).toBe(401);
		await bench.emulator.clock.advance(80 * DAY);
		expect((await refresh(refreshToken)).status).toBe(200);
		await bench.emulator.clock.advance(10 * DAY);
		expect(await refresh(second.refreshToken)).toMatchObject({ status: 401, body: { hint: 'Token has expired' } });
	});

	it('core 2.5 a refresh token works once; of two concurrent refreshes one wins', async () => {
		const { refreshToken } = bench.emulator.issueToken();
		const statuses = (await Promise.all([refresh(refreshToken), refresh(refreshToken)])).map(({ status }) => status);
		expect(statuses.sort()).toEqual([200, 401]);
	});

	it('core 2.5 a long-lived token lives for years and has no refresh token', async () => {
		const { accessToken, refreshToken } = bench.emulator.issueToken({ longLived: true });
		expect(refreshToken).toBe('');
		await bench.emulator.clock.advance(4 * 365 * DAY);
		expect(await read(accessToken)).toBe(200);
		await bench.emulator.clock.advance(366 * DAY);
		expect(await read(accessToken)).toBe(401);
	});
});

it('core 2.6 the access token is a JWT of user, client, account, scopes and api_domain', () => {
	const [, claims = ''] = bench.emulator.issueToken().accessToken.split('.');
	const { id } = bench.emulator.account.info;
	const user = [...bench.emulator.account.users.keys()][0];
	expect(JSON.parse(Buffer.from(claims, 'base64url').toString())).toMatchObject({
		aud: credentials().client_id, sub: String(user), account_id: id, scopes: expect.arrayContaining(['crm']), api_domain: expect.any(String), exp: expect.any(Number),
	});
});

describe('core 2.7 errors of the token endpoint', () => {
	const problem = (hint: string | undefined, status: number) => ({
		status,
		type: expect.stringContaining('application/json'),
		body: { type: 'https://developers.amocrm.ru/v3/errors/OAuthProblemJson', status, title: expect.any(String), detail: expect.any(String), ...(hint ? { hint } : {}) },
	});
	const code = (value: string, extra: object = {}) => exchange({ grant_type: 'authorization_code', code: value, ...extra });

	it('core 2.7 codes: expired, used, garbage', async () => {
		const [used, old] = [await newCode(), await newCode()];
		await code(used);
		expect(await code(used)).toMatchObject(problem('Authorization code has been revoked', 400));
		expect(await code('garbage')).toMatchObject(problem('Cannot decrypt the authorization code', 400));
		await bench.emulator.clock.advance(20 * 60_000);
		expect(await code(old)).toMatchObject(problem('Authorization code has expired', 400));
	});

	it('core 2.7 a code sent to the host of another account', async () => {
		const body = { ...credentials(), grant_type: 'authorization_code', code: await newCode() };
		const send = (host: string) => get('/oauth2/access_token', host, { 'content-type': 'application/json' }, body);
		const refused = await send('elsewhere.amocrm.ru');
		expect({ status: refused.status, body: JSON.parse(refused.text) }).toMatchObject({ status: 400, body: problem('Invalid account', 400).body });
		expect((await send('demo.amocrm.ru')).status).toBe(200);
	});

	it('core 2.7 missing parameters are named', async () => {
		expect(await code('x', { client_id: 'unknown' })).toMatchObject(problem('Check the `client_id` parameter', 400));
		expect(await code('x', { client_secret: undefined })).toMatchObject(problem('Check the `client_secret` parameter', 400));
	});

	it('core 2.7 a wrong secret is 401 without a hint, or 400 with one by the switch', async () => {
		const wrong = await code('x', { client_secret: 'wrong' });
		expect(wrong).toMatchObject({ ...problem(undefined, 401), body: { title: 'Некорректный клиент', detail: 'Авторизация клиента не прошла' } });
		expect(wrong.body).not.toHaveProperty('hint');
		bench.emulator.switches.badClientSecretStatus = 400;
		expect(await code('x', { client_secret: 'wrong' })).toMatchObject(problem('Check the `client_secret` parameter', 400));
	});

	it('core 2.7 a refresh token used twice is 401, garbage 401 or 400 by the switch', async () => {
		const { refreshToken } = bench.emulator.issueToken();
		const refresh = (refresh_token: string) => exchange({ grant_type: 'refresh_token', refresh_token });
		await refresh(refreshToken);
		expect(await refresh(refreshToken)).toMatchObject(problem('Token has been revoked', 401));
		expect(await refresh('garbage')).toMatchObject(problem('Cannot decrypt the refresh token', 401));
		bench.emulator.switches.garbageRefreshTokenStatus = 400;
		expect(await refresh('garbage')).toMatchObject(problem('Cannot decrypt the refresh token', 400));
	});
});

it('core 2.8 the subdomain is looked up by a refresh token, or by an access token as before', async () => {
	const { accessToken, refreshToken } = bench.emulator.issueToken();
	const expected = { id: bench.emulator.account.info.id, subdomain: 'demo', domain: expect.any(String), top_level_domain: expect.any(String) };
	expect(await call('GET', '/oauth2/account/current/subdomain', undefined, { 'x-refresh-token': refreshToken })).toMatchObject({ status: 200, body: expected });
	expect(await call('GET', '/oauth2/account/subdomain', undefined, { authorization: `Bearer ${accessToken}` })).toMatchObject({ status: 200, body: expected });
	expect((await call('GET', '/oauth2/account/current/subdomain', undefined, { 'x-refresh-token': 'x' })).status).toBe(401);
	expect((await call('GET', '/oauth2/account/subdomain', undefined, { authorization: '' })).status).toBe(401);
});

it('core 2.10 switching the integration off revokes its tokens and calls its hook with a signature', async () => {
	const calls: URL[] = [];
	const server = createServer((request, response) => {
		calls.push(new URL(request.url ?? '', 'http://x'));
		response.end();
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	const deauthorizeUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/off?mine=1`;
	await call('POST', '/__emulator/integration', { deauthorizeUrl, enabled: false });
	await new Promise((resolve) => server.close(resolve));
	const { client_id, client_secret } = credentials();
	const account_id = String(bench.emulator.account.info.id);
	const signature = createHmac('sha256', client_secret).update(`${client_id}|${account_id}`).digest('hex');
	expect(calls.map(({ searchParams }) => Object.fromEntries(searchParams))).toEqual([{ mine: '1', account_id, client_uuid: client_id, signature }]);
	expect((await api('GET', '/account')).status).toBe(401);
});

it('core 2.9 an old API key gives a code to redirect_uri, once in five minutes', async () => {
	const { integration } = bench.emulator;
	const calls: URL[] = [];
	const server = createServer((request, response) => {
		calls.push(new URL(request.url ?? '', 'http://localhost'));
		response.end();
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	integration.redirectUri = `http://127.0.0.1:${(server.address() as AddressInfo).port}/back`;
	const [user] = bench.emulator.account.users.values();
	const body = { login: user?.email, api_key: DEFAULT_API_KEY, client_uuid: integration.clientId, client_secret: integration.clientSecret, state: 's' };
	const status = async (changes: object = {}) => (await call('POST', '/oauth2/exchange_api_key', { ...body, ...changes })).status;
	expect([await status({ client_secret: 'x' }), await status({ api_key: 'x' }), await status(), await status()]).toEqual([400, 403, 202, 429]);
	const { code, ...rest } = Object.fromEntries(calls[0]?.searchParams ?? []);
	expect([calls.length, rest]).toEqual([1, { from_exchange: '1', referer: expect.any(String), state: 's' }]);
	expect((await exchange({ grant_type: 'authorization_code', code })).body).toMatchObject({ access_token: expect.any(String) });
	await bench.emulator.clock.advance(5 * 60_000);
	expect(await status()).toBe(202);
	await new Promise((resolve) => server.close(resolve));
});

it('core 2.11 X-Context-User-ID acts as that user, for tokens of administrators only', async () => {
	const [, second] = [...bench.emulator.account.users.keys()];
	const as = (id: unknown) => api('GET', '/account', undefined, { 'x-context-user-id': String(id) });
	expect((await as(second)).body).toMatchObject({ current_user_id: second });
	expect((await as(5)).status).toBe(401);
	const user = bench.emulator.account.users.get(second ?? 0);
	if (user) user.rights.is_free = true;
	expect((await as(second)).status).toBe(401);
});

it('core 2.11 the token of one account opens no other account', async () => {
	const authorization = `Bearer ${bench.emulator.issueToken().accessToken}`;
	const status = async (host: string) => (await get('/api/v4/account', host, { authorization })).status;
	expect([await status('demo.amocrm.ru'), await status('elsewhere.amocrm.ru')]).toEqual([200, 401]);
});

it('core 2.11 every answer has an X-Request-Id of its own', async () => {
	const id = async () => (await fetch(`${bench.emulator.url}/api/v4/account`)).headers.get('x-request-id');
	const [one, two] = [await id(), await id()];
	expect(one).toMatch(/^[0-9a-f-]{36}$/);
	expect(one).not.toBe(two);
});

describe('core 2.9 external integrations', () => {
	let site: Receiver;
	let asked: string;
	beforeEach(async () => {
		site = await openReceiver();
		asked = new URLSearchParams({ name: 'Shop', redirect_uri: 'https://shop.example/back', secrets_uri: site.url, scopes: 'crm,notifications', state: 's1' }).toString();
	});
	afterEach(() => site.close());
	const keys = () => site.hooks.map(({ raw }) => JSON.parse(raw) as Record<string, string>);
	const visit = (path: string) => fetch(`${bench.emulator.url}${path}`, { redirect: 'manual' });

	it('core 2.9 the keys of a new integration go to secrets_uri before the code goes to redirect_uri', async () => {
		const page = await (await visit(`/oauth?${asked}`)).text();
		for (const text of ['Shop', 'Отправлять уведомления', 'name="secrets_uri"', 'value="crm,notifications"']) expect(page).toContain(text);
		const back = new URL(String((await visit(`/oauth/allow?${asked}`)).headers.get('location')));
		const [made] = keys();
		expect(keys()).toEqual([{ client_id: expect.any(String), client_secret: expect.any(String), state: 's1' }]);
		expect(`${back.origin}${back.pathname}`).toBe('https://shop.example/back');
		expect(Object.fromEntries(back.searchParams)).toMatchObject({ state: 's1', client_id: made?.client_id, code: expect.any(String) });
		const code = back.searchParams.get('code');
		const pair = await call('POST', '/oauth2/access_token', { ...made, state: undefined, redirect_uri: 'https://shop.example/back', grant_type: 'authorization_code', code });
		const authorization = `Bearer ${String(pair.body.access_token)}`;
		expect((await api('GET', '/account', undefined, { authorization })).status).toBe(200);
	});

	it('core 2.9 another answer than 200 ends it with its number, and no integration is made', async () => {
		site.answer = 204;
		const answer = await visit(`/oauth/allow?${asked}`);
		expect([answer.status, await answer.text()]).toEqual([400, expect.stringContaining('(Code 204)')]);
		const body = { ...keys()[0], state: undefined, redirect_uri: 'https://shop.example/back', grant_type: 'authorization_code', code: 'x' };
		expect((await call('POST', '/oauth2/access_token', body)).body.hint).toBe('Check the `client_id` parameter');
	});

	it('core 2.9 a refusal goes back as it does elsewhere, and keys go to this machine alone', async () => {
		const back = new URL(String((await visit(`/oauth/deny?${asked}`)).headers.get('location')));
		expect([back.origin, Object.fromEntries(back.searchParams), keys()]).toEqual(['https://shop.example', { error: 'access_denied', state: 's1' }, []]);
		const elsewhere = asked.replace(/secrets_uri=[^&]+/, 'secrets_uri=https%3A%2F%2Fshop.example%2Fkeys');
		for (const path of ['/oauth', '/oauth/allow']) expect((await visit(`${path}?${elsewhere}`)).status).toBe(400);
	});

	it('core 2.9 the button of a site opens the consent page with what its tag says', async () => {
		const opened: string[] = [];
		let press = () => undefined as void;
		const button = { addEventListener: (_event: string, listener: () => void) => (press = listener) };
		const dataset = { name: 'Shop', redirect_uri: 'https://shop.example/back', secrets_uri: 'http://127.0.0.1/keys', scopes: 'crm', state: 's1', mode: 'popup' };
		const tag = { dataset, src: `${bench.emulator.url}/auth/button.min.js`, after: () => undefined };
		const document = { currentScript: tag, createElement: () => button };
		runInNewContext(await (await visit('/auth/button.min.js')).text(), { document, URL, URLSearchParams, window: { open: (url: URL) => opened.push(url.href) } });
		press();
		expect(opened).toEqual([`${bench.emulator.url}/oauth?${new URLSearchParams(dataset).toString()}`]);
	});
});
