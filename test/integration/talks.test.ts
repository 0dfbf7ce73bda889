import type { IDataObject, INodeParameters } from 'n8n-workflow';

import { addMessage } from '../../emulator/chats/messages';
import { AmoCrm } from '../../nodes/AmoCrm/AmoCrm.node';
import type { RunOptions } from './harness';
import { editorOf } from './harness';
import type { World } from './world';
import { addLeads, byId, FAST, manyItems, openWorld, rowsOf, saidOf } from './world';

/** Talks with clients and their messages; bots on cards. */

let world: World;

beforeAll(async () => {
	world = await openWorld();
});
afterAll(async () => await world.close());
beforeEach(() => world.emulator.log.clear());

const run = async (resource: string, operation: string, parameters: INodeParameters = {}, options: Partial<RunOptions> = {}) =>
	await world.run({ resource, operation, options: FAST, ...parameters }, options);

const rows = async (...parameters: Parameters<typeof run>) => rowsOf(await run(...parameters));

const said = async (...parameters: Parameters<typeof run>) => saidOf(await run(...parameters));

/** A talk that the client has opened, on the card of a lead or of nobody. */
function openTalk(texts: string[] = ['Hello']) {
	const { emulator } = world;
	const contact = emulator.ui.create('contacts', { name: 'Ann' });
	const talk = emulator.ui.message({ contactId: contact.id, text: texts[0] ?? '' });
	for (const text of texts.slice(1)) emulator.ui.message({ talkId: talk.id, text });
	return talk;
}

describe('talks', () => {
	const talkId = (id: number) => byId(id);

	it('are listed by what amoCRM filters by', async () => {
		const [open, closed] = [openTalk(), openTalk()];
		world.emulator.ui.updateTalk(closed.id, { is_in_work: false });
		const ids = async (filters: INodeParameters) => (await rows('talk', 'getAll', { returnAll: true, filters })).map(({ talk_id: id }) => id);
		expect(await ids({})).toEqual(expect.arrayContaining([open.id, closed.id]));
		expect(await ids({ ids: [open.id] })).toEqual([open.id]);
		expect(await ids({ contactIds: [closed.contact_id] })).toEqual([closed.id]);
		expect(await ids({ onlyInWork: true, ids: [open.id, closed.id] })).toEqual([open.id]);
		expect(await ids({ onlyInWork: false, ids: [open.id, closed.id] })).toHaveLength(2);
		expect(await said('talk', 'getAll', { filters: { entityIds: [1] } })).toContain("'Linked Records From Data' needs 'Linked Record Type' too");
		expect(JSON.stringify(world.emulator.log.entries.map(({ query }) => query))).not.toContain('order');
		const [row] = await rows('talk', 'get', { talkId: talkId(open.id) });
		expect(row).toMatchObject({ id: open.id, talk_id: open.id, contact_ids: [open.contact_id], status: 'in_work', is_in_work: true });
	});

	it('are recognised by who writes, picked by their card, and brought along with their contact', async () => {
		const talk = openTalk();
		const [lead = 0] = await addLeads(world, 1);
		world.emulator.account.talks.change(talk, { entity_id: lead, entity_type: 'lead' });
		const searchTalks = (new AmoCrm().methods.listSearch as unknown as Record<string, (this: unknown, filter?: string) => Promise<{ results: unknown[] }>>).searchTalks;
		const shown = await searchTalks?.call(editorOf(world.account, { resource: 'talk', operation: 'get' }), 'ann');
		expect(shown?.results).toContainEqual({ name: expect.stringMatching(/^Ann · [\d-]{10}/) as string, value: String(talk.id) });
		const [row] = await rows('talk', 'getAll', { filters: { entityType: 'leads', linkedRecords: { record: [{ recordId: byId(lead) }] } }, options: { ...FAST, expand: ['contacts'] } });
		expect(row).toMatchObject({ id: talk.id, contacts: [{ id: talk.contact_id, name: 'Ann' }] });
	});

	it('are closed, and what is closed already is said', async () => {
		const talks = [openTalk(), openTalk(), openTalk()];
		const close = { talkId: { __rl: true, mode: 'id', value: '={{ $json.id }}' }, forceClose: '={{ $json.force }}' };
		const made = await rows('talk', 'close', close, { items: talks.slice(0, 2).map(({ id }, index) => ({ id, force: index === 0 })) });
		expect(made).toEqual(talks.slice(0, 2).map(({ id }) => ({ talk_id: id, closed: true })));
		const again = await run('talk', 'close', close, { items: [talks[0], talks[2]].map((talk) => ({ id: talk?.id, force: true })), onError: 'continueRegularOutput' });
		expect(again.rows.map(({ json }) => json.error ?? json)).toEqual([expect.stringContaining('already closed') as string, { talk_id: talks[2]?.id, closed: true }]);
		expect(JSON.stringify(again.rows[0]?.json)).toContain('This needs a talk that is still in work.');
	});

	it('that a bot keeps open for a rating are not said to be closed', async () => {
		const { id } = openTalk();
		world.emulator.switches.npsOnClose = true;
		expect(await rows('talk', 'close', { talkId: talkId(id), forceClose: false })).toEqual([{ talk_id: id, closed: false, status: 'nps_scheduled' }]);
		expect(await rows('talk', 'close', { talkId: talkId(id), forceClose: true })).toEqual([{ talk_id: id, closed: true }]);
		world.emulator.switches.npsOnClose = false;
	});

	it('are closed with a 200 too', async () => {
		const { id } = openTalk();
		world.emulator.switches.talkCloseStatus = 200;
		expect(await rows('talk', 'close', { talkId: talkId(id), forceClose: true })).toEqual([{ talk_id: id, closed: true }]);
		world.emulator.switches.talkCloseStatus = 202;
	});
});

describe('messages', () => {
	it.each(['time', 'page'] as const)('are read to the first one, each once, by %s', async (paging) => {
		world.emulator.switches.talkHistoryPaging = paging;
		const talk = openTalk();
		for (let n = 0; n < 620; n += 1) {
			if (n % 3 === 0) world.emulator.clock.advance(1000);
			addMessage(world.emulator.world, talk, { direction: n % 2 ? 'incoming' : 'outgoing', by: 0, text: `Message ${n}` });
		}
		const read = await rows('talk', 'getMessages', { talkId: byId(talk.id), returnAll: true });
		expect(read.map(({ text }) => text)).toEqual([...manyItems(620, (n) => `Message ${n}` as never).reverse(), 'Hello']);
		expect(new Set(read.map(({ id }) => id)).size).toBe(621);
		expect(world.requests('GET', `/talks/${talk.id}/messages`)).toHaveLength(3);
		const latest = await rows('talk', 'getMessages', { talkId: byId(talk.id), limit: 5 });
		expect(latest.map(({ id }) => id)).toEqual(read.slice(0, 5).map(({ id }) => id));
		expect(world.requests('GET', `/talks/${talk.id}/messages`)).toHaveLength(4);
		world.emulator.switches.talkHistoryPaging = 'time';
	});

	it('of a second that holds more than a page are not left out in silence', async () => {
		const talk = openTalk();
		world.emulator.clock.advance(5000);
		for (let n = 0; n < 300; n += 1) addMessage(world.emulator.world, talk, { direction: 'incoming', by: 0, text: `Message ${n}` });
		expect(await said('talk', 'getMessages', { talkId: byId(talk.id), returnAll: true })).toContain('cannot be read to its end');
	});

	it('of several talks are paired, and a talk that is not there is said', async () => {
		const talks = [openTalk(['One', 'Two']), openTalk(['Three'])];
		const { rows: all } = await run('talk', 'getMessages', { talkId: { __rl: true, mode: 'id', value: '={{ $json.id }}' }, returnAll: true }, {
			items: [...talks.map(({ id }) => ({ id })), { id: 999_999 }],
			onError: 'continueRegularOutput',
		});
		const short = all.map(({ json, pairedItem }) => [(pairedItem as { item: number }).item, json.error ?? json.text]);
		expect(short).toHaveLength(4);
		expect(short).toEqual(expect.arrayContaining([[0, 'Two'], [0, 'One'], [1, 'Three'], [2, 'Talk 999999 was not found [item 2]']]));
		const [first] = await rows('talk', 'getMessages', { talkId: byId(talks[1]?.id as number) });
		expect(first).toMatchObject({ talk_id: talks[1]?.id, author: 'Ann', author_type: 'external', message_type: 'text', created_at: expect.stringMatching(/^20/) as string });
	});

	it('are sent in the order of the items', async () => {
		const { id } = openTalk();
		const sent = await rows('talk', 'sendMessage', { talkId: byId(id), text: '={{ $json.text }}' }, { items: manyItems(5, (n) => ({ text: `Answer ${n}` })) });
		expect(sent).toEqual(manyItems(5, (n) => ({ id: expect.any(String) as string, talk_id: id, text: `Answer ${n}` })));
		const read = await rows('talk', 'getMessages', { talkId: byId(id), limit: 5 });
		expect(read.map((row) => row.id)).toEqual(sent.map((row) => row.id).reverse());
	});

	it('hold a text or a file, which is named by its newest version', async () => {
		const { id } = openTalk();
		expect(await said('talk', 'sendMessage', { talkId: byId(id) })).toContain("'Text', 'File' and 'Input Binary Field' are all empty");
		const file = await uploaded('a.png', 'image/png');
		await rows('talk', 'sendMessage', { talkId: byId(id), file: byId(file.uuid) });
		expect(world.requests('POST', `/talks/${id}/send_message`)[0]?.body).toEqual({ attachment: { type: 'picture', drive_uuid: file.uuid, drive_version_uuid: file.version_uuid } });
		const [read] = await rows('talk', 'getMessages', { talkId: byId(id), limit: 1 });
		expect(read).toMatchObject({ attachment_type: 'picture', attachment_name: 'a.png', attachment_url: expect.stringContaining('http') as string });
		expect(await said('talk', 'sendMessage', { talkId: byId(id), file: byId('11111111-2222-4333-8444-555555555555') })).toContain('not found');
	});

	const text = { text: 'Hello' };
	it.each([
		['talks', 402, 'close', {}, /plan.*This needs a plan that has chats\./],
		['talks', 403, 'get', {}, /scope.*This needs the scope for chats/],
		['talkHistory', 402, 'getMessages', {}, /plan.*This needs a plan that has chats\./],
		['talkHistory', 403, 'getMessages', {}, /This needs the scope "External chat history"/],
		['talkSending', 402, 'sendMessage', text, /This needs a plan that has chats, and room in the quota/],
		['talkSending', 403, 'sendMessage', text, /This needs the scope "Sending to external chats"/],
	] as const)('%s refused with %i: %s says what it needs', async (name, status, operation, parameters, words) => {
		const { id } = openTalk();
		world.emulator.switches[name] = status;
		const words2 = await said('talk', operation, { talkId: byId(id), ...parameters });
		world.emulator.switches[name] = 'on';
		expect(words2).toMatch(words);
	});

	it('beyond the quota and in a closed talk are told apart', async () => {
		const { id } = openTalk();
		world.emulator.switches.talkQuota = 0;
		expect(await said('talk', 'sendMessage', { talkId: byId(id), ...text })).toMatch(/Over chat API limit.*room in the quota/);
		world.emulator.switches.talkQuota = 500;
		world.emulator.ui.updateTalk(id, { is_in_work: false });
		expect(await said('talk', 'sendMessage', { talkId: byId(id), ...text })).toMatch(/Talk is closed.*This needs a talk that is still in work\./);
	});
});

/** A file in the account's storage. */
async function uploaded(name: string, type: string): Promise<{ uuid: string; version_uuid: string }> {
	const drive = String(((await (await api('/api/v4/account?with=drive_url')).json()) as IDataObject).drive_url);
	const session = (await (await api(`${drive}/v1.0/sessions`, { file_name: name, file_size: 3, content_type: type })).json()) as { upload_url: string };
	const answer = await fetch(session.upload_url, { method: 'POST', headers: { Authorization: `Bearer ${world.account.accessToken}`, 'Content-Type': type }, body: 'abc' });
	return (await answer.json()) as { uuid: string; version_uuid: string };
}

const api = async (path: string, body?: object) =>
	await fetch(new URL(path, world.emulator.url), {
		method: body ? 'POST' : 'GET',
		headers: { Authorization: `Bearer ${world.account.accessToken}`, 'Content-Type': 'application/json' },
		...(body ? { body: JSON.stringify(body) } : {}),
	});

describe('bots', () => {
	const bot = () => [...world.emulator.account.bots.keys()][0] as number;
	const target: INodeParameters = { entityType: 'leads', entityId: { __rl: true, mode: 'id', value: '={{ $json.id }}' } };
	const start = async (items: IDataObject[], options: Partial<RunOptions> = {}, more: INodeParameters = {}) =>
		await run('salesbot', 'run', { salesbotId: byId(bot()), ...target, ...more }, { items, ...options });
	const runs = () => [...world.emulator.account.botRuns.values()].map(({ bot_id, entity_id, entity_type }) => ({ bot_id, entity_id, entity_type }));
	beforeEach(() => [...world.emulator.account.botRuns.keys()].forEach((id) => world.emulator.account.botRuns.delete(id)));

	it('start a thousand times in ten requests', async () => {
		const leads = await addLeads(world, 1000);
		const { rows: started, error } = await start(leads.map((id) => ({ id })));
		expect(error).toBeUndefined();
		expect(started.map(({ json }) => json)).toEqual(leads.map((id) => ({ bot_id: bot(), entity_type: 'leads', entity_id: id, started: true })));
		expect(world.requests('POST', '/bots/run')).toHaveLength(10);
		expect(runs().map(({ entity_id: id }) => id).sort()).toEqual([...leads].sort());
	});

	it('start through v2 where v4 has no such route: found out once, and said', async () => {
		for (const [botsInV4, n] of [[false, 1], ['listed', 2]] as const) {
			world.emulator.switches.botsInV4 = botsInV4;
			const own = { ...world.account, accessToken: world.emulator.issueToken().accessToken, clientId: `integration ${n}`, id: `bots ${n}` };
			const leads = await addLeads(world, 250);
			const first = await start(leads.map((id) => ({ id })), { account: own });
			expect(first.error).toBeUndefined();
			expect(first.rows.map(({ json }) => json.entity_id)).toEqual(leads);
			expect(first.hints.map(({ message }) => message).join()).toContain('older API v2');
			// Batches are under way together: which one comes first is open.
			expect(runs().sort((one, other) => Number(one.entity_id) - Number(other.entity_id))).toEqual(leads.map((id) => ({ bot_id: bot(), entity_id: id, entity_type: 2 })));
			await start([{ id: leads[0] }], { account: own });
			expect(world.requests('POST', '/bots/run')).toHaveLength(1);
			expect(world.emulator.log.of('POST', '/api/v2/salesbot/run')).toHaveLength(4);
			for (const id of world.emulator.account.botRuns.keys()) world.emulator.account.botRuns.delete(id);
			world.emulator.log.clear();
		}
		world.emulator.switches.botsInV4 = true;
	});

	it('take the link of a card, and no company', async () => {
		const [lead] = await addLeads(world, 1);
		const link = (type: string) => ({ entityId: { __rl: true, mode: 'url', value: `${world.emulator.url}/${type}/detail/${lead}` } });
		const { error, rows: made } = await start([{}], {}, link('leads'));
		expect([error, made[0]?.json.entity_id]).toEqual([undefined, lead]);
		expect((await start([{}], {}, link('companies'))).error?.message).toContain("'Record': 'companies' is not possible. Give one of: contacts, customers, leads");
	});

	it('a card that is not there takes no other along', async () => {
		const leads = await addLeads(world, 3);
		const { rows: made } = await start([leads[0], 999_999_999, leads[2]].map((id) => ({ id })), { onError: 'continueRegularOutput' });
		expect(made.map(({ json }) => json.error ?? 'ok')).toEqual(['ok', expect.stringContaining("Salesbot was refused: 'entity_id'") as string, 'ok']);
		expect(runs().map(({ entity_id: id }) => id)).toEqual([leads[0], leads[2]]);
	});

	it('are stopped on leads', async () => {
		const leads = await addLeads(world, 2);
		await start(leads.map((id) => ({ id })));
		const stopped = await rows('salesbot', 'stop', { salesbotId: byId(bot()), ...target }, { items: leads.map((id) => ({ id })) });
		expect(stopped).toEqual(leads.map((id) => ({ bot_id: bot(), entity_type: 'leads', entity_id: id, stopped: true })));
		expect([...world.emulator.account.botRuns.values()].every((one) => one.stopped)).toBe(true);
	});

	it('are listed by kind and ID', async () => {
		const all = await rows('salesbot', 'getAll', { returnAll: true });
		expect(all.length).toBeGreaterThan(1);
		expect(await rows('salesbot', 'getAll', { filters: { ids: [bot()] } })).toEqual([expect.objectContaining({ id: bot() })]);
		expect(await rows('salesbot', 'getAll', { filters: { types: 'greeting' } })).toEqual([expect.objectContaining({ type_functionality: 'greeting' })]);
	});

	it('a dry run starts nothing', async () => {
		const [lead] = await addLeads(world, 1);
		const { rows: planned } = await start([{ id: lead }], {}, { options: { ...FAST, dryRun: true } });
		expect(planned[0]?.json).toMatchObject({ dry_run: true, method: 'POST', path: '/api/v4/bots/run', body: { bot_id: bot(), entity_id: lead, entity_type: 'leads' } });
		expect(runs()).toEqual([]);
	});
});
