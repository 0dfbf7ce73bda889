import { randomBytes } from 'node:crypto';

const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';

/** Event ids: lower-case ULIDs, sortable by time. facts: extended 5.1 */
export function ulid(at: number): string {
	let time = '';
	for (let rest = Math.max(0, Math.floor(at)); time.length < 10; rest = Math.floor(rest / 32)) time = ALPHABET[rest % 32] + time;
	for (const byte of randomBytes(16)) time += ALPHABET[byte % 32];
	return time;
}
