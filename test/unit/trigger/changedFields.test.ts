import type { IDataObject } from 'n8n-workflow';

import { readChanges } from '../../../nodes/AmoCrm/trigger/changedFields';
import type { HookItem } from '../../../nodes/AmoCrm/trigger/delivery';
import { ok, scriptedClient } from '../transport/scripted';

const updated = (id: number): HookItem => ({ event: 'update_lead', entity: 'lead', action: 'update', account: {}, data: { id, updated_at: 1000 } });

test('the history is read to its end, however much happened in the same moment', async () => {
	const events = [
		...Array.from({ length: 150 }, (_, index) => ({ id: `e${index}`, type: 'name_field_changed', entity_id: 1, created_at: 1000 })),
		{ id: 'last', type: 'sale_field_changed', entity_id: 2, created_at: 1000 },
	];
	const { client } = scriptedClient(({ query }) => {
		const page = Number(query?.page);
		return ok({ _embedded: { events: events.slice((page - 1) * 100, page * 100) } } as IDataObject);
	});
	const items = [updated(1), updated(2)];
	const { changes, complete } = await readChanges(client, items);
	expect(items.map((item) => [...(changes.get(item) ?? [])])).toEqual([Array(1).fill('name'), ['price']]);
	expect(complete).toBe(true);
});
