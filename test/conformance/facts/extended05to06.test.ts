import { rows, useBench } from '../../../emulator/testing/client';

/** History, users, roles. */

const bench = useBench();
const { api, create, errors } = bench;

describe('extended 5.1 events', () => {
	it('extended 5.1 events tell every change, newest first', async () => {
		const [, second] = [...bench.emulator.account.users.keys()];
		const source = bench.emulator.account.fieldsOf('leads').find(({ code }) => code === 'SOURCE');
		const lead = await create('/leads', { name: 'a', price: 1 });
		const contact = await create('/contacts', { name: 'c' });
		await api('PATCH', `/leads/${lead}`, {
			name: 'b',
			price: 2,
			status_id: 142,
			responsible_user_id: second,
			tags_to_add: [{ name: 'vip' }],
			custom_fields_values: [{ field_code: 'SOURCE', values: [{ enum_id: source?.enums?.[0]?.id }] }],
		});
		await api('POST', `/leads/${lead}/link`, [{ to_entity_id: contact, to_entity_type: 'contacts' }]);
		const types = rows(await api('GET', `/events?filter[entity][]=lead&filter[entity_id][]=${lead}`), 'events').map(({ type }) => type);
		expect(types.sort()).toEqual([
			`custom_field_${source?.id}_value_changed`, 'entity_responsible_changed', 'entity_tag_added', 'lead_added', 'lead_linked', 'lead_status_changed', 'name_field_changed', 'sale_field_changed',
		]);
		const moved = rows(await api('GET', '/events?filter[type][]=lead_status_changed&with=lead_name'), 'events')[0];
		expect(moved).toMatchObject({ id: expect.stringMatching(/^[0-9a-z]{26}$/), entity_id: lead, value_after: [{ lead_status: { id: 142 } }], _embedded: { entity: { id: lead, name: 'b' } } });
		expect((await api('GET', `/events/${String(moved?.id)}`)).body).toMatchObject({ type: 'lead_status_changed' });
		expect((await api('GET', `/events?filter[entity_id][]=${lead}`)).status).toBe(400);
		await api('POST', '/leads', Array.from({ length: 120 }, () => ({})));
		bench.emulator.switches.eventsPageMax = 100;
		expect(rows(await api('GET', '/events?limit=250'), 'events')).toHaveLength(100);
	});
});

it('extended 6 users are added with 201, switched off with 204 and on with 202; subscriptions name who follows a card', async () => {
	const user = { name: 'Joe', email: 'joe@demo.example', password: 'Secret1', rights: { is_admin: false } };
	const made = await api('POST', '/users', [user]);
	expect(made.status).toBe(201);
	const id = rows(made, 'users')[0]?.id;
	expect((await api('POST', '/users/deactivate', [{ id }])).status).toBe(204);
	expect((await api('POST', '/leads', [{ responsible_user_id: id }])).status).toBe(400);
	expect((await api('POST', '/users/activate', [{ id }])).status).toBe(202);
	const lead = await create('/leads', { responsible_user_id: id });
	expect(rows(await api('GET', `/leads/${lead}/subscriptions`), 'subscriptions')).toEqual([{ subscriber_id: id, type: 'user' }]);
	expect((await api('POST', '/users', [{ ...user, password: 'secret' }])).status).toBe(400);
	expect((await api('PATCH', '/users', [{}])).status).toBe(405);
});

describe('extended 5.1 filters of events', () => {
	const found = async (query: string) => rows(await api('GET', `/events?${query}`), 'events');

	it('extended 5.1 by id, author, time, entity and type, as arrays and as comma lists', async () => {
		const [lead, contact] = [await create('/leads', { name: 'a' }), await create('/contacts', { name: 'c', created_by: 0 })];
		const [added] = await found(`filter[entity]=lead&filter[entity_id]=${lead}`);
		expect(added).toEqual({
			id: expect.stringMatching(/^[0-9a-z]{26}$/), type: 'lead_added', entity_id: lead, entity_type: 'lead', created_by: expect.any(Number), created_at: expect.any(Number), value_after: [], value_before: [],
			account_id: expect.any(Number), _links: expect.anything(), _embedded: { entity: { id: lead, _links: expect.anything() } },
		});
		expect(await found(`filter[id]=${String(added?.id)}`)).toHaveLength(1);
		expect(await found('filter[created_by][]=0')).toMatchObject([{ entity_id: contact }]);
		expect(await found('filter[type]=lead_added,contact_added')).toHaveLength(2);
		expect(await found('filter[type][]=lead_added&filter[type][]=contact_added')).toHaveLength(2);
		const at = Number(added?.created_at);
		for (const [time, count] of [[`${at - 10}`, 2], [`${at - 10},${at + 10}`, 2], [`1,${at - 10}`, 0]] as const) expect([time, (await found(`filter[created_at]=${time}`)).length]).toEqual([time, count]);
		expect((await found('with=contact_name&filter[entity]=contact'))[0]?._embedded).toMatchObject({ entity: { name: 'c' } });
	});

	it('extended 5.1 what is enforced: entity_id needs one entity, ten ids at most, a field’s type stands alone', async () => {
		const many = Array.from({ length: 11 }, (_, index) => index + 1).join(',');
		for (const query of ['filter[entity_id]=1', `filter[entity]=lead&filter[entity_id]=${many}`, `filter[created_by]=${many}`, 'filter[type]=custom_field_1_value_changed,lead_added']) {
			expect([query, (await api('GET', `/events?${query}`)).status]).toEqual([query, 400]);
		}
	});

	it('extended 5.1 by what was before and after', async () => {
		const [main] = [...bench.emulator.account.pipelines.values()];
		const [, second] = [...bench.emulator.account.users.keys()];
		const select = bench.emulator.account.fieldsOf('leads').find(({ type }) => type === 'select');
		const lead = await create('/leads', { name: 'a' });
		await api('PATCH', `/leads/${lead}`, { name: 'b', status_id: 142, responsible_user_id: second, custom_fields_values: [{ field_id: select?.id, values: [{ enum_id: select?.enums?.[0]?.id }] }] });
		const stage = (side: string, status: unknown) => `filter[value_${side}][leads_statuses][0][pipeline_id]=${main?.id}&filter[value_${side}][leads_statuses][0][status_id]=${String(status)}`;
		expect(await found(stage('after', 142))).toMatchObject([{ type: 'lead_status_changed' }]);
		expect(await found(stage('before', main?.statuses[1]?.id))).toMatchObject([{ type: 'lead_status_changed' }]);
		expect(await found(stage('after', 143))).toEqual([]);
		expect(await found(`filter[value_after][responsible_user_id]=${second}`)).toMatchObject([{ type: 'entity_responsible_changed' }]);
		expect(await found(`filter[type]=custom_field_${select?.id}_value_changed&filter[value_after][custom_field_values]=${select?.enums?.[0]?.id}`)).toHaveLength(1);
		expect(await found('filter[type]=name_field_changed&filter[value_after][value]=b')).toHaveLength(1);
	});

	it('extended 5.1 messages are asked for by the contact of their talk, and come back on its card', async () => {
		const contact = await create('/contacts', { name: 'Ann' });
		const lead = await create('/leads', { _embedded: { contacts: [{ id: contact }] } });
		bench.emulator.ui.message({ contactId: contact, text: 'hi' });
		const row = { type: 'incoming_chat_message', entity_id: lead, entity_type: 'lead', linked_talk_contact_id: contact };
		expect(await found(`filter[type]=incoming_chat_message&filter[entity]=contact&filter[entity_id]=${contact}`)).toMatchObject([row]);
		expect(await found(`filter[type]=incoming_chat_message&filter[entity]=lead&filter[entity_id]=${lead}`)).toMatchObject([row]);
		expect(await found(`filter[type]=incoming_chat_message&filter[entity]=contact&filter[entity_id]=${lead}`)).toEqual([]);
	});

	it('extended 5.1 by the status of a customer', async () => {
		const [first, second] = [...bench.emulator.account.customerStatuses.keys()];
		const customer = await create('/customers', { name: 'Acme', next_date: 1_900_000_000, status_id: first });
		await api('PATCH', `/customers/${customer}`, { status_id: second });
		const by = (side: string, id?: number) => found(`filter[type]=customer_status_changed&filter[value_${side}][customers_statuses][0][status_id]=${id}`);
		expect(await by('after', second)).toMatchObject([{ entity_id: customer }]);
		expect([await by('before', first), await by('after', first)]).toMatchObject([[{}], []]);
	});

	it('extended 5.1 a plan without the history answers 402, a token without the right 403', async () => {
		for (const status of [402, 403] as const) {
			bench.emulator.switches.events = status;
			for (const path of ['/events', '/events/types', `/events/${'0'.repeat(26)}`]) expect([path, (await api('GET', path)).status]).toEqual([path, status]);
		}
	});

	it('extended 5.1 a page holds 100 events, or 250 by the switch', async () => {
		await api('POST', '/leads', Array.from({ length: 120 }, () => ({})));
		expect(await found('limit=250')).toHaveLength(100);
		bench.emulator.switches.eventsPageMax = 250;
		expect(await found('limit=250')).toHaveLength(120);
	});

	it('extended 5.1 an event shows at once, or by the switch within some seconds; every answer has the time of the account', async () => {
		const { clock, switches } = bench.emulator;
		switches.eventsShowLate = 3600;
		await api('POST', '/leads', Array.from({ length: 50 }, () => ({})));
		expect((await found('limit=100')).length).toBeLessThan(50);
		await clock.advance(3_600_000);
		expect(await found('limit=100')).toHaveLength(50);
		const { headers } = await fetch(`${bench.emulator.url}/api/v4/events`);
		expect(Math.abs(Date.parse(headers.get('date') ?? '') - clock.now())).toBeLessThan(2000);
	});
});

it('extended 5.2 the shapes of value_after and value_before', async () => {
	const { account, ui } = bench.emulator;
	const [, second] = [...account.users.keys()];
	const text = account.fieldsOf('leads').find(({ type }) => type === 'text');
	const [lead, contact] = [await create('/leads', { name: 'a', price: 1 }), await create('/contacts', { name: 'c' })];
	const before = account.leads.get(lead);
	const old = { pipeline_id: before?.pipeline_id, id: before?.status_id };
	await api('PATCH', `/leads/${lead}`, { name: 'b', price: 2, status_id: 142, responsible_user_id: second, tags_to_add: [{ name: 'vip' }], custom_fields_values: [{ field_id: text?.id, values: [{ value: 'x' }] }] });
	await api('PATCH', `/leads/${lead}`, { tags_to_delete: [{ name: 'vip' }] });
	await api('POST', `/leads/${lead}/link`, [{ to_entity_id: contact, to_entity_type: 'contacts' }]);
	await api('POST', `/leads/${lead}/unlink`, [{ to_entity_id: contact, to_entity_type: 'contacts' }]);
	const note = await create(`/leads/${lead}/notes`, { note_type: 'common', params: { text: 'x' } });
	const task = await create('/tasks', { text: 'a', complete_till: 1 });
	await api('PATCH', `/tasks/${task}`, { text: 'b', complete_till: 2, task_type_id: 2, is_completed: true });
	ui.message({ contactId: contact, text: 'hi' });
	const customer = await create('/customers', { name: 'Acme', next_date: 1_900_000_000 });
	await api('POST', `/customers/${customer}/transactions`, [{ price: 5 }]);
	const link = { entity: { type: 'contact', id: contact } };
	const shapes: Record<string, [object[], object[]]> = {
		lead_added: [[], []],
		lead_status_changed: [[{ lead_status: { id: 142, pipeline_id: old.pipeline_id } }], [{ lead_status: old }]],
		entity_responsible_changed: [[{ responsible_user: { id: second } }], [{ responsible_user: { id: before?.created_by } }]],
		name_field_changed: [[{ name_field_value: { name: 'b' } }], [{ name_field_value: { name: 'a' } }]],
		sale_field_changed: [[{ sale_field_value: { sale: 2 } }], [{ sale_field_value: { sale: 1 } }]],
		entity_tag_added: [[{ tag: { name: 'vip' } }], []],
		entity_tag_deleted: [[], [{ tag: { name: 'vip' } }]],
		[`custom_field_${text?.id}_value_changed`]: [[{ custom_field_value: { field_id: text?.id, field_type: 1, enum_id: null, text: 'x' } }], []],
		lead_linked: [[{ link }], []],
		lead_unlinked: [[], [{ link }]],
		common_note_added: [[{ note: { id: note } }], []],
		task_added: [[], []],
		task_completed: [[], []],
		task_text_changed: [[{ task: { text: 'b' } }], [{ task: { text: 'a' } }]],
		task_deadline_changed: [[{ task_deadline: { timestamp: 2 } }], [{ task_deadline: { timestamp: 1 } }]],
		task_type_changed: [[{ task_type: { id: 2 } }], [{ task_type: { id: 1 } }]],
		incoming_chat_message: [[{ message: { id: expect.stringMatching(/^[0-9a-f-]{36}$/) } }], []],
		transaction_added: [[{ transaction: { id: expect.any(Number) } }], []],
	};
	for (const [type, [after, was]] of Object.entries(shapes)) {
		const [event] = rows(await api('GET', `/events?filter[type]=${type}`), 'events');
		expect([type, event?.value_after, event?.value_before]).toEqual([type, after, was]);
	}
});

it('extended 5.3 the list of types has key, number and words in a language', async () => {
	const answer = await api('GET', '/events/types?language_code=en');
	const types = rows(answer, 'events_types');
	expect(answer.body._total_items).toBe(types.length);
	expect(types).toEqual(expect.arrayContaining([{ key: 'lead_added', type: 1, lang: expect.any(String) }, { key: 'lead_deleted', type: 7, lang: expect.any(String) }]));
	expect(new Set(types.map(({ type }) => type)).size).toBe(types.length);
	const russian = rows(await api('GET', '/events/types?language_code=ru'), 'events_types');
	expect([types, russian].map((list) => list.find(({ key }) => key === 'lead_added')?.lang)).toEqual(['Lead added', 'Сделка создана']);
	expect(russian).toEqual(expect.arrayContaining([expect.objectContaining({ key: 'conversation_answered' })]));
});

it('extended 5.3 trash, restore and merge write their events', async () => {
	const { ui } = bench.emulator;
	for (const [type, name] of [['leads', 'lead'], ['contacts', 'contact'], ['companies', 'company']] as const) {
		const [keep, other] = [await create(`/${type}`, { name: 'a' }), await create(`/${type}`, { name: 'b' })];
		ui.remove(type, keep);
		ui.restore(type, keep);
		ui.merge(type, keep, [other]);
		const types = rows(await api('GET', `/events?filter[entity]=${name}&filter[entity_id]=${keep}`), 'events').map((row) => row.type);
		expect(types).toEqual(['entity_merged', `${name}_restored`, `${name}_deleted`, `${name}_added`]);
	}
});

it('extended 6 users and roles are for administrators', async () => {
	const as = { 'x-context-user-id': String([...bench.emulator.account.users.keys()][1]) };
	for (const path of ['/users', '/roles']) expect((await api('GET', path, undefined, as)).status).toBe(403);
});

it('extended 6 a user shows rights, role, group and the rest by with', async () => {
	const [, id] = [...bench.emulator.account.users.keys()];
	const user = (await api('GET', `/users/${id}?with=role,group,uuid,amojo_id,user_rank,phone_number`)).body;
	expect(user).toMatchObject({
		id, name: expect.any(String), email: expect.any(String), lang: 'en', uuid: expect.any(String), amojo_id: expect.any(String), user_rank: expect.any(String), phone_number: null,
		rights: { leads: { view: 'A', edit: 'A', add: 'A', delete: 'A', export: 'A' }, tasks: { edit: 'A', delete: 'A' }, mail_access: true, catalog_access: true, status_rights: null, is_admin: false, is_free: false, is_active: true },
		_embedded: { roles: [{ id: expect.any(Number), name: 'Manager' }], groups: expect.any(Array) },
	});
	expect((await api('GET', '/users')).body).toMatchObject({ _total_items: 3, _page: 1, _page_count: 1 });
});

it('extended 6 roles: POST 201, PATCH 202, DELETE 204; with=users gives ids, or users by the switch', async () => {
	const rights = { leads: { view: 'A', edit: 'D', add: 'D', delete: 'D', export: 'D' } };
	const made = await api('POST', '/roles', [{ name: 'R', rights }]);
	expect(made.status).toBe(201);
	const id = rows(made, 'roles')[0]?.id;
	expect((await api('PATCH', `/roles/${String(id)}`, { name: 'S' })).status).toBe(202);
	expect((await api('GET', `/roles/${String(id)}?with=users`)).body).toMatchObject({ name: 'S', rights, _embedded: { users: [] } });
	const [role] = [...bench.emulator.account.roles.keys()];
	expect((await api('GET', `/roles/${role}?with=users`)).body._embedded).toEqual({ users: [[...bench.emulator.account.users.keys()][1]] });
	bench.emulator.switches.roleUsers = 'users';
	expect((await api('GET', `/roles/${role}?with=users`)).body._embedded).toMatchObject({ users: [{ id: [...bench.emulator.account.users.keys()][1], email: expect.any(String), rights: { role_id: role } }] });
	bench.emulator.switches.roleUsers = 'ids';
	expect((await api('DELETE', `/roles/${String(id)}`)).status).toBe(204);
	expect(errors(await api('POST', '/roles', [{ name: 'R', rights: { leads: { view: 'X' } } }]))).toEqual({ 0: ['NotSupportedChoice rights.leads.view'] });
});

it('extended 5.4 notes of all four entities are pinned; subscriptions of leads and customers name the responsible user', async () => {
	const { current_user_id } = (await api('GET', '/account')).body;
	for (const type of ['leads', 'contacts', 'companies', 'customers']) {
		const id = await create(`/${type}`, { name: 'x', ...(type === 'customers' ? { next_date: 1_900_000_000 } : {}) });
		const note = await create(`/${type}/${id}/notes`, { note_type: 'common', params: { text: 'x' }, is_need_to_trigger_digital_pipeline: false });
		expect((await api('POST', `/${type}/notes/${note}/pin`)).status).toBe(204);
		const subscriptions = await api('GET', `/${type}/${id}/subscriptions`);
		if (type === 'leads' || type === 'customers') expect(rows(subscriptions, 'subscriptions')).toEqual([{ subscriber_id: current_user_id, type: 'user' }]);
		else expect(subscriptions.status).toBe(404);
	}
});
