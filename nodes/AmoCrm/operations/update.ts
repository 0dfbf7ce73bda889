import type { Entity } from '../entities/types';
import { withArticle } from '../fields/locator';
import { idProperty } from './parameters';
import type { Operation } from './types';
import { writeProperties, writeRecords } from './write';

export function update(entity: Entity): Operation {
	const noun = entity.displayName.toLowerCase();
	return {
		value: 'update',
		name: 'Update',
		action: `Update ${withArticle(noun)}`,
		description: entity.isSingle ? `Change the ${noun} of the account` : `Change one existing ${noun} per item; fields that are not added stay as they are`,
		properties: [...(entity.isSingle ? [] : [idProperty(entity)]), ...writeProperties(entity, 'update')],
		writes: true,
		execute: async (run) => await writeRecords(run, { entity, mode: 'update' }),
	};
}
