import { credentialsOf, runNode } from './harness';
import type { World } from './world';
import { openWorld } from './world';

/** n8n-core's own OAuth client, which in n8n 1.x renews once for every answer 401, under many executions at once. */

const RUNS = 20;
const LIST = { resource: 'lead', operation: 'getAll', limit: 1 };

let world: World;

beforeEach(async () => {
	world = await openWorld({ switches: { strictRefreshRedirectUri: false } });
});
afterEach(async () => await world.close());

const renewals = () => world.emulator.log.of('POST', '/oauth2/access_token').map(({ status }) => status);

const rush = async (credentials: ReturnType<typeof credentialsOf>) =>
	await Promise.all(Array.from({ length: RUNS }, async () => await runNode({ account: world.account, parameters: LIST }, credentials)));

test('20 executions that meet an expired token at once renew it once, again and again', async () => {
	const credentials = credentialsOf(world.account);
	for (let time = 1; time <= 3; time++) {
		world.emulator.expireTokens();
		const runs = await rush(credentials);
		expect(runs.map(({ error }) => error?.message).filter(Boolean)).toEqual([]);
		expect(renewals()).toEqual(Array(time).fill(200));
		expect(credentials.refreshes).toBe(time);
	}
});

test('revoked access is the same one sentence for all 20, and costs one attempt to renew', async () => {
	world.emulator.world.tokens.revokeAll(world.emulator.integration.clientId);
	const runs = await rush(credentialsOf(world.account));
	const texts = runs.map(({ error }) => `${error?.message} ${error?.description}`);
	expect(new Set(texts).size).toBe(1);
	expect(texts[0]).toMatch(/^amoCRM no longer accepts this credential: the access was revoked or has expired.* Open the credential and connect the account again\./);
	expect(renewals()).toEqual([401]);
});

test('a token endpoint that answers nonsense is no reason to repeat what it said', async () => {
	world.emulator.expireTokens();
	const body = `{"access_token":"${world.account.accessToken}`;
	world.emulator.faults.add({ path: '/oauth2/access_token', times: Infinity, action: { kind: 'status', status: 200, html: body } });
	const { error, run } = await runNode({ account: world.account, parameters: { ...LIST, options: { maxRetries: 0 } } });
	expect(error?.message).toMatch(/could not renew the access/);
	expect(JSON.stringify(run.data.resultData)).not.toContain(String(world.account.accessToken).slice(0, 40));
});
