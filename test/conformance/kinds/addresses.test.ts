import { request as rawRequest } from 'node:http';
import { useBench } from '../../../emulator/testing/client';

/** The names and addresses that clients which work in production call. facts: extended 12 */

const bench = useBench({ language: 'en', seed: 'demo' });

interface Sent {
	method?: string;
	host?: string;
	body?: unknown;
	headers?: Record<string, string>;
}

/** One exchange without following redirects, with the path as it stands and under any name. */
async function raw(path: string, { method = 'GET', host, body, headers = {} }: Sent = {}): Promise<{ status: number; location: string; json: Record<string, unknown> }> {
	const { port, host: own } = new URL(bench.emulator.url);
	const { accessToken } = bench.emulator.issueToken();
	return await new Promise((resolve, reject) => {
		const sent = { authorization: `Bearer ${accessToken}`, 'content-type': 'application/json', ...headers, host: host ?? own };
		const request = rawRequest({ host: '127.0.0.1', port, path, method, headers: sent }, (response) => {
			let text = '';
			response.on('data', (chunk: Buffer) => (text += chunk.toString()));
			const json = () => (String(response.headers['content-type']).includes('json') ? JSON.parse(text) : {});
			response.on('end', () => resolve({ status: response.statusCode ?? 0, location: response.headers.location ?? '', json: json() }));
		});
		request.on('error', reject).end(body === undefined ? undefined : JSON.stringify(body));
	});
}

it.each(['/oauth', '/oauth/', '//oauth', '//oauth//'])('extended 12 the consent page is at %s', async (path) => {
	expect((await raw(`${path}?client_id=${bench.emulator.integration.clientId}&state=a//b`)).status).toBe(200);
});

it.each(['//api/v4/account', '/api//v4/account', '//api//v4//account', '//api/v4/leads?with=contacts//', '//api/v4/leads/custom_fields', '//v3/user', '//api/v2/products_settings'])('extended 12 doubled slashes mean one: %s', async (path) => {
	expect(await raw(path)).toEqual(await raw(path.replace(/^[^?]*/, (own) => own.replace(/\/+/g, '/'))));
	expect((await raw(path)).status).toBe(200);
});

it.each(['/api/v4/account/', '/api/v4/leads/?with=contacts/', '/api/v4/leads/pipelines/', '/api/v4/users/', '/api/v4/events//', '/v3/user/'])('extended 12 a slash at the end means nothing: %s', async (path) => {
	expect(await raw(path)).toEqual(await raw(path.replace(/\/+(?=\?|$)/, '')));
	expect((await raw(path)).status).toBe(200);
});

it('extended 12 the token endpoint works with a slash at its end', async () => {
	expect(await raw('/oauth2/access_token/', { method: 'POST', body: {} })).toMatchObject({ status: 400, json: { hint: expect.stringContaining('client_id') } });
});

it('core 3.4 of a key that comes twice the last one counts, but for empty brackets', async () => {
	const ids = [...bench.emulator.account.leads.keys()].slice(0, 3);
	const found = async (name: string) => {
		const { json } = await raw(`/api/v4/leads?order[id]=asc&${ids.map((id) => `filter[id]${name}=${id}`).join('&')}`);
		return (json as { _embedded: { leads: { id: number }[] } })._embedded.leads.map(({ id }) => id);
	};
	expect(await found('[]')).toEqual(ids);
	expect(await found('[0]')).toEqual(ids.slice(-1));
	expect(await found('')).toEqual(ids.slice(-1));
	expect(rowsOn(await raw('/api/v4/leads?limit=1&limit=2'))).toBe(2);
});

const rowsOn = ({ json }: { json: Record<string, unknown> }) => (json as { _embedded: { leads: object[] } })._embedded.leads.length;

it('extended 12 doubled slashes stay in a query', async () => {
	const name = 'https://a.example//b';
	await raw('//api/v4/leads', { method: 'POST', body: [{ name }] });
	expect((await raw(`//api/v4/leads?filter[name]=${encodeURIComponent(name)}`)).json).toMatchObject({ _embedded: { leads: [{ name }] } });
	expect((await raw(`//api/v4/leads?filter[name]=${name}`)).json).toMatchObject({ _embedded: { leads: [{ name }] } });
});

it('extended 12 the token endpoint works behind doubled slashes', async () => {
	const { clientId: client_id, clientSecret: client_secret, redirectUri: redirect_uri } = bench.emulator.integration;
	const code = new URL((await raw(`//oauth/allow?client_id=${client_id}`)).location).searchParams.get('code');
	const body = { client_id, client_secret, redirect_uri, grant_type: 'authorization_code', code };
	expect(await raw('//oauth2//access_token', { method: 'POST', body })).toMatchObject({ status: 200, json: { token_type: 'Bearer' } });
});

it('extended 12 GET /v3/user is the user of the token, for users who are no administrators too', async () => {
	const { json } = await raw('/api/v4/account');
	expect(await raw('/v3/user')).toMatchObject({ status: 200, json: { id: json.current_user_id, name: expect.any(String), email: expect.any(String) } });
	const other = [...bench.emulator.account.users.values()].find(({ rights }) => !rights.is_admin && !rights.is_free);
	expect(await raw('/v3/user', { headers: { 'x-context-user-id': String(other?.id) } })).toMatchObject({ status: 200, json: { id: other?.id } });
	expect((await raw('/v3/user', { headers: { authorization: 'Bearer nonsense' } })).status).toBe(401);
	expect((await raw('/v3/user', { method: 'POST' })).status).toBe(405);
});

it.each(['amocrm.ru', 'amocrm.com', 'kommo.com', 'localhost:8080'])('extended 12 a redirect and a look-up from www.%s name the account', async (zone) => {
	const { clientId } = bench.emulator.integration;
	const { refreshToken, accessToken } = bench.emulator.issueToken();
	const host = `www.${zone}`;
	const { location } = await raw(`/oauth/allow?client_id=${clientId}`, { host });
	expect(new URL(location).searchParams.get('referer')).toBe(`demo.${zone}`);
	const domain = `demo.${zone}`;
	expect((await raw('/oauth2/account/current/subdomain', { host, headers: { 'x-refresh-token': refreshToken } })).json).toMatchObject({ subdomain: 'demo', domain });
	expect((await raw('/oauth2/account/subdomain', { host, headers: { authorization: `Bearer ${accessToken}` } })).json).toMatchObject({ subdomain: 'demo', domain });
});

it.each(['drive.amocrm.ru', 'drive.kommo.com', 'drive-b.amocrm.ru', 'drive.localhost'])('extended 12 the files are at %s too', async (host) => {
	const session = await raw('/v1.0/sessions', { method: 'POST', host, body: { file_name: 'a.txt', file_size: 2, content_type: 'text/plain' } });
	expect(session).toMatchObject({ status: 200, json: { session_id: expect.any(Number) } });
	const { pathname } = new URL(String(session.json.upload_url));
	const file = await raw(pathname, { method: 'POST', host, body: 12 });
	expect(file.json).toMatchObject({ uuid: expect.any(String), size: 2 });
	expect(await raw(`/v1.0/files/${String(file.json.uuid)}`, { host })).toMatchObject({ status: 200, json: { uuid: file.json.uuid } });
	expect((await raw('/v1.0/files')).status).toBe(404);
});
