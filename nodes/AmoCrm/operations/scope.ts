import type { INodeProperties } from 'n8n-workflow';

import { allResults, mustStop, readItems } from './items';
import type { Entity, ItemResult, Operation, Run } from './types';

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

async function executeByScope(run: Run, operationOf: (entity: Entity) => Operation, scope: Scope): Promise<ItemResult[]> {
	const results = new Array<ItemResult>(run.items.length);
	const groups = new Map<string, { entity: Entity; items: number[] }>();
	await readItems(run, results, (item) => {
		const entity = scope.entityOf(run, item);
		const group = groups.get(entity.path);
		if (group) group.items.push(item);
		else groups.set(entity.path, { entity, items: [item] });
	});
	for (const { entity, items } of groups.values()) {
		if (mustStop(run, results)) break;
		const part = await operationOf(entity).execute(partOf(run, items));
		items.forEach((item, index) => {
			results[item] = part[index] ?? { rows: [] };
		});
	}
	return allResults(run, results);
}

/** A run over some of the items only. */
function partOf(run: Run, items: number[]): Run {
	return {
		...run,
		items: items.flatMap((item) => run.items[item] ?? []),
		parameter: (name, index, fallback) => run.parameter(name, items[index] ?? index, fallback),
	};
}
