import { boolean } from '../fields/fields';
import { entity } from './types';

/** Whether the account has products. Source: extended facts 3.2. */
export const productSettings = entity({
	value: 'productSettings',
	displayName: 'Product Settings',
	displayNamePlural: 'Product Settings',
	about: 'Whether the account has products',
	path: '/catalogs/products/settings',
	isSingle: 'is_enabled',
	fields: [{ name: 'isEnabled', displayName: 'Enabled', kind: boolean, description: 'Whether products are switched on; amoCRM then makes their list' }],
	verbs: { update: { method: 'PATCH', sends: 'row', answers: 'self' } },
	needs: { admin: 'toWrite' },
});
