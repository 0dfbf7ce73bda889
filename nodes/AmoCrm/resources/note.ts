import type { IDataObject, INodeProperties } from 'n8n-workflow';
import { UserError } from 'n8n-workflow';

import { named } from '../entities/places';
import type { Entity } from '../entities/types';
import type { Draft, WritableField } from '../fields/fields';
import { boolean, encodeDraft, fieldError, notedRecord, pickedUser } from '../fields/fields';
import type { Filter } from '../fields/filters';
import { idsFilter, momentRange, recordsFilter } from '../fields/filters';
import type { LocatorTarget } from '../fields/locator';
import { linkedOne } from '../fields/locator';
import { NOTE, NOTES, RECORD, recordOf, RECORDS } from '../fields/targets';
import { show, toList, toText } from '../fields/values';
import { getMany } from '../operations/getMany';
import { getOne } from '../operations/getOne';
import { collection, fieldProperty, idProperty, optionsProperty, readId, valueContext } from '../operations/parameters';
import type { Scope } from '../operations/scope';
import { scoped } from '../operations/scope';
import type { Operation, Resource, Run } from '../operations/types';
import { writeRecords } from '../operations/write';
import { ALL_TYPES, optionalParams, paramFields, requiredParams, typesWithOptionalParams, WRITABLE_TYPES } from './noteTypes';
import { pinNote } from './pinNote';
import { createdAtField, idFilters, responsibleUserField } from './shared';

const noteTypesFilter: Filter = {
	name: 'noteTypes',
	displayName: 'Note Types',
	property: { type: 'multiOptions', options: ALL_TYPES, default: [], description: 'Return only notes of these kinds' },
	condition: (value) => {
		const types = toList(value).map(String);
		return { query: { filter: { note_type: types } }, accepts: (row) => types.includes(String(row.note_type)) };
	},
};

/** A link in a filter must lead to a note, or a record, of the chosen type. */
function filtersOf(notes: LocatorTarget, records: LocatorTarget): Filter[] {
	return [
		...idFilters(notes, 'Notes'),
		recordsFilter('entity_id', records, { name: 'linkedRecords', displayName: 'Records', description: 'Return only notes of the records that you pick' }),
		idsFilter('entity_id', records, {
			name: 'entityIds',
			displayName: 'Records From Data',
			placeholder: 'e.g. {{ $json.ids }}',
			description: 'Return only notes of these records, for an expression: IDs or links as a list, or separated by commas',
		}),
		noteTypesFilter,
		...momentRange('updated_at', 'updatedAt', 'Updated', 'that were last changed'),
	];
}

/** Notes: texts, calls, messages and files on the card of a record. Source: core facts 13. Their filters work in every account. */
const template: Entity = {
	value: 'note',
	displayName: 'Note',
	displayNamePlural: 'Notes',
	path: '/[a-z]+/notes',
	collection: 'notes',
	idParameter: 'noteId',
	listSearchMethod: 'searchNotes',
	fields: [
		{
			name: 'entityId',
			key: 'entity_id',
			displayName: 'Record',
			kind: notedRecord,
			required: true,
			description: 'The record whose card gets the note',
		},
		{ ...createdAtField, description: "When the note was made, for imports. A date without an offset is in the workflow's time zone." },
		{ name: 'createdBy', key: 'created_by', displayName: 'Created By', kind: pickedUser, description: 'The user in whose name the note is made' },
		responsibleUserField,
		{
			name: 'isNeedToTriggerDigitalPipeline',
			key: 'is_need_to_trigger_digital_pipeline',
			displayName: 'Trigger Digital Pipeline',
			kind: boolean,
			description: 'Whether the note starts the automations of the pipeline, as it does when this is left out',
			property: { default: true },
		},
	],
	filters: filtersOf(NOTE, RECORD),
	sortKeys: [
		{ name: 'ID', value: 'id' },
		{ name: 'Updated At', value: 'updated_at' },
	],
	withOptions: [{ name: 'Is Pinned', value: 'is_pinned' }],
	filtersArePaid: false,
	linkTargets: [],
	hasCustomFields: false,
};

const ENTITY_TYPES = [
	{ name: 'Company', value: 'companies' },
	{ name: 'Contact', value: 'contacts' },
	{ name: 'Customer', value: 'customers' },
	{ name: 'Lead', value: 'leads' },
];

/** Notes are below the type of their record; one request takes notes of many records of a type. */
const ofEntityType: Scope = {
	properties: [
		{
			displayName: 'Record Type',
			name: 'entityType',
			type: 'options',
			options: ENTITY_TYPES,
			default: 'leads',
			description: 'What kind of record the note belongs to',
		},
	],
	entityOf: (run, item) => {
		const type = linkedType(run, item) ?? run.parameter('entityType', item, 'leads');
		if (!ENTITY_TYPES.some(({ value }) => value === type)) {
			throw new UserError(`'Record Type': ${show(type)} is not possible. Give one of: ${ENTITY_TYPES.map(({ value }) => value).join(', ')}.`);
		}
		const notes = NOTES.find((target) => target.type === type) ?? NOTE;
		return { ...template, path: `/${String(type)}/notes`, filters: filtersOf(notes, recordOf(type)) };
	},
};

/** The type of record that the link of a card or of a note says, whatever is chosen beside it. */
function linkedType(run: Run, item: number): string | undefined {
	const pickers = [
		{ displayName: 'Record', name: 'entityId', targets: RECORDS },
		{ displayName: template.displayName, name: template.idParameter, targets: NOTES },
	];
	for (const { displayName, name, targets } of pickers) {
		try {
			const found = linkedOne(targets, run.parameter(name, item, ''), run.client.baseUrl);
			if (found) return found.type;
		} catch (error) {
			throw fieldError({ displayName }, error);
		}
	}
	return undefined;
}

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
function paramProperties(mode: 'create' | 'update'): { required: INodeProperties[]; optional: INodeProperties[] } {
	return {
		required: requiredParams().map(({ field, displayOptions }) => ({ ...fieldProperty(field, mode, false), displayOptions })),
		optional: optionalParams().map(({ field, displayOptions }) => ({ ...fieldProperty(field, mode, false), displayOptions })),
	};
}

const isTop = (field: WritableField) => field.required === true;

function createNote(entity: Entity): Operation {
	const params = paramProperties('create');
	const rest = entity.fields.filter((field) => !isTop(field)).map((field) => fieldProperty(field, 'create', false));
	return {
		value: 'create',
		name: 'Create',
		action: 'Create a note',
		description: 'Add one note per item to the card of a record, sent in batches',
		properties: [
			...entity.fields.filter(isTop).map((field) => fieldProperty(field, 'create', true)),
			noteTypeProperty,
			...params.required,
			collection('Additional Fields', 'additionalFields', 'Add Field', [...params.optional, ...rest]),
			optionsProperty([], true),
		],
		writes: true,
		execute: async (run) =>
			await writeRecords(run, {
				entity,
				mode: 'create',
				draftOf: (item) => {
					const values = {
						...valuesOf(run, item, 'additionalFields'),
						entityId: run.parameter('entityId', item, ''),
					};
					const { body } = encodeDraft(entity.fields, { ...valueContext(run), mode: 'create', values });
					return noteDraft(run, item, body, values);
				},
			}),
	};
}

/** amoCRM takes the kind of the note and all of its values again with every change (core facts 13). */
function updateNote(entity: Entity): Operation {
	const params = paramProperties('update');
	return {
		value: 'update',
		name: 'Update',
		action: 'Update a note',
		description: "Change one existing note per item, sent in batches; the kind's values replace those that the note has",
		properties: [
			idProperty(entity),
			noteTypeProperty,
			...params.required,
			// Kinds without optional values would show an empty frame.
			{ ...collection('Update Fields', 'updateFields', 'Add Field', params.optional), displayOptions: { show: { noteType: typesWithOptionalParams() } } },
			optionsProperty([], true),
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

const noteTypeOf = (run: Run, item: number) => named({ displayName: 'Note Type' }, () => toText(run.parameter('noteType', item, 'common')));

function noteDraft(run: Run, item: number, body: IDataObject, values: Record<string, unknown>): Draft {
	const noteType = noteTypeOf(run, item);
	// Whatever the operation, amoCRM wants the values of a note whole.
	const { body: params } = encodeDraft(paramFields(noteType), { ...valueContext(run), mode: 'create', values });
	return { body: { ...body, note_type: noteType, params }, links: [] };
}

const operations: Array<(entity: Entity) => Operation> = [
	createNote,
	getOne,
	getMany,
	(entity) => pinNote(entity, true),
	(entity) => pinNote(entity, false),
	updateNote,
];

export const note: Resource = {
	entity: template,
	operations: operations.map((operationOf) => scoped(operationOf, template, ofEntityType)),
};
