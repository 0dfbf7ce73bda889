import { entity } from './types';

/** Widgets of the account. Source: extended facts 7.6. */
export const widget = entity({
	value: 'widget',
	displayName: 'Widget',
	path: '/widgets',
	id: { kind: 'text', key: 'code', example: 'my_widget' },
	idParameter: 'widgetCode',
	picker: { search: 'local', label: ({ code }) => String(code) },
	list: { byIds: 'single' },
	needs: { admin: 'toWrite' },
});
