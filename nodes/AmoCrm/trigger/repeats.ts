import { createHash } from 'crypto';
import type { IExecuteFunctions } from 'n8n-workflow';

import { exclusively } from '../transport/exclusive';
import { type Memory, scopeOf } from './authenticity';
import type { HookItem } from './delivery';
import { textOf } from './row';

/**
 * amoCRM repeats a delivery that was not answered in time, up to two hours later, although the workflow may have started
 * (extended facts 1.5). Known are the changes whose execution got through: to this process, and, over restarts and in all
 * workers, to n8n's database.
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
		const key = item.caught_up ? undefined : fingerprint(scope, item);
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

/**
 * What n8n's database keeps of a node: the last 12,000 texts as hashes, some 330 kB (the same store that n8n's Remove
 * Duplicates node has). Static data cannot do this: n8n reads it when an execution begins and writes the whole of it back
 * at the end, so of two that run side by side the later one takes the other's entries away.
 */
const MOST_ENTRIES = 12_000;
const MODE = 'entries';

/** A change has four entries at most, its execution, its fingerprint and twice its key: so many changes are surely known. */
export const SURELY_KNOWN = MOST_ENTRIES / 4;

type Helpers = Pick<IExecuteFunctions, 'helpers'>;

/** Records the texts, and gives those that were recorded before. */
async function record({ helpers }: Helpers, texts: string[]): Promise<Set<unknown>> {
	return new Set((await helpers.checkProcessedAndRecord(texts, 'node', { mode: MODE, maxEntries: MOST_ENTRIES })).processed);
}

/** The texts that are recorded. n8n cannot ask without recording, so what was new is taken back. */
async function asked({ helpers }: Helpers, texts: string[]): Promise<Set<unknown>> {
	if (texts.length === 0) return new Set();
	const { new: added, processed } = await helpers.checkProcessedAndRecord(texts, 'node', { mode: MODE });
	if (added.length > 0) await helpers.removeProcessed(added, 'node', { mode: MODE });
	return new Set(processed);
}

/** n8n may be killed before that is taken back, and a key that was only asked for stays: those that count are there twice. */
const FOR_GOOD = 'for good ';

const forGood = (keys: string[]): string[] => keys.flatMap((key) => [key, FOR_GOOD + key]);

/** The keys that are recorded for good. */
async function recorded(context: Helpers, keys: string[]): Promise<Set<string>> {
	const found = await asked(context, keys);
	const candidates = keys.filter((key) => found.has(key));
	const good = await asked(context, candidates.map((key) => FOR_GOOD + key));
	return new Set(candidates.filter((key) => good.has(FOR_GOOD + key)));
}

/** By scope, when this process has seen what was caught up, ms. */
const caughtUpAt = new Map<string, number>();

/** What is to be caught up. */
export interface Missed extends HookItem {
	/** Several changes of its record are within moments: only its very second tells it apart. */
	is_exact?: boolean;
}

interface Telling {
	/** Items whose record was changed several times within moments: only their very second is theirs. */
	exact: Set<HookItem>;
	/** Repeated deliveries are let through, but nothing that was caught up. */
	keepRepeated: boolean;
}

/** Of items that are about to come out, those that never did, in no process of n8n. */
export async function newcomers(context: IExecuteFunctions, items: HookItem[], { exact, keepRepeated }: Telling): Promise<Set<HookItem>> {
	if (items.length === 0) return new Set();
	const scope = scopeOf(context);
	const { caughtUpAt: since = caughtUpAt.get(scope) ?? 0 } = context.getWorkflowStaticData('node') as Memory;
	return await inDatabase(context, items, async (all) => {
		const delivered = items.filter((item) => !item.caught_up);
		const known = await record(context, [...new Set([executionOf(context), ...delivered.flatMap((item) => printOf(item) ?? [])])]);
		// A worker has died with this execution, and n8n begins it anew.
		if (known.has(executionOf(context))) return;
		for (const item of delivered) if (!keepRepeated && known.has(printOf(item))) all.delete(item);
		if (Date.now() - since < KEEP_MS) for (const item of await knownOf(context, delivered, { exact, mark: CAUGHT_UP })) all.delete(item);
		for (const item of await knownOf(context, items.filter((item) => item.caught_up), { exact })) all.delete(item);
		const fresh = [...all].filter((item) => item.caught_up);
		if (fresh.length > 0) {
			caughtUpAt.set(scope, Date.now());
			await record(context, forGood(fresh.map((item) => CAUGHT_UP + keyOf(item))));
		}
		const keys = [...delivered, ...fresh].map(keyOf);
		const own = unsettled.get(scope);
		const now = Date.now();
		if (own) own.push({ context, keys, at: now, lookAt: now + FIRST_LOOK_MS, isCaughtUp: delivered.length === 0 });
		else await record(context, forGood(keys));
	});
}

/**
 * What came out of executions that are not known to have ended, by scopes that this process looks after. If n8n is killed
 * before that, nobody knows what became of the rows: then they are caught up, and may come again, as that is better than
 * that they are lost.
 */
const unsettled = new Map<string, Unsettled[]>();
/** n8n does not tell a node when an execution has ended. It is looked for after so long, and then after half as long again. */
const FIRST_LOOK_MS = 100;
const LONGEST_NAP_MS = 10_000;

interface Unsettled {
	context: IExecuteFunctions;
	keys: string[];
	/** When it came out, and when its execution is looked at, ms. */
	at: number;
	lookAt: number;
	isCaughtUp: boolean;
}

export const beginSettling = (scope: string): void => void unsettled.set(scope, []);

async function settle(scope: string, isDue: (one: Unsettled) => boolean): Promise<void> {
	const own = unsettled.get(scope) ?? [];
	const [first] = own.filter(isDue);
	if (!first) return;
	await inDatabase(first.context, [], async () => {
		const due = own.filter(isDue);
		own.splice(0, own.length, ...own.filter((one) => !due.includes(one)));
		await record(first.context, forGood([...new Set(due.flatMap(({ keys }) => keys))]));
	});
}

/** Records what came out of executions that have ended meanwhile. */
export async function settleEnded(scope: string): Promise<void> {
	const ended = new Set<Unsettled>();
	for (const one of [...(unsettled.get(scope) ?? [])]) {
		const now = Date.now();
		if (now < one.lookAt) continue;
		if (await hasEnded(one.context)) ended.add(one);
		one.lookAt = now + Math.min(LONGEST_NAP_MS, (now - one.at) / 2);
	}
	await settle(scope, (one) => ended.has(one));
}

/** Also one that waits: n8n keeps that over restarts. What n8n keeps nothing of has ended. */
async function hasEnded(context: IExecuteFunctions): Promise<boolean> {
	if (context.getExecutionCancelSignal()?.aborted) return true;
	const run = await context.getExecutionDataById(context.getExecutionId());
	if (!run) return true;
	const { executionData, resultData, waitTill } = run;
	const isPast = resultData.runData[context.getNode().name] !== undefined;
	return Boolean(waitTill ?? resultData.error) || (isPast && executionData?.nodeExecutionStack.length === 0);
}

/** Records what was caught up: of the executions that a trigger starts itself, n8n tells when they have ended. */
export const settleCaughtUp = async (scope: string): Promise<void> => await settle(scope, ({ isCaughtUp }) => isCaughtUp);

/** In an n8n that goes down, executions still end. */
export async function endSettling(scope: string): Promise<void> {
	await settle(scope, () => true);
	unsettled.delete(scope);
}

/** Of what may have to be caught up, what was not delivered as far as that is known. */
export const uncaught = async (context: IExecuteFunctions, items: HookItem[], exact: Set<HookItem>): Promise<HookItem[]> => [
	...(await inDatabase(context, items, async (all) => {
		if ((await asked(context, [executionOf(context)])).size > 0) return;
		for (const item of await knownOf(context, items, { exact })) all.delete(item);
	})),
];

/** What is left of the items; all of them where n8n cannot tell. Nothing is remembered of test runs. */
async function inDatabase(context: IExecuteFunctions, items: HookItem[], sift: (all: Set<HookItem>) => Promise<void>): Promise<Set<HookItem>> {
	const all = new Set(items);
	if (context.getMode() === 'manual') return all;
	try {
		// n8n reads, changes and writes the entries in three steps.
		await exclusively({ keys: [`repeats|${scopeOf(context)}`] }, async () => await sift(all));
	} catch (error) {
		context.logger.warn(`amoCRM Trigger: n8n could not tell which changes have come before. ${(error as Error).message}`, { node: context.getNode().name });
	}
	return all;
}

const executionOf = (context: IExecuteFunctions): string => `execution ${context.getExecutionId()}`;

const printOf = (item: HookItem): string | undefined => fingerprint('', item);

/** Marks the key of what was caught up; a delivery of the same change may still come. */
const CAUGHT_UP = 'caught up ';

/** The items whose change is recorded with that mark, or came out a moment ago. */
async function knownOf(context: IExecuteFunctions, items: HookItem[], { exact, mark = '' }: Pick<Telling, 'exact'> & { mark?: string }): Promise<HookItem[]> {
	if (items.length === 0) return [];
	const asked = new Map(items.map((item) => [item, (exact.has(item) ? [keyOf(item)] : keysNear(item)).map((key) => mark + key)]));
	const known = await recorded(context, [...new Set([...asked.values()].flat())]);
	for (const { keys } of unsettled.get(scopeOf(context)) ?? []) for (const key of keys) known.add(key);
	return items.filter((item) => asked.get(item)?.some((key) => known.has(key)));
}

/** The history may be dated a second apart from the record. */
export const NEAR_S = 1;
const DAY_S = 86_400;

/** Which change an item tells of, as far as a delivery and the history agree: kind, record, its new stage or user, and when. */
interface Told {
	name: string;
	/** Unix seconds, or the day since 1970 of what is deleted; nothing where the name says all. */
	at?: number;
}

export function changeOf({ event, action, data, event_at: dated }: HookItem): Told {
	const id = textOf(data.id ?? data.talk_id);
	switch (action) {
		case 'update':
		case 'status':
		case 'responsible': {
			const now = action === 'status' ? data.status_id : action === 'responsible' ? data.responsible_user_id : '';
			const isTalk = event === 'update_talk';
			return { name: [event, isTalk ? textOf(data.contact_id) : id, textOf(now)].join(), at: Number(textOf(data.updated_at ?? data.last_modified ?? data.created_at)) };
		}
		case 'delete':
		case 'restore': {
			// The delivery of a deletion has no time: then it is when it came.
			const at = typeof dated === 'string' ? Date.parse(dated) : Date.now();
			return { name: `${event},${id}`, at: Math.floor(at / 1000 / DAY_S) };
		}
		default:
			return event === 'add_talk' ? { name: `${event},${textOf(data.contact_id)}`, at: Number(textOf(data.created_at)) } : { name: `${event},${id}` };
	}
}

const keyAt = ({ name, at }: Told, aside = 0): string => (at === undefined ? name : `${name},${at + aside}`);

const keyOf = (item: HookItem): string => keyAt(changeOf(item));

/** With the moments beside. */
function keysNear(item: HookItem): string[] {
	const told = changeOf(item);
	return told.at === undefined ? [told.name] : [-NEAR_S, 0, NEAR_S].map((aside) => keyAt(told, aside));
}
