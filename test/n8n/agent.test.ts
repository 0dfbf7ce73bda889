import type { INodeParameters, INodeTypeDescription } from 'n8n-workflow';
import { openBrowser } from './browser';
import { openNode, openWorkflow, signIn } from './editor';
import { startModel, type Model, type ToolCall, type ToolSchema } from './model';
import { CREDENTIAL_TYPE, NODE_TYPE, runWorkflow, type Credential } from './run';
import { openConnectedStage, type Stage } from './stage';

/** The node in the hands of n8n's AI Agent: what the model is told, and what becomes of what it asks for. */

let stage: Stage & { credential: Credential };
let model: Model;
let modelCredential: Credential;

beforeAll(async () => {
	stage = await openConnectedStage('agent', { language: 'en' });
	model = await startModel();
	modelCredential = await stage.n8n.client.createCredential({ name: 'Model', type: 'openAiApi', data: { apiKey: 'none', url: model.url } });
});

afterAll(async () => {
	await model?.close();
	await stage?.close();
});

const fieldId = (name: string): string => {
	const field = [...stage.emulator.account.customFields.values()].find((candidate) => candidate.owner === 'leads' && candidate.name === name);
	if (!field) throw new Error(`no field ${name}`);
	return String(field.id);
};

/** Runs an agent that has the node several times, once for each tool, and whose model follows the plan. */
async function runAgent(tools: Record<string, INodeParameters>, plan: ToolCall[]): Promise<string[]> {
	model.plan = plan;
	const node = (name: string, type: string, typeVersion: number, parameters: object, credentials: object = {}) => ({
		id: name,
		name,
		type,
		typeVersion,
		position: [0, 0],
		parameters,
		credentials,
	});
	const agent = [[{ node: 'Agent', index: 0 }]];
	const connection = (type: string) => ({ [type]: agent.map((outputs) => outputs.map((output) => ({ ...output, type }))) });
	const toolNodes = Object.entries(tools).map(([name, parameters]) =>
		node(name, `${NODE_TYPE}Tool`, 1, { authentication: 'oAuth2', ...parameters }, { [CREDENTIAL_TYPE]: stage.credential }),
	);
	const run = await runWorkflow(
		stage.n8n.client,
		{
			name: `Agent ${Date.now()}`,
			// As the editor saves it: in the old order the agent would go on before its tools have answered.
			settings: { executionOrder: 'v1' },
			nodes: [
				node('Start', 'n8n-nodes-base.manualTrigger', 1, {}),
				node('Agent', '@n8n/n8n-nodes-langchain.agent', 3, { promptType: 'define', text: 'Do it' }),
				node('Model', '@n8n/n8n-nodes-langchain.lmChatOpenAi', 1.2, { model: { __rl: true, mode: 'id', value: 'test' } }, { openAiApi: modelCredential }),
				...toolNodes,
			],
			connections: {
				Start: connection('main'),
				Model: connection('ai_languageModel'),
				...Object.fromEntries(toolNodes.map(({ name }) => [name, connection('ai_tool')])),
			},
		},
		'Start',
		'Agent',
	);
	expect(run.status).toBe('success');
	expect(run.rows[0]?.output).toBe('Done.');
	return model.results;
}

const fromAi = (key: string, description: string, type = 'string') => `={{ $fromAI('${key}', '${description}', '${type}') }}`;

const TOOLS: Record<string, INodeParameters> = {
	'Find leads': {
		resource: 'lead',
		operation: 'getAll',
		limit: fromAi('limit', 'How many leads to return', 'number'),
		output: 'selectedFields',
		outputFields: 'name, price, stage, Source',
		filters: { query: fromAi('query', 'Text to look for'), priceFrom: fromAi('price_from', 'Lowest price', 'number') },
	},
	'Create lead': {
		resource: 'lead',
		operation: 'create',
		name: fromAi('name', 'Name of the lead'),
		additionalFields: { price: fromAi('price', 'Price in the currency of the account', 'number'), tags: fromAi('tags', 'Names of tags, separated by commas') },
	},
	'Read lead': { resource: 'lead', operation: 'get', leadId: { __rl: true, mode: 'id', value: fromAi('lead_id', 'ID or link of the lead') } },
};

test('the model is told what each tool does and what each value means', async () => {
	await runAgent(TOOLS, []);
	const tool = (name: string) => model.tools.find((candidate) => candidate.name === name) as ToolSchema;
	expect(model.tools.map(({ name }) => name).sort()).toEqual(['Create_lead', 'Find_leads', 'Read_lead']);
	expect(tool('Find_leads').description).toContain('Get many leads in amoCRM');
	expect(tool('Create_lead').description).toContain('Create a lead in amoCRM');
	expect(tool('Read_lead').description).toContain('Get a lead in amoCRM');
	expect(tool('Create_lead').parameters.properties).toMatchObject({
		name: { type: 'string', description: 'Name of the lead' },
		price: { type: 'number', description: 'Price in the currency of the account' },
		tags: { type: 'string', description: 'Names of tags, separated by commas' },
	});
	expect(Object.keys(tool('Find_leads').parameters.properties).sort()).toEqual(['limit', 'price_from', 'query']);
	expect(tool('Read_lead').parameters.properties.lead_id).toMatchObject({ type: 'string', description: 'ID or link of the lead' });
});

test('what the model fills in reaches a picker, a collection and the mapper of custom fields', async () => {
	const source = fieldId('Source');
	const tools = {
		...TOOLS,
		'Create lead': {
			...TOOLS['Create lead'],
			customFields: { mappingMode: 'defineBelow', value: { [source]: fromAi('source', 'Where the lead came from') } },
		} as INodeParameters,
	};
	const [created] = await runAgent(tools, [{ tool: 'Create_lead', args: { name: 'Agent lead', price: 4_200, tags: 'ai, vip', source: 'Referral' } }]);
	const { id } = [...stage.emulator.account.leads.values()].find(({ name }) => name === 'Agent lead') ?? {};
	expect(created).toContain(String(id));

	const [read, found] = await runAgent(tools, [
		{ tool: 'Read_lead', args: { lead_id: `${stage.emulator.url}/leads/detail/${id}` } },
		{ tool: 'Find_leads', args: { limit: 3, query: 'Agent lead', price_from: 4_000 } },
	]);
	expect(rowOf(read)).toMatchObject({ id, name: 'Agent lead', price: 4_200, tags: ['ai', 'vip'], Source: 'Referral' });
	expect(Object.values(rowOf(read))).not.toContain(null);
	expect(rowOf(found)).toEqual({ id, name: 'Agent lead', price: 4_200, stage: expect.any(String), Source: 'Referral' });
});

test('what the model fills in reaches the rows of lists of pickers', async () => {
	const { contacts, leads, tasks } = stage.emulator.account;
	const [first, second] = [...contacts.keys()];
	const [task] = [...tasks.values()].filter(({ entity_type: type }) => type === 'leads');
	const rows = (...keys: string[]) => ({
		record: keys.map((key, index) => ({ recordId: { __rl: true, mode: index === 0 ? 'id' : 'url', value: fromAi(key, 'ID or link of a record') } })),
	});
	const tools: Record<string, INodeParameters> = {
		'Create lead': { resource: 'lead', operation: 'create', name: 'With contacts', additionalFields: { contacts: rows('contact', 'other_contact') } },
		'Find tasks': { resource: 'task', operation: 'getAll', filters: { entityType: 'leads', linkedRecords: rows('lead'), records: rows('task') } },
	};
	const [, found] = await runAgent(tools, [
		{ tool: 'Create_lead', args: { contact: String(first), other_contact: `${stage.emulator.url}/contacts/detail/${second}` } },
		{ tool: 'Find_tasks', args: { lead: String(task?.entity_id), task: String(task?.id) } },
	]);
	const tool = (name: string) => model.tools.find((candidate) => candidate.name === name);
	expect(Object.keys(tool('Create_lead')?.parameters.properties ?? {}).sort()).toEqual(['contact', 'other_contact']);
	expect(Object.keys(tool('Find_tasks')?.parameters.properties ?? {}).sort()).toEqual(['lead', 'task']);

	expect(stage.emulator.log.of('POST', '/api/v4/leads').at(-1)?.body).toMatchObject([
		{ name: 'With contacts', _embedded: { contacts: [{ id: first, is_main: true }, { id: second, is_main: false }] } },
	]);
	expect([...leads.values()].filter(({ name }) => name === 'With contacts')).toHaveLength(1);
	expect(stage.emulator.log.of('GET', '/api/v4/tasks').at(-1)?.query).toMatchObject({ filter: { id: [String(task?.id)], entity_id: [String(task?.entity_id)], entity_type: 'leads' } });
	expect(rowOf(found)).toMatchObject({ id: task?.id });
});

/** As n8n's editor saves a picker whose value the model defines. */
const pickedByModel = (key: string) => ({ __rl: true, mode: 'list', value: fromAi(key, '') });

test('what the model names reaches every choice: of a list of the form, of the account, and the one that decides the form', async () => {
	const { leads, contacts, tasks, customFields } = stage.emulator.account;
	const [lead = 0, contact = 0] = [[...leads.keys()][0], [...contacts.keys()][0]];
	const select = [...customFields.values()].find(({ owner, type, code }) => owner === 'leads' && type === 'select' && !code?.startsWith('UTM'));
	const option = select?.enums?.[1]?.value ?? 'no option';
	const tools: Record<string, INodeParameters> = {
		'Create task': {
			resource: 'task',
			operation: 'create',
			text: fromAi('text', ''),
			completeTill: '2030-01-01',
			taskTypeId: pickedByModel('Task_Type'),
			entityType: pickedByModel('Linked_Record_Type'),
			entityId: { __rl: true, mode: 'id', value: fromAi('record', '') },
		},
		'Link lead': { resource: 'lead', operation: 'link', leadId: { __rl: true, mode: 'id', value: String(lead) }, linkTo: pickedByModel('Linked_Record_Type'), linkedId: { __rl: true, mode: 'id', value: fromAi('record', '') } },
		'Update lead': { resource: 'lead', operation: 'update', leadId: { __rl: true, mode: 'id', value: String(lead) }, customFields: { mappingMode: 'defineBelow', value: { [String(select?.id)]: fromAi('option', '') } } },
	};
	const type = { id: 3, name: 'Send a quote' };
	const [task, link, update] = await runAgent(tools, [
		{ tool: 'Create_task', args: { text: 'By a model', Task_Type: type.name.toUpperCase(), Linked_Record_Type: 'Contact', record: String(contact) } },
		{ tool: 'Link_lead', args: { Linked_Record_Type: 'contact', record: String(contact) } },
		{ tool: 'Update_lead', args: { option: option.toUpperCase() } },
	]);
	expect([task, link, update].join()).not.toContain('error');
	const created = [...tasks.values()].find(({ text }) => text === 'By a model');
	expect(created).toMatchObject({ entity_type: 'contacts', entity_id: contact, task_type_id: expect.any(Number) });
	expect(rowOf(link)).toMatchObject({ to_entity_type: 'contacts', to_entity_id: contact, linked: true });
	expect(JSON.stringify(stage.emulator.log.of('PATCH', '/api/v4/leads').at(-1)?.body)).toContain(String(select?.enums?.[1]?.id));
});

test('in the editor every choice of a tool is a picker with the button that lets the model define it', async () => {
	const browser = await openBrowser('agent');
	try {
		await signIn(browser, stage.n8n);
		const { page } = browser;
		const at = (id: string) => page.locator(`[data-test-id="${id}"]`);
		const { id } = await stage.n8n.client.createWorkflow({
			name: 'Tool',
			nodes: [
				{ id: 'tool', name: 'Create task', type: `${NODE_TYPE}Tool`, typeVersion: 2, position: [0, 0], parameters: { authentication: 'oAuth2', resource: 'task', operation: 'create', entityType: 'contacts' }, credentials: { [CREDENTIAL_TYPE]: stage.credential } },
			],
			connections: {},
		});
		await openWorkflow(browser, stage.n8n.url, id);
		await openNode(browser, 'Create task');
		// What was saved as a choice stands in the picker.
		const input = (name: string) => at(`parameter-input-${name}`).first().locator('[data-test-id="rlc-input"]');
		expect(await input('entityType').locator('input').or(input('entityType')).last().inputValue()).toBe('contacts');
		await browser.shot('tool-form');
		await input('taskTypeId').click();
		await page.locator('[data-test-id="rlc-item"]:visible').filter({ hasText: 'Send a quote' }).first().click();
		await browser.shot('tool-picked');
		for (const name of ['Task Type', 'Linked Record Type']) {
			const field = page.locator('.parameter-item').filter({ hasText: new RegExp(`^\\s*${name}`) }).last();
			await field.hover();
			await field.locator('[data-test-id="from-ai-override-button"]').first().click();
		}
		await browser.shot('tool-from-ai');
		const given = await page.locator('[data-test-id="from-ai-override-field"], .parameter-item').filter({ hasText: 'Defined automatically by the' }).count();
		expect(given).toBeGreaterThanOrEqual(2);
	} finally {
		await browser.close();
	}
});

test('what the model gets wrong comes back as an explanation that it can act on', async () => {
	const [refused] = await runAgent(TOOLS, [{ tool: 'Read_lead', args: { lead_id: 'the big one' } }]);
	expect(refused).toContain("'the big one' is not an ID. Give a whole number such as 123456, or the link of the card");
});

test('the tool offers every operation with its own text', async () => {
	const types = (await stage.n8n.client.request('GET', '/types/nodes.json')) as INodeTypeDescription[];
	const tool = types.find(({ name }) => name === `${NODE_TYPE}Tool`);
	const node = types.find(({ name }) => name === NODE_TYPE);
	const actions = (type?: INodeTypeDescription) =>
		type?.properties.filter(({ name }) => name === 'operation').flatMap(({ options = [] }) => options.map((option) => ('action' in option ? option.action : option.name)));
	expect(actions(tool)).toEqual(actions(node));
	expect(actions(tool)?.length).toBeGreaterThan(30);
	expect(tool?.properties.map(({ name }) => name)).toEqual(expect.arrayContaining(['descriptionType', 'toolDescription', 'output', 'outputFields']));
});

/** The only row that a tool gave. */
function rowOf(result: string | undefined): Record<string, unknown> {
	const parsed = JSON.parse(result ?? 'null') as unknown;
	const [row] = [parsed].flat(2) as Array<Record<string, unknown>>;
	return (row?.json ?? row ?? {}) as Record<string, unknown>;
}
