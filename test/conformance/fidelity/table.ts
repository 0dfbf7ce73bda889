import { readFileSync, readdirSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { SWITCHES } from '../../../emulator/switches';
import { SECTIONS } from './sections';

/** `emulator/FIDELITY.md`, made of the names of the tests and of the list of switches. */

const root = join(__dirname, '..', '..', '..');
const FOLDERS = [join(root, 'test', 'conformance', 'facts'), join(root, 'test', 'conformance', 'kinds'), join(root, 'emulator', 'webhooks')];

export const FILE = 'emulator/FIDELITY.md';

export interface Fact {
	/** `core 3.5` */
	section: string;
	text: string;
	/** Path inside the repository. */
	file: string;
}

interface TestFile {
	file: string;
	source: string;
}

export function testFiles(): TestFile[] {
	return FOLDERS.flatMap((folder) =>
		readdirSync(folder)
			.filter((name) => name.endsWith('.test.ts'))
			.sort()
			.map((name) => ({ file: relative(root, join(folder, name)).split(sep).join('/'), source: readFileSync(join(folder, name), 'utf8') })),
	);
}

/** Every `it('core 3.5 …')`; what a table of cases adds at the end (`: %s`) is left out. */
export function factsOf(files: TestFile[]): Fact[] {
	return files.flatMap(({ file, source }) =>
		[...source.matchAll(/\bit(?:\.each\b.*)?\('((?:core|extended) [\d.]+) ([^']*)'|^\](?:\))?\('((?:core|extended) [\d.]+) ([^']*)'|^\t?\]\)\('((?:core|extended) [\d.]+) ([^']*)'/gm)].map((match) => {
			const [section = '', text = ''] = match.slice(1).filter((part) => part !== undefined);
			return { section, text: text.replace(/:? ?%s$/, ''), file };
		}),
	);
}

/** Switches that some test sets, with the files that do. */
export const switchTests = (name: string, files: TestFile[]): string[] =>
	files.filter(({ source }) => new RegExp(`switches\\.${name} = |\\b${name}: `).test(source)).map(({ file }) => file);

const link = (file: string) => `[${file.split('/').at(-1)?.replace('.test.ts', '')}](../${file})`;
const cell = (text: string) => text.replace(/\|/g, '\\|');

export function fidelity(files: TestFile[]): string {
	const facts = factsOf(files);
	const rows = Object.entries(SECTIONS).flatMap(([section, { title, without }]) => {
		const own = facts.filter((fact) => fact.section === section);
		const shown = own.map(({ text, file }) => `| ${section} | ${cell(text)} | ${link(file)} |`);
		return [`| **${section}** | **${title}** | |`, ...shown, ...(without ? [`| ${section} | *Not shown: ${cell(without)}* | |`] : [])];
	});
	const switches = Object.entries(SWITCHES).map(([name, { default: value, facts: section, text, live }]) => {
		return `| \`${name}\` | \`${JSON.stringify(value)}\` | ${section} | ${cell(text)} | ${cell(live)} | ${switchTests(name, files).map(link).join(' ')} |`;
	});
	return `# What the emulator does as amoCRM does

Made from the names of the tests by \`UPDATE_TABLES=1 npm run test:conformance -- fidelity\`; a test fails when it is out of date.

The sections number [what is known about API v4](../docs/amocrm-api/README.md) from its documents, its official client, and what others have measured and published:
\`core\` is OAuth, leads, contacts, companies, tasks, notes, tags and custom field values, \`extended\` the rest.

## Facts

${facts.length} tests, each of an exchange over HTTP.

| Section | Fact | Test |
|---|---|---|
${rows.join('\n')}

## Switches

Where the sources disagree or nobody has measured, a switch decides. Its default is what live accounts are
believed to do; where that is not known, what is safer to build a client against.
Tests set both positions. Set them with \`startEmulator({ switches })\` or \`POST /__emulator/switches\`.

| Switch | Default | Section | Meaning | Believed live, and why | Test |
|---|---|---|---|---|---|
${switches.join('\n')}
`;
}
