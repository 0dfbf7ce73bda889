import { randomInt } from 'n8n-workflow';

import { isTooMuch } from './failures';
import type { ApiRequest, Failure } from './types';

/** How often a request is repeated after a failure that allows it. */
export const DEFAULT_MAX_RETRIES = 5;

/** A 429 is nobody's fault and surely did nothing: while other n8n processes use up the limit it may come many times. */
const RATE_LIMIT_PATIENCE = 4;

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
	switch (failure.kind) {
		case 'rateLimited':
		case 'unreachable':
			return true;
		case 'server':
		case 'timeout':
		case 'connectionLost':
		case 'malformed':
			return isRepeatable(request);
		default:
			return false;
	}
}

/** Whether sending the same request twice has the same effect as sending it once. */
export function isRepeatable(request: ApiRequest): boolean {
	return request.method !== 'POST' || request.repeatable === true;
}

/** Exponential delay with jitter before attempt `attempt` (1 = first retry), ms. */
export function retryDelayMs(attempt: number): number {
	const ceiling = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** (attempt - 1));
	return randomInt(Math.ceil(ceiling / 2), ceiling + 1);
}
