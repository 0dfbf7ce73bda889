import { rows, useBench } from '../../../emulator/testing/client';

/** Lists, their elements, customers. */

const bench = useBench();
const { api, create, errors } = bench;

describe('extended 3 lists and their elements', () => {
	it('extended 3.3 elements have fields of their own; categories, products and invoices', async () => {
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

	it('extended 3.5 elements are linked with catalog, quantity and price, one by one and in a mass', async () => {
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

describe('extended 4 customers', () => {
	it('extended 4 modes, segments, transactions and bonus points', async () => {
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

it('extended 3.1 catalogs have their keys, are filtered by type, are 204 when unknown and never deleted', async () => {
	const id = await create('/catalogs', { name: 'Goods', can_link_multiple: false });
	expect((await api('GET', `/catalogs/${id}`)).body).toEqual({
		id, name: 'Goods', created_by: expect.any(Number), updated_by: expect.any(Number), created_at: expect.any(Number), updated_at: expect.any(Number), sort: expect.any(Number), type: 'regular',
		can_add_elements: true, can_show_in_cards: false, can_link_multiple: false, can_be_deleted: true, sdk_widget_code: null, account_id: expect.any(Number), _links: expect.anything(),
	});
	expect((await api('GET', '/catalogs?type=invoices')).status).toBe(204);
	expect((await api('GET', '/catalogs/1')).status).toBe(204);
	expect((await api('DELETE', `/catalogs/${id}`)).status).toBe(405);
	expect(errors(await api('POST', '/catalogs', [{ name: 'P', type: 'products' }]))).toEqual({ 0: ['NotSupportedChoice type'] });
});

it('extended 3.2 products are switched on and off by their settings', async () => {
	const enabled = async () => (await api('GET', '/catalogs/products/settings')).body;
	expect(await enabled()).toEqual({ is_enabled: false });
	expect((await api('PATCH', '/catalogs/products/settings', { is_enabled: true })).body).toMatchObject({ is_enabled: true });
	expect(rows(await api('GET', '/catalogs?type=products'), 'catalogs')).toMatchObject([{ can_be_deleted: false }]);
	await api('PATCH', '/catalogs/products/settings', { is_enabled: false });
	expect(await enabled()).toEqual({ is_enabled: false });
});

it('extended 3.3 elements have their keys and are found by id and query', async () => {
	const catalog = await create('/catalogs', { name: 'Goods' });
	const [shoes, boots] = [await create(`/catalogs/${catalog}/elements`, { name: 'Shoes' }), await create(`/catalogs/${catalog}/elements`, { name: 'Boots' })];
	expect((await api('GET', `/catalogs/${catalog}/elements/${shoes}`)).body).toEqual({
		id: shoes, name: 'Shoes', created_by: expect.any(Number), updated_by: expect.any(Number), created_at: expect.any(Number), updated_at: expect.any(Number), is_deleted: null,
		custom_fields_values: null, catalog_id: catalog, account_id: expect.any(Number), _links: expect.anything(),
	});
	for (const query of [`filter[id][]=${boots}`, `id[]=${boots}`, 'query=boo']) expect(rows(await api('GET', `/catalogs/${catalog}/elements?${query}`), 'elements')).toMatchObject([{ id: boots }]);
	expect((await api('PATCH', `/catalogs/${catalog}/elements`, [{ id: shoes, name: 'Slippers' }])).status).toBe(200);
	expect((await api('DELETE', `/catalogs/${catalog}/elements/${shoes}`)).status).toBe(405);
});

it('extended 3.4 an invoice needs its status, and has the fields of invoices', async () => {
	const invoices = await create('/catalogs', { name: 'Bills', type: 'invoices' });
	const codes = rows(await api('GET', `/catalogs/${invoices}/custom_fields`), 'custom_fields').map(({ code }) => code);
	expect(codes).toEqual(expect.arrayContaining(['BILL_STATUS', 'PAYER', 'ITEMS', 'BILL_VAT_TYPE', 'BILL_PAYMENT_DATE', 'BILL_COMMENT', 'BILL_PRICE']));
	expect(errors(await api('POST', `/catalogs/${invoices}/elements`, [{ name: 'No 1' }]))).toEqual({ 0: ['FieldMissing custom_fields_values.BILL_STATUS'] });
	expect((await api('GET', '/account?with=invoices_settings')).body).toMatchObject({ invoices_settings: { invoices_catalog_id: invoices } });
});

it('extended 4 a customer has the documented keys', async () => {
	const id = await create('/customers', { name: 'Acme', next_price: 300, next_date: 1_770_000_000 });
	expect((await api('GET', `/customers/${id}`)).body).toEqual({
		id, name: 'Acme', next_price: 300, next_date: 1_770_000_000, responsible_user_id: expect.any(Number), status_id: expect.any(Number), periodicity: 0, created_by: expect.any(Number), updated_by: expect.any(Number),
		created_at: expect.any(Number), updated_at: expect.any(Number), closest_task_at: null, is_deleted: false, custom_fields_values: null, ltv: 0, purchases_count: 0, average_check: 0, account_id: expect.any(Number),
		_links: expect.anything(), _embedded: { segments: [], tags: [] },
	});
	expect((await api('GET', '/customers/1')).status).toBe(204);
	expect((await api('DELETE', `/customers/${id}`)).status).toBe(405);
	expect((await api('POST', '/customers', [{}])).status).toBe(400);
});

it('extended 4 the key of new transactions is transactions, or customers by the switch', async () => {
	const id = await create('/customers', { name: 'Acme', next_date: 1_900_000_000 });
	const post = () => api('POST', `/customers/${id}/transactions?accrue_bonus=true`, [{ price: 500 }]);
	expect(Object.keys((await post()).body._embedded ?? {})).toEqual(['transactions']);
	bench.emulator.switches.transactionsKey = 'customers';
	expect(Object.keys((await post()).body._embedded ?? {})).toEqual(['customers']);
	const [made] = rows(await api('GET', `/customers/${id}/transactions`), 'transactions');
	expect(made).toMatchObject({ price: 500, comment: null, completed_at: expect.any(Number), customer_id: id, is_deleted: false, _embedded: { customer: { id }, catalog_elements: [] } });
	expect((await api('PATCH', `/customers/transactions/${String(made?.id)}`, {})).status).toBe(405);
});

it('extended 4 a customer of the periodic mode needs its date, and segments that exist', async () => {
	expect(errors(await api('POST', '/customers', [{ name: 'Acme' }]))).toEqual({ 0: ['FieldMissing next_date'] });
	await api('PATCH', '/customers/mode', { mode: 'segments', is_enabled: true });
	const id = await create('/customers', { name: 'Acme' });
	expect(errors(await api('PATCH', `/customers/${id}`, { _embedded: { segments: [{ id: 1 }] } }))).toEqual({ '-': ['NotSupportedChoice _embedded.segments.0.id'] });
	const segment = (await api('POST', '/customers/segments', { name: 'VIP' })).body.id;
	await api('PATCH', `/customers/${id}`, { _embedded: { segments: [{ id: segment }] } });
	expect((await api('DELETE', `/customers/segments/${String(segment)}`)).status).toBe(204);
	expect((await api('GET', `/customers/${id}`)).body._embedded).toMatchObject({ segments: [] });
});

it('extended 4 customers that are switched off answer 422, those that the plan lacks 402', async () => {
	const id = await create('/customers', { name: 'Acme', next_date: 1_900_000_000 });
	const calls = () => Promise.all([
		api('GET', '/customers'), api('GET', `/customers/${id}`), api('POST', '/customers', [{ name: 'B', next_date: 1 }]), api('PATCH', `/customers/${id}`, { name: 'C' }), api('GET', '/customers/segments'),
		api('GET', '/customers/statuses'), api('GET', '/customers/transactions'), api('POST', `/customers/${id}/transactions`, [{ price: 1 }]), api('POST', `/customers/${id}/bonus_points`, { earn: 1 }),
	]);
	await api('PATCH', '/customers/mode', { mode: 'periodicity', is_enabled: false });
	expect((await api('GET', '/account')).body.customers_mode).toBe('disabled');
	for (const { status } of await calls()) expect(status).toBe(422);
	bench.emulator.switches.customers = 402;
	expect((await api('GET', '/account')).body.customers_mode).toBe('unavailable');
	for (const { status } of await calls()) expect(status).toBe(402);
	expect((await api('PATCH', '/customers/mode', { mode: 'periodicity', is_enabled: true })).status).toBe(402);
	bench.emulator.switches.customers = 403;
	expect((await api('GET', '/customers')).status).toBe(403);
});

it('extended 4 a purchase earns bonus points where it asks to, and keeps its products and its receipt', async () => {
	const customer = await create('/customers', { name: 'Acme', next_date: 1_900_000_000 });
	const catalog_id = await create('/catalogs', { name: 'Goods' });
	const id = await create(`/catalogs/${catalog_id}/elements`, { name: 'Shoes' });
	const bought = { price: 500, metadata: { receipt_link: 'https://r.example/1', external_id: 'e1' }, _embedded: { catalog_elements: [{ id, metadata: { catalog_id, quantity: 2.5 } }] } };
	for (const accrues of ['true', 'false']) await api('POST', `/customers/${customer}/transactions?accrue_bonus=${accrues}`, [bought]);
	expect((await api('POST', `/customers/${customer}/bonus_points`, { earn: 1 })).body).toEqual({ bonus_points: 51 });
	expect((await api('POST', `/customers/${customer}/bonus_points`, { redeem: 52 })).status).toBe(400);
	expect(rows(await api('GET', `/customers/${customer}/transactions`), 'transactions')[0]).toMatchObject(bought);
});
