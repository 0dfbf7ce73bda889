import type { Entity } from '../entities/types';
import { orThrow } from '../fields/errors';
import { attempt, mustStop, readItems } from '../operations/items';
import { idProperty, optionsProperty, readId } from '../operations/parameters';
import { notFoundError } from '../operations/problems';
import type { Operation, Run } from '../operations/types';
import { inParallel } from '../transport/parallel';

const IN_FLIGHT = 7;

/** Pinned notes stay on top of their card (extended facts 5.4). amoCRM pins one note per request. */
export function pinNote(entity: Entity, pinned: boolean): Operation {
	const verb = pinned ? 'Pin' : 'Unpin';
	return {
		value: verb.toLowerCase(),
		name: verb,
		action: `${verb} a note`,
		description: pinned ? 'Keep one note per item on top of its card' : 'Let one note per item go back to its place on the card',
		properties: [idProperty(entity), optionsProperty()],
		writes: true,
		execute: async (run) => await pinAll(run, entity, pinned),
	};
}

async function pinAll(run: Run, entity: Entity, pinned: boolean): Promise<void> {
	const wanted = await readItems(run, (item) => readId(run, entity, item));
	await inParallel(wanted, IN_FLIGHT, async ({ item, asked: id }) => {
		if (mustStop(run)) return;
		const path = `${entity.path}/${id}/${pinned ? 'pin' : 'unpin'}`;
		await attempt(run, [item], async () => {
			// To pin a pinned note again changes nothing.
			const reply = await run.client.send({ method: 'POST', path, repeatable: true });
			if (!reply.ok && reply.failure.kind === 'notFound') throw notFoundError(entity, id);
			orThrow(reply);
			run.rows.set(item, [{ id, is_pinned: pinned }]);
		});
	});
}
