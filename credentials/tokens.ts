import { createHash } from 'crypto';
import type { ICredentialDataDecryptedObject, IDataObject, IHttpRequestHelper } from 'n8n-workflow';

import { newAddressOf } from './movedAccount';
import { ask, NEW_CODE, NOT_NOW, unusable, urlsOf } from './refusals';

/** Tokens out of a pasted authorization code, and their renewal (core facts 2.4). */
export interface Tokens extends IDataObject {
	accessToken: string;
	refreshToken: string;
	/** Fingerprint of the code that the first pair came from: a new code is a new beginning. */
	codeFingerprint: string;
	/** When the access token ends by this clock, ms since the epoch. */
	expiresAt: string;
	/** The same once more: when the open window is saved again, n8n forgets every hidden value but this. */
	oauthTokenData: Pick<Tokens, 'refreshToken' | 'codeFingerprint'>;
}

/** Renewals under way or done, by the fingerprint of the single-use secret that they spent. */
const spent = new Map<string, { at: number; tokens: Promise<Tokens>; isDone?: true }>();

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
	const { refreshToken, codeFingerprint: knownCode } = heldBy(credential);
	const codeFingerprint = fingerprint(code);
	const isNewCode = code !== '' && knownCode !== codeFingerprint;
	const grants = [
		...(isNewCode ? [{ grant_type: 'authorization_code', code }] : []),
		...(refreshToken === '' ? [] : [{ grant_type: 'refresh_token', refresh_token: refreshToken }]),
	];
	if (grants.length === 0) throw unusable(`its 'Authorization Code' is empty. ${NEW_CODE}`);
	const key = fingerprint(JSON.stringify([credential.domain, credential.clientId, grants]));
	const now = Date.now();
	for (const [old, { at }] of spent) if (now - at > REMEMBER_MS) spent.delete(old);
	const known = spent.get(key);
	// Its owner has kept what it got: two with the same tokens would cut each other off at the next renewal.
	if (known?.isDone && refreshToken === '') throw unusable(CODE_USED);
	if (known) return await known.tokens;
	const renewal: { at: number; tokens: Promise<Tokens>; isDone?: true } = { at: now, tokens: exchange(helper, credential, grants, codeFingerprint) };
	spent.set(key, renewal);
	// A failure is not kept: the user may correct the credential and try again.
	renewal.tokens.then(() => (renewal.isDone = true), () => spent.delete(key));
	return await renewal.tokens;
}

/** What the credential has kept of its last renewal. */
function heldBy({ refreshToken = '', codeFingerprint = '', oauthTokenData }: ICredentialDataDecryptedObject): Tokens['oauthTokenData'] {
	const isLost = refreshToken === '' && typeof oauthTokenData === 'object' && oauthTokenData !== null;
	const { refreshToken: refresh, codeFingerprint: code } = isLost ? (oauthTokenData as IDataObject) : { refreshToken, codeFingerprint };
	return { refreshToken: String(refresh ?? ''), codeFingerprint: String(code ?? '') };
}

async function exchange(helper: IHttpRequestHelper, credential: ICredentialDataDecryptedObject, grants: IDataObject[], codeFingerprint: string): Promise<Tokens> {
	const urls = urlsOf(credential);
	const { clientId, clientSecret, redirectUri } = credential;
	const [client_id, client_secret, redirect_uri] = [clientId, clientSecret, redirectUri].map((value) => String(value ?? '').trim());
	let refusal = '';
	for (const grant of grants) {
		const { statusCode, body } = await ask(helper, { method: 'POST', url: urls.accessTokenUrl, body: { client_id, client_secret, redirect_uri, ...grant } });
		if (statusCode < 300 && typeof body.access_token === 'string' && typeof body.refresh_token === 'string') {
			const expiresAt = String(Date.now() + Number(body.expires_in ?? DAY_SECONDS) * 1000);
			const held = { refreshToken: body.refresh_token, codeFingerprint };
			return { accessToken: body.access_token, ...held, expiresAt, oauthTokenData: held };
		}
		// Anything but a refusal may be a page of something on the way: the connection is not said to have ended for it.
		const isRefusal = statusCode >= 400 && statusCode < 500 && ![408, 425, 429].includes(statusCode);
		if (!isRefusal) throw unusable(`amoCRM could not renew the access ${NOT_NOW} (HTTP ${statusCode}${statusCode < 300 ? ', without tokens' : ''}). Try again later.`);
		// The first refusal is the one to explain: the code is tried before what is left of an older connection.
		refusal ||= explain(statusCode, body, grant);
	}
	const { httpRequest } = helper.helpers;
	const address = await newAddressOf(httpRequest, urls.baseUrl, String(credential.accessToken ?? ''), heldBy(credential).refreshToken);
	if (address) throw unusable(`the amoCRM account has moved to ${address}. Change 'Account Domain' to ${address}.`);
	throw unusable(refusal);
}

const CODE_USED = `the authorization code was used already, by this credential or another one: each code connects once. ${NEW_CODE}`;

/** amoCRM's hints (core facts 2.7) in words that say what to do. */
function explain(statusCode: number, body: IDataObject, grant: IDataObject): string {
	// What was sent may come back in it: only words are repeated.
	const hint = String(body.hint ?? body.detail ?? '').slice(0, 200).replace(/\S{25,}/g, '***');
	if (/redirect uri/i.test(hint)) {
		return "amoCRM does not know its 'Redirect URI'. Copy it from the integration to the letter, a slash at the end included.";
	}
	if (/client_id/.test(hint)) return "amoCRM does not know its 'Client ID'. Copy the 'Integration ID' from the integration.";
	if (/client_secret/.test(hint) || isClientRefused(statusCode, body)) {
		return "amoCRM refuses its 'Client Secret', or the secret and the 'Client ID' belong to different integrations. Copy the 'Integration ID' and the 'Secret key' once more, both from the same 'Keys and scopes' tab.";
	}
	if (/invalid account/i.test(hint)) return "the authorization code belongs to another account than 'Account Domain' says. Correct the domain, or make a code in this account.";
	if (statusCode === 403) return 'amoCRM blocks this address or account. Its support can lift the block.';
	if (statusCode === 404) return "there is no such amoCRM account. Check 'Account Domain': the account may have moved to another address.";
	if (grant.grant_type === 'refresh_token') {
		return `the connection to amoCRM has ended: it was not used for three months, was renewed elsewhere, or the integration was switched off. ${NEW_CODE}`;
	}
	if (/expired/i.test(hint)) return `the authorization code is older than 20 minutes. ${NEW_CODE}`;
	if (/revoked/i.test(hint)) return CODE_USED;
	return `amoCRM does not accept the authorization code${hint ? ` (${hint})` : ''}. ${NEW_CODE}`;
}

/** A wrong secret has no hint, only a title in the account's language: "Некорректный клиент", "Invalid client" (core facts 2.7). */
function isClientRefused(statusCode: number, { hint, title, detail }: IDataObject): boolean {
	return statusCode === 401 && !hint && /клиент|client/i.test(`${String(title)} ${String(detail)}`);
}
