import { readFileSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { demoIntegration } from '../../scripts/lib/emulator.mjs';
import { n8nProgram } from '../../scripts/lib/n8nHost.mjs';
import { logs } from '../../scripts/lib/paths.mjs';
import type { LogEntry } from '../../emulator';
import { runNode, type Credential } from './run';
import { codeOfTheCard, consent, createCredential, openStage, type Stage } from './stage';

/**
 * Refresh tokens work once. Whatever n8n does about that, executions that meet an expired access token together must
 * not spend one twice, and none of them may notice.
 */

const RUNS = 20;
const VERSION = JSON.parse(readFileSync(join(n8nProgram, '..', '..', 'package.json'), 'utf8')).version as string;

let stage: Stage;
const table: object[] = [];

beforeAll(async () => {
	stage = await openStage('race', { seed: 'empty' });
});
afterAll(async () => {
	await stage?.close();
	console.table(table);
});

const LIST = { resource: 'lead', operation: 'getAll', limit: 1 };

async function create(type: string, data: object): Promise<Credential> {
	const { id, name } = await stage.n8n.client.createCredential({ name: type, type, data: { domain: stage.emulator.url, ...data } });
	return { id, name, type };
}

const WAYS_IN: Record<string, { connect: () => Promise<Credential>; renewals: number; days: number }> = {
	'OAuth2': {
		connect: async () => {
			const credential = await createCredential(stage.n8n, stage.emulator.url);
			await consent(stage.n8n.client, credential);
			return credential;
		},
		renewals: 1,
		days: 2,
	},
	'authorization code': {
		connect: async () => {
			const { redirectUri } = stage.emulator.integration;
			return await create('amoCrmAuthorizationCodeApi', { ...demoIntegration, redirectUri, authorizationCode: await codeOfTheCard(stage) });
		},
		renewals: 1,
		days: 2,
	},
	'long-lived token': {
		connect: async () => await create('amoCrmLongLivedTokenApi', { accessToken: stage.emulator.issueToken({ longLived: true }).accessToken }),
		renewals: 0,
		days: 1,
	},
};

/** Statuses of the answers to renewals so far. */
const renewals = () =>
	stage.emulator.log.entries
		.filter(({ path, body }: LogEntry) => path === '/oauth2/access_token' && (body as { grant_type?: string }).grant_type === 'refresh_token')
		.map(({ status }) => status);

/** Requests to the API in this log, of them refused as too many, and the most that came within one second. */
function traffic() {
	const calls = stage.emulator.log.entries.filter(({ path }) => path.startsWith('/api/'));
	const within = calls.map(({ at }) => calls.filter((other) => other.at >= at && other.at < at + 1000).length);
	return { requests: calls.length, refused: calls.filter(({ status }) => status === 429).length, busiestSecond: Math.max(...within) };
}

/** A day passes: the account's clock jumps, and the tokens of that day are over. */
async function expire(): Promise<void> {
	await stage.emulator.clock.advance(86_401_000);
}

test.each(Object.keys(WAYS_IN))('%s: 20 executions that meet an expired token at once all succeed, with one renewal, day after day', async (way) => {
	const { connect, renewals: expected, days } = WAYS_IN[way] as (typeof WAYS_IN)[string];
	const credential = await connect();
	expect((await runNode(stage.n8n.client, credential, LIST)).error?.message).toBeUndefined();
	for (let day = 1; day <= days; day++) {
		stage.emulator.log.clear();
		await expire();
		const runs = await Promise.all(Array.from({ length: RUNS }, async () => await runNode(stage.n8n.client, credential, LIST)));
		const succeeded = runs.filter(({ status }) => status === 'success').length;
		table.push({ n8n: VERSION, credential: way, day, executions: RUNS, succeeded, renewals: renewals().join(' ') || '-', ...traffic() });
		expect(succeeded).toBe(RUNS);
		expect(traffic()).toMatchObject({ refused: 0 });
		// The log stamps a request a moment before the limit counts it.
		expect(traffic().busiestSecond).toBeLessThanOrEqual(8);
		expect(renewals()).toEqual(Array(expected).fill(200));
	}
});

test('just after its start a busy n8n keeps to the limit too', async () => {
	const credential = await create('amoCrmLongLivedTokenApi', { accessToken: stage.emulator.issueToken({ longLived: true }).accessToken });
	await stage.n8n.stop();
	await stage.n8n.start();
	stage.emulator.log.clear();
	const CREATE = { resource: 'lead', operation: 'create', name: 'x', options: { batchSize: 1 } };
	const runs = await Promise.all(Array.from({ length: RUNS }, async () => await runNode(stage.n8n.client, credential, CREATE, [{}, {}, {}])));
	expect(runs.map(({ status }) => status)).toEqual(Array(RUNS).fill('success'));
	table.push({ n8n: VERSION, credential: 'just after the start', executions: RUNS, ...traffic() });
	expect(traffic()).toMatchObject({ requests: 3 * RUNS, refused: 0 });
});

test('nothing that n8n logged or stored in all this holds a secret in the clear', () => {
	const { userFolder } = stage.n8n;
	const folder = join(userFolder, '.n8n');
	const databases = readdirSync(folder).filter((name) => name.startsWith('database.sqlite'));
	expect(databases).not.toEqual([]);
	const { access, refresh, codes } = stage.emulator.world.tokens;
	const secrets = [...access.keys(), ...refresh.keys(), ...codes.keys(), demoIntegration.clientSecret];
	for (const file of [join(logs, `test-n8n-${basename(userFolder)}.log`), ...databases.map((name) => join(folder, name))]) {
		const text = readFileSync(file, 'latin1');
		expect(secrets.filter((secret) => text.includes(secret))).toEqual([]);
	}
});
