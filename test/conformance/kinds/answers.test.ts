import { rows, useBench } from '../../../emulator/testing/client';

/** What clients read in answers. facts: extended 7.1, 7.8, 8, 12 */

const bench = useBench({ language: 'ru' });
const { api, create, errors } = bench;

const drive = async (method: string, path: string, body: unknown) => (await bench.call(method, `${bench.emulator.world.driveUrl}/v1.0${path}`, body)).body;

/** Returns its UUID. */
async function uploadFile(): Promise<string> {
	const { upload_url } = await drive('POST', '/sessions', { file_name: 'a.txt', file_size: 2, content_type: 'text/plain' });
	return String((await bench.call('POST', String(upload_url), Buffer.from('ab'))).body.uuid);
}

const FILES = ['leads', 'contacts', 'companies', 'customers', 'catalogs'] as const;

it.each(FILES)('extended 12 attaching and detaching a file is 202 without a body: %s', async (type) => {
	const catalog = type === 'catalogs' ? await create('/catalogs', { name: 'List' }) : 0;
	const [at, made] = type === 'catalogs' ? [`/catalogs/${catalog}`, `/catalogs/${catalog}/elements`] : [`/${type}`, `/${type}`];
	const path = `${at}/${await create(made, { name: 'New', ...(type === 'customers' ? { next_date: 1_900_000_000 } : {}) })}/files`;
	const body = [{ file_uuid: await uploadFile() }];
	for (const method of ['PUT', 'DELETE']) expect(await api(method, path, body)).toEqual({ status: 202, type: '', body: { text: '' } });
});

const INTEGERS: [method: string, path: string, body: object, field: string][] = [
	['POST', '/leads', { status_id: 'x' }, 'status_id'],
	['POST', '/leads', { responsible_user_id: 1.5 }, 'responsible_user_id'],
	['POST', '/leads', { _embedded: { contacts: [{ id: 'x' }] } }, '_embedded.contacts.0.id'],
	['POST', '/leads/complex', { status_id: 'x' }, 'status_id'],
	['POST', '/leads/complex', { _embedded: { contacts: [{ id: 'x' }] } }, '_embedded.contacts.0.id'],
	['POST', '/leads', { tags_to_add: [{ id: 'x' }] }, 'tags_to_add.0.id'],
	['POST', '/leads/link', { entity_id: 'x', to_entity_id: 1, to_entity_type: 'contacts' }, 'entity_id'],
	['POST', '/tasks', { text: 'x', complete_till: true }, 'complete_till'],
	['POST', '/tasks', { text: 'x', complete_till: 1, duration: 'x' }, 'duration'],
	['POST', '/catalogs', { name: 'x', sort: {} }, 'sort'],
	['POST', '/calls', { direction: 'inbound', duration: 'x', source: 's', phone: '1' }, 'duration'],
	['POST', '/leads/custom_fields', { name: 'x', type: 'select', enums: [{ value: 'a', sort: 'x' }] }, 'enums.0.sort'],
	['POST', '/leads/pipelines', { name: 'x', _embedded: { statuses: [{ name: 'a', sort: 'x' }] } }, '_embedded.statuses.0.sort'],
];

it.each(INTEGERS)('extended 12 a field of whole numbers says int: %s %s %j', async (method, path, body, field) => {
	const answer = await api(method, path, [body]);
	const [item] = answer.body['validation-errors'] as { errors: object[] }[];
	expect(item?.errors).toContainEqual({ code: 'InvalidType', path: field, detail: 'This value should be of type int.' });
});

it('extended 12 other numbers say float', async () => {
	const answer = await api('POST', '/leads', [{ price: 'x' }]);
	expect(answer.body['validation-errors']).toMatchObject([{ errors: [{ path: 'price', detail: 'This value should be of type float.' }] }]);
});

describe('calls', () => {
	const call = { direction: 'inbound', duration: 10, source: 'pbx', phone: '+79990000001' };

	it('extended 12 calls that match nobody are a 400 without one, a 200 beside others', async () => {
		const lost = { status: 263, title: 'Entity not found', detail: expect.any(String) };
		expect(await api('POST', '/calls', [{ ...call, request_id: 'a' }, call])).toMatchObject({ status: 400, body: { _total_items: 0, errors: [{ request_id: 'a', ...lost }, { request_id: '1', ...lost }] } });
		await create('/contacts', { custom_fields_values: [{ field_code: 'PHONE', values: [{ value: '89990000001' }] }] });
		expect(await api('POST', '/calls', [call, { ...call, phone: '1' }])).toMatchObject({ status: 200, body: { _total_items: 1, errors: [{ request_id: '1', ...lost }] } });
	});

	it('extended 12 a request_id of a call is not null; elsewhere null is none', async () => {
		const refused = await api('POST', '/calls', [{ ...call, request_id: null }]);
		expect(refused.body['validation-errors']).toMatchObject([{ errors: [{ path: 'request_id', detail: 'This value should not be null.' }] }]);
		expect(rows(await api('POST', '/leads', [{ request_id: null }]), 'leads')).toMatchObject([{ request_id: '0' }]);
	});
});

it('extended 12 a review answers with reviews, one for each source of WhatsApp; templates show theirs where asked', async () => {
	await create('/sources', { name: 'Site', external_id: 'site' });
	const source_id = await create('/sources', { name: 'WA', external_id: 'wa', services: [{ type: 'whatsapp', params: [] }] });
	const id = await create('/chats/templates', { name: 'T', content: 'Hi', type: 'waba' });
	const review = { id: expect.any(Number), source_id, status: 'review', reject_reason: '' };
	expect(await api('POST', `/chats/templates/${id}/review`)).toMatchObject({ status: 200, body: { _total_items: 1, _embedded: { reviews: [review] } } });
	const shown = (await api('GET', `/chats/templates/${id}?with=reviews`)).body;
	expect(shown).toMatchObject({ review_status: 'review', is_on_review: true, _embedded: { reviews: [review] } });
	for (const body of [(await api('GET', `/chats/templates/${id}`)).body, ...rows(await api('GET', '/chats/templates'), 'chat_templates')]) {
		for (const key of ['review_status', 'is_on_review', '_embedded']) expect(body).not.toHaveProperty(key);
	}
});

it('extended 12 a note of the robot is written back', async () => {
	const lead = await create('/leads');
	const id = await create(`/leads/${lead}/notes`, { note_type: 'common', params: { text: 'x' }, created_by: 0, responsible_user_id: 0 });
	const { body } = await api('GET', `/leads/notes/${id}`);
	expect(body).toMatchObject({ created_by: 0, responsible_user_id: 0 });
	expect((await api('PATCH', `/leads/notes/${id}`, body)).status).toBe(200);
	expect((await api('PATCH', '/leads/notes', [body])).status).toBe(200);
});

it('extended 12 customers have group_id where asked', async () => {
	const id = await create('/customers', { name: 'Ann', next_date: 1_900_000_000 });
	expect((await api('GET', `/customers/${id}`)).body).not.toHaveProperty('group_id');
	expect((await api('GET', `/customers/${id}?with=group_id`)).body).toMatchObject({ group_id: expect.any(Number) });
	expect(rows(await api('GET', '/customers?with=group_id,contacts'), 'customers')).toMatchObject([{ group_id: expect.any(Number) }]);
});

it('extended 12 events have the whole note where asked', async () => {
	const lead = await create('/leads');
	const id = await create(`/leads/${lead}/notes`, { note_type: 'common', params: { text: 'x' } });
	const value = async (query: string) => rows(await api('GET', `/events?filter[type]=common_note_added${query}`), 'events')[0]?.value_after;
	expect(await value('')).toEqual([{ note: { id } }]);
	expect(await value('&with=note')).toEqual([{ note: expect.objectContaining({ id, note_type: 'common', params: { text: 'x' } }) }]);
});

it('extended 12 options of invoices are words of the language beside their codes', async () => {
	const catalog = await create('/catalogs', { name: 'Счета', type: 'invoices' });
	const fields = rows(await api('GET', `/catalogs/${catalog}/custom_fields`), 'custom_fields');
	const options = (code: string) => Object.fromEntries((fields.find((field) => field.code === code)?.enums as { value: string; code: string }[]).map((option) => [option.code, option.value]));
	expect(options('BILL_STATUS')).toMatchObject({ created: 'Создан', paid: 'Оплачен', paid_in_advance: 'Оплачен в аванс', partially_paid: expect.stringMatching(/^[А-Я]/) });
	expect(options('BILL_VAT_TYPE')).toMatchObject({ vat_not_included: 'НДС начисляется поверх стоимости' });
	for (const value of [{ value: 'Оплачен' }, { enum_code: 'paid' }]) {
		const id = await create(`/catalogs/${catalog}/elements`, {
			name: '1',
			custom_fields_values: [{ field_code: 'BILL_STATUS', values: [value] }, { field_code: 'PAYER', values: [{ value: { name: 'ООО', entity_id: 1, entity_type: 'companies', catalog_id: null } }] }],
		});
		expect((await api('GET', `/catalogs/${catalog}/elements/${id}`)).body.custom_fields_values).toMatchObject([{ values: [{ value: 'Оплачен', enum_code: 'paid' }] }, { values: [{ value: { catalog_id: null } }] }]);
	}
});

it('extended 12 there are more currencies than a page has', async () => {
	const first = await api('GET', '/currencies?limit=250');
	expect(first.body._links).toHaveProperty('next');
	expect(rows(await api('GET', '/currencies?page=2'), 'currencies')).not.toEqual([]);
});

it('extended 12 enum_code of an option is refused on a multiselect, and taken on a select', async () => {
	for (const [type, status] of [['select', 200], ['radiobutton', 200], ['multiselect', 400]] as const) {
		const field_id = await create('/leads/custom_fields', { name: type, type, enums: [{ value: 'One', code: 'one' }] });
		const answer = await api('POST', '/leads', [{ custom_fields_values: [{ field_id, values: [{ enum_code: 'one' }] }] }]);
		expect([type, answer.status]).toEqual([type, status]);
		if (status === 400) expect(errors(answer)[0]).toContain('FieldNotExpected custom_fields_values.0.values.0.enum_code');
	}
});

it('extended 12 the robot may link and decline incoming leads, and accepts none', async () => {
	const uid = async () => String(rows(await api('POST', '/leads/unsorted/forms', [{ source_uid: 'a', source_name: 'Site', metadata: {} }]), 'unsorted')[0]?.uid);
	const chat = bench.emulator.ui.addUnsorted({ category: 'chats', source_uid: 'c', source_name: 'Chat', metadata: {} }).uid;
	const link = { entity_type: 'leads', entity_id: await create('/leads') };
	expect((await api('POST', `/leads/unsorted/${chat}/link`, { link, user_id: 0 })).status).toBe(200);
	expect((await api('DELETE', `/leads/unsorted/${await uid()}/decline`, { user_id: 0 })).status).toBe(200);
	expect(errors(await api('POST', `/leads/unsorted/${await uid()}/accept`, { user_id: 0 }))).toEqual({ '-': ['NotSupportedChoice user_id'] });
});
