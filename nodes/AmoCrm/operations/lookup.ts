import type { IDataObject } from 'n8n-workflow';

import type { Matcher, MatchKey } from '../fields/matching';
import { endsEverything } from '../transport/failures';
import { MAX_PAGE_SIZE, isLongerThan, readList } from '../transport/pages';
import { inParallel } from '../transport/parallel';
import type { Failure, Query } from '../transport/types';
import { findByIds, isFailure } from './getOne';
import type { Entity, Run } from './types';

/**
 * How to find records by their values: `search` asks amoCRM once for each value, `sweep` reads the whole base and
 * compares here, `auto` takes what needs fewer requests.
 */
export type LookupMode = 'auto' | 'search' | 'sweep';

/** What was found for each key: records, none, or why it cannot be known. */
export type LookupResult = Map<string, IDataObject[] | Failure>;

const IN_FLIGHT = 6;

/** So few searches are never dearer than finding out how large the base is. */
const FEW = 5;

interface LookupOptions {
	mode: LookupMode;
	query: Query;
	/** Whether every record counts, in whatever way its value is written. Otherwise the first way that finds any is enough. */
	all: boolean;
}

/** Finds the records that have any of the keys. amoCRM's search is loose, so every hit is compared by its own values. */
export async function lookUp(
	run: Run,
	entity: Entity,
	matcher: Matcher,
	keys: MatchKey[],
	{ mode, query, all }: LookupOptions,
): Promise<LookupResult> {
	const result: LookupResult = (await isSweepCheaper(run, entity, keys, mode))
		? await sweep(run, entity, matcher, keys, query)
		: await search(run, entity, matcher, keys, query, all);
	await addRecent(run, entity, matcher, result, query);
	return result;
}

/**
 * Reading everything costs a request for 250 records, searching one or several for each key; one probe for a record
 * beyond that tells which is less.
 */
async function isSweepCheaper(run: Run, entity: Entity, keys: MatchKey[], mode: LookupMode): Promise<boolean> {
	if (keys.some(({ searches }) => searches.length === 0)) return true;
	if (mode !== 'auto') return mode === 'sweep';
	if (keys.length <= FEW) return false;
	const searches = keys.reduce((sum, key) => sum + key.searches.length, 0);
	return !(await isLongerThan(run.client, entity, Math.max(keys.length, Math.floor(searches / 2)) * MAX_PAGE_SIZE));
}

async function sweep(run: Run, entity: Entity, matcher: Matcher, keys: MatchKey[], query: Query): Promise<LookupResult> {
	const found = new Map<string, IDataObject[]>(keys.map(({ key }) => [key, []]));
	const list = await readList({
		client: run.client,
		path: entity.path,
		collection: entity.collection,
		query: { ...query, order: { id: 'asc' } },
		accept: (record) => {
			for (const key of new Set(matcher.keysOfRecord(record))) found.get(key)?.push(record);
			return false;
		},
	});
	return list.ok ? found : new Map(keys.map(({ key }) => [key, list.failure]));
}

async function search(run: Run, entity: Entity, matcher: Matcher, keys: MatchKey[], query: Query, all: boolean): Promise<LookupResult> {
	const found: LookupResult = new Map();
	let ended: Failure | undefined;
	await inParallel(keys, IN_FLIGHT, async ({ key, searches }) => {
		const records = new Map<unknown, IDataObject>();
		for (const text of searches) {
			if (ended) {
				found.set(key, ended);
				return;
			}
			const list = await readList({
				client: run.client,
				path: entity.path,
				collection: entity.collection,
				query: { ...query, query: text },
				accept: (record) => matcher.keysOfRecord(record).includes(key),
			});
			if (!list.ok) {
				if (endsEverything(list.failure)) ended = list.failure;
				found.set(key, list.failure);
				return;
			}
			for (const record of list.rows) records.set(record.id, record);
			if (records.size > 0 && !all) break;
		}
		found.set(key, [...records.values()]);
	});
	return found;
}

const KEEP_MS = 120_000;

/** Records that this process has just created, which amoCRM's search may not know yet: IDs by account, path and key, the oldest first. */
const recent = new Map<string, { id: number; at: number }>();

const recentKey = (run: Run, entity: Entity, key: string) => `${run.client.accountKey}|${entity.path}|${key}`;

export function rememberCreated(run: Run, entity: Entity, keys: string[], id: number): void {
	const at = Date.now();
	for (const [old, entry] of recent) {
		if (at - entry.at <= KEEP_MS) break;
		recent.delete(old);
	}
	for (const key of keys.map((own) => recentKey(run, entity, own))) {
		// The oldest come first.
		recent.delete(key);
		recent.set(key, { id, at });
	}
}

async function addRecent(run: Run, entity: Entity, matcher: Matcher, result: LookupResult, query: Query): Promise<void> {
	const missing = new Map<number, string[]>();
	for (const [key, found] of result) {
		const known = recent.get(recentKey(run, entity, key));
		if (!known || isFailure(found) || found.length > 0) continue;
		missing.set(known.id, [...(missing.get(known.id) ?? []), key]);
	}
	if (missing.size === 0) return;
	const records = await findByIds(run.client, entity, String(query.with ?? ''), [...missing.keys()]);
	for (const [id, keys] of missing) {
		const record = records.get(id);
		if (record === undefined || isFailure(record)) continue;
		const has = matcher.keysOfRecord(record);
		for (const key of keys) if (has.includes(key)) result.set(key, [record]);
	}
}
