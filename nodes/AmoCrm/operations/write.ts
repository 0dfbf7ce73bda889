import type { IDataObject, INodeProperties } from 'n8n-workflow';

import type { Entity } from '../entities/types';
import { AmoCrmError } from '../fields/errors';
import type { Draft, WritableField } from '../fields/fields';
import { encodeDraft } from '../fields/fields';
import { customFieldsProperty } from '../fields/mapper';
import { isUnset } from '../fields/values';
import type { RowOutcome } from '../transport/batches';
import { withRequestIds } from '../transport/batches';
import { embeddedRows } from '../transport/pages';
import type { Reply } from '../transport/types';
import type { Asked } from './items';
import { mustStop, readItems, settleItems } from './items';
import { linkError, sendLinks } from './links';
import type { Mapping } from './mapping';
import { mappedFieldsOf, mappingOf } from './mapping';
import { collection, fieldProperty, optionsProperty, readId, valueContext } from './parameters';
import { writeError } from './problems';
import { sendRows } from './send';
import type { Run } from './types';

export type Mode = 'create' | 'update';

export function fieldsFor(entity: Entity, mode: Mode): WritableField[] {
	return entity.fields.filter((field) => field.only === undefined || field.only === mode);
}

/** Whether the field stands beside 'Additional Fields' when a record is created, not among them. */
export const isTopLevel = ({ required, topLevel }: WritableField): boolean => required === true || topLevel === true;

/** The form of the entity's own fields for a new record. */
export function createProperties(entity: Entity): INodeProperties[] {
	const fields = fieldsFor(entity, 'create');
	const inCollection = fields.filter((field) => !isTopLevel(field)).map((field) => fieldProperty(field, 'create', false));
	return [
		...fields.filter(isTopLevel).map((field) => fieldProperty(field, 'create', field.required === true)),
		collection('Additional Fields', 'additionalFields', 'Add Field', inCollection),
	];
}

export function writeProperties(entity: Entity, mode: Mode): INodeProperties[] {
	const changing = () => fieldsFor(entity, 'update').map((field) => fieldProperty(field, 'update', false));
	return [
		...(mode === 'create' ? createProperties(entity) : [collection('Update Fields', 'updateFields', 'Add Field', changing())]),
		...(entity.hasCustomFields ? [customFieldsProperty] : []),
		optionsProperty([], true),
	];
}

/** The request that carries a batch, and how its answer is read. */
export interface Route {
	method: 'POST' | 'PATCH';
	path: string;
	answers: (reply: Reply & { ok: true }) => IDataObject[];
	/** Rows that it takes at once, where that is fewer than usual. */
	maxBatchSize?: number;
	/** What a row holds in `_embedded`, to name its fields. */
	members?: Record<string, Entity>;
}

function routeOf(entity: Entity, mode: Mode): Route {
	return {
		method: mode === 'create' ? 'POST' : 'PATCH',
		path: entity.path,
		answers: (reply) => embeddedRows(reply, entity.collection),
	};
}

/** What is written, and how. */
interface Writing {
	entity: Entity;
	mode: Mode;
	/** Where the rows go, when not to the entity's own path. */
	route?: Route;
}

interface WriteOptions extends Writing {
	/** What one item asks to write; throws what is wrong with its parameters. */
	draftOf?: (item: number, mapping: Mapping) => Draft;
}

/**
 * Creates or updates one record for each item, in batches. A parameter that cannot be written stops the run before
 * any request, or takes only its own item out under "continue on fail".
 */
export async function writeRecords(run: Run, options: WriteOptions): Promise<void> {
	const { entity, draftOf = (item, mapping) => draftFromParameters(run, options, item, mapping) } = options;
	const mapping = await mappingOf(run, entity);
	const ready = await readItems(run, (item) => draftOf(item, mapping));
	if (!mustStop(run)) await writeDrafts(run, { ...options, definitions: mapping.definitions }, ready);
}

/** Sends drafts in batches, makes their links, and gives every item its row or its error. */
export async function writeDrafts(
	run: Run,
	{ entity, mode, definitions, route = routeOf(entity, mode) }: Writing & Pick<Mapping, 'definitions'>,
	ready: Array<Asked<Draft>>,
): Promise<void> {
	const outcomes = await sendDrafts(run, route, ready);
	await settleItems(run, ready, (draft, index) => {
		const outcome = outcomes[index] as RowOutcome;
		if (outcome.status === 'written') return [writtenRow(draft, outcome.answer)];
		throw writeError({ entity, body: draft.body, definitions, members: route.members }, outcome);
	});
	await makeLinks(run, entity, ready);
}

export function draftFromParameters(run: Run, { entity, mode }: Writing, item: number, mapping: Mapping): Draft {
	const context = { ...valueContext(run), mode };
	const fields = fieldsFor(entity, mode);
	if (mode === 'create') {
		const values = { ...(run.parameter('additionalFields', item, {}) as IDataObject) };
		for (const field of fields) {
			if (!isTopLevel(field)) continue;
			const value = run.parameter(field.name, item, '') as IDataObject;
			// At top level an empty text means "not set", unless the field must have one.
			if (field.required || !isUnset(value)) values[field.name] = value;
		}
		return encodeDraft(fields, { ...context, values, mapped: mappedFieldsOf(run, entity, item, mapping, values) });
	}
	const id = readId(run, entity, item);
	const values = run.parameter('updateFields', item, {}) as IDataObject;
	const { body, links } = encodeDraft(fields, { ...context, values, mapped: mappedFieldsOf(run, entity, item, mapping, values) });
	if (Object.keys(body).length === 0 && links.length === 0) {
		throw new AmoCrmError("'Update Fields' is empty: there is nothing to change", {
			advice: 'Add at least one field with a value, or map a custom field.',
		});
	}
	return { body: { id, ...body }, links };
}

async function sendDrafts(run: Run, { method, path, answers, maxBatchSize }: Route, ready: Array<Asked<Draft>>): Promise<RowOutcome[]> {
	const creates = method === 'POST';
	const outcomes = new Map<Asked<Draft>, RowOutcome>();
	const rows = ready.flatMap((entry) => {
		const { item, asked: { body } } = entry;
		// Written in an earlier try, or an update that only links.
		const answer = run.rows.get(item)?.[0] ?? (creates || Object.keys(body).length > 1 ? undefined : { id: body.id });
		if (answer) outcomes.set(entry, { status: 'written', answer });
		return answer ? [] : [{ entry, item, asked: body }];
	});
	const request = (bodies: IDataObject[]) => ({ method, path, body: creates ? withRequestIds(bodies) : bodies });
	const sent = await sendRows(run, rows, { request, answers, maxBatchSize });
	rows.forEach(({ entry }, index) => outcomes.set(entry, sent[index] as RowOutcome));
	return ready.map((entry) => outcomes.get(entry) as RowOutcome);
}

/** What amoCRM answered, over what was sent: its own answer to a write holds little more than the ID. */
function writtenRow(draft: Draft, answer: IDataObject): IDataObject {
	return omit({ id: answer.id, ...draft.body, ...answer }, [
		'_embedded',
		'_links',
		'request_id',
		'custom_fields_values',
		'tags_to_add',
		'tags_to_delete',
	]);
}

function omit(row: IDataObject, keys: string[]): IDataObject {
	return Object.fromEntries(Object.entries(row).filter(([key]) => !keys.includes(key)));
}

/** Links of written records go to the mass route; a link that fails does not hide that its record was written. */
async function makeLinks(run: Run, entity: Entity, ready: Array<Asked<Draft>>): Promise<void> {
	const links = ready.flatMap(({ item, asked }) => {
		const id = run.rows.get(item)?.[0]?.id;
		return id === undefined ? [] : asked.links.map((link) => ({ item, asked: { entity_id: id, ...link } }));
	});
	if (links.length === 0) return;
	const outcomes = await sendLinks(run, entity, { action: 'link', links });
	links.forEach(({ item, asked: link }, index) => {
		const outcome = outcomes[index] as RowOutcome;
		if (outcome.status === 'written' || run.errors.has(item)) return;
		run.errors.set(item, linkError(`${entity.displayName} ${String(link.entity_id)} was written, but it could not be linked to`, link, outcome));
	});
}
