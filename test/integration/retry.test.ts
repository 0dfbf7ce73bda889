import type { IDataObject, INodeParameters } from 'n8n-workflow';

import type { FaultAction } from '../../emulator';
import type { World } from './world';
import { addLeads, byId, FAST, html, manyItems, openWorld, shortly } from './world';

/** "Retry On Fail": n8n runs the whole node again, with the same items. */

let world: World;

beforeEach(async () => {
	world = await openWorld();
});

afterEach(async () => await world.close());

const leads = () => [...world.emulator.account.leads.values()];
const CREATE: INodeParameters = {
	resource: 'lead',
	operation: 'create',
	name: '={{ $json.name }}',
	additionalFields: { statusId: '={{ $json.status }}' },
	options: FAST,
};
const UNPAID: FaultAction = { kind: 'status', status: 402, body: { title: 'Payment Required', status: 402, detail: '' } };
const itemsWithBad = (count: number, bad: number) => manyItems(count, (index) => ({ name: `Lead ${index}`, status: index === bad ? 5 : '' }));
const names = (count: number, bad: number) => manyItems(count, (index) => ({ name: `Lead ${index}` })).map(({ name }) => name).filter((_, index) => index !== bad).sort();

describe('a repeat writes nothing twice', () => {
	it('100 creates with a bad last row, tried three times', async () => {
		const { error } = await world.run(CREATE, { items: itemsWithBad(100, 99), maxTries: 3 });
		expect(error?.message).toContain('[item 99]');
		expect(error?.description).toContain('Already written: 50 of 100 items (items 0-49; IDs ');
		expect(leads().map(({ name }) => name).sort()).toEqual(manyItems(50, (index) => ({ name: `Lead ${index}` })).map(({ name }) => name).sort());
	});

	it.each(['continueRegularOutput', 'continueErrorOutput'] as const)('%s: n8n repeats the node for a bad first row', async (onError) => {
		const { rows, errorRows, error } = await world.run(CREATE, { items: itemsWithBad(100, 0), onError, maxTries: 3 });
		expect(error).toBeUndefined();
		expect(leads().map(({ name }) => name).sort()).toEqual(names(100, 0));
		const written = rows.filter(({ json }) => json.error === undefined);
		expect(written.map(({ json }) => json.id)).toHaveLength(99);
		expect(written.map(({ json, pairedItem }) => [json.name, (pairedItem as { item: number }).item])).toEqual(manyItems(99, (index) => ({ row: [`Lead ${index + 1}`, index + 1] })).map(({ row }) => row));
		expect([...rows, ...errorRows].filter(({ json }) => json.error !== undefined)).toHaveLength(1);
		// The good rows went once; the bad row once in their batch, and once for each try.
		expect(world.requests('POST', '/leads').flatMap(({ body }) => body as IDataObject[]).filter(({ name }) => name === 'Lead 0').length).toBeLessThanOrEqual(4);
	});

	it('the rows that failed are written by the next try, and the others reported as they were', async () => {
		world.emulator.faults.add({ method: 'POST', path: '/api/v4/leads', skip: 1, times: 1, action: UNPAID });
		const { rows, error } = await world.run({ ...CREATE, options: { batchSize: 4 } }, { items: itemsWithBad(12, -1), maxTries: 2 });
		expect(error).toBeUndefined();
		expect(rows.map(({ json }) => json.name)).toEqual(manyItems(12, (index) => ({ name: `Lead ${index}` })).map(({ name }) => name));
		expect(leads()).toHaveLength(12);
		expect(rows.map(({ json }) => json.id).sort()).toEqual(leads().map(({ id }) => id).sort());
	});

	it('what changes from one try to the next makes no other row of an item', async () => {
		const moment = { ...CREATE, name: '={{ $json.name + " " + $now.toMillis() + Math.random() }}' };
		await world.run(moment, { items: itemsWithBad(10, 0), onError: 'continueRegularOutput', maxTries: 3 });
		expect(leads()).toHaveLength(9);
	});

	it('an upsert reports what its first try has made', async () => {
		const { rows } = await world.run(
			{ resource: 'lead', operation: 'upsert', matchBy: 'name', name: '={{ $json.name }}', additionalFields: { statusId: '={{ $json.status }}' }, options: FAST },
			{ items: itemsWithBad(6, 0), onError: 'continueRegularOutput', maxTries: 3 },
		);
		expect(leads()).toHaveLength(5);
		expect(rows.map(({ json }) => json.action)).toEqual([undefined, 'created', 'created', 'created', 'created', 'created']);
		expect(world.requests('PATCH', '/leads')).toEqual([]);
	});

	it('notes, leads with a contact, and links', async () => {
		const [leadId = 0] = await addLeads(world, 1);
		const items = manyItems(5, (index) => ({ id: index === 0 ? 1 : leadId, name: `Lead ${index}`, status: index === 0 ? 5 : '' }));
		const repeated = { items, onError: 'continueRegularOutput', maxTries: 3 } as const;
		await world.run({ resource: 'note', operation: 'create', entityType: 'leads', entityId: byId('={{ $json.id }}'), noteType: 'common', text: '={{ $json.name }}', options: FAST }, repeated);
		expect(world.emulator.account.notes.size).toBe(4);
		await world.run({ resource: 'lead', operation: 'createComplex', name: '={{ $json.name }}', additionalFields: { statusId: '={{ $json.status }}' }, contactMode: 'create', contactFields: { name: 'Ann' }, options: FAST }, repeated);
		expect(leads()).toHaveLength(1 + 4);
		expect(world.emulator.account.contacts.size).toBe(4);
	});

	it('a record whose link failed is linked by the next try, not made again', async () => {
		const [{ id: companyId } = {}] = (await world.run({ resource: 'company', operation: 'create', name: 'Ltd', options: FAST })).rows.map(({ json }) => json);
		world.emulator.faults.add({ method: 'POST', path: '/api/v4/contacts/link', times: 1, action: UNPAID });
		const { rows, error } = await world.run(
			{ resource: 'contact', operation: 'create', name: '={{ $json.name }}', additionalFields: { companyId: byId(String(companyId)) }, options: FAST },
			{ items: itemsWithBad(3, -1), maxTries: 2 },
		);
		expect(error).toBeUndefined();
		expect(rows).toHaveLength(3);
		expect(world.emulator.account.contacts.size).toBe(3);
		expect(world.requests('POST', '/contacts')).toHaveLength(1);
		expect(world.requests('POST', '/contacts/link').length).toBeGreaterThanOrEqual(2);
	});
});

describe('a row whose outcome is not known', () => {
	const LOST: FaultAction = { kind: 'reset', when: 'after' };

	it.each(['stopWorkflow', 'continueRegularOutput'] as const)('%s: is never sent again, and said to be unknown again', async (onError) => {
		world.emulator.faults.add({ method: 'POST', path: '/api/v4/leads', times: 1, action: LOST });
		const result = await world.run(CREATE, { items: itemsWithBad(3, -1), maxTries: 3, onError });
		expect(world.requests('POST', '/leads')).toHaveLength(1);
		expect(leads()).toHaveLength(3);
		if (onError === 'stopWorkflow') {
			expect(result.error?.message).toContain('it is not known whether amoCRM saved it');
			expect(result.error?.description).toContain('None of the 3 items is confirmed; items 0-2 may be saved.');
		} else expect(shortly(result).map(({ error }) => error)).toEqual([0, 1, 2].map((item) => expect.stringMatching(new RegExp(`it is not known whether amoCRM saved it.*\\[item ${item}\\]$`)) as string));
	});

	it('is sent again where that does no harm: an update', async () => {
		const ids = await addLeads(world, 3);
		world.emulator.faults.add({ method: 'PATCH', path: '/api/v4/leads', times: 1, action: html(503) });
		const { error, rows } = await world.run(
			{ resource: 'lead', operation: 'update', leadId: byId('={{ $json.id }}'), updateFields: { price: 5 }, options: { maxRetries: 0, batchSize: 1 } },
			{ items: ids.map((id) => ({ id })), maxTries: 2 },
		);
		expect(error).toBeUndefined();
		expect(rows).toHaveLength(3);
		expect(leads().every(({ price }) => price === 5)).toBe(true);
	});
});

describe('is no repeat and writes again', () => {
	it('another run of the node with the same items in the same execution, as in a loop or from a second branch', async () => {
		await world.run(CREATE, { items: itemsWithBad(3, -1), maxTries: 3, passes: 2 });
		expect(leads()).toHaveLength(6);
	});

	it('another execution', async () => {
		const items = itemsWithBad(3, -1);
		await world.run(CREATE, { items, maxTries: 3 });
		await world.run(CREATE, { items, maxTries: 3 });
		expect(leads()).toHaveLength(6);
	});
});
