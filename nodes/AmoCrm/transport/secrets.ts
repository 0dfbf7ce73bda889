import type { ICredentialDataDecryptedObject, IDataObject } from 'n8n-workflow';

import type { Failure } from './types';

/** Blacks out every secret of a credential in a text. */
export type Mask = (text: string) => string;

/** Shorter values are no secrets of amoCRM, and would tear holes into ordinary text. */
const SHORTEST = 8;

/** A part of a secret is known by blocks of this length, and is one from this length on. */
const BLOCK = 8;
const SHORTEST_PART = 12;

/** Everything in a credential that must not be seen: its tokens, its secret and its code. */
export function secretsOf(credentials: ICredentialDataDecryptedObject): string[] {
	const { oauthTokenData, accessToken, refreshToken, authorizationCode, clientSecret } = credentials;
	const { access_token, refresh_token } = (oauthTokenData ?? {}) as IDataObject;
	return [accessToken, refreshToken, authorizationCode, clientSecret, access_token, refresh_token]
		.map((value) => String(value ?? '').trim())
		.filter((value) => value.length >= SHORTEST);
}

/**
 * Finds secrets whole and in parts, in whatever case, as they are and as addresses (once or twice), JSON, base64 (of which
 * Basic is made) and hexadecimal digits write them.
 */
export function maskOf(secrets: string[]): Mask {
	const whole = [...new Set(secrets.flatMap(writingsOf).map(lowered))].filter((text) => text.length >= SHORTEST);
	const blocks = new Set<string>();
	for (const text of whole) for (let at = 0; at + BLOCK <= text.length; at++) blocks.add(text.slice(at, at + BLOCK));
	return (text) => {
		const low = lowered(text);
		const isBlock = (at: number): boolean => at >= 0 && blocks.has(low.slice(at, at + BLOCK));
		let clean = '';
		let from = 0;
		// Every part of some length has a block at a multiple of the block's length: only those are looked up.
		for (let at = 0; at + BLOCK <= text.length; at += BLOCK) {
			if (at < from || !isBlock(at)) continue;
			let start = at;
			let end = at;
			while (start > from && isBlock(start - 1)) start -= 1;
			while (isBlock(end + 1)) end += 1;
			end += BLOCK;
			if (end - start < SHORTEST_PART && !whole.includes(low.slice(start, end))) continue;
			clean += `${text.slice(from, start)}***`;
			from = end;
		}
		clean += text.slice(from);
		// Those without a block at such a place are short.
		return whole.reduce((left, secret) => (secret.length < 2 * BLOCK ? without(left, secret) : left), clean);
	};
}

/** In lower case, every character in its place: only this one becomes longer. */
const lowered = (text: string): string => text.replace(/İ/g, 'i').toLowerCase();

/** Every occurrence of `secret`, which is in lower case, blacked out. */
function without(text: string, secret: string): string {
	let at = 0;
	const parts = lowered(text).split(secret).map(({ length }) => {
		const part = text.slice(at, at + length);
		at += length + secret.length;
		return part;
	});
	return parts.join('***');
}

function writingsOf(secret: string): string[] {
	const bytes = Buffer.from(secret);
	const inBase64 = [0, 1, 2].flatMap((shift) => {
		const encoded = Buffer.concat([Buffer.alloc(shift), bytes]).toString('base64');
		// The characters at the ends depend on what stands beside the secret.
		const sure = encoded.replace(/=+$/, '').slice(shift === 0 ? 0 : shift + 1, -1);
		return [sure, sure.replace(/\+/g, '-').replace(/\//g, '_')];
	});
	const inAddress = encodeURIComponent(secret);
	return [secret, inAddress, encodeURIComponent(inAddress), JSON.stringify(secret).slice(1, -1), bytes.toString('hex'), ...inBase64];
}

/** The failure with every secret blacked out: an answer, or a proxy on the way, may repeat what it was sent. */
export function masked(failure: Failure, mask: Mask): Failure {
	const rows = failure.rows && [...failure.rows].map(([key, problems]) => [
		mask(key),
		problems.map(({ code, path, detail }) => ({ code: mask(code), path: mask(path), detail: mask(detail) })),
	] as const);
	return { ...failure, message: mask(failure.message), advice: mask(failure.advice), ...(rows ? { rows: new Map(rows) } : {}) };
}
