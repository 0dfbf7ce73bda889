import { resolveAccountUrls } from '../../../credentials/accountDomain';

/**
 * The base of the files API at the address that the account gives (extended facts 8); nothing when it is not amoCRM's.
 * The token goes there: to amoCRM's own hosts only, and to this machine only where the account itself is here.
 */
export function filesBaseOf(driveUrl: unknown, accountUrl: string): string | undefined {
	const { baseUrl } = resolveAccountUrls(driveUrl) ?? {};
	if (baseUrl === undefined || (isHere(baseUrl) && !isHere(accountUrl))) return undefined;
	return baseUrl.startsWith('https://') || accountUrl.startsWith('http://') ? `${baseUrl}/v1.0` : undefined;
}

const isHere = (url: string): boolean => !/\.[a-z]/.test(new URL(url).hostname);

/**
 * An address that the files API gives, where it is on the host of that API itself; nothing otherwise. The token and what
 * is uploaded go nowhere else.
 */
export function onFilesHost(address: unknown, base: string): string | undefined {
	if (typeof address !== 'string' || !URL.canParse(address)) return undefined;
	const { origin, username, password, href } = new URL(address);
	return origin === new URL(base).origin && username === '' && password === '' ? href : undefined;
}
