import { readFileSync } from 'node:fs';
import { expectGenerated } from '../generated';
import { AMO_CALLS } from './amoCalls';
import { AMO_README } from './amoReadme';
import { only } from './calls';
import { JS_CALLS } from './jsCalls';
import { JS_README } from './jsReadme';

/** emulator/CLIENTS.md is made of the lists that the suites run: while they pass, it is true. */

interface Listed {
	name: string;
	fault?: string;
	uncovered?: string;
}

const INTRO = `# Clients that drive the emulator

Generated from the lists in \`test/conformance/clients\`: \`UPDATE_TABLES=1 npm run test:conformance\`. Do not edit.

Two clients of amoCRM that we did not write, unmodified from npm, drive the emulator over HTTPS under its real-looking host name
(\`test/conformance/realHost.ts\`). Every method of every object that they hand out, and every function that they
export, is in these lists; a test fails when one is missing.

- **passes**: the call does what its name says, and the test looks at what it did.
- **fails by itself**: by amoCRM's documentation it cannot work against amoCRM either; the test shows how it fails.
- **not covered**: no test drives it.

The examples are those in the READMEs of the packages; what these link to is not in the packages.
`;

const LIMITS = `amocrm-js sends every request to the account's host, so the files' own host (upload, download) is out of its reach. It has no classes
for links, notes, files and webhooks: these go through \`client.request\`.
`;

const cell = (text: string): string => text.replace(/\|/g, '\\|');

function summary(rows: readonly Listed[]): string {
	const failing = rows.filter(({ fault }) => fault !== undefined).length;
	const open = rows.filter(({ uncovered }) => uncovered !== undefined).length;
	return `${rows.length - failing - open} pass, ${failing} fail by themselves, ${open} not covered.`;
}

function groupBy<T>(rows: readonly T[], key: (row: T) => string): [string, T[]][] {
	const groups = new Map<string, T[]>();
	for (const row of rows) groups.set(key(row), [...(groups.get(key(row)) ?? []), row]);
	return [...groups];
}

const code = (names: readonly string[]): string => names.map((name) => `\`${name}\``).join(', ');
const objectOf = ({ name }: Listed): string => name.slice(0, name.lastIndexOf('.'));
const methodOf = ({ name }: Listed): string => name.slice(name.lastIndexOf('.') + 1);

/** Objects that leave out the same methods for the same reason share a line. */
function gaps(rows: readonly Listed[]): string[] {
	const perObject = groupBy(rows, (row) => `${objectOf(row)}: ${row.uncovered}`).map(([, group]) => ({
		object: objectOf(only(group)),
		methods: code(group.map(methodOf)),
		reason: only(group).uncovered ?? '',
	}));
	return groupBy(perObject, ({ methods, reason }) => `${methods}: ${reason}`).map(
		([, group]) => `| ${code(group.map(({ object }) => object))} | ${only(group).methods} | ${cell(only(group).reason)} |`,
	);
}

/** Calls that pass by object; those that do not by the reason that they share. */
function calls(rows: readonly Listed[]): string {
	const passing = rows.filter(({ fault, uncovered }) => fault === undefined && uncovered === undefined);
	const failing = rows.filter(({ fault }) => fault !== undefined);
	const open = rows.filter(({ uncovered }) => uncovered !== undefined);
	return [
		summary(rows),
		'',
		'| object | calls that pass |',
		'|---|---|',
		...groupBy(passing, objectOf).map(([object, group]) => `| \`${object}\` | ${code(group.map(methodOf))} |`),
		'',
		'| fails by itself | why |',
		'|---|---|',
		...groupBy(failing, ({ fault = '' }) => fault).map(([fault, group]) => `| ${code(group.map(({ name }) => name))} | ${cell(fault)} |`),
		'',
		'| object | not covered | why |',
		'|---|---|---|',
		...gaps(open),
		'',
	].join('\n');
}

function examples(rows: readonly Listed[]): string {
	const outcome = ({ fault, uncovered }: Listed) =>
		fault !== undefined ? `fails by itself: ${fault}` : uncovered !== undefined ? `not covered: ${uncovered}` : 'runs as it stands';
	return [
		summary(rows),
		'',
		'| example of the README | outcome |',
		'|---|---|',
		...rows.map((row) => `| ${cell(row.name)} | ${cell(outcome(row))} |`),
		'',
	].join('\n');
}

it('emulator/CLIENTS.md is up to date', () => {
	const version = (name: string) =>
		(JSON.parse(readFileSync(require.resolve(`${name}/package.json`), 'utf8')) as { version: string }).version;
	const part = (name: string, rows: readonly Listed[], readme: readonly Listed[], note = '') =>
		[`## ${name} ${version(name)}`, '', ...(note ? [note] : []), '### Calls', '', calls(rows), '### Examples', '', examples(readme)].join(
			'\n',
		);
	expectGenerated(
		'emulator/CLIENTS.md',
		`${[INTRO, part('@shevernitskiy/amo', AMO_CALLS, AMO_README), part('amocrm-js', JS_CALLS, JS_README, LIMITS)].join('\n').trim()}\n`,
	);
});
