import { sleep } from 'n8n-workflow';

/** amoCRM's limit for one integration in one account, requests per second (core facts 3.7). */
export const DEFAULT_REQUESTS_PER_SECOND = 7;

/**
 * Length of the sliding window, ms. amoCRM counts at its own door: the 40 ms over a second are for requests that
 * arrive closer together than they left.
 */
const WINDOW_MS = 1040;

/** How long everybody pauses after a 429 that names no time, ms. It doubles while 429s go on. */
const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 30_000;

/** After a 429 the allowed rate grows back by this many requests per second, each second. */
const RECOVERY_PER_SECOND = 0.5;

interface Waiter {
	limit: number;
	admit: () => void;
}

/**
 * The gate of one account and integration: at most `limit` requests start in any window, whoever sends them.
 * Executions take turns, so a big one cannot starve a small one. On a 429 everybody pauses and the rate halves,
 * then grows back slowly, so that several n8n processes that share a limit converge.
 */
export class RateLimiter {
	private readonly starts: number[] = [];

	/** Waiting calls by execution; the map's order is the turn. */
	private readonly queues = new Map<unknown, Waiter[]>();

	private pumping = false;

	private pausedUntil = 0;

	private pauseMs = FIRST_PAUSE_MS;

	private reducedRate = Infinity;

	private reducedAt = 0;

	/** Resolves when the caller may start one request now; rejects with the signal's reason when it is aborted. */
	async take(execution: unknown, limit: number, signal?: AbortSignal): Promise<void> {
		signal?.throwIfAborted();
		await new Promise<void>((resolve, reject) => {
			const onAbort = () => {
				this.forget(execution, waiter);
				reject(signal?.reason ?? new Error('aborted'));
			};
			const waiter: Waiter = {
				limit,
				admit: () => {
					signal?.removeEventListener('abort', onAbort);
					resolve();
				},
			};
			signal?.addEventListener('abort', onAbort, { once: true });
			const queue = this.queues.get(execution);
			if (queue) queue.push(waiter);
			else this.queues.set(execution, [waiter]);
			void this.pump();
		});
	}

	/** Tell the gate that amoCRM answered 429: everybody pauses, the rate halves. */
	slowDown(limit: number, retryAfterMs?: number): void {
		const now = Date.now();
		const alreadyPaused = now < this.pausedUntil;
		this.pausedUntil = Math.max(this.pausedUntil, now + (retryAfterMs ?? this.pauseMs));
		// The other requests of the same burst fail together: they count as one breach.
		if (alreadyPaused) return;
		this.reducedRate = Math.max(1, this.rate(limit, now) / 2);
		this.reducedAt = this.pausedUntil;
		this.pauseMs = Math.min(this.pauseMs * 2, LONGEST_PAUSE_MS);
	}

	/** Tell the gate that amoCRM let a request through. */
	succeeded(): void {
		if (Date.now() >= this.pausedUntil) this.pauseMs = FIRST_PAUSE_MS;
	}

	private rate(limit: number, now: number): number {
		const recovered = this.reducedRate + (Math.max(0, now - this.reducedAt) / 1000) * RECOVERY_PER_SECOND;
		if (recovered >= limit) this.reducedRate = Infinity;
		return Math.min(limit, recovered);
	}

	/** Admits waiting calls one by one, each as soon as the window has room. One pump runs per gate. */
	private async pump(): Promise<void> {
		if (this.pumping) return;
		this.pumping = true;
		while (this.queues.size > 0) {
			const [execution, queue] = this.queues.entries().next().value as [unknown, Waiter[]];
			const next = queue[0];
			const wait = next ? this.waitMs(next.limit) : 0;
			if (wait > 0) {
				await sleep(wait);
				continue;
			}
			this.queues.delete(execution);
			queue.shift();
			// To the back of the line, so that executions take turns.
			if (queue.length > 0) this.queues.set(execution, queue);
			if (next) {
				this.starts.push(Date.now());
				next.admit();
			}
		}
		this.pumping = false;
	}

	private waitMs(limit: number): number {
		const now = Date.now();
		if (now < this.pausedUntil) return this.pausedUntil - now;
		while (this.starts.length > 0 && now - (this.starts[0] as number) >= WINDOW_MS) this.starts.shift();
		const allowed = Math.max(1, Math.floor(this.rate(limit, now)));
		if (this.starts.length < allowed) return 0;
		return (this.starts[this.starts.length - allowed] as number) + WINDOW_MS - now;
	}

	private forget(execution: unknown, waiter: Waiter): void {
		const left = (this.queues.get(execution) ?? []).filter((other) => other !== waiter);
		if (left.length > 0) this.queues.set(execution, left);
		else this.queues.delete(execution);
	}
}

const limiters = new Map<string, RateLimiter>();

/** The gate shared by every execution and node of this process that uses the same account and integration. */
export function rateLimiterOf(accountKey: string): RateLimiter {
	let limiter = limiters.get(accountKey);
	if (!limiter) limiters.set(accountKey, (limiter = new RateLimiter()));
	return limiter;
}
