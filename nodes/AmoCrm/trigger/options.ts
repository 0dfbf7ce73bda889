import { type IDataObject, type ILoadOptionsFunctions, type INode, type INodeProperties, type INodePropertyOptions, type IWebhookFunctions, NodeOperationError, UserError } from 'n8n-workflow';

import { CARDS } from '../entities/cards';
import { type ChoicesOf, type Source, entriesOf, pickedId } from '../fields/choices';
import { AccountNeeded } from '../fields/conventions';
import { fieldDefinitions } from '../fields/dictionaries';
import { ifReadable } from '../fields/errors';
import { eventCodes } from '../fields/hookEvents';
import { toNumber } from '../fields/numbers';
import { fieldChoice, PIPELINES, STAGES, USERS } from '../fields/sources';
import { stagesOf } from '../fields/stages';
import { isUnset, optionIn, show, toBoolean, toList } from '../fields/values';
import { isVersion1 } from '../fields/version';
import { numberOption } from '../operations/parameters';
import { editorClientOf } from '../pickers/read';
import type { NamedOptions } from './authenticity';
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
	catchUp: boolean;
	catchUpHours: number;
}

export const CATCH_UP_HOURS = numberOption(
	'Catch Up (Hours)',
	'catchUpHours',
	[0, 8760, 72],
	'How far back at most. What happened before is left out: the first row says so in left_out_before.',
);
export const LOOK_BACK = numberOption(
	'Look Back (Hours)',
	'lookBackHours',
	[0, 8760, 72],
	'How far back the workflow catches up after a pause, such as a time in which n8n was down. What happened before is left out: the first row says so in left_out_before.',
);
export const SETTLE_TIME = numberOption(
	'Settle Time (Seconds)',
	'settleSeconds',
	[0, 3600, 30],
	'How old a change must be to start the workflow. amoCRM may show some changes late, and a later change of the same record must not come first. With 0 nothing waits.',
);

/** Fields whose changes the account's history tells of, beside the custom fields of every kind of card. */
const BUILT_IN_FIELDS = [
	{ name: 'Name', value: 'name' },
	{ name: 'Price', value: 'price' },
	{ name: 'Responsible User', value: 'responsibleUser' },
	{ name: 'Stage', value: 'stage' },
	{ name: 'Tags', value: 'tags' },
];

/**
 * What stands in 'Options'. An expression may give anything: what would never match, and so keep every delivery out
 * without a word, is refused. Throws what asks for the account where a name has to be looked for.
 */
export function readOptions(node: INode, given: IDataObject, choices: ChoicesOf): TriggerOptions {
	const list = (name: keyof TriggerOptions, displayName: string, read: (entries: unknown) => string[]) =>
		naming(node, displayName, () => (isUnset(given[name]) ? [] : read(given[name])));
	const picked = (source: Source) => (value: unknown) => entriesOf(value, source, { choices }).map((entry) => String(pickedId(entry, source, { choices })));
	const flag = (name: keyof TriggerOptions, displayName: string) => naming(node, displayName, () => !isUnset(given[name]) && toBoolean(given[name]));
	const pipelineIds = list('pipelineIds', 'Pipeline', picked(PIPELINES));
	return {
		pipelineIds,
		stageIds: list('stageIds', 'Stage', (value) => stageIds(value, choices, pipelineIds)),
		responsibleUserIds: list('responsibleUserIds', 'Responsible User', picked(USERS)),
		changedFields: list('changedFields', 'Only if Changed', picked(CHANGEABLE)),
		with: list('with', 'Include', (value) => toList(value).map((entry) => optionIn(CARD_EXTRAS, entry))),
		ignoreOwnChanges: flag('ignoreOwnChanges', 'Ignore Own Changes'),
		keepRepeated: flag('keepRepeated', 'Keep Repeated Deliveries'),
		loadFullRecord: flag('loadFullRecord', 'Load Full Record'),
		separateExecutions: flag('separateExecutions', 'Separate Executions'),
		// Workflows of before version 2 go on as they did.
		catchUp: isUnset(given.catchUp) ? !isVersion1(node) : flag('catchUp', 'Catch Up'),
		catchUpHours: numberGiven(node, given, CATCH_UP_HOURS),
	};
}

/** The number in an option, not below 0. */
export function numberGiven(node: INode, options: IDataObject, { name, displayName, default: preset }: INodeProperties): number {
	const given = options[name];
	return naming(node, displayName, () => {
		const number = toNumber(isUnset(given) ? preset : given);
		if (number >= 0) return number;
		throw new UserError(`${show(given)} is below 0`);
	});
}

/** The options where the account cannot be asked, with the remembered IDs of names. */
export function optionsHeard(context: Pick<IWebhookFunctions, 'getNode' | 'getNodeParameter'>, named?: NamedOptions): TriggerOptions {
	const given = withIds({ ...(context.getNodeParameter('options', {}) as IDataObject), changedFields: [] }, named);
	return readOptions(context.getNode(), given, () => {
		throw new UserError('a name was not looked for yet. Activate the workflow again, or give IDs.');
	});
}

const BY_ID = ['pipelineIds', 'stageIds', 'responsibleUserIds'] as const;

/** The options that name something, as the user gave them. */
export const givenIn = (given: IDataObject): string => JSON.stringify(BY_ID.map((name) => given[name]));

/** Their IDs; nothing where they hold IDs only. */
export function namedIn(given: IDataObject, { pipelineIds, stageIds, responsibleUserIds }: TriggerOptions): NamedOptions | undefined {
	const ids = { pipelineIds, stageIds, responsibleUserIds };
	const isPlain = BY_ID.every((name) => isUnset(given[name]) || toList(given[name]).map(String).join() === ids[name].join());
	return isPlain ? undefined : { given: givenIn(given), ...ids };
}

/** What stands in 'Options', with the remembered IDs of names. */
const withIds = (given: IDataObject, named?: NamedOptions): IDataObject => (named?.given === givenIn(given) ? { ...given, ...named } : given);

/** The codes of the events that the user chose and typed, each once. */
export const readEvents = (node: INode, chosen: unknown, typed: unknown): string[] => naming(node, 'Events', () => eventCodes(chosen, typed));

/** What `read` gives; what it refuses is said with the name of the parameter. */
export function naming<T>(node: INode, displayName: string, read: () => T): T {
	try {
		return read();
	} catch (error) {
		throw error instanceof AccountNeeded ? error : new NodeOperationError(node, `'${displayName}': ${(error as Error).message}`);
	}
}

/** A status alone stands for it in every pipeline. */
const stageIds = (value: unknown, choices: ChoicesOf, pipelineIds: string[]): string[] =>
	entriesOf(value, STAGES, { choices }).flatMap((entry) => {
		if (typeof entry === 'number' || /^\d{1,15}$/.test(String(entry))) return [String(entry)];
		return stagesOf(entry, { choices }, pipelineIds.length > 0 ? pipelineIds.map(Number) : undefined).map(({ pipelineId, statusId }) => `${pipelineId}:${statusId}`);
	});

/** What 'Only if Changed' offers, `Lead: Budget`. A kind of card that the account or the user has no access to is left out. */
const CHANGEABLE: Source = {
	noun: 'field',
	keptAs: 'changeable fields',
	ids: new RegExp(`^(?:${BUILT_IN_FIELDS.map(({ value }) => value).join('|')})$`),
	read: async (client) => {
		const custom = await Promise.all(
			CARDS.map(async ({ displayName, path }) => {
				const fields = (await ifReadable(fieldDefinitions(client, path))) ?? [];
				return fields.map((field) => ({ ...fieldChoice(field), path: `${displayName}: ${field.name}` }));
			}),
		);
		return [...BUILT_IN_FIELDS.map(({ name, value }) => ({ id: value, value: name, code: null, path: name })), ...custom.flat()];
	},
};

export async function getChangeableFields(this: ILoadOptionsFunctions): Promise<INodePropertyOptions[]> {
	return (await CHANGEABLE.read(await editorClientOf(this))).map(({ id, path }) => ({ name: path, value: id }));
}
