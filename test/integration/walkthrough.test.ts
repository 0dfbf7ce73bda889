import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as ts from 'typescript';

import type { World } from './world';

/** Follows "Add a resource" of CONTRIBUTING.md: its declaration and its row go into a copy of the table, and the node works with that. */

const ROOT = join(__dirname, '..', '..');
const NODE = join(ROOT, 'nodes', 'AmoCrm');
const ENTITY = './entities/chatTemplate';

const guide = readFileSync(join(ROOT, 'CONTRIBUTING.md'), 'utf8');
const [declaration = '', row = ''] = [...guide.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, code]) => (code ?? '').replace(/^ {3}/gm, ''));

/** Runs TypeScript as if it stood in `folder`. */
function moduleOf(code: string, folder: string, known: Record<string, unknown> = {}): Record<string, unknown> {
	const { outputText } = ts.transpileModule(code, { compilerOptions: { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022 } });
	const exported = {};
	const load = (name: string): unknown => known[name] ?? jest.requireActual(name.startsWith('.') ? join(folder, name) : name);
	new Function('require', 'exports', outputText)(load, exported);
	return exported;
}

/** menu.ts with one more import and one more row. */
function menuWithIt(): Record<string, unknown> {
	const menu = readFileSync(join(NODE, 'menu.ts'), 'utf8');
	const MENU_ROWS = /(const MENU: .*\[\n)/;
	expect(menu).toMatch(MENU_ROWS);
	const others = menu.replace(/^import \{ chatTemplate \}.*\n/m, '');
	const code = `import { chatTemplate } from '${ENTITY}';\n${others.replace(MENU_ROWS, `$1${row}`)}`;
	return moduleOf(code, NODE, { [ENTITY]: moduleOf(declaration, join(NODE, 'entities')) });
}

let world: World;

beforeAll(async () => {
	jest.doMock(join(NODE, 'menu.ts'), menuWithIt);
	const { openWorld } = await import('./world');
	world = await openWorld();
});
afterAll(async () => await world.close());

const run = async (operation: string, parameters: object = {}, items?: object[]) => {
	const { rows, error } = await world.run({ resource: 'chatTemplate', operation, ...parameters }, { items: items as never });
	expect(error).toBeUndefined();
	return rows.map(({ json }) => json);
};

test('the guide shows a declaration and a row', () => {
	expect(declaration).toContain('entity({');
	expect(row).toBe('\t[chatTemplate, SETTING],\n');
});

test('the declaration has the types of one', () => {
	const file = join(NODE, 'entities', 'chatTemplate.guide.ts');
	const { config } = ts.readConfigFile(join(ROOT, 'tsconfig.json'), ts.sys.readFile) as { config: { compilerOptions: object } };
	const { options } = ts.convertCompilerOptionsFromJson({ ...config.compilerOptions, noEmit: true, skipLibCheck: true }, ROOT);
	const host = ts.createCompilerHost(options);
	const { fileExists, getSourceFile } = host;
	host.fileExists = (name) => name === file || fileExists(name);
	host.getSourceFile = (name, ...rest) => (name === file ? ts.createSourceFile(name, declaration, ts.ScriptTarget.ES2022) : getSourceFile(name, ...rest));
	const program = ts.createProgram([file], options, host);
	const source = program.getSourceFile(file);
	expect(program.getSemanticDiagnostics(source).map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, ' '))).toEqual([]);
});

test('the node then creates, reads, lists, changes and deletes such records', async () => {
	const byId = { chatTemplateId: { __rl: true, mode: 'id', value: '={{ $json.id }}' } };
	const items = [{ name: 'First', content: 'Hello' }, { name: 'Second', content: 'Good day' }];
	const created = await run('create', { name: '={{ $json.name }}', content: '={{ $json.content }}' }, items);
	expect(created).toMatchObject(items);
	expect(world.requests('POST', '/chats/templates')).toHaveLength(1);
	expect(await run('get', byId, created)).toMatchObject(items);
	expect(await run('getAll', { returnAll: true })).toEqual(expect.arrayContaining(items.map((item) => expect.objectContaining(item))));
	await run('update', { ...byId, updateFields: { content: 'Bye' } }, created);
	expect(await run('get', byId, created)).toMatchObject(items.map(({ name }) => ({ name, content: 'Bye' })));
	expect(await run('delete', byId, created)).toEqual(created.map(({ id }) => ({ id, deleted: true })));
	expect(await run('getAll', { returnAll: true })).toEqual([]);
});
