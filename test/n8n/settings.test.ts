import type { IDataObject, INodeParameters } from 'n8n-workflow';
import { runNode, type Credential, type Run } from './run';
import { openConnectedStage, type Stage } from './stage';

/** What an administrator sets up, from its creation to its end, in the way the editor saves it. */

let stage: Stage & { credential: Credential };

beforeAll(async () => {
	stage = await openConnectedStage('settings', { language: 'en' });
});
afterAll(async () => await stage?.close());

const run = async (parameters: INodeParameters, items: IDataObject[] = [{}]): Promise<Run> => await runNode(stage.n8n.client, stage.credential, parameters, items);
const byId = (id: unknown) => ({ __rl: true, mode: 'id', value: String(id) });
const picked = (id: unknown) => ({ __rl: true, mode: 'list', value: String(id) });

async function succeed(parameters: INodeParameters, items?: IDataObject[]): Promise<IDataObject[]> {
	const { error, status, rows, sources } = await run(parameters, items);
	expect(`${error?.message ?? ''} ${error?.description ?? ''}`.trim()).toBe('');
	expect(status).toBe('success');
	expect(new Set(sources)).toEqual(new Set((items ?? [{}]).map((_, index) => index)));
	return rows;
}

interface Case {
	resource: string;
	/** Parameters that say where it is. */
	place?: () => INodeParameters | Promise<INodeParameters>;
	create: INodeParameters;
	additional?: INodeParameters;
	/** What the created record must have. */
	has?: IDataObject;
	update?: INodeParameters;
	/** What it must have then; what was given when left out. */
	becomes?: IDataObject;
	/** What the account must be like first. */
	mode?: 'segments' | 'periodicity';
	without?: Array<'get' | 'update' | 'delete'>;
	filters?: INodeParameters;
}

const firstPipeline = () => ({ pipelineId: picked([...stage.emulator.account.pipelines.keys()][0]) });
const list = async () => ({ entityType: 'catalogs', catalogId: byId((await succeed({ resource: 'catalog', operation: 'create', name: 'For fields' }))[0]?.id) });

const CASES: Case[] = [
	{ resource: 'tag', place: () => ({ entityType: 'leads' }), create: { name: 'vip' }, additional: { color: 'DDEBB5' }, has: { color: 'DDEBB5' }, update: { name: 'gold' }, filters: { name: 'gold' }, without: ['get', 'delete'] },
	{ resource: 'tag', place: () => ({ entityType: 'contacts' }), create: { name: 'friend' }, filters: { query: 'frie' }, without: ['get', 'update', 'delete'] },
	{
		resource: 'pipeline',
		create: { name: 'Wholesale' },
		additional: { sort: 70, isUnsortedOn: false, stages: { stage: [{ name: 'Call', color: '#fffeb2' }, { name: 'Offer', color: '#c1e0ff' }] } },
		has: { is_main: false, is_unsorted_on: false },
		update: { name: 'Retail' },
	},
	{ resource: 'pipelineStage', place: firstPipeline, create: { name: 'Negotiation' }, additional: { color: '#fffeb2', sort: 60, descriptionNewbie: 'Call today' }, has: { color: '#fffeb2' }, update: { color: '#c1e0ff' } },
	{ resource: 'lossReason', create: { name: 'Too dear' }, update: { name: 'Too expensive' } },
	{ resource: 'role', create: { name: 'Assistant' }, additional: { rightsJson: '{"leads": {"view": "A", "edit": "D", "add": "D", "delete": "D", "export": "D"}}' }, update: { name: 'Helper' } },
	{ resource: 'customField', place: () => ({ entityType: 'leads' }), create: { name: 'Colour', type: 'select' }, additional: { options: { option: [{ value: 'Red' }, { value: 'Blue' }] } }, has: { type: 'select' }, update: { options: { option: [{ value: 'Green' }] } }, becomes: {} },
	{ resource: 'customField', place: () => ({ entityType: 'segments' }), create: { name: 'Discount', type: 'numeric' }, update: { name: 'Rebate' }, mode: 'segments' },
	{ resource: 'customField', place: list, create: { name: 'Size', type: 'text' }, update: { isRequired: true }, becomes: { is_required: true } },
	{ resource: 'customFieldGroup', place: () => ({ entityType: 'leads' }), create: { name: 'Delivery' }, update: { name: 'Shipping' } },
	{ resource: 'catalog', create: { name: 'Goods' }, additional: { canAddElements: false }, has: { can_add_elements: false }, update: { name: 'Wares' }, without: ['delete'] },
	{ resource: 'source', create: { name: 'Landing page', externalId: 'landing-1' }, update: { name: 'Shop' }, filters: { externalIds: 'landing-1' } },
	{ resource: 'customerStatus', create: { name: 'Loyal' }, additional: { color: '#c1e0ff' }, update: { name: 'True' }, mode: 'periodicity' },
	{ resource: 'customerSegment', create: { name: 'VIP' }, update: { name: 'Gold' }, mode: 'segments' },
];

test.each(CASES.map((entry, index) => [`${index + 1} ${entry.resource}`, entry] as const))('%s: create, get, get many, update, delete', async (_name, entry) => {
	const { resource, create, additional = {}, has = {}, update = {}, becomes = update, without = [], filters } = entry;
	if (entry.mode) await succeed({ resource: 'account', operation: 'setCustomersMode', mode: entry.mode });
	const place = (await entry.place?.()) ?? {};
	const [created] = await succeed({ resource, operation: 'create', ...place, ...create, additionalFields: additional });
	const { id } = created ?? {};
	expect(String(id)).toMatch(/^\w+$/);
	const one = { resource, ...place, [`${resource}Id`]: byId(id) };
	const many = async (more: INodeParameters = {}) => await succeed({ resource, operation: 'getAll', returnAll: true, ...place, ...more });

	expect((await many()).find((row) => row.id === id)).toMatchObject({ id, name: create.name, ...has });
	if (!without.includes('get')) expect(await succeed({ ...one, operation: 'get' })).toEqual([expect.objectContaining({ id, name: create.name, ...has })]);
	if (!without.includes('update')) expect(await succeed({ ...one, operation: 'update', updateFields: update })).toEqual([expect.objectContaining({ id })]);
	const found = await many(filters ? { filters } : {});
	expect(found.find((row) => row.id === id)).toMatchObject({ id, ...becomes });
	if (filters) expect(found).toHaveLength(1);
	if (without.includes('delete')) return;
	expect(await succeed({ ...one, operation: 'delete' })).toEqual([{ id, deleted: true }]);
	const { status, error } = await run({ ...one, operation: 'get' });
	expect([status, error?.message]).toEqual(['error', expect.stringContaining(String(id))]);
});

test('options of a field: an update adds to those that are there', async () => {
	const field = { resource: 'customField', entityType: 'leads' };
	const [{ id } = {}] = await succeed({ ...field, operation: 'create', name: 'Shade', type: 'select', additionalFields: { options: { option: [{ value: 'Light' }, { value: 'Dark' }] } } });
	const labels = async () => (await succeed({ ...field, operation: 'get', customFieldId: byId(id) })).flatMap((row) => (row.enums as IDataObject[]).map(({ value }) => value));
	await succeed({ ...field, operation: 'update', customFieldId: byId(id), updateFields: { options: { option: [{ value: 'Mixed' }] } } });
	expect(await labels()).toEqual(['Light', 'Dark', 'Mixed']);
	await succeed({ ...field, operation: 'update', customFieldId: byId(id), updateFields: { options: { option: [{ value: 'Dark' }] }, removeOtherOptions: true } });
	expect(await labels()).toEqual(['Dark']);
});

test('user: create, get, get many, deactivate and activate', async () => {
	const [role] = await succeed({ resource: 'role', operation: 'create', name: 'Manager' });
	const [created] = await succeed({ resource: 'user', operation: 'create', name: 'Nathan Smith', email: 'nathan@example.com', password: 'Secret-1', additionalFields: { lang: 'en', roleId: picked(role?.id) } });
	const userId = picked(created?.id);
	expect(await succeed({ resource: 'user', operation: 'get', userId, options: {} })).toEqual([expect.objectContaining({ id: created?.id, name: 'Nathan Smith', email: 'nathan@example.com' })]);
	expect((await succeed({ resource: 'user', operation: 'getAll', returnAll: true })).map(({ id }) => id)).toContain(created?.id);
	expect(await succeed({ resource: 'user', operation: 'deactivate', userId })).toEqual([{ id: created?.id, is_active: false }]);
	expect(await succeed({ resource: 'user', operation: 'activate', userId })).toEqual([{ id: created?.id, is_active: true }]);
	expect(JSON.stringify(created)).not.toContain('Secret-1');
});

test('account, its customers, its products and its currencies', async () => {
	const [account] = await succeed({ resource: 'account', operation: 'get' });
	expect(account).toMatchObject({ id: stage.emulator.account.info.id, name: stage.emulator.account.info.name });
	for (const mode of ['segments', 'periodicity', 'disabled']) {
		await succeed({ resource: 'account', operation: 'setCustomersMode', mode });
		expect(stage.emulator.account.info.customers_mode).toBe(mode);
	}
	await succeed({ resource: 'productSettings', operation: 'update', updateFields: { isEnabled: true } });
	expect(await succeed({ resource: 'productSettings', operation: 'get' })).toEqual([expect.objectContaining({ is_enabled: true })]);
	const currencies = await succeed({ resource: 'currency', operation: 'getAll', returnAll: true });
	expect(currencies.map(({ code }) => code)).toEqual(expect.arrayContaining(['USD', 'EUR']));
	expect(await succeed({ resource: 'currency', operation: 'getAll', limit: 2 })).toHaveLength(2);
});

test('widget: get many, get, install and uninstall', async () => {
	const [widget] = await succeed({ resource: 'widget', operation: 'getAll', returnAll: true });
	const widgetCode = picked(widget?.code);
	expect(await succeed({ resource: 'widget', operation: 'get', widgetCode })).toEqual([expect.objectContaining({ code: widget?.code })]);
	await succeed({ resource: 'widget', operation: 'install', widgetCode, settings: '{"login": "me"}' });
	expect(await succeed({ resource: 'widget', operation: 'uninstall', widgetCode })).toEqual([{ code: widget?.code, deleted: true }]);
});

test('webhook: subscribe, get many, unsubscribe', async () => {
	const webhook = { resource: 'webhook', destination: 'https://example.com/amocrm' };
	await succeed({ ...webhook, operation: 'subscribe', events: ['add_lead'] });
	await succeed({ ...webhook, operation: 'subscribe', events: ['update_lead', 'add_contact'] });
	const { destination } = webhook;
	const [found, ...more] = await succeed({ resource: 'webhook', operation: 'getAll', returnAll: true, filters: { destination } });
	expect(more).toEqual([]);
	expect(new Set(found?.settings as string[])).toEqual(new Set(['update_lead', 'add_contact']));
	expect(await succeed({ ...webhook, operation: 'unsubscribe' })).toEqual([{ destination, deleted: true }]);
	const { status, rows } = await run({ resource: 'webhook', operation: 'getAll', returnAll: true, filters: { destination } });
	expect([status, rows]).toEqual(['success', []]);
});

test('API request: every lead, page by page, and what it cannot reach', async () => {
	const request = { resource: 'apiRequest', operation: 'send', method: 'GET' };
	const rows = await succeed({ ...request, path: '/api/v4/leads', pagination: true, returnAll: true });
	expect(rows.map(({ id }) => id).sort()).toEqual([...stage.emulator.account.leads.keys()].sort());
	const [made] = await succeed({ ...request, method: 'POST', path: '/api/v4/leads', body: '[{"name": "By hand"}]' });
	expect(JSON.stringify(made)).toMatch(/"id":\d+/);
	const { status, error } = await run({ ...request, path: 'https://example.com/api/v4/leads' });
	expect([status, error?.message]).toEqual(['error', expect.stringContaining("'Path'")]);
});

test('one bad row in a list of settings is an error in its place, and the others are there', async () => {
	const items = ['Call', '', 'Offer'].map((name) => ({ name }));
	const { rows } = await runNode(stage.n8n.client, stage.credential, { resource: 'pipelineStage', operation: 'create', ...firstPipeline(), name: '={{ $json.name }}' }, items, { onError: 'continueRegularOutput' });
	expect(rows.map((row) => row.name ?? row.error)).toEqual(['Call', expect.stringMatching(/^'Name'.*\[item 1\]$/), 'Offer']);
});
