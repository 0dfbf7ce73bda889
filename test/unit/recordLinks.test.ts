import type { IDataObject } from 'n8n-workflow';

import type { EncodeContext } from '../../nodes/AmoCrm/fields/fields';
import { encodeDraft } from '../../nodes/AmoCrm/fields/fields';
import { conditionsOf } from '../../nodes/AmoCrm/fields/filters';
import { readId } from '../../nodes/AmoCrm/operations/parameters';
import type { LocatorTarget } from '../../nodes/AmoCrm/fields/locator';
import { idIn, recordLocator, textIdIn } from '../../nodes/AmoCrm/fields/locator';
import { CATALOG, LEAD, RECORD } from '../../nodes/AmoCrm/fields/targets';
import type { Entity } from '../../nodes/AmoCrm/entities/types';
import type { Run } from '../../nodes/AmoCrm/operations/types';
import { operationOf, resources } from '../../nodes/AmoCrm/menu';
import { lead } from '../../nodes/AmoCrm/entities/lead';

/** What a person pastes into the pickers of records of the account `mycompany`. */

const ACCOUNT = 'https://mycompany.amocrm.ru';
const FOREIGN = /is a link of the account 'other', but the credential is for 'mycompany'\. Give a link of that account\.$/;

/** An item whose parameters have these values. */
const runOf = (parameters: IDataObject): Run =>
	({
		context: { getNode: () => ({ parameters }) },
		items: [{ json: {} }],
		todo: [0],
		rows: new Map(),
		errors: new Map(),
		waiting: new Map(),
		parameter: (name: string, _item: number, fallback: unknown) => parameters[name] ?? fallback,
		client: { baseUrl: ACCOUNT },
		timezone: 'UTC',
		continueOnFail: false,
	}) as unknown as Run;

const read = (value: unknown, entity: Entity = lead): unknown =>
	readId(runOf({ [entity.idParameter]: { __rl: true, mode: 'url', value } }), entity, 0);

it.each([
	'https://mycompany.amocrm.ru/leads/detail/7000001',
	'http://mycompany.amocrm.ru:80/leads/detail/7000001',
	'https://mycompany.amocrm.ru./leads/detail/7000001',
	'mycompany.amocrm.ru/leads/detail/7000001',
	'/leads/detail/7000001',
	'https://mycompany.amocrm.ru/chats/33/leads/detail/7000001',
	' https://mycompany.amocrm.ru/leads/detail/7000001?compact=yes#tab ',
	'HTTPS://MyCompany.AMOCRM.ru/leads/detail/7000001/',
	'https://mycompany.amocrm.ru/api/v4/leads/7000001?page=1',
	'7000001',
])('%s is the lead', (link) => {
	expect(read(link)).toBe(7000001);
});

it.each([
	['https://mycompany.amocrm.ru/contacts/detail/5', "'Lead': 'https://mycompany.amocrm.ru/contacts/detail/5' is not the link of a lead. Such a link looks like https://mycompany.amocrm.ru/leads/detail/7000001"],
	['https://mycompany.amocrm.ru/leads/pipeline/5', 'is not the link of a lead.'],
	['https://mycompany.amocrm.ru/contacts/detail/5?back=/leads/detail/7', 'is not the link of a lead.'],
	['https://mycompany.amocrm.ru/contacts/detail/5#/leads/detail/7', 'is not the link of a lead.'],
	['https://mycompany.amocrm.ru/widgets/leads/detail/7', 'is not the link of a lead.'],
	['https://mycompany.amocrm.ru/leads/detail/7/contacts/detail/5', 'is not the link of a lead.'],
	['https://mycompany.amocrm.ru/leads/detail/7abc', 'is not the link of a lead.'],
	['leads/detail', 'is not the link of a lead.'],
	['ftp://mycompany.amocrm.ru/leads/detail/7', 'is not a link.'],
	['https://', 'is not a link.'],
	['https://other.amocrm.ru/leads/detail/5', "is a link of the account 'other', but the credential is for 'mycompany'."],
	['', "'Lead': '' is not an ID."],
])('%s is refused', (link, message) => {
	expect(() => read(link)).toThrow(message);
});

describe('the whole host of a link is compared', () => {
	const lead7 = (link: string, accountUrl: string) => () => idIn(LEAD, link, { accountUrl });
	const path = '/leads/detail/7';

	it.each([
		['https://mycompany.amocrm.com', ['https://mycompany.kommo.com', 'https://MyCompany.amocrm.com', 'mycompany.kommo.com']],
		['https://mycompany.kommo.com', ['https://mycompany.amocrm.com', 'https://mycompany.kommo.com.:443']],
		['http://localhost:4300', ['http://localhost:4300', 'http://127.0.0.1:4300', 'http://[::1]:4300', 'https://localhost:4300', 'localhost:4300', '']],
		['https://localhost', ['https://127.0.0.1', 'https://localhost:443']],
	])('%s takes its own', (accountUrl, hosts) => {
		for (const host of hosts) expect(lead7(host + path, accountUrl)()).toBe(7);
	});

	it.each([
		['https://mycompany.amocrm.ru', ['https://mycompany.kommo.com', 'https://mycompany.amocrm.com', 'https://mycompany.amocrm.ru.evil.com', 'https://mycompany.amocrm.ru:8443', 'https://mycompany.amocrm.ru@evil.com', 'https://mycompany.evil.amocrm.ru', 'https://acme.example.com', '//evil.com', 'evil.com', 'http://localhost:4300', 'https://xn--mycompany-.amocrm.ru']],
		['https://mycompany.kommo.com', ['https://mycompany.amocrm.ru', 'https://mycompanyXamocrm.com', 'https://mycompany.amocrm.com.evil.com']],
		['http://localhost:4300', ['http://localhost:4301', 'http://localhost', 'https://mycompany.amocrm.ru', 'http://localhost.evil.com:4300', 'http://127.0.0.2:4300']],
	])('%s refuses all others', (accountUrl, hosts) => {
		for (const host of hosts) expect(lead7(host + path, accountUrl)).toThrow(/is a link of the account '.+', but the credential is for '.+'/);
	});
});

const encode = (field: Entity['fields'][number], value: unknown) => {
	const values: EncodeContext['values'] = { [field.name]: value };
	return encodeDraft([{ ...field, needs: undefined }], { mode: 'update', timezone: 'UTC', accountUrl: ACCOUNT, values });
};

/** Each way to say which record is linked: the path of its links, and where the ID goes. */
const LINKED: Array<[resource: string, field: string, path: string, found: (id: number) => object]> = [
	['lead', 'contactId', 'contacts/detail', (id) => ({ links: [{ to_entity_id: id, to_entity_type: 'contacts', metadata: { is_main: true } }] })],
	['lead', 'contacts', 'contacts/detail', (id) => ({ links: [{ to_entity_id: id, to_entity_type: 'contacts' }] })],
	['lead', 'contactIds', 'contacts/detail', (id) => ({ links: [{ to_entity_id: id, to_entity_type: 'contacts' }] })],
	['lead', 'companyId', 'companies/detail', (id) => ({ links: [{ to_entity_id: id, to_entity_type: 'companies' }] })],
	['incomingLead', 'pipelineId', 'leads/pipeline', (id) => ({ body: { pipeline_id: id } })],
	['source', 'pipelineId', 'leads/pipeline', (id) => ({ body: { pipeline_id: id } })],
	['lead', 'pipelineId', 'leads/pipeline', (id) => ({ body: { pipeline_id: id } })],
	['customer', 'companyId', 'companies/detail', (id) => ({ links: [{ to_entity_id: id, to_entity_type: 'companies' }] })],
	['customer', 'contacts', 'contacts/detail', (id) => ({ links: [{ to_entity_id: id, to_entity_type: 'contacts' }] })],
	['shortLink', 'contactId', 'contacts/detail', (id) => ({ body: { metadata: { entity_id: id } } })],
	['transaction', 'customerId', 'customers/detail', (id) => ({ body: { customer_id: id } })],
	['websiteButton', 'pipelineId', 'leads/pipeline', (id) => ({ body: { pipeline_id: id } })],
	['contact', 'companyId', 'api/v4/companies', (id) => ({ links: [{ to_entity_id: id, to_entity_type: 'companies' }] })],
	['task', 'entityId', 'leads/detail', (id) => ({ body: { entity_id: id } })],
	['note', 'entityId', 'leads/detail', (id) => ({ body: { entity_id: id } })],
];

describe.each(LINKED)('%s: %s', (resource, name, path, found) => {
	const field = resources.find(({ entity }) => entity.value === resource)?.entity.fields.find((candidate) => candidate.name === name);
	if (!field) throw new Error(`${resource} has no field ${name}`);
	const inForm = (value: unknown) => (name === 'contacts' ? { record: [{ recordId: { __rl: true, mode: 'url', value } }] } : { __rl: true, mode: 'url', value });

	it('takes the link of a card', () => {
		expect(encode(field, inForm(`${ACCOUNT}/${path}/77?x=1`))).toMatchObject(found(77));
	});

	it('refuses a link of another account, and of another kind of record', () => {
		expect(() => encode(field, inForm(`https://other.amocrm.ru/${path}/77`))).toThrow(FOREIGN);
		expect(() => encode(field, inForm(`${ACCOUNT}/catalogs/9/detail/77`))).toThrow(/is not the link of a (contact|company|customer|pipeline|record)\. Such a link looks like https:\/\/mycompany\.amocrm\.ru\/\S+\/7000001$/);
	});
});

describe("n8n's own check of a link", () => {
	const regexOf = (target: LocatorTarget) => {
		const { validation } = recordLocator(target).modes[2] as { validation: Array<{ properties: { regex: string } }> };
		return new RegExp(validation[0]?.properties.regex as string);
	};

	it.each([
		[LEAD, `${ACCOUNT}/leads/detail/7?x=/contacts/detail/5#tab`, '7'],
		[LEAD, ' http://localhost:4300/api/v4/leads/7 ', '7'],
		[LEAD, 'https://mycompany.kommo.com/chats/3/leads/detail/7/', '7'],
		[CATALOG, `${ACCOUNT}/catalogs/9/detail/7`, '9'],
		[RECORD, `${ACCOUNT}/customers/detail/7`, '7'],
		[LEAD, `${ACCOUNT}/contacts/detail/5?back=/leads/detail/7`, undefined],
		[LEAD, `${ACCOUNT}.evil.com/leads/detail/7`, undefined],
		[LEAD, 'https://acme.example.com/leads/detail/7', undefined],
		[LEAD, `${ACCOUNT}/leads/detail/7/contacts/detail/5`, undefined],
		[RECORD, `${ACCOUNT}/catalogs/detail/7`, undefined],
	])('%j: %s', (target, link, id) => {
		expect(regexOf(target).exec(link)?.slice(1)).toEqual(id && [id]);
		const { extractValue } = recordLocator(target).modes[2] as { extractValue: { regex: string } };
		if (id) expect(new RegExp(extractValue.regex).exec(link)?.[1]).toBe(id);
	});
});

describe('the link of a card says what kind of record it is', () => {
	const field = (resource: string) => resources.find(({ entity }) => entity.value === resource)?.entity.fields.find(({ name }) => name === 'entityId') as Entity['fields'][number];
	const fields = resources.find(({ entity }) => entity.value === 'task')?.entity.fields ?? [];
	const task = (values: IDataObject) => encodeDraft(fields, { mode: 'update', timezone: 'UTC', accountUrl: ACCOUNT, values }).body;
	const link = `${ACCOUNT}/contacts/detail/5`;

	it('of a task', () => {
		for (const entityType of [undefined, 'leads', 'contacts']) expect(task({ entityId: link, entityType })).toEqual({ entity_id: 5, entity_type: 'contacts' });
		expect(task({ entityId: 5, entityType: 'leads' })).toEqual({ entity_id: 5, entity_type: 'leads' });
		expect(() => task({ entityId: 5 })).toThrow("'Linked Record' needs 'Linked Record Type' too");
		expect(() => task({ entityId: `${ACCOUNT}/catalogs/9/detail/77`, entityType: 'leads' })).toThrow('is not the link of a lead');
		expect(field('task').needs).toBe('entityType');
	});

	it.each([
		['get', { noteId: `${ACCOUNT}/api/v4/contacts/notes/5` }, 'GET /contacts/notes/5'],
		['pin', { noteId: `${ACCOUNT}/api/v4/companies/notes/5`, entityType: 'contacts' }, 'POST /companies/notes/5/pin'],
	])('of a note: %s %j', async (operation, parameters, expected) => {
		const asked: string[] = [];
		const run = runOf(parameters);
		run.client = {
			baseUrl: ACCOUNT,
			send: async ({ method, path }: { method: string; path: string }) => (asked.push(`${method} ${path}`), { ok: true, status: 200, body: { id: 5 } }),
		} as unknown as Run['client'];
		await operationOf('note', operation)?.execute(run);
		expect(asked[0]).toBe(expected);
	});

	it('in a filter it must be of the chosen type', async () => {
		for (const filters of [{ entityIds: link }, { ids: `${ACCOUNT}/api/v4/contacts/notes/5` }]) {
			const run = runOf({ filters });
			await operationOf('note', 'getAll')?.execute(run);
			expect(run.errors.get(0)?.message).toMatch(/is not the link of a (lead|note)\. Such a link looks like/);
		}
	});
});

/** Rows with more than the record, which have tests of their own. */
const IN_BLOCKS = ['transaction products'];

it('every picker of records among the fields is in that list', () => {
	const pickers = resources.flatMap(({ entity }) =>
		entity.fields
			.filter(({ kind }) => ['resourceLocator', 'fixedCollection'].includes(kind.property.type) && JSON.stringify(kind.property).includes('By URL'))
			.map(({ name }) => `${entity.value} ${name}`),
	);
	expect(pickers.sort()).toEqual(LINKED.map(([resource, name]) => `${resource} ${name}`).filter((name) => name !== 'lead contactIds').concat(IN_BLOCKS).sort());
});

/** What is told apart by texts, as its list is asked for several. */
const OF_TEXTS: Record<string, unknown> = { event: ['7', '8', '9'], file: '7,8,9' };

it.each([NaN, -Infinity, true, {}, '../7'])('%s is no ID that is a text', (value) => {
	expect(() => textIdIn({ noun: 'file', listSearchMethod: 'searchFiles', linkPaths: [] }, value, { accountUrl: ACCOUNT })).toThrow('is not the ID of a file.');
});

describe('filters by records', () => {
	const filters = resources.flatMap(({ entity }) =>
		entity.filters.filter(({ name }) => /^(records|ids|linkedRecords|entityIds)$/.test(name)).map((filter) => [entity.value, filter.name, entity.filters] as const),
	);
	const conditions = (all: Entity['filters'], name: string, value: unknown) =>
		conditionsOf(all.map((filter) => ({ ...filter, needs: undefined })), { timezone: 'UTC', accountUrl: ACCOUNT, values: { [name]: value } });
	const picked = (...values: unknown[]) => ({ record: values.map((value) => ({ recordId: { __rl: true, mode: 'id', value } })) });

	it.each(filters)('%s: %s takes a list and refuses a link of another account', (resource, name, all) => {
		const isPicker = name === 'records' || name === 'linkedRecords';
		const [condition] = conditions(all, name, isPicker ? picked('7', [8, '9']) : '7, 8,9');
		expect(Object.values(condition?.query.filter as object)).toEqual([(name === 'ids' && OF_TEXTS[resource]) || [7, 8, 9]]);
		const foreign = 'https://other.amocrm.ru/leads/detail/7';
		expect(() => conditions(all, name, isPicker ? picked(foreign) : foreign)).toThrow(name === 'ids' && resource in OF_TEXTS ? /is not the ID of an? (event|file)\./ : FOREIGN);
	});

	it('a list of pickers that is still empty filters nothing', () => {
		expect(conditions(lead.filters, 'records', {}).map(({ query }) => query)).toEqual([{}]);
	});
});

describe('links and lists', () => {
	const problemOf = async (resource: string, operation: string, parameters: IDataObject) => {
		const run = runOf(parameters);
		await operationOf(resource, operation)?.execute(run);
		return run.errors.get(0)?.message ?? 'no problem';
	};

	it.each([
		['linkedId', { linkTo: 'contacts' }, 'contacts/detail'],
		['catalogId', { linkTo: 'catalog_elements', elementId: 5 }, 'catalogs'],
		['elementId', { linkTo: 'catalog_elements', catalogId: 9 }, 'catalogs/9/detail'],
		['leadId', { linkTo: 'contacts', linkedId: 5 }, 'leads/detail'],
	])('%s of a link must be of this account and kind', async (name, others, path) => {
		const parameters = { leadId: 1, ...others };
		expect(await problemOf('lead', 'link', { ...parameters, [name]: `https://other.amocrm.ru/${path}/77` })).toMatch(FOREIGN);
		expect(await problemOf('lead', 'link', { ...parameters, [name]: `${ACCOUNT}/customers/detail/77` })).toMatch(/is not the link of an? (contact|list|element|lead)\. Such a link/);
	});

	it('an element must be of its list, which its own link names too', async () => {
		const element = `${ACCOUNT}/catalogs/9/detail/77`;
		const problem = async (parameters: IDataObject) => await problemOf('catalogElement', 'get', parameters);
		expect(await problem({ catalogId: 8, catalogElementId: element })).toBe(`'List Element': '${element}' is not the link of a list element. Such a link looks like ${ACCOUNT}/catalogs/8/detail/7000001`);
		expect(await problem({ catalogId: 8, catalogElementId: 'https://other.amocrm.ru/catalogs/8/detail/77' })).toMatch(FOREIGN);
		expect(await problemOf('catalogElement', 'getAll', { catalogId: 8, filters: { ids: element } })).toContain('is not the link of a list element. Such a link looks like https://mycompany.amocrm.ru/catalogs/8/detail/');
		expect(await problemOf('lead', 'link', { leadId: 1, linkTo: 'catalog_elements', catalogId: 8, elementId: element })).toContain('is not the link of an element. Such a link looks like https://mycompany.amocrm.ru/catalogs/8/detail/');
	});

	it.each(['catalogs/9/detail/77', 'catalogs/9/detail/77?x=1#tab', 'api/v4/catalogs/9/elements/77'])('%s is the element of its list', async (path) => {
		const paths: string[] = [];
		const parameters: IDataObject = { catalogId: `${ACCOUNT}/${path}`, catalogElementId: { __rl: true, mode: 'url', value: `${ACCOUNT}/${path}` } };
		const run = runOf(parameters);
		run.client = { baseUrl: ACCOUNT, send: async ({ path: asked }: { path: string }) => (paths.push(asked), { ok: true, body: { id: 77 } }) } as unknown as Run['client'];
		await operationOf('catalogElement', 'get')?.execute(run);
		expect(paths).toContain('/catalogs/9/elements/77');
	});

	it('so must the list of an element', async () => {
		expect(await problemOf('catalogElement', 'getAll', { catalogId: 'https://other.amocrm.ru/catalogs/77' })).toMatch(FOREIGN);
	});
});
