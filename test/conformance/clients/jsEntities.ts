import { callsOf, firstId, only, uncovered, type Call } from './calls';
import { customersOf, tagNames, type EmbeddedList, type Entity, type JsContext } from './jsContext';

/** amocrm-js: one row as an object that reads and saves itself, with its tags, contacts, companies and tasks. */

const HELPER = 'part of the machinery; makes no request';
const ENTITY_HELPERS = ['getAttributes', 'setAttributes', 'getFactory'];
type Kind = 'Lead' | 'Contact' | 'Company';
const KEYS = { Lead: 'leads', Contact: 'contacts', Company: 'companies' } as const;

const stored = ({ emulator }: JsContext, kind: Kind, { id = 0 }: Entity) => {
	const row = emulator.account.entities(KEYS[kind]).get(id);
	if (!row) throw new Error(`No ${kind} ${id}`);
	return row;
};

function card(kind: Kind): Call<JsContext>[] {
	const saved = async ({ client }: JsContext, name = 'Saved'): Promise<Entity> => {
		const entity = new client[kind]({ name });
		await entity.save();
		return entity;
	};
	return [
		...callsOf<JsContext>(kind, {
			async create(context) {
				const entity = new context.client[kind]({});
				entity.name = 'Created';
				await entity.create();
				expect(stored(context, kind, entity).name).toBe('Created');
			},
			async update(context) {
				const entity = await saved(context);
				entity.name = 'Updated';
				await entity.update();
				expect(stored(context, kind, entity).name).toBe('Updated');
			},
			/** What the account answers goes back to it whole, read-only keys and all. */
			async save(context) {
				const read = await context.client[KEYS[kind]].getById((await saved(context)).id ?? 0);
				read.name = 'Read and saved';
				await read.save();
				expect(stored(context, kind, read).name).toBe('Read and saved');
			},
			async fetch(context) {
				const entity = await saved(context, 'Fetched');
				expect(await entity.fetch()).toMatchObject({ id: entity.id, name: 'Fetched' });
			},
			async isNew(context) {
				const entity = new context.client[kind]({});
				const before = entity.isNew();
				await entity.save();
				expect([before, entity.isNew()]).toEqual([true, false]);
			},
			async Task(context) {
				const entity = await saved(context);
				const task = new entity.Task({ text: 'Own', complete_till: 2_280_001_362 });
				await task.save();
				expect(context.emulator.account.tasks.get(task.id ?? 0)).toMatchObject({
					text: 'Own',
					entity_id: entity.id,
					entity_type: KEYS[kind],
				});
			},
		}),
		...uncovered(kind, HELPER, [...ENTITY_HELPERS, 'getEmbedded', 'setEmbedded']),
		...callsOf<JsContext>(`${kind}.tasks`, {
			create: {
				fault: 'all cards of a type share one list of conditions: the task goes to the card that was built last',
				async run(context) {
					const card = await saved(context);
					const task = only(await card.tasks.create([{ text: 'Mine', complete_till: 2_280_001_362 }]));
					expect(context.emulator.account.tasks.get(task.id ?? 0)).toMatchObject({ entity_id: card.id, entity_type: KEYS[kind] });
					const later = await saved(context);
					const stray = only(await card.tasks.create([{ text: 'Stray', complete_till: 2_280_001_362 }]));
					expect(context.emulator.account.tasks.get(stray.id ?? 0)).toMatchObject({ entity_id: later.id });
				},
			},
			get: {
				fault: 'sends filter[entity_id] without filter[entity_type], which amoCRM ignores: tasks of other cards come back',
				async run(context) {
					const card = await saved(context);
					const own = only(await card.tasks.create([{ text: 'Own', complete_till: 2_280_001_362 }]));
					const found = (await card.tasks.get()).getData().map(({ id }) => id);
					expect(found).toContain(own.id);
					expect(found.length).toBeGreaterThan(1);
				},
			},
		}),
		...callsOf<JsContext>(`${kind}.embeddedTags`, {
			async add(context) {
				const entity = new context.client[kind]({ name: 'Tagged' });
				entity.embeddedTags.add([{ name: 'a' }, { name: 'b' }]);
				await entity.save();
				expect(tagNames(context, KEYS[kind], entity.id)).toEqual(['a', 'b']);
			},
			async get(context) {
				const entity = new context.client[kind]({ name: 'Tagged' });
				entity.embeddedTags.add([{ name: 'a' }]);
				await entity.save();
				expect((await entity.fetch()).embeddedTags.get()).toMatchObject([{ id: expect.any(Number), name: 'a' }]);
			},
			async set(context) {
				const entity = await saved(context);
				entity.embeddedTags.set([{ name: 'c' }]);
				await entity.save();
				expect(tagNames(context, KEYS[kind], entity.id)).toEqual(['c']);
			},
			async remove(context) {
				const entity = new context.client[kind]({ name: 'Tagged' });
				entity.embeddedTags.add([{ name: 'a' }, { name: 'b' }]);
				await entity.save();
				const read = await entity.fetch();
				read.embeddedTags.remove();
				await read.save();
				expect(tagNames(context, KEYS[kind], entity.id)).toEqual([]);
			},
		}),
	];
}

/** Contacts and companies of a new lead, the only lists besides tags that save() sends. */
function linked(list: 'embeddedContacts' | 'embeddedCompanies', maker: 'Contact' | 'Company'): Call<JsContext>[] {
	const target = KEYS[maker];
	const leadWith = async ({ client }: JsContext) => {
		const other = new client[maker]({ name: 'Elvis' });
		await other.save();
		const lead = new client.Lead({ name: 'House' });
		return { other, lead };
	};
	const links = ({ emulator }: JsContext, { id = 0 }: Entity) =>
		emulator.account.links.of({ type: 'leads', id }, target).map(({ to }) => to.id);
	return callsOf<JsContext>(`Lead.${list}`, {
		async add(context) {
			const { other, lead } = await leadWith(context);
			lead[list].add([other]);
			await lead.save();
			expect(links(context, lead)).toEqual([other.id]);
		},
		async set(context) {
			const { other, lead } = await leadWith(context);
			lead[list].set([{ id: other.id }]);
			await lead.save();
			expect(links(context, lead)).toEqual([other.id]);
		},
		async get(context) {
			const { other, lead } = await leadWith(context);
			lead[list].add([other]);
			await lead.save();
			expect((await lead.fetch({ with: [target] }))[list].get()).toMatchObject([{ id: other.id }]);
		},
		remove: {
			fault: 'an update sends the shortened list, but amoCRM unlinks only through /leads/{id}/unlink',
			async run(context) {
				const { other, lead } = await leadWith(context);
				lead[list].add([other]);
				await lead.save();
				lead[list].remove([{ id: other.id ?? 0 }]);
				await lead.save();
				const [row] = context.emulator.log.entries.at(-1)?.body as [{ _embedded: Record<string, unknown> }];
				expect(row._embedded[target]).toEqual([]);
				expect(links(context, lead)).toEqual([other.id]);
			},
		},
	});
}

function tagLists(kind: 'Lead' | 'Contact'): Call<JsContext>[] {
	return [
		...callsOf<JsContext>(`${kind}.tagList`, {
			async update(context) {
				const entity = new context.client[kind]({ name: 'Tagged' });
				await entity.save();
				await entity.tagList.update([{ name: 'x' }]);
				expect(tagNames(context, KEYS[kind], entity.id)).toEqual(['x']);
			},
			async clear(context) {
				const entity = new context.client[kind]({ name: 'Tagged' });
				entity.embeddedTags.add([{ name: 'x' }]);
				await entity.save();
				await entity.tagList.clear();
				expect(tagNames(context, KEYS[kind], entity.id)).toEqual([]);
			},
		}),
		...uncovered(kind, `what ${kind}.tagList calls`, ['updateTags', 'clearTags']),
	];
}

/** What a card may be linked to, by the name of its list. */
const TARGETS = {
	embeddedContacts: 'contacts',
	embeddedCompanies: 'companies',
	embeddedCustomers: 'customers',
	embeddedCatalogElements: 'catalog_elements',
} as const;
type List = keyof typeof TARGETS;

const UNSENT = 'changes a list that save() does not send for this kind of card';

/** Lists that the client only reads. */
function readOnly(kind: Kind, list: List): Call<JsContext>[] {
	const saved = async ({ client }: JsContext) => {
		const entity = new client[kind]({ name: 'Reader' });
		await entity.save();
		return entity;
	};
	const unsent = (change: (of: EmbeddedList) => void) => ({
		fault: UNSENT,
		async run(context: JsContext) {
			const entity = await saved(context);
			change(entity[list]);
			await entity.save();
			const [row] = context.emulator.log.entries.at(-1)?.body as [{ _embedded: object }];
			expect(Object.keys(row._embedded)).not.toContain(TARGETS[list]);
		},
	});
	return callsOf<JsContext>(`${kind}.${list}`, {
		async get(context) {
			const entity = await saved(context);
			const target = await linkable(context, TARGETS[list]);
			await context.client.request.post(`/api/v4/${KEYS[kind]}/${entity.id}/link`, [target]);
			expect((await entity.fetch({ with: [TARGETS[list]] }))[list].get()).toMatchObject([{ id: target.to_entity_id }]);
		},
		add: unsent((of) => of.add([{ id: 1 }])),
		set: unsent((of) => of.set([{ id: 1 }])),
		remove: unsent((of) => of.remove()),
	});
}

/** Something new to link a card to. */
async function linkable(context: JsContext, type: (typeof TARGETS)[List]) {
	const { client } = context;
	if (type === 'catalog_elements') {
		const catalog_id = (context.ids.catalog ??= firstId(
			(await client.request.post('/api/v4/catalogs', [{ name: 'Linked' }])).data,
			'catalogs',
		));
		const element = firstId((await client.request.post(`/api/v4/catalogs/${catalog_id}/elements`, [{ name: 'Oak' }])).data, 'elements');
		return { to_entity_id: element, to_entity_type: type, metadata: { catalog_id, quantity: 1 } };
	}
	const factory = type === 'customers' ? customersOf(context) : client[type];
	const made = only(await factory.create([{ name: 'Linked', ...(type === 'customers' ? { next_date: 1_900_000_000 } : {}) }]));
	return { to_entity_id: made.id, to_entity_type: type };
}

const SENT: Record<Kind, readonly string[]> = {
	Lead: ['embeddedTags', 'embeddedContacts', 'embeddedCompanies'],
	Contact: ['embeddedTags'],
	Company: ['embeddedTags'],
};
const READ: Record<Kind, readonly List[]> = {
	Lead: ['embeddedCatalogElements'],
	Contact: ['embeddedCompanies', 'embeddedCustomers', 'embeddedCatalogElements'],
	Company: ['embeddedContacts', 'embeddedCustomers', 'embeddedCatalogElements'],
};

const lists = (kind: Kind): Call<JsContext>[] => [
	...READ[kind].flatMap((list) => readOnly(kind, list)),
	...[...SENT[kind], ...READ[kind]].flatMap((list) =>
		uncovered(`${kind}.${list}`, HELPER, ['getEmbeddedSaveCriteria', 'pickItemAttributes']),
	),
];

export const ENTITIES = [
	...card('Lead'),
	...card('Contact'),
	...card('Company'),
	...linked('embeddedContacts', 'Contact'),
	...linked('embeddedCompanies', 'Company'),
	...tagLists('Lead'),
	...tagLists('Contact'),
	...(['Lead', 'Contact', 'Company'] as const).flatMap(lists),
	...callsOf<JsContext>('Task', {
		async create({ client, emulator }) {
			const task = new client.Task({ text: 'Alone', complete_till: 2_280_001_362 });
			await task.create();
			expect(emulator.account.tasks.get(task.id ?? 0)?.text).toBe('Alone');
		},
		async update({ client, emulator }) {
			const task = new client.Task({ text: 'Alone', complete_till: 2_280_001_362 });
			await task.save();
			task.text = 'Not alone';
			await task.update();
			expect(emulator.account.tasks.get(task.id ?? 0)?.text).toBe('Not alone');
		},
		async save({ client, emulator }) {
			const made = new client.Task({ text: 'Alone', complete_till: 2_280_001_362 });
			await made.save();
			const read = await client.tasks.getById(made.id ?? 0);
			read.complete_till = 2_280_001_571;
			await read.save();
			expect(emulator.account.tasks.get(made.id ?? 0)).toMatchObject({ text: 'Alone', complete_till: 2_280_001_571 });
		},
		async fetch({ client }) {
			const task = new client.Task({ text: 'Alone', complete_till: 2_280_001_362 });
			await task.save();
			expect(await task.fetch()).toMatchObject({ id: task.id, text: 'Alone', result: [] });
		},
		async isNew({ client }) {
			const task = new client.Task({ text: 'Alone', complete_till: 2_280_001_362 });
			const before = task.isNew();
			await task.save();
			expect([before, task.isNew()]).toEqual([true, false]);
		},
	}),
	...uncovered('Task', HELPER, ENTITY_HELPERS),
	...callsOf<JsContext>('Task.entity', {
		async get({ client }) {
			const lead = new client.Lead({ name: 'Owner' });
			await lead.save();
			const task = new client.Task({ text: 'Of a lead', complete_till: 2_280_001_362, entity_id: lead.id, entity_type: 'leads' });
			await task.save();
			expect(await (await task.fetch()).entity.get()).toMatchObject({ id: lead.id, name: 'Owner' });
		},
	}),
];
