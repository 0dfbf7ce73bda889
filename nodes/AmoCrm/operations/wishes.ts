import type { RecordId } from '../entities/types';
import type { CustomFieldValue } from '../fields/customFields';
import type { FieldKind, WritableField } from '../fields/fields';
import type { MatchKey } from '../fields/matching';
import { type Total, type TotalContext, customFieldsTotal } from '../fields/totals';
import { grouped, inTurns } from '../transport/parallel';

/** What some items ask for together: they share a match key, so they mean one record. */
export interface Wish {
	/** The items, in order; the result of the first is the result of all. */
	items: number[];
	keys: MatchKey[];
	/** Only when matching by ID. */
	id?: RecordId;
	/** What the user gave, by parameter name. */
	values: Record<string, unknown>;
	/** Custom fields that are encoded already. */
	mapped: CustomFieldValue[];
}

/**
 * Wishes that share a key, directly or through others, become one at the place of the first: later items win, values of
 * fields that hold several add up. Takes time in proportion to the wishes, in short stretches.
 */
export async function mergeWishes(wishes: Wish[], fields: WritableField[], context: TotalContext): Promise<Wish[]> {
	const groups = await groupsByKey(wishes, ({ id, keys }) => (id === undefined ? keys.map(({ key }) => key) : [`id:${id}`]));
	const makers: Makers = new Map(fields.map(({ name, kind }) => [name, kind.total]));
	const totals = await inTurns(groups, (group) => ({ group, total: group.length > 1 ? wishTotal(makers, context) : undefined }));
	const steps = totals.flatMap(({ group, total }) => (total ? group.map((wish) => ({ wish, total })) : []));
	await inTurns(steps, ({ wish, total }) => total.add(wish));
	return await inTurns(totals, ({ group, total }) => total?.value() ?? (group[0] as Wish));
}

/** How the values of each parameter add up. */
type Makers = Map<string, FieldKind['total']>;

function wishTotal(makers: Makers, context: TotalContext) {
	const items: number[] = [];
	const keys = new Map<string, MatchKey>();
	const values = new Map<string, unknown>();
	const totals = new Map<string, Total>();
	const mapped = customFieldsTotal(context);
	let id: RecordId | undefined;
	const addValue = (name: string, value: unknown): void => {
		const total = totals.get(name) ?? makers.get(name)?.(context);
		values.set(name, value);
		if (!total) return;
		totals.set(name, total);
		total.add(value);
	};
	return {
		add: (wish: Wish): void => {
			items.push(...wish.items);
			for (const key of wish.keys) if (!keys.has(key.key)) keys.set(key.key, key);
			for (const [name, value] of Object.entries(wish.values)) addValue(name, value);
			mapped.add(wish.mapped);
			id ??= wish.id;
		},
		value: (): Wish => ({
			items,
			keys: [...keys.values()],
			...(id === undefined ? {} : { id }),
			values: Object.fromEntries([...values].map(([name, value]) => [name, totals.get(name)?.value() ?? value])),
			mapped: mapped.value(),
		}),
	};
}

/** The entries in groups that share keys, directly or through others; groups by their first entries, entries in order. */
async function groupsByKey<T>(entries: T[], keysOf: (entry: T) => string[]): Promise<T[][]> {
	/** An earlier entry of the same group for each; the first of a group stands for itself. */
	const earlier = entries.map((_, index) => index);
	const parentOf = (index: number): number => earlier[index] ?? index;
	const firstOf = (index: number): number => {
		let place = index;
		while (parentOf(place) !== place) {
			// Halves the way for the next time, or long chains would take long.
			earlier[place] = parentOf(parentOf(place));
			place = parentOf(place);
		}
		return place;
	};
	const holders = new Map<string, number>();
	await inTurns(entries, (entry, index) => {
		for (const key of keysOf(entry)) {
			const [one, other] = [firstOf(holders.get(key) ?? index), firstOf(index)];
			earlier[Math.max(one, other)] = Math.min(one, other);
			holders.set(key, index);
		}
	});
	const groups = await grouped(entries, (_, index) => firstOf(index));
	return [...groups.values()];
}
