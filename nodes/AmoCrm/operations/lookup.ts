import type { IDataObject } from 'n8n-workflow';

import type { Entity } from '../entities/types';
import type { MatchKey } from '../fields/matching';
import { endsEverything } from '../transport/failures';
import { MAX_PAGE_SIZE, isLongerThan, readList } from '../transport/pages';
import { grouped, inParallel, inTurns } from '../transport/parallel';
import type { Failure, Query } from '../transport/types';
import { findByIds, isFailure } from './byIds';
import { LISTS_IN_FLIGHT } from './items';
import type { Run } from './types';

/**
 * How to find records by their values: `search` asks amoCRM once for each text that a value may be written with, `sweep`
 * reads the whole base and compares here, `auto` takes what needs fewer requests. All find the same records.
 */
export type LookupMode = 'auto' | 'search' | 'sweep';

/** What was found for each key: records, none, or why it cannot be known. */
export type LookupResult = Map<string, IDataObject[] | Failure>;

/** So few searches are never dearer than finding out how large the base is. */
const FEW = 5;

export interface Lookup {
	run: Run;
	entity: Entity;
	/** The keys that an amoCRM record has. */
	keysOfRecord: (record: IDataObject) => string[];
	keys: MatchKey[];
	mode: LookupMode;
	/** What else the records are to show. */
	query: Query;
}

/** Finds all records that have any of the keys. amoCRM's search is loose, so every hit is compared by its own values. */
export async function lookUp(lookup: Lookup): Promise<LookupResult> {
	const found: Found = new Map();
	await inTurns(lookup.keys, ({ key }) => found.set(key, new Map()));
	/** Several keys may be looked for with the same text. */
	const texts = await grouped(lookup.keys.flatMap(({ key, searches }) => searches.map((text) => ({ key, text }))), ({ text }) => text);
	if (await sweeps(lookup, texts.size)) await sweep(lookup, found);
	else await search(lookup, texts, found);
	await addRecent(lookup, found);
	const result: LookupResult = new Map();
	await inTurns(found, ([key, records]) => result.set(key, isFailure(records) ? records : [...records.values()]));
	return result;
}

/** The records by ID for each key. */
type Found = Map<string, Map<number, IDataObject> | Failure>;

/** Reading everything costs a request for 250 records; one probe for a record beyond that tells which is less. */
export async function isSweepCheaper({ client }: Pick<Run, 'client'>, entity: Entity, searches: number): Promise<boolean> {
	return searches > FEW && !(await isLongerThan(client, entity, searches * MAX_PAGE_SIZE));
}

async function sweeps({ run, entity, keys, mode }: Lookup, searches: number): Promise<boolean> {
	if (keys.some((key) => key.searches.length === 0)) return true;
	return mode === 'auto' ? await isSweepCheaper(run, entity, searches) : mode === 'sweep';
}

/** Reads the records that amoCRM gives for the query, and keeps each for every wanted key that it has. Returns a failure. */
async function readMatches(lookup: Lookup, condition: Query, found: Found): Promise<Failure | undefined> {
	const { run, entity, query } = lookup;
	const list = await readList({
		client: run.client,
		path: entity.path,
		collection: entity.collection,
		query: { ...query, ...condition },
		accept: (record) => {
			keep(lookup, record, found);
			return false;
		},
	});
	return list.ok ? undefined : list.failure;
}

function keep({ keysOfRecord }: Lookup, record: IDataObject, found: Found): void {
	// In the trash.
	if (record.is_deleted === true) return;
	for (const key of keysOfRecord(record)) {
		const records = found.get(key);
		if (records && !isFailure(records)) records.set(Number(record.id), record);
	}
}

async function sweep(lookup: Lookup, found: Found): Promise<void> {
	const failure = await readMatches(lookup, { order: { id: 'asc' } }, found);
	if (failure) for (const key of found.keys()) found.set(key, failure);
}

/** Every text is searched for: the newest record, and the second one that matches, may be written in any way. */
async function search(lookup: Lookup, texts: Map<string, Array<{ key: string }>>, found: Found): Promise<void> {
	let ended: Failure | undefined;
	await inParallel([...texts], LISTS_IN_FLIGHT, async ([text, keys]) => {
		const failure = ended ?? (await readMatches(lookup, { query: text }, found));
		if (!failure) return;
		if (endsEverything(failure)) ended = failure;
		for (const { key } of keys) found.set(key, failure);
	});
}

const KEEP_MS = 120_000;

/**
 * Records that this process has just written, which amoCRM's search may not know yet, by account, path and key: when each was
 * written, by ID, and when the last one was. The latest come last.
 */
const recent = new Map<string, { at: number; ids: Map<number, number> }>();

const recentKey = (run: Run, entity: Entity, key: string) => `${run.client.accountKey}|${entity.path}|${key}`;

export function rememberWritten(run: Run, entity: Entity, keys: string[], id: number): void {
	const now = Date.now();
	for (const [old, { at }] of recent) {
		if (now - at <= KEEP_MS) break;
		recent.delete(old);
	}
	for (const key of keys.map((own) => recentKey(run, entity, own))) {
		const ids = recent.get(key)?.ids ?? new Map<number, number>();
		for (const [old, at] of ids) {
			if (now - at <= KEEP_MS) break;
			ids.delete(old);
		}
		ids.delete(id);
		ids.set(id, now);
		recent.delete(key);
		recent.set(key, { at: now, ids });
	}
}

async function addRecent(lookup: Lookup, found: Found): Promise<void> {
	const { run, entity, query } = lookup;
	const now = Date.now();
	/** Those that are not found, each with a key that it had when it was written. */
	const written: Array<{ id: number; key: string }> = [];
	await inTurns(found, ([key, records]) => {
		if (isFailure(records)) return;
		for (const [id, at] of recent.get(recentKey(run, entity, key))?.ids ?? []) if (!records.has(id) && now - at <= KEEP_MS) written.push({ id, key });
	});
	const missing = await grouped(written, ({ id }) => id);
	if (missing.size === 0) return;
	const read = await findByIds(run.client, entity, String(query.with ?? ''), [...missing.keys()]);
	await inTurns(missing, ([id, keys]) => {
		const record = read.get(id);
		if (record === undefined || (isFailure(record) && record.kind === 'notFound')) return;
		// Whether it is there still is not known, so nothing may be created in its place.
		if (isFailure(record)) for (const { key } of keys) found.set(key, record);
		else keep(lookup, record, found);
	});
}
