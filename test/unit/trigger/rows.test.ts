import type { IDataObject } from 'n8n-workflow';
import fc from 'fast-check';

import { isWanted } from '../../../nodes/AmoCrm/trigger/filters';
import { cardOf } from '../../../nodes/AmoCrm/trigger/cards';
import { readDelivery } from '../../../nodes/AmoCrm/trigger/delivery';
import { HOOK_ENTITIES } from '../../../nodes/AmoCrm/fields/hookEvents';
import type { FormObject } from '../../../nodes/AmoCrm/trigger/formBody';
import { readOptions } from '../../../nodes/AmoCrm/trigger/options';
import { withoutRepeats } from '../../../nodes/AmoCrm/trigger/repeats';
import { toV4 } from '../../../nodes/AmoCrm/trigger/simple';
import { presentRows } from '../../../nodes/AmoCrm/operations/present';
import { scriptedClient, ok } from '../transport/scripted';

/** Whatever a delivery holds under the keys of amoCRM, each of its rows goes through; none takes the others along. */

const KEYS = ['id', 'name', 'price', 'tags', 'custom_fields', 'values', 'value', 'enum', 'element_type', 'element_id', 'entity_id', 'linked_leads_id', 'linked_company_id', 'metadata', 'created_at', 'status_id', 'pipeline_id', 'note', 'note_type', 'custom_fields_values', '_embedded', 'accept_result', 'leads', 'action', 'type', 'constructor', '0', '1', '7'];
const { value } = fc.letrec((tie) => ({
	value: fc.oneof({ maxDepth: 5, depthSize: 'medium' }, fc.constantFrom('', '0', '1', '007', 'x', 'NaN', '{"a":[1]}', '[null]', 'null'), fc.string({ maxLength: 8 }), tie('object')),
	object: fc.dictionary(fc.constantFrom(...KEYS), tie('value'), { maxKeys: 6 }),
}));
const delivery = fc.dictionary(fc.constantFrom(...HOOK_ENTITIES.map(({ key }) => key), 'add', 'account', 'rockets'), fc.dictionary(fc.constantFrom('add', 'update', 'delete', 'note', 'status', 'restore', '0'), fc.dictionary(fc.constantFrom('0', '1', '2'), value)), { minKeys: 1, maxKeys: 3 });

test('rows of any kind come through, and none says [object Object]', async () => {
	const options = readOptions({} as never, {}, () => []);
	const { client } = scriptedClient(() => ok({ _embedded: {} } as IDataObject));
	await fc.assert(
		fc.asyncProperty(delivery, async (body) => {
			const { items } = readDelivery(body as FormObject);
			const rows = withoutRepeats('any', items).filter((item) => isWanted(item, options, 1));
			for (const item of rows) cardOf(item);
			const shown = await presentRows({ client, timezone: 'UTC', isVersion1: false }, rows.map((item) => ({ event: item.event, ...toV4(item) })), { path: '/leads' });
			expect(shown).toHaveLength(rows.length);
			expect(JSON.stringify([rows, shown])).not.toMatch(/object Object|native code/);
		}),
		{ numRuns: 1_000 },
	);
});
