import type { IDataObject, ILoadOptionsFunctions, INodeListSearchItems, INodeListSearchResult, INodePropertyOptions } from 'n8n-workflow';

import { CARDS, cardUrl } from '../entities/cards';
import { catalog } from '../entities/catalog';
import { catalogElement } from '../entities/catalogElement';
import { contact } from '../entities/contact';
import { dayOf } from '../entities/labels';
import { lead } from '../entities/lead';
import { task } from '../entities/task';
import { type Entity, idOf } from '../entities/types';
import { filesBase, pipelinesOf, stageNames } from '../fields/dictionaries';
import type { Source } from '../fields/choices';
import { ifReadable, orThrow } from '../fields/errors';
import { CARD_PLACES, PIPELINES, USERS } from '../fields/sources';
import { isUnset, labelKey, unwrapLocator } from '../fields/values';
import { type Rows, readRows } from '../transport/answers';
import type { ApiClient } from '../transport/client';
import { clientOf, fromAccount, inEditor, placeIn, stagesToPick } from './read';

const PAGE_SIZE = 50;

/** Pages to read for one search in what amoCRM cannot search itself: the editor takes an empty page for the end. */
const PAGES_PER_SEARCH = 10;

/** The page that the editor asks for by the token of the one before. */
const pageOf = (token: unknown): number => (/^[1-9]\d{0,8}$/.test(typeof token === 'string' || typeof token === 'number' ? String(token) : '') ? Number(token) : 1);

/** The next matches of a picker's list, found by amoCRM itself where it can search. The token is the number of a page. */
async function search(context: ILoadOptionsFunctions, entity: Entity, filter = '', paginationToken = '1'): Promise<INodeListSearchResult> {
	const client = await clientOf(context);
	const at = await placeIn(context, entity);
	if (!at) return { results: [] };
	const isServerSide = at.picker?.search === 'server';
	const isUnpaged = at.list?.unpaged === true;
	const first = pageOf(paginationToken);
	const last = isServerSide || filter === '' ? first : first + PAGES_PER_SEARCH - 1;
	for (let page = first; ; page += 1) {
		const { rows, count } = await readPage(context, client, at, { page, filter: isServerSide ? filter : '' });
		const labelOf = await labelsOf(client, at, rows);
		const results = rows.map((row) => toEntry(client, at, row, labelOf(row))).filter(({ name }) => isServerSide || matches(name, filter));
		const isEnd = isUnpaged || count < PAGE_SIZE;
		if (results.length > 0 || page >= last || isEnd) return { results, ...(isEnd ? {} : { paginationToken: String(page + 1) }) };
	}
}

async function labelsOf(client: ApiClient, { displayName, picker }: Entity, rows: IDataObject[]): Promise<(row: IDataObject) => string> {
	const label = picker?.label ?? ((row) => String(row.name || `${displayName} ${String(row.id ?? row.code)}`));
	const nameOf = picker?.names ? await NAMES[picker.names](client, rows) : () => undefined;
	return (row) => label(row, (own) => nameOf(own as IDataObject) ?? '');
}

/** Whose names labels show, read for the rows of a page; none where they may not be read. */
const NAMES: Record<NonNullable<NonNullable<Entity['picker']>['names']>, (client: ApiClient, rows: IDataObject[]) => Promise<(row: IDataObject) => string | undefined>> = {
	stage: async (client) => {
		const stages = stageNames((await ifReadable(pipelinesOf(client))) ?? []);
		return ({ pipeline_id: pipeline, status_id: status }) => stages.get(`${String(pipeline)}:${String(status)}`);
	},
	contact: async (client, rows) => {
		const ids = [...new Set(rows.flatMap(({ contact_id: id }) => (isUnset(id) ? [] : Number(id))))];
		const read = ids.length > 0 ? await readRows(client, { path: contact.path, query: { limit: ids.length, filter: { id: ids } } }, contact.collection) : undefined;
		const names = new Map(read?.ok ? read.rows.map(({ id, name }) => [Number(id), String(name ?? '')]) : []);
		return ({ contact_id: id }) => names.get(Number(id));
	},
};

async function readPage(context: ILoadOptionsFunctions, client: ApiClient, { path, collection, list, picker }: Entity, { page, filter }: { page: number; filter: string }): Promise<Rows & { ok: true }> {
	const paging = list?.unpaged ? {} : { page, limit: PAGE_SIZE, ...(list?.hasOwnOrder ? {} : { order: { id: 'desc' } }) };
	return await inEditor(context, readRows(client, { path, query: { ...paging, with: picker?.with, ...(filter ? { query: filter } : {}) } }, collection).then(orThrow));
}

function toEntry(client: ApiClient, entity: Entity, row: IDataObject, name: string): INodeListSearchItems {
	const url = entity.cardPath && cardUrl(client.baseUrl, entity, row);
	return { name, value: String(idOf(entity, row)), ...(url ? { url } : {}) };
}

const matches = (name: string, filter: string): boolean => labelKey(name).includes(labelKey(filter));

type ListSearch = (this: ILoadOptionsFunctions, filter?: string, paginationToken?: string) => Promise<INodeListSearchResult>;

/** The methods that fill the lists of pickers, by their names: one for each entity that says how its records are picked. */
export function listSearchOf(entities: Entity[]): Record<string, ListSearch> {
	const searcher = (entity: Entity): ListSearch =>
		async function (filter, paginationToken) {
			return await search(this, entity, filter, paginationToken);
		};
	const derived = entities.filter(({ picker }) => picker).map((entity) => [entity.listSearchMethod, searcher(entity)] as const);
	return { ...Object.fromEntries(derived), searchFieldPlaces, searchFiles, searchLinkedRecords, searchPipelines, searchStages, searchUsers };
}

/** The methods that fill the pickers of choices, by the names of those that give all of them. */
export const choiceSearchOf = (lists: Record<string, (this: ILoadOptionsFunctions) => Promise<INodePropertyOptions[]>>): Record<string, ListSearch> =>
	Object.fromEntries(Object.entries(lists).map(([method, list]) => [method, searchIn(list)]));

const searchIn = (list: (this: ILoadOptionsFunctions) => Promise<INodePropertyOptions[]>): ListSearch =>
	async function (filter = '') {
		return { results: (await list.call(this)).filter(({ name }) => matches(name, filter)) };
	};

/** Records of the type chosen beside the picker: what a task belongs to, what a record is linked to. */
async function searchLinkedRecords(this: ILoadOptionsFunctions, filter?: string, paginationToken?: string): Promise<INodeListSearchResult> {
	const chosen = ['linkTo', '&entityType', 'entityType', 'filters.entityType', 'filters.linkTo'].map((name) => unwrapLocator(this.getCurrentNodeParameter(name))).find((value) => value !== undefined);
	const kind = [...CARDS, catalogElement, task].find(({ value, collection }) => (value === 'catalogElement' ? 'catalog_elements' : collection) === chosen) ?? lead;
	return await search(this, kind, filter, paginationToken);
}

/** Where a field of linked records looks for them: the cards that amoCRM has names for, and the lists. */
async function searchFieldPlaces(this: ILoadOptionsFunctions, filter = '', paginationToken?: string): Promise<INodeListSearchResult> {
	const lists = await search(this, catalog, filter, paginationToken);
	return { ...lists, results: [...(paginationToken ? [] : CARD_PLACES.filter(({ name }) => matches(name, filter))), ...lists.results] };
}

/** Users and pipelines come all at once, from the dictionaries; the editor shows those whose name has the text in it. */
function listOf({ read }: Source): ListSearch {
	return async function (filter = '') {
		const entries = (await fromAccount(this, read)).map(({ id, path }) => ({ name: path, value: String(id) }));
		return { results: entries.filter(({ name }) => matches(name, filter)) };
	};
}

const searchUsers = listOf(USERS);
const searchPipelines = listOf(PIPELINES);

/** Stages by their names, with their pipelines unless one is chosen. */
async function searchStages(this: ILoadOptionsFunctions, filter = ''): Promise<INodeListSearchResult> {
	const { stages, isOfOne } = await stagesToPick(this);
	const entries = stages.map(({ pipeline, stage, value }) => ({ name: isOfOne ? stage : `${pipeline} / ${stage}`, value }));
	return { results: entries.filter(({ name }) => matches(name, filter)) };
}

/** Files of the account's storage. */
async function searchFiles(this: ILoadOptionsFunctions, filter = '', paginationToken = '1'): Promise<INodeListSearchResult> {
	const client = await clientOf(this);
	const base = await inEditor(this, filesBase(client));
	const page = pageOf(paginationToken);
	const query = { page, limit: PAGE_SIZE, filter: { term: filter.trim() } };
	const files = await inEditor(this, readRows(client, { base, path: '/files', query }, 'files').then(orThrow));
	return {
		results: files.rows.filter(({ is_trashed: isTrashed }) => isTrashed !== true).map((row) => ({ name: fileLabel(row), value: String(row.uuid) })),
		...(files.count === PAGE_SIZE ? { paginationToken: String(page + 1) } : {}),
	};
}

function fileLabel(row: IDataObject): string {
	const { extension } = (row.metadata ?? {}) as IDataObject;
	return `${String(row.name)}${isUnset(extension) ? '' : `.${String(extension)}`} · ${sizeOf(Number(row.size))} · ${dayOf(row.created_at)}`;
}

function sizeOf(bytes: number): string {
	if (bytes < 1_024) return `${bytes} B`;
	return bytes < 1_024 * 1_024 ? `${Math.round(bytes / 1_024)} KB` : `${(bytes / 1_024 / 1_024).toFixed(1)} MB`;
}
