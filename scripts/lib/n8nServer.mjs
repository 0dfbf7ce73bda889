import { mkdirSync } from 'node:fs';
import { delimiter, dirname } from 'node:path';
import { isLine1, n8nProgram, node24 } from './n8nHost.mjs';
import { freePort } from './ports.mjs';
import { startService, waitUntilReady } from './processes.mjs';

/** Settings of another n8n on this machine (its database, its key, its queue) must not reach ours. */
const FOREIGN = /^(N8N_|DB_|QUEUE_|EXECUTIONS_|WEBHOOK_|CREDENTIALS_|GENERIC_|NODES_|NODE_OPTIONS$|NODE_PATH$|npm_|JEST_)/i;

const foreignFree = Object.fromEntries(Object.entries(process.env).filter(([key]) => !FOREIGN.test(key)));

async function environment({ userFolder, port, timezone }) {
	return {
		...foreignFree,
		NODE_ENV: 'production',
		// n8n starts its task runner as plain `node`: that must be Node 24 too.
		PATH: `${dirname(node24)}${delimiter}${process.env.PATH}`,
		N8N_USER_FOLDER: userFolder,
		N8N_HOST: 'localhost',
		N8N_PORT: String(port),
		N8N_LISTEN_ADDRESS: '127.0.0.1',
		N8N_EDITOR_BASE_URL: `http://localhost:${port}`,
		N8N_SECURE_COOKIE: 'false',
		N8N_RUNNERS_BROKER_PORT: String(await freePort()),
		N8N_PYTHON_ENABLED: 'false',
		N8N_UNVERIFIED_PACKAGES_ENABLED: 'true',
		GENERIC_TIMEZONE: timezone ?? Intl.DateTimeFormat().resolvedOptions().timeZone,
		// Nothing here may call home: no telemetry, no look-ups, no banners.
		N8N_DIAGNOSTICS_ENABLED: 'false',
		N8N_VERSION_NOTIFICATIONS_ENABLED: 'false',
		N8N_VERSION_NOTIFICATIONS_WHATS_NEW_ENABLED: 'false',
		N8N_TEMPLATES_ENABLED: 'false',
		N8N_PERSONALIZATION_ENABLED: 'false',
		N8N_DYNAMIC_BANNERS_ENABLED: 'false',
		N8N_HIRING_BANNER_ENABLED: 'false',
		N8N_VERIFIED_PACKAGES_ENABLED: 'false',
		// n8n 1.x does not know these modules, and would not start; and without a pool it mixes up requests that come together.
		...(isLine1 ? { DB_SQLITE_POOL_SIZE: '4' } : { N8N_DISABLED_MODULES: 'mcp-registry,instance-ai' }),
	};
}

/** The address that n8n gives to amoCRM as redirect URL. */
export const redirectUrl = (n8nUrl) => `${n8nUrl}/rest/oauth2-credential/callback`;

/** Settings for the PostgreSQL of `postgres.mjs`. */
export const postgresSettings = (port) => ({
	DB_TYPE: 'postgresdb',
	DB_POSTGRESDB_HOST: '127.0.0.1',
	DB_POSTGRESDB_PORT: String(port),
	DB_POSTGRESDB_USER: 'n8n',
	DB_POSTGRESDB_DATABASE: 'postgres',
});

/**
 * Settings of all processes of an n8n that shares its work between several: through a Redis and a PostgreSQL, as n8n
 * demands (on SQLite it loses executions to a locked database).
 */
const queueSettings = ({ redisPort, postgresPort }) => ({
	...postgresSettings(postgresPort),
	EXECUTIONS_MODE: 'queue',
	OFFLOAD_MANUAL_EXECUTIONS_TO_WORKERS: 'true',
	QUEUE_BULL_REDIS_HOST: '127.0.0.1',
	QUEUE_BULL_REDIS_PORT: String(redisPort),
});

/** Starts the private n8n and resolves when it answers. With `queue` it leaves its executions to workers; `settings` win over ours. */
export async function startN8n({ userFolder, port, timezone, log, ownGroup = true, queue, settings }) {
	mkdirSync(userFolder, { recursive: true });
	const env = { ...(await environment({ userFolder, port, timezone })), ...(queue ? queueSettings(queue) : {}), ...settings };
	const service = startService('n8n', node24, [n8nProgram, 'start'], { cwd: userFolder, env, log, ownGroup });
	const url = `http://localhost:${port}`;
	// n8n 1.x calls itself ready before it has its REST routes.
	await waitUntilReady(service, async () => (await fetch(`${url}/healthz/readiness`)).ok && (await fetch(`${url}/rest/settings`)).ok);
	return { url, service, redirectUrl: redirectUrl(url) };
}

/** Starts one worker of the n8n of this user folder; resolves when it takes work. `settings` win over ours. */
export async function startWorker({ userFolder, queue, log, settings = {} }) {
	const port = await freePort();
	const env = {
		...(await environment({ userFolder, port: await freePort() })),
		...queueSettings(queue),
		QUEUE_HEALTH_CHECK_ACTIVE: 'true',
		QUEUE_HEALTH_CHECK_PORT: String(port),
		N8N_WORKER_SERVER_ADDRESS: '127.0.0.1',
		...settings,
	};
	const service = startService('worker', node24, [n8nProgram, 'worker', '--concurrency=10'], { cwd: userFolder, env, log, ownGroup: false });
	await waitUntilReady(service, async () => (await fetch(`http://localhost:${port}/healthz/readiness`)).ok);
	return service;
}
