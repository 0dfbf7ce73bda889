import { type IDataObject, type INodePropertyOptions, UserError } from 'n8n-workflow';

import { isUnset, labelKey, show, toList } from './values';

/**
 * What amoCRM can tell: a webhook (extended facts 1.2), under which keys (1.3), and the history, by which types of `/events` it
 * tells the same (5.3); what only the history knows, and, where there are no types, what only webhooks know.
 */

export interface TriggerEvent {
	/** amoCRM's code, as in the webhook's `settings`. */
	code: string;
	name: string;
	/** Set where only one source names the code: some accounts may refuse it. */
	unconfirmed?: true;
	/** Types of the history that tell it; none where only a webhook does. */
	types: string[];
	/** Kind of record that the history must speak of; any where left out. */
	entity?: string;
	/** No webhook tells it: its code is the type of the history. */
	isHistoryOnly?: true;
}

export const NOTES = [
	...['common', 'attachment', 'service', 'geo', 'site_visit', 'targeting_in', 'targeting_out', 'message_to_cashier'].map((kind) => `${kind}_note_added`),
	...['incoming_call', 'outgoing_call', 'incoming_sms', 'outgoing_sms'],
];

/** What happens to records, and by which types the history tells it. */
const ACTIONS = {
	add: { name: 'Added', types: ({ suffix }: HookEntity) => [`${suffix}_added`] },
	update: { name: 'Updated', types: ({ updates = [] }: HookEntity) => updates },
	delete: { name: 'Deleted', types: ({ suffix }: HookEntity) => [`${suffix}_deleted`] },
	restore: { name: 'Restored', types: ({ suffix }: HookEntity) => [`${suffix}_restored`] },
	status: { name: 'Stage Changed', types: ({ suffix }: HookEntity) => [`${suffix}_status_changed`] },
	responsible: { name: 'Responsible User Changed', types: () => ['entity_responsible_changed'] },
	note: { name: 'Note Added', types: () => NOTES },
};

type Action = keyof typeof ACTIONS;

/** One kind of record that hooks tell of. */
export interface HookEntity {
	/** Ending of the codes: `lead` of `add_lead`. */
	suffix: string;
	/** First key of the body; companies come under the key of contacts. */
	key: string;
	displayName: string;
	actions: Action[];
	/** Actions that only one source names. */
	unconfirmed?: Action[];
	/** Types of the history that make an update: a webhook tells the whole of a save at once, the history each change. */
	updates?: string[];
	/** The type that tells an action where the history names the card or the contact that a talk is on, not the talk. */
	talk?: Partial<Record<Action, string>>;
}

const RECORD: Action[] = ['add', 'update', 'delete', 'restore', 'responsible', 'note'];
const CHANGES = ['name_field_changed', 'custom_field_value_changed', 'entity_responsible_changed', 'entity_tag_added', 'entity_tag_deleted'];
const SALES = [...CHANGES, 'sale_field_changed'];
const TASK_CHANGES = ['task_text_changed', 'task_deadline_changed', 'task_type_changed', 'task_completed', 'task_result_added', 'entity_responsible_changed'];

export const HOOK_ENTITIES: HookEntity[] = [
	{ suffix: 'lead', key: 'leads', displayName: 'Lead', actions: [...RECORD, 'status'], updates: [...SALES, 'lead_status_changed'] },
	{ suffix: 'contact', key: 'contacts', displayName: 'Contact', actions: RECORD, updates: CHANGES },
	{ suffix: 'company', key: 'companies', displayName: 'Company', actions: RECORD, updates: CHANGES },
	{ suffix: 'customer', key: 'customers', displayName: 'Customer', actions: ['add', 'update', 'delete', 'responsible', 'note'], updates: [...SALES, 'customer_status_changed'] },
	{ suffix: 'task', key: 'task', displayName: 'Task', actions: ['add', 'update', 'delete', 'responsible'], updates: TASK_CHANGES },
	{ suffix: 'talk', key: 'talk', displayName: 'Chat', actions: ['add', 'update', 'delete'], unconfirmed: ['delete'], talk: { add: 'talk_created', update: 'talk_closed' } },
	{ suffix: 'message', key: 'message', displayName: 'Incoming Message', actions: ['add'], talk: { add: 'incoming_chat_message' } },
	{ suffix: 'outgoing_message', key: 'outgoing_message', displayName: 'Outgoing Message', actions: ['add'], talk: { add: 'outgoing_chat_message' } },
	{ suffix: 'unsorted', key: 'unsorted', displayName: 'Incoming Lead', actions: ['add', 'update', 'delete'], unconfirmed: ['add', 'update', 'delete'] },
	{ suffix: 'catalog', key: 'catalogs', displayName: 'List Element', actions: ['add', 'update', 'delete'], unconfirmed: ['add', 'update', 'delete'] },
	{ suffix: 'chat_template_review', key: 'chat_template_reviews', displayName: 'WhatsApp Template Review', actions: ['add'] },
];

function eventOf(entity: HookEntity, action: Action): TriggerEvent {
	const { suffix, displayName, unconfirmed = [], updates, talk } = entity;
	const { name, types } = ACTIONS[action];
	// An incoming lead that is accepted or declined comes as deleted.
	const what = suffix === 'unsorted' && action === 'delete' ? 'Accepted or Declined' : name;
	const told = talk?.[action];
	return {
		code: `${action}_${suffix}`,
		name: `${displayName}: ${what}`,
		...(unconfirmed.includes(action) ? { unconfirmed: true } : {}),
		...(told === undefined ? { types: updates ? types(entity) : [], entity: suffix } : { types: [told] }),
	};
}

const inOrder = (events: TriggerEvent[]): TriggerEvent[] => events.sort((one, other) => one.name.localeCompare(other.name));

/** Every event of webhooks, in the order of the list that the user sees. */
export const HOOK_EVENTS: TriggerEvent[] = inOrder(HOOK_ENTITIES.flatMap((entity) => entity.actions.map((action) => eventOf(entity, action))));

const HISTORY_ONLY: Record<string, string> = {
	customer_status_changed: 'Customer: Status Changed', transaction_added: 'Customer: Purchase Added',
	task_completed: 'Task: Completed', task_result_added: 'Task: Result Added',
	incoming_call: 'Call: Incoming', outgoing_call: 'Call: Outgoing',
	lead_linked: 'Lead: Linked', lead_unlinked: 'Lead: Unlinked',
	contact_linked: 'Contact: Linked', contact_unlinked: 'Contact: Unlinked',
	company_linked: 'Company: Linked', company_unlinked: 'Company: Unlinked',
	entity_tag_added: 'Tag: Added', entity_tag_deleted: 'Tag: Removed', entity_merged: 'Record: Merged',
};

const ofHistory = (code: string, name: string): TriggerEvent => ({ code, name, types: [code], isHistoryOnly: true });

const EVENTS = [...HOOK_EVENTS, ...Object.entries(HISTORY_ONLY).map(([code, name]) => ofHistory(code, name))];

/** The event with that code; any other code is a type of the history. */
export const triggerEvent = (code: string): TriggerEvent => EVENTS.find((event) => event.code === code) ?? ofHistory(code, code);

/** What the history tells, in the order of the list that the user sees. */
export const HISTORY_EVENTS: TriggerEvent[] = inOrder(EVENTS.filter(({ types }) => types.length > 0));

/** Changes of one field; those of any have a type of their own, which asks for these too. */
export const OF_ONE_FIELD = /^custom_field_\d+_value_changed$/;
export const OF_ANY_FIELD = 'custom_field_value_changed';

/** Whether an event of the history tells that. */
export const tells = ({ types, entity }: Pick<TriggerEvent, 'types' | 'entity'>, { type, entity_type: of }: IDataObject): boolean =>
	(entity === undefined || entity === of) && (types.includes(String(type)) || (types.includes(OF_ANY_FIELD) && OF_ONE_FIELD.test(String(type))));

/** The events of webhooks as choices of a list. */
export const HOOK_EVENT_OPTIONS: INodePropertyOptions[] = HOOK_EVENTS.map(({ code, name, unconfirmed }) => ({
	name: unconfirmed ? `${name} (Unconfirmed)` : name,
	value: code,
	description: unconfirmed ? `${code}. Not every account may know it.` : code,
}));

/** The codes of the events in a list, or in a text with commas, each once, by code or name; others than the known ones too. Throws a `UserError`. */
export function eventCodes(...given: unknown[]): string[] {
	const codes = given.flatMap((value) => (isUnset(value) ? [] : toList(value))).map((entry) => {
		const known = HOOK_EVENTS.find(({ name }) => typeof entry === 'string' && labelKey(name) === labelKey(entry).replace(/ \(unconfirmed\)$/, ''));
		if (known) return known.code;
		if (typeof entry === 'string' && /^\w{1,80}$/.test(entry)) return entry;
		throw new UserError(`${show(entry)} is not possible. Give the name or the code of an event such as add_lead.`);
	});
	return [...new Set(codes)];
}

/** `settings` is a list in some answers and a map of codes in others (extended facts 1.1). */
export function codesOf(settings: unknown): string[] {
	if (Array.isArray(settings)) return settings.filter((code) => typeof code === 'string');
	return Object.entries((settings ?? {}) as IDataObject).flatMap(([code, on]) => (on ? [code] : []));
}

export const sameCodes = (one: string[], other: string[]): boolean => [...new Set(one)].sort().join() === [...new Set(other)].sort().join();

/** More an account does not take (extended facts 1.1). */
export const MAX_WEBHOOKS = 100;
