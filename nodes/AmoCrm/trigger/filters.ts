import type { IDataObject } from 'n8n-workflow';

import type { HookItem } from './delivery';
import type { TriggerOptions } from './options';
import { textOf } from './row';

/** Options that decide by the delivery alone which items start the workflow. */
type FilterOptions = Pick<TriggerOptions, 'pipelineIds' | 'stageIds' | 'responsibleUserIds' | 'ignoreOwnChanges'>;

/** What a delivery does not tell (the pipeline of a task, the user of a message) keeps nothing out. */
export function isWanted(item: HookItem, options: FilterOptions, ownUserId: number | undefined): boolean {
	const { data } = item;
	const responsible = data.responsible_user_id ?? (item.action === 'note' ? data.main_user_id : undefined);
	if (!isOneOf(options.pipelineIds, data.pipeline_id) || !isOneOf(options.responsibleUserIds, responsible)) return false;
	if (data.pipeline_id !== undefined && !isOneOf(options.stageIds, data.status_id) && !isOneOf(options.stageIds, `${textOf(data.pipeline_id)}:${textOf(data.status_id)}`)) return false;
	return !options.ignoreOwnChanges || ownUserId === undefined || authorOf(item) !== ownUserId;
}

const isOneOf = (wanted: string[], value: unknown): boolean =>
	wanted.length === 0 || value === undefined || value === null || wanted.includes(textOf(value));

/** Who made the change, where the delivery says so. */
function authorOf({ action, data }: HookItem): IDataObject[string] {
	const { created_user_id, created_by, modified_user_id, modified_by } = data;
	return action === 'add' || action === 'note' ? (created_user_id ?? created_by) : (modified_user_id ?? modified_by);
}
