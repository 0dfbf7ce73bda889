import { rows, useBench } from '../../../emulator/testing/client';

/** PHP writes an empty object as an empty array: bodies and what is inside them. facts: extended 12 */

const bench = useBench({ language: 'en' });
const { api, create } = bench;

const ENTITIES = ['leads', 'contacts', 'companies', 'customers'] as const;
const base = (type: string) => (type === 'customers' ? { name: 'New', next_date: 1_900_000_000 } : { name: 'New' });

it.each(ENTITIES)('extended 12 _embedded and custom_fields_values are empty arrays, on POST and PATCH: %s', async (type) => {
	const empty = { _embedded: [], custom_fields_values: [], tags_to_add: [] };
	const id = await create(`/${type}`, { ...base(type), ...empty, _embedded: [] });
	const read = (await api('GET', `/${type}/${id}`)).body;
	expect((await api('PATCH', `/${type}/${id}`, empty)).status).toBe(200);
	expect((await api('PATCH', `/${type}`, [{ id, ...empty }])).status).toBe(200);
	expect((await api('PATCH', `/${type}/${id}`, [])).status).toBe(200);
	const stamps = { updated_at: expect.any(Number), updated_by: expect.any(Number) };
	expect((await api('GET', `/${type}/${id}`)).body).toEqual({ ...read, ...stamps });
});

it('extended 12 accepting and declining without arguments', async () => {
	for (const [method, verb] of [['POST', 'accept'], ['DELETE', 'decline']] as const) {
		const [made] = rows(await api('POST', '/leads/unsorted/forms', [{ source_uid: 'a', source_name: 'Site', metadata: [], _embedded: [] }]), 'unsorted');
		expect((await api(method, `/leads/unsorted/${String(made?.uid)}/${verb}`, [])).status).toBe(200);
	}
});

it('extended 12 params of a source, rights of a role, metadata of links, settings of widgets, results of tasks', async () => {
	const services = [{ type: 'whatsapp', pages: [], params: [] }];
	expect(rows(await api('POST', '/sources', [{ name: 'WA', external_id: 'wa', services }]), 'sources')).toMatchObject([{ services: [{ type: 'whatsapp' }] }]);
	expect((await api('POST', '/roles', [{ name: 'R', rights: [] }])).status).toBe(201);
	expect((await api('POST', '/roles', [{ name: 'S', rights: { leads: [], tasks: [], status_rights: [] } }])).status).toBe(201);
	const [lead, contact] = [await create('/leads'), await create('/contacts', { name: 'Ann' })];
	const link = [{ to_entity_id: contact, to_entity_type: 'contacts', metadata: [] }];
	expect((await api('POST', `/leads/${lead}/link`, link)).status).toBe(200);
	expect((await api('POST', `/leads/${lead}/unlink`, link)).status).toBe(204);
	const task = await create('/tasks', { text: 'Call', complete_till: 1_900_000_000, result: [], _embedded: [] });
	expect((await api('PATCH', `/tasks/${task}`, { result: [] })).status).toBe(200);
});

it('extended 12 a body that is no object stays refused, and so does a filled array in place of one', async () => {
	const lead = await create('/leads');
	expect((await api('PATCH', `/leads/${lead}`, [{ name: 'x' }])).status).toBe(400);
	expect((await api('POST', '/leads', [{ _embedded: [1] }])).status).toBe(400);
	expect((await api('POST', '/leads', [])).status).toBe(400);
	expect((await api('POST', `/leads/${lead}/notes`, [{ note_type: 'common', params: [] }])).status).toBe(400);
});

it('extended 12 chained_lists are a list, or a map by the list', async () => {
	const [one, two] = [await create('/catalogs', { name: 'Brand' }), await create('/catalogs', { name: 'Model' })];
	const list = [{ catalog_id: one, parent_catalog_id: null, title: 'Brand' }, { catalog_id: two, parent_catalog_id: one, title: 'Model' }];
	const maps = [list, Object.fromEntries(list.map((entry) => [entry.catalog_id, entry])), Object.fromEntries(list.map(({ catalog_id, ...rest }) => [catalog_id, rest]))];
	for (const chained_lists of maps) {
		const id = await create('/leads/custom_fields', { name: 'Car', type: 'chained_list', chained_lists });
		expect((await api('GET', `/leads/custom_fields/${id}`)).body).toMatchObject({ chained_lists: list });
		expect((await api('PATCH', `/leads/custom_fields/${id}`, { chained_lists })).body).toMatchObject({ chained_lists: list });
	}
	expect((await api('POST', '/leads/custom_fields', [{ name: 'None', type: 'text', chained_lists: [], enums: [] }])).status).toBe(200);
});
