import { boolean, choice, picked, record, text } from '../fields/fields';
import { USER_GROUPS } from '../fields/sources';
import { ROLE } from '../fields/targets';
import { optionsOf } from '../fields/values';
import { rightsFields } from './role';
import { nameField } from './common';
import { entity } from './types';

/** Languages of amoCRM's pages. */
export const LANGUAGES = optionsOf({ en: 'English', pt: 'Portuguese', ru: 'Russian', es: 'Spanish' });

const ofRights = (key: string) => `rights.${key}`;

/** Users of the account. Source: extended facts 6. */
export const user = entity({
	value: 'user',
	displayName: 'User',
	path: '/users',
	fields: [
		nameField('user', 'Nathan Smith'),
		{ name: 'email', kind: text, required: true, placeholder: 'e.g. nathan@example.com', description: 'Address that the user signs in with' },
		{ name: 'password', kind: text, required: true, property: { typeOptions: { password: true } }, description: 'At least six characters, with a digit, an upper-case and a lower-case letter' },
		{ name: 'lang', displayName: 'Language', kind: choice(LANGUAGES), description: "Language of amoCRM's pages for the user" },
		{ name: 'roleId', key: ofRights('role_id'), displayName: 'Role', kind: record(ROLE), description: 'The role that decides what the user may do, instead of single rights' },
		{ name: 'groupId', key: ofRights('group_id'), displayName: 'Group Name or ID', kind: picked(USER_GROUPS), description: 'The group of users. Choose from the list, or specify an ID using an <a href="https://docs.n8n.io/code/expressions/">expression</a>.' },
		{ name: 'isAdmin', key: ofRights('is_admin'), displayName: 'Administrator', kind: boolean, description: 'Whether the user may change the settings of the account' },
		{ name: 'isFree', key: ofRights('is_free'), displayName: 'Free', kind: boolean, description: 'Whether the user is a free one, who may not work with cards' },
		...rightsFields,
	],
	withOptions: { amojo_id: 'Chat ID', group: 'Group', phone_number: 'Phone Number', user_rank: 'Rank', role: 'Role', uuid: 'UUID' },
	list: { byIds: 'single' },
	verbs: { create: { method: 'POST', sends: 'rows', answers: 'embedded', atMost: 10 } },
	needs: { admin: 'always' },
	isDictionary: true,
});
