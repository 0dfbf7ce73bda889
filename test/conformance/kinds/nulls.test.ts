import { useBench } from '../../../emulator/testing/client';

/** Clients with typed models send null for all that was not set. facts: extended 12 */

const bench = useBench({ language: 'en' });
const { api, create, errors } = bench;

const CARD = ['name', 'responsible_user_id', 'created_by', 'updated_by', 'created_at', 'updated_at', 'custom_fields_values', 'tags_to_add', '_embedded', 'request_id'];

/** What a POST needs, and what it may leave out. */
const BODIES: [path: string, needed: object, others: string[]][] = [
	['/leads', {}, [...CARD, 'price', 'status_id', 'pipeline_id', 'closed_at', 'loss_reason_id', 'visitor_uid']],
	['/contacts', { name: 'Ann' }, [...CARD, 'first_name', 'last_name']],
	['/companies', { name: 'Acme' }, CARD],
	['/customers', { name: 'Acme', next_date: 1_900_000_000 }, [...CARD, 'next_price', 'status_id', 'periodicity']],
	['/tasks', { text: 'Call', complete_till: 1_900_000_000 }, ['responsible_user_id', 'entity_id', 'entity_type', 'is_completed', 'task_type_id', 'duration', 'result', 'created_by', 'created_at']],
	['/catalogs', { name: 'List' }, ['type', 'sort', 'can_add_elements', 'can_link_multiple', 'can_show_in_cards', 'sdk_widget_code']],
	['/leads/pipelines/:pipeline/statuses', { name: 'Stage', sort: 30 }, ['color', 'descriptions']],
	['/leads/tags', { name: 'vip' }, ['color']],
	['/leads/custom_fields', { name: 'Own', type: 'text' }, ['code', 'sort', 'group_id', 'is_api_only', 'required_statuses', 'enums']],
	['/leads/loss_reasons', { name: 'Price' }, ['sort']],
	['/sources', { name: 'Site', external_id: 'site' }, ['pipeline_id', 'default', 'origin_code', 'services']],
	['/chats/templates', { name: 'Hi', content: 'Hi' }, ['type', 'is_editable', 'buttons', 'attachment', 'waba_header', 'waba_footer', 'waba_category', 'waba_examples']],
	['/roles', { name: 'Sales' }, ['rights']],
];

const nulls = (keys: readonly string[]) => Object.fromEntries(keys.map((key) => [key, null]));
const at = (path: string) => path.replace(':pipeline', String(bench.emulator.account.mainPipeline?.id));
/** What each write stamps. */
const STAMPS = ['updated_at', 'updated_by'];

it.each(BODIES)('extended 12 null is nothing where nothing is needed, on POST and PATCH: %s', async (path, needed, others) => {
	const id = await create(at(path), { ...nulls(others), ...needed });
	if (path === '/leads/tags') return;
	const read = (await api('GET', `${at(path)}/${id}`)).body;
	expect(await api('PATCH', `${at(path)}/${id}`, nulls(['name', ...others]))).toMatchObject({ status: path === '/roles' ? 202 : 200 });
	expect((await api('GET', `${at(path)}/${id}`)).body).toEqual({ ...read, ...Object.fromEntries(STAMPS.filter((key) => key in read).map((key) => [key, expect.any(Number)])) });
});

it('a value that is needed is not null, and no null passes where the switch is set', async () => {
	expect(errors(await api('POST', '/customers', [{ name: null }]))).toEqual({ 0: ['InvalidType name'] });
	expect(errors(await api('POST', '/tasks', [{ text: 'x', complete_till: null }]))).toEqual({ 0: ['InvalidType complete_till'] });
	bench.emulator.switches.nullsInBodies = 'reject';
	try {
		expect(errors(await api('POST', '/leads', [{ name: null, price: null, closed_at: null }]))).toEqual({ 0: ['InvalidType name', 'InvalidType price'] });
	} finally {
		bench.emulator.switches.nullsInBodies = 'ignore';
	}
});

it('extended 12 a line of an invoice without a discount may have one of nulls', async () => {
	const catalog = await create('/catalogs', { name: 'Bills', type: 'invoices' });
	const bill = (discount: unknown) => ({
		name: 'Bill',
		custom_fields_values: [
			{ field_code: 'BILL_STATUS', values: [{ enum_code: 'created' }] },
			{ field_code: 'ITEMS', values: [{ value: { description: 'Gold', unit_price: 10, quantity: 2, discount } }] },
		],
	});
	const id = await create(`/catalogs/${catalog}/elements`, bill({ type: null, value: null }));
	const line = { description: 'Gold', discount: null, total_sum: 20 };
	const values = (await api('GET', `/catalogs/${catalog}/elements/${id}`)).body.custom_fields_values;
	expect(values).toEqual(expect.arrayContaining([expect.objectContaining({ field_code: 'ITEMS', values: [{ value: expect.objectContaining(line) }] })]));
	expect(errors(await api('POST', `/catalogs/${catalog}/elements`, [bill({ type: 'amount', value: null })]))).toEqual({ 0: ['InvalidType custom_fields_values.1.values.0.value.discount.value'] });
});
