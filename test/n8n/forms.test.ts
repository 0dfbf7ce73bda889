import type { Locator } from 'playwright-core';
import { addRecord, askFor, type Question } from './ask';
import { openBrowser, type Browser } from './browser';
import { closeNode, openNode, openWorkflow, signIn } from './editor';
import { eventually } from './executions';
import { filledForm, formsOf, shownProperties, type Form } from './forms';
import { CREDENTIAL_TYPE, NODE_TYPE, type Credential } from './run';
import { openConnectedStage, type Stage } from './stage';

/** Every form as a person sees it, with all of its fields. The pictures are in `.work/screenshots/forms`, to be looked at. */

let stage: Stage & { credential: Credential };
let browser: Browser;
const forms = new Map<string, Form>();

beforeAll(async () => {
	stage = await openConnectedStage('forms', { language: 'en' });
	const catalog = await addRecord(stage, '/catalogs', { name: 'Products' });
	await addRecord(stage, `/catalogs/${catalog}/elements`, { name: 'Oak table' });
	await addRecord(stage, `/catalogs/${catalog}/custom_fields`, { name: 'Price', type: 'price' });
	const [lead] = stage.emulator.account.leads.keys();
	await addRecord(stage, '/leads/notes', { entity_id: lead, note_type: 'common', params: { text: 'The client asked for a discount' } });
	const editor = remembering(askFor(stage));
	for (const form of formsOf()) forms.set(form.name, await filledForm(form, editor));
	const { id } = await stage.n8n.client.createWorkflow({
		name: 'Every form',
		nodes: [...forms.values()].map(({ name, parameters }, index) => ({
			id: `node-${index}`,
			name,
			type: NODE_TYPE,
			typeVersion: 1,
			position: [(index % 10) * 240, Math.floor(index / 10) * 160],
			parameters,
			credentials: { [CREDENTIAL_TYPE]: { id: stage.credential.id, name: stage.credential.name } },
		})),
		connections: {},
	});
	browser = await openBrowser('forms');
	await browser.page.setViewportSize({ width: 1000, height: 2800 });
	await signIn(browser, stage.n8n.url);
	await openWorkflow(browser, stage.n8n.url, id);
});

afterAll(async () => {
	await browser?.close();
	await stage?.close();
});

/** The same list for the same resource and type of record is asked once: the account takes seven requests a second. */
function remembering(editor: ReturnType<typeof askFor>): ReturnType<typeof askFor> {
	const once = <T>(ask: (question: Question) => Promise<T>) => {
		const answers = new Map<string, Promise<T>>();
		return async (question: Question): Promise<T> => {
			const { resource, entityType, linkTo, catalogId } = question.parameters ?? {};
			const key = JSON.stringify([question.method, resource, entityType, linkTo, catalogId]);
			const answer = answers.get(key) ?? ask(question);
			answers.set(key, answer);
			return await answer;
		};
	};
	return { search: once(editor.search), options: once(editor.options), columns: once(editor.columns) };
}

afterEach(async () => await closeNode(browser));

/** Names of parameters that n8n itself hides or shows in its own way. */
const OF_THE_EDITOR = ['authentication', 'customFields', 'contactCustomFields', 'companyCustomFields'];

/** What is cut off: a label that shows dots, or an input that sticks out of the pane. */
async function cutOff(panel: Locator): Promise<string[]> {
	return await panel.evaluate((root) => {
		const pane = root.querySelector('[data-test-id="parameter-inputs-wrapper"], .parameter-input-list-wrapper, .node-parameters-wrapper') ?? root;
		const labels = [...root.querySelectorAll('label .n8n-text')].filter((label) => label.scrollWidth > label.clientWidth + 1);
		const wide = [...root.querySelectorAll('.parameter-item')].filter((item) => item.getBoundingClientRect().right > pane.getBoundingClientRect().right + 1);
		return [...labels, ...wide].map((element) => element.textContent ?? '');
	});
}

test.each(formsOf().map(({ name }) => [name]))('%s', async (name) => {
	const panel = await openNode(browser, name);
	const { parameters } = forms.get(name) as Form;
	const properties = shownProperties(parameters).filter((property) => !OF_THE_EDITOR.includes(property.name));
	// The rows of a list of conditions, and the lists of the account, come one after the other.
	await eventually(async () => {
		const text = await panel.innerText();
		expect(properties.map(({ displayName }) => displayName).filter((label) => !text.includes(label))).toEqual([]);
		expect(text).not.toContain('Loading options...');
	});
	const text = await panel.innerText();
	await browser.shot(name.replace(/\W+/g, '-').toLowerCase());
	expect(text).not.toMatch(/undefined|\[object|NaN|Could not load|Error fetching|No properties/);
	const rawNames = properties.map(({ name: raw }) => raw).filter((raw) => /[A-Z]/.test(raw) && new RegExp(`\\b${raw}\\b`).test(text));
	expect(rawNames).toEqual([]);
	expect(await panel.locator('[data-test-id="parameter-issues"]').count()).toBe(0);
	expect(await cutOff(panel)).toEqual([]);
});
