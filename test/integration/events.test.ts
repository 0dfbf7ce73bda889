import type { IDataObject, INodeParameters } from 'n8n-workflow';

import type { CustomFieldRow, UserRow } from '../../emulator/store/rows';
import { makeField } from '../../emulator/seed/fields';
import { AmoCrm } from '../../nodes/AmoCrm/AmoCrm.node';
import type { RunOptions } from './harness';
import { editorOf } from './harness';
import { mainPipelineOf, userOf } from './samples';
import type { World } from './world';
import { addLeads, byId, FAST, openWorld, rowsOf } from './world';

/** The history: how it is asked for, and what its rows say. */

let world: World;
let lead: number;
let colors: CustomFieldRow;

beforeAll(async () => {
	world = await openWorld();
	[lead = 0] = await addLeads(world, 1);
	colors = makeField(world.emulator.account, 'leads', 'Colors', 'multiselect', { options: ['Red', 'Blue'] });
});
afterAll(async () => await world.close());
beforeEach(() => world.emulator.log.clear());

const run = async (operation: string, parameters: INodeParameters = {}, options: Partial<RunOptions> = {}) =>
	await world.run({ resource: 'event', operation, options: FAST, ...parameters }, options);

const rows = async (...parameters: Parameters<typeof run>) => rowsOf(await run(...parameters));

const list = async (filters: INodeParameters, more: INodeParameters = {}) => await rows('getAll', { returnAll: true, filters, ...more });
const queries = () => world.requests('GET', '/events').map(({ query }) => query);
const lastQuery = () => queries().at(-1)?.filter as IDataObject;

describe('filters', () => {
	it('who, what, which and when', async () => {
		const user = userOf(world).id;
		await list({ types: ['lead_added', 'lead_deleted'], createdByIds: [user, 0], createdAfter: '2026-01-01T00:00:00Z', createdBefore: '2030-01-01T00:00:00Z', entityType: 'leads', entityIds: [lead] });
		expect(lastQuery()).toMatchObject({ type: ['lead_added', 'lead_deleted'], created_by: [String(user), '0'], created_at: { from: '1767225600', to: '1893456000' }, entity: ['lead'], entity_id: [String(lead)] });
		expect(queries()[0]).not.toHaveProperty('order');
		expect(queries()[0]?.limit).toBe('100');
	});

	it('a kind of event is found by its name in the language of the account', async () => {
		await list({ types: '={{ "Изменение этапа продажи, Сделка создана" }}' });
		expect(lastQuery().type).toEqual(['lead_status_changed', 'lead_added']);
		expect(world.requests('GET', '/events/types')[0]?.query).toEqual({ language_code: 'ru' });
	});

	const stage = () => `${mainPipelineOf(world).id}:142`;
	it.each([
		['stages', () => ({ stageIds: [stage()] }), () => ({ type: ['lead_status_changed'], value_after: { leads_statuses: [{ pipeline_id: String(mainPipelineOf(world).id), status_id: '142' }] } })],
		['statuses of customers', () => ({ customerStatusIds: [1] }), () => ({ type: ['customer_status_changed'], value_after: { customers_statuses: [{ status_id: '1' }] } })],
		['responsible users', () => ({ responsibleUserIds: [userOf(world, 1).name] }), () => ({ type: ['entity_responsible_changed'], value_after: { responsible_user_id: [String(userOf(world, 1).id)] } })],
		['texts', () => ({ text: '5' }), () => ({ value_after: { value: '5' } })],
	] as Array<[string, () => INodeParameters, () => IDataObject]>)('values after: %s', async (_name, value, query) => {
		await list({ valueAfter: { value: value() } });
		const { value_after: after, type } = lastQuery();
		const { leads_statuses, customers_statuses, ...others } = after as IDataObject;
		const list_ = (value_: unknown) => (value_ === undefined ? undefined : Object.values(value_ as object));
		expect(JSON.parse(JSON.stringify({ type, value_after: { ...others, leads_statuses: list_(leads_statuses), customers_statuses: list_(customers_statuses) } }))).toEqual(query());
	});

	it('a field alone, and its options by name', async () => {
		const field = makeField(world.emulator.account, 'leads', 'Source', 'select', { options: ['Web', 'Shop'] });
		await list({ customFieldId: 'Leads / Source', valueBefore: { value: { optionIds: ['Shop'] } } });
		expect(lastQuery()).toEqual({ type: [`custom_field_${field.id}_value_changed`], value_before: { custom_field_values: [String(field.enums?.[1]?.id)] } });
	});

	it.each([
		[{ customFieldId: 1, types: ['lead_added'] }, "'Changed Field': amoCRM finds changes of one field only alone"],
		[{ types: ['custom_field_5_value_changed', 'lead_added'] }, "'Event Type': amoCRM finds changes of one field only alone"],
		[{ entityIds: [1] }, "'Records From Data' needs 'Record Type' too"],
		[{ entityType: 'leads', entityIds: Array.from({ length: 11 }, (_, n) => n + 1) }, "'Records From Data': amoCRM takes at most 10 here, not 11"],
		[{ createdByIds: Array.from({ length: 11 }, (_, n) => n + 1) }, "'Done By': amoCRM takes at most 10 here, not 11"],
		[{ entityType: 'catalog_elements' }, "'Record Type': list elements need their 'List' too"],
		[{ entityType: 'leads', catalogId: byId(7) }, "'List': only list elements are in a list"],
		[{ valueAfter: { value: { text: 'x', stageIds: ['1:142'] } } }, "'Value After': amoCRM looks for one kind of value at a time. Leave one of: Stage, Text"],
		[{ valueAfter: { value: { optionIds: [1] } } }, "'Value After': options need their field in 'Changed Field' too"],
	])('%j is refused before any request', async (filters, words) => {
		const { error } = await run('getAll', { filters: filters as never });
		expect(error?.message).toContain(words);
		expect(queries()).toEqual([]);
	});

	it('elements of a list, and nothing for an empty list', async () => {
		await list({ entityType: 'catalog_elements', catalogId: byId(7) });
		expect(lastQuery()).toEqual({ entity: ['catalog_7'] });
		expect(await list({ ids: '={{ [] }}' })).toEqual([]);
	});

	it('records that are picked from the list of their kind', async () => {
		const record = (...ids: number[]) => ({ record: ids.map((id) => ({ recordId: byId(id) })) });
		expect((await list({ entityType: 'leads', linkedRecords: record(lead) })).map(({ entity_id: id }) => id)).toEqual(expect.arrayContaining([lead]));
		expect(lastQuery()).toEqual({ entity: ['lead'], entity_id: [String(lead)] });
		await list({ linkedRecords: record(`${world.emulator.url}/leads/detail/${lead}` as never) });
		expect(lastQuery()).toEqual({ entity: ['lead'], entity_id: [String(lead)] });
		await list({ entityType: 'leads', linkedRecords: record(lead, 5), entityIds: [lead, 6] });
		expect(lastQuery()).toEqual({ entity: ['lead'], entity_id: [String(lead)] });
		world.emulator.log.clear();
		expect((await run('getAll', { filters: { linkedRecords: record(lead) } })).error?.message).toContain("'Records' needs 'Record Type' too");
		expect((await run('getAll', { filters: { entityType: 'leads', linkedRecords: record(...Array.from({ length: 11 }, (_, n) => n + 1)) } })).error?.message).toContain("'Records': amoCRM takes at most 10 here, not 11");
		expect(queries()).toEqual([]);
	});

	it('messages of a contact, which come as events of the lead', async () => {
		const contact = world.emulator.ui.create('contacts', { name: 'Ann' });
		world.emulator.ui.message({ contactId: contact.id, text: 'Hello' });
		const found = await list({ types: ['incoming_chat_message'], entityType: 'contacts', entityIds: [contact.id] });
		expect(found).toHaveLength(1);
		expect(found[0]).toMatchObject({ after: expect.any(String) as string });
	});
});

describe('rows', () => {
	const last = async (type: string, more: INodeParameters = {}) => (await list({ types: [type] }, more))[0] as IDataObject;

	it('say stages and users by their names', async () => {
		const { emulator } = world;
		const pipeline = mainPipelineOf(world);
		const { id } = emulator.ui.create('leads', { name: 'Desk', responsible_user_id: userOf(world).id });
		emulator.ui.update('leads', id, { status_id: 142 });
		emulator.ui.update('leads', id, { responsible_user_id: userOf(world, 1).id });
		const { name } = emulator.account.pipelines.get(pipeline.id) ?? { name: '' };
		const names = await world.run({ resource: 'pipelineStage', operation: 'getAll', pipelineId: byId(pipeline.id), returnAll: true });
		const won = names.rows.find(({ json }) => json.id === 142)?.json.name as string;
		const event = await last('lead_status_changed', { options: { ...FAST, with: ['lead_name'] } });
		expect(event).toMatchObject({ entity_id: id, entity_type: 'lead', entity_name: 'Desk', created_by_name: userOf(world).name, after: `${name} / ${won}`, after_id: `${pipeline.id}:142` });
		expect(event.before).toMatch(new RegExp(`^${name} / `));
		expect(JSON.stringify(event)).not.toMatch(/_links|value_after|_embedded/);
		expect(await last('entity_responsible_changed')).toMatchObject({ before: userOf(world).name, after: userOf(world, 1).name, after_id: userOf(world, 1).id });
	});

	it('say fields by their names, and several values as a list', async () => {
		const field = colors;
		world.emulator.ui.update('leads', lead, { custom_fields_values: [{ field_id: field.id, values: [{ value: 'Red' }, { value: 'Blue' }] }] });
		expect(await last(`custom_field_${field.id}_value_changed`)).toMatchObject({ field: 'Colors', field_id: field.id, before: null, after: ['Red', 'Blue'], after_id: field.enums?.map(({ id }) => id) });
	});

	it('say the rest as it is', async () => {
		const { ui } = world.emulator;
		ui.update('leads', lead, { price: 500 });
		ui.update('leads', lead, { name: 'Renamed' });
		ui.addNote('leads', lead, 'Call back');
		const task = ui.createTask({ text: 'x', complete_till: 1_900_000_000 });
		ui.updateTask(task.id, { complete_till: 1_900_000_060 });
		expect(await last('sale_field_changed')).toMatchObject({ after: 500 });
		expect(await last('name_field_changed')).toMatchObject({ after: 'Renamed' });
		expect(await last('task_deadline_changed')).toMatchObject({ before: '2030-03-17T17:46:40.000Z', after: '2030-03-17T17:47:40.000Z' });
		const note = [...world.emulator.account.notes.values()].at(-1)?.id;
		expect(await last('common_note_added')).toMatchObject({ after: note, after_id: note, before: null });
		expect(await last('common_note_added', { options: { ...FAST, with: ['note'] } })).toMatchObject({ after: 'Call back', after_id: note });
		expect(await last('lead_added', { simplify: false })).toMatchObject({ value_after: [], value_before: [], _embedded: {} });
	});

	it('are got one by one and together', async () => {
		const all = (await list({ types: ['lead_added', 'task_added'] })).slice(0, 3);
		const get = { eventId: { __rl: true, mode: 'id', value: '={{ $json.id }}' } };
		expect(await rows('get', get, { items: all.map(({ id }) => ({ id })) })).toEqual(all);
		const { error } = await run('get', { eventId: byId('01hx0example00000000000000') });
		expect(error?.message).toBe('Event 01hx0example00000000000000 was not found [item 0]');
	});
});

it('kinds of events come in the language of the user, or in another', async () => {
	const words = { en: 'Lead added', ru: 'Сделка создана' };
	const { users } = world.emulator.account;
	const user = users.get(userOf(world).id) as UserRow;
	users.change(user, { lang: 'en' });
	const own = await rows('getTypes', { returnAll: true }, { account: { ...world.account, id: 'english' } });
	users.change(user, { lang: 'ru' });
	expect(own.find(({ key }) => key === 'lead_added')).toMatchObject({ id: 'lead_added', name: words.en, lang: words.en });
	expect((await rows('getTypes', { returnAll: true, filters: { language: 'ru' } })).find(({ key }) => key === 'lead_added')?.lang).toBe(words.ru);
	expect(await rows('getTypes', { limit: 3 })).toHaveLength(3);
});

it('pickers list kinds of events, fields and their options', async () => {
	const field = makeField(world.emulator.account, 'contacts', 'Size', 'select', { options: ['S', 'M'] });
	const options = async (method: string, parameters: INodeParameters) =>
		(await (new AmoCrm().methods.loadOptions as unknown as Record<string, (this: unknown) => Promise<Array<{ name: string; value: unknown }>>>)[method]?.call(editorOf(world.account, { resource: 'event', operation: 'getAll', ...parameters }))) ?? [];
	const { id: task } = world.emulator.ui.createTask({ text: 'Call Ann', complete_till: 1_900_000_000 });
	const search = async (method: string, parameters: INodeParameters) =>
		(await (new AmoCrm().methods.listSearch as unknown as Record<string, (this: unknown) => Promise<{ results: unknown[] }>>)[method]?.call(editorOf(world.account, { resource: 'event', ...parameters })))?.results;
	expect(await search('searchLinkedRecords', { operation: 'getAll', filters: { entityType: 'tasks' } })).toEqual(expect.arrayContaining([{ name: 'Call Ann · 2030-03-17', value: String(task) }]));
	const { name: said } = world.emulator.ui.create('leads', { name: 'Seen in a picker' });
	expect(await search('searchEvents', { operation: 'get' })).toEqual(expect.arrayContaining([expect.objectContaining({ name: expect.stringMatching(new RegExp(`^[\\d-]{10} · lead added · ${said}$`)) as string })]));
	expect(await options('getEventTypes', {})).toEqual(expect.arrayContaining([{ name: 'Сделка создана', value: 'lead_added' }]));
	expect(await options('getEventFields', { filters: { entityType: 'contacts' } })).toEqual(expect.arrayContaining([{ name: 'Size', value: field.id }]));
	expect(await options('getEventFields', { filters: {} })).toEqual(expect.arrayContaining([{ name: 'Contacts / Size', value: field.id }]));
	expect(await options('getEventFieldOptions', { filters: { customFieldId: field.id } })).toEqual((field.enums ?? []).map(({ id, value }) => ({ name: value, value: id })));
});

it.each([402, 403] as const)('%i is said in words', async (status) => {
	world.emulator.switches.events = status;
	const { error } = await run('getAll');
	world.emulator.switches.events = 'on';
	expect(`${error?.message} ${error?.description}`).toMatch(status === 402 ? /This needs a plan with the history of events\./ : /does not allow this/);
});

it('reads 10,000 events in pages of 100, within 1.2 times the bound', async () => {
	const { account } = world.emulator;
	const [one] = [...account.events.values()];
	for (let n = 0; account.events.size < 10_000; n += 1) account.events.add({ ...(one as NonNullable<typeof one>), id: account.events.nextId(), uid: `01hx0${String(n).padStart(21, '0')}` });
	const all = await rows('getAll', { returnAll: true, options: { requestsPerSecond: 200 } });
	expect(all).toHaveLength(10_000);
	expect(new Set(all.map(({ id }) => id)).size).toBe(10_000);
	expect(queries().length).toBeLessThanOrEqual(120);
	expect(queries().every(({ limit }) => Number(limit) <= 100)).toBe(true);
}, 60_000);
