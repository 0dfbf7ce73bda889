import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Identified } from '../store/rows';
import { parseBatch, parseObject, type Schema } from '../validation/batch';
import type { World } from '../world';
import { requireAdmin } from './caller';
import { cutPage, sendJson, sendList, sendNothing, sendPage } from './envelope';
import { missing } from './missing';
import { notFound, notSupportedChoice, type FieldError } from './problems';
import { isRecord, pagingOf, scalar, type Query } from './query';

/** The usual life of a small resource: list, one, create, change, delete. A resource says only how it differs. */

export type Params = Record<string, string>;
export type CrudRequest = FastifyRequest<{ Params: Params }>;

export interface CrudSpec<R extends Identified, C, U extends { id?: number }> {
	path: string;
	key: string;
	/** Who may do what: admins only for everything, for writes, or anybody. */
	admin?: 'all' | 'writes';
	/** Rows the caller can reach here; undefined when the parent in the path does not exist. */
	rows(request: CrudRequest): R[] | undefined;
	present(row: R, request: CrudRequest): object;
	list?: { unpaged?: boolean; max?: number; fallback?: number; total?: boolean; pageCount?: boolean; lastLink?: boolean; filter?(query: Query, request: CrudRequest): (row: R) => boolean };
	/** `absent: 204` where the documents say so; otherwise a switch decides. */
	get?: false | { absent: 204 };
	create?: {
		schema: Schema<C>;
		/** One object instead of an array. */
		single?: boolean;
		max?: number;
		status?(): number;
		check?(data: C, request: CrudRequest): FieldError[];
		make(data: C, request: CrudRequest): R;
		present?(row: R, request: CrudRequest): object;
		total?: boolean;
	};
	update?: {
		schema: Schema<U>;
		/** Also `PATCH path` with an array of objects that carry their id. */
		batch?: boolean;
		status?: number;
		check?(data: U, row: R, request: CrudRequest): FieldError[];
		apply(row: R, data: U, request: CrudRequest): void;
		present?(row: R, request: CrudRequest): object;
	};
	remove?: {
		run(row: R, request: CrudRequest): void;
		/** Also `DELETE path` with an array of `{id}`. */
		batch?: boolean;
	};
}

export function crudRoutes<R extends Identified, C, U extends { id?: number }>(
	app: FastifyInstance,
	world: World,
	spec: CrudSpec<R, C, U>,
): void {
	const one = `${spec.path}/:id(^\\d+$)`;
	const guard = (request: FastifyRequest, kind: 'read' | 'write') => {
		if (spec.admin === 'all' || (spec.admin === 'writes' && kind === 'write')) requireAdmin(request);
	};
	const find = (request: CrudRequest, id = Number(request.params.id)) => spec.rows(request)?.find((row) => row.id === id);

	if (spec.list) {
		const { list } = spec;
		app.get<{ Params: Params }>(spec.path, (request, reply) => {
			guard(request, 'read');
			const all = spec.rows(request);
			if (!all) return missing(reply, world);
			const rows = list.filter ? all.filter(list.filter(request.query as Query, request)) : all;
			return sendRows(request, reply, spec, rows);
		});
	}

	if (spec.get !== false) {
		app.get<{ Params: Params }>(one, (request, reply) => {
			guard(request, 'read');
			const row = find(request);
			if (row) return sendJson(reply, spec.present(row, request));
			return spec.get ? sendNothing(reply) : missing(reply, world);
		});
	}

	if (spec.create) {
		const { create } = spec;
		const show = create.present ?? spec.present;
		app.post<{ Params: Params }>(spec.path, (request, reply) => {
			guard(request, 'write');
			if (!spec.rows(request)) return missing(reply, world);
			const status = create.status?.() ?? 200;
			const check = (data: C) => create.check?.(data, request) ?? [];
			if (create.single) {
				const data = parseObject(request.body, create.schema, world.switches, check);
				return sendJson(reply, show(create.make(data, request), request), status);
			}
			const items = parseBatch(request.body, create.schema, world.switches, check, create.max);
			const rows = items.map(({ data, requestId }) => ({ ...show(create.make(data, request), request), request_id: requestId }));
			return sendList(request, reply, spec.key, rows, { total: create.total ?? true, status });
		});
	}

	if (spec.update) updateRoutes(app, world, spec, one, guard, find);
	if (spec.remove) removeRoutes(app, spec, one, guard, find);
}

/** Only reading an absent row is in doubt (404 or 204); writing it is an error. */
const unknownRow = () => notFound('Entity not found');

type Guard = (request: FastifyRequest, kind: 'read' | 'write') => void;
type Find<R> = (request: CrudRequest, id?: number) => R | undefined;

function updateRoutes<R extends Identified, C, U extends { id?: number }>(
	app: FastifyInstance,
	world: World,
	spec: CrudSpec<R, C, U>,
	one: string,
	guard: Guard,
	find: Find<R>,
): void {
	const { update } = spec;
	if (!update) return;
	const show = update.present ?? spec.present;
	const check = (request: CrudRequest, data: U, row: R | undefined) =>
		row ? (update.check?.(data, row, request) ?? []) : [notSupportedChoice('id')];

	app.patch<{ Params: Params }>(one, (request, reply) => {
		guard(request, 'write');
		const row = find(request);
		if (!row) throw unknownRow();
		const data = parseObject(request.body, update.schema, world.switches, (input) => check(request, input, row));
		update.apply(row, data, request);
		return sendJson(reply, show(row, request), update.status);
	});

	if (!update.batch) return;
	app.patch<{ Params: Params }>(spec.path, (request, reply) => {
		guard(request, 'write');
		const items = parseBatch(request.body, update.schema, world.switches, (data) => check(request, data, find(request, data.id ?? 0)));
		const rows = items.map(({ data, requestId }) => {
			const row = find(request, data.id ?? 0) as R;
			update.apply(row, data, request);
			return { ...show(row, request), request_id: requestId };
		});
		return sendList(request, reply, spec.key, rows);
	});
}

function removeRoutes<R extends Identified, C, U extends { id?: number }>(
	app: FastifyInstance,
	spec: CrudSpec<R, C, U>,
	one: string,
	guard: Guard,
	find: Find<R>,
): void {
	const { remove } = spec;
	if (!remove) return;
	app.delete<{ Params: Params }>(one, (request, reply) => {
		guard(request, 'write');
		const row = find(request);
		if (!row) throw unknownRow();
		remove.run(row, request);
		return sendNothing(reply);
	});
	if (!remove.batch) return;
	app.delete<{ Params: Params }>(spec.path, (request, reply) => {
		guard(request, 'write');
		const ids = (Array.isArray(request.body) ? request.body : []).map((item: unknown) => Number(isRecord(item) ? scalar(item.id) : NaN));
		const rows = ids.map((id) => find(request, id));
		if (rows.length === 0 || rows.includes(undefined)) throw unknownRow();
		for (const row of rows) remove.run(row as R, request);
		return sendNothing(reply);
	});
}

function sendRows<R extends Identified, C, U extends { id?: number }>(
	request: CrudRequest,
	reply: FastifyReply,
	spec: CrudSpec<R, C, U>,
	rows: R[],
): FastifyReply {
	const { list } = spec;
	if (list?.unpaged) {
		if (rows.length === 0) return sendNothing(reply);
		return sendList(request, reply, spec.key, rows.map((row) => spec.present(row, request)), { total: list.total ?? true });
	}
	const paging = pagingOf(request.query as Query, list?.max ?? 250, list?.fallback);
	const page = cutPage(rows, paging);
	return sendPage(request, reply, spec.key, { ...page, rows: page.rows.map((row) => spec.present(row, request)) }, paging, {
		total: list?.total ? rows.length : undefined,
		pageCount: list?.pageCount,
		lastLink: list?.lastLink,
	});
}
