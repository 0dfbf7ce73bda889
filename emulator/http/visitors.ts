import type { FastifyInstance, FastifyRequest } from 'fastify';
import { forbidden } from './problems';

/**
 * The emulator has known secrets and takes orders without a password, so no page of the web may reach it: neither under a
 * name of its own that it points to this machine, nor from the browser of the developer who runs the emulator.
 */

const LOOPBACK = /^(?:(?:[^.]+\.)*localhost|127(?:\.\d+){3}|\[::1\])\.?$/i;
/** Nobody but amoCRM decides where these lead, and tests send them here. */
const AMOCRM = /(?:^|\.)(?:amocrm\.ru|amocrm\.com|kommo\.com)$/i;
/** Besides everything that is no GET: what a GET changes here, and what only tests should read. */
const GUARDED_READS = /^\/(?:__emulator|oauth\/(?:allow|deny))(?:\/|$)/;
/** From another server of the same machine, or of another machine: "same-site" and "cross-site". */
const OWN_SITES: ReadonlySet<unknown> = new Set([undefined, 'same-origin', 'none']);

export const isLoopback = (hostname: string): boolean => LOOPBACK.test(hostname);

/** Goes before everything else: who is refused leaves no trace in the log and uses no fault plan up. */
export function refuseStrangers(app: FastifyInstance, allowedHosts: readonly string[] = []): void {
	const allowed = new Set(allowedHosts.map((host) => host.toLowerCase()));
	app.addHook('onRequest', async (request) => {
		const { hostname } = request;
		if (!isLoopback(hostname) && !AMOCRM.test(hostname) && !allowed.has(hostname.toLowerCase())) {
			throw forbidden(`The emulator does not answer as '${hostname}'. If it should, start it with --allow-host ${hostname}`);
		}
		if (isForeignPage(request)) throw forbidden('The emulator takes no orders from the pages of other sites');
	});
}

/** A browser says where a request comes from; whatever says nothing is no browser. */
function isForeignPage({ method, routeOptions, host, headers }: FastifyRequest): boolean {
	if (/^(?:GET|HEAD|OPTIONS)$/.test(method) && !GUARDED_READS.test(routeOptions.url ?? '')) return false;
	if (!OWN_SITES.has(headers['sec-fetch-site'])) return true;
	return headers.origin !== undefined && !(URL.canParse(headers.origin) && new URL(headers.origin).host === host);
}
