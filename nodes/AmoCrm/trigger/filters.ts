import type { IDataObject } from 'n8n-workflow';

import { toList } from '../fields/values';
import type { HookItem } from './delivery';

/** Options that decide by the delivery alone which items start the workflow. */
export interface FilterOptions {
	pipelineIds?: unknown;
	/** As "pipeline:status". */
	stageIds?: unknown;
	responsibleUserIds?: unknown;
	ignoreOwnChanges?: boolean;
}

/** What a delivery does not tell (the pipeline of a task, the user of a message) keeps nothing out. */
export function isWanted(item: HookItem, options: FilterOptions, ownUserId: number | undefined): boolean {
	const { data } = item;
	const pipelines = asTexts(options.pipelineIds);
	const stages = asTexts(options.stageIds);
	const users = asTexts(options.responsibleUserIds);
	const responsible = data.responsible_user_id ?? (item.action === 'note' ? data.main_user_id : undefined);
	if (!isOneOf(pipelines, data.pipeline_id) || !isOneOf(users, responsible)) return false;
	if (data.status_id !== undefined && data.pipeline_id !== undefined && !isOneOf(stages, `${String(data.pipeline_id)}:${String(data.status_id)}`)) return false;
	return options.ignoreOwnChanges !== true || ownUserId === undefined || authorOf(item) !== ownUserId;
}

const asTexts = (value: unknown): string[] => toList(value ?? '').map(String);

function isOneOf(wanted: string[], value: unknown): boolean {
	return wanted.length === 0 || value === undefined || value === null || wanted.includes(String(value));
}

/** Who made the change, where the delivery says so. */
function authorOf({ action, data }: HookItem): IDataObject[string] {
	const { created_user_id, created_by, modified_user_id, modified_by } = data;
	return action === 'add' || action === 'note' ? (created_user_id ?? created_by) : (modified_user_id ?? modified_by);
}
