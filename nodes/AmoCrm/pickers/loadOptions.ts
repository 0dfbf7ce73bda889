import type { IDataObject, ILoadOptionsFunctions, INodePropertyOptions } from 'n8n-workflow';

import type { FieldDefinition } from '../fields/dictionaries';
import { fieldDefinitions, pipelinesOf, usersOf } from '../fields/dictionaries';
import { orThrow } from '../fields/errors';
import { unwrapLocator } from '../fields/values';
import { readAccount } from '../transport/answers';
import { readList } from '../transport/pages';
import { catalogIdOf, fieldsPathOf, fromAccount } from './read';

type Options = Promise<INodePropertyOptions[]>;

/** The status type of "Incoming leads": no lead can be put there (core facts 7). */
const INCOMING = 1;

function options(rows: IDataObject[]): INodePropertyOptions[] {
	return rows
		.map((row) => ({ name: String(row.name ?? row.id), value: row.id as number }))
		.sort((a, b) => a.name.localeCompare(b.name));
}

export async function getUsers(this: ILoadOptionsFunctions): Options {
	return options(await fromAccount(this, usersOf));
}

export async function getPipelines(this: ILoadOptionsFunctions): Options {
	const pipelines = await fromAccount(this, pipelinesOf);
	return pipelines.map((pipeline) => ({ name: String(pipeline.name), value: pipeline.id as number }));
}

/** Stages as "Pipeline / Stage"; the value holds both IDs, because 142 and 143 exist in every pipeline. */
export async function getStages(this: ILoadOptionsFunctions): Options {
	const chosen = Number(unwrapLocator(this.getCurrentNodeParameter('&pipelineId')) ?? NaN);
	const isFilter = this.getCurrentNodeParameter('operation') === 'getAll';
	const pipelines = await fromAccount(this, pipelinesOf);
	const own = pipelines.filter(({ id }) => id === chosen);
	return (own.length > 0 ? own : pipelines).flatMap((pipeline) =>
		(pipeline.statuses as IDataObject[])
			.filter((status) => isFilter || status.type !== INCOMING)
			.map((status) => ({ name: `${String(pipeline.name)} / ${String(status.name)}`, value: `${String(pipeline.id)}:${String(status.id)}` })),
	);
}

/** Custom fields of the collection, where one is chosen. */
async function fieldOptions(context: ILoadOptionsFunctions, path: string | undefined, isOffered: (field: FieldDefinition) => boolean): Options {
	if (path === undefined) return [];
	const fields = await fromAccount(context, async (client) => await fieldDefinitions(client, path));
	return fields.filter(isOffered).map(({ id, name }) => ({ name, value: id }));
}

export async function getCustomFieldNames(this: ILoadOptionsFunctions): Options {
	return await fieldOptions(this, await fieldsPathOf(this), ({ computed }) => !computed);
}

/** The price fields of the chosen list: an element may have several prices (extended facts 3.2). */
export async function getPriceFields(this: ILoadOptionsFunctions): Options {
	const catalogId = await catalogIdOf(this);
	return await fieldOptions(this, catalogId === undefined ? undefined : `/catalogs/${catalogId}`, ({ type }) => type === 'price');
}

export async function getLossReasons(this: ILoadOptionsFunctions): Options {
	const list = await fromAccount(this, async (client) => orThrow(await readList({ client, path: '/leads/loss_reasons', collection: 'loss_reasons' })));
	return options(list.rows);
}

/** What the account has embedded in itself. */
const ofAccount = (key: 'task_types' | 'users_groups') =>
	async function (this: ILoadOptionsFunctions): Options {
		const { value: account } = await fromAccount(this, async (client) => orThrow(await readAccount(client, key)));
		return options(((account._embedded as IDataObject | undefined)?.[key] ?? []) as IDataObject[]);
	};

export const getTaskTypes = ofAccount('task_types');
export const getUserGroups = ofAccount('users_groups');
