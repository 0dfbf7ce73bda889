import { setTimeout as sleep } from 'node:timers/promises';
import type { ExecutionError, IDataObject, INodeParameters, IRunExecutionData } from 'n8n-workflow';

import type { WebhookRow } from '../../emulator/store/moreRows';
import type { TriggerHost } from './triggerHost';
import { openTriggerHost } from './triggerHost';
import type { World } from './world';
import { openWorld } from './world';

/** What the webhook trigger does about changes that it was not told of, and about those that it was told of twice. */

let world: World;
let host: TriggerHost;

beforeEach(async () => {
	world = await openWorld({ language: 'en', seed: 'empty' });
	world.emulator.ui.userId = undefined;
});
afterEach(async () => {
	await host.close();
	await world.close();
});

// What looks after a subscription ends within a moment.
afterAll(async () => await sleep(600));

const HOUR = 60 * 60_000;
const ALL = ['add_lead', 'update_lead', 'status_lead', 'delete_lead', 'note_lead', 'add_task'];
const ui = () => world.emulator.ui;
const hooks = (): WebhookRow[] => [...world.emulator.account.webhooks.values()];
const advance = async (ms: number) => await world.emulator.clock.advance(ms);
const settled = async () => {
	await world.emulator.deliveries.settled();
	await host.settled();
};
const rows = (): IDataObject[] => host.executions.flatMap((execution) => execution.rows.map(({ json }) => json));
const shown = () => rows().map(({ event, id, name, caught_up }) => [event, id, name, caught_up]);

/** An active workflow, whose subscription is a second old. */
async function start(parameters: INodeParameters, typeVersion?: number): Promise<void> {
	host = await openTriggerHost(world.account, { events: ALL, ...parameters, options: { ignoreOwnChanges: false, ...(parameters.options as object) } }, undefined, typeVersion);
	await host.activate();
	await host.run('activate');
	await advance(2_000);
}

/** n8n is gone; what amoCRM tells meanwhile reaches nobody. */
async function away(work: () => Promise<void>, end: 'replace' | 'kill' = 'replace'): Promise<void> {
	host.isDown = true;
	await host[end]();
	await work();
	await settled();
	host.isDown = false;
}

async function startAgain(): Promise<void> {
	await host.restart();
	await host.run('init');
	await settled();
}

const create = (name: string) => ui().create('leads', { name });

describe('a start of n8n', () => {
	test('brings everything that was missed, once, in order, in the rows of deliveries', async () => {
		await start({});
		const before = create('before');
		await settled();
		await advance(60_000);
		let missed: { id: number } = before;
		await away(async () => {
			missed = create('missed');
			await advance(5_000);
			ui().update('leads', missed.id, { name: 'renamed', price: 5 });
			await advance(5_000);
			ui().update('leads', missed.id, { status_id: 142 });
			await advance(3 * HOUR);
			ui().remove('leads', before.id);
		});
		await startAgain();
		expect(shown()).toEqual([
			['add_lead', before.id, 'before', undefined],
			['add_lead', missed.id, 'renamed', true],
			['update_lead', missed.id, 'renamed', true],
			['update_lead', missed.id, 'renamed', true],
			['status_lead', missed.id, 'renamed', true],
			['delete_lead', before.id, undefined, true],
		]);
		expect(rows()[4]).toMatchObject({ action: 'status', entity: 'lead', status_id: 142, old_status_id: expect.any(Number) });

		// Every delivery that amoCRM still repeats, and every further start.
		for (let attempt = 0; attempt < 4; attempt += 1) {
			await advance(HOUR);
			await settled();
		}
		await away(async () => undefined);
		await startAgain();
		expect(rows()).toHaveLength(6);
	});

	test('brings nothing when nothing was missed, or before there was a subscription', async () => {
		host = await openTriggerHost(world.account, { events: ALL });
		create('long before');
		await advance(5_000);
		await host.activate();
		await host.run('activate');
		expect(world.requests('GET', '/events')).toHaveLength(0);
		await advance(5_000);
		const lead = create('told of');
		await settled();
		await advance(5_000);
		ui().update('leads', lead.id, { name: 'told of twice' });
		await settled();
		host.executions.length = 0;
		await away(async () => undefined);
		await startAgain();
		expect(rows()).toEqual([]);
		expect(world.requests('GET', '/events')).toHaveLength(1);
	});

	test('brings what was under way when n8n was killed', async () => {
		await start({});
		const names = Array.from({ length: 30 }, (_, index) => `lead ${index}`);
		let started = 0;
		host.executing = async () => {
			if ((started += 1) > 10) throw new Error('killed');
		};
		for (const name of names) {
			create(name);
			await settled();
		}
		host.executing = async () => undefined;
		expect(rows()).toHaveLength(10);
		await away(async () => undefined);
		await startAgain();
		expect(rows().map(({ name }) => name).slice(10 - rows().length)).toEqual(expect.arrayContaining(names.slice(10)));
		expect(new Set(rows().map(({ name }) => name)).size).toBe(names.length);
	});

	test.each<[string, TriggerHost['stored'], boolean]>([
		['has ended', (_begun, ended) => ended, false],
		['has ended, and is not kept', () => undefined, false],
		['waits', (begun, ended) => ({ ...ended, executionData: begun.executionData, waitTill: new Date() }) as IRunExecutionData, false],
		['has failed behind the trigger', (begun, ended) => ({ ...ended, executionData: begun.executionData, resultData: { ...ended.resultData, error: new Error('no') as ExecutionError } }), false],
		['has begun', (begun) => begun, true],
		['is behind the trigger, and has other nodes to run', (begun, ended) => ({ ...ended, executionData: begun.executionData }), true],
	])('of an execution that %s when n8n is killed, rows come again: only if nobody knows what became of them', async (_name, stored, comesAgain) => {
		await start({ events: ['add_lead'] });
		host.stored = stored;
		create('lead');
		await settled();
		await sleep(1_000);
		await away(async () => undefined, 'kill');
		host.stored = (_begun, ended) => ended;
		await startAgain();
		await away(async () => undefined);
		await startAgain();
		expect(rows().map(({ caught_up }) => caught_up)).toEqual(comesAgain ? [undefined, true] : [undefined]);
	});

	test('begins again where n8n was killed while it caught up', async () => {
		await start({ events: ['add_lead'] });
		await away(async () => {
			for (let index = 0; index < 600; index += 1) create(`lead ${index}`);
			await advance(5 * HOUR);
		});
		let executions = 0;
		host.executing = async () => {
			if ((executions += 1) > 1) throw new Error('killed');
		};
		await startAgain();
		host.executing = async () => undefined;
		expect(rows()).toHaveLength(250);
		await away(async () => undefined);
		await startAgain();
		expect(rows()).toHaveLength(600);
		expect(new Set(rows().map(({ id }) => id)).size).toBe(600);
	});

	test.each([1, 2, 3])('loses nothing where n8n is killed in the middle of its question %s about what is known', async (place) => {
		await start({ events: ['add_lead'] });
		await away(async () => void create('missed'));
		let questions = 0;
		host.asking = async () => {
			if ((questions += 1) >= place) throw new Error('killed');
		};
		await startAgain();
		expect(questions).toBeGreaterThanOrEqual(place);
		expect(rows()).toEqual([]);
		host.asking = async () => undefined;
		await away(async () => undefined, 'kill');
		await startAgain();
		expect(rows()).toMatchObject([{ name: 'missed' }]);
	});

	test.each<[string, IDataObject, number | undefined, number]>([
		['is wanted by default', {}, undefined, 1],
		['is not wanted', { catchUp: false }, undefined, 0],
		['was saved by version 1', {}, 1, 0],
		['was saved by version 1 and is switched on', { catchUp: true }, 1, 1],
		['only goes back so far', { catchUpHours: 1 }, undefined, 0],
	])('catches up where that %s', async (_name, options, version, expected) => {
		await start({ options: options as INodeParameters }, version);
		await away(async () => {
			create('missed');
			await advance(4 * HOUR);
		});
		await startAgain();
		expect(rows()).toHaveLength(expected);
	});

	test('says in the first row what is too long ago', async () => {
		await start({ options: { catchUpHours: 1 } });
		await away(async () => {
			create('too long ago');
			await advance(4 * HOUR);
			create('missed');
		});
		await startAgain();
		expect(rows()).toMatchObject([{ name: 'missed', left_out_before: expect.stringMatching(/^\d{4}-/) }]);
	});

	test('leaves out what the options leave out', async () => {
		const pipeline = [...world.emulator.account.pipelines.values()][0];
		await start({ events: ['add_lead', 'update_lead'], options: { pipelineIds: [String(pipeline?.id)], ignoreOwnChanges: true, changedFields: ['price'] } });
		const other = [...world.emulator.account.users.keys()][1] as number;
		await away(async () => {
			create('own');
			ui().userId = other;
			const lead = create('of another');
			await advance(10_000);
			ui().update('leads', lead.id, { name: 'renamed' });
			await advance(10_000);
			ui().update('leads', lead.id, { price: 7 });
			ui().userId = undefined;
		});
		await startAgain();
		expect(rows().map(({ event, price, changed_fields }) => [event, price, changed_fields])).toEqual([['add_lead', 7, undefined], ['update_lead', 7, ['price']]]);
	});

	test('tries again later where the history cannot be read', async () => {
		await start({});
		await away(async () => void create('missed'));
		world.emulator.faults.add({ method: 'GET', path: '/api/v4/events', times: 20, action: { kind: 'status', status: 403, body: { title: 'x', status: 403, detail: 'x' } } });
		await startAgain();
		expect(rows()).toEqual([]);
		world.emulator.faults.clear();
		await away(async () => undefined);
		await startAgain();
		expect(rows()).toMatchObject([{ name: 'missed', caught_up: true }]);
	});
});

describe('while n8n runs', () => {
	/** Time passes fast enough for many looks at the subscription. */
	async function startFast(): Promise<WebhookRow> {
		await start({ events: ['add_lead'] });
		await host.replace({ pace: 200 });
		await startAgain();
		return hooks()[0] as WebhookRow;
	}
	const eventually = async (isSo: () => boolean) => {
		for (let waited = 0; !isSo() && waited < 20_000; waited += 50) await sleep(50);
		expect(isSo()).toBe(true);
	};

	test.each<[string, (hook: WebhookRow) => void]>([
		['is switched off', (hook) => world.emulator.account.webhooks.change(hook, { disabled: true })],
		['is removed', (hook) => world.emulator.account.webhooks.delete(hook.id)],
	])('a subscription that %s is made anew, and what was missed is caught up', async (_name, spoil) => {
		const hook = await startFast();
		const { destination } = hook;
		create('told of');
		await settled();
		spoil(hook);
		create('missed');
		await eventually(() => rows().length === 2);
		expect(hooks()).toMatchObject([{ destination, disabled: false, settings: ['add_lead'] }]);
		await advance(2_000);
		create('told of again');
		await settled();
		expect(rows().map(({ name, caught_up }) => [name, caught_up])).toEqual([['told of', undefined], ['missed', true], ['told of again', undefined]]);
	});

	test('what the history shows late is caught up, too', async () => {
		const hook = await startFast();
		world.emulator.account.webhooks.change(hook, { disabled: true });
		create('early');
		const late = create('late');
		const entry = [...world.emulator.account.events.values()].at(-1);
		if (entry) entry.shown_at = Infinity;
		await eventually(() => rows().length === 1);
		if (entry) entry.shown_at = 0;
		await eventually(() => rows().length === 2);
		expect(rows()).toMatchObject([{ name: 'early', caught_up: true }, { id: late.id, name: 'late', caught_up: true }]);
		const asked = world.requests('GET', '/events').length;
		const looks = world.requests('GET', '/webhooks').length;
		await eventually(() => world.requests('GET', '/webhooks').length > looks + 1);
		expect(world.requests('GET', '/events')).toHaveLength(asked);
	});

	test('a subscription that ends with the workflow stays away', async () => {
		await startFast();
		const looks = () => world.requests('GET', '/webhooks').length;
		const before = looks();
		await eventually(() => looks() > before);
		await host.deactivate();
		await sleep(1_500);
		expect(hooks()).toEqual([]);
	});
});

test('publishing a new version loses nothing of the moment without a subscription, and brings nothing else', async () => {
	await start({ events: ['add_lead'] });
	create('before');
	await settled();
	await advance(5_000);
	await host.deactivate();
	create('between');
	host.configure({ events: ['add_lead', 'add_contact'], options: { ignoreOwnChanges: false } });
	await host.activate();
	await host.run('update');
	await settled();
	expect(shown().map(([, , name, caughtUp]) => [name, caughtUp])).toEqual([['before', undefined], ['between', true]]);
});

describe('a repeated delivery', () => {
	const account = () => `account[id]=${world.emulator.account.info.id}`;
	const post = async (body: string) => {
		await fetch(String(hooks()[0]?.destination), { method: 'POST', body, headers: { 'content-type': 'application/x-www-form-urlencoded' } });
		await settled();
	};
	const update = (name: string) => `leads[update][0][id]=77&leads[update][0][name]=${name}&leads[update][0][updated_at]=1700000000&${account()}`;

	test('is known in another process, and after a restart', async () => {
		await start({ options: { loadFullRecord: false } });
		await post(update('one'));
		// Another change within the same second is none.
		await post(update('two'));
		await host.replace();
		await post(update('one'));
		await post(update('two'));
		expect(rows().map(({ name }) => name)).toEqual(['one', 'two']);
	});

	test('is none where a worker takes over the execution of one that has died', async () => {
		await start({ options: { loadFullRecord: false } });
		await post(update('three'));
		await host.replace();
		await host.again();
		expect(rows().map(({ name }) => name)).toEqual(['three', 'three']);
		await away(async () => void create('missed'));
		await startAgain();
		await host.replace();
		await host.again();
		expect(rows().map(({ name }) => name)).toEqual(['three', 'three', 'missed', 'missed']);
	});

	test('comes again where it is to be kept', async () => {
		await start({ options: { keepRepeated: true, loadFullRecord: false } });
		await post(update('one'));
		await host.replace();
		await post(update('one'));
		expect(rows()).toHaveLength(2);
	});
});
