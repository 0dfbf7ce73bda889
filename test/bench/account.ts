import { setTimeout as sleep } from 'node:timers/promises';
import type { Emulator } from '../../emulator';

/** amoCRM's own limit, and a latency as it is inside one continent. */
export const RATE_LIMIT = { integration: 7, account: 50 };
export const LATENCY_MS = 150;

export const EMULATOR_OPTIONS = { seed: 'empty', rateLimit: RATE_LIMIT, latencyMs: LATENCY_MS } as const;

/**
 * The least time that amoCRM lets `requests` take, ms: at 7 a second, and one answer at the end. A sliding window lets
 * the first 7 go at once, so that a short run may even be a little faster.
 */
export function boundMs(requests: number): number {
	return (requests / RATE_LIMIT.integration) * 1000 + LATENCY_MS;
}

/** Fills the account that answers at `origin` with leads, without limit and latency. Returns their IDs. */
export async function addLeads(emulator: Emulator, origin: string, count: number): Promise<number[]> {
	const { limiter, latency } = emulator.world;
	limiter.limits = false;
	latency.ms = 0;
	const { accessToken } = emulator.issueToken();
	const ids: number[] = [];
	for (let from = 0; from < count; from += 250) {
		const body = Array.from({ length: Math.min(250, count - from) }, (_, index) => ({ name: `Seeded ${from + index}`, price: from + index }));
		const answer = await fetch(`${origin}/api/v4/leads`, {
			method: 'POST',
			headers: { authorization: `Bearer ${accessToken}`, 'content-type': 'application/json' },
			body: JSON.stringify(body),
		});
		const { _embedded } = (await answer.json()) as { _embedded: { leads: Array<{ id: number }> } };
		ids.push(..._embedded.leads.map(({ id }) => id));
	}
	limiter.limits = RATE_LIMIT;
	latency.ms = LATENCY_MS;
	return ids;
}

/** What the account saw of one run. */
export interface Seen {
	requests: number;
	refused: number;
}

/** Forgets the requests so far; the window of the rate limit is empty then. */
export async function rest({ log }: Emulator): Promise<void> {
	await sleep(1_500);
	log.clear();
}

export function seenBy({ log }: Emulator): Seen {
	const calls = log.entries.filter(({ path }) => path.startsWith('/api/'));
	return { requests: calls.length, refused: calls.filter(({ status }) => status === 429).length };
}
