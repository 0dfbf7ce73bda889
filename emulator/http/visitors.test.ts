import { request as rawRequest } from 'node:http';
import { openBench, type Bench } from '../testing/client';

/** A page of the web in the browser of the emulator's user, or behind a name that it points to this machine. */

let bench: Bench;

beforeEach(async () => {
	bench = await openBench({ seed: 'demo', allowedHosts: ['Box.example'] });
});

afterEach(() => bench.close());

/** With any Host, which fetch would not send; `OWN` in a header is the emulator's own host and port. */
function visit(method: string, path: string, headers: Record<string, string> = {}, base = bench.emulator.url): Promise<number> {
	const { hostname, port, host } = new URL(base);
	const sent = Object.entries({ host, ...headers }).map(([name, value]) => [name, value.replace('OWN', host).replace('PORT', port)]);
	return new Promise((resolve, reject) => {
		const request = rawRequest({ hostname, port, method, path, headers: Object.fromEntries(sent) }, (response) => {
			response.resume();
			resolve(response.statusCode ?? 0);
		});
		request.on('error', reject).end();
	});
}

const CONSENT = '/oauth?client_id=11111111-2222-4333-8444-555555555555&state=s';
const ALLOW = CONSENT.replace('?', '/allow?');

it.each([
	['localhost:PORT', 200],
	['127.0.0.1:PORT', 200],
	['127.8.9.1', 200],
	['[::1]:PORT', 200],
	['demo.localhost', 200],
	['demo.amocrm.ru', 200],
	['box.example:80', 200],
	['evil.example', 403],
	['evil.example:PORT', 403],
	['localhost.evil.example', 403],
	['127.0.0.1.evil.example', 403],
	['evil-localhost', 403],
	['evilamocrm.ru', 403],
	['amocrm.ru.evil.example', 403],
	['10.0.0.5', 403],
	['0.0.0.0', 403],
	['evil.example@localhost', 403],
	['localhost@evil.example', 403],
])('as %s it answers %i, on pages, the control API and the host of the files', async (host, status) => {
	for (const path of ['/', CONSENT, '/__emulator/state']) expect(await visit('GET', path, { host })).toBe(status);
	expect(await visit('POST', '/__emulator/reset', { host })).toBe(status);
	expect((await visit('GET', '/v1.0/files', { host }, bench.emulator.world.driveUrl)) === 403).toBe(status === 403);
});

/** What a browser says of a request that a page has made. */
const FOREIGN: Array<Record<string, string>> = [
	{ origin: 'https://evil.example' },
	{ origin: 'null' },
	{ origin: 'http://localhost:5678' },
	{ origin: 'http://localhost' },
	{ origin: 'http://OWN.evil.example' },
	{ origin: 'http://evil.example#http://OWN' },
	{ 'sec-fetch-site': 'cross-site' },
	{ 'sec-fetch-site': 'same-site' },
	{ origin: 'http://OWN', 'sec-fetch-site': 'cross-site' },
];
/** Its own page, an address typed by hand, and programs. */
const OWN: Array<Record<string, string>> = [{ origin: 'http://OWN', 'sec-fetch-site': 'same-origin' }, { 'sec-fetch-site': 'none' }, {}, { 'sec-fetch-mode': 'cors' }];

const ORDERS: Array<[string, string]> = [
	['POST', '/__emulator/reset'],
	['POST', '/__emulator/tokens'],
	['DELETE', '/__emulator/log'],
	['GET', '/__emulator/log'],
	['GET', '/__emulator/state'],
	['GET', ALLOW],
	['GET', ALLOW.replace('allow', 'deny')],
	['GET', ALLOW.replace('oauth', '%6fauth')],
	['HEAD', ALLOW],
];

it.each(ORDERS)('%s %s is refused to the pages of other sites, and to nobody else', async (method, path) => {
	const { account, log } = bench.emulator;
	const [lead] = account.leads.keys();
	account.leads.delete(lead ?? 0);
	const left = account.leads.size;
	for (const headers of FOREIGN) expect([headers, await visit(method, path, headers)]).toEqual([headers, 403]);
	expect([account.leads.size, log.entries.length]).toEqual([left, 0]);
	for (const headers of OWN) expect([headers, await visit(method, path, headers)]).toEqual([headers, path.startsWith('/__emulator') ? 200 : 302]);
});

it.each([
	['POST', '/api/v4/leads'],
	['POST', '/oauth2/access_token'],
	['POST', '/board/leads/1/stage'],
	['POST', '/nowhere'],
])('%s %s is refused to the pages of other sites before anything else', async (method, path) => {
	bench.emulator.faults.add({ action: { kind: 'status', status: 502 } });
	for (const headers of FOREIGN) expect(await visit(method, path, headers)).toBe(403);
	expect([bench.emulator.faults.size, bench.emulator.log.entries.length]).toEqual([1, 0]);
	expect(await visit(method, path, OWN[0])).not.toBe(403);
});

it('the consent page opens from n8n on another port and from elsewhere, but not in a frame', async () => {
	for (const site of ['same-site', 'cross-site']) {
		expect(await visit('GET', CONSENT, { 'sec-fetch-site': site, 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' })).toBe(200);
	}
	for (const path of ['/', CONSENT]) {
		expect((await fetch(`${bench.emulator.url}${path}`)).headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
	}
});

it.each([
	['http://127.0.0.1:9/off', 200],
	['https://localhost/off', 200],
	['http://[::1]:9/off', 200],
	['http://evil.example/off', 400],
	['http://169.254.169.254/latest', 400],
	['http://localhost@evil.example/', 400],
	['http://localhost.evil.example/', 400],
	['not an address', 400],
])('the deauthorization hook %s is answered %i', async (deauthorizeUrl, status) => {
	expect((await bench.call('POST', '/__emulator/integration', { deauthorizeUrl })).status).toBe(status);
});
