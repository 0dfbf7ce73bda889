import { randomUUID } from 'node:crypto';
import type { IDataObject, INodeParameters } from 'n8n-workflow';
import { eventually, executionsOf } from './executions';
import { CREDENTIAL_TYPE, startByHand, type Credential } from './run';
import { openConnectedStage, type Stage } from './stage';

/** The polling trigger in a real n8n: what it tells while n8n runs, is stopped and is killed. */

let stage: Stage & { credential: Credential };

beforeAll(async () => {
	stage = await openConnectedStage('poll', { seed: 'empty', language: 'en' });
});
afterAll(async () => await stage?.close());
beforeEach(() => stage.emulator.log.clear());
afterEach(async () => {
	stage.emulator.world.latency.routes = [];
	for (const id of active.splice(0)) await client().request('POST', `/rest/workflows/${id}/deactivate`, {});
});

const active: string[] = [];
const client = () => stage.n8n.client;
const polls = () => stage.emulator.log.of('GET', '/api/v4/events').length;

async function create(parameters: INodeParameters) {
	const node = {
		id: randomUUID(),
		name: 'Trigger',
		type: 'n8n-nodes-amocrm-kommo.amoCrmPollTrigger',
		typeVersion: 2,
		position: [0, 0],
		parameters: { pollTimes: { item: [{ mode: 'everyMinute' }] }, ...parameters },
		credentials: { [CREDENTIAL_TYPE]: stage.credential },
	};
	return await client().createWorkflow({ name: `Poll ${node.id}`, nodes: [node], connections: {} });
}

/** An active workflow that has polled once. */
async function started(parameters: INodeParameters): Promise<string> {
	const { id, versionId } = await create(parameters);
	await client().request('POST', `/rest/workflows/${id}/activate`, { versionId });
	active.push(id);
	await eventually(() => expect(polls()).toBeGreaterThan(0));
	return id;
}

/** Names of leads to come. */
const names = (what: string, count: number) => Array.from({ length: count }, (_, index) => `${what} ${index}`);

const add = (leads: string[]) => {
	for (const name of leads) stage.emulator.ui.create('leads', { name });
};

const settle = async () => await stage.emulator.clock.advance(40_000);

/** All rows that the workflow started with, once there are so many. */
async function told(id: string, count: number): Promise<IDataObject[]> {
	let rows: IDataObject[] = [];
	// A poll comes once a minute.
	for (let minute = 0; minute < 3 && rows.length < count; minute += 1) {
		const executions = await executionsOf(client(), id, minute + 1);
		expect(executions.filter(({ status }) => status !== 'success')).toEqual([]);
		rows = executions.flatMap((execution) => execution.rows);
	}
	return rows;
}

test('changes come out once, while n8n runs, after it was stopped for two hours and after it was killed', async () => {
	const { emulator, n8n } = stage;
	add(['before']);
	const id = await started({ events: ['add_lead'] });
	await n8n.stop();
	const missed = names('missed', 1000);
	add(missed);
	await emulator.clock.advance(2 * 3_600_000);
	await n8n.start();
	expect((await told(id, 1000)).map(({ name }) => name)).toEqual(missed);

	// Killed while it reads what has happened.
	await n8n.stop();
	const late = names('late', 300);
	add(late);
	await settle();
	emulator.world.latency.routes = [{ path: /\/events/, ms: 4000 }];
	emulator.log.clear();
	await n8n.start();
	await eventually(() => expect(polls()).toBeGreaterThan(0));
	await n8n.kill();
	emulator.world.latency.routes = [];
	await n8n.start();
	await eventually(async () => expect(await told(id, 1300)).toHaveLength(1300));

	// And killed right after it has told.
	await n8n.kill();
	await n8n.start();
	add(['live']);
	await settle();
	const rows = await told(id, 1301);
	expect(rows.map(({ name }) => name)).toEqual([...missed, ...late, 'live']);
	expect(new Set(rows.map(({ event_id: event }) => event)).size).toBe(1301);
}, 600_000);

test('a test run shows the newest change', async () => {
	add(['newest']);
	const saved = await create({ events: ['add_lead'] });
	const { executionId } = await startByHand(client(), saved, 'Trigger');
	expect(executionId).toBeDefined();
	const [execution] = await executionsOf(client(), saved.id, 1);
	expect(execution?.rows.at(-1)).toMatchObject({ event: 'add_lead', name: 'newest' });
});

test('an event that the history does not tell is said when the workflow goes live', async () => {
	const { id, versionId } = await create({ events: ['add_lead', 'add_unsorted'] });
	active.push(id);
	const reason = 'The history of the account does not tell: Incoming Lead: Added';
	const refusal = await client().request('POST', `/rest/workflows/${id}/activate`, { versionId }).catch((error: Error) => error.message);
	if (typeof refusal === 'string') expect(refusal).toContain(reason);
	else await eventually(async () => expect(JSON.stringify(await client().request('GET', `/rest/workflows/${id}/publication-status`))).toContain(reason));
});

test('with durable cursors nothing is lost between the activation and the first poll, or when n8n is killed', async () => {
	await stage.close();
	const settings = { N8N_SCHEDULER_ENABLED: 'true', N8N_SCHEDULER_POLL_TRIGGERS_ENABLED: 'true', N8N_USE_WORKFLOW_PUBLICATION_SERVICE: 'true', N8N_POLLER_DURABLE_CURSORS_ENABLED: 'true' };
	stage = await openConnectedStage('poll-durable', { seed: 'empty', language: 'en' }, { settings });
	const id = await started({ events: ['add_lead'] });
	add(['early']);
	await settle();
	expect((await told(id, 1)).map(({ name }) => name)).toEqual(['early']);
	await stage.n8n.kill();
	add(names('late', 300));
	await settle();
	await stage.n8n.start();
	expect((await told(id, 301)).map(({ name }) => name)).toEqual(['early', ...names('late', 300)]);
}, 400_000);
