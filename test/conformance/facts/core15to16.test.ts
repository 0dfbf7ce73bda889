import { rows, useBench } from '../../../emulator/testing/client';

/** Custom field values, and the details that bite. */

const bench = useBench();
const { api, create, errors } = bench;

type Owner = 'leads' | 'contacts' | 'companies';

const field = (type: string, owner: Owner = 'leads') => {
	const found = bench.emulator.account.fieldsOf(owner).find((row) => row.type === type);
	if (!found) throw new Error(`The seed has no ${type} on ${owner}`);
	return found;
};
const write = (id: number, values: unknown, owner: Owner = 'leads', extra: object = {}) => api('POST', `/${owner}`, [{ name: 'x', custom_fields_values: [{ field_id: id, values, ...extra }] }]);
const read = async (id: unknown, owner: Owner = 'leads') => (await api('GET', `/${owner}/${String(id)}`)).body.custom_fields_values as { field_id: number; values: Record<string, unknown>[] }[] | null;
const roundTrip = async (type: string, values: unknown, owner: Owner = 'leads') => {
	const answer = await write(field(type, owner).id, values, owner);
	if (answer.status !== 200) throw new Error(JSON.stringify(answer.body));
	return (await read(rows(answer, owner)[0]?.id, owner))?.[0]?.values;
};

it('core 15.1 values are addressed by field_id or field_code, the other key may be null', async () => {
	const values = [{ value: 'x', enum_id: null, enum_code: null }];
	for (const entry of [{ field_id: field('text').id }, { field_code: 'CONTRACT_NUMBER' }, { field_id: field('text').id, field_code: null }, { field_id: null, field_code: 'CONTRACT_NUMBER' }]) {
		const id = await create('/leads', { custom_fields_values: [{ ...entry, values }] });
		expect(await read(id)).toEqual([{ field_id: field('text').id, field_name: field('text').name, field_code: 'CONTRACT_NUMBER', field_type: 'text', values: [{ value: 'x' }] }]);
	}
});

it('core 15.1 PATCH replaces the listed fields whole and leaves the others alone', async () => {
	const [channels, text] = [field('multiselect'), field('text')];
	const [one, two] = channels.enums ?? [];
	const id = await create('/leads', { custom_fields_values: [{ field_id: channels.id, values: [{ enum_id: one?.id }, { enum_id: two?.id }] }, { field_id: text.id, values: [{ value: 'stays' }] }] });
	await api('PATCH', `/leads/${id}`, { custom_fields_values: [{ field_id: channels.id, values: [{ enum_id: two?.id }] }] });
	expect((await read(id))?.map(({ values }) => values.length)).toEqual([1, 1]);
});

it('core 15.1 null clears a field, [] does so by the switch; nothing set reads as null', async () => {
	const clear = async (values: unknown) => {
		const id = await create('/leads', { custom_fields_values: [{ field_id: field('text').id, values: [{ value: 'x' }] }] });
		const { status } = await api('PATCH', `/leads/${id}`, { custom_fields_values: [{ field_id: field('text').id, values }] });
		return [status, (await read(id)) === null];
	};
	expect(await clear(null)).toEqual([200, true]);
	expect(await clear([])).toEqual([400, false]);
	bench.emulator.switches.emptyFieldValuesClear = true;
	expect(await clear([])).toEqual([200, true]);
});

it('core 15.1 nulls next to a value are tolerated, or refused by the switch', async () => {
	const values = [{ value: 'x', enum_id: null, enum_code: null }];
	expect((await write(field('text').id, values)).status).toBe(200);
	bench.emulator.switches.nullEnumKeys = 'reject';
	expect(errors(await write(field('text').id, values))).toEqual({ 0: ['FieldNotExpected custom_fields_values.0.values.0.enum_id', 'FieldNotExpected custom_fields_values.0.values.0.enum_code'] });
});

describe('core 15.2 types of custom fields', () => {
	it('core 15.2 texts come back as they went, 256 characters of them', async () => {
		expect(await roundTrip('text', [{ value: 'abc' }])).toEqual([{ value: 'abc' }]);
		expect(await roundTrip('textarea', [{ value: 'l1\nl2' }])).toEqual([{ value: 'l1\nl2' }]);
		expect(await roundTrip('url', [{ value: 'https://x.example' }])).toEqual([{ value: 'https://x.example' }]);
		expect(await roundTrip('streetaddress', [{ value: 'Street 1' }], 'contacts')).toEqual([{ value: 'Street 1' }]);
		expect(await roundTrip('tracking_data', [{ value: 'google' }])).toEqual([{ value: 'google' }]);
		expect((await write(field('text').id, [{ value: 'x'.repeat(257) }])).status).toBe(400);
	});

	it('core 15.2 text fields take JSON numbers only by the switch', async () => {
		expect(errors(await write(field('text').id, [{ value: 5 }]))).toEqual({ 0: ['InvalidType custom_fields_values.0.values.0.value'] });
		bench.emulator.switches.textTakesNumbers = true;
		expect(await roundTrip('text', [{ value: 5 }])).toEqual([{ value: '5' }]);
	});

	it('core 15.2 numbers are read as strings, or as numbers by the switch', async () => {
		expect([await roundTrip('numeric', [{ value: 1.5 }]), await roundTrip('numeric', [{ value: '1.5' }]), await roundTrip('monetary', [{ value: 100 }])]).toEqual([[{ value: '1.5' }], [{ value: '1.5' }], [{ value: '100' }]]);
		bench.emulator.switches.numericReadAs = 'number';
		expect(await roundTrip('numeric', [{ value: '1.5' }])).toEqual([{ value: 1.5 }]);
		expect((await write(field('numeric').id, [{ value: 'many' }])).status).toBe(400);
	});

	it('core 15.2 checkboxes are booleans', async () => {
		expect([await roundTrip('checkbox', [{ value: true }]), await roundTrip('checkbox', [{ value: false }])]).toEqual([[{ value: true }], [{ value: false }]]);
		expect((await write(field('checkbox').id, [{ value: 'yes' }])).status).toBe(400);
	});

	it('core 15.2 dates take unix seconds or RFC 3339 and are read as unix seconds', async () => {
		expect([await roundTrip('date_time', [{ value: 1_700_000_000 }]), await roundTrip('date_time', [{ value: '2023-11-14T22:13:20+00:00' }])]).toEqual([[{ value: 1_700_000_000 }], [{ value: 1_700_000_000 }]]);
		expect((await write(field('date_time').id, [{ value: 'tomorrow' }])).status).toBe(400);
	});

	it('core 15.2 select and radiobutton by text, enum_id or enum_code; multiselect several of them', async () => {
		const [one, two] = field('select').enums ?? [];
		const shown = { value: one?.value, enum_id: one?.id, enum_code: null };
		for (const item of [{ value: one?.value }, { enum_id: one?.id }]) expect(await roundTrip('select', [item])).toEqual([shown]);
		const coded = await create('/leads/custom_fields', { name: 'Coded', type: 'select', enums: [{ value: 'A', code: 'a_code' }] });
		const id = rows(await write(coded, [{ enum_code: 'a_code' }]), 'leads')[0]?.id;
		expect((await read(id))?.[0]?.values).toEqual([{ value: 'A', enum_id: expect.any(Number), enum_code: 'a_code' }]);
		expect((await write(field('select').id, [{ enum_id: one?.id }, { enum_id: two?.id }])).status).toBe(400);
		expect(await roundTrip('multiselect', (field('multiselect').enums ?? []).map(({ id: enum_id }) => ({ enum_id })))).toHaveLength(3);
		expect(await roundTrip('radiobutton', [{ value: field('radiobutton').enums?.[1]?.value }])).toMatchObject([{ enum_id: field('radiobutton').enums?.[1]?.id }]);
	});

	it('core 15.2 phones and emails have a kind, WORK unless said; its key on read is a switch', async () => {
		const phone = () => roundTrip('multitext', [{ value: '+1' }, { value: '+2', enum_code: 'MOB' }], 'contacts');
		expect(await phone()).toEqual([{ value: '+1', enum_id: expect.any(Number), enum_code: 'WORK' }, { value: '+2', enum_id: expect.any(Number), enum_code: 'MOB' }]);
		bench.emulator.switches.multitextEnumKey = 'enum';
		expect((await phone())?.[1]).toEqual({ value: '+2', enum_id: expect.any(Number), enum: 'MOB' });
		bench.emulator.switches.multitextEnumKey = 'both';
		expect((await phone())?.[1]).toMatchObject({ enum: 'MOB', enum_code: 'MOB' });
		expect((await write(field('multitext', 'contacts').id, [{ value: '+1', enum_code: 'NONE' }], 'contacts')).status).toBe(400);
	});

	it('core 15.2 smart addresses have six parts, the country as a code', async () => {
		expect(await roundTrip('smart_address', [{ value: 'Street', enum_id: 1 }, { value: 'DE', enum_code: 'country' }])).toEqual([
			{ value: 'Street', enum_id: 1, enum_code: 'address_line_1' }, { value: 'DE', enum_id: 6, enum_code: 'country' },
		]);
		expect((await write(field('smart_address').id, [{ value: 'Germany', enum_code: 'country' }])).status).toBe(400);
	});

	it('core 15.2 legal entities and files are objects with required keys', async () => {
		expect(await roundTrip('legal_entity', [{ value: { name: 'Acme', vat_id: '1', entity_type: 2 } }])).toEqual([{ value: { name: 'Acme', vat_id: '1', entity_type: 2 } }]);
		expect(errors(await write(field('legal_entity').id, [{ value: { vat_id: '1' } }]))).toEqual({ 0: ['FieldMissing custom_fields_values.0.values.0.value.name'] });
		const file = { file_uuid: '11111111-1111-4111-8111-111111111111', version_uuid: '22222222-1111-4111-8111-111111111111', file_name: 'a.png', file_size: 5 };
		expect(await roundTrip('file', [{ value: file }])).toEqual([{ value: file }]);
	});

	it('core 15.2 fields required on a stage are not enforced by the API, or are by the switch', async () => {
		const [main] = [...bench.emulator.account.pipelines.values()];
		const status_id = main?.statuses[2]?.id;
		await api('PATCH', `/leads/custom_fields/${field('text').id}`, { required_statuses: [{ status_id, pipeline_id: main?.id }] });
		const move = () => api('POST', '/leads', [{ status_id }]);
		expect((await move()).status).toBe(200);
		bench.emulator.switches.requiredStatusFieldsEnforced = true;
		expect(errors(await move())).toEqual({ 0: [`FieldMissing custom_fields_values.${field('text').id}`] });
		expect((await api('POST', '/leads', [{ status_id, custom_fields_values: [{ field_id: field('text').id, values: [{ value: 'x' }] }] }, {}])).status).toBe(200);
		const id = await create('/leads');
		expect((await api('PATCH', `/leads/${id}`, { status_id })).status).toBe(400);
		expect((await api('PATCH', `/leads/${id}`, { status_id, custom_fields_values: [{ field_id: field('text').id, values: [{ value: 'x' }] }] })).status).toBe(200);
		expect((await api('PATCH', `/leads/${id}`, { price: 5 })).status).toBe(200);
	});
});

it('core 15.3 definitions are listed with their keys and filtered by type and id', async () => {
	const found = rows(await api('GET', '/leads/custom_fields?filter[type][]=select'), 'custom_fields');
	expect(found).toMatchObject([{
		id: field('select').id, type: 'select', code: 'SOURCE', sort: expect.any(Number), is_api_only: false, enums: [{ id: expect.any(Number), value: expect.any(String), sort: 1 }, {}, {}, {}], group_id: null,
		required_statuses: [], is_deletable: true, is_predefined: false, entity_type: 'leads', remind: null, currency: null, account_id: expect.any(Number), _links: {},
	}]);
	expect(rows(await api('GET', `/leads/custom_fields?filter[id][]=${field('text').id}`), 'custom_fields')).toHaveLength(1);
});

it('core 15.3 a taken code is refused, a deleted field takes its values along', async () => {
	expect(errors(await api('POST', '/leads/custom_fields', [{ name: 'F', type: 'text', code: 'SOURCE' }]))).toEqual({ 0: ['NotSupportedChoice code'] });
	const id = await create('/leads/custom_fields', { name: 'F', type: 'text' });
	const lead = rows(await write(id, [{ value: 'x' }]), 'leads')[0]?.id;
	expect((await api('DELETE', `/leads/custom_fields/${id}`)).status).toBe(204);
	expect(await read(lead)).toBeNull();
	expect(errors(await write(id, [{ value: 'x' }]))).toEqual({ 0: ['NotSupportedChoice custom_fields_values.0.field_id'] });
});

describe('core 16 details that bite', () => {
	it('core 16 prices are truncated, not rounded, with the exact amount beside', async () => {
		for (const [price, int] of [[1.99, 1], [-1.99, -1], [1500.5, 1500]] as const) {
			expect((await api('GET', `/leads/${await create('/leads', { price })}`)).body).toMatchObject({ price: int, price_with_minor_units: price });
		}
	});

	it('core 16 on PATCH updated_at moves by itself unless it is given', async () => {
		const id = await create('/leads', { updated_at: 5 });
		await api('PATCH', `/leads/${id}`, { price: 1 });
		expect(Number((await api('GET', `/leads/${id}`)).body.updated_at)).toBeGreaterThan(1_000_000_000);
	});

	it('core 16 closest_task_at follows the open tasks', async () => {
		const id = await create('/leads');
		const closest = async () => (await api('GET', `/leads/${id}`)).body.closest_task_at;
		const task = (complete_till: number) => create('/tasks', { text: 'x', complete_till, entity_id: id, entity_type: 'leads' });
		await task(1_900_000_000);
		const near = await task(1_800_000_000);
		expect(await closest()).toBe(1_800_000_000);
		await api('PATCH', `/tasks/${near}`, { is_completed: true });
		expect(await closest()).toBe(1_900_000_000);
	});

	it('core 16 142 and 143 are stages of every pipeline', async () => {
		for (const { id } of bench.emulator.account.pipelines.values()) {
			expect((await api('GET', `/leads/${await create('/leads', { pipeline_id: id, status_id: 142 })}`)).body).toMatchObject({ pipeline_id: id, status_id: 142 });
		}
	});
});
