import type { IDataObject, INodeParameters } from 'n8n-workflow';

import type { World } from './world';
import { FAST, html, manyItems, openWorld } from './world';

let world: World;

beforeEach(async () => {
	world = await openWorld({ seed: 'empty', rateLimit: false });
});

afterEach(async () => await world.close());

async function created(resource: string, count: number): Promise<number[]> {
	const { rows } = await world.run(
		{ resource, operation: 'create', name: '={{ $json.name }}', options: FAST },
		{ items: manyItems(count, (index) => ({ name: `${resource} ${index}` })) },
	);
	return rows.map(({ json }) => json.id as number);
}

const link = (parameters: IDataObject): INodeParameters => ({ resource: 'lead', operation: 'link', options: FAST, ...parameters }) as INodeParameters;

const linksOf = (id: number) =>
	world.emulator.account.links.of({ type: 'leads', id }).map(({ to, isMain }) => [to.type, to.id, isMain]);

describe('link and unlink', () => {
	it('D24, Z5: links 60 leads to their contacts in 2 requests, and takes the links away again', async () => {
		const leads = await created('lead', 60);
		const contacts = await created('contact', 60);
		const items = leads.map((lead, index) => ({ lead, contact: contacts[index] as number }));
		const parameters = { leadId: '={{ $json.lead }}', linkTo: 'contacts', linkedId: '={{ $json.contact }}' };
		const linked = await world.run(link({ ...parameters, isMain: true }), { items });
		expect(linked.error).toBeUndefined();
		expect(world.requests('POST', '/leads/link')).toHaveLength(2);
		expect(world.requests('POST', '/leads/link')[0]?.body).toContainEqual({
			entity_id: leads[7],
			to_entity_id: contacts[7],
			to_entity_type: 'contacts',
			metadata: { is_main: true },
		});
		linked.rows.forEach(({ json, pairedItem }, index) => {
			expect(pairedItem).toEqual({ item: index });
			expect(json).toEqual({ id: leads[index], to_entity_type: 'contacts', to_entity_id: contacts[index], linked: true });
			expect(linksOf(leads[index] as number)).toEqual([['contacts', contacts[index], true]]);
		});
		const unlinked = await world.run(link({ ...parameters, operation: 'unlink' }), { items });
		expect(unlinked.rows[0]?.json).toMatchObject({ unlinked: true });
		expect(world.requests('POST', '/leads/unlink')).toHaveLength(2);
		for (const lead of leads) expect(linksOf(lead)).toEqual([]);
	});

	it('a link that amoCRM refuses does not sink the others', async () => {
		const leads = await created('lead', 3);
		const [contact] = await created('contact', 1);
		const { rows } = await world.run(link({ leadId: '={{ $json.lead }}', linkTo: 'contacts', linkedId: '={{ $json.contact }}' }), {
			items: leads.map((lead, index) => ({ lead, contact: index === 1 ? 99_999_999 : (contact as number) })),
			onError: 'continueRegularOutput',
		});
		expect(rows.map(({ json }) => json.linked ?? json.error)).toEqual([
			true,
			expect.stringContaining(`Lead ${leads[1]} was not linked to Contact 99999999`),
			true,
		]);
		expect(leads.map((lead) => linksOf(lead).length)).toEqual([1, 0, 1]);
	});

	it.each([
		['companies', undefined],
		['contacts', undefined],
		['contacts', 'contacts'],
	])('the link of a card says that it leads to %s', async (kind, linkTo) => {
		const parameters = link({ leadId: 5, linkedId: { __rl: true, mode: 'url', value: `${world.emulator.url}/${kind}/detail/7` }, ...(linkTo ? { linkTo } : {}), options: { dryRun: true } });
		const { rows, error } = await world.run(parameters);
		expect(error).toBeUndefined();
		expect(rows[0]?.json.body).toEqual({ entity_id: 5, to_entity_type: kind, to_entity_id: 7 });
	});

	it.each([
		[{ leadId: 5, linkTo: 'leads', linkedId: 6 }, "'Linked Record Type': 'leads' is not possible. Give one of: companies, contacts, catalog_elements"],
		[{ leadId: 5, linkTo: 'contacts', linkedId: 'Ann' }, "'Linked Record': 'Ann' is not an ID"],
		[{ leadId: 'x', linkTo: 'contacts', linkedId: 6 }, "'Lead': 'x' is not an ID"],
		[{ leadId: 5, linkTo: 'catalog_elements', catalogId: 1, elementId: 2, quantity: 'many' }, "'Quantity': 'many' is not an amount"],
	])('%j is refused before any request', async (parameters, message) => {
		const { error } = await world.run(link(parameters));
		expect(error?.message).toContain(message);
		expect(world.emulator.log.entries).toHaveLength(0);
	});

	it.each([
		['a contact', { linkTo: 'contacts', linkedId: 7 }, 2],
		['a product with its quantity, which might add up', { linkTo: 'catalog_elements', catalogId: 9001, elementId: 500_001, quantity: 2 }, 1],
	])('whose answer is lost is sent again only where that changes nothing: %s', async (_what, parameters, requests) => {
		world.emulator.faults.add({ method: 'POST', path: '/api/v4/leads/link', times: Infinity, action: html(504) });
		const { error } = await world.run({ ...link({ leadId: 5, ...parameters }), options: { maxRetries: 1 } });
		expect(world.requests('POST', '/leads/link')).toHaveLength(requests);
		expect(error?.message).toMatch(/^Lead 5: it is not known whether it was linked to /);
		expect(error?.description).toMatch(/before you send them again/);
	});

	it('sends quantity and price of a product', async () => {
		await world.run(link({ leadId: 5, linkTo: 'catalog_elements', catalogId: 9001, elementId: 500_001, quantity: '1,5', priceFieldId: 77 }));
		expect(world.requests('POST', '/leads/link')[0]?.body).toEqual([
			{ entity_id: 5, to_entity_id: 500_001, to_entity_type: 'catalog_elements', metadata: { catalog_id: 9001, quantity: 1.5, price_id: 77 } },
		]);
	});
});

describe('the main contact of a lead', () => {
	it('is picked on create, on update and on upsert, beside the other contacts', async () => {
		const [ann, bob, carl] = (await created('contact', 3)) as [number, number, number];
		const picked = (id: number) => ({ __rl: true, mode: 'list', value: String(id), cachedResultName: 'Somebody' });
		const { rows, error } = await world.run({
			resource: 'lead',
			operation: 'create',
			name: 'Lead',
			additionalFields: { contactIds: `${ann}, ${bob}`, contactId: picked(bob) },
			options: FAST,
		});
		expect(error).toBeUndefined();
		const id = rows[0]?.json.id as number;
		expect(linksOf(id)).toEqual([['contacts', bob, true], ['contacts', ann, false]]);

		await world.run({ resource: 'lead', operation: 'update', leadId: id, updateFields: { contactId: picked(ann) }, options: FAST });
		expect(linksOf(id).sort()).toEqual([['contacts', ann, true], ['contacts', bob, false]]);

		const upsert = async (contact: number) =>
			await world.run({ resource: 'lead', operation: 'upsert', matchBy: 'name', name: 'Lead', additionalFields: { contactId: contact }, options: FAST });
		expect((await upsert(carl)).rows[0]?.json.action).toBe('updated');
		expect(linksOf(id)).toContainEqual(['contacts', carl, true]);
		expect((await upsert(carl)).rows[0]?.json.action).toBe('unchanged');
		expect((await upsert(bob)).rows[0]?.json.action).toBe('updated');
	});
});

describe('contacts of a lead', () => {
	it('are picked one by one, or come from the data as a list or a text', async () => {
		const [ann, bob, carl] = (await created('contact', 3)) as [number, number, number];
		const rows = (...values: unknown[]) => ({ record: values.map((value) => ({ recordId: { __rl: true, mode: 'id', value } })) }) as unknown as INodeParameters;
		const leadWith = async (additionalFields: INodeParameters, items: IDataObject[] = [{}]) => {
			const run = await world.run({ resource: 'lead', operation: 'create', name: 'Lead', additionalFields, options: FAST }, { items });
			expect(run.error).toBeUndefined();
			return run.rows.map(({ json }) => linksOf(json.id as number).map(([, id, isMain]) => [id, isMain]));
		};
		expect(await leadWith({ contacts: rows(String(ann), bob) })).toEqual([[[ann, true], [bob, false]]]);
		expect(await leadWith({ contacts: rows('={{ $json.ids }}') }, [{ ids: [bob, carl] }, { ids: `${carl}, ${ann}` }])).toEqual([
			[[bob, true], [carl, false]],
			[[carl, true], [ann, false]],
		]);
		expect(await leadWith({ contacts: rows(ann, ann), contactIds: `${carl}, ${ann}`, contactId: bob })).toEqual([[[bob, true], [ann, false], [carl, false]]]);
		expect(await leadWith({ contacts: {} })).toEqual([[]]);
	});

	it('of several items for one lead add up in an upsert, and known ones change nothing', async () => {
		const [ann, bob] = (await created('contact', 2)) as [number, number];
		const upsert = async () =>
			await world.run(
				{
					resource: 'lead',
					operation: 'upsert',
					matchBy: 'name',
					name: 'Lead',
					additionalFields: { contacts: { record: [{ recordId: { __rl: true, mode: 'id', value: '={{ $json.contact }}' } }] } },
					options: FAST,
				},
				{ items: [{ contact: ann }, { contact: bob }] },
			);
		const { rows } = await upsert();
		expect(rows.map(({ json }) => json.action)).toEqual(['created', 'created']);
		expect(linksOf(rows[0]?.json.id as number).map(([, id]) => id)).toEqual([ann, bob]);
		expect((await upsert()).rows[0]?.json.action).toBe('unchanged');
	});
});

describe('tags of an update', () => {
	it('are added, taken off or replaced', async () => {
		const [id] = await created('lead', 1);
		const tags = () => [...(world.emulator.account.leads.get(id as number)?.tag_ids ?? [])].map((tag) => world.emulator.account.tags.leads.get(tag)?.name);
		const update = async (updateFields: IDataObject) =>
			await world.run({ resource: 'lead', operation: 'update', leadId: id as number, updateFields: updateFields as INodeParameters, options: FAST });
		await update({ tags: 'a, b, 2024' });
		expect(tags()).toEqual(['a', 'b', '2024']);
		await update({ tagsToRemove: 'a' });
		expect(tags()).toEqual(['b', '2024']);
		await update({ tagsToSet: 'c' });
		expect(tags()).toEqual(['c']);
		await update({ tagsToSet: '={{ [] }}' });
		expect(tags()).toEqual([]);
		const { error } = await update({ tags: 'x', tagsToSet: 'y' });
		expect(error?.message).toContain("'Tags (Replace All)': 'Tags to Add' and 'Tags to Remove' cannot go along with a full list of tags");
	});
});
