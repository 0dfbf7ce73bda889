import { createRequire } from 'node:module';
import type { ConnectionOptions, TLSSocket } from 'node:tls';
import { generate } from 'selfsigned';
import { startEmulator, type Emulator, type EmulatorOptions } from '../../emulator';

/**
 * The emulator under amoCRM's own host names, over HTTPS, for clients that know no others.
 * Nothing outside this process changes: the certificate lives in memory, and only this process's TLS connections
 * to *.amocrm.ru go to the emulator instead of the network.
 */
export interface RealHost {
	emulator: Emulator;
	/** `demo.amocrm.ru` */
	domain: string;
	close(): Promise<void>;
}

const DOMAIN = 'demo.amocrm.ru';
const DRIVE = 'drive-b.amocrm.ru';
const AMOCRM = /(^|\.)amocrm\.ru$/;

// The module that Node's own https and fetch use, not a copy of its exports.
const tls = createRequire(__filename)('node:tls') as { connect: (options: ConnectionOptions, ...rest: unknown[]) => TLSSocket };

export async function openRealHost(options: EmulatorOptions = {}): Promise<RealHost> {
	const { private: key, cert } = await certificate();
	const emulator = await startEmulator({ language: 'en', ...options, tls: { key, cert } });
	const { world } = emulator;
	const drivePort = world.driveUrl === '' ? undefined : Number(new URL(world.driveUrl).port);
	const accountPort = Number(new URL(emulator.url).port);
	world.url = `https://${DOMAIN}`;
	if (drivePort !== undefined) world.driveUrl = `https://${DRIVE}`;
	const restore = redirect((host) => (host === DRIVE ? drivePort : accountPort), cert);
	return {
		emulator,
		domain: DOMAIN,
		async close() {
			restore();
			await emulator.close();
		},
	};
}

const certificate = () =>
	generate([{ name: 'commonName', value: DOMAIN }], {
		keySize: 2048,
		extensions: [
			{ name: 'basicConstraints', cA: true },
			{ name: 'subjectAltName', altNames: [{ type: 2, value: '*.amocrm.ru' }] },
		],
	});

/** Sends this process's TLS connections for amoCRM's hosts to local ports, trusting the certificate there. */
function redirect(portOf: (host: string) => number | undefined, ca: string): () => void {
	const original = tls.connect;
	tls.connect = (options, ...rest) => {
		const host = options.servername || options.host || '';
		const port = AMOCRM.test(host) ? portOf(host) : undefined;
		return original.call(tls, port === undefined ? options : { ...options, host: '127.0.0.1', port, servername: host, ca }, ...rest);
	};
	return () => {
		tls.connect = original;
	};
}
