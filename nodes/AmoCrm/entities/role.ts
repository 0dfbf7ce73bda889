import { rights, rightsJson } from '../fields/rights';
import { nameField, ONE_ROW } from './common';
import { entity } from './types';

export const rightsFields = [
	{ name: 'rights', kind: rights, description: 'What is allowed; what is not set stays as it is' },
	{ name: 'rightsJson', key: 'rights', displayName: 'Rights (JSON)', kind: rightsJson, description: "Rights in amoCRM's own form, for stages and lists too, for example {\"leads\": {\"view\": \"A\"}, \"status_rights\": []}" },
];

/** Roles of users. Source: extended facts 6. */
export const role = entity({
	value: 'role',
	displayName: 'Role',
	path: '/roles',
	picker: { search: 'local' },
	fields: [nameField('role', 'Manager'), ...rightsFields],
	withOptions: { users: 'Users' },
	list: { byIds: 'single' },
	verbs: { update: ONE_ROW },
	needs: { admin: 'always' },
});
