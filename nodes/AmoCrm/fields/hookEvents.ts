import { type IDataObject, type INodePropertyOptions, UserError } from 'n8n-workflow';

import { isUnset, labelKey, show, toList } from './values';

/** What amoCRM can tell a webhook (extended facts 1.2) and under which keys it does (1.3). */

export interface HookEvent {
	/** amoCRM's code, as in the webhook's `settings`. */
	code: string;
	name: string;
	/** Set where only one source names the code: some accounts may refuse it. */
	unconfirmed?: true;
}

/** One kind of record that hooks tell of. */
export interface HookEntity {
	/** Ending of the codes: `lead` of `add_lead`. */
	suffix: string;
	/** First key of the body; companies come under the key of contacts. */
	key: string;
	displayName: string;
	actions: string[];
	/** Actions that only one source names. */
	unconfirmed?: string[];
}

const ACTION_NAMES: Record<string, string> = {
	add: 'Added',
	update: 'Updated',
	delete: 'Deleted',
	restore: 'Restored',
	status: 'Stage Changed',
	responsible: 'Responsible User Changed',
	note: 'Note Added',
};

const RECORD = ['add', 'update', 'delete', 'restore', 'responsible', 'note'];

export const HOOK_ENTITIES: HookEntity[] = [
	{ suffix: 'lead', key: 'leads', displayName: 'Lead', actions: [...RECORD, 'status'] },
	{ suffix: 'contact', key: 'contacts', displayName: 'Contact', actions: RECORD },
	{ suffix: 'company', key: 'companies', displayName: 'Company', actions: RECORD },
	{ suffix: 'customer', key: 'customers', displayName: 'Customer', actions: ['add', 'update', 'delete', 'responsible', 'note'] },
	{ suffix: 'task', key: 'task', displayName: 'Task', actions: ['add', 'update', 'delete', 'responsible'] },
	{ suffix: 'talk', key: 'talk', displayName: 'Chat', actions: ['add', 'update', 'delete'], unconfirmed: ['delete'] },
	{ suffix: 'message', key: 'message', displayName: 'Incoming Message', actions: ['add'] },
	{ suffix: 'outgoing_message', key: 'outgoing_message', displayName: 'Outgoing Message', actions: ['add'] },
	{ suffix: 'unsorted', key: 'unsorted', displayName: 'Incoming Lead', actions: ['add', 'update', 'delete'], unconfirmed: ['add', 'update', 'delete'] },
	{ suffix: 'catalog', key: 'catalogs', displayName: 'List Element', actions: ['add', 'update', 'delete'], unconfirmed: ['add', 'update', 'delete'] },
	{ suffix: 'chat_template_review', key: 'chat_template_reviews', displayName: 'WhatsApp Template Review', actions: ['add'] },
];

/** Every event, in the order of the list that the user sees. */
export const HOOK_EVENTS: HookEvent[] = HOOK_ENTITIES.flatMap(({ suffix, displayName, actions, unconfirmed = [] }) =>
	actions.map((action): HookEvent => {
		// An incoming lead that is accepted or declined comes as deleted.
		const what = suffix === 'unsorted' && action === 'delete' ? 'Accepted or Declined' : ACTION_NAMES[action];
		return { code: `${action}_${suffix}`, name: `${displayName}: ${what}`, ...(unconfirmed.includes(action) ? { unconfirmed: true } : {}) };
	}),
).sort((a, b) => a.name.localeCompare(b.name));

/** The same as choices of a list. */
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
