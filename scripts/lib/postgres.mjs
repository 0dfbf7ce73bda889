import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { installDebianPackage } from './debian.mjs';
import { logs } from './paths.mjs';
import { answersOn } from './ports.mjs';
import { run, startService, waitUntilReady } from './processes.mjs';

const DEBIAN = '/usr/lib/postgresql';

/** The folder with PostgreSQL's programs: the newest of Debian's, or the one that is named. */
function find() {
	const versions = existsSync(DEBIAN) ? readdirSync(DEBIAN).sort((one, other) => Number(other) - Number(one)) : [];
	return [process.env.POSTGRES_BIN_PATH, ...versions.map((version) => join(DEBIAN, version, 'bin'))].find(
		(folder) => folder && existsSync(join(folder, 'initdb')),
	);
}

/** The PostgreSQL that is there, or Debian's own, installed when we may. */
export async function ensurePostgres() {
	if (!find()) await installDebianPackage('PostgreSQL', 'postgresql');
	if (find()) return;
	throw new Error('This test needs PostgreSQL. Install it (Debian: apt-get install postgresql), or name the folder of its programs in POSTGRES_BIN_PATH.');
}

/** PostgreSQL refuses to run as root: Debian brings a user for it. */
const isRoot = process.getuid?.() === 0;

const asPostgres = (program, args) =>
	isRoot ? ['setpriv', ['--reuid=postgres', '--regid=postgres', '--clear-groups', program, ...args]] : [program, args];

/** A database of its own in a folder for this run: user `n8n`, database `postgres`, no password. */
export async function startPostgres(port) {
	const folder = mkdtempSync(join(tmpdir(), 'postgres-test-'));
	if (isRoot) execFileSync('chown', ['postgres', folder]);
	const data = join(folder, 'data');
	const options = { cwd: folder };
	await run('initdb', ...asPostgres(join(find(), 'initdb'), ['-D', data, '-U', 'n8n', '--auth=trust', '--no-sync', '-E', 'UTF8']), options);
	const settings = ['listen_addresses=127.0.0.1', 'unix_socket_directories=', 'fsync=off'].flatMap((setting) => ['-c', setting]);
	const service = startService('postgres', ...asPostgres(join(find(), 'postgres'), ['-D', data, '-p', String(port), ...settings]), {
		...options,
		log: join(logs, 'postgres.log'),
		ownGroup: false,
	});
	await waitUntilReady(service, async () => await answersOn(port));
	return {
		stop: async () => {
			await service.stop();
			rmSync(folder, { recursive: true, force: true });
		},
	};
}
