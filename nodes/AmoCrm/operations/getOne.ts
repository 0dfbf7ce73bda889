import type { IDataObject } from 'n8n-workflow';
import { deepCopy } from 'n8n-workflow';

import type { Entity, RecordId } from '../entities/types';
import { idOf } from '../entities/types';
import { AmoCrmError } from '../fields/errors';
import { withArticle } from '../fields/locator';
import { readObject, readRecord, readRows } from '../transport/answers';
import type { ApiClient } from '../transport/client';
import { endsEverything, isTooMuch } from '../transport/failures';
import { MAX_PAGE_SIZE, isLongerThan, readList } from '../transport/pages';
import { inParallel } from '../transport/parallel';
import type { Failure, Query } from '../transport/types';
import type { Asked } from './items';
import { mustStop, readItems, settleItems } from './items';
import type { Output } from './output';
import { outputOf, outputProperties, outputRows } from './output';
import { idProperty, optionsProperty, readId, withOf, withProperty } from './parameters';
import { notFoundError } from './problems';
import type { Operation, Run } from './types';

/** IDs in one list request: 250 would fit a page, but make an address of 8 kB. */
export const IDS_PER_REQUEST = 150;

export const IN_FLIGHT = 7;

/** So few records are never dearer to read on their own than finding out how long the list is. */
const FEW = 5;

type Found = Map<RecordId, IDataObject | Failure>;

export function getOne(entity: Entity): Operation {
	const noun = entity.displayName.toLowerCase();
	return {
		value: 'get',
		name: 'Get',
		action: `Get ${withArticle(noun)}`,
		description: entity.isSingle ? `Retrieve the ${noun} with everything that belongs to it` : `Retrieve one ${noun} per item by its ID; many items share requests`,
		properties: [...(entity.isSingle ? [] : [idProperty(entity)]), ...outputProperties, optionsProperty(withProperty(entity))],
		execute: async (run) => await getRecords(run, entity),
	};
}

/** Items that ask for the same extras and the same output share list requests. */
interface Group {
	extras: string;
	output: Output;
	wanted: Array<Asked<RecordId>>;
}

async function getRecords(run: Run, entity: Entity): Promise<void> {
	const groups = new Map<string, Group>();
	await readItems(run, (item) => {
		const id = entity.isSingle ? '' : readId(run, entity, item);
		const group: Group = { extras: withOf(run, item), output: outputOf(run, item), wanted: [] };
		const key = JSON.stringify(group);
		if (!groups.has(key)) groups.set(key, group);
		groups.get(key)?.wanted.push({ item, asked: id });
	});
	if (mustStop(run)) return;
	for (const { extras, output, wanted } of groups.values()) {
		const ids = [...new Set(wanted.map(({ asked }) => asked))];
		const found: Found = entity.isSingle ? new Map([['', await readSingle(run, entity, extras)]]) : await findByIds(run.client, entity, extras, ids);
		const shown = await presentFound(run, found, output);
		// Items of n8n must not share rows: a later node may change one of them.
		await settleItems(run, wanted, (id) => [deepCopy(shown.get(id) ?? recordIn(found, entity, id))]);
	}
}

/** What the account has one of. */
async function readSingle({ client }: Run, { path, isSingle = 'id' }: Entity, extras: string): Promise<IDataObject | Failure> {
	const reply = await readObject(client, { path, query: { with: extras } }, isSingle);
	return reply.ok ? reply.value : reply.failure;
}

/** The found records as rows for the output, by ID. */
async function presentFound(run: Run, found: Found, output: Output): Promise<Map<RecordId, IDataObject>> {
	const records = [...found].flatMap(([id, record]) => (isFailure(record) ? [] : [{ id, record }]));
	const rows = await outputRows(run, records.map(({ record }) => record), output);
	return new Map(records.map(({ id }, index) => [id, rows[index] as IDataObject]));
}

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
	entity: Pick<Entity, 'path' | 'collection' | 'id' | 'list'>;
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
	const { unpaged, byIds } = entity.list ?? {};
	const asksByIds = byIds === 'filter' || (ids.length > 1 && byIds !== 'single');
	const chunks: RecordId[][] = [];
	for (let from = 0; from < ids.length && asksByIds; from += IDS_PER_REQUEST) chunks.push(ids.slice(from, from + IDS_PER_REQUEST));
	let unread = asksByIds ? [] : ids;
	let filtersWork = true;
	await inParallel(chunks, IN_FLIGHT, async (chunk) => {
		if (filtersWork && (await readByFilter(search, chunk))) return;
		filtersWork = false;
		unread.push(...chunk.filter((id) => !found.has(id)));
	});
	const halfAsManyPages = Math.floor(unread.length / 2);
	const isShort = async () => unread.length > FEW && !(await isLongerThan(client, entity, halfAsManyPages * MAX_PAGE_SIZE));
	if (unpaged ? unread.length > 1 || byIds === 'whole' : await isShort()) await readWholeList(search, unread);
	unread = unread.filter((id) => !found.has(id));
	await readOneByOne(search, unread);
	return found;
}

/** False when the answer shows that the filter was ignored. */
async function readByFilter(search: Search, ids: RecordId[]): Promise<boolean> {
	const { client, entity, query, found } = search;
	const request = { path: entity.path, query: { ...query, filter: { id: ids }, limit: ids.length }, splittable: ids.length > 1 };
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
	const { path, collection, list: { unpaged } = {} } = entity;
	const list = await readList({ client, path, collection, unpaged, query: { ...query, order: { id: 'asc' } }, accept: (row) => wanted.has(idOf(entity, row)) });
	if (list.ok) for (const row of list.rows) found.set(idOf(entity, row), row);
	else for (const id of ids) found.set(id, list.failure);
}

async function readOneByOne({ client, entity, query, found }: Search, ids: RecordId[]): Promise<void> {
	let ended: Failure | undefined;
	await inParallel(ids, IN_FLIGHT, async (id) => {
		if (ended) {
			found.set(id, ended);
			return;
		}
		const reply = await readRecord(client, { path: `${entity.path}/${id}`, query }, id, entity.id?.key);
		if (!reply.ok) {
			found.set(id, reply.failure);
			if (endsEverything(reply.failure)) ended = reply.failure;
		} else if (reply.value) found.set(id, reply.value);
	});
}

export function isFailure(found: object): found is Failure {
	return typeof (found as Failure).outcomeUnknown === 'boolean';
}
