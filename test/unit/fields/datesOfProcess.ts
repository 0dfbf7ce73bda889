import { toTimestamp } from '../../../nodes/AmoCrm/fields/dates';

/** Prints the moments of dates in a process with a zone of its own: `datesOfProcess.ts <zone> <dates as JSON>`. */
const [, , zone = '', dates = '[]'] = process.argv;
const moments = (JSON.parse(dates) as unknown[]).map((date) => toTimestamp(date, { zone }));
process.stdout.write(JSON.stringify({ offset: new Date(2026, 0, 31).getTimezoneOffset(), moments }));
