import { createServer } from 'node:http';
import { globalAgent } from 'node:https';
import type { AddressInfo } from 'node:net';
import { callsOf, firstId, rowsOf, uncovered } from './calls';
import { consent, jsClient, tokenOf, type JsContext } from './jsContext';

/** amocrm-js: connecting, keeping the token fresh, and requests of one's own (links, notes, files, webhooks: it has no classes for them). */

const EXPIRED = { expires_at: 1 };

export const CONNECTION = [
	...callsOf<JsContext>('environment', {
		get: ({ client, domain }) => expect(client.environment.get('domain')).toBe(domain),
		set({ client }) {
			client.environment.set('auth.state', 'xyz');
			expect(new URL(client.auth.getUrl()).searchParams.get('state')).toBe('xyz');
		},
		exists: ({ client }) =>
			expect([client.environment.exists('auth.state'), client.environment.exists('auth.code')]).toEqual([true, false]),
	}),
	...callsOf<JsContext>('auth', {
		async getUrl({ client, emulator }) {
			const page = await fetch(client.auth.getUrl('post_message'));
			expect(page.status).toBe(200);
			expect(await page.text()).toContain(emulator.account.info.name);
		},
		async setCode(context) {
			const client = jsClient(context);
			client.auth.setCode((await consent(client.auth.getUrl())).searchParams.get('code') ?? '');
			expect(await client.connection.connect()).toBe(true);
			expect(client.token.getValue()).toMatchObject({ token_type: 'Bearer', expires_in: 86_400 });
		},
	}),
	...callsOf<JsContext>('token', {
		async fetch(context) {
			const code = (await consent(context.client.auth.getUrl())).searchParams.get('code');
			const client = jsClient(context, { code });
			expect(await client.token.fetch()).toMatchObject({ access_token: expect.any(String), refresh_token: expect.any(String) });
			await expect(client.token.fetch()).rejects.toMatchObject({ data: { hint: 'Authorization code has been revoked' } });
		},
		async refresh(context) {
			const client = jsClient(context);
			const before = tokenOf(context);
			client.token.setValue(before);
			await client.token.refresh();
			expect(client.token.getValue().refresh_token).not.toBe(before.refresh_token);
			client.token.setValue(before);
			await expect(client.token.refresh()).rejects.toMatchObject({ data: { hint: 'Token has been revoked' } });
		},
		async setValue(context) {
			const client = jsClient(context);
			const changed = new Promise<void>((resolve) => client.token.on('change', resolve));
			client.token.setValue(tokenOf(context));
			await changed;
			expect((await client.request.get('/api/v4/account')).data.id).toBe(context.emulator.account.info.id);
		},
		getValue: ({ client }) => expect(client.token.getValue().token_type).toBe('Bearer'),
		exists: ({ client }) => expect(client.token.exists()).toBe(true),
		isExpired(context) {
			const client = jsClient(context);
			client.token.setValue({ ...tokenOf(context), ...EXPIRED });
			expect([client.token.isExpired(), context.client.token.isExpired()]).toEqual([true, false]);
		},
		clear(context) {
			const client = jsClient(context);
			client.token.setValue(tokenOf(context));
			client.token.clear();
			expect(client.token.exists()).toBe(false);
		},
		async makeRequest(context) {
			const { client } = context;
			const { refresh_token } = tokenOf(context);
			const answer = await client.token.makeRequest({ ...client.token.getBaseClientOptions(), grant_type: 'refresh_token', refresh_token });
			expect(answer.data).toMatchObject({ token_type: 'Bearer' });
		},
		getBaseClientOptions: ({ client, emulator }) =>
			expect(client.token.getBaseClientOptions()).toMatchObject({ client_id: emulator.integration.clientId }),
	}),
	...uncovered('token', 'takes the answers of token.fetch and token.refresh apart', ['handleResponse']),
	...callsOf<JsContext>('connection', {
		connect: {
			fault:
				'connects, but answers false after a refresh, and reports a refused code as "error", never as the documented "connectionError"',
			async run(context) {
				const client = jsClient(context);
				client.token.setValue({ ...tokenOf(context), ...EXPIRED });
				expect(await client.connection.connect()).toBe(false);
				expect(client.token.isExpired()).toBe(false);
				expect((await client.request.get('/api/v4/account')).response.statusCode).toBe(200);

				const refused = jsClient(context, { code: 'never issued' });
				const events: string[] = [];
				for (const event of ['error', 'connectionError']) refused.connection.on(event, () => events.push(event));
				await expect(refused.connection.connect()).rejects.toMatchObject({ data: { hint: 'Cannot decrypt the authorization code' } });
				expect(events).toEqual(['error']);
			},
		},
		async update(context) {
			const client = jsClient(context);
			client.token.setValue(tokenOf(context));
			await client.connection.update();
			const old = client.token.getValue().access_token;
			client.token.setValue({ ...client.token.getValue(), ...EXPIRED });
			await client.connection.update();
			expect(client.token.getValue().access_token).not.toBe(old);
		},
		isTokenExpired: ({ client }) => expect(client.connection.isTokenExpired()).toBe(false),
		getToken: ({ client }) => expect(client.connection.getToken()).toBe(client.token.getValue().access_token),
		/** The client listens on a port of its own and waits for the browser to come back from the consent page. */
		async waitForUserAction(context) {
			const port = await freePort();
			const client = jsClient(context, { state: 'abc', server: { port } });
			const listening = new Promise((resolve) => client.connection.on('authServer:listen', resolve));
			const connecting = client.connection.connect();
			await listening;
			const { authServer } = client.connection;
			try {
				const { search } = await consent(client.auth.getUrl());
				expect(await (await fetch(`http://localhost:${port}/?code=x&state=forged`)).text()).toBe('STATE_MISMATCH');
				expect(await (await fetch(`http://localhost:${port}/${search}`, { headers: { connection: 'close' } })).text()).toBe('VALID_CODE');
				expect(await connecting).toBe(true);
				expect((await client.request.get('/api/v4/account')).response.statusCode).toBe(200);
			} finally {
				// The client stops it itself, unless something above went wrong.
				authServer?.instance.closeAllConnections();
				authServer?.instance.close();
			}
		},
		async makeRequest({ client }) {
			expect((await client.connection.makeRequest('GET', '/api/v4/users')).response.statusCode).toBe(200);
		},
	}),
	...callsOf<JsContext>('request', {
		/** Any method, here also a file put on a card; its bytes went to the files' host, which the client cannot reach. */
		async make({ client, emulator }) {
			const { data, response } = await client.request.make('GET', '/api/v4/account', { with: 'drive_url' });
			expect(response.statusCode).toBe(200);
			expect(data).toMatchObject({ id: emulator.account.info.id, drive_url: 'https://drive-b.amocrm.ru' });
			const file = await upload(String(data.drive_url), emulator.issueToken().accessToken);
			const lead = firstId((await client.request.make('POST', '/api/v4/leads', [{ name: 'With a file' }])).data, 'leads');
			await client.request.make('PUT', `/api/v4/leads/${lead}/files`, [{ file_uuid: file }]);
			expect(rowsOf((await client.request.make('GET', `/api/v4/leads/${lead}/files`)).data, 'files')).toMatchObject([{ file_uuid: file }]);
		},
		async get({ client }) {
			const { data } = await client.request.get('/api/v4/leads/pipelines');
			expect(rowsOf(data, 'pipelines').length).toBeGreaterThan(0);
			expect((await client.request.get('/api/v4/contacts', { filter: { id: [1, 2] } })).response.statusCode).toBe(204);
		},
		/** Cards, their links and notes, a webhook: in JSON and as a form. */
		async post({ client, emulator, ids }) {
			ids.lead = firstId((await client.request.post('/api/v4/leads', [{ name: 'By hand' }])).data, 'leads');
			ids.contact = firstId((await client.request.post('/api/v4/contacts', [{ name: 'Hand' }])).data, 'contacts');
			const link = [{ to_entity_id: ids.contact, to_entity_type: 'contacts', metadata: { is_main: true } }];
			expect(rowsOf((await client.request.post(`/api/v4/leads/${ids.lead}/link`, link)).data, 'links')).toHaveLength(1);
			const note = [{ note_type: 'common', params: { text: 'Hello' } }];
			ids.note = firstId((await client.request.post(`/api/v4/leads/${ids.lead}/notes`, note)).data, 'notes');
			await client.request.post('/api/v4/webhooks', { destination: 'https://hooks.example/js', settings: ['add_lead'] });
			expect(emulator.account.webhooks.size).toBe(1);
			const { clientId, clientSecret, redirectUri } = emulator.integration;
			const form = {
				client_id: clientId,
				client_secret: clientSecret,
				redirect_uri: redirectUri,
				grant_type: 'refresh_token',
				refresh_token: emulator.issueToken().refreshToken,
			};
			expect((await client.request.post('/oauth2/access_token', form, { useFormData: true })).data.token_type).toBe('Bearer');
		},
		async patch({ client, emulator, ids }) {
			await client.request.patch(`/api/v4/leads/${ids.lead}`, { price: 70 });
			expect(emulator.account.leads.get(ids.lead ?? 0)?.price).toBe(70);
			await expect(client.request.patch('/api/v4/leads', [{ id: ids.lead, status_id: 5 }])).rejects.toMatchObject({
				message: 'API_RESPONSE_ERROR',
				data: { 'validation-errors': [{ request_id: '0', errors: [{ code: 'NotSupportedChoice', path: 'status_id' }] }] },
			});
		},
		delete: {
			fault:
				'sends a body without its length, so that a DELETE that needs one (webhooks, chat templates) arrives empty; without a body it works',
			async run({ client, emulator: { account } }) {
				const reason = firstId((await client.request.post('/api/v4/leads/loss_reasons', [{ name: 'Late' }])).data, 'loss_reasons');
				expect((await client.request.delete(`/api/v4/leads/loss_reasons/${reason}`)).response.statusCode).toBe(204);
				expect(account.lossReasons.has(reason)).toBe(false);
				expect((await client.request.delete('/api/v4/webhooks', { destination: 'https://hooks.example/js' })).response.statusCode).toBe(
					400,
				);
				expect(account.webhooks.size).toBe(1);
				// Bytes without a length read as the start of another request: the connection is spoilt for the calls to come.
				globalAgent.destroy();
			},
		},
	}),
	...uncovered('client', 'hands out a part of the client', [
		'getRequest',
		'getFactoryConstructors',
		'getEntityConstructors',
		'assignEntity',
	]),
];

async function freePort(): Promise<number> {
	const server = createServer();
	await new Promise<void>((resolve) => server.listen(0, resolve));
	const { port } = server.address() as AddressInfo;
	await new Promise((resolve) => server.close(resolve));
	return port;
}

/** One small file on the files' host; resolves to its uuid. */
async function upload(drive: string, token: string): Promise<string> {
	const post = (url: string, body: string) => fetch(url, { method: 'POST', headers: { authorization: `Bearer ${token}` }, body });
	const session = await post(`${drive}/v1.0/sessions`, JSON.stringify({ file_name: 'plan.txt', file_size: 5, content_type: 'text/plain' }));
	const { upload_url } = (await session.json()) as { upload_url: string };
	return ((await (await post(upload_url, 'hello')).json()) as { uuid: string }).uuid;
}
