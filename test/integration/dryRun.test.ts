import type { IDataObject, INodeParameters, INodeProperties } from 'n8n-workflow';

import { resources } from '../../nodes/AmoCrm/menu';
import type { World } from './world';
import { addLeads, byId, FAST, openWorld } from './world';

/** 'Dry Run': everything is read, matched and checked, and amoCRM gets nothing but questions. */

let world: World;
let leadId: number;
beforeAll(async () => {
	world = await openWorld({ seed: 'demo', rateLimit: false });
	[leadId = 0] = await addLeads(world, 1, () => 'Old');
});
afterAll(async () => await world.close());

async function dry(parameters: INodeParameters, items: IDataObject[] = [{}]): Promise<IDataObject[]> {
	world.emulator.log.clear();
	const options = { ...FAST, dryRun: true, ...(parameters.options as IDataObject) };
	const { rows, error } = await world.run({ ...parameters, options } as INodeParameters, { items, onError: 'continueRegularOutput' });
	expect(error).toBeUndefined();
	expect(world.emulator.log.entries.filter(({ method }) => method !== 'GET')).toEqual([]);
	return rows.map(({ json }) => json);
}

test('every operation that changes something offers it, and no other does', () => {
	const offers = ({ properties }: { properties: INodeProperties[] }) =>
		properties.some(({ name, options }) => name === 'options' && (options as INodeProperties[]).some((option) => option.name === 'dryRun'));
	for (const { entity, operations } of resources) {
		for (const operation of operations) expect([entity.value, operation.value, offers(operation)]).toEqual([entity.value, operation.value, operation.writes !== undefined]);
	}
});

test('a creation shows its body, its links, and what is wrong with a bad item', async () => {
	const rows = await dry(
		{ resource: 'contact', operation: 'create', name: '={{ $json.name }}', additionalFields: { phone: '={{ $json.phone }}', companyId: byId(5) } },
		[{ name: 'Ann', phone: '+7 912 345-67-89' }, { name: 'Bob', phone: 'нет' }],
	);
	expect(rows[0]).toEqual({
		dry_run: true,
		action: 'create',
		method: 'POST',
		path: '/api/v4/contacts',
		body: { name: 'Ann', custom_fields_values: [{ field_code: 'PHONE', values: [{ value: '+7 912 345-67-89', enum_code: 'WORK' }] }] },
		found: null,
		links: [{ to_entity_id: 5, to_entity_type: 'companies' }],
	});
	expect(rows[1]?.error).toMatch(/'Phone'.*'нет' is not a phone number \[item 1\]/);
});

test('an update shows the row, and what it adds to what the record has', async () => {
	expect(await dry({ resource: 'lead', operation: 'update', leadId: byId(leadId), updateFields: { price: 5 } })).toEqual([
		{ dry_run: true, action: 'update', method: 'PATCH', path: '/api/v4/leads', body: { id: leadId, price: 5 }, found: { id: leadId, name: 'Old' } },
	]);
	const { rows } = await world.run({ resource: 'customField', operation: 'create', entityType: 'leads', name: 'Channel', type: 'select', additionalFields: { options: { option: [{ value: 'Ads' }] } } });
	const field = rows[0]?.json as { id: number; enums: IDataObject[] };
	const [row] = await dry({ resource: 'customField', operation: 'update', entityType: 'leads', customFieldId: byId(field.id), updateFields: { options: { option: [{ value: 'Site' }] } } });
	expect((row?.body as IDataObject).enums).toMatchObject([{ id: field.enums[0]?.id, value: 'Ads' }, { value: 'Site' }]);
});

test('Create or Update shows what was found and what would change', async () => {
	const upsert = { resource: 'lead', operation: 'upsert', matchBy: 'name', name: '={{ $json.name }}', additionalFields: { price: '={{ $json.price }}' } };
	const rows = await dry(upsert, [{ name: 'New one', price: 1 }, { name: 'old', price: 7 }]);
	expect(rows).toEqual([
		{ dry_run: true, action: 'create', method: 'POST', path: '/api/v4/leads', body: { name: 'New one', price: 1 }, found: null },
		{ dry_run: true, action: 'update', method: 'PATCH', path: '/api/v4/leads', body: { id: leadId, name: 'old', price: 7 }, found: { id: leadId, name: 'Old' }, changed_fields: ['name', 'price'] },
	]);
	expect(await dry({ ...upsert, additionalFields: {} }, [{ name: 'Old' }])).toEqual([{ dry_run: true, action: 'unchanged', found: { id: leadId, name: 'Old' } }]);
	// A dry run is not remembered as a record that was just written.
	expect((await dry(upsert, [{ name: 'New one', price: 1 }]))[0]?.found).toBeNull();
});

test.each<[INodeParameters, IDataObject]>([
	[{ resource: 'lead', operation: 'link', leadId: byId(1), linkTo: 'contacts', linkedId: byId(2) }, { method: 'POST', path: '/api/v4/leads/link', body: { entity_id: 1, to_entity_type: 'contacts', to_entity_id: 2 } }],
	[{ resource: 'task', operation: 'complete', taskId: byId(3), resultText: 'Done' }, { method: 'PATCH', path: '/api/v4/tasks', body: { id: 3, is_completed: true, result: { text: 'Done' } } }],
	[{ resource: 'note', operation: 'pin', entityType: 'leads', noteId: byId(4) }, { method: 'POST', path: '/api/v4/leads/notes/4/pin', body: null }],
	[{ resource: 'pipeline', operation: 'delete', pipelineId: byId(5) }, { method: 'DELETE', path: '/api/v4/leads/pipelines/5', body: null }],
	[{ resource: 'account', operation: 'setCustomersMode', mode: 'segments' }, { method: 'PATCH', path: '/api/v4/customers/mode', body: { mode: 'segments', is_enabled: true } }],
	[
		{ resource: 'user', operation: 'create', name: 'N', email: 'n@example.com', password: 'Secret-of-n-1' },
		{ action: 'create', method: 'POST', path: '/api/v4/users', body: { name: 'N', email: 'n@example.com', password: '***' } },
	],
	[
		{ resource: 'lead', operation: 'createComplex', name: 'Both', contactFields: { name: 'Ann' } },
		{ method: 'POST', path: '/api/v4/leads/complex', body: { name: 'Both', _embedded: { contacts: [{ name: 'Ann' }] } } },
	],
])('%j', async (parameters, expected) => {
	expect(await dry(parameters)).toEqual([{ dry_run: true, action: parameters.operation, ...expected, found: null }]);
});

test('what names a record by its ID shows the one that there is, whatever the resource', async () => {
	const { account } = world.emulator;
	const make = async (resource: string, more: INodeParameters = {}) => (await world.run({ resource, operation: 'create', name: 'Known', ...more })).rows[0]?.json.id as number;
	const [pipeline, tag, other] = [await make('pipeline'), await make('tag', { entityType: 'leads' }), await make('tag', { entityType: 'leads', name: 'Other' })];
	const [widget] = [...account.widgets.values()];
	const known = { id: pipeline, name: 'Known' };
	expect((await dry({ resource: 'pipeline', operation: 'delete', pipelineId: byId(pipeline) }))[0]?.found).toEqual(known);
	const rows = await dry({ resource: 'tag', operation: 'update', entityType: 'leads', tagId: byId('={{ $json.id }}'), updateFields: { name: 'x' } }, [{ id: tag }, { id: 99_999_999 }, { id: other }]);
	expect(rows.map(({ found }) => found)).toEqual([{ id: tag, name: 'Known' }, null, { id: other, name: 'Other' }]);
	expect((await dry({ resource: 'tag', operation: 'update', entityType: 'leads', tagId: byId(tag), updateFields: { name: 'x' } }))[0]?.found).toEqual({ id: tag, name: 'Known' });
	expect((await dry({ resource: 'widget', operation: 'uninstall', widgetCode: widget?.code as string }))[0]?.found).toEqual({ code: widget?.code });
	world.emulator.faults.add({ method: 'GET', path: /leads\/pipelines/, times: Infinity, action: { kind: 'status', status: 403, body: {} } });
	const [refused] = await dry({ resource: 'pipeline', operation: 'delete', pipelineId: byId(pipeline) });
	world.emulator.faults.clear();
	expect(refused).toMatchObject({ error: expect.stringContaining('amoCRM does not allow this') });
});
