import { openBrowser, type Browser } from './browser';
import { addNode, signIn } from './editor';
import { openConnectedStage, type Stage } from './stage';

/** What a person sees first of each form. The pictures are in `.work/screenshots/forms`, to be looked at. */
let stage: Stage;
let browser: Browser;

beforeAll(async () => {
	stage = await openConnectedStage('forms', { language: 'en' });
	browser = await openBrowser('forms');
	await browser.page.setViewportSize({ width: 1440, height: 1300 });
	await signIn(browser, stage.n8n.url);
});

afterAll(async () => {
	await browser?.close();
	await stage?.close();
});

test.each([
	['Create a lead'],
	['Create a lead with its contact and company'],
	['Create or update a contact'],
	['Create or update a lead'],
	['Create a company'],
	['Create a task'],
	['Create a list element'],
	['Link a lead to another record'],
	['Get many leads'],
	['Update a contact'],
])('%s', async (action) => {
	await addNode(browser, stage.n8n.url, 'amoCRM', action);
	await browser.page.waitForTimeout(1_500);
	await browser.shot(action.replace(/ /g, '-').toLowerCase());
	const panel = browser.page.locator('[data-test-id="ndv"]');
	expect(await panel.locator('text=/Could not load|Error fetching/').count()).toBe(0);
});
