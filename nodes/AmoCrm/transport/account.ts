import { readAccount } from './answers';
import type { ApiClient } from './client';

const KEEP_MS = 10 * 60_000;

const filtering = new Map<string, { at: number; asking: Promise<boolean | undefined> }>();

/**
 * Whether the account obeys list filters (core facts 3.6); `undefined` when it does not say. Asked at most every
 * 10 minutes, and once by callers that come together.
 */
export async function isFilteringEnabled(client: ApiClient): Promise<boolean | undefined> {
	const known = filtering.get(client.accountKey);
	if (known && Date.now() - known.at < KEEP_MS) return await known.asking;
	const asking = readAccount(client, 'is_api_filter_enabled').then((account) => {
		const enabled = account.ok ? account.value.is_api_filter_enabled : undefined;
		return typeof enabled === 'boolean' ? enabled : undefined;
	});
	filtering.set(client.accountKey, { at: Date.now(), asking });
	const enabled = await asking;
	if (enabled === undefined) filtering.delete(client.accountKey);
	return enabled;
}
