import { resolveAccountUrls } from '../../../credentials/accountDomain';

/**
 * The base of the files API at the address that the account gives (extended facts 8); nothing when it is not amoCRM's.
 * The token goes there: to amoCRM's own hosts only, and to this machine only where the account itself is here.
 */
export function filesBaseOf(driveUrl: unknown, accountUrl: string): string | undefined {
	const { baseUrl = '' } = resolveAccountUrls(driveUrl) ?? {};
	const isOwn = baseUrl.startsWith('https://') || (baseUrl !== '' && accountUrl.startsWith('http://'));
	return isOwn ? `${baseUrl}/v1.0` : undefined;
}
