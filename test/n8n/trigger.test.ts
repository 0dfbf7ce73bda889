import { randomUUID } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import type { INodeParameters } from 'n8n-workflow';
import { benchOf } from '../../emulator/testing/client';
import { prepareAct } from '../../emulator/testing/acts';
import { HOOK_EVENTS } from '../../nodes/AmoCrm/fields/hookEvents';
import { isLine1 } from '../../scripts/lib/n8nHost.mjs';
import { eventually, executionsOf } from './executions';
import { createLeadsApart, openConnectedStage, type Stage } from './stage';
import { startByHand, triggerNode, type Credential } from './run';

/** The trigger in a real n8n: its subscription through every step of a workflow's life, and what reaches the workflow. */

let stage: Stage & { credential: Credential };

beforeAll(async () => {
	stage = await openConnectedStage('trigger', { seed: 'empty', language: 'en' });
});
afterAll(async () => await stage?.close());
beforeEach(() => {
	stage.emulator.deliveries.clear();
	stage.emulator.log.clear();
});
afterEach(async () => {
	for (const id of active.splice(0)) await client().request('POST', `/rest/workflows/${id}/deactivate`, {});
	await eventually(() => expect(hooks()).toEqual([]));
});

const active: string[] = [];
const client = () => stage.n8n.client;
const hooks = () => [...stage.emulator.account.webhooks.values()];
const settings = () => hooks().map((hook) => [...hook.settings].sort());

async function create(parameters: INodeParameters) {
	const node = triggerNode(stage.credential, parameters);
	const saved = await client().createWorkflow({ name: `Trigger ${node.id}`, nodes: [node], connections: {} });
	return { ...saved, saved, node };
}

async function activate(id: string, versionId: string): Promise<void> {
	await client().request('POST', `/rest/workflows/${id}/activate`, { versionId });
	if (!active.includes(id)) active.push(id);
}

/** An active workflow whose subscription is made. */
async function started(parameters: INodeParameters) {
	const workflow = await create(parameters);
	await activate(workflow.id, workflow.versionId);
	await eventually(() => expect(hooks()).toHaveLength(1));
	return workflow;
}

test('activate, restart n8n, change events, deactivate: the subscriptions are right after each step', async () => {
	const { id, versionId, node } = await create({ events: ['add_lead'] });
	expect(hooks()).toEqual([]);
	await activate(id, versionId);
	await eventually(() => expect(settings()).toEqual([['add_lead']]));
	const [first] = hooks();

	await stage.n8n.stop();
	stage.emulator.log.clear();
	await stage.n8n.start();
	// The start-up check, and nothing else.
	await eventually(() => expect(stage.emulator.log.of('GET', '/api/v4/webhooks')).toHaveLength(1));
	expect(hooks()).toEqual([first]);

	const changed = { ...node, parameters: { events: ['add_lead', 'update_lead', 'note_contact'] } };
	const { versionId: next } = await client().request('PATCH', `/rest/workflows/${id}`, { nodes: [changed], connections: {}, versionId });
	await activate(id, next);
	await eventually(() => expect(settings()).toEqual([['add_lead', 'note_contact', 'update_lead']]));
	expect(hooks()[0]?.destination).toBe(first?.destination);

	await stage.n8n.stop();
	for (const hook of hooks()) stage.emulator.account.webhooks.change(hook, { disabled: true });
	await stage.n8n.start();
	await eventually(() => expect(hooks()).toMatchObject([{ disabled: false, destination: first?.destination }]));

	await client().request('POST', `/rest/workflows/${id}/deactivate`, {});
	await eventually(() => expect(hooks()).toEqual([]));
	active.length = 0;
});

test('an activation that amoCRM refuses is shown with its reason and leaves nothing', async () => {
	const { id, versionId } = await create({ events: ['add_lead'], options: { otherEvents: 'add_call' } });
	const reason = 'does not know the event add_call';
	// n8n 1.x answers with it, n8n 2.x publishes in the background.
	if (isLine1) await expect(activate(id, versionId)).rejects.toThrow(reason);
	else {
		await activate(id, versionId);
		await eventually(async () => {
			const publication = await client().request('GET', `/rest/workflows/${id}/publication-status`);
			expect(publication).toMatchObject({ status: 'failed', triggers: [{ errorMessage: expect.stringContaining(reason) }] });
		});
	}
	expect(hooks()).toEqual([]);
});

test('every event starts the workflow once from a real change, typed', async () => {
	const { emulator } = stage;
	const bench = benchOf(emulator);
	// Everything is made before the subscription; then each event is made to happen once.
	const acts = [];
	for (const { code } of HOOK_EVENTS) acts.push({ code, ...(await prepareAct(bench, code)) });
	await emulator.deliveries.settled();
	const { id } = await started({ events: HOOK_EVENTS.map(({ code }) => code) });

	for (const { act } of acts) {
		await act();
		await emulator.deliveries.settled();
	}
	const { log } = emulator.deliveries;
	expect(log.filter(({ status }) => status !== 200)).toEqual([]);
	const executions = await executionsOf(client(), id, log.length);
	expect(executions.map(({ status, error }) => [status, error])).toEqual(log.map(() => ['success', undefined]));
	expect(executions.map(({ rows }) => rows[0]?.event).sort()).toEqual(log.map(({ code }) => code).sort());

	for (const { code, ids } of acts) {
		const rows = executions.flatMap((execution) => execution.rows).filter(({ event }) => event === code);
		const record = ids[{ lead: 'leads', contact: 'contacts', company: 'companies', customer: 'customers', task: 'task', catalog: 'element' }[code.replace(/^[a-z]+_/, '')] ?? ''];
		if (record === undefined || code.startsWith('add_')) expect([code, rows.length > 0]).toEqual([code, true]);
		else expect([code, rows.filter((row) => row[code.startsWith('note_') ? 'entity_id' : 'id'] === record).length]).toEqual([code, 1]);
	}
});

test('n8n restarted during deliveries loses none', async () => {
	const { emulator } = stage;
	const { id } = await started({ events: ['add_lead'] });
	const names: string[] = [];
	const add = (count: number) => {
		for (let index = 0; index < count; index += 1) {
			const name = `restart ${names.length}`;
			names.push(name);
			emulator.ui.create('leads', { name });
		}
	};
	add(5);
	await emulator.deliveries.settled();
	// These are on their way while n8n goes down.
	add(5);
	await setImmediate();
	await stage.n8n.stop();
	add(5);
	await emulator.deliveries.settled();
	await stage.n8n.start();
	add(5);
	await emulator.deliveries.settled();
	for (let attempt = 0; attempt < 4; attempt += 1) {
		await emulator.clock.advance(61 * 60_000);
		await emulator.deliveries.settled();
	}
	await eventually(async () => {
		const executions = await executionsOf(client(), id, 1);
		const received = executions.flatMap(({ rows }) => rows.map(({ name }) => name));
		expect([...new Set(received)].sort()).toEqual([...names].sort());
	});
});

test('the full card is read after amoCRM has its answer', async () => {
	const { emulator } = stage;
	const contact = emulator.ui.create('contacts', { name: 'Ann' });
	const { id } = await started({ events: ['add_lead'], options: { loadFullRecord: true, with: ['contacts'] } });
	emulator.world.latency.routes.push({ path: /^\/api\/v4\/leads/, ms: 4_000 });
	emulator.ui.create('leads', { name: 'slow', _embedded: { contacts: [{ id: contact.id }] } });
	await emulator.deliveries.settled();
	emulator.world.latency.routes.pop();
	// The account waits two seconds at most: an answer means that nobody waited for the card.
	expect(emulator.deliveries.log.map(({ status, attempt }) => [status, attempt])).toEqual([[200, 1]]);
	const [execution] = await executionsOf(client(), id, 1);
	expect(execution).toMatchObject({ status: 'success', rows: [{ event: 'add_lead', name: 'slow', contact_ids: [contact.id] }] });
});

/** What is no delivery of amoCRM at all, although the address is right. */
async function expectOddBodiesRefused(url: string): Promise<void> {
	const types = [undefined, 'application/x-www-form-urlencoded', 'application/json', 'text/plain', 'application/octet-stream'];
	const deep = `{"leads":${'['.repeat(5_000)}1${']'.repeat(5_000)}}`;
	const odd: Array<[status: number, body: string | FormData, type: string | undefined]> = [
		...types.map((type): [number, string, string | undefined] => [200, '', type]),
		[200, 'null', 'application/json'],
		[200, '[]', 'application/json'],
		[400, '5', 'application/json'],
		[400, 'hello', 'text/plain'],
		[400, 'hello', 'application/x-www-form-urlencoded'],
		[400, new FormData(), undefined],
		[413, deep, 'application/json'],
		[413, 'a[]=1&'.repeat(100_001), 'application/x-www-form-urlencoded'],
	];
	const answers: number[] = [];
	for (const [, body, type] of odd) answers.push((await fetch(url, { method: 'POST', body, headers: type === undefined ? {} : { 'content-type': type } })).status);
	expect(answers).toEqual(odd.map(([status]) => status));
}

test('forged deliveries are refused, and start nothing', async () => {
	const { id } = await started({ events: ['add_lead'] });
	const destination = String(hooks()[0]?.destination);
	const account = `account[id]=${stage.emulator.account.info.id}`;
	const forge = async (url: string, body: string) =>
		(await fetch(url, { method: 'POST', body, headers: { 'content-type': 'application/x-www-form-urlencoded' } })).status;
	expect(await forge(destination.replace(/\?.*/, ''), `leads[add][0][id]=1&${account}`)).toBe(403);
	expect(await forge(`${destination}x`, `leads[add][0][id]=1&${account}`)).toBe(403);
	expect(await forge(destination, 'leads[add][0][id]=1&account[id]=1')).toBe(403);
	await expectOddBodiesRefused(destination);
	stage.emulator.ui.create('leads', { name: 'real' });
	await stage.emulator.deliveries.settled();
	const executions = await executionsOf(client(), id, 1);
	expect(executions.flatMap(({ rows }) => rows.map(({ name }) => name))).toEqual(['real']);
});

test('a mass edit arrives whole, in fewer executions than deliveries, each answered in time', async () => {
	const { emulator } = stage;
	const { id } = await started({ events: ['add_lead'], options: { loadFullRecord: false } });
	const names = Array.from({ length: 20 }, (_, index) => `mass ${index}`);
	await createLeadsApart(emulator, names);
	expect(emulator.deliveries.log.map(({ status, attempt }) => [status, attempt])).toEqual(names.map(() => [200, 1]));
	await eventually(async () => {
		const executions = await executionsOf(client(), id, 1);
		expect(executions.flatMap(({ rows }) => rows.map(({ name }) => name)).sort()).toEqual([...names].sort());
		// n8n 1.x answers before it stores: there each may have its own.
		if (!isLine1) expect(executions.length).toBeLessThan(names.length);
	});
});

test('"Listen for test event" subscribes its own URL, gives the rows, and cleans up', async () => {
	const { emulator } = stage;
	const { id, saved } = await create({ events: ['add_lead'] });
	const answer = await startByHand(client(), saved, 'Trigger');
	expect(answer).toEqual({ waitingForWebhook: true });
	expect(hooks().map(({ destination }) => destination)).toEqual([expect.stringContaining('/webhook-test/')]);
	emulator.ui.create('leads', { name: 'heard' });
	await emulator.deliveries.settled();
	const [execution] = await executionsOf(client(), id, 1);
	expect(execution).toMatchObject({ mode: 'manual', rows: [{ event: 'add_lead', name: 'heard' }] });
	expect(hooks()).toEqual([]);

	await startByHand(client(), saved, 'Trigger');
	expect(hooks()).toHaveLength(1);
	await client().request('DELETE', `/rest/test-webhook/${id}`);
	for (let tries = 0; hooks().length > 0 && tries < 100; tries += 1) await new Promise((resolve) => setTimeout(resolve, 100));
	expect(hooks()).toEqual([]);
});

test('a Digital Pipeline delivery arrives at the URL that n8n shows', async () => {
	const { id, versionId, node } = await create({ mode: 'digitalPipeline' });
	await activate(id, versionId);
	const body = 'leads[status][0][id]=1&leads[status][0][pipeline_id]=7&leads[status][0][status_id]=142&leads[status][0][old_status_id]=143';
	const send = async (path: string) =>
		(await fetch(`${stage.n8n.url}/webhook/${node.webhookId}/${path}`, { method: 'POST', body, headers: { 'content-type': 'application/x-www-form-urlencoded' } })).status;
	await eventually(async () => expect(await send('webhook')).toBe(200));
	expect(await send(randomUUID())).toBe(404);
	expect(hooks()).toEqual([]);
	await expectOddBodiesRefused(`${stage.n8n.url}/webhook/${node.webhookId}/webhook`);
	const [execution, ...others] = await executionsOf(client(), id, 1);
	expect(others).toEqual([]);
	expect(execution?.rows).toMatchObject([{ event: 'status_lead', id: 1, status_id: 142, old_status_id: 143 }]);
});
