import { plain, readDelivery } from '../../../nodes/AmoCrm/trigger/delivery';
import { HOOK_EVENTS } from '../../../nodes/AmoCrm/fields/hookEvents';
import { assemble } from '../../../nodes/AmoCrm/trigger/formBody';
import { toV4 } from '../../../nodes/AmoCrm/trigger/simple';
import { WEBHOOK_CODES } from '../../../emulator/webhooks/codes';

/** Deliveries as they were captured (extended facts 1.3, 1.4), one decoded key a line. */

const ACCOUNT = `
account[subdomain]=acme
account[id]=31000001
account[_links][self]=https://acme.amocrm.ru`;

function delivered(lines: string, account = ACCOUNT) {
	const pairs = `${lines}${account}`.split('\n').filter(Boolean).map((line): [string, string] => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]);
	return readDelivery(assemble(pairs));
}

const only = (lines: string, account?: string) => {
	const { items } = delivered(lines, account);
	expect(items).toHaveLength(1);
	return items[0] as (typeof items)[number];
};

test('the list of events is that of the emulated account', () => {
	expect(HOOK_EVENTS.map(({ code }) => code).sort()).toEqual([...WEBHOOK_CODES].sort());
	expect(new Set(HOOK_EVENTS.map(({ name }) => name)).size).toBe(HOOK_EVENTS.length);
});

test('a lead that changed its stage', () => {
	const item = only(`
leads[status][0][id]=7000001
leads[status][0][name]=15
leads[status][0][status_id]=142
leads[status][0][old_status_id]=60000011
leads[status][0][price]=1500
leads[status][0][responsible_user_id]=9000001
leads[status][0][last_modified]=1760000100
leads[status][0][modified_user_id]=0
leads[status][0][created_user_id]=9000001
leads[status][0][date_create]=1760000000
leads[status][0][pipeline_id]=7100001
leads[status][0][account_id]=31000001
leads[status][0][tags][0][id]=11
leads[status][0][tags][0][name]=2024
leads[status][0][custom_fields][0][id]=251001
leads[status][0][custom_fields][0][name]=Source
leads[status][0][custom_fields][0][values][0][value]=Site
leads[status][0][custom_fields][0][values][0][enum]=139001
leads[status][0][custom_fields][1][id]=251002
leads[status][0][custom_fields][1][name]=Start
leads[status][0][custom_fields][1][values][0]=1767225600
leads[status][0][created_at]=1760000000
leads[status][0][updated_at]=1760000100`);
	expect(item).toMatchObject({ event: 'status_lead', entity: 'lead', action: 'status', account: { id: 31000001, subdomain: 'acme' } });
	expect(item.data).toEqual({
		id: 7000001,
		name: '15',
		status_id: 142,
		old_status_id: 60000011,
		price: 1500,
		responsible_user_id: 9000001,
		last_modified: 1760000100,
		modified_user_id: 0,
		created_user_id: 9000001,
		date_create: 1760000000,
		pipeline_id: 7100001,
		account_id: 31000001,
		tags: [{ id: 11, name: '2024' }],
		custom_fields_values: [
			{ field_id: 251001, field_name: 'Source', field_code: null, values: [{ value: 'Site', enum_id: 139001 }] },
			{ field_id: 251002, field_name: 'Start', field_code: null, values: [{ value: 1767225600 }] },
		],
		created_at: 1760000000,
		updated_at: 1760000100,
	});
	expect(toV4(item)).toMatchObject({ id: 7000001, created_by: 9000001, updated_by: 0, updated_at: 1760000100, _embedded: { tags: [{ name: '2024' }] } });
	expect(toV4(item)).not.toHaveProperty('last_modified');
});

test('several records, none lost', () => {
	const { items } = delivered(Array.from({ length: 40 }, (_, index) => `\nleads[update][${index}][id]=${index + 1}\nleads[update][${index}][price]=${index}`).join(''));
	expect(items.map(({ data }) => [data.id, data.price])).toEqual(Array.from({ length: 40 }, (_, index) => [index + 1, index]));
});

test('several kinds and actions in one delivery', () => {
	const { items } = delivered(`
leads[update][0][id]=1
leads[status][0][id]=1
contacts[add][0][id]=2
contacts[add][0][type]=contact
contacts[add][1][id]=3
contacts[add][1][type]=company`);
	expect(items.map(({ event }) => event)).toEqual(['update_lead', 'status_lead', 'add_contact', 'add_company']);
});

test('a contact with linked leads and a phone', () => {
	const item = only(`
contacts[add][0][id]=46001
contacts[add][0][name]=Ann Example
contacts[add][0][linked_leads_id][7000001][ID]=7000001
contacts[add][0][company_name]=Acme
contacts[add][0][linked_company_id]=47001
contacts[add][0][custom_fields][0][id]=575001
contacts[add][0][custom_fields][0][name]=Phone
contacts[add][0][custom_fields][0][values][0][value]=+15550001111
contacts[add][0][custom_fields][0][values][0][enum]=311001
contacts[add][0][custom_fields][0][code]=PHONE
contacts[add][0][type]=contact`);
	expect(item).toMatchObject({ event: 'add_contact', data: { name: 'Ann Example', linked_leads_id: [7000001], linked_company_id: 47001 } });
	expect(item.data.custom_fields_values).toEqual([
		{ field_id: 575001, field_name: 'Phone', field_code: 'PHONE', values: [{ value: '+15550001111', enum_id: 311001 }] },
	]);
	expect(toV4(item)._embedded).toEqual({ companies: [{ id: 47001 }], leads: [{ id: 7000001 }] });
});

test.each([
	['contacts[delete][0][id]=5\ncontacts[delete][0][type]=company', 'delete_company', { id: 5, type: 'company' }],
	['contacts[delete][0][id]=5', 'delete_contact', { id: 5 }],
	['companies[update][0][id]=5', 'update_company', { id: 5 }],
	['leads[delete][0][id]=5\nleads[delete][0][status_id]=142\nleads[delete][0][pipeline_id]=7', 'delete_lead', { id: 5, status_id: 142, pipeline_id: 7 }],
	['leads[responsible][0][id]=5\nleads[responsible][0][old_responsible_user_id]=9', 'responsible_lead', { id: 5, old_responsible_user_id: 9 }],
	['leads[restore][0][id]=5\nleads[restore][0][name]=', 'restore_lead', { id: 5, name: '' }],
	['task[delete][0][id]=5', 'delete_task', { id: 5 }],
	['customers[update][0][id]=5\ncustomers[update][0][next_price]=10.50', 'update_customer', { id: 5, next_price: 10.5 }],
	['task[update][0][0][id]=5', 'update_task', { id: 5 }],
])('%j is %s', (lines, event, data) => {
	expect(only(`\n${lines}`)).toMatchObject({ event, data });
});

test('a task that was completed', () => {
	const item = only(`
task[update][0][id]=3001
task[update][0][element_id]=7000001
task[update][0][element_type]=2
task[update][0][task_type]=1
task[update][0][text]=100
task[update][0][old_text]=99
task[update][0][status]=1
task[update][0][action_close]=1
task[update][0][result][id]=88001
task[update][0][result][text]=Done
task[update][0][date_create]=2026-01-10 13:07:29
task[update][0][complete_till]=2026-01-11 23:59:00
task[update][0][complete_before]=1768165140
task[update][0][created_at]=1768050449`);
	expect(item.data).toMatchObject({ text: '100', old_text: '99', status: 1, action_close: true, result: { id: 88001, text: 'Done' }, complete_till: '2026-01-11 23:59:00', complete_before: 1768165140 });
	expect(toV4(item)).toMatchObject({ entity_id: 7000001, entity_type: 'leads', task_type_id: 1, is_completed: true, complete_till: 1768165140, created_at: 1768050449 });
	expect(toV4(item)).not.toHaveProperty('status');
});

test.each([
	['leads', '2', 'note_lead', 'leads'],
	['contacts', '1', 'note_contact', 'contacts'],
	['contacts', '3', 'note_company', 'companies'],
])('a note of %s with element type %s', (key, type, event, entityType) => {
	const item = only(`
${key}[note][0][note][id]=4600001
${key}[note][0][note][text]=hello
${key}[note][0][note][note_type]=4
${key}[note][0][note][element_type]=${type}
${key}[note][0][note][element_id]=7000001
${key}[note][0][note][attachement]=
${key}[note][0][note][date_create]=2026-01-10 13:20:00
${key}[note][0][note][metadata]={"event_source":{"type":4}}
${key}[note][0][note][created_by]=9000001`);
	expect(item).toMatchObject({ event, action: 'note', data: { text: 'hello', note_type: 4, metadata: { event_source: { type: 4 } } } });
	expect(toV4(item)).toMatchObject({ id: 4600001, note_type: 'common', entity_id: 7000001, entity_type: entityType, created_by: 9000001 });
});

const MESSAGE = `
message[add][0][id]=aaaaaaaa-0000-4000-8000-000000000001
message[add][0][chat_id]=bbbbbbbb-0000-4000-8000-000000000002
message[add][0][talk_id]=100
message[add][0][contact_id]=46001
message[add][0][text]=5
message[add][0][created_at]=1768050000
message[add][0][element_type]=2
message[add][0][entity_type]=lead
message[add][0][element_id]=7000001
message[add][0][entity_id]=7000001
message[add][0][type]=incoming
message[add][0][author][id]=cccccccc-0000-4000-8000-000000000003
message[add][0][author][type]=external
message[add][0][author][name]=Ann
message[add][0][origin]=telegram`;
const MESSAGE_DATA = { id: 'aaaaaaaa-0000-4000-8000-000000000001', talk_id: 100, contact_id: 46001, text: '5', entity_id: 7000001, author: { name: 'Ann' } };

test('a chat message, with the account first', () => {
	expect(only(`${ACCOUNT}${MESSAGE}`, '')).toMatchObject({ event: 'add_message', account: { id: 31000001 }, data: MESSAGE_DATA });
});

test('a chat message without its prefix', () => {
	expect(only(MESSAGE.replace(/message\[add\]/g, 'add'))).toMatchObject({ event: 'add_message', data: MESSAGE_DATA });
	expect(only(MESSAGE.replace(/message\[add\]/g, 'add').replace('=incoming', '=outgoing'))).toMatchObject({ event: 'add_outgoing_message' });
});

test('a talk', () => {
	const item = only(`
talk[update][0][talk_id]=100
talk[update][0][is_in_work]=1
talk[update][0][is_read]=0
talk[update][0][rate]=5
talk[update][0][entity_type]=lead`);
	expect(item).toMatchObject({ event: 'update_talk', data: { talk_id: 100, is_in_work: true, is_read: false, rate: 5, entity_type: 'lead' } });
});

test('an incoming lead, and what became of it', () => {
	const added = only(`
unsorted[add][0][uid]=0f0e0d0c0b0a
unsorted[add][0][category]=forms
unsorted[add][0][created_at]=1768050000
unsorted[add][0][pipeline_id]=7100001
unsorted[add][0][source_data][data][1][name]=id
unsorted[add][0][source_data][data][1][value]=007
unsorted[add][0][data][leads][0][id]=7000002`);
	expect(added).toMatchObject({ event: 'add_unsorted', data: { pipeline_id: 7100001, source_data: { data: { 1: { name: 'id', value: '007' } } }, data: { leads: [{ id: 7000002 }] } } });
	const accepted = only(`
unsorted[delete][0][action]=accept
unsorted[delete][0][uid]=0f0e0d0c0b0a
unsorted[delete][0][category]=forms
unsorted[delete][0][accept_result][leads][0]=7000002
unsorted[delete][0][modified_user_id]=9000001
unsorted[delete][0][created_at]=1768050100`);
	expect(accepted).toMatchObject({ event: 'delete_unsorted', data: { action: 'accept', accept_result: { leads: [7000002] } } });
	expect(toV4(accepted)).toMatchObject({ uid: '0f0e0d0c0b0a', outcome: 'accept', lead_id: 7000002, updated_by: 9000001 });
	expect(toV4(accepted)).not.toHaveProperty('action');
});

test('a list element, seven levels deep', () => {
	const item = only(`
catalogs[add][0][id]=500001
catalogs[add][0][catalog_id]=9001
catalogs[add][0][custom_fields][0][id]=610001
catalogs[add][0][custom_fields][0][name]=Items
catalogs[add][0][custom_fields][0][values][0][value][product_id]=500777
catalogs[add][0][custom_fields][0][values][0][value][quantity]=2
catalogs[add][0][custom_fields][0][values][0][value][description]=12`);
	expect(item).toMatchObject({ event: 'add_catalog', data: { id: 500001, catalog_id: 9001 } });
	expect(item.data.custom_fields_values).toMatchObject([{ field_id: 610001, values: [{ value: { product_id: 500777, quantity: 2, description: '12' } }] }]);
});

test('a WhatsApp template review, under its key and without', () => {
	for (const prefix of ['chat_template_reviews[add]', 'add']) {
		expect(only(`\n${prefix}[0][id]=3\n${prefix}[0][type]=waba\n${prefix}[0][is_on_review]=1\n${prefix}[0][reviews][0][status]=approved`)).toMatchObject({
			event: 'add_chat_template_review',
			data: { id: 3, is_on_review: true, reviews: [{ status: 'approved' }] },
		});
	}
});

test('a Digital Pipeline hook', () => {
	expect(only('\nleads[status][0][id]=1\nleads[status][0][pipeline_id]=7\nleads[status][0][status_id]=142\nleads[status][0][old_pipeline_id]=8\nleads[status][0][old_status_id]=143', '')).toMatchObject({
		event: 'status_lead',
		account: {},
		data: { id: 1, pipeline_id: 7, status_id: 142, old_pipeline_id: 8, old_status_id: 143 },
	});
	expect(only('\nleads[mail_in][0][id]=1', '')).toMatchObject({ event: 'mail_in_lead', entity: 'lead', action: 'mail_in' });
});

test('what no table knows is passed on whole', () => {
	expect(delivered('\nrockets[launch][0][id]=1\nrockets[launch][0][name]=x\nnews=5').items).toEqual([
		{ event: 'unknown', entity: '', action: '', account: { id: 31000001, subdomain: 'acme' }, data: { rockets: { launch: [{ id: '1', name: 'x' }] }, news: '5' } },
	]);
	expect(delivered('\nleads[update][0][id]=1\nrockets=1').items.map(({ event }) => event)).toEqual(['update_lead', 'unknown']);
	expect(delivered('').items).toMatchObject([{ event: 'unknown', data: {} }]);
});

test('the account may be known by its subdomain only', () => {
	expect(delivered('\nleads[update][0][id]=1', '\naccount[subdomain]=acme').account).toEqual({ subdomain: 'acme' });
});

test('numeric keys with gaps stay a map', () => {
	expect(plain(assemble([['a[1]', 'x'], ['a[2]', 'y']]))).toEqual({ a: { 1: 'x', 2: 'y' } });
});

test('a number that begins with zeros keeps them, and a tax number is a text as in API v4', () => {
	const item = only(`
contacts[update][0][id]=1
contacts[update][0][type]=company
contacts[update][0][external_id]=00042
contacts[update][0][custom_fields][0][id]=5
contacts[update][0][custom_fields][0][values][0][value][name]=Acme
contacts[update][0][custom_fields][0][values][0][value][vat_id]=7707083893
contacts[update][0][custom_fields][0][values][0][value][entity_id]=7`);
	expect(item.data).toMatchObject({
		external_id: '00042',
		custom_fields_values: [{ field_id: 5, values: [{ value: { name: 'Acme', vat_id: '7707083893', entity_id: 7 } }] }],
	});
});
