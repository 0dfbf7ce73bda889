import { openBench, rows, type Bench } from '../../emulator/testing/client';

/** The demo account has what the published examples name, and a row of every resource. */

const open = new Map<string, Bench>();

beforeAll(async () => {
	for (const language of ['ru', 'en'] as const) open.set(language, await openBench({ seed: 'demo', language }));
});

afterAll(() => Promise.all([...open.values()].map((bench) => bench.close())));

describe.each(['ru', 'en'])('the demo account in %s', (language) => {
	const bench = () => open.get(language) as Bench;
	const list = async (path: string, key: string) => rows(await bench().api('GET', path), key);

	it.each([
		'/leads/7000001', '/contacts/46000001', '/companies/47000001', '/customers/2001', '/customers/statuses/4740001', '/customers/transactions/14001',
		'/customers/2001/transactions', '/catalogs/9001', '/catalogs/9001/elements/500001', '/users/9000001', '/roles/3141', '/talks/100', '/talks/101',
		'/sources/8801', '/chats/templates/7201', '/website_buttons/15001', '/widgets/demo_widget', '/leads/pipelines/7100001', '/contacts/chats', '/leads/7000001/files',
	])('has %s of the published examples', async (path) => {
		expect((await bench().api('GET', path)).status).toBe(200);
	});

	it.each([
		['/leads/7000001/link', [{ to_entity_id: 500001, to_entity_type: 'catalog_elements', metadata: { catalog_id: 9001, quantity: 1.5 } }]],
		['/customers/2001/transactions', [{ price: 500, _embedded: { catalog_elements: [{ id: 500001, metadata: { catalog_id: 9001, quantity: 10 } }] } }]],
		['/customers/2001/bonus_points', { earn: 5 }],
		['/talks/100/close', { force_close: true }],
		['/chats/templates/7202/review', undefined],
	])('takes the published example of POST %s', async (path, body) => {
		expect([200, 202]).toContain((await bench().api('POST', path, body)).status);
	});

	it('starts the published bot for the published lead', async () => {
		const answer = await bench().call('POST', '/api/v2/salesbot/run', [{ bot_id: 5001, entity_id: 7000001, entity_type: 2 }]);
		expect(answer.status).toBe(202);
	});

	it('has a chat that waits, with the whole metadata', async () => {
		const [chat] = await list('/leads/unsorted?filter[category]=chats', 'unsorted');
		expect(chat?.metadata).toEqual({
			from: expect.any(String),
			to: expect.any(String),
			received_at: expect.any(Number),
			service: expect.any(String),
			client: { name: expect.any(String), avatar: expect.any(String) },
			origin: { chat_id: expect.any(String), ref: expect.any(String), visitor_uid: expect.any(String) },
			last_message_text: expect.any(String),
			source_name: expect.any(String),
		});
		expect(chat?._embedded).toMatchObject({ leads: [{}], contacts: [{}] });
	});

	it('has lists of every kind, with elements; templates of both kinds; notes and events of conversations', async () => {
		const catalogs = await list('/catalogs', 'catalogs');
		expect(catalogs.map(({ type }) => type)).toEqual(['products', 'regular', 'invoices']);
		for (const { id } of catalogs) expect(await list(`/catalogs/${String(id)}/elements`, 'elements')).not.toEqual([]);
		expect((await list('/chats/templates', 'chat_templates')).map(({ type }) => type)).toEqual(['amocrm', 'waba']);
		for (const type of ['leads', 'contacts', 'companies']) expect(await list(`/${type}/notes`, 'notes')).not.toEqual([]);
		expect(await list('/events?filter[type]=talk_closed', 'events')).not.toEqual([]);
	});

	it('has roles that are no administrators, and a user who sees the group and deletes nothing', async () => {
		const users = await list('/users', 'users');
		const rights = users.map((user) => user.rights as { is_admin: boolean; leads: { view: string; delete: string } });
		expect(rights.map(({ is_admin }) => is_admin)).toEqual([true, false, false, false]);
		expect(rights.at(-1)?.leads).toMatchObject({ view: 'G', edit: 'M', delete: 'D' });
	});
});
