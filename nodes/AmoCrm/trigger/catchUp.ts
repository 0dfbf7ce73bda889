import { type IRun, type ITriggerFunctions, sleep, UserError } from 'n8n-workflow';

import { isoMoment } from '../fields/codec';
import { triggerEvent } from '../fields/hookEvents';
import { clientOf } from '../pickers/read';
import { type Memory, scopeOf } from './authenticity';
import type { HookItem } from './delivery';
import { isWanted } from './filters';
import { itemsOf, momentOf, readHistory } from './history';
import type { TriggerOptions } from './options';
import { type Missed, changeOf, NEAR_S, settleCaughtUp } from './repeats';
import { knownSince, noteCount, nowS, OVERLAP_S } from './seen';
import { eventsIn } from './subscription';

/**
 * What happened while nobody listened, from the account's history. It comes out of executions as deliveries do, each row
 * with `caught_up`; there, what n8n's database knows is left out (`repeats`).
 */

/** As many as one batched request for full records takes. */
const MOST_ITEMS = 250;
/** So long the next execution waits for the one before. */
const PATIENCE_MS = 60_000;
const STEP_MS = 100;

interface Job {
	/** Unix seconds: before that nothing can have been missed. */
	after: number;
	/** Unix seconds when that was read before: what has shown since is looked for, and nothing later. */
	until?: number;
	options: TriggerOptions;
	memory: Memory;
	/** Whether n8n saves what is written to `memory`. */
	mayRemember: () => boolean;
	isOpen: () => boolean;
}

/** Gives up to when all has come out, Unix seconds by amoCRM's clock. Throws where the history cannot be read, or the workflow has ended. */
export async function catchUp(context: ITriggerFunctions, { after: start, until = Infinity, options, memory, mayRemember, isOpen }: Job): Promise<number> {
	const codes = eventsIn(context).filter((code) => triggerEvent(code).types.length > 0);
	if (codes.length === 0) return nowS();
	const client = await clientOf(context);
	const since = memory.since ?? start;
	let overlap = until < Infinity ? 0 : Math.max(0, Math.min(OVERLAP_S, start - Math.max(since, knownSince(memory))));
	for (let after = start; ; overlap = 0) {
		const history = await readHistory(client, { codes, after, overlap, atMost: options.catchUpHours * 3_600 });
		const { items } = await itemsOf(client, history.events.filter((row) => momentOf(row) > since && momentOf(row) <= until), codes);
		const missed = marked(items.filter((item) => isWanted(item, options, memory.userId)));
		if (history.leftOutBefore !== undefined) tellOfGap(context, missed, history.leftOutBefore);
		for (let from = 0; from < missed.length; from += MOST_ITEMS) {
			if (mayRemember()) memory.caughtUpAt = Date.now();
			await emit(context, missed.slice(from, from + MOST_ITEMS), isOpen);
		}
		if (mayRemember()) noteCount(memory, { count: missed.length, at: history.now ?? nowS() });
		if (history.until === undefined) return history.now ?? nowS();
		after = history.until;
	}
}

/** After too long a time, the log and the first row say what is missing. */
function tellOfGap(context: ITriggerFunctions, [first]: Missed[], before: number): void {
	const left_out_before = isoMoment(before) as string;
	context.logger.warn(`amoCRM Trigger: what happened before ${left_out_before} was left out, as it is longer ago than 'Catch Up (Hours)' allows`, { node: context.getNode().name });
	if (first) first.left_out_before = left_out_before;
}

/** Starts an execution and waits for its end: a node that is stopped meanwhile begins anew where it was. */
async function emit(context: ITriggerFunctions, items: Missed[], isOpen: () => boolean): Promise<void> {
	if (!isOpen()) throw new UserError('The workflow was deactivated.');
	const done = context.helpers.createDeferredPromise<IRun>();
	context.emit([items.map((json) => ({ json }))], undefined, done);
	let isDone = false;
	const end = () => void (isDone = true);
	done.promise.then(end, end);
	for (let waited = 0; !isDone && waited < PATIENCE_MS && isOpen(); waited += STEP_MS) await sleep(STEP_MS);
	if (isDone && isOpen()) await settleCaughtUp(scopeOf(context));
}

function marked(items: HookItem[]): Missed[] {
	const moments = new Map<string, number[]>();
	const told = items.map((item) => ({ item, ...changeOf(item) }));
	for (const { name, at } of told) if (at !== undefined) moments.set(name, [...(moments.get(name) ?? []), at]);
	return told.map(({ item, name, at = 0 }) => {
		const is_exact = (moments.get(name) ?? []).filter((other) => Math.abs(other - at) <= 2 * NEAR_S).length > 1;
		return { ...item, caught_up: true, ...(is_exact ? { is_exact } : {}) };
	});
}
