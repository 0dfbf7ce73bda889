import type { IDataObject } from 'n8n-workflow';

import type { Zones } from '../fields/codec';
import { accountTimezone, customerStatusesOf, pipelinesOf, stageNames, usersOf } from '../fields/dictionaries';
import { ifReadable } from '../fields/errors';
import type { Names } from '../fields/simplify';
import { showsCalendarDays, simplify } from '../fields/simplify';
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
	const [account, pipelines, users, statuses] = await Promise.all([
		showsDays ? accountTimezone(client) : workflow,
		has('pipeline_id') ? ifReadable(pipelinesOf(client)) : undefined,
		has('responsible_user_id') ? ifReadable(usersOf(client)) : undefined,
		has('periodicity') ? ifReadable(customerStatusesOf(client)) : undefined,
	]);
	return {
		names: {
			...(pipelines ? pipelineNames(pipelines) : {}),
			...(users ? { users: namesOf(users) } : {}),
			...(statuses ? { customerStatuses: namesOf(statuses) } : {}),
		},
		zones: { workflow, account },
	};
}

const namesOf = (rows: IDataObject[]) => new Map(rows.map(({ id, name }) => [Number(id), String(name)]));

function pipelineNames(pipelines: IDataObject[]): Names {
	return { pipelines: namesOf(pipelines), stages: stageNames(pipelines) };
}
