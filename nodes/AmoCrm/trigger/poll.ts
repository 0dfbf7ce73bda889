import { type IDataObject, type INodeExecutionData, type INodeProperties, type IPollFunctions, NodeOperationError } from 'n8n-workflow';

import { notOne } from '../fields/choices';
import { isoMoment } from '../fields/codec';
import { readWithAccount } from '../fields/conventions';
import { choicesOf } from '../fields/dictionaries';
import { OF_ONE_FIELD, triggerEvent } from '../fields/hookEvents';
import { EVENT_TYPES } from '../fields/sources';
import { isUnset, toBoolean } from '../fields/values';
import { asError, clientOf, inEditor } from '../pickers/read';
import type { ApiClient } from '../transport/client';
import { inTurns } from '../transport/parallel';
import { type Memory, rememberAccount, scopeOf } from './authenticity';
import { addPlaces, cardOf, readCards } from './cards';
import { withChanged } from './changedFields';
import { isWanted } from './filters';
import { type History, itemsOf, momentOf, MOST_EVENTS, readHistory, readNewest, surelyPast } from './history';
import { type TriggerOptions, LOOK_BACK, naming, numberGiven, readEvents, readOptions, SETTLE_TIME } from './options';
import { rowsOf } from './process';
import { LATEST_S, nowS } from './seen';

/**
 * The trigger for accounts without webhooks: reads the history from where the last poll ended. Exactly once: what was
 * given is remembered by its ID as long as it is read again, and n8n keeps that together with the rows. A poll that fails
 * leaves everything as it was.
 */

/** What the node remembers: its part of the workflow's static data. Moments are Unix seconds by amoCRM's own clock. */
interface PollMemory extends IDataObject {
	/** Host of the account that it is about. */
	baseUrl?: string;
	/** The parameters that were found to be right. */
	checked?: string;
	/** What happened before this is not ours: before the start, or forgotten. */
	start?: number;
	/** Everything up to here was given: moment of an entry of the history, as clocks may be wrong. */
	end?: number;
	/** When that was last seen to be all, or earlier: what happened two minutes before can no longer show late. */
	polled?: number;
	/** The date of the last answer. What is chosen later is told from there on. */
	dated?: number;
	/** How many entries the next poll would read again, if there is nothing new; nothing where that is not known. */
	again?: number;
	/** ID -> moment of what was given and may be read again. */
	given?: Record<string, number>;
}

/** More IDs than that are not kept; older ones are forgotten, and never read again. */
const MOST_KEPT = 20_000;

/** Events that a poll gets through in a second, with their records, also where only one request a second may go. */
const SURE_PACE = 35;

/** A poll that tries for longer than that gives up: the next one goes on where the last good one ended. */
const RETRY_MINUTES = 2;

/** In a test run there is nothing to wait for: so many of the newest changes are shown. */
const SHOWN = 10;

/** Polls that are under way: n8n begins the next one although the last has not ended. */
const running = new Set<string>();

/**
 * By scope, what the last poll without rows has remembered. n8n keeps that only together with rows, or, with durable cursors,
 * not of the poll at the activation; but a workflow that is edited shall not look back farther than to its last poll.
 */
const quiet = new Map<string, PollMemory>();

export async function poll(context: IPollFunctions): Promise<INodeExecutionData[][] | null> {
	const scope = scopeOf(context);
	if (running.has(scope)) return null;
	running.add(scope);
	try {
		const client = await clientOf(context, { maxRetryMinutes: Math.min(RETRY_MINUTES, budgetS(context) / 120) });
		const rows = await inEditor(context, context.getMode() === 'manual' ? newest(context, client) : news(context, client));
		return rows.length > 0 ? [rows.map((json) => ({ json }))] : null;
	} finally {
		running.delete(scope);
	}
}

/** Seconds until n8n gives the poll up, and all that it has read with it. Before 2.41 n8n does not. */
const budgetS = (context: Partial<Pick<IPollFunctions, 'getPollBudgetMs'>>): number => (context.getPollBudgetMs?.() ?? Infinity) / 1000;

/** What happened since the last poll. */
async function news(context: IPollFunctions, client: ApiClient): Promise<IDataObject[]> {
	const memory = context.getWorkflowStaticData('node') as PollMemory;
	const codes = wantedCodes(context);
	const checked = JSON.stringify([codes, givenOptions(context)]);
	const scope = scopeOf(context);
	const unsaved = quiet.get(scope);
	const isLater = unsaved?.baseUrl === client.baseUrl && (memory.baseUrl !== client.baseUrl || Number(unsaved.polled) >= (memory.polled ?? memory.end ?? -Infinity));
	const known = isLater ? unsaved : memory;
	const { start, end, dated, polled = -Infinity, again, given = {} } = known.baseUrl === client.baseUrl ? known : {};
	if (known.checked !== checked || end === undefined) await check(context, client, codes);
	if (start === undefined || end === undefined) {
		const { events, now, from } = await readNewest(client, codes);
		const first = { baseUrl: client.baseUrl, checked, start: from, end: from, polled: surelyPast(now), dated: now, again: undefined, given: idsOf(events.filter((row) => momentOf(row) >= from)) };
		quiet.set(scope, first);
		Object.assign(memory, first);
		return [];
	}
	const span = { atMost: numberIn(context, LOOK_BACK) * 3600, most: Math.min(MOST_EVENTS, Math.floor(SURE_PACE * budgetS(context))) };
	// Events that were chosen since the last poll begin there, once the others have got so far.
	const [before] = JSON.parse(known.checked ?? '[[]]') as [string[]];
	const [old, added] = [codes.filter((code) => before.includes(code)), codes.filter((code) => !before.includes(code))];
	const counted = old.length === before.length && added.length === 0 ? again : undefined;
	const history: History = old.length === 0 ? { events: [] } : await readHistory(client, { codes: old, after: end, overlap: overlapOf({ start, end, polled }), known: counted, ...span });
	const begun = added.length > 0 && history.until === undefined ? await readNewest(client, added) : undefined;
	const recent = begun && dated !== undefined && dated < begun.from ? await readHistory(client, { codes: added, after: dated, overlap: -1, ...span }) : undefined;
	// One event may be of an old and of an added kind.
	const byId = new Map([...history.events, ...(recent?.events ?? [])].map((row) => [String(row.id), row]));
	const events = [...byId.values()].sort((one, other) => momentOf(one) - momentOf(other));
	const isBegun = added.length === 0 || begun !== undefined;
	const until = Math.min(history.until ?? Infinity, recent?.until ?? Infinity);
	const leftOutBefore = Math.max(history.leftOutBefore ?? 0, recent?.leftOutBefore ?? 0);
	const now = history.now ?? begun?.now;
	const settleTime = numberIn(context, SETTLE_TIME);
	const upTo = Math.min(until, settleTime === 0 ? Infinity : (now ?? nowS()) - settleTime - 1);
	const done = events.filter((row) => momentOf(row) >= start && momentOf(row) <= upTo && given[String(row.id)] === undefined);
	const rows = await rowsOfEvents(context, client, { codes, events: done });
	const next = Math.max(end, leftOutBefore, Math.min(upTo, Math.max(history.readUpTo ?? end, begun?.from ?? end)));
	const { isSame } = history;
	const place = {
		...kept({ ...given, ...idsOf([...done, ...(begun?.events ?? []).filter((row) => momentOf(row) <= (dated ?? Infinity))]) }, Math.max(start, next - LATEST_S)),
		end: next,
		polled: isSame ? polled : Math.max(polled, Math.min(upTo, surelyPast(now))),
	};
	const isSettled = added.length === 0 && upTo >= (events.map(momentOf).at(-1) ?? -Infinity);
	const count = isSettled ? history.countFrom?.(next - overlapOf(place)) : undefined;
	Object.assign(memory, { baseUrl: client.baseUrl, checked: isBegun ? checked : known.checked, dated: isBegun ? (now ?? dated) : dated, again: isSame ? counted : count, ...place });
	if (rows.length === 0) quiet.set(scope, { ...memory });
	else quiet.delete(scope);
	return leftOutBefore === 0 ? rows : withGap(context, rows, leftOutBefore);
}

/** What shows late is looked for as long as it may show, but nothing that is not ours. */
const overlapOf = ({ start, end, polled }: { start: number; end: number; polled: number }): number => Math.max(-1, Math.min(LATEST_S, end - start, end + LATEST_S - polled));

const idsOf = (events: IDataObject[]): Record<string, number> => Object.fromEntries(events.map((row) => [String(row.id), momentOf(row)]));

/** The IDs that may be read again, and from when on. */
function kept(given: Record<string, number>, from: number): { start: number; given: Record<string, number> } {
	const entries = Object.entries(given).filter(([, at]) => at >= from).sort(([, one], [, other]) => other - one);
	const forgotten = entries[MOST_KEPT]?.[1];
	const start = forgotten === undefined ? from : Math.max(from, forgotten + 1);
	return { start, given: Object.fromEntries(entries.filter(([, at]) => at >= start)) };
}

/** After too long a pause, the log and the first row say what is missing. */
function withGap(context: IPollFunctions, [first, ...others]: IDataObject[], before: number): IDataObject[] {
	const left_out_before = isoMoment(before) as string;
	context.logger.warn(`amoCRM Polling Trigger: what happened before ${left_out_before} was left out, as it is longer ago than 'Look Back (Hours)' allows`, { node: context.getNode().name });
	return first ? [{ ...first, left_out_before }, ...others] : [];
}

async function newest(context: IPollFunctions, client: ApiClient): Promise<IDataObject[]> {
	const codes = wantedCodes(context);
	await check(context, client, codes);
	const { events } = await readNewest(client, codes);
	const rows = await rowsOfEvents(context, client, { codes, events });
	if (rows.length > 0) return rows.slice(-SHOWN);
	throw new NodeOperationError(context.getNode(), 'There is no such change yet in the history of the account', {
		description: "Change something in amoCRM and try again, or choose other events or options. An active workflow is not affected: it starts with what happens from then on.",
	});
}

interface News {
	codes: string[];
	events: IDataObject[];
}

/** Rows of the events that the options let through, oldest first. */
async function rowsOfEvents(context: IPollFunctions, client: ApiClient, { codes, events }: News): Promise<IDataObject[]> {
	if (events.length === 0) return [];
	const options = await optionsOf(context, client);
	const account: Memory = {};
	const failure = options.ignoreOwnChanges ? await rememberAccount(client, account) : undefined;
	if (failure) throw asError(context, failure);
	const { items, changes } = await itemsOf(client, events, codes);
	const changed = options.changedFields.length > 0 ? withChanged(items, options.changedFields, changes) : items;
	const candidates = changed.filter((item) => isWanted(item, options, account.userId));
	const isPlaced = [options.pipelineIds, options.stageIds, options.responsibleUserIds].some(({ length }) => length > 0);
	// Without its card a row would have an ID and what has changed; a webhook brings the record along.
	const isBare = !options.loadFullRecord && !isUnset(givenOptions(context).loadFullRecord);
	const toRead = options.loadFullRecord ? candidates : isBare && !isPlaced ? [] : candidates.filter((item) => cardOf(item)?.isSelf);
	const { cards, failure: unread } = await readCards(client, toRead, options.with);
	if (unread) throw asError(context, unread);
	addPlaces(cards);
	const wanted = candidates.filter((item) => isWanted(item, options, account.userId));
	const rows = await rowsOf(context, client, { items: wanted, cards: isBare ? new Map() : cards, loadFullRecord: options.loadFullRecord, simplify: toBoolean(context.getNodeParameter('simplify', true)) });
	return await inTurns(wanted, (item, index) => ({ ...rows[index], ...(changes.has(item) ? { changed_fields: [...(changes.get(item) ?? [])] } : {}) }));
}

const givenOptions = (context: IPollFunctions): IDataObject => context.getNodeParameter('options', {}) as IDataObject;

const optionsOf = async (context: IPollFunctions, client: ApiClient): Promise<TriggerOptions> =>
	await readWithAccount(() => readOptions(context.getNode(), givenOptions(context), choicesOf(client)));

const numberIn = (context: IPollFunctions, option: INodeProperties): number => numberGiven(context.getNode(), givenOptions(context), option);

function wantedCodes(context: IPollFunctions): string[] {
	const node = context.getNode();
	const codes = readEvents(node, context.getNodeParameter('events', []), givenOptions(context).otherEvents);
	const unknown = codes.map(triggerEvent).filter(({ types }) => types.length === 0);
	if (codes.length === 0) throw new NodeOperationError(node, "No event is chosen in 'Events'", { description: 'Choose at least one event that starts the workflow.' });
	if (unknown.length === 0) return codes;
	throw new NodeOperationError(node, `The history of the account does not tell: ${unknown.map(({ name }) => name).join(', ')}`, {
		description: "Only webhooks tell that. Use the amoCRM Trigger for it, or take it out of 'Events' and 'Other Events'.",
	});
}

/** What can be wrong is said when the workflow is activated or tested, not when something happens. */
async function check(context: IPollFunctions, client: ApiClient, codes: string[]): Promise<void> {
	for (const option of [LOOK_BACK, SETTLE_TIME]) numberIn(context, option);
	await optionsOf(context, client);
	const typed = codes.filter((code) => triggerEvent(code).name === code && !OF_ONE_FIELD.test(code));
	const types = typed.length > 0 ? await EVENT_TYPES.read(client) : [];
	naming(context.getNode(), 'Other Events', () => {
		for (const type of typed) if (!types.some(({ id }) => id === type)) throw notOne(type, [], types, EVENT_TYPES);
	});
}
