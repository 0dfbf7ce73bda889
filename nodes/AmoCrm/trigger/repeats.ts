import { createHash } from 'crypto';

import type { HookItem } from './delivery';

/**
 * amoCRM repeats a delivery that was not answered in time, up to two hours later, although the workflow may have started
 * (extended facts 1.5). Known are the deliveries whose execution got through; they are forgotten with this process.
 */

const KEEP_MS = 3 * 60 * 60_000;
const MAX_KEPT = 50_000;

/** Fingerprint -> when it was seen, oldest first. */
const seen = new Map<string, number>();

/** Keys that tell one change of a record from the next. */
const MOMENTS = ['updated_at', 'last_modified', 'created_at', 'date_create'];

/** Nothing for an item that has no moment: the same thing may really have happened twice. */
function fingerprint(scope: string, { event, data }: HookItem): string | undefined {
	if (!MOMENTS.some((key) => data[key] !== undefined)) return undefined;
	return createHash('sha256').update(`${scope}|${event}|${JSON.stringify(data)}`).digest('base64');
}

/** The items that have not come before, neither in an earlier execution nor among these. */
export function withoutRepeats(scope: string, items: HookItem[]): HookItem[] {
	const here = new Set<string>();
	return items.filter((item) => {
		const key = fingerprint(scope, item);
		if (key === undefined) return true;
		if (here.has(key) || Date.now() - (seen.get(key) ?? -Infinity) < KEEP_MS) return false;
		here.add(key);
		return true;
	});
}

export function remember(scope: string, items: HookItem[]): void {
	const now = Date.now();
	for (const item of items) {
		const key = fingerprint(scope, item);
		if (key !== undefined) seen.set(key, now);
	}
	for (const [key, at] of seen) {
		if (seen.size <= MAX_KEPT && now - at < KEEP_MS) break;
		seen.delete(key);
	}
}
