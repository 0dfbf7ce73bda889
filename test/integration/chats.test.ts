import type { IDataObject, INodeParameters } from 'n8n-workflow';

import { userOf } from './samples';
import { runNode } from './harness';
import type { World } from './world';
import { byId, FAST, manyItems, openWorld } from './world';

/** Chats of contacts (core facts 9). */

const CONTINUE = { onError: 'continueRegularOutput' as const };
const EACH = { contactId: { __rl: true, mode: 'id', value: '={{ $json.id }}' } };
const chatId = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;

let world: World;
let ids: number[];

beforeEach(async () => {
	world = await openWorld();
	const { rows } = await world.run({ resource: 'contact', operation: 'create', name: '={{ $json.name }}', options: { ...FAST, batchSize: 250 } }, { items: manyItems(300, (n) => ({ name: `C ${n}` })) });
	ids = rows.map(({ json }) => json.id as number);
	world.emulator.log.clear();
});
afterEach(async () => await world.close());

const run = async (operation: string, items: IDataObject[], more: INodeParameters = {}, options = {}) =>
	await world.run({ resource: 'contact', operation, ...EACH, returnAll: true, options: FAST, ...more }, { items, ...options });
const link = async (items: IDataObject[], more: INodeParameters = {}, options = {}) => await run('linkChat', items, { chatId: '={{ $json.chat }}', ...more }, options);

it('are linked in batches, each row with its item, and read for many contacts in a request', async () => {
	const items = ids.map((id, n) => ({ id, chat: chatId(n) }));
	const linked = await link(items);
	expect(linked.error).toBeUndefined();
	expect(linked.rows.map(({ json }) => [json.contact_id, json.chat_id, json.linked])).toEqual(items.map(({ id, chat }) => [id, chat, true]));
	expect(world.requests('POST', '/contacts/chats')).toHaveLength(6);
	await link([{ id: ids[0], chat: chatId(1000) }]);
	const { rows } = await run('getChats', items);
	expect(world.requests('GET', '/contacts/chats')).toHaveLength(2);
	expect(rows.map(({ json, pairedItem }) => [(pairedItem as { item: number }).item, json.contact_id, json.chat_id])).toEqual([
		[0, ids[0], chatId(0)],
		[0, ids[0], chatId(1000)],
		...items.slice(1).map(({ id, chat }, index) => [index + 1, id, chat]),
	]);
	for (const { json } of rows) expect(json.id).toBeGreaterThan(0);
	expect((await run('getChats', [{ id: ids[0] }], { returnAll: false, limit: 1 })).rows).toHaveLength(1);
});

it('move from one contact to another, and none is no row', async () => {
	await link([{ id: ids[0], chat: chatId(1) }, { id: ids[1], chat: chatId(1) }]);
	const chatsOf = async (index: number) => (await run('getChats', [{ id: ids[index] }])).rows.map(({ json }) => json.chat_id);
	expect([await chatsOf(0), await chatsOf(1)]).toEqual([[], [chatId(1)]]);
});

it('pair what is refused with its item', async () => {
	const { rows } = await link([{ id: ids[0], chat: chatId(1) }, { id: 999_999_999, chat: chatId(2) }, { id: ids[1], chat: '12' }], {}, CONTINUE);
	expect(rows.map(({ json }) => json.error ?? json.chat_id)).toEqual([chatId(1), expect.stringMatching(/^Contact was refused: .*contact_id/), expect.stringMatching(/^'Chat ID': '12' is not a UUID/)]);
	const read = await run('getChats', [{ id: ids[0] }, { id: 999_999_999 }], {}, CONTINUE);
	expect(read.rows.map(({ json }) => json.error ?? json.chat_id)).toEqual([chatId(1), 'Contact 999999999 was not found [item 1]']);
});

it('need an administrator, and a dry run sends nothing', async () => {
	const { rows } = await link([{ id: ids[0], chat: chatId(1) }], { options: { ...FAST, dryRun: true } });
	expect(rows[0]?.json).toMatchObject({ dry_run: true, method: 'POST', path: '/api/v4/contacts/chats', body: { contact_id: ids[0], chat_id: chatId(1) } });
	expect(world.requests('POST', '/contacts/chats')).toEqual([]);
	const { world: inside } = world.emulator;
	const accessToken = inside.tokens.issueAccess([...inside.integrations.values()][0] as never, userOf(world, 1).id, 3600);
	for (const operation of ['linkChat', 'getChats']) {
		const parameters = { resource: 'contact', operation, contactId: byId(ids[0] as number), chatId: chatId(1), options: FAST };
		const { error } = await runNode({ account: { ...world.account, accessToken, id: 'nobody' }, parameters, items: [{}] });
		expect(error?.description).toContain('Only an administrator of the amoCRM account may do this');
	}
});
