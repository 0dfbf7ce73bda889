import type { IDataObject, INodeParameters } from 'n8n-workflow';

import type { World } from './world';
import { FAST, manyItems, openWorld } from './world';

let world: World;

beforeEach(async () => {
	world = await openWorld({ seed: 'empty', rateLimit: false });
});

afterEach(async () => await world.close());

const complex = (parameters: IDataObject): INodeParameters =>
	({ resource: 'lead', operation: 'createComplex', options: FAST, ...parameters }) as INodeParameters;

describe('create a lead with its contact and company', () => {
	it('takes 120 items in 3 requests, each with its own contact and company', async () => {
		const { rows, error } = await world.run(
			complex({
				name: '={{ $json.lead }}',
				additionalFields: { price: '={{ $json.price }}', tags: 'form' },
				contactFields: { name: '={{ $json.person }}', phone: '={{ $json.phone }}' },
				companyFields: { name: '={{ $json.firm }}' },
				options: { ...FAST, batchSize: 250 },
			}),
			{ items: manyItems(120, (index) => ({ lead: `Lead ${index}`, price: index, person: `Person ${index}`, phone: `+7 912 000 ${1000 + index}`, firm: index % 2 ? `Firm ${index}` : '' })) },
		);
		expect(error).toBeUndefined();
		expect(world.requests('POST', '/leads/complex')).toHaveLength(3);
		const { leads, contacts, companies } = world.emulator.account;
		expect([leads.size, contacts.size, companies.size]).toEqual([120, 120, 60]);
		rows.forEach(({ json, pairedItem }, index) => {
			expect(pairedItem).toEqual({ item: index });
			expect(json).toMatchObject({ name: `Lead ${index}`, merged: false });
			expect(leads.get(json.id as number)?.name).toBe(`Lead ${index}`);
			expect(contacts.get(json.contact_id as number)?.name).toBe(`Person ${index}`);
			if (index % 2) expect(companies.get(json.company_id as number)?.name).toBe(`Firm ${index}`);
			else expect(json.company_id).toBeNull();
		});
	});

	it('links an existing contact, and takes nothing else for one', async () => {
		const { rows } = await world.run({ resource: 'contact', operation: 'create', name: 'Ann' });
		const id = rows[0]?.json.id as number;
		const existing = (contactId: unknown) => complex({ name: 'Lead', contactMode: 'existing', contactId: contactId as number, companyMode: 'none' });
		const linked = await world.run(existing({ __rl: true, mode: 'id', value: String(id) }));
		expect(linked.rows[0]?.json).toMatchObject({ contact_id: id, company_id: null });
		for (const [given, message] of [
			['Ann', "'Contact': 'Ann' is not an ID. Give a whole number such as 123456, or the link of the card [item 0]"],
			['={{ "" }}', "'Contact': '' is not an ID. Give a whole number such as 123456, or the link of the card [item 0]"],
			[`${world.emulator.url}/leads/detail/5`, expect.stringContaining('is not the link of a contact')],
		]) {
			expect((await world.run(existing(given))).error?.message).toEqual(message);
		}
		const mode = await world.run(complex({ name: 'Lead', contactMode: '={{ "new" }}' }));
		expect(mode.error?.message).toBe("'Contact': 'new' is not possible. Give one of: create, existing, none [item 0]");
	});

	it('names the field of the contact that amoCRM refuses, and writes the others', async () => {
		const { rows } = await world.run(
			complex({ name: '={{ $json.name }}', contactFields: { name: 'X', responsibleUserId: '={{ $json.user }}' } }),
			{ items: [{ name: 'Good', user: '' }, { name: 'Bad', user: 424242 }, { name: 'Good too', user: '' }], onError: 'continueRegularOutput' },
		);
		expect(rows.map(({ json }) => json.error ?? json.name)).toEqual([
			'Good',
			expect.stringContaining("Lead was refused: Contact 'Responsible User' (responsible_user_id, value 424242)"),
			'Good too',
		]);
		expect(world.emulator.account.leads.size).toBe(2);
	});

	it('reports a lead that duplicate control merged', async () => {
		await world.close();
		world = await openWorld({ seed: 'empty', rateLimit: false, switches: { duplicateControl: true } });
		const create = async (name: string) =>
			await world.run(complex({ name, contactFields: { name: 'Ann', phone: '+7 912 345-67-89' } }));
		const first = await create('First');
		const second = await create('Second');
		expect(first.rows[0]?.json.merged).toBe(false);
		expect(second.rows[0]?.json).toMatchObject({ id: first.rows[0]?.json.id, merged: true });
	});
});
