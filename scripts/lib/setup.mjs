import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './paths.mjs';
import { runNpm } from './processes.mjs';
import { step } from './progress.mjs';

const readJson = (file) => JSON.parse(readFileSync(file, 'utf8'));

/**
 * Whether a folder's node_modules hold what its lockfile names. npm writes the list of what it installed
 * to `node_modules/.package-lock.json` at the very end, so an interrupted install counts as none.
 */
export function isInstalled(folder) {
	const record = join(folder, 'node_modules', '.package-lock.json');
	if (!existsSync(record)) return false;
	const installed = readJson(record).packages;
	return Object.entries(readJson(join(folder, 'package-lock.json')).packages)
		.filter(([path, entry]) => path !== '' && !entry.optional && !entry.devOptional && !entry.extraneous)
		.every(([path, entry]) => installed[path]?.version === entry.version);
}

export function checkNodeVersion() {
	const major = Number(process.versions.node.split('.')[0]);
	if (major < 20) throw new Error(`This needs Node.js 20 or newer; you run ${process.versions.node}.`);
}

/** Installs the development dependencies where they are missing or older than the lockfile. */
export async function ensureDependencies() {
	checkNodeVersion();
	if (isInstalled(root)) return;
	await step('Installing the development dependencies', async () => {
		await runNpm('npm-ci', ['ci', '--ignore-scripts'], { cwd: root });
	});
}
