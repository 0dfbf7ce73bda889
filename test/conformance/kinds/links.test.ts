import { rows, useBench } from '../../../emulator/testing/client';

/** Items of link and unlink as the official client and scripts send them. facts: extended 12 */

const bench = useBench({ language: 'en' });
const { api, create, errors } = bench;

const ENTITIES = ['leads', 'contacts', 'companies', 'customers'] as const;

/** A list with one element, as a path and both ids. */
async function element(): Promise<{ path: string; catalog: number; id: number }> {
	const catalog = await create('/catalogs', { name: 'Tariffs' });
	return { path: `/catalogs/${catalog}/elements`, catalog, id: await create(`/catalogs/${catalog}/elements`, { name: 'Gold' }) };
}

const make = (type: string) => create(`/${type}`, type === 'leads' ? {} : { name: 'New', ...(type === 'customers' ? { next_date: 1_900_000_000 } : {}) });

describe('links from an element', () => {
	it.each(ENTITIES)('extended 12 elements are linked from their own end too: %s', async (type) => {
		const { path, catalog, id } = await element();
		const to = { to_entity_id: await make(type), to_entity_type: type };
		const metadata = { quantity: 2.5, catalog_id: catalog };
		const made = await api('POST', `${path}/${id}/link`, [{ ...to, metadata: { quantity: 2.5 } }]);
		expect(made).toMatchObject({ status: 200, body: { _links: { self: { href: expect.stringMatching(/\/links$/) } } } });
		expect(rows(made, 'links')).toEqual([{ entity_id: id, entity_type: 'catalog_elements', ...to, metadata }]);
		expect(rows(await api('GET', `${path}/${id}/links`), 'links')).toEqual([{ ...to, metadata }]);
		expect(rows(await api('GET', `${path}/links?filter[entity_id][]=${id}`), 'links')).toEqual([{ entity_id: id, entity_type: 'catalog_elements', ...to, metadata }]);
		expect(rows(await api('GET', `/${type}/${to.to_entity_id}/links`), 'links')).toContainEqual({ to_entity_id: id, to_entity_type: 'catalog_elements', metadata });
		expect((await api('POST', `${path}/unlink`, [{ entity_id: id, ...to }])).status).toBe(204);
		expect(rows(await api('GET', `${path}/${id}/links`), 'links')).toEqual([]);
	});

	it('a company and a second one: only records of people have just one', async () => {
		const { path, id } = await element();
		const companies = [await make('companies'), await make('companies')];
		await api('POST', `${path}/${id}/link`, companies.map((to_entity_id) => ({ to_entity_id, to_entity_type: 'companies' })));
		expect(rows(await api('GET', `${path}/${id}/links`), 'links').map(({ to_entity_id }) => to_entity_id)).toEqual(companies);
	});

	it('of another list, or to what cannot be linked, are refused', async () => {
		const [one, other] = [await element(), await element()];
		expect((await api('GET', `${one.path}/${other.id}/links`)).status).toBe(404);
		expect(rows(await api('GET', `${one.path}/links?filter[entity_id][]=${other.id}`), 'links')).toEqual([]);
		expect(errors(await api('POST', `${one.path}/link`, [{ entity_id: other.id, to_entity_id: await make('leads'), to_entity_type: 'leads' }]))).toEqual({ 0: ['NotSupportedChoice entity_id'] });
		expect(errors(await api('POST', `${one.path}/${one.id}/link`, [{ to_entity_id: other.id, to_entity_type: 'catalog_elements' }]))).toEqual({ 0: ['NotSupportedChoice to_entity_type'] });
		expect(errors(await api('POST', `${one.path}/${one.id}/link`, [{ to_entity_id: 1, to_entity_type: 'leads' }]))).toEqual({ 0: ['NotSupportedChoice to_entity_id'] });
	});
});

it.each(['contacts', 'companies', 'customers'])('extended 12 links are written back as they are read in a mass, main contact and all: leads and %s', async (type) => {
	const [from, to] = type === 'customers' ? ['contacts', type] : ['leads', type];
	const id = await make(from);
	const item = { to_entity_id: await make(to), to_entity_type: to };
	await api('POST', `/${from}/${id}/link`, [item]);
	const read = rows(await api('GET', `/${from}/links?filter[entity_id][]=${id}`), 'links');
	expect(read).toMatchObject([{ ...item, metadata: type === 'contacts' ? { main_contact: true } : null }]);
	expect(await api('POST', `/${from}/link`, read)).toMatchObject({ status: 200 });
	expect(rows(await api('GET', `/${from}/links?filter[entity_id][]=${id}`), 'links')).toEqual(read);
});

describe.each(['link', 'unlink'])('%s', (verb) => {
	const status = verb === 'link' ? 200 : 204;

	it.each([[{}], [{ entity_id: null, entity_type: null }], [{ entity_id: 7, entity_type: 'leads' }], [{ metadata: null }]])('extended 12 items on one record may name their source, or null: %j', async (extra) => {
		const lead = await make('leads');
		const item = { to_entity_id: await make('contacts'), to_entity_type: 'contacts', ...extra };
		const answer = await api('POST', `/leads/${lead}/${verb}`, [item]);
		expect(answer.status).toBe(status);
		if (verb === 'link') expect(rows(answer, 'links')).toMatchObject([{ entity_id: lead, entity_type: 'leads' }]);
	});

	it.each([[{}], [{ entity_type: null }], [{ entity_type: 'leads', metadata: null }]])('extended 12 items in a mass may name the type of their source, or null: %j', async (extra) => {
		const item = { entity_id: await make('leads'), to_entity_id: await make('contacts'), to_entity_type: 'contacts', ...extra };
		expect((await api('POST', `/leads/${verb}`, [item])).status).toBe(status);
	});

	it.each(ENTITIES)('extended 12 metadata.updated_by is a user or the robot: %s', async (type) => {
		const { catalog, id } = await element();
		const from = await make(type);
		const send = (updated_by: unknown) => api('POST', `/${type}/${from}/${verb}`, [{ to_entity_id: id, to_entity_type: 'catalog_elements', metadata: { catalog_id: catalog, updated_by } }]);
		expect(errors(await send(1))).toEqual({ 0: ['NotSupportedChoice metadata.updated_by'] });
		expect(errors(await send('me'))).toEqual({ 0: ['InvalidType metadata.updated_by'] });
		const { current_user_id } = (await api('GET', '/account')).body;
		for (const by of [current_user_id, 0, null]) expect((await send(by)).status).toBe(status);
	});

	it('refuses keys of metadata that live accounts refuse', async () => {
		const { catalog, id } = await element();
		const item = { to_entity_id: id, to_entity_type: 'catalog_elements', metadata: { catalog_id: catalog, from_catalog_id: catalog } };
		expect(errors(await api('POST', `/leads/${await make('leads')}/${verb}`, [item]))).toEqual({ 0: ['FieldNotExpected metadata.from_catalog_id'] });
	});
});
