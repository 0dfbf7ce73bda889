import type { IDataObject } from 'n8n-workflow';

import { makeField } from '../../emulator/seed/fields';
import type { World } from './world';
import { FAST, openWorld } from './world';

/** Every type of field (core facts 15.2), written by the mapper and read back by name, through the whole node. */

let world: World;
let catalog: number;
let element: number;

const OPTIONS = { options: ['Website', 'Cash, card', '2024'] };
const DETAILS = { name: 'Acme Ltd.', vat_id: '7700000000', kpp: '770001001' };
const FILE = { file_uuid: '11111111-2222-4333-8444-555555555555', file_name: 'contract.pdf', file_size: 100 };

type Case = [type: string, given: unknown, readBack: unknown, update: unknown, updated: unknown];

const ON_LEADS: Case[] = [
	['text', 17, '17', 'other', 'other'],
	['textarea', 'line 1\nline 2', 'line 1\nline 2', 'x', 'x'],
	['url', 'https://example.com', 'https://example.com', 'http://a.b', 'http://a.b'],
	['streetaddress', 'Nevsky 1', 'Nevsky 1', 'Nevsky 2', 'Nevsky 2'],
	['tracking_data', 'newsletter', 'newsletter', 'ad', 'ad'],
	['numeric', '1 500,5', 1500.5, 0, 0],
	['monetary', '$1,500.50', 1500.5, -3, -3],
	['checkbox', 'да', true, false, false],
	['date', '31.01.2026', '2026-01-31', '2026-02-01T23:30:00', '2026-02-01'],
	['birthday', '1980-02-29', '1980-02-29', '01.03.1980', '1980-03-01'],
	['date_time', '2026-01-31T10:00:00', '2026-01-31T07:00:00.000Z', 1769843000000, '2026-01-31T07:03:20.000Z'],
	['select', 'website', 'Website', '2024', '2024'],
	['radiobutton', 'Cash, card', 'Cash, card', ['Website'], 'Website'],
	['multiselect', 'Website, Cash, card', ['Website', 'Cash, card'], '2024', ['2024']],
	['smart_address', { city: 'Kazan', country: 'RU' }, { city: 'Kazan', country: 'RU' }, 'Nevsky 1', { address_line_1: 'Nevsky 1' }],
	['legal_entity', DETAILS, DETAILS, [{ name: 'A' }, { name: 'B' }], [{ name: 'A' }, { name: 'B' }]],
	['file', FILE, FILE, FILE.file_uuid, { file_uuid: FILE.file_uuid }],
];

const ON_CONTACTS: Case[] = [
	[
		'multitext',
		['+7 912 345-67-89', { value: '+7 495 000-00-00', kind: 'HOME' }],
		['+7 912 345-67-89', { value: '+7 495 000-00-00', kind: 'HOME' }],
		'+7 913 000-00-00',
		'+7 913 000-00-00',
	],
];

const IN_CATALOGS: Case[] = [
	['price', '99,90', 99.9, 100, 100],
	['category', 'Boots', 'Boots', 'clothes / shoes', 'Shoes'],
	['items', { description: 'Shoes', unit_price: 100, quantity: 2 }, expect.objectContaining({ description: 'Shoes', total_sum: 200 }), '[{"product_id": 7, "description": "Hat"}]', expect.objectContaining({ product_id: 7 })],
	['linked_entity', { name: 'Ann', entity_id: '5', entity_type: 'contacts' }, { name: 'Ann', entity_id: 5, entity_type: 'contacts' }, 6, { entity_id: 6 }],
	['payer', { ...DETAILS, type: 'legal' }, { ...DETAILS, type: 'legal' }, 'Bob', { name: 'Bob' }],
	['supplier', 12, { entity_id: 12 }, '{"entity_id": 13}', { entity_id: 13 }],
	['org_legal_name', 'Acme', 'Acme', 'Acme Ltd.', 'Acme Ltd.'],
];

async function send(method: string, path: string, body: unknown): Promise<unknown> {
	const answer = await fetch(`${world.emulator.url}/api/v4${path}`, {
		method,
		headers: { Authorization: `Bearer ${world.account.accessToken}`, 'Content-Type': 'application/json' },
		body: JSON.stringify(body),
	});
	expect(answer.ok).toBe(true);
	return await answer.json();
}

async function post(path: string, body: unknown): Promise<number> {
	const { _embedded: embedded } = (await send('POST', path, body)) as { _embedded: Record<string, Array<{ id: number }>> };
	return Object.values(embedded)[0]?.[0]?.id ?? 0;
}

beforeAll(async () => {
	world = await openWorld({ seed: 'empty', rateLimit: false });
	catalog = await post('/catalogs', [{ name: 'Goods' }]);
	element = await post(`/catalogs/${catalog}/elements`, [{ name: 'Chair' }]);
	for (const [type] of ON_LEADS) makeField(world.emulator.account, 'leads', `My ${type}`, type, OPTIONS);
	makeField(world.emulator.account, 'leads', 'My chained_list', 'chained_list');
	for (const [type] of IN_CATALOGS) makeField(world.emulator.account, `catalogs/${catalog}`, `My ${type}`, type, OPTIONS);
	const category = [...world.emulator.account.customFields.values()].find(({ type }) => type === 'category');
	const nested = [{ value: 'Clothes', request_id: 'c' }, { value: 'Shoes', parent_request_id: 'c' }, { value: 'Boots', parent_request_id: 'c' }];
	await send('PATCH', `/catalogs/${catalog}/custom_fields/${category?.id}`, { nested });
	const phone = [...world.emulator.account.customFields.values()].find(({ owner, code }) => owner === 'contacts' && code === 'PHONE');
	if (phone) phone.name = 'My multitext';
});

afterAll(async () => await world.close());

/** Writes by automatic mapping, once to create and once to change, and reads what each left behind. */
async function roundTrip(parameters: IDataObject, idParameter: string, type: string, values: unknown[]): Promise<unknown[]> {
	const seen: unknown[] = [];
	let id: unknown;
	for (const value of values) {
		const operation = id === undefined ? { operation: 'create', name: type } : { operation: 'update', [idParameter]: id };
		const written = await world.run({ ...parameters, ...operation, customFields: { mappingMode: 'autoMapInputData', value: null }, options: FAST } as never, {
			items: [{ [`my ${type}`]: value as string }],
		});
		expect(written.error?.message).toBeUndefined();
		id = written.rows[0]?.json.id;
		const read = await world.run({ ...parameters, operation: 'get', [idParameter]: id, options: FAST } as never);
		seen.push(read.rows[0]?.json[`My ${type}`]);
	}
	return seen;
}

it.each(ON_LEADS)('%s of a lead: %j', async (type, given, readBack, update, updated) => {
	expect(await roundTrip({ resource: 'lead' }, 'leadId', type, [given, update])).toEqual([readBack, updated]);
});

it.each(ON_CONTACTS)('%s of a contact: %j', async (type, given, readBack, update, updated) => {
	expect(await roundTrip({ resource: 'contact' }, 'contactId', type, [given, update])).toEqual([readBack, updated]);
});

it.each(IN_CATALOGS)('%s of a list element: %j', async (type, given, readBack, update, updated) => {
	expect(await roundTrip({ resource: 'catalogElement', catalogId: catalog }, 'catalogElementId', type, [given, update])).toEqual([readBack, updated]);
});

it('chained_list of a lead', async () => {
	const chain = [{ catalog_id: catalog, catalog_element_id: element }];
	expect(await roundTrip({ resource: 'lead' }, 'leadId', 'chained_list', [JSON.stringify(chain), chain])).toEqual([chain, chain]);
});
