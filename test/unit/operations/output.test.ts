import { monitorEventLoopDelay } from 'node:perf_hooks';

import { outputRows } from '../../../nodes/AmoCrm/operations/output';
import type { Run } from '../../../nodes/AmoCrm/operations/types';
import { ok, scriptedClient } from '../transport/scripted';

const record = (id: number) => ({
	id,
	name: `Lead ${id}`,
	updated_at: 1_700_000_000 + id,
	custom_fields_values: Array.from({ length: 8 }, (_, field) => ({ field_id: field, field_name: `Field ${field}`, field_type: 'text', values: [{ value: `value ${id}` }] })),
	_embedded: { tags: [{ id: 1, name: 'vip' }], contacts: [{ id: 5, is_main: true }] },
});

it.each([
	['simplified', { raw: false, compact: false }],
	['selected', { raw: false, compact: true, fields: ['name', 'Field 3'] }],
	['compact', { raw: false, compact: true }],
])('very many records leave others their turn while they are %s', async (_what, output) => {
	const run = { client: scriptedClient(() => ok()).client, timezone: 'UTC' } as Run;
	const records = Array.from({ length: 60_000 }, (_, id) => record(id));
	const delay = monitorEventLoopDelay({ resolution: 5 });
	const started = performance.now();
	delay.enable();
	const rows = await outputRows(run, records, output);
	delay.disable();
	const took = performance.now() - started;
	expect(rows).toHaveLength(60_000);
	expect(rows[59_999]).toMatchObject({ id: 59_999, name: 'Lead 59999', 'Field 3': 'value 59999' });
	// Other tests run beside this one: what counts is that it is not one piece.
	expect(delay.max / 1e6).toBeLessThan(Math.max(100, took / 3));
});
