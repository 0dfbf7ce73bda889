import type { LogEntry } from '../../emulator';
import { openConnectedStage, type Stage } from './stage';
import { runNode, type Credential } from './run';

/** amoCRM's access tokens live for a day, and a refresh token works once. */

let stage: Stage & { credential: Credential };

beforeAll(async () => {
	stage = await openConnectedStage('tokens', { seed: 'empty' });
});
afterAll(async () => await stage?.close());
beforeEach(() => stage.emulator.log.clear());

const isRefresh = ({ path, body }: LogEntry) =>
	path === '/oauth2/access_token' && (body as { grant_type?: string }).grant_type === 'refresh_token';

const refreshes = () => stage.emulator.log.entries.filter(isRefresh);

test('a token that expires between two batches is refreshed once, and no lead is lost or doubled', async () => {
	const { emulator, n8n, credential } = stage;
	const stop = emulator.log.onAnswer(({ method, path }) => {
		if (method !== 'POST' || path !== '/api/v4/leads') return;
		stop();
		emulator.expireTokens();
	});
	const items = Array.from({ length: 120 }, (_, index) => ({ name: `Lead ${index}` }));
	const run = await runNode(n8n.client, credential, { resource: 'lead', operation: 'create', name: '={{ $json.name }}' }, items);

	expect(run.error?.message).toBeUndefined();
	expect(run.rows).toHaveLength(120);
	expect(refreshes().map(({ status }) => status)).toEqual([200]);
	const saved = await runNode(n8n.client, credential, { resource: 'lead', operation: 'getAll', returnAll: true });
	expect(new Set(saved.rows.map(({ name }) => name)).size).toBe(120);
	expect(saved.rows).toHaveLength(120);
});

test('workflows that run at once with an expired token refresh it once between them', async () => {
	const { emulator, n8n, credential } = stage;
	emulator.expireTokens();
	const runs = await Promise.all(
		Array.from({ length: 5 }, async () => await runNode(n8n.client, credential, { resource: 'lead', operation: 'getAll', limit: 1 })),
	);
	expect(runs.map(({ status }) => status)).toEqual(Array(5).fill('success'));
	expect(refreshes().map(({ status }) => status)).toEqual([200]);
});

test('revoked access is one clear error that says to connect again', async () => {
	const { emulator, n8n, credential } = stage;
	emulator.world.tokens.revokeAll(emulator.integration.clientId);
	const run = await runNode(n8n.client, credential, { resource: 'lead', operation: 'getAll', limit: 1 });
	expect(run.status).toBe('error');
	expect(`${run.error?.message} ${run.error?.description}`).toMatch(/connect/i);
});
