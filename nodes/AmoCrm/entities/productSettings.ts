import { boolean } from '../fields/fields';
import { entity } from './types';

/** Whether the account has products. Source: extended facts 3.2. */
export const productSettings = entity({
	value: 'productSettings',
	displayName: 'Product Setting',
	displayNamePlural: 'Product Settings',
	path: '/catalogs/products/settings',
	collection: '',
	isSingle: 'is_enabled',
	idParameter: '',
	listSearchMethod: '',
	fields: [{ name: 'isEnabled', key: 'is_enabled', displayName: 'Enabled', kind: boolean, description: 'Whether products are switched on; amoCRM then makes their list' }],
	verbs: { update: { method: 'PATCH', sends: 'row', answers: 'self' } },
	needs: { admin: 'toWrite' },
});
