import { type DeclaredField, clearedFields, company, customFieldsJson, moment, multitext, pickedUser, plainName, removedTags, replacedTags, tags } from '../fields/fields';
import { type Filter, EVERYWHERE, idsFilter, momentRange, onlyFilter, pickedIdsFilter, pickMany, recordsFilter, search, textFilter } from '../fields/filters';
import type { LocatorTarget } from '../fields/locator';
import { USERS } from '../fields/sources';
import { multitextFilter } from '../fields/multitextFilters';
import { recordOf } from '../fields/targets';
import type { Entity } from './types';

/** Fields and filters that several resources have in common. `noun` is the resource in lower case. */

export const responsibleUserField: DeclaredField = {
	name: 'responsibleUserId',
	displayName: 'Responsible User',
	kind: pickedUser,
	usual: true,
	description: 'The user who is responsible for it',
};

export function tagFields(noun: string): DeclaredField[] {
	const list = 'separated by commas, or a list';
	const field = { placeholder: 'e.g. vip, autumn sale', key: '_embedded.tags' };
	const onUpdate = { displayName: 'Tags to Add', description: `Names of the tags to add, ${list}. The tags that the ${noun} has stay.` };
	const toSet = `Names of all the tags that the ${noun} is to have, ${list}. The other tags are taken off; an expression that gives an empty list takes all off.`;
	return [
		{ ...field, name: 'tags', kind: tags, description: `Names of the tags, ${list}. Tags that do not exist yet are created.`, onUpdate },
		{
			...field,
			name: 'tagsToRemove',
			key: 'tags_to_delete',
			displayName: 'Tags to Remove',
			kind: removedTags,
			only: 'update',
			description: `Names of the tags to take off the ${noun}, ${list}`,
		},
		{ ...field, name: 'tagsToSet', displayName: 'Tags (Replace All)', kind: replacedTags, only: 'update', description: toSet },
	];
}

export function phoneAndEmailFields(noun: string): DeclaredField[] {
	const list = 'several separated by commas, or a list';
	const fieldOf = (name: 'phone' | 'email', what: string, found: string): Omit<DeclaredField, 'kind'> => ({
		name,
		key: name.toUpperCase(),
		usual: true,
		description: `Work ${what} of the ${noun}; ${list}`,
		onUpdate: { description: `Work ${what} of the ${noun}; ${list}. They replace all that the ${noun} has. Left empty, nothing changes.` },
		onMatch: `${found}; ${list}. It is saved too.`,
	});
	return [
		{ ...fieldOf('phone', 'phone number', `Phone number to find the ${noun} by, in any form`), kind: multitext('PHONE'), placeholder: 'e.g. +7 912 345-67-89' },
		{ ...fieldOf('email', 'email address', `Email address to find the ${noun} by`), kind: multitext('EMAIL'), placeholder: 'e.g. nathan@example.com' },
	];
}

/** Custom fields in amoCRM's own form, and those to empty. */
export const customFieldFields: DeclaredField[] = [
	{
		name: 'customFieldsJson',
		key: 'custom_fields_values',
		displayName: 'Custom Fields (JSON)',
		kind: customFieldsJson,
		description: 'Array in the form of amoCRM\'s custom_fields_values, for example [{"field_id": 123, "values": [{"value": "text"}]}]; "values": null clears a field',
	},
	{
		name: 'customFieldsToClear',
		key: 'custom_fields_values',
		displayName: 'Clear Field Names or IDs',
		kind: clearedFields,
		only: 'update',
		description: pickMany('Custom fields to empty'),
	},
];

export function companyField(onCreate: 'embedded' | 'linked'): DeclaredField {
	return { name: 'companyId', key: '_embedded.companies', displayName: 'Company', kind: company(onCreate), usual: true, description: 'The company to link' };
}

export const createdAtField: DeclaredField = {
	name: 'createdAt',
	kind: moment,
	description: "When the record was created, for imports. A date without an offset is in the workflow's time zone.",
};

export const createdByField: DeclaredField = {
	name: 'createdBy',
	kind: pickedUser,
	description: 'The user in whose name the record is made; 0 is the robot',
};

/** Who and when, where amoCRM takes all four (core facts 5.4, 9, 12). */
export const stampFields: DeclaredField[] = [
	createdAtField,
	createdByField,
	{ ...createdAtField, name: 'updatedAt', description: "When the record was last changed, for imports. A date without an offset is in the workflow's time zone." },
	{ ...createdByField, name: 'updatedBy', description: 'The user in whose name the record is changed; 0 is the robot' },
];

/** What the kinds of cards have in common: custom fields, notes and tasks, and list filters that are the account's paid extra. */
export const card = (kind: string) =>
	({ path: `/${kind}`, cardPath: `${kind}/detail`, notedAs: kind, hasCustomFields: true, filtersArePaid: true, filtersCustomFields: true }) as const;

/** `example` is what a person might look for. */
export function searchFilter(noun: string, example: string): Filter {
	return search({
		name: 'query',
		displayName: 'Search Query',
		placeholder: `e.g. ${example}`,
		description: `Text to find in the filled fields of the ${noun}. amoCRM matches loosely, so check the result.`,
	});
}

/** Only certain records: each picked, or all of them in one value. `plural` is what they are called. */
export function idFilters(target: LocatorTarget, plural: string): Filter[] {
	const nouns = plural.toLowerCase();
	// A link must lead to where the list is.
	const own = ({ at }: { at?: { own: LocatorTarget } }) => at?.own ?? target;
	return [
		recordsFilter('id', own, { name: 'records', displayName: `Only These ${plural}`, description: `Return only the ${nouns} that you pick` }),
		idsFilter('id', own, {
			name: 'ids',
			displayName: 'IDs From Data',
			description: `Return only the ${nouns} with these IDs, for an expression: IDs or links as a list, or separated by commas`,
		}),
	];
}

interface PickedLook extends Pick<Filter, 'displayName' | 'needs'> {
	/** Of the filter by picked ones, and of the one by all in a value. */
	names: [picked: string, given: string];
	/** What goes before "the records that you pick" and "these records". */
	what: string;
}

/** Only what belongs to certain records: each picked, or all of them in one value. */
export function pickedFilters(key: string, target: Parameters<typeof recordsFilter>[1], { names: [picked, given], displayName, what, needs }: PickedLook): Filter[] {
	const nouns = displayName.replace('Linked ', '').toLowerCase();
	const also = needs === undefined ? '' : "; IDs need 'Linked Record Type' too";
	return [
		recordsFilter(key, target, { name: picked, displayName, needs, description: `Return only ${what} the ${nouns} that you pick${also}` }),
		idsFilter(key, target, { name: given, displayName: `${displayName} From Data`, needs, description: `Return only ${what} these ${nouns}, for an expression: IDs or links as a list, or separated by commas${also}` }),
	];
}

export const LINKED_RECORDS: Pick<PickedLook, 'names' | 'displayName'> = { names: ['linkedRecords', 'entityIds'], displayName: 'Linked Records' };

/** The same of records whose kind another filter says. */
export const linkedFilters = (what: string): Filter[] =>
	pickedFilters('entity_id', ({ values: { entityType } }) => recordOf(entityType), { ...LINKED_RECORDS, what, needs: 'entityType' });

/** When something was made, that nobody changes afterwards. `what` continues "Return only". */
export const createdRange = (what: string): Filter[] =>
	momentRange('created_at', 'createdAt', 'Created', what).map((side, index) => ({ ...side, name: index === 0 ? 'createdAfter' : 'createdBefore' }));

export const responsibleUsersFilter: Filter = pickedIdsFilter('responsible_user_id', USERS, {
	name: 'responsibleUserIds',
	displayName: 'Responsible User Names or IDs',
	description: 'Return only records for which these users are responsible',
});

/** The trash: amoCRM takes it as one of the extras, not as a filter (core facts 5.6). */
const onlyDeletedFilter = onlyFilter(
	{ name: 'onlyDeleted', displayName: 'Only Deleted', family: EVERYWHERE, description: 'Whether to return what is in the trash instead; amoCRM shows little more than the IDs' },
	{ query: { with: 'only_deleted' } },
);

/** Where records have phones and e-mails. */
export const phoneAndEmailFilters: Filter[] = [
	multitextFilter('PHONE', { name: 'phones', displayName: 'Phones', placeholder: 'e.g. +7 912 345-67-89', description: 'Return only records that have this phone number, or one of several, in any form: numbers separated by commas, or a list. amoCRM is searched for each.' }),
	multitextFilter('EMAIL', { name: 'emails', displayName: 'Emails', placeholder: 'e.g. nathan@example.com', description: 'Return only records that have this email address, or one of several: addresses separated by commas, or a list. amoCRM is searched for each.' }),
];
/** All that the mapper sets, as one of the fields below. */
export const ALL_CUSTOM_FIELDS = { name: 'Custom Fields (All)', value: 'customFields' };

/** What 'Create or Update' can be told to leave as it is where the record exists; single custom fields of the account come beside. */
export function createOnlyFields({ fields, hasCustomFields }: Pick<Entity, 'fields' | 'hasCustomFields'>): Array<{ name: string; value: string }> {
	const own = fields.filter(({ name, only }) => only !== 'update' && name !== 'customFieldsJson').map((field) => ({ name: plainName(field), value: field.name }));
	return [...own, ...(hasCustomFields ? [ALL_CUSTOM_FIELDS] : [])].sort((a, b) => a.name.localeCompare(b.name));
}

/** Filters that leads, contacts and companies share (core facts 3.6). */
export function recordFilters(target: LocatorTarget, plural: string, example: string): Filter[] {
	return [
		searchFilter(target.noun, example),
		...idFilters(target, plural),
		textFilter('name', {
			name: 'name',
			displayName: 'Name',
			placeholder: `e.g. ${example}`,
			description: `Return only records with this name, or one of a list of names. Some accounts match a part of the name too; 'Search Query' always does.`,
		}),
		responsibleUsersFilter,
		pickedIdsFilter('created_by', USERS, { name: 'createdByIds', displayName: 'Created By Names or IDs', description: 'Return only records that these users created' }),
		pickedIdsFilter('updated_by', USERS, { name: 'updatedByIds', displayName: 'Updated By Names or IDs', description: 'Return only records that these users changed last' }),
		onlyDeletedFilter,
		...momentRange('created_at', 'createdAt', 'Created', 'records that were created'),
		...momentRange('updated_at', 'updatedAt', 'Updated', 'records that were last changed'),
		...momentRange('closest_task_at', 'closestTaskAt', 'Closest Task', 'records whose next task is due'),
	];
}
