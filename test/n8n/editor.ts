import type { Locator, Page } from 'playwright-core';
import type { Browser } from './browser';
import type { TestN8n } from './n8n';

/** What a person does in n8n's editor, one function for each step. */

const byTestId = (page: Page | Locator, id: string): Locator => page.locator(`[data-test-id="${id}"]`);

/** Takes over the session of the owner: n8n's own sign-in page is not what is tested here. */
export async function signIn({ context }: Browser, { url, client }: TestN8n): Promise<void> {
	const [name = '', value = ''] = client.cookie.split('=');
	await context.addCookies([{ name, value, url }]);
}

/** Opens the window of a new credential and types the fields. */
export async function fillNewCredential({ page }: Browser, url: string, type: string, fields: Record<string, string>): Promise<void> {
	await page.goto(`${url}/home/credentials`);
	await byTestId(page, 'add-resource-credential').click();
	await byTestId(page, 'new-credential-type-select').locator('input').fill(type);
	await byTestId(page, 'new-credential-type-select-option').getByText(type, { exact: true }).click();
	await byTestId(page, 'new-credential-type-button').click();
	for (const [name, value] of Object.entries(fields)) {
		await byTestId(page, `parameter-input-${name}`).locator('input').fill(value);
	}
}

/** Clicks Connect and consents in the window that opens. */
export async function connect(browser: Browser): Promise<void> {
	const { page, context, shot } = browser;
	const opened = context.waitForEvent('page');
	await byTestId(page, 'quick-connect-button').click();
	const popup = await opened;
	await popup.locator('#allow').waitFor();
	await shot('consent', popup);
	await popup.locator('#allow').click();
	await byTestId(page, 'oauth-connect-success-banner').waitFor();
}

/** Starts a new workflow, finds the node in the nodes panel and picks one of its actions. */
export async function addNode({ page, shot }: Browser, url: string, search: string, action: string): Promise<void> {
	await page.goto(`${url}/workflow/new`);
	await byTestId(page, 'canvas-add-button').click();
	await byTestId(page, 'node-creator-search-bar').fill(search);
	const found = byTestId(page, 'item-iterator-item').filter({ hasText: search }).first();
	await found.waitFor();
	await shot(`search-${search}`);
	await found.click();
	const category = byTestId(page, 'node-creator-category-item');
	await category.first().waitFor();
	const entry = page.getByText(action, { exact: true });
	// On an empty canvas n8n unfolds the triggers and folds the actions away.
	const folded = page.locator('[data-category-collapsed="true"]').locator(category);
	if (!(await entry.isVisible()) && (await folded.count()) > 0) await folded.first().click();
	await entry.waitFor();
	await shot('actions');
	await entry.click();
	await byTestId(page, 'ndv').waitFor();
}

/** Opens a saved workflow on the canvas. */
export async function openWorkflow({ page }: Browser, url: string, id: string): Promise<void> {
	await page.goto(`${url}/workflow/${id}`);
	await byTestId(page, 'canvas-node').first().waitFor();
}

/** Opens a node of the canvas and returns its window. */
export async function openNode({ page }: Browser, name: string): Promise<Locator> {
	await page.locator(`[data-test-id="canvas-node"][data-node-name="${name}"]`).dblclick();
	const panel = byTestId(page, 'ndv');
	await panel.waitFor();
	return panel;
}

export async function closeNode({ page }: Browser): Promise<void> {
	await page.keyboard.press('Escape');
	await byTestId(page, 'ndv').waitFor({ state: 'hidden' });
}

/** Chooses an entry of a dropdown parameter, as soon as the list has it. */
export async function choose({ page }: Browser, parameter: string, option: string | RegExp): Promise<void> {
	await byTestId(page, `parameter-input-${parameter}`).click();
	await page.getByRole('option', { name: option }).first().click();
}

export async function type({ page }: Browser, parameter: string, text: string): Promise<void> {
	await byTestId(page, `parameter-input-${parameter}`).locator('input, textarea').first().fill(text);
}

/** Switches a record picker from its list to plain IDs or links and types one. */
export async function typeIntoPicker({ page }: Browser, mode: 'By ID' | 'By URL', text: string): Promise<void> {
	await byTestId(page, 'rlc-mode-selector').click();
	await page.getByRole('option', { name: mode }).click();
	await byTestId(page, 'rlc-input').locator('input').or(page.locator('input[data-test-id="rlc-input"]')).first().fill(text);
}

/** Adds a custom field to the mapper and returns its row. */
export async function addMappedField({ page }: Browser, { id, name }: { id: number; name: string }): Promise<Locator> {
	await byTestId(page, 'add-fields-select').getByRole('button').first().click();
	await page.getByRole('menuitem', { name, exact: true }).or(page.locator('.el-dropdown-menu__item', { hasText: name })).first().click();
	const row = page.locator('.parameter-item').filter({ has: byTestId(page, `remove-field-button-${id}`) }).last();
	await row.waitFor();
	return row;
}

/** Lets the mapper take the fields of the incoming data. */
export async function mapAutomatically({ page }: Browser): Promise<void> {
	await byTestId(page, 'mapping-mode-select').locator('input').click();
	await page.getByRole('option', { name: 'Map Automatically' }).click();
}

/** Picks a record from the searched list of a record picker: the only one, or that of the parameter. */
export async function pick({ page, shot }: Browser, search: string, parameter?: string): Promise<void> {
	const form = parameter === undefined ? page : byTestId(page, `parameter-input-${parameter}`).first();
	await form.locator('[data-test-id="rlc-input"]').click();
	await page.locator('[data-test-id="rlc-search"]:visible input, input[data-test-id="rlc-search"]:visible').fill(search);
	const found = page.locator('[data-test-id="rlc-item"]:visible').filter({ hasText: search }).first();
	await found.waitFor();
	await shot('picker');
	await found.click();
}

/** Executes the open node and returns its output pane when it is done. */
export async function executeStep({ page }: Browser): Promise<Locator> {
	// The editor takes over what was typed half a second later.
	await page.waitForTimeout(1_000);
	await byTestId(page, 'node-execute-button').click();
	const output = byTestId(page, 'output-panel');
	await byTestId(output, 'ndv-items-count').or(output.locator('.node-error-view__header')).first().waitFor();
	return output;
}
