import type { IDataObject, INodeProperties } from 'n8n-workflow';
import { UserError } from 'n8n-workflow';

import type { FieldDefinition } from '../fields/dictionaries';
import type { Draft, WritableField } from '../fields/fields';
import { encodeDraft } from '../fields/fields';
import { customFieldsProperty } from '../fields/mapper';
import { isUnset } from '../fields/values';
import type { RowOutcome } from '../transport/batches';
import { DEFAULT_BATCH_SIZE, sendInBatches, withRequestIds } from '../transport/batches';
import { embeddedRows } from '../transport/pages';
import type { Reply } from '../transport/types';
import type { Asked } from './items';
import { allResults, mustStop, readItems } from './items';
import { linkFailure, sendLinks } from './links';
import type { Mapping } from './mapping';
import { mappedFieldsOf, mappingOf } from './mapping';
import { collection, fieldProperty, optionsProperty, readId, runOption, valueContext } from './parameters';
import { requestProblem, writeProblem } from './problems';
import type { Entity, ItemResult, Run } from './types';

export type Mode = 'create' | 'update';

export function fieldsFor(entity: Entity, mode: Mode): WritableField[] {
	return entity.fields.filter((field) => field.only === undefined || field.only === mode);
}

/** Whether the field stands beside 'Additional Fields' when a record is created, not among them. */
const isTopLevel = ({ required, topLevel }: WritableField): boolean => required === true || topLevel === true;

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

interface WriteOptions {
	/** What one item asks to write; throws a `UserError`. */
	draftOf?: (run: Run, entity: Entity, mode: Mode, item: number, mapping: Mapping) => Draft;
	route?: Route;
}

/**
 * Creates or updates one record for each item, in batches. A parameter that cannot be written stops the run before
 * any request, or takes only its own item out under "continue on fail".
 */
export async function writeRecords(
	run: Run,
	entity: Entity,
	mode: Mode,
	{ draftOf = draftFromParameters, route }: WriteOptions = {},
): Promise<ItemResult[]> {
	const mapping = await mappingOf(run, entity);
	if ('failure' in mapping) return run.items.map(() => ({ problem: requestProblem(mapping.failure) }));
	const results = new Array<ItemResult>(run.items.length);
	const ready = await readItems(run, results, (item) => draftOf(run, entity, mode, item, mapping));
	if (mustStop(run, results)) return allResults(run, results);
	await writeDrafts(run, entity, mode, ready, results, mapping.definitions, route);
	return results;
}

/** Sends drafts in batches, makes their links, and puts what became of each into `results` at its item. */
export async function writeDrafts(
	run: Run,
	entity: Entity,
	mode: Mode,
	ready: Array<Asked<Draft>>,
	results: ItemResult[],
	definitions: FieldDefinition[],
	route: Route = routeOf(entity, mode),
): Promise<void> {
	const outcomes = await sendDrafts(run, route, ready.map(({ asked }) => asked));
	ready.forEach(({ item, asked: draft }, index) => {
		const outcome = outcomes[index] as RowOutcome;
		results[item] =
			outcome.status === 'written'
				? { rows: [writtenRow(draft, outcome.answer)] }
				: { problem: writeProblem(entity, draft.body, outcome, definitions, route.members) };
	});
	await makeLinks(run, entity, ready, results);
}

export function draftFromParameters(run: Run, entity: Entity, mode: Mode, item: number, mapping: Mapping): Draft {
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
		throw new UserError("'Update Fields' is empty: there is nothing to change", {
			description: 'Add at least one field with a value, or map a custom field.',
		});
	}
	return { body: { id, ...body }, links };
}

async function sendDrafts(run: Run, route: Route, drafts: Draft[]): Promise<RowOutcome[]> {
	const { method, path, answers } = route;
	const creates = method === 'POST';
	// An update that only links needs no request of its own.
	const withBody = drafts.map((draft) => creates || Object.keys(draft.body).length > 1);
	const outcomes = await sendInBatches(
		drafts.filter((_, index) => withBody[index]).map((draft) => draft.body),
		{
			client: run.client,
			request: (rows) => ({ method, path, body: creates ? withRequestIds(rows) : rows }),
			answers,
			size: Math.min(runOption(run, 'batchSize', DEFAULT_BATCH_SIZE), route.maxBatchSize ?? Infinity),
			rescue: run.continueOnFail,
		},
	);
	let next = 0;
	return drafts.map((draft, index) =>
		withBody[index] ? (outcomes[next++] as RowOutcome) : { status: 'written', answer: { id: draft.body.id } },
	);
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
async function makeLinks(
	run: Run,
	entity: Entity,
	ready: Array<Asked<Draft>>,
	results: ItemResult[],
): Promise<void> {
	const links: IDataObject[] = [];
	const owners: number[] = [];
	for (const { item, asked: draft } of ready) {
		const result = results[item];
		if (!result || 'problem' in result) continue;
		for (const link of draft.links) {
			links.push({ entity_id: result.rows[0]?.id, ...link });
			owners.push(item);
		}
	}
	if (links.length === 0) return;
	const outcomes = await sendLinks(run, entity, 'link', links);
	outcomes.forEach((outcome, index) => {
		const item = owners[index] as number;
		const result = results[item];
		if (outcome.status === 'written' || !result || 'problem' in result) return;
		const link = links[index] as IDataObject;
		const problem = linkFailure(link, outcome);
		results[item] = {
			problem: {
				...problem,
				message: `${entity.displayName} ${String(link.entity_id)} was written, but it could not be linked to ${problem.message}`,
				writtenId: Number(link.entity_id),
			},
		};
	});
}
