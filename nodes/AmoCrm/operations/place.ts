import { entityAt } from '../entities/places';
import type { Entity } from '../entities/types';
import { filesBase } from '../fields/dictionaries';
import { grouped, inParallel } from '../transport/parallel';
import { attempt, LISTS_IN_FLIGHT, mustStop, readItems } from './items';
import { valueContext } from './parameters';
import type { Operation, Run } from './types';

/** A generic operation on records that live below others: items with the same place share batches. */
export function placed(operationOf: (entity: Entity) => Operation, entity: Entity): Operation {
	const own = operationOf(entity);
	const operation = { ...own, needs: { ...entity.needs, ...own.needs } };
	const { parents = entity.parents } = own;
	if (entity.host) {
		return { ...operation, execute: async (run) => await operationOf({ ...entity, base: await filesBase(run.client) }).execute(run) };
	}
	if (!parents) return operation;
	return {
		...operation,
		properties: [...parents.flatMap(({ properties }) => properties), ...operation.properties],
		execute: async (run) => await executeByPlace(run, operationOf, { ...entity, parents }),
	};
}

async function executeByPlace(run: Run, operationOf: (entity: Entity) => Operation, entity: Entity): Promise<void> {
	const places = await readItems(run, (item) => entityAt(entity, (parameter) => run.parameter(parameter, item, ''), valueContext(run)));
	const groups = await grouped(places, ({ asked }) => asked.path);
	const { writes } = operationOf(entity);
	// Groups that read do so at once; those that write follow each other.
	await inParallel([...groups.values()], writes ? 1 : LISTS_IN_FLIGHT, async (group) => {
		const todo = group.map(({ item }) => item);
		if (!mustStop(run)) await attempt(run, todo, async () => await operationOf(group[0]?.asked ?? entity).execute({ ...run, todo }));
	});
}
