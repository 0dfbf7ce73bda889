import type { IDataObject } from 'n8n-workflow';

import { isObject } from '../transport/objects';
import type { HookItem } from './delivery';
import { listOf, textOf } from './row';

/** Deliveries speak API v2 (extended facts 1.3), the amoCRM node speaks v4: the same thing under the same name. */

/** v2 key -> v4 key, where the row does not have the v4 key already. */
const RENAMED = new Map(Object.entries({
	created_user_id: 'created_by',
	modified_user_id: 'updated_by',
	modified_by: 'updated_by',
	date_create: 'created_at',
	last_modified: 'updated_at',
	element_id: 'entity_id',
	main_user_id: 'responsible_user_id',
	attachement: 'file_name',
	task_type: 'task_type_id',
}));

/** What says nothing beside the keys above. */
const LEFT_OUT = new Set(['timestamp_x', 'metadata', 'complete_before', 'element_type', 'linked_leads_id', 'linked_company_id', 'tags']);

/** What the row says in another way. */
const LEFT_OUT_OF: Record<string, Set<string>> = { task: new Set(['status']), unsorted: new Set(['action', 'accept_result', 'decline_result']) };

const ENTITY_TYPES: Record<number, string> = { 1: 'contacts', 2: 'leads', 3: 'companies', 12: 'customers' };

/** Only the first two are documented, the others are seen in the field (extended facts 1.4). */
const NOTE_TYPES: Record<number, string> = {
	4: 'common', 5: 'attachment',
	10: 'call_in', 11: 'call_out', 25: 'service_message', 102: 'sms_in', 103: 'sms_out',
};

/** The row as API v4 would give it, as far as the delivery tells. */
export function toV4({ entity, action, data }: HookItem): IDataObject {
	const row: IDataObject = {};
	for (const [key, value] of Object.entries(data)) {
		if (LEFT_OUT.has(key) || LEFT_OUT_OF[entity]?.has(key)) continue;
		const renamed = RENAMED.get(key) ?? key;
		if (renamed === key || data[renamed] === undefined) row[renamed] = value;
	}
	const elementType = ENTITY_TYPES[Number(textOf(data.element_type))];
	if (elementType !== undefined && row.entity_type === undefined) row.entity_type = elementType;
	row._embedded = embedded(data);
	// `complete_till` is a local time in hooks, of a zone that nobody has confirmed; `complete_before` is the same moment.
	if (entity === 'task' && typeof data.complete_before === 'number') row.complete_till = data.complete_before;
	if (entity === 'task' && data.status !== undefined) row.is_completed = data.status === 1;
	if (action === 'note') row.note_type = NOTE_TYPES[Number(textOf(data.note_type))] ?? data.note_type;
	if (entity === 'unsorted') Object.assign(row, decision(data));
	return row;
}

function embedded(data: IDataObject): IDataObject {
	return {
		...(data.tags === undefined ? {} : { tags: listOf(data.tags).filter(isObject) }),
		...(data.linked_company_id ? { companies: [{ id: data.linked_company_id }] } : {}),
		...(Array.isArray(data.linked_leads_id) ? { leads: data.linked_leads_id.map((id) => ({ id: id as number })) } : {}),
	};
}

/** Accepting and declining arrive as a deletion; `action` says which, and would hide the item's own. */
function decision({ action, accept_result, decline_result }: IDataObject): IDataObject {
	if (action === undefined) return {};
	const result = [accept_result, decline_result].find(isObject);
	return { outcome: action, lead_id: listOf(result?.leads)[0] ?? null };
}
