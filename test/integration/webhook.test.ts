import type { IDataObject, INodeParameters } from 'n8n-workflow';

import type { World } from './world';
import { FAST, manyItems, openWorld } from './world';

/** Webhooks of the account: an address has one, and is what it is known by (extended facts 1.1). */

let world: World;

beforeEach(async () => {
	world = await openWorld({ seed: 'empty', rateLimit: false });
});

afterEach(async () => await world.close());

const A = 'https://a.example.com/hook?key=1';
const B = 'http://b.example.com/';

const webhook = async (operation: string, parameters: IDataObject = {}, options = {}) =>
	await world.run({ resource: 'webhook', operation, options: FAST, ...parameters } as INodeParameters, options);
const subscribe = async (destination: string, events: string | string[], options = {}) => await webhook('subscribe', { destination, events }, options);
const hooks = () => [...world.emulator.account.webhooks.values()].map(({ destination, settings }) => [destination, settings]);
const methods = () => world.emulator.log.entries.map(({ method }) => method);

it('an address is told of the events that are chosen', async () => {
	const { rows, error } = await subscribe(A, ['add_lead', 'status_lead']);
	expect(error).toBeUndefined();
	expect(rows[0]?.json).toMatchObject({ destination: A, settings: ['add_lead', 'status_lead'], disabled: false });
	expect(hooks()).toEqual([[A, ['add_lead', 'status_lead']]]);
});

it.each(['array', 'map'] as const)('events may come as a text or a list, and amoCRM may answer them in any form: %s', async (webhookSettingsShape) => {
	Object.assign(world.emulator.switches, { webhookSettingsShape });
	const { rows } = await subscribe('={{ $json.to }}', '={{ $json.events }}', { items: [{ to: A, events: 'add_lead, add_lead, add_task' }, { to: B, events: ['add_task'] }] });
	expect(rows.map(({ json }) => json.settings)).toEqual([['add_lead', 'add_task'], ['add_task']]);
});

it.each(['replace', 'merge'] as const)('a known address gets the new events instead of its old ones, however amoCRM takes a second one: %s', async (webhookRepost) => {
	Object.assign(world.emulator.switches, { webhookRepost });
	await subscribe(A, ['add_lead', 'add_task']);
	await subscribe(B, ['add_task']);
	world.emulator.log.clear();
	const { error } = await subscribe(A, ['add_contact']);
	expect(error).toBeUndefined();
	expect(methods()).toEqual(['GET', 'DELETE', 'POST']);
	expect(hooks()).toEqual([[B, ['add_task']], [A, ['add_contact']]]);
});

it('the same events change nothing, unless amoCRM has switched the webhook off', async () => {
	await subscribe(A, ['add_lead', 'add_task']);
	world.emulator.log.clear();
	const { rows } = await subscribe(A, ['add_task', 'add_lead']);
	expect(rows[0]?.json).toMatchObject({ destination: A, settings: ['add_lead', 'add_task'] });
	expect(methods()).toEqual(['GET']);
	const [hook] = world.emulator.account.webhooks.values();
	world.emulator.account.webhooks.change(hook as never, { disabled: true });
	await subscribe(A, ['add_task', 'add_lead']);
	expect([...world.emulator.account.webhooks.values()].map(({ disabled }) => disabled)).toEqual([false]);
});

it('of two items for one address the later one counts', async () => {
	const { rows } = await subscribe(A, '={{ $json.events }}', { items: [{ events: 'add_lead' }, { events: 'add_task' }] });
	expect(rows.map(({ json }) => json.settings)).toEqual([['add_lead'], ['add_task']]);
	expect(hooks()).toEqual([[A, ['add_task']]]);
});

it('are listed all, or one by its address', async () => {
	expect((await webhook('getAll', { returnAll: true })).rows).toEqual([]);
	await subscribe('={{ $json.to }}', ['add_lead'], { items: [{ to: A }, { to: B }] });
	expect((await webhook('getAll', { returnAll: true })).rows.map(({ json }) => json.destination)).toEqual([A, B]);
	expect((await webhook('getAll', { limit: 1 })).rows).toHaveLength(1);
	world.emulator.log.clear();
	const one = await webhook('getAll', { filters: { destination: B } });
	expect(one.rows.map(({ json }) => json)).toEqual([expect.objectContaining({ destination: B, settings: ['add_lead'] })]);
	expect(world.emulator.log.entries[0]?.query).not.toHaveProperty('order');
});

it('are unsubscribed by their address; one that is not there is not found', async () => {
	await subscribe('={{ $json.to }}', ['add_lead'], { items: [{ to: A }, { to: B }] });
	const { rows } = await webhook('unsubscribe', { destination: '={{ $json.to }}' }, { items: [{ to: A }, { to: 'https://c.example.com' }, { to: B }], onError: 'continueRegularOutput' });
	expect(rows.map(({ json }) => json.error ?? json)).toEqual([
		{ destination: A, deleted: true },
		expect.stringContaining('Webhook https://c.example.com was not found'),
		{ destination: B, deleted: true },
	]);
	expect(hooks()).toEqual([]);
});

it.each([
	['ftp://example.com', ['add_lead'], "'Destination': 'ftp://example.com' is not a web address"],
	['example.com/hook', ['add_lead'], "'Destination': 'example.com/hook' is not a web address"],
	['https://a b', ['add_lead'], "'Destination': 'https://a b' is not a web address"],
	['https://', ['add_lead'], "'Destination': 'https://' is not a web address"],
	[A, '={{ [] }}', "'Events': no event is chosen"],
	[A, '={{ "new lead" }}', "'Events': 'new lead' is not possible"],
])('%s with %j is refused before any request', async (destination, events, message) => {
	const { error } = await subscribe(destination, events);
	expect(error?.message).toContain(message);
	expect(world.emulator.log.entries).toHaveLength(0);
});

describe('what amoCRM refuses', () => {
	it('is told with the event that it does not know, and a known address keeps its old events', async () => {
		await subscribe(A, ['add_lead']);
		const { error } = await subscribe(A, ['add_task', 'add_call'].join());
		expect(error?.message).toMatch(/'Events' \(settings\.1, value "add_call"\).*\. This address has its old events again/);
		expect(hooks()).toEqual([[A, ['add_lead']]]);
	});

	it('is told to be lost where the old events do not come back', async () => {
		await subscribe(A, ['add_lead']);
		world.emulator.faults.add({ method: 'POST', path: '/api/v4/webhooks', times: Infinity, action: { kind: 'status', status: 403, body: { status: 403, title: 'Forbidden' } } });
		const { error } = await subscribe(A, ['add_task']);
		expect(error?.message).toContain('was deleted to replace its events and may be gone');
		expect(error?.description).toContain('Only an administrator');
	});

	it('is told to be the limit of the account', async () => {
		await subscribe('={{ $json.to }}', ['add_lead'], { items: manyItems(100, (index) => ({ to: `https://example.com/${index}` })) });
		const { error } = await subscribe(A, ['add_lead']);
		expect(error?.message).toContain('already has 100 webhooks, which is its limit');
		expect((await subscribe('https://example.com/7', ['add_task'])).error).toBeUndefined();
	});

	it.each([
		['getAll', 'GET', 403, 'Only an administrator'],
		['subscribe', 'POST', 403, 'Only an administrator'],
		['unsubscribe', 'DELETE', 403, 'Only an administrator'],
		['getAll', 'GET', 402, 'This needs the plan'],
		['subscribe', 'POST', 402, 'This needs the plan'],
		['unsubscribe', 'DELETE', 402, 'This needs the plan'],
	])('for want of a right or a plan: %s, %s %d', async (operation, method, status, advice) => {
		world.emulator.faults.add({ method, path: '/api/v4/webhooks', times: Infinity, action: { kind: 'status', status, body: { status, title: 'No' } } });
		const { error } = await webhook(operation, operation === 'getAll' ? {} : { destination: A, ...(operation === 'subscribe' ? { events: ['add_lead'] } : {}) });
		expect(error?.description).toContain(advice);
	});
});

it('a dry run shows what would be sent, and what the address has', async () => {
	await subscribe(A, ['add_lead']);
	const rows = async (operation: string, parameters: IDataObject) => (await webhook(operation, { ...parameters, options: { dryRun: true } })).rows.map(({ json }) => json);
	const body = { destination: A, settings: ['add_task'] };
	const plan = { dry_run: true, method: 'POST', path: '/api/v4/webhooks', body };
	expect(await rows('subscribe', { destination: A, events: ['add_task'] })).toEqual([{ ...plan, action: 'subscribe', found: expect.objectContaining({ settings: ['add_lead'] }) }]);
	expect(await rows('subscribe', { destination: B, events: ['add_task'] })).toMatchObject([{ found: null }]);
	expect(await rows('unsubscribe', { destination: A })).toEqual([{ ...plan, action: 'unsubscribe', method: 'DELETE', body: { destination: A }, found: { destination: A } }]);
	expect(await rows('unsubscribe', { destination: B })).toMatchObject([{ found: null }]);
	expect(hooks()).toEqual([[A, ['add_lead']]]);
});
