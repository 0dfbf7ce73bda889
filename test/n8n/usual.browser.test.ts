import type { Locator } from 'playwright-core';
import { openBrowser, type Browser } from './browser';
import { executeStep, openWorkflow, signIn } from './editor';
import { openConnectedStage, type Stage } from './stage';
import type { Credential } from './run';

/**
 * The usual lead, contact and task out of what a form sends, clicked from the canvas to the first run. Pictures are in
 * `.work/screenshots/usual`.
 */

/** More than that nobody should need; drags count as clicks. */
const MOST_CLICKS = 12;

/** As forms of websites send it. */
const SENT = {
	Имя: '  Пётр   Кузнецов ',
	Телефон: '8 (912) 345-67-89',
	'Эл. почта': 'Petr.Kuznetsov@Example.com',
	Бюджет: '12 500,50 руб.',
	Заявка: 'Кухня под ключ — «Уют»',
	Срок: '31.12.2030 14:30',
};

let stage: Stage & { credential: Credential };
let browser: Browser;
let clicks = 0;

beforeAll(async () => {
	[stage, browser] = await Promise.all([openConnectedStage('usual'), openBrowser('usual')]);
	await signIn(browser, stage.n8n);
});
afterAll(async () => {
	await browser?.close();
	await stage?.close();
});
afterEach(async () => await browser.shot('end-of-test'));

const byTestId = (id: string, within?: Locator): Locator => (within ?? browser.page).locator(`[data-test-id="${id}"]`);

async function click(target: Locator): Promise<void> {
	clicks += 1;
	await target.click();
}

/** The node, added behind the data that came in, with its window open. */
async function addBehindData(action: string, data: object): Promise<void> {
	clicks = 0;
	const { id } = await stage.n8n.client.createWorkflow({
		name: `Form to ${action.split(' ').pop()}`,
		nodes: [{ id: 'start', name: 'Form', type: 'n8n-nodes-base.manualTrigger', typeVersion: 1, position: [0, 0], parameters: {} }],
		connections: {},
		pinData: { Form: [{ json: data }] },
	});
	await openWorkflow(browser, stage.n8n.url, id);
	await click(byTestId('canvas-handle-plus').first());
	await byTestId('node-creator-search-bar').fill('amoCRM');
	await click(byTestId('item-iterator-item').filter({ hasText: 'amoCRM' }).first());
	await click(browser.page.getByText(action, { exact: true }).first());
	await byTestId('ndv').waitFor();
	await byTestId('run-data-schema-item').first().waitFor();
}

const fieldOf = (parameter: string): Locator => byTestId(`parameter-input-${parameter}`).first();

/** Drags a value of the data into a field. */
async function drag(name: string, parameter: string): Promise<void> {
	clicks += 1;
	const source = byTestId('run-data-schema-item').locator('[data-target="mappable"]').filter({ hasText: name }).first();
	const target = fieldOf(parameter);
	await target.scrollIntoViewIfNeeded();
	// On a busy machine the form may still be moving, and the value falls beside the field.
	await move(source, target);
	const dropped = target.locator('.cm-content').first();
	await dropped.waitFor({ timeout: 5_000 }).catch(async () => await move(source, target));
	await dropped.waitFor();
}

async function move(source: Locator, target: Locator): Promise<void> {
	const { mouse } = browser.page;
	await source.hover();
	await mouse.down();
	const { x = 0, y = 0, width = 0, height = 0 } = (await target.boundingBox()) ?? {};
	await mouse.move(x + width / 3, y + height / 2, { steps: 12 });
	await mouse.move(x + width / 2, y + height / 2, { steps: 4 });
	await mouse.up();
}

/** Picks from the list of a record picker. */
async function pick(parameter: string, name: string): Promise<void> {
	await take(fieldOf(parameter).locator('[data-test-id="rlc-input"]'), browser.page.locator('[data-test-id="rlc-item"]:visible').filter({ hasText: name }).first());
}

async function choose(parameter: string, option: string): Promise<void> {
	await take(fieldOf(parameter), browser.page.getByRole('option', { name: option }).first());
}

/** Opens a list and takes an entry. On a busy machine n8n still draws what was dropped before, and closes the list again. */
async function take(list: Locator, entry: Locator): Promise<void> {
	await click(list);
	clicks += 1;
	await entry.click({ timeout: 10_000 }).catch(async () => {
		await click(list);
		await entry.click();
	});
}

/** Runs the node and gives the body that amoCRM got. */
async function run(name: string, path: string): Promise<unknown> {
	expect(clicks).toBeLessThanOrEqual(MOST_CLICKS);
	await browser.shot(`${name}-filled`);
	stage.emulator.log.clear();
	const output = await executeStep(browser);
	await browser.shot(`${name}-created`);
	expect(await output.getByText('1 item', { exact: true }).isVisible()).toBe(true);
	return stage.emulator.log.of('POST', `/api/v4${path}`)[0]?.body;
}

const user = () => [...stage.emulator.account.users.values()][1] as { id: number; name: string };

test('a lead: name, price, pipeline, a stage of that pipeline, responsible user', async () => {
	const [, pipeline] = [...stage.emulator.account.pipelines.values()];
	const others = [...stage.emulator.account.pipelines.values()].filter(({ id }) => id !== pipeline?.id).flatMap(({ statuses }) => statuses.map(({ name }) => name));
	const status = pipeline?.statuses.find(({ type, name }) => type === 0 && !others.includes(name)) ?? pipeline?.statuses.find(({ type }) => type === 0);
	await addBehindData('Create a lead', SENT);
	await drag('Заявка', 'name');
	await drag('Бюджет', 'price');
	await pick('pipelineId', pipeline?.name ?? 'no pipeline');
	await click(fieldOf('statusId').locator('[data-test-id="rlc-input"]'));
	const shown = browser.page.locator('[data-test-id="rlc-item"]:visible');
	await shown
		.filter({ hasText: status?.name })
		.first()
		.waitFor({ timeout: 10_000 })
		.catch(async () => await click(fieldOf('statusId').locator('[data-test-id="rlc-input"]')));
	await browser.shot('stages');
	const offered = (await shown.allInnerTexts()).map((text) => text.trim());
	expect(offered).toEqual(pipeline?.statuses.filter(({ type }) => type !== 1).map(({ name }) => name));
	await click(shown.filter({ hasText: status?.name }).first());
	await pick('responsibleUserId', user().name);
	expect(await run('lead', '/leads')).toEqual([
		expect.objectContaining({ name: SENT.Заявка, price: 12500.5, pipeline_id: pipeline?.id, status_id: status?.id, responsible_user_id: user().id }),
	]);
});

test('a contact: name, phone, e-mail, responsible user, company', async () => {
	const company = [...stage.emulator.account.companies.values()].at(-1);
	await addBehindData('Create a contact', SENT);
	await drag('Имя', 'name');
	await drag('Телефон', 'phone');
	await drag('Эл. почта', 'email');
	await pick('responsibleUserId', user().name);
	await pick('companyId', company?.name ?? 'no company');
	expect(JSON.stringify(await run('contact', '/contacts'))).toContain(JSON.stringify(SENT['Эл. почта']));
	expect(stage.emulator.log.of('POST', '/api/v4/contacts/link')[0]?.body).toMatchObject([{ to_entity_id: company?.id, to_entity_type: 'companies' }]);
});

test('a task: text, deadline, type, responsible user, and a record by the link of its card alone', async () => {
	const [contact] = stage.emulator.account.contacts.values();
	await addBehindData('Create a task', { ...SENT, Карточка: `${stage.emulator.url}/contacts/detail/${contact?.id}` });
	await drag('Заявка', 'text');
	await drag('Срок', 'completeTill');
	await choose('taskTypeId', 'Встреча');
	await pick('responsibleUserId', user().name);
	await drag('Карточка', 'entityId');
	expect(await run('task', '/tasks')).toMatchObject([
		{ text: SENT.Заявка, complete_till: Date.parse('2030-12-31T14:30:00+03:00') / 1000, responsible_user_id: user().id, entity_id: contact?.id, entity_type: 'contacts' },
	]);
});
