import type { IDataObject } from 'n8n-workflow';

import { type HookEvent, HOOK_EVENTS } from './hookEvents';

/**
 * The one table between webhooks and the history (extended facts 1.2, 5.3): which types of `/events` tell what a
 * webhook's event tells, what only the history knows, and, where there are no types, what only webhooks know.
 */

export interface TriggerEvent extends HookEvent {
	/** Types of the history that tell it; none where only a webhook does. */
	types: string[];
	/** Kind of record that the history must speak of; any where left out. */
	entity?: string;
	/** No webhook tells it: its code is the type of the history. */
	isHistoryOnly?: true;
}

const CHANGES = ['name_field_changed', 'custom_field_value_changed', 'entity_responsible_changed', 'entity_tag_added', 'entity_tag_deleted'];

/** What makes an update, by the kind of record: a webhook tells the whole of a save at once, the history each change. */
const UPDATES: Record<string, string[]> = {
	lead: [...CHANGES, 'sale_field_changed', 'lead_status_changed'],
	contact: CHANGES,
	company: CHANGES,
	customer: [...CHANGES, 'sale_field_changed', 'customer_status_changed'],
	task: ['task_text_changed', 'task_deadline_changed', 'task_type_changed', 'task_completed', 'task_result_added', 'entity_responsible_changed'],
};

export const NOTES = [
	...['common', 'attachment', 'service', 'geo', 'site_visit', 'targeting_in', 'targeting_out', 'message_to_cashier'].map((kind) => `${kind}_note_added`),
	...['incoming_call', 'outgoing_call', 'incoming_sms', 'outgoing_sms'],
];

const TYPES_OF: Record<string, (entity: string) => string[] | undefined> = {
	add: (entity) => [`${entity}_added`],
	delete: (entity) => [`${entity}_deleted`],
	restore: (entity) => [`${entity}_restored`],
	update: (entity) => UPDATES[entity],
	status: (entity) => [`${entity}_status_changed`],
	responsible: () => ['entity_responsible_changed'],
	note: () => NOTES,
};

/** The history names the card or the contact that a talk is on, not the talk. */
const TALKS: Record<string, string> = {
	add_message: 'incoming_chat_message', add_outgoing_message: 'outgoing_chat_message', add_talk: 'talk_created', update_talk: 'talk_closed',
};

function ofWebhook(event: HookEvent): TriggerEvent {
	const talk = TALKS[event.code];
	if (talk !== undefined) return { ...event, types: [talk] };
	const [, action = '', entity = ''] = /^([^_]+)_(.+)$/.exec(event.code) ?? [];
	return { ...event, types: (Object.hasOwn(UPDATES, entity) && TYPES_OF[action]?.(entity)) || [], entity };
}

const HISTORY_ONLY: Record<string, string> = {
	customer_status_changed: 'Customer: Status Changed',
	transaction_added: 'Customer: Purchase Added',
	task_completed: 'Task: Completed',
	task_result_added: 'Task: Result Added',
	incoming_call: 'Call: Incoming',
	outgoing_call: 'Call: Outgoing',
	lead_linked: 'Lead: Linked',
	lead_unlinked: 'Lead: Unlinked',
	contact_linked: 'Contact: Linked',
	contact_unlinked: 'Contact: Unlinked',
	company_linked: 'Company: Linked',
	company_unlinked: 'Company: Unlinked',
	entity_tag_added: 'Tag: Added',
	entity_tag_deleted: 'Tag: Removed',
	entity_merged: 'Record: Merged',
};

const BY_CODE = new Map<string, TriggerEvent>([
	...HOOK_EVENTS.map((event): [string, TriggerEvent] => [event.code, ofWebhook(event)]),
	...Object.entries(HISTORY_ONLY).map(([code, name]): [string, TriggerEvent] => [code, { code, name, types: [code], isHistoryOnly: true }]),
]);

/** The event with that code; any other code is a type of the history. */
export const triggerEvent = (code: string): TriggerEvent => BY_CODE.get(code) ?? { code, name: code, types: [code], isHistoryOnly: true };

/** What the history tells, in the order of the list that the user sees. */
export const HISTORY_EVENTS: TriggerEvent[] = [...BY_CODE.values()].filter(({ types }) => types.length > 0).sort((a, b) => a.name.localeCompare(b.name));

/** Changes of one field; `custom_field_value_changed` asks for those of any. */
export const OF_ONE_FIELD = /^custom_field_\d+_value_changed$/;

/** Whether an event of the history tells that. */
export const tells = ({ types, entity }: TriggerEvent, { type, entity_type: of }: IDataObject): boolean =>
	(entity === undefined || entity === of) && (types.includes(String(type)) || (types.includes('custom_field_value_changed') && OF_ONE_FIELD.test(String(type))));
