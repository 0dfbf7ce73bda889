import { UserError } from 'n8n-workflow';

import { show } from './values';

/** Longer ones are refused by servers anyway. */
const LONGEST = 2000;

/** What a path may consist of (RFC 3986, 3.3): whatever reads it on the way reads the same, and no URL parser changes it. */
const PATH = /^(?:\/(?:[\w.~!$&'()*+,;=:@-]|%[\da-f]{2})+)+\/?$/i;

/** Why a path of another form is refused: the first that fits. */
const FAULTS: Array<[fault: RegExp, why: string]> = [
	[/^\s*[a-z][a-z\d+.-]*:/i, 'is a whole address: the request goes to the account of the credential, so give only what follows the host'],
	[/^(?!\/)/, 'does not begin with "/"'],
	[/\\/, 'holds a backslash'],
	[/\/\//, 'holds two slashes in a row: an expression may have given nothing between them'],
	[/[?#]/, 'holds more than a path: give what follows "?" in \'Query (JSON)\''],
	[/./s, 'holds spaces, line breaks or other signs that no path has: encode them, as in {{ encodeURIComponent($json.name) }}'],
];

/** The path of a call below a host of the account, as given. Throws a `UserError` that says why another is refused. */
export function apiPath(value: unknown): string {
	const path = typeof value === 'string' ? value : '';
	const refused = (why: string) => new UserError(`${show(value ?? '')} ${why}. Give a path such as /api/v4/leads.`);
	if (path === '') throw refused('is no path');
	if (path.length > LONGEST) throw refused(`is longer than ${LONGEST} characters`);
	if (!PATH.test(path)) throw refused(FAULTS.find(([fault]) => fault.test(path))?.[1] ?? 'is no path');
	for (const segment of path.split('/')) {
		const plain = decoded(segment);
		if (plain === undefined) throw refused('holds signs that are encoded wrongly, or an encoded slash, percent or control sign');
		if (/^\.+(?:;.*)?$/.test(plain)) throw refused('goes up with dots');
		if (plain.startsWith('oauth2')) throw refused('leads to the access itself (oauth2), which n8n manages alone');
	}
	return path;
}

/** What a server may take a part of a path for; nothing where several readings are possible. */
function decoded(segment: string): string | undefined {
	try {
		const plain = decodeURIComponent(segment);
		return /[\p{C}/\\%?#]/u.test(plain) ? undefined : plain.normalize('NFKC').trim().toLowerCase();
	} catch {
		return undefined;
	}
}
