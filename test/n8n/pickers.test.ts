import type { INodeListSearchResult } from 'n8n-workflow';
import { startEmulator, type Emulator } from '../../emulator';
import { addFile, addRecord, askFor, type Question } from './ask';
import { NODE_TYPE, runNode, type Credential } from './run';
import { consent, createCredential, openConnectedStage, type Stage } from './stage';

/** What fills the lists of the editor, asked the way the editor asks. */

let stage: Stage & { credential: Credential };
let other: Emulator;
let otherCredential: Credential;

beforeAll(async () => {
	stage = await openConnectedStage('pickers', { language: 'en' });
	other = await startEmulator({ seed: 'demo', language: 'ru', redirectUri: stage.n8n.redirectUrl, switches: { strictRefreshRedirectUri: false } });
	otherCredential = await createCredential(stage.n8n, other.url);
	await consent(stage.n8n.client, otherCredential);
});

afterAll(async () => {
	await other?.close();
	await stage?.close();
});

const search = async (question: Question) => await askFor(stage).search(question);
const options = async (question: Question) => await askFor(stage).options(question);
const columns = async (question: Question) => await askFor(stage).columns(question);

test('leads are found by their text, and show price and stage; contacts show the phone', async () => {
	const [lead] = [...stage.emulator.account.leads.values()];
	const { results } = await search({ method: 'searchLeads', filter: lead?.name?.slice(0, 12) });
	const found = results.find(({ value }) => value === String(lead?.id));
	expect(found?.name).toMatch(new RegExp(`^${lead?.name} · [\\d\\u00a0]+ · \\S+`));
	expect(found?.url).toBe(`${stage.emulator.url}/leads/detail/${lead?.id}`);

	const contacts = await search({ method: 'searchContacts' });
	expect(contacts.results[0]?.name).toMatch(/^\S+ \S+ · \+\d+$/);
});

test('long lists come page by page, each record once', async () => {
	const tasks = new Set([...stage.emulator.account.tasks.keys()].map(String));
	const seen: unknown[] = [];
	for (let token: string | undefined = '1'; token; ) {
		const page: INodeListSearchResult = await search({ method: 'searchTasks', paginationToken: token });
		seen.push(...page.results.map(({ value }) => value));
		token = page.paginationToken as string | undefined;
	}
	expect(seen).toHaveLength(tasks.size);
	expect(new Set(seen)).toEqual(tasks);
});

test('what amoCRM cannot search is searched here', async () => {
	const [task] = [...stage.emulator.account.tasks.values()];
	const { results } = await search({ method: 'searchTasks', filter: task?.text.toUpperCase() });
	expect(results.length).toBeGreaterThan(0);
	expect(results.every(({ name }) => name.toLowerCase().includes(task?.text.toLowerCase() ?? '?'))).toBe(true);
	const users = await search({ method: 'searchUsers', filter: [...stage.emulator.account.users.values()][1]?.name });
	expect(users.results).toHaveLength(1);
});

test('records of the chosen type, and elements of the chosen list', async () => {
	const [company] = [...stage.emulator.account.companies.values()];
	const linked = await search({ method: 'searchLinkedRecords', parameters: { resource: 'task', additionalFields: { entityType: 'companies' }, entityType: 'companies' }, filter: company?.name ?? '' });
	expect(linked.results.map(({ value }) => value)).toContain(String(company?.id));

	const goods = await addRecord(stage, '/catalogs', { name: 'Goods' });
	const chair = await addRecord(stage, `/catalogs/${goods}/elements`, { name: 'Chair' });
	const catalogs = await search({ method: 'searchCatalogs', filter: 'good' });
	expect(catalogs.results).toContainEqual({ name: 'Goods', value: String(goods), url: `${stage.emulator.url}/catalogs/${String(goods)}` });
	const elements = await search({ method: 'searchCatalogElements', parameters: { catalogId: { __rl: true, mode: 'list', value: String(goods) } } });
	expect(elements.results).toEqual([expect.objectContaining({ name: 'Chair', value: String(chair) })]);
	expect((await search({ method: 'searchCatalogElements' })).results).toEqual([]);
});

/** Parents first: the pipeline of a stage, the kind of records of a tag or a field, the list of a field. */
test('what an administrator sets up is picked by its name, of the chosen parent alone', async () => {
	const values = async (question: Question) => (await search(question)).results.map(({ value }) => value);
	const names = async (question: Question) => (await search(question)).results.map(({ name }) => name);
	const { account } = stage.emulator;
	for (const [id, { statuses }] of account.pipelines) {
		const picked = { resource: 'pipelineStage', pipelineId: { __rl: true, mode: 'list', value: String(id) } };
		expect((await values({ method: 'searchPipelineStages', parameters: picked })).sort()).toEqual(statuses.map((own) => String(own.id)).sort());
	}
	expect(await values({ method: 'searchPipelineStages', parameters: { resource: 'pipelineStage' } })).toEqual([]);

	for (const entityType of ['leads', 'contacts']) {
		const parameters = { entityType };
		const tag = await addRecord(stage, `/${entityType}/tags`, { name: `Tag of ${entityType}` });
		const field = await addRecord(stage, `/${entityType}/custom_fields`, { name: `Field of ${entityType}`, type: 'text' });
		const group = await addRecord(stage, `/${entityType}/custom_fields/groups`, { name: `Group of ${entityType}`, sort: 5 });
		expect(await values({ method: 'searchTags', parameters: { ...parameters, resource: 'tag' }, filter: 'tag of' })).toEqual([String(tag)]);
		expect(await values({ method: 'searchCustomFields', parameters: { ...parameters, resource: 'customField' }, filter: 'FIELD OF' })).toEqual([String(field)]);
		expect(await values({ method: 'searchCustomFieldGroups', parameters: { ...parameters, resource: 'customFieldGroup' }, filter: 'group of' })).toEqual([String(group)]);
	}
	const catalogId = await addRecord(stage, '/catalogs', { name: 'With fields' });
	await addRecord(stage, `/catalogs/${catalogId}/custom_fields`, { name: 'Size', type: 'text' });
	const ofList = { resource: 'customField', entityType: 'catalogs', catalogId: { __rl: true, mode: 'list', value: String(catalogId) } };
	expect(await names({ method: 'searchCustomFields', parameters: ofList })).toContain('Size');

	await addRecord(stage, '/roles', { name: 'Assistant' });
	await addRecord(stage, '/sources', { name: 'Landing page', external_id: 'landing-1' });
	expect(await names({ method: 'searchRoles', filter: 'assist' })).toEqual(['Assistant']);
	expect(await names({ method: 'searchSources', filter: 'landing' })).toEqual(['Landing page']);
	expect(await names({ method: 'searchPipelines' })).toEqual([...account.pipelines.values()].map(({ name }) => name));
	expect((await values({ method: 'searchLossReasons' })).sort()).toEqual([...account.lossReasons.keys()].map(String).sort());
	expect((await values({ method: 'searchWidgets' })).length).toBeGreaterThan(0);
});

test('customers have segments or statuses, and the picker of the others says why it has none', async () => {
	const segment = { name: 'VIP' };
	stage.emulator.account.info.customers_mode = 'segments';
	await addRecord(stage, '/customers/segments', segment, segment);
	expect((await search({ method: 'searchCustomerSegments', filter: 'vip' })).results).toHaveLength(1);
	await expect(search({ method: 'searchCustomerStatuses' })).rejects.toThrow(/Customers mode is not periodicity/);
	stage.emulator.account.info.customers_mode = 'periodicity';
	await addRecord(stage, '/customers/statuses', { name: 'Loyal' });
	expect((await search({ method: 'searchCustomerStatuses', filter: 'loyal' })).results).toHaveLength(1);
});

test('stages are named with their pipeline and carry both IDs; the incoming one is only for filters', async () => {
	const [pipeline] = [...stage.emulator.account.pipelines.values()];
	const all = await options({ method: 'getStages' });
	const won = all.filter(({ value }) => String(value).endsWith(':142'));
	expect(won).toHaveLength(stage.emulator.account.pipelines.size);
	expect(new Set(won.map(({ name }) => name)).size).toBe(won.length);
	for (const { name, value } of won) {
		expect(name).toMatch(/^.+ \/ .+$/);
		expect(value).toMatch(/^\d+:142$/);
	}
	const filters = await options({ method: 'getStages', parameters: { operation: 'getAll' } });
	const incoming = [...stage.emulator.account.pipelines.values()].filter(({ statuses }) => statuses.some(({ type }) => type === 1));
	expect(filters.length - all.length).toBe(incoming.length);
	expect(pipeline).toBeDefined();
});

test('the mapper has every field of the account, with an input that fits its type', async () => {
	const { fields } = await columns({ method: 'getCustomFields' });
	const byName = new Map(fields.map((field) => [field.displayName, field]));
	const own = [...stage.emulator.account.customFields.values()].filter(({ owner }) => owner === 'leads');
	expect(fields).toHaveLength(own.length);
	expect(byName.get('Source')).toMatchObject({ type: 'options', options: expect.arrayContaining([expect.objectContaining({ name: 'Referral' })]) });
	expect(byName.get('Client budget')?.type).toBe('number');
	expect(byName.get('Start date')?.type).toBe('dateTime');
	expect(byName.get('Urgent')).toMatchObject({ type: 'options', defaultValue: null, options: [{ name: 'Yes', value: true }, { name: 'No', value: false }] });
	expect(byName.get('Contact channels (…, …)')).toMatchObject({ type: 'options', options: expect.arrayContaining([expect.objectContaining({ name: 'Phone' })]) });
	expect(fields.every(({ required }) => !required)).toBe(true);
});

test('as a tool the mapper tells fields apart whose names n8n would not, as it knows Latin letters only', async () => {
	const labels = async (nodeType: string) => (await columns({ method: 'getCustomFields', credential: otherCredential, nodeType })).fields.map(({ displayName }) => displayName);
	const keys = (await labels(`${NODE_TYPE}Tool`)).map((label) => label.replace(/[^a-zA-Z0-9-]/g, '_'));
	expect(new Set(keys).size).toBe(keys.length);
	expect(await labels(NODE_TYPE)).not.toContainEqual(expect.stringMatching(/ · \d+$/));
});

test('files of the account are found by their name, and the picked one is attached to a card', async () => {
	const offer = await addFile(stage, 'Offer.pdf', 'x'.repeat(3_000));
	await addFile(stage, 'Photo.png', 'x');
	const all = await search({ method: 'searchFiles' });
	expect(all.results.map(({ name }) => name.replace(/\d{4}-\d\d-\d\d$/, 'day'))).toEqual(['Photo.png · 1 B · day', 'Offer.pdf · 3 KB · day']);
	const { results } = await search({ method: 'searchFiles', filter: 'offer' });
	expect(results.map(({ value }) => value)).toEqual([offer]);

	const [lead] = stage.emulator.account.leads.keys();
	const picked = (value: unknown) => ({ __rl: true, mode: 'list', value: String(value) });
	const { rows } = await runNode(stage.n8n.client, stage.credential, {
		resource: 'note',
		operation: 'create',
		entityType: 'leads',
		entityId: picked(lead),
		noteType: 'attachment',
		fileUuid: picked(offer),
		fileName: 'Offer.pdf',
	});
	expect(stage.emulator.account.notes.get(rows[0]?.id as number)).toMatchObject({ entity_id: lead, params: { file_uuid: offer, file_name: 'Offer.pdf' } });
});

/** Peers D15 and Z12: other nodes show the lists of one account to a user of another. */
test('two accounts never see lists of each other, asked in turns and at once', async () => {
	const ask = async (credential: Credential) => {
		const [leads, users, stages, tags, customFields, { fields }] = await Promise.all([
			search({ method: 'searchLeads', credential }),
			search({ method: 'searchUsers', credential }),
			options({ method: 'getStages', credential }),
			search({ method: 'searchTags', credential, parameters: { resource: 'tag', entityType: 'leads' } }),
			search({ method: 'searchCustomFields', credential, parameters: { resource: 'customField', entityType: 'leads' } }),
			columns({ method: 'getCustomFields', credential }),
		]);
		return [leads.results, users.results, stages, tags.results, customFields.results, fields].map((list) => list.map((entry) => ('displayName' in entry ? entry.displayName : entry.name)));
	};
	const [mine] = await Promise.all([ask(stage.credential), ask(otherCredential)]);
	const theirs = await ask(otherCredential);
	const again = await ask(stage.credential);
	expect(again).toEqual(mine);
	const cyrillic = (lists: string[][]) => lists.map((names) => names.some((name) => /[а-я]/i.test(name)));
	expect(cyrillic(mine)).toEqual(mine.map(() => false));
	expect(cyrillic(theirs)).toEqual(theirs.map(() => true));
});

test('a picker says why it has no list', async () => {
	await expect(options({ method: 'getStages', credential: await createCredential(stage.n8n, 'http://localhost:9') })).rejects.toThrow(/n8n answered \d+/);
});
