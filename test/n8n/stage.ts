import { setImmediate } from 'node:timers/promises';
import { startEmulator, type Emulator, type EmulatorOptions } from '../../emulator';
import { demoIntegration } from '../../scripts/lib/emulator.mjs';
import type { N8nClient } from '../../scripts/lib/n8nClient.mjs';
import { startTestN8n, type N8nOptions, type TestN8n } from './n8n';
import { CREDENTIAL_TYPE, type Credential } from './run';

/** An n8n and an amoCRM account that know each other: what every suite plays on. */
export interface Stage {
	n8n: TestN8n;
	emulator: Emulator;
	close(): Promise<void>;
}

export async function openStage(suite: string, options: EmulatorOptions = {}, n8nOptions?: N8nOptions): Promise<Stage> {
	const n8n = await startTestN8n(suite, n8nOptions);
	const emulator = await startEmulator({
		seed: 'cards',
		redirectUri: n8n.redirectUrl,
		// n8n refreshes a token without a redirect_uri, whatever the node does.
		switches: { strictRefreshRedirectUri: false },
		...options,
	});
	return {
		n8n,
		emulator,
		close: async () => {
			await n8n.close();
			await emulator.close();
		},
	};
}

export async function createCredential({ client }: TestN8n, domain: string, data: object = {}, called = `Account ${domain} ${Date.now()}`): Promise<Credential> {
	const { id, name } = await client.createCredential({
		name: called,
		type: CREDENTIAL_TYPE,
		data: { domain, ...demoIntegration, ...data },
	});
	return { id, name };
}

/**
 * What a browser does after a click on Connect: the consent page, its button, and back to n8n with n8n's cookie.
 * Returns the page that n8n shows at the end.
 */
export async function consent(client: N8nClient, credential: Credential, answer: 'allow' | 'deny' = 'allow'): Promise<string> {
	const page = await fetch(await client.authorizeUrl(credential.id));
	const html = await page.text();
	if (!html.includes(`id="${answer}"`)) throw new Error(`No consent page, but ${page.status}: ${html}`);
	const redirect = await fetch(page.url.replace('/oauth?', `/oauth/${answer}?`), { redirect: 'manual' });
	const back = await fetch(redirect.headers.get('location') ?? '', { headers: { cookie: client.cookie } });
	return await back.text();
}

/** The code that the integration's card shows. */
export async function codeOfTheCard({ emulator: { url, integration } }: Pick<Stage, 'emulator'>): Promise<string> {
	const consented = await fetch(`${url}/oauth/allow?client_id=${integration.clientId}`, { redirect: 'manual' });
	return new URL(consented.headers.get('location') ?? '').searchParams.get('code') ?? '';
}

/** A stage with a credential that is already connected. */
export async function openConnectedStage(suite: string, options?: EmulatorOptions, n8nOptions?: N8nOptions): Promise<Stage & { credential: Credential }> {
	const stage = await openStage(suite, options, n8nOptions);
	const credential = await createCredential(stage.n8n, stage.emulator.url);
	await consent(stage.n8n.client, credential);
	return { ...stage, credential };
}

/** Creates leads as somebody in the account, each told of in a delivery of its own; resolves when all are answered. */
export async function createLeadsApart(emulator: Emulator, names: string[]): Promise<void> {
	for (const name of names) {
		emulator.ui.create('leads', { name });
		// What changes in one turn travels in one delivery.
		await setImmediate();
	}
	await emulator.deliveries.settled();
}
