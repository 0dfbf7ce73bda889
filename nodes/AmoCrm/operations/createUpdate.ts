import { type Entity, inSentence } from '../entities/types';
import { called, idProperty } from './parameters';
import type { Operation } from './types';
import { writeProperties, writeRecords } from './write';

export const create = (entity: Entity): Operation => ({
	...called(entity, 'create', `Create one ${inSentence(entity.displayName)} per item, sent in batches`),
	properties: writeProperties(entity, 'create'),
	...(entity.needs?.room ? { needs: { plan: [entity.needs.plan ?? [], entity.needs.room].flat().join(', and ') } } : {}),
	writes: true,
	execute: async (run) => await writeRecords(run, { entity, mode: 'create' }),
});

export function update(entity: Entity): Operation {
	const noun = inSentence(entity.displayName);
	const one = `Change one existing ${noun} per item; fields that are not added stay as they are`;
	return {
		...called(entity, 'update', entity.isSingle ? `Change the ${noun} of the account` : one),
		properties: [...(entity.isSingle ? [] : [idProperty(entity)]), ...writeProperties(entity, 'update')],
		writes: true,
		execute: async (run) => await writeRecords(run, { entity, mode: 'update' }),
	};
}
