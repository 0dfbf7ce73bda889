import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';

/**
 * `npm run release -- 1.2.3`: what `n8n-node release` does on a developer's machine, but for the changelog, which people
 * write here. It dates the section of this version, sets the version, commits, tags and pushes; nothing is published.
 * The tag starts `.github/workflows/publish.yml`, which runs every suite and publishes with n8n's tool.
 *
 * `--dry-run` says what it would do; `--check 1.2.3` only looks whether that version is ready to be published.
 */
const CHANGELOG = 'CHANGELOG.md';
const VERSION = /^\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?$/;
const UNRELEASED = '(unreleased)';

const git = (...args) => execFileSync('git', args, { encoding: 'utf8' }).trim();
const versionOf = (file) => JSON.parse(readFileSync(file, 'utf8')).version;

/** The heading of a version's section, and the lines of the section. */
function sectionOf(version) {
	const sections = readFileSync(CHANGELOG, 'utf8').split(/^(?=## )/m);
	const section = sections.find((text) => text.startsWith(`## ${version} (`) || text.startsWith(`## ${version}\n`));
	if (section === undefined) throw new Error(`${CHANGELOG} has no section '## ${version} ${UNRELEASED}'. Write what users get first.`);
	if (!/^- \S/m.test(section)) throw new Error(`The section of ${version} in ${CHANGELOG} is empty.`);
	return section.split('\n')[0];
}

function check(version) {
	const heading = sectionOf(version);
	if (!new RegExp(`^## ${version.replaceAll('.', '\\.')} \\(\\d{4}-\\d{2}-\\d{2}\\)$`).test(heading)) throw new Error(`'${heading}' in ${CHANGELOG} has no date.`);
	for (const file of ['package.json', 'package-lock.json']) {
		if (versionOf(file) !== version) throw new Error(`${file} has the version ${versionOf(file)}, not ${version}.`);
	}
}

function release(version, isDryRun) {
	const heading = sectionOf(version);
	if (!heading.endsWith(` ${UNRELEASED}`)) throw new Error(`'${heading}' in ${CHANGELOG} is dated already.`);
	if (git('rev-parse', '--abbrev-ref', 'HEAD') !== 'main') throw new Error('Releases are made on the branch main.');
	if (git('status', '--porcelain') !== '') throw new Error('There are changes that are not committed.');
	if (git('tag', '--list', version) !== '') throw new Error(`There is a tag ${version} already.`);

	const dated = heading.replace(UNRELEASED, `(${new Date().toISOString().slice(0, 10)})`);
	if (isDryRun) {
		console.log(`Would write '${dated}', set the version to ${version}, run lint, commit, tag ${version} and push both.`);
		return;
	}
	writeFileSync(CHANGELOG, readFileSync(CHANGELOG, 'utf8').replace(heading, dated));
	execFileSync('npm', ['version', version, '--no-git-tag-version', '--allow-same-version', '--ignore-scripts'], { stdio: 'inherit' });
	check(version);
	execFileSync('npm', ['run', 'lint'], { stdio: 'inherit' });
	git('commit', '--all', '--message', `Release ${version}`);
	git('tag', '--annotate', version, '--message', version);
	git('push', '--atomic', 'origin', 'main', version);
	console.log(`${version} is tagged. GitHub publishes it when its tests have passed.`);
}

try {
	const { values, positionals } = parseArgs({ allowPositionals: true, options: { check: { type: 'boolean' }, 'dry-run': { type: 'boolean' } } });
	const [version = ''] = positionals;
	if (positionals.length !== 1 || !VERSION.test(version)) throw new Error('Say the version: npm run release -- 1.2.3');
	if (values.check) check(version);
	else release(version, Boolean(values['dry-run']));
} catch (error) {
	console.error(error.message);
	process.exitCode = 1;
}
