import type { IDataObject } from 'n8n-workflow';

import { NEW_ROWS } from '../entities/common';
import { type Entity, inSentence } from '../entities/types';
import { COMPANIONS } from '../fields/companions';
import { AmoCrmError } from '../fields/errors';
import type { Draft, WritableField } from '../fields/fields';
import type { NotWritten, RowOutcome } from '../transport/batches';
import { inTurns } from '../transport/parallel';
import type { Asked } from './items';
import { factsOf } from './problems';
import { sendRows } from './send';
import type { Run } from './types';

/** Notes and tasks of new records, in batches after them. */

type Noted = Pick<Entity, 'notedAs' | 'displayName' | 'collection'>;

/** What the form offers for them. */
export const companionsOf = ({ notedAs }: Pick<Entity, 'notedAs'>): WritableField[] => (notedAs === undefined ? [] : COMPANIONS);

/**
 * Adds to each written record its note and its task; the row says which. What fails does not hide that the record was
 * written. What an earlier try has added is not added again.
 */
export async function addCompanions(run: Run, entity: Noted, ready: Array<Asked<Draft>>): Promise<void> {
	for (const kind of ['note', 'task'] as const) {
		const ofEach = await inTurns(ready, ({ item, asked }) => {
			const body = asked.companions?.[kind];
			const row = run.rows.get(item)?.[0];
			const id = row && ownerOf(entity, row);
			return body && id !== undefined && row?.[`${kind}_id`] === undefined ? [{ item, asked: { ...body, entity_id: id, ...(kind === 'task' ? { entity_type: entity.notedAs } : {}) } }] : [];
		});
		const rows = ofEach.flat();
		if (rows.length === 0) continue;
		const route = kind === 'note' ? { path: `/${entity.notedAs}/notes`, collection: 'notes' } : { path: '/tasks', collection: 'tasks' };
		const outcomes = await sendRows(run, rows, { ...route, verb: NEW_ROWS });
		rows.forEach(({ item }, index) => {
			const outcome = outcomes[index] as RowOutcome;
			if (outcome.status === 'written') Object.assign(run.rows.get(item)?.[0] ?? {}, { [`${kind}_id`]: outcome.answer.id });
			else run.errors.set(item, errorOf(run, entity, { item, kind, outcome }));
		});
	}
}

/** A new incoming lead is there for its lead. */
const ownerOf = ({ collection, notedAs }: Noted, row: IDataObject): IDataObject[string] => (collection === notedAs ? row.id : row.lead_id);

function errorOf(run: Run, entity: Noted, { item, kind, outcome }: { item: number; kind: 'note' | 'task'; outcome: NotWritten }): AmoCrmError {
	const { failure, status } = outcome;
	const id = String(run.rows.get(item)?.[0]?.id);
	const details = status === 'refused' ? outcome.problems.map(({ path, detail }) => (path === '' ? detail : `${path}: ${detail}`)) : [];
	const fate = status === 'unknown' ? `it is not known whether its ${kind} was added` : `its ${kind} was not added`;
	const before = run.errors.get(item);
	const text = before ? `${before.message}; ${fate}` : `${entity.displayName} ${id} was written, but ${fate}`;
	return new AmoCrmError(`${text}: ${details.join('; ') || failure.message}`, {
		...factsOf(outcome),
		advice: `${failure.advice} The ${inSentence(entity.displayName)} itself is in amoCRM.`,
		...(before?.facts.mustNotRepeat ? { mustNotRepeat: true } : {}),
	});
}
