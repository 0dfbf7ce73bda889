import type { IDataObject, INodeProperties } from 'n8n-workflow';

import { CUSTOM_TYPE, paramFields, paramsOf, typesWithOptionalParams, WRITABLE_TYPES } from '../entities/noteTypes';
import type { Entity } from '../entities/types';
import { type Draft, type WritableField, choice, encodeDraft, named } from '../fields/fields';
import { optionIn } from '../fields/values';
import { filesOf } from './itemFiles';
import { called, collection, declared, fieldProperty, idProperty, optionsProperty, readId, valueContext } from './parameters';
import type { Operation, Run } from './types';
import { writeRecords } from './write';

/** Notes: each kind of them has values of its own. */

const noteType = declared({ name: 'noteType', kind: choice(WRITABLE_TYPES), property: { default: 'common' }, description: 'What kind of note it is; each kind has values of its own' });

/**
 * What the kind must have stands at the top. n8n itself must not demand it: with an expression for the kind, it would
 * demand the values of every kind.
 */
const paramProperties = (rank: 'requiredFor' | 'optionalFor', mode: 'create' | 'update'): INodeProperties[] =>
	paramsOf(rank).map(({ field, displayOptions }) => ({ ...fieldProperty(field, mode), displayOptions }));

const isTop = (field: WritableField) => field.required === true;

export function createNote(entity: Entity): Operation {
	const rest = entity.fields.filter((field) => !isTop(field)).map(declared);
	return noteOperation(entity, 'create', {
		description: 'Add one note per item to the card of a record, sent in batches',
		top: entity.fields.filter(isTop).map((field) => fieldProperty(field, 'create', { required: true })),
		more: collection('Additional Fields', 'additionalFields', 'Add Field', [...paramProperties('optionalFor', 'create'), ...rest]),
		bodyOf: (run, item, values) => encodeDraft(entity.fields, { ...valueContext(run, entity), mode: 'create', values: { ...values, entityId: run.parameter('entityId', item, '') } }).body,
	});
}

/** amoCRM takes the kind of the note and all of its values again with every change (core facts 13). */
export function updateNote(entity: Entity): Operation {
	return noteOperation(entity, 'update', {
		description: "Change one existing note per item, sent in batches; the kind's values replace those that the note has",
		top: [idProperty(entity)],
		// Kinds without optional values would show an empty frame.
		more: { ...collection('Update Fields', 'updateFields', 'Add Field', paramProperties('optionalFor', 'update')), displayOptions: { show: { noteType: typesWithOptionalParams() } } },
		bodyOf: (run, item) => ({ id: readId(run, entity, item) }),
	});
}

interface NoteForm {
	description: string;
	/** What says which note or card it is. */
	top: INodeProperties[];
	/** The collection of what a note may have. */
	more: INodeProperties;
	/** What is written beside the kind and its values. */
	bodyOf: (run: Run, item: number, values: IDataObject) => IDataObject;
}

function noteOperation(entity: Entity, mode: 'create' | 'update', { description, top, more, bodyOf }: NoteForm): Operation {
	const draftOf = (run: Run, item: number): Draft => {
		const type = named('Note Type', () => optionIn(WRITABLE_TYPES, run.parameter('noteType', item, 'common')));
		const fields = paramFields(type);
		const values = { ...(run.parameter(more.name, item, {}) as IDataObject) };
		for (const { name } of fields.filter(isTop)) values[name] = run.parameter(name, item, '') as IDataObject;
		const body = bodyOf(run, item, values);
		// Whatever the operation, amoCRM wants the values of a note whole.
		const { body: params } = encodeDraft(fields, { ...valueContext(run), files: filesOf(run, item), mode: 'create', values });
		// Any other kind is given with its own name and values.
		return { body: { ...body, ...(type === CUSTOM_TYPE ? params : { note_type: type, params }) }, links: [] };
	};
	return {
		...called(entity, mode, description),
		properties: [...top, noteType, ...paramProperties('requiredFor', mode), more, optionsProperty([], 'rows')],
		writes: true,
		execute: async (run) => await writeRecords(run, { entity, mode, draftOf: (item) => draftOf(run, item) }),
	};
}
