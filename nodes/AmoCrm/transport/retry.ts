import { randomInt } from 'n8n-workflow';

import { isTooMuch } from './failures';
import type { ApiRequest, Failure } from './types';

/** How often a request is repeated after a failure that allows it. */
export const DEFAULT_MAX_RETRIES = 5;

/** A 429 is nobody's fault and surely did nothing: while other n8n processes use up the limit it may come many times. */
const RATE_LIMIT_PATIENCE = 4;

/** How long one run tries again in all, minutes. */
export const DEFAULT_RETRY_MINUTES = 5;

const FIRST_DELAY_MS = 500;
const LONGEST_DELAY_MS = 20_000;

/**
 * Whether the same request may be sent again: always when amoCRM surely did nothing with it (429, never connected);
 * otherwise only when repeating cannot double anything. A POST whose outcome is unknown is never repeated.
 */
export function mayRetry(request: ApiRequest, failure: Failure, retriesSoFar: number, maxRetries: number): boolean {
	const patience = failure.kind === 'rateLimited' ? maxRetries * RATE_LIMIT_PATIENCE : maxRetries;
	if (failure.permanent || retriesSoFar >= patience) return false;
	// What may be too much at once gets a second chance as it is, then its caller splits it.
	if (request.splittable && isTooMuch(failure) && retriesSoFar > 0) return false;
	if (['rateLimited', 'unreachable'].includes(failure.kind)) return true;
	return ['server', 'timeout', 'connectionLost', 'malformed'].includes(failure.kind) && isRepeatable(request);
}

/** Whether sending the same request twice has the same effect as sending it once. */
export const isRepeatable = ({ method, repeatable }: ApiRequest): boolean => method !== 'POST' || repeatable === true;

/** Exponential delay with jitter before attempt `attempt` (1 = first retry), ms. */
export function retryDelayMs(attempt: number): number {
	const ceiling = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** (attempt - 1));
	return randomInt(Math.ceil(ceiling / 2), ceiling + 1);
}

/** What a repetition waits for, in words. */
const TROUBLES: Partial<Record<Failure['kind'], string>> = {
	rateLimited: 'too many requests',
	timeout: 'no answer in time',
	connectionLost: 'a broken connection',
	unreachable: 'no connection',
	malformed: 'a broken answer',
};

/** How long the requests of one run try again in all: time that several of them spend at once counts once. */
export class RetryBudget {
	private spentMs = 0;
	private since = 0;
	private trying = 0;
	private readonly waitedFor = new Map<string, number>();

	constructor(private readonly minutes: number) {}

	/** Does `work`, in which a request tries again. */
	async during<T>(work: () => Promise<T>): Promise<T> {
		if (this.trying++ === 0) this.since = performance.now();
		try {
			return await work();
		} finally {
			if (--this.trying === 0) this.spentMs += performance.now() - this.since;
		}
	}

	/** Whether a repetition may start after `pauseMs`; what it waits for is noted. */
	allows({ kind }: Failure, pauseMs: number): boolean {
		const trouble = TROUBLES[kind] ?? 'an error of the server';
		this.waitedFor.set(trouble, (this.waitedFor.get(trouble) ?? 0) + 1);
		const spentMs = this.spentMs + (this.trying > 0 ? performance.now() - this.since : 0);
		return spentMs + pauseMs < this.minutes * 60_000;
	}

	/** The failure of the request that was given up; it says what the run has waited for. */
	exhausted(failure: Failure): Failure {
		const times = [...this.waitedFor].map(([trouble, count]) => `${trouble} ${count}×`).join(', ');
		return {
			...failure,
			message: `${failure.message}. This run gave up: it may try again for ${this.minutes} min in all, and had ${times}`,
			advice: `${failure.advice} 'Max Retry Minutes' in the options sets how long a run tries.`,
			permanent: true,
		};
	}
}
