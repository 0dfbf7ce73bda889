import { entity } from './types';

/** Any call of the API: no record of amoCRM, but a row of the menu. */
export const apiRequest = entity({
	value: 'apiRequest',
	displayName: 'API Request',
	about: 'What has no operation of its own',
	path: '',
	isSingle: 'statusCode',
});
