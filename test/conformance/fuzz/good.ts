/** Bodies that their routes accept, to be spoilt one leaf at a time. Keys are the routes as they are registered. */

const field = { field_id: 251_012, values: [{ value: 'x', enum_id: null }] };
const lead = {
	name: 'Lead', price: 1.5, status_id: 142, pipeline_id: 7_100_001, responsible_user_id: 9_000_001, created_at: 1_700_000_000, closed_at: 1_700_000_000, loss_reason_id: 4_200_001,
	custom_fields_values: [{ field_id: 251_006, values: [{ value: 'Website' }] }, { field_id: 251_009, values: [{ value: 15 }] }, { field_code: 'UTM_SOURCE', values: [{ value: 'x' }] }],
	tags_to_add: [{ name: 'vip' }], _embedded: { tags: [{ name: 'hot' }], contacts: [{ id: 46_000_001, is_main: true }], companies: [{ id: 47_000_001 }] }, request_id: 'a',
};
const contact = { name: 'Ann', first_name: 'Ann', custom_fields_values: [{ field_code: 'PHONE', values: [{ value: '+15550001', enum_code: 'WORK' }] }], tags_to_add: [{ name: 'vip' }] };
const task = { text: 'Call', complete_till: 1_900_000_000, entity_id: 7_000_001, entity_type: 'leads', task_type_id: 1, result: { text: 'done' }, is_completed: true };
const link = { to_entity_id: 46_000_001, to_entity_type: 'contacts', metadata: { is_main: true, quantity: 1.5, catalog_id: 9_001 } };
const note = { entity_id: 7_000_001, note_type: 'common', params: { text: 'x' }, created_by: 9_000_001 };
const pipeline = { name: 'P', sort: 1, is_main: false, is_unsorted_on: true, _embedded: { statuses: [{ name: 'S', sort: 1, color: '#fffeb2', descriptions: [{ level: 'newbie', description: 'd' }] }, { id: 142, name: 'Won' }] } };
const unsorted = (metadata: object) => [{ source_uid: 's', source_name: 'n', pipeline_id: 7_100_001, created_at: 1_700_000_000, metadata, _embedded: { leads: [{ name: 'L' }], contacts: [contact], companies: [{ name: 'Acme' }] } }];
const definition = { name: 'F', type: 'select', code: 'C', sort: 5, enums: [{ value: 'a', sort: 1, code: 'A' }], required_statuses: [{ status_id: 142, pipeline_id: 7_100_001 }] };

const api: Record<string, unknown> = {
	'/leads': [lead],
	'/leads/:id': { name: 'x', custom_fields_values: [field] },
	'/leads/complex': [{ ...lead, _embedded: { contacts: [contact], companies: [{ name: 'Acme' }], metadata: { category: 'forms', form_id: 'f' }, source: { external_id: 'x' } } }],
	'/contacts': [contact],
	'/contacts/:id': contact,
	'/companies': [{ name: 'Acme', tags_to_add: [{ name: 'x' }] }],
	'/customers': [{ name: 'Acme', next_date: 1_900_000_000, next_price: 5, _embedded: { segments: [{ id: 43 }] } }],
	'/tasks': [task],
	'/tasks/:id': task,
	'/leads/notes': [note],
	'/leads/:entityId/notes': [note],
	'/leads/:id/link': [link],
	'/leads/:id/unlink': [link],
	'/leads/link': [{ ...link, entity_id: 7_000_001 }],
	'/leads/unlink': [{ ...link, entity_id: 7_000_001 }],
	'/leads/tags': [{ name: 'x', color: '8699DA' }],
	'/leads/pipelines': [pipeline],
	'/leads/pipelines/:id': pipeline,
	'/leads/pipelines/:id/statuses': [{ name: 'S', sort: 1, color: '#fffeb2', descriptions: [{ level: 'newbie', description: 'd' }] }],
	'/leads/loss_reasons': [{ name: 'x', sort: 1 }],
	'/leads/unsorted/forms': unsorted({ form_id: '1', form_name: 'F', form_page: 'x', ip: '1.1.1.1', form_sent_at: 1, referer: 'y' }),
	'/leads/unsorted/sip': unsorted({ phone: 1, called_at: 1, duration: '0', link: '', service_code: 'x', uniq: 'u', is_call_event_needed: true }),
	'/leads/custom_fields': [definition],
	'/leads/custom_fields/:id': { name: 'G', enums: [{ value: 'b' }], nested: [{ value: 'c', request_id: 'p' }] },
	'/leads/custom_fields/groups': [{ name: 'G', sort: 1, fields: [251_006] }],
	'/catalogs': [{ name: 'C', type: 'invoices', sort: 1, can_add_elements: true }],
	'/catalogs/:catalogId/elements': [{ name: 'E', custom_fields_values: [{ field_code: 'ITEMS', values: [{ value: { unit_price: 1, quantity: 2, discount: { type: 'percentage', value: 5 } } }] }] }],
	'/customers/mode': { mode: 'periodicity', is_enabled: true },
	'/customers/:id/transactions': [{ price: 5, comment: 'x', _embedded: { catalog_elements: [{ id: 500_001, metadata: { catalog_id: 9_001, quantity: 1 } }] } }],
	'/customers/:id/bonus_points': { earn: 5 },
	'/customers/segments': { name: 'VIP', color: 'ae003f', custom_fields_values: [] },
	'/calls': [{ direction: 'inbound', duration: 5, source: 'pbx', phone: '+15550001', call_status: 4, created_by: 9_000_001 }],
	'/webhooks': { destination: 'http://127.0.0.1:9/hook', settings: ['add_lead', 'update_contact'], sort: 1 },
	'/sources': [{ name: 'S', external_id: 'x', default: true, services: [{ type: 'whatsapp', pages: [{ id: 1, name: 'p', link: 'l' }], params: { waba: true } }] }],
	'/roles': [{ name: 'R', rights: { leads: { view: 'A', edit: 'D', add: 'D', delete: 'D', export: 'D' }, status_rights: [{}] } }],
	'/users': [{ name: 'Joe', email: 'joe@demo.example', password: 'Secret1', rights: { role_id: 3_141 } }],
	'/short_links': [{ url: 'https://a.example', metadata: { entity_type: 'contacts', entity_id: 46_000_001 } }],
	'/chats/templates': [{ name: 'T', content: 'Hi', type: 'waba', buttons: [{ type: 'inline', text: 'x' }], attachment: { id: 'x', name: 'n', type: 'file' } }],
	'/website_buttons': { pipeline_id: 7_100_001, trusted_websites: ['a.example'] },
	'/widgets/:code': { login: 'me' },
	'/contacts/chats': [{ contact_id: 46_000_001, chat_id: '0f0e0d0c-0b0a-4000-8000-000000000001' }],
};

export const GOOD: Readonly<Record<string, unknown>> = {
	...Object.fromEntries(Object.entries(api).map(([path, body]) => [`/api/v4${path}`, body])),
	'/api/v2/salesbot/run': [{ bot_id: 5_001, entity_id: 7_000_001, entity_type: 2 }],
	'/oauth2/access_token': { client_id: '11111111-2222-4333-8444-555555555555', client_secret: 'x', grant_type: 'refresh_token', refresh_token: 'x', redirect_uri: 'x' },
	'/v1.0/sessions': { file_name: 'a.txt', file_size: 5, content_type: 'text/plain', with_preview: false, created_by: { id: 1, type: 'user' } },
	'/v1.0/files': [{ uuid: 'x' }],
	'/__emulator/ui/leads': lead,
	'/__emulator/ui/tasks': task,
	'/__emulator/ui/messages': { contactId: 46_000_001, text: 'Hi' },
	'/__emulator/ui/unsorted': { category: 'chats', metadata: { a: 1 }, lead: { name: 'x' }, contact: { name: 'y' } },
};
