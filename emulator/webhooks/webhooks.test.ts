import { openBench, rows, type Bench } from '../testing/client';
import { openReceiver, type Receiver } from '../testing/receiver';
import { prepareAct } from '../testing/acts';
import { WEBHOOK_CODES } from './codes';

/** Subscriptions and their delivery over real HTTP. facts: extended 1 */

let bench: Bench;
let receiver: Receiver;

beforeEach(async () => {
	bench = await openBench();
	receiver = await openReceiver();
});

afterEach(async () => {
	await bench.close();
	await receiver.close();
});

const subscribe = (settings: string[], destination = receiver.url) => bench.api('POST', '/webhooks', { destination, settings });

/** The keys and values of the only hook so far. */
async function onlyHook(): Promise<Record<string, string>> {
	await bench.emulator.deliveries.settled();
	expect(receiver.hooks).toHaveLength(1);
	return Object.fromEntries(receiver.hooks[0]?.pairs ?? []);
}

describe('extended 1.1 subscriptions', () => {
	it('extended 1.1 subscriptions are kept by destination, listed with totals and deleted by URL', async () => {
		expect(await bench.api('GET', '/webhooks')).toMatchObject({ status: 204 });
		const created = await subscribe(['add_lead', 'status_lead']);
		expect(created).toMatchObject({ status: 200, body: { destination: receiver.url, settings: ['add_lead', 'status_lead'], disabled: false, sort: 10 } });
		await subscribe(['note_lead'], 'https://other.example/hook');
		const found = await bench.api('GET', `/webhooks?filter[destination]=${encodeURIComponent(receiver.url)}`);
		expect(found.body).toMatchObject({ _total_items: 1, _embedded: { webhooks: [{ id: created.body.id }] } });
		expect((await subscribe(['update_lead'])).body).toMatchObject({ id: created.body.id, settings: ['update_lead'] });
		expect(await bench.api('DELETE', '/webhooks', { destination: receiver.url })).toMatchObject({ status: 204 });
		expect(await bench.api('DELETE', '/webhooks', { destination: receiver.url })).toMatchObject({ status: 404 });
		expect(await bench.api('GET', `/webhooks/${String(created.body.id)}`)).toMatchObject({ status: 404 });
	});

	it.each([
		['an unknown code', { settings: ['add_call'] }, 'settings.0'],
		['no codes', { settings: [] }, 'settings'],
		['no URL', { destination: 'nowhere', settings: ['add_lead'] }, 'destination'],
	])('extended 1.1 POST /webhooks refuses: %s', async (_name, body, path) => {
		const answer = await bench.api('POST', '/webhooks', { destination: receiver.url, ...body });
		expect(answer.status).toBe(400);
		expect(answer.body['validation-errors']).toEqual([{ errors: [expect.objectContaining({ path })] }]);
	});

	it('extended 1.1 an account has 100 webhooks', async () => {
		for (let index = 0; index < 100; index += 1) await subscribe(['add_lead'], `https://example.test/${index}`);
		expect(await subscribe(['add_lead'], 'https://example.test/one-more')).toMatchObject({ status: 422 });
	});

	it('extended 1.1 subscriptions need an administrator', async () => {
		const [, manager] = [...bench.emulator.account.users.keys()];
		const answer = await bench.api('GET', '/webhooks', undefined, { 'x-context-user-id': String(manager) });
		expect(answer.status).toBe(403);
	});
});

describe('extended 1.3 and 1.4 the body', () => {
	it('extended 1.3 the body is v2 in brackets, account last, only what is filled', async () => {
		await subscribe(['add_lead']);
		const { account } = bench.emulator;
		const field = (type: string) => account.fieldsOf('leads').find((row) => row.type === type)?.id ?? 0;
		const source = account.customFields.get(field('select'));
		const id = await bench.create('/leads', {
			name: 'Order 15 & more',
			price: 1500,
			tags_to_add: [{ name: 'vip' }],
			custom_fields_values: [
				{ field_id: source?.id, values: [{ enum_id: source?.enums?.[0]?.id }] },
				{ field_id: field('date'), values: [{ value: 1_767_225_600 }] },
				{ field_id: field('checkbox'), values: [{ value: false }] },
			],
		});
		const hook = await onlyHook();
		const lead = account.leads.get(id);
		expect(receiver.hooks[0]?.type).toBe('application/x-www-form-urlencoded');
		expect(receiver.hooks[0]?.raw).toContain('leads%5Badd%5D%5B0%5D%5Bname%5D=Order+15+%26+more');
		expect(hook).toEqual({
			'leads[add][0][id]': String(id),
			'leads[add][0][name]': 'Order 15 & more',
			'leads[add][0][status_id]': String(lead?.status_id),
			'leads[add][0][price]': '1500',
			'leads[add][0][responsible_user_id]': String(lead?.responsible_user_id),
			'leads[add][0][last_modified]': String(lead?.updated_at),
			'leads[add][0][modified_user_id]': String(lead?.updated_by),
			'leads[add][0][created_user_id]': String(lead?.created_by),
			'leads[add][0][date_create]': String(lead?.created_at),
			'leads[add][0][pipeline_id]': String(lead?.pipeline_id),
			'leads[add][0][account_id]': String(account.info.id),
			'leads[add][0][tags][0][id]': String(lead?.tag_ids[0]),
			'leads[add][0][tags][0][name]': 'vip',
			'leads[add][0][custom_fields][0][id]': String(source?.id),
			'leads[add][0][custom_fields][0][name]': source?.name,
			'leads[add][0][custom_fields][0][values][0][value]': source?.enums?.[0]?.value,
			'leads[add][0][custom_fields][0][values][0][enum]': String(source?.enums?.[0]?.id),
			'leads[add][0][custom_fields][0][code]': 'SOURCE',
			'leads[add][0][custom_fields][1][id]': String(field('date')),
			'leads[add][0][custom_fields][1][name]': account.customFields.get(field('date'))?.name,
			// A date is a bare value: no [value] key. Stored as midnight in the account's timezone (New York).
			'leads[add][0][custom_fields][1][values][0]': '1767157200',
			'leads[add][0][custom_fields][2][id]': String(field('checkbox')),
			'leads[add][0][custom_fields][2][name]': account.customFields.get(field('checkbox'))?.name,
			'leads[add][0][custom_fields][2][values][0][value]': '0',
			'leads[add][0][created_at]': String(lead?.created_at),
			'leads[add][0][updated_at]': String(lead?.updated_at),
			'account[subdomain]': 'demo',
			'account[id]': String(account.info.id),
			'account[_links][self]': bench.emulator.url,
		});
		expect(receiver.hooks[0]?.pairs.at(-3)?.[0]).toBe('account[subdomain]');
	});

	it('extended 1.4 a stage change comes as update and as status with the old stage, in two requests', async () => {
		const id = await bench.create('/leads');
		const before = bench.emulator.account.leads.get(id)?.status_id;
		await subscribe(['update_lead', 'status_lead', 'responsible_lead']);
		await bench.api('PATCH', `/leads/${id}`, { status_id: 142 });
		await bench.emulator.deliveries.settled();
		expect(receiver.hooks.map((hook) => hook.pairs[0]?.[0])).toEqual(['leads[update][0][id]', 'leads[status][0][id]']);
		expect(receiver.hooks[1]?.get('leads[status][0][status_id]')).toBe('142');
		expect(receiver.hooks[1]?.get('leads[status][0][old_status_id]')).toBe(String(before));
		expect(receiver.hooks[0]?.get('leads[update][0][old_status_id]')).toBeUndefined();
	});

	it('extended 1.4 a company goes under contacts with a type; linked leads are a map', async () => {
		await subscribe(['update_company']);
		const company = await bench.create('/companies', { name: 'Acme' });
		const lead = await bench.create('/leads', { _embedded: { companies: [{ id: company }] } });
		await bench.api('PATCH', `/companies/${company}`, { custom_fields_values: [{ field_code: 'PHONE', values: [{ value: '+15550001111', enum_code: 'WORK' }] }] });
		const hook = await onlyHook();
		expect(hook).toMatchObject({
			'contacts[update][0][id]': String(company),
			'contacts[update][0][type]': 'company',
			[`contacts[update][0][linked_leads_id][${lead}][ID]`]: String(lead),
			'contacts[update][0][custom_fields][0][code]': 'PHONE',
			'contacts[update][0][custom_fields][0][values][0][value]': '+15550001111',
		});
		expect(hook['contacts[update][0][custom_fields][0][values][0][enum]']).toMatch(/^\d+$/);
	});

	it('extended 1.4 a completed task tells old text, result and local times', async () => {
		const id = await bench.create('/tasks', { text: 'Call', complete_till: 1_768_165_140 });
		await subscribe(['update_task']);
		await bench.api('PATCH', `/tasks/${id}`, { is_completed: true, result: { text: 'Done' } });
		expect(await onlyHook()).toMatchObject({
			'task[update][0][id]': String(id),
			'task[update][0][text]': 'Call',
			'task[update][0][old_text]': 'Call',
			'task[update][0][status]': '1',
			'task[update][0][action_close]': '1',
			'task[update][0][result][text]': 'Done',
			'task[update][0][complete_till]': '2026-01-11 15:59:00',
			'task[update][0][complete_before]': '1768165140',
		});
	});

	it('extended 1.4 a note has one level more', async () => {
		const lead = await bench.create('/leads');
		await subscribe(['note_lead']);
		await bench.api('POST', `/leads/${lead}/notes`, [{ note_type: 'common', params: { text: 'hello' } }]);
		const hook = await onlyHook();
		expect(hook).toMatchObject({
			'leads[note][0][note][text]': 'hello',
			'leads[note][0][note][note_type]': '4',
			'leads[note][0][note][element_type]': '2',
			'leads[note][0][note][element_id]': String(lead),
			'leads[note][0][note][attachement]': '',
		});
		expect(hook['leads[note][0][note][date_create]']).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/);
	});

	it('extended 1.3 a mass edit comes with all its rows in one request', async () => {
		await subscribe(['add_lead', 'update_lead']);
		const made = await bench.api('POST', '/leads', Array.from({ length: 30 }, (_, index) => ({ name: `n${index}` })));
		await bench.api('PATCH', '/leads', rows(made, 'leads').map(({ id }) => ({ id, price: 5 })));
		await bench.emulator.deliveries.settled();
		expect(receiver.hooks).toHaveLength(2);
		expect(receiver.hooks[0]?.get('leads[add][29][name]')).toBe('n29');
		expect(receiver.hooks[1]?.get('leads[update][29][price]')).toBe('5');
	});

	it('extended 1.3 list elements keep their depth', async () => {
		const catalog = await bench.create('/catalogs', { name: 'Goods' });
		const field = await bench.create(`/catalogs/${catalog}/custom_fields`, { name: 'Items', type: 'items' });
		await subscribe(['add_catalog']);
		const id = await bench.create(`/catalogs/${catalog}/elements`, {
			name: 'Order',
			custom_fields_values: [{ field_id: field, values: [{ value: { product_id: 1, quantity: 2 } }] }],
		});
		expect(await onlyHook()).toMatchObject({
			'catalogs[add][0][id]': String(id),
			'catalogs[add][0][catalog_id]': String(catalog),
			'catalogs[add][0][custom_fields][0][values][0][value][quantity]': '2',
		});
	});
});

describe('extended 1.5 delivery', () => {
	const MINUTE = 60_000;
	const attempts = () => receiver.hooks.length;
	const fire = async () => {
		await bench.create('/leads');
		await bench.emulator.deliveries.settled();
	};

	it.each([
		['a 503', 503, [5, 15, 15, 60], 5],
		['a 404', 404, [5, 15], 3],
		['a redirect', 302, [5, 15], 3],
	])('extended 1.5 retries after 5, 15, 15 and 60 minutes: %s', async (_name, status, minutes, total) => {
		receiver.answer = status;
		await subscribe(['add_lead']);
		await fire();
		expect(attempts()).toBe(1);
		for (const [index, wait] of minutes.entries()) {
			// Half a minute early, then a second late: real time that passes meanwhile counts too.
			await bench.emulator.clock.advance(wait * MINUTE - 30_000);
			expect(attempts()).toBe(index + 1);
			await bench.emulator.clock.advance(31_000);
			expect(attempts()).toBe(index + 2);
		}
		await bench.emulator.clock.advance(24 * 60 * MINUTE);
		expect(attempts()).toBe(total);
		expect(new Set(receiver.hooks.map(({ raw }) => raw)).size).toBe(1);
	});

	it('extended 1.5 delivery gives up waiting after two seconds and stops after the first good answer', async () => {
		receiver.answer = 'hang';
		await subscribe(['add_lead']);
		const before = Date.now();
		await fire();
		expect(Date.now() - before).toBeGreaterThanOrEqual(1_900);
		expect(bench.emulator.deliveries.log).toMatchObject([{ status: 499, attempt: 1 }]);
		receiver.answer = 204;
		await bench.emulator.clock.advance(6 * MINUTE);
		await bench.emulator.clock.advance(120 * MINUTE);
		expect(attempts()).toBe(2);
	});

	it('extended 1.5 amoCRM switches a hook off after more than a hundred bad answers in two hours', async () => {
		receiver.answer = 500;
		const { body } = await subscribe(['add_lead']);
		for (let index = 0; index < 101; index += 1) {
			bench.emulator.ui.create('leads', {});
			await new Promise((resolve) => setImmediate(resolve));
		}
		await bench.emulator.deliveries.settled();
		const hook = bench.emulator.account.webhooks.get(body.id as number);
		expect(bench.emulator.deliveries.log).toHaveLength(101);
		expect(hook?.disabled).toBe(true);
		await bench.emulator.clock.advance(300 * MINUTE);
		await fire();
		expect(attempts()).toBe(101);
		receiver.answer = 200;
		await bench.call('POST', '/__emulator/ui/webhooks/enable', { destination: receiver.url });
		await fire();
		expect(attempts()).toBe(102);
	});

	it('extended 1.5 a retry goes to no one after the hook is gone', async () => {
		receiver.answer = 500;
		await subscribe(['add_lead']);
		await fire();
		await bench.api('DELETE', '/webhooks', { destination: receiver.url });
		await bench.emulator.clock.advance(120 * MINUTE);
		expect(attempts()).toBe(1);
	});
});

/** Everything that can be subscribed to can also be made to happen. */
describe('extended 1.2 events', () => {
	it.each([...WEBHOOK_CODES])('extended 1.2 every code of the table is delivered: %s', async (code) => {
		const { act } = await prepareAct(bench, code);
		expect((await subscribe([code])).status).toBe(200);
		await act();
		const hook = await onlyHook();
		const [action = '', ...rest] = code.split('_');
		const suffix = rest.join('_');
		const key = { task: 'task', talk: 'talk', message: 'message', outgoing_message: 'outgoing_message', unsorted: 'unsorted', catalog: 'catalogs', company: 'contacts', chat_template_review: 'chat_template_reviews' }[suffix] ?? `${suffix}s`;
		expect(Object.keys(hook).some((name) => name.startsWith(`${key}[${action}][0]`))).toBe(true);
	});
});

describe('extended 1.6 hooks of the digital pipeline', () => {
	it('extended 1.6 a lead that comes to a stage is told to the hook of the stage, with its place and the one before alone', async () => {
		const [pipeline] = bench.emulator.account.pipelines.values();
		const [, first, second] = pipeline?.statuses ?? [];
		const place = { pipeline_id: pipeline?.id, status_id: second?.id };
		const made = await bench.call('POST', '/__emulator/ui/stage-hooks', { ...place, url: receiver.url });
		const lead = await bench.create('/leads', { pipeline_id: pipeline?.id, status_id: first?.id });
		await bench.api('PATCH', `/leads/${lead}`, { status_id: second?.id });
		await bench.api('PATCH', `/leads/${lead}`, { name: 'renamed on its stage' });
		const { id, subdomain } = bench.emulator.account.info;
		expect(await onlyHook()).toEqual({
			'leads[status][0][id]': String(lead),
			'leads[status][0][pipeline_id]': String(pipeline?.id),
			'leads[status][0][status_id]': String(second?.id),
			'leads[status][0][old_pipeline_id]': String(pipeline?.id),
			'leads[status][0][old_status_id]': String(first?.id),
			'account[subdomain]': subdomain,
			'account[id]': String(id),
			'account[_links][self]': bench.emulator.url,
		});
		expect((await bench.api('GET', '/webhooks')).status).toBe(204);
		await bench.call('DELETE', `/__emulator/ui/stage-hooks/${String(made.body.id)}`);
		await bench.create('/leads', place);
		await bench.emulator.deliveries.settled();
		expect(receiver.hooks).toHaveLength(1);
	});

	const call = { uniq: 'u', duration: 1, source: 'pbx', phone: '+79990000000' };
	const HEARD: [event: string, happens: (lead: number) => Promise<unknown>][] = [
		['call_in', (lead) => bench.api('POST', `/leads/${lead}/notes`, [{ note_type: 'call_in', params: call }])],
		['site_visit', (lead) => bench.api('POST', '/leads/notes', [{ entity_id: lead, note_type: 'site_visit', params: { url: 'https://a.example' } }])],
		['mail_in', (lead) => bench.call('POST', `/__emulator/ui/leads/${lead}/letters`, { subject: 'Hi', from: { email: 'ann@a.example' } })],
		['chat', async (lead) => {
			const contactId = await bench.create('/contacts', { name: 'Ann' });
			await bench.api('POST', `/leads/${lead}/link`, [{ to_entity_id: contactId, to_entity_type: 'contacts' }]);
			for (const direction of ['incoming', 'outgoing']) await bench.call('POST', '/__emulator/ui/messages', { contactId, text: 'Hi', direction });
		}],
	];

	it.each(HEARD)('extended 1.6 %s is told of a lead on the stage to the hook of that event, unless the note says not to', async (event, happens) => {
		const [pipeline] = bench.emulator.account.pipelines.values();
		const [, first, second] = pipeline?.statuses ?? [];
		const place = { pipeline_id: pipeline?.id, status_id: second?.id };
		const [here, elsewhere] = [await bench.create('/leads', place), await bench.create('/leads', { ...place, status_id: first?.id })];
		await bench.call('POST', '/__emulator/ui/stage-hooks', { ...place, url: receiver.url, event });
		await happens(elsewhere);
		await bench.api('POST', `/leads/${here}/notes`, [{ note_type: 'call_out', params: call }, { note_type: 'call_in', params: call, is_need_to_trigger_digital_pipeline: false }]);
		await bench.create('/leads', place);
		await happens(here);
		const hook = Object.entries(await onlyHook()).filter(([key]) => key.startsWith('leads'));
		expect(Object.fromEntries(hook)).toEqual({ [`leads[${event}][0][id]`]: String(here), [`leads[${event}][0][pipeline_id]`]: String(pipeline?.id), [`leads[${event}][0][status_id]`]: String(second?.id) });
	});
});
