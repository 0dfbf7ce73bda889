import type { IDataObject } from 'n8n-workflow';
import { deepCopy } from 'n8n-workflow';

import { AmoCrmError } from '../fields/errors';
import type { ApiClient } from '../transport/client';
import { endsEverything, isTooMuch } from '../transport/failures';
import { embeddedRows } from '../transport/pages';
import { inParallel } from '../transport/parallel';
import type { Failure, Query } from '../transport/types';
import type { Asked } from './items';
import { mustStop, readItems, settleItems } from './items';
import type { Output } from './output';
import { outputOf, outputProperties, outputRows } from './output';
import { idProperty, optionsProperty, readId, withProperty } from './parameters';
import { notFoundError } from './problems';
import type { Entity, Operation, Run } from './types';

/** IDs in one list request: 250 would fit a page, but make an address of 8 kB. */
const IDS_PER_REQUEST = 150;

const IN_FLIGHT = 7;

type Found = Map<number, IDataObject | Failure>;

export function getOne(entity: Entity): Operation {
	const noun = entity.displayName.toLowerCase();
	return {
		value: 'get',
		name: 'Get',
		action: `Get a ${noun}`,
		description: `Retrieve one ${noun} per item by its ID; many items share requests`,
		properties: [idProperty(entity), ...outputProperties, optionsProperty(withProperty(entity))],
		execute: async (run) => await getRecords(run, entity),
	};
}

/** Items that ask for the same extras and the same output share list requests. */
interface Group {
	extras: string;
	output: Output;
	wanted: Array<Asked<number>>;
}

async function getRecords(run: Run, entity: Entity): Promise<void> {
	const groups = new Map<string, Group>();
	await readItems(run, (item) => {
		const id = readId(run, entity, item);
		const group: Group = { extras: withOf(run, item), output: outputOf(run, item), wanted: [] };
		const key = JSON.stringify(group);
		if (!groups.has(key)) groups.set(key, group);
		groups.get(key)?.wanted.push({ item, asked: id });
	});
	if (mustStop(run)) return;
	for (const { extras, output, wanted } of groups.values()) {
		const found = await findByIds(run.client, entity, extras, [...new Set(wanted.map(({ asked }) => asked))]);
		const shown = await presentFound(run, found, output);
		// Items of n8n must not share rows: a later node may change one of them.
		await settleItems(run, wanted, (id) => [deepCopy(shown.get(id) ?? recordIn(found, entity, id))]);
	}
}

/** The found records as rows for the output, by ID. */
async function presentFound(run: Run, found: Found, output: Output): Promise<Map<number, IDataObject>> {
	const records = [...found].flatMap(([id, record]) => (isFailure(record) ? [] : [{ id, record }]));
	const rows = await outputRows(
		run,
		records.map(({ record }) => record),
		output,
	);
	return new Map(records.map(({ id }, index) => [id, rows[index] as IDataObject]));
}

/** The record with that ID; throws why it is not there. */
function recordIn(found: Found, entity: Entity, id: number): IDataObject {
	const record = found.get(id);
	if (record === undefined) throw notFoundError(entity, id);
	if (!isFailure(record)) return record;
	throw record.kind === 'notFound' ? notFoundError(entity, id) : AmoCrmError.from(record);
}

function withOf(run: Run, item: number): string {
	const options = run.parameter('options', item, {}) as { with?: string[] | string };
	return [options.with ?? []].flat().join(',');
}

/**
 * Reads records by their IDs: one directly, many through `filter[id]`. An account without the paid filters ignores that
 * and answers with other records: then each is read on its own.
 */
export async function findByIds(client: ApiClient, entity: Pick<Entity, 'path' | 'collection'>, extras: string, ids: number[]): Promise<Found> {
	const found: Found = new Map();
	const query: Query = extras ? { with: extras } : {};
	if (ids.length === 1) {
		await readOneByOne(client, entity, query, ids, found);
		return found;
	}
	const chunks: number[][] = [];
	for (let from = 0; from < ids.length; from += IDS_PER_REQUEST) chunks.push(ids.slice(from, from + IDS_PER_REQUEST));
	let filtersWork = true;
	await inParallel(chunks, IN_FLIGHT, async (chunk) => {
		if (filtersWork) filtersWork = await readByFilter(client, entity, query, chunk, found);
		if (!filtersWork) {
			await readOneByOne(
				client,
				entity,
				query,
				chunk.filter((id) => !found.has(id)),
				found,
			);
		}
	});
	return found;
}

/** False when the answer shows that the filter was ignored. */
async function readByFilter(
	client: ApiClient,
	entity: Pick<Entity, 'path' | 'collection'>,
	query: Query,
	ids: number[],
	found: Found,
): Promise<boolean> {
	const reply = await client.send({
		method: 'GET',
		path: entity.path,
		query: { ...query, filter: { id: ids }, limit: ids.length },
		splittable: ids.length > 1,
	});
	if (!reply.ok) {
		if (isTooMuch(reply.failure) && ids.length > 1) {
			const middle = Math.ceil(ids.length / 2);
			const first = await readByFilter(client, entity, query, ids.slice(0, middle), found);
			return first && (await readByFilter(client, entity, query, ids.slice(middle), found));
		}
		// An account that does not take the filter at all still gives single records.
		if (reply.failure.kind === 'badRequest' || reply.failure.kind === 'validation') return false;
		for (const id of ids) found.set(id, reply.failure);
		return true;
	}
	const wanted = new Set(ids);
	const rows = embeddedRows(reply, entity.collection);
	for (const row of rows) {
		const id = Number(row.id);
		if (wanted.has(id)) found.set(id, row);
	}
	return rows.every((row) => wanted.has(Number(row.id)));
}

async function readOneByOne(client: ApiClient, entity: Pick<Entity, 'path'>, query: Query, ids: number[], found: Found): Promise<void> {
	let ended: Failure | undefined;
	await inParallel(ids, IN_FLIGHT, async (id) => {
		if (ended) {
			found.set(id, ended);
			return;
		}
		const reply = await client.send({ method: 'GET', path: `${entity.path}/${id}`, query });
		if (!reply.ok) {
			found.set(id, reply.failure);
			if (endsEverything(reply.failure)) ended = reply.failure;
		} else if (reply.body && !Array.isArray(reply.body)) found.set(id, reply.body);
	});
}

export function isFailure(found: object): found is Failure {
	return typeof (found as Failure).outcomeUnknown === 'boolean';
}
