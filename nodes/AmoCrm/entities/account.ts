import { entity } from './types';

/** The account itself. Source: core facts 4. */
export const account = entity({
	value: 'account',
	displayName: 'Account',
	displayNamePlural: 'Accounts',
	path: '/account',
	collection: '',
	isSingle: 'id',
	idParameter: '',
	listSearchMethod: '',
	withOptions: [
		{ name: 'Chat Account ID', value: 'amojo_id' },
		{ name: 'Chat Rights', value: 'amojo_rights' },
		{ name: 'Date and Time Settings', value: 'datetime_settings' },
		{ name: 'Drive URL', value: 'drive_url' },
		{ name: 'Entity Names', value: 'entity_names' },
		{ name: 'Invoice Settings', value: 'invoices_settings' },
		{ name: 'Is API Filter Enabled', value: 'is_api_filter_enabled' },
		{ name: 'Task Types', value: 'task_types' },
		{ name: 'User Groups', value: 'users_groups' },
		{ name: 'UUID', value: 'uuid' },
		{ name: 'Version', value: 'version' },
	],
});
