import { createHmac } from 'node:crypto';
import type { World } from '../world';

/** Switching an integration off: its tokens die and its own server is told with a signed GET. facts: core 2.10 */
export async function disableIntegration({ integrations, tokens, account }: World, clientId: string): Promise<void> {
	const integration = integrations.get(clientId);
	if (!integration) return;
	integration.enabled = false;
	tokens.revokeAll(clientId);
	if (integration.deauthorizeUrl === undefined) return;
	const url = new URL(integration.deauthorizeUrl);
	const { id } = account.info;
	url.searchParams.set('account_id', String(id));
	url.searchParams.set('client_uuid', clientId);
	url.searchParams.set('signature', createHmac('sha256', integration.clientSecret).update(`${clientId}|${id}`).digest('hex'));
	// Whatever the server answers, the integration is off.
	await fetch(url, { redirect: 'manual', signal: AbortSignal.timeout(3_000) }).catch(() => undefined);
}
