import { type IDataObject, type INodeProperties, UserError } from 'n8n-workflow';

import { isObject } from '../transport/objects';
import { type FieldKind, named } from './fields';
import { jsonObject } from './json';
import { isUnset, optionIn, toBoolean, unwrapLocator } from './values';

type Choices = Array<{ name: string; value: string }>;

/** What a user or a role may do (extended facts 6): readable choices for amoCRM's letters. */
const LEVELS: Choices = [{ name: 'All', value: 'A' }, { name: 'None', value: 'D' }, { name: 'Their Own', value: 'M' }, { name: "Their Group's", value: 'G' }];

/** Everybody may add, or nobody. */
const levelsFor = (action: string): Choices => (action === 'add' ? LEVELS.slice(0, 2) : LEVELS);

const ACTIONS = ['view', 'edit', 'add', 'delete', 'export'];

/** What rights are for, and the actions that each has. */
const SUBJECTS: Record<string, { name: string; actions: string[] }> = {
	companies: { name: 'Companies', actions: ACTIONS },
	contacts: { name: 'Contacts', actions: ACTIONS },
	leads: { name: 'Leads', actions: ACTIONS },
	tasks: { name: 'Tasks', actions: ['edit', 'delete'] },
};

const SWITCHES: Record<string, string> = { catalog_access: 'Lists', mail_access: 'Mail' };

const ALLOWANCE: Choices = [{ name: 'Allowed', value: 'true' }, { name: 'Not Allowed', value: 'false' }];

const UNSAID = { name: 'Not Set', value: '', description: 'As it is, or as new ones are' };

const title = (action: string, noun: string) => `${action.charAt(0).toUpperCase()}${action.slice(1)} ${noun}`;

const choiceOf = (look: Pick<INodeProperties, 'displayName' | 'name' | 'description'>, options: Choices): INodeProperties => ({
	...look,
	type: 'options',
	options: [UNSAID, ...options].sort((one, other) => one.name.localeCompare(other.name)),
	default: '',
});

/** Rights in choices; what is not set stays as it is. */
export const rights = {
	property: {
		type: 'fixedCollection',
		placeholder: 'Add Rights',
		default: {},
		options: [
			...Object.entries(SUBJECTS).map(([name, { name: displayName, actions }]) => ({
				displayName,
				name,
				values: actions.map((action) => choiceOf({ displayName: title(action, displayName), name: action, description: `Which ${name} they may ${action}` }, levelsFor(action))),
			})),
			{
				displayName: 'Other',
				name: 'other',
				values: Object.entries(SWITCHES).map(([name, displayName]) => choiceOf({ displayName, name, description: `Whether they may use ${displayName.toLowerCase()}` }, ALLOWANCE)),
			},
		],
	},
	encode: (draft, key, value) => {
		const given = value as Record<string, IDataObject | undefined>;
		const read: IDataObject = {};
		for (const [subject, { name, actions }] of Object.entries(SUBJECTS)) {
			const set = Object.entries(given[subject] ?? {}).filter(([, level]) => !isUnset(level));
			const levels = set.map(([action, level]) => [action, named(title(action, name), () => levelOf(level, actions.includes(action) ? action : ''))]);
			if (set.length > 0) read[subject] = Object.fromEntries(levels);
		}
		for (const [name, allowed] of Object.entries(given.other ?? {})) if (!isUnset(allowed)) read[name] = named(SWITCHES[name] ?? name, () => isAllowed(allowed));
		draft.body[key] = { ...read, ...(draft.body[key] as IDataObject | undefined) };
	},
	// amoCRM takes rights whole: what is left out of `status_rights` would be wiped (extended facts 6).
	keepsOld: (record, wanted) => merged((record.rights ?? {}) as IDataObject, wanted as IDataObject),
} satisfies FieldKind;

function isAllowed(value: unknown): boolean {
	const plain = unwrapLocator(value);
	return typeof plain === 'string' && /allowed/i.test(plain) ? optionIn(ALLOWANCE, plain) === 'true' : toBoolean(plain);
}

function levelOf(value: unknown, action: string): string {
	if (action !== '') return optionIn(levelsFor(action), value);
	throw new UserError('there is no such right');
}

/** Rights in amoCRM's own form, for those of single stages and lists too. */
export const rightsJson: FieldKind = {
	property: { type: 'json', default: '{}' },
	encode: (draft, key, value) => {
		draft.body[key] = { ...(draft.body[key] as IDataObject | undefined), ...jsonObject(value) };
	},
	keepsOld: rights.keepsOld,
};

/** What a role has, with what is wanted over it, subject by subject. */
function merged(old: IDataObject, wanted: IDataObject): IDataObject {
	const known = Object.fromEntries(Object.entries(old).filter(([key]) => !['is_active', 'is_admin', 'is_free', 'group_id', 'role_id'].includes(key)));
	return {
		...known,
		...Object.fromEntries(Object.entries(wanted).map(([key, value]) => [key, isObject(value) && isObject(known[key]) ? { ...known[key], ...value } : value])),
	};
}
