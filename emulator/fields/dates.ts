import { invalidType } from '../http/problems';
import type { FieldRule } from './rule';

/** date, date_time, birthday: unix seconds or RFC 3339 in, unix seconds out. facts: core 15.2, extended 2.3 */

const RFC3339 = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:?\d{2})$/;

/** Seconds that `timezone` is ahead of UTC at a moment. */
export function offsetAt(seconds: number, timezone: string): number {
	const parts = new Intl.DateTimeFormat('en-US', {
		timeZone: timezone,
		hourCycle: 'h23',
		year: 'numeric',
		month: 'numeric',
		day: 'numeric',
		hour: 'numeric',
		minute: 'numeric',
		second: 'numeric',
	}).formatToParts(seconds * 1000);
	const part = (type: Intl.DateTimeFormatPartTypes) => Number(parts.find((entry) => entry.type === type)?.value);
	const local = Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'), part('second'));
	return Math.round(local / 1000 - seconds);
}

/** The account-local midnight at or before a moment. */
export function midnight(seconds: number, timezone: string): number {
	const offset = offsetAt(seconds, timezone);
	return Math.floor((seconds + offset) / 86_400) * 86_400 - offset;
}

/** `YYYY-MM-DD HH:MM:SS` in the account's timezone, the form of hooks and status descriptions. */
export function localDateTime(seconds: number, timezone: string): string {
	return new Date((seconds + offsetAt(seconds, timezone)) * 1000).toISOString().slice(0, 19).replace('T', ' ');
}

const MAX_SECONDS = 253_402_300_799;

function secondsOf(value: unknown): number | undefined {
	const seconds =
		typeof value === 'number' && Number.isInteger(value)
			? value
			: typeof value === 'string' && RFC3339.test(value)
				? Math.floor(Date.parse(value) / 1000)
				: NaN;
	return Math.abs(seconds) <= MAX_SECONDS ? seconds : undefined;
}

export function dateRule(precision: 'midnight' | 'moment'): FieldRule {
	return {
		keys: ['value'],
		many: false,
		write({ value }, _field, path, { switches, timezone }) {
			const seconds = secondsOf(value);
			if (seconds === undefined) return { errors: [invalidType(`${path}.value`, 'int')] };
			const moved = precision === 'midnight' && switches.dateFieldMidnight;
			return { stored: { value: moved ? midnight(seconds, timezone) : seconds } };
		},
		read: (stored) => stored,
	};
}
