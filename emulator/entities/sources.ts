import { notSupportedChoice, type FieldError } from '../http/problems';
import type { SourceRow } from '../store/moreRows';
import type { World } from '../world';
import type { EntityInput } from './schemas';

/** The source a new lead names, by its external id or by its own. facts: core 5.4, extended 7.3 */
export function sourceOf({ account }: World, { _embedded }: EntityInput): SourceRow | undefined {
	const { id, external_id } = _embedded?.source ?? {};
	for (const row of account.sources.values()) {
		if (row.is_deleted) continue;
		if (external_id === undefined || external_id === null ? row.id === id : row.external_id === String(external_id)) return row;
	}
	return undefined;
}

export function checkSource(world: World, input: EntityInput): FieldError[] {
	if (!input._embedded?.source || sourceOf(world, input)) return [];
	return [notSupportedChoice('_embedded.source.external_id')];
}
