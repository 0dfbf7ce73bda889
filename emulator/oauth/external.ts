import { randomBytes, randomUUID } from 'node:crypto';
import { listOf, type Query } from '../http/query';
import { isLoopback } from '../http/visitors';
import type { Integration } from '../options';
import type { World } from '../world';

/**
 * External integrations: the button of a site asks for one, whoever allows it makes it in the own account, and its keys go
 * to the site's `secrets_uri` before the browser comes back with a code. facts: core 2.9
 */
export interface ExternalIntegration extends Integration {
	secretsUri: string;
}

/** What the button asks for; undefined where that is nothing of the kind. Keys go to this machine only. */
export function askedFor({ name, redirect_uri, secrets_uri, scopes }: Query): ExternalIntegration | undefined {
	if (typeof name !== 'string' || name === '' || !isAddress(redirect_uri) || !isAddress(secrets_uri)) return undefined;
	if (!isLoopback(new URL(secrets_uri).hostname)) return undefined;
	return {
		clientId: randomUUID(),
		clientSecret: randomBytes(48).toString('base64url'),
		redirectUri: redirect_uri,
		name,
		scopes: listOf(scopes) ?? ['crm'],
		enabled: true,
		secretsUri: secrets_uri,
	};
}

const isAddress = (value: unknown): value is string => typeof value === 'string' && URL.canParse(value);

/** Answers what the site has answered, 0 for nothing; the integration is made on 200 alone, as a live site has found. */
export async function install({ integrations }: World, { secretsUri, ...integration }: ExternalIntegration, state = ''): Promise<number> {
	const { clientId: client_id, clientSecret: client_secret } = integration;
	const status = await fetch(secretsUri, {
		method: 'POST',
		headers: { 'content-type': 'application/json' },
		body: JSON.stringify({ client_id, client_secret, state }),
		redirect: 'manual',
		signal: AbortSignal.timeout(3_000),
	}).then(
		(answer) => answer.status,
		() => 0,
	);
	if (status === 200) integrations.set(client_id, integration);
	return status;
}
