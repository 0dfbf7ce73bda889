import type { ILoadOptionsFunctions, INodePropertyOptions } from 'n8n-workflow';

import { CARDS, WITH_CUSTOM_FIELDS } from '../entities/cards';
import { createOnlyFields } from '../entities/shared';
import type { Source } from '../fields/choices';
import { CUSTOMER_STATUSES, EVENT_TYPES, eventFieldSource, fieldOptionSource, fieldSource, LOSS_REASONS, PIPELINES, priceFieldSource, TASK_TYPES, USER_GROUPS, USERS } from '../fields/sources';
import { unwrapLocator } from '../fields/values';
import { catalogIdOf, fieldsPathOf, fromAccount, stagesToPick } from './read';

type Options = Promise<INodePropertyOptions[]>;

const optionsOf = async (context: ILoadOptionsFunctions, source: Source): Options =>
	(await fromAccount(context, source.read)).map(({ id, path }) => ({ name: path, value: id }));

const listOf = (source: Source) =>
	async function (this: ILoadOptionsFunctions): Options {
		return await optionsOf(this, source);
	};

export const getUsers = listOf(USERS);
export const getPipelines = listOf(PIPELINES);
export const getLossReasons = listOf(LOSS_REASONS);
export const getTaskTypes = listOf(TASK_TYPES);
export const getUserGroups = listOf(USER_GROUPS);
export const getEventTypes = listOf(EVENT_TYPES);
export const getCustomerStatuses = listOf(CUSTOMER_STATUSES);

/** Stages as "Pipeline / Stage"; the value holds both IDs, because 142 and 143 exist in every pipeline. */
export async function getStages(this: ILoadOptionsFunctions): Options {
	const { stages } = await stagesToPick(this);
	return stages.map(({ pipeline, stage, value }) => ({ name: `${pipeline} / ${stage}`, value }));
}

/** Custom fields of the collection, where one is chosen. */
export async function getCustomFieldNames(this: ILoadOptionsFunctions): Options {
	const path = await fieldsPathOf(this);
	return path === undefined ? [] : await optionsOf(this, fieldSource(path, ({ computed }) => !computed));
}

/** The resource's own fields, then the account's. */
export async function getCreateOnlyFields(this: ILoadOptionsFunctions): Options {
	const entity = WITH_CUSTOM_FIELDS.find(({ value }) => value === this.getCurrentNodeParameter('resource'));
	return [...(entity ? createOnlyFields(entity) : []), ...(await getCustomFieldNames.call(this))];
}

export async function getPriceFields(this: ILoadOptionsFunctions): Options {
	const catalogId = await catalogIdOf(this);
	return catalogId === undefined ? [] : await optionsOf(this, priceFieldSource(catalogId));
}

/** The kind of records that is chosen among the filters, where it has custom fields. */
const chosenCards = (context: ILoadOptionsFunctions) => CARDS.find(({ collection }) => collection === unwrapLocator(context.getCurrentNodeParameter('filters.entityType')))?.collection;

/** Custom fields that events tell changes of. */
export async function getEventFields(this: ILoadOptionsFunctions): Options {
	return await optionsOf(this, eventFieldSource(chosenCards(this)));
}

/** Options of the field that is chosen among the filters of events. */
export async function getEventFieldOptions(this: ILoadOptionsFunctions): Options {
	const fieldId = Number(unwrapLocator(this.getCurrentNodeParameter('filters.customFieldId')) ?? NaN);
	return Number.isInteger(fieldId) ? await optionsOf(this, fieldOptionSource(fieldId, chosenCards(this))) : [];
}
