import type { IDataObject } from 'n8n-workflow';

import type { World } from './world';
import { FAST, manyItems, openWorld } from './world';

let world: World;
let leadIds: number[];

beforeAll(async () => {
	world = await openWorld();
	const { rows } = await world.run(
		{ resource: 'lead', operation: 'create', name: '={{ $json.name }}', additionalFields: { price: 500, tags: 'old' }, options: FAST },
		{ items: manyItems(120, (index) => ({ name: `Lead ${index}` })) },
	);
	leadIds = rows.map(({ json }) => json.id as number);
});

beforeEach(() => world.emulator.log.clear());

afterAll(async () => await world.close());

describe('update', () => {
	it('changes 120 leads in 3 requests, each with its own values', async () => {
		const { rows, error } = await world.run(
			{
				resource: 'lead',
				operation: 'update',
				leadId: { __rl: true, mode: 'id', value: '={{ $json.id }}' },
				updateFields: { name: '={{ $json.name }}' },
				options: FAST,
			},
			{ items: leadIds.map((id, index) => ({ id, name: `New ${index}` })) },
		);
		expect(error).toBeUndefined();
		expect(world.requests('PATCH', '/leads')).toHaveLength(3);
		rows.forEach(({ json, pairedItem }, index) => {
			expect(pairedItem).toEqual({ item: index });
			expect(json.id).toBe(leadIds[index]);
			expect(world.emulator.account.leads.get(leadIds[index] as number)).toMatchObject({ name: `New ${index}`, price: 500 });
		});
	});

	it.each<[string, IDataObject, IDataObject]>([
		['lead', { name: 'Renamed' }, { name: 'Renamed' }],
		['lead', { price: 0 }, { price: 0 }],
		['lead', { name: '', responsibleUserId: '' }, { name: '' }],
		['contact', { firstName: 'Ann' }, { first_name: 'Ann' }],
		['company', { tags: 'vip, 2024', tagsToRemove: ['old'] }, { tags_to_add: [{ name: 'vip' }, { name: '2024' }], tags_to_delete: [{ name: 'old' }] }],
		['task', { text: 'Changed' }, { text: 'Changed' }],
		['task', { isCompleted: false }, { is_completed: false }],
	])('%s: %j sends that and the ID only (peers D8, D9, P2)', async (resource, updateFields, sent) => {
		await world.run({
			resource,
			operation: 'update',
			[`${resource}Id`]: { __rl: true, mode: 'id', value: '4242' },
			updateFields: updateFields as never,
		});
		const collection = { lead: 'leads', contact: 'contacts', company: 'companies', task: 'tasks' }[resource] ?? '';
		expect(world.requests('PATCH', `/${collection}`)[0]?.body).toEqual([{ id: 4242, ...sent }]);
	});

	it('keeps the order of two changes to the same record', async () => {
		const id = leadIds[0] as number;
		const { error } = await world.run(
			{
				resource: 'lead',
				operation: 'update',
				leadId: { __rl: true, mode: 'id', value: '={{ $json.id }}' },
				updateFields: { name: '={{ $json.name }}' },
			},
			{ items: [{ id, name: 'First' }, { id: leadIds[1], name: 'Other' }, { id, name: 'Last' }] },
		);
		expect(error).toBeUndefined();
		expect(world.requests('PATCH', '/leads').map(({ body }) => (body as IDataObject[]).map((row) => row.name))).toEqual([
			['First', 'Other'],
			['Last'],
		]);
		expect(world.emulator.account.leads.get(id)).toMatchObject({ name: 'Last' });
	});

	it('links without a request of its own when nothing else changes', async () => {
		const company = await world.run({ resource: 'company', operation: 'create', name: 'Acme' });
		world.emulator.log.clear();
		const { rows, error } = await world.run({
			resource: 'lead',
			operation: 'update',
			leadId: { __rl: true, mode: 'id', value: String(leadIds[2]) },
			updateFields: { companyId: company.rows[0]?.json.id as number },
		});
		expect(error).toBeUndefined();
		expect(rows[0]?.json).toEqual({ id: leadIds[2], company_id: company.rows[0]?.json.id, card_url: `${world.emulator.url}/leads/detail/${leadIds[2]}` });
		expect(world.emulator.log.entries.map(({ method, path }) => `${method} ${path}`)).toEqual(['POST /api/v4/leads/link']);
	});

	it('completes a task with its result', async () => {
		const task = await world.run({ resource: 'task', operation: 'create', text: 'Call', completeTill: '2026-12-31' });
		const { error } = await world.run({
			resource: 'task',
			operation: 'complete',
			taskId: { __rl: true, mode: 'id', value: String(task.rows[0]?.json.id) },
			resultText: 'Agreed',
		});
		expect(error).toBeUndefined();
		expect(world.emulator.account.tasks.get(task.rows[0]?.json.id as number)).toMatchObject({
			is_completed: true,
			result: { text: 'Agreed' },
		});
		expect(world.requests('PATCH', '/tasks')[0]?.body).toEqual([
			{ id: task.rows[0]?.json.id, is_completed: true, result: { text: 'Agreed' } },
		]);
	});

	it('refuses a result that is no text', async () => {
		const { error } = await world.run({ resource: 'task', operation: 'complete', taskId: '1', resultText: '={{ $json.result }}' }, { items: [{ result: { a: 1 } }] });
		expect(error?.message).toMatch(/^'Result': '\{"a":1\}' is not a text.*\[item 0\]$/);
		expect(world.emulator.log.entries).toHaveLength(0);
	});

	it.each([
		[{ updateFields: {} }, "'Update Fields' is empty: there is nothing to change [item 0]"],
		[{ leadId: { __rl: true, mode: 'id', value: '={{ "abc" }}' } }, "'Lead': 'abc' is not an ID"],
		[{ leadId: { __rl: true, mode: 'url', value: '={{ "/contacts/detail/5" }}' } }, "is not the link of a lead"],
		[{ leadId: { __rl: true, mode: 'id', value: '={{ $json.nothing }}' } }, "'Lead': '' is not an ID"],
	])('refuses %j before any request', async (parameters, message) => {
		const { error } = await world.run({
			resource: 'lead',
			operation: 'update',
			leadId: { __rl: true, mode: 'id', value: '1' },
			updateFields: { name: 'x' },
			...parameters,
		});
		expect(error?.message).toContain(message);
		expect(world.emulator.log.entries).toHaveLength(0);
	});
});
