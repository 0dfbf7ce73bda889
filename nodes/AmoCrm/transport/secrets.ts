import type { ICredentialDataDecryptedObject, IDataObject } from 'n8n-workflow';

import type { Failure } from './types';

/** Shorter values are no secrets of amoCRM, and would tear holes into ordinary text. */
const SHORTEST = 8;

/** Everything in a credential that must not be seen: its tokens, its secret and its code. */
export function secretsOf(credentials: ICredentialDataDecryptedObject): string[] {
	const { oauthTokenData, accessToken, refreshToken, authorizationCode, clientSecret } = credentials;
	const { access_token, refresh_token } = (oauthTokenData ?? {}) as IDataObject;
	return [accessToken, refreshToken, authorizationCode, clientSecret, access_token, refresh_token]
		.map((value) => String(value ?? '').trim())
		.filter((value) => value.length >= SHORTEST);
}

/** The failure with every secret blacked out: an answer, or a proxy on the way, may repeat what it was sent. */
export function withoutSecrets(failure: Failure, secrets: string[]): Failure {
	const clean = (text: string): string => secrets.reduce((left, secret) => left.split(secret).join('***'), text);
	const rows = failure.rows && [...failure.rows].map(([key, problems]) => [
		clean(key),
		problems.map(({ code, path, detail }) => ({ code: clean(code), path: clean(path), detail: clean(detail) })),
	] as const);
	return {
		...failure,
		message: clean(failure.message),
		advice: clean(failure.advice),
		...(rows ? { rows: new Map(rows) } : {}),
	};
}
