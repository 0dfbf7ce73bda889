import { cpus } from 'node:os';
import type { IDataObject } from 'n8n-workflow';
import type { Emulator } from '../../emulator';
import { openRealHost } from '../conformance/realHost';
import { openConnectedStage, type Stage } from '../n8n/stage';
import type { Credential } from '../n8n/run';
import { addLeads, EMULATOR_OPTIONS, rest, seenBy } from './account';
import { clientContenders } from './clients';
import { httpParameters, linesOf, OURS, ourParameters, TABLE_HEAD, type Contender, type Measured } from './contenders';
import { addNotes, createLeads, getLeads, readLeads, updateLeads, type Job } from './jobs';
import { runHttpRequest, runOurs } from './n8n';
import { options, wants } from './options';
import { fourExecutions, RATE_HEAD, twoAccounts } from './rate';

/** `npm run bench`: our node and others at the same jobs, against the same amoCRM, one after the other. */

const { rows, list, few, seconds, by } = options;

type ConnectedStage = Stage & { credential: Credential };

const SEVEN_EACH_SECOND: IDataObject = { batching: { batch: { batchSize: 7, batchInterval: 1000 } } };

/** n8n's own pagination: the next page until amoCRM answers 204. */
const PAGES: IDataObject = {
	pagination: {
		pagination: {
			paginationMode: 'updateAParameterInEachRequest',
			parameters: { parameters: [{ type: 'qs', name: 'page', value: '={{ $pageCount + 1 }}' }] },
			paginationCompleteWhen: 'receiveSpecificStatusCodes',
			statusCodesWhenComplete: '204',
		},
	},
};

function n8nContenders({ n8n, emulator, credential }: ConnectedStage, { part, perRequest }: Job): Contender[] {
	const token = emulator.issueToken().accessToken;
	const http = (name: string, settings: IDataObject, most = Infinity): Contender => ({
		name: `HTTP Request node, ${name}`,
		most,
		run: async (job, items) => {
			const run = await runHttpRequest(n8n.client, httpParameters(job, emulator.url, token, settings), items);
			return { ...run, out: run.out.flatMap(rowsIn) };
		},
	});
	const batchSize = perRequest === 50 ? undefined : perRequest;
	return [
		{ name: OURS, run: async (job, items) => await checked(runOurs(n8n.client, credential, ourParameters(job, batchSize), items)) },
		http('as it is', {}),
		part === 'read' ? http('page after page', PAGES) : http('7 each second', SEVEN_EACH_SECOND, few),
	];
}

/** Rows that an item holds: itself, or the page that it is. n8n gives amoCRM's `application/hal+json` as text. */
function rowsIn(item: IDataObject): IDataObject[] {
	const body = typeof item.data === 'string' && item.data.startsWith('{') ? (JSON.parse(item.data) as IDataObject) : item;
	const embedded = body._embedded as { leads?: IDataObject[] } | undefined;
	return embedded?.leads ?? [body];
}

async function checked<T extends { error?: string }>(run: Promise<T>): Promise<T> {
	const result = await run;
	if (result.error !== undefined) throw new Error(result.error);
	return result;
}

let runs = 0;

async function measure(emulator: Emulator, contender: Contender, job: Job, leadIds: number[]): Promise<Measured> {
	const count = Math.min(job.rows, contender.most ?? Infinity);
	const marks = { run: `Run ${++runs}`, leadIds, price: runs * 1_000_000 };
	const items = job.items(marks, count);
	await rest(emulator);
	const { milliseconds, out } = await contender.run(job, items);
	return { contender: contender.name, rows: count, milliseconds, right: job.right(emulator, marks, items, out), ...seenBy(emulator) };
}

/** An account with leads, and who works on it. */
interface Side {
	emulator: Emulator;
	leadIds: number[];
	contenders: (job: Job) => Contender[];
}

async function compare(jobs: Job[], sides: Side[]): Promise<void> {
	for (const line of TABLE_HEAD) console.log(line);
	for (const job of jobs) {
		const measured: Measured[] = [];
		for (const { emulator, leadIds, contenders } of sides) {
			for (const contender of contenders(job)) {
				if (contender.name.includes(by)) measured.push(await measure(emulator, contender, job, leadIds));
			}
		}
		for (const line of linesOf(job, measured)) console.log(line);
	}
}

async function compareAll(stage: ConnectedStage, jobs: Job[]): Promise<void> {
	const host = await openRealHost(EMULATOR_OPTIONS);
	try {
		const inN8n = (job: Job) => {
			const contenders = n8nContenders(stage, job);
			// The HTTP Request node sends a request for each row, whatever the size of a batch.
			return job.perRequest === 250 && job.part !== 'read' ? contenders.slice(0, 1) : contenders;
		};
		await compare(jobs, [
			{ emulator: stage.emulator, leadIds: await addLeads(stage.emulator, stage.emulator.url, list), contenders: inN8n },
			{ emulator: host.emulator, leadIds: await addLeads(host.emulator, `https://${host.domain}`, list), contenders: (job) => clientContenders(host, job) },
		]);
		console.log('');
	} finally {
		await host.close();
	}
}

async function main(): Promise<void> {
	const jobs = [
		readLeads(list),
		getLeads(rows, 150),
		...[50, 250].flatMap((perRequest) => [updateLeads(rows, perRequest), addNotes(rows, perRequest), createLeads(rows, perRequest)]),
	].filter(({ part }) => wants(part));
	if (jobs.length === 0 && !wants('rate')) return;
	console.log(`Node ${process.versions.node}, ${cpus().length} processors. amoCRM (emulated): 7 requests a second, 150 ms latency.\n`);
	const stage = await openConnectedStage('bench', EMULATOR_OPTIONS);
	try {
		if (jobs.length > 0) await compareAll(stage, jobs);
		if (!wants('rate')) return;
		for (const line of RATE_HEAD) console.log(line);
		console.log(await fourExecutions(stage, seconds));
		console.log(await twoAccounts(stage, seconds / 2));
		console.log('');
	} finally {
		await stage.close();
	}
}

main().catch((error) => {
	console.error(error);
	process.exitCode = 1;
});
