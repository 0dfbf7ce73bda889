import type { ICredentialDataDecryptedObject, IDataObject, IHttpRequestHelper, IHttpRequestOptions } from 'n8n-workflow';
import { checkToken } from '../../credentials/refusals';
import { renewTokens } from '../../credentials/tokens';

/** The tokens of a pasted authorization code: who is asked, and what a refusal says. */

const jwt = (claims: object) => `x.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.x`;

let number = 0;
let asked: IHttpRequestOptions[];

beforeEach(() => {
	asked = [];
	number += 1;
});

/** A connected credential; each test has tokens of its own, as renewals are remembered. */
const connected = (changes: IDataObject = {}): ICredentialDataDecryptedObject => ({
	domain: 'mycompany.amocrm.ru',
	clientId: 'id',
	clientSecret: 'word',
	redirectUri: 'https://example.com',
	authorizationCode: '',
	accessToken: jwt({ api_domain: 'api-a.amocrm.ru' }),
	refreshToken: `refresh-${number}`,
	...changes,
});

/** amoCRM: the token endpoint answers like this, the look-up of the account's address like that. */
function amoCrm(token: { statusCode: number; body: IDataObject | string }, address?: string): IHttpRequestHelper {
	const httpRequest = async (options: IHttpRequestOptions) => {
		asked.push(options);
		if (!options.url.endsWith('/subdomain')) return token;
		if (address === undefined) throw new Error('401');
		return { id: 1, domain: address };
	};
	return { helpers: { httpRequest } } as unknown as IHttpRequestHelper;
}

const good = { statusCode: 200, body: { access_token: 'a', refresh_token: 'r', expires_in: 60 } };

test('20 that ask at once share one renewal, with the redirect URI that amoCRM documents', async () => {
	const helper = amoCrm(good);
	const credential = connected();
	const pairs = await Promise.all(Array.from({ length: 20 }, async () => await renewTokens(helper, credential)));
	expect(new Set(pairs.map(({ accessToken }) => accessToken))).toEqual(new Set(['a']));
	expect(asked.map(({ url, body }) => [url, body])).toEqual([
		[
			'https://mycompany.amocrm.ru/oauth2/access_token',
			{ client_id: 'id', client_secret: 'word', redirect_uri: 'https://example.com', grant_type: 'refresh_token', refresh_token: `refresh-${number}` },
		],
	]);
});

test('a code connects one credential: a second one with it is refused without a question, and a saved window goes on', async () => {
	const fresh = connected({ authorizationCode: 'code', refreshToken: '', accessToken: '' });
	const helper = amoCrm(good);
	const [first, meanwhile] = await Promise.all([renewTokens(helper, fresh), renewTokens(helper, fresh)]);
	expect(meanwhile).toBe(first);
	await expect(renewTokens(helper, fresh)).rejects.toThrow(/was used already, by this credential or another one.*Copy a new code/);
	expect(asked).toHaveLength(1);
	// n8n has forgotten all hidden fields but one.
	const { oauthTokenData } = first;
	await renewTokens(helper, { ...fresh, oauthTokenData });
	expect(asked[1]?.body).toMatchObject({ grant_type: 'refresh_token', refresh_token: 'r' });
});

test.each([
	['ENOTFOUND', 'there is no such host, or this n8n cannot look it up'],
	['EAI_AGAIN', 'there is no such host, or this n8n cannot look it up'],
	['ECONNREFUSED', 'the connection is refused'],
	['ETIMEDOUT', 'no answer came in time'],
	['ECONNRESET', 'the connection broke off'],
	['DEPTH_ZERO_SELF_SIGNED_CERT', 'it shows no certificate that this n8n trusts'],
])('%s is told with the address', async (code, words) => {
	const httpRequest = async () => await Promise.reject(Object.assign(new Error(`getaddrinfo ${code}`), { code }));
	const helper = { helpers: { httpRequest } } as unknown as IHttpRequestHelper;
	const said = `The amoCRM credential cannot be used: mycompany.amocrm.ru could not be reached just now: ${words}. Check 'Account Domain'`;
	await expect(renewTokens(helper, connected())).rejects.toThrow(said);
	await expect(checkToken(helper, connected())).rejects.toThrow(said);
});

test.each<[statusCode: number, body: IDataObject | string, said: RegExp]>([
	[401, {}, /does not accept this token: it has ended or was revoked/],
	[402, {}, /plan of the amoCRM account has ended/],
	[403, '<html>', /lets nobody in/],
	[404, {}, /no amoCRM account at this address/],
	[429, '', /too many requests just now/],
	[502, '<html>', /out of order just now \(HTTP 502\)/],
	[302, '', /mycompany\.amocrm\.ru does not answer as an amoCRM account does \(HTTP 302\)/],
	[200, '<html>', /does not answer as an amoCRM account does/],
	[204, '', /does not answer as an amoCRM account does/],
])('a long-lived token that is answered %i %j is told in a sentence', async (statusCode, body, said) => {
	const attempt = checkToken(amoCrm({ statusCode, body }), connected());
	await expect(attempt).rejects.toThrow(said);
	await expect(attempt).rejects.toThrow(/^The amoCRM credential cannot be used: /);
});

test('a long-lived token that the account answers is good', async () => {
	await checkToken(amoCrm({ statusCode: 200, body: { id: 1 } }), connected({ accessToken: ' token\n' }));
	expect(asked).toMatchObject([{ url: 'https://mycompany.amocrm.ru/api/v4/account', headers: { Authorization: 'Bearer token' } }]);
});

test.each([401, 404])('an account that has moved (%i) is named by its new address', async (statusCode) => {
	const helper = amoCrm({ statusCode, body: {} }, 'moved.amocrm.ru');
	await expect(renewTokens(helper, connected())).rejects.toThrow(
		"The amoCRM credential cannot be used: the amoCRM account has moved to moved.amocrm.ru. Change 'Account Domain' to moved.amocrm.ru.",
	);
	expect(asked[1]).toMatchObject({ url: 'https://api-a.amocrm.ru/oauth2/account/current/subdomain', headers: { 'X-Refresh-Token': `refresh-${number}` } });
});

test.each<[what: string, answer: { statusCode: number; body: IDataObject | string }, changes: IDataObject, said: RegExp]>([
	['a spent refresh token', { statusCode: 401, body: { hint: 'Token has been revoked' } }, {}, /connection to amoCRM has ended.*Copy a new code/],
	['a code that is too old', { statusCode: 400, body: { hint: 'Authorization code has expired' } }, { authorizationCode: 'c', refreshToken: '' }, /older than 20 minutes/],
	['a code that was used', { statusCode: 400, body: { hint: 'Authorization code has been revoked' } }, { authorizationCode: 'c', refreshToken: '' }, /was used already/],
	['another redirect URI', { statusCode: 400, body: { hint: 'Redirect URI is not associated with client' } }, {}, /'Redirect URI'/],
	['another account', { statusCode: 400, body: { hint: 'Invalid account' } }, { authorizationCode: 'c', refreshToken: '' }, /another account/],
	['an unknown integration', { statusCode: 400, body: { hint: 'Check the `client_id` parameter' } }, {}, /'Client ID'/],
	['a wrong secret', { statusCode: 400, body: { hint: 'Check the `client_secret` parameter' } }, {}, /'Client Secret'/],
	['a secret refused in Russian', { statusCode: 401, body: { title: 'Некорректный клиент', detail: 'Авторизация клиента не прошла' } }, {}, /'Client Secret'.*Copy the 'Integration ID' and the 'Secret key'/],
	['a secret refused in English', { statusCode: 401, body: { title: 'Invalid client' } }, { authorizationCode: 'c', refreshToken: '' }, /'Client Secret'/],
	['a token of another integration', { statusCode: 401, body: { hint: 'Token is not linked to client' } }, {}, /connection to amoCRM has ended/],
	['a block', { statusCode: 403, body: {} }, {}, /blocks this address/],
	['an account that does not exist', { statusCode: 404, body: {} }, {}, /no such amoCRM account/],
	['amoCRM being down', { statusCode: 503, body: {} }, {}, /could not renew the access just now/],
	['a page in place of tokens', { statusCode: 200, body: '<html>' }, {}, /could not renew the access just now \(HTTP 200, without tokens\)/],
	['an answer without tokens', { statusCode: 200, body: { access_token: 'x' } }, {}, /could not renew the access just now/],
	['a redirect', { statusCode: 302, body: '' }, {}, /could not renew the access just now/],
	['a time-out of a proxy', { statusCode: 408, body: '' }, {}, /could not renew the access just now/],
	['nothing to ask with', good, { refreshToken: '' }, /'Authorization Code' is empty/],
	['no address', good, { domain: 'example.com' }, /'Account Domain'/],
])('%s is one sentence that says what to do', async (_what, answer, changes, said) => {
	const attempt = renewTokens(amoCrm(answer), connected(changes));
	await expect(attempt).rejects.toThrow(said);
	await expect(attempt).rejects.toThrow(/^The amoCRM credential cannot be used: /);
	await expect(attempt).rejects.not.toThrow(/refresh-\d|word/);
});
