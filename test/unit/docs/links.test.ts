import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

/** Every link of the documents leads somewhere, and so does every fact that the code cites. */

const ROOT = join(__dirname, '..', '..', '..');
const tracked = execFileSync('git', ['ls-files', '-co', '--exclude-standard'], { cwd: ROOT, encoding: 'utf8' }).trim().split('\n').filter((path) => existsSync(join(ROOT, path)));
const documents = tracked.filter((path) => path.endsWith('.md'));
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');

/** Hosts that the documents send people to. */
const OUTSIDE = [
	'community.n8n.io', 'developers.kommo.com', 'docs.github.com', 'docs.n8n.io', 'docs.npmjs.com', 'github.com', 'gitlab.com', 'img.shields.io',
	'keepachangelog.com', 'n8n.io', 'nodejs.org', 'semver.org', 'www.amocrm.ru', 'www.contributor-covenant.org', 'www.kommo.com', 'www.npmjs.com',
];

/** What is left of a document without its code. */
const prose = (text: string) => text.replace(/^([ \t]*)(`{3,}|~{3,})[\s\S]*?^\1\2/gm, '').replace(/`[^`\n]*`/g, '');
const linksOf = (text: string) => [...prose(text).matchAll(/\]\(<?([^)\s>]+)>?(?: "[^"]*")?\)|(?:href|src|srcset)="([^"]+)"/g)].map(([, plain, html]) => plain ?? html ?? '');

/** Anchors as GitHub makes them from headings. */
function anchorsOf(text: string): Set<string> {
	const anchors = new Set<string>();
	for (const [, heading = ''] of text.replace(/^([ \t]*)(`{3,})[\s\S]*?^\1\2/gm, '').matchAll(/^#{1,6} +(.+?) *#*$/gm)) {
		const plain = heading.replace(/!?\[([^\]]*)\]\([^)]*\)/g, '$1').replace(/<[^>]+>/g, '');
		const slug = plain.toLowerCase().replace(/[^\p{L}\p{N}\p{M}\p{Pc} -]/gu, '').replaceAll(' ', '-');
		let anchor = slug;
		for (let count = 1; anchors.has(anchor); count++) anchor = `${slug}-${count}`;
		anchors.add(anchor);
	}
	return anchors;
}

/** How npm's page of the package gets at the pictures. */
const RAW = 'https://raw.githubusercontent.com/n8n-nodes-amocrm-kommo/n8n-nodes-amocrm-kommo/main/';

/** The file that a link of a document leads to, from the root of the repository. */
const targetOf = (document: string, path: string) => relative(ROOT, join(ROOT, dirname(document), decodeURI(path)));

/** Why a link of a document leads nowhere; nothing for a good one. */
function fault(document: string, link: string): string | undefined {
	if (link.startsWith(RAW)) return fault('README.md', link.slice(RAW.length));
	if (/^[a-z]+:/i.test(link)) {
		const { protocol, host } = new URL(link);
		return protocol === 'https:' && OUTSIDE.includes(host) ? undefined : 'is no known outside address';
	}
	const [path = '', anchor] = link.split('#');
	const target = path === '' ? document : targetOf(document, path);
	if (target.startsWith('..') || !existsSync(join(ROOT, target))) return 'leads to no file of the repository';
	if (!statSync(join(ROOT, target)).isDirectory() && !tracked.includes(target)) return 'leads to a file that is not in the repository';
	if (anchor !== undefined && target.endsWith('.md') && !anchorsOf(read(target)).has(decodeURI(anchor))) return 'leads to no heading';
	return undefined;
}

test('every link leads to a file, a heading or a known outside address', () => {
	const links = documents.flatMap((document) => linksOf(read(document)).map((link) => ({ document, link })));
	expect(links.length).toBeGreaterThan(50);
	const bad = links.flatMap(({ document, link }) => {
		const why = fault(document, link);
		return why === undefined ? [] : [`${document}: ${link} ${why}`];
	});
	expect(bad).toEqual([]);
});

test('what the nodes and credentials link to is a heading of the README', () => {
	const sources = tracked.filter((path) => /^(?:nodes|credentials)\/.*\.(?:ts|json)$/.test(path)).map(read);
	const anchors = sources.flatMap((text) => [...text.matchAll(/n8n-nodes-amocrm-kommo#([\w-]+)/g)].map(([, anchor = '']) => anchor));
	expect(anchors.length).toBeGreaterThan(3);
	expect(anchors.filter((anchor) => anchor !== 'readme' && !anchorsOf(read('README.md')).has(anchor))).toEqual([]);
});

test('every page below docs can be reached from the README', () => {
	const seen = new Set<string>();
	const visit = (document: string): void => {
		if (seen.has(document)) return;
		seen.add(document);
		const targets = linksOf(read(document)).filter((link) => !/^[a-z]+:|^#/i.test(link)).map((link) => targetOf(document, link.split('#')[0] ?? ''));
		for (const target of targets) if (documents.includes(target)) visit(target);
	};
	visit('README.md');
	expect(documents.filter((document) => document.startsWith('docs/') && !seen.has(document))).toEqual([]);
});

test.each([
	['examples/en/', /^docs\/recipes\//],
	['examples/', /^docs\/ru\/README\.md$/],
	['examples/en/', /^examples\/README\.md$/],
	['examples/', /^examples\/README\.md$/],
])('every workflow in %s is told of', (folder, pages) => {
	const examples = tracked.filter((path) => path.startsWith(folder) && path.endsWith('.json') && !path.slice(folder.length).includes('/'));
	const linked = documents.filter((document) => pages.test(document)).flatMap((document) => linksOf(read(document)).map((link) => targetOf(document, link)));
	expect(examples.length).toBeGreaterThan(3);
	expect(examples.filter((path) => !linked.includes(path))).toEqual([]);
});

test('every page of a recipe shows its workflow, and pictures are light, dark, shown and small', () => {
	const shown = documents.flatMap((document) => linksOf(read(document)).map((link) => (link.startsWith(RAW) ? link.slice(RAW.length) : targetOf(document, link.split('#')[0] ?? ''))));
	const pictures = tracked.filter((path) => path.startsWith('docs/pictures/'));
	expect(pictures.filter((path) => !shown.includes(path))).toEqual([]);
	expect(pictures.filter((path) => !pictures.includes(path.endsWith('.dark.webp') ? path.replace('.dark.', '.') : path.replace('.webp', '.dark.webp')))).toEqual([]);
	const recipes = documents.flatMap((path) => /^docs\/recipes\/(?!README)([\w-]+)\.md$/.exec(path)?.[1] ?? []);
	// 'npm run pictures' draws them.
	expect(recipes.filter((name) => !pictures.includes(`docs/pictures/${name}.webp`))).toEqual([]);
	expect(pictures.reduce((sum, path) => sum + statSync(join(ROOT, path)).size, 0)).toBeLessThan(1_000_000);
});

test('every fact that the code cites has its section', () => {
	const sections = Object.fromEntries(['core', 'extended'].map((name) => [name, new Set([...read(`docs/amocrm-api/${name}.md`).matchAll(/^#+ (\d+(?:\.\d+)*)/gm)].map(([, number]) => number))]));
	const sources = tracked.filter((path) => /^(?:nodes|credentials|emulator|scripts|test)\/.*\.(?:ts|mjs|md)$/.test(path));
	const cited = sources.flatMap((path) => [...read(path).matchAll(/\b(core|extended) facts §?(\d+(?:\.\d+)*)/g)].map(([, file = '', number = '']) => ({ path, file, number })));
	expect(cited.length).toBeGreaterThan(100);
	expect(cited.filter(({ file, number }) => !sections[file]?.has(number))).toEqual([]);
});

test('no document names a place on somebody\'s machine', () => {
	const places = /(?<![\w.<>~-])(?:\/(?:home|Users|tmp|work|mnt|root)\/\w|[A-Z]:\\Users)/;
	expect(documents.flatMap((document) => read(document).split('\n').filter((line) => places.test(line)).map((line) => `${document}: ${line.slice(0, 80)}`))).toEqual([]);
});
