import type { Entity } from '../entities/types';
import { idProperty } from './parameters';
import type { Operation } from './types';
import { writeProperties, writeRecords } from './write';

export function update(entity: Entity): Operation {
	const noun = entity.displayName.toLowerCase();
	return {
		value: 'update',
		name: 'Update',
		action: `Update a ${noun}`,
		description: `Change one existing ${noun} per item, sent in batches; fields that are not added stay as they are`,
		properties: [idProperty(entity), ...writeProperties(entity, 'update')],
		writes: true,
		execute: async (run) => await writeRecords(run, { entity, mode: 'update' }),
	};
}
