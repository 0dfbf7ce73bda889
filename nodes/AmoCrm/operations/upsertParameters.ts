import { type IDataObject, type INodeProperties, UserError } from 'n8n-workflow';

import { ALL_CUSTOM_FIELDS, createOnlyFields } from '../entities/shared';
import { type Entity, inSentence } from '../entities/types';
import { type Source, manyOf, pickedIds } from '../fields/choices';
import { type FieldKind, type WritableField, choice, encodeDraft, field, named, picked, pickedFields, pickOne, text } from '../fields/fields';
import { customFieldsProperty } from '../fields/mapper';
import { pickMany } from '../fields/filters';
import { isKnownCountry } from '../fields/phones';
import { fieldSource } from '../fields/sources';
import { isUnset, labelKey, optionIn, show, toList } from '../fields/values';
import type { LookupMode } from './lookup';
import { fieldsFor, isTopLevel } from './newRecord';
import { collectedProperties, collection, declared, fieldProperty, idProperty, optionsProperty, valueContext } from './parameters';
import type { Run } from './types';

/** What 'Create or Update' asks the user, and how it is read. */

export type MatchBy = 'customField' | 'email' | 'id' | 'name' | 'phone' | 'phoneOrEmail';

/** Each with the parameters of the fields that are compared. */
const MATCH_BY: Record<MatchBy, { name: string; description: string; fields: string[] }> = {
	customField: { name: 'Custom Field', description: 'A record with the same value in a custom field that you choose', fields: [] },
	email: { name: 'Email', description: 'A record with the same email address, letter case aside', fields: ['email'] },
	id: { name: 'ID', description: 'The record with this ID; an item without an ID creates one', fields: [] },
	name: { name: 'Name', description: 'A record with the same name, letter case and repeated spaces aside', fields: ['name'] },
	phone: { name: 'Phone', description: 'A record with the same phone number, however it is written', fields: ['phone'] },
	phoneOrEmail: { name: 'Phone or Email', description: 'A record that has the phone number or the email address', fields: ['phone', 'email'] },
};

/** The entity's own fields that records are found by. */
export const matchFieldsOf = ({ fields }: Entity, matchBy: MatchBy): WritableField[] => fields.filter(({ name }) => MATCH_BY[matchBy].fields.includes(name));

/** The fields that do not stand among the additional ones. */
export const topLevelFields = ({ fields }: Entity, matchBy: MatchBy): WritableField[] =>
	fields.filter((field) => isTopLevel(field) || MATCH_BY[matchBy].fields.includes(field.name));


const matchField = field({ name: 'matchFieldId', displayName: 'Match Field Name or ID', kind: picked(fieldSource('')), description: pickOne('Custom field to compare') });
const matchValue = field({ name: 'matchValue', kind: text, placeholder: 'e.g. A-1024', description: 'Value of that field to find the record by. It is saved too.' });

export function upsertProperties(entity: Entity, matchBy: MatchBy[]): INodeProperties[] {
	const noun = inSentence(entity.displayName);
	const shownFor = (...choices: MatchBy[]) => ({ displayOptions: { show: { matchBy: choices } } });
	const fields = fieldsFor(entity, 'create');
	const clearing = fieldsFor(entity, 'update').filter(({ name }) => name === 'customFieldsToClear');
	const keyFields = fields.filter((field) => !isTopLevel(field) && choicesWith(field).length > 0);
	const others = [...fields, ...clearing].filter((field) => !isTopLevel(field));
	return [
		declared({
			name: 'matchBy',
			kind: choice(matchBy.map((value) => ({ value, name: MATCH_BY[value].name, description: MATCH_BY[value].description }))),
			property: { noDataExpression: true, default: matchBy.includes('phoneOrEmail') ? 'phoneOrEmail' : 'name' },
			description: 'How to tell whether the record exists already',
		}),
		...keyFields.map((field) => ({ ...fieldProperty(field, 'create'), ...shownFor(...choicesWith(field)), description: field.onMatch ?? field.description })),
		...[matchField, matchValue].map((field) => ({ ...fieldProperty(field, 'create', { required: true }), ...shownFor('customField') })),
		{ ...idProperty(entity), required: false, ...shownFor('id'), description: `The ${noun} to update; left empty, a new one is created` },
		...fields.filter(isTopLevel).map((field) => ({
			...fieldProperty(field, 'create'),
			description: `${(field.description ?? field.displayName).replace(/\.$/, '')}. ${field.required ? 'Needed to create one.' : 'Left empty, it stays as it is.'}`,
		})),
		collection('Additional Fields', 'additionalFields', 'Add Field', others.flatMap((field) => collectedProperties(field, 'create').map((property) => hiddenWhereMatched(field, property)))),
		...(entity.hasCustomFields ? [customFieldsProperty] : []),
		optionsProperty(upsertOptions(entity, matchBy), 'rows'),
	];
}

const choicesWith = ({ name }: WritableField): MatchBy[] => (Object.keys(MATCH_BY) as MatchBy[]).filter((choice) => MATCH_BY[choice].fields.includes(name));

/** A field that is the key stands at top level, not among the additional fields. */
function hiddenWhereMatched(field: WritableField, property: INodeProperties): INodeProperties {
	const choices = choicesWith(field);
	return choices.length === 0 ? property : { ...property, displayOptions: { hide: { '/matchBy': choices } } };
}

/** One record at most has an ID, and nothing has to be searched. */
const UNLESS_BY_ID = { displayOptions: { hide: { '/matchBy': ['id'] } } };

const severalMatches = field({
	name: 'severalMatches',
	displayName: 'If Several Match',
	kind: choice([
		{ name: 'Fail', value: 'fail', description: 'Write nothing for the item and say which ones match' },
		{ name: 'Update the Newest', value: 'newest', description: 'Update the one that was created last' },
		{ name: 'Update the Oldest', value: 'oldest', description: 'Update the one that was created first' },
	]),
	property: { default: 'newest', ...UNLESS_BY_ID },
	description: 'What to do when several records match',
});

const lookup = field({
	name: 'lookup',
	displayName: 'How to Search',
	kind: choice([
		{ name: 'Automatic', value: 'auto', description: 'Whichever needs fewer requests' },
		{ name: 'Read Everything Once', value: 'sweep', description: 'Read all records of the account and compare here' },
		{ name: 'Search Each Value', value: 'search', description: 'One search for each different value' },
	]),
	property: UNLESS_BY_ID,
	description: 'How to find the existing records',
});

/** What happens to what a record has already. */
const keepOrReplace = (nouns: string): FieldKind =>
	choice([
		{ name: 'Keep and Add', value: 'append', description: `Add the new ${nouns} beside those that the record has` },
		{ name: 'Replace', value: 'replace', description: `Only the new ${nouns} remain` },
	]);

const oldValues = field({ name: 'existingValues', displayName: 'Old Values', kind: keepOrReplace('values'), description: 'What happens to the values of fields that hold several: phones, emails, multiselects' });
const oldTags = field({ name: 'existingTags', displayName: 'Old Tags', kind: keepOrReplace('tags'), description: 'What happens to the tags that the record has' });

const onlyWhenCreating = (entity: Entity): WritableField => {
	const inVersion1 = { type: 'multiOptions' as const, options: createOnlyFields(entity), default: [], description: 'Fields to leave as they are when the record exists' };
	const property = { ...manyOf({ loadOptionsMethod: 'getCreateOnlyFields' }), description: pickMany('Fields to leave as they are when the record exists, custom fields too') };
	return field({ name: 'onlyWhenCreating', displayName: 'Set Only When Creating', kind: { property, inVersion1, encode: () => undefined } });
};

const customOnlyWhenCreating = field({
	name: 'customFieldsOnlyWhenCreating',
	displayName: 'Create-Only Fields',
	former: true,
	kind: { ...pickedFields, property: { ...pickedFields.property, displayName: 'Create-Only Field Names or IDs' } },
	description: pickMany('Custom fields to leave as they are when the record exists'),
});

const phoneCountry = field({
	name: 'phoneCountry',
	kind: text,
	placeholder: 'e.g. RU',
	description: 'Two-letter code of the country that phone numbers without a country code belong to. Left empty, it is the country of the account.',
});

export function upsertOptions(entity: Entity, matchBy: MatchBy[]): INodeProperties[] {
	const ofCustomFields = entity.hasCustomFields ? [customOnlyWhenCreating, oldValues] : [];
	const ofTags = entity.fields.some(({ name }) => name === 'tags') ? [oldTags] : [];
	const ofPhones = matchBy.includes('phone') ? [phoneCountry] : [];
	return [severalMatches, lookup, onlyWhenCreating(entity), ...ofCustomFields, ...ofTags, ...ofPhones].flatMap((option) => collectedProperties(option, 'create'));
}

/** How the run is to match and merge; it belongs to the whole run, as matching looks at all items at once. */
export interface UpsertRules {
	matchBy: MatchBy;
	severalMatches: 'fail' | 'newest' | 'oldest';
	lookup: LookupMode;
	/** Parameter names of fields, and IDs of custom fields, that an update leaves alone. */
	createOnly: Set<string>;
	createOnlyFieldIds: Set<number>;
	keepsCustomFields: boolean;
	appendValues: boolean;
	appendTags: boolean;
	phoneCountry?: string;
}

/** Throws a `UserError` that names the option. */
export function readRules(run: Run, entity: Entity, matchBy: MatchBy[]): UpsertRules {
	const options = run.parameter('options', 0, {}) as IDataObject;
	const by = named('Match By', () => optionIn(matchBy.map((value) => ({ value, name: MATCH_BY[value].name })), run.parameter('matchBy', 0, matchBy[0])));
	const chosen = encodeDraft([severalMatches, lookup, oldValues, oldTags], { ...valueContext(run), mode: 'create', values: options }).body;
	const { several_matches = 'newest', existing_values = 'append', existing_tags = 'append', lookup: how = 'auto' } = chosen;
	const country = isUnset(options.phoneCountry) ? undefined : String(options.phoneCountry).trim().toUpperCase();
	if (country !== undefined && !isKnownCountry(country)) {
		throw new UserError(`'Phone Country': ${show(country)} is not a country code that is known here. Give a two-letter code such as RU, KZ, BR or MX, or write phone numbers with + and the country code.`);
	}
	const own = createOnlyFields(entity);
	const ownOf = (entry: unknown) => own.find(({ name, value }) => value === entry || labelKey(name) === labelKey(String(entry)))?.value;
	const given = toList(options.onlyWhenCreating ?? []);
	const createOnly = new Set(given.flatMap((entry) => ownOf(entry) ?? []));
	const source = fieldSource(entity.fieldsPath ?? entity.path);
	const ownChoices = own.map(({ name, value }) => ({ id: value, value: name, code: null, path: name }));
	const withOwn: Source = { ...source, part: 'with own', read: async (client) => [...ownChoices, ...(await source.read(client))] };
	const idsOf = (label: string, fields: unknown) => named(label, () => pickedIds(fields, withOwn, valueContext(run)));
	return {
		matchBy: by,
		severalMatches: several_matches as UpsertRules['severalMatches'],
		lookup: how as LookupMode,
		createOnly,
		createOnlyFieldIds: new Set([
			...idsOf('Set Only When Creating', given.filter((entry) => ownOf(entry) === undefined)),
			...idsOf('Create-Only Fields', options.customFieldsOnlyWhenCreating ?? []),
		]),
		keepsCustomFields: createOnly.has(ALL_CUSTOM_FIELDS.value),
		appendValues: existing_values === 'append',
		appendTags: existing_tags === 'append',
		phoneCountry: country,
	};
}
