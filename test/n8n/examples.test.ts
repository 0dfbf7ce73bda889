import { CREDENTIAL_NAME, exampleWorkflows } from '../../scripts/lib/demo.mjs';
import { eventually, executionsOf } from './executions';
import { startModel, type Model } from './model';
import { runWorkflow, type Run } from './run';
import { consent, createCredential, openStage, type Stage } from './stage';

/** The workflows of the examples folder, as a user imports and runs them: n8n finds the credential by its name. */

let stage: Stage;
let model: Model;

beforeAll(async () => {
	model = await startModel();
	stage = await openStage('examples', { seed: 'demo' });
	const { n8n, emulator } = stage;
	await consent(n8n.client, await createCredential(n8n, emulator.url, {}, CREDENTIAL_NAME));
});
afterAll(async () => {
	await model?.close();
	await stage?.close();
});
beforeEach(() => stage.emulator.log.clear());

const example = (number: number) => exampleWorkflows().find(({ name }) => name.startsWith(`amoCRM ${number}:`)) as ReturnType<typeof exampleWorkflows>[number];
const [requests, overdue, sales, calls, missed, incoming, greeting, chat, form, won] = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10].map(example) as Array<ReturnType<typeof example>>;

async function run(workflow: (typeof requests), lastNode: string): Promise<Run> {
	const result = await runWorkflow(stage.n8n.client, workflow, 'Start', lastNode);
	expect(result.error?.message).toBeUndefined();
	return result;
}

const writes = () => stage.emulator.log.entries.filter(({ method }) => method !== 'GET').map(({ method, path }) => `${method} ${path}`);

test('website requests become contacts, leads and tasks: one request for each', async () => {
	const { rows } = await run(requests, 'Plan Calls');
	expect(rows).toHaveLength(3);
	expect(writes()).toEqual(['POST /api/v4/contacts', 'POST /api/v4/leads', 'POST /api/v4/tasks']);

	const [contacts, leads, tasks] = stage.emulator.log.entries.filter(({ method }) => method === 'POST').map(({ body }) => body as object[]);
	expect(contacts).toMatchObject([{ name: 'Анна Петрова' }, { name: 'Олег Смирнов' }, { name: 'Мария Волкова' }]);
	expect(leads).toMatchObject([{ name: 'Офисная мебель', price: 250_000 }, { price: 90_000 }, { price: 480_000 }]);
	expect(tasks).toMatchObject([{ text: 'Перезвонить: Анна Петрова', entity_type: 'leads' }, {}, { text: 'Перезвонить: Мария Волкова' }]);
});

test('overdue tasks get a new deadline', async () => {
	const { rows } = await run(overdue, 'New Deadline');
	expect(rows.length).toBeGreaterThan(0);
	expect(writes()).toEqual(['PATCH /api/v4/tasks']);

	stage.emulator.log.clear();
	await run(overdue, 'Overdue');
	expect(writes()).toEqual([]);
});

test('what was won is added up by the names of the managers', async () => {
	const { rows } = await run(sales, 'By Manager');
	const { leads, users } = stage.emulator.account;
	const won = [...leads.values()].filter(({ status_id }) => status_id === 142);
	const sums = new Map<string, { sum_price: number; count_id: number }>();
	for (const { price, responsible_user_id } of won) {
		const name = users.get(responsible_user_id)?.name ?? '';
		const { sum_price, count_id } = sums.get(name) ?? { sum_price: 0, count_id: 0 };
		sums.set(name, { sum_price: sum_price + price, count_id: count_id + 1 });
	}
	expect(sums.size).toBeGreaterThan(1);
	expect(new Map(rows.map(({ responsible_user, ...sum }) => [responsible_user, sum]))).toEqual(sums);
});

test('a new lead named after a phone number gets its contact and a task for the manager', async () => {
	const { emulator, n8n } = stage;
	const { id, versionId } = await n8n.client.createWorkflow(calls);
	await n8n.client.request('POST', `/rest/workflows/${id}/activate`, { versionId });
	await eventually(() => expect(emulator.account.webhooks.size).toBe(1));
	const manager = [...emulator.account.users.keys()][1] as number;
	const lead = emulator.ui.create('leads', { name: 'Звонок с +7 900 555-66-77', responsible_user_id: manager });
	emulator.ui.create('leads', { name: 'Something else' });
	await emulator.deliveries.settled();
	const tasks = () => [...emulator.account.tasks.values()].filter(({ entity_id }) => entity_id === lead.id);
	// amoCRM may tell of both leads in one delivery.
	await eventually(async () => {
		const executions = await executionsOf(n8n.client, id, 1, 'Task for the Manager');
		expect(executions.flatMap(({ error }) => error ?? [])).toEqual([]);
		expect(executions.flatMap(({ rows }) => rows)).toMatchObject([{ id: tasks()[0]?.id }]);
	});
	await n8n.client.request('POST', `/rest/workflows/${id}/deactivate`, {});

	const contact = [...emulator.account.contacts.values()].at(-1);
	expect(contact?.name).toBe('Клиент +7 900 555-66-77');
	expect(emulator.account.links.of({ type: 'leads', id: lead.id }, 'contacts').map(({ to }) => to.id)).toEqual([contact?.id]);
	const [task] = tasks();
	expect(task).toMatchObject({ text: 'Перезвонить: Звонок с +7 900 555-66-77', entity_type: 'leads', responsible_user_id: manager });
});

/** Publishes a workflow that starts by itself, lets `act` happen, and waits for what the node has given. */
async function started(workflow: typeof requests, node: string, act: () => void, check: (rows: object[]) => void): Promise<void> {
	const { n8n, emulator } = stage;
	const { id, versionId } = await n8n.client.createWorkflow(workflow);
	await n8n.client.request('POST', `/rest/workflows/${id}/activate`, { versionId });
	await eventually(() => expect(emulator.account.webhooks.size).toBe(1));
	act();
	await emulator.deliveries.settled();
	await eventually(async () => {
		const executions = await executionsOf(n8n.client, id, 1, node);
		expect(executions.flatMap(({ error }) => error ?? [])).toEqual([]);
		check(executions.flatMap(({ rows }) => rows));
	});
	await n8n.client.request('POST', `/rest/workflows/${id}/deactivate`, {});
	await eventually(() => expect(emulator.account.webhooks.size).toBe(0));
}

test('calls go to cards, and missed ones become tasks there', async () => {
	const { emulator } = stage;
	const before = emulator.account.contacts.size;
	const { rows } = await run(missed as typeof requests, 'Call Back');
	expect(rows).toHaveLength(2);
	expect(writes().filter((write) => write.endsWith('/tasks'))).toHaveLength(1);
	const notes = [...emulator.account.notes.values()].filter(({ params }) => String(params.uniq).startsWith('pbx-'));
	expect(notes).toMatchObject([{ params: { duration: 95 } }, { params: { call_status: 6 } }, {}]);
	const tasks = rows.map(({ id }) => emulator.account.tasks.get(Number(id)));
	expect(tasks.map((task) => [task?.entity_type, task?.entity_id])).toEqual(notes.slice(1).map(({ entity_type: type, entity_id: id }) => [type, id]));
	// A second run finds the contacts that the first has made.
	const { size } = emulator.account.contacts;
	expect(size).toBeGreaterThanOrEqual(before);
	await run(missed as typeof requests, 'Call Back');
	expect(emulator.account.contacts.size).toBe(size);
});

test('requests of the site become incoming leads; rules decline, accept or leave them', async () => {
	const { emulator } = stage;
	const { rows } = await run(incoming as typeof requests, 'Accept');
	const own = [...emulator.account.unsorted.values()].filter(({ source_uid }) => source_uid.startsWith('site-'));
	expect(own).toMatchObject([{ state: 'accepted', uid: rows[0]?.id }, { state: 'declined' }, { state: 'open', category: 'forms', metadata: { form_page: 'https://example.com/callback' } }]);
	expect(emulator.account.leads.get(Number(rows[0]?.lead_id))).toMatchObject({ price: 250_000 });
	expect(writes().slice(0, 2)).toEqual(['POST /api/v4/leads/unsorted/forms', 'POST /api/v4/leads/notes']);
});

test('a bot greets a new lead that has a contact', async () => {
	const { emulator } = stage;
	const contact = emulator.ui.create('contacts', { name: 'Анна' });
	let leadId = 0;
	const act = () => {
		leadId = emulator.ui.create('leads', { name: 'Стол', _embedded: { contacts: [{ id: contact.id }] } }).id;
		emulator.ui.create('leads', { name: 'Nobody to write to' });
	};
	await started(greeting as typeof requests, 'Greet', act, (rows) => {
		expect(rows).toEqual([expect.objectContaining({ entity_type: 'leads', entity_id: leadId, started: true })]);
	});
	const [bot] = [...emulator.account.bots.values()].filter(({ type }) => type === 'greeting');
	expect([...emulator.account.botRuns.values()]).toMatchObject([{ bot_id: bot?.id, entity_id: leadId }]);
});

test('an agent reads the lead and answers in the chat', async () => {
	const { emulator, n8n } = stage;
	model.plan = [{ tool: 'Lead_of_the_Talk', args: {} }];
	const openAi = await n8n.client.createCredential({ name: 'Model', type: 'openAiApi', data: { apiKey: 'none', url: model.url } });
	const withModel = { ...chat, nodes: (chat as typeof requests).nodes.map((node: { name: string }) => (node.name === 'Model' ? { ...node, credentials: { openAiApi: openAi } } : node)) } as typeof requests;
	const contact = emulator.ui.create('contacts', { name: 'Анна' });
	const lead = emulator.ui.create('leads', { name: 'Стол для Анны', _embedded: { contacts: [{ id: contact.id }] } });
	const before = new Set(emulator.account.messages.keys());
	const texts = () => [...emulator.account.messages.values()].filter(({ id, direction }) => !before.has(id) && direction === 'outgoing').map(({ text }) => text);
	await started(withModel, 'Send Answer', () => emulator.ui.message({ contactId: contact.id, text: 'Где мой стол?' }), (rows) => expect(rows).toHaveLength(1));
	expect(texts()).toEqual(['Done.']);
	expect(model.results.join()).toContain(lead.name);
});

test('a won lead gets a note and a task, without webhooks', async () => {
	const { emulator, n8n } = stage;
	const [owner, manager] = [...emulator.account.users.keys()];
	emulator.ui.userId = manager;
	const lead = emulator.ui.create('leads', { name: 'Стол' });
	emulator.ui.update('leads', lead.id, { status_id: 142 });
	emulator.ui.userId = owner;
	const { rows, error } = await runWorkflow(n8n.client, won as typeof requests, 'Lead Won', 'Thank the Client');
	expect(error?.message).toBeUndefined();
	expect(emulator.account.tasks.get(Number(rows.at(-1)?.id))).toMatchObject({ text: 'Поблагодарить клиента: Стол', entity_id: lead.id });
	expect([...emulator.account.notes.values()].at(-1)).toMatchObject({ entity_id: lead.id, params: { text: expect.stringMatching(/^Выиграна \d\d\.\d\d\.\d{4} .* этапе: ./) } });
});

test('a file from a form goes onto the card of a new lead, and into its feed', async () => {
	const { emulator, n8n } = stage;
	const { id, versionId } = await n8n.client.createWorkflow(form as typeof requests);
	await n8n.client.request('POST', `/rest/workflows/${id}/activate`, { versionId });
	const { webhookId } = (form as typeof requests).nodes.find(({ name }: { name: string }) => name === 'Form') as { webhookId: string };
	const address = `${n8n.url}/form/${webhookId}`;
	await eventually(async () => expect((await fetch(address)).status).toBe(200));
	const body = new FormData();
	['Анна', '+7 900 777-88-99', 'Кухня по чертежу'].forEach((text, index) => body.append(`field-${index}`, text));
	body.append('field-3', new Blob(['%PDF-1.4'], { type: 'application/pdf' }), 'Чертёж.pdf');
	expect((await fetch(address, { method: 'POST', body })).status).toBe(200);
	await eventually(async () => {
		const [execution] = await executionsOf(n8n.client, id, 1, 'File onto the Card');
		expect([execution?.error, execution?.rows]).toEqual([undefined, [expect.objectContaining({ name: 'Чертёж', extension: 'pdf', size: 8, attached: true })]]);
	});
	await n8n.client.request('POST', `/rest/workflows/${id}/deactivate`, {});
	const lead = [...emulator.account.leads.values()].find(({ name }) => name === 'Кухня по чертежу');
	expect([...emulator.account.attachments.values()].filter(({ entity_id: of }) => of === lead?.id)).toHaveLength(1);
	const notes = [...emulator.account.notes.values()].filter(({ entity_id: of }) => of === lead?.id);
	expect(notes.map(({ note_type: type, params }) => [type, params.file_name ?? params.text])).toEqual([['attachment', 'Чертёж.pdf'], ['common', 'Приложено к заявке']]);
});
