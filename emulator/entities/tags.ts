import { invalidValue, notSupportedChoice, type FieldError } from '../http/problems';
import type { Account } from '../store/account';
import type { EntityType, TagRow } from '../store/rows';
import type { Switches } from '../switches';
import type { EntityInput, TagInput } from './schemas';

/** Tags on entities; each entity type has its own dictionary. facts: core 14 */

export function findTag(account: Account, type: EntityType, name: string): TagRow | undefined {
	for (const tag of account.tags[type].values()) if (tag.name === name) return tag;
	return undefined;
}

export function tagByName(account: Account, type: EntityType, name: string): TagRow {
	const table = account.tags[type];
	return findTag(account, type, name) ?? table.add({ id: table.nextId(), name, color: null });
}

export function checkTags(account: Account, type: EntityType, input: EntityInput): FieldError[] {
	const lists: [string, TagInput[] | null | undefined][] = [
		['tags_to_add', input.tags_to_add],
		['tags_to_delete', input.tags_to_delete],
		['_embedded.tags', input._embedded?.tags],
	];
	return lists.flatMap(([path, list]) =>
		(list ?? []).flatMap((tag, index) => {
			const at = `${path}.${index}`;
			const { id, name } = tag;
			if (typeof id === 'number') return account.tags[type].has(id) ? [] : [notSupportedChoice(`${at}.id`)];
			return typeof name === 'string' ? [] : [invalidValue(at)];
		}),
	);
}

/** The tags after a write; _embedded.tags wins over tags_to_*. facts: core 14.3 */
export function nextTagIds(
	account: Account,
	type: EntityType,
	current: readonly number[],
	input: EntityInput,
	switches: Switches,
): number[] {
	const resolve = (tag: TagInput): number => tag.id ?? tagByName(account, type, tag.name ?? '').id;
	const replacement = input._embedded?.tags;
	if (replacement !== undefined) {
		if (replacement === null) return switches.nullTagsClear ? [] : [...current];
		return [...new Set(replacement.map(resolve))];
	}
	const removed = new Set((input.tags_to_delete ?? []).map((tag) => tag.id ?? findTag(account, type, tag.name ?? '')?.id));
	const kept = current.filter((id) => !removed.has(id));
	return [...new Set([...kept, ...(input.tags_to_add ?? []).map(resolve)])];
}
