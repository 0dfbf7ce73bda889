import { type IDataObject, deepCopy } from 'n8n-workflow';

import { pickedFilters } from '../entities/shared';
import { type Entity, type RecordId, inSentence, rootOf } from '../entities/types';
import { orThrow } from '../fields/errors';
import { type Filter, type FilterContext, conditionsOf, filter, joinConditions } from '../fields/filters';
import { recordLocator, idIn } from '../fields/locator';
import { CATALOG, ELEMENT, recordOf } from '../fields/targets';
import { isUnset, optionIn } from '../fields/values';
import { readRows } from '../transport/answers';
import type { ApiClient } from '../transport/client';
import { readList } from '../transport/pages';
import { chunksOf, grouped, inParallel, inTurns } from '../transport/parallel';
import type { Outcome, Query } from '../transport/types';
import { findByIds, IDS_PER_REQUEST, IN_FLIGHT, recordIn } from './byIds';
import { filtersOf, limitOf, limitProperties } from './getMany';
import { attempt, mustStop, readItems } from './items';
import { isCard, linkTargetsOf } from './links';
import { outputOf, outputProperties, outputRows } from './output';
import { called, collection, filterProperty, idProperty, optionsProperty, readId, valueContext } from './parameters';
import type { Operation, Run } from './types';

/** Lists of what belongs to single records: what they are linked to, who follows them, their chats. */

interface Below extends Pick<Operation, 'value' | 'description' | 'needs'> {
	/** Last part of the path, and key of the rows. */
	part: string;
	/** How the rows are read, where not page by page. */
	read?: (client: ApiClient, place: { base?: string; path: string; query: Query }, limit?: number) => Promise<Outcome<{ rows: IDataObject[] }>>;
	/** Whether it is asked of the account although the records are elsewhere. */
	isOnAccount?: true;
	/** How one request reads those of many records, and what names the record in a row. Each is asked for alone when left out. */
	mass?: { key: 'contact_id' | 'entity_id'; query: (ids: RecordId[], filters: Query) => Query };
	filters?: Filter[];
	/** A row of the output, of the record with that ID. */
	simple: (row: IDataObject, id: RecordId) => IDataObject;
}

const listFilter = filter({ name: 'catalogId', displayName: 'List', description: 'Return only links to elements of this list (catalog)' }, recordLocator(CATALOG), (value, context) => {
	const id = idIn(CATALOG, value, context);
	return { query: { filter: { to_catalog_id: id } }, accepts: ({ metadata }) => Number((metadata as IDataObject | null)?.catalog_id) === id };
});

const linkedTarget = (entity: Entity) => ({ values: { linkTo } }: Pick<FilterContext, 'values'>) => {
	const type = isUnset(linkTo) ? undefined : optionIn(linkTargetsOf(entity), linkTo);
	return type === 'catalog_elements' ? ELEMENT : recordOf(type);
};

/** An ID goes along with the kind of the record only, and amoCRM takes one. */
const ofKind = (entity: Entity, own: Filter): Filter => ({
	...own,
	condition: (value, context) => {
		const condition = own.condition(value, context);
		const { to_entity_id: ids = [] } = (condition.query.filter ?? {}) as { to_entity_id?: number[] };
		return { ...condition, query: ids.length === 1 ? { filter: { to_entity_id: ids[0], to_entity_type: optionIn(linkTargetsOf(entity), context.values.linkTo) } } : {} };
	},
});

/** Single links, read from either end (core facts 11). What is in the query is tested here again. */
const linkFilters = (entity: Entity): Filter[] => [
	filter(
		{ name: 'linkTo', displayName: 'Linked Record Type', description: 'Return only links to this kind of records' },
		{ type: 'options', options: linkTargetsOf(entity), default: entity.linkTargets[0] ?? '' },
		(value) => {
			const type = optionIn(linkTargetsOf(entity), value);
			return { query: {}, accepts: (row) => row.to_entity_type === type };
		},
	),
	...pickedFilters('to_entity_id', linkedTarget(entity), { names: ['linkedRecords', 'linkedIds'], displayName: 'Linked Records', what: 'links to', needs: 'linkTo' }).map((own) => ofKind(entity, own)),
	...(entity.linkTargets.includes('catalog_elements') ? [listFilter] : []),
];

export const getLinks = (entity: Entity): Operation =>
	listBelow(entity, {
		value: 'getLinks',
		description: `Retrieve what one ${inSentence(entity.displayName)} per item is linked to${isCard(entity) ? '; many items share requests' : ''}`,
		part: 'links',
		read: async (client, place) => await readRows(client, place, 'links'),
		...(isCard(entity) ? { mass: { key: 'entity_id', query: (ids, { filter }) => ({ filter: { ...(filter as Query | undefined), entity_id: ids } }) } } : {}),
		filters: linkFilters(entity),
		simple: ({ to_entity_id, to_entity_type, metadata }, id) => {
			const { main_contact: main, ...rest } = (metadata ?? {}) as IDataObject;
			return { id, entity_type: isCard(entity) ? entity.collection : 'catalog_elements', to_entity_id, to_entity_type, ...(main === undefined ? {} : { is_main: main }), ...rest };
		},
	});

/** Read-only (extended facts 5.4). */
export const getSubscribers = (entity: Entity): Operation =>
	listBelow(entity, {
		value: 'getSubscribers',
		description: `Retrieve the users and groups that follow one ${inSentence(entity.displayName)} per item`,
		part: 'subscriptions',
		simple: (row, id) => ({ id, ...row }),
	});

/** Chats in messengers that contacts write in (core facts 9); `id` is that of the connection. */
export const getChats = (entity: Entity): Operation =>
	listBelow(entity, {
		value: 'getChats',
		description: 'Retrieve the chats that one contact per item writes in; many items share requests',
		part: 'chats',
		needs: { admin: 'always' },
		mass: { key: 'contact_id', query: (ids) => ({ contact_id: ids }) },
		simple: ({ id, chat_id }, contact_id) => ({ contact_id, chat_id, id }),
	});

export function listBelow(entity: Entity, below: Below): Operation {
	const { value, description, part, mass, isOnAccount, filters = [], needs } = below;
	return {
		...called(entity, value, description),
		needs,
		route: `GET ${isOnAccount ? '' : rootOf(entity)}${entity.path}${mass ? '' : '/{id}'}/${part}`,
		properties: [
			idProperty(entity),
			...limitProperties,
			...outputProperties,
			...(filters.length > 0 ? [collection('Filters', 'filters', 'Add Filter', filters.map(filterProperty))] : []),
			optionsProperty(),
		],
		execute: async (run) => await listAll(run, entity, below),
	};
}

/** Items with the same filters share requests. */
async function listAll(run: Run, entity: Entity, below: Below): Promise<void> {
	const { filters = [] } = below;
	const requests = await readItems(run, (item) => {
		const conditions = conditionsOf(filters, { ...valueContext(run), values: filters.length > 0 ? filtersOf(run, item) : {} });
		const { query, isImpossible } = joinConditions(conditions);
		return { id: readId(run, entity, item), conditions, query, isImpossible, limit: limitOf(run, item), output: outputOf(run, item) };
	});
	const groups = await grouped(requests, ({ asked: { query } }) => JSON.stringify(query));
	for (const group of groups.values()) {
		if (mustStop(run)) return;
		const ids = [...new Set(group.map(({ asked }) => asked.id))];
		const found = await readBelow(run, entity, below, { ids, query: group[0]?.asked.query ?? {}, limit: group.reduce((most, { asked: { limit = Infinity } }) => Math.max(most, limit), 0) });
		// Neither an empty list nor 404 says whether there is such a record: a route may be missing too.
		const bare = ids.filter((id) => isBare(found.get(id)));
		const records = await findByIds(run.client, entity, '', bare);
		await inTurns(group, async ({ item, asked: { id, conditions, isImpossible, limit, output } }) => {
			await attempt(run, [item], async () => {
				const list = found.get(id);
				if (isBare(list)) recordIn(records, entity, id);
				const { rows } = orThrow(list ?? NONE);
				const right = isImpossible ? [] : rows.filter((row) => conditions.every(({ accepts }) => accepts?.(row) ?? true)).slice(0, limit);
				// Items of n8n must not share rows: a later node may change one of them.
				const own = await inTurns(right, (row) => deepCopy(output.raw ? row : below.simple(row, id)));
				run.rows.set(item, await outputRows({ ...run, isVersion1: true }, own, output));
			});
		});
	}
}

type Lists = Map<RecordId, Outcome<{ rows: IDataObject[] }>>;

const NONE = { ok: true as const, rows: [] };
const isBare = (list: Outcome<{ rows: IDataObject[] }> | undefined): boolean => !list || (list.ok ? list.rows.length === 0 : list.failure.kind === 'notFound');

/** What belongs to several records at once where a row names its record, or to one after the other. */
async function readBelow({ client }: Run, { base, path }: Entity, { part, mass, isOnAccount, read }: Below, { ids, query, limit }: { ids: RecordId[]; query: Query; limit: number }): Promise<Lists> {
	const lists: Lists = new Map();
	const size = mass ? IDS_PER_REQUEST : 1;
	await inParallel(chunksOf(ids, size), IN_FLIGHT, async (chunk) => {
		const [id = ''] = chunk;
		const place = { ...(isOnAccount ? {} : { base }), ...(mass ? { path: `${path}/${part}`, query: mass.query(chunk, query) } : { path: `${path}/${id}/${part}`, query }) };
		const list = read ? await read(client, place, limit) : await readList({ client, ...place, collection: part });
		for (const own of chunk) lists.set(own, list.ok ? { ok: true, rows: [] } : list);
		if (!list.ok) return;
		for (const row of list.rows) {
			const owner = lists.get(mass ? Number(row[mass.key]) : id);
			if (owner?.ok) owner.rows.push(row);
		}
	});
	return lists;
}
