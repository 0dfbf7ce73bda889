import type { IDataObject, INodeCredentialDescription, INodeProperties } from 'n8n-workflow';

import { targetOf } from '../entities/places';
import { type Entity, type RecordId, inSentence } from '../entities/types';
import { choicesOf, conventionsOf } from '../fields/dictionaries';
import { type DeclaredField, type Draft, type WritableField, boolean, choice, encodeDraft, field, named } from '../fields/fields';
import type { Filter } from '../fields/filters';
import { type LocatorTarget, idIn, recordLocator, textIdIn, withArticle } from '../fields/locator';
import { isUnset, optionIn, optionsOf as optionNames, toBoolean, toList } from '../fields/values';
import { DEFAULT_BATCH_SIZE, MAX_BATCH_SIZE } from '../transport/batches';
import { DEFAULT_REQUESTS_PER_SECOND } from '../transport/rateLimit';
import { DEFAULT_MAX_RETRIES, DEFAULT_RETRY_MINUTES } from '../transport/retry';
import { filesOf } from './itemFiles';
import type { Run } from './types';

/** The n8n parameters that the generic operations share, and how to read them. */

/** The picker of the record that the operation works on. */
export function idProperty(entity: Entity): INodeProperties {
	return {
		displayName: entity.displayName,
		name: entity.idParameter,
		...recordLocator(targetOf(entity)),
		required: true,
		description: `The ${inSentence(entity.displayName)} to work with`,
	};
}

/** The ID in the picker of a record. Throws a `UserError` that names it. */
export function readId(run: Run, entity: Entity, itemIndex: number): RecordId {
	const target = targetOf(entity);
	if (!target.hasTextIds) return readRecord(run, target, entity, itemIndex);
	return named(entity.displayName, () => textIdIn(target, run.parameter(entity.idParameter, itemIndex, ''), valueContext(run)));
}

/** The ID in any picker of records, by its parameter. Throws a `UserError` that names it. */
export function readRecord(run: Run, target: LocatorTarget, property: { displayName: string; idParameter: string }, itemIndex: number): number {
	return named(property.displayName, () => idIn(target, run.parameter(property.idParameter, itemIndex, ''), valueContext(run)));
}

/** What the meaning of a user's values depends on: the time zone of dates, the account of links with its conventions and names, and where the record is. */
export const valueContext = ({ timezone, client, ignored }: Run, at?: Pick<Entity, 'path' | 'fieldsPath'>) => ({
	timezone,
	accountUrl: client.baseUrl,
	conventions: conventionsOf(client),
	choices: choicesOf(client),
	ignored,
	path: at?.path,
	fieldsPath: at?.fieldsPath,
});

/** `a lead`; `the account`, of which there is one. */
export const inWords = ({ displayName, isSingle }: Entity): string => (isSingle === undefined ? withArticle(inSentence(displayName)) : `the ${inSentence(displayName)}`);

/** What an operation is called by its value: `Create`, 'Create a lead'; 'Get chats of a contact' of `getChats`, unless `action` says it. */
export function called(entity: Entity, value: string, description: string, action?: string) {
	const name = value
		.replace(/[A-Z]/g, ' $&')
		.replace(/^[a-z]/, (letter) => letter.toUpperCase())
		.replace(' To ', ' to ');
	const usual = name.includes(' ') ? `${name.replace(/ [A-Z]/g, (letter) => letter.toLowerCase())} of ${inWords(entity)}` : `${name} ${inWords(entity)}`;
	return { value, name, action: action ?? usual, description };
}

/** What an item gives for fields that stand at the top of the form. Throws a `UserError` that names the field. */
export function draftOfFields(run: Run, fields: WritableField[], item: number): Draft {
	const values = Object.fromEntries(fields.map(({ name }) => [name, run.parameter(name, item, '')]));
	return encodeDraft(fields, { ...valueContext(run), files: filesOf(run, item), mode: 'create', values });
}

/** The property of one writable field, as it stands at top level or in a collection. */
export function fieldProperty(field: WritableField, mode: 'create' | 'update', { required = false } = {}): INodeProperties {
	const look = { ...field.property, ...(mode === 'update' ? field.onUpdate : {}), ...(required ? { required: true } : {}) };
	return { ...lookOf(field, field.kind.property), ...look };
}

/** The property of a parameter that is none of a record, declared as fields are. */
export function declared(parameter: DeclaredField): INodeProperties {
	return fieldProperty(field(parameter), 'create');
}

/**
 * A field in a collection. Version 1 of the node shows what later ones have in another place, another way or not at all
 * (`isElsewhere`): there it is hidden, as n8n drops the values of names that are not in the description.
 */
export function collectedProperties(field: WritableField, mode: 'create' | 'update', { isElsewhere = false } = {}): INodeProperties[] {
	const { displayName, name, kind, former } = field;
	const isHidden = isElsewhere || former === true;
	if (!isHidden && !kind.inVersion1) return [fieldProperty(field, mode)];
	const before = fieldProperty({ ...field, kind: { ...kind, property: kind.inVersion1 ?? kind.property } }, mode);
	const now: INodeProperties = isHidden ? { displayName, name, type: 'hidden', default: '' } : fieldProperty(field, mode);
	return [{ ...before, displayOptions: { show: { '@version': [1] } } }, { ...now, displayOptions: { hide: { '@version': [1] } } }];
}

export const filterProperty = (filter: Filter): INodeProperties => lookOf(filter, filter.property);

function lookOf({ displayName, name, description, placeholder }: WritableField | Filter, property: Filter['property']): INodeProperties {
	return { displayName, name, ...property, ...(description ? { description } : {}), ...(placeholder ? { placeholder } : {}) };
}

/** A collection of optional parameters, in the alphabetical order that n8n's guidelines ask for; the type of a record stands above the record. */
export function collection(displayName: string, name: string, placeholder: string, options: INodeProperties[]): INodeProperties {
	const placeOf = (option: INodeProperties) => option.displayName.replace(/ Type$/, '');
	return { displayName, name, type: 'collection', placeholder, default: {}, options: [...options].sort((a, b) => placeOf(a).localeCompare(placeOf(b))) };
}

/** A number between two others in a collection. */
export function numberOption(displayName: string, name: string, [minValue, maxValue, preset]: [min: number, max: number, preset: number], description: string): INodeProperties {
	return { displayName, name, type: 'number', typeOptions: { minValue, maxValue }, default: preset, description };
}

const batchSize = numberOption(
	'Batch Size',
	'batchSize',
	[1, MAX_BATCH_SIZE, DEFAULT_BATCH_SIZE],
	'How many items go into one request. amoCRM recommends 50 and accepts up to 250; larger batches are faster but may time out.',
);

const requestsPerSecond = numberOption(
	'Requests per Second',
	'requestsPerSecond',
	[1, 50, DEFAULT_REQUESTS_PER_SECOND],
	'At most this many requests start in any second, over all executions with the same account. Raise it only if your account has a paid API package.',
);

const maxRetries = numberOption(
	'Max Retries',
	'maxRetries',
	[0, 20, DEFAULT_MAX_RETRIES],
	'How often a request is repeated after a failure that allows it. What amoCRM may have saved already is never sent again.',
);

const maxRetryMinutes = numberOption(
	'Max Retry Minutes',
	'maxRetryMinutes',
	[0, 1440, DEFAULT_RETRY_MINUTES],
	'How long the whole run may spend on repetitions, pauses included. Then the node sends nothing more and says why.',
);

const dryRun = declared({
	name: 'dryRun',
	kind: boolean,
	property: { default: true },
	description: 'Whether to try out only: each row says what would be sent, and nothing changes in amoCRM. It holds for all items.',
});

/** `writes`: what the operation sends, rows together in batches or each in a request of its own; nothing when it only reads. */
export function optionsProperty(extra: INodeProperties[] = [], writes?: 'rows' | 'row'): INodeProperties {
	const ofWriting = [...(writes === 'rows' ? [batchSize] : []), ...(writes ? [dryRun] : [])];
	return collection('Options', 'options', 'Add option', [...extra, ...ofWriting, requestsPerSecond, maxRetries, maxRetryMinutes]);
}

export const simplifyProperty = declared({ name: 'simplify', kind: boolean, property: { default: true }, description: 'Whether to return a simplified version of the response instead of the raw data' });

/** Parameters of the whole run, such as the batch size: the same for every item. Nothing where it is no number above 0. */
export function runOption(run: Run, name: string): number | undefined {
	const given = (run.parameter('options', 0, {}) as IDataObject)[name];
	const value = typeof given === 'object' ? NaN : Number(given);
	return Number.isFinite(value) && value > 0 ? value : undefined;
}

/** What comes along with a record: additional data that amoCRM gives (`with=contacts,loss_reason`), and linked records in full. */
export function withProperty(entity: Entity): INodeProperties[] {
	const several = { type: 'multiOptions' as const, default: [] };
	const include = { displayName: 'Include', name: 'with', ...several, options: entity.withOptions, description: 'What else to return with each record' };
	const expand = { displayName: 'Expand', name: 'expand', ...several, options: expandable(entity), description: 'Linked records to return with all their data, not their IDs alone; 250 of them take one more request' };
	return [include, expand].filter(({ options }) => options.length > 0);
}

const expandable = ({ expands = [] }: Entity) => expands.map(({ displayNamePlural: name, collection: value }) => ({ name, value }));

/** Kinds of linked records that an item wants in full. Throws a `UserError` that names the parameter. */
export const expandOf = (run: Run, entity: Entity, item: number): string[] =>
	named('Expand', () => [...new Set(toList(optionsOf(run, item).expand ?? []).map((kind) => optionIn(expandable(entity), kind)))].sort());

/** What an item has in 'Options'. */
export const optionsOf = (run: Run, item: number): IDataObject => (run.parameter('options', item, {}) ?? {}) as IDataObject;

/** What `with` is to add for an item, as amoCRM takes it. */
export function withOf(run: Run, entity: Entity, item: number): string {
	const { withOptions } = entity;
	const included = named('Include', () => toList(optionsOf(run, item).with ?? []).map((extra) => optionIn(withOptions, extra)));
	const expanded = expandOf(run, entity, item).filter((kind) => withOptions.some(({ value }) => value === kind));
	return [...new Set([...included, ...expanded])].join(',');
}

/** A switch, which an expression may give as a text: "false" is no. Throws a `UserError` that names it. */
export function readFlag(run: Run, property: Pick<INodeProperties, 'displayName' | 'name' | 'default'>, itemIndex: number): boolean {
	const value = run.parameter(property.name, itemIndex, property.default);
	return named(property.displayName, () => toBoolean(isUnset(value) ? property.default : value));
}

/** Which kind of credential a node uses; each value has its credential type in the transport. */
export const authenticationProperty = declared({
	name: 'authentication',
	kind: choice(optionNames({ authorizationCode: 'Authorization Code', longLivedToken: 'Long-Lived Token', oAuth2: 'OAuth2' })),
	property: { default: 'oAuth2' },
});

/** The credential of each way to authenticate. */
export const credentialTypes: INodeCredentialDescription[] = [
	{ name: 'amoCrmOAuth2Api', required: true, displayOptions: { show: { authentication: ['oAuth2'] } } },
	{ name: 'amoCrmLongLivedTokenApi', required: true, displayOptions: { show: { authentication: ['longLivedToken'] } } },
	{ name: 'amoCrmAuthorizationCodeApi', required: true, displayOptions: { show: { authentication: ['authorizationCode'] } } },
];
