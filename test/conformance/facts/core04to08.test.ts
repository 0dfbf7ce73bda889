import { rows, useBench } from '../../../emulator/testing/client';

/** Account, leads, incoming leads, pipelines, loss reasons. */

const bench = useBench();
const { api, create, errors } = bench;

const account = () => bench.emulator.account;
const pipelines = () => [...account().pipelines.values()];
const get = async (path: string) => (await api('GET', path)).body;

it('core 4 GET /account has its fields, and each with value adds its own', async () => {
	const plain = await get('/account');
	expect(plain).toMatchObject({
		id: expect.any(Number), name: expect.any(String), subdomain: 'demo', current_user_id: expect.any(Number), country: 'US', currency: 'USD', currency_symbol: '$',
		customers_mode: 'periodicity', is_unsorted_on: true, is_loss_reason_enabled: true, is_helpbot_enabled: false, is_technical_account: false, contact_name_display_order: 1,
		created_at: expect.any(Number), created_by: expect.any(Number), updated_at: expect.any(Number), updated_by: expect.any(Number), mobile_feature_version: expect.any(Number),
	});
	expect(plain).not.toHaveProperty('_embedded');
	const withs = ['amojo_id', 'uuid', 'version', 'drive_url', 'is_api_filter_enabled', 'entity_names', 'invoices_settings'];
	for (const name of withs) {
		expect(plain).not.toHaveProperty(name);
		expect(await get(`/account?with=${name}`)).toHaveProperty(name);
	}
	const embedded = (await get('/account?with=amojo_rights,users_groups,task_types,datetime_settings'))._embedded;
	expect(embedded).toMatchObject({
		amojo_rights: { can_direct: true, can_create_groups: true },
		users_groups: [{ id: 0, name: expect.any(String), uuid: expect.any(String) }, {}],
		task_types: [{ id: 1, code: 'FOLLOW_UP' }, { id: 2, code: 'MEETING' }, { code: null }],
		datetime_settings: { timezone: 'America/New_York', timezone_offset: expect.stringMatching(/^[+-]\d\d:\d\d$/), date_format: expect.any(String) },
	});
});

it('core 5.1 a single PATCH answers the bare id, updated_at and links', async () => {
	const id = await create('/leads');
	expect((await api('PATCH', `/leads/${id}`, { name: 'x' })).body).toEqual({ id, updated_at: expect.any(Number), _links: { self: { href: expect.stringContaining(`/leads/${id}`) } } });
});

it('core 5.1 there is no DELETE of leads, contacts and companies', async () => {
	for (const type of ['leads', 'contacts', 'companies']) expect((await api('DELETE', `/${type}/${await create(`/${type}`, { name: 'x' })}`)).status).toBe(405);
});

it('core 5.2 tags and companies are always embedded, the rest by with', async () => {
	const contact = await create('/contacts', { name: 'Ann' });
	const [reason] = [...account().lossReasons.keys()];
	const id = await create('/leads', { status_id: 143, loss_reason_id: reason, _embedded: { contacts: [{ id: contact }] } });
	expect((await get(`/leads/${id}`))._embedded).toEqual({ tags: [], companies: [] });
	expect((await get(`/leads/${id}?with=contacts,catalog_elements,loss_reason`))._embedded).toMatchObject({
		contacts: [{ id: contact, is_main: true }], catalog_elements: [], loss_reason: [{ id: reason, name: expect.any(String), sort: expect.any(Number) }],
	});
	expect(await get(`/leads/${id}?with=is_price_modified_by_robot`)).toHaveProperty('is_price_modified_by_robot', false);
});

it('core 5.3 a lead has the documented keys and types', async () => {
	const id = await create('/leads', { name: 'Lead', price: 1500.99 });
	expect(await get(`/leads/${id}`)).toEqual({
		id, name: 'Lead', price: 1500, price_with_minor_units: 1500.99, responsible_user_id: expect.any(Number), group_id: expect.any(Number), status_id: expect.any(Number),
		pipeline_id: expect.any(Number), loss_reason_id: null, source_id: null, created_by: expect.any(Number), updated_by: expect.any(Number), created_at: expect.any(Number),
		updated_at: expect.any(Number), closed_at: null, closest_task_at: null, is_deleted: false, custom_fields_values: null, score: null, account_id: expect.any(Number),
		labor_cost: null, is_price_computed: false, _links: { self: { href: expect.any(String) } }, _embedded: { tags: [], companies: [] },
	});
});

it('core 5.3 a lead without a name is named by amoCRM', async () => {
	const id = await create('/leads');
	expect(await get(`/leads/${id}`)).toMatchObject({ name: `Lead #${id}` });
});

it('core 5.4 a new lead lands on the first stage of the main pipeline, with the token’s user responsible', async () => {
	const [main] = pipelines();
	const { current_user_id } = await get('/account');
	expect(await get(`/leads/${await create('/leads')}`)).toMatchObject({ pipeline_id: main?.id, status_id: main?.statuses[1]?.id, responsible_user_id: current_user_id, created_by: current_user_id });
});

it('core 5.4 stamps and authors can be written, 0 is the robot', async () => {
	const stamps = { created_at: 100, updated_at: 200, closed_at: 300, created_by: 0, updated_by: 0 };
	expect(await get(`/leads/${await create('/leads', { ...stamps, status_id: 142 })}`)).toMatchObject(stamps);
});

it('core 5.4 closed_at is filled on 142 and 143 and emptied on reopening: a switch', async () => {
	const [main] = pipelines();
	const closed = async () => {
		const id = await create('/leads');
		const at: unknown[] = [];
		for (const status_id of [143, main?.statuses[1]?.id]) {
			await api('PATCH', `/leads/${id}`, { status_id });
			at.push((await get(`/leads/${id}`)).closed_at);
		}
		return at;
	};
	expect(await closed()).toEqual([expect.any(Number), null]);
	bench.emulator.switches.autoClosedAt = false;
	expect(await closed()).toEqual([null, null]);
});

it('core 5.4 moving to another pipeline without a stage takes its first one; a foreign stage is refused', async () => {
	const [, wholesale] = pipelines();
	const id = await create('/leads');
	expect((await api('PATCH', `/leads/${id}`, { status_id: wholesale?.statuses[1]?.id })).status).toBe(400);
	await api('PATCH', `/leads/${id}`, { pipeline_id: wholesale?.id });
	expect(await get(`/leads/${id}`)).toMatchObject({ pipeline_id: wholesale?.id, status_id: wholesale?.statuses[1]?.id });
});

it('core 5.4 PATCH changes only what it names', async () => {
	const id = await create('/leads', { name: 'Lead', price: 5, tags_to_add: [{ name: 'x' }] });
	const before = await get(`/leads/${id}`);
	await api('PATCH', `/leads/${id}`, { price: 6, updated_at: 5, updated_by: 0 });
	expect(await get(`/leads/${id}`)).toEqual({ ...before, price: 6, price_with_minor_units: 6, updated_at: 5, updated_by: 0 });
});

it('core 5.4 contacts and companies are embedded on create only', async () => {
	const contact = await create('/contacts', { name: 'Ann' });
	const id = await create('/leads', { _embedded: { contacts: [{ id: contact, is_main: true }] } });
	expect(errors(await api('POST', '/leads', [{ _embedded: { contacts: [{ id: 1 }] } }]))).toEqual({ 0: ['NotSupportedChoice _embedded.contacts.0.id'] });
	expect((await api('PATCH', `/leads/${id}`, { _embedded: { contacts: [{ id: 1 }] } })).status).toBe(200);
	expect(await get(`/leads/${id}?with=contacts`)).toMatchObject({ _embedded: { contacts: [{ id: contact }] } });
	bench.emulator.switches.embedsOnUpdate = 'reject';
	expect(errors(await api('PATCH', `/leads/${id}`, { _embedded: { contacts: [{ id: contact }] } }))).toEqual({ '-': ['FieldNotExpected _embedded.contacts'] });
	expect((await api('PATCH', `/leads/${id}`, { _embedded: { contacts: [], companies: [] } })).status).toBe(200);
});

it('core 5.4 what an answer holds beyond the fields to write comes back in a PATCH without effect', async () => {
	const id = await create('/leads', { name: 'Lead' });
	const read = await get(`/leads/${id}`);
	expect((await api('PATCH', '/leads', [{ ...read, name: 'New', is_deleted: true }])).status).toBe(200);
	expect(await get(`/leads/${id}`)).toEqual({ ...read, name: 'New' });
});

it('core 5.4 writing to an unknown or trashed id is 400 on path id', async () => {
	const id = await create('/leads');
	bench.emulator.ui.remove('leads', id);
	expect(errors(await api('PATCH', '/leads', [{ id, name: 'x' }, { id: 1, name: 'x' }]))).toEqual({ 0: ['NotSupportedChoice id'], 1: ['NotSupportedChoice id'] });
});

describe('core 5.5 leads/complex', () => {
	const phone = (value: string) => [{ field_code: 'PHONE', values: [{ value, enum_code: 'WORK' }] }];
	const body = (name: string, value: string) => ({
		name,
		_embedded: { contacts: [{ name: 'Ann', custom_fields_values: phone(value) }], companies: [{ name: 'Acme' }], tags: [{ name: 'x' }] },
	});

	it('core 5.5 complex answers a bare array and links lead, contact and company to each other', async () => {
		const answer = await api('POST', '/leads/complex', [{ ...body('one', '+15550001'), request_id: 'a' }, body('two', '+15550002')]);
		const [first, second] = answer.body as unknown as Record<string, number>[];
		expect(first).toEqual({ id: expect.any(Number), contact_id: expect.any(Number), company_id: expect.any(Number), request_id: ['a'], merged: false });
		expect(second).toMatchObject({ request_id: ['1'] });
		const links = rows(await api('GET', `/contacts/${first?.contact_id}/links`), 'links').map(({ to_entity_type }) => to_entity_type);
		expect(links.sort()).toEqual(['companies', 'leads']);
	});

	it('core 5.5 a contact may be named by id; without contact and company the ids are null', async () => {
		const contact = await create('/contacts', { name: 'Ann' });
		const answer = await api('POST', '/leads/complex', [{ _embedded: { contacts: [{ id: contact }] } }, {}]);
		expect(answer.body).toMatchObject([{ contact_id: contact, company_id: null }, { contact_id: null, company_id: null }]);
		const unknown = await api('POST', '/leads/complex', [{ _embedded: { contacts: [{ id: 1 }] } }]);
		expect(errors(unknown)).toEqual({ 0: ['NotSupportedChoice _embedded.contacts.0.id'] });
	});

	it('core 5.5 duplicate control merges by phone in any writing, only where it is switched on', async () => {
		await api('POST', '/leads/complex', [body('one', '+7 999 000-11-22')]);
		await api('POST', '/leads/complex', [body('two', '8 (999) 000 11 22')]);
		expect(account().leads.size).toBe(2);
		bench.emulator.switches.duplicateControl = true;
		expect((await api('POST', '/leads/complex', [body('three', '9990001122')])).body).toMatchObject([{ merged: true }]);
		expect(account().leads.size).toBe(2);
		await api('POST', '/leads', [{ name: 'four' }]);
		expect(account().leads.size).toBe(3);
	});

	it('core 5.5 duplicate control compares the fields of leads and contacts that the account has chosen, without case', async () => {
		Object.assign(bench.emulator.switches, { duplicateControl: true });
		const leadWith = (value: string) => ({ name: 'l', custom_fields_values: [{ field_code: 'CONTRACT_NUMBER', values: [{ value }] }] });
		const contactWith = (value: string) => ({ name: 'l', _embedded: { contacts: [{ name: 'c', custom_fields_values: [{ field_code: 'POSITION', values: [{ value }] }] }] } });
		const merged = async (item: object) => ((await api('POST', '/leads/complex', [item])).body as unknown as { merged: boolean; contact_id: number | null }[])[0];
		for (const item of [leadWith('A-1'), leadWith('a-1'), contactWith('Boss'), contactWith('boss')]) expect(await merged(item)).toMatchObject({ merged: false });
		const [position] = account().fieldsOf('contacts').filter(({ code }) => code === 'POSITION');
		bench.emulator.switches.duplicateFields = `CONTRACT_NUMBER, ${position?.id}`;
		expect(await merged(leadWith('a-1'))).toMatchObject({ merged: true, contact_id: null });
		expect(await merged(contactWith('BOSS'))).toMatchObject({ merged: true, contact_id: expect.any(Number) });
		expect(await merged(leadWith('A-2'))).toMatchObject({ merged: false });
	});

	it('core 5.5 with metadata it is an incoming lead', async () => {
		const [made] = (await api('POST', '/leads/complex', [
			{ ...body('form', '+15550003'), _embedded: { ...body('', '+15550003')._embedded, metadata: { category: 'forms', form_id: 'f', form_name: 'Form', form_page: 'https://x.example', form_sent_at: 1_700_000_000 } } },
		])).body as unknown as { id: number }[];
		expect(rows(await api('GET', '/leads/unsorted'), 'unsorted')[0]).toMatchObject({ category: 'forms', _embedded: { leads: [{ id: made?.id }] } });
		expect((await api('GET', '/contacts')).status).toBe(204);
	});
});

it('core 5.6 only_deleted shows the trash: leads nearly empty and is_deleted, contacts and companies with is_deleted false', async () => {
	for (const type of ['leads', 'contacts', 'companies'] as const) {
		const [id, other] = [await create(`/${type}`, { name: 'x' }), await create(`/${type}`, { name: 'y' })];
		bench.emulator.ui.remove(type, id);
		bench.emulator.ui.remove(type, other);
		expect((await api('GET', `/${type}`)).status).toBe(204);
		const found = rows(await api('GET', `/${type}?with=only_deleted&filter[id]=${id}`), type);
		expect(found).toMatchObject([{ id, name: null, is_deleted: type === 'leads', updated_at: expect.any(Number), account_id: expect.any(Number), _links: {} }]);
		if (type === 'leads') expect(found).toMatchObject([{ price: null, status_id: null }]);
	}
});

describe('core 6 incoming leads', () => {
	const form = { source_uid: 's', source_name: 'Site', metadata: { form_id: '1', form_name: 'F', form_page: 'x', ip: '1.1.1.1', form_sent_at: 1, referer: 'y' } };
	const sip = { source_uid: 's', source_name: 'PBX', metadata: { phone: 79990001122, called_at: 1, duration: '0', link: '', service_code: 'x', uniq: 'u', is_call_event_needed: true } };
	const add = async () => String(rows(await api('POST', '/leads/unsorted/forms', [{ ...form, _embedded: { leads: [{ name: 'L' }], contacts: [{ name: 'C' }] } }]), 'unsorted')[0]?.uid);

	it('core 6.1 filters by uid, category and pipeline; one by uid; unknown uids are 404', async () => {
		const uid = await add();
		await api('POST', '/leads/unsorted/sip', [sip]);
		const found = async (query: string) => rows(await api('GET', `/leads/unsorted?${query}`), 'unsorted').length;
		expect([await found(''), await found(`filter[uid]=${uid}`), await found('filter[category][]=sip'), await found('filter[pipeline_id]=1')]).toEqual([2, 1, 1, 0]);
		expect(await get(`/leads/unsorted/${uid}`)).toMatchObject({ uid });
		for (const [method, verb] of [['POST', 'accept'], ['DELETE', 'decline']] as const) {
			expect((await api(method, `/leads/unsorted/${'0'.repeat(40)}/${verb}`, {})).status).toBe(404);
		}
	});

	it('core 6.2 exactly one lead; its contact stays hidden until it is accepted', async () => {
		const uid = await add();
		expect(await get(`/leads/unsorted/${uid}`)).toMatchObject({
			uid: expect.stringMatching(/^[0-9a-f]{37,60}$/), source_uid: 's', source_name: 'Site', category: 'forms', pipeline_id: pipelines()[0]?.id, created_at: expect.any(Number),
			metadata: { ...form.metadata, form_sent_at: '1' }, account_id: expect.any(Number), _embedded: { leads: [{ id: expect.any(Number) }], contacts: [{ id: expect.any(Number) }], companies: [] },
		});
		expect((await api('GET', '/contacts')).status).toBe(204);
		await api('POST', `/leads/unsorted/${uid}/accept`, {});
		expect(rows(await api('GET', '/contacts'), 'contacts')).toHaveLength(1);
	});

	it('core 6.3 creating needs source_uid, source_name and metadata; embeds may be left out', async () => {
		expect(errors(await api('POST', '/leads/unsorted/forms', [{}]))).toEqual({ 0: ['FieldMissing source_uid', 'FieldMissing source_name', 'FieldMissing metadata'] });
		expect((await api('POST', '/leads/unsorted/sip', [sip])).body).toMatchObject({
			_total_items: 1, _embedded: { unsorted: [{ request_id: '0', _embedded: { leads: [{}], contacts: [], companies: [] } }] },
		});
	});

	it('core 6.3 the same source_uid twice makes two, or is refused by the switch', async () => {
		await add();
		expect((await api('POST', '/leads/unsorted/forms', [form])).status).toBe(200);
		bench.emulator.switches.unsortedDuplicates = 'reject';
		expect((await api('POST', '/leads/unsorted/forms', [form])).status).toBe(400);
	});

	it('core 6.1 chats and mail are linked, or chats only by the switch', async () => {
		const lead = await create('/leads');
		const link = async (category: 'chats' | 'mail') => {
			const { uid } = bench.emulator.ui.addUnsorted({ category, source_uid: 'x', source_name: 'X', metadata: {} });
			return (await api('POST', `/leads/unsorted/${uid}/link`, { link: { entity_id: lead, entity_type: 'leads' } })).status;
		};
		expect([await link('chats'), await link('mail')]).toEqual([200, 200]);
		bench.emulator.switches.unsortedLink = 'chats';
		expect([await link('chats'), await link('mail')]).toEqual([200, 400]);
	});

	it('core 6.4 the flag for a call’s event is not read back, a duration comes as text', async () => {
		await api('POST', '/leads/unsorted/sip', [{ ...sip, metadata: { ...sip.metadata, duration: 5 } }]);
		const [call] = rows(await api('GET', '/leads/unsorted'), 'unsorted');
		expect(call?.metadata).toEqual({ phone: 79990001122, called_at: 1, duration: '5', link: '', service_code: 'x', uniq: 'u' });
	});

	it('core 6.4 metadata differs by category, keys of another one are dropped', async () => {
		await api('POST', '/leads/unsorted/forms', [{ ...form, metadata: { ...form.metadata, ...sip.metadata } }]);
		const [made] = rows(await api('GET', '/leads/unsorted?filter[category]=forms'), 'unsorted');
		expect(made?.metadata).toEqual({ ...form.metadata, form_sent_at: '1' });
		bench.emulator.ui.addUnsorted({ category: 'mail', source_uid: 'm', source_name: 'Mail', metadata: { from: { email: 'a@x.example', name: 'A' }, subject: 'Hi' } });
		expect(rows(await api('GET', '/leads/unsorted?filter[category]=mail'), 'unsorted')).toMatchObject([{ metadata: { from: { email: 'a@x.example' }, subject: 'Hi' } }]);
	});

	it('core 6.5 accept, decline, link and summary have their shapes; a declined lead lands in the trash', async () => {
		const [first, second, third] = [await add(), await add(), await add()];
		const stage = pipelines()[0]?.statuses[3]?.id;
		const accepted = await api('POST', `/leads/unsorted/${first}/accept`, { status_id: stage });
		expect(accepted).toMatchObject({ status: 200, body: { uid: first, category: 'forms', _embedded: { leads: [{}], contacts: [{}], companies: [] } } });
		expect(await get(`/leads/${String(rows(accepted, 'leads')[0]?.id)}`)).toMatchObject({ status_id: stage });
		const declined = await api('DELETE', `/leads/unsorted/${second}/decline`, {});
		expect(declined.status).toBe(200);
		expect(Object.keys(declined.body._embedded ?? {}).sort()).toEqual(['contacts', 'leads']);
		expect(rows(await api('GET', '/leads?with=only_deleted'), 'leads')[0]).toMatchObject({ is_deleted: true, name: null, price: null });
		const lead = await create('/leads');
		expect(errors(await api('POST', `/leads/unsorted/${third}/link`, { link: { entity_id: lead, entity_type: 'leads' } }))).toEqual({ '-': ['NotSupportedChoice category'] });
		await api('POST', `/leads/unsorted/${third}/accept`, {});
		const { uid: chat } = bench.emulator.ui.addUnsorted({ category: 'chats', source_uid: 'c', source_name: 'Chat', metadata: {}, contact: { name: 'C' } });
		const link = await api('POST', `/leads/unsorted/${chat}/link`, { link: { entity_id: lead, entity_type: 'leads' } });
		expect(link.body).toMatchObject({ uid: chat, _embedded: { leads: [{ id: lead, _links: {} }] } });
		expect(rows(await api('GET', `/leads/${lead}/links`), 'links')).toMatchObject([{ to_entity_type: 'contacts' }]);
		expect(await get('/leads/unsorted/summary')).toEqual({
			total: 0, accepted: 3, declined: 1, average_sort_time: expect.any(Number), categories: { sip: { total: 0 }, mail: { total: 0 }, forms: { total: 0 }, chats: { total: 0 } },
		});
	});
});

describe('core 7 pipelines and stages', () => {
	const make = async (body: object = {}) => rows(await api('POST', '/leads/pipelines', [{ name: 'P', sort: 5, is_main: false, is_unsorted_on: true, ...body }]), 'pipelines')[0] as Record<string, unknown> & { id: number };
	const stages = async (id: number, query = '') => rows(await api('GET', `/leads/pipelines/${id}/statuses${query}`), 'statuses');

	it('core 7 a pipeline is created with its stages, system ones among them, and renamed', async () => {
		const made = await make({ request_id: 'mine', _embedded: { statuses: [{ name: 'One', sort: 100, color: '#fffeb2' }, { name: 'Two', sort: 200, color: '#fffd7f' }, { id: 142, name: 'Bought' }] } });
		expect(made).toMatchObject({ name: 'P', is_main: false, is_unsorted_on: true, account_id: expect.any(Number), request_id: 'mine' });
		expect(await stages(made.id)).toMatchObject([
			{ type: 1, sort: 10, color: '#c1c1c1', is_editable: false },
			{ name: 'One', sort: 20, type: 0, is_editable: true },
			{ name: 'Two', sort: 30 },
			{ id: 142, name: 'Bought', sort: 10_000, color: '#CCFF66', is_editable: false },
			{ id: 143, sort: 11_000, color: '#D5D8DB', is_editable: false },
		]);
		expect((await api('PATCH', `/leads/pipelines/${made.id}`, { name: 'Q' })).body).toMatchObject({ id: made.id, name: 'Q' });
	});

	it('core 7 deleting: 204, an unknown id 400, with leads 422, the last one refused', async () => {
		const { id } = await make();
		const [main, wholesale] = pipelines();
		await create('/leads');
		expect((await api('DELETE', `/leads/pipelines/${id}`)).status).toBe(204);
		expect(errors(await api('DELETE', `/leads/pipelines/${id}`))).toEqual({ '-': ['NotSupportedChoice id'] });
		expect(await api('DELETE', `/leads/pipelines/${main?.id}`)).toMatchObject({ status: 422, body: { title: 'Unprocessable Entity', detail: expect.stringMatching(/^Only pipelines without leads/) } });
		bench.emulator.ui.remove('leads', Number([...account().leads.keys()][0]));
		await api('DELETE', `/leads/pipelines/${wholesale?.id}`);
		expect((await api('DELETE', `/leads/pipelines/${main?.id}`)).status).toBe(422);
	});

	it('core 7 a deleted stage sends its leads to the first one; system stages stay', async () => {
		const { id } = await make();
		const stage = await create(`/leads/pipelines/${id}/statuses`, { name: 'S', sort: 100, color: '#fffeb2' });
		const lead = await create('/leads', { pipeline_id: id, status_id: stage });
		expect((await api('DELETE', `/leads/pipelines/${id}/statuses/${stage}`)).status).toBe(204);
		const first = (await stages(id))[1]?.id;
		expect((await get(`/leads/${lead}`)).status_id).toBe(first);
		expect(rows(await api('GET', `/events?filter[type]=lead_status_changed&filter[entity]=lead&filter[entity_id]=${lead}`), 'events')).toMatchObject([
			{ value_before: [{ lead_status: { id: stage, pipeline_id: id } }], value_after: [{ lead_status: { id: first, pipeline_id: id } }] },
		]);
		expect((await api('DELETE', `/leads/pipelines/${id}/statuses/142`)).status).toBe(422);
	});

	it('core 7 colors come from a list, descriptions have levels and dates as text', async () => {
		const { id } = await make();
		expect(errors(await api('POST', `/leads/pipelines/${id}/statuses`, [{ name: 'S', color: '#123456' }]))).toEqual({ 0: ['NotSupportedChoice color'] });
		const stage = await create(`/leads/pipelines/${id}/statuses`, { name: 'S', sort: 1, color: '#fffeb2', descriptions: [{ level: 'newbie', description: 'd' }, { level: 'master', description: 'm' }] });
		const one = async () => await get(`/leads/pipelines/${id}/statuses/${stage}?with=descriptions`);
		expect((await one()).descriptions).toMatchObject([
			{ level: 'newbie', description: 'd', pipeline_id: id, status_id: stage, account_id: expect.any(Number), created_at: expect.stringMatching(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/) }, { level: 'master' },
		]);
		const [newbie] = (await one()).descriptions as { id: number }[];
		await api('PATCH', `/leads/pipelines/${id}/statuses/${stage}`, { descriptions: [{ id: newbie?.id, level: 'newbie' }] });
		expect((await one()).descriptions).toMatchObject([{ level: 'master' }]);
		expect(await get(`/leads/pipelines/${id}/statuses/${stage}`)).not.toHaveProperty('descriptions');
	});

	it('core 7 the incoming stage is left out where is_unsorted_on is false', async () => {
		const { id } = await make({ is_unsorted_on: false });
		expect((await stages(id)).map(({ type }) => type)).not.toContain(1);
	});

	it('core 7 writing is for administrators, reading for everybody', async () => {
		const as = { 'x-context-user-id': String([...account().users.keys()][1]) };
		expect((await api('GET', '/leads/pipelines', undefined, as)).status).toBe(200);
		expect((await api('POST', '/leads/pipelines', [{ name: 'P', sort: 1, is_main: false, is_unsorted_on: true }], as)).status).toBe(403);
	});

	it('core 7 50 pipelines, 100 stages in each', async () => {
		const many = (count: number) => Array.from({ length: count }, (_, index) => ({ name: `P${index}`, sort: index, is_main: false, is_unsorted_on: true }));
		expect((await api('POST', '/leads/pipelines', many(49))).status).toBe(422);
		const [main] = pipelines();
		const statuses = (count: number) => Array.from({ length: count }, (_, index) => ({ name: `S${index}`, sort: index, color: '#fffeb2' }));
		const free = 100 - (main?.statuses.length ?? 0);
		expect((await api('POST', `/leads/pipelines/${main?.id}/statuses`, statuses(free + 1))).status).toBe(422);
		expect((await api('POST', `/leads/pipelines/${main?.id}/statuses`, statuses(free))).status).toBe(200);
	});
});

it('core 8 loss reasons live: list, one, create, change, delete', async () => {
	const id = await create('/leads/loss_reasons', { name: 'Too far' });
	expect((await api('PATCH', `/leads/loss_reasons/${id}`, { name: 'Far' })).status).toBe(200);
	expect(await get(`/leads/loss_reasons/${id}`)).toMatchObject({ id, name: 'Far', sort: expect.any(Number), created_at: expect.any(Number), updated_at: expect.any(Number), _links: {} });
	expect((await api('PATCH', '/leads/loss_reasons', [{ id, name: 'x' }])).status).toBe(405);
	expect((await api('DELETE', `/leads/loss_reasons/${id}`)).status).toBe(204);
	expect(rows(await api('GET', '/leads/loss_reasons'), 'loss_reasons').map((row) => row.id)).not.toContain(id);
});
