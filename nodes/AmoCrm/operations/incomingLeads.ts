import type { IDataObject } from 'n8n-workflow';

import { company } from '../entities/company';
import { contact } from '../entities/contact';
import { CATEGORY, METADATA } from '../entities/incomingLead';
import { lead } from '../entities/lead';
import { stampFields } from '../entities/shared';
import type { Entity, RecordId } from '../entities/types';
import { AmoCrmError, orThrow } from '../fields/errors';
import { conditionsOf, joinConditions } from '../fields/filters';
import { readObject } from '../transport/answers';
import type { Verb } from '../transport/types';
import { rowsIn } from '../transport/verbs';
import { findByIds, recordIn } from './byIds';
import { filtersOf, filtersProperty } from './getMany';
import { readShared } from './items';
import { newMemberProperties } from './members';
import { createProperties } from './newRecord';
import { called, optionsProperty, valueContext } from './parameters';
import { placed } from './place';
import type { Operation, Run } from './types';
import { writeRecords } from './write';
import { omit } from './written';

/** Requests that a person accepts or declines (core facts 6). */

/** What the request itself says, or what is decided when it is accepted. */
const NOT_INSIDE = ['pipelineId', 'statusId', 'lossReasonId', 'closedAt', 'contactId', 'contacts', 'contactIds', 'companyId', ...stampFields.map(({ name }) => name)];

/** What a request holds: one of each at most. */
const MEMBERS = [lead, contact, company].map((entity) => ({ ...entity, fields: entity.fields.filter(({ name }) => !NOT_INSIDE.includes(name)) }));

/** Creates one request for each item; those of one category share batches. */
export const createIncomingLead = (entity: Entity): Operation => placed(createIn, { ...entity, path: `${entity.path}/{category}`, parents: [CATEGORY] });

function createIn(entity: Entity): Operation {
	// What the one category knows of it.
	const own = METADATA[entity.path.slice(entity.path.lastIndexOf('/') + 1)] ?? [];
	const at = { ...entity, fields: [...entity.fields, ...own] };
	const ofCategories = Object.entries(METADATA).flatMap(([category, fields]) => fields.map((field) => ({ ...field, property: { displayOptions: { show: { '/category': [category] } } } })));
	const form = createProperties({ ...entity, fields: [...entity.fields, ...ofCategories] });
	return {
		...called(entity, 'create', 'Put one request per item among the incoming leads, with its lead, contact and company'),
		properties: [...form.slice(0, -1), ...MEMBERS.flatMap(newMemberProperties), ...form.slice(-1), optionsProperty([], 'rows')],
		writes: true,
		route: Object.keys(METADATA).map((category) => `POST ${entity.path.replace('{category}', category)}`).join(', '),
		execute: async (run) => await writeRecords(run, { entity: at, mode: 'create', verb: CREATE, members: MEMBERS }),
	};
}

const CREATE: Verb = { method: 'POST', sends: 'rows', answers: (body) => rowsIn(body, 'unsorted')?.map(withMembers) ?? [] };

/** The IDs of the lead, contact and company in an answer, beside what else it says. */
export function withMembers(answer: IDataObject): IDataObject {
	const inside = (answer._embedded ?? {}) as Record<string, IDataObject[] | undefined>;
	const ids = MEMBERS.flatMap(({ value, collection: kind }) => (inside[kind]?.[0] ? [[`${value}_id`, inside[kind][0].id]] : []));
	return { ...omit(answer, ['_embedded', '_links', 'account_id']), ...(Object.fromEntries(ids) as IDataObject) };
}

/** Won and lost have the same IDs in every pipeline (core facts 7). */
const IN_EVERY_PIPELINE = [142, 143];

/**
 * The stage without its pipeline, as amoCRM takes it: it refuses one of another pipeline, but of won and lost it cannot tell
 * that another one is meant.
 */
export async function inOwnPipeline(run: Run, entity: Entity, { pipeline_id: wanted, ...row }: IDataObject): Promise<IDataObject> {
	if (wanted === undefined || !IN_EVERY_PIPELINE.includes(row.status_id as number)) return row;
	const id = row.id as RecordId;
	const { pipeline_id: own } = recordIn(await findByIds(run.client, entity, '', [id]), entity, id);
	if (own === wanted) return row;
	throw AmoCrmError.at('Stage', new AmoCrmError(`it belongs to pipeline ${String(wanted)}, but the incoming lead is in pipeline ${String(own)}`, { advice: 'Choose a stage of that pipeline.' }));
}

/** How many came, were accepted and were declined; items with the same filters share a request. */
export function getSummary(entity: Entity): Operation {
	const counted = { ...entity, filters: entity.filters.filter(({ name }) => name !== 'categories') };
	return {
		...called(entity, 'getSummary', 'Count the incoming leads that wait, were accepted and were declined', 'Get a summary of incoming leads'),
		properties: [filtersProperty(counted), optionsProperty()],
		route: `GET ${entity.path}/summary`,
		execute: async (run) => {
			const ask = (item: number) => joinConditions(conditionsOf(counted.filters, { ...valueContext(run), values: filtersOf(run, item) })).query;
			await readShared(run, ask, async (query) => [orThrow(await readObject(run.client, { path: `${entity.path}/summary`, query }, 'total', 'the summary')).value]);
		},
	};
}
