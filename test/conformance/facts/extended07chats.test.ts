import { rows, useBench } from '../../../emulator/testing/client';

/** Talks with their messages, bots of v4, AI agents, the drive's room: who may use them, and how they refuse. */

const bench = useBench();
const { api, create, errors } = bench;

const refusals = async (name: 'talks' | 'talkHistory' | 'talkSending' | 'aiAgents', statuses: number[], calls: (() => Promise<{ status: number }>)[]) => {
	for (const status of statuses) {
		Object.assign(bench.emulator.switches, { [name]: status });
		for (const call of calls) expect(await call()).toMatchObject({ status });
	}
	Object.assign(bench.emulator.switches, { [name]: 'on' });
};

describe('extended 7.2 talks and messages', () => {
	const write = async (body: object) => (await bench.call('POST', '/__emulator/ui/messages', body)).body as Record<string, number>;

	it('extended 7.2 talks are listed by pages, and by contact, card, id and whether they are in work', async () => {
		expect((await api('GET', '/talks')).status).toBe(204);
		const contacts = [await create('/contacts', { name: 'Ann' }), await create('/contacts', { name: 'Bob' })];
		const lead = await create('/leads', { _embedded: { contacts: [{ id: contacts[0] }] } });
		const [first, second] = [await write({ contactId: contacts[0], text: 'a' }), await write({ contactId: contacts[1], text: 'b' })];
		const found = async (query: string) => rows(await api('GET', `/talks?${query}`), 'talks').map(({ talk_id }) => talk_id);
		const [one, two] = [first.talk_id, second.talk_id];
		expect(await found('')).toEqual([one, two]);
		expect(await found(`filter[contact_id]=${contacts[1]}`)).toEqual([two]);
		expect(await found(`filter[talk_id][]=${one}`)).toEqual([one]);
		expect(await found(`filter[entity_id]=${lead}&filter[entity_type]=lead`)).toEqual([one]);
		expect(await found(`filter[entity_id]=${lead}`)).toEqual([one, two]);
		await api('POST', `/talks/${one}/close`, { force_close: true });
		expect(await found('filter[only_in_work]=0')).toEqual([two]);
		expect(await api('GET', '/talks?limit=1')).toMatchObject({ body: { _links: { next: { href: expect.stringContaining('page=2') } }, _embedded: { talks: [{ status: 'closed', source_id: null }] } } });
	});

	it('extended 7.2 messages of a talk come newest first and are paged by time, or by pages with the switch', async () => {
		const contactId = await create('/contacts', { name: 'Ann' });
		const { talk_id } = await write({ contactId, text: 'first' });
		const start = bench.emulator.clock.seconds();
		for (const text of ['second', 'third']) {
			await bench.emulator.clock.advance(60_000);
			await write({ contactId, text, direction: text === 'third' ? 'outgoing' : 'incoming' });
		}
		const texts = async (query: string) => rows(await api('GET', `/talks/${talk_id}/messages?${query}`), 'messages').map(({ text }) => text);
		expect(await texts('')).toEqual(['third', 'second', 'first']);
		expect(await texts('limit=2&page=2')).toEqual(['third', 'second']);
		expect((await api('GET', `/talks/${talk_id}/messages?limit=2`)).body._links).not.toHaveProperty('next');
		expect(await texts(`filter[created_at][from]=${start + 30}&filter[created_at][to]=${start + 90}`)).toEqual(['second']);
		expect((await api('GET', `/talks/${talk_id}/messages?filter[created_at][to]=1`)).status).toBe(204);
		expect((await api('GET', '/talks/1/messages')).status).toBe(404);
		const [newest, , oldest] = rows(await api('GET', `/talks/${talk_id}/messages`), 'messages');
		expect(newest).toMatchObject({ type: 'outgoing', message_type: 'text', author: { type: 'internal' }, delivery_status: 'delivered', attachment: null });
		expect(oldest).toMatchObject({ type: 'incoming', author: { type: 'external', name: 'Ann' }, delivery_status: null });
		bench.emulator.switches.talkHistoryPaging = 'page';
		expect(await texts('limit=2&page=2')).toEqual(['first']);
	});

	it('extended 7.2 a text or a file of the drive is sent with 202 and read back with its link', async () => {
		const { talk_id } = await write({ contactId: await create('/contacts', { name: 'Ann' }), text: 'Hi' });
		const send = (body: object) => api('POST', `/talks/${talk_id}/send_message`, body);
		const drive = bench.emulator.world.driveUrl;
		const { upload_url } = (await bench.call('POST', `${drive}/v1.0/sessions`, { file_name: 'plan.png', file_size: 3, content_type: 'image/png' })).body;
		const { uuid: drive_uuid, version_uuid: drive_version_uuid } = (await bench.call('POST', String(upload_url), Buffer.from('abc'))).body;
		expect(await send({ text: 'Hello' })).toMatchObject({ status: 202, body: { id: expect.stringMatching(/^[0-9a-f-]{36}$/) } });
		expect((await send({ attachment: { type: 'picture', drive_uuid, drive_version_uuid } })).status).toBe(202);
		const [picture, hello] = rows(await api('GET', `/talks/${talk_id}/messages`), 'messages');
		expect(hello).toMatchObject({ type: 'outgoing', text: 'Hello' });
		expect(picture).toMatchObject({ message_type: 'picture', attachment: { type: 'picture', file_name: 'plan.png' } });
		expect(await (await fetch((picture?.attachment as { link: string }).link)).text()).toBe('abc');
		expect(errors(await send({}))).toEqual({ '-': ['FieldMissing text'] });
		expect(errors(await send({ attachment: { type: 'file', drive_uuid: 'x', drive_version_uuid } }))).toEqual({ '-': ['NotSupportedChoice attachment.drive_uuid'] });
		expect(errors(await send({ attachment: { type: 'file', drive_uuid, drive_version_uuid: 'x' } }))).toEqual({ '-': ['NotSupportedChoice attachment.drive_version_uuid'] });
		expect((await api('POST', '/talks/1/send_message', { text: 'x' })).status).toBe(404);
		bench.emulator.switches.talkQuota = 2;
		expect(await send({ text: 'one too many' })).toMatchObject({ status: 402, body: { detail: 'Over chat API limit' } });
		await api('POST', `/talks/${talk_id}/close`, { force_close: true });
		expect(await send({ text: 'x' })).toMatchObject({ status: 422, body: { detail: 'Talk is closed' } });
	});

	it('extended 7.2 chats are asked for by contact or by chat, several at once, and all by neither', async () => {
		const [ann, bob] = [await create('/contacts', { name: 'Ann' }), await create('/contacts', { name: 'Bob' })];
		const [first, second] = [await write({ contactId: ann, text: 'a' }), await write({ contactId: bob, text: 'b' })];
		const found = async (query: string) => rows(await api('GET', `/contacts/chats?${query}`), 'chats').map(({ contact_id }) => contact_id);
		expect(await found(`contact_id[]=${ann}&contact_id[]=${bob}`)).toEqual([ann, bob]);
		expect([await found(`contact_id=${ann}`), await found(`chat_id[]=${second.chat_id}`)]).toEqual([[ann], [bob]]);
		expect((await api('GET', '/contacts/chats?contact_id=1')).status).toBe(204);
		expect(await found('')).toEqual([ann, bob]);
		expect(errors(await api('POST', '/contacts/chats', [{ contact_id: 1, chat_id: first.chat_id }]))).toEqual({ 0: ['NotSupportedChoice contact_id'] });
	});

	it('extended 7.2 closing without force lets the NPS bot ask first where it is on', async () => {
		const { talk_id } = await write({ contactId: await create('/contacts', { name: 'Ann' }), text: 'Hi' });
		bench.emulator.switches.npsOnClose = true;
		expect((await api('POST', `/talks/${talk_id}/close`, { force_close: false })).status).toBe(202);
		expect((await api('GET', `/talks/${talk_id}`)).body).toMatchObject({ status: 'nps_scheduled', is_in_work: true });
		expect((await api('POST', `/talks/${talk_id}/close`, { force_close: true })).status).toBe(202);
		expect((await api('GET', `/talks/${talk_id}`)).body).toMatchObject({ status: 'closed', is_in_work: false });
	});

	it('extended 7.2 without the product 402, without the scope 403, each by its switch', async () => {
		const { talk_id } = await write({ contactId: await create('/contacts', { name: 'Ann' }), text: 'Hi' });
		const talk = `/talks/${talk_id}`;
		await refusals('talks', [402, 403], [() => api('GET', '/talks'), () => api('GET', talk), () => api('POST', `${talk}/close`)]);
		await refusals('talkHistory', [402, 403], [() => api('GET', `${talk}/messages`)]);
		await refusals('talkSending', [402, 403], [() => api('POST', `${talk}/send_message`, { text: 'x' })]);
		expect((await api('GET', talk)).status).toBe(200);
		bench.emulator.switches.talkSending = 403;
		bench.emulator.switches.talkHistory = 403;
		bench.emulator.switches.talks = 402;
		expect((await api('POST', `${talk}/send_message`, { text: 'x' })).status).toBe(402);
		bench.emulator.switches.talks = 'on';
		expect((await api('GET', `${talk}/messages`)).body).toMatchObject({ detail: "Client doesn't have the required scope" });
	});
});

describe('extended 7.7 bots of v4', () => {
	it('extended 7.7 bots are listed as items, by kind and by id', async () => {
		const all = rows(await api('GET', '/bots'), 'items');
		expect(all[0]).toEqual({ id: expect.any(Number), name: expect.any(String), type_functionality: 'regular', is_visual_editor: true, settings: {} });
		const found = async (query: string) => rows(await api('GET', `/bots?${query}`), 'items').length;
		expect([all.length, await found('filter[type_functionality][]=nps'), await found(`filter[id][]=${all[0]?.id}`), await found('limit=2')]).toEqual([3, 1, 1, 2]);
		expect(rows(await api('GET', '/bots?with=favorite'), 'items')[0]).toMatchObject({ is_favorite: false });
		expect((await api('GET', '/bots?filter[id][]=1')).status).toBe(204);
	});

	it('extended 7.7 a hundred starts in one request, on leads, contacts and customers; only leads are stopped', async () => {
		const [bot_id] = [...bench.emulator.account.bots.keys()];
		const lead = await create('/leads');
		const contact = await create('/contacts', { name: 'Ann' });
		const run = (count: number) => Array.from({ length: count }, () => ({ bot_id, entity_id: lead, entity_type: 'leads' }));
		expect(await api('POST', '/bots/run', run(100))).toMatchObject({ status: 202, body: { text: '' } });
		expect((await api('POST', '/bots/run', run(101))).status).toBe(400);
		expect(bench.emulator.account.botRuns.size).toBe(100);
		const bad = [{ bot_id: 1, entity_id: lead, entity_type: 'leads' }, { bot_id, entity_id: 1, entity_type: 'contacts' }, { bot_id, entity_id: contact, entity_type: 'contacts' }];
		expect(errors(await api('POST', '/bots/run', bad))).toEqual({ 0: ['NotSupportedChoice bot_id'], 1: ['NotSupportedChoice entity_id'] });
		expect((await api('POST', `/bots/${bot_id}/run`, { entity_id: contact, entity_type: 'contacts' })).status).toBe(202);
		expect((await api('POST', '/bots/1/run', { entity_id: lead, entity_type: 'leads' })).status).toBe(404);
		expect(errors(await api('POST', `/bots/${bot_id}/stop`, { entity_id: contact, entity_type: 'contacts' }))).toEqual({ '-': ['NotSupportedChoice entity_type'] });
		expect((await api('POST', `/bots/${bot_id}/stop`, { entity_id: lead, entity_type: 'leads' })).status).toBe(202);
		expect([...bench.emulator.account.botRuns.values()].filter(({ stopped }) => !stopped)).toMatchObject([{ entity_id: contact, entity_type: 1 }]);
	});

	it('extended 7.7 an account without v4 answers 404, or lists only and answers 405; v2 starts bots all the same', async () => {
		const [bot_id] = [...bench.emulator.account.bots.keys()];
		const entity_id = await create('/leads');
		bench.emulator.switches.botsInV4 = false;
		expect(await api('GET', '/bots')).toMatchObject({ status: 404, body: { detail: `Cannot GET ${bench.emulator.url}/api/v4/bots!` } });
		expect((await api('POST', '/bots/run', [{ bot_id, entity_id, entity_type: 'leads' }])).status).toBe(404);
		bench.emulator.switches.botsInV4 = 'listed';
		expect((await api('GET', '/bots')).status).toBe(200);
		for (const path of ['/bots/run', `/bots/${bot_id}/run`, `/bots/${bot_id}/stop`]) expect(await api('POST', path, {})).toMatchObject({ status: 405, body: { text: '' } });
		expect((await bench.call('POST', '/api/v2/salesbot/run', [{ bot_id, entity_id, entity_type: 2 }])).status).toBe(202);
		expect(bench.emulator.account.botRuns.size).toBe(1);
	});
});

describe('extended 7.10 AI agents', () => {
	const agent = { name: 'Helper', description: 'Answers questions', system_prompt: 'Be short' };

	it('extended 7.10 an agent is created, read, changed and deleted by its uuid', async () => {
		expect((await api('GET', '/amma/agents')).status).toBe(204);
		const mcp = { url: 'https://tools.example/mcp', transport: 'sse', headers: { authorization: 'Bearer x' } };
		const [made] = rows(await api('POST', '/amma/agents', [{ ...agent, mcp, request_id: 'mine' }]), 'agents');
		expect(made).toMatchObject({ ...agent, mcp, model_size: 'M', is_active: true, request_id: 'mine', uuid: expect.stringMatching(/^[0-9a-f-]{36}$/) });
		const path = `/amma/agents/${String(made?.uuid)}`;
		expect((await api('PATCH', path, { is_active: false, model_size: 'L' })).body).toMatchObject({ is_active: false, model_size: 'L', name: 'Helper' });
		expect((await api('GET', path)).body).toMatchObject({ is_active: false, mcp });
		expect(rows(await api('GET', '/amma/agents?limit=250'), 'agents')).toMatchObject([{ uuid: made?.uuid }]);
		expect((await api('DELETE', path)).status).toBe(204);
		expect((await api('GET', path)).status).toBe(404);
	});

	it('extended 7.10 all of a batch or nothing, two agents of an integration, https only', async () => {
		expect(errors(await api('POST', '/amma/agents', [agent, { ...agent, mcp: { url: 'http://tools.example' } }]))).toEqual({ 1: ['InvalidValue mcp.url'] });
		expect(errors(await api('POST', '/amma/agents', [{ name: 'x' }, agent]))).toEqual({ 0: ['FieldMissing description', 'FieldMissing system_prompt'] });
		expect((await api('GET', '/amma/agents')).status).toBe(204);
		expect((await api('POST', '/amma/agents', [agent, agent, agent])).status).toBe(422);
		expect((await api('POST', '/amma/agents', [agent, agent])).status).toBe(200);
		expect((await api('POST', '/amma/agents', [agent])).status).toBe(422);
		bench.emulator.switches.agentsOfIntegration = 3;
		expect((await api('POST', '/amma/agents', [agent])).status).toBe(200);
	});

	it('extended 7.10 without Amma 402, without its scope 403, on a site without it 404', async () => {
		await refusals('aiAgents', [402, 403, 404], [() => api('GET', '/amma/agents'), () => api('POST', '/amma/agents', [agent])]);
		bench.emulator.switches.aiAgents = 404;
		expect((await api('GET', '/amma/agents')).body).toMatchObject({ detail: `Cannot GET ${bench.emulator.url}/api/v4/amma/agents!` });
	});
});

it('extended 8 the drive tells its room, and refuses what does not fit', async () => {
	const drive = bench.emulator.world.driveUrl;
	const open = (file_size: number) => bench.call('POST', `${drive}/v1.0/sessions`, { file_name: 'a.txt', file_size });
	expect((await bench.call('GET', `${drive}/v1.0/files/stats`)).body).toEqual({ limit: 10_737_418_240, used: 0 });
	bench.emulator.switches.driveQuota = 5;
	await bench.call('POST', String((await open(3)).body.upload_url), Buffer.from('abc'));
	expect((await bench.call('GET', `${drive}/v1.0/files/stats`)).body).toEqual({ limit: 5, used: 3 });
	expect(await open(3)).toMatchObject({ status: 402, body: { detail: 'Storage limit exceeded' } });
	const { upload_url } = (await open(2)).body;
	bench.emulator.switches.driveQuota = 4;
	expect(await bench.call('POST', String(upload_url), Buffer.from('ab'))).toMatchObject({ status: 402 });
	const headers = { authorization: `Bearer ${bench.emulator.issueToken({ scopes: ['crm'] }).accessToken}` };
	expect((await bench.call('GET', `${drive}/v1.0/files/stats`, undefined, headers)).status).toBe(403);
});

it('extended 12 phones are filtered as other fields are, or the filter is ignored by the switch', async () => {
	const phone = bench.emulator.account.fieldsOf('contacts').find(({ code }) => code === 'PHONE')?.id;
	for (const value of ['+79991112233', '+79994445566']) await create('/contacts', { name: value, custom_fields_values: [{ field_id: phone, values: [{ value }] }] });
	const found = async () => rows(await api('GET', `/contacts?filter[custom_fields_values][${phone}][]=${encodeURIComponent('+79991112233')}`), 'contacts').length;
	expect(await found()).toBe(1);
	bench.emulator.switches.phoneFilter = 'ignored';
	expect(await found()).toBe(2);
});
