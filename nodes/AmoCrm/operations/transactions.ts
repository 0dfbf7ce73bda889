import type { INodeProperties } from 'n8n-workflow';

import type { Entity } from '../entities/types';
import { named } from '../fields/fields';
import { toBoolean } from '../fields/values';
import { create } from './createUpdate';
import { createProperties } from './newRecord';
import { optionsProperty, optionsOf } from './parameters';
import type { Operation } from './types';
import { draftFromParameters, writeRecords } from './write';

const accrueBonus: INodeProperties = {
	displayName: 'Accrue Bonus',
	name: 'accrueBonus',
	type: 'boolean',
	default: true,
	description: 'Whether the customer earns bonus points by the purchase, as the bonus programme of the account has it',
};

/** Purchases of one customer share requests; whether points are earned is a part of the address (extended facts 4). */
export const createTransaction = (entity: Entity): Operation => ({
	...create(entity),
	properties: [...createProperties(entity), optionsProperty([accrueBonus], 'rows')],
	route: 'POST /customers/{id}/transactions',
	execute: async (run) =>
		await writeRecords(run, {
			entity,
			mode: 'create',
			draftOf: (item, mapping) => {
				const draft = draftFromParameters(run, { entity, mode: 'create' }, item, mapping);
				const earns = named(accrueBonus.displayName, () => toBoolean(optionsOf(run, item).accrueBonus ?? false));
				return { ...draft, body: { ...draft.body, accrue_bonus: earns } };
			},
		}),
});
