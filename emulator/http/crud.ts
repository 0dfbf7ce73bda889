import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Identified } from '../store/rows';
import type { Switches } from '../switches';
import { parseBatch, parseObject, type Parsed, type Schema } from '../validation/batch';
import type { World } from '../world';
import { requireAdmin } from './caller';
import { cutPage, sendJson, sendList, sendNothing, sendPage, type Page } from './envelope';
import { missing } from './missing';
import { forbidden, notFound, notSupportedChoice, ValidationProblem, type FieldError } from './problems';
import { isRecord, pagingOf, scalar, type Paging, type Query } from './query';
import type { Right, Rights } from './rights';

/** The usual life of a resource: list, one, create, change, delete, and what else is done to one. A resource says only how it differs. */

export type Params = Record<string, string>;
export type CrudRequest = FastifyRequest<{ Params: Params }>;

/** Rows in the order of the answer; those that do not match are passed over. */
export interface Selection<R> {
	rows: readonly R[];
	matches?(row: R): boolean;
	/** From the end. */
	descending?: boolean;
}

export interface CrudSpec<R extends Identified, C, U extends { id?: number | string }> {
	path: string;
	key: string;
	/** Who may do what: admins only for everything, for writes, or anybody. */
	admin?: 'all' | 'writes';
	/** What the caller may do with which rows; undefined: everything. */
	rights?(request: CrudRequest): Rights<R> | undefined;
	/** Rows the caller can reach here; undefined when the parent in the path does not exist. */
	rows(request: CrudRequest): Iterable<R> | undefined;
	/** How an address names one row: by the number `id` unless said. `pattern` is a regular expression without brackets. */
	name?: { pattern: string; of(row: R): string };
	/** The quick way to one row of a large table. */
	find?(id: number, request: CrudRequest): R | undefined;
	present(row: R, request: CrudRequest): object;
	list?: {
		unpaged?: boolean;
		max?: number;
		fallback?: number;
		total?: boolean;
		pageCount?: boolean;
		lastLink?: boolean;
		filter?(query: Query, request: CrudRequest): (row: R) => boolean;
		/** Instead of `rows` and `filter`, where the table is large or has an order of its own. */
		select?(query: Query, request: CrudRequest): Selection<R>;
	};
	get?: false | { /** 204 or 404 where the documents say so; otherwise a switch decides. */ absent: 204 | 404 | 'missingTaskStatus' };
	create?: {
		schema: Schema<C>;
		/** One object instead of an array. */
		single?: boolean;
		max?: number;
		/** Of the answer; 200 unless said. */
		status?: number;
		check?(data: C, request: CrudRequest): FieldError[];
		/** What concerns the batch as a whole; throws. */
		checkAll?(count: number, request: CrudRequest): void;
		make(data: C, request: CrudRequest): R;
		/** Once all of the batch are made, before they are shown. */
		finish?(request: CrudRequest): void;
		present?(row: R, request: CrudRequest): object;
		total?: boolean;
	};
	update?: {
		schema: Schema<U>;
		/** Also `PATCH path` with an array of objects that carry their id; with a schema of its own where that differs. */
		batch?: boolean | Schema<U>;
		status?: number;
		/** An unknown id in the address is an error of the body's `id`, not a 404. */
		absentIsBadId?: boolean;
		check?(data: U, row: R, request: CrudRequest): FieldError[];
		apply(row: R, data: U, request: CrudRequest): void;
		present?(row: R, request: CrudRequest): object;
		/** Whether the rows of a batch's answer carry their request_id; they do unless said. */
		echo?(switches: Switches): boolean;
	};
	remove?: {
		run(row: R, request: CrudRequest): void;
		/** Also `DELETE path` with an array of `{id}`. */
		batch?: boolean;
		absentIsBadId?: boolean;
	};
	/** What else is done to one row: `POST /pin` means `POST path/{id}/pin`. */
	acts?: Record<string, (row: R, request: CrudRequest, reply: FastifyReply) => FastifyReply>;
}

/** The changes that a body asks for, of those that are stored as they come. */
export function given<D extends object, K extends keyof D>(data: D, ...keys: K[]): { [P in K]?: Exclude<D[P], undefined> } {
	return Object.fromEntries(keys.filter((key) => data[key] !== undefined).map((key) => [key, data[key]])) as { [P in K]?: Exclude<D[P], undefined> };
}

export function crudRoutes<R extends Identified, C, U extends { id?: number | string }>(app: FastifyInstance, world: World, spec: CrudSpec<R, C, U>): void {
	const crud = new Crud(world, spec);
	const one = `${spec.path}/:id(^${spec.name?.pattern ?? '\\d+'}$)`;
	type Route = { Params: Params };
	if (spec.list) app.get<Route>(spec.path, (request, reply) => crud.list(request, reply));
	if (spec.get !== false) app.get<Route>(one, (request, reply) => crud.one(request, reply));
	if (spec.create) app.post<Route>(spec.path, (request, reply) => crud.create(request, reply));
	if (spec.update) app.patch<Route>(one, (request, reply) => crud.update(request, reply));
	if (spec.update?.batch) app.patch<Route>(spec.path, (request, reply) => crud.updateBatch(request, reply));
	if (spec.remove) app.delete<Route>(one, (request, reply) => crud.remove(request, reply));
	if (spec.remove?.batch) app.delete<Route>(spec.path, (request, reply) => crud.removeBatch(request, reply));
	for (const [name, act] of Object.entries(spec.acts ?? {})) {
		const [method = 'POST', tail = ''] = name.split(' ');
		app.route<Route>({ method, url: `${one}${tail}`, handler: (request, reply) => crud.act(act, request, reply) });
	}
}

/** Only reading an absent row is in doubt (404 or 204); writing it is an error. */
const unknownRow = (isBadId = false) => (isBadId ? new ValidationProblem([{ errors: [notSupportedChoice('id')] }]) : notFound('Entity not found'));

/** What lists say of a further page that do not count their rows. facts: core 3.3, extended 12 */
function linked<T>(page: Page<T>, { limit }: Paging, { nextLink, shortPages }: Switches): Page<T> {
	if (shortPages > 0) return { ...page, hasNext: false };
	return nextLink === 'exact' ? page : { ...page, hasNext: nextLink === 'always' || page.rows.length === limit };
}

class Crud<R extends Identified, C, U extends { id?: number | string }> {
	constructor(
		private readonly world: World,
		private readonly spec: CrudSpec<R, C, U>,
	) {}

	list(request: CrudRequest, reply: FastifyReply): FastifyReply {
		const { spec } = this;
		this.guard(request, 'read');
		const query = request.query as Query;
		const all = spec.rows(request);
		if (!all) return missing(reply, this.world);
		const { filter, select, unpaged, max = 250, fallback, total, pageCount, lastLink } = spec.list ?? {};
		const shown = (rows: R[]) => rows.map((row) => spec.present(row, request));
		const { switches } = this.world;
		const paging = pagingOf(query, Math.min(max, switches.shortPages || max), fallback);
		const rights = spec.rights?.(request);
		if (select) {
			const { rows, matches, descending } = select(query, request);
			const seen = rights ? (row: R) => rights.may('view', row) && (matches?.(row) ?? true) : matches;
			const page = linked(cutPage(rows, paging, seen, descending), paging, switches);
			return sendPage(request, reply, spec.key, { ...page, rows: shown(page.rows) }, paging);
		}
		const shownTo = rights ? [...all].filter((row) => rights.may('view', row)) : [...all];
		const rows = filter ? shownTo.filter(filter(query, request)) : shownTo;
		if (unpaged) return rows.length === 0 ? sendNothing(reply) : sendList(request, reply, spec.key, shown(rows), { total: total ?? true });
		const page = total ? cutPage(rows, paging) : linked(cutPage(rows, paging), paging, switches);
		return sendPage(request, reply, spec.key, { ...page, rows: shown(page.rows) }, paging, { total: total ? rows.length : undefined, pageCount, lastLink });
	}

	one(request: CrudRequest, reply: FastifyReply): FastifyReply {
		this.guard(request, 'read');
		const row = this.find(request);
		if (row) {
			this.allow('view', row, request);
			return sendJson(reply, this.spec.present(row, request));
		}
		const absent = this.spec.get ? this.spec.get.absent : undefined;
		if (absent === 204) return sendNothing(reply);
		if (absent === 404) throw unknownRow();
		return missing(reply, this.world, absent);
	}

	create(request: CrudRequest, reply: FastifyReply): FastifyReply {
		const { spec, world } = this;
		if (!spec.create) throw notFound();
		this.guard(request, 'write');
		if (spec.rights?.(request)?.add === false) throw forbidden();
		if (!spec.rows(request)) return missing(reply, world);
		const { schema, single, max, status, checkAll, make, finish, present = spec.present, total = true } = spec.create;
		const check = (data: C) => spec.create?.check?.(data, request) ?? [];
		checkAll?.(Array.isArray(request.body) ? request.body.length : 1, request);
		if (single) return sendJson(reply, present(make(parseObject(request.body, schema, world.switches, check), request), request), status);
		const items = parseBatch(request.body, schema, world.switches, check, max);
		const made = items.map(({ data, requestId }) => ({ row: make(data, request), requestId }));
		finish?.(request);
		const rows = made.map(({ row, requestId }) => ({ ...present(row, request), request_id: requestId }));
		return sendList(request, reply, spec.key, rows, { total, status });
	}

	update(request: CrudRequest, reply: FastifyReply): FastifyReply {
		const { spec, world } = this;
		if (!spec.update) throw notFound();
		this.guard(request, 'write');
		const { schema, absentIsBadId, check, apply, present = spec.present, status } = spec.update;
		const row = this.find(request);
		if (!row) throw unknownRow(absentIsBadId);
		this.allow('edit', row, request);
		apply(row, parseObject(request.body, schema, world.switches, (data) => check?.(data, row, request) ?? []), request);
		return sendJson(reply, present(row, request), status);
	}

	updateBatch(request: CrudRequest, reply: FastifyReply): FastifyReply {
		const { spec, world } = this;
		if (!spec.update) throw notFound();
		this.guard(request, 'write');
		const { schema, batch, check, apply, present = spec.present, echo } = spec.update;
		const row = ({ id }: U) => this.byId(Number(id), request);
		const items: Parsed<U>[] = parseBatch<U>(request.body, typeof batch === 'object' ? batch : schema, world.switches, (data) => {
			const known = row(data);
			if (known) this.allow('edit', known, request);
			return known ? (check?.(data, known, request) ?? []) : [notSupportedChoice('id')];
		});
		const echoes = echo?.(world.switches) ?? true;
		const rows = items.map(({ data, requestId }) => {
			const known = row(data) as R;
			apply(known, data, request);
			return { ...present(known, request), ...(echoes ? { request_id: requestId } : {}) };
		});
		return sendList(request, reply, spec.key, rows);
	}

	remove(request: CrudRequest, reply: FastifyReply): FastifyReply {
		this.guard(request, 'write');
		const row = this.find(request);
		if (!row) throw unknownRow(this.spec.remove?.absentIsBadId);
		this.allow('delete', row, request);
		this.spec.remove?.run(row, request);
		return sendNothing(reply);
	}

	removeBatch(request: CrudRequest, reply: FastifyReply): FastifyReply {
		this.guard(request, 'write');
		const ids = (Array.isArray(request.body) ? request.body : []).map((item: unknown) => Number(isRecord(item) ? scalar(item.id) : NaN));
		const rows = ids.map((id) => this.byId(id, request));
		if (rows.length === 0 || rows.includes(undefined)) throw unknownRow();
		for (const row of rows) this.allow('delete', row as R, request);
		for (const row of rows) this.spec.remove?.run(row as R, request);
		return sendNothing(reply);
	}

	act(run: (row: R, request: CrudRequest, reply: FastifyReply) => FastifyReply, request: CrudRequest, reply: FastifyReply): FastifyReply {
		this.guard(request, request.method === 'GET' ? 'read' : 'write');
		const row = this.find(request);
		if (!row) throw unknownRow();
		this.allow(request.method === 'GET' ? 'view' : 'edit', row, request);
		return run(row, request, reply);
	}

	private guard(request: FastifyRequest, kind: 'read' | 'write'): void {
		const { admin } = this.spec;
		if (admin === 'all' || (admin === 'writes' && kind === 'write')) requireAdmin(request);
	}

	private allow(right: Right, row: R, request: CrudRequest): void {
		if (this.spec.rights?.(request)?.may(right, row) === false) throw forbidden();
	}

	/** The row that the address names. */
	private find(request: CrudRequest): R | undefined {
		const { id = '' } = request.params;
		const { name } = this.spec;
		if (!name) return this.byId(Number(id), request);
		for (const row of this.spec.rows(request) ?? []) if (name.of(row) === id) return row;
		return undefined;
	}

	private byId(id: number, request: CrudRequest): R | undefined {
		if (this.spec.find) return this.spec.find(id, request);
		for (const row of this.spec.rows(request) ?? []) if (row.id === id) return row;
		return undefined;
	}
}
