import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { root, work } from './paths.mjs';
import { run, runNpm } from './processes.mjs';
import { step } from './progress.mjs';

const packFolder = join(work, 'pack');
const stampFile = join(packFolder, 'stamp');

/** Everything that decides what is in the tarball. */
const SOURCES = [
	'nodes', 'credentials', 'icons', 'index.js', 'package.json', 'tsconfig.json', 'gulpfile.js',
	'README.md', 'LICENSE.md', 'THIRD_PARTY_LICENSES.md',
];

export const { name: packageName } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

function filesIn(path) {
	if (!existsSync(path)) return [];
	if (!statSync(path).isDirectory()) return [path];
	return readdirSync(path).sort().flatMap((entry) => filesIn(join(path, entry)));
}

function fingerprint() {
	const hash = createHash('sha256');
	for (const file of SOURCES.flatMap((source) => filesIn(join(root, source)))) {
		hash.update(file.slice(root.length)).update('\0').update(readFileSync(file)).update('\0');
	}
	return hash.digest('hex');
}

/** The tarball as it was packed last, and the fingerprint of its sources. */
export function packedTarball() {
	const name = existsSync(packFolder) && readdirSync(packFolder).find((file) => file.endsWith('.tgz'));
	if (!name || !existsSync(stampFile)) return undefined;
	return { file: join(packFolder, name), stamp: readFileSync(stampFile, 'utf8') };
}

/** Builds and packs the package where its sources have changed. */
export async function ensureTarball() {
	const stamp = fingerprint();
	if (packedTarball()?.stamp !== stamp) {
		rmSync(packFolder, { recursive: true, force: true });
		mkdirSync(packFolder, { recursive: true });
		await step('Building the package', async () => {
			await run('build', process.execPath, [join(root, 'node_modules', 'gulp', 'bin', 'gulp.js'), 'build']);
		});
		await step('Packing the package', async () => {
			await runNpm('pack', ['pack', '--ignore-scripts', '--pack-destination', packFolder], { cwd: root });
		});
		writeFileSync(stampFile, stamp);
	}
	return packedTarball();
}

/** Builds and packs the package as a commit has it, under another version; gives the tarball. */
export async function packCommit(commit, version) {
	const packed = join(work, 'earlier', commit, `${packageName}-${version}.tgz`);
	if (existsSync(packed)) return packed;
	const folder = mkdtempSync(join(tmpdir(), 'earlier-'));
	await step(`Building the package as it was at ${commit}`, async () => {
		await run('archive', 'git', ['archive', '--output', join(folder, 'source.tar'), commit]);
		await run('unpack', 'tar', ['-xf', join(folder, 'source.tar'), '-C', folder]);
		const manifest = join(folder, 'package.json');
		writeFileSync(manifest, JSON.stringify({ ...JSON.parse(readFileSync(manifest, 'utf8')), version }));
		symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'), 'dir');
		await run('build-earlier', process.execPath, [join(root, 'node_modules', 'gulp', 'bin', 'gulp.js'), 'build'], { cwd: folder });
		mkdirSync(dirname(packed), { recursive: true });
		await runNpm('pack-earlier', ['pack', '--ignore-scripts', '--pack-destination', dirname(packed)], { cwd: folder });
	});
	rmSync(folder, { recursive: true, force: true });
	return packed;
}

/**
 * Installs the tarball into n8n's user folder, as n8n's documented manual installation does.
 * The peer dependency n8n-workflow is left out: n8n hands its own to the node.
 */
export async function installTarball(userFolder, tarball) {
	const folder = join(userFolder, '.n8n', 'nodes');
	const installed = join(folder, 'stamp');
	if (existsSync(installed) && readFileSync(installed, 'utf8') === tarball.stamp) return;

	rmSync(folder, { recursive: true, force: true });
	mkdirSync(folder, { recursive: true });
	writeFileSync(join(folder, 'package.json'), '{ "name": "installed-nodes", "private": true }\n');
	await runNpm('install-tarball', ['install', tarball.file, '--ignore-scripts', '--omit=peer', '--legacy-peer-deps'], { cwd: folder });
	writeFileSync(installed, tarball.stamp);
}
