import './fastClock';
import type { IDataObject } from 'n8n-workflow';

import type { TriggerHost } from '../integration/triggerHost';
import { openTriggerHost } from '../integration/triggerHost';
import { type PollHost, openPollHost } from '../integration/pollHost';
import type { World } from '../integration/world';
import { openWorld } from '../integration/world';

/** What a long history costs both triggers: at least its pages, and a request for every 250 records. */

const CHANGES = 10_000;
const BOUND = CHANGES / 100 + CHANGES / 250;
const names = Array.from({ length: CHANGES }, (_, index) => `lead ${index}`);
const parameters = { events: ['add_lead'], options: { ignoreOwnChanges: false, loadFullRecord: true } };

let world: World;
beforeEach(async () => (world = await openWorld({ language: 'en', seed: 'empty' })));
afterEach(async () => await world.close());

async function createAll(): Promise<void> {
	for (const name of names) world.emulator.ui.create('leads', { name });
	await world.emulator.clock.advance(3_600_000);
	world.emulator.log.clear();
}

const requests = () => world.emulator.log.entries.map(({ method, path }) => `${method} ${path}`);

test('the polling trigger tells of 10,000 changes within 1.2 times the bound', async () => {
	const host = openPollHost(world.account, parameters as never);
	expect(await host.poll()).toEqual([]);
	await createAll();
	expect((await host.poll()).map(({ name }) => name)).toEqual(names);
	expect(requests().length).toBeLessThanOrEqual(1.2 * BOUND);
});

async function later(host: PollHost): Promise<IDataObject[]> {
	await world.emulator.clock.advance(40_000);
	return await host.poll();
}

test('the polling trigger leaves what it has no time for to a later poll', async () => {
	const host = openPollHost(world.account, { events: ['add_lead'], options: { ignoreOwnChanges: false, settleSeconds: 0 } }, 'durable');
	expect(await host.poll()).toEqual([]);
	const some = names.slice(0, 2000);
	for (const name of some) {
		world.emulator.ui.create('leads', { name });
		await world.emulator.clock.advance(100);
	}
	const [first, ...others] = [await later(host), await later(host), await later(host)];
	expect(first?.length).toBeLessThanOrEqual(1300);
	expect([...(first ?? []), ...others.flat()].map(({ name }) => name)).toEqual(some);
});

test('the trigger catches 10,000 changes up within 1.2 times the bound', async () => {
	const host: TriggerHost = await openTriggerHost(world.account, parameters);
	try {
		await host.activate();
		await host.run('activate');
		await world.emulator.clock.advance(2_000);
		host.isDown = true;
		await host.replace();
		await createAll();
		host.isDown = false;
		await host.restart();
		await host.run('init');
		const rows = () => host.executions.flatMap((execution) => execution.rows.map(({ json }) => json.name));
		for (let waited = 0; rows().length < CHANGES && waited < 120; waited += 1) await new Promise((resolve) => setTimeout(resolve, 500));
		// Time runs so fast here that the trigger does not wait for each execution, and they end in any order.
		expect(rows()).toHaveLength(CHANGES);
		expect(new Set(rows())).toEqual(new Set(names));
		expect(requests().length).toBeLessThanOrEqual(1.2 * BOUND);
	} finally {
		await host.close();
	}
});
