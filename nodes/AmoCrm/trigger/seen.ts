import type { Memory } from './authenticity';
import type { HookItem } from './delivery';
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
 * changes there were tells later how far back each of them is known. The times are amoCRM's, as the history has no other.
 */
export function noteSeen(scope: string, memory: Memory, items: HookItem[]): void {
	const count = (uncounted.get(scope) ?? 0) + items.length;
	const moments = items.map(({ data }) => Number(data.updated_at ?? data.created_at ?? NaN)).filter(Number.isFinite);
	const at = Math.min(nowS(), ...moments);
	const { seenUntil = 0 } = memory;
	uncounted.set(scope, count);
	if (memory.since === undefined || busy.has(scope) || (at - seenUntil < EVERY_S && count < SURELY_KNOWN / 10)) return;
	uncounted.delete(scope);
	memory.seenUntil = Math.max(seenUntil, at);
	noteCount(memory, { count, at: memory.seenUntil });
}

export function noteCount(memory: Memory, { count, at }: { count: number; at: number }): void {
	memory.counts = [...(memory.counts ?? []).filter(([before]) => before > at - OVERLAP_S), [at, count]];
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
