import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, loadavg } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs, promisify } from 'node:util';
import { postgresSettings } from '../../scripts/lib/n8nServer.mjs';
import { work } from '../../scripts/lib/paths.mjs';
import { freePort } from '../../scripts/lib/ports.mjs';
import { ensurePostgres, startPostgres } from '../../scripts/lib/postgres.mjs';
import { eventually } from '../n8n/executions';
import { CREDENTIAL_TYPE } from '../n8n/run';
import { openConnectedStage, type Stage } from '../n8n/stage';
import type { Flood, Flooded, Sent } from './flood';

/** A flood of deliveries: how long amoCRM waits for its answer, and whether everything that came in came out. */

const { values } = parseArgs({
	options: {
		rate: { type: 'string', default: '200' },
		seconds: { type: 'string', default: '30' },
		forged: { type: 'string', default: '10' },
		database: { type: 'string', default: 'sqlite' },
		node: { type: 'string', multiple: true, default: ['trigger', 'webhook'] },
		/** A setting of n8n, as NAME=value. */
		set: { type: 'string', multiple: true, default: [] },
	},
});
const RATE = Number(values.rate);
const SECONDS = Number(values.seconds);
/** Of every hundred, so many forged ones on top. */
const FORGED_PERCENT = Number(values.forged);
/** amoCRM waits so long (extended facts 1.5). */
const LIMIT_MS = 2_000;
/** The wait for what was answered ends when nothing has come out for so long. */
const STANDSTILL_MS = 20_000;

const SUITE = 'bench-trigger';
const SINK = join(__dirname, 'sink');
const sinkFile = join(work, `${SUITE}.sink`);

interface Outcome {
	/** How often each lead came out. */
	leads: Map<string, number>;
	executions: number;
}

function outcome(): Outcome {
	const lines = existsSync(sinkFile) ? readFileSync(sinkFile, 'utf8').split('\n').slice(0, -1) : [];
	const leads = new Map<string, number>();
	for (const line of lines) {
		const lead = line.split(' ')[1] ?? '';
		leads.set(lead, (leads.get(lead) ?? 0) + 1);
	}
	return { leads, executions: new Set(lines.map((line) => line.split(' ')[0])).size };
}

/** Waits until so many leads have come out, and a moment for what should not; ends anyway when nothing moves any more. */
async function settled(expected: number): Promise<Outcome> {
	let seen = outcome();
	for (let still = Date.now(); seen.leads.size < expected && Date.now() - still < STANDSTILL_MS; ) {
		await sleep(500);
		const next = outcome();
		if (next.leads.size > seen.leads.size) still = Date.now();
		seen = next;
	}
	await sleep(2_000);
	return outcome();
}

interface Contender {
	name: string;
	node: (stage: ConnectedStage) => object;
	/** Where amoCRM would deliver, once the workflow is active. */
	url: (stage: ConnectedStage) => string;
	/** Whether it tells forged deliveries from real ones. */
	refuses: boolean;
}

type ConnectedStage = Awaited<ReturnType<typeof openConnectedStage>>;

const CONTENDERS: Record<string, Contender> = {
	trigger: {
		name: 'amoCRM Trigger',
		node: ({ credential }) => ({
			type: 'n8n-nodes-amocrm-kommo.amoCrmTrigger',
			typeVersion: 2,
			webhookId: 'flood-ours',
			parameters: { events: ['status_lead'] },
			credentials: { [CREDENTIAL_TYPE]: credential },
		}),
		url: ({ emulator }) => {
			const [hook] = emulator.account.webhooks.values();
			if (!hook) throw new Error('The trigger has not subscribed');
			return hook.destination;
		},
		refuses: true,
	},
	webhook: {
		name: "n8n's Webhook",
		node: () => ({ type: 'n8n-nodes-base.webhook', typeVersion: 2, webhookId: 'flood-theirs', parameters: { httpMethod: 'POST', path: 'flood-theirs', options: {} } }),
		url: ({ n8n }) => `${n8n.url}/webhook/flood-theirs`,
		refuses: false,
	},
};

async function send(job: Flood): Promise<Flooded> {
	const args = ['--import', 'tsx', join(__dirname, 'flood.ts'), JSON.stringify(job)];
	const { stdout } = await promisify(execFile)(process.execPath, args, { maxBuffer: 1e9 });
	return JSON.parse(stdout) as Flooded;
}

async function activate({ n8n: { client } }: Stage, node: object): Promise<void> {
	const { id, versionId } = await client.createWorkflow({
		name: 'Flood',
		nodes: [
			{ id: 'flood', name: 'Trigger', position: [0, 0], ...node },
			{ id: 'sink', name: 'Sink', type: 'CUSTOM.sink', typeVersion: 1, position: [220, 0], parameters: {} },
		],
		connections: { Trigger: { main: [[{ node: 'Sink', type: 'main', index: 0 }]] } },
	});
	await client.request('POST', `/rest/workflows/${id}/activate`, { versionId });
}

/** One node in an n8n of its own: a table line. */
async function measure({ name, node, url, refuses }: Contender, settings: Record<string, string>): Promise<string> {
	rmSync(sinkFile, { force: true });
	const stage = await openConnectedStage(SUITE, { seed: 'empty', language: 'en' }, {
		settings: { N8N_CUSTOM_EXTENSIONS: SINK, BENCH_SINK: sinkFile, ...settings },
	});
	try {
		const account = { id: stage.emulator.account.info.id, subdomain: stage.emulator.account.info.subdomain };
		await activate(stage, node(stage));
		await eventually(() => void url(stage));
		const job = { url: url(stage), account, seconds: 1, forgedPercent: FORGED_PERCENT, forgedUrl: refuses ? `${url(stage)}x` : undefined };
		// A few first: the workflow is active, the code is warm.
		await eventually(async () => {
			const { sent } = await send({ ...job, rate: 5 });
			if (sent.some(({ status }) => status !== 200)) throw new Error(`${name} does not answer`);
		});
		await settled(5);
		rmSync(sinkFile);
		const started = performance.now();
		const flooded = await send({ ...job, rate: RATE, seconds: SECONDS });
		const out = await settled(flooded.sent.filter(({ status }) => status === 200).length);
		return lineOf(name, flooded, out, performance.now() - started - 2_000);
	} finally {
		await stage.close();
	}
}

const quantile = (sent: Sent[], share: number): number => [...sent].sort((a, b) => a.milliseconds - b.milliseconds)[Math.min(sent.length - 1, Math.floor(sent.length * share))]?.milliseconds ?? NaN;

function lineOf(name: string, { sent, forged, milliseconds, cpuMilliseconds }: Flooded, { leads, executions }: Outcome, doneMs: number): string {
	const accepted = sent.flatMap(({ status }, index) => (status === 200 ? [String(7_000_001 + index)] : []));
	const inTime = sent.filter(({ status, milliseconds: took }) => status === 200 && took <= LIMIT_MS).length;
	const lost = accepted.filter((lead) => !leads.has(lead)).length;
	const doubled = [...leads.values()].filter((times) => times > 1).length;
	const refused = forged.length === 0 ? 'n/a' : `${forged.filter(({ status }) => status === 403).length} of ${forged.length}`;
	const times = [0.5, 0.99, 1].map((share) => quantile(sent, share).toFixed(0));
	const seconds = [milliseconds, doneMs, cpuMilliseconds].map((ms) => (ms / 1000).toFixed(1));
	return `| ${[name, sent.length, accepted.length, inTime, leads.size, lost, doubled, executions, ...times, refused, ...seconds].join(' | ')} |`;
}

async function main(): Promise<void> {
	const settings = Object.fromEntries(values.set.map((setting) => [setting.split('=')[0], setting.split('=').slice(1).join('=')])) as Record<string, string>;
	mkdirSync(work, { recursive: true });
	process.stdout.write(
		[
			`${RATE} deliveries a second for ${SECONDS} s; ${values.database}; ${values.set.join(' ') || 'default settings'}; ${availableParallelism()} cores, load ${loadavg()[0]?.toFixed(1)}; times in ms, the last three in s`,
			'',
			'| node | sent | answered 200 | of them within 2 s | leads out | answered but lost | doubled | executions | median | 99 % | longest | forged: 403 | all answered after | all run after | CPU of the sender |',
			`|${' --- |'}${' --: |'.repeat(14)}`,
			'',
		].join('\n'),
	);
	for (const name of values.node) {
		const contender = CONTENDERS[name];
		if (!contender) throw new Error(`There is no ${name}: it is trigger or webhook`);
		const port = values.database === 'postgres' ? await freePort() : undefined;
		if (port) await ensurePostgres();
		const database = port ? await startPostgres(port) : undefined;
		try {
			const line = await measure(contender, { ...(port ? postgresSettings(port) : {}), ...settings });
			process.stdout.write(`${line}\n`);
		} catch (error) {
			// The other node still gets its line.
			process.stdout.write(`| ${contender.name} | ${String(error)} |\n`);
			process.exitCode = 1;
		} finally {
			await database?.stop();
		}
	}
}

void main();
