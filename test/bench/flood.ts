import { Agent, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { buildQuery } from '../../emulator/http/query';

/**
 * The sender of the trigger's bench: a process of its own, so that its work does not look like n8n's. Takes one `Flood` as
 * JSON argument, prints one `Flooded` as JSON.
 */

export interface Flood {
	url: string;
	/** Where forged deliveries go; none where it is missing. */
	forgedUrl?: string;
	/** Deliveries per second. */
	rate: number;
	seconds: number;
	/** Forged ones on top, for every hundred. */
	forgedPercent: number;
	account: { id: number; subdomain: string };
}

export interface Sent {
	/** HTTP status; 0 for no answer. */
	status: number;
	milliseconds: number;
}

export interface Flooded {
	sent: Sent[];
	forged: Sent[];
	/** From the first delivery to the last answer. */
	milliseconds: number;
	/** The sender's own CPU time, ms. */
	cpuMilliseconds: number;
}

/** amoCRM gives up after two seconds; this waits longer, to see how late an answer is, but not for ever. */
const PATIENCE_MS = 30_000;
const agent = new Agent({ keepAlive: true, maxSockets: Infinity });

async function post(url: string, body: string): Promise<Sent> {
	const started = performance.now();
	return await new Promise((resolve) => {
		const done = (status: number) => resolve({ status, milliseconds: performance.now() - started });
		const call = request(url, { method: 'POST', agent, timeout: PATIENCE_MS, headers: { 'content-type': 'application/x-www-form-urlencoded' } }, (response) => {
			response.resume();
			response.on('end', () => done(response.statusCode ?? 0));
			response.on('error', () => done(0));
		});
		call.on('timeout', () => call.destroy());
		call.on('error', () => done(0));
		call.end(body);
	});
}

export function leadBody(index: number, account: Flood['account']): string {
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

/** Deliveries evenly spread over the time, whether or not the earlier ones are answered. */
async function flood({ url, forgedUrl, rate, seconds, forgedPercent, account }: Flood): Promise<Flooded> {
	const started = performance.now();
	const sent: Array<Promise<Sent>> = [];
	const forged: Array<Promise<Sent>> = [];
	while (sent.length < rate * seconds) {
		const due = Math.min(rate * seconds, Math.floor(((performance.now() - started) / 1000) * rate) + 1);
		while (sent.length < due) {
			const index = sent.length;
			if (forgedUrl && (index * forgedPercent) % 100 < forgedPercent) forged.push(post(forgedUrl, leadBody(index, account)));
			sent.push(post(url, leadBody(index, account)));
		}
		await sleep(1);
	}
	const answers = { sent: await Promise.all(sent), forged: await Promise.all(forged) };
	const { user, system } = process.cpuUsage();
	return { ...answers, milliseconds: performance.now() - started, cpuMilliseconds: (user + system) / 1000 };
}

const [job] = process.argv.slice(2);
if (job) {
	void flood(JSON.parse(job) as Flood).then((flooded) => {
		process.stdout.write(JSON.stringify(flooded));
		agent.destroy();
	});
}
