import { type IDataObject, type INodeProperties, UserError } from 'n8n-workflow';

import { NEW_ROWS } from '../entities/common';
import { type Entity, type RecordId, inSentence, withId } from '../entities/types';
import { AmoCrmError, orThrow } from '../fields/errors';
import { type Draft, encodeDraft, putAt } from '../fields/fields';
import { customFieldsProperty } from '../fields/mapper';
import { simplify } from '../fields/simplify';
import { inTurns } from '../transport/parallel';
import { readList } from '../transport/pages';
import type { Verb } from '../transport/types';
import type { Route } from '../transport/verbs';
import { type Asked, attempt, mustStop, readItems } from './items';
import { findByIds, recordIn } from './byIds';
import { addCompanions, companionsOf } from './companions';
import { linkError, sendLinks } from './links';
import { type Mapping, mappedFieldsOf, mappingOf } from './mapping';
import { memberReader } from './members';
import { called, collectedProperties, collection, declared, idProperty, optionsOf, optionsProperty, readId, valueContext } from './parameters';
import { type Mode, createProperties, fieldsFor, valuesOfNew } from './newRecord';
import { writeError } from './problems';
import { knownView, withCard } from './present';
import { type SentOutcome, sendRows, settleSent } from './send';
import type { Operation, Run } from './types';
import { omit, ORDERS, recordAfter } from './written';

export const create = (entity: Entity): Operation => ({
	...called(entity, 'create', `Create one ${inSentence(entity.displayName)} per item, sent in batches`),
	properties: writeProperties(entity, 'create'),
	...(entity.needs?.room ? { needs: { plan: [entity.needs.plan ?? [], entity.needs.room].flat().join(', and ') } } : {}),
	writes: true,
	execute: async (run) => await writeRecords(run, { entity, mode: 'create' }),
});

export function update(entity: Entity): Operation {
	const noun = inSentence(entity.displayName);
	const one = `Change one existing ${noun} per item; fields that are not added stay as they are`;
	return {
		...called(entity, 'update', entity.isSingle ? `Change the ${noun} of the account` : one),
		properties: [...(entity.isSingle ? [] : [idProperty(entity)]), ...writeProperties(entity, 'update')],
		writes: true,
		execute: async (run) => await writeRecords(run, { entity, mode: 'update' }),
	};
}

function writeProperties(entity: Entity, mode: Mode): INodeProperties[] {
	const changing = () => fieldsFor(entity, 'update').flatMap((field) => collectedProperties(field, 'update'));
	return [
		...(mode === 'create' ? createProperties(entity) : [collection('Update Fields', 'updateFields', 'Add Field', changing())]),
		...(entity.hasCustomFields ? [customFieldsProperty] : []),
		optionsProperty(mode === 'create' ? entity.createOptions.map(declared) : [], 'rows'),
	];
}

const UPDATE: Verb = { ...NEW_ROWS, method: 'PATCH' };

/** What is written, and how. */
interface Writing {
	entity: Entity;
	mode: Mode;
	/** How, when not as the entity says. */
	verb?: Verb;
	/** What a row holds in `_embedded`: at most one of each, which is made along with it. */
	members?: Entity[];
}

interface WriteOptions extends Writing {
	/** What one item asks to write; throws what is wrong with its parameters. */
	draftOf?: (item: number, mapping: Mapping) => Draft;
	/** So many custom fields amoCRM takes of each record, where there is a limit. */
	mostFields?: number;
}

/**
 * Creates or updates one record for each item, in batches. A parameter that cannot be written stops the run before
 * any request, or takes only its own item out under "continue on fail".
 */
export async function writeRecords(run: Run, options: WriteOptions): Promise<void> {
	const { entity, members = [], mostFields = Infinity, draftOf = (item, mapping) => draftFromParameters(run, options, item, mapping) } = options;
	const check = ({ displayName }: Entity, body: IDataObject) => {
		const { length: count } = (body.custom_fields_values ?? []) as IDataObject[];
		if (count > mostFields) throw new UserError(`'Custom Fields': amoCRM takes at most ${mostFields} of the ${inSentence(displayName)} here, not ${count}`);
	};
	const membersOf = await memberReader(run, members, check);
	const mapping = await mappingOf(run, entity);
	const read = await readItems(run, (item) => {
		const draft = draftOf(item, mapping);
		check(entity, draft.body);
		for (const [kind, rows] of Object.entries(membersOf(item))) putAt(draft.body, `_embedded.${kind}`, rows);
		return draft;
	});
	if (mustStop(run)) return;
	if (options.mode === 'create' && entity.sortAfterLast) await putAfterLast(run, entity, read);
	for (const wave of wavesOf(read)) {
		const ready = await withOld(run, entity, wave);
		if (mustStop(run)) return;
		await writeDrafts(run, { ...options, definitions: mapping.definitions }, ready);
	}
}

/** Items with one record follow each other where each must keep what the one before has written. */
function wavesOf(drafts: Array<Asked<Draft>>): Array<Array<Asked<Draft>>> {
	if (!drafts.some(({ asked }) => asked.keepOld)) return [drafts];
	const waves: Array<Array<Asked<Draft>>> = [];
	const seen = new Map<unknown, number>();
	for (const draft of drafts) {
		const { id } = draft.asked.body;
		const wave = seen.get(id) ?? 0;
		seen.set(id, wave + 1);
		(waves[wave] ??= []).push(draft);
	}
	return waves;
}

/** The drafts, those that must not lose anything together with what their records have. */
async function withOld(run: Run, entity: Entity, ready: Array<Asked<Draft>>): Promise<Array<Asked<Draft>>> {
	const ids = ready.flatMap(({ asked: { body, keepOld } }) => (keepOld ? [body.id as RecordId] : []));
	if (ids.length === 0) return ready;
	const found = await findByIds(run.client, entity, entity.readBeforeUpdate ?? '', [...new Set(ids)]);
	for (const { item, asked: { body, keepOld } } of ready) {
		await attempt(run, [item], () => keepOld?.(recordIn(found, entity, body.id as RecordId)));
	}
	return ready.filter(({ item }) => !run.errors.has(item));
}

async function putAfterLast({ client }: Run, { path, collection, list }: Entity, ready: Array<Asked<Draft>>): Promise<void> {
	const unplaced = ready.filter(({ asked: { body } }) => body.sort === undefined);
	if (unplaced.length === 0) return;
	const { rows } = orThrow(await readList({ client, path, collection, unpaged: list?.unpaged }));
	const last = Math.max(0, ...rows.map(({ sort }) => Number(sort ?? 0)));
	unplaced.forEach(({ asked: { body } }, index) => {
		body.sort = last + (index + 1) * 10;
	});
}

/** Sends drafts in batches, makes their links, and gives every item its row or its error. */
export async function writeDrafts(
	run: Run,
	{ entity, mode, verb = entity.verbs?.[mode] ?? (mode === 'create' ? NEW_ROWS : UPDATE), members, definitions }: Writing & Pick<Mapping, 'definitions'>,
	ready: Array<Asked<Draft>>,
): Promise<void> {
	const outcomes = await sendDrafts(run, { ...entity, verb }, ready);
	const view = await knownView(run, await inTurns(ready, ({ asked: { body, before } }) => ({ ...before, ...body })));
	await settleSent(run, ready, outcomes, {
		planOf: (plan, { links, companions }) => ({ ...plan, ...(links.length > 0 ? { links } : {}), ...companions }),
		rowOf: (draft, answer, item) => {
			const [earlier] = run.rows.get(item) ?? [];
			if (earlier) return earlier;
			if (run.isVersion1) return withId(oldRow(draft, answer), entity);
			return simplify(withCard(run, withId(recordAfter({ draft, answer, definitions, members }, view), entity), entity), view);
		},
		errorOf: ({ body }, outcome) => writeError({ entity, body, definitions, members }, outcome),
	});
	await makeLinks(run, entity, ready);
	await addCompanions(run, entity, ready);
}

export function draftFromParameters(run: Run, { entity, mode }: Writing, item: number, mapping: Mapping): Draft {
	const isNew = mode === 'create';
	const fields = fieldsFor(entity, mode);
	const id = isNew || entity.isSingle ? {} : { id: readId(run, entity, item) };
	const { createOptions } = entity;
	const given = isNew ? { ...(createOptions.length > 0 ? optionsOf(run, item) : {}), ...valuesOfNew(run, fields, item) } : { ...(run.parameter('updateFields', item, {}) as IDataObject) };
	const { values, mapped } = mappedFieldsOf(run, item, { entity, mapping, values: given });
	const draft = encodeDraft([...fields, ...(isNew ? [...createOptions, ...companionsOf(entity)] : [])], { ...valueContext(run, entity), mode, values, mapped });
	if (isNew) return { ...draft, body: { ...entity.createDefaults, ...draft.body } };
	if (Object.keys(draft.body).length === 0 && draft.links.length === 0) {
		throw new AmoCrmError("'Update Fields' is empty: there is nothing to change", {
			advice: 'Add at least one field with a value, or map a custom field.',
		});
	}
	// What keeps old values works on this body.
	Object.assign(draft.body, id);
	return draft;
}

async function sendDrafts(run: Run, route: Route, ready: Array<Asked<Draft>>): Promise<SentOutcome[]> {
	if (run.isDryRun) return await sendRows(run, await inTurns(ready, ({ item, asked: { body } }) => ({ item, asked: body })), route);
	const creates = route.verb.method === 'POST';
	const outcomes = new Map<Asked<Draft>, SentOutcome>();
	const rows: Array<Asked<IDataObject> & { entry: Asked<Draft> }> = [];
	await inTurns(ready, (entry) => {
		const { item, asked: { body } } = entry;
		// Written in an earlier try, or an update that only links.
		const answer = run.rows.get(item)?.[0] ?? (creates || Object.keys(body).some((key) => key !== 'id') ? undefined : { id: body.id });
		if (answer) outcomes.set(entry, { status: 'written', answer });
		else rows.push({ entry, item, asked: body });
	});
	const sent = await sendRows(run, rows, route);
	await inTurns(rows, ({ entry }, index) => outcomes.set(entry, sent[index] as SentOutcome));
	return await inTurns(ready, (entry) => outcomes.get(entry) as SentOutcome);
}

/** The row of nodes before version 2: amoCRM's answer over what was sent. */
const oldRow = ({ body }: Draft, answer: IDataObject): IDataObject => omit({ ...body, ...answer }, [...ORDERS, '_embedded', '_links', 'custom_fields_values']);

/** Links of written records go to the mass route; a link that fails does not hide that its record was written. */
async function makeLinks(run: Run, entity: Entity, ready: Array<Asked<Draft>>): Promise<void> {
	const ofEach = await inTurns(ready, ({ item, asked }) => {
		const id = run.rows.get(item)?.[0]?.id;
		return id === undefined ? [] : asked.links.map((link) => ({ item, asked: { entity_id: id, ...link } }));
	});
	const links = ofEach.flat();
	if (links.length === 0) return;
	const outcomes = await sendLinks(run, entity, { action: 'link', links });
	await inTurns(links, ({ item, asked: link }, index) => {
		const outcome = outcomes[index] as SentOutcome;
		if (outcome.status === 'planned' || outcome.status === 'written' || run.errors.has(item)) return;
		const done = `${entity.displayName} ${String(link.entity_id)} was written, but`;
		run.errors.set(item, linkError({ failed: `${done} it could not be linked to`, unknown: `${done} it is not known whether it was linked to` }, link, outcome));
	});
}
