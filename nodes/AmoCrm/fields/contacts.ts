import { type IDataObject, UserError } from 'n8n-workflow';

import { recordList, recordRows } from './locator';
import { CONTACT } from './targets';
import type { Total } from './totals';
import { isPlainObject, isUnset, show, toBoolean, toList, unwrapLocator } from './values';

/** The contacts of a lead as the form and data carry them: each with whether it is the main one. */

interface ContactEntry {
	/** An ID or the link of a card; not checked yet. */
	contact: unknown;
	isMain: boolean;
}

/** Rows, each with a picker and whether it is the main one; without any, the first one becomes the main contact of a new lead. */
export const contactRows = recordList(CONTACT, [
	{ displayName: 'Is Main', name: 'isMain', type: 'boolean', default: false, description: 'Whether it is the main contact of the lead. On create the first one is, unless one is marked.' },
]);

/** Rows of the form, IDs, links, or objects as amoCRM gives them, `{ id, is_main }`; a list of any of these, or a text with commas. Throws a `UserError`. */
export function contactEntries(value: unknown): ContactEntry[] {
	const isRow = (row: unknown): row is IDataObject => isPlainObject(row) && unwrapLocator(row) === row;
	return recordRows(value).flatMap((row) => (isRow(row) ? [row] : toList(row))).flatMap((entry): ContactEntry[] => {
		if (!isRow(entry)) return [{ contact: entry, isMain: false }];
		if (Object.values(entry).every(isUnset)) return [];
		const { recordId, id = recordId, isMain, is_main: marked = isMain } = entry;
		const mark = !isUnset(marked) && toBoolean(marked);
		const contacts = contactEntries(id);
		if (mark && contacts.length > 1) throw new UserError(`${show(entry)} marks ${contacts.length} contacts as the main one. A lead has one.`);
		if (contacts.length === 0 && recordId === undefined) throw new UserError(`${show(entry)} has no ID of a contact.`);
		return contacts.map(({ contact, isMain: isOwnMain }) => ({ contact, isMain: mark || isOwnMain }));
	});
}

/** Each contact once; the last one that is marked is the main one. */
export function contactsTotal(): Total {
	const all = new Map<string, unknown>();
	let main: string | undefined;
	return {
		add: (value) => {
			for (const { contact, isMain } of contactEntries(value)) {
				const key = String(unwrapLocator(contact)).trim();
				if (!all.has(key)) all.set(key, contact);
				if (isMain) main = key;
			}
		},
		value: () => [...all].map(([key, contact]) => (key === main ? ({ id: contact, is_main: true } as IDataObject) : contact)),
	};
}
