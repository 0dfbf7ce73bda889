import { callsOf, only, uncovered, type Call } from './calls';
import { customersOf, tagNames, type Factory, type JsContext } from './jsContext';

/** amocrm-js: factories (lists, reads and writes of many rows) and the pages that they hand out. */

const HELPERS = [
	'getEntityClass',
	'getBaseUrl',
	'getEmbeddedKey',
	'getClient',
	'getEmbedded',
	'createEntity',
	'getRequest',
	'getUrl',
	'from',
	'getEntityCriteria',
];
const HELPER = 'part of the machinery; makes no request';

const TASK = { text: 'Call', complete_till: 2_280_001_362 };

/** What leads, contacts, companies and customers have alike. */
function cards(key: 'leads' | 'contacts' | 'companies'): Call<JsContext>[] {
	return [
		...callsOf<JsContext>(key, {
			async create({ client, emulator, ids }) {
				const made = await client[key].create([{ name: 'One' }, { name: 'Two' }]);
				[ids[key], ids[`other ${key}`]] = made.map(({ id }) => id) as [number, number];
				expect(made.map(({ id }) => emulator.account.entities(key).get(id ?? 0)?.name)).toEqual(['One', 'Two']);
			},
			async get({ client, ids }) {
				const found = await client[key].get({ filter: { id: [ids[key]] }, limit: 10 });
				expect(found.getData()).toMatchObject([{ id: ids[key], name: 'One' }]);
			},
			async getById({ client, ids }) {
				expect(await client[key].getById(ids[key] ?? 0, { with: ['catalog_elements'] })).toMatchObject({
					id: ids[key],
					name: 'One',
					account_id: expect.any(Number),
				});
			},
			async update({ client, emulator, ids }) {
				const read = await client[key].getById(ids[key] ?? 0);
				read.name = 'First';
				await client[key].update([read, { id: ids[`other ${key}`], name: 'Second' }]);
				expect([ids[key], ids[`other ${key}`]].map((id) => emulator.account.entities(key).get(id ?? 0)?.name)).toEqual(['First', 'Second']);
			},
		}),
		...tasksOf(key),
		...uncovered(key, HELPER, HELPERS),
	];
}

/** `client.leads.tasks`: the tasks of all cards of a type, as its name says. */
function tasksOf(key: 'leads' | 'contacts' | 'companies'): Call<JsContext>[] {
	const factory = ({ client }: JsContext): Factory => client[key].tasks;
	const name = `${key}.tasks`;
	return [
		...callsOf<JsContext>(name, {
			async create(context) {
				const entity_id = context.ids[key];
				const task = only(await factory(context).create([{ ...TASK, entity_id }]));
				context.ids[name] = task.id ?? 0;
				expect(context.emulator.account.tasks.get(task.id ?? 0)).toMatchObject({ entity_type: key });
			},
			get: {
				fault: 'asks for entity_type=… where amoCRM filters by filter[entity_type]=…, so that tasks of every kind come back',
				async run(context) {
					const foreign = only(await context.client.tasks.create([TASK]));
					const found = (await factory(context).get()).getData().map(({ id }) => id);
					expect(found).toEqual(expect.arrayContaining([context.ids[name], foreign.id]));
				},
			},
			getById: async (context) =>
				expect(await factory(context).getById(context.ids[name] ?? 0)).toMatchObject({ text: 'Call', entity_type: key }),
			async update(context) {
				await factory(context).update([{ id: context.ids[name], text: 'Call again' }]);
				expect(context.emulator.account.tasks.get(context.ids[name] ?? 0)?.text).toBe('Call again');
			},
		}),
		...uncovered(name, HELPER, HELPERS),
	];
}

function tagsOf(key: 'leads' | 'companies'): Call<JsContext>[] {
	return [
		...callsOf<JsContext>(`${key}.tags`, {
			async create({ client, emulator, ids }) {
				const tag = only(await client[key].tags.create([{ name: 'VIP', ...(key === 'leads' ? { color: '9D2B32' } : {}) }]));
				ids[`${key} tag`] = tag.id ?? 0;
				expect(emulator.account.tags[key].get(tag.id ?? 0)).toMatchObject({ name: 'VIP' });
			},
			get: async ({ client, ids }) =>
				expect((await client[key].tags.get({ query: 'VIP', limit: 1 })).getData()).toMatchObject([{ id: ids[`${key} tag`], name: 'VIP' }]),
		}),
		...uncovered(`${key}.tags`, HELPER, HELPERS),
	];
}

/** The plugin hasUpdatableTags. */
function tagLists(key: 'leads' | 'contacts'): Call<JsContext>[] {
	return [
		...callsOf<JsContext>(`${key}.tagList`, {
			async setFor(context) {
				const { client, ids } = context;
				await client[key].tagList.setFor([{ id: ids[key] }, { id: ids[`other ${key}`] }], [{ name: 'new' }, { name: 'hot' }]);
				for (const id of [ids[key], ids[`other ${key}`]]) expect(tagNames(context, key, id)).toEqual(['new', 'hot']);
			},
			async clearFor(context) {
				const { client, ids } = context;
				await client[key].tagList.clearFor([{ id: ids[key] }]);
				expect(tagNames(context, key, ids[key])).toEqual([]);
			},
			set: {
				fault: 'sends one object without an id to the batch route',
				async run({ client }) {
					await expect(client[key].tagList.set([{ name: 'all' }])).rejects.toMatchObject({ data: { status: 400 } });
				},
			},
		}),
		...uncovered(key, `what ${key}.tagList calls`, ['setTagsFor', 'clearTagsFor', 'setTags']),
	];
}

export const FACTORIES = [
	...cards('leads'),
	...callsOf<JsContext>('leads', {
		complexCreate: {
			fault: 'not written yet: answers false without a request',
			run: async ({ client }) => expect(await client.leads.complexCreate()).toBe(false),
		},
	}),
	...cards('contacts'),
	...cards('companies'),
	...tagsOf('leads'),
	...tagsOf('companies'),
	...tagLists('leads'),
	...tagLists('contacts'),
	...callsOf<JsContext>('tasks', {
		async create({ client, emulator, ids }) {
			const made = await client.tasks.create([TASK, { ...TASK, text: 'Meet', task_type_id: 2 }]);
			[ids.task, ids.otherTask] = made.map(({ id }) => id) as [number, number];
			expect(emulator.account.tasks.get(ids.otherTask)).toMatchObject({ text: 'Meet', task_type_id: 2, entity_id: null });
		},
		async get({ client, ids }) {
			expect((await client.tasks.get({ filter: { id: [ids.otherTask] } })).getData()).toMatchObject([{ id: ids.otherTask, text: 'Meet' }]);
		},
		getById: async ({ client, ids }) =>
			expect(await client.tasks.getById(ids.task ?? 0)).toMatchObject({ text: 'Call', is_completed: false, result: [] }),
		async update({ client, emulator, ids }) {
			const read = await client.tasks.getById(ids.task ?? 0);
			read.text = 'Call twice';
			await client.tasks.update([read, { id: ids.otherTask, is_completed: true, result: { text: 'Met' } }]);
			expect(emulator.account.tasks.get(ids.task ?? 0)?.text).toBe('Call twice');
			expect(emulator.account.tasks.get(ids.otherTask ?? 0)).toMatchObject({ is_completed: true, result: { text: 'Met' } });
		},
	}),
	...uncovered('tasks', HELPER, HELPERS),
	...callsOf<JsContext>('customers', {
		async create(context) {
			context.emulator.account.info.customers_mode = 'periodicity';
			const made = only(await customersOf(context).create([{ name: 'Regular', next_date: 1_900_000_000 }]));
			context.ids.customer = made.id ?? 0;
			expect(context.emulator.account.customers.get(context.ids.customer)).toMatchObject({ name: 'Regular' });
		},
		get: async (context) => expect((await customersOf(context).get()).getData()).toMatchObject([{ name: 'Regular' }]),
		getById: async (context) => expect(await customersOf(context).getById(context.ids.customer ?? 0)).toMatchObject({ name: 'Regular' }),
		async update(context) {
			await customersOf(context).update([{ id: context.ids.customer, name: 'Loyal' }]);
			expect(context.emulator.account.customers.get(context.ids.customer ?? 0)?.name).toBe('Loyal');
		},
	}),
	...uncovered('customers', 'an empty method', ['setMode']),
	...uncovered('customers', HELPER, HELPERS),
	...callsOf<JsContext>('pagination', {
		async fetch(context) {
			const { client } = context;
			await client.leads.create([1, 2, 3].map((number) => ({ name: `Page ${number}` })));
			context.pages = await client.leads.get({ limit: 2 });
			expect(await context.pages.fetch()).toHaveLength(2);
		},
		getPage: ({ pages }) => expect(pages.getPage()).toBe(1),
		getData: ({ pages }) => expect([...pages]).toEqual(pages.getData()),
		hasNext: ({ pages }) => expect(pages.hasNext()).toBe(true),
		hasPrev: ({ pages }) => expect(pages.hasPrev()).toBe(false),
		hasFirst: ({ pages }) => expect(pages.hasFirst()).toBe(false),
		async next({ pages, emulator }) {
			const seen = [...pages.getData()];
			while (pages.hasNext()) seen.push(...((await pages.next()) || []));
			expect(new Set(seen.map(({ id }) => id)).size).toBe(emulator.account.leads.size);
			expect(await pages.next()).toBe(false);
		},
		async prev({ pages }) {
			const page = pages.getPage();
			expect(await pages.prev()).toHaveLength(2);
			expect(pages.getPage()).toBe(page - 1);
		},
		async refresh({ pages }) {
			const before = pages.getData().map(({ id }) => id);
			expect(((await pages.refresh()) || []).map(({ id }) => id)).toEqual(before);
		},
		async first({ pages }) {
			expect(await pages.first()).toHaveLength(2);
			expect([pages.getPage(), pages.hasPrev()]).toEqual([1, false]);
		},
		fetchUrl: async ({ pages }) => expect(await pages.fetchUrl('/api/v4/leads?page=2')).toHaveLength(2),
	}),
	...uncovered('pagination', HELPER, ['parseLinks', 'parseData']),
];
