import { type IDataObject, deepCopy } from 'n8n-workflow';

import { CARDS, WITH_CUSTOM_FIELDS } from '../entities/cards';
import { task } from '../entities/task';
import type { Entity } from '../entities/types';
import { findByIds, isFailure } from '../operations/byIds';
import type { ApiClient } from '../transport/client';
import type { Failure } from '../transport/types';
import { isObject } from '../transport/objects';
import { inTurns } from '../transport/parallel';
import type { HookItem } from './delivery';
import { listOf, textOf } from './row';

/** Where the full card behind a delivery is read. */
type CardType = Pick<Entity, 'path' | 'cardPath' | 'id' | 'collection' | 'withOptions'>;

const typeOf = (value: string): CardType | undefined => [...WITH_CUSTOM_FIELDS, task].find((entity) => entity.value === value);

/** Everything that 'Include' offers, over all kinds of cards. */
export const CARD_EXTRAS = [...new Map(
	CARDS.flatMap(({ withOptions }) => withOptions).map(({ name, value }) => [value, { name, value }]),
).values()].sort((a, b) => a.name.localeCompare(b.name));

interface CardAddress {
	type: CardType;
	id: number;
	/** Whether the card is the changed record itself, not the one that a note or message belongs to. */
	isSelf: boolean;
}

const ELEMENT_TYPES: Record<string, string> = { 1: 'contact', 2: 'lead', 3: 'company', 12: 'customer' };

/** The card that an item is about; nothing for what is deleted or has none. */
export function cardOf(item: HookItem): CardAddress | undefined {
	const { entity, action, data } = item;
	if (action === 'note') return address(entity, data.element_id, 'other');
	switch (entity) {
		case 'message':
		case 'outgoing_message':
		case 'talk': {
			const linked = ELEMENT_TYPES[textOf(data.element_type)] ?? textOf(data.entity_type);
			return address(linked, data.entity_id ?? data.element_id, 'other') ?? address('contact', data.contact_id, 'other');
		}
		case 'unsorted':
			return address('lead', leadOfIncoming(data), 'other');
		case 'catalog': {
			const type = typeOf('catalogElement');
			if (action === 'delete' || !type || typeof data.catalog_id !== 'number') return undefined;
			const card = address('catalogElement', data.id, 'self');
			return card && { ...card, type: { ...type, path: `/catalogs/${data.catalog_id}/elements`, cardPath: `catalogs/${data.catalog_id}/detail` } };
		}
		default:
			return action === 'delete' ? undefined : address(entity, data.id, 'self');
	}
}

function address(value: string, id: unknown, whose: 'self' | 'other'): CardAddress | undefined {
	const type = typeOf(value);
	return type && typeof id === 'number' && id > 0 ? { type, id, isSelf: whose === 'self' } : undefined;
}

function leadOfIncoming(data: IDataObject): unknown {
	if (data.lead_id) return data.lead_id;
	const result = [data.accept_result, data.decline_result, data.data].find(isObject);
	const [first] = listOf(result?.leads);
	return isObject(first) ? first.id : first;
}

export type Cards = Map<HookItem, { address: CardAddress; card: IDataObject | null }>;

/** Reads the cards of all items, those of one kind together. A card that is gone is `null`; other failures stop it. */
export async function readCards(client: ApiClient, items: HookItem[], extras: string[]): Promise<{ cards: Cards; failure?: Failure }> {
	const cards: Cards = new Map();
	const groups = new Map<string, Array<{ item: HookItem; address: CardAddress }>>();
	for (const item of items) {
		const address = cardOf(item);
		if (!address) continue;
		const group = groups.get(address.type.path) ?? [];
		group.push({ item, address });
		groups.set(address.type.path, group);
	}
	for (const group of groups.values()) {
		const { type } = group[0]?.address as CardAddress;
		const allowed = extras.filter((extra) => type.withOptions.some(({ value }) => value === extra)).join(',');
		const found = await findByIds(client, type, allowed, [...new Set(group.map(({ address: { id } }) => id))]);
		const failure = [...found.values()].find((card): card is Failure => isFailure(card) && card.kind !== 'notFound');
		if (failure) return { cards, failure };
		await inTurns(group, ({ item, address: own }) => {
			const card = found.get(own.id) ?? null;
			// Rows of the same record must not share it.
			cards.set(item, { address: own, card: card && !isFailure(card) ? deepCopy(card) : null });
		});
	}
	return { cards };
}

/** A delivery tells where a record is and whose it is, the history does not: what is there now, from the card. */
export function addPlaces(cards: Cards): void {
	for (const [{ data }, { address, card }] of cards) {
		for (const key of ['pipeline_id', 'status_id', 'responsible_user_id']) if (address.isSelf && card?.[key] !== undefined) data[key] ??= card[key];
	}
}
