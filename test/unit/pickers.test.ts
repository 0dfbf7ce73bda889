import type { IHttpRequestOptions, ILoadOptionsFunctions, INodeListSearchResult } from 'n8n-workflow';

import { getLossReasons, getPipelines, getStages, getUsers } from '../../nodes/AmoCrm/pickers/loadOptions';
import { listSearchOf } from '../../nodes/AmoCrm/pickers/listSearch';
import { getContactCustomFields, getCustomFields } from '../../nodes/AmoCrm/pickers/resourceMapping';

const { searchFiles } = listSearchOf([]) as Record<string, (this: ILoadOptionsFunctions, filter?: string, token?: string) => Promise<INodeListSearchResult>>;

let accounts = 0;

/** What a list of the editor sees of n8n, over an account that answers as the test says. `paths` notes the requests. */
function editorOf(answer: (path: string) => object | undefined, domain = `pickers${++accounts}`, parameters: Record<string, unknown> = {}, node: { type?: string; typeVersion?: number } = {}) {
	const paths: string[] = [];
	const urls: string[] = [];
	const context = {
		getNodeParameter: (_name: string, fallback: unknown) => fallback,
		getCurrentNodeParameter: (name: string) => parameters[name],
		getNode: () => ({ name: 'amoCRM', type: 'amoCrm', typeVersion: 2, ...node, credentials: { amoCrmOAuth2Api: { id: '1' } } }),
		getCredentials: async () => ({ domain, clientId: 'integration' }),
		helpers: {
			httpRequestWithAuthentication: async (_type: string, { url }: IHttpRequestOptions) => {
				const path = new URL(url).pathname.replace('/api/v4', '');
				paths.push(path);
				urls.push(url);
				const body = answer(path);
				return body === undefined ? { statusCode: 204, body: '' } : { statusCode: 200, body };
			},
		},
	} as unknown as ILoadOptionsFunctions;
	return { context, paths, urls };
}

const pipeline = (id: number, name: string) => ({
	id,
	name,
	sort: id,
	_embedded: { statuses: [{ id: id * 10, name: 'New', sort: 1, type: 0 }, { id: 142, name: 'Won', sort: 2, type: 0 }] },
});
const pipelines = (...names: string[]) => ({ _embedded: { pipelines: names.map((name, index) => pipeline(index + 1, name)) } });

describe('the lists of the editor', () => {
	it('D17: stages of all pipelines come in one request, each with its pipeline', async () => {
		const { context, paths } = editorOf(() => pipelines('Sales', 'Service', 'Partners'));
		const stages = await getStages.call(context);
		expect(paths).toEqual(['/leads/pipelines']);
		expect(stages).toHaveLength(6);
		expect(new Set(stages.map(({ value }) => value)).size).toBe(6);
		expect(stages[1]).toEqual({ name: 'Sales / Won', value: '1:142' });
	});

	it('D15, Z12: two accounts never see each other, whatever is kept', async () => {
		const one = editorOf(() => pipelines('Ours'));
		const two = editorOf(() => pipelines('Theirs'));
		expect(await getPipelines.call(one.context)).toEqual([{ name: 'Ours', value: 1 }]);
		expect(await getPipelines.call(two.context)).toEqual([{ name: 'Theirs', value: 1 }]);
		expect(await getPipelines.call(one.context)).toEqual([{ name: 'Ours', value: 1 }]);
		// A refresh in the editor reads anew.
		expect([one.paths.length, two.paths.length]).toEqual([2, 1]);
	});

	it('D15: lists of one account are kept apart', async () => {
		const { context } = editorOf((path) => (path === '/users' ? { _embedded: { users: [{ id: 7, name: 'Olga' }] } } : pipelines('Sales')));
		expect(await getPipelines.call(context)).toEqual([{ name: 'Sales', value: 1 }]);
		expect(await getUsers.call(context)).toEqual([{ name: 'Olga', value: 7 }]);
	});

	it('D16: an account that has none of it has an empty list', async () => {
		const { context } = editorOf(() => undefined);
		expect(await getLossReasons.call(context)).toEqual([]);
		expect(await getUsers.call(context)).toEqual([]);
		expect(await getPipelines.call(context)).toEqual([]);
	});
});

describe('the columns of the mapper', () => {
	const columnsOf = async (parameters: object, custom_fields: object[]) => {
		const { context } = editorOf(() => ({ _embedded: { custom_fields } }), undefined, { ...parameters });
		return await getCustomFields.call(context);
	};
	const required = (stages: number) => Array.from({ length: stages }, (_, index) => ({ status_id: index, pipeline_id: 1 }));

	it.each([
		[{ name: 'Source', type: 'select' }, 'Source'],
		[{ name: 'Источник', type: 'select', required_statuses: required(1) }, '* Источник'],
		[{ name: 'Адрес', type: 'text', required_statuses: required(12) }, '* Адрес'],
		[{ name: 'Каналы', type: 'multiselect', required_statuses: required(2) }, '* Каналы (…, …)'],
		// What to type is said in signs of every language: nothing English stands inside a Russian name.
		[{ name: 'Мессенджер', type: 'multitext' }, 'Мессенджер (…, …)'],
		[{ name: 'Товары', type: 'items' }, 'Товары (JSON)'],
		[{ name: 'Файл', type: 'file' }, 'Файл (data / UUID)'],
		[{ name: 'Поставщик', type: 'supplier' }, 'Поставщик (ID / URL)'],
	])('%j is labelled %s', async (field, label) => {
		const { fields, emptyFieldsNotice } = await columnsOf({ resource: 'lead' }, [{ id: 1, ...field }]);
		expect(fields.map(({ displayName }) => displayName)).toEqual([label]);
		expect(emptyFieldsNotice).toBeUndefined();
	});

	const channels = { id: 1, name: 'Каналы', type: 'multiselect', enums: [{ id: 11, value: 'Телефон' }, { id: 12, value: 'Почта' }] };
	it.each([
		['a list to choose from', {}, { displayName: 'Каналы (…, …)', type: 'options', options: [{ name: 'Телефон', value: '11' }, { name: 'Почта', value: '12' }] }],
		['a text with the options in its label, for an AI model', { type: 'amoCrmTool' }, { displayName: 'Каналы · 1 (Телефон, Почта)', type: 'string' }],
		['a text in version 1 of the node', { typeVersion: 1 }, { displayName: 'Каналы (Телефон, Почта)', type: 'string' }],
	])('several options are %s', async (_what, node, expected) => {
		const { context } = editorOf(() => ({ _embedded: { custom_fields: [channels] } }), undefined, { resource: 'lead' }, node);
		expect((await getCustomFields.call(context)).fields).toEqual([expect.objectContaining(expected)]);
	});

	it.each([
		[{ name: 'Source', type: 'select', enums: channels.enums }, 'Source (Телефон / Почта)'],
		[{ name: 'Urgent', type: 'checkbox' }, 'Urgent (1 / 0)'],
		[{ name: 'ф'.repeat(60), type: 'category', enums: channels.enums }, `${'ф'.repeat(45)} · 1 (Телефон / Почта)`],
	])('a choice is a text that says what there is, for an AI model: %j', async (field, displayName) => {
		const { context } = editorOf(() => ({ _embedded: { custom_fields: [{ id: 1, ...field }] } }), undefined, { resource: 'lead' }, { type: 'amoCrmTool' });
		const { fields } = await getCustomFields.call(context);
		expect(fields).toEqual([expect.objectContaining({ displayName, type: 'string' })]);
		expect(fields[0]).not.toHaveProperty('options');
	});

	it('phone and email stand in the form alone, and among the columns only in version 1', async () => {
		const fields = ['PHONE', 'EMAIL', 'POSITION'].map((code, index) => ({ id: index + 1, name: code, code, type: 'multitext' }));
		const names = async (node: object) => (await getCustomFields.call(editorOf(() => ({ _embedded: { custom_fields: fields } }), undefined, { resource: 'contact' }, node).context)).fields.map(({ id }) => id);
		expect(await names({ typeVersion: 2 })).toEqual(['3']);
		expect(await names({ typeVersion: 1 })).toEqual(['1', '2', '3']);
	});

	it('a refresh in the editor shows what is new', async () => {
		const custom_fields = [{ id: 1, name: 'Old', type: 'text' }];
		const { context } = editorOf(() => ({ _embedded: { custom_fields } }), undefined, { resource: 'lead' });
		const names = async () => (await getCustomFields.call(context)).fields.map(({ displayName }) => displayName);
		expect(await names()).toEqual(['Old']);
		custom_fields.push({ id: 2, name: 'New', type: 'text' });
		expect(await names()).toEqual(['Old', 'New']);
	});

	it('an AI model gets no two fields under the same name: n8n tells it Latin letters only', async () => {
		const fields = ['Бюджет', 'Оплата', 'Budget'].map((name, index) => ({ id: index + 1, name, type: 'text' }));
		const labels = async (read: typeof getCustomFields, type: string) => {
			const { context } = editorOf(() => ({ _embedded: { custom_fields: fields } }), undefined, { resource: 'lead' }, { type });
			return (await read.call(context)).fields.map(({ displayName }) => displayName);
		};
		const tool = 'n8n-nodes-amocrm-kommo.amoCrmTool';
		expect(await labels(getCustomFields, 'n8n-nodes-amocrm-kommo.amoCrm')).toEqual(['Бюджет', 'Оплата', 'Budget']);
		expect(await labels(getCustomFields, tool)).toEqual(['Бюджет · 1', 'Оплата · 2', 'Budget']);
		// Beside the fields of the lead, which may have the same names.
		expect(await labels(getContactCustomFields, tool)).toEqual(['Бюджет · 1', 'Оплата · 2', 'Budget · 3']);
	});

	it('those of a list may be asked for by its link, which must be of this account', async () => {
		const columns = async (link: string) => {
			const { context, paths } = editorOf(() => ({ _embedded: { custom_fields: [{ id: 1, name: 'SKU', type: 'text' }] } }), `linked${++accounts}`, {
				resource: 'catalogElement',
				catalogId: { __rl: true, mode: 'url', value: link.replace('OWN', `https://linked${accounts}.amocrm.ru`) },
			});
			return { fields: (await getCustomFields.call(context)).fields.map(({ displayName }) => displayName), paths };
		};
		expect(await columns('OWN/catalogs/9')).toEqual({ fields: ['SKU'], paths: ['/catalogs/9/custom_fields'] });
		await expect(columns('https://other.amocrm.ru/catalogs/9')).rejects.toThrow("is a link of the account 'other'");
	});

	it('without any, the mapper says why', async () => {
		expect((await columnsOf({ resource: 'lead' }, [])).emptyFieldsNotice).toMatch(/^There are no custom fields here in amoCRM/);
		expect((await columnsOf({ resource: 'catalogElement' }, [])).emptyFieldsNotice).toMatch(/^Choose a 'List' first/);
	});
});

describe('the files of the account', () => {
	const file = { uuid: 'u-1', name: 'Offer', size: 2_048, metadata: { extension: 'pdf' }, created_at: 1_767_225_600, is_trashed: false };
	const answers = (drive_url: unknown) => (path: string) => (path === '/account' ? { id: 1, drive_url } : { _embedded: { files: [file, { ...file, uuid: 'u-2', is_trashed: true }] } });

	it('come from the storage that the account names, with their size and day', async () => {
		const { context, urls } = editorOf(answers('https://drive-b.amocrm.ru'));
		expect(await searchFiles?.call(context, ' offer ')).toEqual({ results: [{ name: 'Offer.pdf · 2 KB · 2026-01-01', value: 'u-1' }] });
		expect(urls[1]).toBe('https://drive-b.amocrm.ru/v1.0/files?page=1&limit=50&filter%5Bterm%5D=offer');
	});

	it.each(['https://drive.example.com', 'https://amocrm.ru.example.com', 'http://localhost:4300', 'drive-b.amocrm.ru.evil.com', '', undefined])(
		'the token is not sent to %p',
		async (address) => {
			const { context, paths } = editorOf(answers(address));
			await expect(searchFiles?.call(context)).rejects.toThrow('amoCRM does not say where it keeps the files of this account');
			expect(paths).toEqual(['/account']);
		},
	);
});
