import type { IDataObject, INodeProperties } from 'n8n-workflow';
import { UserError } from 'n8n-workflow';

import { conditionsOf, mergeQueries } from '../fields/filters';
import { show } from '../fields/values';
import { isFilteringEnabled } from '../transport/account';
import type { ListResult } from '../transport/pages';
import { readList } from '../transport/pages';
import type { Query } from '../transport/types';
import { collection, filterProperty, optionsProperty, simplifyProperty, withProperty } from './parameters';
import { presentRows } from './present';
import { parameterProblem, requestProblem } from './problems';
import type { Entity, ItemResult, Operation, Run } from './types';

interface ListRequest {
	query: Query;
	limit?: number;
	accept?: (row: IDataObject) => boolean;
	/** Filters of the paid feature, and whether a row can show that one was ignored. */
	paidFilters: boolean;
	hasHiddenConditions: boolean;
}

export function getMany(entity: Entity): Operation {
	const nouns = entity.displayNamePlural.toLowerCase();
	return {
		value: 'getAll',
		name: 'Get Many',
		action: `Get many ${nouns}`,
		description: `Retrieve a list of ${nouns}`,
		properties: [
			{
				displayName: 'Return All',
				name: 'returnAll',
				type: 'boolean',
				default: false,
				description: 'Whether to return all results or only up to a given limit',
			},
			{
				displayName: 'Limit',
				name: 'limit',
				type: 'number',
				typeOptions: { minValue: 1 },
				default: 50,
				description: 'Max number of results to return',
				displayOptions: { show: { returnAll: [false] } },
			},
			simplifyProperty,
			collection('Filters', 'filters', 'Add Filter', entity.filters.map(filterProperty)),
			sortProperty(entity),
			optionsProperty(withProperty(entity)),
		],
		execute: async (run) => await listRecords(run, entity),
	};
}

function sortProperty(entity: Entity): INodeProperties {
	return {
		displayName: 'Sort',
		name: 'sort',
		type: 'collection',
		placeholder: 'Add Sort',
		default: {},
		options: [
			{
				displayName: 'Direction',
				name: 'direction',
				type: 'options',
				options: [
					{ name: 'Ascending', value: 'asc' },
					{ name: 'Descending', value: 'desc' },
				],
				default: 'asc',
				description: 'Which end to start from',
			},
			{
				displayName: 'Field',
				name: 'field',
				type: 'options',
				options: entity.sortKeys,
				default: 'id',
				description: 'What to sort by; these are the fields that amoCRM can really sort by',
			},
		],
	};
}

/** Items that ask for the same list share one reading of it. */
async function listRecords(run: Run, entity: Entity): Promise<ItemResult[]> {
	const lists = new Map<string, Promise<ItemResult>>();
	const results: Array<ItemResult | Promise<ItemResult>> = [];
	for (let item = 0; item < run.items.length; item++) {
		try {
			const request = listRequest(run, entity, item);
			const simple = run.parameter('simplify', item, true) as boolean;
			const key = JSON.stringify([request.query, request.limit, simple]);
			const list = lists.get(key) ?? listOnce(run, entity, request, simple);
			lists.set(key, list);
			results.push(list);
			// One list after the other: a list fills the rate limit by itself, and a failure stops the rest.
			const result = await list;
			if ('problem' in result && !run.continueOnFail) break;
		} catch (error) {
			results.push({ problem: parameterProblem(error) });
			if (!run.continueOnFail) break;
		}
	}
	return await Promise.all(results);
}

async function listOnce(run: Run, entity: Entity, request: ListRequest, simple: boolean): Promise<ItemResult> {
	const { query, limit, accept } = request;
	const result = await readList({ client: run.client, path: entity.path, collection: entity.collection, query, limit, accept });
	if (!result.ok) return { problem: requestProblem(result.failure) };
	await hintAboutFilters(run, entity, request, result);
	return { rows: await presentRows(run, result.rows, simple) };
}

/** An account without the paid filters answers with everything and says nothing: the user has to know. */
async function hintAboutFilters(
	run: Run,
	entity: Entity,
	request: ListRequest,
	result: ListResult & { ok: true },
): Promise<void> {
	if (!request.paidFilters) return;
	const ignored =
		result.rejected > 0 || (request.hasHiddenConditions && (await isFilteringEnabled(run.client)) === false);
	if (!ignored) return;
	const nouns = entity.displayNamePlural.toLowerCase();
	run.context.addExecutionHints({
		type: 'warning',
		location: 'outputPane',
		message: request.hasHiddenConditions
			? `This amoCRM account ignores list filters (a paid feature that is off). The node filtered the ${nouns} itself where it could, but names cannot be checked that way: the list may hold others too.`
			: `This amoCRM account ignores list filters (a paid feature that is off). The node read the ${nouns} and filtered them itself, which takes more requests.`,
	});
}

function listRequest(run: Run, entity: Entity, item: number): ListRequest {
	const filters = run.parameter('filters', item, {}) as IDataObject;
	const sort = run.parameter('sort', item, {}) as { field?: string; direction?: string };
	const options = run.parameter('options', item, {}) as { with?: string[] | string };
	const returnAll = run.parameter('returnAll', item, false) as boolean;
	const limit = returnAll ? undefined : readLimit(run.parameter('limit', item, 50));
	const conditions = conditionsOf(entity.filters, filters, run.timezone);
	const tests = conditions.flatMap((condition) => condition.accepts ?? []);
	const filtering = conditions.filter((condition) => 'filter' in condition.query);
	const extras = [options.with ?? []].flat().join(',');
	const query = mergeQueries([
		...conditions.map((condition) => condition.query),
		orderOf(entity, sort, returnAll),
		extras ? { with: extras } : {},
	]);
	return {
		query,
		limit,
		accept: tests.length > 0 ? (row) => tests.every((test) => test(row)) : undefined,
		paidFilters: entity.filtersArePaid && filtering.length > 0,
		hasHiddenConditions: filtering.some((condition) => condition.accepts === undefined),
	};
}

/**
 * A long list is read in the order of the IDs unless the user wants another: amoCRM's own order is by the last change,
 * and a record that changes while pages are read would move to another page.
 */
function orderOf(entity: Entity, sort: { field?: string; direction?: string }, returnAll: boolean): Query {
	if (sort.field === undefined && sort.direction === undefined) return returnAll ? { order: { id: 'asc' } } : {};
	const field = sort.field ?? entity.sortKeys[0]?.value ?? 'id';
	if (!entity.sortKeys.some((key) => key.value === field)) {
		throw new UserError(
			`'Sort': amoCRM cannot sort ${entity.displayNamePlural.toLowerCase()} by ${show(field)}. Give one of: ${entity.sortKeys.map((key) => key.value).join(', ')}.`,
		);
	}
	const direction = sort.direction ?? 'asc';
	if (direction !== 'asc' && direction !== 'desc') throw new UserError(`'Sort': ${show(direction)} is no direction. Give asc or desc.`);
	return { order: { [field]: direction } };
}

function readLimit(value: unknown): number {
	const limit = Number(value);
	if (!Number.isInteger(limit) || limit < 1) throw new UserError(`'Limit': ${show(value)} is not a whole number above 0.`);
	return limit;
}
