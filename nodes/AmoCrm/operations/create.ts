import type { Entity } from '../entities/types';
import { withArticle } from '../fields/locator';
import type { Operation } from './types';
import { writeProperties, writeRecords } from './write';

export function create(entity: Entity): Operation {
	const noun = entity.displayName.toLowerCase();
	return {
		value: 'create',
		name: 'Create',
		action: `Create ${withArticle(noun)}`,
		description: `Create one ${noun} per item, sent in batches`,
		properties: writeProperties(entity, 'create'),
		writes: true,
		execute: async (run) => await writeRecords(run, { entity, mode: 'create' }),
	};
}
