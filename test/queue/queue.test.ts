import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { startEmulator, type Emulator, type LogEntry } from '../../emulator';
import { startWorker } from '../../scripts/lib/n8nServer.mjs';
import { logs } from '../../scripts/lib/paths.mjs';
import { freePort } from '../../scripts/lib/ports.mjs';
import { startPostgres } from '../../scripts/lib/postgres.mjs';
import { startRedis } from '../../scripts/lib/redis.mjs';
import { eventually, executionsOf } from '../n8n/executions';
import { startTestN8n, type TestN8n } from '../n8n/n8n';
import { runNode, triggerNode, type Credential } from '../n8n/run';
import { consent, createCredential, createLeadsApart } from '../n8n/stage';

/** Two workers that know nothing of each other share one account: its limit, and its single-use refresh tokens. */

const EXECUTIONS = 20;
const ROWS = 100;
const BATCH = 10;
const LIMIT = 7;

let n8n: TestN8n;
let emulator: Emulator;
let credential: Credential;
const services: Array<{ stop(): Promise<void> }> = [];
const workerLogs = [1, 2].map((number) => join(logs, `test-queue-worker-${number}.log`));

beforeAll(async () => {
	const queue = { redisPort: await freePort(), postgresPort: await freePort() };
	services.push(await startRedis(queue.redisPort), await startPostgres(queue.postgresPort));
	n8n = await startTestN8n('queue', { queue });
	emulator = await startEmulator({
		seed: 'empty',
		redirectUri: n8n.redirectUrl,
		switches: { strictRefreshRedirectUri: false },
		rateLimit: { integration: LIMIT, account: 50 },
	});
	for (const log of workerLogs) services.push(await startWorker({ userFolder: n8n.userFolder, queue, log }));
	credential = await createCredential(n8n, emulator.url);
	await consent(n8n.client, credential);
});

afterAll(async () => {
	await n8n?.close();
	for (const service of services.reverse()) await service.stop();
	await emulator?.close();
});

/** How many executions each worker ran, by its log. */
const shares = () => workerLogs.map((log) => readFileSync(log, 'utf8').match(/Worker started execution/g)?.length ?? 0);

const isCreate = ({ method, path }: LogEntry) => method === 'POST' && path === '/api/v4/leads';

const renewals = () => emulator.log.entries.filter(({ path }) => path === '/oauth2/access_token').map(({ status }) => status);

/** What the account let through, requests per second, in each five seconds. */
function rates(): number[] {
	const entries = emulator.log.entries.filter((entry) => isCreate(entry) && entry.status === 200);
	const first = entries[0]?.at ?? 0;
	const buckets: number[] = [];
	for (const { at } of entries) {
		const bucket = Math.floor((at - first) / 5000);
		buckets[bucket] = (buckets[bucket] ?? 0) + 0.2;
	}
	return [...buckets].map((rate) => Math.round((rate ?? 0) * 10) / 10);
}

test('2,000 rows in two workers: none lost or doubled, one renewal for each expiry', async () => {
	emulator.log.clear();
	let created = 0;
	const stop = emulator.log.onAnswer((entry) => {
		// The token ends unexpectedly while both workers are busy, twice.
		if (isCreate(entry) && [60, 130].includes(++created)) emulator.expireTokens();
	});
	const runs = await Promise.all(
		Array.from({ length: EXECUTIONS }, async (_, execution) => {
			const items = Array.from({ length: ROWS }, (_unused, row) => ({ name: `Lead ${execution}-${row}` }));
			const parameters = { resource: 'lead', operation: 'create', name: '={{ $json.name }}', options: { batchSize: BATCH } };
			return await runNode(n8n.client, credential, parameters, items);
		}),
	);
	stop();
	const statuses: Record<number, number> = {};
	for (const { status } of emulator.log.entries.filter(isCreate)) statuses[status] = (statuses[status] ?? 0) + 1;
	console.table([{ executions: shares().join(' + '), statuses: JSON.stringify(statuses), renewals: renewals().join(' '), 'requests/s, each 5 s': rates().join(' ') }]);

	expect(runs.map(({ error }) => error?.message).filter(Boolean)).toEqual([]);
	const names = runs.flatMap(({ rows }) => rows.map(({ name }) => name));
	expect(new Set(names).size).toBe(EXECUTIONS * ROWS);
	expect(names).toHaveLength(EXECUTIONS * ROWS);
	const saved = [...emulator.account.leads.values()].map(({ name }) => name);
	expect(saved.sort()).toEqual(names.sort());
	for (const share of shares()) expect(share).toBeGreaterThan(0);
	expect(renewals()).toEqual([200, 200]);
});

test('a mass edit reaches the workers whole, in fewer executions than deliveries', async () => {
	const { client } = n8n;
	const trigger = triggerNode(credential, { events: ['add_lead'], options: { ignoreOwnChanges: false } });
	const { id, versionId } = await client.createWorkflow({ name: 'Trigger', nodes: [trigger], connections: {} });
	await client.request('POST', `/rest/workflows/${id}/activate`, { versionId });
	await eventually(() => expect([...emulator.account.webhooks.values()]).toHaveLength(1));
	const names = Array.from({ length: 20 }, (_, index) => `Mass ${index}`);
	await createLeadsApart(emulator, names);
	expect(emulator.deliveries.log.map(({ status, attempt }) => [status, attempt])).toEqual(names.map(() => [200, 1]));
	await eventually(async () => {
		const executions = await executionsOf(client, id, 1);
		expect(executions.flatMap(({ rows }) => rows.map(({ name }) => name)).sort()).toEqual([...names].sort());
		expect(executions.length).toBeLessThan(names.length);
	});
});
