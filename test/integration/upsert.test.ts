import type { IDataObject, INodeParameters } from 'n8n-workflow';

import { rememberWritten } from '../../nodes/AmoCrm/operations/lookup';
import type { Entity } from '../../nodes/AmoCrm/entities/types';
import type { Run } from '../../nodes/AmoCrm/operations/types';
import type { FaultAction } from '../../emulator';
import type { World } from './world';
import { FAST, html, manyItems, openWorld } from './world';

let world: World;

beforeEach(async () => {
	world = await openWorld({ seed: 'empty', rateLimit: false });
});

afterEach(async () => await world.close());

const upsert = (parameters: IDataObject): INodeParameters =>
	({ resource: 'contact', operation: 'upsert', ...parameters, options: { ...FAST, ...(parameters.options as IDataObject) } }) as INodeParameters;

/** Creates contacts and forgets the requests that it took. */
async function given(contacts: Array<{ name: string; phone?: string; email?: string; tags?: string; createdAt?: number }>): Promise<number[]> {
	const { rows, error } = await world.run(
		{
			resource: 'contact',
			operation: 'create',
			name: '={{ $json.name }}',
			additionalFields: {
				phone: '={{ $json.phone }}',
				email: '={{ $json.email }}',
				tags: '={{ $json.tags }}',
				createdAt: '={{ $json.createdAt }}',
			},
			options: { ...FAST, batchSize: 250 },
		},
		{ items: contacts as unknown as IDataObject[] },
	);
	expect(error).toBeUndefined();
	world.emulator.log.clear();
	return rows.map(({ json }) => json.id as number);
}

const contacts = () => [...world.emulator.account.contacts.values()];

describe('create or update a contact', () => {
	it('D24, Z6: creates what is not there, updates what is, leaves what is the same', async () => {
		const [known, same] = await given([
			{ name: 'Ann', phone: '+7 912 345-67-89' },
			{ name: 'Bob', phone: '+7 912 000-00-00' },
		]);
		const { rows, error } = await world.run(upsert({ matchBy: 'phone', phone: '={{ $json.phone }}', name: '={{ $json.name }}' }), {
			items: [
				{ phone: '8 (912) 345-67-89', name: 'Anna' },
				{ phone: '9120000000', name: 'Bob' },
				{ phone: '+7 913 111 22 33', name: 'Carl' },
			],
		});
		expect(error).toBeUndefined();
		expect(rows.map(({ json }) => [json.id, json.action])).toEqual([
			[known, 'updated'],
			[same, 'unchanged'],
			[expect.any(Number), 'created'],
		]);
		expect(rows[0]?.json.changed_fields).toEqual(['name']);
		expect(world.requests('PATCH', '/contacts')[0]?.body).toEqual([{ id: known, name: 'Anna' }]);
		expect(world.requests('POST', '/contacts')).toHaveLength(1);
	});

	it('takes items with a common phone or email for one contact', async () => {
		const { rows } = await world.run(
			upsert({ matchBy: 'phoneOrEmail', phone: '={{ $json.phone }}', email: '={{ $json.email }}', name: '={{ $json.name }}', additionalFields: { tags: '={{ $json.tag }}' } }),
			{
				items: [
					{ phone: '+7 912 345-67-89', name: 'Ann', tag: 'a' },
					{ email: 'other@example.com', name: 'Other', tag: 'b' },
					{ phone: '8 912 345 67 89', email: 'ANN@example.com', name: 'Ann S.', tag: 'c' },
					{ email: 'ann@example.com', phone: '', name: '', tag: 'd' },
				],
			},
		);
		expect(contacts()).toHaveLength(2);
		expect(rows.map(({ json }) => json.duplicate_of_item)).toEqual([undefined, undefined, 0, 0]);
		expect(new Set([0, 2, 3].map((index) => rows[index]?.json.id)).size).toBe(1);
		expect(world.requests('POST', '/contacts')[0]?.body).toMatchObject([
			{
				name: 'Ann S.',
				custom_fields_values: [
					{ field_code: 'PHONE', values: [{ value: '+7 912 345-67-89' }] },
					{ field_code: 'EMAIL', values: [{ value: 'ANN@example.com' }] },
				],
				_embedded: { tags: [{ name: 'a' }, { name: 'c' }, { name: 'd' }] },
			},
			{ name: 'Other' },
		]);
	});

	it('adds phones and tags beside those that are there, or replaces them', async () => {
		const [id] = await given([{ name: 'Ann', phone: '+7 912 345-67-89', email: 'ann@example.com', tags: 'old' }]);
		const wish = { matchBy: 'email', email: 'Ann@Example.com', additionalFields: { phone: '+7 913 111-22-33', tags: 'new' } };
		await world.run(upsert(wish));
		expect(world.requests('PATCH', '/contacts')[0]?.body).toEqual([
			{
				id,
				tags_to_add: [{ name: 'new' }],
				custom_fields_values: [
					{ field_code: 'PHONE', values: [{ value: '+7 912 345-67-89', enum_code: 'WORK' }, { value: '+7 913 111-22-33', enum_code: 'WORK' }] },
				],
			},
		]);
		const again = await world.run(upsert(wish));
		expect(again.rows[0]?.json.action).toBe('unchanged');
		const replaced = await world.run(upsert({ ...wish, options: { existingValues: 'replace', existingTags: 'replace' } }));
		expect(replaced.rows[0]?.json).toMatchObject({ action: 'updated', changed_fields: ['tags', 'PHONE'] });
		expect(world.requests('PATCH', '/contacts')[1]?.body).toEqual([
			{ id, _embedded: { tags: [{ name: 'new' }] }, custom_fields_values: [{ field_code: 'PHONE', values: [{ value: '+7 913 111-22-33', enum_code: 'WORK' }] }] },
		]);
	});

	it('clears fields only when asked to', async () => {
		const position = contactField('POSITION');
		const boss = { matchBy: 'phone', phone: '+7 912 345-67-89', name: 'Boss' };
		const mapped = (value: string) => ({ mappingMode: 'defineBelow', value: { [position]: value } });
		const [row] = (await world.run(upsert({ ...boss, customFields: mapped('Director') }))).rows;
		const fields = () => world.emulator.account.contacts.get(row?.json.id as number)?.custom_fields_values.map(({ field_id }) => field_id);
		expect(fields()).toContain(position);
		expect((await world.run(upsert({ ...boss, customFields: mapped('') }))).rows[0]?.json.action).toBe('unchanged');
		const cleared = await world.run(upsert({ ...boss, additionalFields: { customFieldsToClear: [position] } }));
		expect(cleared.rows[0]?.json).toMatchObject({ action: 'updated', changed_fields: [expect.any(String)] });
		expect(fields()).not.toContain(position);
	});

	it('needs no name', async () => {
		const one = { matchBy: 'phone', phone: '+7 912 345-67-89' };
		expect((await world.run(upsert(one))).rows[0]?.json.action).toBe('created');
		expect(world.requests('POST', '/contacts')[0]?.body).toEqual([
			{ custom_fields_values: [{ field_code: 'PHONE', values: [{ value: '+7 912 345-67-89', enum_code: 'WORK' }] }], request_id: '0' },
		]);
		expect((await world.run(upsert(one))).rows[0]?.json.action).toBe('unchanged');
	});

	it.each<[string, FaultAction]>([
		['the status of another error', { kind: 'status', status: 200, body: { status: 402 } }],
		['an empty object', { kind: 'status', status: 200, body: {} }],
		['an empty list', { kind: 'status', status: 200, body: [] as never }],
		['no collection', { kind: 'status', status: 200, body: { _embedded: null } }],
		['another collection', { kind: 'status', status: 200, body: { _embedded: { leads: [] } } }],
		['a page of a proxy', html(200)],
	])('creates nothing when a look-up is answered with %s', async (_what, action) => {
		const [id] = await given([{ name: 'Ann', phone: '+7 912 345-67-89' }]);
		const byPhone = { matchBy: 'phone', phone: '={{ $json.phone }}', name: 'x' };
		const cases: Array<[IDataObject, number]> = [
			[{ ...byPhone, options: { lookup: 'search' } }, 1],
			[{ ...byPhone, options: { lookup: 'sweep' } }, 1],
			[byPhone, 8],
			[{ matchBy: 'id', contactId: '={{ $json.id }}', name: 'x' }, 1],
			[{ matchBy: 'id', contactId: '={{ $json.id }}', name: 'x' }, 2],
		];
		for (const [parameters, count] of cases) {
			world.emulator.faults.add({ method: 'GET', path: /^\/api\/v4\/contacts(\/\d+)?$/, times: Infinity, action });
			const { rows } = await world.run(upsert({ ...parameters, options: { ...(parameters.options as IDataObject), maxRetries: 0 } }), {
				items: manyItems(count, (index) => ({ phone: `+7 913 345-67-${10 + index}`, id: (id as number) + index })),
				onError: 'continueRegularOutput',
			});
			world.emulator.faults.clear();
			expect(rows.map(({ json }) => typeof json.error)).toEqual(Array(count).fill('string'));
			expect(world.requests('POST', '/contacts')).toHaveLength(0);
			expect(world.requests('PATCH', '/contacts')).toHaveLength(0);
		}
		expect(contacts()).toHaveLength(1);
	});

	it('takes a bad item out of its group and goes on with the others', async () => {
		const phone = '+7 912 345-67-89';
		const { rows } = await world.run(
			upsert({ matchBy: 'phone', phone: '={{ $json.phone }}', name: '={{ $json.name }}', additionalFields: { createdAt: '={{ $json.raw ?? ($json.at ? $json.at.toDateTime().toISO() : "") }}', tags: '={{ $json.tag }}' } }),
			{
				items: [
					{ phone, name: 'a', tag: 'one' },
					{ phone, name: 'b', raw: 'yesterday', tag: 'two' },
					{ phone, name: 'c', at: 'soon', tag: 'three' },
					{ phone, name: 'd', tag: 'four' },
					{ phone: '+7 (___) ___-__-__', name: 'd' },
					{ phone: '+7 (___) ___-__-__', name: 'e' },
					{ phone: '+7 913 000-00-00', name: 'f' },
				],
				onError: 'continueRegularOutput',
			},
		);
		expect(rows.map(({ json, pairedItem }) => [(pairedItem as { item: number }).item, json.action ?? String(json.error).replace(/^.* (\[item \d\])$/s, '$1')])).toEqual([
			[0, 'created'],
			[1, '[item 1]'],
			[2, '[item 2]'],
			[3, 'created'],
			[4, '[item 4]'],
			[5, '[item 5]'],
			[6, 'created'],
		]);
		expect(rows[1]?.json.error).toContain("'Created At': 'yesterday' is not a date");
		expect(rows[3]?.json.duplicate_of_item).toBe(0);
		expect(world.requests('POST', '/contacts')[0]?.body).toMatchObject([{ name: 'd', _embedded: { tags: [{ name: 'one' }, { name: 'four' }] } }, { name: 'f' }]);
	});

	it('goes by the email where the phone is none, and never puts strangers together', async () => {
		const { rows } = await world.run(upsert({ matchBy: 'phoneOrEmail', phone: '={{ $json.phone }}', email: '={{ $json.email }}', name: 'x' }), {
			items: ['+7 (___) ___-__-__', '+7', '8', '0', '000'].flatMap((phone) => [{ phone, email: `${phone.length}a@example.com` }, { phone, email: `${phone.length}b@example.com` }]),
			onError: 'continueRegularOutput',
		});
		expect(contacts().length).toBe(new Set(rows.map(({ json }) => json.id)).size);
		expect(contacts().map(({ custom_fields_values: fields }) => fields.length)).toEqual(contacts().map(() => 1));
	});

	it.each(['newest', 'oldest', 'fail'])('%s: finds the same record by searching as by reading everything', async (severalMatches) => {
		const forms = ['8 912 345 67 89', '+7 (912) 345-67-89', '79123456789', '+7.912.345.67.89', '8-912-345-6789', '9123456789'];
		await given(forms.map((phone, index) => ({ name: `C${index}`, phone, createdAt: 1_600_000_000 + ((index * 5) % 6) })));
		const outcome = async (lookup: string) => {
			const { rows, error } = await world.run(upsert({ matchBy: 'phone', phone: '+79123456789', name: `By ${lookup}`, options: { severalMatches, lookup } }));
			return error?.message ?? rows[0]?.json.id;
		};
		const sweep = await outcome('sweep');
		expect(await outcome('search')).toBe(sweep);
		expect(await outcome('auto')).toBe(sweep);
		if (severalMatches === 'fail') expect(sweep).toMatch(/^6 contacts match/);
	});

	it('takes items with the same ID for one record', async () => {
		const [id] = await given([{ name: 'Ann', phone: '+7 912 345-67-89' }]);
		const { rows } = await world.run(upsert({ matchBy: 'id', contactId: '={{ $json.id }}', name: '={{ $json.name }}', additionalFields: { phone: '={{ $json.phone }}' } }), {
			items: [{ id, name: 'First', phone: '+7 912 000-00-01' }, { id: String(id), name: 'Last', phone: '+7 912 000-00-02' }, { id: '', name: 'New' }, { id: '', name: 'New' }],
		});
		expect(rows.map(({ json }) => [json.action, json.duplicate_of_item])).toEqual([['updated', undefined], ['updated', 0], ['created', undefined], ['created', undefined]]);
		expect(world.requests('PATCH', '/contacts')[0]?.body).toMatchObject([{ id, name: 'Last', custom_fields_values: [{ values: [{ value: '+7 912 345-67-89' }, { value: '+7 912 000-00-01' }, { value: '+7 912 000-00-02' }] }] }]);
	});

	it('that waits for another one ends when its execution is stopped, and those behind it go on', async () => {
		world.emulator.faults.add({ method: 'POST', path: '/api/v4/contacts', times: 1, action: { kind: 'delay', ms: 1500 } });
		const one = { matchBy: 'phone', phone: '+7 912 345-67-89', name: 'Ann' };
		const first = world.run(upsert(one));
		await new Promise((resolve) => setTimeout(resolve, 300));
		const stoppedAt = performance.now();
		const stopped = world.run(upsert(one), { abortAfterMs: 200 }).then(() => performance.now() - stoppedAt);
		const behind = world.run(upsert(one));
		expect(await stopped).toBeLessThan(1000);
		expect((await first).rows[0]?.json.action).toBe('created');
		expect((await behind).rows[0]?.json.action).toBe('unchanged');
		expect(contacts()).toHaveLength(1);
	});

	it('finds at once what another workflow has just created by something else, though amoCRM does not find it yet', async () => {
		const first = await world.run(upsert({ matchBy: 'email', email: 'ann@example.com', additionalFields: { phone: '8 912 345-67-89' } }));
		// Its search lags behind.
		world.emulator.faults.add({ method: 'GET', path: '/api/v4/contacts', times: Infinity, action: { kind: 'status', status: 204 } });
		const second = await world.run(upsert({ matchBy: 'phone', phone: '+7 912 345 67 89', name: 'Ann' }));
		expect(second.rows[0]?.json).toMatchObject({ id: first.rows[0]?.json.id, action: 'updated' });
	});

	it('sets some fields only when it creates', async () => {
		const [id] = await given([{ name: 'Ann', phone: '+7 912 345-67-89' }]);
		const { rows } = await world.run(
			upsert({
				matchBy: 'phone',
				phone: '={{ $json.phone }}',
				name: 'From the form',
				additionalFields: { firstName: 'First' },
				options: { onlyWhenCreating: ['name'] },
			}),
			{ items: [{ phone: '89123456789' }, { phone: '89123456780' }] },
		);
		expect(rows.map(({ json }) => json.action)).toEqual(['updated', 'created']);
		expect(world.requests('PATCH', '/contacts')[0]?.body).toEqual([{ id, first_name: 'First' }]);
		expect(world.requests('POST', '/contacts')[0]?.body).toMatchObject([{ name: 'From the form' }]);
	});

	it('takes its own fields and those of the account in one list, by names, IDs or as version 1 has them in two', async () => {
		const fieldName = 'Favourite colour';
		const field = await world.run({ resource: 'customField', operation: 'create', entityType: 'contacts', type: 'text', name: fieldName });
		const fieldId = field.rows[0]?.json.id as number;
		await given([{ name: 'Ann', phone: '+7 912 345-67-89' }]);
		const changed = async (options: IDataObject, typeVersion: number) => {
			const form = { matchBy: 'phone', phone: '+79123456789', name: 'Other', additionalFields: { firstName: 'First', customFieldsJson: JSON.stringify([{ field_id: fieldId, values: [{ value: `V ${Math.random()}` }] }]) } };
			const { rows, error } = await world.run(upsert({ ...form, options: { dryRun: true, ...options } } as INodeParameters), { typeVersion });
			return error ? error.message : rows[0]?.json.changed_fields;
		};
		const both = ['first_name'];
		expect(await changed({ onlyWhenCreating: ['name', fieldId] }, 2)).toEqual(both);
		expect(await changed({ onlyWhenCreating: ['Name', fieldName] }, 2)).toEqual(both);
		for (const version of [1, 2]) expect(await changed({ onlyWhenCreating: ['name'], customFieldsOnlyWhenCreating: [fieldId] }, version)).toEqual(both);
		expect(await changed({ onlyWhenCreating: ['name'] }, 2)).toEqual(['first_name', String(fieldId)]);
		expect(await changed({ onlyWhenCreating: ['Nome'] }, 2)).toContain("'Set Only When Creating': there is no custom field 'Nome'");
	});

	it.each([
		['newest', 1],
		['oldest', 0],
	])('of several matches updates the %s', async (severalMatches, index) => {
		const ids = await given([
			{ name: 'Old', phone: '+7 912 345-67-89', createdAt: 1_600_000_000 },
			{ name: 'New', phone: '+7 912 345-67-89', createdAt: 1_700_000_000 },
		]);
		const { rows } = await world.run(upsert({ matchBy: 'phone', phone: '+7 912 345-67-89', name: 'Changed', options: { severalMatches } }));
		expect(rows[0]?.json).toMatchObject({ id: ids[index], action: 'updated' });
	});

	it.each(['fail', 'oldest'])('%s: searches for records whose number is written in another way too', async (severalMatches) => {
		const [oldest] = await given([
			{ name: 'A', phone: '+7 912 345-67-89', createdAt: 1_600_000_000 },
			{ name: 'B', phone: '79123456789', createdAt: 1_700_000_000 },
		]);
		const { rows, error } = await world.run(upsert({ matchBy: 'phone', phone: '+79123456789', name: 'C', options: { severalMatches, lookup: 'search' } }));
		if (severalMatches === 'fail') expect(error?.message).toMatch(/^2 contacts match/);
		else expect(rows[0]?.json).toMatchObject({ id: oldest, action: 'updated' });
	});

	it('searches no further when amoCRM lets this user read nothing', async () => {
		world.emulator.faults.add({ method: 'GET', path: '/api/v4/contacts', times: Infinity, action: { kind: 'status', status: 403, body: { title: 'Forbidden', status: 403, detail: 'no' } } });
		const { rows } = await world.run(upsert({ matchBy: 'email', email: '={{ $json.email }}', name: 'x', options: { lookup: 'search' } }), {
			items: manyItems(100, (index) => ({ email: `e${index}@example.com` })),
			onError: 'continueRegularOutput',
		});
		expect(rows.filter(({ json }) => String(json.error).startsWith('amoCRM does not allow this'))).toHaveLength(100);
		expect(world.requests('GET', '/contacts').length).toBeLessThan(10);
	});

	it.each([
		['its own parameter', { matchBy: 'phone', phone: '={{ $json.phone }}' }],
		["'Match Value'", { matchBy: 'customField', matchFieldId: 'PHONE', matchValue: '={{ $json.phone }}' }],
	])('takes the phone from %s when the other fields are mapped automatically', async (_where, match) => {
		const { rows, error } = await world.run(
			upsert({ ...match, name: '={{ $json.name }}', customFields: { mappingMode: 'autoMapInputData', value: null } }),
			{ items: [{ phone: '+7 912 345-67-89', name: 'Ann', position: 'Boss' }] },
		);
		expect(error).toBeUndefined();
		expect(rows[0]?.json.action).toBe('created');
		expect(contacts()[0]?.custom_fields_values).toHaveLength(2);
	});

	it('remembers what it created without looking through all of it each time', () => {
		const run = { client: { accountKey: 'account' } } as Run;
		const started = process.cpuUsage();
		for (let index = 0; index < 50_000; index++) rememberWritten(run, { path: '/contacts' } as Entity, [`email:${index}`, 'name:the same'], index);
		// Not the time of a clock: others may use the machine.
		expect(process.cpuUsage(started).user).toBeLessThan(2_000_000);
	});

	it('does not call written what was left as it is', async () => {
		await given([{ name: 'Same' }]);
		const { error } = await world.run(
			upsert({ matchBy: 'name', name: '={{ $json.name }}', additionalFields: { responsibleUserId: '={{ $json.user }}' } }),
			{ items: [{ name: 'Same' }, { name: 'New', user: 666 }] },
		);
		expect(error?.description).toContain('None of the 2 items was written');
	});

	it('fails for several matches when asked to, and writes nothing', async () => {
		const ids = await given([
			{ name: 'A', phone: '+7 912 345-67-89' },
			{ name: 'B', phone: '+7 912 345-67-89' },
		]);
		const { error } = await world.run(upsert({ matchBy: 'phone', phone: '+7 912 345-67-89', name: 'C', options: { severalMatches: 'fail' } }));
		expect(error?.message).toBe(`2 contacts match: IDs ${ids.join(', ')} [item 0]`);
		expect(world.requests('PATCH', '/contacts')).toHaveLength(0);
		expect(world.requests('POST', '/contacts')).toHaveLength(0);
	});

	it.each([
		[{ matchBy: 'phone', phone: '={{ $json.phone }}' }, "'Phone' is empty: there is nothing to find the record by [item 1]"],
		[{ matchBy: 'phone', phone: '={{ $json.letters }}' }, "'abc' is not a phone number [item 0]"],
		[{ matchBy: 'phone', phone: '1234567', options: { phoneCountry: 'Russia' } }, "'Phone Country': 'RUSSIA' is not a country code"],
		[{ matchBy: 'phone', phone: '1234567', additionalFields: { createdAt: 'yesterday' } }, "'Created At': 'yesterday' is not a date"],
	])('bad input %# is refused before any request', async (parameters, message) => {
		const { error } = await world.run(upsert(parameters), { items: [{ phone: '+7 912 345-67-89', letters: 'abc' }, { phone: '' }] });
		expect(error?.message).toContain(message);
		expect(world.requests('GET', '/contacts')).toHaveLength(0);
		expect(world.requests('POST', '/contacts')).toHaveLength(0);
	});

	it('matches by ID and by a custom field', async () => {
		const [id] = await given([{ name: 'Ann' }]);
		const byId = await world.run(upsert({ matchBy: 'id', contactId: '={{ $json.id }}', name: '={{ $json.name }}' }), {
			items: [{ id, name: 'Anna' }, { id: '', name: 'New' }],
		});
		expect(byId.rows.map(({ json }) => json.action)).toEqual(['updated', 'created']);
		const missing = await world.run(upsert({ matchBy: 'id', contactId: 99999999, name: 'X' }));
		expect(missing.error?.message).toBe('Contact 99999999 was not found [item 0]');
		const position = contactField('POSITION');
		const first = await world.run(upsert({ matchBy: 'customField', matchFieldId: position, matchValue: 'Director', name: 'Boss' }));
		expect(first.rows[0]?.json.action).toBe('created');
		const second = await world.run(upsert({ matchBy: 'customField', matchFieldId: position, matchValue: 'Director', name: 'Big boss' }));
		expect(second.rows[0]?.json).toMatchObject({ id: first.rows[0]?.json.id, action: 'updated', changed_fields: ['name'] });
	});

	it('does not create one contact twice when executions run at the same time', async () => {
		const one = async () => await world.run(upsert({ matchBy: 'phone', phone: '+7 912 345-67-89', name: 'Ann' }));
		const runs = await Promise.all(Array.from({ length: 10 }, one));
		expect(runs.map(({ rows }) => rows[0]?.json.action).sort()).toEqual(['created', ...Array(9).fill('unchanged')]);
		expect(contacts()).toHaveLength(1);
	});

	it('finds 300 phones in 12 forms among 5,000 contacts for 1,000 items in at most 40 requests, without a duplicate', async () => {
		const number = (index: number) => `91${String(20_000_000 + index * 7919).slice(-8)}`;
		const stored = [(d: string) => `+7${d}`, (d: string) => `8${d}`, (d: string) => `+7 (${d.slice(0, 3)}) ${d.slice(3, 6)}-${d.slice(6, 8)}-${d.slice(8)}`];
		const ids = await given(manyItems(5_000, (index) => ({ name: `Contact ${index}`, phone: stored[index % 3]?.(number(index)) ?? '' })) as never);
		const forms: Array<(d: string) => string> = [
			(d) => `+7${d}`,
			(d) => `8${d}`,
			(d) => d,
			(d) => `7${d}`,
			(d) => `007${d}`,
			(d) => `+7 ${d.slice(0, 3)} ${d.slice(3, 6)} ${d.slice(6)}`,
			(d) => `8 (${d.slice(0, 3)}) ${d.slice(3, 6)}-${d.slice(6, 8)}-${d.slice(8)}`,
			(d) => `8-${d.slice(0, 3)}-${d.slice(3, 6)}-${d.slice(6)}`,
			(d) => `+7.${d.slice(0, 3)}.${d.slice(3)}`,
			(d) => `  ${d.slice(0, 3)} ${d.slice(3)} `,
			(d) => `+8${d}`,
			(d) => `+7 (${d.slice(0, 3)}) ${d.slice(3)} доб. 5`,
		];
		// 200 that are there, 100 that are not.
		const wanted = Array.from({ length: 300 }, (_, index) => (index < 200 ? index * 20 : 100_000 + index));
		const items = manyItems(1_000, (index) => ({
			phone: forms[index % 12]?.(number(wanted[index % 300] as number)),
			name: `Upserted ${index % 300}`,
		}));
		const { rows, error } = await world.run(upsert({ matchBy: 'phone', phone: '={{ $json.phone }}', name: '={{ $json.name }}' }), { items });
		expect(error).toBeUndefined();
		expect(world.emulator.log.entries.length).toBeLessThanOrEqual(40);
		expect(contacts()).toHaveLength(5_100);
		rows.forEach(({ json }, index) => {
			const wish = index % 300;
			if (wish < 200) expect(json).toMatchObject({ id: ids[wish * 20], action: 'updated' });
			else expect(json.action).toBe('created');
		});
		const before = contacts().length;
		const again = await world.run(upsert({ matchBy: 'phone', phone: '={{ $json.phone }}', name: '={{ $json.name }}' }), { items });
		expect(again.rows.every(({ json }) => json.action === 'unchanged')).toBe(true);
		expect(contacts()).toHaveLength(before);
	});
});

function contactField(code: string): number {
	for (const field of world.emulator.account.customFields.values()) if (field.code === code && field.owner === 'contacts') return field.id;
	throw new Error(`no field ${code}`);
}
