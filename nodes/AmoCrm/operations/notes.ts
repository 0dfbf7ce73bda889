import type { IDataObject, INodeProperties } from 'n8n-workflow';

import { CUSTOM_TYPE, paramFields, paramsOf, typesWithOptionalParams, WRITABLE_TYPES } from '../entities/noteTypes';
import type { Entity } from '../entities/types';
import { type Draft, type WritableField, encodeDraft, named } from '../fields/fields';
import { optionIn } from '../fields/values';
import { filesOf } from './itemFiles';
import { called, collection, fieldProperty, idProperty, optionsProperty, readId, valueContext } from './parameters';
import type { Operation, Run } from './types';
import { writeRecords } from './write';

/** Notes: each kind of them has values of its own. */

const noteTypeProperty: INodeProperties = {
	displayName: 'Note Type',
	name: 'noteType',
	type: 'options',
	options: WRITABLE_TYPES,
	default: 'common',
	description: 'What kind of note it is; each kind has values of its own',
};

/**
 * What the kind must have stands at the top. n8n itself must not demand it: with an expression for the kind, it would
 * demand the values of every kind.
 */
const paramProperties = (rank: 'requiredFor' | 'optionalFor', mode: 'create' | 'update'): INodeProperties[] =>
	paramsOf(rank).map(({ field, displayOptions }) => ({ ...fieldProperty(field, mode), displayOptions }));

const isTop = (field: WritableField) => field.required === true;

export function createNote(entity: Entity): Operation {
	const rest = entity.fields.filter((field) => !isTop(field)).map((field) => fieldProperty(field, 'create'));
	return {
		...called(entity, 'create', 'Add one note per item to the card of a record, sent in batches'),
		properties: [
			...entity.fields.filter(isTop).map((field) => fieldProperty(field, 'create', { required: true })),
			noteTypeProperty,
			...paramProperties('requiredFor', 'create'),
			collection('Additional Fields', 'additionalFields', 'Add Field', [...paramProperties('optionalFor', 'create'), ...rest]),
			optionsProperty([], 'rows'),
		],
		writes: true,
		execute: async (run) =>
			await writeRecords(run, {
				entity,
				mode: 'create',
				draftOf: (item) => {
					const values = { ...valuesOf(run, item, 'additionalFields'), entityId: run.parameter('entityId', item, '') };
					const { body } = encodeDraft(entity.fields, { ...valueContext(run, entity), mode: 'create', values });
					return noteDraft(run, item, body, values);
				},
			}),
	};
}

/** amoCRM takes the kind of the note and all of its values again with every change (core facts 13). */
export function updateNote(entity: Entity): Operation {
	return {
		...called(entity, 'update', "Change one existing note per item, sent in batches; the kind's values replace those that the note has"),
		properties: [
			idProperty(entity),
			noteTypeProperty,
			...paramProperties('requiredFor', 'update'),
			// Kinds without optional values would show an empty frame.
			{ ...collection('Update Fields', 'updateFields', 'Add Field', paramProperties('optionalFor', 'update')), displayOptions: { show: { noteType: typesWithOptionalParams() } } },
			optionsProperty([], 'rows'),
		],
		writes: true,
		execute: async (run) =>
			await writeRecords(run, {
				entity,
				mode: 'update',
				draftOf: (item) =>
					noteDraft(run, item, { id: readId(run, entity, item) }, valuesOf(run, item, 'updateFields')),
			}),
	};
}

/** Every value that the user gave, by parameter name. */
function valuesOf(run: Run, item: number, collectionName: string): IDataObject {
	const values = { ...(run.parameter(collectionName, item, {}) as IDataObject) };
	const needed = paramFields(noteTypeOf(run, item)).filter(isTop);
	for (const { name } of needed) values[name] = run.parameter(name, item, '') as IDataObject;
	return values;
}

const noteTypeOf = (run: Run, item: number) => named('Note Type', () => optionIn(WRITABLE_TYPES, run.parameter('noteType', item, 'common')));

function noteDraft(run: Run, item: number, body: IDataObject, values: Record<string, unknown>): Draft {
	const noteType = noteTypeOf(run, item);
	// Whatever the operation, amoCRM wants the values of a note whole.
	const { body: params } = encodeDraft(paramFields(noteType), { ...valueContext(run), files: filesOf(run, item), mode: 'create', values });
	// Any other kind is given with its own name and values.
	return { body: { ...body, ...(noteType === CUSTOM_TYPE ? params : { note_type: noteType, params }) }, links: [] };
}
