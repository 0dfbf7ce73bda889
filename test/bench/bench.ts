import { parseArgs } from 'node:util';
import { cpus } from 'node:os';
import type { IDataObject } from 'n8n-workflow';
import type { Emulator } from '../../emulator';
import { openRealHost } from '../conformance/realHost';
import { openConnectedStage, type Stage } from '../n8n/stage';
import type { Credential } from '../n8n/run';
import { addLeads, EMULATOR_OPTIONS, rest, seenBy } from './account';
import { clientContenders, FEW } from './clients';
import { httpParameters, linesOf, ourParameters, TABLE_HEAD, type Contender, type Measured } from './contenders';
import { addNotes, createLeads, getLeads, readLeads, updateLeads, type Job } from './jobs';
import { runHttpRequest, runOurs } from './n8n';
import { fourExecutions, RATE_HEAD, twoAccounts } from './rate';

/** `npm run bench`: our node and others at the same jobs, against the same amoCRM, one after the other. */

const { values } = parseArgs({
	options: {
		rows: { type: 'string', default: '1000' },
		list: { type: 'string', default: '10000' },
		few: { type: 'string', default: String(FEW) },
		seconds: { type: 'string', default: '60' },
	},
});
const rows = Number(values.rows);
const list = Number(values.list);
const few = Number(values.few);
const seconds = Number(values.seconds);

type ConnectedStage = Stage & { credential: Credential };

function n8nContenders({ n8n, emulator, credential }: ConnectedStage): Contender[] {
	const token = emulator.issueToken().accessToken;
	const onePerRow = (job: Job) => (job.name.startsWith('read') ? job.rows : Math.min(few, job.rows));
	const http = (name: string, options: IDataObject): Contender => ({
		name,
		rows: onePerRow,
		run: async (job, items) => {
			const run = await runHttpRequest(n8n.client, httpParameters(job, emulator.url, token, options), items);
			return { ...run, out: run.out.flatMap(rowsIn) };
		},
	});
	return [
		{ name: 'our node', run: async (job, items) => await checked(runOurs(n8n.client, credential, ourParameters(job, job.perRequest === 50 ? undefined : job.perRequest), items)) },
		http('HTTP Request node, as it is', {}),
		{
			...http('HTTP Request node, 7 each second', { batching: { batch: { batchSize: 7, batchInterval: 1000 } } }),
			run: (job, items) => (job.name.startsWith('read') ? undefined : http('', { batching: { batch: { batchSize: 7, batchInterval: 1000 } } }).run(job, items)),
		},
		{
			name: 'HTTP Request node, page after page',
			run: (job, items) => (job.name.startsWith('read') ? http('', PAGES).run(job, items) : undefined),
		},
	];
}

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

async function measure(emulator: Emulator, contender: Contender, job: Job, leadIds: number[]): Promise<Measured | undefined> {
	const count = contender.rows?.(job) ?? job.rows;
	const marks = { run: `Run ${++runs}`, leadIds, price: runs * 1_000_000 };
	const items = job.items(marks, count);
	await rest(emulator);
	const run = await contender.run(job, items);
	if (!run) return undefined;
	return { contender: contender.name, rows: count, milliseconds: run.milliseconds, right: job.right(emulator, marks, items, run.out), ...seenBy(emulator) };
}

async function compare(jobs: Job[], contendersAt: Array<{ emulator: Emulator; leadIds: number[]; contenders: (job: Job) => Contender[] }>): Promise<void> {
	for (const line of TABLE_HEAD) console.log(line);
	for (const job of jobs) {
		const measured: Measured[] = [];
		for (const { emulator, leadIds, contenders } of contendersAt) {
			for (const contender of contenders(job)) {
				const entry = await measure(emulator, contender, job, leadIds);
				if (entry) measured.push(entry);
			}
		}
		for (const line of linesOf(job, measured)) console.log(line);
	}
}

async function main(): Promise<void> {
	console.log(`Node ${process.versions.node}, ${cpus().length} processors. amoCRM (emulated): 7 requests a second, 150 ms latency.\n`);
	const stage = await openConnectedStage('bench', EMULATOR_OPTIONS);
	const host = await openRealHost(EMULATOR_OPTIONS);
	try {
		const leadIds = await addLeads(stage.emulator, stage.emulator.url, list);
		const hostLeadIds = await addLeads(host.emulator, `https://${host.domain}`, list);
		const inN8n = n8nContenders(stage);
		await compare(
			[readLeads(list), getLeads(rows, 150), updateLeads(rows, 50), addNotes(rows, 50), createLeads(rows, 50), updateLeads(rows, 250), addNotes(rows, 250), createLeads(rows, 250)],
			[
				{ emulator: stage.emulator, leadIds, contenders: (job) => (isOnlyBigger(job) ? inN8n.slice(0, 1) : inN8n) },
				{ emulator: host.emulator, leadIds: hostLeadIds, contenders: (job) => clientContenders(host, job.perRequest) },
			],
		);
		console.log('');
		for (const line of RATE_HEAD) console.log(line);
		console.log(await fourExecutions(stage, seconds));
		console.log(await twoAccounts(stage, seconds / 2));
	} finally {
		await stage.close();
		await host.close();
	}
}

/** The HTTP Request node sends a request for each row, whatever the size of a batch. */
const isOnlyBigger = (job: Job) => job.perRequest === 250 && !job.name.startsWith('read');

main().catch((error) => {
	console.error(error);
	process.exitCode = 1;
});
