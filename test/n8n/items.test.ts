import { consent, openConnectedStage, type Stage } from './stage';
import { runNode, type Credential } from './run';

/** What a workflow with many items sees: batches, order, pairing, faulty items. */

let stage: Stage & { credential: Credential };

beforeAll(async () => {
	stage = await openConnectedStage('items', { seed: 'empty' });
});
afterAll(async () => await stage?.close());
beforeEach(async () => {
	// A new account, which does not know the access that the last one gave.
	stage.emulator.world.reset();
	await consent(stage.n8n.client, stage.credential);
	stage.emulator.log.clear();
});

const numbers = (count: number) => Array.from({ length: count }, (_, index) => index);
const posts = () => stage.emulator.log.of('POST', '/api/v4/leads');

const createLead = { resource: 'lead', operation: 'create', name: '={{ $json.name }}', additionalFields: { price: '={{ $json.price }}' } };

test('60 different items create 60 different leads in 2 requests, in order', async () => {
	const items = numbers(60).map((index) => ({ name: `Lead ${index}`, price: index }));
	const run = await runNode(stage.n8n.client, stage.credential, createLead, items);

	expect(run.error?.message).toBeUndefined();
	expect(posts()).toHaveLength(2);
	expect(run.sources).toEqual(numbers(60));
	const ids = run.rows.map(({ id }) => Number(id));
	expect(new Set(ids).size).toBe(60);

	const saved = await runNode(stage.n8n.client, stage.credential, { resource: 'lead', operation: 'getAll', returnAll: true });
	const byId = new Map(saved.rows.map((row) => [row.id, row]));
	expect(saved.rows).toHaveLength(60);
	expect(ids.map((id) => byId.get(id)?.name)).toEqual(items.map(({ name }) => name));
	expect(ids.map((id) => byId.get(id)?.price)).toEqual(items.map(({ price }) => price));
});

test('300 leads come back as 300 items', async () => {
	const items = numbers(300).map((index) => ({ name: `Lead ${index}`, price: index }));
	await runNode(stage.n8n.client, stage.credential, createLead, items);

	const run = await runNode(stage.n8n.client, stage.credential, { resource: 'lead', operation: 'getAll', returnAll: true }, [{ trigger: true }]);
	expect(run.rows).toHaveLength(300);
	expect(new Set(run.rows.map(({ name }) => name)).size).toBe(300);
	expect(run.sources).toEqual(numbers(300).map(() => 0));

	const limited = await runNode(stage.n8n.client, stage.credential, { resource: 'lead', operation: 'getAll', limit: 7 });
	expect(limited.rows).toHaveLength(7);
});

test('without continue on fail, the error names the item and the field, and nothing is half done silently', async () => {
	const items = [{ name: 'Good', price: 1 }, { name: 'Bad', price: 'many' }];
	const run = await runNode(stage.n8n.client, stage.credential, createLead, items);

	expect(run.status).toBe('error');
	expect(run.error?.context?.itemIndex).toBe(1);
	expect(`${run.error?.message} ${run.error?.description}`).toContain('Price');
	expect(posts()).toHaveLength(0);
});

test('with continue on fail, the good items are saved and every bad one is one error item in its place', async () => {
	const items = [
		{ name: 'First', price: 1 },
		{ name: 'Bad number', price: 'many' },
		{ name: 'Third', price: 3 },
		{ name: 'Refused by amoCRM', price: 4, pipeline: 99_999_999 },
		{ name: 'Fifth', price: 5 },
	];
	const parameters = {
		...createLead,
		additionalFields: { price: '={{ $json.price }}', pipelineId: '={{ $json.pipeline }}' },
	};
	const run = await runNode(stage.n8n.client, stage.credential, parameters, items, { onError: 'continueRegularOutput' });

	expect(run.status).toBe('success');
	expect(run.sources).toEqual([0, 1, 2, 3, 4]);
	expect(run.rows.map((row) => 'error' in row)).toEqual([false, true, false, true, false]);
	expect(run.rows[1]?.error).toContain('Price');
	expect(run.rows[3]?.error).toContain('Pipeline');

	const saved = await runNode(stage.n8n.client, stage.credential, { resource: 'lead', operation: 'getAll', returnAll: true });
	expect(saved.rows.map(({ name }) => name).sort()).toEqual(['Fifth', 'First', 'Third']);
});
