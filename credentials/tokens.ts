import { createHash } from 'crypto';
import type { ICredentialDataDecryptedObject, IDataObject, IHttpRequestHelper } from 'n8n-workflow';
import { UserError } from 'n8n-workflow';

import { ACCOUNT_DOMAIN_HELP, resolveAccountUrls } from './accountDomain';
import { within } from './deadline';
import { newAddressOf } from './movedAccount';

/** Tokens out of a pasted authorization code, and their renewal (core facts 2.4). */
export interface Tokens extends IDataObject {
	accessToken: string;
	refreshToken: string;
	/** Fingerprint of the code that the first pair came from: a new code is a new beginning. */
	codeFingerprint: string;
	/** When the access token ends by this clock, ms since the epoch. */
	expiresAt: string;
}

/** How every refusal begins, by which the node knows it again: n8n keeps little more than the text of an error. */
export const UNUSABLE = 'The amoCRM credential cannot be used:';

/** What such a refusal holds when the same may work later. */
export const NOT_NOW = 'could not renew the access just now';

const unusable = (reason: string): UserError => new UserError(`${UNUSABLE} ${reason}`);

/** Renewals under way or done, by the fingerprint of the single-use secret that they spent. */
const spent = new Map<string, { at: number; tokens: Promise<Tokens> }>();

/** The whole exchange of a renewal may take so long, ms. */
const TIMEOUT_MS = 60_000;

/** Lifetime of an access token, should amoCRM not say it (core facts 2.5). */
const DAY_SECONDS = 86_400;

/** Long enough for every execution that still holds the old pair. */
const REMEMBER_MS = 10 * 60_000;

const fingerprint = (text: string): string => createHash('sha256').update(text).digest('hex');

/**
 * A valid pair of tokens: by the refresh token, or by the code when it is new. Both can be spent only once, so all that
 * ask at the same time in this process get the same pair. Throws a `UserError` that says what to do.
 */
export async function renewTokens(helper: IHttpRequestHelper, credential: ICredentialDataDecryptedObject): Promise<Tokens> {
	const code = String(credential.authorizationCode ?? '').trim();
	const refreshToken = String(credential.refreshToken ?? '');
	const codeFingerprint = fingerprint(code);
	const isNewCode = code !== '' && credential.codeFingerprint !== codeFingerprint;
	const grants = [
		...(isNewCode ? [{ grant_type: 'authorization_code', code }] : []),
		...(refreshToken === '' ? [] : [{ grant_type: 'refresh_token', refresh_token: refreshToken }]),
	];
	if (grants.length === 0) throw unusable(`its 'Authorization Code' is empty. ${NEW_CODE}`);
	const key = fingerprint(JSON.stringify([credential.domain, credential.clientId, grants]));
	const now = Date.now();
	for (const [old, { at }] of spent) if (now - at > REMEMBER_MS) spent.delete(old);
	const known = spent.get(key);
	if (known) return await known.tokens;
	const tokens = exchange(helper, credential, grants, codeFingerprint);
	spent.set(key, { at: now, tokens });
	// A failure is not kept: the user may correct the credential and try again.
	tokens.catch(() => spent.delete(key));
	return await tokens;
}

async function exchange(
	helper: IHttpRequestHelper,
	credential: ICredentialDataDecryptedObject,
	grants: IDataObject[],
	codeFingerprint: string,
): Promise<Tokens> {
	const urls = resolveAccountUrls(credential.domain);
	if (!urls) throw unusable(`its 'Account Domain' is not the address of an amoCRM or Kommo account. ${ACCOUNT_DOMAIN_HELP}`);
	let refusal = '';
	for (const grant of grants) {
		const { statusCode, body } = await ask(helper, urls.accessTokenUrl, {
			client_id: String(credential.clientId ?? '').trim(),
			client_secret: String(credential.clientSecret ?? '').trim(),
			redirect_uri: String(credential.redirectUri ?? '').trim(),
			...grant,
		});
		if (statusCode < 300 && typeof body.access_token === 'string' && typeof body.refresh_token === 'string') {
			const expiresAt = String(Date.now() + Number(body.expires_in ?? DAY_SECONDS) * 1000);
			return { accessToken: body.access_token, refreshToken: body.refresh_token, codeFingerprint, expiresAt };
		}
		// Anything but a refusal may be a page of something on the way: the connection is not said to have ended for it.
		const isRefusal = statusCode >= 400 && statusCode < 500 && ![408, 425, 429].includes(statusCode);
		if (!isRefusal) throw unusable(`amoCRM ${NOT_NOW} (HTTP ${statusCode}${statusCode < 300 ? ', without tokens' : ''}). Try again later.`);
		// The first refusal is the one to explain: the code is tried before what is left of an older connection.
		refusal ||= explain(statusCode, body, grant);
	}
	const { httpRequest } = helper.helpers;
	const address = await newAddressOf(httpRequest, urls.baseUrl, String(credential.accessToken ?? ''), String(credential.refreshToken ?? ''));
	if (address) throw unusable(`the amoCRM account has moved to ${address}. Change 'Account Domain' to ${address}.`);
	throw unusable(refusal);
}

async function ask(helper: IHttpRequestHelper, url: string, body: IDataObject): Promise<{ statusCode: number; body: IDataObject }> {
	const request = helper.helpers.httpRequest({
		method: 'POST',
		url,
		body,
		json: true,
		returnFullResponse: true,
		ignoreHttpStatusErrors: true,
		disableFollowRedirect: true,
		timeout: TIMEOUT_MS,
	}) as Promise<{ statusCode: number; body: unknown }>;
	const answer = await within(TIMEOUT_MS, request);
	if (answer === 'late') throw unusable(`amoCRM ${NOT_NOW} (no answer in time). Try again later.`);
	const isObject = typeof answer.body === 'object' && answer.body !== null;
	return { statusCode: answer.statusCode, body: isObject ? (answer.body as IDataObject) : {} };
}

const NEW_CODE =
	"Copy a new code from the 'Keys and scopes' tab of the integration, paste it into 'Authorization Code' of the credential and save it within 20 minutes.";

/** amoCRM's hints (core facts 2.7) in words that say what to do. */
function explain(statusCode: number, body: IDataObject, grant: IDataObject): string {
	// What was sent may come back in it: only words are repeated.
	const hint = String(body.hint ?? body.detail ?? '').slice(0, 200).replace(/\S{25,}/g, '***');
	if (/redirect uri/i.test(hint)) {
		return "amoCRM does not know its 'Redirect URI'. Copy it from the integration to the letter, a slash at the end included.";
	}
	if (/client_id/.test(hint)) return "amoCRM does not know its 'Client ID'. Copy the 'Integration ID' from the integration.";
	if (/client_secret/.test(hint)) return "amoCRM refuses its 'Client Secret'. Copy the 'Secret key' from the integration.";
	if (/invalid account/i.test(hint)) return "the authorization code belongs to another account than 'Account Domain' says. Correct the domain, or make a code in this account.";
	if (statusCode === 403) return 'amoCRM blocks this address or account. Its support can lift the block.';
	if (statusCode === 404) return "there is no such amoCRM account. Check 'Account Domain': the account may have moved to another address.";
	if (grant.grant_type === 'refresh_token') {
		return `the connection to amoCRM has ended: it was not used for three months, was renewed elsewhere, or the integration was switched off. ${NEW_CODE}`;
	}
	if (/expired/i.test(hint)) return `the authorization code is older than 20 minutes. ${NEW_CODE}`;
	if (/revoked/i.test(hint)) return `the authorization code was used already. ${NEW_CODE}`;
	return `amoCRM does not accept the authorization code${hint ? ` (${hint})` : ''}. ${NEW_CODE}`;
}
