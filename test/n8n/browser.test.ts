import { openBrowser, type Browser } from './browser';
import {
	addMappedField,
	addNode,
	choose,
	connect,
	executeStep,
	fillNewCredential,
	mapAutomatically,
	openNode,
	openWorkflow,
	pick,
	signIn,
	type,
	typeIntoPicker,
} from './editor';
import { CREDENTIAL_TYPE, NODE_TYPE } from './run';
import { openStage, type Stage } from './stage';

/** The main job as a person does it, in a real browser. The pictures are in `.work/screenshots/browser`. */

let stage: Stage;
let browser: Browser;

beforeAll(async () => {
	stage = await openStage('browser');
	browser = await openBrowser('browser');
	await signIn(browser, stage.n8n);
});
afterAll(async () => {
	await browser?.close();
	await stage?.close();
});
afterEach(async () => await browser.shot('end-of-test'));

test('connect the account in the credential window', async () => {
	const { clientId, clientSecret } = stage.emulator.integration;
	await fillNewCredential(browser, stage.n8n.url, 'amoCRM (Kommo) OAuth2 API', { domain: stage.emulator.url, clientId, clientSecret });
	await browser.shot('credential-filled');
	await connect(browser);
	expect(await browser.page.getByText('Account connected').isVisible()).toBe(true);
	await browser.shot('account-connected');
});

test('add the node from the nodes panel, choose resource and operation, run it, see rows', async () => {
	await addNode(browser, stage.n8n.url, 'amoCRM', 'Get many leads');
	await choose(browser, 'resource', 'Contact');
	await choose(browser, 'operation', 'Get Many');
	const output = await executeStep(browser);
	await browser.shot('rows');

	const [first] = [...stage.emulator.account.contacts.values()];
	expect(await output.locator('tbody tr').count()).toBeGreaterThan(5);
	expect(await output.getByText(first?.name ?? 'no contact', { exact: true }).first().isVisible()).toBe(true);
});

test('create a lead with a manager picked from the list of the account', async () => {
	await addNode(browser, stage.n8n.url, 'amoCRM', 'Create a lead');
	await type(browser, 'name', 'Lead from the editor');
	const user = [...stage.emulator.account.users.values()][1];
	await pick(browser, user?.name ?? 'no user', 'responsibleUserId');
	await browser.shot('lead-filled');
	const output = await executeStep(browser);
	await browser.shot('lead-created');

	expect(await output.getByText('1 item', { exact: true }).isVisible()).toBe(true);
	const [request] = stage.emulator.log.of('POST', '/api/v4/leads');
	expect(request?.body).toMatchObject([{ name: 'Lead from the editor', responsible_user_id: user?.id }]);
});

const leadField = (fieldType: string) => {
	const field = [...stage.emulator.account.customFields.values()].find(({ owner, type, code }) => owner === 'leads' && type === fieldType && !code?.startsWith('UTM'));
	if (!field) throw new Error(`no field of the type ${fieldType}`);
	return field;
};

/** What the card of a lead on the emulator's board says for custom fields. */
async function onTheCard(leadId: unknown, ids: number[]): Promise<string[]> {
	await browser.page.goto(`${stage.emulator.url}/leads/detail/${String(leadId)}`);
	await browser.shot('card');
	return await Promise.all(ids.map(async (id) => (await browser.page.locator(`#custom-fields [data-field-id="${id}"] dd`).innerText()).trim()));
}

test('update a lead picked from the searched list, with five custom fields mapped by hand, and see them on its card', async () => {
	const fields = { source: leadField('select'), budget: leadField('numeric'), urgent: leadField('checkbox'), link: leadField('url'), contract: leadField('text') };
	const option = fields.source.enums?.[2]?.value ?? 'no option';
	const lead = [...stage.emulator.account.leads.values()][5];
	await addNode(browser, stage.n8n.url, 'amoCRM', 'Update a lead');
	await pick(browser, lead?.name ?? 'no lead');
	await (await addMappedField(browser, fields.source)).locator('input').first().click();
	await browser.page.getByRole('option', { name: option }).first().click();
	await (await addMappedField(browser, fields.budget)).locator('input').first().fill('1500.5');
	await (await addMappedField(browser, fields.urgent)).locator('input').first().click();
	await browser.page.getByRole('option', { name: 'Yes', exact: true }).first().click();
	await (await addMappedField(browser, fields.link)).locator('input').first().fill('https://example.com/offer');
	await (await addMappedField(browser, fields.contract)).locator('input').first().fill('A-17');
	await browser.shot('five-fields');
	const output = await executeStep(browser);
	expect(await output.getByText('1 item', { exact: true }).isVisible()).toBe(true);

	const [source, budget, ...others] = await onTheCard(lead?.id, Object.values(fields).map(({ id }) => id));
	expect(source).toBe(option);
	expect(budget?.replace(',', '.')).toBe('1500.5');
	const [urgent, ...texts] = others;
	expect(urgent).toMatch(/^да$/i);
	expect(texts).toEqual(['https://example.com/offer', 'A-17']);
});

test('choose an option of a field that takes several from its list', async () => {
	const field = leadField('multiselect');
	const label = field.enums?.[1]?.value ?? 'no option';
	const lead = [...stage.emulator.account.leads.values()][6];
	await addNode(browser, stage.n8n.url, 'amoCRM', 'Update a lead');
	await pick(browser, lead?.name ?? 'no lead');
	await (await addMappedField(browser, { id: field.id, name: `${field.name} (…, …)` })).locator('input').first().click();
	await browser.page.getByRole('option', { name: label }).first().waitFor();
	await browser.shot('several-options');
	await browser.page.getByRole('option', { name: label }).first().click();
	const output = await executeStep(browser);
	await browser.shot('several-sent');
	expect(await output.getByText('1 item', { exact: true }).isVisible()).toBe(true);
	expect((await onTheCard(lead?.id, [field.id]))[0]).toBe(label);
});

test('read a lead by the pasted link of its card', async () => {
	const lead = [...stage.emulator.account.leads.values()][3];
	await addNode(browser, stage.n8n.url, 'amoCRM', 'Get a lead');
	await typeIntoPicker(browser, 'By URL', `${stage.emulator.url}/leads/detail/${lead?.id}`);
	const output = await executeStep(browser);
	await browser.shot('by-link');
	expect(await output.getByText(lead?.name ?? 'no lead', { exact: true }).first().isVisible()).toBe(true);
});

test('create a lead whose custom fields come from the incoming data', async () => {
	const fields = { source: leadField('select'), channels: leadField('multiselect'), start: leadField('date'), amount: leadField('monetary') };
	const channels = fields.channels.enums?.slice(0, 2).map(({ value }) => value) ?? [];
	// By name, by ID, and by name in other letters.
	const item = {
		title: 'Lead from the data',
		[fields.source.name]: fields.source.enums?.[1]?.value,
		[fields.channels.id]: channels.join(', '),
		[fields.start.name.toUpperCase()]: '31.01.2026',
		[fields.amount.name]: '2 500,00 ₽',
		price: '15 000',
		tags: 'site',
		utm_sorce: 'ad',
	};
	const [credential] = await stage.n8n.client.credentials();
	const { id } = await stage.n8n.client.createWorkflow({
		name: 'Map automatically',
		nodes: [
			{ id: 'start', name: 'Start', type: 'n8n-nodes-base.manualTrigger', typeVersion: 1, position: [0, 0], parameters: {} },
			{
				id: 'create',
				name: 'Create a lead',
				type: NODE_TYPE,
				typeVersion: 2,
				position: [250, 0],
				parameters: { authentication: 'oAuth2', resource: 'lead', operation: 'create', name: '={{ $json.title }}' },
				credentials: { [CREDENTIAL_TYPE]: { id: credential?.id, name: credential?.name } },
			},
		],
		connections: { Start: { main: [[{ node: 'Create a lead', type: 'main', index: 0 }]] } },
		pinData: { Start: [{ json: item }] },
	});
	await openWorkflow(browser, stage.n8n.url, id);
	await openNode(browser, 'Create a lead');
	await mapAutomatically(browser);
	await browser.shot('map-automatically');
	const output = await executeStep(browser);
	await browser.shot('mapped-automatically');
	expect(await output.getByText('1 item', { exact: true }).isVisible()).toBe(true);
	expect(await output.getByText('Not used: utm_sorce').isVisible()).toBe(true);

	const lead = [...stage.emulator.account.leads.values()].find(({ name }) => name === 'Lead from the data');
	const shown = await onTheCard(lead?.id, Object.values(fields).map(({ id }) => id));
	expect(shown[0]).toBe(fields.source.enums?.[1]?.value);
	expect(shown[1]?.split('\n')).toEqual(channels);
	expect(shown[2]).toContain('31');
	expect(shown[3]?.replace(/\s/g, '')).toMatch(/^2500/);
});

test('a lead that does not exist is one readable error', async () => {
	await addNode(browser, stage.n8n.url, 'amoCRM', 'Get a lead');
	await typeIntoPicker(browser, 'By ID', '99999999');
	const output = await executeStep(browser);
	await browser.shot('error');
	expect(await output.innerText()).toContain('99999999');
});
