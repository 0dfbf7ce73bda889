import type { IDataObject } from 'n8n-workflow';

import { readAccount, readRows } from '../transport/answers';
import type { ApiClient } from '../transport/client';
import { type ListJob, readList } from '../transport/pages';
import type { Choice, Source } from './choices';
import { customerStatusesOf, type FieldDefinition, fieldDefinitions, keep, languageOf, pipelinesOf, stagesIn, usersOf } from './dictionaries';
import { ifReadable, orThrow } from './errors';

/** What the pickers of the form list, and where names in their place are looked for. */

const choiceOf = (row: IDataObject, idKey = 'id'): Choice => {
	const name = String(row.name ?? row[idKey]);
	const code = row.code ?? row.email;
	return { id: row[idKey] as number | string, value: name, code: typeof code === 'string' && code !== '' ? code : null, path: name };
};

const byName = (choices: Choice[]): Choice[] => choices.sort((one, other) => one.value.localeCompare(other.value));

/** By their names or e-mails. */
export const USERS: Source = { noun: 'user', loadOptionsMethod: 'getUsers', keptAs: '/users', read: async (client) => byName((await usersOf(client)).map((row) => choiceOf(row))) };

export const PIPELINES: Source = { noun: 'pipeline', loadOptionsMethod: 'getPipelines', keptAs: '/leads/pipelines', read: async (client) => (await pipelinesOf(client)).map((row) => choiceOf(row)) };

/** The IDs of a pipeline and its stage. */
export const STAGE_PAIR = /^\s*(\d+)\s*[:/]\s*(\d+)\s*$/;

/** A stage is a pair, as 142 and 143 exist in every pipeline (core facts 7): its ID is "pipeline:status". */
export const STAGES: Source = {
	noun: 'stage',
	loadOptionsMethod: 'getStages',
	ids: STAGE_PAIR,
	keptAs: '/leads/pipelines',
	part: 'stages',
	read: async (client) => stagesIn(await pipelinesOf(client)).map(({ value, pipeline, stage }) => ({ id: value, value: stage, code: null, path: `${pipeline} / ${stage}` })),
};

const keptSource = (source: Omit<Source, 'read'>, choices: (client: ApiClient) => Promise<Choice[]>): Source => ({
	...source,
	read: async (client) => await keep(client, source.keptAs, async () => byName(await choices(client))),
});

type Listed = Pick<Source, 'noun' | 'ids'> & Pick<ListJob, 'path' | 'collection' | 'unpaged' | 'maxPageSize'> & { idKey?: string };

/** Rows of a list of the account. */
export const listSource = ({ noun, ids, idKey, ...job }: Listed): Source =>
	keptSource({ noun, ids, keptAs: `rows of ${job.path}` }, async (client) => orThrow(await readList({ client, ...job })).rows.map((row) => choiceOf(row, idKey)));

export const LOSS_REASONS: Source = { loadOptionsMethod: 'getLossReasons', ...listSource({ noun: 'loss reason', path: '/leads/loss_reasons', collection: 'loss_reasons' }) };

/** What the account has embedded in itself. */
const accountSource = (noun: string, embedded: 'task_types' | 'users_groups', loadOptionsMethod: string): Source =>
	keptSource({ noun, loadOptionsMethod, keptAs: `/account with ${embedded}` }, async (client) => {
		const { value: account } = orThrow(await readAccount(client, embedded));
		return (((account._embedded as IDataObject | undefined)?.[embedded] ?? []) as IDataObject[]).map((row) => choiceOf(row));
	});

export const TASK_TYPES = accountSource('task type', 'task_types', 'getTaskTypes');
export const USER_GROUPS = accountSource('group of users', 'users_groups', 'getUserGroups');

export const FIELD = { noun: 'custom field' };

export const fieldChoice = ({ id, name, code }: FieldDefinition): Choice => ({ id, value: name, code, path: name });

/** The custom fields of a collection such as `/leads`, by their names or codes. */
export function fieldSource(path: string, isOffered: (field: FieldDefinition) => boolean = () => true): Source {
	const read = async (client: ApiClient) => (await fieldDefinitions(client, path)).filter(isOffered).map(fieldChoice);
	return { ...FIELD, loadOptionsMethod: 'getCustomFieldNames', keptAs: `${path}/custom_fields`, read };
}

const FIELD_OWNERS = ['leads', 'contacts', 'companies', 'customers'];

/** The custom fields that events tell changes of: of all cards or of one kind; `Leads / Budget` of all. */
export function eventFieldSource(kind?: string): Source {
	const of = async (client: ApiClient, owner: string) => (await (kind ? fieldDefinitions(client, `/${owner}`) : ifReadable(fieldDefinitions(client, `/${owner}`)))) ?? [];
	const read = async (client: ApiClient) => {
		const lists = await Promise.all((kind ? [kind] : FIELD_OWNERS).map(async (owner) => ({ owner, fields: await of(client, owner) })));
		return lists.flatMap(({ owner, fields }) => fields.map((field) => ({ ...fieldChoice(field), ...(kind ? {} : { path: `${owner.charAt(0).toUpperCase()}${owner.slice(1)} / ${field.name}` }) })));
	};
	return { ...FIELD, loadOptionsMethod: 'getEventFields', keptAs: `custom fields of ${kind ?? 'cards'}`, read };
}

/** The options of such a field. */
export function fieldOptionSource(fieldId: number, kind?: string): Source {
	const read = async (client: ApiClient) => {
		const lists = await Promise.all((kind ? [kind] : FIELD_OWNERS).map(async (owner) => (await ifReadable(fieldDefinitions(client, `/${owner}`))) ?? []));
		return lists.flat().find(({ id }) => id === fieldId)?.enums ?? [];
	};
	return { noun: 'option', loadOptionsMethod: 'getEventFieldOptions', keptAs: `options of ${fieldId}`, read };
}

/** Kinds of events by their codes, with names in the account's language (extended facts 5.3). */
export const EVENT_TYPES = keptSource({ noun: 'kind of event', loadOptionsMethod: 'getEventTypes', ids: /^[a-z\d_]+$/, keptAs: '/events/types' }, async (client) => {
	const { rows } = orThrow(await readRows(client, { path: '/events/types', query: { language_code: await languageOf(client) } }, 'events_types'));
	return rows.map(({ key, lang }) => ({ id: String(key), value: String(lang ?? key), code: String(key), path: String(lang ?? key) }));
});

/** The price fields of a list: an element may have several prices (extended facts 3.2). */
export const priceFieldSource = (catalogId: number): Source => ({ ...fieldSource(`/catalogs/${catalogId}`, ({ type }) => type === 'price'), noun: 'price field', loadOptionsMethod: 'getPriceFields', part: 'prices' });

/** IDs of the groups (tabs of a card) of custom fields (extended facts 2.2). */
export const GROUP_ID = /^(?:default|statistic|[a-z]+_\d+)$/;

/** Those groups, for a path such as `/leads/custom_fields`. */
export const fieldGroupSource = (path: string): Source =>
	listSource({ noun: 'group of fields', path: `${path.replace(/\/groups$/, '')}/groups`, collection: 'custom_field_groups', unpaged: true, ids: GROUP_ID });

export const CATALOGS = listSource({ noun: 'list', path: '/catalogs', collection: 'catalogs' });

export const CURRENCIES = listSource({ noun: 'currency', path: '/currencies', collection: 'currencies', idKey: 'code', ids: /^[A-Za-z]{3}$/ });

export const CUSTOMER_SEGMENTS = listSource({ noun: 'segment', path: '/customers/segments', collection: 'segments' });

export const CUSTOMER_STATUSES: Source = { noun: 'status', loadOptionsMethod: 'getCustomerStatuses', keptAs: '/customers/statuses', read: async (client) => byName((await customerStatusesOf(client)).map((row) => choiceOf(row))) };

export const ROLES = listSource({ noun: 'role', path: '/roles', collection: 'roles' });

/** Cards that amoCRM has names for where a field of linked records looks for them (extended facts 2.2). */
export const CARD_PLACES = [
	{ name: 'Companies', value: 'companies' },
	{ name: 'Contacts', value: 'contacts' },
	{ name: 'Contacts and Companies', value: 'contacts_and_companies' },
];

export const FIELD_PLACES: Source = {
	...CATALOGS,
	noun: 'place',
	part: 'with cards',
	ids: /^(?:companies|contacts|contacts_and_companies)$/,
	read: async (client) => [...CARD_PLACES.map(({ name, value }) => ({ id: value, value: name, code: null, path: name })), ...(await CATALOGS.read(client))],
};
