import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { demoIntegration } from './emulator.mjs';
import { N8nClient } from './n8nClient.mjs';
import { root } from './paths.mjs';

/** The private n8n's only user. It listens on this machine alone. */
export const owner = { email: 'demo@example.com', password: 'AmoCrm-demo-1', firstName: 'Demo', lastName: 'Owner' };

const CREDENTIAL_TYPE = 'amoCrmOAuth2Api';
/** What n8n calls a first credential by itself; the examples name it. */
export const CREDENTIAL_NAME = 'amoCRM (Kommo) account';

/** The importable example workflows in one language, in the order of their file names. */
export function exampleWorkflows(language = 'ru') {
	const folder = join(root, 'examples', language === 'ru' ? '' : language);
	return readdirSync(folder)
		.filter((file) => file.endsWith('.json'))
		.sort()
		.map((file) => JSON.parse(readFileSync(join(folder, file), 'utf8')));
}

/** The workflow with its amoCRM nodes holding this credential. */
export function withCredential(workflow, { id, name }) {
	const nodes = workflow.nodes.map((node) =>
		node.credentials?.[CREDENTIAL_TYPE] ? { ...node, credentials: { [CREDENTIAL_TYPE]: { id, name } } } : node,
	);
	return { ...workflow, nodes };
}

async function ensureCredential(client, domain) {
	const credential = { name: CREDENTIAL_NAME, type: CREDENTIAL_TYPE, data: { domain, ...demoIntegration } };
	const existing = (await client.credentials()).find(({ name, type }) => name === CREDENTIAL_NAME && type === CREDENTIAL_TYPE);
	if (!existing) return await client.createCredential(credential);
	// Another port than last time; n8n keeps the tokens.
	await client.updateCredential(existing.id, credential);
	return existing;
}

/** Fills a fresh n8n: the owner, a credential that only needs a click on Connect, the example workflows. */
export async function seedN8n(n8nUrl, emulatorUrl, language) {
	const client = new N8nClient(n8nUrl);
	await client.signIn(owner);
	const credential = await ensureCredential(client, emulatorUrl);

	const present = new Map((await client.workflows()).map(({ name, id }) => [name, id]));
	const examples = exampleWorkflows(language);
	for (const workflow of examples) {
		if (present.has(workflow.name)) continue;
		const { id } = await client.createWorkflow(withCredential(workflow, credential));
		present.set(workflow.name, id);
	}
	return { credentialId: credential.id, workflowId: present.get(examples[0]?.name) };
}
