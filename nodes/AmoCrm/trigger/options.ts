import type { IDataObject, ILoadOptionsFunctions, INode, INodePropertyOptions } from 'n8n-workflow';
import { NodeOperationError, UserError } from 'n8n-workflow';

import { CARDS } from '../entities/cards';
import { fieldDefinitions } from '../fields/dictionaries';
import { ifReadable } from '../fields/errors';
import { eventCodes } from '../fields/hookEvents';
import { isUnset, show, toBoolean, toList } from '../fields/values';
import { editorClientOf } from '../pickers/read';
import { CARD_EXTRAS } from './cards';

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

/** Fields whose changes the account's history tells of, beside the custom fields of every kind of card. */
const BUILT_IN_FIELDS: INodePropertyOptions[] = [
	{ name: 'Name', value: 'name' },
	{ name: 'Price', value: 'price' },
	{ name: 'Responsible User', value: 'responsibleUser' },
	{ name: 'Stage', value: 'stage' },
	{ name: 'Tags', value: 'tags' },
];

const ID = /^\d{1,15}$/;
const STAGE = /^(?:\d{1,15}:)?\d{1,15}$/;
const isOneOf = (list: Array<{ value: unknown }>) => (text: string): boolean => list.some(({ value }) => value === text);

/**
 * What stands in 'Options'. An expression may give anything: what would never match, and so keep every delivery out
 * without a word, is refused.
 */
export function readOptions(node: INode, given: IDataObject): TriggerOptions {
	const list = (name: keyof TriggerOptions, displayName: string, isKnown: (text: string) => boolean, example: string) =>
		naming(node, displayName, () => textsIn(given[name], isKnown, example));
	const flag = (name: keyof TriggerOptions, displayName: string) => naming(node, displayName, () => !isUnset(given[name]) && toBoolean(given[name]));
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
export const readEvents = (node: INode, chosen: unknown, typed: unknown): string[] => naming(node, 'Events', () => eventCodes(chosen, typed));

/** What `read` gives; what it refuses is said with the name of the parameter. */
function naming<T>(node: INode, displayName: string, read: () => T): T {
	try {
		return read();
	} catch (error) {
		throw new NodeOperationError(node, `'${displayName}': ${(error as Error).message}`);
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

/** What 'Only if Changed' offers. A kind of card that the account or the user has no access to is left out. */
export async function getChangeableFields(this: ILoadOptionsFunctions): Promise<INodePropertyOptions[]> {
	const client = await editorClientOf(this);
	const custom = await Promise.all(
		CARDS.map(async ({ displayName, path }) => {
			const fields = (await ifReadable(fieldDefinitions(client, path))) ?? [];
			return fields.map(({ id, name }) => ({ name: `${displayName}: ${name}`, value: id }));
		}),
	);
	return [...BUILT_IN_FIELDS, ...custom.flat()];
}
