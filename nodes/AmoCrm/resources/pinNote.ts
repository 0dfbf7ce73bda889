import { idProperty, optionsProperty, readId } from '../operations/parameters';
import { notFoundProblem, parameterProblem, requestProblem } from '../operations/problems';
import type { Entity, ItemResult, Operation, Run } from '../operations/types';
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

async function pinAll(run: Run, entity: Entity, pinned: boolean): Promise<ItemResult[]> {
	const results = run.items.map<ItemResult>(() => ({ rows: [] }));
	const wanted: Array<{ item: number; id: number }> = [];
	run.items.forEach((_, item) => {
		try {
			wanted.push({ item, id: readId(run, entity, item) });
		} catch (error) {
			results[item] = { problem: parameterProblem(error) };
		}
	});
	const mustStop = () => !run.continueOnFail && results.some((result) => 'problem' in result);
	if (mustStop()) return results;
	await inParallel(wanted, IN_FLIGHT, async ({ item, id }) => {
		if (mustStop()) return;
		const path = `${entity.path}/${id}/${pinned ? 'pin' : 'unpin'}`;
		// To pin a pinned note again changes nothing.
		const reply = await run.client.send({ method: 'POST', path, repeatable: true });
		if (reply.ok) results[item] = { rows: [{ id, is_pinned: pinned }] };
		else results[item] = { problem: reply.failure.kind === 'notFound' ? notFoundProblem(entity, id) : requestProblem(reply.failure) };
	});
	return results;
}
