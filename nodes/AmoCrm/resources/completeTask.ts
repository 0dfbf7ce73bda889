import type { Entity } from '../entities/types';
import type { WritableField } from '../fields/fields';
import { encodeDraft, taskResult } from '../fields/fields';
import { fieldProperty, idProperty, optionsProperty, readId, valueContext } from '../operations/parameters';
import type { Operation } from '../operations/types';
import { writeRecords } from '../operations/write';

const resultField: WritableField = {
	name: 'resultText',
	key: 'result',
	displayName: 'Result',
	kind: taskResult,
	placeholder: 'e.g. Agreed on a meeting',
	description: 'What came of the task; may be left empty',
};

/** Completing is an update of two fields: `{"is_completed": true, "result": {"text": "..."}}` (core facts 12). */
export function completeTask(entity: Entity): Operation {
	return {
		value: 'complete',
		name: 'Complete',
		action: 'Complete a task',
		description: 'Mark one task per item as done, with a result',
		properties: [
			idProperty(entity),
			fieldProperty(resultField, 'update', false),
			optionsProperty([], true),
		],
		writes: true,
		execute: async (run) =>
			await writeRecords(run, {
				entity,
				mode: 'update',
				draftOf: (item) => {
					const { body } = encodeDraft([resultField], { ...valueContext(run), mode: 'update', values: { resultText: run.parameter('resultText', item, '') } });
					return { body: { id: readId(run, entity, item), is_completed: true, ...body }, links: [] };
				},
			}),
	};
}
