import { execSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import * as ts from 'typescript';

/** The house: which room may look into which, and how functions are called. What ships must keep to it. */

const ROOT = join(__dirname, '..', '..');
const sourcesOf = (...patterns: string[]): Map<string, ts.SourceFile> => {
	const files = execSync(`git ls-files -co --exclude-standard ${patterns.map((pattern) => `'${pattern}'`).join(' ')}`, { cwd: ROOT, encoding: 'utf8' });
	return new Map(
		files
			.trim()
			.split('\n')
			.filter((file) => existsSync(join(ROOT, file)))
			.map((file) => [file, ts.createSourceFile(file, readFileSync(join(ROOT, file), 'utf8'), ts.ScriptTarget.Latest, true)]),
	);
};
const sources = sourcesOf('nodes/*.ts', 'credentials/*.ts');

/** A face (`*.node.ts`, `menu.ts`) stands above all rooms. */
const roomOf = (file: string): string => /^nodes\/AmoCrm\/(\w+)\//.exec(file)?.[1] ?? (file.startsWith('credentials/') ? 'credentials' : 'face');

/** The rooms that each room may import; `transport` as a type only from `entities`. */
const ALLOWED: Record<string, string[]> = {
	face: ['entities', 'operations', 'pickers', 'trigger'],
	trigger: ['credentials', 'entities', 'fields', 'operations', 'pickers', 'transport'],
	operations: ['entities', 'fields', 'transport'],
	pickers: ['entities', 'fields', 'transport'],
	entities: ['fields', 'transport'],
	fields: ['transport'],
	transport: ['credentials'],
	credentials: [],
};

interface Import {
	from: string;
	to: string;
	isType: boolean;
}

const importsOf = (all: Map<string, ts.SourceFile>): Import[] =>
	[...all].flatMap(([from, source]) =>
		source.statements.flatMap((statement) => {
			if (!ts.isImportDeclaration(statement) && !ts.isExportDeclaration(statement)) return [];
			const name = (statement.moduleSpecifier as ts.StringLiteral | undefined)?.text;
			if (!name?.startsWith('.')) return [];
			const path = normalize(join(dirname(from), name));
			const to = [`${path}.ts`, `${path}/index.ts`].find((file) => all.has(file));
			const isType = ts.isImportDeclaration(statement) && statement.importClause?.isTypeOnly === true;
			return to === undefined ? [] : [{ from, to, isType }];
		}),
	);
const imports = importsOf(sources);

test('imports run one way', () => {
	const upward = imports.filter(({ from, to }) => roomOf(from) !== roomOf(to) && !ALLOWED[roomOf(from)]?.includes(roomOf(to)));
	expect(upward.map(({ from, to }) => `${from} -> ${to}`)).toEqual([]);
	const entitiesThatSend = imports.filter(({ from, to, isType }) => roomOf(from) === 'entities' && roomOf(to) === 'transport' && !isType);
	expect(entitiesThatSend).toEqual([]);
});

test.each([
	['what ships', sources],
	['the emulator', sourcesOf('emulator/*.ts')],
])('no file of %s imports itself by a way around, not even for a type', (_house, all) => {
	const edges = new Map<string, string[]>();
	for (const { from, to } of importsOf(all)) edges.set(from, [...(edges.get(from) ?? []), to]);
	const circles: string[] = [];
	const done = new Set<string>();
	const visit = (file: string, path: string[]): void => {
		if (path.includes(file)) circles.push([...path.slice(path.indexOf(file)), file].join(' > '));
		else if (!done.has(file)) {
			for (const to of edges.get(file) ?? []) visit(to, [...path, file]);
			done.add(file);
		}
	};
	for (const file of all.keys()) visit(file, []);
	expect(circles).toEqual([]);
});

/** Calls of functions that are not ours may need a flag. */
const FOREIGN = new Set(['includes', 'push', 'fill', 'resolve']);

test('no function takes five arguments or a bare flag', () => {
	const found: string[] = [];
	for (const [file, source] of sources) {
		const visit = (node: ts.Node): void => {
			const at = () => `${file}:${source.getLineAndCharacterOfPosition(node.getStart()).line + 1}`;
			if (ts.isFunctionLike(node) && node.parameters.length >= 5) found.push(`${at()} takes ${node.parameters.length} arguments`);
			if (ts.isCallExpression(node)) {
				const name = node.expression.getText().split('.').pop() ?? '';
				const hasFlag = node.arguments.some(({ kind }) => kind === ts.SyntaxKind.TrueKeyword || kind === ts.SyntaxKind.FalseKeyword);
				// The last argument of n8n's getNodeParameter, and of our reading of it, is the value of a parameter that is not set.
				if (hasFlag && !FOREIGN.has(name) && !/^(?:getNodeParameter|parameter)$/.test(name)) found.push(`${at()} calls ${name} with a bare flag`);
			}
			ts.forEachChild(node, visit);
		};
		visit(source);
	}
	expect(found).toEqual([]);
});
