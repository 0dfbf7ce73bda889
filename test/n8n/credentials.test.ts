import { AmoCrmAuthorizationCodeApi } from '../../credentials/AmoCrmAuthorizationCodeApi.credentials';
import { demoIntegration } from '../../scripts/lib/emulator.mjs';
import type { LogEntry } from '../../emulator';
import { runNode, type Credential } from './run';
import { codeOfTheCard, openStage, type Stage } from './stage';

/** The ways in that need no public address: a long-lived token, and a code copied from the integration's card. */
let stage: Stage;

beforeAll(async () => {
	// The code credential sends redirect_uri with every renewal, as amoCRM's documentation asks.
	stage = await openStage('credentials', { seed: 'empty', switches: { strictRefreshRedirectUri: true } });
});
afterAll(async () => await stage?.close());
beforeEach(() => stage.emulator.log.clear());

const LIST = { resource: 'lead', operation: 'getAll', limit: 1 };

async function create(type: string, data: object): Promise<Credential> {
	const { id, name } = await stage.n8n.client.createCredential({ name: `${type} ${Date.now()}`, type, data });
	return { id, name, type };
}

/** What the editor does when a credential is saved: n8n asks the account. */
async function tested({ id, name, type = '' }: Credential, data: object): Promise<{ status: string; message: string }> {
	return await stage.n8n.client.request('POST', '/rest/credentials/test', { credentials: { id, name, type, data } });
}

const renewals = () => stage.emulator.log.entries.filter(({ path }: LogEntry) => path === '/oauth2/access_token').map(({ status }) => status);

describe('long-lived token', () => {
	it('connects, and says so when it was revoked', async () => {
		const data = { domain: stage.emulator.url, accessToken: ` ${stage.emulator.issueToken({ longLived: true }).accessToken}\n` };
		const credential = await create('amoCrmLongLivedTokenApi', data);
		expect(await tested(credential, data)).toMatchObject({ status: 'OK' });
		const run = await runNode(stage.n8n.client, credential, { resource: 'lead', operation: 'create', name: 'By token' });
		expect(run.error).toBeUndefined();
		expect(run.rows).toHaveLength(1);

		const wrong = { ...data, accessToken: 'nonsense' };
		const other = await create('amoCrmLongLivedTokenApi', wrong);
		expect(await tested(other, wrong)).toMatchObject({ status: 'Error', message: expect.stringMatching(/does not accept this token/) });
		const refused = await runNode(stage.n8n.client, other, LIST);
		expect(refused.error?.message).toMatch(/does not accept this long-lived token/);
		expect(JSON.stringify(refused.error)).not.toContain('nonsense');
	});

	it.each([
		['wrong', 'mycompany.example.com', /its 'Account Domain' is not the address/],
		['out of reach', 'localhost:1', /^The amoCRM credential cannot be used: localhost:1 could not be reached just now: the connection is refused\. Check 'Account Domain'/],
	])('a domain that is %s is told in a sentence', async (_name, domain, message) => {
		const data = { domain, accessToken: 'secret' };
		const answer = await tested(await create('amoCrmLongLivedTokenApi', data), data);
		expect(answer).toMatchObject({ status: 'Error', message: expect.stringMatching(message) });
	});

	it('is never sent to an address that is no account', async () => {
		const credential = await create('amoCrmLongLivedTokenApi', { domain: 'mycompany.amocrm.ru.evil.example', accessToken: 'secret' });
		const run = await runNode(stage.n8n.client, credential, LIST);
		expect(run.error?.message).toMatch(/'Account Domain' of the credential is not the address/);
	});
});

describe('authorization code', () => {
	const data = (authorizationCode: string, extra: object = {}) => ({
		domain: stage.emulator.url,
		...demoIntegration,
		redirectUri: stage.emulator.integration.redirectUri,
		authorizationCode,
		...extra,
	});

	it('is exchanged once, renews itself, and once only for 20 executions at a time', async () => {
		const fields = data(await codeOfTheCard(stage));
		const credential = await create('amoCrmAuthorizationCodeApi', fields);
		expect(await tested(credential, fields)).toMatchObject({ status: 'OK' });
		expect((await runNode(stage.n8n.client, credential, LIST)).status).toBe('success');
		expect(renewals()).toEqual([200]);

		stage.emulator.log.clear();
		stage.emulator.expireTokens();
		const runs = await Promise.all(Array.from({ length: 20 }, async () => await runNode(stage.n8n.client, credential, LIST)));
		expect(runs.map(({ status }) => status)).toEqual(Array(20).fill('success'));
		expect(renewals()).toEqual([200]);

		stage.emulator.log.clear();
		stage.emulator.expireTokens();
		expect((await runNode(stage.n8n.client, credential, LIST)).status).toBe('success');
		expect(renewals()).toEqual([200]);
	});

	it('connects one credential: the second says that it was used', async () => {
		const fields = data(await codeOfTheCard(stage));
		expect(await tested(await create('amoCrmAuthorizationCodeApi', fields), fields)).toMatchObject({ status: 'OK' });
		const second = await create('amoCrmAuthorizationCodeApi', fields);
		expect(await tested(second, fields)).toMatchObject({ status: 'Error', message: expect.stringMatching(/was used already/) });
		expect((await runNode(stage.n8n.client, second, LIST)).error?.message).toMatch(/was used already/);
		expect(renewals()).toEqual([200]);
	});

	it('goes on when its open window is saved again, which drops the stored tokens', async () => {
		const fields = data(await codeOfTheCard(stage));
		const credential = await create('amoCrmAuthorizationCodeApi', fields);
		// A window sends the defaults of its hidden fields along.
		const hidden = Object.fromEntries(new AmoCrmAuthorizationCodeApi().properties.filter(({ type }) => type === 'hidden').map(({ name, default: value }) => [name, value]));
		expect(await tested(credential, { ...fields, ...hidden })).toMatchObject({ status: 'OK' });
		await stage.n8n.client.updateCredential(credential.id, { name: credential.name, type: 'amoCrmAuthorizationCodeApi', data: fields });
		expect(await tested(credential, { ...fields, ...hidden })).toMatchObject({ status: 'OK' });
		expect((await runNode(stage.n8n.client, credential, LIST)).status).toBe('success');
		expect(renewals()).toEqual([200, 200]);
	});

	it.each([
		['used', async () => {
			const code = await codeOfTheCard(stage);
			const { url, integration } = stage.emulator;
			const spent = await fetch(`${url}/oauth2/access_token`, {
				method: 'POST',
				headers: { 'Content-Type': 'application/json' },
				body: JSON.stringify({
					client_id: integration.clientId,
					client_secret: integration.clientSecret,
					grant_type: 'authorization_code',
					code,
					redirect_uri: integration.redirectUri,
				}),
			});
			expect(spent.status).toBe(200);
			return data(code);
		}, /was used already.*Copy a new code/],
		['older than 20 minutes', async () => {
			const code = await codeOfTheCard(stage);
			stage.emulator.world.clock.advance(21 * 60_000);
			return data(code);
		}, /older than 20 minutes.*Copy a new code/],
		['nonsense', async () => data('nonsense'), /does not accept the authorization code/],
		['given with a wrong secret', async () => data(await codeOfTheCard(stage), { clientSecret: 'wrong' }), /refuses its 'Client Secret'/],
		['for another redirect URI', async () => data(await codeOfTheCard(stage), { redirectUri: 'https://elsewhere.example/' }), /does not know its 'Redirect URI'/],
	])('a code that is %s is one sentence that says what to do', async (_name, fields, message) => {
		const given = await fields();
		const credential = await create('amoCrmAuthorizationCodeApi', given);
		const run = await runNode(stage.n8n.client, credential, LIST);
		expect(`${run.error?.message} ${run.error?.description}`).toMatch(message);
		expect((await tested(credential, given)).message).toMatch(message);
		expect(JSON.stringify(run)).not.toContain(demoIntegration.clientSecret);
	});
});
