import { buildQuery, isRecord } from '../http/query';
import type { World } from '../world';
import type { Piece } from './payload';

/** Hook bodies: http_build_query over strings. facts: extended 1.3 */

/** true -> 1, false -> 0, null and undefined leave no key; keys keep their order. */
function plain(value: unknown): unknown {
	if (value === true) return '1';
	if (value === false) return '0';
	if (Array.isArray(value)) return value.map(plain);
	if (!isRecord(value)) return value;
	const entries = Object.entries(value).filter(([, inner]) => inner !== null && inner !== undefined);
	return Object.fromEntries(entries.map(([key, inner]) => [key, plain(inner)]));
}

export function encodeHook(world: World, pieces: readonly Piece[]): string {
	const [first] = pieces;
	if (!first) return '';
	const { id, subdomain } = world.account.info;
	const account = { account: { subdomain, id, _links: { self: world.url } } };
	const body = { [first.entityKey]: { [first.action]: pieces.map(({ item }) => plain(item)) } };
	// Captures of message hooks have the account first, those of leads and notes last.
	const accountFirst = world.switches.webhookAccountKeys === 'first' || first.entityKey.endsWith('message');
	return buildQuery(accountFirst ? { ...account, ...body } : { ...body, ...account });
}
