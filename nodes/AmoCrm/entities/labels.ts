import { fieldValues } from '../fields/matching';
import { isUnset } from '../fields/values';

/** What people recognise records by in the lists of pickers. */

type Row = Record<string, unknown>;

/** What is there of several things. */
export const joined = (...parts: unknown[]): string => parts.filter((part) => !isUnset(part)).map(String).join(' · ');

/** The first value of a field with a code, such as a phone number. */
export function firstValue(row: Row, code: string): unknown {
	return fieldValues(row as Parameters<typeof fieldValues>[0], code)[0]?.value;
}

/** The calendar day, in UTC; nothing for what is no moment. */
export function dayOf(seconds: unknown): string {
	const date = new Date(Number(seconds ?? NaN) * 1000);
	return Number.isNaN(date.getTime()) ? 'no date' : date.toISOString().slice(0, 10);
}

/** As people write it: 1 250 000. */
export const amountOf = (price: unknown): string => (price ? Number(price).toLocaleString('en').replace(/,/g, '\u00a0') : '');
