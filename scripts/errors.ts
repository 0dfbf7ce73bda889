import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import * as ts from 'typescript';

/** docs/errors.md: every sentence with which the nodes and the credentials say that something is wrong, read out of their sources. */

const ROOT = join(__dirname, '..');
export const ERRORS_DOCUMENT = join(ROOT, 'docs', 'errors.md');

interface Row {
	/** What happened. */
	says: string;
	/** What to do, in the node's own words. */
	advice: string;
}

const CORRECT = 'Correct the value, or the expression that gives it.';

/** Chapters in the order in which a person meets them. */
const CHAPTERS: Array<[folder: string, title: string, about: string, otherwise?: string]> = [
	['credentials', 'Connecting', "In the window of the credential under *More details*, and in a node that uses it. Of the OAuth2 credential, n8n itself speaks: see [When it does not connect](../README.md#when-it-does-not-connect)."],
	['nodes/AmoCrm/transport', "amoCRM's answers and the network", "Where a message goes on, amoCRM's own words follow it."],
	['nodes/AmoCrm/fields', 'Values', 'In front stands the name of the parameter or field, and the number of the item behind. Nothing of the item was sent.', CORRECT],
	['nodes/AmoCrm/entities', 'Values of single resources', 'As above.', CORRECT],
	['nodes/AmoCrm/operations', 'Operations', 'Whole items and whole runs. What was written before is always told.'],
	['nodes/AmoCrm/pickers', 'Lists of the editor', 'While a form is filled in. Failures of amoCRM and the network are worded as above.'],
	['nodes/AmoCrm/trigger', 'Trigger', 'When a workflow is published, and of deliveries in the log of n8n.'],
];

/** Texts of the form, which are no messages, and words that only get into one: its sentence is listed by itself. */
const NOT_MESSAGES = new Set([
	'action', 'activationMessage', 'activationHint', 'alias', 'default', 'description', 'displayName', 'documentationUrl', 'emptyFieldsNotice', 'eventTriggerDescription',
	'example', 'executionsHelp', 'fieldWords', 'header', 'hint', 'inactive', 'name', 'noDataExpression', 'noFieldsError', 'noun', 'placeholder', 'plan', 'plural', 'scope', 'singular', 'state', 'subtitle', 'active',
]);
/** A message tells what is; what begins like this tells what to do, or what a parameter of the form is for. */
const TELLS = /(?:^|[^\w'])(?:is|are|was|were|cannot|could|does|did|has|have|had|gives|needs|refuse[sd]?|came|takes|took|ignores|changes|holds|goes|leads|match|broke|lets|belongs|shows|starts|accepted|answered|failed|renews|sent|keeps|reports|compares|blocks|gets)(?![\w'])/;
const IS_NO_MESSAGE =
	/^(?:…?[,(]|a talk|a list|only for|several|separated|that were|whose|amoCRM compares|amoCRM gives no reason|it is not checked|It is not known whether amoCRM saved|what was asked|(?:Add|Ask|At most|Change|Check|Choose|Connect|Copy|Count|Create|Enter|Give|How|It may be|Keep|Let|Look|Make|Names|On create|Only|Other integrations|Phone|Remove|Renew|Return|Run|Segments|Send|Switch|Take|Too many requests too|Use|What|Whether|Which)(?![\w']))|per item|cannot be used:$/;
const ERRORS_OF_N8N = /^Node(?:Operation|Api)Error$/;

const sourceOf = (file: string): ts.SourceFile => ts.createSourceFile(file, readFileSync(join(ROOT, file), 'utf8'), ts.ScriptTarget.Latest, true);

/** Text constants that another file of ours exports. */
function importedInto({ fileName, statements }: ts.SourceFile, name: string): ts.Expression | undefined {
	const imports = statements.filter(ts.isImportDeclaration).filter(({ importClause: { namedBindings: names } = {} }) => names && ts.isNamedImports(names) && names.elements.some((element) => element.name.text === name));
	const from = imports.map(({ moduleSpecifier }) => (ts.isStringLiteral(moduleSpecifier) ? moduleSpecifier.text : '')).find((path) => path.startsWith('.'));
	if (from === undefined || !/^[A-Z_]+$/.test(name)) return undefined;
	return constantIn(sourceOf(join(dirname(fileName), `${from}.ts`)), name);
}

const constantIn = ({ statements }: { statements: ts.NodeArray<ts.Statement> }, name: string): ts.Expression | undefined =>
	statements
		.filter(ts.isVariableStatement)
		.flatMap(({ declarationList }) => [...declarationList.declarations])
		.find((declaration) => ts.isIdentifier(declaration.name) && declaration.name.text === name)?.initializer;

/** What a name stands for where it is used: a constant of the function, of the file, or of another one. */
function valueOf(name: ts.Identifier): ts.Expression | undefined {
	for (let scope: ts.Node | undefined = name.parent; scope; scope = scope.parent) {
		if (!ts.isBlock(scope) && !ts.isSourceFile(scope) && !ts.isCaseClause(scope)) continue;
		const found = constantIn(scope, name.text);
		if (found) return found;
	}
	return importedInto(name.getSourceFile(), name.text);
}

/** A text with … for what is filled in; nothing for what is no text. */
function textOf(node: ts.Node, depth = 0): string | undefined {
	if (depth > 4) return undefined;
	const inner = (part: ts.Node | undefined) => part && textOf(part, depth + 1);
	if (ts.isStringLiteralLike(node)) return node.text;
	if (ts.isParenthesizedExpression(node) || ts.isAsExpression(node)) return inner(node.expression);
	if (ts.isTemplateExpression(node)) {
		return node.templateSpans.reduce((text, { expression, literal }) => `${text}${(ts.isIdentifier(expression) && inner(expression)) || '…'}${literal.text}`, node.head.text);
	}
	if (ts.isIdentifier(node)) return inner(valueOf(node));
	if (ts.isCallExpression(node) && ts.isIdentifier(node.expression)) {
		const called = valueOf(node.expression);
		return called && ts.isArrowFunction(called) && !ts.isBlock(called.body) ? inner(called.body) : undefined;
	}
	if (ts.isConditionalExpression(node)) {
		const both = [inner(node.whenTrue), inner(node.whenFalse)].filter((text) => text !== undefined && text !== '');
		return both.length > 0 ? both.join(' *Or:* ') : undefined;
	}
	return undefined;
}

const isSentence = (text: string | undefined): text is string => text !== undefined && /(?:[\p{L}'…]+[,:;]? ){3}/u.test(text.replace(/[^\p{L}'…,:; ]/gu, '')) && !/^[\w-]+$|^\\|\(\?/.test(text);

/** The first sentence says what happened, the others what to do. */
function split(text: string, advice = ''): Row {
	const [says = text, ...rest] = text.split(/(?<=[.…])(?<!e\.g\.) (?=[A-Z])/);
	return { says, advice: [...rest, advice].filter(Boolean).join(' ') };
}

/** What these functions advise by themselves, by the name of the function that words it. */
const USUAL_ADVICE: Record<string, string> = { withoutAnswer: 'unknownAdvice', down: 'unknownAdvice' };

function adviceOfFunction(source: ts.SourceFile, name: string): string | undefined {
	const declarations = source.statements.filter(ts.isVariableStatement).flatMap(({ declarationList }) => [...declarationList.declarations]);
	const found = declarations.find((declaration) => ts.isIdentifier(declaration.name) && declaration.name.text === name)?.initializer;
	return found && ts.isArrowFunction(found) ? textOf(found.body) : undefined;
}

/** What a call or an object says and advises; nothing where it holds no sentence. */
function saidBy(node: ts.Node): Row | undefined {
	const property = (object: ts.Expression | undefined, names: string[]) => {
		const found = object && ts.isObjectLiteralExpression(object) ? object.properties.find((entry) => entry.name && ts.isIdentifier(entry.name) && names.includes(entry.name.text)) : undefined;
		if (!found) return undefined;
		return ts.isPropertyAssignment(found) ? textOf(found.initializer) : ts.isShorthandPropertyAssignment(found) ? textOf(found.name) : undefined;
	};
	if (ts.isObjectLiteralExpression(node)) {
		const message = property(node, ['message']);
		return isSentence(message) ? split(message, property(node, ['advice', 'description'])) : undefined;
	}
	if (!ts.isCallExpression(node) && !ts.isNewExpression(node)) return undefined;
	const texts = (node.arguments ?? []).map((argument) => textOf(argument));
	const first = texts.findIndex(isSentence);
	if (first < 0) return undefined;
	const next = node.arguments?.[first + 1];
	const callee = ts.isIdentifier(node.expression) ? node.expression : undefined;
	const usual = callee && callee.text in USUAL_ADVICE ? adviceOfFunction(node.getSourceFile(), USUAL_ADVICE[callee.text] ?? '') : undefined;
	return split(texts[first] ?? '', isSentence(texts[first + 1]) ? texts[first + 1] : (property(next, ['advice', 'description']) ?? usual));
}

function rowsOf(file: string): Row[] {
	const source = sourceOf(file);
	const rows: Row[] = [];
	const keep = (row: Row, isError: boolean) => {
		const words = row.says.match(/\p{L}{2,}/gu)?.length ?? 0;
		if (words < (isError ? 2 : 3)) return;
		if (isError || (TELLS.test(row.says) && !IS_NO_MESSAGE.test(row.says))) rows.push(row);
	};
	const visit = (node: ts.Node): void => {
		if (ts.isImportDeclaration(node) || ts.isTypeNode(node)) return;
		if (ts.isPropertyAssignment(node) && (ts.isIdentifier(node.name) || ts.isStringLiteral(node.name)) && NOT_MESSAGES.has(node.name.text)) return;
		if (ts.isNewExpression(node) && ts.isIdentifier(node.expression) && node.expression.text === 'RegExp') return;
		const said = saidBy(node);
		if (said) {
			const thrown = ts.isNewExpression(node) && ts.isIdentifier(node.expression) ? node.expression.text : '';
			keep(said, thrown.endsWith('Error'));
			if (ERRORS_OF_N8N.test(thrown)) return;
			return ts.forEachChild(node, (child) => (textOf(child) === undefined && !ts.isObjectLiteralExpression(child) ? visit(child) : undefined));
		}
		const text = ts.isStringLiteralLike(node) || ts.isTemplateExpression(node) ? textOf(node) : undefined;
		if (isSentence(text)) keep(split(text), false);
		else ts.forEachChild(node, visit);
	};
	visit(source);
	return rows;
}

const cell = (text: string) => text.replace(/^ +| +$|\s+(?=\s)/g, '').replaceAll('|', '\\|').replaceAll('<', '&lt;').replaceAll('*Or:*', '<br>Or:') ;

/** The whole document. */
export function errorsDocument(): string {
	const files = execFileSync('git', ['ls-files', '-co', '--exclude-standard', 'nodes/*.ts', 'credentials/*.ts'], { cwd: ROOT, encoding: 'utf8' }).trim().split('\n').sort();
	const chapters = CHAPTERS.flatMap(([folder, title, about, otherwise = '']) => {
		const rows = files.filter((file) => file.startsWith(`${folder}/`)).flatMap(rowsOf);
		const advised = rows.filter(({ advice }) => advice !== '');
		const whole = rows.filter(({ says, advice }) => advice !== '' || !advised.some((other) => other.says === says || other.advice.includes(says)));
		const lines = whole.map(({ says, advice }) => `| ${cell(says)} | ${cell(advice || otherwise)} |`);
		const unique = [...new Set(lines)].sort((a, b) => a.localeCompare(b, 'en'));
		if (unique.length === 0) return [];
		return [`## ${title}`, '', about, '', '| It says | What to do |', '|---|---|', ...unique, ''];
	});
	return [
		'# Errors',
		'',
		"Every message of the nodes and credentials, with the way out where the message itself does not say it. Written by `npm run docs` from the sources: do not edit it by hand. … stands for what is filled in: a value, a name, amoCRM's words. Where nothing stands beside a message, it says all by itself.",
		'',
		'A message is in `error` of an error row, `details` beside it has the advice, the kind of failure and the field. [Limits](limits.md) tells what is repeated by itself.',
		'',
		...chapters,
	]
		.join('\n')
		.trimEnd()
		.concat('\n');
}
