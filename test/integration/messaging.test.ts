import type { IDataObject, INodeParameters } from 'n8n-workflow';

import type { RunOptions } from './harness';
import { furnish, mainPipelineOf } from './samples';
import type { World } from './world';
import { byId, FAST, manyItems, openWorld, rowsOf, saidOf } from './world';

/** What people write and click: templates, buttons, short links, AI agents. What the suite of the table cannot know. */

let world: World;

beforeAll(async () => {
	world = await openWorld();
	await furnish(world);
});
afterAll(async () => await world.close());
beforeEach(() => world.emulator.log.clear());

const run = async (resource: string, operation: string, parameters: INodeParameters = {}, options: Partial<RunOptions> = {}) =>
	await world.run({ resource, operation, options: FAST, ...parameters }, options);

const rows = async (...parameters: Parameters<typeof run>) => rowsOf(await run(...parameters));

const said = async (...parameters: Parameters<typeof run>) => saidOf(await run(...parameters));

describe('templates of chat messages', () => {
	const template = async (more: INodeParameters = {}) => (await rows('chatTemplate', 'create', { name: 'Greeting', content: 'Hello', additionalFields: more }))[0]?.id as number;

	it('are sent to review for each source of WhatsApp, and get its result', async () => {
		await rows('source', 'create', { name: 'Shop', externalId: 'wa', additionalFields: { servicePages: { page: [{ type: 'whatsapp', id: '1', name: 'Shop', link: 'https://wa.me/1' }] } } });
		const id = await template({ type: 'waba' });
		const [sent] = await rows('chatTemplate', 'sendToReview', { chatTemplateId: byId(id) });
		expect(sent).toEqual({ id, reviews: [{ id: expect.any(Number) as number, source_id: expect.any(Number) as number, status: 'review', reject_reason: '' }] });
		const [review] = sent?.reviews as IDataObject[];
		const [updated] = await rows('chatTemplate', 'updateReview', { chatTemplateId: byId(id), reviewId: String(review?.id), reviewStatus: 'rejected', rejectReason: 'Misleading' });
		expect(updated).toEqual({ id, review_id: review?.id, source_id: review?.source_id, status: 'rejected', reject_reason: 'Misleading' });
		const [read] = await rows('chatTemplate', 'get', { chatTemplateId: byId(id), options: { with: ['reviews', 'review_status'] } });
		expect(read).toMatchObject({ review_status: 'rejected', reviews: [{ status: 'rejected' }] });
	});

	it('of amoCRM itself are not reviewed, and take nothing of WhatsApp', async () => {
		expect(await said('chatTemplate', 'sendToReview', { chatTemplateId: byId(await template()) })).toMatch(/Only WhatsApp.*This needs a template of WhatsApp\./);
		expect(await said('chatTemplate', 'create', { name: 'x', content: 'y', additionalFields: { wabaFooter: 'z' } })).toContain("Chat Template was refused: 'WhatsApp Footer'");
	});

	it.each([
		[{ text: 'Yes' }, { type: 'inline', text: 'Yes' }],
		[{ type: 'url', text: 'Shop', url: 'https://example.com' }, { type: 'url', text: 'Shop', url: 'https://example.com' }],
	])('have buttons: %j', async (button, sent) => {
		await template({ buttons: { button: [button] } } as never);
		expect(world.requests('POST', '/chats/templates')[0]?.body).toMatchObject([{ buttons: [sent] }]);
	});

	it.each([[{ type: 'url', text: 'Shop' }], [{ type: 'inline' }], [{ text: 'Shop', url: 'https://example.com' }]])('have no button without what it needs: %j', async (button) => {
		expect(await said('chatTemplate', 'create', { name: 'x', content: 'y', additionalFields: { buttons: { button: [button] } } as never })).toContain("'Buttons'");
		expect(world.requests('POST', '/chats/templates')).toEqual([]);
	});
});

describe('short links', () => {
	const links = { url: '={{ $json.to }}', contactId: { __rl: true, mode: 'id', value: '={{ $json.id }}' } };

	it('are paired by their places, in batches', async () => {
		const contacts = (await rows('contact', 'create', { name: 'Ann' }, { items: manyItems(7, () => ({})) })).map(({ id }) => id as number);
		const items = manyItems(120, (n) => ({ to: `https://example.com/${n % 3}`, id: contacts[n % 7] as number }));
		const made = await rows('shortLink', 'create', links, { items });
		expect(made.map(({ original_url, contact_id }) => ({ to: original_url, id: contact_id }))).toEqual(items);
		const known = new Map([...world.emulator.account.shortLinks.values()].map(({ url, target, entity_id }) => [url, { to: target, id: entity_id }]));
		expect(made.map(({ url }) => known.get(String(url)))).toEqual(items);
		expect(world.requests('POST', '/short_links')).toHaveLength(3);
		expect(JSON.stringify(world.requests('POST', '/short_links').map(({ body }) => body))).not.toContain('request_id');
	});

	it('without an answer for each are not guessed', async () => {
		world.emulator.faults.add({ method: 'POST', path: '/api/v4/short_links', action: { kind: 'status', status: 200, body: { _embedded: { short_links: [{ url: 'https://amo.sh/x' }] } } } });
		const [id] = world.emulator.account.contacts.keys();
		const { error } = await run('shortLink', 'create', links, { items: manyItems(2, (n) => ({ to: `https://example.com/${n}`, id })) });
		expect(error?.message).toContain('not known whether amoCRM saved it');
	});

	it('lead to a web address', async () => {
		expect(await said('shortLink', 'create', { url: 'example', contactId: byId(1) })).toContain("'URL': 'example' is not a web address");
	});
});

describe('buttons of websites', () => {
	it('are known by their source, add websites and get a chat', async () => {
		const [made] = await rows('websiteButton', 'create', { pipelineId: byId(mainPipelineOf(world).id), additionalFields: { name: 'Shop', trustedWebsites: 'https://example.com/page, shop.example.com' } });
		expect(made).toMatchObject({ id: made?.source_id, name: 'Shop', trusted_websites: ['example.com', 'shop.example.com'] });
		const websiteButtonId = byId(made?.id as number);
		const [changed] = await rows('websiteButton', 'update', { websiteButtonId, updateFields: { trustedWebsites: 'one.example.com' } });
		expect(changed?.trusted_websites).toEqual(['example.com', 'shop.example.com', 'one.example.com']);
		expect(await rows('websiteButton', 'addChat', { websiteButtonId })).toEqual([{ id: made?.id, chat_added: true }]);
		expect(world.emulator.account.buttons.get(made?.id as number)?.has_chat).toBe(true);
		const read = async () => (await rows('websiteButton', 'get', { websiteButtonId, options: { with: ['scripts'] } }))[0];
		expect(await read()).toMatchObject({ id: made?.id, button_id: null });
		world.emulator.switches.buttonsTakeSeconds = 0;
		expect(await read()).toMatchObject({ button_id: expect.any(Number) as number, script: expect.stringContaining('<script>') as string });
		expect(await rows('websiteButton', 'create', { pipelineId: byId(mainPipelineOf(world).id) })).toMatchObject([{ trusted_websites: [] }]);
	});

	it('work on domains', async () => {
		expect(await said('websiteButton', 'create', { pipelineId: byId(1), additionalFields: { trustedWebsites: 'my shop' } })).toContain("'Trusted Websites': 'my shop' is not the domain of a website");
	});
});

describe('AI agents', () => {
	const agent = { name: 'Consultant', description: 'Delivery', systemPrompt: 'You are friendly' };

	it.each([
		[402, /plan lacks this feature.*This needs Amma/],
		[403, /does not allow this.*This needs the scope "Амма"/],
		[404, /did not find it/],
	] as const)('%i is said in words', async (status, words) => {
		world.emulator.switches.aiAgents = status;
		const refused = [await said('aiAgent', 'create', agent), await said('aiAgent', 'getAll', { returnAll: true })];
		world.emulator.switches.aiAgents = 'on';
		for (const text of refused) expect(text).toMatch(words);
	});

	it('are at most two of an integration', async () => {
		const { rows: made } = await run('aiAgent', 'create', agent, { items: manyItems(3, () => ({})), onError: 'continueRegularOutput' });
		const [good, bad] = [made.filter(({ json }) => json.error === undefined), made.filter(({ json }) => json.error !== undefined)];
		// Requests of two leave together, and amoCRM takes all of one or none.
		expect([good.length, bad.length]).toEqual([2, 1]);
		expect(JSON.stringify(bad[0]?.json)).toContain('an integration has at most 2');
		for (const { json } of good) expect(json.id).toBe(json.uuid);
	});

	it('take their server of tools whole', async () => {
		expect(await said('aiAgent', 'create', { ...agent, additionalFields: { mcpTransport: 'sse' } })).toContain("'MCP Transport' needs 'MCP Server URL' too");
	});
});

it('a dry run says what would be sent', async () => {
	const dry = { options: { ...FAST, dryRun: true } };
	const [id] = world.emulator.account.contacts.keys();
	const planned = [
		...(await rows('shortLink', 'create', { url: 'https://example.com', contactId: byId(id as number), ...dry })),
		...(await rows('aiAgent', 'create', { name: 'x', description: 'y', systemPrompt: 'z', ...dry })),
		...(await rows('chatTemplate', 'create', { name: 'x', content: 'y', ...dry })),
	];
	expect(planned.map(({ method, path }) => `${String(method)} ${String(path)}`)).toEqual(['POST /api/v4/short_links', 'POST /api/v4/amma/agents', 'POST /api/v4/chats/templates']);
	expect(world.emulator.log.entries.filter(({ method }) => method !== 'GET')).toEqual([]);
});
