import { consent, createCredential, openStage, type Stage } from './stage';
import { runNode } from './run';

let stage: Stage;

beforeAll(async () => {
	stage = await openStage('connect');
});
afterAll(async () => await stage?.close());

const getLeads = { resource: 'lead', operation: 'getAll' };

test('n8n asks the account for access with nothing that amoCRM does not know', async () => {
	const { n8n, emulator } = stage;
	const credential = await createCredential(n8n, emulator.url);
	const url = new URL(await n8n.client.authorizeUrl(credential.id));

	expect(`${url.origin}${url.pathname}`).toBe(`${emulator.url}/oauth`);
	expect(url.searchParams.get('client_id')).toBe(emulator.integration.clientId);
	expect(url.searchParams.get('mode')).toBe('post_message');
	expect(url.searchParams.get('redirect_uri')).toBe(n8n.redirectUrl);
});

test.each([
	['mycompany', 'https://www.amocrm.ru/oauth'],
	[' MyCompany.amocrm.ru ', 'https://www.amocrm.ru/oauth'],
	['https://mycompany.kommo.com/leads/pipeline/1', 'https://www.kommo.com/oauth'],
	['mycompany.amocrm.com', 'https://www.kommo.com/oauth'],
])('the domain %j leads to %s', async (domain, expected) => {
	const credential = await createCredential(stage.n8n, domain);
	const url = new URL(await stage.n8n.client.authorizeUrl(credential.id));
	expect(`${url.origin}${url.pathname}`).toBe(expected);
});

test.each(['evil.example.com', 'mycompany.amocrm.ru.evil.com', 'https://evil.com/mycompany.amocrm.ru'])(
	'the domain %j is refused before anything is sent',
	async (domain) => {
		const credential = await createCredential(stage.n8n, domain);
		await expect(stage.n8n.client.authorizeUrl(credential.id)).rejects.toThrow();
	},
);

test('the account connects, and the node works with it', async () => {
	const { n8n, emulator } = stage;
	const credential = await createCredential(n8n, emulator.url);
	emulator.log.clear();

	const page = await consent(n8n.client, credential);
	expect(page).toContain('Connection successful');
	const [exchange] = emulator.log.of('POST', '/oauth2/access_token');
	expect(exchange).toMatchObject({ status: 200, body: { grant_type: 'authorization_code', redirect_uri: n8n.redirectUrl } });
	expect(exchange?.headers.authorization).toBeUndefined();

	const run = await runNode(n8n.client, credential, getLeads);
	expect(run.status).toBe('success');
	expect(run.rows.length).toBeGreaterThan(0);
});

test('a refused consent leaves the credential without access, and the node says so', async () => {
	const { n8n, emulator } = stage;
	const credential = await createCredential(n8n, emulator.url);

	const page = await consent(n8n.client, credential, 'deny');
	expect(page).toContain('access_denied');
	const run = await runNode(n8n.client, credential, getLeads);
	expect(run.status).toBe('error');
	expect(run.error?.message).toMatch(/connect/i);
});

test('a wrong client secret does not connect', async () => {
	const { n8n, emulator } = stage;
	const credential = await createCredential(n8n, emulator.url, { clientSecret: 'wrong' });
	const page = await consent(n8n.client, credential);
	expect(page).toContain('Failed to connect');
	expect(emulator.log.of('POST', '/oauth2/access_token').at(-1)?.status).toBe(401);
});
