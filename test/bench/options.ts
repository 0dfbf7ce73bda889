import { parseArgs } from 'node:util';

/** What the command line of `npm run bench` asks for. Without names of parts it runs all of them. */

const PARTS = ['read', 'get', 'update', 'notes', 'create', 'rate', 'cpu'] as const;
export type Part = (typeof PARTS)[number];

const { values, positionals } = parseArgs({
	allowPositionals: true,
	options: {
		rows: { type: 'string', default: '1000' },
		list: { type: 'string', default: '10000' },
		few: { type: 'string', default: '140' },
		seconds: { type: 'string', default: '60' },
		by: { type: 'string', default: '' },
	},
});

const unknown = positionals.find((name) => !(PARTS as readonly string[]).includes(name));
if (unknown !== undefined) throw new Error(`'${unknown}' is no part of the benchmark. Give some of: ${PARTS.join(', ')}.`);

export const options = {
	/** Rows of a job. */
	rows: Number(values.rows),
	/** Rows of the list that is read whole. */
	list: Number(values.list),
	/** Rows of a job for those that send one request for each row. */
	few: Number(values.few),
	/** How long several executions at once go on. */
	seconds: Number(values.seconds),
	/** Part of the name of those that do the jobs. */
	by: values.by,
};

export const wants = (part: Part): boolean => positionals.length === 0 || positionals.includes(part);
