import { exampleWorkflows, withCredential } from '../../scripts/lib/demo.mjs';
import { runWorkflow, type Credential, type Run } from './run';
import { openConnectedStage, type Stage } from './stage';

/** The workflows of the examples folder, as a user imports and runs them. */

let stage: Stage & { credential: Credential };

beforeAll(async () => {
	stage = await openConnectedStage('examples');
});
afterAll(async () => await stage?.close());
beforeEach(() => stage.emulator.log.clear());

const [requests, overdue, sales] = exampleWorkflows();

async function run(workflow: (typeof requests), lastNode: string): Promise<Run> {
	const result = await runWorkflow(stage.n8n.client, withCredential(workflow, stage.credential), 'Start', lastNode);
	expect(result.error?.message).toBeUndefined();
	return result;
}

const writes = () => stage.emulator.log.entries.filter(({ method }) => method !== 'GET').map(({ method, path }) => `${method} ${path}`);

test('website requests become contacts, leads and tasks: one request for each', async () => {
	const { rows } = await run(requests, 'Plan Calls');
	expect(rows).toHaveLength(3);
	expect(writes()).toEqual(['POST /api/v4/contacts', 'POST /api/v4/leads', 'POST /api/v4/tasks']);

	const [contacts, leads, tasks] = stage.emulator.log.entries.filter(({ method }) => method === 'POST').map(({ body }) => body as object[]);
	expect(contacts).toMatchObject([{ name: 'Anna Petrova' }, { name: 'Oleg Smirnov' }, { name: 'Maria Volkova' }]);
	expect(leads).toMatchObject([{ name: 'Office furniture', price: 250_000 }, { price: 90_000 }, { price: 480_000 }]);
	expect(tasks).toMatchObject([{ text: 'Call Anna Petrova back', entity_type: 'leads' }, {}, { text: 'Call Maria Volkova back' }]);
});

test('overdue tasks get a new deadline', async () => {
	const { rows } = await run(overdue, 'New Deadline');
	expect(rows.length).toBeGreaterThan(0);
	expect(writes()).toEqual(['PATCH /api/v4/tasks']);

	stage.emulator.log.clear();
	await run(overdue, 'Overdue');
	expect(writes()).toEqual([]);
});

test('sales are added up by manager', async () => {
	const { rows } = await run(sales, 'By Manager');
	expect(rows.length).toBeGreaterThan(1);
	expect(rows[0]).toEqual({ responsible_user_id: expect.any(Number), sum_price: expect.any(Number), count_id: expect.any(Number) });
});
