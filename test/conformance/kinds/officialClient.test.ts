import { rows, useBench, type Answer } from '../../../emulator/testing/client';

/**
 * Bodies in the shapes that the official PHP client gives them, seen by driving it against the emulator: a request_id in every
 * row, null for what is not set, [] where there is nothing to say, whole records where an id would do. facts: extended 12
 */

const bench = useBench({ language: 'ru', seed: 'demo' });
const { api, create } = bench;

const NOW = 1_795_000_000;
const REQUEST = { request_id: '0' };
const LEVELS = { view: 'M', edit: 'M', add: 'D', delete: 'M', export: 'M' };
const RIGHTS = { leads: LEVELS, contacts: LEVELS, companies: LEVELS, tasks: { edit: 'A', delete: 'A' }, status_rights: null, mail_access: false, catalog_rights: null, catalog_access: true };
const PAYER_KEYS = 'name vat_id kpp tax_registration_reason_code address bank_code unp bin egrpou real_address mfo bank_account_number oked phone email director'.split(' ');
const nulls = (keys: readonly string[]) => Object.fromEntries(keys.map((key) => [key, null]));

const first = (answer: Answer, key: string): number => Number(rows(answer, key)[0]?.id);
const some = async (path: string, key: string) => first(await api('GET', path), key);
const lead = () => some('/leads', 'leads');
const contact = () => some('/contacts', 'contacts');
const customer = () => some('/customers', 'customers');
const pipeline = () => bench.emulator.account.mainPipeline?.id;

/** What is sent, and the ids that its address needs. */
interface Sent {
	path: string;
	body: unknown;
}

const EXCHANGES: [call: string, status: number, sent: () => Promise<Sent> | Sent][] = [
	['POST notes, of several types', 200, async () => ({ path: '/leads/notes', body: [
		{ entity_id: await lead(), note_type: 'service_message', params: { text: 't', service: 'Site' }, created_by: 0, request_id: '0' },
		{ entity_id: await lead(), note_type: 'sms_out', params: { text: 't', phone: '+79120000000' }, created_by: 0, request_id: '1' },
		{ entity_id: await lead(), note_type: 'call_in', params: { uniq: 'u', duration: 148, source: 'pbx', link: 'https://a.example/a.mp3', phone: '+79120000000', call_result: 'ok', call_status: 4 }, request_id: '2' },
	] })],
	['POST pin', 204, async () => ({ path: `/leads/notes/${await create('/leads/notes', { entity_id: await lead(), note_type: 'common', params: { text: 'x' } })}/pin`, body: [] })],
	['POST link, in a mass', 200, async () => ({ path: '/leads/link', body: [{ entity_type: null, entity_id: await lead(), to_entity_type: 'contacts', to_entity_id: await contact(), metadata: { updated_by: bench.emulator.account.users.keys().next().value } }] })],
	['POST unlink, without metadata', 204, async () => ({ path: `/leads/${await lead()}/unlink`, body: [{ entity_type: null, entity_id: null, to_entity_type: 'contacts', to_entity_id: await contact(), metadata: null }] })],
	['POST complex', 200, () => ({ path: '/leads/complex', body: [{ name: 'L', price: 1000.55, pipeline_id: pipeline(), _embedded: { tags: [{ name: 'x' }], contacts: [{ first_name: 'A', last_name: 'B' }], companies: [{ name: 'C' }] }, request_id: 'q1' }] })],
	['POST lead with nulls beside its values', 200, () => ({ path: '/leads', body: [{ name: 'L', custom_fields_values: [{ field_id: null, field_code: 'UTM_SOURCE', values: [{ value: 'x' }] }], ...REQUEST }] })],
	['POST contact with a phone without a kind', 200, () => ({ path: '/contacts', body: [{ name: 'A', custom_fields_values: [{ field_id: null, field_code: 'PHONE', values: [{ value: '+79120000000', enum_id: null, enum_code: null }] }], ...REQUEST }] })],
	['POST transactions', 200, async () => ({ path: `/customers/${await customer()}/transactions?accrue_bonus=false`, body: [{ price: 123, completed_at: NOW, comment: 'x', next_date: NOW, next_price: 500, ...REQUEST }] })],
	['POST bonus points', 200, async () => ({ path: `/customers/${await customer()}/bonus_points`, body: { earn: 100 } })],
	['POST pipeline', 200, () => ({ path: '/leads/pipelines', body: [{ name: 'P', sort: 30, is_main: false, is_unsorted_on: true, _embedded: { statuses: [{ name: 'S', sort: 10, color: '#fffeb2', ...REQUEST }, { id: 142, name: 'Yes', sort: 10_000, request_id: '1' }] }, ...REQUEST }] })],
	['PATCH pipeline', 200, () => ({ path: `/leads/pipelines/${pipeline()}`, body: { name: 'Sales', sort: 1, is_main: true, is_unsorted_on: true, ...REQUEST } })],
	['DELETE loss reason', 204, async () => ({ path: `/leads/loss_reasons/${await create('/leads/loss_reasons', { name: 'x', sort: 5, ...REQUEST })}`, body: [] })],
	['POST role', 201, () => ({ path: '/roles', body: [{ name: 'R', rights: RIGHTS, ...REQUEST }] })],
	['POST user', 201, () => ({ path: '/users', body: [{ name: 'U', email: 'u@demo.example', password: 'Secret1', rights: RIGHTS, lang: 'ru', ...REQUEST }] })],
	['POST source', 200, () => ({ path: '/sources', body: [{ name: 'S', external_id: 'ext', origin_code: 'telegram', pipeline_id: pipeline(), default: true, services: [{ type: 'whatsapp', pages: [{ id: 'p', name: 'P', link: '+79120000000' }], params: [] }], ...REQUEST }] })],
	['DELETE sources, named by whole records', 204, async () => ({ path: '/sources', body: [{ id: await create('/sources', { name: 'S', external_id: 'gone' }), name: 'S', external_id: 'gone', pipeline_id: pipeline(), default: false, ...REQUEST }] })],
	['POST template', 200, () => ({ path: '/chats/templates', body: [{ name: 'T', content: '{{lead.name}}', buttons: [{ type: 'inline', text: 'Yes' }, { type: 'url', text: 'l', url: 'https://a.example' }], is_editable: true, external_id: 't', attachment: null, type: 'amocrm', ...REQUEST }] })],
	['PATCH template', 200, async () => ({ path: `/chats/templates/${await create('/chats/templates', { name: 'T', content: 'x' })}`, body: { name: 'T', content: 'y', buttons: null, is_editable: true, external_id: 'e', attachment: null, type: 'amocrm', ...REQUEST } })],
	['DELETE template', 204, async () => ({ path: `/chats/templates/${await create('/chats/templates', { name: 'T', content: 'x' })}`, body: [] })],
	['POST webhook', 200, () => ({ path: '/webhooks', body: { destination: 'https://a.example/', settings: ['add_lead'] } })],
	['POST button, asynchronous', 200, () => ({ path: '/website_buttons', body: { pipeline_id: pipeline(), is_used_in_app: true, trusted_websites: ['a.example'], name: 'B' } })],
	['POST custom fields of every kind of name', 200, () => ({ path: '/leads/custom_fields', body: [
		{ type: 'text', name: 'a', sort: 10, request_id: '0' },
		{ type: 'select', name: 'b', code: 'B', sort: 20, request_id: '1', enums: [{ value: 'x', sort: 10, code: 'first' }, { value: 'y', sort: 20 }] },
		{ type: 'monetary', name: 'c', sort: 30, request_id: '2', currency: 'USD', is_api_only: true },
		{ type: 'birthday', name: 'd', sort: 40, request_id: '3', remind: 'week' },
	] })],
	['POST invoice with a payer of nulls', 200, async () => {
		const [bills] = [...bench.emulator.account.catalogs.values()].filter(({ type }) => type === 'invoices');
		const values = {
			BILL_STATUS: { value: 'Оплачен в аванс' },
			PAYER: { value: { ...nulls(PAYER_KEYS), entity_type: 'contacts', entity_id: await contact() } },
			ITEMS: { value: { ...nulls(['sku', 'vat_rate_id', 'vat_rate_value', 'external_uid', 'product_id', 'bonus_points_per_purchase', 'metadata']), description: 'Gold', unit_price: 150, quantity: 10, unit_type: 'kg', discount: { type: null, value: null } } },
			LEGAL_ENTITY: { value: { name: 'Acme', entity_type: 1, ...nulls(['vat_id', 'kpp', 'address', 'bank_code', 'external_uid', 'unp', 'bin', 'egrpou', 'mfo', 'oked', 'director']) } },
		};
		return { path: `/catalogs/${bills?.id}/elements`, body: [{ name: 'Bill', created_at: NOW, custom_fields_values: Object.entries(values).map(([field_code, value]) => ({ field_id: null, field_code, values: [value] })), ...REQUEST }] };
	}],
	['POST incoming lead of a form', 200, () => ({ path: '/leads/unsorted/forms', body: [{ source_name: 'Site', source_uid: 'u', created_at: NOW, pipeline_id: pipeline(), metadata: { form_id: 'f', form_name: 'F', form_page: 'https://a.example', form_sent_at: NOW, referer: 'https://b.example', ip: '192.168.0.1' }, _embedded: { leads: [{ name: 'L', price: 5 }], contacts: [{ name: 'A' }], companies: [{ name: 'C' }] }, ...REQUEST }] })],
	['POST short link', 200, async () => ({ path: '/short_links', body: [{ url: 'https://a.example', metadata: { entity_id: await contact(), entity_type: 'contacts' } }] })],
	['POST chat of a contact', 200, async () => ({ path: '/contacts/chats', body: [{ contact_id: await contact(), chat_id: '0f0e0d0c-0b0a-4000-8000-000000000001', ...REQUEST }] })],
	['POST widget', 200, () => ({ path: '/widgets/demo_widget', body: { login: 'a', password: 'b' } })],
	['DELETE widget', 204, () => ({ path: '/widgets/demo_widget', body: [] })],
];

it.each(EXCHANGES)('extended 12 %s is %d as the official client sends it', async (call, status, sent) => {
	const { path, body } = await sent();
	expect(await api(String(call.split(' ')[0]), path, body)).toMatchObject({ status });
});
