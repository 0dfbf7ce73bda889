import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

import fc from 'fast-check';
import { DateTime } from 'luxon';

import { conventionsFrom } from '../../../nodes/AmoCrm/fields/conventions';
import { calendarDayOf, endOfDay, midnightOf, toDeadline, toTimestamp } from '../../../nodes/AmoCrm/fields/dates';

/** Far from every zone that the tests run in, and without a change of the clocks. */
const ZONE = 'Asia/Yekaterinburg';
const at = (iso: string, zone = ZONE) => DateTime.fromISO(iso, { zone }).toSeconds();
const accountOf = (country?: string, language?: string) => () => conventionsFrom({ country, language });

/** What is read, and the moment that it is in `ZONE`. */
const READ: Array<[given: unknown, moment: string]> = [
	['2026-01-31', '2026-01-31'],
	['2026-01-31T14:30:00', '2026-01-31T14:30'],
	['2026-01-31T14:30', '2026-01-31T14:30'],
	['2026-01-31 14:30:15.123', '2026-01-31T14:30:15'],
	['2026-01-31T23:30:00+00:00', '2026-02-01T04:30'],
	['2026-01-31T14:30:00Z', '2026-01-31T19:30'],
	['2026-01-31T14:30:00-03', '2026-01-31T22:30'],
	['2026-01-31T14:30:00-0330', '2026-01-31T23:00'],
	['2026-01-31 14:30:00 America/New_York', '2026-02-01T00:30'],
	['2026-01-31 2:30 PM', '2026-01-31T14:30'],
	['2026-01-31 12:05 am', '2026-01-31T00:05'],
	['2026-01-31 12 p.m.', '2026-01-31T12:00'],
	['2026-01-31T24:00', '2026-02-01T00:00'],
	['2026/07/02', '2026-07-02'],
	['2026/7/2 8:05', '2026-07-02T08:05'],
	['2026.07.02', '2026-07-02'],
	['31.01.2026', '2026-01-31'],
	['31.01.2026 14:30', '2026-01-31T14:30'],
	['1.2.2026, 9:05', '2026-02-01T09:05'],
	['31. 01. 2026', '2026-01-31'],
	['31/01/2026', '2026-01-31'],
	['01/31/2026', '2026-01-31'],
	['01/31/2026 2:30 PM', '2026-01-31T14:30'],
	['31-01-2026', '2026-01-31'],
	['02/02/2026', '2026-02-02'],
	['2/02/2026', '2026-02-02'],
	['Jan 31, 2026', '2026-01-31'],
	['Jan 31, 2026 14:30', '2026-01-31T14:30'],
	['January 31st, 2026 at 2:30 PM', '2026-01-31T14:30'],
	['31 January 2026', '2026-01-31'],
	['31-Jan-2026 14:30', '2026-01-31T14:30'],
	['Sat, 31 Jan 2026 14:30:00 +0300', '2026-01-31T16:30'],
	['Sat, 31 Jan 2026 14:30:00 GMT', '2026-01-31T19:30'],
	['Sat, 31 Jan 2026 14:30:00 EST', '2026-02-01T00:30'],
	['Sat Jan 31 2026 14:30:00 GMT+0300 (Moscow Standard Time)', '2026-01-31T16:30'],
	['Sat Jan 31 14:30:00 2026', '2026-01-31T14:30'],
	['31 января 2026 г., 14:30', '2026-01-31T14:30'],
	['31 января 2026 года в 14:30', '2026-01-31T14:30'],
	['31 янв. 2026', '2026-01-31'],
	['1 МАЯ 2026', '2026-05-01'],
	['1 май 2026', '2026-05-01'],
	['суббота, 31 января 2026 г.', '2026-01-31'],
	['31 січня 2026 р.', '2026-01-31'],
	['31 de enero de 2026', '2026-01-31'],
	['31 de enero de 2026 a las 14:30', '2026-01-31T14:30'],
	['5 de março de 2026 às 14:30', '2026-03-05T14:30'],
	['sábado, 31 de janeiro de 2026', '2026-01-31'],
	['14:30 31.01.2026', '2026-01-31T14:30'],
	['20260131', '2026-01-31'],
	[20260131, '2026-01-31'],
	['20260131T143000', '2026-01-31T14:30'],
	['20260131T143000Z', '2026-01-31T19:30'],
	['2026-01-31T14', '2026-01-31T14:00'],
	['2026-01-31T1430+03', '2026-01-31T16:30'],
	['2026-01-31T14:30:00.000+03:00[Europe/Moscow]', '2026-01-31T16:30'],
	['7 de setiembre del 2026', '2026-09-07'],
	['2026-W05-6', '2026-01-31'],
	['  2026-01-31\u00a014:30 ', '2026-01-31T14:30'],
	['2028-02-29', '2028-02-29'],
	[DateTime.fromISO('2026-01-31T14:30', { zone: 'Europe/Moscow' }), '2026-01-31T16:30'],
	[new Date('2026-01-31T09:30:00Z'), '2026-01-31T14:30'],
	[1769851800, '2026-01-31T14:30'],
	['1769851800', '2026-01-31T14:30'],
	[1769851800123, '2026-01-31T14:30'],
	[-86400, '1969-12-31T05:00'],
];

it.each(READ)('%s is %s', (given, moment) => {
	expect(toTimestamp(given, { zone: ZONE })).toBe(at(moment));
});

it.each(['UTC', 'America/New_York', 'Pacific/Kiritimati', 'Europe/Moscow'])('and is so in a process whose own zone is %s', (TZ) => {
	const texts = READ.filter(([given]) => typeof given !== 'object');
	const script = join(__dirname, 'datesOfProcess.ts');
	const answer = execFileSync(process.execPath, ['--import', 'tsx', script, ZONE, JSON.stringify(texts.map(([given]) => given))], { env: { ...process.env, TZ }, encoding: 'utf8' });
	const { offset, moments } = JSON.parse(answer) as { offset: number; moments: number[] };
	expect(-offset).toBeCloseTo(DateTime.fromISO('2026-01-31', { zone: TZ }).offset);
	expect(moments).toEqual(texts.map(([, moment]) => at(moment)));
});

it.each<[unknown, RegExp]>([
	['', /is not a date\. Give/], [' ', /is not a date\. Give/], ['yesterday', /is not a date\. Give/], ['soon', /is not a date\. Give/], ['14:30', /is not a date\. Give/], ['January 2026', /is not a date\. Give/],
	['31 January', /is not a date\. Give/], ['Marble 31, 2026', /is not a date\. Give/], ['5 mil 2026', /is not a date\. Give/], ['31 01 2026', /is not a date\. Give/], ['2026', /is not a date\. Give/], ['10:00-12:00 31.01.2026', /is not a date/], ['31.01.2026 10:00-12:00', /is not a date/],
	['2026-01-31 - 2026-02-01', /is not a date/], ['31.01.2026 14:30 somewhere', /is not a date/], ['2026-01-31T14:30:00 (MSK)', /is not a date/], [`2026-01-31${' '.repeat(200)}`, /is not a date/], ['x'.repeat(1e6), /is not a date/],
	['31.02.2026', /is not a date that exists/], ['2026-02-31', /is not a date that exists/], ['Feb 31, 2026', /is not a date that exists/], ['2026/13/01', /is not a date that exists/], ['2027-02-29', /is not a date that exists/], ['20261301', /is not a date that exists/], [20261301, /is not a date that exists/],
	['01.31.2026', /is not a date that exists/], ['2026-01-31 24:01', /is not a date that exists/], ['2026-01-31 25:00', /is not a date that exists/], ['2026-01-31 14:60', /is not a date that exists/], ['2026-01-31 13:00 PM', /is not a date that exists/], ['2026-01-31 0:30 AM', /is not a date that exists/],
	['Fri, 31 Jan 2026', /is not a date that exists/], ['2026-01-31T14:30:00+25:00', /is not a date/], ['2026-W54', /is not a date that exists/], [new Date(NaN), /is not a date that exists/], [new Date('+275760-09-11T21:00:00.000Z'), /is not a date that exists/], [new Date('-000001-01-01T00:00:00Z'), /is not a date that exists/], ['0099-01-31', /is not a date that exists/], [DateTime.invalid('x'), /is not a date that exists/],
	['31.01.26', /four digits/], ['1/2/26', /four digits/], ['31 Jan 26', /four digits/],
	[46205, /spreadsheet/], ['46205', /spreadsheet/], [46205.5, /spreadsheet.*plus\(\{ days: 46205\.5 \}\)/], ['46205.5', /spreadsheet/], ['46205,5', /spreadsheet/], [2026, /spreadsheet/],
	['20260131143000', /is not a date/], [20260131143000, /is not a date/], [202601311430, /is not a date/], ['202601311430', /is not a date/], [31012026, /is not a date/], ['31012026', /is not a date/], ['12345678', /is not a date/], [NaN, /is not a date/], [Infinity, /is not a date/],
	[true, /is not a date/], [null, /is not a date/], [{}, /is not a date/], [['2026-01-31'], /is not a date/],
])('%s is refused', (given, message) => {
	expect(() => toTimestamp(given, { zone: ZONE, conventions: accountOf('RU') })).toThrow(message);
});

describe('a day and a month that may be either', () => {
	it.each<[string, () => ReturnType<typeof conventionsFrom>, string | undefined]>([
		['Russia', accountOf('RU'), '2026-07-02'], ['Kazakhstan', accountOf('KZ'), '2026-07-02'], ['Kyrgyzstan', accountOf('KG'), '2026-07-02'], ['Brazil', accountOf('BR'), '2026-07-02'], ['Mexico', accountOf('MX'), '2026-07-02'], ['Paraguay', accountOf('PY'), '2026-07-02'], ['Spain', accountOf('ES'), '2026-07-02'],
		['Britain', accountOf('GB'), '2026-07-02'], ['India', accountOf('IN', 'en'), '2026-07-02'], ['the United States', accountOf('US'), '2026-02-07'], ['Canada', accountOf('CA'), undefined],
		['Russian', accountOf(undefined, 'ru'), '2026-07-02'], ['Spanish', accountOf(undefined, 'es'), '2026-07-02'], ['Portuguese', accountOf(undefined, 'pt'), '2026-07-02'], ['English', accountOf(undefined, 'en'), undefined], ['nothing', accountOf(), undefined],
	])('%s', (_who, conventions, day) => {
		for (const given of ['02/07/2026', '2/7/2026', '02-07-2026']) {
			const read = () => toTimestamp(given, { zone: ZONE, conventions });
			if (day === undefined) expect(read).toThrow(/can mean 2026-07-02 or 2026-02-07/);
			else expect(read()).toBe(at(day));
		}
	});
});

describe('changes of the clocks', () => {
	it.each<[string, string, number]>([
		// 02:00 to 03:00 does not exist: moved forward by the hour.
		['Europe/Berlin', '2026-03-29 02:30', Date.UTC(2026, 2, 29, 1, 30)],
		// 02:00 to 03:00 comes twice: the first.
		['Europe/Berlin', '2026-10-25 02:30', Date.UTC(2026, 9, 25, 0, 30)],
		['America/New_York', '11/01/2026 1:30 AM', Date.UTC(2026, 10, 1, 5, 30)],
		// A day without midnight begins at one.
		['America/Sao_Paulo', '2018-11-04', Date.UTC(2018, 10, 4, 3)],
	])('%s, %s', (zone, given, moment) => {
		expect(toTimestamp(given, { zone, conventions: accountOf('US') })).toBe(moment / 1000);
	});
});

it.each<[string, string]>([
	['2026-01-31', '2026-01-31T23:59:59'], ['31.01.2026', '2026-01-31T23:59:59'], ['20260131', '2026-01-31T23:59:59'], ['Jan 31, 2026', '2026-01-31T23:59:59'],
	['2026-01-31T00:00:00', '2026-01-31T00:00'], ['31.01.2026 14:30', '2026-01-31T14:30'],
])('something due %s is due %s', (given, moment) => {
	expect(toDeadline(given, { zone: ZONE })).toBe(at(moment));
});

test('every moment comes back from any way of writing it, in any zone', () => {
	const zones = fc.constantFrom('UTC', 'Europe/Moscow', 'America/New_York', 'America/Sao_Paulo', 'Asia/Kolkata', 'Pacific/Kiritimati');
	const formats = fc.constantFrom("yyyy-MM-dd'T'HH:mm:ss", 'yyyy-MM-dd HH:mm:ss', 'dd.MM.yyyy HH:mm:ss', 'd.M.yyyy, H:mm:ss', 'yyyy/MM/dd h:mm:ss a', 'MMM d, yyyy HH:mm:ss', 'd MMMM yyyy HH:mm:ss', 'EEE, dd MMM yyyy HH:mm:ss ZZZ', "yyyyMMdd'T'HHmmss");
	const locales = fc.constantFrom('en', 'ru', 'es', 'pt', 'uk');
	fc.assert(
		fc.property(fc.date({ min: new Date('1975-01-01'), max: new Date('2090-01-01'), noInvalidDate: true }), zones, formats, locales, (date, zone, format, locale) => {
			const seconds = Math.floor(date.getTime() / 1000);
			const written = DateTime.fromSeconds(seconds, { zone, locale: format.includes('MMMM') ? locale : 'en' }).toFormat(format);
			const read = toTimestamp(written, { zone });
			// Of a time that comes twice the first counts.
			const first = DateTime.fromSeconds(seconds - 3600, { zone });
			const comesTwice = first.toFormat('HH:mm') === DateTime.fromSeconds(seconds, { zone }).toFormat('HH:mm');
			expect(read).toBe(comesTwice && !format.includes('ZZZ') ? seconds - 3600 : seconds);
		}),
		{ numRuns: 1500 },
	);
});

test('days of an account begin at its midnight and end before the next', () => {
	const zone = 'America/Sao_Paulo';
	fc.assert(
		fc.property(fc.integer({ min: 0, max: 3e9 }), (seconds) => {
			const day = calendarDayOf(seconds, zone) ?? '';
			const midnight = midnightOf(day, { zone });
			expect(day).toBe(DateTime.fromSeconds(seconds, { zone }).toISODate());
			expect(midnight).toBe(DateTime.fromSeconds(seconds, { zone }).startOf('day').toSeconds());
			expect(endOfDay(midnight, zone)).toBe(DateTime.fromSeconds(seconds, { zone }).endOf('day').set({ millisecond: 0 }).toSeconds());
		}),
	);
	expect(calendarDayOf(1e15, zone)).toBeUndefined();
});
