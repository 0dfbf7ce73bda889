import { type ICredentialDataDecryptedObject, type ICredentialTestRequest, type IDataObject, type IHttpRequestHelper, type IHttpRequestOptions, UserError } from 'n8n-workflow';

import { type AccountUrls, ACCOUNT_DOMAIN_HELP, accountUrlExpression, resolveAccountUrls } from './accountDomain';
import { within } from './deadline';

/** Why a credential cannot be used, in sentences for its window and for the node. */

/** How every refusal begins, by which the node knows it again: n8n keeps little more than the text of an error. */
export const UNUSABLE = 'The amoCRM credential cannot be used:';

/** What such a refusal holds when the same may work later. */
export const NOT_NOW = 'just now';

export const NEW_CODE =
	"Copy a new code from the 'Keys and scopes' tab of the integration, paste it into 'Authorization Code' of the credential and save it within 20 minutes.";

export const unusable = (reason: string): UserError => new UserError(`${UNUSABLE} ${reason}`);

/** A whole exchange may take so long, ms. */
const TIMEOUT_MS = 60_000;

/** What the statuses of the account's own answers mean (core facts 3.9). */
const REFUSALS: Record<number, string> = {
	401: "amoCRM does not accept this token: it has ended or was revoked, was not pasted whole, or belongs to another account than 'Account Domain' says. Make a new one on the 'Keys and scopes' tab of the integration.",
	402: 'the plan of the amoCRM account has ended. Renew it in amoCRM.',
	403: "amoCRM lets nobody in with this token: the integration has no access to the account's data, or this n8n's address is blocked. Tick the access in the integration and make a new token; a block is lifted by amoCRM's support.",
	404: "there is no amoCRM account at this address. Check 'Account Domain'.",
	429: `amoCRM gets too many requests ${NOT_NOW}. Try again in a minute.`,
	...Object.fromEntries([500, 502, 503, 504].map((status) => [status, `amoCRM is out of order ${NOT_NOW} (HTTP ${status}). Try again later.`])),
};

/** n8n's own check of a credential that has a token. */
export const accountTest: ICredentialTestRequest = {
	request: { baseURL: accountUrlExpression('baseUrl', '$credentials'), url: '/api/v4/account' },
	rules: Object.entries(REFUSALS).map(([status, reason]) => ({
		type: 'responseCode',
		properties: { value: Number(status), message: `${UNUSABLE} ${reason}` },
	})),
};

/** The addresses of the account. Throws a refusal when 'Account Domain' is none. */
export function urlsOf({ domain }: ICredentialDataDecryptedObject): AccountUrls {
	const urls = resolveAccountUrls(domain);
	if (!urls) throw unusable(`its 'Account Domain' is not the address of an amoCRM or Kommo account. ${ACCOUNT_DOMAIN_HELP}`);
	return urls;
}

/** Credentials, as n8n holds them for one request, whose account has been asked. */
const checked = new WeakSet<ICredentialDataDecryptedObject>();

export const markChecked = (credential: ICredentialDataDecryptedObject): unknown => checked.add(credential);

/**
 * Adds the token to a request. n8n's own check of a credential (it alone has a `baseURL`) would end in a bare code such
 * as ENOTFOUND; after an answer 401 n8n calls `preAuthentication`, which finds the words. So the check begins with one.
 */
export async function authenticate(credential: ICredentialDataDecryptedObject, options: IHttpRequestOptions): Promise<IHttpRequestOptions> {
	if (options.baseURL !== undefined && !checked.has(credential)) {
		throw Object.assign(unusable('it is not checked yet.'), { response: { status: 401 } });
	}
	// Pasted tokens often bring a line break along.
	return { ...options, headers: { ...options.headers, Authorization: `Bearer ${String(credential.accessToken).trim()}` } };
}

/** The answer of amoCRM, whatever its status; its body is empty when it was no JSON object. Throws a refusal when there is none. */
export async function ask({ helpers }: IHttpRequestHelper, options: IHttpRequestOptions): Promise<{ statusCode: number; body: IDataObject }> {
	const how = { json: true, returnFullResponse: true, ignoreHttpStatusErrors: true, disableFollowRedirect: true, timeout: TIMEOUT_MS };
	const work = helpers.httpRequest({ ...how, ...options }) as Promise<{ statusCode: number; body: unknown }>;
	const answer = await within(TIMEOUT_MS, work.catch((error: unknown) => whyNot(error)));
	if (typeof answer === 'string') {
		const { host } = new URL(options.url);
		const why = answer === 'late' ? TOO_LATE : answer;
		throw unusable(`${host} could not be reached ${NOT_NOW}: ${why}. Check 'Account Domain', and that the network of this n8n (its DNS, firewall and proxy) lets it through to amoCRM.`);
	}
	const isObject = typeof answer.body === 'object' && answer.body !== null;
	return { statusCode: answer.statusCode, body: isObject ? (answer.body as IDataObject) : {} };
}

const TOO_LATE = 'no answer came in time';

/** In words: an error whose text holds such a code is worded anew by n8n. */
const NO_ANSWER: Array<[code: RegExp, words: string]> = [
	[/^(ENOTFOUND|EAI_\w+|ENODATA|ESERVFAIL)$/, 'there is no such host, or this n8n cannot look it up'],
	[/^ECONNREFUSED$/, 'the connection is refused'],
	[/TIMED?OUT|^ECONNABORTED$/, TOO_LATE],
	[/CERT|SSL|TLS|SIGNED|VERIFY/, 'it shows no certificate that this n8n trusts'],
];

/** Why a request got no answer. Anything but a failure of the network is passed on. */
function whyNot(error: unknown): string {
	const { code } = (error ?? {}) as { code?: unknown };
	if (typeof code !== 'string') throw error;
	return NO_ANSWER.find(([pattern]) => pattern.test(code))?.[1] ?? 'the connection broke off';
}

/** Throws a refusal when the account does not answer this token as an account does: n8n's own check takes any page for one. */
export async function checkToken(helper: IHttpRequestHelper, credential: ICredentialDataDecryptedObject): Promise<void> {
	const { baseUrl } = urlsOf(credential);
	const { statusCode, body } = await ask(helper, await authenticate(credential, { url: `${baseUrl}/api/v4/account` }));
	const reason = REFUSALS[statusCode];
	if (reason !== undefined) throw unusable(reason);
	if (typeof body.id !== 'number') {
		throw unusable(`${new URL(baseUrl).host} does not answer as an amoCRM account does (HTTP ${statusCode}). Check 'Account Domain', and that no proxy stands between.`);
	}
}
