import { startEmulator, type Emulator } from '../../emulator';
import { consent, createCredential, type Stage } from '../n8n/stage';
import type { Credential } from '../n8n/run';
import { EMULATOR_OPTIONS, RATE_LIMIT, rest } from './account';
import { runOurs } from './n8n';

/** How much of the limit several executions at once use up, in the real n8n. */

const REQUEST_PER_ITEM = { resource: 'lead', operation: 'create', name: '={{ $json.name }}', options: { batchSize: 1 } };

interface Rate {
	perSecond: number;
	seconds: number;
	requests: number;
	refused: number;
	/** The shortest time, ms, in which one more request arrived than a second allows. */
	tightest: number;
}

/** Requests that arrived between the first and the last, per second. */
function rateOf({ log }: Emulator): Rate {
	const calls = log.entries.filter(({ path }) => path.startsWith('/api/'));
	const seconds = ((calls.at(-1)?.at ?? 0) - (calls[0]?.at ?? 0)) / 1000;
	const refused = calls.filter(({ status }) => status === 429).length;
	const spans = calls.map(({ at }, index) => at - (calls[index - RATE_LIMIT.integration]?.at ?? -Infinity));
	return { perSecond: (calls.length - 1) / seconds, seconds, requests: calls.length, refused, tightest: Math.min(...spans) };
}

/** `executions` workflows started together, each with its share of as many requests as fill `seconds`. */
async function runTogether({ n8n }: Stage, credential: Credential, executions: number, seconds: number): Promise<void> {
	const share = Math.ceil((seconds * RATE_LIMIT.integration) / executions);
	const items = Array.from({ length: share }, (_, index) => ({ name: `Rate ${index}` }));
	const runs = Array.from({ length: executions }, async () => await runOurs(n8n.client, credential, REQUEST_PER_ITEM, items));
	for (const { error, out } of await Promise.all(runs)) {
		if (error !== undefined || out.length !== share) throw new Error(`${out.length} of ${share} rows: ${error}`);
	}
}

export async function fourExecutions(stage: Stage & { credential: Credential }, seconds: number): Promise<string> {
	await rest(stage.emulator);
	await runTogether(stage, stage.credential, 4, seconds);
	return line('four executions, one account', [rateOf(stage.emulator)]);
}

export async function twoAccounts(stage: Stage & { credential: Credential }, seconds: number): Promise<string> {
	const other = await startEmulator({ ...EMULATOR_OPTIONS, redirectUri: stage.n8n.redirectUrl, switches: { strictRefreshRedirectUri: false } });
	try {
		const credential = await createCredential(stage.n8n, other.url);
		await consent(stage.n8n.client, credential);
		await rest(stage.emulator);
		other.log.clear();
		await Promise.all([runTogether(stage, stage.credential, 2, seconds), runTogether(stage, credential, 2, seconds)]);
		return line('two accounts, two executions each', [rateOf(stage.emulator), rateOf(other)]);
	} finally {
		await other.close();
	}
}

export const RATE_HEAD = ['| at once | seconds | requests | per second | of the limit | 429s | 8 arrived within |', '| --- | --: | --: | --: | --: | --: | --: |'];

function line(name: string, rates: Rate[]): string {
	const sum = (key: keyof Rate) => rates.reduce((total, rate) => total + rate[key], 0);
	const share = (sum('perSecond') / (RATE_LIMIT.integration * rates.length)) * 100;
	const tightest = Math.min(...rates.map((rate) => rate.tightest));
	const seconds = Math.max(...rates.map((rate) => rate.seconds));
	return `| ${name} | ${seconds.toFixed(1)} | ${sum('requests')} | ${sum('perSecond').toFixed(2)} | ${share.toFixed(1)} % | ${sum('refused')} | ${Math.round(tightest)} ms |`;
}
