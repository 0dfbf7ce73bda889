import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { owner, seedN8n } from './lib/demo.mjs';
import { emulatorCommand } from './lib/emulator.mjs';
import { ensureN8n } from './lib/n8nHost.mjs';
import { redirectUrl, startN8n } from './lib/n8nServer.mjs';
import { ensureTarball, installTarball } from './lib/pack.mjs';
import { work } from './lib/paths.mjs';
import { isPortFree } from './lib/ports.mjs';
import { startService, stopAll, stopEverythingOnSignals, tail, waitUntilReady } from './lib/processes.mjs';
import { say, step } from './lib/progress.mjs';
import { ensureDependencies } from './lib/setup.mjs';

const HELP = `npm start -- [options]

Starts an n8n with this package installed, and an amoCRM emulator beside it.

  --n8n-port <port>        default 5678
  --emulator-port <port>   default 4300
  --language <ru|en>       language of the emulated account, default ru
  --help

Everything it keeps is in the folder .work, the emulated account with all that was written to it as well:
what you have connected stays connected. Delete the folder to begin anew.`;

const OPTIONS = {
	'n8n-port': { type: 'string', default: '5678' },
	'emulator-port': { type: 'string', default: '4300' },
	language: { type: 'string', default: 'ru' },
	help: { type: 'boolean', default: false },
};

function readOptions() {
	const { values } = parseArgs({ options: OPTIONS });
	const port = (name) => {
		const number = Number(values[name]);
		if (!Number.isInteger(number) || number < 1 || number > 65535) throw new Error(`--${name} takes a port number, not '${values[name]}'.`);
		return number;
	};
	if (!['ru', 'en'].includes(values.language)) throw new Error(`--language takes ru or en, not '${values.language}'.`);
	return { help: values.help, language: values.language, n8nPort: port('n8n-port'), emulatorPort: port('emulator-port') };
}

/** Both ports are checked before anything is installed: a taken one must not cost five minutes of waiting. */
async function checkPorts({ n8nPort, emulatorPort }) {
	if (n8nPort === emulatorPort) throw new Error('n8n and the emulator need two different ports.');
	for (const [name, option, port] of [['n8n', 'n8n-port', n8nPort], ['the emulator', 'emulator-port', emulatorPort]]) {
		if (await isPortFree(port)) continue;
		throw new Error(
			`Port ${port} for ${name} is taken (is another npm start running?). Choose another one:\n\n  npm start -- --${option} ${port + 1}`,
		);
	}
}

async function startEmulator({ emulatorPort, language, n8nPort }) {
	const url = `http://localhost:${emulatorPort}`;
	const [command, args] = emulatorCommand([
		'--port', String(emulatorPort),
		'--language', language,
		'--seed', 'demo',
		'--redirect-uri', redirectUrl(`http://localhost:${n8nPort}`),
		'--data', join(work, `emulator-${language}.sqlite`),
	]);
	const service = startService('emulator', command, args);
	await waitUntilReady(service, async () => (await fetch(`${url}/__emulator/state`)).ok);
	// n8n refreshes tokens without a redirect_uri; whether amoCRM insists on one is not known.
	await fetch(`${url}/__emulator/switches`, {
		method: 'POST',
		headers: { 'content-type': 'application/json' },
		body: JSON.stringify({ strictRefreshRedirectUri: false }),
	});
	return { url, service };
}

const block = ({ n8n, emulator, workflowId, credentialId, allow }) => `
  n8n        ${n8n.url}
  login      ${owner.email}
  password   ${owner.password}
  amoCRM     ${emulator.url}   (the emulated account: its board shows what your workflows do)

  1. Connect the account:  ${n8n.url}/home/credentials/${credentialId}
     Click 'Connect', then '${allow}' in the window that opens.
  2. Run the demo:         ${n8n.url}/workflow/${workflowId}
     Click 'Execute workflow', and watch the board.

  Ctrl-C stops everything.
`;

let stopping = false;

async function main() {
	const options = readOptions();
	if (options.help) return say(HELP);
	await checkPorts(options);
	stopEverythingOnSignals(() => {
		stopping = true;
		say('\nStopping …');
	});

	await ensureDependencies();
	await ensureN8n();
	const tarball = await ensureTarball();
	const userFolder = join(work, 'n8n');
	await installTarball(userFolder, tarball);

	const [n8n, emulator] = await step('Starting n8n and the emulator', async () =>
		await Promise.all([startN8n({ userFolder, port: options.n8nPort }), startEmulator(options)]),
	);
	const seeded = await seedN8n(n8n.url, emulator.url, options.language);
	say(block({ n8n, emulator, ...seeded, allow: options.language === 'ru' ? 'Разрешить' : 'Allow' }));

	const ended = await Promise.race([n8n.service, emulator.service].map(async (service) => {
		await service.exit;
		return service;
	}));
	throw new Error(`${ended.name} has stopped by itself. The end of ${ended.logFile}:\n\n${tail(ended.logFile)}`);
}

try {
	await main();
} catch (error) {
	// Whatever ends while we stop, ends because we stop it.
	if (stopping) await new Promise(() => {});
	process.stderr.write(`\n${error.message}\n`);
	await stopAll();
	process.exit(1);
}
