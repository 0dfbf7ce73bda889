import { Amo } from '@shevernitskiy/amo';
import { openReceiver } from '../../../emulator/testing/receiver';
import { openRealHost, type RealHost } from '../realHost';
import { AMO_CALLS } from './amoCalls';
import { amoClient, amoContext, type AmoContext } from './amoContext';
import { firstId, methodsOf, testCalls } from './calls';

/** @shevernitskiy/amo, unmodified, drives the emulator over HTTPS under demo.amocrm.ru. */

let host: RealHost;
let context: AmoContext;

beforeAll(async () => {
	host = await openRealHost();
	context = amoContext(host);
});

afterAll(() => host.close());

describe('every call', () => {
	testCalls(AMO_CALLS, () => context);

	it('none is missing', () => {
		const categories = Object.entries(Object.getOwnPropertyDescriptors(Amo.prototype)).filter(([name, { get }]) => get && name !== 'token' && name !== 'raw');
		const expected = [...categories.map(([name]) => [name, context.amo[name]] as const), ['file', context.file] as const].flatMap(([category, api]) =>
			methodsOf(api ?? {}).filter((method) => method !== 'rest').map((method) => `${category}.${method}`),
		);
		expect(AMO_CALLS.map(({ name }) => name).sort()).toEqual(expected.sort());
	});
});

describe('connecting', () => {
	const consent = async () => {
		const { clientId } = host.emulator.integration;
		const answer = await fetch(`https://www.amocrm.ru/oauth/allow?client_id=${clientId}&state=s`, { redirect: 'manual' });
		return new URL(answer.headers.get('location') ?? '').searchParams.get('code') ?? '';
	};

	it('by a code, once', async () => {
		const { clientId, clientSecret, redirectUri } = host.emulator.integration;
		const auth = { client_id: clientId, client_secret: clientSecret, redirect_uri: redirectUri, grant_type: 'authorization_code' as const, code: await consent() };
		const seen: unknown[] = [];
		const connect = () => new Amo(host.domain, auth, { request_delay: 0, on_token: (token) => void seen.push(token) });
		expect(await connect().account.getAccount()).toMatchObject({ subdomain: 'demo' });
		expect(seen).toEqual([expect.objectContaining({ token_type: 'Bearer', expires_in: 86_400 })]);
		await expect(connect().account.getAccount()).rejects.toMatchObject({ response: { hint: 'Authorization code has been revoked' } });
	});

	it('by an expired token, which it refreshes', async () => {
		const amo = amoClient(host, 0);
		const before = amo.token?.refresh_token;
		expect(await amo.account.getAccount()).toMatchObject({ subdomain: 'demo' });
		expect(amo.token?.refresh_token).not.toBe(before);
	});

	it('hands over the words of amoCRM for a spent refresh token and for a refused request', async () => {
		const amo = amoClient(host, 0);
		const twin = new Amo(host.domain, { ...clientAuth(), ...amo.token } as never, { request_delay: 0 });
		await amo.account.getAccount();
		await expect(twin.account.getAccount()).rejects.toMatchObject({ response: { hint: 'Token has been revoked' } });
		await expect(amo.lead.addLeads([{ status_id: 5 }])).rejects.toMatchObject({
			response: { 'validation-errors': [{ request_id: '0', errors: [{ code: 'NotSupportedChoice', path: 'status_id' }] }] },
		});
	});

	const clientAuth = () => {
		const { clientId, clientSecret, redirectUri } = host.emulator.integration;
		return { client_id: clientId, client_secret: clientSecret, redirect_uri: redirectUri };
	};
});

it('cannot read webhooks: its handler parses JSON, amoCRM sends forms', async () => {
	const amo = amoClient(host);
	const receiver = await openReceiver();
	try {
		await amo.webhook.addWebhook({ destination: receiver.url, settings: ['status_lead'], sort: 1 } as never);
		const leadId = firstId(await amo.lead.addLeads([{ name: 'Watched' }]), 'leads');
		await amo.lead.updateLeadById(leadId, { status_id: 142 });
		await host.emulator.deliveries.settled();
		const [{ raw, type, get }] = receiver.hooks as [(typeof receiver.hooks)[0]];
		expect(get('leads[status][0][id]')).toBe(String(leadId));
		const request = new Request('http://hooks.example', { method: 'POST', headers: { 'content-type': type }, body: raw });
		await expect(amo.webhookHandler()(request)).rejects.toThrow('is not valid JSON');
	} finally {
		await receiver.close();
	}
});
