import { Agent, request } from 'node:http';
import { availableParallelism, loadavg } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type { IDataObject } from 'n8n-workflow';
import { buildQuery } from '../../emulator/http/query';
import { eventually, executionsOf } from '../n8n/executions';
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

async function main(): Promise<void> {
	const stage = await openConnectedStage('bench-trigger', { seed: 'empty', language: 'en' });
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
		const run = async (name: string, url: string, workflowId: string, forged: (index: number) => Promise<Sent>): Promise<string> => {
			const refused: Sent[] = [];
			const waiting: Array<Promise<void>> = [];
			const started = performance.now();
			const sent = await flood(count, SECONDS * 1000, (index) => {
				if ((index * FORGED_PERCENT) % 100 < FORGED_PERCENT) waiting.push(forged(index).then((answer) => void refused.push(answer)));
				return post(url, body(index));
			});
			await Promise.all(waiting);
			const answeredMs = performance.now() - started;
			const accepted = sent.filter(({ status }) => status === 200).length;
			const executions = await executionsOf(n8n.client, workflowId, accepted, 'Trigger');
			const doneMs = performance.now() - started;
			const out = new Set(executions.flatMap(({ rows }) => rows.map((row) => row.id ?? JSON.stringify(row.body))));
			const late = sent.filter(({ milliseconds }) => milliseconds > LIMIT_MS).length;
			return `| ${name} | ${sent.length} | ${accepted} | ${out.size} | ${late} | ${quantile(sent, 0.5).toFixed(0)} | ${quantile(sent, 0.99).toFixed(0)} | ${quantile(sent, 1).toFixed(0)} | ${refused.filter(({ status }) => status === 403).length} of ${refused.length} | ${(answeredMs / 1000).toFixed(0)} | ${(doneMs / 1000).toFixed(0)} |`;
		};

		const lines: string[] = [];
		const ours = await start({ id: 'ours', type: 'n8n-nodes-amocrm-kommo.amoCrmTrigger', typeVersion: 1, webhookId: 'flood-ours', parameters: { events: ['status_lead'] }, credentials: { [CREDENTIAL_TYPE]: credential } });
		await eventually(() => {
			if (emulator.account.webhooks.size !== 1) throw new Error('The trigger has not subscribed');
		});
		const destination = String([...emulator.account.webhooks.values()][0]?.destination);
		lines.push(await run('amoCRM Trigger', destination, ours, async (index) => await post(`${destination}x`, body(index))));
		await n8n.client.request('POST', `/rest/workflows/${ours}/deactivate`, {});

		const theirs = await start({ id: 'theirs', type: 'n8n-nodes-base.webhook', typeVersion: 2, webhookId: 'flood-theirs', parameters: { httpMethod: 'POST', path: 'flood-theirs', options: {} } });
		const webhook = `${n8n.url}/webhook/flood-theirs`;
		await eventually(async () => {
			if ((await post(webhook, 'ready=1')).status !== 200) throw new Error('The Webhook node does not answer');
		});
		// n8n's node refuses nobody: no forged ones for it.
		lines.push(await run("n8n's Webhook", webhook, theirs, async () => ({ status: 0, milliseconds: 0 })));
		process.stdout.write(
			[
				`${RATE} deliveries a second for ${SECONDS} s; ${availableParallelism()} cores, load ${loadavg()[0]?.toFixed(1)}; times in ms, the last two in s`,
				'',
				'| node | sent | answered 200 | different ones out | later than 2 s | median | 99 % | longest | forged: 403 | answered after | all run after |',
				'| --- | --: | --: | --: | --: | --: | --: | --: | --: | --: | --: |',
				...lines,
				'',
			].join('\n'),
		);
	} finally {
		await stage.close();
	}
}

void main();
