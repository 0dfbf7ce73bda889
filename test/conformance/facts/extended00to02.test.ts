import { openReceiver, type Receiver } from '../../../emulator/testing/receiver';
import { rows, useBench } from '../../../emulator/testing/client';

/** Conventions, the switches of webhooks, custom field definitions. Deliveries themselves: emulator/webhooks/webhooks.test.ts. */

const bench = useBench();
const { api, create, errors } = bench;

it('extended 0 unknown keys of tags and link metadata are FieldNotExpected, others are dropped; all or none by the switch', async () => {
	const post = () => api('POST', '/leads', [{ name: 'x', nonsense: 1, _embedded: { tags: [{ name: 't', request_id: '1' }] } }]);
	expect(errors(await post())).toEqual({ 0: ['FieldNotExpected _embedded.tags.0.request_id'] });
	bench.emulator.switches.unknownBodyFields = 'reject';
	expect(errors(await post())).toEqual({ 0: ['FieldNotExpected _embedded.tags.0.request_id', 'FieldNotExpected nonsense'] });
	bench.emulator.switches.unknownBodyFields = 'ignore';
	const answer = await post();
	expect(answer.status).toBe(200);
	expect((await api('GET', `/leads/${String(rows(answer, 'leads')[0]?.id)}`)).body).toMatchObject({ name: 'x', _embedded: { tags: [{ name: 't' }] } });
});

it('extended 0 request_id is echoed and never stored', async () => {
	const id = await create('/leads', { request_id: 'mine' });
	expect((await api('GET', `/leads/${id}`)).body).not.toHaveProperty('request_id');
});

describe('extended 1.1 webhooks: what sources disagree on', () => {
	const destination = 'https://n8n.example/webhook/abc';
	const post = (settings: string[]) => api('POST', '/webhooks', { destination, settings });

	it('extended 1.1 POST answers 200 and settings as an array, or 201 and a map by the switches', async () => {
		expect(await post(['add_lead'])).toMatchObject({ status: 200, body: { settings: ['add_lead'], account_id: expect.any(Number), created_by: expect.any(Number), sort: 10, disabled: false } });
		Object.assign(bench.emulator.switches, { webhookPostStatus: 201, webhookSettingsShape: 'map' });
		expect(await post(['add_lead'])).toMatchObject({ status: 201, body: { settings: { add_lead: 1 } } });
		expect(rows(await api('GET', '/webhooks'), 'webhooks')).toMatchObject([{ settings: ['add_lead'] }]);
	});

	it('extended 1.1 POST with a known destination replaces its codes, or merges them by the switch', async () => {
		await post(['add_lead']);
		expect((await post(['note_lead'])).body).toMatchObject({ settings: ['note_lead'] });
		bench.emulator.switches.webhookRepost = 'merge';
		expect((await post(['add_lead'])).body).toMatchObject({ settings: ['note_lead', 'add_lead'] });
		expect(rows(await api('GET', '/webhooks'), 'webhooks')).toHaveLength(1);
	});
});

describe('extended 1.3 and 1.5 webhooks: what sources disagree on', () => {
	let receiver: Receiver;
	beforeEach(async () => {
		receiver = await openReceiver();
	});
	afterEach(() => receiver.close());

	const fire = async (settings: string[], act: () => unknown) => {
		await api('POST', '/webhooks', { destination: receiver.url, settings });
		await act();
		await bench.emulator.deliveries.settled();
	};

	it('extended 1.3 the account comes last in hooks of leads and first in messages; first everywhere by the switch', async () => {
		const contact = await create('/contacts', { name: 'Ann' });
		await fire(['add_lead', 'add_message'], async () => {
			await create('/leads');
			await bench.emulator.deliveries.settled();
			bench.emulator.ui.message({ contactId: contact, text: 'Hi' });
			await bench.emulator.deliveries.settled();
			bench.emulator.switches.webhookAccountKeys = 'first';
			await create('/leads');
		});
		expect(receiver.hooks.map(({ pairs }) => pairs[0]?.[0])).toEqual(['leads[add][0][id]', 'account[subdomain]', 'account[subdomain]']);
	});

	it('extended 1.5 a receiver that does not answer in 2 seconds is tried five times as 499, three times as 0 by the switch', async () => {
		receiver.answer = 'hang';
		const attempts: number[] = [];
		for (const status of [499, 0] as const) {
			bench.emulator.switches.webhookTimeoutStatus = status;
			bench.emulator.deliveries.clear();
			await fire(['add_lead'], () => create('/leads'));
			for (const minutes of [6, 16, 16, 61]) await bench.emulator.clock.advance(minutes * 60_000);
			attempts.push(bench.emulator.deliveries.log.length);
		}
		expect(attempts).toEqual([5, 3]);
	}, 60_000);

	it('extended 1.5 the lead of an incoming lead fires add_lead when it is accepted, or at once by the switch', async () => {
		const arrive = () => bench.emulator.ui.addUnsorted({ category: 'forms', source_uid: 's', source_name: 'n', metadata: {} });
		await fire(['add_lead', 'update_lead'], arrive);
		expect(receiver.hooks).toHaveLength(0);
		await api('POST', `/leads/unsorted/${String(rows(await api('GET', '/leads/unsorted'), 'unsorted')[0]?.uid)}/accept`, {});
		await bench.emulator.deliveries.settled();
		expect(receiver.hooks.map(({ pairs }) => pairs[0]?.[0])).toEqual(['leads[add][0][id]']);
		bench.emulator.switches.webhooksForUnsortedLeads = true;
		await fire(['add_lead', 'update_lead'], arrive);
		expect(receiver.hooks).toHaveLength(2);
	});

	it('extended 1.5 changes through the API fire hooks to the same integration too', async () => {
		await fire(['update_lead'], async () => api('PATCH', `/leads/${await create('/leads')}`, { name: 'x' }));
		expect(receiver.hooks).toHaveLength(1);
	});
});

describe('extended 2.1 custom fields', () => {
	it('extended 2.1 every owner has fields; writing is for administrators, deleting answers 204', async () => {
		const catalog = await create('/catalogs', { name: 'Goods' });
		const as = { 'x-context-user-id': String([...bench.emulator.account.users.keys()][1]) };
		for (const prefix of ['/leads', '/contacts', '/companies', '/customers', '/customers/segments', `/catalogs/${catalog}`]) {
			const id = await create(`${prefix}/custom_fields`, { name: 'F', type: 'text', code: 'MY' });
			expect((await api('PATCH', `${prefix}/custom_fields/${id}`, { name: 'G' })).body).toMatchObject({ id, name: 'G' });
			expect((await api('GET', `${prefix}/custom_fields/${id}`)).body).toMatchObject({ name: 'G', code: 'MY' });
			expect((await api('POST', `${prefix}/custom_fields`, [{ name: 'H', type: 'text' }], as)).status).toBe(403);
			expect((await api('DELETE', `${prefix}/custom_fields/${id}`)).status).toBe(204);
		}
	});

	it('extended 2.1 POST answers full models with 200, or 201 by the switch', async () => {
		const post = () => api('POST', '/leads/custom_fields', [{ name: 'F', type: 'select', enums: [{ value: 'a', sort: 1 }], request_id: 'r' }]);
		const made = await post();
		expect(made.status).toBe(200);
		expect(rows(made, 'custom_fields')).toMatchObject([{ request_id: 'r', type: 'select', enums: [{ id: expect.any(Number), value: 'a' }] }]);
		bench.emulator.switches.fieldsPostStatus = 201;
		expect((await post()).status).toBe(201);
	});

	it('extended 2.1 a page holds 50 fields, or 250 by the switch; order by sort and id', async () => {
		const many = Array.from({ length: 60 }, (_, index) => ({ name: `F${index}`, type: 'text', sort: 1_000 - index }));
		await api('POST', '/leads/custom_fields', many);
		expect(rows(await api('GET', '/leads/custom_fields?limit=250'), 'custom_fields')).toHaveLength(50);
		bench.emulator.switches.customFieldsPageSize = 250;
		const all = async (order: string) => rows(await api('GET', `/leads/custom_fields?limit=250&order[${order}]=desc`), 'custom_fields').map((row) => Number(row[order]));
		for (const order of ['sort', 'id']) {
			const values = await all(order);
			expect(values.length).toBeGreaterThan(60);
			expect(values).toEqual([...values].sort((a, b) => b - a));
		}
	});
});

it('extended 2.2 enums: those with an id stay, those without are made, those left out disappear', async () => {
	const id = await create('/leads/custom_fields', { name: 'F', type: 'select', enums: [{ value: 'a' }, { value: 'b' }] });
	const enums = async () => (await api('GET', `/leads/custom_fields/${id}`)).body.enums as { id: number; value: string }[];
	const [a] = await enums();
	await api('PATCH', `/leads/custom_fields/${id}`, { enums: [{ id: a?.id, value: 'A' }, { value: 'c' }] });
	expect((await enums()).map(({ value }) => value)).toEqual(['A', 'c']);
	expect((await enums())[0]?.id).toBe(a?.id);
});

it('extended 2.2 a PATCH of many answers enums as an array, or as an object by the switch', async () => {
	const id = await create('/leads/custom_fields', { name: 'F', type: 'select', enums: [{ value: 'a' }] });
	const patch = async () => rows(await api('PATCH', '/leads/custom_fields', [{ id, name: 'G' }]), 'custom_fields')[0]?.enums;
	expect(await patch()).toMatchObject([{ value: 'a' }]);
	bench.emulator.switches.fieldPatchEnumsShape = 'object';
	expect(await patch()).toMatchObject({ 0: { value: 'a' } });
});

it('extended 2.2 is_api_only clears required_statuses; birthdays remind, money has a currency', async () => {
	const [main] = [...bench.emulator.account.pipelines.values()];
	const required_statuses = [{ status_id: 142, pipeline_id: main?.id }];
	const id = await create('/leads/custom_fields', { name: 'F', type: 'text', required_statuses });
	expect((await api('GET', `/leads/custom_fields/${id}`)).body).toMatchObject({ required_statuses });
	expect((await api('PATCH', `/leads/custom_fields/${id}`, { is_api_only: true })).body).toMatchObject({ is_api_only: true, required_statuses: [] });
	const read = async (type: string, extra: object = {}) => (await api('GET', `/leads/custom_fields/${await create('/leads/custom_fields', { name: 'F', type, ...extra })}`)).body;
	expect(await read('birthday')).toMatchObject({ remind: 'never' });
	expect(await read('monetary', { currency: 'EUR' })).toMatchObject({ currency: 'EUR' });
});

it('extended 2.3 a type exists only where the table says', async () => {
	const homes: [string, string[], string[]][] = [
		['birthday', ['leads', 'contacts', 'companies'], ['customers']],
		['multitext', ['contacts'], ['leads', 'companies', 'customers']],
		['tracking_data', ['leads'], ['contacts', 'companies', 'customers']],
		['monetary', ['leads', 'contacts', 'companies', 'customers'], []],
		['price', [], ['leads', 'contacts', 'companies', 'customers']],
		['nonsense', [], ['leads']],
	];
	for (const [type, yes, no] of homes) {
		for (const [owners, status] of [[yes, 200], [no, 400]] as const) {
			for (const owner of owners) expect([type, owner, (await api('POST', `/${owner}/custom_fields`, [{ name: type, type }])).status]).toEqual([type, owner, status]);
		}
	}
});

it('extended 2.3 a date is moved to midnight in the account’s timezone, or left by the switch; a date_time always stays', async () => {
	const read = async (type: string) => {
		const field = bench.emulator.account.fieldsOf('leads').find((row) => row.type === type)?.id;
		const id = await create('/leads', { custom_fields_values: [{ field_id: field, values: [{ value: 1_634_601_600 }] }] });
		return (await api('GET', `/leads/${id}`)).body.custom_fields_values;
	};
	bench.emulator.account.info.timezone = 'Europe/Moscow';
	expect([await read('date'), await read('date_time')]).toMatchObject([[{ values: [{ value: 1_634_590_800 }] }], [{ values: [{ value: 1_634_601_600 }] }]]);
	bench.emulator.switches.dateFieldMidnight = false;
	expect(await read('date')).toMatchObject([{ values: [{ value: 1_634_601_600 }] }]);
});

it('extended 2.3 enum keys on a field without enums are FieldNotExpected', async () => {
	const field = bench.emulator.account.fieldsOf('leads').find(({ type }) => type === 'text')?.id;
	const answer = await api('POST', '/leads', [{ custom_fields_values: [{ field_id: field, values: [{ value: 'x', enum_code: 'WORK' }] }] }]);
	expect(errors(answer)).toEqual({ 0: ['FieldNotExpected custom_fields_values.0.values.0.enum_code'] });
});

it('extended 2.4 groups have text ids; they are made with 201, changed, deleted with 204, predefined ones refuse', async () => {
	const field = bench.emulator.account.fieldsOf('leads').at(-1)?.id;
	const made = await api('POST', '/leads/custom_fields/groups', [{ name: 'Extra', sort: 10, fields: [field], request_id: 'r' }]);
	expect(made).toMatchObject({ status: 201, body: { _total_items: 1 } });
	const [group] = rows(made, 'custom_field_groups');
	expect(group).toEqual({ id: expect.stringMatching(/^leads_\d+$/), name: 'Extra', is_predefined: false, type: 'custom_field_group', fields: [field], entity_type: 'leads', sort: 10, request_id: 'r' });
	const path = `/leads/custom_fields/groups/${String(group?.id)}`;
	expect((await api('PATCH', path, { name: 'More' })).body).toMatchObject({ name: 'More', fields: [field] });
	expect((await api('DELETE', path)).status).toBe(204);
	expect((await api('DELETE', '/leads/custom_fields/groups/default')).status).toBe(403);
	expect((await api('PATCH', '/leads/custom_fields/groups', [])).status).toBe(405);
});
