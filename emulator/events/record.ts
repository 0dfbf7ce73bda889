import { SINGULAR } from '../store/account';
import type { EventRow } from '../store/moreRows';
import type { CustomerRow, EntityRow, EntityType, FieldValue, LeadRow, TaskRow } from '../store/rows';
import type { World } from '../world';
import type { Change } from './changes';
import { fieldTypeNumber, NOTE_EVENT } from './types';
import { ulid } from './ulid';

/** Writes the history: every change becomes the events amoCRM would show. facts: extended 5.2, 5.3 */

type Value = Record<string, unknown>;
type Draft = Pick<EventRow, 'type' | 'entity_id' | 'entity_type' | 'linked_talk_contact_id'> & { after?: Value[]; before?: Value[] };

/** A history without an end would eat the memory of a long run. */
const KEPT = 50_000;

export function recordEvents(world: World): void {
	world.changes.subscribe((change) => {
		const { events } = world.account;
		const late = world.switches.eventsShowLate;
		for (const { after = [], before = [], ...draft } of draftsOf(world, change)) {
			const at = world.clock.now();
			events.add({
				id: events.nextId(),
				uid: ulid(at),
				...draft,
				created_by: change.by,
				created_at: Math.floor(at / 1000),
				value_after: after,
				value_before: before,
				...(late > 0 ? { shown_at: at + Math.random() * late * 1000 } : {}),
			});
		}
		for (const oldest of events.keys()) {
			if (events.size <= KEPT) break;
			events.delete(oldest);
		}
	});
}

function draftsOf(world: World, change: Change): Draft[] {
	switch (change.kind) {
		case 'entity':
			return entityDrafts(world, change.type, change.action, change.row, change.before);
		case 'task':
			return taskDrafts(change.action, change.row, change.before);
		case 'note': {
			const { entity_id, entity_type, note_type, id } = change.row;
			const type = NOTE_EVENT[note_type];
			return type ? [{ type, entity_id, entity_type: SINGULAR[entity_type], after: [{ note: { id } }] }] : [];
		}
		case 'link':
			return linkDrafts(change);
		case 'talk':
			return talkDrafts(change);
		case 'merge':
			return [{ type: 'entity_merged', entity_id: change.row.id, entity_type: SINGULAR[change.type] }];
		case 'message': {
			const { contact_id, entity_id, entity_type } = change.talk;
			const target = entity_id === null || entity_type === null ? { entity_id: contact_id, entity_type: 'contact' } : { entity_id, entity_type, linked_talk_contact_id: contact_id };
			return [{ type: `${change.action}_chat_message`, ...target, after: [{ message: { id: change.message.uuid } }] }];
		}
		case 'transaction':
			return [{ type: 'transaction_added', entity_id: change.row.customer_id, entity_type: 'customer', after: [{ transaction: { id: change.row.id } }] }];
		default:
			return [];
	}
}

function talkDrafts({ action, row }: Extract<Change, { kind: 'talk' }>): Draft[] {
	const type = action === 'add' ? 'talk_created' : action === 'close' ? 'talk_closed' : undefined;
	return type ? [{ type, entity_id: row.contact_id, entity_type: 'contact' }] : [];
}

const PAST = { add: 'added', delete: 'deleted', restore: 'restored' } as const;

function entityDrafts(world: World, type: EntityType, action: 'add' | 'update' | 'delete' | 'restore', row: EntityRow, before?: EntityRow): Draft[] {
	const about = { entity_id: row.id, entity_type: SINGULAR[type] };
	if (action !== 'update' || !before) {
		return action === 'update' ? [] : [{ type: `${SINGULAR[type]}_${PAST[action]}`, ...about }];
	}
	const drafts: Draft[] = [];
	const changed = (kind: string, after: Value, was: Value) => drafts.push({ type: kind, ...about, after: [after], before: [was] });
	if (type === 'leads') leadChanges(row as LeadRow, before as LeadRow, changed);
	if (type === 'customers') {
		const status = (customer: EntityRow) => (customer as CustomerRow).status_id;
		const value = (customer: EntityRow) => ({ customer_status: { id: status(customer) } });
		if (status(row) !== status(before)) changed('customer_status_changed', value(row), value(before));
	}
	if (row.responsible_user_id !== before.responsible_user_id) {
		const user = (id: number) => ({ responsible_user: { id } });
		changed('entity_responsible_changed', user(row.responsible_user_id), user(before.responsible_user_id));
	}
	if (row.name !== before.name) changed('name_field_changed', { name_field_value: { name: row.name } }, { name_field_value: { name: before.name } });
	const tagName = (id: number) => ({ tag: { name: world.account.tags[type].get(id)?.name ?? '' } });
	for (const id of row.tag_ids) if (!before.tag_ids.includes(id)) drafts.push({ type: 'entity_tag_added', ...about, after: [tagName(id)] });
	for (const id of before.tag_ids) if (!row.tag_ids.includes(id)) drafts.push({ type: 'entity_tag_deleted', ...about, before: [tagName(id)] });
	return [...drafts, ...fieldDrafts(world, about, row.custom_fields_values, before.custom_fields_values)];
}

function leadChanges(row: LeadRow, before: LeadRow, changed: (type: string, after: Value, before: Value) => void): void {
	if (row.status_id !== before.status_id || row.pipeline_id !== before.pipeline_id) {
		const stage = ({ status_id: id, pipeline_id }: LeadRow) => ({ lead_status: { id, pipeline_id } });
		changed('lead_status_changed', stage(row), stage(before));
	}
	if (row.price_with_minor_units !== before.price_with_minor_units) {
		const sale = ({ price }: LeadRow) => ({ sale_field_value: { sale: price } });
		changed('sale_field_changed', sale(row), sale(before));
	}
}

function fieldDrafts({ account }: World, about: { entity_id: number; entity_type: string }, after: FieldValue[], before: FieldValue[]): Draft[] {
	const ids = new Set([...after, ...before].map(({ field_id }) => field_id));
	return [...ids].flatMap((id) => {
		const field = account.customFields.get(id);
		const now = after.find(({ field_id }) => field_id === id);
		const was = before.find(({ field_id }) => field_id === id);
		if (!field || now === was || JSON.stringify(now) === JSON.stringify(was)) return [];
		const values = (value: FieldValue | undefined) =>
			(value?.values ?? []).map((item) => ({
				custom_field_value: {
					field_id: id,
					field_type: fieldTypeNumber(field.type),
					enum_id: item.enum_id ?? null,
					text: String(item.value ?? field.enums?.find((option) => option.id === item.enum_id)?.value ?? ''),
				},
			}));
		return [{ type: `custom_field_${id}_value_changed`, ...about, after: values(now), before: values(was) }];
	});
}

function taskDrafts(action: 'add' | 'update' | 'delete', row: TaskRow, before?: TaskRow): Draft[] {
	const about = { entity_id: row.id, entity_type: 'task' };
	if (action !== 'update' || !before) return [{ type: action === 'delete' ? 'task_deleted' : 'task_added', ...about }];
	const drafts: Draft[] = [];
	const changed = (type: string, pick: (task: TaskRow) => Value, differs: boolean) => {
		if (differs) drafts.push({ type, ...about, after: [pick(row)], before: [pick(before)] });
	};
	changed('task_text_changed', ({ text }) => ({ task: { text } }), row.text !== before.text);
	changed('task_deadline_changed', (task) => ({ task_deadline: { timestamp: task.complete_till } }), row.complete_till !== before.complete_till);
	changed('task_type_changed', (task) => ({ task_type: { id: task.task_type_id } }), row.task_type_id !== before.task_type_id);
	if (row.is_completed && !before.is_completed) drafts.push({ type: 'task_completed', ...about });
	if (row.result && row.result.text !== before.result?.text) drafts.push({ type: 'task_result_added', ...about, after: [{ note: { id: row.id } }] });
	return drafts;
}

const singular = (type: string): string => (type === 'catalog_elements' ? 'catalog_element' : (SINGULAR[type as EntityType] ?? type));

/** Both cards show the link. */
function linkDrafts({ action, from, to }: Extract<Change, { kind: 'link' }>): Draft[] {
	const ends = [[from, to], [to, from]] as const;
	return ends.flatMap(([end, other]) => {
		const type = singular(end.type);
		if (type === 'catalog_element') return [];
		const value = { link: { entity: { type: singular(other.type), id: other.id } } };
		const about = { type: `${type}_${action}ed`, entity_id: end.id, entity_type: type };
		return [action === 'link' ? { ...about, after: [value] } : { ...about, before: [value] }];
	});
}
