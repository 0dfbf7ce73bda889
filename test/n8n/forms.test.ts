import type { Locator } from 'playwright-core';
import { addFile, addRecord, askFor, type Question } from './ask';
import { openBrowser, type Browser } from './browser';
import { choose, closeNode, openNode, openWorkflow, signIn } from './editor';
import { eventually } from './executions';
import { filledForm, formsOf, shownProperties, type Form } from './forms';
import { CREDENTIAL_TYPE, NODE_TYPE, type Credential } from './run';
import { openConnectedStage, type Stage } from './stage';

/** Every form as a person sees it, with all of its fields. The pictures are in `.work/screenshots/forms`, to be looked at. */

/** All of them, or with `FORMS=role|user` in the environment those alone. */
const FORMS = formsOf().filter(({ name }) => new RegExp(process.env.FORMS ?? '', 'i').test(name));

let stage: Stage & { credential: Credential };
let browser: Browser;
const looks = new Map<string, Promise<Look>>();

/** What a form shows when all of its lists are there. */
interface Look {
	text: string;
	/** Parameters that ask something, as they are called and as they are named inside. */
	asked: Array<{ displayName: string; name: string }>;
	issues: number;
	cutOff: string[];
}

beforeAll(async () => {
	[stage, browser] = await Promise.all([openConnectedStage('forms', { language: 'en', seed: 'demo' }), openBrowser('forms')]);
	await signIn(browser, stage.n8n);
	const [forms] = await Promise.all([fillAll(), browser.page.goto(stage.n8n.url)]);
	// What takes the time is drawing: two windows draw on two cores.
	const windows = [browser, await browser.anotherWindow()];
	for (const [index, window] of windows.entries()) if (index < forms.length) lookThrough(window, forms.filter((_, number) => number % windows.length === index));
});

afterAll(async () => {
	await browser?.close();
	await stage?.close();
});

/** The forms, filled with what an account has. */
async function fillAll(): Promise<Form[]> {
	const catalog = await addRecord(stage, '/catalogs', { name: 'Products' });
	await addRecord(stage, `/catalogs/${catalog}/elements`, { name: 'Oak table' });
	await addRecord(stage, `/catalogs/${catalog}/custom_fields`, { name: 'Price', type: 'price' });
	await addFile(stage, 'Offer.pdf', 'An offer');
	const [lead] = stage.emulator.account.leads.keys();
	await addRecord(stage, '/leads/notes', { entity_id: lead, note_type: 'common', params: { text: 'The client asked for a discount' } });
	await addRecord(stage, '/sources', { name: 'Landing page', external_id: 'landing-1' });
	await addRecord(stage, '/roles', { name: 'Manager' });
	await addRecord(stage, '/amma/agents', { name: 'Anna', description: 'Answers questions', system_prompt: 'Be kind' });
	const editor = remembering(askFor(stage));
	// Customers have segments or statuses, never both.
	stage.emulator.account.info.customers_mode = 'segments';
	const segment = { name: 'VIP' };
	await addRecord(stage, '/customers/segments', segment, segment);
	await editor.search({ method: 'searchCustomerSegments' });
	stage.emulator.account.info.customers_mode = 'periodicity';
	await addRecord(stage, '/customers/statuses', { name: 'Loyal' });
	return await Promise.all(FORMS.map(async (form) => await filledForm(form, editor)));
}

/** What a list depends on besides the account; nothing for most. */
const DEPENDS_ON: Record<string, string[]> = {
	getCustomFieldNames: ['resource', 'catalogId', 'entityType'],
	getCreateOnlyFields: ['resource', 'catalogId'],
	getCustomFields: ['resource', 'catalogId'],
	getPriceFields: ['catalogId'],
	getStages: ['operation'],
	searchCatalogElements: ['catalogId'],
	searchCustomFieldGroups: ['entityType', 'catalogId'],
	searchCustomFields: ['entityType', 'catalogId'],
	searchLinkedRecords: ['entityType', 'linkTo'],
	searchNotes: ['entityType'],
	searchPipelineStages: ['pipelineId'],
	searchTags: ['entityType'],
};

/** The same list is asked once: the account takes seven requests a second. */
function remembering(editor: ReturnType<typeof askFor>): ReturnType<typeof askFor> {
	const once = <T>(ask: (question: Question) => Promise<T>) => {
		const answers = new Map<string, Promise<T>>();
		return async (question: Question): Promise<T> => {
			const { method, parameters = {} } = question;
			const key = JSON.stringify([method, (DEPENDS_ON[method] ?? []).map((name) => parameters[name])]);
			const answer = answers.get(key) ?? ask(question);
			answers.set(key, answer);
			return await answer;
		};
	};
	return { search: once(editor.search), options: once(editor.options), columns: once(editor.columns) };
}

/** Looks at these forms one after the other; each test takes the look at its own. */
function lookThrough(window: Browser, forms: Form[]): void {
	let before: Promise<unknown> = openAll(window, forms);
	for (const form of forms) {
		const look = before.then(async () => await lookAt(window, form));
		looks.set(form.name, look);
		before = look.catch(() => undefined);
	}
}

async function openAll(window: Browser, forms: Form[]): Promise<void> {
	const { id } = await stage.n8n.client.createWorkflow({
		name: 'Every form',
		nodes: forms.map(({ name, type, parameters }, index) => ({
			id: `node-${index}`,
			name,
			type,
			typeVersion: 2,
			position: [(index % 6) * 240, Math.floor(index / 6) * 160],
			parameters,
			credentials: { [CREDENTIAL_TYPE]: { id: stage.credential.id, name: stage.credential.name } },
		})),
		connections: {},
	});
	// High enough for the longest form.
	await window.page.setViewportSize({ width: 1000, height: 7_000 });
	await signIn(window, stage.n8n);
	await openWorkflow(window, stage.n8n.url, id);
}

/** Names of parameters that n8n itself hides or shows in its own way. */
const OF_THE_EDITOR = ['authentication', 'customFields', 'contactCustomFields', 'companyCustomFields'];

async function lookAt(window: Browser, form: Form): Promise<Look> {
	const panel = await openNode(window, form.name);
	try {
		const asked = shownProperties(form, form.parameters).filter(({ name }) => !OF_THE_EDITOR.includes(name));
		// The rows of a list of conditions, and the lists of the account, come one after the other.
		await eventually(async () => {
			const text = await panel.innerText();
			expect(asked.map(({ displayName }) => displayName).filter((label) => !text.includes(label))).toEqual([]);
			expect(await loading(panel)).toEqual([]);
		});
		await window.shot(form.name.replace(/\W+/g, '-').toLowerCase(), panel.locator('.parameter-input-list-wrapper').first());
		return {
			text: await panel.innerText(),
			asked,
			issues: await panel.locator('[data-test-id="parameter-issues"]').count(),
			cutOff: await cutOff(panel),
		};
	} finally {
		await closeNode(window);
	}
}

/** Lists that are not there yet. */
async function loading(panel: Locator): Promise<string[]> {
	return await panel.evaluate((root) =>
		[...root.querySelectorAll('input')].filter(({ value, disabled }) => disabled || value === 'Loading options...').map((input) => input.closest('.parameter-item')?.textContent ?? ''),
	);
}

/** What is cut off: a label that shows dots, an input that sticks out of the pane, the end of the form. */
async function cutOff(panel: Locator): Promise<string[]> {
	return await panel.evaluate((root) => {
		const pane = root.querySelector('.node-parameters-wrapper') ?? root;
		const labels = [...root.querySelectorAll('label .n8n-text')].filter((label) => label.scrollWidth > label.clientWidth + 1);
		const wide = [...root.querySelectorAll('.parameter-item')].filter((item) => item.getBoundingClientRect().right > pane.getBoundingClientRect().right + 1);
		const end = pane.scrollHeight > pane.clientHeight ? [pane] : [];
		return [...labels, ...wide, ...end].map((element) => element.textContent ?? '');
	});
}

test.each(FORMS.map(({ name }) => [name]))('%s', async (name) => {
	const { text, asked, issues, cutOff: hidden } = (await looks.get(name)) as Look;
	expect(text).not.toMatch(/undefined|\[object|NaN|Could not load|Error fetching|No properties/);
	const rawNames = asked.map(({ name: raw }) => raw).filter((raw) => /[A-Z]/.test(raw) && new RegExp(`\\b${raw}\\b`).test(text));
	expect(rawNames).toEqual([]);
	expect(issues).toBe(0);
	expect(hidden).toEqual([]);
});

/** A parameter that several operations have alike stands in the description once, where each of them has it in its own order. */
test('another operation shows its own fields in their order, and keeps what both have', async () => {
	await Promise.allSettled(looks.values());
	const [lead] = stage.emulator.account.leads.keys();
	const [form] = formsOf();
	const chosen = { authentication: 'oAuth2', resource: 'lead', operation: 'get' };
	const { id } = await stage.n8n.client.createWorkflow({
		name: 'Another operation',
		nodes: [
			{
				id: 'amo',
				name: 'amoCRM',
				type: NODE_TYPE,
				typeVersion: 2,
				position: [0, 0],
				parameters: { ...chosen, leadId: { __rl: true, mode: 'id', value: String(lead) } },
				credentials: { [CREDENTIAL_TYPE]: { id: stage.credential.id, name: stage.credential.name } },
			},
		],
		connections: {},
	});
	await openWorkflow(browser, stage.n8n.url, id);
	const panel = await openNode(browser, 'amoCRM');
	for (const [name, operation] of [['Update', 'update'], ['Get Many', 'getAll'], ['Create', 'create'], ['Link', 'link'], ['Get', 'get']] as const) {
		await choose(browser, 'operation', new RegExp(`^${name}`));
		const labels = form?.description.properties
			.filter((property) => property.displayOptions?.show?.resource?.includes('lead') && property.displayOptions.show.operation?.includes(operation))
			.filter(({ displayOptions, type }) => Object.keys(displayOptions?.show ?? {}).length === 2 && !['hidden', 'notice', 'resourceMapper'].includes(type))
			.map(({ displayName }) => displayName);
		await eventually(async () => {
			const lines = (await panel.innerText()).split('\n').map((line) => line.trim());
			const places = (labels ?? []).map((label) => lines.indexOf(label, lines.indexOf('Operation')));
			expect(places.filter((place) => place < 0)).toEqual([]);
			expect(places).toEqual([...places].sort((a, b) => a - b));
		});
		if (operation === 'update') expect(await panel.locator('[data-test-id="rlc-input"]').inputValue()).toBe(String(lead));
	}
});

/** n8n gives an AI model one value for all parameters that have the same name in a form. */
test('no two parameters of a form have the same name', () => {
	const twice = formsOf().flatMap((form) => {
		const names = shownProperties(form, form.parameters).map(({ displayName }) => displayName);
		return names.filter((displayName, index) => names.indexOf(displayName) < index).map((displayName) => `${form.name}: ${displayName}`);
	});
	expect(twice).toEqual([]);
});
