import { openBrowser, type Browser } from './browser';
import { addNode, choose, signIn } from './editor';
import { eventually } from './executions';
import { openConnectedStage, type Stage } from './stage';

/** The trigger as a person sets it up. The pictures are in `.work/screenshots/trigger`. */

let stage: Stage;
let browser: Browser;

beforeAll(async () => {
	stage = await openConnectedStage('trigger-browser', { language: 'en' });
	browser = await openBrowser('trigger');
	await signIn(browser, stage.n8n);
});
afterAll(async () => {
	await browser?.close();
	await stage?.close();
});
afterEach(async () => await browser.shot('end-of-test'));

const hooks = () => [...stage.emulator.account.webhooks.values()];

test('find the trigger, choose events, listen for a test event, see rows', async () => {
	const { page, shot } = browser;
	await addNode(browser, stage.n8n.url, 'amoCRM', 'On Lead Added');
	await shot('trigger');
	const events = page.locator('[data-test-id="parameter-input-events"]');
	await events.click();
	await page.keyboard.type('stage');
	await page.getByRole('option', { name: 'Lead: Stage Changed' }).click();
	await page.keyboard.press('Escape');
	await shot('events');

	await page.locator('[data-test-id="node-execute-button"]').or(page.locator('[data-test-id="trigger-execute-button"]')).first().click();
	await eventually(() => expect(hooks().map(({ settings }) => [...settings].sort())).toEqual([['add_lead', 'status_lead']]));
	await shot('listening');
	stage.emulator.ui.create('leads', { name: 'Heard in the browser', price: 1_500 });
	const output = page.locator('[data-test-id="output-panel"]');
	await output.getByText('Heard in the browser').first().waitFor();
	await shot('rows');
	await eventually(() => expect(hooks()).toEqual([]));
});

test('the Digital Pipeline shows the URL to paste', async () => {
	const { page, shot } = browser;
	await addNode(browser, stage.n8n.url, 'amoCRM', 'On Lead Added');
	await choose(browser, 'mode', 'Digital Pipeline');
	await page.getByText('add the action', { exact: false }).waitFor();
	await page.getByText('Webhook URLs', { exact: true }).first().click();
	await shot('digital-pipeline');
	const shown = await page.locator('[data-test-id="webhook-url"], .webhook-url').or(page.getByText(/\/webhook(-test)?\/[0-9a-f-]{36}\//)).first().innerText();
	expect(shown).toMatch(/\/webhook(-test)?\/[0-9a-f-]{36}\/webhook\s*$/);
});
