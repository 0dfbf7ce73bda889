import * as fc from 'fast-check';
import type { IHttpRequestOptions } from 'n8n-workflow';

import { contentsOf } from '../../../nodes/AmoCrm/transport/contents';
import { filesBaseOf, onFilesHost } from '../../../nodes/AmoCrm/transport/filesHost';
import type { ApiContext } from '../../../nodes/AmoCrm/transport/types';

/** The token, and what is in files, goes to the host that the account names, which is one of amoCRM's, and to no other. */

const ACCOUNT = 'https://demo.amocrm.ru';

test.each<[unknown, string | undefined]>([
	['https://drive-b.amocrm.ru', 'https://drive-b.amocrm.ru/v1.0'],
	['https://drive-c.kommo.com', 'https://drive-c.kommo.com/v1.0'],
	['https://drive.amocrm.com/', 'https://drive.amocrm.com/v1.0'],
	['HTTPS://Drive-B.AmoCRM.ru', 'https://drive-b.amocrm.ru/v1.0'],
	['https://drive-b.amocrm.ru.', 'https://drive-b.amocrm.ru/v1.0'],
	['https://drive-b.amocrm.ru:443', 'https://drive-b.amocrm.ru/v1.0'],
	// Never without TLS.
	['http://drive-b.amocrm.ru', 'https://drive-b.amocrm.ru/v1.0'],
	['https://drive-b.amocrm.ru:8443', undefined],
	['https://drive-b.amocrm.ru.example.com', undefined],
	['https://drive-bamocrm.ru', undefined],
	['https://amocrm.ru.example.com', undefined],
	['https://drive-b.amocrm.ru@example.com', undefined],
	['https://user:secret@drive-b.amocrm.ru', undefined],
	['https://example.com/.amocrm.ru', undefined],
	['https://example.com?drive.amocrm.ru', undefined],
	['https://example.com#drive.amocrm.ru', undefined],
	['https://example.com\\.amocrm.ru', undefined],
	['https://drive-b.amocrm.ru\nexample.com', undefined],
	['https://drive-b.аmocrm.ru', undefined],
	['https://drive-b.amocrm.xn--p1ai', undefined],
	['//drive-b.amocrm.ru', undefined],
	['ftp://drive-b.amocrm.ru', undefined],
	['javascript://drive-b.amocrm.ru', undefined],
	// This machine is no host of amoCRM's, unless the account itself is here.
	['http://localhost:4301', undefined],
	['https://localhost:4301', undefined],
	['http://127.0.0.1', undefined],
	['http://169.254.169.254', undefined],
	['', undefined],
	[null, undefined],
	[undefined, undefined],
	[{}, undefined],
])('the host %j gives %j', (given, base) => {
	expect(filesBaseOf(given, ACCOUNT)).toBe(base);
});

test('files of an account on this machine are here too', () => {
	expect(filesBaseOf('http://localhost:4301', 'http://localhost:4300')).toBe('http://localhost:4301/v1.0');
	expect(filesBaseOf('http://localhost:4301', 'https://localhost:4300')).toBeUndefined();
	expect(filesBaseOf('http://169.254.169.254', 'http://localhost:4300')).toBeUndefined();
});

test('no other host passes, whatever it is made of', () => {
	const zone = fc.constantFrom('amocrm.ru', 'amocrm.com', 'kommo.com', 'drive-b.amocrm.ru');
	const glue = fc.constantFrom('.', '@', '-', '/', '\\', '?', '#', ':', '%2e', '%00', '\t', '..', ';', ' ');
	fc.assert(
		fc.property(fc.constantFrom('https://', 'http://', '//', 'HTTPS://', ''), zone, glue, fc.constantFrom('example.com', 'evil', '127.0.0.1', '[::1]', 'localhost:1'), (scheme, known, between, evil) => {
			for (const text of [`${scheme}${known}${between}${evil}`, `${scheme}${evil}${between}${known}`]) {
				const base = filesBaseOf(text, ACCOUNT);
				if (base !== undefined) expect(new URL(base).hostname).toMatch(/^[a-z0-9-]+\.(amocrm\.ru|amocrm\.com|kommo\.com)$/);
			}
		}),
	);
});

const BASE = 'https://drive-b.amocrm.ru/v1.0';

test.each<[unknown, string | undefined]>([
	['https://drive-b.amocrm.ru/v1.0/sessions/upload/a.b.c', 'https://drive-b.amocrm.ru/v1.0/sessions/upload/a.b.c'],
	['HTTPS://DRIVE-B.AMOCRM.RU:443/x?y=1', 'https://drive-b.amocrm.ru/x?y=1'],
	['https:\\\\drive-b.amocrm.ru\\x', 'https://drive-b.amocrm.ru/x'],
	['https://drive-c.amocrm.ru/x', undefined],
	['https://demo.amocrm.ru/x', undefined],
	['https://drive-b.amocrm.ru./x', undefined],
	['https://drive-b.amocrm.ru:8443/x', undefined],
	['http://drive-b.amocrm.ru/x', undefined],
	['https://user@drive-b.amocrm.ru/x', undefined],
	['https://:secret@drive-b.amocrm.ru/x', undefined],
	['https://drive-b.amocrm.ru@example.com/x', undefined],
	['https://drive-b.amocrm.ru.example.com/x', undefined],
	['/v1.0/x', undefined],
	['', undefined],
	[['https://drive-b.amocrm.ru/x'], undefined],
	[null, undefined],
])('the address %j becomes %j', (address, known) => {
	expect(onFilesHost(address, BASE)).toBe(known);
});

describe('contents that are elsewhere', () => {
	const follow = async (location: string, isLocal: boolean) => {
		const asked: IHttpRequestOptions[] = [];
		const httpRequest = async (options: IHttpRequestOptions) => {
			asked.push(options);
			return await Promise.resolve({ statusCode: 200, body: 'contents' });
		};
		const context = { helpers: { httpRequest } } as unknown as ApiContext;
		const reading = { context, isLocal, signal: new AbortController().signal, timeout: 1 };
		return { answer: await contentsOf({ statusCode: 302, body: '', headers: { location } }, `${BASE}/x`, reading), asked };
	};

	test.each<[string, string]>([
		['https://storage.example.com/a?signed=1', 'https://storage.example.com/a?signed=1'],
		['/b', 'https://drive-b.amocrm.ru/b'],
		['//storage.example.com/a', 'https://storage.example.com/a'],
	])('%s is read without the token', async (location, url) => {
		const { answer, asked } = await follow(location, false);
		expect(answer).toMatchObject({ statusCode: 200, body: 'contents' });
		expect(asked).toMatchObject([{ url, disableFollowRedirect: true }]);
		expect(Object.keys(asked[0] ?? {})).not.toEqual(expect.arrayContaining(['headers']));
	});

	test.each(['http://storage.example.com/a', 'ftp://storage.example.com/a', 'data:text/plain,x', 'file:///etc/passwd', ''])('%s is not read', async (location) => {
		expect(await follow(location, false)).toMatchObject({ answer: { statusCode: 302 }, asked: [] });
	});

	test('without TLS only where the account is on this machine', async () => {
		expect((await follow('http://localhost:1/a', true)).asked).toMatchObject([{ url: 'http://localhost:1/a' }]);
	});
});
