import { openBrowser, type Browser } from './browser';
import { addNode, addToCollection, choose, connect, executeStep, fillNewCredential, pick, signIn, type, typeId } from './editor';
import { openStage, type Stage } from './stage';

/** The main job as a person does it, in a real browser. The pictures are in `.work/screenshots/browser`. */

let stage: Stage;
let browser: Browser;

beforeAll(async () => {
	stage = await openStage('browser');
	browser = await openBrowser('browser');
	await signIn(browser, stage.n8n.url);
	await browser.shot('signed-in');
});
afterAll(async () => {
	await browser?.close();
	await stage?.close();
});
afterEach(async () => await browser.shot('end-of-test'));

test('connect the account in the credential window', async () => {
	const { clientId, clientSecret } = stage.emulator.integration;
	await fillNewCredential(browser, stage.n8n.url, 'amoCRM OAuth2 API', { domain: stage.emulator.url, clientId, clientSecret });
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
	await addToCollection(browser, 'Add Field', 'Responsible User');
	const user = [...stage.emulator.account.users.values()][1];
	await pick(browser, user?.name ?? 'no user');
	await browser.shot('lead-filled');
	const output = await executeStep(browser);
	await browser.shot('lead-created');

	expect(await output.getByText('1 item', { exact: true }).isVisible()).toBe(true);
	const [request] = stage.emulator.log.of('POST', '/api/v4/leads');
	expect(request?.body).toMatchObject([{ name: 'Lead from the editor', responsible_user_id: user?.id }]);
});

test('a lead that does not exist is one readable error', async () => {
	await addNode(browser, stage.n8n.url, 'amoCRM', 'Get a lead');
	await typeId(browser, '99999999');
	const output = await executeStep(browser);
	await browser.shot('error');
	expect(await output.innerText()).toContain('99999999');
});
