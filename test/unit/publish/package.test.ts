import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, relative } from 'node:path';

/** What people get: built by either tool, packed, and loaded. */

const ROOT = join(__dirname, '..', '..', '..');
/** What does not go into a package, but is too large to be copied for nothing. */
const ASIDE = ['.github', 'emulator', 'scripts', 'test'];
const LIMIT = 350_000;

interface Package {
	dependencies?: Record<string, string>;
	optionalDependencies?: Record<string, string>;
	peerDependencies: Record<string, string>;
	n8n: { strict: boolean; credentials: string[]; nodes: string[] };
}
const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as Package;
const classes = [...manifest.n8n.credentials, ...manifest.n8n.nodes].map((file) => basename(file).split('.')[0] ?? '').sort();

let folder: string;
beforeAll(() => {
	folder = mkdtempSync(join(tmpdir(), 'package-'));
	const tracked = execFileSync('git', ['ls-files', '-co', '--exclude-standard'], { cwd: ROOT, encoding: 'utf8' }).trim().split('\n');
	for (const file of tracked.filter((path) => !ASIDE.includes(path.split('/')[0] ?? '') && existsSync(join(ROOT, path)))) cpSync(join(ROOT, file), join(folder, file));
	symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'), 'dir');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const run = (program: string[], ...args: string[]) => execFileSync(process.execPath, [join(ROOT, 'node_modules', ...program), ...args], { cwd: folder, encoding: 'utf8', stdio: 'pipe' });

/** Every file below `dist` with a hash of what is in it. */
function built(): Record<string, string> {
	const dist = join(folder, 'dist');
	const files = readdirSync(dist, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
	const paths = files.map((entry) => join(entry.parentPath, entry.name)).sort();
	return Object.fromEntries(paths.map((path) => [relative(dist, path), createHash('sha256').update(readFileSync(path)).digest('hex')]));
}

test("n8n's tool and gulp build the same", () => {
	run(['@n8n', 'node-cli', 'bin', 'n8n-node.mjs'], 'build');
	const byTool = built();
	run(['gulp', 'bin', 'gulp.js'], 'build');
	expect(Object.keys(byTool)).toContain('nodes/AmoCrm/AmoCrm.node.js');
	expect(built()).toEqual(byTool);
});

test('the package holds what n8n loads, its licences and one README in English, and is small', () => {
	const packed = execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], { cwd: folder, encoding: 'utf8', stdio: 'pipe' });
	const [tarball] = JSON.parse(packed) as [{ size: number; files: Array<{ path: string }> }];
	const paths = tarball.files.map(({ path }) => path);
	expect(paths.filter((path) => !path.startsWith('dist/')).sort()).toEqual(['LICENSE.md', 'README.md', 'THIRD_PARTY_LICENSES.md', 'index.js', 'package.json']);
	expect(paths.filter((path) => path.startsWith('dist/') && !/^dist\/(?:nodes\/AmoCrm|credentials)\/[\w/.]+\.js(?:on)?$|^dist\/icons\/\w+(?:\.dark)?\.svg$/.test(path))).toEqual([]);
	expect(paths).toEqual(expect.arrayContaining([...manifest.n8n.credentials, ...manifest.n8n.nodes]));
	expect(readFileSync(join(folder, 'README.md'), 'utf8').match(/[а-яё]{3,}/gi)?.length ?? 0).toBeLessThan(5);
	expect(tarball.size).toBeLessThan(LIMIT);
});

test('whoever requires it gets every node and every credential', () => {
	const names = execFileSync(process.execPath, ['-p', 'Object.keys(require(".")).sort().join()'], { cwd: folder, encoding: 'utf8' });
	expect(names.trim().split(',')).toEqual(classes);
});

test('it brings nothing with it that could be attacked', () => {
	expect([manifest.dependencies, manifest.optionalDependencies]).toEqual([undefined, undefined]);
	expect(manifest.peerDependencies).toEqual({ 'n8n-workflow': '*' });
});

test("n8n's linter runs as n8n has it: strict, with its own config", () => {
	const template = join(ROOT, 'node_modules', '@n8n', 'node-cli', 'dist', 'template', 'templates', 'shared', 'default', 'eslint.config.mjs');
	expect(manifest.n8n.strict).toBe(true);
	expect(readFileSync(join(ROOT, 'eslint.config.mjs'), 'utf8')).toBe(readFileSync(template, 'utf8'));
});
