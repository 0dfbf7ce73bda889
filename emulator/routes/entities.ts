import type { FastifyInstance, FastifyRequest } from 'fastify';
import { checkEntity } from '../entities/check';
import { ORDERS, selectionOf } from '../entities/list';
import { hrefLinks, presentEntity, presentTrashed, type Presenter } from '../entities/present';
import { CREATE, UPDATE_BATCH, UPDATE_ONE, type EntityInput } from '../entities/schemas';
import { createEntity, updateEntity } from '../entities/write';
import { cutPage, originOf, sendJson, sendList, sendNothing, sendPage } from '../http/envelope';
import { notSupportedChoice, type FieldError } from '../http/problems';
import { orderOf, pagingOf, withOf, type Query } from '../http/query';
import type { EntityRow, EntityType } from '../store/rows';
import { byField } from '../store/sortedView';
import { parseBatch, parseObject, type Parsed } from '../validation/batch';
import type { World } from '../world';

/** Leads, contacts, companies and customers: one implementation. facts: core 5.1, 9, 10, extended 4 */
export function entityRoutes(app: FastifyInstance, world: World, type: EntityType): void {
	const table = world.account.entities(type);
	const presenter = (request: FastifyRequest): Presenter => ({
		world,
		type,
		with: withOf(request.query as Query),
		origin: originOf(request),
	});
	const live = (id: number) => {
		const row = table.get(id);
		return row && !row.is_deleted && !row.is_unsorted ? row : undefined;
	};

	app.get(`/${type}`, (request, reply) => {
		const query = request.query as Query;
		const paging = pagingOf(query);
		const trash = withOf(query).has('only_deleted');
		const { rows, matches, descending } = matching(world, type, query, trash);
		const page = cutPage(rows, paging, matches, descending);
		const present = trash ? presentTrashed : presentEntity;
		const view = presenter(request);
		return sendPage(request, reply, type, { ...page, rows: page.rows.map((row) => present(view, row)) }, paging);
	});

	app.get<{ Params: { id: string } }>(`/${type}/:id(^\\d+$)`, (request, reply) => {
		const row = live(Number(request.params.id));
		return row ? sendJson(reply, presentEntity(presenter(request), row)) : sendNothing(reply);
	});

	app.post(`/${type}`, (request, reply) => {
		const items = parseBatch(request.body, CREATE[type], world.switches, (input) => checkEntity(world, type, input));
		const origin = originOf(request);
		const rows = items.map(({ data, requestId }) => {
			const { id } = createEntity(world, request.caller, type, data);
			return { id, request_id: requestId, _links: hrefLinks(origin, `/${type}/${id}`) };
		});
		return sendList(request, reply, type, rows);
	});

	/** The row an update means, checked together with the rest of its item. */
	const checkUpdate = (id: number | undefined, input: EntityInput): FieldError[] => {
		const row = id === undefined ? undefined : live(id);
		return row ? checkEntity(world, type, input, row) : [notSupportedChoice('id')];
	};

	const written = (request: FastifyRequest, row: EntityRow, item?: Parsed<EntityInput>) => ({
		id: row.id,
		...(type === 'contacts' ? { name: row.name } : {}),
		updated_at: row.updated_at,
		...(item && (world.switches.patchEchoesRequestId || type === 'customers') ? { request_id: item.requestId } : {}),
		_links: hrefLinks(originOf(request), `/${type}/${row.id}`),
	});

	app.patch(`/${type}`, (request, reply) => {
		const items = parseBatch(request.body, UPDATE_BATCH[type], world.switches, (input) => checkUpdate(input.id, input));
		const rows = items.map((item) => {
			const row = table.get(item.data.id ?? 0) as EntityRow;
			return written(request, updateEntity(world, request.caller, type, row, item.data), item);
		});
		return sendList(request, reply, type, rows);
	});

	app.patch<{ Params: { id: string } }>(`/${type}/:id(^\\d+$)`, (request, reply) => {
		const id = Number(request.params.id);
		const input = parseObject(request.body, UPDATE_ONE[type], world.switches, (data) => checkUpdate(id, data));
		return sendJson(reply, written(request, updateEntity(world, request.caller, type, table.get(id) as EntityRow, input)));
	});
}

function matching(world: World, type: EntityType, query: Query, trash: boolean) {
	const table = world.account.entities(type);
	const { ids, predicates } = selectionOf(world, type, query);
	const { field, descending } = orderOf(query, ORDERS[type], { field: 'updated_at', descending: false });
	const key = field as keyof EntityRow & string;
	// A filter by id names a few rows: take those instead of walking the whole table.
	const named = ids && [...ids].flatMap((id) => table.get(id) ?? []).sort(byField(key));
	if (!named && !trash && predicates.length === 0) return { rows: table.visibleBy(key), matches: undefined, descending };
	const shown = (row: EntityRow) => row.is_deleted === trash && !row.is_unsorted;
	const matches = (row: EntityRow) => shown(row) && predicates.every((check) => check(row));
	return { rows: named ?? table.sortedBy(key), matches, descending };
}
