import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { installDebianPackage } from './debian.mjs';
import { logs } from './paths.mjs';
import { answersOn } from './ports.mjs';
import { startService, waitUntilReady } from './processes.mjs';

const KNOWN = [process.env.REDIS_SERVER_PATH, '/usr/bin/redis-server', '/usr/local/bin/redis-server', '/opt/homebrew/bin/redis-server'];

const find = () => KNOWN.find((path) => path && existsSync(path));

/** The Redis server that is there, or Debian's own, installed when we may. */
export async function ensureRedis() {
	if (!find()) await installDebianPackage('Redis', 'redis-server');
	const program = find();
	if (program) return program;
	throw new Error('The queue test needs Redis. Install it (Debian: apt-get install redis-server), or name the program in REDIS_SERVER_PATH.');
}

/** A Redis of its own, in memory alone. */
export async function startRedis(port) {
	const args = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'];
	const service = startService('redis', find(), args, { log: join(logs, 'redis.log'), ownGroup: false });
	await waitUntilReady(service, async () => await answersOn(port));
	return service;
}
