import { parseArgs } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { startEmulator, type EmulatorOptions } from './index';

/** `tsx emulator/cli.ts --port 4300 --language ru --seed demo --redirect-uri URL --latency 0 --no-rate-limit --data FILE` */

const HELP = `An amoCRM account on your machine, for development and demos.

  --port 4300           port of the account and its board
  --host 127.0.0.1      address to listen on
  --allow-host NAME     answer under this name too, besides localhost; may be repeated
  --language ru|en      language of the account, ru unless FILE says otherwise
  --seed demo|cards|empty  what a new account holds; cards: leads, contacts, companies, tasks; demo: those and all that surrounds them
  --redirect-uri URL    redirect URI registered for the integration
  --latency 0           milliseconds added to every API answer
  --no-rate-limit       without amoCRM's 7 requests per second
  --data FILE           keep the account, its tokens and webhooks in this file between runs (SQLite)
  --verbose             log every request`;

function readOptions(): EmulatorOptions {
	const { values } = parseArgs({
		options: {
			port: { type: 'string', default: '4300' },
			host: { type: 'string', default: '127.0.0.1' },
			'allow-host': { type: 'string', multiple: true, default: [] },
			language: { type: 'string' },
			seed: { type: 'string', default: 'demo' },
			'redirect-uri': { type: 'string' },
			latency: { type: 'string', default: '0' },
			'no-rate-limit': { type: 'boolean', default: false },
			data: { type: 'string' },
			verbose: { type: 'boolean', default: false },
			help: { type: 'boolean', default: false },
		},
	});
	if (values.help) {
		console.log(HELP);
		process.exit(0);
	}
	return {
		port: wholeNumber('--port', values.port),
		host: values.host,
		allowedHosts: values['allow-host'],
		language: values.language === undefined ? undefined : oneOf('--language', values.language, ['ru', 'en'] as const),
		seed: oneOf('--seed', values.seed, ['demo', 'cards', 'empty'] as const),
		redirectUri: values['redirect-uri'],
		latencyMs: wholeNumber('--latency', values.latency),
		rateLimit: values['no-rate-limit'] ? false : { integration: 7, account: 50 },
		data: values.data,
		logger: values.verbose,
	};
}

function wholeNumber(name: string, text: string): number {
	if (!/^\d+$/.test(text)) throw new Error(`${name} takes a number, not "${text}"`);
	return Number(text);
}

function oneOf<T extends string>(name: string, text: string, known: readonly T[]): T {
	const found = known.find((value) => value === text);
	if (found === undefined) throw new Error(`${name} takes ${known.join(' or ')}, not "${text}"`);
	return found;
}

/** It runs beside n8n and a browser: collect garbage a little more often, and stay small. */
setFlagsFromString('--heap-growing-percent=10');

async function main(): Promise<void> {
	const options = readOptions();
	const emulator = await startEmulator(options);
	const { clientId, clientSecret, redirectUri } = emulator.integration;
	console.log(
		[
			`amoCRM emulator  ${emulator.url}   (board: open it in a browser)`,
			`  Integration ID ${clientId}`,
			`  Secret key     ${clientSecret}`,
			`  Redirect URI   ${redirectUri}`,
			`  Control API    ${emulator.url}/__emulator/state`,
			'  Ctrl-C stops it.',
		].join('\n'),
	);
	let closing = false;
	for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
		process.on(signal, () => {
			if (closing) return;
			closing = true;
			emulator.close().then(() => process.exit(0), fail);
		});
	}
}

function fail(error: NodeJS.ErrnoException): never {
	console.error(error.code === 'EADDRINUSE' ? 'This port is taken. Choose another one with --port.' : error.message);
	process.exit(1);
}

main().catch(fail);
