import { rows, useBench } from '../../../emulator/testing/client';

/** Contacts, companies, links, tasks, notes, tags. */

const bench = useBench();
const { api, create, errors } = bench;

const get = async (path: string) => (await api('GET', path)).body;
const ids = async (path: string, key: string) => rows(await api('GET', path), key).map(({ id }) => id);

it('core 9 a contact has the documented keys; related entities appear by with', async () => {
	const id = await create('/contacts', { name: 'Ann' });
	expect(await get(`/contacts/${id}`)).toEqual({
		id, name: 'Ann', first_name: '', last_name: '', responsible_user_id: expect.any(Number), group_id: expect.any(Number), created_by: expect.any(Number), updated_by: expect.any(Number),
		created_at: expect.any(Number), updated_at: expect.any(Number), closest_task_at: null, is_deleted: false, is_unsorted: false, custom_fields_values: null, account_id: expect.any(Number),
		_links: { self: { href: expect.any(String) } }, _embedded: { tags: [], companies: [] },
	});
	expect((await get(`/contacts/${id}?with=leads,customers,catalog_elements,social_profiles`))._embedded).toEqual({ tags: [], companies: [], leads: [], customers: [], catalog_elements: [], social_profiles: [] });
});

it('core 9 a name alone leaves the parts empty, parts make the name', async () => {
	expect(await get(`/contacts/${await create('/contacts', { first_name: 'Ann', last_name: 'Lee' })}`)).toMatchObject({ name: 'Ann Lee', first_name: 'Ann', last_name: 'Lee' });
});

it('core 9 POST answers id, request_id and links, PATCH shows the name too', async () => {
	const made = await api('POST', '/contacts', [{ name: 'Ann' }]);
	const [row] = rows(made, 'contacts');
	expect(row).toEqual({ id: expect.any(Number), request_id: '0', _links: { self: { href: expect.any(String) } } });
	expect(rows(await api('PATCH', '/contacts', [{ id: row?.id, name: 'Bob' }]), 'contacts')[0]).toEqual({ id: row?.id, name: 'Bob', updated_at: expect.any(Number), _links: expect.anything() });
});

it('core 9 companies and leads inside POST /contacts are ignored, or refused by the switch', async () => {
	const lead = await create('/leads');
	const post = () => api('POST', '/contacts', [{ name: 'Ann', _embedded: { leads: [{ id: lead }] } }]);
	const id = rows(await post(), 'contacts')[0]?.id;
	expect(rows(await api('GET', `/contacts/${String(id)}/links`), 'links')).toEqual([]);
	bench.emulator.switches.contactEmbedsOnCreate = 'reject';
	expect(errors(await post())).toEqual({ 0: ['FieldNotExpected _embedded.leads'] });
});

it('core 9 chats belong to one contact each, and are linked by administrators', async () => {
	const [ann, bob] = [await create('/contacts', { name: 'Ann' }), await create('/contacts', { name: 'Bob' })];
	const chat_id = '0f0e0d0c-0b0a-4000-8000-000000000001';
	const linked = await api('POST', '/contacts/chats', [{ contact_id: ann, chat_id }]);
	expect(linked.body).toMatchObject({ _total_items: 1, _embedded: { chats: [{ chat_id, contact_id: ann, id: expect.any(Number), request_id: '0' }] } });
	await api('POST', '/contacts/chats', [{ contact_id: bob, chat_id }]);
	expect((await api('GET', `/contacts/chats?contact_id[]=${ann}`)).status).toBe(204);
	expect(rows(await api('GET', `/contacts/chats?chat_id=${chat_id}`), 'chats')).toMatchObject([{ contact_id: bob }]);
	const as = { 'x-context-user-id': String([...bench.emulator.account.users.keys()][1]) };
	expect((await api('GET', '/contacts/chats', undefined, as)).status).toBe(403);
});

it('core 10 a company is a contact without first and last name, with contacts by with', async () => {
	const id = await create('/companies', { name: 'Acme' });
	const read = await get(`/companies/${id}?with=contacts,leads,customers,catalog_elements`);
	expect(read).toMatchObject({ id, name: 'Acme', custom_fields_values: null, _embedded: { tags: [], contacts: [], leads: [], customers: [], catalog_elements: [] } });
	expect(read).not.toHaveProperty('first_name');
	expect((await api('POST', '/companies', [{}])).status).toBe(200);
});

describe('core 11 links', () => {
	const link = (path: string, to: number, type: string, metadata?: object) => api('POST', path, [{ to_entity_id: to, to_entity_type: type, ...(metadata ? { metadata } : {}) }]);

	it('core 11 is_main is written, main_contact is read; a company has no metadata; both ends see the link', async () => {
		const [lead, contact, company] = [await create('/leads'), await create('/contacts', { name: 'Ann' }), await create('/companies', { name: 'Acme' })];
		const made = await link(`/leads/${lead}/link`, contact, 'contacts', { is_main: true });
		expect(made).toMatchObject({ status: 200, body: { _total_items: 1, _links: { self: { href: expect.stringMatching(/\/links$/) } } } });
		expect(rows(made, 'links')).toEqual([{ entity_id: lead, entity_type: 'leads', to_entity_id: contact, to_entity_type: 'contacts', metadata: { main_contact: true } }]);
		await link(`/leads/${lead}/link`, company, 'companies');
		expect(rows(await api('GET', `/leads/${lead}/links`), 'links')).toEqual([
			{ to_entity_id: contact, to_entity_type: 'contacts', metadata: { main_contact: true } }, { to_entity_id: company, to_entity_type: 'companies', metadata: null },
		]);
		expect((await get(`/contacts/${contact}?with=leads`))._embedded).toMatchObject({ leads: [{ id: lead }] });
	});

	it('core 11 in a mass: entity_id in every item, and a required filter on reading', async () => {
		const [one, two, contact] = [await create('/leads'), await create('/leads'), await create('/contacts', { name: 'Ann' })];
		const item = { to_entity_id: contact, to_entity_type: 'contacts' };
		expect(errors(await api('POST', '/leads/link', [item]))).toEqual({ 0: ['FieldMissing entity_id'] });
		await api('POST', '/leads/link', [one, two].map((entity_id) => ({ entity_id, ...item })));
		expect(rows(await api('GET', `/leads/links?filter[entity_id][]=${one}&filter[entity_id][]=${two}`), 'links').map(({ entity_id }) => entity_id)).toEqual([one, two]);
		expect((await api('GET', '/leads/links')).status).toBe(400);
		expect(await api('POST', '/leads/unlink', [{ entity_id: one, ...item }])).toMatchObject({ status: 204 });
	});

	it('core 11 to_entity_id and to_entity_type filter as a pair only', async () => {
		const [lead, ann, bob] = [await create('/leads'), await create('/contacts', { name: 'Ann' }), await create('/contacts', { name: 'Bob' })];
		for (const to of [ann, bob]) await link(`/leads/${lead}/link`, to, 'contacts');
		const found = async (query: string) => rows(await api('GET', `/leads/${lead}/links?${query}`), 'links').length;
		expect([await found(`filter[to_entity_id]=${ann}&filter[to_entity_type]=contacts`), await found(`filter[to_entity_id]=${ann}`)]).toEqual([1, 2]);
	});

	it('core 11 a lead and a contact have one company each, and one main contact', async () => {
		const [lead, ann, bob] = [await create('/leads'), await create('/contacts', { name: 'Ann' }), await create('/contacts', { name: 'Bob' })];
		const [first, second] = [await create('/companies', { name: '1' }), await create('/companies', { name: '2' })];
		for (const entity of [`/leads/${lead}`, `/contacts/${ann}`]) {
			for (const company of [first, second]) await link(`${entity}/link`, company, 'companies');
			expect((await get(entity))._embedded).toMatchObject({ companies: [{ id: second }] });
		}
		for (const to of [ann, bob]) await link(`/leads/${lead}/link`, to, 'contacts', { is_main: true });
		expect((await get(`/leads/${lead}?with=contacts`))._embedded).toMatchObject({ contacts: [{ id: ann, is_main: false }, { id: bob, is_main: true }] });
	});

	it('core 11 an unknown target is refused, and so is a pair that cannot be linked', async () => {
		const [lead, other] = [await create('/leads'), await create('/leads')];
		expect(errors(await link(`/leads/${lead}/link`, 1, 'contacts'))).toEqual({ 0: ['NotSupportedChoice to_entity_id'] });
		expect(errors(await link(`/leads/${lead}/link`, other, 'leads'))).toEqual({ 0: ['NotSupportedChoice to_entity_type'] });
	});
});

describe('core 12 tasks', () => {
	const make = (extra: object = {}) => create('/tasks', { text: 'Call', complete_till: 1_900_000_000, ...extra });

	it('core 12 text and complete_till are required', async () => {
		expect(errors(await api('POST', '/tasks', [{}]))).toEqual({ 0: ['FieldMissing text', 'FieldMissing complete_till'] });
	});

	it('core 12 a task has the documented keys; result is an empty array, then an object; entity types are plural', async () => {
		const lead = await create('/leads');
		const id = await make({ entity_id: lead, entity_type: 'leads', duration: 60 });
		const { current_user_id } = await get('/account');
		const task = {
			id, created_by: current_user_id, updated_by: expect.any(Number), created_at: expect.any(Number), updated_at: expect.any(Number), responsible_user_id: current_user_id, group_id: expect.any(Number),
			entity_id: lead, entity_type: 'leads', duration: 60, is_completed: false, task_type_id: 1, text: 'Call', result: [], complete_till: 1_900_000_000, account_id: expect.any(Number), _links: expect.anything(),
		};
		expect(await get(`/tasks/${id}`)).toEqual(task);
		expect((await api('PATCH', `/tasks/${id}`, { is_completed: true, result: { text: 'done' } })).body).toEqual({ id, updated_at: expect.any(Number), request_id: '0', _links: expect.anything() });
		expect(await get(`/tasks/${id}`)).toEqual({ ...task, is_completed: true, result: { text: 'done' } });
		expect(await get(`/tasks/${await make()}`)).toMatchObject({ entity_id: null, entity_type: null });
	});

	it('core 12 filters', async () => {
		const [, manager] = [...bench.emulator.account.users.keys()];
		const [lead, contact] = [await create('/leads', { status_id: 142 }), await create('/contacts', { name: 'Ann' })];
		const one = await make({ entity_id: lead, entity_type: 'leads', task_type_id: 2, responsible_user_id: manager, created_by: 0, updated_at: 100 });
		const two = await make({ entity_id: contact, entity_type: 'contacts', is_completed: true, updated_at: 200 });
		const cases: [string, number[]][] = [
			[`filter[responsible_user_id]=${manager}`, [one]], ['filter[is_completed]=1', [two]], ['filter[is_completed][]=0', [one]], ['filter[task_type]=2', [one]], ['filter[task_type_id][]=2', [one]],
			['filter[entity_type]=contacts', [two]], [`filter[entity_type]=leads&filter[entity_id][]=${lead}`, [one]], [`filter[entity_id]=${lead}`, [one, two]], [`filter[id]=${two}`, [two]],
			['filter[updated_at]=150', [two]], ['filter[updated_at][to]=150', [one]], ['filter[created_by]=0', [one]], ['filter[lead_statuses][0][status_id]=142', [one]],
		];
		for (const [query, found] of cases) expect([query, await ids(`/tasks?${query}`, 'tasks')]).toEqual([query, found]);
	});

	it('core 12 DELETE is 403 Invalid scope, or 405 by the switch', async () => {
		const id = await make();
		expect(await api('DELETE', `/tasks/${id}`)).toMatchObject({ status: 403, body: { detail: 'Invalid scope' } });
		bench.emulator.switches.tasksDelete = 405;
		expect((await api('DELETE', `/tasks/${id}`)).status).toBe(405);
	});
});

describe('core 13 notes', () => {
	const params: Record<string, object> = {
		common: { text: 't' },
		call_in: { uniq: 'u', duration: 1, source: 's', link: 'l', phone: '1' },
		call_out: { uniq: 'u', duration: 1, source: 's', link: 'l', phone: '1', call_status: 4 },
		service_message: { service: 's', text: 't' },
		extended_service_message: { service: 's', text: 't' },
		message_cashier: { status: 'shown', text: 't' },
		geolocation: { text: 't', address: 'a', longitude: '1', latitude: '2' },
		sms_in: { text: 't', phone: '1' },
		sms_out: { text: 't', phone: '1' },
		attachment: { file_uuid: '11111111-1111-4111-8111-111111111111', file_name: 'f.png' },
		invoice_paid: { service: 's', text: 't', icon_url: 'u' },
		site_visit: { url: 'u' },
		targeting_in: { contacts: [], campaign: {}, service: 'facebook' },
		zoom_meeting: { conference: {}, recordings: [] },
		ai_result: { text: 't', answer_id: '1', talk_id: 1, is_error: false },
	};

	it.each(Object.keys(params))('core 13 notes of a type are written, read and found: %s', async (note_type) => {
		const lead = await create('/leads');
		const made = await api('POST', `/leads/${lead}/notes`, [{ note_type, params: params[note_type] }]);
		expect(rows(made, 'notes')[0]).toMatchObject({ entity_id: lead, request_id: '0' });
		const id = rows(made, 'notes')[0]?.id;
		expect(await get(`/leads/notes/${String(id)}`)).toMatchObject({ note_type, params: params[note_type] });
		expect(rows(await api('GET', `/leads/notes?filter[note_type][]=${note_type}&filter[entity_id][]=${lead}`), 'notes')).toHaveLength(1);
		bench.emulator.switches.unknownBodyFields = 'reject';
		expect((await api('POST', `/leads/${lead}/notes`, [{ note_type, params: { nonsense: 1 } }])).status).toBe(400);
	});

	it('core 13 notes are pinned with 204, and never deleted: 405 without a body', async () => {
		const lead = await create('/leads');
		const id = await create(`/leads/${lead}/notes`, { note_type: 'common', params: { text: 'x' } });
		expect((await api('POST', `/leads/notes/${id}/pin`)).status).toBe(204);
		expect(await get(`/leads/notes/${id}?with=is_pinned`)).toMatchObject({ is_pinned: true });
		expect((await api('POST', `/leads/notes/${id}/unpin`)).status).toBe(204);
		expect(await get(`/leads/notes/${id}?with=is_pinned`)).toMatchObject({ is_pinned: false });
		expect(await api('DELETE', `/leads/notes/${id}`)).toEqual({ status: 405, type: '', body: { text: '' } });
	});

	it('core 13 system types cannot be written', async () => {
		const lead = await create('/leads');
		for (const note_type of ['amomail_message', 'chat', 'transaction', 'nonsense']) {
			expect(errors(await api('POST', `/leads/${lead}/notes`, [{ note_type, params: {} }]))).toEqual({ 0: ['NotSupportedChoice note_type'] });
		}
	});

	it('core 13 two addresses: over the type with entity_id in the items, and under one entity', async () => {
		const [lead, other] = [await create('/leads'), await create('/leads')];
		const note = { note_type: 'common', params: { text: 'x' } };
		expect(errors(await api('POST', '/leads/notes', [note]))).toEqual({ 0: ['NotSupportedChoice entity_id'] });
		const id = await create('/leads/notes', { ...note, entity_id: lead });
		expect(await get(`/leads/${lead}/notes/${id}`)).toMatchObject({ id, entity_id: lead });
		expect((await api('GET', `/leads/${other}/notes`)).status).toBe(204);
		expect((await api('PATCH', `/leads/${lead}/notes/${id}`, { note_type: 'common', params: { text: 'y' } })).body).toEqual({ id, entity_id: lead, updated_at: expect.any(Number), _links: expect.anything() });
		expect((await api('PATCH', '/leads/notes', [{ id }])).status).toBe(400);
	});

	it('core 13 notes of trashed entities disappear from lists', async () => {
		const lead = await create('/leads');
		await create(`/leads/${lead}/notes`, { note_type: 'common', params: { text: 'x' } });
		bench.emulator.ui.remove('leads', lead);
		expect((await api('GET', '/leads/notes')).status).toBe(204);
	});

	it('core 13 filters by updated_at and sorting by updated_at and id', async () => {
		const lead = await create('/leads');
		const note = (updated_at: number) => create(`/leads/${lead}/notes`, { note_type: 'common', params: { text: 'x' }, updated_at });
		const [one, two] = [await note(200), await note(100)];
		expect(await ids('/leads/notes', 'notes')).toEqual([two, one]);
		expect(await ids('/leads/notes?order[id]=asc', 'notes')).toEqual([one, two]);
		expect(await ids('/leads/notes?filter[updated_at]=150', 'notes')).toEqual([one]);
		expect(await ids('/leads/notes?filter[updated_at][to]=150', 'notes')).toEqual([two]);
	});
});

it('core 14.1 the same name is another tag on another entity; an existing name returns its id', async () => {
	const tag = async (type: string) => await create(`/${type}/tags`, { name: 'vip' });
	const [one, two, again] = [await tag('leads'), await tag('contacts'), await tag('leads')];
	expect(one).not.toBe(two);
	expect(again).toBe(one);
	expect((await api('POST', '/leads/tags', [{ name: 'vip' }])).body).toMatchObject({ _total_items: 1, _embedded: { tags: [{ id: one, name: 'vip', color: null, request_id: '0' }] } });
});

it('core 14.1 filters by id and exact name, query by parts', async () => {
	const [one, two] = [await create('/leads/tags', { name: 'hot' }), await create('/leads/tags', { name: 'hotter' })];
	for (const [query, found] of [[`filter[id]=${two}`, [two]], ['filter[name]=hot', [one]], ['query=ott', [two]], ['query=hot', [one, two]]] as const) {
		expect([query, await ids(`/leads/tags?${query}`, 'tags')]).toEqual([query, found]);
	}
});

it('core 14.2 colors are for tags of leads, from a list', async () => {
	const id = await create('/leads/tags', { name: 'x', color: '8699DA' });
	expect((await api('PATCH', `/leads/tags/${id}`, { color: '10599d' })).status).toBe(200);
	expect(rows(await api('GET', '/leads/tags'), 'tags')).toMatchObject([{ color: '10599D' }]);
	expect(errors(await api('POST', '/leads/tags', [{ name: 'y', color: '123456' }]))).toEqual({ 0: ['NotSupportedChoice color'] });
	expect(errors(await api('POST', '/contacts/tags', [{ name: 'y', color: '8699DA' }]))).toEqual({ 0: ['FieldNotExpected color'] });
	expect((await api('PATCH', '/contacts/tags', [])).status).toBe(405);
});

describe('core 14.3 tags on entities', () => {
	const tagsOf = async (id: number) => rows(await api('GET', `/leads/${id}`), 'tags').map(({ name }) => name);

	it('core 14.3 tags_to_add and tags_to_delete take ids and names, unknown names are made', async () => {
		const vip = await create('/leads/tags', { name: 'vip' });
		const id = await create('/leads', { tags_to_add: [{ id: vip }, { name: 'new' }] });
		await api('PATCH', `/leads/${id}`, { tags_to_add: [{ name: 'more' }], tags_to_delete: [{ name: 'new' }] });
		expect(await tagsOf(id)).toEqual(['vip', 'more']);
	});

	it('core 14.3 _embedded.tags replaces all, and wins over tags_to_add', async () => {
		const id = await create('/leads', { tags_to_add: [{ name: 'a' }, { name: 'b' }] });
		await api('PATCH', `/leads/${id}`, { _embedded: { tags: [{ name: 'c' }] }, tags_to_add: [{ name: 'd' }] });
		expect(await tagsOf(id)).toEqual(['c']);
	});

	it('core 14.3 [] clears; null clears too, or leaves alone by the switch', async () => {
		const id = await create('/leads', { tags_to_add: [{ name: 'a' }] });
		bench.emulator.switches.nullTagsClear = false;
		await api('PATCH', `/leads/${id}`, { _embedded: { tags: null } });
		expect(await tagsOf(id)).toEqual(['a']);
		bench.emulator.switches.nullTagsClear = true;
		await api('PATCH', `/leads/${id}`, { _embedded: { tags: null } });
		expect(await tagsOf(id)).toEqual([]);
		await api('PATCH', `/leads/${id}`, { tags_to_add: [{ name: 'b' }] });
		await api('PATCH', `/leads/${id}`, { _embedded: { tags: [] } });
		expect(await tagsOf(id)).toEqual([]);
	});
});
