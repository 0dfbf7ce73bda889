import type { INodeParameters } from 'n8n-workflow';
import { openConnectedStage, type Stage } from './stage';
import { runNode, type Credential, type Run } from './run';

/** Each operation of each resource, once, the way the editor saves it. */

let stage: Stage & { credential: Credential };

beforeAll(async () => {
	stage = await openConnectedStage('operations');
});
afterAll(async () => await stage?.close());
beforeEach(() => stage.emulator.log.clear());

const run = async (parameters: INodeParameters): Promise<Run> => await runNode(stage.n8n.client, stage.credential, parameters);
const byId = (id: unknown) => ({ __rl: true, mode: 'id', value: String(id) });

async function succeed(parameters: INodeParameters) {
	const result = await run(parameters);
	expect(result.error).toBeUndefined();
	expect(result.status).toBe('success');
	expect(result.sources.every((source) => source === 0)).toBe(true);
	return result.rows;
}

const resources = [
	{ resource: 'lead', create: { name: 'Оборудование для офиса' }, additional: { price: 150_000, tags: 'vip, осень' }, update: { price: 99 } },
	{ resource: 'contact', create: { name: 'Анна Петрова' }, additional: { phone: '+7 900 000-00-00', email: 'anna@example.com' }, update: { name: 'Анна Иванова' } },
	{ resource: 'company', create: { name: 'ООО Ромашка' }, additional: { phone: '+7 495 000-00-00' }, update: { name: 'ООО Лютик' } },
	{ resource: 'task', create: { text: 'Перезвонить', completeTill: '2030-01-15T12:00:00' }, additional: { entityType: 'leads' }, update: { text: 'Написать' } },
];

describe.each(resources)('$resource', ({ resource, create, additional, update }) => {
	const locator = `${resource}Id`;
	const path = { lead: 'leads', contact: 'contacts', company: 'companies', task: 'tasks' }[resource];
	let id: unknown;

	test('create', async () => {
		const linked = resource === 'task' ? { entityId: byId((await succeed({ resource: 'lead', operation: 'create', name: 'Сделка' }))[0]?.id) } : {};
		const [row] = await succeed({ resource, operation: 'create', ...create, additionalFields: { ...additional, ...linked } });
		id = row?.id;
		expect(Number(id)).toBeGreaterThan(0);
	});

	test('get', async () => {
		const [row] = await succeed({ resource, operation: 'get', [locator]: byId(id) });
		expect(row).toMatchObject({ id, ...('name' in create ? { name: create.name } : { text: create.text }) });
	});

	test('update sends the ID and what was set, nothing else', async () => {
		const [row] = await succeed({ resource, operation: 'update', [locator]: byId(id), updateFields: update });
		expect(row?.id).toBe(id);
		const [request] = stage.emulator.log.entries.filter(({ method }) => method === 'PATCH');
		expect(request?.path).toBe(`/api/v4/${path}`);
		expect(request?.body).toEqual([{ id, ...update }]);

		const [read] = await succeed({ resource, operation: 'get', [locator]: byId(id) });
		expect(read).toMatchObject(update);
	});

	test('get many', async () => {
		const rows = await succeed({ resource, operation: 'getAll', limit: 3, sort: { field: 'id', direction: 'desc' } });
		expect(rows).toHaveLength(3);
		expect(rows[0]?.id).toBe(id);
	});

	test('get of what does not exist says what and which', async () => {
		const { status, error } = await run({ resource, operation: 'get', [locator]: byId(99_999_999) });
		expect(status).toBe('error');
		expect(error?.message).toContain('99999999');
	});
});

test('task: complete', async () => {
	const [task] = await succeed({ resource: 'task', operation: 'create', text: 'Позвонить', completeTill: '2030-01-15T12:00:00' });
	await succeed({ resource: 'task', operation: 'complete', taskId: byId(task?.id), resultText: 'Договорились' });
	const [read] = await succeed({ resource: 'task', operation: 'get', taskId: byId(task?.id) });
	expect(read).toMatchObject({ is_completed: true, result: 'Договорились' });
});

test('raw rows when Simplify is off', async () => {
	const [row] = await succeed({ resource: 'lead', operation: 'getAll', limit: 1, simplify: false });
	expect(row).toHaveProperty('_links');
});

test('the node is there as an AI tool', async () => {
	const types = (await stage.n8n.client.request('GET', '/types/nodes.json')) as Array<{ name: string }>;
	expect(types.map(({ name }) => name)).toContain('n8n-nodes-amocrm-kommo.amoCrmTool');
});
