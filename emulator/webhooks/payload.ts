import type { Change } from '../events/changes';
import { localDateTime } from '../fields/dates';
import { NOTE_TYPE_NUMBER } from '../notes/types';
import { ELEMENT_TYPE, SINGULAR } from '../store/account';
import type { ChatTemplateRow, NoteRow, StageEvent, TalkRow, UnsortedRow } from '../store/moreRows';
import type { EntityRow, EntityType, FieldValue, LeadRow, TaskRow } from '../store/rows';
import type { World } from '../world';

/** Changes in the v2 shape that hooks carry. facts: extended 1.3, 1.4 */

export interface Piece {
	/** Subscription code: `status_lead`. */
	code: string;
	/** `leads`, `contacts`, `task`, … */
	entityKey: string;
	action: string;
	item: Record<string, unknown>;
}

export function piecesOf(world: World, change: Change): Piece[] {
	switch (change.kind) {
		case 'entity':
			return entityPieces(world, change);
		case 'task':
			return taskPieces(world, change);
		case 'note': {
			const { entity_type } = change.row;
			const item = { note: noteItem(world, change.row) };
			return [{ code: `note_${SINGULAR[entity_type]}`, entityKey: hookKey(entity_type), action: 'note', item }];
		}
		case 'element':
			return [{ code: `${change.action}_catalog`, entityKey: 'catalogs', action: change.action, item: elementItem(world, change) }];
		case 'unsorted':
			return [unsortedPiece(world, change)];
		case 'talk':
			return [talkPiece(change)];
		case 'review':
			return [{ code: 'add_chat_template_review', entityKey: 'chat_template_reviews', action: 'add', item: reviewItem(change.row) }];
		case 'message':
			return [messagePiece(change)];
		default:
			return [];
	}
}

/** What the Digital Pipeline tells of a lead: only where it is and, where it has come to a stage, where it was. facts: extended 1.6 */
export function stagePiece({ account }: World, change: Change): Piece | undefined {
	if (change.kind === 'entity') return change.type === 'leads' && change.action !== 'delete' ? arrival(change.row as LeadRow, change.before as LeadRow | undefined) : undefined;
	const [event, leadId] = heard(change);
	const lead = account.leads.get(leadId);
	return event && lead && !lead.is_deleted && !lead.is_unsorted ? pipelinePiece(event, lead) : undefined;
}

const pipelinePiece = (event: StageEvent, { id, pipeline_id, status_id }: LeadRow, more: object = {}): Piece => ({
	code: `dp_${event}`,
	entityKey: 'leads',
	action: event,
	item: { id, pipeline_id, status_id, ...more },
});

function arrival(lead: LeadRow, before: LeadRow | undefined): Piece | undefined {
	if (before?.status_id === lead.status_id && before.pipeline_id === lead.pipeline_id) return undefined;
	return pipelinePiece('status', lead, before && { old_pipeline_id: before.pipeline_id, old_status_id: before.status_id });
}

const NOTE_EVENTS: Readonly<Record<string, StageEvent>> = { call_in: 'call_in', amomail_message: 'mail_in', site_visit: 'site_visit' };

/** What the Digital Pipeline hears of, and of which lead: calls, letters and visits by their notes, chats by their messages. */
function heard(change: Change): [event: StageEvent | undefined, leadId: number] {
	if (change.kind === 'message' && change.action === 'incoming' && change.talk.entity_type === 'lead') return ['chat', change.talk.entity_id ?? 0];
	if (change.kind !== 'note' || change.unheard || change.row.entity_type !== 'leads') return [undefined, 0];
	return [NOTE_EVENTS[change.row.note_type], change.row.entity_id];
}

/** Companies travel as contacts with a type. */
const hookKey = (type: EntityType): string => (type === 'companies' ? 'contacts' : type);

function entityPieces(world: World, { type, action, row, before }: Extract<Change, { kind: 'entity' }>): Piece[] {
	if (row.is_unsorted) return [];
	const inUnsorted = type === 'leads' && isIncoming(world, row as LeadRow) && !world.switches.webhooksForUnsortedLeads;
	if (inUnsorted) return [];
	const name = SINGULAR[type];
	const piece = (what: string, extra: object = {}): Piece => ({
		code: `${what}_${name}`,
		entityKey: hookKey(type),
		action: what,
		item: { ...entityItem(world, type, row), ...extra },
	});
	if (action === 'delete') {
		const lead = row as LeadRow;
		const item = type === 'leads' ? { id: row.id, status_id: lead.status_id, pipeline_id: lead.pipeline_id } : { id: row.id, ...typed(type) };
		return [{ ...piece('delete'), item }];
	}
	const pieces = [piece(action)];
	if (action !== 'update' || !before) return pieces;
	if (type === 'leads') {
		const { status_id, pipeline_id } = before as LeadRow;
		const moved = status_id !== (row as LeadRow).status_id || pipeline_id !== (row as LeadRow).pipeline_id;
		if (moved) pieces.push(piece('status', { old_status_id: status_id }));
	}
	if (before.responsible_user_id !== row.responsible_user_id) {
		pieces.push(piece('responsible', { old_responsible_user_id: before.responsible_user_id }));
	}
	return pieces;
}

const isIncoming = ({ account }: World, lead: LeadRow): boolean => account.status(lead.pipeline_id, lead.status_id)?.type === 1;

const typed = (type: EntityType) => (type === 'contacts' || type === 'companies' ? { type: SINGULAR[type] } : {});

function entityItem(world: World, type: EntityType, row: EntityRow): Record<string, unknown> {
	const { account } = world;
	const { id, name, responsible_user_id, created_at, updated_at, created_by, updated_by } = row;
	const dates = { date_create: created_at, last_modified: updated_at, created_user_id: created_by, modified_user_id: updated_by };
	const tags = row.tag_ids.map((tagId) => ({ id: tagId, name: account.tags[type].get(tagId)?.name }));
	const shared = {
		...(tags.length > 0 ? { tags } : {}),
		...fieldItems(world, row.custom_fields_values),
		created_at,
		updated_at,
	};
	const account_id = account.info.id;
	if (type === 'leads') {
		const { status_id, price, pipeline_id } = row as LeadRow;
		return { id, name, status_id, price, responsible_user_id, ...pickDates(dates), pipeline_id, account_id, ...shared };
	}
	if (type === 'customers') {
		const { next_price, next_date, status_id, periodicity } = row as unknown as Record<string, unknown>;
		return { id, name, next_price, next_date, responsible_user_id, status_id, periodicity, created_by, account_id, ...shared };
	}
	return { id, name, responsible_user_id, ...dates, account_id, ...linked(world, type, id), ...shared, ...typed(type) };
}

const pickDates = ({ last_modified, modified_user_id, created_user_id, date_create }: Record<string, number>) => ({
	last_modified,
	modified_user_id,
	created_user_id,
	date_create,
});

/** `linked_leads_id` is a map keyed by lead id, not a list. */
function linked({ account }: World, type: EntityType, id: number): Record<string, unknown> {
	const leads = account.links.of({ type, id }, 'leads').map(({ to }) => to.id);
	const company = type === 'contacts' ? account.links.of({ type, id }, 'companies')[0]?.to.id : undefined;
	return {
		...(company === undefined ? {} : { company_name: account.companies.get(company)?.name, linked_company_id: company }),
		...(leads.length > 0 ? { linked_leads_id: Object.fromEntries(leads.map((lead) => [`${lead}`, { ID: lead }])) } : {}),
	};
}

/** Dates are bare values without a `value` key (captured live). */
const SCALAR = new Set(['date', 'date_time', 'birthday']);

function fieldItems({ account }: World, values: FieldValue[]): Record<string, unknown> {
	const items = values.flatMap(({ field_id, values: own }) => {
		const field = account.customFields.get(field_id);
		if (!field) return [];
		const shown = own.map((item) => {
			if (SCALAR.has(field.type)) return item.value;
			const text = item.value ?? field.enums?.find(({ id }) => id === item.enum_id)?.value;
			const subtype = field.type === 'smart_address' ? { subtype: item.enum_id } : {};
			const option = field.type === 'smart_address' || item.enum_id === undefined ? {} : { enum: item.enum_id };
			return { value: text, ...option, ...subtype };
		});
		return [{ id: field.id, name: field.name, values: shown, ...(field.code === null ? {} : { code: field.code }) }];
	});
	return items.length > 0 ? { custom_fields: items } : {};
}

function taskPieces(world: World, { action, row, before }: Extract<Change, { kind: 'task' }>): Piece[] {
	const piece = (what: string, item: Record<string, unknown>): Piece => ({ code: `${what}_task`, entityKey: 'task', action: what, item });
	if (action === 'delete') return [piece('delete', { id: row.id })];
	const item = taskItem(world, row);
	if (action === 'add' || !before) return [piece('add', item)];
	const closing = row.is_completed && !before.is_completed ? { action_close: 1 } : {};
	const result = row.result ? { result: { id: row.id, text: row.result.text } } : {};
	const pieces = [piece('update', { ...item, old_text: before.text, ...closing, ...result })];
	if (before.responsible_user_id !== row.responsible_user_id) {
		pieces.push(piece('responsible', { ...item, old_responsible_user_id: before.responsible_user_id }));
	}
	return pieces;
}

function taskItem({ account }: World, row: TaskRow): Record<string, unknown> {
	const local = (seconds: number) => localDateTime(seconds, account.info.timezone);
	return {
		id: row.id,
		element_id: row.entity_id,
		element_type: row.entity_type === null ? null : ELEMENT_TYPE[row.entity_type],
		task_type: row.task_type_id,
		date_create: local(row.created_at),
		text: row.text,
		status: row.is_completed ? 1 : 0,
		account_id: account.info.id,
		created_user_id: row.created_by,
		modified_user_id: row.updated_by,
		last_modified: local(row.updated_at),
		responsible_user_id: row.responsible_user_id,
		complete_till: local(row.complete_till),
		created_at: row.created_at,
		updated_at: row.updated_at,
		complete_before: row.complete_till,
	};
}

function noteItem({ account }: World, row: NoteRow): Record<string, unknown> {
	const created = localDateTime(row.created_at, account.info.timezone);
	return {
		id: row.id,
		text: row.params.text ?? '',
		note_type: NOTE_TYPE_NUMBER[row.note_type] ?? 4,
		element_type: ELEMENT_TYPE[row.entity_type],
		element_id: row.entity_id,
		account_id: account.info.id,
		created_by: row.created_by,
		modified_by: row.updated_by,
		main_user_id: row.responsible_user_id,
		group_id: row.group_id,
		date_create: created,
		timestamp_x: localDateTime(row.updated_at, account.info.timezone),
		attachement: row.params.file_name ?? '',
		metadata: JSON.stringify({ event_source: { type: 4, author_name: '' } }),
		created_at: row.created_at,
		updated_at: row.updated_at,
	};
}

function elementItem(world: World, { action, row }: Extract<Change, { kind: 'element' }>): Record<string, unknown> {
	if (action === 'delete') return { id: row.id, catalog_id: row.catalog_id };
	const { id, catalog_id, name, created_by, created_at, updated_at } = row;
	const fields = fieldItems(world, row.custom_fields_values);
	return { id, catalog_id, name, created_by, date_create: created_at, created_at, updated_at, ...fields };
}

function unsortedPiece(world: World, { action, row, by }: Extract<Change, { kind: 'unsorted' }>): Piece {
	if (action === 'accept' || action === 'decline') {
		const leads = row.lead_id === null ? [] : [row.lead_id];
		const { uid, category, created_at } = row;
		const item = { action, uid, category, created_at, modified_user_id: by, [`${action}_result`]: { leads } };
		return { code: 'delete_unsorted', entityKey: 'unsorted', action: 'delete', item };
	}
	return { code: `${action}_unsorted`, entityKey: 'unsorted', action, item: unsortedItem(world, row) };
}

function unsortedItem({ account }: World, row: UnsortedRow): Record<string, unknown> {
	const { uid, source_name, source_uid, category, lead_id, created_at, pipeline_id, contact_id } = row;
	const lead = account.leads.get(lead_id ?? 0);
	const contact = account.contacts.get(contact_id ?? 0);
	return {
		uid,
		source: source_name,
		source_uid,
		category,
		lead_id,
		created_at,
		pipeline_id,
		source_data: category === 'forms' ? { data: {}, form_id: row.metadata.form_id, form_name: row.metadata.form_name } : row.metadata,
		data: {
			...(lead ? { leads: [{ id: lead.id, name: lead.name }] } : {}),
			...(contact ? { contacts: [{ id: contact.id, name: contact.name }] } : {}),
		},
	};
}

function talkPiece({ action, row }: Extract<Change, { kind: 'talk' }>): Piece {
	// Closing is an update: the talk is no longer in work.
	const name = action === 'close' ? 'update' : action;
	const item = action === 'delete' ? { talk_id: row.id } : talkItem(row);
	return { code: `${name}_talk`, entityKey: 'talk', action: name, item };
}

function talkItem(row: TalkRow): Record<string, unknown> {
	const { id, created_at, updated_at, rate, contact_id, chat_id, entity_id, entity_type, is_in_work, is_read, origin } = row;
	return { talk_id: id, created_at, updated_at, rate, contact_id, chat_id, entity_id, entity_type, is_in_work, is_read, origin };
}

function messagePiece({ action, talk, message }: Extract<Change, { kind: 'message' }>): Piece {
	const incoming = action === 'incoming';
	const { entity_id, entity_type } = talk;
	const element_type = entity_type === 'customer' ? ELEMENT_TYPE.customers : ELEMENT_TYPE.leads;
	const target = entity_id === null ? {} : { element_type, entity_type, element_id: entity_id, entity_id };
	return {
		code: incoming ? 'add_message' : 'add_outgoing_message',
		entityKey: incoming ? 'message' : 'outgoing_message',
		action: 'add',
		item: {
			id: message.uuid,
			chat_id: talk.chat_id,
			talk_id: talk.id,
			contact_id: talk.contact_id,
			text: message.text,
			created_at: message.created_at,
			...(message.type === 'text' ? {} : { message_type: message.type }),
			...target,
			type: action,
			author: message.author,
			origin: talk.origin,
			...(message.attachment ? { attachment: message.attachment } : {}),
		},
	};
}

function reviewItem({ id, type, reviews }: ChatTemplateRow): Record<string, unknown> {
	const shown = reviews.map(({ status, source_id }) => ({ status, source_id }));
	return { id, type, is_on_review: reviews.some(({ status }) => status === 'review'), reviews: shown };
}
