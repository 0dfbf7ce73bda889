import { UserError } from 'n8n-workflow';

import { show } from './values';

/** RFC 5321 4.5.3.1: an address has at most 254 characters, the part before the @ at most 64. */
const LONGEST_ADDRESS = 254;

/** Letters of any language may stand in an address (RFC 6531); its domain has a dot. */
const ADDRESS = /^(?!\.)[^\s@,;:<>()[\]"\\]{1,64}@(?:[\p{L}\p{N}](?:[\p{L}\p{M}\p{N}-]{0,61}[\p{L}\p{M}\p{N}])?\.){1,20}(?!\d+$)[\p{L}\p{N}][\p{L}\p{M}\p{N}-]{0,61}[\p{L}\p{M}\p{N}]$/u;

const isAddress = (word: string): boolean => word.length <= LONGEST_ADDRESS && ADDRESS.test(word);

/** A quoted name, an address in brackets, what stands between the addresses of a list, or a word. */
const TOKENS = /"[^"]*"|<[^<>]*>|\([^()]*\)|[,;]|[^\s,;"<>()]+|[^\s]/g;

/** What a link says beside the address. */
const LINK_QUERY = /\?(?:subject|body|cc|bcc|to)=[^\s<>")]*/gi;

/** What may stand around a word: `<mailto:ann@example.org>`, `Email:ann@example.org.` */
const FRAME = /^[<("'`“„«‘[{.,:;*•|/\\–—-]*(?:\p{L}[\p{L}-]{0,20}:(?!\/\/))?(.*?)[>)"'`”“»’\]}.,:;!?*•|/\\–—-]*$/isu;

function framedWord(token: string): string {
	const inside = /^[<("]/.test(token) ? token.slice(1, -1) : token;
	if (isAddress(inside)) return inside;
	// Whatever is longer is no address: it stays as it is, to be shown.
	return (token.length > 2 * LONGEST_ADDRESS ? undefined : FRAME.exec(token)?.[1]) ?? token;
}

/** The addresses, each once, and the words that are neither an address nor its name. */
function scan(text: string): { addresses: string[]; rest: string[] } {
	const addresses = new Map<string, string>();
	const rest: string[] = [];
	const remarks: string[] = [];
	/** What may be the name of an address that follows in brackets. */
	let names: string[] = [];
	const add = (address: string) => {
		if (!addresses.has(address.toLowerCase())) addresses.set(address.toLowerCase(), address);
	};
	const settleNames = () => {
		for (const name of names) if (isAddress(name)) add(name); else rest.push(name);
		names = [];
	};
	for (const [token] of text.replace(LINK_QUERY, '').matchAll(TOKENS)) {
		const word = framedWord(token);
		const opening = token.charAt(0);
		const isBracketed = opening === '<' || opening === '(';
		if (token === ';') settleNames();
		else if (word === '') continue;
		else if (opening === '"') names.push(word);
		else if (isAddress(word)) {
			if (isBracketed) names = [];
			else settleNames();
			add(word);
		} else if (word.includes('@') || opening === '<') rest.push(word);
		else if (isBracketed) remarks.push(word);
		// A label: `Email: ann@example.org`.
		else if (token.endsWith(':')) names = [];
		else names.push(word);
	}
	settleNames();
	return { addresses: [...addresses.values()], rest: addresses.size === 0 ? [...rest, ...remarks] : rest };
}

/**
 * The addresses in what mail programs write: `ann@example.org`, `"Doe, Ann" <ann@example.org>`, `mailto:ann@example.org`, one or
 * several with commas, semicolons, spaces or line breaks between them. Each comes once, letter case aside. Throws a
 * `UserError` for what is no address.
 */
export function emailsIn(text: string): string[] {
	const { addresses, rest } = scan(text);
	if (rest.length === 0) return addresses;
	throw new UserError(`${show(rest.join(' '))} is not an email address. Give one such as ann@example.com, or several separated by commas.`);
}

/** What tells addresses apart: those in a value that amoCRM has, in lower case. */
export const emailKeys = (text: string): string[] => scan(text).addresses.map((address) => address.toLowerCase());
