import type { IDataObject } from 'n8n-workflow';

import type { ApiClient } from '../transport/client';
import { chunksOf, inParallel } from '../transport/parallel';
import { readList } from '../transport/pages';
import { isObject } from '../transport/objects';
import type { HookItem } from './delivery';
import { listOf, textOf } from './row';

/** A delivery says that a record was updated, not what changed; the account's history does (extended facts 5.1 to 5.3). */

/** History entry -> value of the 'Only if Changed' option. */
const FIELD_OF: Record<string, string> = {
	name_field_changed: 'name',
	sale_field_changed: 'price',
	lead_status_changed: 'stage',
	customer_status_changed: 'stage',
	entity_responsible_changed: 'responsibleUser',
	entity_tag_added: 'tags',
	entity_tag_deleted: 'tags',
};

export const WITH_HISTORY = new Set(['lead', 'contact', 'company', 'customer']);

/** amoCRM's limits for one request. */
const IDS_PER_REQUEST = 10;
const EVENTS_PER_REQUEST = 100;
const IN_FLIGHT = 3;

/** The history may be dated a second apart from the record. */
const TOLERANCE_S = 2;

/** For an updated record: the fields that changed, or nothing where the history does not say. */
export type Changes = Map<HookItem, Set<string>>;

/** Items whose chosen fields changed, and all that are no updates. Where the history has no answer, the item stays. */
export function withChanged(items: HookItem[], fields: string[], changes: Changes): HookItem[] {
	return items.filter((item) => {
		const changed = changes.get(item);
		return changed === undefined || fields.some((field) => changed.has(field));
	});
}

/** Reads the history of the updated records. `false` when some of it could not be read. */
export async function readChanges(client: ApiClient, items: HookItem[]): Promise<{ changes: Changes; complete: boolean }> {
	const changes: Changes = new Map();
	let complete = true;
	await inParallel(perRequest(items), IN_FLIGHT, async (chunk) => {
		const moments = chunk.map(momentOf);
		const list = await readList({
			client,
			path: '/events',
			collection: 'events',
			maxPageSize: EVENTS_PER_REQUEST,
			query: {
				filter: {
					entity: [chunk[0]?.entity],
					entity_id: [...new Set(chunk.map(({ data }) => data.id as number))],
					created_at: { from: Math.min(...moments) - TOLERANCE_S, to: Math.max(...moments) + TOLERANCE_S },
				},
			},
		});
		if (!list.ok) {
			complete = false;
			return;
		}
		for (const item of chunk) {
			const own = list.rows.filter((event) => Number(event.entity_id) === item.data.id && Math.abs(Number(event.created_at) - momentOf(item)) <= TOLERANCE_S);
			if (own.length > 0) changes.set(item, new Set(own.flatMap(fieldsOf)));
		}
	});
	return { changes, complete };
}

const momentOf = ({ data }: HookItem): number => Number(textOf(data.updated_at ?? data.last_modified) || NaN);

function perRequest(items: HookItem[]): HookItem[][] {
	const updated = items.filter((item) => item.action === 'update' && WITH_HISTORY.has(item.entity) && typeof item.data.id === 'number' && Number.isFinite(momentOf(item)));
	return [...WITH_HISTORY].flatMap((entity) => chunksOf(updated.filter((item) => item.entity === entity), IDS_PER_REQUEST));
}

/** The fields that an entry of the history tells of. */
export function fieldsOf(event: IDataObject): string[] {
	const type = textOf(event.type);
	const known = FIELD_OF[type];
	if (known !== undefined) return [known];
	const inType = /^custom_field_(\d+)_value_changed$/.exec(type)?.[1];
	if (inType !== undefined) return [inType];
	const values = [...listOf(event.value_after), ...listOf(event.value_before)].map((value) => value.custom_field_value);
	return values.filter(isObject).map((value) => textOf(value.field_id));
}
