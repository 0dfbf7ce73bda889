import type { FastifyInstance, FastifyRequest } from 'fastify';
import { checkEntity } from '../entities/check';
import { ORDERS, selectionOf } from '../entities/list';
import { hrefLinks, presentEntity, presentTrashed, type Presenter } from '../entities/present';
import { CREATE, UPDATE_BATCH, UPDATE_ONE } from '../entities/schemas';
import { createEntity, updateEntity } from '../entities/write';
import { crudRoutes, type Selection } from '../http/crud';
import { originOf } from '../http/envelope';
import { requireCustomers } from '../http/product';
import { orderOf, withOf, type Query } from '../http/query';
import { entityRights, mayCard } from '../http/rights';
import type { EntityRow, EntityType } from '../store/rows';
import { byField } from '../store/sortedView';
import type { World } from '../world';

/** Leads, contacts, companies and customers: one implementation. facts: core 5.1, 9, 10, extended 4 */
export function entityRoutes(app: FastifyInstance, world: World, type: EntityType): void {
	const table = world.account.entities(type);
	const presenter = (request: FastifyRequest): Presenter => ({
		world,
		type,
		with: withOf(request.query as Query),
		origin: originOf(request),
		sees: (card) => mayCard(world, 'view', card, request),
	});
	const live = (id: number) => {
		if (type === 'customers') requireCustomers(world);
		const row = table.get(id);
		return row && !row.is_deleted && !row.is_unsorted ? row : undefined;
	};

	const links = (request: FastifyRequest, { id }: EntityRow) => ({ id, _links: hrefLinks(originOf(request), `/${type}/${id}`) });
	crudRoutes(app, world, {
		path: `/${type}`,
		key: type,
		rights: (request) => entityRights(world, type, request),
		rows() {
			if (type === 'customers') requireCustomers(world);
			return table.values();
		},
		find: live,
		present: (row, request) => (row.is_deleted ? presentTrashed : presentEntity)(presenter(request), row),
		get: { absent: 204 },
		list: { select: (query) => selected(world, type, query) },
		create: {
			schema: CREATE[type],
			check: (data) => checkEntity(world, type, data),
			make: (data, request) => createEntity(world, request.caller, type, data),
			present: (row, request) => links(request, row),
			total: false,
		},
		update: {
			schema: UPDATE_ONE[type],
			batch: UPDATE_BATCH[type],
			absentIsBadId: true,
			check: (data, row) => checkEntity(world, type, data, row),
			apply: (row, data, request) => void updateEntity(world, request.caller, type, row, data),
			present: (row, request) => ({ ...links(request, row), ...(type === 'contacts' ? { name: row.name } : {}), updated_at: row.updated_at }),
			echo: ({ patchEchoesRequestId }) => patchEchoesRequestId || type === 'customers',
		},
	});
}

function selected(world: World, type: EntityType, query: Query): Selection<EntityRow> {
	const trash = withOf(query).has('only_deleted');
	const table = world.account.entities(type);
	const { ids, predicates } = selectionOf(world, type, query);
	const { field, descending } = orderOf(query, ORDERS[type], { field: 'updated_at', descending: false });
	const key = field as keyof EntityRow & string;
	// A filter by id names a few rows: take those instead of walking the whole table.
	const named = ids && [...ids].flatMap((id) => table.get(id) ?? []).sort(byField(key));
	if (!named && !trash && predicates.length === 0) return { rows: table.visibleBy(key), descending };
	const shown = (row: EntityRow) => row.is_deleted === trash && !row.is_unsorted;
	const matches = (row: EntityRow) => shown(row) && predicates.every((check) => check(row));
	return { rows: named ?? table.sortedBy(key), matches, descending };
}
