import type { IDataObject, ILoadOptionsFunctions, INodePropertyOptions } from 'n8n-workflow';

import { fieldDefinitions, pipelinesOf, usersOf } from '../fields/dictionaries';
import { unwrapLocator } from '../fields/values';
import { readAccount } from '../transport/answers';
import { asError, catalogIdOf, editorClientOf, fieldsPathOf, readAll } from './read';

/** The status type of "Incoming leads": no lead can be put there (core facts 7). */
const INCOMING = 1;

function options(rows: IDataObject[]): INodePropertyOptions[] {
	return rows
		.map((row) => ({ name: String(row.name ?? row.id), value: row.id as number }))
		.sort((a, b) => a.name.localeCompare(b.name));
}

export async function getUsers(this: ILoadOptionsFunctions): Promise<INodePropertyOptions[]> {
	const result = await usersOf(await editorClientOf(this));
	if (!result.ok) throw asError(this, result.failure);
	return options(result.value);
}

async function readPipelines(context: ILoadOptionsFunctions): Promise<IDataObject[]> {
	const result = await pipelinesOf(await editorClientOf(context));
	if (!result.ok) throw asError(context, result.failure);
	return result.value;
}

export async function getPipelines(this: ILoadOptionsFunctions): Promise<INodePropertyOptions[]> {
	const pipelines = await readPipelines(this);
	return pipelines.map((pipeline) => ({ name: String(pipeline.name), value: pipeline.id as number }));
}

/** Stages as "Pipeline / Stage"; the value holds both IDs, because 142 and 143 exist in every pipeline. */
export async function getStages(this: ILoadOptionsFunctions): Promise<INodePropertyOptions[]> {
	const chosen = Number(unwrapLocator(this.getCurrentNodeParameter('&pipelineId')) ?? NaN);
	const isFilter = this.getCurrentNodeParameter('operation') === 'getAll';
	const pipelines = await readPipelines(this);
	const shown = pipelines.some((pipeline) => pipeline.id === chosen)
		? pipelines.filter((pipeline) => pipeline.id === chosen)
		: pipelines;
	return shown.flatMap((pipeline) =>
		(pipeline.statuses as IDataObject[])
			.filter((status) => isFilter || status.type !== INCOMING)
			.map((status) => ({ name: `${String(pipeline.name)} / ${String(status.name)}`, value: `${String(pipeline.id)}:${String(status.id)}` })),
	);
}

export async function getCustomFieldNames(this: ILoadOptionsFunctions): Promise<INodePropertyOptions[]> {
	const path = await fieldsPathOf(this);
	if (path === undefined) return [];
	const result = await fieldDefinitions(await editorClientOf(this), path);
	if (!result.ok) throw asError(this, result.failure);
	return result.value.filter((field) => !field.computed).map(({ id, name }) => ({ name, value: id }));
}

/** The price fields of the chosen list: an element may have several prices (extended facts 3.2). */
export async function getPriceFields(this: ILoadOptionsFunctions): Promise<INodePropertyOptions[]> {
	const catalogId = await catalogIdOf(this);
	if (catalogId === undefined) return [];
	const result = await fieldDefinitions(await editorClientOf(this), `/catalogs/${catalogId}`);
	if (!result.ok) throw asError(this, result.failure);
	return result.value.filter(({ type }) => type === 'price').map(({ id, name }) => ({ name, value: id }));
}

export async function getLossReasons(this: ILoadOptionsFunctions): Promise<INodePropertyOptions[]> {
	return options(await readAll(this, '/leads/loss_reasons', 'loss_reasons'));
}

/** What the account has embedded in itself. */
async function ofAccount(context: ILoadOptionsFunctions, key: 'task_types' | 'users_groups'): Promise<INodePropertyOptions[]> {
	const account = await readAccount(await editorClientOf(context), key);
	if (!account.ok) throw asError(context, account.failure);
	return options(((account.value._embedded as IDataObject | undefined)?.[key] ?? []) as IDataObject[]);
}

export async function getTaskTypes(this: ILoadOptionsFunctions): Promise<INodePropertyOptions[]> {
	return await ofAccount(this, 'task_types');
}

export async function getUserGroups(this: ILoadOptionsFunctions): Promise<INodePropertyOptions[]> {
	return await ofAccount(this, 'users_groups');
}
