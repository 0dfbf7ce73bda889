import type { IDataObject } from 'n8n-workflow';

import { type HookEntity, HOOK_ENTITIES } from '../fields/hookEvents';
import { type FormObject, type FormValue, isFormObject } from './formBody';
import { typedRow } from './row';

/** One changed record of a delivery. */
export interface HookItem extends IDataObject {
	/** amoCRM's event code, such as `status_lead`; `unknown` for what no table describes. */
	event: string;
	/** Ending of the code: `lead`, `company`, `outgoing_message`; empty when unknown. */
	entity: string;
	/** Beginning of the code: `add`, `status`. */
	action: string;
	account: IDataObject;
	data: IDataObject;
}

/** Which account a delivery says that it comes from. Older ones name only the subdomain (extended facts 1.3). */
export interface HookAccount {
	id?: number;
	subdomain?: string;
}

export interface Delivery {
	account: HookAccount;
	items: HookItem[];
}

/** One item for every changed record, in the order of the delivery; what is not understood is passed on as it is. */
export function readDelivery(body: FormObject): Delivery {
	const account = accountOf(body.account);
	const items: HookItem[] = [];
	const unknown: FormObject = {};
	for (const [key, actions] of Object.entries(body)) {
		if (key === 'account') continue;
		const found = rowsUnder(key, actions);
		for (const row of found) items.push(toItem(row, account));
		if (found.length === 0) unknown[key] = actions;
	}
	if (Object.keys(unknown).length > 0 || items.length === 0) {
		items.push({ event: 'unknown', entity: '', action: '', account: { ...account }, data: plain(unknown) as IDataObject });
	}
	return { account, items };
}

function accountOf(value: FormValue | undefined): HookAccount {
	if (!isFormObject(value)) return {};
	const { id, subdomain } = value;
	return {
		...(typeof id === 'string' && /^\d+$/.test(id) ? { id: Number(id) } : {}),
		...(typeof subdomain === 'string' && subdomain !== '' ? { subdomain } : {}),
	};
}

type FoundRow = { entity: HookEntity; action: string; row: FormObject };

const BY_KEY = new Map(HOOK_ENTITIES.map((entity) => [entity.key, entity]));

const entityOf = (suffix: string): HookEntity => HOOK_ENTITIES.find((entity) => entity.suffix === suffix) as HookEntity;

function rowsUnder(key: string, actions: FormValue): FoundRow[] {
	if (!isFormObject(actions)) return [];
	const entity = BY_KEY.get(key);
	if (entity) {
		return Object.entries(actions).flatMap(([action, rows]) =>
			rowsOf(rows).map((row) => ({ entity: key === 'contacts' && row.type === 'company' ? entityOf('company') : entity, action, row: unwrapped(action, row) })),
		);
	}
	// Some accounts leave the `message` out and begin with `add[0]` (extended facts 1.3).
	return (key === 'add' ? rowsOf(actions) : []).flatMap((row) => {
		const suffix = 'reviews' in row || 'is_on_review' in row ? 'chat_template_review' : 'chat_id' in row || 'talk_id' in row ? 'message' : undefined;
		return suffix === undefined ? [] : [{ entity: entityOf(row.type === 'outgoing' ? 'outgoing_message' : suffix), action: 'add', row }];
	});
}

/** Rows are numbered; one example of amoCRM numbers them twice. */
function rowsOf(value: FormValue): FormObject[] {
	if (!isFormObject(value)) return [];
	// Nothing for an empty one.
	const isNumbered = Object.entries(value).every(([key, row]) => /^\d+$/.test(key) && isFormObject(row));
	return isNumbered ? Object.values(value).flatMap(rowsOf) : [value];
}

/** A note has one level more: `leads[note][0][note][text]`. */
const unwrapped = (action: string, row: FormObject): FormObject => (action === 'note' && isFormObject(row.note) ? row.note : row);

function toItem({ entity, action, row }: FoundRow, account: HookAccount): HookItem {
	// A note says by its own card's type whether it is a company's: both come as `contacts`.
	const isCompanyNote = action === 'note' && entity.suffix === 'contact' && row.element_type === '3';
	const { suffix } = isCompanyNote ? entityOf('company') : entity;
	return { event: `${action}_${suffix}`, entity: suffix, action, account: { ...account }, data: typedRow(plain(row) as IDataObject) };
}

/** Ordinary objects, and lists where the keys are 0, 1, 2, …; other numeric keys are a map, such as that of linked leads. */
export function plain(value: FormValue): unknown {
	if (!isFormObject(value)) return value;
	const keys = Object.keys(value);
	if (keys.length > 0 && keys.every((key, index) => key === String(index))) return keys.map((key) => plain(value[key] as FormValue));
	return Object.fromEntries(keys.map((key) => [key, plain(value[key] as FormValue)]));
}
