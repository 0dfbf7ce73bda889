import { nameField, ONE_ROW, sortField } from './common';
import { entity } from './types';

/** Why leads are lost. Source: core facts 8. */
export const lossReason = entity({
	value: 'lossReason',
	displayName: 'Loss Reason',
	about: 'Why a lead was lost',
	path: '/leads/loss_reasons',
	picker: { search: 'local' },
	fields: [nameField('loss reason', 'Too expensive'), sortField],
	list: { byIds: 'single' },
	verbs: { update: ONE_ROW },
	needs: { admin: 'toWrite' },
	isDictionary: true,
});
