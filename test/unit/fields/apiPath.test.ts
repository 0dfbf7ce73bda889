import fc from 'fast-check';

import { apiPath } from '../../../nodes/AmoCrm/fields/apiPath';

test.each(['/api/v4/leads', '/api/v4/leads/7000001/', '/v1.0/files', '/api/v4/%D0%B8%D0%BC%D1%8F', '/api/v4/x~y:z@w', '/api/v4/a...b', '/api/v2/oauth'])('%s is a path', (path) => {
	expect(apiPath(path)).toBe(path);
});

const REFUSED: Array<[why: RegExp, paths: unknown[]]> = [
	[/is a whole address/, ['https://evil.example/api', 'http:/evil', 'HTTPS:evil', 'javascript:1', 'file:///x', ' https://mycompany.amocrm.ru/api/v4/leads']],
	[/does not begin with "\/"/, ['api/v4/leads', '@evil.example', 'evil.example', ' /api', '\t/api', '?x', '#x', '.', '..', '\\evil', '\u0000/x', 'user:pass@evil.example/x'.slice(9)]],
	[/backslash/, ['/\\evil.example', '/api\\..\\..\\oauth2', '/\\/evil']],
	[/two slashes/, ['//evil.example', '///evil', '/api//v4', '//oauth2', '/api/v4/leads//', '//evil.example@x/']],
	[/more than a path/, ['/api?x=1', '/api#x', '/?', '/api/v4/leads?filter[id]=5', '/#/../oauth2']],
	[/spaces, line breaks/, ['/a b', '/a\r\nHost: evil.example', '/a\n', '/a\t', '/a\u0000', '/имя', '/\uFF0E\uFF0E/x', '/\u2025/oauth2', '/a%', '/a%2', '/a%zz', '/"', '/<x>', '/{id}', '/\u202E', '/\uD800', '/', '/a|b', '/[x]']],
	[/encoded wrongly/, ['/%ff', '/a%2fb', '/a%2Fb', '/%5cevil', '/%00', '/%0d%0aHost:%20evil', '/%252e%252e/oauth2', '/a%3fb', '/a%23b', '/a%25', '/%e2%80%8b', '/%2f%2fevil.example']],
	[/goes up with dots/, ['/..', '/../x', '/api/../oauth2', '/./oauth2', '/%2e%2e/x', '/%2E./x', '/.%2e', '/api/v4/..;/x', '/...', '/%EF%BC%8E%EF%BC%8E/x', '/%E2%80%A5/x', '/.%20']],
	[/access itself/, ['/oauth2', '/OAUTH2/access_token', '/oauth2/access_token', '/%6fauth2', '/o%41uth2', '/oauth%32', '/index.php/oauth2/x', '/oauth2;x', '/oauth2.php', '/%EF%BD%8Fauth2', '/oauth%C2%B2', '/%20oauth2']],
	[/is no path/, ['', undefined, null, 5, {}, ['/api']]],
	[/longer than/, [`/${'a'.repeat(3000)}`]],
];

test.each(REFUSED.flatMap(([why, paths]) => paths.map((path) => [path, why] as const)))('%j is refused: %s', (path, why) => {
	expect(() => apiPath(path)).toThrow(why);
});

const pieces = fc.constantFrom('/', '//', '\\', '..', '.', '%2e', '%2f', '%5c', '@', ':', '?', '#', 'oauth2', 'OAuth2', '%6f', 'api', 'v4', ';', '%', '\n', '\r', '\t', ' ', '\u0000', '\uFF0E', '\u2025', 'https:', 'evil.example', '%EF%BC%8E', '%25');
const texts = fc.oneof(fc.string(), fc.string({ unit: 'binary' }), fc.webUrl(), fc.array(pieces).map((all) => all.join('')), fc.array(pieces).map((all) => `/${all.join('')}`), fc.webPath());

/** What servers and proxies may make of a path. */
const readings = (path: string): string[] => [path, decodeURIComponent(path), decodeURIComponent(path).normalize('NFKC')];

test('whatever is given: it is refused with a reason, or every reader takes it for the same path of the same host', () => {
	let taken = 0;
	fc.assert(
		fc.property(texts, (given) => {
			let path: string;
			try {
				path = apiPath(given);
			} catch (error) {
				expect((error as Error).message).toMatch(/ (is|holds|does|goes|leads) .*Give a path such as/s);
				return;
			}
			taken += 1;
			const url = new URL(`https://mycompany.amocrm.ru${path}`);
			expect([url.origin, url.pathname, url.search, url.hash]).toEqual(['https://mycompany.amocrm.ru', path, '', '']);
			for (const reading of readings(path)) expect(reading).not.toMatch(/\/\/|\\|\/\.{1,2}(\/|$)|\/\s*oauth2|[\p{Cc}?#]/iu);
		}),
		{ numRuns: 20_000 },
	);
	expect(taken).toBeGreaterThan(200);
});
