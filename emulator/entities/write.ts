import { applyFieldPatches, checkFieldValues } from '../fields/values';
import type { Caller } from '../http/caller';
import { LOST, WON } from '../store/account';
import type { ContactRow, CustomerRow, EntityRow, EntityType, LeadRow } from '../store/rows';
import { fieldContext, fieldFinder, type World } from '../world';
import type { EntityInput } from './schemas';
import { sourceOf } from './sources';
import { nextTagIds } from './tags';

/** Writes checked input into the account; shared by leads, contacts, companies and customers. facts: core 5.4, 9, 10 */

const NAME_PREFIX = {
	ru: { leads: 'Сделка', contacts: 'Контакт', companies: 'Компания', customers: 'Покупатель' },
	en: { leads: 'Lead', contacts: 'Contact', companies: 'Company', customers: 'Customer' },
} as const;

export interface CreateOptions {
	/** Inside an incoming lead: hidden until accepted. */
	unsorted?: boolean;
	statusId?: number;
}

export function createEntity(
	world: World,
	caller: Caller,
	type: EntityType,
	input: EntityInput,
	options: CreateOptions = {},
): EntityRow {
	const { account, clock } = world;
	const table = account.entities(type);
	const now = clock.seconds();
	const id = table.nextId();
	const responsible = input.responsible_user_id ?? caller.user.id;
	const base: EntityRow = {
		id,
		name: input.name ?? `${NAME_PREFIX[account.language][type]} #${id}`,
		responsible_user_id: responsible,
		group_id: account.users.get(responsible)?.rights.group_id ?? 0,
		created_by: input.created_by ?? caller.user.id,
		updated_by: input.updated_by ?? input.created_by ?? caller.user.id,
		created_at: input.created_at ?? now,
		updated_at: input.updated_at ?? now,
		closest_task_at: null,
		is_deleted: false,
		is_unsorted: options.unsorted ?? false,
		custom_fields_values: patchedFields(world, type, [], input),
		tag_ids: nextTagIds(account, type, [], input, world.switches),
	};
	const row = { ...base, ...ownOnCreate(world, type, input, options) };
	table.add(row);
	linkEmbedded(world, type, row, input);
	world.changes.publish({ kind: 'entity', type, action: 'add', row, by: row.created_by });
	return row;
}

/** Only what was sent changes, besides the stamp. */
export function updateEntity(world: World, caller: Caller, type: EntityType, row: EntityRow, input: EntityInput): EntityRow {
	const { account, clock } = world;
	const changes: Partial<EntityRow> = {
		...picked(input, ['name', 'responsible_user_id', 'created_by', 'created_at']),
		updated_at: input.updated_at ?? clock.seconds(),
		updated_by: input.updated_by ?? caller.user.id,
		custom_fields_values: patchedFields(world, type, row.custom_fields_values, input),
		tag_ids: nextTagIds(account, type, row.tag_ids, input, world.switches),
		...ownOnUpdate(world, type, row, input),
	};
	if (changes.responsible_user_id !== undefined) {
		changes.group_id = account.users.get(changes.responsible_user_id)?.rights.group_id ?? 0;
	}
	const before = account.entities(type).change(row, changes);
	world.changes.publish({ kind: 'entity', type, action: 'update', row, before, by: row.updated_by });
	return row;
}

function patchedFields(world: World, type: EntityType, current: EntityRow['custom_fields_values'], input: EntityInput) {
	const finder = fieldFinder(world.account, type);
	return applyFieldPatches(current, checkFieldValues(input.custom_fields_values, finder, fieldContext(world)).patches);
}

function picked<K extends keyof EntityInput>(input: EntityInput, keys: readonly K[]): Pick<EntityInput, K> {
	return Object.fromEntries(keys.filter((key) => input[key] !== undefined).map((key) => [key, input[key]])) as Pick<EntityInput, K>;
}

function ownOnCreate(world: World, type: EntityType, input: EntityInput, options: CreateOptions): object {
	if (type === 'leads') return leadOnCreate(world, input, options);
	if (type === 'contacts') return contactNames(world, undefined, input);
	if (type === 'customers') return customerOnCreate(world, input);
	return {};
}

function ownOnUpdate(world: World, type: EntityType, row: EntityRow, input: EntityInput): object {
	if (type === 'leads') return leadOnUpdate(world, row as LeadRow, input);
	if (type === 'contacts') return contactNames(world, row as ContactRow, input);
	if (type !== 'customers') return {};
	const segments = input._embedded?.segments;
	return {
		...picked(input, ['next_price', 'next_date', 'status_id', 'periodicity']),
		...(segments === undefined ? {} : { segment_ids: (segments ?? []).map(({ id }) => id) }),
	};
}

/** Integer part in price, the exact amount beside it. facts: core 5.3 */
const priceOf = (price: number) => ({ price: Math.trunc(price), price_with_minor_units: Math.round(price * 100) / 100 });

const isFinal = (statusId: number) => statusId === WON || statusId === LOST;

function leadOnCreate(world: World, input: EntityInput, { statusId }: CreateOptions): Omit<LeadRow, keyof EntityRow> {
	const { account, switches, clock } = world;
	const source = sourceOf(world, input);
	const pipelineId = input.pipeline_id ?? source?.pipeline_id ?? account.mainPipeline?.id ?? 0;
	const pipeline = account.pipelines.get(pipelineId);
	const status_id = statusId ?? input.status_id ?? (pipeline && account.firstStatus(pipeline)?.id) ?? 0;
	const autoClosed = switches.autoClosedAt && isFinal(status_id) ? clock.seconds() : null;
	return {
		...priceOf(input.price ?? 0),
		status_id,
		pipeline_id: pipelineId,
		loss_reason_id: input.loss_reason_id ?? null,
		source_id: source?.id ?? null,
		closed_at: input.closed_at ?? autoClosed,
		score: null,
		labor_cost: null,
		is_price_modified_by_robot: false,
		visitor_uid: input.visitor_uid ?? null,
	};
}

function leadOnUpdate(world: World, row: LeadRow, input: EntityInput): Partial<LeadRow> {
	const { account, switches, clock } = world;
	const pipeline_id = input.pipeline_id ?? row.pipeline_id;
	const pipeline = account.pipelines.get(pipeline_id);
	const stays = account.status(pipeline_id, row.status_id) ? row.status_id : pipeline && account.firstStatus(pipeline)?.id;
	const status_id = input.status_id ?? stays ?? row.status_id;
	const moved = status_id !== row.status_id;
	const closing = moved && switches.autoClosedAt ? { closed_at: isFinal(status_id) ? clock.seconds() : null } : {};
	return {
		pipeline_id,
		status_id,
		...(input.price === undefined ? {} : priceOf(input.price)),
		...closing,
		...(moved && status_id !== LOST ? { loss_reason_id: null } : {}),
		...(picked(input, ['closed_at', 'loss_reason_id']) as Partial<LeadRow>),
	};
}

/** A name alone leaves the parts empty; parts make the name, in the account's display order. facts: core 9 */
function contactNames(world: World, row: ContactRow | undefined, input: EntityInput): Partial<ContactRow> {
	const { first_name = row?.first_name ?? '', last_name = row?.last_name ?? '' } = input;
	const partsGiven = input.first_name !== undefined || input.last_name !== undefined;
	const order = world.account.info.contact_name_display_order === 1 ? [first_name, last_name] : [last_name, first_name];
	const joined = order.filter((part) => part !== '').join(' ');
	return { first_name, last_name, ...(partsGiven && input.name === undefined && joined !== '' ? { name: joined } : {}) };
}

function customerOnCreate(world: World, input: EntityInput): Omit<CustomerRow, keyof EntityRow> {
	return {
		next_price: input.next_price ?? null,
		next_date: input.next_date ?? null,
		status_id: input.status_id ?? world.account.firstCustomerStatusId() ?? null,
		periodicity: input.periodicity ?? 0,
		segment_ids: (input._embedded?.segments ?? []).map(({ id }) => id),
		bonus_points: 0,
	};
}

function linkEmbedded(world: World, type: EntityType, row: EntityRow, input: EntityInput): void {
	if (type !== 'leads') return;
	const { links } = world.account;
	const from = { type, id: row.id } as const;
	const contacts = input._embedded?.contacts ?? [];
	const mainIndex = Math.max(0, contacts.findIndex((contact) => contact.is_main === true));
	contacts.forEach(({ id }, index) => links.put({ from, to: { type: 'contacts', id }, isMain: index === mainIndex }));
	for (const { id } of input._embedded?.companies ?? []) links.put({ from, to: { type: 'companies', id }, isMain: false });
}
