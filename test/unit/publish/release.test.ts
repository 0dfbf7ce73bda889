import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** `npm run release`, in a repository of its own. */

const SCRIPT = join(__dirname, '..', '..', '..', 'scripts', 'release.mjs');
const TODAY = new Date().toISOString().slice(0, 10);
const CHANGES = `# Changelog\n\nBy hand.\n\n## 0.2.0 (unreleased)\n\n- A thing for users, written by hand.\n\n## 0.1.0 (2026-11-01)\n\n- The first.\n`;

let folder: string;
let remote: string;
const git = (...args: string[]) => execFileSync('git', args, { cwd: folder, encoding: 'utf8' }).trim();
const read = (name: string) => readFileSync(join(folder, name), 'utf8');
const write = (name: string, text: string) => writeFileSync(join(folder, name), text);
const release = (...args: string[]) => {
	const { status, stdout, stderr } = spawnSync(process.execPath, [SCRIPT, ...args], { cwd: folder, encoding: 'utf8' });
	return { status, text: `${stdout}${stderr}` };
};

beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), 'release-'));
	remote = mkdtempSync(join(tmpdir(), 'remote-'));
	execFileSync('git', ['init', '--quiet', '--bare', remote]);
	git('init', '--quiet', '--initial-branch=main');
	git('config', 'user.name', 'Somebody');
	git('config', 'user.email', 'somebody@example.com');
	git('remote', 'add', 'origin', remote);
	write('CHANGELOG.md', CHANGES);
	write('package.json', JSON.stringify({ name: 'example', version: '0.1.0', scripts: { lint: 'node --version' } }));
	write('package-lock.json', JSON.stringify({ name: 'example', version: '0.1.0', lockfileVersion: 3, packages: { '': { name: 'example', version: '0.1.0' } } }));
	git('add', '.');
	git('commit', '--quiet', '--message', 'Begin');
});
afterEach(() => {
	for (const path of [folder, remote]) rmSync(path, { recursive: true, force: true });
});

test('a release dates its section, sets the version, commits, tags and pushes; the rest of the changelog stays', () => {
	expect(release('0.2.0')).toMatchObject({ status: 0 });
	expect(read('CHANGELOG.md')).toBe(CHANGES.replace('(unreleased)', `(${TODAY})`));
	expect([read('package.json'), read('package-lock.json')].map((text) => (JSON.parse(text) as { version: string }).version)).toEqual(['0.2.0', '0.2.0']);
	expect(git('log', '--format=%s', 'main')).toBe('Release 0.2.0\nBegin');
	expect(execFileSync('git', ['tag'], { cwd: remote, encoding: 'utf8' }).trim()).toBe('0.2.0');
	expect(git('status', '--porcelain')).toBe('');
	expect(release('--check', '0.2.0')).toEqual({ status: 0, text: '' });
});

test('a dry run changes nothing', () => {
	expect(release('0.2.0', '--dry-run')).toEqual({ status: 0, text: expect.stringContaining(`## 0.2.0 (${TODAY})`) });
	expect([read('CHANGELOG.md'), git('status', '--porcelain'), git('tag')]).toEqual([CHANGES, '', '']);
});

test.each([
	['no version', [], () => {}, /Say the version/],
	['a tag with a letter', ['v0.2.0'], () => {}, /Say the version/],
	['a version without a section', ['0.3.0'], () => {}, /no section '## 0\.3\.0/],
	['a version that is out', ['0.1.0'], () => {}, /dated already/],
	['a tag that there is', ['0.2.0'], () => git('tag', '0.2.0'), /a tag 0\.2\.0 already/],
	['changes that are not committed', ['0.2.0'], () => write('new.txt', ''), /not committed/],
	['another branch', ['0.2.0'], () => git('switch', '--quiet', '--create', 'other'), /branch main/],
	['a check before the date', ['--check', '0.2.0'], () => {}, /has no date/],
	['a check of another version', ['--check', '0.1.0'], () => write('package-lock.json', '{"version":"0.0.9"}'), /package-lock\.json has the version 0\.0\.9/],
])('%s is refused', (_, args, prepare, reason) => {
	prepare();
	expect(release(...args)).toEqual({ status: 1, text: expect.stringMatching(reason) });
});
