import type { ICredentialDataDecryptedObject } from 'n8n-workflow';

import { wrongCredential } from './failures';
import type { Failure } from './types';

/**
 * What is wrong when the account that consented is not the one in 'Account Domain': amoCRM says in the redirect back
 * which it was (`referer`, core facts 2.3), and n8n keeps that. Its token would only be refused by the other account.
 */
export function otherAccountFailure(credentials: ICredentialDataDecryptedObject, baseUrl: string): Failure | undefined {
	const { callbackQueryString } = (credentials.oauthTokenData ?? {}) as { callbackQueryString?: { referer?: unknown } };
	const referer = callbackQueryString?.referer;
	if (typeof referer !== 'string' || !/^[\w.:[\]-]+$/.test(referer)) return undefined;
	const typed = baseUrl.replace(/^https?:\/\//, '');
	if (sameAccount(referer) === sameAccount(typed)) return undefined;
	return wrongCredential(
		`The credential is connected to the account ${referer}, but its 'Account Domain' says ${typed}`,
		`Change 'Account Domain' to ${referer}, or connect again and choose ${typed} in amoCRM's window.`,
	);
}

/** Kommo accounts answer under their old zone too (extended facts 0). */
const sameAccount = (host: string): string => host.toLowerCase().replace(/\.amocrm\.com$/, '.kommo.com');
