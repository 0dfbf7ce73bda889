import type { IDataObject, ILoadOptionsFunctions, INodePropertyOptions } from 'n8n-workflow';

import { embeddedRows } from '../transport/pages';
import { asError, clientOf, readAll, readOne } from './read';

/** The status type of "Incoming leads": no lead can be put there (core facts 7). */
const INCOMING = 1;

function options(rows: IDataObject[]): INodePropertyOptions[] {
	return rows
		.map((row) => ({ name: String(row.name ?? row.id), value: row.id as number }))
		.sort((a, b) => a.name.localeCompare(b.name));
}

export async function getUsers(this: ILoadOptionsFunctions): Promise<INodePropertyOptions[]> {
	return options(await readAll(this, '/users', 'users'));
}

/** Pipelines come unpaged, stages inside: one request (core facts 3.3, 7). */
async function readPipelines(context: ILoadOptionsFunctions): Promise<IDataObject[]> {
	const reply = await (await clientOf(context)).send({ method: 'GET', path: '/leads/pipelines' });
	if (!reply.ok) throw asError(context, reply.failure);
	return embeddedRows(reply, 'pipelines').sort((a, b) => Number(a.sort ?? 0) - Number(b.sort ?? 0));
}

export async function getPipelines(this: ILoadOptionsFunctions): Promise<INodePropertyOptions[]> {
	const pipelines = await readPipelines(this);
	return pipelines.map((pipeline) => ({ name: String(pipeline.name), value: pipeline.id as number }));
}

/** Stages as "Pipeline / Stage"; the value holds both IDs, because 142 and 143 exist in every pipeline. */
export async function getStages(this: ILoadOptionsFunctions): Promise<INodePropertyOptions[]> {
	const chosen = Number(this.getCurrentNodeParameter('&pipelineId') ?? NaN);
	const isFilter = this.getCurrentNodeParameter('operation') === 'getAll';
	const pipelines = await readPipelines(this);
	const shown = pipelines.some((pipeline) => pipeline.id === chosen)
		? pipelines.filter((pipeline) => pipeline.id === chosen)
		: pipelines;
	return shown.flatMap((pipeline) => {
		const statuses = ((pipeline._embedded as IDataObject | undefined)?.statuses ?? []) as IDataObject[];
		return statuses
			.filter((status) => isFilter || status.type !== INCOMING)
			.sort((a, b) => Number(a.sort ?? 0) - Number(b.sort ?? 0))
			.map((status) => ({
				name: `${String(pipeline.name)} / ${String(status.name)}`,
				value: `${String(pipeline.id)}:${String(status.id)}`,
			}));
	});
}

export async function getLossReasons(this: ILoadOptionsFunctions): Promise<INodePropertyOptions[]> {
	return options(await readAll(this, '/leads/loss_reasons', 'loss_reasons'));
}

export async function getTaskTypes(this: ILoadOptionsFunctions): Promise<INodePropertyOptions[]> {
	const account = await readOne(this, '/account', { with: 'task_types' });
	return options(((account._embedded as IDataObject | undefined)?.task_types ?? []) as IDataObject[]);
}
