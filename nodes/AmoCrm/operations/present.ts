import type { IDataObject } from 'n8n-workflow';

import { accountTimezone, pipelinesOf, stageNames, usersOf } from '../fields/dictionaries';
import type { Names } from '../fields/simplify';
import { showsCalendarDays, simplify } from '../fields/simplify';
import type { Run } from './types';

/**
 * Rows as the user wants them: raw, or flat with the names of pipelines, stages and users. The names cost at most one
 * request each per run; a user who may not read them gets rows without.
 */
export async function presentRows(run: Pick<Run, 'client' | 'timezone'>, rows: IDataObject[], simple: boolean): Promise<IDataObject[]> {
	if (!simple) return rows;
	const account = rows.some(showsCalendarDays) ? await accountTimezone(run.client, run.timezone) : run.timezone;
	const names = await namesFor(run, rows);
	return rows.map((row) => simplify(row, { workflow: run.timezone, account }, names));
}

async function namesFor(run: Pick<Run, 'client'>, rows: IDataObject[]): Promise<Names> {
	const names: Names = {};
	if (rows.some((row) => row.pipeline_id !== undefined)) {
		const pipelines = await pipelinesOf(run.client);
		if (pipelines.ok) Object.assign(names, pipelineNames(pipelines.value));
	}
	if (rows.some((row) => row.responsible_user_id !== undefined)) {
		const users = await usersOf(run.client);
		if (users.ok) names.users = new Map(users.value.map((user) => [Number(user.id), String(user.name)]));
	}
	return names;
}

function pipelineNames(pipelines: IDataObject[]): Names {
	return {
		pipelines: new Map(pipelines.map((pipeline) => [Number(pipeline.id), String(pipeline.name)])),
		stages: stageNames(pipelines),
	};
}
