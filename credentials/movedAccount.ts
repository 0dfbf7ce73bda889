import type { IDataObject, IHttpRequestOptions } from 'n8n-workflow';

import { resolveAccountUrls } from './accountDomain';
import { claimsOf } from './claims';
import { within } from './deadline';

type HttpRequest = (options: IHttpRequestOptions) => Promise<unknown>;

/** The look-up is a courtesy inside another failure: it must not hold that up, ms. */
const TIMEOUT_MS = 10_000;

const hostOf = (url: string): string => url.replace(/^https?:\/\//, '');

const isLoopback = (url: string): boolean => /^https?:\/\/(localhost|127\.0\.0\.1|\[::1\])(:|$)/.test(url);

/**
 * The host that an account answers under now, where it is another than `baseUrl`: its address can change, and the old
 * one then refuses renewals (core facts 1, 2.8). Asks the API host that the access token names, which must be amoCRM's
 * own. `undefined` when the account has not moved or amoCRM does not say; never throws.
 */
export async function newAddressOf(httpRequest: HttpRequest, baseUrl: string, accessToken: string, refreshToken: string): Promise<string | undefined> {
	const apiHost = resolveAccountUrls(claimsOf(accessToken).api_domain);
	// A token that an amoCRM account gave must not make n8n call this machine.
	if (!apiHost || refreshToken === '' || isLoopback(apiHost.baseUrl) !== isLoopback(baseUrl)) return undefined;
	try {
		const request = httpRequest({
			url: `${apiHost.baseUrl}/oauth2/account/current/subdomain`,
			headers: { 'X-Refresh-Token': refreshToken },
			json: true,
			disableFollowRedirect: true,
			timeout: TIMEOUT_MS,
		});
		const answer = await within(TIMEOUT_MS, request);
		const host = hostOf(resolveAccountUrls((answer as IDataObject | undefined)?.domain)?.baseUrl ?? '');
		return host === '' || host === hostOf(baseUrl) ? undefined : host;
	} catch {
		// The token is spent, or nobody answers: then there is nothing to tell.
		return undefined;
	}
}
