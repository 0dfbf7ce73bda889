import { randomInt } from 'n8n-workflow';

import type { ApiRequest, Failure } from './types';

/** How often a request is repeated after a failure that allows it. */
export const DEFAULT_MAX_RETRIES = 5;

const FIRST_DELAY_MS = 500;
const LONGEST_DELAY_MS = 20_000;

/**
 * Whether the same request may be sent again: always when amoCRM surely did nothing with it (429, never connected);
 * otherwise only when repeating cannot double anything. A POST whose outcome is unknown is never repeated.
 */
export function mayRetry(request: ApiRequest, failure: Failure): boolean {
	switch (failure.kind) {
		case 'rateLimited':
		case 'unreachable':
			return true;
		case 'server':
		case 'timeout':
		case 'connectionLost':
		case 'malformed':
			return isRepeatable(request);
		case 'badRequest':
			// amoCRM sometimes answers 400 "a system error occurred, please repeat" without naming a row (core facts 3.9).
			return isRepeatable(request) && failure.status === 400 && /систем|system error|повторите|try again/i.test(failure.message);
		default:
			return false;
	}
}

function isRepeatable(request: ApiRequest): boolean {
	return request.method !== 'POST' || request.repeatable === true;
}

/** Exponential delay with jitter before attempt `attempt` (1 = first retry), ms. */
export function retryDelayMs(attempt: number): number {
	const ceiling = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** (attempt - 1));
	return randomInt(Math.ceil(ceiling / 2), ceiling + 1);
}
