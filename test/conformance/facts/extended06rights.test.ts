import { rows, useBench } from '../../../emulator/testing/client';

/** What a role lets its holder do, with a token of its own and by X-Context-User-ID. */

const bench = useBench();
const { api, create } = bench;

type Levels = Partial<Record<'view' | 'edit' | 'add' | 'delete' | 'export', string>>;

/** A user with this role, in a group of its own, and calls with its token. */
async function userWith(rights: Record<string, unknown>) {
	const { body } = await api('POST', '/roles', [{ name: 'Limited', rights }]);
	const role_id = body._embedded?.roles?.[0]?.id;
	const email = `u${String(role_id)}@demo.example`;
	const made = await api('POST', '/users', [{ name: 'U', email, password: 'Secret1', rights: { role_id, group_id: 267_001 } }]);
	const id = made.body._embedded?.users?.[0]?.id as number;
	const { accessToken } = bench.emulator.issueToken({ userId: id });
	const as = (method: string, path: string, data?: unknown) => api(method, path, data, { authorization: `Bearer ${accessToken}` });
	return { id, as };
}

/** One lead of the user, one of its group, one of nobody near. */
async function leadsAround(id: number) {
	const colleague = await userWith({});
	const own = await create('/leads', { responsible_user_id: id });
	const group = await create('/leads', { responsible_user_id: colleague.id });
	const other = await create('/leads');
	return { own, group, other };
}

const CASES: Array<[string, string[]]> = [['A', ['own', 'group', 'other']], ['G', ['own', 'group']], ['M', ['own']], ['D', []]];

describe('extended 6 rights of a role', () => {
	it.each(CASES)('extended 6 view %s shows the leads of %j, in lists and one by one, with their notes and links', async (view, seen) => {
		const { id, as } = await userWith({ leads: { view } });
		const leads = await leadsAround(id);
		const ids = Object.entries(leads).filter(([name]) => seen.includes(name)).map(([, lead]) => lead);
		expect(rows(await as('GET', `/leads?${Object.values(leads).map((lead) => `filter[id][]=${lead}`).join('&')}`), 'leads').map((row) => row.id)).toEqual(ids);
		for (const lead of Object.values(leads)) {
			const status = ids.includes(lead) ? 200 : 403;
			const note = await create('/leads/notes', { entity_id: lead, note_type: 'common', params: { text: 'x' } });
			for (const path of [`/leads/${lead}`, `/leads/${lead}/links`, `/leads/notes/${note}`]) expect([path, (await as('GET', path)).status]).toEqual([path, status]);
		}
	});

	it.each(CASES)('extended 6 edit %s lets the leads of %j be changed, and what belongs to them', async (edit, reached) => {
		const { id, as } = await userWith({ leads: { edit } });
		const leads = await leadsAround(id);
		const contact = await create('/contacts');
		for (const [name, lead] of Object.entries(leads)) {
			const status = reached.includes(name) ? 200 : 403;
			const calls: Array<[string, string, unknown]> = [
				['PATCH', `/leads/${lead}`, { name: 'n' }],
				['PATCH', '/leads', [{ id: lead, name: 'n' }]],
				['POST', `/leads/${lead}/notes`, [{ note_type: 'common', params: { text: 'x' } }]],
				['POST', `/leads/${lead}/link`, [{ to_entity_id: contact, to_entity_type: 'contacts' }]],
				['POST', '/leads/link', [{ entity_id: lead, to_entity_id: contact, to_entity_type: 'contacts' }]],
			];
			for (const [method, path, body] of calls) expect([path, (await as(method, path, body)).status]).toEqual([path, status]);
		}
	});

	it('extended 6 a batch with one forbidden lead changes none', async () => {
		const { id, as } = await userWith({ leads: { edit: 'M' } });
		const { own, other } = await leadsAround(id);
		expect((await as('PATCH', '/leads', [{ id: own, name: 'n' }, { id: other, name: 'n' }])).status).toBe(403);
		expect(bench.emulator.account.leads.get(own)?.name).not.toBe('n');
	});

	it('extended 6 add D forbids to make, alone and together with others', async () => {
		const { as } = await userWith({ companies: { add: 'D' } });
		expect((await as('POST', '/companies', [{ name: 'c' }])).status).toBe(403);
		expect((await as('POST', '/leads/complex', [{ name: 'l' }])).status).toBe(403);
		expect((await as('POST', '/leads', [{ name: 'l' }])).status).toBe(200);
	});

	it('extended 6 rights on a stage go before those on leads', async () => {
		const [pipeline] = bench.emulator.account.pipelines.values();
		const [, first, second] = pipeline?.statuses ?? [];
		const denied: Levels = { view: 'D', edit: 'D', delete: 'D' };
		const { as } = await userWith({ status_rights: [{ entity_type: 'leads', pipeline_id: pipeline?.id, status_id: first?.id, rights: denied }] });
		const hidden = await create('/leads', { pipeline_id: pipeline?.id, status_id: first?.id });
		const shown = await create('/leads', { pipeline_id: pipeline?.id, status_id: second?.id });
		expect([(await as('GET', `/leads/${hidden}`)).status, (await as('GET', `/leads/${shown}`)).status]).toEqual([403, 200]);
	});

	it('extended 6 tasks are seen by all and changed by whom the role names', async () => {
		const { id, as } = await userWith({ tasks: { edit: 'M' } });
		const own = await create('/tasks', { text: 't', complete_till: 1_900_000_000, responsible_user_id: id });
		const other = await create('/tasks', { text: 't', complete_till: 1_900_000_000 });
		const statuses = [];
		for (const task of [own, other]) for (const [method, body] of [['GET'], ['PATCH', { text: 'u' }]] as const) statuses.push((await as(method, `/tasks/${task}`, body)).status);
		expect(statuses).toEqual([200, 200, 200, 403]);
	});

	it('extended 6 lists are closed without catalog_access, unless catalog_rights open one', async () => {
		const [open, shut] = [await create('/catalogs', { name: 'a' }), await create('/catalogs', { name: 'b' })];
		const rights = { view: 'A', edit: 'A', add: 'A', delete: 'A', export: 'A' };
		const { as } = await userWith({ catalog_access: false, catalog_rights: [{ catalog_id: open, rights }] });
		expect([(await as('GET', `/catalogs/${open}`)).status, (await as('GET', `/catalogs/${shut}`)).status]).toEqual([200, 403]);
		expect(rows(await as('GET', '/catalogs'), 'catalogs').map(({ id }) => id)).toEqual([open]);
	});

	it.each([['leads', 'contacts'], ['leads', 'companies'], ['contacts', 'companies'], ['customers', 'contacts']])('extended 6 cards that the role does not show are not embedded in others and not among their links: %s with %s', async (from, to) => {
		const { id, as } = await userWith({ contacts: { view: 'M' }, companies: { view: 'M' } });
		const linked = await create(`/${to}`, { name: 'linked', responsible_user_id: id });
		const path = `/${from}/${await create(`/${from}`, { name: 'holder', responsible_user_id: id, ...(from === 'customers' ? { next_date: 1_900_000_000 } : {}) })}`;
		await api('POST', `${path}/link`, [{ to_entity_id: linked, to_entity_type: to }]);
		const seen = async () => [
			rows(await as('GET', `${path}?with=contacts,companies`), to).map((row) => row.id),
			rows(await as('GET', `${path}/links`), 'links').map((row) => row.to_entity_id),
			rows(await as('GET', `/${from}/links?filter[entity_id][]=${path.split('/')[2]}`), 'links').map((row) => row.to_entity_id),
		];
		expect(await seen()).toEqual([[linked], [linked], [linked]]);
		const [admin] = bench.emulator.account.users.keys();
		await api('PATCH', `/${to}/${linked}`, { responsible_user_id: admin });
		expect(await seen()).toEqual([[], [], []]);
	});

	it('extended 6 a call is added by whom the role lets edit its card, all of a batch or none', async () => {
		const { id, as } = await userWith({ contacts: { edit: 'M' } });
		const phone = (value: string) => ({ custom_fields_values: [{ field_code: 'PHONE', values: [{ value }] }] });
		await create('/contacts', { ...phone('+79990000011'), responsible_user_id: id });
		await create('/contacts', phone('+79990000012'));
		const call = (tail: number) => ({ direction: 'inbound', duration: 1, source: 'pbx', phone: `+799900000${tail}` });
		const before = bench.emulator.account.notes.size;
		expect((await as('POST', '/calls', [call(11), call(12)])).status).toBe(403);
		expect(bench.emulator.account.notes.size).toBe(before);
		expect((await as('POST', '/calls', [call(11)])).status).toBe(200);
	});

	it('extended 6 incoming leads follow the rights over leads on their stage', async () => {
		const denied = { view: 'D', edit: 'D', add: 'D', delete: 'D' };
		const [pipeline] = bench.emulator.account.pipelines.values();
		const incoming = pipeline?.statuses.find(({ type }) => type === 1);
		const shut = [{ leads: denied }, { status_rights: [{ entity_type: 'leads', pipeline_id: pipeline?.id, status_id: incoming?.id, rights: denied }] }];
		const body = [{ source_uid: 'a', source_name: 'Site', metadata: {} }];
		const uid = String(rows(await api('POST', '/leads/unsorted/forms', body), 'unsorted')[0]?.uid);
		for (const rights of shut) {
			const { as } = await userWith(rights);
			expect(rows(await as('GET', '/leads/unsorted'), 'unsorted')).toEqual([]);
			for (const [method, path] of [['GET', ''], ['POST', '/accept'], ['DELETE', '/decline']] as const) expect((await as(method, `/leads/unsorted/${uid}${path}`)).status).toBe(403);
		}
		const { as } = await userWith({ leads: { ...denied, view: 'A' } });
		expect((await as('POST', '/leads/unsorted/forms', body)).status).toBe(403);
		expect((await as('GET', `/leads/unsorted/${uid}`)).status).toBe(200);
		const limited = await userWith({ leads: { view: 'M', edit: 'M' } });
		expect((await limited.as('POST', `/leads/unsorted/${uid}/accept`)).status).toBe(200);
	});

	it('extended 6 X-Context-User-ID has the rights of that user, and a switch lets everybody do everything', async () => {
		const { id } = await userWith({ leads: { view: 'M' } });
		const lead = await create('/leads');
		const read = async () => (await api('GET', `/leads/${lead}`, undefined, { 'x-context-user-id': String(id) })).status;
		expect(await read()).toBe(403);
		bench.emulator.switches.rolesEnforced = false;
		expect(await read()).toBe(200);
	});
});
