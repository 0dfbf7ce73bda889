import type { IDataObject, INodeProperties } from 'n8n-workflow';
import { deepCopy, UserError } from 'n8n-workflow';

import type { Entity } from '../entities/types';
import { orThrow } from '../fields/errors';
import { customFieldConditions, customFieldFiltersProperty, givenFieldFilters } from '../fields/customFieldFilters';
import type { Condition } from '../fields/filters';
import { conditionsOf, mergeQueries } from '../fields/filters';
import { show } from '../fields/values';
import { isFilteringEnabled } from '../transport/account';
import { readList } from '../transport/pages';
import { inParallel, inTurns } from '../transport/parallel';
import type { Query } from '../transport/types';
import { attempt, mustStop, readItems } from './items';
import type { Mapping } from './mapping';
import { mappingOf } from './mapping';
import type { Output } from './output';
import { outputOf, outputProperties, outputRows } from './output';
import { collection, filterProperty, optionsProperty, valueContext, withProperty } from './parameters';
import { viewOf } from './present';
import type { Operation, Run } from './types';

interface ListRequest {
	query: Query;
	limit?: number;
	/** What a row must pass, whatever amoCRM makes of the filters. */
	tests: Array<(row: IDataObject) => boolean>;
	/** Whether there are filters of the paid feature. */
	paidFilters: boolean;
	/** Those of them that a row does not show exactly. */
	hidden: Condition[];
	/** Whether no record can meet the filters. */
	isImpossible: boolean;
}

export function getMany(entity: Entity): Operation {
	const nouns = entity.displayNamePlural.toLowerCase();
	return {
		value: 'getAll',
		name: 'Get Many',
		action: `Get many ${nouns}`,
		description: `Retrieve many ${nouns}, or only those that pass the filters`,
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
			...outputProperties,
			...(entity.filters.length > 0 ? [filtersProperty(entity)] : []),
			optionsProperty(withProperty(entity)),
			...(entity.sortKeys.length > 0 ? [sortProperty(entity)] : []),
		],
		execute: async (run) => await listRecords(run, entity),
	};
}

function filtersProperty({ filters, filtersCustomFields }: Entity): INodeProperties {
	return collection('Filters', 'filters', 'Add Filter', [...filters.map(filterProperty), ...(filtersCustomFields ? [customFieldFiltersProperty] : [])]);
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

/** Lists under way at once. Each fills the rate limit by itself when it is long; short ones do it together. */
const IN_FLIGHT = 6;

/** Items that ask for the same list share one reading of it. */
async function listRecords(run: Run, entity: Entity): Promise<void> {
	const mapping = await mappingOf(run, entity, usesFieldFilters(run));
	const lists = new Map<string, { request: ListRequest; output: Output; items: number[] }>();
	await readItems(run, (item) => {
		const request = listRequest(run, entity, item, mapping);
		const output = outputOf(run, item);
		const key = JSON.stringify([request.query, request.limit, request.isImpossible, output]);
		const list = lists.get(key);
		if (list) list.items.push(item);
		else lists.set(key, { request, output, items: [item] });
	});
	const reader: Reader = { run, entity, hinted: new Set() };
	await inParallel([...lists.values()], IN_FLIGHT, async ({ request, output, items }) => {
		if (mustStop(run)) return;
		await attempt(run, items, async () => {
			const rows = await listOnce(reader, request, output);
			// Items of n8n must not share rows: a later node may change one of them.
			await inTurns(items, (item, index) => {
				run.rows.set(item, index === 0 ? rows : deepCopy(rows));
			});
		});
	});
}

/** Whether an item may filter by custom fields. */
function usesFieldFilters({ context }: Run): boolean {
	const { filters } = context.getNode().parameters;
	return typeof filters === 'string' || givenFieldFilters((filters ?? {}) as IDataObject).length > 0;
}

/** The lists of one run. */
interface Reader {
	run: Run;
	entity: Entity;
	/** What the user was told already. */
	hinted: Set<string>;
}

async function listOnce(reader: Reader, request: ListRequest, output: Output): Promise<IDataObject[]> {
	const { run, entity } = reader;
	const { query, limit, hidden } = request;
	if (request.isImpossible) return [];
	const ignored = hidden.length > 0 && (await isFilteringEnabled(run.client)) === false;
	const tests = ignored ? [...request.tests, ...hidden.flatMap(looseTests)] : request.tests;
	const accept = tests.length > 0 ? (row: IDataObject) => tests.every((test) => test(row)) : undefined;
	const list = orThrow(await readList({
		client: run.client,
		path: entity.path,
		collection: entity.collection,
		unpaged: entity.list?.unpaged,
		maxPageSize: entity.list?.pageSize,
		query,
		limit,
		accept,
		// Names of stages and users are looked up while the pages of a long list come in.
		alongside: output.raw ? undefined : async (rows) => await viewOf(run, rows),
	}));
	if (ignored || (request.paidFilters && list.rejected > 0)) hint(reader, 'warning', filtersIgnored(entity, hidden));
	if (list.repeated > 0) hint(reader, 'info', movedWhileReading(entity, list.repeated));
	if (list.hasUnreadable) hint(reader, 'warning', `Some rows of amoCRM's answer are no ${entity.displayNamePlural.toLowerCase()} but empty: they were left out.`);
	return await outputRows(run, list.rows, output);
}

function hint({ run, hinted }: Reader, type: 'info' | 'warning', message: string): void {
	if (hinted.has(message)) return;
	hinted.add(message);
	run.context.addExecutionHints({ type, location: 'outputPane', message });
}

/** An account without the paid filters answers with everything and says nothing: the user has to know. */
function filtersIgnored(entity: Entity, hidden: Condition[]): string {
	const nouns = entity.displayNamePlural.toLowerCase();
	const untested = hidden.some((condition) => looseTests(condition).length === 0);
	const fact = `This amoCRM account ignores list filters (a paid feature that is off). The node read the ${nouns} and filtered them itself`;
	return untested
		? `${fact} where it could, but not every filter can be checked that way: the list may hold others too.`
		: `${fact}, which takes more requests.`;
}

function movedWhileReading(entity: Entity, count: number): string {
	return `${count} ${entity.displayNamePlural.toLowerCase()} came twice, because records changed places while the pages were read. Each is in the result once.`;
}

/**
 * Tests for a condition that rows of the answer do not show exactly. Whether amoCRM compares names whole or in part is
 * not documented, so a row passes when its text holds the wanted one: at least all that amoCRM would have given.
 */
function looseTests({ query }: Condition): Array<(row: IDataObject) => boolean> {
	return Object.entries((query.filter ?? {}) as Query).flatMap(([key, wanted]) => {
		const texts = [wanted].flat().filter((text) => typeof text === 'string');
		if (texts.length === 0) return [];
		return [(row: IDataObject) => texts.some((text) => String(row[key] ?? '').toLowerCase().includes(text.toLowerCase()))];
	});
}

const filtersOf = (run: Run, item: number) => run.parameter('filters', item, {}) as IDataObject;

function listRequest(run: Run, entity: Entity, item: number, { definitions, context }: Mapping): ListRequest {
	const filters = filtersOf(run, item);
	const sort = run.parameter('sort', item, {}) as { field?: string; direction?: string };
	const options = run.parameter('options', item, {}) as { with?: string[] | string };
	const returnAll = run.parameter('returnAll', item, false) as boolean;
	const limit = returnAll ? undefined : readLimit(run.parameter('limit', item, 50));
	const conditions = [
		...conditionsOf(entity.filters, { ...valueContext(run), values: filters }),
		...customFieldConditions(givenFieldFilters(filters), definitions, context),
	];
	const filtering = conditions.filter((condition) => 'filter' in condition.query);
	const extras = [options.with ?? [], ...conditions.map(({ query }) => query.with ?? [])].flat().join(',');
	return {
		query: mergeQueries([
			...conditions.map((condition) => condition.query),
			orderOf(entity, sort),
			extras ? { with: extras } : {},
		]),
		limit,
		tests: conditions.flatMap((condition) => condition.accepts ?? []),
		paidFilters: entity.filtersArePaid === true && filtering.length > 0,
		isImpossible: conditions.some((condition) => condition.isImpossible),
		hidden: entity.filtersArePaid ? filtering.filter((condition) => condition.accepts === undefined) : [],
	};
}

/**
 * The order of the IDs unless the user wants another: amoCRM's own order is by the last change, and a record that
 * changes while pages are read would move to another page.
 */
function orderOf(entity: Entity, sort: { field?: string; direction?: string }): Query {
	if (sort.field === undefined && sort.direction === undefined) return { order: { id: 'asc' } };
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
