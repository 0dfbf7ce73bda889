import type { IDataObject, INodeParameters } from 'n8n-workflow';

import type { RunOptions } from './harness';
import { mainPipelineOf, userOf } from './samples';
import type { World } from './world';
import { byId, FAST, manyItems, openWorld } from './world';

/** Incoming leads: with all that a form or a call holds, and what becomes of them (core facts 6). */

let world: World;

beforeEach(async () => {
	world = await openWorld({ seed: 'empty', rateLimit: false });
	world.emulator.log.clear();
});
afterEach(async () => await world.close());

const CONTINUE = { onError: 'continueRegularOutput' } as const;

const run = async (operation: string, parameters: INodeParameters = {}, options: Partial<RunOptions> = {}) =>
	await world.run({ resource: 'incomingLead', operation, options: FAST, ...parameters }, options);

async function good(running: ReturnType<typeof run>): Promise<IDataObject[]> {
	const { error, rows } = await running;
	if (error) throw error;
	return rows.map(({ json }) => json);
}

const FORM: INodeParameters = { sourceUid: '={{ $json.uid ?? "r1" }}', sourceName: 'Landing page' };

async function addForms(count: number): Promise<string[]> {
	const rows = await good(run('create', FORM, { items: manyItems(count, (index) => ({ uid: `r${index}` })) }));
	world.emulator.log.clear();
	return rows.map(({ id }) => id as string);
}

const posts = (path: string) => world.requests('POST', path);
const account = () => world.emulator.account;
const idOfItem: INodeParameters = { incomingLeadId: { __rl: true, mode: 'id', value: '={{ $json.id }}' } };

describe('create', () => {
	it('makes forms and calls in batches, each with its lead, contact and company', async () => {
		const pipeline = [...account().pipelines.values()][1] ?? mainPipelineOf(world);
		const items = manyItems(120, (index) => ({ category: index % 2 ? 'forms' : 'sip', uid: `r${index}`, person: `Person ${index}`, price: index, firm: index % 3 ? '' : `Firm ${index}` }));
		const rows = await good(
			run(
				'create',
				{
					category: '={{ $json.category }}',
					...FORM,
					leadFields: { name: '={{ "Request " + $json.uid }}', price: '={{ $json.price }}', tags: 'site' },
					contactFields: { name: '={{ $json.person }}', phone: '+7 912 000-00-01' },
					companyFields: { name: '={{ $json.firm }}' },
					additionalFields: {
						pipelineId: byId(pipeline.id),
						formId: '={{ $json.category === "forms" ? "callback" : "" }}',
						visitorUid: '={{ $json.category === "forms" ? "v-1" : "" }}',
						phone: '={{ $json.category === "sip" ? "+7 912 000-00-01" : "" }}',
						duration: '={{ $json.category === "sip" ? 5 : "" }}',
					},
				},
				{ items },
			),
		);
		expect([posts('/leads/unsorted/forms'), posts('/leads/unsorted/sip')].map(({ length }) => length)).toEqual([2, 2]);
		rows.forEach((row, index) => {
			const own = [...account().unsorted.values()].find(({ uid }) => uid === row.id);
			expect(own).toMatchObject({ source_uid: `r${index}`, category: index % 2 ? 'forms' : 'sip', pipeline_id: pipeline.id, lead_id: row.lead_id, contact_id: row.contact_id });
			expect(account().leads.get(row.lead_id as number)).toMatchObject({ name: `Request r${index}`, price: index });
			expect(account().contacts.get(row.contact_id as number)?.name).toBe(`Person ${index}`);
			expect(account().companies.get((row.company_id ?? 0) as number)?.name).toBe(index % 3 ? undefined : `Firm ${index}`);
			if (index % 2) expect(Math.abs(Number(own?.metadata.form_sent_at) - Date.now() / 1000)).toBeLessThan(3_600);
			expect(own?.metadata).toMatchObject(index % 2 ? { form_id: 'callback', visitor_uid: 'v-1' } : { phone: '+7 912 000-00-01', duration: 5 });
		});
		expect(JSON.stringify(rows)).not.toMatch(/_links|request_id|account_id/);
	});

	it('maps custom fields of all three', async () => {
		const fieldOf = (type: 'leads' | 'contacts') => account().fieldsOf(type).find(({ code, type: kind }) => code === null && ['text', 'textarea', 'url'].includes(kind));
		const [ofLead, ofContact] = [fieldOf('leads'), fieldOf('contacts')];
		const mapper = (id: number | undefined, value: string) => (id === undefined ? {} : { mappingMode: 'defineBelow', value: { [id]: value } });
		const [row] = await good(run('create', { ...FORM, leadCustomFields: mapper(ofLead?.id, 'https://example.com/1') as INodeParameters, contactFields: { name: 'Ann' }, contactCustomFields: mapper(ofContact?.id, 'https://example.com/2') as INodeParameters }));
		const values = (record: { custom_fields_values: object[] } | undefined) => JSON.stringify(record?.custom_fields_values);
		if (ofLead) expect(values(account().leads.get(row?.lead_id as number))).toContain('https://example.com/1');
		if (ofContact) expect(values(account().contacts.get(row?.contact_id as number))).toContain('https://example.com/2');
		expect(ofLead ?? ofContact).toBeDefined();
	});

	it('names the field of a member that amoCRM refuses, and writes the others', async () => {
		const items = [{ uid: 'a' }, { uid: 'b', user: 424_242 }, { uid: 'c' }];
		const { rows } = await run('create', { ...FORM, contactFields: { name: 'X', responsibleUserId: '={{ $json.user ?? "" }}' } }, { items, ...CONTINUE });
		expect(rows.map(({ json }) => json.error ?? json.source_uid)).toEqual(['a', expect.stringContaining("Incoming Lead was refused: Contact 'Responsible User' (responsible_user_id, value 424242)"), 'c']);
		expect(posts('/leads/unsorted/forms')).toHaveLength(2);
	});

	it('refuses a call without a number and a category that nobody can make, before any request', async () => {
		const call = await run('create', { ...FORM, category: 'sip', additionalFields: { duration: 5 } });
		expect(call.error?.message).toBe("'Phone': a call must have the number of the client. Add it [item 0]");
		const chat = await run('create', { ...FORM, category: '={{ "chats" }}' });
		expect(chat.error?.message).toBe("'Category': 'chats' is not possible. Give one of: sip, forms [item 0]");
		expect(world.emulator.log.entries).toEqual([]);
	});

	it('says which requests are there when one ends the run', async () => {
		const { error } = await run('create', { ...FORM, additionalFields: { pipelineId: '={{ $json.pipeline }}' }, options: { ...FAST, batchSize: 1 } }, { items: [{ pipeline: mainPipelineOf(world).id }, { pipeline: 999_999_999 }] });
		expect(error?.message).toContain("'Pipeline' (pipeline_id, value 999999999)");
		expect(error?.description).toMatch(/Already written: 1 of 2 items \(item 0; IDs [0-9a-f]{20,}\)/);
	});
});

describe('accept and decline', () => {
	it('accepts 100, a request for each', async () => {
		const ids = await addForms(100);
		const rows = await good(run('accept', { ...idOfItem, userId: byId(userOf(world, 1).id) }, { items: ids.map((id) => ({ id })) }));
		expect(rows.map(({ id }) => id)).toEqual(ids);
		expect(world.emulator.log.entries).toHaveLength(100);
		for (const { lead_id: id } of rows) expect(account().leads.get(id as number)).toMatchObject({ responsible_user_id: userOf(world, 1).id, status_id: firstStage() });
	}, 30_000);

	const firstStage = () => mainPipelineOf(world).statuses.find(({ type }) => type !== 1)?.id;

	it('puts the lead into the stage of its own pipeline, given as a pair or alone', async () => {
		const pipeline = mainPipelineOf(world);
		const stage = pipeline.statuses.filter(({ type, id }) => type !== 1 && id !== 142 && id !== 143)[1] as { id: number };
		const ids = await addForms(3);
		const rows = await good(run('accept', { ...idOfItem, statusId: '={{ $json.stage }}' }, { items: [`${pipeline.id}:${stage.id}`, stage.id, `${pipeline.id}:142`].map((value, index) => ({ id: ids[index], stage: value })) as IDataObject[] }));
		expect(rows.map(({ lead_id: id }) => account().leads.get(id as number)?.status_id)).toEqual([stage.id, stage.id, 142]);
		expect(rows[0]).toMatchObject({ id: ids[0], pipeline_id: pipeline.id, category: 'forms', accepted: true });
	});

	it('refuses a stage of another pipeline, won and lost too', async () => {
		const [, other] = [...account().pipelines.values()];
		const ids = await addForms(2);
		const stage = other?.statuses.find(({ type, id }) => type !== 1 && id > 143)?.id;
		const { rows } = await run('accept', { ...idOfItem, statusId: '={{ $json.stage }}' }, { items: [{ id: ids[0] as string, stage: `${other?.id}:${stage}` }, { id: ids[1] as string, stage: `${other?.id}:143` }], ...CONTINUE });
		expect(rows.map(({ json }) => json.error)).toEqual([
			"Incoming Lead was refused: 'Stage' is not one of the pipeline that the incoming lead is in [item 0]",
			`'Stage': it belongs to pipeline ${other?.id}, but the incoming lead is in pipeline ${mainPipelineOf(world).id} [item 1]`,
		]);
		expect([...account().unsorted.values()].map(({ state }) => state)).toEqual(['open', 'open']);
	});

	it('declines, and says which lead lands in the trash', async () => {
		const [id] = await addForms(1);
		const [row] = await good(run('decline', { incomingLeadId: byId(id as string), userId: byId(userOf(world).id) }));
		expect(row).toMatchObject({ id, uid: id, declined: true });
		expect(account().leads.get(row?.lead_id as number)).toMatchObject({ is_deleted: true, status_id: 143 });
		const gone = await run('decline', { incomingLeadId: byId(id as string) });
		expect(gone.error?.message).toBe(`Incoming Lead ${id} was not found [item 0]`);
		expect((await run('get', { incomingLeadId: byId(id as string) })).error?.message).toBe(`Incoming Lead ${id} was not found [item 0]`);
	});

	it('changes nothing in a dry run', async () => {
		const [id] = await addForms(1);
		const [row] = await good(run('accept', { incomingLeadId: byId(id as string), options: { dryRun: true } }));
		expect(row).toMatchObject({ dry_run: true, action: 'accept', method: 'POST', path: `/api/v4/leads/unsorted/${id}/accept`, found: { uid: id } });
		expect([...account().unsorted.values()][0]?.state).toBe('open');
	});
});

describe('link', () => {
	it('puts a chat on the card of a lead, and says that forms cannot be linked', async () => {
		const chat = world.emulator.ui.addUnsorted({ category: 'chats', source_uid: 'c1', source_name: 'Telegram', metadata: { from: 'Ann' } } as never) as { uid: string };
		const lead = world.emulator.ui.create('leads', { name: 'Known' });
		const [form] = await addForms(1);
		const link = { entityType: 'leads', entityId: byId(lead.id) };
		const [row] = await good(run('link', { incomingLeadId: byId(chat.uid), ...link }));
		expect(row).toEqual({ id: chat.uid, entity_type: 'leads', entity_id: lead.id, linked: true });
		expect((await run('link', { incomingLeadId: byId(form as string), ...link })).error?.message).toBe('Incoming Lead was refused: amoCRM links only chats and emails, no forms and no calls [item 0]');
		expect((await run('link', { incomingLeadId: byId(chat.uid), entityType: 'leads', entityId: byId('={{ "" }}') })).error?.message).toBe("'Linked Record' is required but empty [item 0]");
	});
});

describe('reading', () => {
	it('gives the newest first, with what the form holds beside it', async () => {
		await good(run('create', { ...FORM, additionalFields: { createdAt: '={{ $json.at }}', formName: 'Callback', formSentAt: '2025-01-02T03:04:05Z' }, contactFields: { name: 'Ann' } }, { items: ['2025-01-01', '2025-03-01', '2025-02-01'].map((at, index) => ({ uid: `r${index}`, at: `${at}T00:00:00Z` })) }));
		const rows = await good(run('getAll', { returnAll: true }));
		expect(rows.map(({ source_uid }) => source_uid)).toEqual(['r1', 'r2', 'r0']);
		expect(rows[0]).toMatchObject({ id: rows[0]?.uid, category: 'forms', form_name: 'Callback', form_sent_at: '2025-01-02T03:04:05.000Z', created_at: '2025-03-01T00:00:00.000Z', contact_id: expect.any(Number), lead_id: expect.any(Number), company_id: null });
		expect(world.emulator.log.of('GET', '/api/v4/leads/unsorted').every(({ query }) => query.order === undefined)).toBe(true);
		expect(await good(run('getAll', { limit: 2, filters: { createdAtFrom: '2025-01-15T00:00:00Z' } }))).toHaveLength(2);
	});

	it('counts what waits, was accepted and declined; equal questions share a request', async () => {
		const ids = await addForms(3);
		await good(run('accept', { incomingLeadId: byId(ids[0] as string) }));
		world.emulator.log.clear();
		const [, other] = [...account().pipelines.values()];
		const items = [mainPipelineOf(world).id, mainPipelineOf(world).id, other?.id].map((pipeline) => ({ pipeline })) as IDataObject[];
		const rows = await good(run('getSummary', { filters: { pipelineId: { __rl: true, mode: 'id', value: '={{ $json.pipeline }}' } } }, { items }));
		expect(rows).toMatchObject([{ total: 2, accepted: 1, declined: 0, categories: { forms: { total: 2 } } }, { total: 2 }, { total: 0 }]);
		expect(world.emulator.log.entries).toHaveLength(2);
	});
});
