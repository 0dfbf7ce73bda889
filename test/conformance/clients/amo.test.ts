import * as exported from '@shevernitskiy/amo';
import { openRealHost, type RealHost } from '../realHost';
import { AMO_CALLS } from './amoCalls';
import { amoClient, amoContext, type AmoContext } from './amoContext';
import { methodsOf, testCalls } from './calls';

/** @shevernitskiy/amo, unmodified, drives the emulator over HTTPS under demo.amocrm.ru. */

const { Amo, Filter } = exported;

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
		const { client, amo, file } = context;
		const emitter = Object.getPrototypeOf(Amo.prototype) as object;
		const categories = Object.entries(Object.getOwnPropertyDescriptors(Amo.prototype)).flatMap(([name, { get }]) =>
			get && name !== 'token' ? [name] : [],
		);
		const objects = [
			...categories.map((name) => [name, amo[name] ?? {}] as const),
			['file', file] as const,
			['amo', client] as const,
			['Filter', new Filter()] as const,
		];
		const expected = objects.flatMap(([name, object]) => methodsOf(object, emitter).map((method) => `${name}.${method}`));
		const helpers = Object.keys(exported).filter((name) => /^[a-z]/.test(name));
		expected.push(...helpers.map((name) => `helpers.${name}`));
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
		const auth = {
			client_id: clientId,
			client_secret: clientSecret,
			redirect_uri: redirectUri,
			grant_type: 'authorization_code' as const,
			code: await consent(),
		};
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
