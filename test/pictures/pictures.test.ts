import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Locator } from 'playwright-core';
import { CREDENTIAL_NAME, exampleWorkflows, withCredential } from '../../scripts/lib/demo.mjs';
import { root } from '../../scripts/lib/paths.mjs';
import { openBrowser, type Browser } from '../n8n/browser';
import { addMappedField, executeStep, openNode, openWorkflow, signIn } from '../n8n/editor';
import { eventually } from '../n8n/executions';
import { CREDENTIAL_TYPE, NODE_TYPE, triggerNode, type Credential } from '../n8n/run';
import { consent, createCredential, openStage, type Stage } from '../n8n/stage';

/** `npm run pictures` writes the pictures of the documents anew, each in a light and a dark form, below docs/pictures. */

const FOLDER = join(root, 'docs', 'pictures');
const RECIPES = join(root, 'docs', 'recipes');

let stage: Stage & { credential: Credential };
let browser: Browser;
/** A credential of OpenAI, so that n8n does not mark the node; nobody asks the model. */
let model: Credential;

beforeAll(async () => {
	mkdirSync(FOLDER, { recursive: true });
	const [opened, window] = await Promise.all([
		openStage('pictures', { seed: 'demo', language: 'en' }),
		openBrowser('pictures', { viewport: { width: 1280, height: 720 }, deviceScaleFactor: 1.5 }),
	]);
	browser = window;
	const credential = await createCredential(opened.n8n, opened.emulator.url, {}, CREDENTIAL_NAME);
	stage = { ...opened, credential };
	model = await opened.n8n.client.createCredential({ name: 'OpenAI account', type: 'openAiApi', data: { apiKey: 'none' } });
	await consent(opened.n8n.client, credential);
	await signIn(browser, opened.n8n);
});
afterAll(async () => {
	await browser?.close();
	await stage?.close();
});
afterEach(async () => await browser.shot('end-of-test'));

const byTestId = (id: string): Locator => browser.page.locator(`[data-test-id="${id}"]`);

/** What n8n shows around the canvas and the forms, and what would differ from run to run. */
const HIDDEN = [
	...['canvas-controls', 'canvas-handle-plus-wrapper', 'toggle-focus-panel-button'].map((id) => `[data-test-id="${id}"]`),
	...['canvasButtons', 'executionButtons', 'focusPanel', 'floatingNode', 'runDataLabel'].map((name) => `[class*="${name}"]`),
	'.vue-flow__background',
	'.vue-flow__minimap',
	'.el-notification',
	'[role="tooltip"]',
	'[data-reka-popper-content-wrapper]',
	'.el-popper',
];

interface Area {
	x: number;
	y: number;
	width: number;
	height: number;
}

/** Nothing that differs from run to run, nothing pointed at, and no cursor. */
async function settle(): Promise<void> {
	await browser.page.addStyleTag({ content: `${HIDDEN.join(', ')} { visibility: hidden !important; }` });
	await browser.page.mouse.move(0, 0);
	await browser.page.evaluate('document.activeElement?.blur()');
	await browser.page.waitForTimeout(500);
}

/** The least area that holds all of these, with room for the labels of nodes. */
async function around(shown: Locator, room: { sides: number; top: number; bottom: number } = { sides: 0, top: 0, bottom: 0 }): Promise<Area> {
	await settle();
	const boxes = (await Promise.all((await shown.all()).map(async (each) => await each.boundingBox()))).filter((box) => box !== null);
	const x = Math.max(0, Math.min(...boxes.map((box) => box.x)) - room.sides);
	const y = Math.min(...boxes.map((box) => box.y)) - room.top;
	const right = Math.max(...boxes.map((box) => box.x + box.width)) + room.sides;
	const bottom = Math.max(...boxes.map((box) => box.y + box.height)) + room.bottom;
	return { x, y, width: right - x, height: bottom - y };
}

/** What the area shows now, in both themes. */
async function look(clip: Area): Promise<Buffer[]> {
	const looks: Buffer[] = [];
	for (const colorScheme of ['dark', 'light'] as const) {
		await browser.page.emulateMedia({ colorScheme });
		await browser.page.waitForTimeout(500);
		looks.push(await browser.page.screenshot({ clip }));
	}
	return looks.reverse();
}

/** Saves pictures, light and dark; several stand below each other, as wide as the widest. */
async function save(name: string, ...looks: Buffer[][]): Promise<void> {
	for (const [index, suffix] of ['', '.dark'].entries()) {
		const parts = looks.map((each) => (each[index] as Buffer).toString('base64'));
		writeFileSync(join(FOLDER, `${name}${suffix}.webp`), await toWebp(parts));
	}
}

/** Chromium itself brings the PNGs into one WebP. */
async function toWebp(parts: string[]): Promise<Buffer> {
	const page = await browser.context.newPage();
	await page.setContent(`<canvas></canvas>${parts.map((part) => `<img src="data:image/png;base64,${part}">`).join('')}`);
	const url = await page.locator('canvas').evaluate(async (canvas) => {
		const images = [...canvas.parentElement.querySelectorAll('img')];
		await Promise.all(images.map(async (image) => await image.decode()));
		canvas.width = Math.max(...images.map(({ naturalWidth }) => naturalWidth));
		const heights = images.map(({ naturalWidth, naturalHeight }) => Math.round((naturalHeight * canvas.width) / naturalWidth));
		canvas.height = heights.reduce((sum, height) => sum + height);
		let y = 0;
		for (const [index, image] of images.entries()) {
			canvas.getContext('2d').drawImage(image, 0, y, canvas.width, heights[index]);
			y += heights[index] ?? 0;
		}
		return canvas.toDataURL('image/webp', 0.8);
	});
	await page.close();
	return Buffer.from(url.split(',')[1] ?? '', 'base64');
}

/** Saves a workflow and opens it. */
async function openSaved(workflow: object): Promise<void> {
	const { id } = await stage.n8n.client.createWorkflow(workflow as Parameters<typeof stage.n8n.client.createWorkflow>[0]);
	await openWorkflow(browser, stage.n8n.url, id);
}

/** A workflow on the canvas, run where it can be run by hand. */
async function lookAtCanvas(workflow: Example): Promise<Buffer[]> {
	await openSaved(workflow);
	if (workflow.nodes.some(({ type }) => type.endsWith('.manualTrigger'))) {
		await byTestId('execute-workflow-button').first().click();
		await browser.page.getByText('Workflow executed successfully').first().waitFor();
	}
	await browser.page.waitForTimeout(1_500);
	// n8n magnifies a short workflow.
	const transform = await browser.page.locator('.vue-flow__transformationpane').getAttribute('style');
	if (Number(/scale\(([\d.]+)/.exec(transform ?? '')?.[1]) > 1) await browser.page.keyboard.press('0');
	await browser.page.waitForTimeout(1_000);
	return await look(await around(byTestId('canvas-node'), { sides: 60, top: 30, bottom: 50 }));
}

interface Example {
	name: string;
	nodes: Array<{ name: string; type: string; credentials?: object }>;
}

/** An example without its note, which the page says in its own words. */
function exampleOf(number: string): Example {
	const found = exampleWorkflows('en').find(({ name }) => name.startsWith(`amoCRM ${number}:`));
	const workflow = withCredential(found, stage.credential) as Example;
	return { ...workflow, nodes: workflow.nodes.filter(({ type }) => !type.endsWith('.stickyNote')).map((node) => (node.type.endsWith('.lmChatOpenAi') ? { ...node, credentials: { openAiApi: model } } : node)) };
}

/** The pages that tell of an example. */
const recipes = readdirSync(RECIPES)
	.map((file) => ({ name: basename(file, '.md'), example: /\]\(\.\.\/\.\.\/examples\/en\/(\d+)-/.exec(readFileSync(join(RECIPES, file), 'utf8'))?.[1] ?? '' }))
	.filter(({ example }) => example !== '');

test.each(recipes)('$name', async ({ name, example }) => await save(name, await lookAtCanvas(exampleOf(example))));

test('a workflow, and what it has made on the board', async () => {
	const workflow = await lookAtCanvas(exampleOf('1'));
	await browser.page.goto(stage.emulator.url);
	await browser.page.locator('.kanban').waitFor();
	const { width = 0 } = browser.page.viewportSize() ?? {};
	await save('board', workflow, await look({ x: 0, y: 0, width, height: 420 }));
});

/** The data of a form, and one node behind it with its window open. */
async function openForm(parameters: object, data: object[]): Promise<void> {
	const credentials = { [CREDENTIAL_TYPE]: stage.credential };
	await openSaved({
		name: 'Requests',
		nodes: [
			{ id: 'start', name: 'Requests', type: 'n8n-nodes-base.manualTrigger', typeVersion: 1, position: [0, 0], parameters: {} },
			{ id: 'lead', name: 'Create Leads', type: NODE_TYPE, typeVersion: 2, position: [250, 0], parameters: { authentication: 'oAuth2', resource: 'lead', operation: 'create', ...parameters }, credentials },
		],
		connections: { Requests: { main: [[{ node: 'Create Leads', type: 'main', index: 0 }]] } },
		pinData: { Requests: data.map((json) => ({ json })) },
	});
	await openNode(browser, 'Create Leads');
	await byTestId('run-data-schema-item').first().waitFor();
}

const lookAtWindow = async () => await look(await around(byTestId('ndv')));
const listed = (value: unknown, cachedResultName: unknown) => ({ __rl: true, mode: 'list', value, cachedResultName });

test('the form of a new lead, and the leads that it has made', async () => {
	const { pipelines, users } = stage.emulator.account;
	const [pipeline] = pipelines.values();
	const [, user] = users.values();
	await openForm({ name: '={{ $json.request }}', price: '={{ $json.budget }}', pipelineId: listed(pipeline?.id, pipeline?.name), responsibleUserId: listed(user?.id, user?.name) }, [
		{ request: 'Office furniture', budget: '250 000', client: 'Anna Petrova' },
		{ request: 'Kitchen', budget: '90 000,50', client: 'Oleg Smirnov' },
		{ request: 'Two wardrobes', budget: '48 000', client: 'Maria Volkova' },
	]);
	await executeStep(browser);
	await save('form', await lookAtWindow());
});

test('the mapper of custom fields', async () => {
	const field = (name: string) => [...stage.emulator.account.customFields.values()].find((each) => each.owner === 'leads' && each.name === name) ?? { id: 0, name };
	await browser.page.setViewportSize({ width: 1280, height: 1_700 });
	await openForm({ name: '={{ $json.request }}' }, [{ request: 'Kitchen' }]);
	await (await addMappedField(browser, field('Source'))).locator('input').first().click();
	await browser.page.getByRole('option').first().click();
	await (await addMappedField(browser, field('Client budget'))).locator('input').first().fill('90000.5');
	await (await addMappedField(browser, field('Contract number'))).locator('input').first().fill('A-17');
	await (await addMappedField(browser, field('Urgent'))).locator('input').first().click();
	await browser.page.getByRole('option', { name: 'Yes', exact: true }).first().click();
	await save('mapper', await look(await around(byTestId('mapping-mode-select').or(byTestId('add-fields-select')), { sides: 24, top: 8, bottom: 10 })));
});

test('the trigger, and a row of it', async () => {
	await browser.page.setViewportSize({ width: 1280, height: 720 });
	await openSaved({ name: 'Trigger', nodes: [triggerNode(stage.credential, { events: ['add_lead', 'status_lead', 'add_task'], simplify: true })], connections: {} });
	await openNode(browser, 'Trigger');
	await byTestId('node-execute-button').or(byTestId('trigger-execute-button')).first().click();
	await eventually(() => expect(stage.emulator.account.webhooks.size).toBe(1));
	stage.emulator.ui.create('leads', { name: 'Kitchen', price: 90_000 });
	await byTestId('output-panel').getByText('Kitchen').first().waitFor();
	await save('trigger', await lookAtWindow());
});
