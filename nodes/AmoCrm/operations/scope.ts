import type { INodeProperties } from 'n8n-workflow';

import type { Entity } from '../entities/types';
import { attempt, mustStop, readItems } from './items';
import type { Operation, Run } from './types';

/** Records that live below something else, which is a part of their path: elements of a list, notes of leads. */
export interface Scope {
	/** Parameters that say where. */
	properties: INodeProperties[];
	/** The entity with its path for this item; throws a `UserError` that names the parameter. */
	entityOf: (run: Run, item: number) => Entity;
}

/** A generic operation on records with a scope: items with the same path share batches, each group after the other. */
export function scoped(operationOf: (entity: Entity) => Operation, template: Entity, scope: Scope): Operation {
	const operation = operationOf(template);
	return {
		...operation,
		properties: [...scope.properties, ...operation.properties],
		execute: async (run) => await executeByScope(run, operationOf, scope),
	};
}

async function executeByScope(run: Run, operationOf: (entity: Entity) => Operation, scope: Scope): Promise<void> {
	const groups = new Map<string, { entity: Entity; todo: number[] }>();
	await readItems(run, (item) => {
		const entity = scope.entityOf(run, item);
		const group = groups.get(entity.path) ?? { entity, todo: [] };
		groups.set(entity.path, group);
		group.todo.push(item);
	});
	for (const { entity, todo } of groups.values()) {
		if (mustStop(run)) return;
		await attempt(run, todo, async () => await operationOf(entity).execute({ ...run, todo }));
	}
}
