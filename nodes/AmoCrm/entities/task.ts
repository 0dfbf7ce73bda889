import { boolean, choice, deadline, linkedRecord, longText, picked, pickOne, seconds, taskResult } from '../fields/fields';
import { choiceFilter, flagFilter, momentRange, pickedIdsFilter, stagesFilter, testedHere } from '../fields/filters';
import { TASK_TYPES, USERS } from '../fields/sources';
import { TASK } from '../fields/targets';
import { CARD_KINDS } from './places';
import { idFilters, linkedFilters, responsibleUserField, responsibleUsersFilter, stampFields } from './shared';
import { dayOf, joined } from './labels';
import { entity } from './types';

/** Tasks. Source: core facts 12. Their filters work in every account. */
export const task = entity({
	value: 'task',
	displayName: 'Task',
	path: '/tasks',
	picker: { search: 'local', label: (row) => joined(row.text || `Task ${String(row.id)}`, dayOf(row.complete_till), row.is_completed ? 'completed' : '') },
	fields: [
		{ name: 'text', kind: longText, required: true, placeholder: 'e.g. Call back about the offer', description: 'What is to be done' },
		{
			name: 'completeTill',
			displayName: 'Deadline',
			kind: deadline,
			required: true,
			description: "When the task is due. A date without an offset is in the workflow's time zone; a day without a time means its end.",
		},
		{ name: 'taskTypeId', displayName: 'Task Type Name or ID', kind: picked(TASK_TYPES), usual: true, description: pickOne('What is to be done: a call, a meeting or a type of your own') },
		responsibleUserField,
		{
			name: 'entityType',
			key: 'entity_type',
			displayName: 'Linked Record Type',
			kind: choice(CARD_KINDS),
			usual: true,
			description: "What kind of record the task belongs to; needs 'Linked Record' too. The link of a card says it itself.",
			needs: 'entityId',
			property: { default: 'leads' },
		},
		{ name: 'entityId', displayName: 'Linked Record', kind: linkedRecord, usual: true, needs: 'entityType', description: "The record that the task belongs to; its ID needs 'Linked Record Type' too" },
		{
			name: 'result',
			kind: taskResult,
			placeholder: 'e.g. Agreed on a meeting',
			description: 'What came of the task. amoCRM shows it when the task is completed.',
		},
		{ name: 'isCompleted', displayName: 'Completed', kind: boolean, description: 'Whether the task is done' },
		{ name: 'duration', displayName: 'Duration (Seconds)', kind: seconds, description: 'How long the task takes' },
		...stampFields,
	],
	filters: [
		...idFilters(TASK, 'Tasks'),
		responsibleUsersFilter,
		flagFilter('is_completed', { name: 'isCompleted', displayName: 'Completed', description: 'Whether to return completed tasks (on) or open ones (off); without this filter both are returned' }),
		pickedIdsFilter(['task_type', 'task_type_id'], TASK_TYPES, { name: 'taskTypeIds', displayName: 'Task Type Names or IDs', description: 'Return only tasks of these types' }),
		pickedIdsFilter('created_by', USERS, { name: 'createdByIds', displayName: 'Created By Names or IDs', description: 'Return only tasks that these users created' }),
		choiceFilter('entity_type', CARD_KINDS, { name: 'entityType', displayName: 'Linked Record Type', default: 'leads', description: 'Return only tasks of this kind of records' }),
		...linkedFilters('tasks of'),
		// A task does not show the stage of its lead, so no row can be checked.
		stagesFilter('lead_statuses', 'hidden', { name: 'leadStatusIds', displayName: 'Lead Stage Names or IDs', description: 'Return only tasks of leads in these stages' }),
		...momentRange('complete_till', 'completeTill', 'Deadline', 'tasks that are due').map((end, index) => testedHere({ ...end, name: index === 0 ? 'completeTillAfter' : 'completeTillBefore' })),
		...momentRange('updated_at', 'updatedAt', 'Updated', 'records that were last changed'),
	],
	sortKeys: { created_at: 'Created At', complete_till: 'Deadline', id: 'ID' },
});
