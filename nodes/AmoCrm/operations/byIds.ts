import type { IDataObject } from 'n8n-workflow';

import { type Entity, type RecordId, idOf } from '../entities/types';
import { AmoCrmError } from '../fields/errors';
import { readRecord, readRows } from '../transport/answers';
import type { ApiClient } from '../transport/client';
import { endsEverything, isTooMuch } from '../transport/failures';
import { MAX_PAGE_SIZE, isLongerThan, readList } from '../transport/pages';
import { chunksOf, inParallel } from '../transport/parallel';
import type { Failure, Query } from '../transport/types';
import { notFoundError } from './problems';

/** Records by their IDs, in as few requests as the account allows. */

/** IDs in one list request: a page of records, in an address of nearly 8 kB; a server that takes less of it gets them in parts. */
export const IDS_PER_REQUEST = 250;

/** The same where IDs are UUIDs that stand in the address joined. */
export const LONG_IDS_PER_REQUEST = 150;

export const IN_FLIGHT = 7;

/** So few records are never dearer to read on their own than finding out how long the list is. */
const FEW = 5;

/** What there is for each ID, or why that cannot be known. */
export type Found = Map<RecordId, IDataObject | Failure>;

/** The record with that ID; throws why it is not there. */
export function recordIn(found: Found, entity: Entity, id: RecordId): IDataObject {
	const record = found.get(id);
	if (record === undefined) throw notFoundError(entity, id);
	if (!isFailure(record)) return record;
	throw record.kind === 'notFound' ? notFoundError(entity, id) : AmoCrmError.from(record);
}

/** One reading of records by their IDs. */
interface Search {
	client: ApiClient;
	entity: Pick<Entity, 'base' | 'path' | 'collection' | 'id' | 'list'>;
	query: Query;
	found: Found;
}

/**
 * Reads records by their IDs: one directly, many through `filter[id]`. An account without the paid filters ignores that
 * and answers with other records: then each is read on its own, or the whole list where that takes fewer requests.
 */
export async function findByIds(client: ApiClient, entity: Search['entity'], extras: string, ids: RecordId[]): Promise<Found> {
	const search: Search = { client, entity, query: extras ? { with: extras } : {}, found: new Map() };
	const { found } = search;
	const { unpaged, byIds, joinsIds, pageSize = IDS_PER_REQUEST } = entity.list ?? {};
	const asksByIds = byIds === 'filter' || (ids.length > 1 && byIds !== 'single');
	const atOnce = Math.min(joinsIds ? LONG_IDS_PER_REQUEST : IDS_PER_REQUEST, pageSize);
	let unread = asksByIds ? [] : ids;
	let filtersWork = true;
	await inParallel(chunksOf(asksByIds ? ids : [], atOnce), IN_FLIGHT, async (chunk) => {
		if (filtersWork && (await readByFilter(search, chunk)) && !joinsIds) return;
		filtersWork = joinsIds === true;
		unread.push(...chunk.filter((id) => !found.has(id)));
	});
	const halfAsManyPages = Math.floor(unread.length / 2);
	const isShort = async () => unread.length > FEW && !joinsIds && !(await isLongerThan(client, entity, halfAsManyPages * MAX_PAGE_SIZE));
	if (unpaged ? unread.length > 1 || byIds === 'whole' : await isShort()) await readWholeList(search, unread);
	unread = unread.filter((id) => !found.has(id));
	await readOneByOne(search, unread);
	return found;
}

/** False when the answer shows that the filter was ignored. */
async function readByFilter(search: Search, ids: RecordId[]): Promise<boolean> {
	const { client, entity, query, found } = search;
	const { base, path } = entity;
	const request = { base, path, query: { ...query, filter: { [entity.id?.key ?? 'id']: entity.list?.joinsIds ? ids.join(',') : ids }, limit: ids.length }, splittable: ids.length > 1 };
	const reply = await readRows(client, request, entity.collection);
	if (!reply.ok) {
		if (isTooMuch(reply.failure) && ids.length > 1) {
			const middle = Math.ceil(ids.length / 2);
			return (await readByFilter(search, ids.slice(0, middle))) && (await readByFilter(search, ids.slice(middle)));
		}
		// An account that does not take the filter at all still gives single records.
		if (reply.failure.kind === 'badRequest' || reply.failure.kind === 'validation') return false;
		for (const id of ids) found.set(id, reply.failure);
		return true;
	}
	const wanted = new Set(ids);
	for (const row of reply.rows) {
		const id = idOf(entity, row);
		if (wanted.has(id)) found.set(id, row);
	}
	if (!reply.rows.every((row) => wanted.has(idOf(entity, row)))) return false;
	const missing = ids.filter((id) => !found.has(id));
	// amoCRM may give less per page than it is asked for.
	if (reply.more && missing.length > 0 && missing.length < ids.length) return await readByFilter(search, missing);
	// What stands in the place of a record and is none tells nothing about it.
	return reply.count === reply.rows.length;
}

async function readWholeList({ client, entity, query, found }: Search, ids: RecordId[]): Promise<void> {
	const wanted = new Set(ids);
	const { path, collection, list } = entity;
	const all = await readList({ client, path, collection, unpaged: list?.unpaged, maxPageSize: list?.pageSize, query: { ...query, ...(list?.hasOwnOrder ? {} : { order: { id: 'asc' } }) }, accept: (row) => wanted.has(idOf(entity, row)) });
	if (all.ok) for (const row of all.rows) found.set(idOf(entity, row), row);
	else for (const id of ids) found.set(id, all.failure);
}

async function readOneByOne({ client, entity, query, found }: Search, ids: RecordId[]): Promise<void> {
	let ended: Failure | undefined;
	await inParallel(ids, IN_FLIGHT, async (id) => {
		if (ended) {
			found.set(id, ended);
			return;
		}
		const reply = await readRecord(client, { base: entity.base, path: `${entity.path}/${id}`, query }, id, entity.id?.key);
		if (!reply.ok) {
			found.set(id, reply.failure);
			if (endsEverything(reply.failure)) ended = reply.failure;
		} else if (reply.value) found.set(id, reply.value);
	});
}

export function isFailure(found: object): found is Failure {
	return typeof (found as Failure).outcomeUnknown === 'boolean';
}
