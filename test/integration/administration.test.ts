import type { IDataObject, INodeParameters } from 'n8n-workflow';

import { makeField } from '../../emulator/seed/fields';
import { AmoCrm } from '../../nodes/AmoCrm/AmoCrm.node';
import type { RunOptions } from './harness';
import { editorOf } from './harness';
import { catalogOf, furnish, mainPipelineOf } from './samples';
import type { World } from './world';
import { byId, FAST, manyItems, openWorld, rowsOf } from './world';

/** What an administrator sets up: where a setting is more than the sum of its fields. */

let world: World;

beforeAll(async () => {
	world = await openWorld();
	await furnish(world);
});
afterAll(async () => await world.close());
beforeEach(() => world.emulator.log.clear());

const run = async (resource: string, operation: string, parameters: INodeParameters = {}, options: Partial<RunOptions> = {}) =>
	await world.run({ resource, operation, options: FAST, ...parameters }, options);

const rows = async (...parameters: Parameters<typeof run>) => rowsOf(await run(...parameters));

const sent = () => world.emulator.log.entries.filter(({ method }) => method !== 'GET').map(({ body }) => body);
const option = (...given: IDataObject[]) => ({ option: given }) as never;

describe('options of a field', () => {
	const labels = (id: number) => world.emulator.account.customFields.get(id)?.enums?.map(({ value }) => value);
	const fieldOf = (...options: string[]) => {
		const { id, enums } = makeField(world.emulator.account, 'leads', 'Size', 'select', { options });
		return { id, ids: enums?.map((entry) => entry.id) as number[] };
	};
	const update = async (id: number, updateFields: INodeParameters) => await rows('customField', 'update', { entityType: 'leads', customFieldId: byId(id), updateFields });

	it.each([
		['adds', () => option({ value: 'L' }), ['S', 'M', 'L']],
		['renames by ID', ([, second = 0]: number[]) => option({ id: second, value: 'Medium' }), ['S', 'Medium']],
		['leaves what differs in letter case only', () => option({ value: ' m ' }, { value: 'XL' }), ['S', 'M', 'XL']],
		['adds each label once', () => option({ value: 'L' }, { value: 'l' }), ['S', 'M', 'L']],
		['takes a list of labels', () => option({ value: "={{ ['L', 'XL'] }}" }), ['S', 'M', 'L', 'XL']],
	] as Array<[string, (ids: number[]) => never, string[]]>)('%s, and keeps the others with their IDs', async (_name, options, after) => {
		const { id, ids } = fieldOf('S', 'M');
		await update(id, { options: options(ids) });
		expect(labels(id)).toEqual(after);
		expect(world.emulator.account.customFields.get(id)?.enums?.map((entry) => entry.id).slice(0, 2)).toEqual(ids);
	});

	it('gives an option a code, and renames by it', async () => {
		const { id, ids } = fieldOf('S', 'M');
		await update(id, { options: option({ value: 'M', code: 'MEDIUM' }) });
		await update(id, { options: option({ value: 'Middle', code: 'MEDIUM' }) });
		expect(world.emulator.account.customFields.get(id)?.enums).toEqual([expect.objectContaining({ id: ids[0], value: 'S' }), expect.objectContaining({ id: ids[1], value: 'Middle', code: 'MEDIUM' })]);
	});

	it('removes the others only when told to, and never all of them', async () => {
		const { id, ids } = fieldOf('S', 'M');
		await update(id, { options: option({ value: 'M' }), removeOtherOptions: true });
		expect(world.emulator.account.customFields.get(id)?.enums?.map((entry) => entry.id)).toEqual([ids[1]]);
		const { error } = await run('customField', 'update', { entityType: 'leads', customFieldId: byId(id), updateFields: { options: option({ value: '={{ [] }}' }), removeOtherOptions: true } });
		expect(error?.message).toContain("'Field Options': there is no option in it");
	});

	it('keeps what an item before has added to the same field', async () => {
		const { id } = fieldOf('S');
		const items = ['M', 'L', 'XL'].map((label) => ({ label }));
		await rows('customField', 'update', { entityType: 'leads', customFieldId: byId(id), updateFields: { options: option({ value: '={{ $json.label }}' }) } }, { items });
		expect(labels(id)).toEqual(['S', 'M', 'L', 'XL']);
	});

	it('refuses an ID that the field does not have', async () => {
		const { id } = fieldOf('S');
		const { error } = await run('customField', 'update', { entityType: 'leads', customFieldId: byId(id), updateFields: { options: option({ id: 1, value: 'x' }) } });
		expect(error?.message).toContain("'Field Options': the field has no option with the ID 1");
		expect(labels(id)).toEqual(['S']);
	});
});

it('lets a tree of categories grow and keeps its branches', async () => {
	const place = { entityType: 'catalogs', catalogId: byId(catalogOf(world)) };
	const [made] = await rows('customField', 'create', { ...place, name: 'Group', type: 'category', additionalFields: { categories: 'Clothes / Shoes\nClothes / Hats' } });
	const tree = () => world.emulator.account.customFields.get(made?.id as number)?.enums ?? [];
	const before = tree();
	expect(before.map(({ value, parent_id: parent }) => [value, before.find(({ id }) => id === parent)?.value])).toEqual([['Clothes', undefined], ['Shoes', 'Clothes'], ['Hats', 'Clothes']]);
	await rows('customField', 'update', { ...place, customFieldId: byId(made?.id as number), updateFields: { categories: 'clothes / Shoes / Boots\nFood' } });
	expect(tree().slice(0, 3)).toEqual(before);
	expect(tree().slice(3).map(({ value, parent_id: parent }) => [value, tree().find(({ id }) => id === parent)?.value])).toEqual([['Boots', 'Shoes'], ['Food', undefined]]);
});

it('requires a field in stages, which are pairs, and shows its group', async () => {
	const pipelines = [...world.emulator.account.pipelines.keys()];
	const [made] = await rows('customField', 'create', {
		entityType: 'leads',
		name: 'Reason',
		type: 'text',
		additionalFields: { requiredStatuses: pipelines.map((id) => `${id}:143`), groupId: 'statistic' } as never,
	});
	expect(sent()).toEqual([[expect.objectContaining({ required_statuses: pipelines.map((id) => ({ pipeline_id: id, status_id: 143 })) })]]);
	expect((await rows('customField', 'get', { entityType: 'leads', customFieldId: byId(made?.id as number) }))[0]).toMatchObject({ group_id: 'statistic' });
	const [lost] = await rows('customField', 'create', { entityType: 'leads', name: 'x', type: 'text', additionalFields: { requiredStatuses: ['143'] } });
	expect(lost?.required_statuses).toEqual(pipelines.map((id) => ({ pipeline_id: id, status_id: 143 })));
});

describe('rights of a role', () => {
	const STATUS_RIGHTS = [{ entity_type: 'leads', pipeline_id: 7_100_001, status_id: 142, rights: { view: 'A', edit: 'D' } }];

	it('keep what an update does not say, also from item to item', async () => {
		const [made] = await rows('role', 'create', { name: 'Careful', additionalFields: { rightsJson: JSON.stringify({ status_rights: STATUS_RIGHTS, contacts: { export: 'D' } }) } });
		const items = [{ view: 'M' }, { view: 'G' }];
		await rows('role', 'update', { roleId: byId(made?.id as number), updateFields: { rights: { leads: { view: '={{ $json.view }}' }, other: { mail_access: 'false' } } } }, { items });
		await rows('role', 'update', { roleId: byId(made?.id as number), updateFields: { rights: { leads: { delete: 'None' } } } });
		expect(world.emulator.account.roles.get(made?.id as number)?.rights).toMatchObject({
			leads: { view: 'G', edit: 'A', delete: 'D' },
			contacts: { view: 'A', export: 'D' },
			mail_access: false,
			status_rights: STATUS_RIGHTS,
		});
		for (const body of sent().slice(1) as IDataObject[]) expect(body.rights).toMatchObject({ status_rights: STATUS_RIGHTS });
	});

	it('refuses what is no level', async () => {
		const { error } = await run('role', 'create', { name: 'x', additionalFields: { rights: { leads: { view: '={{ "some" }}' } } } });
		expect(error?.message).toContain("Give one of: All, None, Their Own, Their Group's");
	});
});

describe('stages', () => {
	const place = () => ({ pipelineId: byId(mainPipelineOf(world).id) });
	const stageOf = async (parameters: INodeParameters = {}) => (await rows('pipelineStage', 'create', { ...place(), name: 'Stage', ...parameters }))[0]?.id as number;
	const described = (id: number) => world.emulator.account.status(mainPipelineOf(world).id, id)?.descriptions.map(({ level, description }) => `${level}: ${description}`);
	const update = async (id: number, updateFields: INodeParameters) => await rows('pipelineStage', 'update', { ...place(), pipelineStageId: byId(id), updateFields });

	it('adds, changes and takes away descriptions by their level', async () => {
		const id = await stageOf({ additionalFields: { descriptionNewbie: 'Call' } });
		await update(id, { descriptionMaster: 'Sell' });
		expect(described(id)).toEqual(['newbie: Call', 'master: Sell']);
		await update(id, { descriptionNewbie: 'Call twice' });
		expect(described(id)?.sort()).toEqual(['master: Sell', 'newbie: Call twice']);
		await update(id, { descriptionNewbie: '={{ "" }}' });
		expect(described(id)).toEqual(['master: Sell']);
	});

	it.each([['#98cbff'], ['98CBFF'], ['blue']])('takes the color %s', async (color) => {
		await stageOf({ additionalFields: { color: `={{ "${color}" }}` } });
		expect(sent()).toEqual([[expect.objectContaining({ color: '#98cbff' })]]);
	});

	it('refuses another color before any request', async () => {
		const { error } = await run('pipelineStage', 'create', { ...place(), name: 'x', additionalFields: { color: '={{ "#123456" }}' } });
		expect(error?.message).toMatch(/'Color': '#123456' is not a color that amoCRM takes here\. Give one of: .*Blue \(#98cbff\)/);
		expect(sent()).toEqual([]);
	});

	it('are shown by name as soon as they are made, changed or gone', async () => {
		const lead = (await rows('lead', 'create', { name: 'New' }))[0]?.id as number;
		const shown = async () => (await rows('lead', 'get', { leadId: byId(lead) }))[0]?.stage;
		await shown();
		const id = await stageOf({ name: 'Just made' });
		await rows('lead', 'update', { leadId: byId(lead), updateFields: { statusId: `${mainPipelineOf(world).id}:${id}` } });
		expect(await shown()).toBe('Just made');
		await update(id, { name: 'Renamed' });
		expect(await shown()).toBe('Renamed');
		await rows('pipeline', 'update', { pipelineId: byId(mainPipelineOf(world).id), updateFields: { name: 'Main' } });
		expect((await rows('lead', 'get', { leadId: byId(lead) }))[0]?.pipeline).toBe('Main');
		world.emulator.log.clear();
		await shown();
		expect(world.requests('GET', '/leads/pipelines')).toHaveLength(0);
	});
});

it('asks again for users and fields after a change of theirs, and not after one of anything else', async () => {
	const mapped = async () => await run('lead', 'create', { name: 'x', customFields: { mappingMode: 'autoMapInputData', value: null } }, { items: [{ Reason: 'y' }] });
	await mapped();
	world.emulator.log.clear();
	await mapped();
	await rows('company', 'create', { name: 'x' });
	await mapped();
	expect(world.requests('GET', '/leads/custom_fields')).toHaveLength(0);
	await rows('customField', 'create', { entityType: 'leads', name: 'Fresh', type: 'text' });
	await mapped();
	expect(world.requests('GET', '/leads/custom_fields').length).toBeGreaterThan(0);
});

describe('users', () => {
	const create = async (items: IDataObject[], options: Partial<RunOptions> = {}) =>
		await run('user', 'create', { name: '={{ $json.name }}', email: '={{ $json.email }}', password: '={{ $json.password }}' }, { items, ...options });
	const person = (index: number, password = 'Secret12x') => ({ name: `Person ${index}`, email: `p${index}@example.com`, password });

	it('come in tens, and their passwords in no output', async () => {
		const { rows: made } = await create(manyItems(12, (index) => person(index)));
		expect(sent().map((body) => (body as unknown[]).length).sort()).toEqual([10, 2]);
		const refused = await create([person(20, 'secretsecret'), person(21)], { onError: 'continueRegularOutput' });
		expect(refused.rows[0]?.json.error).toMatch(/^User was refused: 'Password' \(password\): The password needs a digit/);
		const planned = await run('user', 'create', { ...person(30), options: { ...FAST, dryRun: true } });
		expect(JSON.stringify([made, refused.rows, planned.rows])).not.toMatch(/secret/i);
		expect(planned.rows[0]?.json).toMatchObject({ dry_run: true, body: { password: '***' } });
	});

	it('are switched off and on in tens, with one row each; administrators are not', async () => {
		const ids = [...world.emulator.account.users.values()].filter(({ rights }) => !rights.is_admin).map(({ id }) => id);
		const switched = async (operation: string) => await rows('user', operation, { userId: { __rl: true, mode: 'id', value: '={{ $json.id }}' } }, { items: ids.map((id) => ({ id })) });
		expect(await switched('deactivate')).toEqual(ids.map((id) => ({ id, is_active: false })));
		expect(sent()).toHaveLength(Math.ceil(ids.length / 10));
		expect(ids.map((id) => world.emulator.account.users.get(id)?.rights.is_active)).not.toContain(true);
		expect(await switched('activate')).toEqual(ids.map((id) => ({ id, is_active: true })));
		const { error } = await run('user', 'deactivate', { userId: byId(1) });
		expect(error?.message).toBe('User 1 was not found [item 0]');
	});
});

describe('tags', () => {
	it('have colors on leads only, which is said before any request', async () => {
		await rows('tag', 'create', { entityType: 'leads', name: 'hot', additionalFields: { color: '={{ "#ff8f92" }}' } });
		expect(sent()).toEqual([[expect.objectContaining({ color: 'FF8F92' })]]);
		world.emulator.log.clear();
		const { error } = await run('tag', 'create', { entityType: 'contacts', name: 'hot', additionalFields: { color: 'FF8F92' } });
		expect(error?.message).toContain("'Color': amoCRM has colors for tags of leads only");
		expect(world.emulator.log.entries).toEqual([]);
	});

	it('are changed on leads only', async () => {
		const { error } = await run('tag', 'update', { entityType: 'contacts', tagId: byId(1), updateFields: { name: 'x' } });
		expect(error?.message).toMatch(/leads/);
		expect(sent()).toEqual([]);
	});
});

it('puts a new status of customers after the last one', async () => {
	const last = Math.max(...[...world.emulator.account.customerStatuses.values()].map(({ sort }) => sort));
	await rows('customerStatus', 'create', { name: '={{ $json.name }}', additionalFields: { sort: '={{ $json.sort }}' } }, { items: [{ name: 'a' }, { name: 'b', sort: 5 }, { name: 'c' }] });
	expect(sent().flat().map((body) => (body as IDataObject).sort)).toEqual([last + 10, 5, last + 20]);
});

it('switches customers between their modes and off', async () => {
	for (const [mode, becomes] of [['segments', 'segments'], ['disabled', 'disabled'], ['periodicity', 'periodicity']]) {
		const [row] = await rows('account', 'setCustomersMode', { mode: mode as string });
		expect(row).toMatchObject({ is_enabled: mode !== 'disabled' });
		expect(world.emulator.account.info.customers_mode).toBe(becomes);
	}
});

it('shows archived pipelines apart, and stages by name', async () => {
	const [made] = await rows('pipeline', 'create', { name: 'Old', additionalFields: { stages: { stage: [{ name: 'One', color: '#98cbff' }] } } });
	const row = world.emulator.account.pipelines.get(made?.id as number);
	if (row) world.emulator.account.pipelines.change(row, { is_archive: true });
	const listed = async (isArchived: boolean) => (await rows('pipeline', 'getAll', { returnAll: true, filters: { isArchived } })).map(({ name }) => name);
	expect(await listed(true)).toEqual(['Old']);
	expect(await listed(false)).not.toContain('Old');
	const [shown] = await rows('pipeline', 'get', { pipelineId: byId(made?.id as number) });
	expect(shown?.statuses).toEqual([expect.any(String), 'One', expect.any(String), expect.any(String)]);
	expect(shown?.status_ids).toHaveLength(4);
});

it('has one default source, and finds them by their own IDs', async () => {
	const items = ['a', 'b'].map((name) => ({ name }));
	const made = await rows('source', 'create', { name: '={{ $json.name }}', externalId: '={{ $json.name }}', additionalFields: { isDefault: true } }, { items });
	expect((await rows('source', 'getAll', { returnAll: true })).map((row) => [row.name, row.default])).toEqual([['a', false], ['b', true]]);
	expect(await rows('source', 'getAll', { returnAll: true, filters: { externalIds: 'a' } })).toEqual([expect.objectContaining({ id: made[0]?.id, pipeline: expect.any(String) as string })]);
});

const COLORS: Array<[resource: string, digits: string, sent: string, place?: INodeParameters]> = [
	['customerSegment', 'ae003f', 'ae003f'],
	['customerStatus', 'ae003f', '#ae003f'],
	['pipelineStage', '98cbff', '#98cbff', { pipelineId: byId(1) }],
	['tag', 'ff8f92', 'FF8F92', { entityType: 'leads' }],
];

it.each(COLORS)('a color of a %s goes as its route wants it, given with and without #', async (resource, digits, color, place = {}) => {
	for (const given of [digits, `#${digits.toUpperCase()}`]) {
		const [row] = await rows(resource, 'create', { name: 'x', ...place, additionalFields: { color: `={{ "${given}" }}`, ...(resource === 'customerStatus' ? { sort: 5 } : {}) }, options: { ...FAST, dryRun: true } });
		expect((row?.body as IDataObject).color).toBe(color);
	}
});

it.each([
	['webhook', 'unsubscribe', { destination: 'https://example.com/none' }, 'Webhook https://example.com/none was not found [item 0]'],
	['widget', 'uninstall', { widgetCode: byId('none') }, 'Widget none was not found [item 0]'],
	['pipelineStage', 'delete', { pipelineId: byId(99_999_999), pipelineStageId: byId(1) }, 'Pipeline Stage 1 was not found [item 0]'],
	['customFieldGroup', 'delete', { entityType: 'leads', customFieldGroupId: byId('leads_1') }, 'Custom Field Group leads_1 was not found [item 0]'],
])('what is to be deleted and is not there is not found: %s %s', async (resource, operation, parameters, message) => {
	expect((await run(resource, operation, parameters as INodeParameters)).error?.message).toBe(message);
});

const PAGE = { type: 'whatsapp', id: 'a', name: 'A', link: 'https://wa.me/1' };

it('takes the messengers of a source page by page, those of one kind together, beside others in the form of amoCRM', async () => {
	const others = [{ type: 'whatsapp', pages: [{ id: '9', name: 'Z', link: 'https://wa.me/9' }] }];
	const page = [PAGE, { ...PAGE, id: 2, waba: false }, { ...PAGE, id: 'c', waba: true }];
	await rows('source', 'create', { name: 'x', externalId: 'messengers', additionalFields: { servicePages: { page }, services: JSON.stringify(others) } as never });
	const { type, ...plain } = PAGE;
	expect((sent()[0] as IDataObject[])[0]?.services).toEqual([
		...others,
		{ type, pages: [plain, { ...plain, id: '2' }] },
		{ type, params: { waba: true, is_supports_list_message: false }, pages: [{ ...plain, id: 'c' }] },
	]);
});

it.each([
	[{ ...PAGE, link: '' }, 'a page needs its ID, its name and its link'],
	[{ ...PAGE, type: '={{ "icq" }}' }, 'icq'],
	[{ ...PAGE, waba: '={{ "perhaps" }}' }, 'perhaps'],
])('refuses a messenger such as %j before any request', async (page, message) => {
	const { error } = await run('source', 'create', { name: 'x', externalId: 'x', additionalFields: { servicePages: { page: [page] } } as never });
	expect(error?.message).toMatch(/^'Messenger Pages': /);
	expect(error?.message).toContain(message);
	expect(sent()).toEqual([]);
});

describe('the editor offers', () => {
	const editor = (resource: string, parameters: INodeParameters) => editorOf(world.account, { resource, operation: 'create', ...parameters });
	const { listSearch, loadOptions } = new AmoCrm().methods;
	const found = async (method: string, parameters: INodeParameters, filter?: string) => (await listSearch[method]?.call(editor('customField', parameters), filter))?.results.map(({ name, value }) => [name, value]);

	it('groups of the kind of records, currencies, and where linked records are looked for', async () => {
		expect(await found('searchCustomFieldGroups', { entityType: 'leads' })).toContainEqual([expect.any(String), 'statistic']);
		expect(await found('searchCurrencies', {}, 'us')).toContainEqual(['USD', 'USD']);
		const list = world.emulator.account.catalogs.get(catalogOf(world));
		expect(await found('searchFieldPlaces', {}, 'con')).toEqual([['Contacts', 'contacts'], ['Contacts and Companies', 'contacts_and_companies']]);
		expect(await found('searchFieldPlaces', {})).toContainEqual([list?.name, String(list?.id)]);
	});

	it('fields of the kind of records to a group of them', async () => {
		const { id } = makeField(world.emulator.account, 'companies', 'Branch', 'text');
		const fields = await loadOptions.getCustomFieldNames.call(editor('customFieldGroup', { entityType: 'companies' }));
		expect(fields).toContainEqual({ name: 'Branch', value: id });
	});
});

it('installs a widget with its settings and takes it out again', async () => {
	const code = byId('demo_widget');
	const { error } = await run('widget', 'install', { widgetCode: code, settings: '{}' });
	expect(error?.message).toContain('login');
	const [installed] = await rows('widget', 'install', { widgetCode: code, settings: '{"login": "me"}' });
	expect(installed).toMatchObject({ code: 'demo_widget', is_active_in_account: true });
	expect(await rows('widget', 'uninstall', { widgetCode: code })).toEqual([{ code: 'demo_widget', deleted: true }]);
	expect((await run('widget', 'uninstall', { widgetCode: byId('none') })).error?.message).toBe('Widget none was not found [item 0]');
});

it('switches products on, which makes their list', async () => {
	await rows('productSettings', 'update', { updateFields: { isEnabled: true } });
	expect(await rows('productSettings', 'get')).toEqual([{ is_enabled: true }]);
	expect(await rows('catalog', 'getAll', { returnAll: true, filters: { type: 'products' } })).toHaveLength(1);
	await rows('productSettings', 'update', { updateFields: { isEnabled: false } });
	expect(await rows('productSettings', 'get')).toEqual([{ is_enabled: false }]);
});

it('tells groups of fields apart by texts', async () => {
	const [made] = await rows('customFieldGroup', 'create', { entityType: 'leads', name: 'Delivery' });
	expect(made?.id).toEqual(expect.stringMatching(/^leads_\d+$/));
	expect(await rows('customFieldGroup', 'get', { entityType: 'leads', customFieldGroupId: byId(made?.id as string) })).toEqual([expect.objectContaining({ id: made?.id, name: 'Delivery' })]);
});

it('completes tasks, and pins notes', async () => {
	const lead = [...world.emulator.account.leads.keys()][0] as number;
	const [task] = await rows('task', 'create', { text: 'Call', completeTill: '2030-01-01T10:00:00Z' });
	expect((await rows('task', 'complete', { taskId: byId(task?.id as number), resultText: 'Done' }))[0]).toMatchObject({ id: task?.id, is_completed: true });
	const [note] = await rows('note', 'create', { entityType: 'leads', entityId: byId(lead), noteType: 'common', text: 'x' });
	for (const [operation, isPinned] of [['pin', true], ['unpin', false]] as const) {
		expect(await rows('note', operation, { entityType: 'leads', noteId: byId(note?.id as number) })).toEqual([{ id: note?.id, is_pinned: isPinned }]);
	}
});

const CAPS: Array<[resource: string, operation: string, cap: number, parameters: INodeParameters]> = [
	['lead', 'createComplex', 50, { name: 'x' }],
	['source', 'create', 100, { name: 'x', externalId: '={{ $json.text }}' }],
	['user', 'create', 10, { name: 'x', email: '={{ $json.text }}@example.com', password: 'Secret12x' }],
	['user', 'deactivate', 10, { userId: byId('={{ $json.number }}') }],
];

it.each(CAPS)('%s %s: a larger batch size is cut to what the route takes', async (resource, operation, cap, parameters) => {
	await run(resource, operation, { ...parameters, options: { ...FAST, batchSize: 250 } }, { items: manyItems(cap + 1, (index) => ({ text: `cap${index}`, number: 900_000 + index })), onError: 'continueRegularOutput' });
	expect(Math.max(...sent().map((body) => (body as unknown[]).length))).toBe(cap);
});
