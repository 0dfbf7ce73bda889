import type { INodeParameters } from 'n8n-workflow';

import type { World } from './world';
import { FAST, openWorld } from './world';

/** Settings that hold for all items of a run: items that want them differently are told so before anything is sent. */

let world: World;
beforeAll(async () => (world = await openWorld({ seed: 'demo', rateLimit: false })));
afterAll(async () => await world.close());
beforeEach(() => world.emulator.log.clear());

const upsert: INodeParameters = { resource: 'contact', operation: 'upsert', matchBy: 'email', email: '={{ $json.email }}' };
const lead: INodeParameters = { resource: 'lead', operation: 'create', name: 'x' };
const items = (one: unknown, other: unknown) => [
	{ email: 'a@example.com', s: one },
	{ email: 'b@example.com', s: other },
] as never;

test.each<[string, INodeParameters, unknown, unknown]>([
	['Dry Run', { ...lead, options: { dryRun: '={{ $json.s }}' } }, true, false],
	['Dry Run', { ...lead, options: { dryRun: '={{ $json.s }}' } }, true, undefined],
	['Dry Run', { ...lead, options: { dryRun: '={{ Boolean($json.s) }}' } }, false, true],
	['Match Field', { ...upsert, matchBy: 'customField', matchFieldId: { __rl: true, mode: 'id', value: '={{ $json.s }}' }, matchValue: 'x' }, 'EMAIL', 'PHONE'],
	['If Several Match', { ...upsert, options: { severalMatches: '={{ $json.s }}' } }, 'fail', 'oldest'],
	['Unmatched Calls', { resource: 'call', operation: 'create', phone: '89123456789', direction: 'inbound', duration: 5, source: 'x', options: { unmatched: '={{ $json.s }}' } }, 'fail', 'createContact'],
])('%s', async (label, parameters, one, other) => {
	const { error } = await world.run(parameters, { items: items(one, other) });
	expect(error?.message).toMatch(new RegExp(`'${label}' holds for all items of a run, but it is .* for item 0 and .* for item 1`));
	expect(world.emulator.log.entries).toEqual([]);
});

test('the same by expressions is taken', async () => {
	const { rows, error } = await world.run({ ...lead, options: { ...FAST, dryRun: '={{ $json.s }}' } }, { items: items(false, '') });
	expect(error).toBeUndefined();
	expect(rows).toHaveLength(2);
	const dry = await world.run({ ...lead, options: { dryRun: '={{ $json.s }}' } }, { items: items(true, true) });
	expect(dry.rows.map(({ json }) => json.dry_run)).toEqual([true, true]);
});
