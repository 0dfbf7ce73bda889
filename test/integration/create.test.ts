import type { IDataObject } from 'n8n-workflow';

import type { World } from './world';
import { FAST, manyItems, openWorld } from './world';

let world: World;

beforeAll(async () => {
	world = await openWorld();
});

beforeEach(() => {
	world.emulator.log.clear();
	world.emulator.faults.clear();
});

afterAll(async () => await world.close());

const leads = () => [...world.emulator.account.leads.values()];

describe('create', () => {
	it('makes 60 different leads of 60 different items in 2 requests (peers 2.9, 1)', async () => {
		const before = leads().length;
		const items = manyItems(60, (index) => ({ title: `Lead ${index}`, value: index * 10 }));
		const { rows, error } = await world.run(
			{ resource: 'lead', operation: 'create', name: '={{ $json.title }}', additionalFields: { price: '={{ $json.value }}' } },
			{ items },
		);
		expect(error).toBeUndefined();
		expect(world.requests('POST', '/leads')).toHaveLength(2);
		const created = leads().slice(before);
		expect(created).toHaveLength(60);
		expect(rows).toHaveLength(60);
		rows.forEach(({ json, pairedItem }, index) => {
			expect(pairedItem).toEqual({ item: index });
			expect(json).toMatchObject({ name: `Lead ${index}`, price: index * 10 });
			const stored = world.emulator.account.leads.get(json.id as number);
			expect(stored).toMatchObject({ name: `Lead ${index}`, price: index * 10 });
		});
	});

	it('sends arrays as arrays and keeps zero, and leaves out what was not set (peers D6, D7)', async () => {
		await world.run({
			resource: 'lead',
			operation: 'create',
			name: 'Shapes',
			additionalFields: { price: 0, tags: ['123', 'vip'], responsibleUserId: '', closedAt: '' },
		});
		expect(world.requests('POST', '/leads')[0]?.body).toEqual([
			{ name: 'Shapes', price: 0, _embedded: { tags: [{ name: '123' }, { name: 'vip' }] }, request_id: '0' },
		]);
	});

	it.each([
		['lead', { additionalFields: { price: 5 } }, { price: 5 }],
		['lead', {}, {}],
		['contact', { additionalFields: { firstName: 'Ann' } }, { first_name: 'Ann' }],
		['company', { additionalFields: { email: 'a@example.com' } }, { custom_fields_values: [{ field_code: 'EMAIL', values: [{ value: 'a@example.com', enum_code: 'WORK' }] }] }],
	])('makes a %s without a name, which amoCRM does not need (%#)', async (resource, parameters, body) => {
		for (const name of [{}, { name: '' }, { name: '={{ $json.nothing }}' }]) {
			world.emulator.log.clear();
			const { rows, error } = await world.run({ resource, operation: 'create', ...name, ...parameters });
			expect(error).toBeUndefined();
			expect(rows[0]?.json.id).toEqual(expect.any(Number));
			expect(world.requests('POST', resource === 'company' ? '/companies' : `/${resource}s`)[0]?.body).toEqual([{ ...body, request_id: '0' }]);
		}
	});

	it('makes a lead without a name together with its contact', async () => {
		const { rows, error } = await world.run({ resource: 'lead', operation: 'createComplex', contactFields: { phone: '+7 912 345-67-89' } });
		expect(error).toBeUndefined();
		expect(rows[0]?.json.id).toEqual(expect.any(Number));
		expect((world.requests('POST', '/leads/complex')[0]?.body as IDataObject[])[0]).not.toHaveProperty('name');
	});

	it('takes the pipeline along with a stage of the list, and refuses a pair that does not fit', async () => {
		const pipeline = [...world.emulator.account.pipelines.values()][1] as unknown as IDataObject;
		const good = await world.run({
			resource: 'lead',
			operation: 'create',
			name: 'Staged',
			additionalFields: { statusId: `${String(pipeline.id)}:142` },
		});
		expect(good.error).toBeUndefined();
		expect(world.emulator.account.leads.get(good.rows[0]?.json.id as number)).toMatchObject({
			pipeline_id: pipeline.id,
			status_id: 142,
		});
		world.emulator.log.clear();
		const bad = await world.run({
			resource: 'lead',
			operation: 'create',
			name: 'Staged',
			additionalFields: { pipelineId: 1, statusId: `${String(pipeline.id)}:142` },
		});
		expect(bad.error?.message).toMatch(/^'Stage': the stage is '[^/]+ \/ Успешно реализовано', but 'Pipeline' says '1'/);
		expect(world.emulator.log.entries.map(({ method, path }) => `${method} ${path}`)).toEqual(['GET /api/v4/leads/pipelines']);
	});

	it('gives rows with the ID first, then the name and the other fields', async () => {
		const { rows } = await world.run({ resource: 'lead', operation: 'create', name: 'Ordered', additionalFields: { createdAt: '2026-01-31', price: 5 } });
		expect(Object.keys(rows[0]?.json ?? {}).slice(0, 5)).toEqual(['id', 'name', 'price', 'card_url', 'created_at']);
		const updated = await world.run({ resource: 'lead', operation: 'update', leadId: rows[0]?.json.id as number, updateFields: { price: 6, name: 'Renamed' } });
		expect(Object.keys(updated.rows[0]?.json ?? {}).slice(0, 3)).toEqual(['id', 'name', 'price']);
	});

	it('links contacts and a company inside the new lead', async () => {
		const company = await world.run({ resource: 'company', operation: 'create', name: 'Acme' });
		const contacts = await world.run(
			{ resource: 'contact', operation: 'create', name: '={{ $json.name }}' },
			{ items: [{ name: 'Ann' }, { name: 'Bob' }] },
		);
		const ids = contacts.rows.map(({ json }) => json.id as number);
		const { rows } = await world.run({
			resource: 'lead',
			operation: 'create',
			name: 'Linked',
			additionalFields: {
				contactIds: ids.join(', '),
				companyId: { __rl: true, mode: 'url', value: `${world.emulator.url}/companies/detail/${String(company.rows[0]?.json.id)}` },
			},
		});
		const read = await world.run({
			resource: 'lead',
			operation: 'get',
			leadId: { __rl: true, mode: 'id', value: String(rows[0]?.json.id) },
			options: { with: ['contacts'] },
		});
		expect(read.rows[0]?.json).toMatchObject({
			contact_ids: ids,
			main_contact_id: ids[0],
			company_id: company.rows[0]?.json.id,
		});
	});

	it('links a new contact to its company by the mass route, with its phones and e-mails', async () => {
		const company = await world.run({ resource: 'company', operation: 'create', name: 'Globex' });
		const companyId = company.rows[0]?.json.id as number;
		world.emulator.log.clear();
		const { rows, error } = await world.run(
			{
				resource: 'contact',
				operation: 'create',
				name: '={{ $json.name }}',
				additionalFields: { phone: '={{ $json.phone }}', email: '={{ $json.email }}', companyId },
				options: FAST,
			},
			{ items: manyItems(60, (index) => ({ name: `C${index}`, phone: `+7912000${1000 + index}`, email: `c${index}@example.com` })) },
		);
		expect(error).toBeUndefined();
		expect(world.requests('POST', '/contacts')).toHaveLength(2);
		expect(world.requests('POST', '/contacts/link')).toHaveLength(2);
		const read = await world.run({
			resource: 'contact',
			operation: 'get',
			contactId: { __rl: true, mode: 'id', value: String(rows[59]?.json.id) },
		});
		expect(read.rows[0]?.json).toMatchObject({ name: 'C59', company_id: companyId });
		expect(Object.values(read.rows[0]?.json ?? {})).toEqual(expect.arrayContaining(['+79120001059', 'c59@example.com']));
	});

	it('says that the record was written when only its link was refused', async () => {
		const { error } = await world.run({
			resource: 'contact',
			operation: 'create',
			name: 'Half',
			additionalFields: { companyId: 999999999 },
		});
		expect(error?.message).toMatch(/^Contact \d+ was written, but it could not be linked to Company 999999999: The value you selected is not a valid choice/);
	});

	it('names the item whose link was refused, not the one that only shared its request', async () => {
		const company = await world.run({ resource: 'company', operation: 'create', name: 'Acme' });
		const { error } = await world.run(
			{ resource: 'contact', operation: 'create', name: 'Half', additionalFields: { companyId: '={{ $json.company }}' } },
			{ items: [{ company: company.rows[0]?.json.id }, { company: 999999999 }] },
		);
		expect(error?.message).toMatch(/could not be linked to Company 999999999: .*\[item 1\]$/);
	});

	it('mends a text that was cut inside an emoji, which would have refused the whole request', async () => {
		const { error } = await world.run({ resource: 'lead', operation: 'create', name: '={{ $json.name }}' }, { items: [{ name: '🙂🙂'.slice(0, 3) }] });
		expect(error).toBeUndefined();
		expect(world.requests('POST', '/leads')[0]?.body).toMatchObject([{ name: '🙂\ufffd' }]);
	});

	it('creates a task with its record, deadline in the time zone of the workflow', async () => {
		const lead = await world.run({ resource: 'lead', operation: 'create', name: 'With task' });
		const { rows, error } = await world.run(
			{
				resource: 'task',
				operation: 'create',
				text: 'Call back',
				completeTill: '2026-12-31T18:00:00',
				additionalFields: { taskTypeId: 2, entityType: 'leads', entityId: lead.rows[0]?.json.id as number },
			},
			{ timezone: 'Asia/Yekaterinburg' },
		);
		expect(error).toBeUndefined();
		expect(world.emulator.account.tasks.get(rows[0]?.json.id as number)).toMatchObject({
			text: 'Call back',
			complete_till: Date.UTC(2026, 11, 31, 13) / 1000,
			task_type_id: 2,
			entity_type: 'leads',
			entity_id: lead.rows[0]?.json.id,
		});
	});

	it.each([
		[{ resource: 'task', operation: 'create', text: '={{ "" }}', completeTill: '2026-12-31' }, "'Text' must not be empty [item 0]"],
		[{ resource: 'task', operation: 'create', text: 'x', completeTill: '={{ "" }}' }, "'Deadline' is required but empty [item 0]"],
		[{ resource: 'task', operation: 'create', text: 'x', completeTill: '31.02.2026' }, "'Deadline': '31.02.2026' is not a date that exists"],
		[{ resource: 'task', operation: 'create', text: 'x', completeTill: '2026-12-31', additionalFields: { entityId: 5 } }, "'Linked Record' needs 'Linked Record Type' too [item 0]"],
		[{ resource: 'lead', operation: 'create', name: 'x', additionalFields: { price: 'a lot' } }, "'Price': 'a lot' is not an amount"],
		[{ resource: 'lead', operation: 'create', name: 'x', additionalFields: { customFieldsJson: '{"a":1' } }, "'Custom Fields (JSON)': '{\"a\":1' is not a JSON array"],
		[{ resource: 'lead', operation: 'create', name: 'x', additionalFields: { companyId: 'Acme' } }, "'Company': 'Acme' is not an ID"],
	])('refuses %j before any request', async (parameters, message) => {
		const { error } = await world.run(parameters as never);
		expect(error?.message).toContain(message);
		expect(error?.message).toMatch(/\[item 0\]$/);
		expect(world.emulator.log.entries).toHaveLength(0);
	});
});
