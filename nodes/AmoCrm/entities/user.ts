import { boolean, choice, picked, record, text } from '../fields/fields';
import { rightsFields } from './role';
import { nameField } from './common';
import { entity } from './types';

const LANGUAGES = [
	{ name: 'English', value: 'en' },
	{ name: 'Portuguese', value: 'pt' },
	{ name: 'Russian', value: 'ru' },
	{ name: 'Spanish', value: 'es' },
];

const ofRights = (key: string) => `rights.${key}`;

/** Users of the account. Source: extended facts 6. */
export const user = entity({
	value: 'user',
	displayName: 'User',
	displayNamePlural: 'Users',
	path: '/users',
	collection: 'users',
	idParameter: 'userId',
	listSearchMethod: 'searchUsers',
	fields: [
		nameField('user', 'Nathan Smith'),
		{ name: 'email', key: 'email', displayName: 'Email', kind: text, required: true, placeholder: 'e.g. nathan@example.com', description: 'Address that the user signs in with' },
		{ name: 'password', key: 'password', displayName: 'Password', kind: text, required: true, property: { typeOptions: { password: true } }, description: 'At least six characters, with a digit, an upper-case and a lower-case letter' },
		{ name: 'lang', key: 'lang', displayName: 'Language', kind: choice(LANGUAGES), description: "Language of amoCRM's pages for the user" },
		{ name: 'roleId', key: ofRights('role_id'), displayName: 'Role', kind: record({ noun: 'role', listSearchMethod: 'searchRoles', linkPaths: [] }), description: 'The role that decides what the user may do, instead of single rights' },
		{ name: 'groupId', key: ofRights('group_id'), displayName: 'Group Name or ID', kind: picked('getUserGroups'), description: 'The group of users. Choose from the list, or specify an ID using an <a href="https://docs.n8n.io/code/expressions/">expression</a>.' },
		{ name: 'isAdmin', key: ofRights('is_admin'), displayName: 'Administrator', kind: boolean, description: 'Whether the user may change the settings of the account' },
		{ name: 'isFree', key: ofRights('is_free'), displayName: 'Free', kind: boolean, description: 'Whether the user is a free one, who may not work with cards' },
		...rightsFields,
	],
	withOptions: [
		{ name: 'Chat ID', value: 'amojo_id' },
		{ name: 'Group', value: 'group' },
		{ name: 'Phone Number', value: 'phone_number' },
		{ name: 'Rank', value: 'user_rank' },
		{ name: 'Role', value: 'role' },
		{ name: 'UUID', value: 'uuid' },
	],
	list: { byIds: 'single' },
	verbs: { create: { method: 'POST', sends: 'rows', answers: 'embedded', atMost: 10 } },
	needs: { admin: 'always' },
	isDictionary: true,
});
