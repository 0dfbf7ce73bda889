import { type IDataObject, deepCopy } from 'n8n-workflow';

import { type Entity, inSentence } from '../entities/types';
import { readObject } from '../transport/answers';
import { grouped } from '../transport/parallel';
import type { Failure } from '../transport/types';
import { type Found, findByIds, isFailure, recordIn } from './byIds';
import { expandedOutputOf, expandedRows } from './expand';
import { mustStop, readItems, settleItems } from './items';
import { outputProperties } from './output';
import { called, idProperty, optionsProperty, readId, withOf, withProperty } from './parameters';
import type { Operation, Run } from './types';

export function getOne(entity: Entity): Operation {
	const noun = inSentence(entity.displayName);
	return {
		...called(entity, 'get', entity.isSingle ? `Retrieve the ${noun}, all in one row` : `Retrieve one ${noun} per item by its ID; many items share requests`),
		properties: [...(entity.isSingle ? [] : [idProperty(entity)]), ...outputProperties, optionsProperty(withProperty(entity))],
		execute: async (run) => await getRecords(run, entity),
	};
}

/** Items that ask for the same extras and the same output share list requests. */
async function getRecords(run: Run, entity: Entity): Promise<void> {
	const all = await readItems(run, (item) => {
		const id = entity.isSingle ? '' : readId(run, entity, item);
		return { id, extras: withOf(run, entity, item), output: expandedOutputOf(run, entity, item) };
	});
	if (mustStop(run)) return;
	for (const wanted of (await grouped(all, ({ asked: { extras, output } }) => JSON.stringify([extras, output]))).values()) {
		const { extras, output } = (wanted[0] as (typeof all)[number]).asked;
		const ids = [...new Set(wanted.map(({ asked }) => asked.id))];
		const found: Found = entity.isSingle ? new Map([['', await readSingle(run, entity, extras)]]) : await findByIds(run.client, entity, extras, ids);
		const records = [...found].flatMap(([id, record]) => (isFailure(record) ? [] : [{ id, record }]));
		const rows = await expandedRows(run, records.map(({ record }) => record), output, entity);
		const shown = new Map(records.map(({ id }, index) => [id, rows[index] as IDataObject]));
		// Items of n8n must not share rows: a later node may change one of them.
		await settleItems(run, wanted, ({ id }) => [deepCopy(shown.get(id) ?? recordIn(found, entity, id))]);
	}
}

/** What the account has one of. */
async function readSingle({ client }: Run, { base, path, isSingle = 'id' }: Entity, extras: string): Promise<IDataObject | Failure> {
	const reply = await readObject(client, { base, path, query: { with: extras } }, isSingle);
	return reply.ok ? reply.value : reply.failure;
}
