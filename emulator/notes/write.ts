import type { NoteRow } from '../store/moreRows';
import type { EntityType } from '../store/rows';
import type { World } from '../world';

export interface NoteInput {
	entity_type: EntityType;
	entity_id: number;
	note_type: string;
	params: Record<string, unknown>;
	created_by: number;
	responsible_user_id?: number;
	created_at?: number;
	updated_at?: number;
	/** The Digital Pipeline is not told. */
	unheard?: boolean;
}

/** Adds a note, whoever caused it: the API, a call, the board. facts: core 13 */
export function addNote(world: World, input: NoteInput): NoteRow {
	const { account, clock } = world;
	const now = clock.seconds();
	const responsible = input.responsible_user_id ?? input.created_by;
	const row = account.notes.add({
		id: account.notes.nextId(),
		entity_type: input.entity_type,
		entity_id: input.entity_id,
		created_by: input.created_by,
		updated_by: input.created_by,
		created_at: input.created_at ?? now,
		updated_at: input.updated_at ?? now,
		responsible_user_id: responsible,
		group_id: account.users.get(responsible)?.rights.group_id ?? 0,
		note_type: input.note_type,
		params: input.params,
		is_pinned: false,
	});
	world.changes.publish({ kind: 'note', action: 'add', row, by: row.created_by, unheard: input.unheard });
	return row;
}
