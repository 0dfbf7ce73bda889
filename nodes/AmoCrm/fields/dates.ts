import { tryToParseDateTime, UserError } from 'n8n-workflow';

import { remembered } from '../transport/remembered';
import type { Conventions } from './conventions';
import { isDate, MAX_VALUE_LENGTH, show } from './values';

/** What the meaning of a written date depends on. */
export interface DateRules {
	/** Where a date without an offset is. */
	zone: string;
	/** Decide whether `02/07/2026` is in February or in July; refused when they do not. */
	conventions?: () => Conventions;
}

/** A day as it is written, with the time and the zone or offset beside it. */
interface WrittenDate {
	/** `2026-01-31`. */
	day: string;
	/** Seconds since midnight; nothing for a whole day. */
	time?: number;
	/** East of UTC, in minutes. */
	offset?: number;
	/** IANA name. */
	zone?: string;
}

/** Above this a plain number is milliseconds: in seconds it would be after the year 5000. */
const SECONDS_LIMIT = 1e11;

/** What a plain number may mean: seconds of ten digits, up to the year 2286. `20260131143000` is none. */
const LAST_SECOND = 9_999_999_999;

/** Small numbers are a year, or a day as spreadsheets count them, not seconds. */
const NO_SECONDS = 100_000;

/** What can be written with four digits, and reckoned with: `Date.UTC` takes a year of two digits for one of the last century. */
const isYear = (year: number): boolean => year > 100 && year <= 9999;

const DATE_HELP = 'Give an ISO date such as 2026-01-31T14:30:00, one such as 31.01.2026 14:30 or Jan 31, 2026 2:30 PM, or unix seconds.';

/**
 * A moment as unix seconds, the only form that amoCRM takes for its own dates (core facts 16). Takes ISO dates and
 * `20260131`, `31.01.2026 14:30`, `31/01/2026`, months in English, Russian, Ukrainian, Spanish and Portuguese, 12-hour times, Date and
 * Luxon values, unix seconds or milliseconds. A time that a change of the clocks leaves out is moved forward by it; of one
 * that comes twice the first counts.
 */
export function toTimestamp(value: unknown, rules: DateRules): number {
	return momentOf(value, rules).seconds;
}

/** The moment until which something is due: for a day without a time, its last second. */
export function toDeadline(value: unknown, rules: DateRules): number {
	const { seconds, isDay } = momentOf(value, rules);
	return isDay ? endOfDay(seconds, rules.zone) : seconds;
}

function momentOf(value: unknown, rules: DateRules): { seconds: number; isDay?: boolean } {
	if (isDate(value)) return { seconds: secondsOfDate(value) };
	const text = typeof value === 'string' && value.length <= MAX_VALUE_LENGTH ? value.replace(/\s+/g, ' ').trim() : '';
	const number = typeof value === 'number' ? value : /^\d{5}(?:[.,]\d+)?$|^\d{9,}$/.test(text) ? Number(text.replace(',', '.')) : NaN;
	const seconds = secondsOfNumber(number, value);
	if (seconds !== undefined) return { seconds };
	const written = readDate(Number.isNaN(number) ? text : String(number), value, rules);
	const { day, time, offset, zone = rules.zone } = written;
	const wall = Date.parse(`${day}T00:00:00Z`) / 1000 + (time ?? 0);
	return { seconds: offset === undefined ? fromWall(wall, zone) : wall - offset * 60, isDay: time === undefined };
}

function secondsOfDate(date: Date | { toISO: () => string | null }): number {
	const iso = date instanceof Date ? date.getTime() : String(date.toISO());
	const seconds = typeof iso === 'number' || (iso.length <= MAX_VALUE_LENGTH && /T.*(?:Z|[+-]\d\d:\d\d)$/.test(iso)) ? Math.floor(new Date(iso).getTime() / 1000) : NaN;
	if (!isYear(new Date(seconds * 1000).getUTCFullYear())) throw impossible(date);
	return seconds;
}

/** A clock in a zone: making one takes long. Throws for a zone that does not exist. */
const clockIn = remembered(
	(timeZone: string) =>
		new Intl.DateTimeFormat('en-US', { timeZone, hourCycle: 'h23', year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric', second: 'numeric' }),
);

/** What a clock in the zone shows at a moment, in seconds as if it were UTC. Throws for a zone that does not exist. */
function wallAt(seconds: number, zone: string): number {
	// `1/31/2026, 14:30:00`.
	const [month = 1, day = 1, year = 1970, hour = 0, minute = 0, second = 0] = (clockIn(zone).format(seconds * 1000).match(/\d+/g) ?? []).map(Number);
	return Date.UTC(year, month - 1, day, hour, minute, second) / 1000;
}

/** The moment at which a clock in the zone shows that; the first of two, and after a gap by as much as is left out. */
function fromWall(wall: number, zone: string): number {
	const offsetAt = (seconds: number) => wallAt(seconds, zone) - seconds;
	const [before, after] = [offsetAt(wall - 86_400), offsetAt(wall + 86_400)];
	if (before === after) return wall - before;
	const moments = [wall - before, wall - after].filter((moment) => wallAt(moment, zone) === wall);
	return moments.length > 0 ? Math.min(...moments) : wall - before;
}

/** Unix seconds or milliseconds; nothing for the digits of a date (`20260131`) and for what is no number. */
function secondsOfNumber(number: number, given: unknown): number | undefined {
	if (number > 0 && number < NO_SECONDS) {
		throw new UserError(
			`${show(given)} is not a date: as unix seconds it would be in the first hours of 1970. If it is a date of a spreadsheet, which counts days, format that column as text such as 2026-01-31, or give {{ DateTime.fromISO('1899-12-30').plus({ days: ${number} }).toISODate() }}.`,
		);
	}
	const seconds = Math.floor(Math.abs(number) >= SECONDS_LIMIT ? number / 1000 : number);
	return Math.abs(seconds) <= LAST_SECOND && !COMPACT.test(String(number)) ? seconds : undefined;
}

/** Digits of a day without separators, the year in front (then with a time too) or behind: as a moment they would be in the 1970s. */
const COMPACT = /^(?:19|20)\d{6}$|^(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{4}$|^(?:0?[1-9]|[12]\d|3[01])(?:0[1-9]|[12]\d|3[01])(?:19|20)\d{2}$/;

const impossible = (given: unknown) => new UserError(`${show(given)} is not a date that exists. ${DATE_HELP}`);

const TIME = /(?:^|[T ,])(\d{1,2})(?::(\d{2})(?::(\d{2})(?:[.,]\d+)?)?(?![:\d])(?: ?([ap])\.? ?m\b\.?)?| ?([ap])\.? ?m\b\.?)/i;

/** Throws a `UserError` that says what is wrong. */
function readDate(text: string, given: unknown, rules: DateRules): WrittenDate {
	const spread = text
		.replace(/^(\d{4})(\d{2})(\d{2})(?=T|$)/i, '$1-$2-$3')
		.replace(/^(\d{4}-\d{2}-\d{2}T\d{2})(\d{2})?(\d{2})?(?![:\d])/i, (_all, hour: string, minute = '00', second = '00') => `${hour}:${minute}:${second}`)
		.replace(/\. (?=\d)/g, '.');
	const found = TIME.exec(spread);
	if (!found) return { day: dayOf(spread, given, rules) };
	const [all, hour = '', minute = '00', second = '00', half = found[5]] = found;
	// A connecting word stands before the time: "31 de enero de 2026 a las 14:30".
	const before = spread.slice(0, found.index).replace(/[ ,]+(?:at|в|о|a las|às|as)$/i, '');
	const { rest, ...where } = zoneOf(spread.slice(found.index + all.length), before);
	return { day: dayOf(`${before} ${rest}`, given, rules), time: timeOf([hour, minute, second], half, given), ...where };
}

function timeOf([hour = '', minute = '', second = '']: string[], half: string | undefined, given: unknown): number {
	const hours = half === undefined ? Number(hour) : (Number(hour) % 12) + (half.toLowerCase() === 'p' ? 12 : 0);
	const isTwelve = half === undefined || (Number(hour) >= 1 && Number(hour) <= 12);
	// 24:00 is the end of the day, as in ISO 8601.
	const isEnd = hours === 24 && Number(minute) + Number(second) === 0;
	if (!isTwelve || (hours > 23 && !isEnd) || Number(minute) > 59 || Number(second) > 59) throw impossible(given);
	return hours * 3600 + Number(minute) * 60 + Number(second);
}

/** Those of RFC 2822, and Moscow's, in hours. */
const ZONES: Record<string, number> = { z: 0, utc: 0, gmt: 0, ut: 0, est: -5, edt: -4, cst: -6, cdt: -5, mst: -7, mdt: -6, pst: -8, pdt: -7, msk: 3, мск: 3 };

/** The zone or offset at the beginning of what follows the time, and what follows it. */
function zoneOf(after: string, before: string): { offset?: number; zone?: string; rest: string } {
	const isIso = /^\d{4}-\d{2}-\d{2}$/.test(before);
	const [all = '', prefix, sign = '', hours = '', colon = '', minutes = '00'] = /^ ?(utc|gmt)?([+-])(\d{1,2})(?:(:?)(\d{2}))?(?!\d)/i.exec(after) ?? [];
	// "10:00-12:00" is a span of time unless it is ISO.
	if (all !== '' && Number(hours) <= 14 && Number(minutes) < 60 && (isIso || prefix !== undefined || sign === '+' || (colon === '' && hours.length === 2 && all.length >= 5))) {
		return { offset: Number(`${sign}1`) * (Number(hours) * 60 + Number(minutes)), rest: withoutComment(after.slice(all.length)) };
	}
	const [name = ''] = /^ ?[\p{L}_]+(?:\/[\p{L}_+-]+)*/u.exec(after) ?? [];
	const known = ZONES[name.trim().toLowerCase()];
	if (known !== undefined) return { offset: known * 60, rest: withoutComment(after.slice(name.length)) };
	if (name.includes('/') && isZone(name.trim())) return { zone: name.trim(), rest: withoutComment(after.slice(name.length)) };
	return { rest: after };
}

/** The zone's name after its offset: "GMT+0300 (Moscow Standard Time)", "+03:00[Europe/Moscow]". */
const withoutComment = (text: string): string => text.replace(/^ ?(?:\([^()]*\)|\[[^[\]]*\])$/, '');

export function isZone(name: string): boolean {
	try {
		return new Intl.DateTimeFormat('en', { timeZone: name }).format(0) !== '';
	} catch {
		return false;
	}
}

/** A week or a day of it, as ISO 8601 counts them: `2026-W05-6`. */
const WEEK = /^\d{4}-?W\d{2}(?:-?[1-7])?$/;

function dayOfWeek(text: string, given: unknown): string {
	try {
		return String(tryToParseDateTime(text, 'utc').toISO()).slice(0, 10);
	} catch {
		throw impossible(given);
	}
}

const NUMERIC = /^(\d{1,4})([-/.])(\d{1,2})\2(\d{1,4})$/;

/** `2026-01-31` of a day in figures or with the name of its month. */
function dayOf(text: string, given: unknown, rules: DateRules): string {
	const plain = text.replace(/[ ,]+$/, '').replace(/(?: ?г\.?| года| р\.| року)$/i, '').replace(/^[ ,]+/, '');
	const [, first = '', mark = '', second = '', third = ''] = NUMERIC.exec(plain) ?? [];
	if (WEEK.test(plain)) return dayOfWeek(plain, given);
	if (mark === '') return namedDay(plain, given);
	if (first.length === 4 && third.length <= 2) return isoDay([first, second, third], given);
	if (first.length > 2 || third.length !== 4) throw shortYear(given);
	const isDayFirst = mark === '.' || Number(first) === Number(second) || (Number(second) > 12 ? false : Number(first) > 12 || rules.conventions?.().dayFirst);
	if (isDayFirst !== undefined) return isoDay(isDayFirst ? [third, second, first] : [third, first, second], given);
	const [a, b] = [isoDay([third, second, first], given), isoDay([third, first, second], given)];
	throw new UserError(`${show(given)} can mean ${a} or ${b}, and the account does not say which. Write it so.`);
}

const shortYear = (given: unknown) => new UserError(`${show(given)} is not a date: the year needs four digits. ${DATE_HELP}`);

function isoDay([year = '', month = '', day = '']: string[], given: unknown): string {
	const date = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day)));
	if (!isYear(Number(year)) || date.getUTCMonth() !== Number(month) - 1 || date.getUTCDate() !== Number(day)) throw impossible(given);
	return [year, month.padStart(2, '0'), day.padStart(2, '0')].join('-');
}

const MONTHS = [
	'january february march april may june july august september october november december',
	'января февраля марта апреля мая июня июля августа сентября октября ноября декабря',
	'січня лютого березня квітня травня червня липня серпня вересня жовтня листопада грудня',
	'enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre',
	'ene feb mar abr may jun jul ago setiembre oct nov dic',
	'janeiro fevereiro marco abril maio junho julho agosto setembro outubro novembro dezembro',
].map((names) => names.split(' ').map(folded));

/** How the days of the week begin, from Sunday on. */
const WEEKDAYS = ['sun вс dom нд нед', 'mon пн пон lun seg', 'tue вт mar ter', 'wed ср mie qua', 'thu чт чет jue qui', 'fri пт пят vie sex', 'sat сб суб sab'].map((names) =>
	names.split(' ').map(folded),
);

const CONNECTORS = new Set(['de', 'del', 'feira', 'of', 'the']);

/** Without accents and letter case. */
function folded(word: string): string {
	return word.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
}

/** `Sat, 31 Jan 2026`, `January 31st, 2026`, `31 января 2026`, `31 de enero de 2026`, `31-Jan-2026`. */
function namedDay(text: string, given: unknown): string {
	const tokens = folded(text).split(/[ ,./-]+/).filter((token) => token !== '' && !CONNECTORS.has(token));
	const words = tokens.filter((token) => /^\p{L}+$/u.test(token));
	const numbers = tokens.flatMap((token) => /^(\d+)(?:st|nd|rd|th)?$/.exec(token)?.[1] ?? []);
	const month = monthOf(words[words.length - 1] ?? '');
	if (month === 0 || words.length > 2 || words.length + numbers.length !== tokens.length || numbers.length !== 2) {
		throw new UserError(`${show(given)} is not a date. ${DATE_HELP}`);
	}
	const year = numbers.find((number) => number.length === 4);
	const day = numbers.find((number) => number.length <= 2);
	if (year === undefined || day === undefined) throw shortYear(given);
	const iso = isoDay([year, String(month), day], given);
	const weekday = words.length === 2 ? WEEKDAYS[new Date(`${iso}T00:00:00Z`).getUTCDay()] : [''];
	if (!weekday?.some((name) => words[0]?.startsWith(name))) throw impossible(given);
	return iso;
}

/** From 1 on; 0 for what is no month. In full, shortened, or in another case of a Slavic language. */
function monthOf(word: string): number {
	const isName = (name: string) => word.length >= 3 && (name.startsWith(word) || name.slice(0, -1) === word.slice(0, -1));
	return 1 + Math.max(...MONTHS.map((names) => names.findIndex(isName)));
}

/** The calendar day, `2026-01-31`, that a moment in unix seconds falls on in `zone`; nothing for what is no moment. */
export function calendarDayOf(seconds: number, zone: string): string | undefined {
	return Math.abs(seconds) <= LAST_SECOND ? new Date(wallAt(seconds, zone) * 1000).toISOString().slice(0, 10) : undefined;
}

/** The last second of the calendar day that begins at `midnight`: days of 23 and of 25 hours exist. */
export function endOfDay(midnight: number, zone: string): number {
	return midnightBefore(midnight + 36 * 3600, zone) - 1;
}

/** Midnight of the calendar day that is meant, in `zone`, as unix seconds: how amoCRM keeps dates. */
export function midnightOf(value: unknown, rules: DateRules): number {
	const { seconds, isDay } = momentOf(value, rules);
	return isDay ? seconds : midnightBefore(seconds, rules.zone);
}

const midnightBefore = (seconds: number, zone: string): number => fromWall(Math.floor(wallAt(seconds, zone) / 86_400) * 86_400, zone);
