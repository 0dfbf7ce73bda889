import { type IDataObject, UserError } from 'n8n-workflow';

import { objectsIn } from '../transport/objects';
import type { Conventions } from './conventions';
import { type EncodeContext, type FieldKind, also, bodyKind, moment } from './fields';
import { idsIn, meansNoRecord, recordEntries, recordList } from './locator';
import { SEGMENT } from './targets';
import { listTotal } from './totals';
import { unwrapLocator } from './values';

/**
 * An account has its customers by periods or by segments (extended facts 4). What belongs to the other mode amoCRM takes
 * and shows nowhere, so it is refused here.
 */

const IN_WORDS = { periodicity: 'by periods', segments: 'by segments' };

type Mode = keyof typeof IN_WORDS;

/** Of other modes, and where the account may not be read, nothing is known. */
const modeOf = ({ conventions }: EncodeContext): Mode | undefined => {
	const { customersMode }: Partial<Conventions> = conventions?.() ?? {};
	return customersMode === 'periodicity' || customersMode === 'segments' ? customersMode : undefined;
};

/** A field that customers have in one mode only. Throws a `UserError` in the other. */
export const inMode = (mode: Mode, kind: FieldKind): FieldKind =>
	also(kind, {
		before: (_draft, context) => {
			const own = modeOf(context) ?? mode;
			if (own === mode) return;
			throw new UserError(`the account has its customers ${IN_WORDS[own]}, and this belongs to those ${IN_WORDS[mode]}. Leave it out, or use 'Set Customers Mode' of the account.`);
		},
	});

/** The date of the next purchase, which new customers by periods must have. */
export const customerDate: FieldKind = {
	...inMode('periodicity', moment),
	whenAbsent: (context) => {
		if (modeOf(context) === 'periodicity') throw new UserError('it is empty, and the account has its customers by periods: a new one needs the date of its next purchase.');
	},
};

const segments = inMode(
	'segments',
	bodyKind(recordList(SEGMENT), (value, context) => [...new Set(idsIn(SEGMENT, value, context))].map((id) => ({ id }))),
);

/** Segments, each picked from the list; amoCRM replaces all that the customer has. An empty list of blocks says nothing. */
export const segmentList: FieldKind = {
	...segments,
	encode: (draft, key, value, context) => {
		if (recordEntries(value).length > 0 || meansNoRecord(value)) segments.encode(draft, key, value, context);
	},
	total: () => listTotal(recordEntries, (entry) => String(unwrapLocator(entry)).trim()),
};

/** Purchases in the answer to their creation: the vendor's sample has them under the key of customers, its own client reads theirs. */
export function transactionsIn(body: unknown): IDataObject[] {
	const { transactions, customers } = ((body as IDataObject | undefined)?._embedded ?? {}) as IDataObject;
	return objectsIn(transactions ?? customers);
}
