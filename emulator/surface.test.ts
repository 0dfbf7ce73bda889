import { openBench, rows, type Bench } from './testing/client';

/** Everything of the surface once, through HTTP. The facts themselves, section by section, are test/conformance/facts. */

let bench: Bench;

beforeEach(async () => {
	bench = await openBench();
});

afterEach(() => bench.close());

const api: Bench['api'] = (...args) => bench.api(...args);
const create: Bench['create'] = (...args) => bench.create(...args);

const EMPTY_LISTS = `/leads /contacts /companies /customers /tasks /leads/unsorted /leads/notes /leads/tags /catalogs /events /webhooks /sources
	/website_buttons /chats/templates /contacts/chats /customers/transactions`.split(/\s+/);

it.each(EMPTY_LISTS)('204 for nothing: GET %s', async (path) => {
	expect(await api('GET', path)).toEqual({ status: 204, type: '', body: { text: '' } });
});

const FULL_LISTS: [string, string][] = [
	['/users?with=role,group,uuid,amojo_id,user_rank,phone_number', 'users'],
	['/roles?with=users', 'roles'],
	['/leads/pipelines', 'pipelines'],
	['/leads/loss_reasons', 'loss_reasons'],
	['/leads/custom_fields', 'custom_fields'],
	['/leads/custom_fields/groups', 'custom_field_groups'],
	['/customers/statuses', 'statuses'],
	['/events/types?language_code=en', 'events_types'],
	['/widgets', 'widgets'],
	['/currencies', 'currencies'],
];

it.each(FULL_LISTS)('lists GET %s', async (path, key) => {
	const answer = await api('GET', path);
	expect(answer).toMatchObject({ status: 200, type: 'application/hal+json' });
	expect(rows(answer, key).length).toBeGreaterThan(0);
});

/** path, a good body, a change, what the change shows, status of creating, DELETE offered */
const LIVES: [string, object, object, { status?: number; remove?: boolean; }?][] = [
	['/leads/pipelines', { name: 'P', sort: 5, is_main: false, is_unsorted_on: true }, { name: 'Q' }, { remove: true }],
	['/leads/loss_reasons', { name: 'Too far' }, { name: 'Far' }, { remove: true }],
	['/catalogs', { name: 'Goods', can_link_multiple: true }, { name: 'Wares' }],
	['/customers', { name: 'Acme', next_date: 1_900_000_000, next_price: 3 }, { next_price: 4 }],
	['/customers/statuses', { name: 'S', sort: 70, color: '#ffdc7f' }, { name: 'T' }, { remove: true }],
	['/leads/custom_fields', { name: 'F', type: 'text', code: 'MY' }, { name: 'G' }, { remove: true }],
	['/roles', { name: 'R', rights: { leads: { view: 'A', edit: 'D', add: 'D', delete: 'D', export: 'D' } } }, { name: 'R2' }, { status: 201, remove: true }],
	['/sources', { name: 'S', external_id: 'x-1', origin_code: 'my_shop' }, { name: 'T' }, { remove: true }],
	['/chats/templates', { name: 'Hello', content: 'Hi {{contact.name}}', external_id: 'e' }, { content: 'Bye' }, { remove: true }],
];

it.each(LIVES)('creates, changes and deletes in %s', async (path, body, change, { status = 200, remove = false } = {}) => {
	const created = await api('POST', path, [{ ...body, request_id: 'mine' }]);
	expect(created.status).toBe(status);
	const [list] = Object.values(created.body._embedded ?? {});
	expect(list?.[0]).toMatchObject({ request_id: 'mine' });
	const id = list?.[0]?.id;
	expect((await api('PATCH', `${path}/${id}`, change)).status).toBe(path === '/roles' ? 202 : 200);
	expect((await api('GET', `${path}/${id}`)).body).toMatchObject(change);
	expect((await api('DELETE', `${path}/${id}`)).status).toBe(remove ? 204 : 405);
	if (!remove) return;
	expect([204, 404]).toContain((await api('GET', `${path}/${id}`)).status);
	expect([400, 404]).toContain((await api('DELETE', `${path}/${id}`)).status);
});

describe('lists and their elements', () => {
	it('have fields of their own, categories, products and invoices', async () => {
		expect((await api('PATCH', '/catalogs/products/settings', { is_enabled: true })).body).toMatchObject({ is_enabled: true });
		const products = rows(await api('GET', '/catalogs?type=products'), 'catalogs')[0]?.id;
		const fields = rows(await api('GET', `/catalogs/${products}/custom_fields`), 'custom_fields');
		expect(fields.map(({ code }) => code)).toEqual(['SKU', 'DESCRIPTION', 'PRICE', 'SPECIAL_PRICE_1', 'GROUP', 'UNIT']);
		const group = fields.find(({ code }) => code === 'GROUP')?.id;
		const nested = [{ value: 'Sport', request_id: 'p' }, { value: 'Shoes', parent_request_id: 'p' }];
		const patched = await api('PATCH', `/catalogs/${products}/custom_fields/${group}`, { nested });
		const [sport, shoes] = patched.body.nested as { id: number; parent_id: number | null }[];
		expect(shoes?.parent_id).toBe(sport?.id);
		const made = await api('POST', `/catalogs/${products}/elements`, [
			{ name: 'Boots', custom_fields_values: [{ field_code: 'PRICE', values: [{ value: 12.5 }] }, { field_code: 'GROUP', values: [{ enum_id: shoes?.id }] }] },
		]);
		expect(rows(made, 'elements')[0]).toMatchObject({
			name: 'Boots',
			is_deleted: null,
			custom_fields_values: [{ field_code: 'PRICE', values: [{ value: '12.5' }] }, { field_type: 'category', values: [{ value: 'Shoes', enum_id: shoes?.id }] }],
		});
		expect(rows(await api('GET', `/catalogs/${products}/elements?query=boot`), 'elements')).toHaveLength(1);
		expect((await api('DELETE', `/catalogs/${products}/elements/${rows(made, 'elements')[0]?.id}`)).status).toBe(405);

		const invoices = await create('/catalogs', { name: 'Bills', type: 'invoices' });
		expect(await api('POST', `/catalogs/${invoices}/elements`, [{ name: 'No status' }])).toMatchObject({ status: 400 });
		const items = [{ value: { description: 'Boots', unit_price: 10, quantity: 3, discount: { type: 'percentage', value: 50 } } }];
		const bill = await create(`/catalogs/${invoices}/elements`, {
			name: 'No 1',
			custom_fields_values: [{ field_code: 'BILL_STATUS', values: [{ enum_code: 'paid' }] }, { field_code: 'ITEMS', values: items }],
		});
		const read = await api('GET', `/catalogs/${invoices}/elements/${bill}?with=invoice_link`);
		expect(read.body).toMatchObject({
			invoice_link: expect.stringContaining('http'),
			custom_fields_values: [{ values: [{ enum_code: 'paid' }] }, { values: [{ value: { total_sum: 15 } }] }],
		});
	});

	it('are linked with quantity and price, one by one and in a mass', async () => {
		await api('PATCH', '/catalogs/products/settings', { is_enabled: true });
		const catalog_id = rows(await api('GET', '/catalogs?type=products'), 'catalogs')[0]?.id;
		const price_id = rows(await api('GET', `/catalogs/${String(catalog_id)}/custom_fields`), 'custom_fields').find(({ code }) => code === 'SPECIAL_PRICE_1')?.id;
		const element = await create(`/catalogs/${String(catalog_id)}/elements`, { name: 'Boots' });
		const [one, two] = [await create('/leads'), await create('/leads')];
		const target = { to_entity_id: element, to_entity_type: 'catalog_elements' };
		const linked = await api('POST', `/leads/${one}/link`, [{ ...target, metadata: { catalog_id, quantity: 1.5, price_id } }]);
		expect(linked.body).toMatchObject({ _total_items: 1, _links: { self: { href: expect.stringMatching(/\/links$/) } } });
		expect(rows(linked, 'links')[0]).toEqual({ entity_id: one, entity_type: 'leads', ...target, metadata: { quantity: 1.5, catalog_id, price_id } });
		await api('POST', '/leads/link', [one, two].map((entity_id) => ({ entity_id, ...target, metadata: { catalog_id, quantity: 2 } })));
		const mass = await api('GET', `/leads/links?filter[entity_id][]=${one}&filter[entity_id][]=${two}&filter[to_catalog_id]=${String(catalog_id)}`);
		expect(rows(mass, 'links').map(({ metadata }) => metadata)).toMatchObject([{ quantity: 2, price_id }, { quantity: 2 }]);
		expect((await api('GET', `/leads/${two}?with=catalog_elements`)).body._embedded).toMatchObject({ catalog_elements: [{ id: element, metadata: { quantity: 2, catalog_id } }] });
		const refused = (metadata: object) => api('POST', `/leads/${one}/link`, [{ ...target, metadata }]);
		expect(await refused({})).toMatchObject({ status: 400 });
		expect((await refused({ catalog_id, from_catalog_id: 1 })).body).toMatchObject({ 'validation-errors': [{ errors: [{ code: 'FieldNotExpected', path: 'metadata.from_catalog_id' }] }] });
		expect(await refused({ catalog_id, price_id: 1 })).toMatchObject({ status: 400 });
		expect(await api('POST', `/leads/${one}/unlink`, [{ ...target, metadata: { catalog_id } }])).toMatchObject({ status: 204 });
		expect(rows(await api('GET', `/leads/${one}/links`), 'links')).toEqual([]);
	});
});

describe('leads/complex', () => {
	const phone = (value: string) => [{ field_code: 'PHONE', values: [{ value, enum_code: 'WORK' }] }];
	const body = (name: string, value: string) => ({
		name,
		_embedded: { contacts: [{ name: 'Ann', custom_fields_values: phone(value) }], companies: [{ name: 'Acme' }], tags: [{ name: 'x' }] },
	});

	it('answers a bare array and links everything', async () => {
		const answer = await api('POST', '/leads/complex', [{ ...body('one', '+15550001'), request_id: 'a' }, body('two', '+15550002')]);
		const [first, second] = answer.body as unknown as Record<string, number>[];
		expect(first).toEqual({ id: expect.any(Number), contact_id: expect.any(Number), company_id: expect.any(Number), request_id: ['a'], merged: false });
		expect(second).toMatchObject({ request_id: ['1'] });
		const links = rows(await api('GET', `/contacts/${first?.contact_id}/links`), 'links').map(({ to_entity_type }) => to_entity_type);
		expect(links.sort()).toEqual(['companies', 'leads']);
	});

	it('merges under duplicate control only', async () => {
		await api('POST', '/leads/complex', [body('one', '+7 999 000-11-22')]);
		await api('POST', '/leads/complex', [body('two', '8 (999) 000 11 22')]);
		expect(bench.emulator.account.leads.size).toBe(2);
		bench.emulator.switches.duplicateControl = true;
		const answer = await api('POST', '/leads/complex', [body('three', '9990001122')]);
		expect(answer.body).toMatchObject([{ merged: true }]);
		expect(bench.emulator.account.leads.size).toBe(2);
	});

	it('takes fifty leads and not one more', async () => {
		const many = (count: number) => Array.from({ length: count }, () => ({ name: 'x' }));
		expect((await api('POST', '/leads/complex', many(50))).status).toBe(200);
		expect((await api('POST', '/leads/complex', many(51))).status).toBe(400);
	});

	it('makes an incoming lead of metadata', async () => {
		const [made] = (await api('POST', '/leads/complex', [
			{ ...body('form', '+15550003'), _embedded: { ...body('', '+15550003')._embedded, metadata: { category: 'forms', form_id: 'f', form_name: 'Form', form_page: 'https://x.example', form_sent_at: 1_700_000_000 } } },
		])).body as unknown as { id: number }[];
		expect(rows(await api('GET', '/leads/unsorted'), 'unsorted')[0]).toMatchObject({ category: 'forms', _embedded: { leads: [{ id: made?.id }] } });
		expect((await api('GET', '/contacts')).status).toBe(204);
	});
});

describe('incoming leads', () => {
	const form = { source_uid: 's', source_name: 'Site', metadata: { form_id: '1', form_name: 'F', form_page: 'x', ip: '1.1.1.1', form_sent_at: 1, referer: 'y' } };
	const add = async () => rows(await api('POST', '/leads/unsorted/forms', [{ ...form, _embedded: { leads: [{ name: 'L' }], contacts: [{ name: 'C' }] } }]), 'unsorted')[0]?.uid;

	it('are accepted, declined and linked', async () => {
		const [first, second, third] = [await add(), await add(), await add()];
		expect((await api('GET', '/contacts')).status).toBe(204);
		const accepted = await api('POST', `/leads/unsorted/${String(first)}/accept`, {});
		expect(accepted.body._embedded).toMatchObject({ leads: [{}], contacts: [{}], companies: [] });
		expect(rows(await api('GET', '/contacts'), 'contacts')).toHaveLength(1);
		const declined = await api('DELETE', `/leads/unsorted/${String(second)}/decline`, {});
		expect(declined.status).toBe(200);
		expect(rows(await api('GET', '/leads?with=only_deleted'), 'leads')[0]).toMatchObject({ is_deleted: true, name: null, price: null });
		const lead = await create('/leads');
		const link = await api('POST', `/leads/unsorted/${String(third)}/link`, { link: { entity_id: lead, entity_type: 'leads' } });
		expect(link.body._embedded).toMatchObject({ leads: [{ id: lead }] });
		expect((await api('GET', '/leads/unsorted/summary')).body).toMatchObject({ total: 0, accepted: 2, declined: 1, categories: { mail: { total: 0 } } });
		expect((await api('POST', `/leads/unsorted/${String(first)}/accept`, {})).status).toBe(404);
	});
});

describe('customers', () => {
	it('have modes, segments, transactions and bonus points', async () => {
		expect((await api('GET', '/customers/segments')).status).toBe(422);
		const customer = await create('/customers', { name: 'Acme', next_date: 1_900_000_000 });
		const made = await api('POST', `/customers/${customer}/transactions`, [{ price: 500, comment: 'first' }, { price: 1000 }]);
		expect(rows(made, 'transactions')).toHaveLength(2);
		expect((await api('GET', `/customers/${customer}`)).body).toMatchObject({ ltv: 1500, purchases_count: 2, average_check: 750 });
		expect((await api('DELETE', `/customers/transactions/${String(rows(made, 'transactions')[0]?.id)}`)).status).toBe(204);
		expect(rows(await api('GET', `/customers/${customer}/transactions`), 'transactions')).toHaveLength(1);
		expect((await api('POST', `/customers/${customer}/bonus_points`, { earn: 50 })).body).toEqual({ bonus_points: 50 });
		expect((await api('POST', `/customers/${customer}/bonus_points`, { earn: 5, redeem: 5 })).status).toBe(400);
		expect((await api('PATCH', '/customers/mode', { mode: 'segments', is_enabled: true })).body).toEqual({ mode: 'segments', is_enabled: true });
		expect((await api('GET', '/account')).body).toMatchObject({ customers_mode: 'segments' });
		expect((await api('GET', '/customers/statuses')).status).toBe(422);
		const segment = await api('POST', '/customers/segments', { name: 'VIP', color: 'ae003f' });
		expect(segment.body).toMatchObject({ name: 'VIP', customers_count: 0 });
		await api('PATCH', `/customers/${customer}`, { _embedded: { segments: [{ id: segment.body.id }] } });
		expect((await api('GET', `/customers/segments/${String(segment.body.id)}`)).body).toMatchObject({ customers_count: 1 });
	});
});

describe('calls', () => {
	const call = (phone: string) => ({ direction: 'inbound', duration: 10, source: 'pbx', phone });
	const withPhone = { name: 'Ann', custom_fields_values: [{ field_code: 'PHONE', values: [{ value: '+7 (999) 123-45-67' }] }] };

	it('find the card by the last ten digits', async () => {
		const contact = await create('/contacts', withPhone);
		expect(rows(await api('POST', '/calls', [call('89991234567')]), 'calls')[0]).toMatchObject({ entity_id: contact, entity_type: 'contact' });
		const lead = await create('/leads', { _embedded: { contacts: [{ id: contact }] } });
		expect(rows(await api('POST', '/calls', [call('89991234567')]), 'calls')[0]).toMatchObject({ entity_id: lead, entity_type: 'lead' });
		await create('/leads', { _embedded: { contacts: [{ id: contact }] } });
		expect(rows(await api('POST', '/calls', [call('89991234567')]), 'calls')[0]).toMatchObject({ entity_id: contact });
		expect(rows(await api('GET', `/leads/${lead}/notes`), 'notes')[0]).toMatchObject({ note_type: 'call_in', created_by: 0, params: { phone: '89991234567' } });
	});

	it('without a card are errors in a 200', async () => {
		await create('/contacts', withPhone);
		const mixed = await api('POST', '/calls', [call('89991234567'), { ...call('1'), request_id: 'lost' }]);
		expect(mixed).toMatchObject({ status: 200, body: { _total_items: 1, errors: [{ request_id: 'lost', status: 404 }] } });
		bench.emulator.switches.unmatchedCall = 'status400';
		expect(await api('POST', '/calls', [call('1')])).toMatchObject({ status: 400, body: { errors: [{ request_id: '0' }] } });
		expect((await api('DELETE', '/calls/1')).status).toBe(404);
	});
});

describe('talks and chats', () => {
	it('open with a message, close, and belong to contacts', async () => {
		const contact = await create('/contacts', { name: 'Ann' });
		const lead = await create('/leads', { _embedded: { contacts: [{ id: contact }] } });
		const sent = await bench.call('POST', '/__emulator/ui/messages', { contactId: contact, text: 'Hi' });
		const { talk_id, chat_id } = sent.body;
		expect((await api('GET', `/talks/${String(talk_id)}`)).body).toMatchObject({
			talk_id,
			contact_id: contact,
			entity_id: lead,
			entity_type: 'lead',
			is_in_work: true,
			is_read: false,
			_embedded: { contacts: [{ id: contact }], leads: [{ id: lead }] },
		});
		expect(rows(await api('GET', `/contacts/chats?contact_id[]=${contact}`), 'chats')).toMatchObject([{ chat_id, contact_id: contact }]);
		expect((await api('POST', `/talks/${String(talk_id)}/close`, { force_close: true })).status).toBe(202);
		expect((await api('GET', `/talks/${String(talk_id)}`)).body).toMatchObject({ is_in_work: false });
		expect((await api('GET', '/talks/1')).status).toBe(404);
		const types = rows(await api('GET', '/events'), 'events').map(({ type }) => type);
		expect(types).toEqual(expect.arrayContaining(['talk_created', 'incoming_chat_message', 'talk_closed']));
		const other = await create('/contacts', { name: 'Bob' });
		expect(rows(await api('POST', '/contacts/chats', [{ contact_id: other, chat_id }]), 'chats')).toMatchObject([{ contact_id: other, request_id: '0' }]);
	});
});

describe('sources', () => {
	it('keep one default, refuse a taken external id, come back under their old id', async () => {
		const one = await create('/sources', { name: 'A', external_id: 'a', default: true });
		const two = await create('/sources', { name: 'B', external_id: 'b', default: true });
		expect(rows(await api('GET', '/sources?filter[external_id][]=a'), 'sources')).toMatchObject([{ id: one, default: false }]);
		expect((await api('POST', '/sources', [{ name: 'C', external_id: 'b' }])).body).toMatchObject({ 'validation-errors': [{ errors: [{ code: 'SourceAlreadyExists' }] }] });
		expect((await api('DELETE', '/sources', [{ id: two }])).status).toBe(204);
		expect((await api('GET', `/sources/${two}`)).status).toBe(204);
		expect(await create('/sources', { name: 'B', external_id: 'b' })).toBe(two);
		const lead = await create('/leads', { _embedded: { source: { type: 'widget', external_id: 'a' } } });
		const read = await api('GET', `/leads/${lead}?with=source,source_id`);
		expect(read.body).toMatchObject({ source_id: one, _embedded: { source: { id: one, name: 'A' } } });
	});
});

describe('files', () => {
	const upload = async (content: Buffer, session: object) => {
		const drive = String((await api('GET', '/account?with=drive_url')).body.drive_url);
		expect(new URL(drive).port).not.toBe(new URL(bench.emulator.url).port);
		const opened = (await bench.call('POST', `${drive}/v1.0/sessions`, { file_size: content.length, ...session })).body;
		const size = Number(opened.max_part_size);
		let answer: Record<string, unknown> = { next_url: opened.upload_url };
		for (let at = 0; at < content.length; at += size) {
			answer = (await bench.call('POST', String(answer.next_url), content.subarray(at, at + size), { 'content-type': 'image/png' })).body;
		}
		return { drive, file: answer };
	};

	it('go up in parts, come down whole, and hang on cards', async () => {
		const content = Buffer.alloc(1_200_000, 'amo');
		const { drive, file } = await upload(content, { file_name: 'scan 1.png', content_type: 'image/png' });
		expect(file).toMatchObject({ name: 'scan 1', sanitized_name: 'scan_1', size: 1_200_000, type: 'image', metadata: { extension: 'png' }, is_trashed: false });
		const link = (file._links as Record<string, { href: string }>).download?.href ?? '';
		expect(Buffer.from(await (await fetch(link)).arrayBuffer()).equals(content)).toBe(true);
		const { uuid } = file;
		const lead = await create('/leads');
		expect(await api('PUT', `/leads/${lead}/files`, [{ file_uuid: uuid }])).toMatchObject({ status: 200, body: {} });
		expect(rows(await api('GET', `/leads/${lead}/files`), 'files')).toMatchObject([{ file_uuid: uuid }]);
		expect((await api('GET', `/files/${String(uuid)}/links`)).body).toEqual({ file_uuid: uuid, entities: [{ entity_id: lead, entity_type: 'leads' }] });
		expect((await api('DELETE', `/leads/${lead}/files`, [{ file_uuid: uuid }])).status).toBe(202);
		expect((await api('GET', `/leads/${lead}/files`)).status).toBe(204);
		expect((await api('PUT', '/leads/1/files', [{ file_uuid: uuid }])).status).toBe(404);
		const again = await upload(Buffer.from('second'), { file_name: 'scan 1.png', file_uuid: uuid });
		expect(again.file).toMatchObject({ uuid, has_multiple_versions: true, size: 6 });
		expect((await bench.call('PATCH', `${drive}/v1.0/files/${String(uuid)}`, { name: 'renamed' })).body).toMatchObject({ name: 'renamed' });
		expect((await bench.call('DELETE', `${drive}/v1.0/files`, [{ uuid }])).status).toBe(204);
		expect((await bench.call('GET', `${drive}/v1.0/files`)).status).toBe(204);
		expect(rows(await bench.call('POST', `${drive}/v1.0/files/restore`, [{ uuid }]), 'files')).toMatchObject([{ uuid, is_trashed: false }]);
		expect(rows(await bench.call('GET', `${drive}/v1.0/files?filter[uuid]=${String(uuid)}&filter[extensions][]=png`), 'files')).toHaveLength(1);
	});

	it('need their scopes', async () => {
		const { drive, file } = await upload(Buffer.from('x'), { file_name: 'x.txt' });
		const { accessToken } = bench.emulator.issueToken({ scopes: ['crm'] });
		const headers = { authorization: `Bearer ${accessToken}` };
		expect(await bench.call('GET', `${drive}/v1.0/files`, undefined, headers)).toMatchObject({ status: 403, body: { detail: 'Invalid scope' } });
		const noDelete = { authorization: `Bearer ${bench.emulator.issueToken({ scopes: ['crm', 'files'] }).accessToken}` };
		expect((await bench.call('DELETE', `${drive}/v1.0/files`, [{ uuid: file.uuid }], noDelete)).status).toBe(403);
		expect((await bench.call('GET', `${drive}/v1.0/files`, undefined, { authorization: '' })).status).toBe(401);
	});

	it('refuse parts that are too big, empty, spent or too late', async () => {
		const drive = bench.emulator.world.driveUrl;
		const open = async (file_size: number) => String((await bench.call('POST', `${drive}/v1.0/sessions`, { file_name: 'a', file_size })).body.upload_url);
		expect((await bench.call('POST', await open(600_000), Buffer.alloc(600_000))).status).toBe(413);
		expect((await bench.call('POST', await open(2), Buffer.alloc(3))).status).toBe(400);
		const spent = await open(1);
		expect((await bench.call('POST', spent, Buffer.from('x'))).status).toBe(200);
		expect((await bench.call('POST', spent, Buffer.from('x'))).status).toBe(404);
		const late = await open(1);
		await bench.emulator.clock.advance(25 * 3_600_000);
		expect((await bench.call('POST', late, Buffer.from('x'))).status).toBe(404);
	});
});

describe('bots and widgets', () => {
	it('run over v2, and over v4 where it is there', async () => {
		const lead = await create('/leads');
		const [bot] = [...bench.emulator.account.bots.keys()];
		const run = (body: object) => bench.call('POST', '/api/v2/salesbot/run', [body]);
		expect(await run({ bot_id: bot, entity_id: lead, entity_type: 2 })).toMatchObject({ status: 202, body: { success: true } });
		expect([...bench.emulator.account.botRuns.values()]).toMatchObject([{ bot_id: bot, entity_id: lead, entity_type: 2 }]);
		expect((await run({ bot_id: 1, entity_id: lead, entity_type: 2 })).status).toBe(400);
		expect(await api('GET', '/bots')).toMatchObject({ status: 404, body: { detail: `Cannot GET ${bench.emulator.url}/api/v4/bots!` } });
		bench.emulator.switches.botsInV4 = true;
		expect(rows(await api('GET', '/bots?filter[type]=regular'), 'bots')).toHaveLength(1);
		expect((await api('POST', `/bots/${bot}/run`, { entity_id: lead, entity_type: 'leads' })).status).toBe(202);
		expect((await api('POST', `/bots/${bot}/stop`, { entity_id: lead, entity_type: 'leads' })).status).toBe(202);
		expect([...bench.emulator.account.botRuns.values()].every(({ stopped }) => stopped)).toBe(true);
	});

	it('are installed with their settings, and continue a waiting bot', async () => {
		expect((await api('POST', '/widgets/demo_widget', { api_key: 'k' })).body).toMatchObject({ 'validation-errors': [{ errors: [{ code: 'FieldMissing', path: 'login' }] }] });
		expect((await api('POST', '/widgets/demo_widget', { login: 'me' })).body).toMatchObject({ is_active_in_account: true, settings: { login: 'me' } });
		expect((await api('DELETE', '/widgets/demo_widget')).status).toBe(204);
		expect((await api('GET', '/widgets/none')).status).toBe(404);
		const lead = await create('/leads');
		const [bot] = [...bench.emulator.account.bots.keys()];
		await bench.call('POST', '/api/v2/salesbot/run', [{ bot_id: bot, entity_id: lead, entity_type: 2 }]);
		const [step] = [...bench.emulator.account.botRuns.keys()];
		const show = { handler: 'show', params: { type: 'text', value: 'Hello' } };
		expect((await api('POST', `/salesbot/${bot}/continue/${step}`, { data: {}, execute_handlers: [show] })).status).toBe(202);
		expect((await api('POST', `/salesbot/${bot}/continue/999`, {})).status).toBe(404);
		const long = { ...show, params: { type: 'text', value: 'x'.repeat(81) } };
		expect((await api('POST', `/salesbot/${bot}/continue/${step}`, { execute_handlers: [long] })).status).toBe(400);
	});
});

it('shortens links in order, without ids', async () => {
	const entity_id = await create('/contacts', { name: 'Ann' });
	const link = (url: string) => ({ url, metadata: { entity_type: 'contacts', entity_id } });
	const answer = await api('POST', '/short_links', [link('https://a.example'), link('https://b.example')]);
	expect(rows(answer, 'short_links')).toEqual([1, 2].map(() => ({ url: expect.stringContaining('https://amo.sh/'), account_id: expect.any(Number), metadata: { entity_type: 'contacts', entity_id } })));
});

it('has website buttons by the id of their source', async () => {
	const [pipeline_id] = [...bench.emulator.account.pipelines.keys()];
	const made = await api('POST', '/website_buttons', { pipeline_id, trusted_websites: ['a.example'] });
	const id = made.body.source_id;
	expect((await api('PATCH', `/website_buttons/${String(id)}`, { trusted_websites: { add: ['b.example'] } })).body).toMatchObject({ trusted_websites: ['a.example', 'b.example'] });
	expect((await api('POST', `/website_buttons/${String(id)}/online_chat`)).status).toBe(202);
	expect(rows(await api('GET', '/website_buttons?with=scripts'), 'website_buttons')).toMatchObject([{ source_id: id, script: expect.any(String) }]);
});

it('adds users, switches them off and on, and sees who follows a card', async () => {
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

describe('notes', () => {
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

	it.each(Object.keys(params))('of type %s are written, read and found', async (note_type) => {
		const lead = await create('/leads');
		const made = await api('POST', `/leads/${lead}/notes`, [{ note_type, params: params[note_type] }]);
		expect(rows(made, 'notes')[0]).toMatchObject({ entity_id: lead, request_id: '0' });
		const id = rows(made, 'notes')[0]?.id;
		expect((await api('GET', `/leads/notes/${String(id)}`)).body).toMatchObject({ note_type, params: params[note_type] });
		expect(rows(await api('GET', `/leads/notes?filter[note_type][]=${note_type}&filter[entity_id][]=${lead}`), 'notes')).toHaveLength(1);
		expect((await api('POST', `/leads/${lead}/notes`, [{ note_type, params: { nonsense: 1 } }])).status).toBe(400);
	});

	it('are pinned, and never deleted', async () => {
		const lead = await create('/leads');
		const id = await create(`/leads/${lead}/notes`, { note_type: 'common', params: { text: 'x' } });
		expect((await api('POST', `/leads/notes/${id}/pin`)).status).toBe(204);
		expect((await api('GET', `/leads/notes/${id}?with=is_pinned`)).body).toMatchObject({ is_pinned: true });
		expect(await api('DELETE', `/leads/notes/${id}`)).toMatchObject({ status: 405, body: { text: '' } });
		expect((await api('POST', `/leads/${lead}/notes`, [{ note_type: 'amomail_message', params: {} }])).status).toBe(400);
	});
});

describe('events', () => {
	it('tell every change, newest first, a hundred a page', async () => {
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
		expect(rows(await api('GET', '/events?limit=250'), 'events')).toHaveLength(100);
	});
});
