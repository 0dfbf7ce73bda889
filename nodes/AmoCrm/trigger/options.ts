import type { IDataObject, INode } from 'n8n-workflow';
import { NodeOperationError, UserError } from 'n8n-workflow';

import { eventCodes } from '../fields/hookEvents';
import { isUnset, show, toBoolean, toList } from '../fields/values';
import { CARD_EXTRAS } from './cards';
import { BUILT_IN_FIELDS } from './loadOptions';

/** The options as the operations of the trigger take them: lists of texts, and switches. */
export interface TriggerOptions {
	pipelineIds: string[];
	/** As "pipeline:status", or a status alone. */
	stageIds: string[];
	responsibleUserIds: string[];
	changedFields: string[];
	with: string[];
	ignoreOwnChanges: boolean;
	keepRepeated: boolean;
	loadFullRecord: boolean;
	separateExecutions: boolean;
}

const ID = /^\d{1,15}$/;
const STAGE = /^(?:\d{1,15}:)?\d{1,15}$/;
const isOneOf = (list: Array<{ value: unknown }>) => (text: string): boolean => list.some(({ value }) => value === text);

/**
 * What stands in 'Options'. An expression may give anything: what would never match, and so keep every delivery out
 * without a word, is refused.
 */
export function readOptions(node: INode, given: IDataObject): TriggerOptions {
	const read = <T>(name: keyof TriggerOptions, displayName: string, convert: (value: unknown) => T): T => {
		try {
			return convert(given[name]);
		} catch (error) {
			throw new NodeOperationError(node, `'${displayName}': ${(error as Error).message}`);
		}
	};
	const list = (name: keyof TriggerOptions, displayName: string, isKnown: (text: string) => boolean, example: string) =>
		read(name, displayName, (value) => textsIn(value, isKnown, example));
	const flag = (name: keyof TriggerOptions, displayName: string) => read(name, displayName, (value) => !isUnset(value) && toBoolean(value));
	const isBuiltIn = isOneOf(BUILT_IN_FIELDS);
	return {
		pipelineIds: list('pipelineIds', 'Pipeline', (text) => ID.test(text), 'an ID such as 7100001'),
		stageIds: list('stageIds', 'Stage', (text) => STAGE.test(text), 'the IDs of a pipeline and its stage such as 7100001:142'),
		responsibleUserIds: list('responsibleUserIds', 'Responsible User', (text) => ID.test(text), 'an ID such as 9000001'),
		changedFields: list('changedFields', 'Only if Changed', (text) => ID.test(text) || isBuiltIn(text), `the ID of a custom field, or one of ${BUILT_IN_FIELDS.map(({ value }) => value).join(', ')}`),
		with: list('with', 'Include', isOneOf(CARD_EXTRAS), `one of ${CARD_EXTRAS.map(({ value }) => value).join(', ')}`),
		ignoreOwnChanges: flag('ignoreOwnChanges', 'Ignore Own Changes'),
		keepRepeated: flag('keepRepeated', 'Keep Repeated Deliveries'),
		loadFullRecord: flag('loadFullRecord', 'Load Full Record'),
		separateExecutions: flag('separateExecutions', 'Separate Executions'),
	};
}

/** The codes of the events that the user chose and typed, each once. */
export function readEvents(node: INode, chosen: unknown, typed: unknown): string[] {
	try {
		return eventCodes(chosen, typed);
	} catch (error) {
		throw new NodeOperationError(node, `'Events': ${(error as Error).message}`);
	}
}

/** The entries of a list, or of a text with commas. Throws a `UserError` for one that is not known. */
function textsIn(value: unknown, isKnown: (text: string) => boolean, example: string): string[] {
	if (isUnset(value)) return [];
	return toList(value).map((entry) => {
		const text = typeof entry === 'string' || typeof entry === 'number' ? String(entry) : '';
		if (isKnown(text)) return text;
		throw new UserError(`${show(entry)} is not possible. Give ${example}.`);
	});
}
