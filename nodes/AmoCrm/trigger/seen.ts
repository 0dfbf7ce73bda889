import type { Memory } from './authenticity';
import { SURELY_KNOWN } from './repeats';

/** How far the deliveries of a node have come, in its static data: after a time without them the rest is caught up. */

/** amoCRM tries a delivery for so long (extended facts 1.5), and the clocks may differ. */
export const OVERLAP_S = 130 * 60;
const EVERY_S = 60;

/** So long an event may take to show in the history, at most, s. */
export const LATEST_S = 120;

export const nowS = (): number => Math.floor(Date.now() / 1000);

/** Scopes that this process catches up: a delivery that comes meanwhile says nothing of what was before it. */
export const busy = new Set<string>();

/** By scope, how many changes came since it was last written down. */
const uncounted = new Map<string, number>();

/**
 * Writes down that deliveries come, at most once a minute: n8n then saves the static data of the whole workflow. How many
 * changes there were tells later how far back each of them is known.
 */
export function noteSeen(scope: string, memory: Memory, changes: number): void {
	const count = (uncounted.get(scope) ?? 0) + changes;
	const now = nowS();
	uncounted.set(scope, count);
	if (memory.since === undefined || busy.has(scope) || (now - (memory.seenUntil ?? 0) < EVERY_S && count < SURELY_KNOWN / 10)) return;
	uncounted.delete(scope);
	memory.seenUntil = now;
	noteCount(memory, count);
}

export function noteCount(memory: Memory, count: number): void {
	memory.counts = [...(memory.counts ?? []).filter(([at]) => at > nowS() - OVERLAP_S), [nowS(), count]];
}

/** From when on n8n's database surely knows each change, Unix seconds. */
export function knownSince({ counts = [] }: Memory): number {
	let sum = 0;
	for (const [at, count] of [...counts].reverse()) {
		sum += count;
		if (sum > SURELY_KNOWN) return at;
	}
	return -Infinity;
}
