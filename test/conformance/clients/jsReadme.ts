import { Client } from 'amocrm-js';
import type { RealHost } from '../realHost';
import type { JsClient, Pagination } from './jsContext';
import { readmeExamples, runBlock } from './readme';

/** The README of amocrm-js. Its own sample names are good: the account is domain.amocrm.ru and knows its integration, code and token. */

export const SAMPLE = { clientId: 'clientId', clientSecret: 'clientSecret', redirectUri: 'redirectUri' };
export const SECRETS = { code: 'code', access: 'ltsToken' };

export interface ReadmeContext extends RealHost {
	client: JsClient;
}

const made = async (code: string, scope: object = { Client }): Promise<JsClient> =>
	(await runBlock(code, scope, ['client'])).client as JsClient;

export const JS_README = readmeExamples<ReadmeContext>('amocrm-js', [
	{ title: 'Использование: CommonJS', run: async (code) => expect((await runBlock(code, {}, ['Client'])).Client).toBe(Client) },
	{ title: 'Использование: ES6', run: async (code) => void (await runBlock(code, {})) },
	{
		title: 'Подключение по долгосрочному токену',
		async run(code, { emulator }) {
			const { data } = await (await made(code)).request.get('/api/v4/account');
			expect(data.id).toBe(emulator.account.info.id);
		},
	},
	{
		title: 'Подключение по коду авторизации',
		async run(code, { emulator }) {
			const client = await made(code);
			expect(await client.connection.connect()).toBe(true);
			expect((await client.request.get('/api/v4/account')).data.id).toBe(emulator.account.info.id);
		},
	},
	{
		title: 'Подключение через OAuth-сервер',
		// Its port 3000 may be taken on this machine; connection.waitForUserAction does the whole way on a free one.
		async run(code, { emulator }) {
			const page = await fetch((await made(code)).auth.getUrl());
			expect(await page.text()).toContain(emulator.account.info.name);
		},
	},
	{
		title: 'Разработка на production-сервере',
		run: async (code) => expect((await made(code)).environment.get('auth.server.port')).toBe(3001),
	},
	{
		title: 'Фабрики: новая сделка',
		fault: '`new client.Lead` without parameters reads the id of undefined; with `({})` the example works',
		async run(code, { client, emulator }) {
			await expect(runBlock(code, { client })).rejects.toThrow(TypeError);
			await runBlock(code.replace('new client.Lead;', 'new client.Lead({});'), { client });
			expect([...emulator.account.leads.values()].at(-1)?.name).toBe('Евгений Иванов');
		},
	},
	{
		title: 'Фабрики: сделка по id',
		fault: 'forgets to await getById; with `await` the example works',
		async run(code, { client, emulator }) {
			await expect(runBlock(code, { client })).rejects.toThrow('lead.save is not a function');
			await runBlock(code.replace('= client', '= await client'), { client });
			expect(emulator.account.leads.get(123)?.name).toBe('Walter Scott');
		},
	},
	{
		title: 'Фабрики: постраничная навигация',
		async run(code, { client, emulator }) {
			const { leads, pagination } = await runBlock(code, { client }, ['leads', 'pagination']);
			expect(leads).toHaveLength(emulator.account.leads.size);
			expect((pagination as Pagination).hasNext()).toBe(false);
		},
	},
	{
		title: 'Запросы к порталу',
		async run(code, { client, emulator }) {
			await runBlock(code, { client });
			expect(console.log).toHaveBeenCalledWith(expect.objectContaining({ id: emulator.account.info.id }));
			expect(console.log).toHaveBeenCalledWith(200);
		},
	},
	...['GET', 'GET: параметры с помощью querystring', 'GET: параметры объектом'].map((title) => ({
		title,
		async run(code: string, { client }: ReadmeContext) {
			const { response } = await runBlock(code, { client }, ['response']);
			expect(response).toMatchObject({ response: { statusCode: 204 } });
		},
	})),
	{
		title: 'POST',
		async run(code, { client, emulator }) {
			const { response } = await runBlock(code, { client }, ['response']);
			expect(response).toMatchObject({ data: { _embedded: { contacts: [{ request_id: '143' }] } } });
			expect([...emulator.account.contacts.values()]).toMatchObject([{ name: 'Walter White' }]);
		},
	},
	{
		title: 'PATCH',
		async run(code, { client, emulator }) {
			await runBlock(code, { client });
			expect(emulator.account.leads.get(54_886)).toMatchObject({
				pipeline_id: 47_521,
				status_id: 143,
				loss_reason_id: 7323,
				updated_by: 0,
			});
		},
	},
	{
		title: 'client.environment.get',
		async run(code) {
			const client = await made(code, {});
			expect([client.environment.get('domain'), client.environment.get('auth.redirect_uri')]).toEqual(['domain', 'redirectUri']);
		},
	},
	{
		title: 'client.environment.set',
		async run(code, { client }) {
			await runBlock(code, { client });
			expect(client.environment.get('auth.state')).toBe('newsState');
		},
	},
	{
		title: 'client.connection: события',
		fault: 'the client never emits connectionError',
		async run(code) {
			const client = new Client({
				domain: 'domain',
				auth: { client_id: 'clientId', client_secret: 'clientSecret', redirect_uri: 'redirectUri', code: 'wrong' },
			});
			await runBlock(code, { client });
			client.connection.on('error', () => undefined);
			await expect(client.connection.connect()).rejects.toThrow('API_RESPONSE_ERROR');
			expect(console.error).not.toHaveBeenCalledWith('Произошла ошибка соединения');
		},
	},
	{
		title: 'client.token: события',
		async run(code, { client }) {
			await runBlock(code, { client });
			client.token.setValue({ token_type: 'Bearer', access_token: SECRETS.access, expires_in: 86_400 });
			expect(console.error).toHaveBeenCalledWith('Токен обновлён');
		},
	},
	{
		title: 'Переход с версии 2.x.x: setCode',
		async run(block, { emulator }) {
			const { integration, world } = emulator;
			const { clientId, clientSecret, redirectUri } = integration;
			const client = new Client({
				domain: 'domain',
				auth: { client_id: clientId, client_secret: clientSecret, redirect_uri: redirectUri },
			}) as unknown as JsClient;
			const code = world.tokens.issueCode(
				{ ...integration, name: '', scopes: ['crm'], enabled: true },
				[...emulator.account.users.keys()][0] ?? 0,
			);
			await runBlock(block, { client, code });
			expect(client.token.getValue()).toMatchObject({ token_type: 'Bearer' });
		},
	},
]);
