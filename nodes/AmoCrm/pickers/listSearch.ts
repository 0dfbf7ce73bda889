import type { IDataObject, ILoadOptionsFunctions, INodeListSearchItems, INodeListSearchResult } from 'n8n-workflow';

import type { Dictionary } from '../fields/dictionaries';
import { filesBase, pipelinesOf, stageNames, usersOf } from '../fields/dictionaries';
import { customFieldsOf } from '../fields/matching';
import { isUnset, labelKey } from '../fields/values';
import type { Rows } from '../transport/answers';
import { readRows } from '../transport/answers';
import type { ApiClient } from '../transport/client';
import { asError, catalogIdOf, clientOf, editorClientOf } from './read';

const PAGE_SIZE = 50;

interface Searchable {
	path: string;
	collection: string;
	cardPath?: string;
	/** What a person recognises the record by. */
	label: (row: IDataObject, stages: Map<string, string>) => string;
	/** Whether `label` shows the stage. */
	hasStages?: true;
	/** Tasks have no server search. */
	searchable: boolean;
}

const LEADS: Searchable = {
	path: '/leads',
	collection: 'leads',
	cardPath: 'leads/detail',
	searchable: true,
	hasStages: true,
	label: (row, stages) =>
		[
			row.name || `Lead ${String(row.id)}`,
			row.price ? Number(row.price).toLocaleString('en').replace(/,/g, '\u00a0') : '',
			stages.get(`${String(row.pipeline_id)}:${String(row.status_id)}`) ?? '',
		]
			.filter(Boolean)
			.join(' · '),
};

const CONTACTS: Searchable = {
	path: '/contacts',
	collection: 'contacts',
	cardPath: 'contacts/detail',
	searchable: true,
	label: (row) => [row.name || `Contact ${String(row.id)}`, firstValue(row, 'PHONE') ?? firstValue(row, 'EMAIL')].filter(Boolean).join(' · '),
};

const COMPANIES: Searchable = {
	path: '/companies',
	collection: 'companies',
	cardPath: 'companies/detail',
	searchable: true,
	label: (row) => [row.name || `Company ${String(row.id)}`, firstValue(row, 'PHONE')].filter(Boolean).join(' · '),
};

const CUSTOMERS: Searchable = {
	path: '/customers',
	collection: 'customers',
	cardPath: 'customers/detail',
	searchable: true,
	label: (row) => String(row.name || `Customer ${String(row.id)}`),
};

/** The calendar day, in UTC; nothing for what is no moment. */
function dayOf(seconds: unknown): string {
	const date = new Date(Number(seconds ?? NaN) * 1000);
	return Number.isNaN(date.getTime()) ? 'no date' : date.toISOString().slice(0, 10);
}

const TASKS: Searchable = {
	path: '/tasks',
	collection: 'tasks',
	searchable: false,
	label: (row) => {
		return `${String(row.text || `Task ${String(row.id)}`)} · ${dayOf(row.complete_till)}${row.is_completed ? ' · completed' : ''}`;
	},
};

const BY_TYPE: Record<string, Searchable> = {
	leads: LEADS,
	contacts: CONTACTS,
	companies: COMPANIES,
	customers: CUSTOMERS,
};

function firstValue(row: IDataObject, code: string): string | undefined {
	const value = customFieldsOf(row).find((field) => field.field_code === code)?.values?.[0]?.value;
	return isUnset(value) ? undefined : String(value);
}

/** Pages to read for one search in what amoCRM cannot search itself: the editor takes an empty page for the end. */
const PAGES_PER_SEARCH = 10;

/** The next matches of a picker's list, found by amoCRM itself where it can search. The token is the number of a page. */
async function search(
	context: ILoadOptionsFunctions,
	source: Searchable,
	filter = '',
	paginationToken = '1',
): Promise<INodeListSearchResult> {
	const client = await clientOf(context);
	const stages = source.hasStages ? await knownStages(client) : new Map<string, string>();
	const first = Number(paginationToken);
	const last = source.searchable || filter === '' ? first : first + PAGES_PER_SEARCH - 1;
	for (let page = first; ; page += 1) {
		const { rows, count } = await readPage(context, client, source, filter, page);
		const results = rows.map((row) => toEntry(client, source, row, stages)).filter(({ name }) => source.searchable || matches(name, filter));
		const more = count === PAGE_SIZE ? { paginationToken: String(page + 1) } : {};
		if (results.length > 0 || page >= last || count < PAGE_SIZE) return { results, ...more };
	}
}

async function readPage(context: ILoadOptionsFunctions, client: ApiClient, source: Searchable, filter: string, page: number): Promise<Rows & { ok: true }> {
	const query = { page, limit: PAGE_SIZE, order: { id: 'desc' }, ...(source.searchable && filter ? { query: filter } : {}) };
	const rows = await readRows(client, { path: source.path, query }, source.collection);
	if (!rows.ok) throw asError(context, rows.failure);
	return rows;
}

function toEntry(client: ApiClient, { cardPath, label }: Searchable, row: IDataObject, stages: Map<string, string>): INodeListSearchItems {
	const id = String(row.id);
	return { name: label(row, stages), value: id, ...(cardPath ? { url: `${client.baseUrl}/${cardPath}/${id}` } : {}) };
}

const matches = (name: string, filter: string): boolean => labelKey(name).includes(labelKey(filter));

/** None where they may not be read. */
async function knownStages(client: ApiClient): Promise<Map<string, string>> {
	const pipelines = await pipelinesOf(client);
	return stageNames(pipelines.ok ? pipelines.value : []);
}

type ListSearch = (
	this: ILoadOptionsFunctions,
	filter?: string,
	paginationToken?: string,
) => Promise<INodeListSearchResult>;

function searcher(source: Searchable): ListSearch {
	return async function (filter, paginationToken) {
		return await search(this, source, filter, paginationToken);
	};
}

export const searchLeads = searcher(LEADS);
export const searchContacts = searcher(CONTACTS);
export const searchCompanies = searcher(COMPANIES);
export const searchTasks = searcher(TASKS);

/** Records of the type chosen beside the picker: what a task belongs to, what a record is linked to. */
export async function searchLinkedRecords(
	this: ILoadOptionsFunctions,
	filter?: string,
	paginationToken?: string,
): Promise<INodeListSearchResult> {
	const type = this.getCurrentNodeParameter('linkTo') ?? this.getCurrentNodeParameter('&entityType') ?? entityTypeOf(this);
	return await search(this, BY_TYPE[String(type)] ?? LEADS, filter, paginationToken);
}

const entityTypeOf = (context: ILoadOptionsFunctions) => String(context.getCurrentNodeParameter('entityType') ?? context.getCurrentNodeParameter('filters.entityType') ?? 'leads');

/** Notes on records of the chosen type. */
export async function searchNotes(
	this: ILoadOptionsFunctions,
	filter?: string,
	paginationToken?: string,
): Promise<INodeListSearchResult> {
	const source: Searchable = {
		path: `/${entityTypeOf(this)}/notes`,
		collection: 'notes',
		searchable: false,
		label: (row) => {
			const text = (row.params as IDataObject | undefined)?.text;
			// A text may be long: what comes after it would be cut off.
			return `${dayOf(row.created_at)} · ${isUnset(text) ? String(row.note_type).replace(/_/g, ' ') : String(text)}`;
		},
	};
	return await search(this, source, filter, paginationToken);
}

/** Users and pipelines come all at once, from the dictionaries; the editor shows those whose name has the text in it. */
function fromDictionary(read: (client: ApiClient) => Promise<Dictionary<IDataObject[]>>): ListSearch {
	return async function (filter = '') {
		const result = await read(await editorClientOf(this));
		if (!result.ok) throw asError(this, result.failure);
		const results = result.value
			.map((row) => ({ name: String(row.name ?? row.id), value: String(row.id) }))
			.filter(({ name }) => matches(name, filter));
		return { results };
	};
}

export const searchUsers = fromDictionary(usersOf);
export const searchPipelines = fromDictionary(pipelinesOf);

const CATALOGS: Searchable = {
	path: '/catalogs',
	collection: 'catalogs',
	searchable: false,
	label: (row) => String(row.name || `List ${String(row.id)}`),
};

export const searchCatalogs = searcher(CATALOGS);

/** Elements of the chosen list. */
export async function searchCatalogElements(
	this: ILoadOptionsFunctions,
	filter?: string,
	paginationToken?: string,
): Promise<INodeListSearchResult> {
	const catalogId = await catalogIdOf(this);
	if (catalogId === undefined) return { results: [] };
	const source: Searchable = {
		path: `/catalogs/${catalogId}/elements`,
		collection: 'elements',
		searchable: true,
		label: (row) => [row.name || `Element ${String(row.id)}`, firstValue(row, 'SKU')].filter(Boolean).join(' · '),
	};
	return await search(this, source, filter, paginationToken);
}

/** Files of the account's storage. */
export async function searchFiles(
	this: ILoadOptionsFunctions,
	filter = '',
	paginationToken = '1',
): Promise<INodeListSearchResult> {
	const client = await clientOf(this);
	const base = await filesBase(client);
	if (!base.ok) throw asError(this, base.failure);
	const page = Number(paginationToken);
	const query = { page, limit: PAGE_SIZE, filter: { term: filter.trim() } };
	const files = await readRows(client, { base: base.value, path: '/files', query }, 'files');
	if (!files.ok) throw asError(this, files.failure);
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
