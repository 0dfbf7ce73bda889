import { copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { parse } from 'flatted';
import type { IDataObject, INodeExecutionData } from 'n8n-workflow';
import { Database } from 'node-sqlite3-wasm';
import { buildQuery } from '../../emulator/http/query';
import type { N8nClient } from '../../scripts/lib/n8nClient.mjs';
import { work } from '../../scripts/lib/paths.mjs';
import { eventually } from '../n8n/executions';
import { openConnectedStage } from '../n8n/stage';
import { CREDENTIAL_TYPE } from '../n8n/run';

/** A flood of deliveries: how long amoCRM waits for its answer, and whether everything that came in came out. */

const { values } = parseArgs({
	options: { rate: { type: 'string', default: '200' }, seconds: { type: 'string', default: '30' }, forged: { type: 'string', default: '10' } },
});
const RATE = Number(values.rate);
const SECONDS = Number(values.seconds);
/** Of every hundred, so many forged ones on top. */
const FORGED_PERCENT = Number(values.forged);
/** amoCRM waits so long (extended facts 1.5). */
const LIMIT_MS = 2_000;

interface Sent {
	status: number;
	milliseconds: number;
}

const SUITE = 'bench-trigger';

const agent = new Agent({ keepAlive: true, maxSockets: Infinity });

async function post(url: string, body: string): Promise<Sent> {
	const started = performance.now();
	return await new Promise((resolve) => {
		const done = (status: number) => resolve({ status, milliseconds: performance.now() - started });
		const call = request(url, { method: 'POST', agent, headers: { 'content-type': 'application/x-www-form-urlencoded' } }, (response) => {
			response.resume();
			response.on('end', () => done(response.statusCode ?? 0));
			response.on('error', () => done(0));
		});
		call.on('error', () => done(0));
		call.end(body);
	});
}

/** `count` deliveries, evenly spread over the time, whether or not the earlier ones are answered. */
async function flood(count: number, milliseconds: number, send: (index: number) => Promise<Sent>): Promise<Sent[]> {
	const started = performance.now();
	const sent: Array<Promise<Sent>> = [];
	while (sent.length < count) {
		const due = Math.min(count, Math.floor(((performance.now() - started) / milliseconds) * count) + 1);
		while (sent.length < due) sent.push(send(sent.length));
		await sleep(1);
	}
	return await Promise.all(sent);
}

const quantile = (sent: Sent[], share: number): number => [...sent].sort((a, b) => a.milliseconds - b.milliseconds)[Math.min(sent.length - 1, Math.floor(sent.length * share))]?.milliseconds ?? NaN;

function lead(index: number, account: IDataObject): string {
	const at = Math.floor(Date.now() / 1000);
	const item = {
		id: 7_000_001 + index,
		name: `Flood ${index}`,
		status_id: 142,
		old_status_id: 143,
		price: index,
		responsible_user_id: 9_000_001,
		last_modified: at,
		modified_user_id: 9_000_001,
		created_user_id: 9_000_001,
		date_create: at,
		pipeline_id: 7_100_001,
		account_id: account.id,
		created_at: at,
		updated_at: at,
	};
	return buildQuery({ leads: { status: [item] }, account });
}

/** Waits until nothing of the workflow runs any more. */
async function ended(client: N8nClient, workflowId: string): Promise<void> {
	const filter = encodeURIComponent(JSON.stringify({ workflowId, status: ['new', 'running'] }));
	for (let quiet = 0; quiet < 2; ) {
		await sleep(1_000);
		const { results } = (await client.request('GET', `/rest/executions?filter=${filter}&limit=1`)) as { results: unknown[] };
		quiet = results.length === 0 ? quiet + 1 : 0;
	}
}

/** The leads that came out of a workflow's successful executions, from the database of the n8n that has stopped. */
function leadsOut(workflowId: string): Set<string> {
	const folder = mkdtempSync(join(tmpdir(), 'bench-trigger-'));
	try {
		for (const file of ['database.sqlite', 'database.sqlite-wal']) {
			const source = join(work, 'test-n8n', SUITE, '.n8n', file);
			if (existsSync(source)) copyFileSync(source, join(folder, file));
		}
		const database = new Database(join(folder, 'database.sqlite'));
		// The only way to read a write-ahead log without shared memory.
		database.exec('PRAGMA locking_mode=EXCLUSIVE');
		const rows = database.all("SELECT d.data AS data FROM execution_entity e JOIN execution_data d ON d.executionId = e.id WHERE e.workflowId = ? AND e.status = 'success'", [workflowId]);
		const out = rows.flatMap(({ data }) => {
			const { resultData } = parse(String(data));
			return (resultData.runData.Trigger?.at(-1)?.data?.main?.[0] ?? []) as INodeExecutionData[];
		});
		database.close();
		return new Set(out.flatMap(({ json }) => json.id ?? (json.body as IDataObject)['leads[status][0][id]'] ?? []).map(String));
	} finally {
		rmSync(folder, { recursive: true, force: true });
	}
}

interface Run {
	name: string;
	workflowId: string;
	sent: Sent[];
	forgeries: Sent[];
	answeredMs: number;
	doneMs: number;
}

function lineOf({ name, workflowId, sent, forgeries, answeredMs, doneMs }: Run): string {
	const accepted = sent.filter(({ status }) => status === 200).length;
	const late = sent.filter(({ milliseconds }) => milliseconds > LIMIT_MS).length;
	const refused = forgeries.length === 0 ? 'n/a' : `${forgeries.filter(({ status }) => status === 403).length} of ${forgeries.length}`;
	const times = [0.5, 0.99, 1].map((share) => quantile(sent, share).toFixed(0));
	const seconds = [answeredMs, doneMs].map((milliseconds) => (milliseconds / 1000).toFixed(0));
	return `| ${[name, sent.length, accepted, leadsOut(workflowId).size, late, ...times, refused, ...seconds].join(' | ')} |`;
}

async function main(): Promise<void> {
	const stage = await openConnectedStage(SUITE, { seed: 'empty', language: 'en' });
	const { n8n, emulator, credential } = stage;
	try {
		const { id, subdomain } = emulator.account.info;
		const account = { subdomain, id, _links: { self: emulator.url } };
		const body = (index: number) => lead(index, account);
		const count = RATE * SECONDS;

		const start = async (node: object) => {
			const { id: workflowId, versionId } = await n8n.client.createWorkflow({ name: `Flood ${Date.now()}`, nodes: [{ name: 'Trigger', position: [0, 0], ...node }], connections: {} });
			await n8n.client.request('POST', `/rest/workflows/${workflowId}/activate`, { versionId });
			return workflowId;
		};
		const run = async (name: string, url: string, workflowId: string, forged?: (index: number) => Promise<Sent>): Promise<Run> => {
			const refused: Array<Promise<Sent>> = [];
			const started = performance.now();
			const sent = await flood(count, SECONDS * 1000, (index) => {
				if (forged && (index * FORGED_PERCENT) % 100 < FORGED_PERCENT) refused.push(forged(index));
				return post(url, body(index));
			});
			const forgeries = await Promise.all(refused);
			const answeredMs = performance.now() - started;
			await ended(n8n.client, workflowId);
			return { name, workflowId, sent, forgeries, answeredMs, doneMs: performance.now() - started };
		};

		const runs: Run[] = [];
		const ours = await start({ id: 'ours', type: 'n8n-nodes-amocrm-kommo.amoCrmTrigger', typeVersion: 1, webhookId: 'flood-ours', parameters: { events: ['status_lead'] }, credentials: { [CREDENTIAL_TYPE]: credential } });
		await eventually(() => {
			if (emulator.account.webhooks.size !== 1) throw new Error('The trigger has not subscribed');
		});
		const destination = String([...emulator.account.webhooks.values()][0]?.destination);
		runs.push(await run('amoCRM Trigger', destination, ours, async (index) => await post(`${destination}x`, body(index))));
		await n8n.client.request('POST', `/rest/workflows/${ours}/deactivate`, {});

		const theirs = await start({ id: 'theirs', type: 'n8n-nodes-base.webhook', typeVersion: 2, webhookId: 'flood-theirs', parameters: { httpMethod: 'POST', path: 'flood-theirs', options: {} } });
		const webhook = `${n8n.url}/webhook/flood-theirs`;
		await eventually(async () => {
			if ((await post(webhook, 'ready=1')).status !== 200) throw new Error('The Webhook node does not answer');
		});
		// n8n's node refuses nobody: no forged ones for it.
		runs.push(await run("n8n's Webhook", webhook, theirs));
		await n8n.stop();
		process.stdout.write(
			[
				`${RATE} deliveries a second for ${SECONDS} s; ${availableParallelism()} cores, load ${loadavg()[0]?.toFixed(1)}; times in ms, the last two in s`,
				'',
				'| node | sent | answered 200 | different ones out | later than 2 s | median | 99 % | longest | forged: 403 | answered after | all run after |',
				'| --- | --: | --: | --: | --: | --: | --: | --: | --: | --: | --: |',
				...runs.map(lineOf),
				'',
			].join('\n'),
		);
	} finally {
		await stage.close();
	}
}

void main();
