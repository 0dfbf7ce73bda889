import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { requestId } from '../entities/schemas';
import { hrefLinks } from '../entities/present';
import { cutPage, originOf, sendJson, sendList, sendNothing, sendPage } from '../http/envelope';
import { missing } from '../http/missing';
import { notSupportedChoice, type FieldError } from '../http/problems';
import { intsOf, isRecord, listOf, orderOf, pagingOf, rangeOf, within, withOf, type Query } from '../http/query';
import { NOTE_PARAMS } from '../notes/types';
import { addNote } from '../notes/write';
import type { NoteRow } from '../store/moreRows';
import type { EntityType } from '../store/rows';
import { parseBatch, parseObject } from '../validation/batch';
import { zodErrors } from '../validation/zodErrors';
import type { World } from '../world';

/** Notes of one entity type. facts: core 13 */

const int = z.number().int();
const base = {
	note_type: z.string(),
	params: z.record(z.unknown()),
	created_by: int.optional(),
	responsible_user_id: int.optional(),
	created_at: int.optional(),
	updated_at: int.optional(),
	is_need_to_trigger_digital_pipeline: z.boolean().optional(),
	request_id: requestId,
};
const CREATE = z.strictObject({ ...base, entity_id: int.optional() });
const UPDATE = z.strictObject({ ...base, entity_id: int.optional(), id: int.optional() });
type NoteBody = z.infer<typeof CREATE>;

export function noteRoutes(app: FastifyInstance, world: World, type: EntityType): void {
	const { account } = world;
	const alive = (id: number) => account.entities(type).get(id)?.is_deleted === false;
	const note = (id: number, entityId?: number) => {
		const row = account.notes.get(id);
		return row?.entity_type === type && (entityId === undefined || row.entity_id === entityId) ? row : undefined;
	};
	const present = (request: FastifyRequest, row: NoteRow) => presentNote(world, request, row);

	const checkBody = (data: NoteBody): FieldError[] => {
		const params = NOTE_PARAMS[data.note_type];
		if (!params) return [notSupportedChoice('note_type')];
		const parsed = params.safeParse(data.params);
		const author = data.created_by;
		return [
			...(parsed.success ? [] : zodErrors(parsed.error, 'params')),
			...(author !== undefined && author !== 0 && !account.users.has(author) ? [notSupportedChoice('created_by')] : []),
			...(data.responsible_user_id !== undefined && !account.users.has(data.responsible_user_id) ? [notSupportedChoice('responsible_user_id')] : []),
		];
	};

	/** The two addresses of everything: over all entities of the type, and under one entity. */
	for (const scoped of [false, true]) {
		const path = scoped ? `/${type}/:entityId(^\\d+$)/notes` : `/${type}/notes`;
		type Scope = { Params: { entityId?: string; id: string } };
		const scopeOf = (request: FastifyRequest<Scope>) => (scoped ? Number(request.params.entityId) : undefined);

		app.get<Scope>(path, (request, reply) => {
			const query = request.query as Query;
			const entityId = scopeOf(request);
			const matches = noteFilter(query, entityId);
			const order = orderOf(query, ['updated_at', 'id'], { field: 'updated_at', descending: false });
			const paging = pagingOf(query);
			const rows = account.notes.sortedBy(order.field as 'id' | 'updated_at');
			const page = cutPage(rows, paging, (row) => row.entity_type === type && matches(row) && alive(row.entity_id), order.descending);
			return sendPage(request, reply, 'notes', { ...page, rows: page.rows.map((row) => present(request, row)) }, paging);
		});

		app.get<Scope>(`${path}/:id(^\\d+$)`, (request, reply) => {
			const row = note(Number(request.params.id), scopeOf(request));
			return row ? sendJson(reply, present(request, row)) : missing(reply, world);
		});

		app.post<Scope>(path, (request, reply) => {
			const entityId = scopeOf(request);
			const items = parseBatch(request.body, CREATE, world.switches, (data) => {
				const target = entityId ?? data.entity_id;
				return [...(target !== undefined && alive(target) ? [] : [notSupportedChoice('entity_id')]), ...checkBody(data)];
			});
			const rows = items.map(({ data, requestId: request_id }) => {
				const created_by = data.created_by ?? request.caller.user.id;
				const row = addNote(world, { ...data, entity_type: type, entity_id: entityId ?? data.entity_id ?? 0, created_by });
				return { id: row.id, entity_id: row.entity_id, request_id, _links: linksOf(request, row) };
			});
			return sendList(request, reply, 'notes', rows, { total: true });
		});

		const change = (request: FastifyRequest, row: NoteRow, data: NoteBody) => {
			const { note_type, params, updated_at = world.clock.seconds() } = data;
			account.notes.change(row, { note_type, params, updated_at, updated_by: request.caller.user.id });
			return { id: row.id, entity_id: row.entity_id, updated_at: row.updated_at, _links: linksOf(request, row) };
		};

		app.patch<Scope>(path, (request, reply) => {
			const items = parseBatch(request.body, UPDATE, world.switches, (data) => [
				...(note(data.id ?? 0, scopeOf(request)) ? [] : [notSupportedChoice('id')]),
				...checkBody(data),
			]);
			return sendList(request, reply, 'notes', items.map(({ data }) => change(request, note(data.id ?? 0) as NoteRow, data)));
		});

		app.patch<Scope>(`${path}/:id(^\\d+$)`, (request, reply) => {
			const row = note(Number(request.params.id), scopeOf(request));
			if (!row) return missing(reply, world);
			return sendJson(reply, change(request, row, parseObject(request.body, UPDATE, world.switches, checkBody)));
		});
	}

	for (const pinned of [true, false]) {
		app.post<{ Params: { id: string } }>(`/${type}/notes/:id(^\\d+$)/${pinned ? 'pin' : 'unpin'}`, (request, reply) => {
			const row = note(Number(request.params.id));
			if (!row) return missing(reply, world);
			account.notes.change(row, { is_pinned: pinned });
			return sendNothing(reply);
		});
	}
}

function noteFilter(query: Query, entityId: number | undefined): (row: NoteRow) => boolean {
	const filter = isRecord(query.filter) ? query.filter : {};
	const ids = intsOf(filter.id);
	const entityIds = entityId === undefined ? intsOf(filter.entity_id) : new Set([entityId]);
	const types = listOf(filter.note_type);
	const updated = rangeOf(filter.updated_at, 'from');
	return (row) =>
		(!ids || ids.has(row.id)) &&
		(!entityIds || entityIds.has(row.entity_id)) &&
		(!types || types.includes(row.note_type)) &&
		(!updated || within(row.updated_at, updated));
}

const linksOf = (request: FastifyRequest, row: NoteRow) => hrefLinks(originOf(request), `/${row.entity_type}/${row.entity_id}/notes/${row.id}`);

function presentNote({ account }: World, request: FastifyRequest, row: NoteRow) {
	const { id, entity_id, created_by, updated_by, created_at, updated_at, responsible_user_id, group_id, note_type } = row;
	const file = note_type === 'attachment' ? { text: String(row.params.file_name ?? ''), original_name: row.params.file_name, is_drive_attachment: true } : {};
	return {
		id,
		entity_id,
		created_by,
		updated_by,
		created_at,
		updated_at,
		responsible_user_id,
		group_id,
		note_type,
		params: { ...row.params, ...file },
		account_id: account.info.id,
		...(withOf(request.query as Query).has('is_pinned') ? { is_pinned: row.is_pinned } : {}),
		_links: linksOf(request, row),
	};
}
