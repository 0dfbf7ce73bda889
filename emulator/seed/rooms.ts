import { randomUUID } from 'node:crypto';
import { addOwnFields } from '../catalogs/fields';
import { switchProducts } from '../catalogs/products';
import { addMessage } from '../chats/messages';
import { storeFile } from '../drive/files';
import { createEntity } from '../entities/write';
import type { Caller } from '../http/caller';
import { addNote } from '../notes/write';
import type { CatalogRow, TalkRow } from '../store/moreRows';
import { WON } from '../store/account';
import type { EntityRow, FieldValue, LeadRow } from '../store/rows';
import { addUnsorted } from '../unsorted/write';
import type { World } from '../world';
import { fullRights } from './base';
import { ROOMS } from './roomTexts';

/**
 * What surrounds the cards of the demo account, so that a call of each resource finds something: lists, customers, notes,
 * conversations, incoming leads, templates, a source, a button, a file, and a user who may do little.
 */

const DAY = 86_400;

export interface Cast {
	leads: EntityRow[];
	contacts: EntityRow[];
	companies: EntityRow[];
}

export function seedRooms(world: World, caller: Caller, cast: Cast): void {
	shareWins(world, cast);
	seedLists(world, caller, cast);
	seedCustomers(world, caller, cast);
	seedNotes(world, caller, cast);
	seedTalks(world, caller, cast);
	seedIncoming(world, caller);
	seedChannels(world, caller, cast);
	seedTrainee(world);
}

/** Every ninth lead is won: by turns they would all be the second person's. */
function shareWins({ account }: World, { leads }: Cast): void {
	const people = [...account.users.values()];
	for (const [index, lead] of leads.entries()) {
		const owner = people[(index >> 1) % people.length];
		if ((lead as LeadRow).status_id === WON && owner) account.leads.change(lead as LeadRow, { responsible_user_id: owner.id, group_id: owner.rights.group_id ?? 0 });
	}
}

function seedLists(world: World, caller: Caller, { leads: [lead], companies: [company] }: Cast): void {
	const { account } = world;
	const words = ROOMS[account.language];
	const products = switchProducts(world, true, caller.user.id) as CatalogRow;
	const made = words.products.map(([name, price, wholesale]) => addElement(world, caller, products, name, { PRICE: price, SPECIAL_PRICE_1: wholesale }));
	const services = addCatalog(world, caller, words.services.list, 'regular');
	for (const name of words.services.elements) addElement(world, caller, services, name);
	const invoices = addCatalog(world, caller, words.invoices.list, 'invoices');
	const created = account.fieldsOf(`catalogs/${invoices.id}`).find(({ code }) => code === 'BILL_STATUS')?.enums?.[0];
	const payer = { name: company?.name, entity_id: company?.id, entity_type: 'companies' };
	addElement(world, caller, invoices, words.invoices.element, {
		BILL_STATUS: { enum_id: created?.id },
		PAYER: { value: payer },
		ITEMS: { value: { product_id: made[0]?.id, description: made[0]?.name, unit_price: Number(words.products[0]?.[1]), quantity: 2, unit_type: 'pcs' } },
	});
	if (!lead || !made[0]) return;
	account.links.put({ from: { type: 'leads', id: lead.id }, to: { type: 'catalog_elements', id: made[0].id }, isMain: false, quantity: 2, catalogId: products.id });
}

const stampsOf = ({ clock }: World, { user }: Caller, daysAgo: number) => {
	const at = clock.seconds() - DAY * daysAgo;
	return { created_by: user.id, updated_by: user.id, created_at: at, updated_at: at };
};

function addCatalog(world: World, caller: Caller, name: string, type: CatalogRow['type']): CatalogRow {
	const { catalogs } = world.account;
	const flags = { can_add_elements: true, can_show_in_cards: true, can_link_multiple: true, can_be_deleted: true };
	const catalog = catalogs.add({ id: catalogs.nextId(), name, sort: 10, type, ...flags, sdk_widget_code: null, ...stampsOf(world, caller, 100) });
	addOwnFields(world.account, catalog);
	return catalog;
}

/** `values`: by code of the field; a text is its plain value. */
function addElement(world: World, caller: Caller, { id: catalog_id }: CatalogRow, name: string, values: Record<string, string | Record<string, unknown>> = {}) {
	const { account } = world;
	const custom_fields_values = Object.entries(values).flatMap(([code, value]): FieldValue[] => {
		const field = account.fieldsOf(`catalogs/${catalog_id}`).find((own) => own.code === code);
		return field ? [{ field_id: field.id, values: [typeof value === 'string' ? { value } : value] }] : [];
	});
	const id = account.elements.nextId();
	return account.elements.add({ id, catalog_id, name, is_deleted: null, currency_id: null, custom_fields_values, ...stampsOf(world, caller, 90) });
}

function seedCustomers(world: World, caller: Caller, { contacts, companies }: Cast): void {
	const { account, clock } = world;
	const words = ROOMS[account.language];
	const { id: segmentId, created_at } = account.segments.add({
		id: account.segments.nextId(),
		name: words.segment,
		color: 'ae003f',
		created_at: clock.seconds() - DAY * 80,
		updated_at: clock.seconds() - DAY * 80,
		available_products_price_types: [],
		custom_fields_values: [],
	});
	words.customers.forEach((name, index) => {
		const customer = createEntity(world, caller, 'customers', {
			name,
			next_price: 30_000 * (index + 1),
			next_date: clock.seconds() + DAY * (index + 5),
			created_at,
			updated_at: created_at,
			_embedded: { segments: index === 0 ? [{ id: segmentId }] : [] },
		});
		for (const [type, row] of [['contacts', contacts[index]], ['companies', companies[index]]] as const) {
			if (row) account.links.put({ from: { type: 'customers', id: customer.id }, to: { type, id: row.id }, isMain: type === 'contacts' });
		}
		const [first] = account.elements.values();
		const elements = first ? [{ id: first.id, metadata: { catalog_id: first.catalog_id, quantity: index + 1 } }] : [];
		const own = { id: account.transactions.nextId(), price: 10_000 * (index + 1), comment: null, completed_at: created_at, customer_id: customer.id };
		account.transactions.add({ ...own, ...stampsOf(world, caller, 40 - index), is_deleted: false, elements });
	});
}

function seedNotes(world: World, caller: Caller, { leads: [lead], contacts: [contact], companies: [company] }: Cast): void {
	if (!lead || !contact || !company) return;
	const { notes } = ROOMS[world.account.language];
	const by = { created_by: caller.user.id, created_at: world.clock.seconds() - DAY * 3 };
	const call = { uniq: 'demo-call-1', duration: 64, source: notes.call, link: '', phone: '+79001000000', call_result: notes.common, call_status: 4 };
	addNote(world, { entity_type: 'leads', entity_id: lead.id, note_type: 'common', params: { text: notes.common }, ...by });
	addNote(world, { entity_type: 'contacts', entity_id: contact.id, note_type: 'call_in', params: call, ...by });
	addNote(world, { entity_type: 'companies', entity_id: company.id, note_type: 'extended_service_message', params: { service: notes.call, text: notes.visit }, ...by });
}

/** Two conversations: one goes on, one is over. */
function seedTalks(world: World, caller: Caller, { leads, contacts }: Cast): void {
	const { account, clock, changes } = world;
	const { talk: words } = ROOMS[account.language];
	contacts.slice(0, 2).forEach((contact, index) => {
		const at = clock.seconds() - DAY * (index + 1);
		const lead = leads[index];
		const row: TalkRow = account.talks.add({
			id: account.talks.nextId(),
			created_at: at,
			updated_at: at,
			rate: 0,
			contact_id: contact.id,
			chat_id: randomUUID(),
			entity_id: lead?.id ?? null,
			entity_type: lead ? 'lead' : null,
			is_in_work: true,
			is_read: false,
			origin: 'telegram',
			missed_at: null,
		});
		account.chats.add({ id: account.chats.nextId(), chat_id: row.chat_id, contact_id: contact.id });
		changes.publish({ kind: 'talk', action: 'add', row, by: 0 });
		addMessage(world, row, { direction: 'incoming', by: 0, text: words.question });
		addMessage(world, row, { direction: 'outgoing', by: caller.user.id, text: words.answer });
		if (index === 0) return;
		addMessage(world, row, { direction: 'incoming', by: 0, text: words.thanks });
		account.talks.change(row, { is_in_work: false, is_read: true });
		changes.publish({ kind: 'talk', action: 'close', row, by: caller.user.id });
	});
}

/** What waits to be sorted: a chat and a form. facts: core 6 */
function seedIncoming(world: World, caller: Caller): void {
	const { account, clock } = world;
	const { chat, form } = ROOMS[account.language];
	const now = clock.seconds();
	addUnsorted(world, caller, {
		category: 'chats',
		source_uid: randomUUID(),
		source_name: chat.name,
		created_at: now - 3_600,
		contact: { name: chat.client },
		metadata: {
			from: chat.client,
			to: chat.name,
			received_at: now - 3_600,
			service: 'telegram',
			client: { name: chat.client, avatar: 'https://avatars.example/guest.png' },
			origin: { chat_id: randomUUID(), ref: 'https://t.me/demo', visitor_uid: randomUUID() },
			last_message_text: chat.text,
			source_name: chat.name,
		},
	});
	addUnsorted(world, caller, {
		category: 'forms',
		source_uid: randomUUID(),
		source_name: form.name,
		created_at: now - 7_200,
		lead: { name: form.lead },
		metadata: { form_id: 'measure', form_name: form.name, form_page: form.page, ip: '192.0.2.7', form_sent_at: now - 7_200, referer: form.page },
	});
}

function seedChannels(world: World, caller: Caller, { leads: [lead] }: Cast): void {
	const { account, clock } = world;
	const words = ROOMS[account.language];
	const client_id = caller.integration.clientId;
	const pipeline_id = account.mainPipeline?.id ?? 0;
	const source = account.sources.add({
		id: account.sources.nextId(),
		client_id,
		name: words.source,
		external_id: 'demo-whatsapp',
		pipeline_id,
		default: true,
		origin_code: null,
		services: [{ type: 'whatsapp', pages: [{ id: 'shop', name: words.source, link: '79001000000' }], params: { waba: true, is_supports_list_message: true } }],
		is_deleted: false,
	});
	const at = clock.seconds() - DAY * 20;
	const shared = { client_id, created_at: at, updated_at: at, is_editable: true };
	const review = { id: account.nextSmallId(), source_id: source.id, status: 'approved', reject_reason: '' };
	account.chatTemplates.add({ ...shared, ...words.template, id: account.chatTemplates.nextId(), external_id: 'demo-invoice', type: 'amocrm', extra: {}, reviews: [] });
	account.chatTemplates.add({
		...shared,
		...words.waba,
		id: account.chatTemplates.nextId(),
		external_id: 'demo-shipped',
		type: 'waba',
		extra: { waba_category: 'UTILITY', waba_language: account.language, waba_examples: { '{{lead.id}}': '7000001' } },
		reviews: [review],
	});
	const button = { id: account.buttons.nextId(), name: words.button, pipeline_id, trusted_websites: ['oakwood.example'] };
	account.buttons.add({ ...button, has_chat: true, is_used_in_app: false, is_deleted: false });
	const file = storeFile(world, { file_name: `${words.file}.txt`, content_type: 'text/plain' }, Buffer.from(words.file), caller.user.id);
	if (lead) account.attachments.add({ id: account.attachments.nextId(), entity_type: 'leads', entity_id: lead.id, file_uuid: file.uuid });
}

/** Sees the group's cards, changes its own, deletes none. */
function seedTrainee({ account }: World): void {
	const { role, name } = ROOMS[account.language].trainee;
	const limited = { view: 'G', edit: 'M', add: 'A', delete: 'D', export: 'D' } as const;
	const rights = { ...fullRights(), leads: limited, contacts: limited, companies: limited, tasks: { edit: 'M', delete: 'D' } as const, catalog_access: false };
	const { id: role_id } = account.roles.add({ id: account.roles.nextId(), name: role, rights });
	const own = { is_admin: false, is_free: false, is_active: true, group_id: null, role_id };
	const ids = { uuid: randomUUID(), amojo_id: randomUUID(), phone_number: null };
	account.users.add({ id: account.users.nextId(), name, email: 'trainee@demo.example', lang: account.language, ...ids, rights: { ...rights, ...own } });
}
