import type { IDataObject } from 'n8n-workflow';

import { prepareAct } from '../../emulator/testing/acts';
import { openBench } from '../../emulator/testing/client';
import { HISTORY_EVENTS, HOOK_EVENTS, triggerEvent } from '../../nodes/AmoCrm/fields/hookEvents';
import type { PollHost } from './pollHost';
import { openPollHost } from './pollHost';
import type { Account } from './harness';
import { openTriggerHost } from './triggerHost';
import type { World } from './world';
import { html, openWorld } from './world';

/** The polling trigger on n8n's own core, against the emulated account. */

let world: World;
let account: Account;

beforeAll(async () => {
	world = await openWorld({ language: 'en' });
	account = { ...world.account, ...world.emulator.issueToken({ longLived: true }) };
});
afterAll(async () => await world.close());
afterEach(() => {
	world.emulator.faults.clear();
	world.emulator.log.clear();
	world.emulator.ui.userId = undefined;
});

const ui = () => world.emulator.ui;
const otherUser = () => [...world.emulator.account.users.keys()][1] as number;
const anyone = { ignoreOwnChanges: false };
/** By then every change has settled. */
const settle = async () => await world.emulator.clock.advance(40_000);

async function start(parameters: IDataObject, options: IDataObject = {}): Promise<PollHost> {
	const host = openPollHost(account, { ...parameters, options: { ...anyone, ...options } } as never);
	expect(await host.poll()).toEqual([]);
	world.emulator.log.clear();
	return host;
}

const afterwards = async (host: PollHost): Promise<IDataObject[]> => {
	await settle();
	return await host.poll();
};

describe('a change', () => {
	test('that was there before the start is not told; later ones are, once, oldest first', async () => {
		ui().create('leads', { name: 'before' });
		const host = await start({ events: ['add_lead', 'status_lead'] });
		expect(await afterwards(host)).toEqual([]);
		const lead = ui().create('leads', { name: 'new' });
		await world.emulator.clock.advance(1000);
		ui().update('leads', lead.id, { status_id: 142 });
		expect(await host.poll()).toEqual([]);
		const rows = await afterwards(host);
		expect(rows).toMatchObject([
			{ event: 'add_lead', entity: 'lead', action: 'add', id: lead.id, name: 'new', card_url: expect.stringContaining(`/leads/detail/${lead.id}`), event_at: expect.stringMatching(/Z$/) },
			{ event: 'status_lead', id: lead.id, stage: expect.any(String), old_status_id: expect.any(Number), old_stage: expect.any(String) },
		]);
		host.restart();
		expect(await host.poll()).toEqual([]);
		expect(await afterwards(host)).toEqual([]);
	});

	test('is told at once where nothing may wait', async () => {
		const host = await start({ events: ['add_contact'] }, { settleSeconds: 0 });
		const contact = ui().create('contacts', { name: 'Ann' });
		expect(await host.poll()).toMatchObject([{ event: 'add_contact', id: contact.id, name: 'Ann' }]);
		expect(await host.poll()).toEqual([]);
	});

	test('that was followed by others is told as it was, unless the full record is wanted', async () => {
		const { id } = ui().create('leads', { name: 'a', price: 1 });
		const { status_id: before } = world.emulator.account.leads.get(id) ?? {};
		await settle();
		const won = await start({ events: ['status_lead'] }, { stageIds: ['142'] });
		const updated = await start({ events: ['update_lead'] });
		const full = await start({ events: ['status_lead'] }, { loadFullRecord: true });
		for (const [status_id, price] of [[142, 2], [143, 3]]) {
			await world.emulator.clock.advance(2000);
			ui().update('leads', id, { status_id, price });
		}
		expect(await afterwards(won)).toMatchObject([{ status_id: 142, stage: 'Closed - won', old_status_id: before, tags: [] }]);
		expect(await updated.poll()).toMatchObject([{ status_id: 142, price: 2, old_price: 1 }, { status_id: 143, old_status_id: 142, price: 3, old_price: 2 }]);
		expect(await full.poll()).toMatchObject([{ status_id: 143, old_status_id: before }, { status_id: 143, old_status_id: 142 }]);
	});

	test('of a kind that is chosen later is told from the last poll before that', async () => {
		const host = await start({ events: ['add_lead'] });
		await settle();
		ui().create('contacts', { name: 'before' });
		expect(await afterwards(host)).toEqual([]);
		await world.emulator.clock.advance(10_000);
		ui().create('leads', { name: 'x' });
		ui().create('contacts', { name: 'after' });
		host.configure({ events: ['add_contact', 'add_lead'], options: anyone });
		expect((await afterwards(host)).map(({ name }) => name)).toEqual(['x', 'after']);
		expect(await afterwards(host)).toEqual([]);
	});

	test('that is of two kinds, one of them chosen later, is told of each once', async () => {
		const host = await start({ events: ['update_lead'] });
		const lead = ui().create('leads', { name: 'both' });
		await settle();
		ui().update('leads', lead.id, { name: 'changed' });
		host.configure({ events: ['update_lead'], options: { ...anyone, otherEvents: 'name_field_changed' } } as never);
		expect((await afterwards(host)).map(({ event }) => event).sort()).toEqual(['name_field_changed', 'update_lead']);
		expect(await afterwards(host)).toEqual([]);
	});

	test('that the options have left out stays out when they are changed', async () => {
		const host = await start({ events: ['add_lead'] }, { responsibleUserIds: [String(otherUser())] });
		ui().create('leads', { name: 'before' });
		expect(await afterwards(host)).toEqual([]);
		await world.emulator.clock.advance(24 * 3_600_000);
		expect(await afterwards(host)).toEqual([]);
		host.configure({ events: ['add_lead'], options: anyone });
		ui().create('leads', { name: 'after' });
		expect((await afterwards(host)).map(({ name }) => name)).toEqual(['after']);
	});

	test('does not come again where the node is renamed', async () => {
		const host = await start({ events: ['add_lead'] });
		ui().create('leads', { name: 'x' });
		expect(await afterwards(host)).toHaveLength(1);
		await settle();
		host.forget();
		expect([await host.poll(), await afterwards(host)]).toEqual([[], []]);
	});

	test('of a record that is gone is told as far as it is known', async () => {
		const host = await start({ events: ['add_lead', 'delete_lead'] });
		const lead = ui().create('leads', { name: 'x' });
		ui().remove('leads', lead.id);
		expect(await afterwards(host)).toMatchObject([{ event: 'add_lead', id: lead.id }, { event: 'delete_lead', entity: 'lead', action: 'delete', id: lead.id }]);
	});

	test('is not lost while polls fail, n8n is restarted or the answers come late', async () => {
		const host = await start({ events: ['add_lead'] });
		const lead = ui().create('leads', { name: 'x' });
		await settle();
		world.emulator.faults.add({ path: '/api/v4/events', action: { kind: 'status', status: 403, body: { title: 'x', status: 403, detail: 'x' } } });
		await expect(host.poll()).rejects.toThrow(/not|x/);
		world.emulator.faults.add({ path: '/api/v4/leads', action: { kind: 'status', status: 403, body: { title: 'x', status: 403, detail: 'x' } } });
		world.emulator.faults.add({ path: `/api/v4/leads/${lead.id}`, action: { kind: 'status', status: 403, body: { title: 'x', status: 403, detail: 'x' } } });
		await expect(host.poll()).rejects.toThrow();
		host.restart();
		world.emulator.faults.clear();
		world.emulator.faults.add({ path: '/api/v4/events', action: html(502) });
		expect(await host.poll()).toMatchObject([{ id: lead.id }]);
	});

	test('of another account is none of ours', async () => {
		const host = await start({ events: ['add_lead'] });
		const other = await openWorld({ language: 'en' });
		try {
			other.emulator.ui.create('leads', { name: 'old' });
			host.connect(other.account);
			expect(await host.poll()).toEqual([]);
			await other.emulator.clock.advance(40_000);
			expect(await host.poll()).toEqual([]);
			other.emulator.ui.create('leads', { name: 'new' });
			await other.emulator.clock.advance(40_000);
			expect(await host.poll()).toMatchObject([{ name: 'new' }]);
		} finally {
			await other.close();
		}
	});

	test('is told where n8n remembers nothing of the poll at the activation', async () => {
		const host = openPollHost(account, { events: ['add_lead'], options: anyone }, 'durable');
		expect(await host.poll()).toEqual([]);
		const lead = ui().create('leads', { name: 'early' });
		expect(await afterwards(host)).toMatchObject([{ id: lead.id }]);
		host.restart();
		expect(await afterwards(host)).toEqual([]);
	});

	test('that is older than the node looks back is left out, and the first row says so', async () => {
		const host = await start({ events: ['add_lead'] }, { lookBackHours: 24 });
		ui().create('leads', { name: 'old' });
		await world.emulator.clock.advance(7 * 24 * 3_600_000);
		ui().create('leads', { name: 'new' });
		const rows = await afterwards(host);
		const before = Math.floor(world.emulator.clock.now() / 1000) - 24 * 3600;
		expect(rows).toMatchObject([{ name: 'new', left_out_before: expect.any(String) }]);
		expect(Math.abs(Date.parse(String(rows[0]?.left_out_before)) / 1000 - before)).toBeLessThan(5);
		ui().create('leads', { name: 'later' });
		expect((await afterwards(host))[0]).not.toHaveProperty('left_out_before');
	});
});

describe('cost', () => {
	test('nothing new is one request', async () => {
		const host = await start({ events: HISTORY_EVENTS.map(({ code }) => code) }, { pipelineIds: ['={{ 1 }}'], ignoreOwnChanges: true });
		expect(await afterwards(host)).toEqual([]);
		host.restart();
		await settle();
		await host.poll();
		expect(world.emulator.log.entries.map(({ method, path }) => `${method} ${path}`)).toEqual(['GET /api/v4/events', 'GET /api/v4/events']);
	});

	test('nothing new is one request after many at once, too, and the next change is seen', async () => {
		const host = await start({ events: ['add_lead'] }, { loadFullRecord: false });
		for (let count = 0; count < 230; count += 1) ui().create('leads', { name: `many ${count}` });
		expect(await afterwards(host)).toHaveLength(230);
		for (let poll = 0; poll < 2; poll += 1) {
			world.emulator.log.clear();
			expect(await afterwards(host)).toEqual([]);
			expect(world.emulator.log.entries).toHaveLength(1);
		}
		ui().create('leads', { name: 'one more' });
		expect(await afterwards(host)).toMatchObject([{ event: 'add_lead' }]);
	});

	test('350 changes are four pages and two requests for their records', async () => {
		const host = await start({ events: ['add_lead'] }, { loadFullRecord: true });
		for (let index = 0; index < 350; index += 1) ui().create('leads', { name: `x${index}` });
		const rows = await afterwards(host);
		expect(rows.map(({ name }) => name)).toEqual(Array.from({ length: 350 }, (_, index) => `x${index}`));
		expect(world.requests('GET', '/leads')).toHaveLength(2);
		// The first page, the question whether there are more than an execution holds, and the pages.
		expect(world.requests('GET', '/events').length).toBeLessThanOrEqual(6);
		expect(await afterwards(host)).toEqual([]);
	});
});

describe('options', () => {
	test('pipelines, stages, users and fields keep the others out; an unknown name is said at the start', async () => {
		const [pipeline] = [...world.emulator.account.pipelines.values()];
		const other = world.emulator.account.users.get(otherUser())?.name ?? '';
		const won = await start({ events: ['status_lead'] }, { stageIds: [`${pipeline?.id}:142`] });
		const named = await start({ events: ['update_lead'] }, { pipelineIds: `={{ ${JSON.stringify(pipeline?.name)} }}`, responsibleUserIds: `={{ ${JSON.stringify(other)} }}` });
		const priced = await start({ events: ['update_lead'] }, { changedFields: ['price'] });
		const lead = ui().create('leads', { name: 'x', pipeline_id: pipeline?.id });
		ui().update('leads', lead.id, { status_id: 142 });
		ui().update('leads', lead.id, { status_id: 143, responsible_user_id: otherUser() });
		await world.emulator.clock.advance(1000);
		ui().update('leads', lead.id, { price: 5, name: 'y' });
		expect(await afterwards(won)).toMatchObject([{ event: 'status_lead', old_status_id: expect.any(Number) }]);
		expect((await named.poll()).length).toBeGreaterThan(0);
		expect(await priced.poll()).toMatchObject([{ event: 'update_lead', price: 5, old_price: 0, old_name: 'x', changed_fields: expect.arrayContaining(['name', 'price']) }]);
		await expect(openPollHost(account, { events: ['add_lead'], options: { pipelineIds: ['nowhere'] } }).poll()).rejects.toThrow('nowhere');
	});

	test('own changes are left out, others are not', async () => {
		const host = await start({ events: ['add_lead', 'update_lead', 'note_lead'] }, { ignoreOwnChanges: true });
		const lead = ui().create('leads', { name: 'own' });
		ui().addNote('leads', lead.id, 'own');
		ui().userId = otherUser();
		ui().update('leads', lead.id, { name: 'theirs' });
		expect(await afterwards(host)).toMatchObject([{ event: 'update_lead', name: 'theirs' }]);
	});

	test('not simplified, and without the full record', async () => {
		const raw = await start({ events: ['update_lead'], simplify: false });
		const bare = await start({ events: ['update_lead'] }, { loadFullRecord: false });
		const lead = ui().create('leads', { name: 'a' });
		await world.emulator.clock.advance(1000);
		ui().update('leads', lead.id, { name: 'b' });
		expect(await afterwards(raw)).toMatchObject([{ event: 'update_lead', account: { id: world.emulator.account.info.id }, data: { id: lead.id, name: 'b', old_name: 'a' }, record: { id: lead.id, name: 'b', _embedded: {} } }]);
		world.emulator.log.clear();
		const [row] = await bare.poll();
		expect(row).toMatchObject({ event: 'update_lead', id: lead.id, name: 'b', old_name: 'a', updated_by: expect.any(Number) });
		expect(world.requests('GET', '/leads')).toEqual([]);
	});
});

describe('what cannot be', () => {
	const refused = async (parameters: IDataObject) => await openPollHost(account, parameters as never).poll().catch((error: Error & { description?: string }) => `${error.message} ${error.description}`);

	test.each<[string, IDataObject, RegExp]>([
		['no event', { events: [] }, /No event is chosen/],
		['an event that only webhooks tell', { events: ['add_lead', 'add_unsorted'] }, /does not tell: Incoming Lead: Added.*amoCRM Trigger/],
		['a type that the account does not know', { events: ['add_lead'], options: { otherEvents: 'add_call' } }, /Other Events.*add_call/],
		['a time that is none', { events: ['add_lead'], options: { lookBackHours: '={{ "soon" }}' } }, /Look Back.*soon/],
		['a time before now', { events: ['add_lead'], options: { settleSeconds: -1 } }, /Settle Time.*below 0/],
	])('is refused: %s', async (_name, parameters, expected) => {
		expect(await refused(parameters)).toMatch(expected);
	});

	test('a plan without the history says what it needs', async () => {
		world.emulator.switches.events = 402;
		expect(await refused({ events: ['add_lead'] })).toContain('This needs a plan with the history of events.');
		world.emulator.switches.events = 'on';
	});
});

test('a test run shows the newest changes and leaves the active workflow alone', async () => {
	const host = await start({ events: ['add_company'] });
	await expect(host.poll('manual')).rejects.toThrow('no such change yet');
	for (let index = 0; index < 12; index += 1) ui().create('companies', { name: `c${index}` });
	expect((await host.poll('manual')).map(({ name }) => name)).toEqual(Array.from({ length: 10 }, (_, index) => `c${index + 2}`));
	expect(await afterwards(host)).toHaveLength(12);
});

describe('both triggers tell the same', () => {
	const codes = HOOK_EVENTS.map(({ code }) => code).filter((code) => triggerEvent(code).types.length > 0);
	// The emulator writes no event for these.
	const untold = ['update_talk', 'responsible_task'];

	test.each(codes.filter((code) => !untold.includes(code)))('%s', async (code) => {
		const bench = await openBench();
		const { act } = await prepareAct(bench, code);
		const connected = { domain: bench.emulator.url, ...bench.emulator.issueToken() };
		const hook = await openTriggerHost(connected, { events: [code] });
		const polled = openPollHost(connected, { events: [code] });
		await bench.emulator.clock.advance(2000);
		await hook.activate();
		await polled.poll();
		await act();
		await bench.emulator.deliveries.settled();
		await hook.settled();
		await bench.emulator.clock.advance(40_000);
		const [[theirs = {}], rows] = [hook.last(), await polled.poll()];
		await hook.close();
		await bench.close();
		expect(rows).toHaveLength(1);
		const [row = {}] = rows;
		const isTalk = /talk|message/.test(code);
		// The history tells less of talks and messages, and nothing of a deleted record; `type` repeats `entity`.
		const isUntold = (key: string) => !(key in row) && (isTalk || key === 'type' || code === 'delete_lead');
		expect(Object.values(row)).not.toContain(undefined);
		expect(row).toMatchObject(Object.fromEntries(Object.entries(theirs).filter(([key]) => !isUntold(key))));
		expect(Object.keys(row).filter((key) => key in theirs).length).toBeGreaterThanOrEqual(isTalk ? 5 : 4);
	});
});
