import { createRequire } from 'node:module';
import type { ConnectionOptions, TLSSocket } from 'node:tls';
import { openRealHost } from './realHost';

/** The stage of the clients' suites: amoCRM's names, for this process alone and only while it is open. */

const tls = createRequire(__filename)('node:tls') as { connect: (options: ConnectionOptions) => TLSSocket };

/** The certificate and whether this process trusts it for that name. */
function handshake(host: string): Promise<{ trusted: boolean; names: string | undefined }> {
	return new Promise((resolve, reject) => {
		const socket = tls.connect({ host, port: 443, servername: host });
		socket.once('error', reject);
		socket.once('secureConnect', () => {
			resolve({ trusted: socket.authorized, names: socket.getPeerCertificate().subjectaltname });
			socket.destroy();
		});
	});
}

it('answers under amoCRM’s names with a certificate that clients check, and leaves nothing behind', async () => {
	const before = tls.connect;
	const host = await openRealHost();
	try {
		for (const name of ['demo.amocrm.ru', 'www.amocrm.ru', 'drive-b.amocrm.ru']) {
			expect(await handshake(name)).toEqual({ trusted: true, names: 'DNS:*.amocrm.ru' });
		}
		// One level more than the certificate covers: refused by the client, as with any wrong certificate.
		await expect(handshake('a.demo.amocrm.ru')).rejects.toMatchObject({ code: 'ERR_TLS_CERT_ALTNAME_INVALID' });
		const account = await fetch('https://demo.amocrm.ru/api/v4/account?with=drive_url', {
			headers: { authorization: `Bearer ${host.emulator.issueToken().accessToken}` },
		});
		expect(await account.json()).toMatchObject({
			subdomain: 'demo',
			drive_url: 'https://drive-b.amocrm.ru',
			_links: { self: { href: expect.stringMatching(/^https:\/\/demo\.amocrm\.ru\//) } },
		});
	} finally {
		await host.close();
	}
	expect(tls.connect).toBe(before);
});
