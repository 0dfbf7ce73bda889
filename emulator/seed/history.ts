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
	const noteOf = ({ value_after }: EventRow) => account.notes.get(Number((value_after[0]?.note as { id?: unknown } | undefined)?.id));
	const rowOf = (event: EventRow) => (/^(lead|contact|company|customer|task)_added$/.test(event.type) ? tableOf(event.entity_type)?.get(event.entity_id) : noteOf(event));
	const timeOf = (event: EventRow): number => rowOf(event)?.created_at ?? event.created_at;
	const ids = [...events.keys()];
	const dated = [...events.values()].map((event) => ({ ...event, created_at: timeOf(event) })).sort((a, b) => a.created_at - b.created_at);
	for (const [index, event] of dated.entries()) {
		const id = ids[index] as number;
		events.set(id, { ...event, id, uid: ulid(event.created_at * 1000) });
	}
}
