import { consent, openConnectedStage, type Stage } from './stage';
import { NODE_TYPE, runNode, runWorkflow, type Credential } from './run';

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

describe('with "Retry On Fail"', () => {
	const retry = { retryOnFail: true, maxTries: 3, waitBetweenTries: 100 };
	const parameters = { ...createLead, additionalFields: { pipelineId: '={{ $json.pipeline }}' } };
	const itemsWithBad = (count: number, bad: number) => numbers(count).map((index) => ({ name: `Lead ${index}`, ...(index === bad ? { pipeline: 99_999_999 } : {}) }));
	const saved = () => [...stage.emulator.world.account.leads.values()].map(({ name }) => name);

	test('a bad last row: what was written before it is there once', async () => {
		const run = await runNode(stage.n8n.client, stage.credential, parameters, itemsWithBad(100, 99), retry);
		expect(run.status).toBe('error');
		expect(run.error?.description).toContain('Already written: 50 of 100 items');
		expect(saved()).toHaveLength(50);
		expect(new Set(saved()).size).toBe(50);
	});

	test('a bad first row, which makes n8n repeat the node in spite of "continue": the others are there once', async () => {
		const run = await runNode(stage.n8n.client, stage.credential, parameters, itemsWithBad(60, 0), { ...retry, onError: 'continueRegularOutput' });
		expect(run.status).toBe('success');
		expect(run.rows.map((row) => 'error' in row)).toEqual(numbers(60).map((index) => index === 0));
		expect(saved()).toHaveLength(59);
		expect(new Set(saved()).size).toBe(59);
	});

	test('every pass of a loop writes, whether its rows are like those of the pass before or not', async () => {
		const { type = 'amoCrmOAuth2Api', ...reference } = stage.credential;
		const node = (id: string, name: string, nodeType: string, typeVersion: number, extra: object) => ({ id, name, type: nodeType, typeVersion, position: [0, 0] as [number, number], parameters: {}, ...extra });
		const workflow = {
			name: 'Retry in a loop',
			nodes: [
				node('start', 'Start', 'n8n-nodes-base.manualTrigger', 1, {}),
				node('loop', 'Loop', 'n8n-nodes-base.splitInBatches', 3, { parameters: { batchSize: 2, options: {} } }),
				node('amo', 'amoCRM', NODE_TYPE, 1, { ...retry, parameters: { ...parameters, name: 'Same', authentication: 'oAuth2' }, credentials: { [type]: reference } }),
			],
			connections: {
				Start: { main: [[{ node: 'Loop', type: 'main', index: 0 }]] },
				Loop: { main: [[], [{ node: 'amoCRM', type: 'main', index: 0 }]] },
				amoCRM: { main: [[{ node: 'Loop', type: 'main', index: 0 }]] },
			},
			pinData: { Start: numbers(6).map(() => ({ json: { name: 'Same' } })) },
		};
		const run = await runWorkflow(stage.n8n.client, workflow as Parameters<typeof runWorkflow>[1], 'Start', 'amoCRM');
		expect(run.status).toBe('success');
		expect(saved()).toHaveLength(6);
	});
});

test.each(['continueRegularOutput', 'continueErrorOutput'])('%s: an expression that throws for one row is the error of that row', async (onError) => {
	const items = ['2026-01-01', 'soon', '2026-01-03'].map((when, index) => ({ name: `Lead ${index}`, when }));
	const parameters = { ...createLead, additionalFields: { createdAt: '={{ $json.when.toDateTime().toISO() }}' } };
	const run = await runNode(stage.n8n.client, stage.credential, parameters, items, { onError });
	expect(run.status).toBe('success');
	expect([...stage.emulator.world.account.leads.values()].map(({ name }) => name).sort()).toEqual(['Lead 0', 'Lead 2']);
	const [good, bad] = onError === 'continueRegularOutput' ? [run.rows.filter((row) => !('error' in row)), run.rows.filter((row) => 'error' in row)] : [run.rows, run.errorRows];
	expect(good.map(({ name }) => name)).toEqual(['Lead 0', 'Lead 2']);
	expect(bad).toHaveLength(1);
	expect(bad[0]).toMatchObject({
		error: expect.stringMatching(/^'Created At': .*\[item 1\]$/),
		[onError === 'continueRegularOutput' ? 'details' : 'message']: { cause: 'parameter' },
		...(onError === 'continueErrorOutput' ? { name: 'Lead 1', when: 'soon' } : {}),
	});
});
