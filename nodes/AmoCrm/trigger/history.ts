import type { IDataObject } from 'n8n-workflow';

import { event } from '../entities/event';
import { isoMoment } from '../fields/codec';
import { AmoCrmError, orThrow } from '../fields/errors';
import { NOTES, tells, triggerEvent, type TriggerEvent } from '../fields/hookEvents';
import { withNeeds } from '../operations/problems';
import { readRows } from '../transport/answers';
import type { ApiClient } from '../transport/client';
import { failureAs } from '../transport/failures';
import { isObject, objectsIn } from '../transport/objects';
import { readList } from '../transport/pages';
import { inTurns } from '../transport/parallel';
import type { Outcome, Query } from '../transport/types';
import { type Changes, fieldsOf, WITH_HISTORY } from './changedFields';
import type { HookItem } from './delivery';
import { textOf } from './row';
import { nowS } from './seen';

/** The account's history (extended facts 5) as what webhooks tell: for accounts without them, and after a time without them. */

/** More changes at once are left to the next reading: they would not fit into an execution. */
export const MOST_EVENTS = 10_000;

/** By how much n8n's clock may be wrong. */
const CLOCKS_DIFFER_S = 15 * 60;

const PAGE = event.list?.pageSize ?? 100;

/** Sizes of a small page: no number of entries below 500,000 is a multiple of all. */
const SIZES = [2, 3, 5, 7, 11, 13, 17];

/** Which part of the history is read. Moments are Unix seconds by amoCRM's own clock. */
export interface Span {
	codes: string[];
	/** Everything up to this moment is known. */
	after: number;
	/** Seconds before that which are read again, as an event may show late. */
	overlap: number;
	/** How far back at most, seconds before amoCRM's now. */
	atMost?: number;
	/** How many events at most, but for those of one second. */
	most?: number;
	/** How many entries were there from `after - overlap` on when that was read last: where there are just as many, nothing is read. */
	known?: number;
}

export interface History {
	/** Oldest first, those of one second in the order in which they happened. */
	events: IDataObject[];
	/** Everything that shows up to this moment was read, whatever the clocks say; nothing where the history is empty. */
	readUpTo?: number;
	/** Later ones wait for the next reading: there were too many. */
	until?: number;
	/** Earlier ones than that were left out, as they are too old; nothing where there were none. */
	leftOutBefore?: number;
	/** amoCRM's own clock when the reading began; nothing where it does not tell. */
	now?: number;
	/** Nothing was read, as there are as many entries as were known. */
	isSame?: boolean;
	/** How many entries there are from a moment on, also such as nobody asked for; nothing where not all were read. */
	countFrom?: (moment: number) => number;
}

export const momentOf = ({ created_at: at }: IDataObject): number => Number(at ?? NaN);

/** The latest moment that has surely come by amoCRM's clock: its date, where n8n's clock does not say otherwise. */
export const surelyPast = (now: number | undefined): number =>
	now !== undefined && Math.abs(now - nowS()) <= CLOCKS_DIFFER_S ? now : Math.min(now ?? Infinity, nowS() - CLOCKS_DIFFER_S);

/** Moment of the newest entry that is not of the future, which would keep all up to then out. */
const newestOf = (entries: IDataObject[], now = -Infinity): number | undefined =>
	entries.map(momentOf).filter((at) => at <= Math.max(now, nowS()) + CLOCKS_DIFFER_S).at(-1);

/** The newest page of these events, oldest first, and from when on there may be others, Unix seconds. Throws an `AmoCrmError`. */
export async function readNewest(client: ApiClient, codes: string[]): Promise<Pick<History, 'events' | 'now'> & { from: number }> {
	const { isAsked, queryOf } = questionOf(codes);
	const { rows } = await readable(readRows(client, { path: event.path, query: { ...queryOf(), limit: PAGE } }, event.collection));
	const entries = inOrder(rows);
	const now = client.dated();
	const [oldest] = entries.map(momentOf);
	// In an empty history nothing is told by looking back a little.
	const newest = newestOf(entries, now) ?? Math.min(now ?? Infinity, nowS()) - CLOCKS_DIFFER_S;
	// Of a second that fills the page more may have been there.
	return { events: entries.filter(isAsked), now, from: entries.length >= PAGE && oldest === newest ? newest + 1 : newest };
}

function questionOf(codes: string[]) {
	const kinds = codes.map(triggerEvent);
	// The changes of one field can only be asked for alone (extended facts 5.1).
	const types = [...new Set(kinds.flatMap((kind) => kind.types.map((type) => type.replace(/^custom_field_\d+_/, 'custom_field_'))))];
	const entities = kinds.flatMap(({ entity }) => entity ?? []);
	// Messages are asked for by their contact, and come as events of a card (extended facts 5.1).
	const entity = entities.length === kinds.length ? [...new Set(entities)] : undefined;
	return {
		isAsked: (row: IDataObject): boolean => kinds.some((kind) => tells(kind, row)),
		queryOf: (from?: number, to?: number): Query => ({ with: 'note', filter: { type: types, entity, created_at: { from: from && Math.max(0, from), to } } }),
	};
}

/** Reads what the history tells of these events. Up to a page of it is one request; more is read in parallel. Throws an `AmoCrmError`. */
export async function readHistory(client: ApiClient, { codes, after, overlap, atMost = Infinity, most = MOST_EVENTS, known = 0 }: Span): Promise<History> {
	const { isAsked, queryOf } = questionOf(codes);
	const job = { client, path: event.path, collection: event.collection };
	const read = async (query: Query, page: Query) => await readable(readRows(client, { path: event.path, query: { ...query, ...page } }, event.collection));
	const isLonger = async (query: Query, count = 0) => (await read(query, { limit: 1, page: count + 1 })).count > 0;
	const hasAsked = async (query: Query) => {
		const page = await read(query, { limit: PAGE });
		return page.count >= PAGE || page.rows.some(isAsked);
	};

	// A page that does not begin with the last known entry, and ends behind it.
	const size = known < PAGE ? undefined : SIZES.find((limit) => known % limit > 0);
	const isKnown = size !== undefined && (await read(queryOf(after - overlap), { limit: size, page: Math.floor(known / size) + 1 })).count === known % size;
	if (isKnown) return { events: [], now: client.dated(), isSame: true };

	const first = await read(queryOf(after - overlap), { limit: PAGE });
	const now = client.dated();
	const oldest = now === undefined ? -Infinity : now - atMost;
	const from = Math.max(after - overlap, oldest);
	let { rows } = first;
	let until: number | undefined;
	const isWhole = !first.more && first.count < PAGE;
	const isOld = (row: IDataObject) => momentOf(row) > after && momentOf(row) < oldest && isAsked(row);
	const leavesOut = oldest > after + 1 && (isWhole ? rows.some(isOld) : await hasAsked(queryOf(after + 1, oldest - 1)));
	if (!isWhole) {
		const start = Math.max(after, oldest) + 1;
		const newest = Math.max(start, ...rows.map(momentOf).filter(Number.isFinite));
		if (await isLonger(queryOf(start), most)) {
			// As far as fits, or half of that: with less, polls that are far apart would fall behind what 'Look Back' allows.
			let [fits, tooLong] = [start - 1, newest];
			while (tooLong - fits > 1) {
				const middle = Math.floor((fits + tooLong) / 2);
				if (await isLonger(queryOf(start, middle), most)) tooLong = middle;
				else {
					fits = middle;
					if (await isLonger(queryOf(start, middle), Math.floor(most / 2))) break;
				}
			}
			until = fits >= start && (await isLonger(queryOf(start, fits))) ? fits : tooLong;
		}
		({ rows } = await readable(readList({ ...job, query: queryOf(from, until), maxPageSize: PAGE })));
	}
	const entries = inOrder(rows);
	const events = entries.filter((row) => momentOf(row) >= from && isAsked(row));
	const countFrom = until === undefined && !leavesOut ? (moment: number) => entries.filter((row) => momentOf(row) >= moment).length : undefined;
	return { events, readUpTo: until ?? newestOf(entries, now), until, now, countFrom, ...(leavesOut ? { leftOutBefore: oldest } : {}) };
}

/** Oldest first; those of one second in the order of the list, which is newest first as far as is known. */
function inOrder(rows: IDataObject[]): IDataObject[] {
	if (!rows.every(isEvent)) throw AmoCrmError.from(NO_EVENT);
	const isNewestFirst = momentOf(rows[0] ?? {}) >= momentOf(rows.at(-1) ?? {});
	return (isNewestFirst ? [...rows].reverse() : [...rows]).sort((a, b) => momentOf(a) - momentOf(b));
}

const isEvent = (row: IDataObject): boolean => Number.isFinite(momentOf(row)) && textOf(row.id) !== '' && textOf(row.type) !== '';

const NO_EVENT = failureAs('malformed', 'amoCRM gives entries of its history without their type, ID or time', 'It is not known what they tell. Run again; if it goes on, amoCRM support can help.');

async function readable<T>(reading: Promise<Outcome<T>>): Promise<{ ok: true } & T> {
	try {
		return orThrow(await reading);
	} catch (error) {
		throw withNeeds(AmoCrmError.of(error), event);
	}
}

export interface Told {
	items: HookItem[];
	/** What updates have changed. */
	changes: Changes;
}

/**
 * What webhooks would have told: an item for every event that is wanted, in order; what one save has changed of a record
 * is one update. Each has the ID and the time of its event.
 */
export async function itemsOf(client: ApiClient, events: IDataObject[], codes: string[]): Promise<Told> {
	const items: HookItem[] = [];
	const changes: Changes = new Map();
	const kinds = codes.map(triggerEvent);
	const subdomain = new URL(client.baseUrl).hostname.split('.')[0] ?? '';
	await inTurns(await savesIn(events), (save) => {
		const account = { id: save[0]?.account_id ?? null, subdomain };
		const found = kinds.flatMap((kind) => {
			const told = save.filter((row) => tells(kind, row));
			return (isUpdate(kind) && told.length > 0 ? [told] : told.map((row) => [row])).map((part) => ({ kind, part }));
		});
		const placeOf = ({ part, kind }: (typeof found)[number]) => save.indexOf(part[0] as IDataObject) - (isUpdate(kind) ? 0.5 : 0);
		for (const { kind, part } of found.sort((one, other) => placeOf(one) - placeOf(other))) {
			const item = itemOf(kind, part, account);
			items.push(item);
			if (isUpdate(kind) && WITH_HISTORY.has(item.entity)) changes.set(item, new Set(part.flatMap(fieldsOf)));
		}
	});
	return { items, changes };
}

/** Events of one record, one second and one author, with nothing of the same record between them. */
async function savesIn(events: IDataObject[]): Promise<IDataObject[][]> {
	const saves: IDataObject[][] = [];
	const latest = new Map<string, IDataObject[]>();
	await inTurns(events, (row) => {
		const record = `${String(row.entity_type)}:${String(row.entity_id)}`;
		const save = latest.get(record);
		if (save && save[0]?.created_at === row.created_at && save[0]?.created_by === row.created_by) save.push(row);
		else {
			const next = [row];
			latest.set(record, next);
			saves.push(next);
		}
	});
	return saves;
}

const isUpdate = ({ code }: TriggerEvent): boolean => code.startsWith('update_') && code !== 'update_talk';

function itemOf({ code, isHistoryOnly, types }: TriggerEvent, part: IDataObject[], account: IDataObject): HookItem {
	const [row = {}] = part;
	const [, action = '', entity = ''] = /^([^_]+)_(.+)$/.exec(code) ?? [];
	const type = textOf(row.entity_type);
	const named = isHistoryOnly ? { entity: type, action: NOTES.includes(code) ? 'note' : code.replace(new RegExp(`^(?:${type}|entity)_`), '') } : { entity, action };
	const isTalk = types.some((name) => /message|talk/.test(name)) && !isHistoryOnly;
	const data = named.action === 'note' ? noteOf(row) : isTalk ? talkOf(row, named.entity) : { ...recordOf(part, named.action), ...(isHistoryOnly ? { value_before: row.value_before, value_after: row.value_after } : {}) };
	return { event: code, ...named, account: { ...account }, data, event_id: row.id, event_at: isoMoment(row.created_at) as string };
}

/** A value of an event (extended facts 5.2) -> the keys of a record. */
const VALUES: Record<string, Record<string, string>> = {
	lead_status: { id: 'status_id', pipeline_id: 'pipeline_id' },
	customer_status: { id: 'status_id' },
	responsible_user: { id: 'responsible_user_id' },
	name_field_value: { name: 'name' },
	sale_field_value: { sale: 'price' },
	task: { text: 'text' },
	task_deadline: { timestamp: 'complete_till' },
	task_type: { id: 'task_type_id' },
};

const keysIn = (values: unknown): Array<[string, IDataObject[string]]> =>
	objectsIn(values).flatMap((value) =>
		Object.entries(value).flatMap(([kind, inner]) => Object.entries(VALUES[kind] ?? {}).flatMap(([key, name]): Array<[string, IDataObject[string]]> => (isObject(inner) && inner[key] !== undefined ? [[name, inner[key]]] : []))),
	);

/** The record in the shape of a webhook (extended facts 1.4), as far as the history tells. */
function recordOf(part: IDataObject[], action: string): IDataObject {
	const [{ entity_id: id, entity_type: type, created_by: by, created_at: at } = {} as IDataObject] = part;
	const after = part.flatMap(({ value_after: values }) => keysIn(values));
	// Changed twice within a second: what was first before, and last after.
	const before = part.flatMap(({ value_before: values }) => keysIn(values)).reverse();
	const stamps = action === 'add' ? { created_user_id: by, created_at: at } : { modified_user_id: by, updated_at: at };
	return { id, ...(type === 'contact' || type === 'company' ? { type } : {}), ...Object.fromEntries(after), ...Object.fromEntries(before.map(([key, value]) => [`old_${key}`, value])), ...stamps };
}

const PLURAL: Record<string, string> = { lead: 'leads', contact: 'contacts', company: 'companies', customer: 'customers' };

function noteOf({ entity_id: element_id, entity_type: type, created_by, created_at, value_after: values }: IDataObject): IDataObject {
	const note = objectsIn(values).map((value) => value.note).find(isObject) ?? {};
	const { params, id, note_type, responsible_user_id, updated_by = created_by, updated_at = created_at } = note;
	return { file_name: '', ...(isObject(params) ? params : {}), id, note_type, element_id, entity_type: PLURAL[textOf(type)] ?? type, created_by, created_at, updated_by, updated_at, responsible_user_id };
}

/** The history names no talk, and of a message the ID alone. */
function talkOf({ entity_id, entity_type, linked_talk_contact_id, created_by, created_at, value_after: values, type }: IDataObject, entity: string): IDataObject {
	const message = objectsIn(values).map((value) => value.message).find(isObject);
	const card = entity_type === 'contact' ? { contact_id: entity_id } : { contact_id: linked_talk_contact_id, entity_id, entity_type };
	const kind = entity === 'talk' ? { is_in_work: type !== 'talk_closed' } : { type: entity === 'message' ? 'incoming' : 'outgoing' };
	return { ...(message ? { id: message.id } : {}), ...card, ...kind, created_by, created_at };
}
