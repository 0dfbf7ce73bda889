import type { Clock } from './clock';

/** facts: core 3.7. 7 requests in any one-second window per integration, 50 per account; repeated breaches block everything. */
export interface RateLimits {
	integration: number;
	account: number;
	/** Breaches within `BLOCK_WINDOW_MS` after which every request answers 403 until unblock(); never, when omitted. */
	blockAfter?: number;
}

const WINDOW_MS = 1_000;
const BLOCK_WINDOW_MS = 60_000;

export class RateLimiter {
	limits: RateLimits | false;

	blocked = false;

	private readonly windows = new Map<string, number[]>();

	private breaches: number[] = [];

	constructor(
		private readonly clock: Clock,
		limits: RateLimits | false,
	) {
		this.limits = limits;
	}

	/** Counts one request. Refused requests count for the block, not for the window. */
	admit(integration: string): 'ok' | 'limited' | 'blocked' {
		if (this.blocked) return 'blocked';
		if (!this.limits) return 'ok';
		const now = this.clock.now();
		const own = this.window(`integration:${integration}`, now);
		const account = this.window('account', now);
		if (own.length >= this.limits.integration || account.length >= this.limits.account) return this.breach(now);
		own.push(now);
		account.push(now);
		return 'ok';
	}

	unblock(): void {
		this.blocked = false;
		this.breaches = [];
		this.windows.clear();
	}

	private breach(now: number): 'limited' | 'blocked' {
		if (!this.limits || this.limits.blockAfter === undefined) return 'limited';
		this.breaches = [...this.breaches.filter((at) => at > now - BLOCK_WINDOW_MS), now];
		this.blocked = this.breaches.length > this.limits.blockAfter;
		return this.blocked ? 'blocked' : 'limited';
	}

	private window(key: string, now: number): number[] {
		const stamps = this.windows.get(key) ?? [];
		while (stamps.length > 0 && (stamps[0] ?? now) <= now - WINDOW_MS) stamps.shift();
		this.windows.set(key, stamps);
		return stamps;
	}
}
