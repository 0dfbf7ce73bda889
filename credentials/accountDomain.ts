/**
 * The one place that turns what a person typed into 'Account Domain' into URLs.
 *
 * The same two patterns serve the TypeScript resolver below and the `$self` expressions of the OAuth2 credential,
 * so the two cannot disagree. n8n's expressions have no `URL` class, hence patterns.
 */

/** A loopback address for a local amoCRM stand-in: `http://localhost:4300`, with or without the scheme. */
const LOOPBACK =
	/^\s*(https?:\/\/)?(localhost|127\.0\.0\.1|\[::1\])(:(?:[1-9]\d{0,3}|[1-5]\d{4}|6[0-4]\d{3}|65[0-4]\d\d|655[0-2]\d|6553[0-5]))?\.?(?:[/?#]\S*)?\s*$/i;

/** `mycompany`: a bare name, which means amocrm.ru. */
const BARE_NAME = /^\s*(?!www\s*$)([a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)\s*$/i;

/** `mycompany.kommo.com`, or any URL on such a host. One label only: amoCRM has no deeper account hosts. */
const ACCOUNT_HOST =
	/^\s*(?:https?:\/\/)?(?!www\.)([a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)\.(amocrm\.ru|amocrm\.com|kommo\.com)\.?(?::443)?(?:[/?#]\S*)?\s*$/i;

/** The three as one pattern in text, without a flag: n8n's rules for what a form shows have none. */
export const ACCOUNT_DOMAIN_PATTERN = [LOOPBACK, BARE_NAME, ACCOUNT_HOST].map(({ source }) => inAnyCase(source)).join('|');

function inAnyCase(pattern: string): string {
	return pattern.replace(/\\.|\[[^\]]*\]|[a-z]/g, (part) => (/^[a-z]$/.test(part) ? `[${part}${part.toUpperCase()}]` : part.replace('a-z', 'a-zA-Z')));
}

/** Where the consent page of each zone lives (amocrm.com accounts belong to Kommo). Source: amoCRM docs, "OAuth". */
const RUSSIAN_PLATFORM = 'https://www.amocrm.ru';
const GLOBAL_PLATFORM = 'https://www.kommo.com';

/** No address is longer, and the patterns need not read what is. */
const LONGEST_ADDRESS = 2000;

export interface AccountUrls {
	/** Scheme and host of the account, without a trailing slash: `https://mycompany.amocrm.ru`. */
	baseUrl: string;
	authorizationUrl: string;
	accessTokenUrl: string;
}

export const ACCOUNT_DOMAIN_HELP =
	"Enter the address of your account, for example 'mycompany.amocrm.ru' or 'mycompany.kommo.com'. A name alone, such as 'mycompany', means mycompany.amocrm.ru.";

/**
 * URLs of the account behind `domain`, or `undefined` when it is not the address of an amoCRM or Kommo account
 * (nor a loopback address). Never throws and never sends anything.
 */
export function resolveAccountUrls(domain: unknown): AccountUrls | undefined {
	const text = String(domain ?? '');
	if (text.length > LONGEST_ADDRESS) return undefined;
	const loopback = LOOPBACK.exec(text);
	if (loopback) {
		const baseUrl = `${loopback[1] ?? 'http://'}${loopback[2]}${loopback[3] ?? ''}`.toLowerCase();
		return urlsOf(baseUrl, baseUrl);
	}
	const account = ACCOUNT_HOST.exec(text);
	const name = account?.[1] ?? BARE_NAME.exec(text)?.[1];
	if (name === undefined) return undefined;
	const zone = (account?.[2] ?? 'amocrm.ru').toLowerCase();
	return urlsOf(`https://${name.toLowerCase()}.${zone}`, zone === 'amocrm.ru' ? RUSSIAN_PLATFORM : GLOBAL_PLATFORM);
}

function urlsOf(baseUrl: string, platformUrl: string): AccountUrls {
	return { baseUrl, authorizationUrl: `${platformUrl}/oauth`, accessTokenUrl: `${baseUrl}/oauth2/access_token` };
}

/**
 * n8n expression that computes one of the URLs from the credential's own `domain` field; `$self` is the credential in
 * the defaults of its fields, `$credentials` in its test request. An address that is not allowed gives an empty string,
 * which n8n refuses before it opens or sends anything.
 *
 * Written for n8n's `$self` rules: no `URL` class, no chained `$self` fields, no two closing braces in a row.
 */
export function accountUrlExpression(url: keyof AccountUrls, source: '$self' | '$credentials' = '$self'): string {
	const path = url === 'baseUrl' ? '' : url === 'authorizationUrl' ? '/oauth' : '/oauth2/access_token';
	const host =
		url === 'authorizationUrl'
			? `(zone === "amocrm.ru" ? "${RUSSIAN_PLATFORM}" : "${GLOBAL_PLATFORM}")`
			: '"https://" + name.toLowerCase() + "." + zone';
	return [
		'={{ ((text) => {',
		`if (text.length > ${LONGEST_ADDRESS}) { return ""; }`,
		`const loopback = text.match(${LOOPBACK});`,
		`if (loopback) { return ((loopback[1] ?? "http://") + loopback[2] + (loopback[3] ?? "")).toLowerCase() + "${path}"; }`,
		`const account = text.match(${ACCOUNT_HOST});`,
		`const name = account ? account[1] : (text.match(${BARE_NAME}) ?? [])[1];`,
		'if (name === undefined) { return ""; }',
		'const zone = (account ? account[2] : "amocrm.ru").toLowerCase();',
		`return ${host} + "${path}";`,
		`})(String(${source}["domain"] ?? "")) }}`,
	].join(' ');
}
