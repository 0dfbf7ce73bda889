import { SINGULAR } from '../store/account';
import type { EventRow } from '../store/moreRows';
import type { EntityType } from '../store/rows';
import { ulid } from '../events/ulid';
import type { World } from '../world';

/** Dates the seeded history as its cards are: what was "created two months ago" was so in the history too, in that order. */
export function dateHistory({ account }: World): void {
	const { events } = account;
	const plural = Object.fromEntries(Object.entries(SINGULAR).map(([type, one]) => [one, type as EntityType]));
	const tableOf = (one: string) => (one === 'task' ? account.tasks : plural[one] && account.entities(plural[one]));
	const timeOf = ({ entity_type, entity_id, created_at }: EventRow): number => tableOf(entity_type)?.get(entity_id)?.created_at ?? created_at;
	const ids = [...events.keys()];
	const dated = [...events.values()].map((event) => ({ ...event, created_at: timeOf(event) })).sort((a, b) => a.created_at - b.created_at);
	for (const [index, event] of dated.entries()) {
		const id = ids[index] as number;
		events.set(id, { ...event, id, uid: ulid(event.created_at * 1000) });
	}
}
