import { existsSync } from 'node:fs';
import { run } from './processes.mjs';
import { step } from './progress.mjs';

/** Installs one of Debian's packages, where this is Debian and we may. */
export async function installDebianPackage(title, name) {
	if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) return;
	const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
	await step(`Installing ${title}`, async () => {
		await run('apt-update', 'apt-get', ['update'], { env });
		await run('apt-install', 'apt-get', ['install', '-y', '--no-install-recommends', name], { env });
	});
}
