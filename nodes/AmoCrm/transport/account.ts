import type { IDataObject } from 'n8n-workflow';

import type { ApiClient } from './client';

const KEEP_MS = 10 * 60_000;

const filtering = new Map<string, { at: number; enabled: boolean | undefined }>();

/** Whether the account obeys list filters (core facts 3.6); `undefined` when it does not say. Asked at most every 10 minutes. */
export async function isFilteringEnabled(client: ApiClient): Promise<boolean | undefined> {
	const known = filtering.get(client.accountKey);
	if (known && Date.now() - known.at < KEEP_MS) return known.enabled;
	const reply = await client.send({ method: 'GET', path: '/account', query: { with: 'is_api_filter_enabled' } });
	if (!reply.ok) return undefined;
	const value = (reply.body as IDataObject | undefined)?.is_api_filter_enabled;
	const enabled = typeof value === 'boolean' ? value : undefined;
	filtering.set(client.accountKey, { at: Date.now(), enabled });
	return enabled;
}
