import { entity } from './types';

/** The account itself. Source: core facts 4. */
export const account = entity({
	value: 'account',
	displayName: 'Account',
	path: '/account',
	isSingle: 'id',
	withOptions: {
		amojo_id: 'Chat Account ID', amojo_rights: 'Chat Rights', datetime_settings: 'Date and Time Settings', drive_url: 'Drive URL',
		entity_names: 'Names of Records', invoices_settings: 'Invoice Settings', is_api_filter_enabled: 'Is API Filter Enabled',
		task_types: 'Task Types', users_groups: 'User Groups', uuid: 'UUID', version: 'Version',
	},
});
