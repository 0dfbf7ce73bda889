import { boolean, notedRecord } from '../fields/fields';
import { choicesFilter, containsFilter, momentRange } from '../fields/filters';
import { NOTE, NOTES, recordOf, RECORDS } from '../fields/targets';
import { isUnset } from '../fields/values';
import { ALL_TYPES } from './noteTypes';
import { CARD_KINDS, ofKind } from './places';
import { createdAtField, createdByField, idFilters, LINKED_RECORDS, pickedFilters, responsibleUserField } from './shared';
import { dayOf, joined } from './labels';
import { entity } from './types';

/** The day first: a text may be long, and what comes after it would be cut off. */
function noteLabel({ created_at: at, note_type: type, params }: Record<string, unknown>): string {
	const { text } = (params ?? {}) as { text?: unknown };
	return joined(dayOf(at), isUnset(text) ? String(type).replace(/_/g, ' ') : text);
}

/** A link in a filter must lead to a record of the chosen type. */
const recordsOfKind = ({ at }: { at?: { path: string } }) => recordOf(at?.path.split('/')[1]);

/** Notes: texts, calls, messages and files on the card of a record. Source: core facts 13. Their filters work in every account. */
export const note = entity({
	value: 'note',
	displayName: 'Note',
	path: '/{entityType}/notes',
	parents: [
		ofKind({ displayName: 'Linked Record Type', description: 'What kind of record the note belongs to' }, CARD_KINDS, [
			{ displayName: 'Linked Record', name: 'entityId', targets: RECORDS },
			{ displayName: 'Note', name: 'noteId', targets: NOTES },
		]),
	],
	picker: { search: 'local', label: noteLabel },
	fields: [
		{ name: 'entityId', displayName: 'Linked Record', kind: notedRecord, required: true, description: 'The record whose card gets the note' },
		{ ...createdAtField, description: "When the note was made, for imports. A date without an offset is in the workflow's time zone." },
		{ ...createdByField, description: 'The user in whose name the note is made' },
		responsibleUserField,
		{
			name: 'isNeedToTriggerDigitalPipeline',
			displayName: 'Trigger Digital Pipeline',
			kind: boolean,
			description: 'Whether the note starts the automations of the pipeline, as it does when this is left out',
			property: { default: true },
		},
	],
	filters: [
		...idFilters(NOTE, 'Notes'),
		...pickedFilters('entity_id', recordsOfKind, { ...LINKED_RECORDS, what: 'notes of' }),
		choicesFilter('note_type', ALL_TYPES, { name: 'noteTypes', displayName: 'Note Types', description: 'Return only notes of these kinds' }),
		containsFilter(({ params }) => (params as { text?: unknown } | null)?.text, {
			name: 'text',
			displayName: 'Text',
			placeholder: 'e.g. invoice',
			description: 'Return only notes with this in their text, letter case aside, or one of a list. The node tests it in what the other filters leave.',
		}),
		...momentRange('updated_at', 'updatedAt', 'Updated', 'records that were last changed'),
	],
	sortKeys: { id: 'ID', updated_at: 'Updated At' },
	withOptions: { is_pinned: 'Is Pinned' },
});
