import type { INodeParameters } from 'n8n-workflow';

import type { World } from './world';
import { openWorld } from './world';

/** Settings of the account have no ID: what amoCRM answers, or its status, is all that confirms them. */

let world: World;

beforeAll(async () => {
	world = await openWorld({ seed: 'empty', rateLimit: false });
});

afterEach(() => world.emulator.faults.clear());
afterAll(async () => await world.close());

const SETTINGS: Array<[string, INodeParameters, string, object]> = [
	['the mode of customers', { resource: 'account', operation: 'setCustomersMode', mode: 'segments' }, '/api/v4/customers/mode', { mode: 'segments', is_enabled: true }],
	['products', { resource: 'productSettings', operation: 'update', updateFields: { isEnabled: true } }, '/api/v4/catalogs/products/settings', { is_enabled: true }],
];

it.each(SETTINGS)('%s: are set, and come out as they are now', async (_what, parameters, _path, row) => {
	const { rows, error } = await world.run(parameters);
	expect(error).toBeUndefined();
	expect(rows.map(({ json }) => json)).toEqual([row]);
});

it.each(SETTINGS)('%s: an answer that speaks of something else confirms nothing', async (_what, parameters, path) => {
	world.emulator.faults.add({ method: 'PATCH', path, times: Infinity, action: { kind: 'status', status: 200, body: { status: 500 } } });
	const { rows, error } = await world.run(parameters);
	expect(rows).toEqual([]);
	expect(error?.message).toContain('it is not known whether amoCRM saved it');
});

it('a widget without settings: the empty object goes, which n8n would leave out', async () => {
	const [widget] = [...world.emulator.account.widgets.values()];
	const { code = '' } = widget ?? {};
	if (widget) widget.settings_template = widget.settings_template.map((setting) => ({ ...setting, is_required: false }));
	const { rows, error } = await world.run({ resource: 'widget', operation: 'install', widgetCode: code, settings: '{}' });
	expect(error).toBeUndefined();
	expect(rows[0]?.json).toMatchObject({ code });
	expect(world.requests('POST', `/widgets/${code}`).map(({ body }) => body)).toEqual([{}]);
});
