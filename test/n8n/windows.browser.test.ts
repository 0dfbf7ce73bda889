import { startEmulator } from '../../emulator';
import { demoIntegration } from '../../scripts/lib/emulator.mjs';
import { openBrowser, type Browser } from './browser';
import { fillNewCredential, openWorkflow, signIn } from './editor';
import { NODE_TYPE } from './run';
import { codeOfTheCard, openStage, type Stage } from './stage';

/** What the windows of the credentials say and where, and how the editor's lists and its canvas name the nodes. The pictures are in `.work/screenshots/windows`, to be looked at. */

let stage: Stage;
let browser: Browser;

beforeAll(async () => {
	stage = await openStage('windows', { seed: 'empty' });
	browser = await openBrowser('windows');
	await signIn(browser, stage.n8n);
});
afterAll(async () => {
	await browser?.close();
	await stage?.close();
});

const OAUTH2 = 'amoCRM (Kommo) OAuth2 API';
const LONG_LIVED = 'amoCRM (Kommo) Long-Lived Token API';
const CODE = 'amoCRM (Kommo) Authorization Code API';

/** Saves the window and returns what n8n says of it, with its details. */
async function saved(): Promise<string> {
	const { page } = browser;
	const answered = page.waitForResponse((response) => response.url().endsWith('/credentials/test'));
	await page.locator('[data-test-id="credential-save-button"]').click();
	await answered;
	const said = page.locator('[data-test-id="credential-edit-dialog"], .el-dialog').getByText(/^(Couldn’t connect|Connection tested)/).first();
	await said.waitFor();
	const details = page.getByText('More details', { exact: true });
	if (!(await details.isVisible())) return (await said.innerText()).trim();
	await details.click();
	const sentence = page.getByText(/^The amoCRM credential cannot be used:/);
	await sentence.waitFor();
	return await sentence.innerText();
}

const asked = async () =>
	await browser.page.locator('[data-test-id^="parameter-input-"]').evaluateAll((all) => all.map((one) => one.getAttribute('data-test-id')?.replace('parameter-input-', '')));

test('a search for kommo finds the three ways in', async () => {
	const { page } = browser;
	await page.goto(`${stage.n8n.url}/home/credentials`);
	await page.locator('[data-test-id="add-resource-credential"]').click();
	await page.locator('[data-test-id="new-credential-type-select"] input').fill('kommo');
	const found = page.locator('[data-test-id="new-credential-type-select-option"]');
	await found.first().waitFor();
	await browser.shot('search');
	expect((await found.allInnerTexts()).map((text) => text.trim()).sort()).toEqual([CODE, LONG_LIVED, OAUTH2]);
});

test.each(['амо', 'амосрм', 'амо срм', 'сделка', 'коммо', 'kommo', 'deal'])('a search for %s finds the node, told as both the node and its trigger', async (word) => {
	const { page } = browser;
	await page.goto(`${stage.n8n.url}/workflow/new`);
	await page.locator('[data-test-id="canvas-add-button"]').click();
	await page.locator('[data-test-id="node-creator-search-bar"]').fill(word);
	const found = page.locator('[data-test-id="item-iterator-item"]').filter({ hasText: 'amoCRM' });
	await found.first().waitFor();
	await browser.shot(`found-by-${word}`);
	expect(await found.first().innerText()).toMatch(/^amoCRM\s+Work with leads/);
	await found.first().click();
	await page.locator('[data-test-id="node-creator-category-item"]').first().waitFor();
	expect(await page.locator('[data-test-id="node-creator-category-item"]').allInnerTexts()).toEqual([expect.stringMatching(/^Triggers/), expect.stringMatching(/^Actions/)]);
});

test('the canvas says in words what a node does', async () => {
	const { page } = browser;
	const node = (name: string, type: string, parameters: object, index: number) => ({ id: name, name, type, typeVersion: 1, position: [index * 260, 0], parameters });
	const { id } = await stage.n8n.client.createWorkflow({
		name: 'In words',
		nodes: [
			node('One', NODE_TYPE, { resource: 'contact', operation: 'upsert' }, 0),
			node('Two', NODE_TYPE, { resource: 'lead', operation: 'getAll' }, 1),
			node('Three', `${NODE_TYPE}Trigger`, { events: ['status_lead'] }, 2),
			node('Four', `${NODE_TYPE}Trigger`, { events: ['status_lead', 'add_task'] }, 3),
		],
		connections: {},
	});
	await openWorkflow(browser, stage.n8n.url, id);
	for (const words of ['Create or update a contact', 'Get many leads', 'Lead: Stage Changed', '2 events']) await page.getByText(words, { exact: true }).waitFor();
	await browser.shot('canvas');
});

const NO_ADDRESS = /^This is not the address of an amoCRM or Kommo account/;

test.each([
	['oauth2', OAUTH2],
	['long-lived token', LONG_LIVED],
	['code', CODE],
])('the window of %s asks for the domain first and says at once when it is none', async (name, type) => {
	const { page } = browser;
	await fillNewCredential(browser, stage.n8n.url, type, {});
	expect((await asked())[0]).toBe('domain');
	expect(await page.getByText(NO_ADDRESS).count()).toBe(0);
	await browser.shot(name);
	const domain = page.locator('[data-test-id="parameter-input-domain"] input');
	await domain.fill('mycompany.example.com');
	await page.getByText(NO_ADDRESS).waitFor();
	for (const colorScheme of ['dark', 'light'] as const) {
		await page.emulateMedia({ colorScheme });
		await browser.shot(`${name}-wrong-domain-${colorScheme}`);
	}
	await domain.fill('https://MyCompany.Kommo.com/leads/');
	await page.getByText(NO_ADDRESS).waitFor({ state: 'hidden' });
	expect(await page.getByText(/only redirect addresses that begin with https/).count()).toBe(type === OAUTH2 ? 1 : 0);
});

test('a long-lived token that is refused is told in a sentence', async () => {
	await fillNewCredential(browser, stage.n8n.url, LONG_LIVED, { domain: stage.emulator.url, accessToken: 'nonsense' });
	expect(await saved()).toMatch(/does not accept this token/);
	await browser.shot('refused-token');
});

test('a code connects once, however often its window is saved, and says so in a second credential', async () => {
	const { redirectUri } = stage.emulator.integration;
	const fields = { ...demoIntegration, domain: stage.emulator.url, redirectUri, authorizationCode: await codeOfTheCard(stage) };
	await fillNewCredential(browser, stage.n8n.url, CODE, fields);
	expect(await saved()).toBe('Connection tested successfully');
	await browser.page.locator('[data-test-id="parameter-input-redirectUri"] input').fill(`${redirectUri} `);
	expect(await saved()).toBe('Connection tested successfully');
	await fillNewCredential(browser, stage.n8n.url, CODE, fields);
	expect(await saved()).toMatch(/was used already/);
	await browser.shot('used-code');
});

test.each([390, 760, 1000])('the board fits a window %i wide', async (width) => {
	const emulator = await startEmulator({ seed: 'demo' });
	const { page } = await browser.anotherWindow();
	try {
		await page.setViewportSize({ width, height: 844 });
		const [lead] = emulator.account.leads.keys();
		for (const path of ['/', '/leads/list/', '/contacts/list/', '/companies/list/', '/todo/list/', `/leads/detail/${lead}`]) {
			await page.goto(`${emulator.url}${path}`);
			const [wide, hidden] = await page.evaluate<number[]>(`[document.documentElement.scrollWidth - innerWidth, [...document.querySelectorAll('nav a, .foot a, .foot button, .switch')].filter((link) => {
				const { left, right, bottom } = link.getBoundingClientRect();
				return left < 0 || right > innerWidth || bottom > innerHeight;
			}).length]`);
			expect([path, wide, hidden]).toEqual([path, 0, 0]);
			expect(await page.locator('#log').isVisible()).toBe(false);
		}
		await page.locator('#toggle-log').click();
		await page.locator('#log').waitFor();
		await browser.shot(`board-${width}`, page);
	} finally {
		await page.close();
		await emulator.close();
	}
});
