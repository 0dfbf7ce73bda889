import type { IDataObject } from 'n8n-workflow';

import type { Zones } from '../fields/codec';
import { accountTimezone, customerStatusesOf, fieldDefinitions, pipelinesOf, stageNames, usersOf } from '../fields/dictionaries';
import { ifReadable } from '../fields/errors';
import { valueKinds } from '../fields/events';
import type { Names } from '../fields/names';
import { showsCalendarDays, simplify } from '../fields/simplify';
import { TASK_TYPES } from '../fields/sources';
import { inTurns } from '../transport/parallel';
import type { Run } from './types';

/** What simplified rows show beside their own values. */
interface View {
	names: Names;
	zones: Zones;
}

/**
 * Rows flat with the names of pipelines, stages and users. The names cost at most one
 * request each per run; a user who may not read them gets rows without.
 */
export async function presentRows(run: Pick<Run, 'client' | 'timezone'>, rows: IDataObject[]): Promise<IDataObject[]> {
	const { names, zones } = await viewOf(run, rows);
	return await inTurns(rows, (row) => simplify(row, zones, names));
}

/** Reads what such rows need to be simplified, all at once, where this run does not know it yet. */
export async function viewOf(run: Pick<Run, 'client' | 'timezone'>, rows: IDataObject[]): Promise<View> {
	const { client, timezone: workflow } = run;
	const has = (key: string) => rows.some((row) => row[key] !== undefined);
	const showsDays = (await inTurns(rows, showsCalendarDays)).includes(true);
	const kinds = new Set((await inTurns(rows, valueKinds)).flat());
	const [account, pipelines, users, statuses, taskTypes, fields] = await Promise.all([
		showsDays ? accountTimezone(client) : workflow,
		has('pipeline_id') || kinds.has('lead_status') ? ifReadable(pipelinesOf(client)) : undefined,
		has('responsible_user_id') || has('value_after') ? ifReadable(usersOf(client)) : undefined,
		has('periodicity') || kinds.has('customer_status') ? ifReadable(customerStatusesOf(client)) : undefined,
		kinds.has('task_type') ? ifReadable(TASK_TYPES.read(client)) : undefined,
		Promise.all(FIELD_OWNERS.filter(([type]) => kinds.has(`field of ${type}`)).map(async ([, path]) => (await ifReadable(fieldDefinitions(client, path))) ?? [])),
	]);
	return {
		names: {
			...(pipelines ? pipelineNames(pipelines) : {}),
			...(users ? { users: namesOf(users) } : {}),
			...(statuses ? { customerStatuses: namesOf(statuses) } : {}),
			...(taskTypes ? { taskTypes: new Map(taskTypes.map(({ id, value }) => [Number(id), value])) } : {}),
			fields: new Map(fields.flat().map(({ id, name }) => [id, name])),
		},
		zones: { workflow, account },
	};
}

/** What events call records that have custom fields, and where those are. */
const FIELD_OWNERS = [['lead', '/leads'], ['contact', '/contacts'], ['company', '/companies'], ['customer', '/customers']] as const;

const namesOf = (rows: IDataObject[]) => new Map(rows.map(({ id, name }) => [Number(id), String(name)]));

function pipelineNames(pipelines: IDataObject[]): Names {
	return { pipelines: namesOf(pipelines), stages: stageNames(pipelines) };
}
