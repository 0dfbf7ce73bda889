import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { requestId } from '../entities/schemas';
import { hrefLinks } from '../entities/present';
import { crudRoutes, type CrudRequest } from '../http/crud';
import { originOf, sendNothing } from '../http/envelope';
import { notSupportedChoice, type FieldError } from '../http/problems';
import { intsOf, isRecord, listOf, orderOf, rangeOf, within, withOf, type Query } from '../http/query';
import { cardRights, requireCard } from '../http/rights';
import { NOTE_PARAMS } from '../notes/types';
import { addNote } from '../notes/write';
import type { NoteRow } from '../store/moreRows';
import type { EntityType } from '../store/rows';
import { parseItem } from '../validation/batch';
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
	/** A type that only amoCRM writes comes back as it was. */
	const paramsOf = ({ note_type, params }: NoteBody, row?: NoteRow): { data?: Record<string, unknown>; errors: FieldError[] } => {
		const schema = NOTE_PARAMS[note_type];
		if (schema) return parseItem(params, schema, world.switches, 'params');
		return row?.note_type === note_type ? { data: row.params, errors: [] } : { errors: [notSupportedChoice('note_type')] };
	};
	const checkBody = (data: NoteBody, row?: NoteRow): FieldError[] => {
		const unknown = (id: number | undefined) => id !== undefined && id !== 0 && !account.users.has(id);
		const people = (['created_by', 'responsible_user_id'] as const).filter((key) => unknown(data[key]));
		return [...paramsOf(data, row).errors, ...people.map(notSupportedChoice)];
	};

	/** The two addresses of everything: over all entities of the type, and under one entity. */
	for (const scoped of [false, true]) {
		const scopeOf = ({ params }: CrudRequest) => (scoped ? Number(params.entityId) : undefined);
		const target = (data: NoteBody, request: CrudRequest) => scopeOf(request) ?? data.entity_id ?? 0;
		const pin = (is_pinned: boolean) => (row: NoteRow, _request: CrudRequest, reply: FastifyReply) => {
			account.notes.change(row, { is_pinned });
			return sendNothing(reply);
		};
		crudRoutes(app, world, {
			path: scoped ? `/${type}/:entityId(^\\d+$)/notes` : `/${type}/notes`,
			key: 'notes',
			rights: (request) => cardRights(world, request, (row: NoteRow) => ({ type, id: row.entity_id })),
			rows: () => account.notes.values(),
			find: (id, request) => note(id, scopeOf(request)),
			present: (row, request) => presentNote(world, request, row),
			list: {
				select(query, request) {
					const matches = noteFilter(query, scopeOf(request));
					const { field, descending } = orderOf(query, ['updated_at', 'id'], { field: 'updated_at', descending: false });
					const rows = account.notes.sortedBy(field as 'id' | 'updated_at');
					return { rows, matches: (row) => row.entity_type === type && matches(row) && alive(row.entity_id), descending };
				},
			},
			create: {
				schema: CREATE,
				check(data, request) {
					requireCard(world, 'edit', { type, id: target(data, request) }, request);
					return [...(alive(target(data, request)) ? [] : [notSupportedChoice('entity_id')]), ...checkBody(data)];
				},
				make(data, request) {
					const created_by = data.created_by ?? request.caller.user.id;
					const unheard = data.is_need_to_trigger_digital_pipeline === false;
					return addNote(world, { ...data, params: paramsOf(data).data ?? {}, entity_type: type, entity_id: target(data, request), created_by, unheard });
				},
				present: (row, request) => ({ id: row.id, entity_id: row.entity_id, _links: linksOf(request, row) }),
			},
			update: {
				schema: UPDATE,
				batch: true,
				check: (data, row) => checkBody(data, row),
				apply(row, data, request) {
					const { note_type, updated_at = world.clock.seconds() } = data;
					account.notes.change(row, { note_type, params: paramsOf(data, row).data ?? row.params, updated_at, updated_by: request.caller.user.id });
				},
				present: (row, request) => ({ id: row.id, entity_id: row.entity_id, updated_at: row.updated_at, _links: linksOf(request, row) }),
				echo: () => false,
			},
			acts: scoped ? {} : { 'POST /pin': pin(true), 'POST /unpin': pin(false) },
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

export function presentNote({ account }: World, request: FastifyRequest, row: NoteRow) {
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
