import { type IDataObject, UserError } from 'n8n-workflow';

import { isObject } from '../transport/objects';
import { type WritableField, deadline, encodeDraft, field, longText, picked, pickOne } from './fields';
import { TASK_TYPES, USERS } from './sources';
import { isUnset, show, toText } from './values';

/** A note and a task that go along with a new record. amoCRM takes them in requests of their own, once the record is there. */

/** Their names are the only ones in the form: an AI model gives one value to all parameters of a name. */
const TASK_FIELDS = [
	field({ name: 'text', displayName: 'Task Text', kind: longText, required: true, placeholder: 'e.g. Call back', description: 'What is to be done' }),
	field({
		name: 'completeTill',
		displayName: 'Task Deadline',
		kind: deadline,
		required: true,
		description: "When it is due, in the workflow's time zone; a day without a time means its end",
	}),
	field({ name: 'taskTypeId', displayName: 'Task Type Name or ID', kind: picked(TASK_TYPES), description: pickOne('A call, a meeting or a type of your own') }),
	field({ name: 'responsibleUserId', displayName: 'Task User Name or ID', kind: picked(USERS), description: pickOne('Who has to do it') }),
];

const taskValues = TASK_FIELDS.map(({ name, displayName, kind, description, placeholder }) => ({ displayName, name, ...kind.property, description, ...(placeholder ? { placeholder } : {}) }));

export const COMPANIONS: WritableField[] = [
	field({
		name: 'note',
		kind: {
			property: longText.property,
			encode: (draft, _key, value) => {
				draft.companions = { ...draft.companions, note: { note_type: 'common', params: { text: toText(value) } } };
			},
		},
		placeholder: 'e.g. The client asked for a discount',
		description: 'Text of a note on the card of the new record',
	}),
	field({
		name: 'task',
		kind: {
			property: { type: 'fixedCollection', placeholder: 'Add Task', default: {}, options: [{ displayName: 'Task', name: 'task', values: taskValues }] },
			encode: (draft, _key, value, context) => {
				const values = taskIn(value);
				if (Object.values(values).every(isUnset)) return;
				draft.companions = { ...draft.companions, task: encodeDraft(TASK_FIELDS, { ...context, mode: 'create', values, mapped: [] }).body };
			},
		},
		description: 'A task that belongs to the new record',
	}),
];

/** The values of the form, or an object of an expression. */
function taskIn(value: unknown): IDataObject {
	if (!isObject(value)) throw new UserError(`${show(value)} is not a task. Give an object with text and completeTill.`);
	return isObject(value.task) ? value.task : value;
}
