import type { IDataObject, INodeParameters } from 'n8n-workflow';

import { storeFile } from '../../emulator/drive/files';
import type { CustomFieldRow } from '../../emulator/store/rows';
import type { Entity } from '../../nodes/AmoCrm/entities/types';
import type { WritableField } from '../../nodes/AmoCrm/fields/fields';
import type { World } from './world';
import { byId } from './world';

/** What the suite of the table writes: values by the kinds of fields, and what only one entity wants. */

export interface Samples {
	/** Parameters beside those of its fields, such as where its records are. */
	place?: (world: World) => INodeParameters;
	/** What the account needs first. */
	prepare?: (world: World) => Promise<void> | void;
	/** Values by the names of fields, where the kind does not give one; `undefined`: the field cannot be tested alone. */
	values?: Record<string, (n: number, world: World) => unknown>;
	/** Fields that go along with another when a record is created. */
	along?: Record<string, IDataObject>;
	/** Filters: one value that keeps every sample record, one that keeps none. */
	filters?: Record<string, [keeps: (world: World, ids: number[]) => unknown, drops: unknown]>;
	/** What amoCRM itself refuses; a name of 300 letters when left out. */
	refused?: IDataObject;
	/** Makes records where the node cannot create them; their IDs. */
	make?: (world: World, count: number) => Promise<string[]>;
	/** How a record is read where the node cannot. */
	record?: (world: World, id: string | number) => IDataObject | undefined;
	/** Keys that no reading shows as they were written. */
	unseen?: string[];
	/** Makes more records than a page holds, where the node cannot create them. */
	fill?: (world: World) => void;
	/** Makes room where the account takes few records; before each test. */
	tidy?: (world: World) => void;
	/** The emulator lets everybody write them: nothing is known of who may. */
	isOpen?: true;
}

export const catalogOf = ({ emulator: { account } }: World): number =>
	([...account.catalogs.keys()][0] ?? 0) as number;
export const mainPipelineOf = ({ emulator: { account } }: World) => [...account.pipelines.values()][0] as { id: number; statuses: Array<{ id: number; type: number }> };
export const userOf = ({ emulator: { account } }: World, index = 0) => [...account.users.values()][index] as { id: number; name: string };

const first = (table: Map<number, unknown> | { keys(): Iterable<number> }) => [...table.keys()][0];

/** One card of each kind, and a list, for what belongs to others. */
export async function furnish(world: World): Promise<void> {
	const make = async (resource: string, more: INodeParameters = {}) => {
		const { error } = await world.run({ resource, operation: 'create', name: 'Furniture', ...more });
		if (error) throw error;
	};
	await make('catalog');
	for (const resource of ['company', 'contact', 'lead']) await make(resource);
	await make('catalogElement', { catalogId: { __rl: true, mode: 'id', value: catalogOf(world) } });
	world.emulator.log.clear();
}

/** Values of fields that are picked from lists of the account, whatever entity has them. */
const COMMON: NonNullable<Samples['values']> = {
	responsibleUserId: (n, world) => userOf(world, n % 2).id,
	createdBy: (n, world) => userOf(world, n % 2).id,
	updatedBy: (n, world) => userOf(world, n % 2).id,
	pipelineId: (n, world) => [...world.emulator.account.pipelines.keys()][n % 2],
	companyId: (_n, world) => first(world.emulator.account.entities('companies')),
	contactId: (_n, world) => first(world.emulator.account.entities('contacts')),
	contacts: (_n, world) => ({ record: [{ recordId: first(world.emulator.account.entities('contacts')) }] }),
	contactIds: (_n, world) => [first(world.emulator.account.entities('contacts'))],
	email: (n) => `person${n}@example.com`,
	phone: (n) => `+7912000${String(1000 + n)}`,
	// Values of the account's own fields have suites of their own.
	customFieldsJson: () => undefined,
	customFieldsToClear: () => undefined,
	tags: (n) => `tag ${n}`,
	tagsToRemove: (n) => `tag ${n}`,
	replaceTags: (n) => `tag ${n}`,
};

const leadOf = (world: World) => first(world.emulator.account.leads);

const contactOf = (world: World) => first(world.emulator.account.entities('contacts')) as number;

const optionsOf = (...labels: string[]) => ({ option: labels.map((value) => ({ value })) });

export const SAMPLES: Record<string, Samples> = {
	aiAgent: {
		prepare: ({ emulator }) => void (emulator.switches.agentsOfIntegration = 1000),
		values: {
			mcpUrl: (n) => `https://example.com/mcp/${n}`,
			mcpTransport: () => 'sse',
			mcpHeaders: (n) => JSON.stringify({ 'X-Shop': String(n) }),
		},
		refused: { mcpUrl: 'http://example.com' },
	},
	chatTemplate: {
		tidy: ({ emulator: { account } }) => [...account.chatTemplates.keys()].forEach((id) => account.chatTemplates.delete(id)),
		values: {
			buttons: (n) => ({ button: [{ type: 'url', text: `Button ${n}`, url: 'https://example.com' }] }),
			// The file goes along with its name and kind.
			attachmentId: () => undefined,
			attachmentName: () => undefined,
			attachmentType: () => undefined,
			wabaExamples: () => '{"{{contact.name}}": "Anna"}',
		},
		along: Object.fromEntries(['wabaHeader', 'wabaHeaderType', 'wabaFooter', 'wabaCategory', 'wabaLanguage', 'wabaExamples'].map((name) => [name, { more: { type: 'waba' } }])),
		filters: { externalIds: [() => undefined, 'nobody'] },
	},
	call: {
		// Calls stand on the cards as notes.
		record: ({ emulator: { account } }, id) => {
			const { params, ...row } = [...account.notes.values()].find((note) => note.id === id) ?? { params: {} };
			return { ...row, ...params } as IDataObject;
		},
		values: { phone: () => '8 (912) 000-77-77', callResponsible: (n, world) => userOf(world, n % 2).id, callStatus: (n) => 1 + (n % 8) },
		prepare: async (world) => void (await world.run({ resource: 'contact', operation: 'create', name: 'Caller', additionalFields: { phone: '+7 912 000-77-77' } })),
		refused: { phone: '+7 999 999-99-99' },
		// Who changed a note last is not taken over from a call.
		unseen: ['updated_by'],
	},
	catalogElement: { place: (world) => ({ catalogId: { __rl: true, mode: 'id', value: catalogOf(world) } }) },
	catalog: { isOpen: true },
	customer: {
		values: {
			nextDate: (n) => `2030-02-${10 + (n % 10)}T10:00:00Z`,
			statusId: (n, { emulator }) => [...emulator.account.customerStatuses.keys()][n % 2],
			// They are of the other mode.
			segments: () => undefined,
		},
		filters: {
			statusIds: [({ emulator }) => ({ record: [...emulator.account.customerStatuses.keys()].map((recordId) => ({ recordId })) }), { record: [{ recordId: 999 }] }],
			segmentIds: [() => undefined, { record: [{ recordId: 999 }] }],
		},
	},
	customerStatus: {
		tidy: ({ emulator: { account } }) => [...account.customerStatuses.keys()].slice(2).forEach((id) => account.customerStatuses.delete(id)),
	},
	customerSegment: {
		prepare: ({ emulator }) => void (emulator.account.info.customers_mode = 'segments'),
		tidy: ({ emulator: { account } }) => [...account.segments.keys()].slice(2).forEach((id) => account.segments.delete(id)),
	},
	customField: {
		values: {
			type: () => 'text',
			requiredStatuses: (_n, world) => [`${mainPipelineOf(world).id}:142`],
			options: (n) => optionsOf(`One ${n}`, `Two ${n}`),
			// Of fields of lists.
			categories: () => undefined,
			isRequired: () => undefined,
			isVisible: () => undefined,
			removeOtherOptions: () => undefined,
			groupId: () => 'statistic',
			searchIn: () => 'contacts_and_companies',
			currency: (n) => (n % 2 ? 'USD' : 'EUR'),
			chainedLists: (_n, world) => [{ catalog_id: catalogOf(world), parent_catalog_id: null, title: 'City' }],
		},
		along: {
			options: { type: 'select' },
			currency: { type: 'monetary' },
			remind: { type: 'birthday' },
			chainedLists: { type: 'chained_list' },
			trackingCallback: { type: 'tracking_data' },
		},
		filters: { types: [() => ['text'], ['date']] },
		// Only options and the search of linked records look otherwise when they are read.
		unseen: ['enums', 'search_in'],
	},
	customFieldGroup: {
		values: { fieldIds: (_n, { emulator }) => [emulator.account.fieldsOf('leads').find(({ code }: CustomFieldRow) => code === null)?.id] },
	},
	event: {
		prepare: ({ emulator }) => {
			for (const name of ['Ann', 'Bob', 'Eve']) emulator.ui.create('leads', { name });
		},
		filters: {
			types: [() => ['lead_added'], ['nps_rate_added']],
			entityType: [() => undefined, 'tasks'],
			catalogId: [() => undefined, undefined],
			customFieldId: [() => undefined, 1],
			ids: [(_world, ids) => [ids[0]], ['01hx0example00000000000000']],
			valueBefore: [() => undefined, { value: { text: 'nothing is called so' } }],
			valueAfter: [() => undefined, { value: { text: 'nothing is called so' } }],
			createdByIds: [(world) => [...new Set([...world.emulator.account.events.values()].map(({ created_by: id }) => id))], [999]],
			createdAfter: [() => '2000-01-01T00:00:00Z', '2050-01-01T00:00:00Z'],
			createdBefore: [() => '2050-01-01T00:00:00Z', '2000-01-01T00:00:00Z'],
		},
		fill: ({ emulator }) => {
			for (let n = 0; n < 300; n += 1) emulator.ui.create('leads', { name: `Lead ${n}` });
		},
	},
	file: {
		prepare: ({ emulator }) => void storeFile(emulator.world, { file_name: 'First.pdf', content_type: 'application/pdf' }, Buffer.from('abc'), 0),
		make: async (world, count) => {
			await Promise.resolve();
			return Array.from({ length: count }, (_, n) => storeFile(world.emulator.world, { file_name: `Scan ${n}.pdf`, content_type: 'application/pdf' }, Buffer.from('abc'), userOf(world).id).uuid);
		},
		filters: {
			entityType: [() => undefined, undefined],
			catalogId: [() => undefined, undefined],
			entityId: [() => undefined, undefined],
			query: [() => 'scan', 'nothing is called so'],
			name: [() => 'Scan 0', 'nothing is called so'],
			ids: [(_world, ids) => ids, ['00000000-0000-4000-8000-000000000000']],
			extensions: [() => '.PDF, docx', 'docx'],
			createdByIds: [(world) => [userOf(world).id], [999]],
			sizeFrom: [() => 3, 4],
			sizeTo: [() => 3, 2],
			createdAtFrom: [() => '2000-01-01T00:00:00Z', '2050-01-01T00:00:00Z'],
			onlyDeleted: [() => undefined, true],
		},
		values: { versionUuid: () => undefined },
		fill: (world) => void Array.from({ length: 260 }, (_, n) => storeFile(world.emulator.world, { file_name: `More ${n}.txt` }, Buffer.from('abc'), 0)),
	},
	incomingLead: {
		values: { formSentAt: () => '2025-03-10T10:00:00Z' },
		// What a form or a call holds is tried in a suite of its own; the order in time is amoCRM's.
		filters: { categories: [() => ['forms'], ['sip']], pipelineId: [(world) => byId(mainPipelineOf(world).id), byId(999_999_999)] },
		refused: { pipelineId: 999_999_999 },
	},
	lead: {
		values: {
			statusId: (_n, world) => `${mainPipelineOf(world).id}:142`,
			lossReasonId: (_n, { emulator }) => [...emulator.account.lossReasons.keys()][0],
			tags: (n) => `tag ${n}`,
		},
		along: { lossReasonId: {} },
	},
	note: {
		place: (world) => ({ entityType: 'leads', noteType: 'common', entityId: { __rl: true, mode: 'id', value: leadOf(world) as number } }),
		values: { entityId: (_n, world) => leadOf(world) },
		refused: {},
	},
	pipeline: {
		values: { stages: (n) => ({ stage: [{ name: `Stage ${n}`, color: '#fffeb2' }] }) },
		unseen: ['is_main'],
		filters: { isArchived: [() => false, true] },
	},
	pipelineStage: {
		place: (world) => ({ pipelineId: { __rl: true, mode: 'id', value: mainPipelineOf(world).id } }),
		// amoCRM numbers stages anew.
		unseen: ['sort', 'descriptions'],
	},
	productSettings: {},
	role: {
		values: {
			rights: (n) => ({ leads: { view: n % 2 ? 'M' : 'A', add: 'D' }, other: { mail_access: n % 2 === 0 } }),
			rightsJson: () => ({ contacts: { export: 'D' } }),
		},
		unseen: ['rights'],
	},
	salesbot: {
		filters: { ids: [(_world, ids) => ids, [999_999_999]], types: [() => ['regular', 'greeting', 'nps'], 'none'] },
		fill: ({ emulator: { account } }) => {
			for (let n = 0; n < 260; n += 1) account.bots.add({ id: account.bots.nextId(), name: `Bot ${n}`, type: 'regular' });
		},
	},
	shortLink: {
		values: { url: (n) => `https://example.com/${n}`, contactId: (_n, world) => contactOf(world) },
		refused: { contactId: 999_999_999 },
	},
	source: {
		filters: { externalIds: [(world) => [...world.emulator.account.sources.values()].map(({ external_id: id }) => id), 'nobody'] },
		values: { servicePages: () => ({ page: [{ type: 'whatsapp', id: '1', name: 'Shop', link: 'https://wa.me/1' }] }), services: () => [{ type: 'whatsapp', pages: [{ id: '1', name: 'Shop', link: 'https://wa.me/1' }] }], originCode: (n) => `code${n}` },
		unseen: ['default'],
	},
	talk: {
		prepare: ({ emulator }) => {
			for (const name of ['Ann', 'Bob', 'Eve']) emulator.ui.message({ contactId: emulator.ui.create('contacts', { name }).id, text: 'Hello' });
		},
		filters: {
			contacts: [({ emulator: { account } }) => ({ record: [...account.talks.values()].map(({ contact_id: id }) => ({ recordId: { __rl: true, mode: 'id', value: id } })) }), { record: [{ recordId: { __rl: true, mode: 'id', value: 999_999_999 } }] }],
			contactIds: [({ emulator: { account } }) => [...account.talks.values()].map(({ contact_id: id }) => id), [999_999_999]],
			entityType: [() => undefined, 'customers'],
			onlyInWork: [() => true, undefined],
		},
		fill: ({ emulator: { account } }) => {
			const [talk] = [...account.talks.values()];
			for (let n = 0; n < 260; n += 1) account.talks.add({ ...(talk as NonNullable<typeof talk>), id: account.talks.nextId() });
		},
	},
	task: {
		values: {
			taskTypeId: (n) => 1 + (n % 2),
			entityType: () => 'leads',
			entityId: (_n, world) => leadOf(world),
			completeTill: (n) => `2030-01-0${1 + (n % 9)}T10:00:00Z`,
		},
		along: { entityType: { entityId: 'lead' } },
		refused: { taskTypeId: 999_999 },
	},
	transaction: {
		prepare: async (world) => {
			const { error } = await world.run({ resource: 'customer', operation: 'create', name: 'Buyer', nextDate: '2030-01-01T00:00:00Z' });
			if (error) throw error;
		},
		values: {
			customerId: (_n, world) => first(world.emulator.account.customers),
			products: (_n, world) => ({ product: [{ catalogId: catalogOf(world), elementId: first(world.emulator.account.elements), quantity: 2 }] }),
			receiptLink: (n) => `https://example.com/${n}`,
		},
		refused: {},
		unseen: ['customer_id', 'next_date', 'next_price', 'accrue_bonus'],
	},
	user: {
		values: {
			password: (n) => `Secret${n}x`,
			roleId: (_n, { emulator }) => [...emulator.account.roles.keys()][0],
			groupId: () => 267_001,
			rights: () => ({ leads: { view: 'M' } }),
			rightsJson: () => ({ contacts: { export: 'D' } }),
		},
		unseen: ['password', 'rights'],
	},
	webhook: {
		prepare: ({ emulator: { account } }) => {
			for (const n of [1, 2]) {
				account.webhooks.add({ id: account.webhooks.nextId(), destination: `https://example.com/${n}`, settings: ['add_lead'], sort: 10, disabled: false, created_by: 0, created_at: 1, updated_at: 1 });
			}
		},
		values: { destination: (n) => `https://example.com/${n}`, events: () => ['add_task'] },
		filters: { destination: [() => 'https://example.com/1', 'https://example.com/none'] },
	},
	websiteButton: {
		values: { trustedWebsites: (n) => [`shop${n}.example.com`] },
		refused: { pipelineId: 999_999_999 },
		unseen: ['trusted_websites', 'is_used_in_app'],
	},
	widget: {
		fill: ({ emulator: { account } }) => {
			const [widget] = [...account.widgets.values()];
			for (let n = 0; n < 260; n += 1) account.widgets.add({ ...(widget as NonNullable<typeof widget>), id: account.widgets.nextId(), code: `widget_${n}` });
		},
	},
};

/** The value of a field for the record `n`; `undefined` where the kind alone gives none. */
export function sampleOf(entity: Entity, field: WritableField, n: number, world: World): unknown {
	const own = SAMPLES[entity.value]?.values?.[field.name] ?? COMMON[field.name];
	if (own) return own(n, world);
	const { type, options, typeOptions } = field.kind.property;
	switch (type) {
		case 'string':
			return `${field.displayName} ${n}`;
		case 'number':
			return 100 + n;
		case 'boolean':
			return n % 2 === 0;
		case 'dateTime':
			return `2025-03-${String(10 + (n % 10))}T10:00:00Z`;
		case 'color':
			return `#ae00${(16 + n).toString(16)}`;
		case 'options':
			if (!typeOptions?.loadOptionsMethod) return (options?.[n % options.length] as { value: string }).value;
	}
	throw new Error(`${entity.value}: no sample for '${field.name}' (${type}). Add one to SAMPLES.`);
}
