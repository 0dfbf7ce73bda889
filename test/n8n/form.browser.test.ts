import { exampleWorkflows, withCredential } from '../../scripts/lib/demo.mjs';
import { openBrowser, type Browser } from './browser';
import { eventually, executionsOf } from './executions';
import { NODE_TYPE, type Credential } from './run';
import { openConnectedStage, type Stage } from './stage';

/** A file from the page of n8n's form gets onto the card of a lead, as the emulator's board shows it. Pictures are in `.work/screenshots/form`. */

const PDF = { name: 'Brief.pdf', mimeType: 'application/pdf', buffer: Buffer.from('%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF') };

let stage: Stage & { credential: Credential };
let browser: Browser;

beforeAll(async () => {
	[stage, browser] = await Promise.all([openConnectedStage('form', { seed: 'demo', language: 'en' }), openBrowser('form')]);
});
afterAll(async () => {
	await browser?.close();
	await stage?.close();
});
afterEach(async () => await browser.shot('end-of-test'));

type Workflow = ReturnType<typeof exampleWorkflows>[number];
type Node = { type: string; webhookId?: string };

/** Publishes it; gives its ID and the address of its form. */
async function publish(workflow: Workflow): Promise<{ id: string; address: string }> {
	const { n8n } = stage;
	const { id, versionId } = await n8n.client.createWorkflow(workflow);
	await n8n.client.request('POST', `/rest/workflows/${id}/activate`, { versionId });
	const { webhookId } = (workflow.nodes as Node[]).find(({ type }) => type.endsWith('.formTrigger')) ?? {};
	const address = `${n8n.url}/form/${webhookId}`;
	await eventually(async () => expect((await fetch(address)).status).toBe(200));
	return { id, address };
}

async function noError(id: string, node: string): Promise<void> {
	await eventually(async () => {
		const [execution] = await executionsOf(stage.n8n.client, id, 1, node);
		expect([execution?.error, execution?.status]).toEqual([undefined, 'success']);
	});
}

const leadCalled = (name: string) => [...stage.emulator.account.leads.values()].find((lead) => lead.name === name);
const fileOf = (id: unknown) => [...stage.emulator.account.files.values()].find(({ uuid }) => uuid === id);

test('of example 9: a PDF goes onto the card of a new lead, and into its feed', async () => {
	const { page, shot } = browser;
	const example = exampleWorkflows('en').find(({ name }) => name.startsWith('amoCRM 9:')) as Workflow;
	const { id, address } = await publish(withCredential(example, stage.credential));
	await page.goto(address);
	await page.getByLabel('Name').fill('Ann Form');
	await page.getByLabel('Phone').fill('+7 900 777-88-99');
	await page.getByLabel('What you need').fill('A kitchen by the drawing');
	await page.locator('input[type="file"]').setInputFiles(PDF);
	await shot('form');
	await page.locator('button[type="submit"], #submit-btn').first().click();
	await noError(id, 'File onto the Card');
	const lead = leadCalled('A kitchen by the drawing');
	await page.goto(`${stage.emulator.url}/leads/detail/${lead?.id}`);
	await shot('card');
	expect(await page.locator('#files').innerText()).toContain('Brief.pdf');
	expect(await page.locator('.detail').innerText()).toContain('Came with the request');
	const [attachment] = [...stage.emulator.account.attachments.values()].filter(({ entity_id: of }) => of === lead?.id);
	expect(fileOf(attachment?.file_uuid)?.versions).toMatchObject([{ size: PDF.buffer.length }]);
});

test('is mapped to a file field of the lead, by its name and automatically', async () => {
	const { emulator, credential, n8n } = stage;
	const field = emulator.account.fieldsOf('leads').find(({ type }) => type === 'file');
	const node = (name: string, customFields: object) => ({
		id: name,
		name,
		type: NODE_TYPE,
		typeVersion: 2,
		position: [220, 0],
		parameters: { resource: 'lead', operation: 'create', name, customFields },
		credentials: { amoCrmOAuth2Api: { id: credential.id, name: credential.name } },
	});
	const label = String(field?.name);
	const { id, address } = await publish({
		name: 'Form to a file field',
		nodes: [
			{ id: 'form', webhookId: '3c9f2d6a-7b1e-4f58-8a40-9d2e6b7c1f09', name: 'Form', type: 'n8n-nodes-base.formTrigger', typeVersion: 2.2, position: [0, 0], parameters: { formTitle: 'File', formFields: { values: [{ fieldLabel: label, fieldType: 'file', multipleFiles: true }, { fieldLabel: 'Other', fieldType: 'file', multipleFiles: false }] }, options: {} } },
			node('By expression', { mappingMode: 'defineBelow', value: { [field?.id ?? 0]: `={{ $('Form').item.binary.Other }}` } }),
			node('By name', { mappingMode: 'defineBelow', value: { [field?.id ?? 0]: 'Other' } }),
			node('Automatically', { mappingMode: 'autoMapInputData', value: null }),
		],
		connections: { Form: { main: [['By name', 'Automatically', 'By expression'].map((to) => ({ node: to, type: 'main', index: 0 }))] } },
	} as unknown as Workflow);
	await browser.page.goto(address);
	const inputs = browser.page.locator('input[type="file"]');
	await inputs.nth(0).setInputFiles({ ...PDF, name: 'First.pdf' });
	await inputs.nth(1).setInputFiles({ ...PDF, name: 'Second.pdf' });
	await browser.page.locator('button[type="submit"], #submit-btn').first().click();
	await noError(id, 'By name');
	await n8n.client.request('POST', `/rest/workflows/${id}/deactivate`, {});
	const heldBy = (name: string) => leadCalled(name)?.custom_fields_values;
	for (const [name, file] of [['By name', 'Second.pdf'], ['Automatically', 'First.pdf'], ['By expression', 'Second.pdf']] as const) {
		await eventually(() => expect([name, JSON.stringify(heldBy(name))]).toEqual([name, expect.stringContaining(`"file_name":"${file}","file_size":${PDF.buffer.length}`)]));
	}
	await browser.page.goto(`${emulator.url}/leads/detail/${leadCalled('By name')?.id}`);
	expect(await browser.page.locator('#custom-fields').innerText()).toContain('Second.pdf');
});
