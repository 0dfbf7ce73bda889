import { type IDataObject, type INodeProperties, UserError } from 'n8n-workflow';

import { targetOf } from '../entities/places';
import { type Entity, idOf, inSentence } from '../entities/types';
import { orThrow } from '../fields/errors';
import { customFieldConditions, customFieldFiltersProperty, givenFieldFilters } from '../fields/customFieldFilters';
import { type Condition, conditionsOf, EVERYWHERE, joinConditions } from '../fields/filters';
import { boolean, choice, named, seconds as wholeNumber } from '../fields/fields';
import { isUnset, optionIn, optionsOf, show } from '../fields/values';
import { isFilteringEnabled } from '../transport/account';
import { type ListJob, type ListResult, readList } from '../transport/pages';
import { grouped, inParallel, inTurns } from '../transport/parallel';
import type { Query } from '../transport/types';
import { type ExpandedOutput, expandedOutputOf, expandedRows } from './expand';
import { LISTS_IN_FLIGHT, readShared } from './items';
import { isSweepCheaper } from './lookup';
import { type Mapping, mappingOf } from './mapping';
import { outputProperties } from './output';
import { collection, declared, filterProperty, optionsProperty, readFlag, valueContext, withOf, withProperty } from './parameters';
import { viewOf } from './present';
import { type Operation, type Run, hint } from './types';

interface ListRequest {
	conditions: Condition[];
	/** Those of the conditions that the query holds; it may have no place for all. */
	asked: Set<Condition>;
	query: Query;
	/** Whether no record can meet the filters. */
	isImpossible: boolean;
	limit?: number;
	/** How to sort the rows that were read. */
	sort?: Sort;
	/** Lists that are to be one, where any of several conditions is enough. */
	anyOf?: ListRequest[];
}

interface Sort {
	field: string;
	direction: 'asc' | 'desc';
}

const returnAll = declared({ name: 'returnAll', kind: boolean, description: 'Whether to return all results or only up to a given limit' });
const ofLimit = { typeOptions: { minValue: 1 }, default: 50, displayOptions: { show: { returnAll: [false] } } };

export const limitProperties = [returnAll, declared({ name: 'limit', kind: wholeNumber, property: ofLimit, description: 'Max number of results to return' })];

/** How many results an item wants; all when nothing. Throws a `UserError` that names the parameter. */
export function limitOf(run: Run, item: number): number | undefined {
	if (readFlag(run, returnAll, item)) return undefined;
	const value = run.parameter('limit', item, 50);
	const limit = /^[1-9]\d*$/.test(String(value).trim()) && typeof value !== 'object' ? Number(value) : NaN;
	if (!Number.isSafeInteger(limit)) throw new UserError(`'Limit': ${show(value)} is not a whole number above 0.`);
	return limit;
}

type Read = (job: ListJob) => Promise<ListResult>;

/** `read` reads lists that amoCRM gives in another way than page by page. */
export function getMany(entity: Entity, read: Read = readList): Operation {
	const nouns = inSentence(entity.displayNamePlural);
	return {
		value: 'getAll',
		name: 'Get Many',
		action: `Get many ${nouns}`,
		description: `Retrieve many ${nouns}, ${entity.filters.length > 0 ? 'or only those that pass the filters' : 'all of them or up to a limit'}`,
		properties: [
			...limitProperties,
			...outputProperties,
			...(entity.filters.length > 0 ? [filtersProperty(entity, canCombine(entity) ? [combineProperty] : [])] : []),
			...(entity.sortKeys.length > 0 ? [sortBy(entity), formerSort(entity), HIDDEN_SORT] : []),
			optionsProperty(withProperty(entity)),
		],
		execute: async (run) => await listRecords(run, entity, read),
	};
}

export function filtersProperty({ filters, filtersCustomFields }: Entity, more: INodeProperties[] = []): INodeProperties {
	return collection('Filters', 'filters', 'Add Filter', [...filters.map(filterProperty), ...(filtersCustomFields ? [customFieldFiltersProperty] : []), ...more]);
}

const DIRECTIONS: Array<{ name: string; value: Sort['direction'] }> = [
	{ name: 'Ascending', value: 'asc' },
	{ name: 'Descending', value: 'desc' },
];

/** Each key from either end, for the one list that version 2 of the node has. */
function sortChoices({ sortKeys }: Entity): Array<{ name: string; value: string }> {
	const endsOf = (key: string) => (/_at$|_till$/.test(key) ? ['Oldest First', 'Newest First'] : ['Ascending', 'Descending']);
	const choices = sortKeys.flatMap(({ name, value }) => DIRECTIONS.map(({ value: direction }, index) => ({ name: `${name}, ${endsOf(value)[index]}`, value: `${value}:${direction}` })));
	return choices.sort((a, b) => a.name.localeCompare(b.name));
}

const sortBy = (entity: Entity): INodeProperties =>
	declared({ name: 'sortBy', kind: choice(sortChoices(entity)), property: { default: UNSORTED, displayOptions: { hide: { '@version': [1] } } }, description: 'What to sort by, and from which end' });

/** n8n keeps the values of what is in the description only. */
const HIDDEN_SORT: INodeProperties = { displayName: 'Sort', name: 'sort', type: 'hidden', default: {}, displayOptions: { hide: { '@version': [1] } } };

/** In version 1 of the node; what is set there goes on working. */
function formerSort({ sortKeys }: Entity): INodeProperties {
	const options = [
		declared({ name: 'direction', kind: choice(DIRECTIONS), description: 'Which end to start from' }),
		declared({ name: 'field', kind: choice(sortKeys), property: { default: 'id' }, description: 'What to sort by; these are the fields that amoCRM can really sort by' }),
	];
	return { ...collection('Sort', 'sort', 'Add Sort', options), displayOptions: { show: { '@version': [1] } } };
}

async function listRecords(run: Run, entity: Entity, read: Read): Promise<void> {
	const mapping = await mappingOf(run, entity, usesFieldFilters(run));
	const reader: Reader = { run, entity, read, hinted: new Set() };
	const ask = (item: number) => ({ request: listRequest(run, entity, item, mapping), output: expandedOutputOf(run, entity, item) });
	await readShared(run, ask, async ({ request, output }) => {
		const { sort } = request;
		const rows = await rowsOf(reader, request, output);
		return await expandedRows(run, sort ? await sorted(rows, sort) : rows, output, entity);
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
	read: Read;
	/** What the user was told already. */
	hinted: Set<string>;
}

async function rowsOf(reader: Reader, request: ListRequest, output: ExpandedOutput): Promise<IDataObject[]> {
	const { run, entity } = reader;
	if (request.anyOf) {
		const lists: IDataObject[][] = [];
		await inParallel(request.anyOf, LISTS_IN_FLIGHT, async (part) => void lists.push(await rowsOf(reader, part, output)));
		return await merged(entity, lists, request);
	}
	if (request.isImpossible) return [];
	const { conditions, asked, query, limit } = request;
	const hidden = entity.filtersArePaid ? conditions.filter(({ query: { filter }, accepts }) => filter !== undefined && !accepts) : [];
	const obeysFilters = hidden.length === 0 || (await isFilteringEnabled(run.client));
	const testsOf = (some: Condition[]) => some.flatMap(({ accepts }) => accepts ?? []);
	/** What amoCRM has tested already, if it obeys filters; what it was not asked to. */
	const asksFor = [...testsOf([...asked]), ...(obeysFilters ? [] : hidden.flatMap(looseTests))];
	const others = testsOf(conditions.filter((condition) => !asked.has(condition)));
	const here = conditions.flatMap((condition) => condition.here ?? []);
	let isIgnored = obeysFilters === false;
	let read = 0;
	const readAll = async (part: Query, most?: number) =>
		orThrow(await reader.read({
			client: run.client,
			base: entity.base,
			path: entity.path,
			collection: entity.collection,
			unpaged: entity.list?.unpaged,
			maxPageSize: entity.list?.pageSize,
			query: { ...query, ...part },
			limit: most,
			accept: (row) => {
				read += 1;
				const isRight = asksFor.every((test) => test(row));
				isIgnored ||= !isRight;
				return isRight && others.every((test) => test(row));
			},
			isSifted: here.length > 0,
			// Names of stages and users are looked up while the pages of a long list come in.
			alongside: output.raw ? undefined : async (rows) => await viewOf(run, rows),
		}));
	const texts = await searchTexts(reader, request);
	const lists: Array<Awaited<ReturnType<typeof readAll>>> = [];
	if (texts.length === 0) lists.push(await readAll({}, limit));
	else await inParallel(texts, LISTS_IN_FLIGHT, async (text) => void lists.push(await readAll({ query: text })));
	const rows = texts.length === 0 ? (lists[0]?.rows ?? []) : await merged(entity, lists.map((list) => list.rows), request);
	const repeated = lists.reduce((sum, list) => sum + list.repeated, 0);
	if (entity.filtersArePaid && isIgnored) hintOnce(reader, 'warning', filtersIgnored(entity, hidden));
	if (here.length > 0) hintOnce(reader, 'info', costOf(entity, here, { read, kept: rows.length }));
	if (repeated > 0) hintOnce(reader, 'info', movedWhileReading(entity, repeated, query));
	if (lists.some(({ hasUnreadable }) => hasUnreadable)) hintOnce(reader, 'warning', `Some rows of amoCRM's answer are no ${inSentence(entity.displayNamePlural)} but empty: they were left out.`);
	return rows;
}

/** What amoCRM is to be searched for, each text apart; none where the list is read as it is. */
async function searchTexts({ run, entity }: Reader, { conditions, query }: ListRequest): Promise<string[]> {
	const [fewest = []] = conditions.flatMap(({ searches }) => (searches ? [searches] : [])).sort((one, other) => one.length - other.length);
	// A list has one search at most.
	if (query.query !== undefined || (await isSweepCheaper(run, entity, fewest.length))) return [];
	return fewest;
}

/** Rows of several searches as one list: each once, in the order that is asked for, not more than the limit. */
async function merged(entity: Entity, lists: IDataObject[][], { query, limit, sort }: ListRequest): Promise<IDataObject[]> {
	const rows = [...new Map(lists.flat().map((row) => [idOf(entity, row), row])).values()];
	const [[field = 'id', direction] = []] = Object.entries((query.order ?? {}) as Record<string, Sort['direction']>);
	return (await sorted(rows, sort ?? { field, direction: direction ?? 'asc' })).slice(0, limit);
}

function costOf(entity: Entity, here: Array<{ filter: string }>, { read, kept }: { read: number; kept: number }): string {
	const nouns = inSentence(entity.displayNamePlural);
	const names = here.map(({ filter }) => `'${filter}'`).join(' and ');
	return `amoCRM cannot filter ${nouns} by ${names}: the node read ${read.toLocaleString('en-US')} of them, all that the other filters leave as far as it needed, and kept ${kept.toLocaleString('en-US')}.`;
}

function hintOnce({ run, hinted }: Reader, type: 'info' | 'warning', message: string): void {
	if (hinted.has(message)) return;
	hinted.add(message);
	hint(run, type, message);
}

/** An account without the paid filters answers with everything and says nothing: the user has to know. */
function filtersIgnored(entity: Entity, hidden: Condition[]): string {
	const nouns = inSentence(entity.displayNamePlural);
	const untested = hidden.some((condition) => looseTests(condition).length === 0);
	const fact = `This amoCRM account ignores list filters (a paid feature that is off). The node read the ${nouns} and filtered them itself`;
	return untested
		? `${fact} where it could, but not every filter can be checked that way: the list may hold others too.`
		: `${fact}, which takes more requests.`;
}

function movedWhileReading(entity: Entity, count: number, { order }: Query): string {
	const nouns = inSentence(entity.displayNamePlural);
	const fact = `${count} ${nouns} came twice, because records changed places while the pages were read. Each is in the result once.`;
	// What has an order of its own begins with the newest: only what was read already moves back.
	if (!order || Object.keys(order as Query).includes('id')) return fact;
	return `${fact} One that moved to a part which had been read already may be missing: sort by ID, or read all, to miss none.`;
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

export const filtersOf = (run: Run, item: number): IDataObject => collectionOf(run, 'filters', 'Filters', item);

/** What a collection of optional parameters holds. */
function collectionOf(run: Run, name: string, displayName: string, item: number): IDataObject {
	const value = run.parameter(name, item, {});
	if (isUnset(value)) return {};
	if (typeof value === 'object' && !Array.isArray(value)) return value as IDataObject;
	throw new UserError(`'${displayName}': ${show(value)} is not an object with a value for each of them.`);
}

function listRequest(run: Run, entity: Entity, item: number, { definitions, context }: Mapping): ListRequest {
	const filters = filtersOf(run, item);
	const conditions = [
		...conditionsOf(entity.filters, { ...valueContext(run), values: filters, at: { path: entity.path, own: targetOf(entity) } }),
		...customFieldConditions(givenFieldFilters(filters), definitions, context),
	];
	const limit = limitOf(run, item);
	const sort = sortOf(run, entity, item);
	// A record that changes while the pages are read would move to another page, and one that is read already: the order of
	// the IDs stays, and a whole list can be sorted here.
	const isSortedHere = limit === undefined && MOVING.has(sort.field) && entity.sortKeys.some(({ value }) => value === 'id');
	const { field, direction } = isSortedHere ? BY_ID : sort;
	const requestFor = (some: Condition[]): ListRequest => {
		const { query, asked, isImpossible } = joinConditions(some);
		const extras = [withOf(run, entity, item), query.with ?? []].flat().filter((extra) => extra !== '').join(',');
		return {
			conditions: some,
			asked,
			isImpossible,
			limit,
			query: { ...query, ...(entity.list?.unpaged || entity.list?.hasOwnOrder ? {} : { order: { [field]: direction } }), ...(extras ? { with: extras } : {}) },
			...(isSortedHere ? { sort } : {}),
		};
	};
	const groups = anyIsEnough(entity, filters) ? groupsOf(conditions) : [];
	return { ...requestFor(conditions), ...(groups.length > 1 ? { anyOf: groups.map(requestFor) } : {}) };
}

const COMBINING = optionsOf({ all: 'All', any: 'Any' });

const combineProperty = declared({
	name: 'combineFilters',
	kind: choice(COMBINING),
	property: { default: 'any' },
	description: 'Which filters a record must pass; all without this. Both ends of a range are one filter, and so are a record and its type.',
});

/** What has an order of its own cannot be put together from several lists. */
const canCombine = ({ filters, list }: Entity): boolean => filters.length > 1 && !list?.hasOwnOrder;

function anyIsEnough(entity: Entity, { combineFilters }: IDataObject): boolean {
	if (isUnset(combineFilters) || !canCombine(entity)) return false;
	return named('Combine Filters', () => optionIn(COMBINING, combineFilters)) === 'any';
}

/** The conditions, each group with what holds everywhere. */
function groupsOf(conditions: Condition[]): Condition[][] {
	const everywhere = conditions.filter(({ family }) => family === EVERYWHERE);
	const groups = new Map<unknown, Condition[]>();
	for (const condition of conditions) {
		const key = condition.family ?? condition;
		if (key !== EVERYWHERE) groups.set(key, [...(groups.get(key) ?? []), condition]);
	}
	return [...groups.values()].map((group) => [...everywhere, ...group]);
}

const BY_ID: Sort = { field: 'id', direction: 'asc' };

const UNSORTED = 'id:asc';

/** What may change while a list is read; whole numbers. */
const MOVING = new Set(['updated_at', 'complete_till']);

/** The order of the IDs unless the user wants another: amoCRM's own order is by the last change. */
function sortOf(run: Run, entity: Entity, item: number): Sort {
	const { sortKeys } = entity;
	const chosen = run.parameter('sortBy', item, UNSORTED);
	const by = isUnset(chosen) || chosen === UNSORTED ? UNSORTED : named('Sort By', () => optionIn(sortChoices(entity), chosen));
	const sort: { field?: unknown; direction?: unknown } = collectionOf(run, 'sort', 'Sort', item);
	if (isUnset(sort.field) && isUnset(sort.direction)) {
		const [field, direction] = by.split(':') as [string, Sort['direction']];
		return { field, direction };
	}
	const former = named('Sort', () => ({
		field: isUnset(sort.field) ? (sortKeys[0]?.value ?? 'id') : optionIn(sortKeys, sort.field),
		direction: isUnset(sort.direction) ? 'asc' : optionIn(DIRECTIONS, sort.direction),
	}));
	const [own, other] = [by, `${former.field}:${former.direction}`];
	if (own !== UNSORTED && own !== other) throw new UserError(`'Sort By' is ${show(own)} and 'Sort' is ${show(other)}. Leave one of them out.`);
	return former;
}

/** Sorted; rows that have the same stay as they are. Of numbers only those are compared, which is fast for very many. */
async function sorted(rows: IDataObject[], { field, direction }: Sort): Promise<IDataObject[]> {
	if (rows.some((row) => typeof row[field] === 'string')) {
		const sign = direction === 'asc' ? 1 : -1;
		const { compare } = new Intl.Collator();
		return [...rows].sort((one, other) => sign * compare(String(one[field] ?? ''), String(other[field] ?? '')));
	}
	const groups = await grouped(rows, (row) => Number(row[field]) || 0);
	const numbers = Float64Array.from(groups.keys()).sort();
	const inOrder: IDataObject[] = [];
	await inTurns(direction === 'asc' ? numbers : numbers.reverse(), (number) => {
		for (const row of groups.get(number) ?? []) inOrder.push(row);
	});
	return inOrder;
}
