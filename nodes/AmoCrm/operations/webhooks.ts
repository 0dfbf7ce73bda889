import type { IDataObject } from 'n8n-workflow';

import type { Entity } from '../entities/types';
import { AmoCrmError, orThrow } from '../fields/errors';
import { codesOf, MAX_WEBHOOKS, sameCodes } from '../fields/hookEvents';
import { readRows } from '../transport/answers';
import type { NotWritten, RowOutcome } from '../transport/batches';
import type { Verb } from '../transport/types';
import { action } from './action';
import { type Asked, attempt, mustStop, readItems } from './items';
import { called, draftOfFields, fieldProperty, optionsProperty } from './parameters';
import { writeError } from './problems';
import { planOf, sendRows } from './send';
import type { Operation, Run } from './types';

/** Sent twice, each has the effect of once: the address is what a webhook is known by (extended facts 1.1). */
const POST: Verb = { method: 'POST', sends: 'row', answers: 'self', repeatable: true };
const DELETE: Verb = { method: 'DELETE', sends: 'row', answers: 'nothing' };

export const subscribe = (entity: Entity): Operation => ({
	...called(entity, 'subscribe', 'Let amoCRM tell one address per item of events; they replace those that it was told of before'),
	properties: [...entity.fields.map((field) => fieldProperty(field, 'create', { required: true })), optionsProperty([], 'row')],
	writes: true,
	route: `POST ${entity.path}`,
	execute: async (run) => await subscribeAll(run, entity),
});

export const unsubscribe = (entity: Entity): Operation =>
	action(entity, {
		value: 'unsubscribe',
		description: 'Let amoCRM send nothing more to one address per item',
		verb: DELETE,
		fields: entity.fields.filter(({ key }) => key === entity.id?.key),
		row: ({ destination }) => ({ destination, deleted: true }),
	});

/** One after the other: a later item may name the address of an earlier one. */
async function subscribeAll(run: Run, entity: Entity): Promise<void> {
	const ready = await readItems(run, (item) => draftOfFields(run, entity.fields, item).body);
	if (mustStop(run) || ready.length === 0) return;
	const { rows } = orThrow(await readRows(run.client, { path: entity.path }, entity.collection));
	const known = new Map(rows.map((hook) => [hook.destination, hook]));
	for (const asked of ready) {
		if (mustStop(run)) return;
		await attempt(run, [asked.item], async () => {
			const hook = await subscribeOne(run, entity, asked, known);
			if (!run.isDryRun) known.set(asked.asked.destination, hook);
			run.rows.set(asked.item, [hook]);
		});
	}
}

/** Whether a second POST would replace the events or add to them is not known, so a webhook with other ones is deleted first. */
async function subscribeOne(run: Run, entity: Entity, { item, asked }: Asked<IDataObject>, known: Map<unknown, IDataObject>): Promise<IDataObject> {
	const { destination, settings } = asked;
	const old = known.get(destination);
	if (run.isDryRun) return planOf(run, { ...entity, verb: POST }, asked, old);
	if (old && old.disabled !== true && sameCodes(codesOf(old.settings), codesOf(settings))) return { ...old, settings: codesOf(old.settings) };
	const send = async (verb: Verb, row: IDataObject) => (await sendRows(run, [{ item, asked: row }], { ...entity, verb }))[0] as RowOutcome;
	const errorOf = (outcome: NotWritten) => writeError({ entity, body: asked, definitions: [] }, outcome);
	if (old) {
		const deleted = await send(DELETE, { destination });
		if (deleted.status !== 'written' && deleted.failure.kind !== 'notFound') throw errorOf(deleted);
	}
	const made = await send(POST, asked);
	if (made.status === 'written') return { ...asked, ...made.answer, settings: codesOf(made.answer.settings ?? settings) };
	const isFull = !old && known.size >= MAX_WEBHOOKS && made.status === 'refused' && [400, 422].includes(made.failure.status ?? 0);
	if (isFull) throw new AmoCrmError(`The amoCRM account already has ${MAX_WEBHOOKS} webhooks, which is its limit`, { advice: 'Unsubscribe webhooks that nobody needs.' });
	const error = errorOf(made);
	if (!old) throw error;
	const isBack = made.status === 'refused' && (await send(POST, { destination, settings: codesOf(old.settings) })).status === 'written';
	const fate = isBack ? 'This address has its old events again.' : 'The webhook of this address was deleted to replace its events and may be gone: run again, or amoCRM tells it nothing more.';
	throw new AmoCrmError(`${error.message}. ${fate}`, error.facts);
}
