import type { IDataObject } from 'n8n-workflow';

import { ONE_DELETE } from '../entities/common';
import { type Entity, inSentence, rootOf } from '../entities/types';
import { AmoCrmError } from '../fields/errors';
import type { WritableField } from '../fields/fields';
import { simplify } from '../fields/simplify';
import { isObject } from '../transport/objects';
import type { Verb } from '../transport/types';
import type { Route } from '../transport/verbs';
import { type Asked, mustStop, readItems } from './items';
import { called, draftOfFields, fieldProperty, idProperty, optionsProperty, readId } from './parameters';
import { knownView } from './present';
import { writeError } from './problems';
import { type SentOutcome, sendRows, settleSent } from './send';
import type { Operation, Run } from './types';
import { omit } from './written';

/** One thing that can be done with a record beside writing it: completing, pinning, switching on, deleting. */
export interface Action extends Pick<Operation, 'value' | 'description' | 'needs'> {
	/** What is done in words, where that does not follow from `value`. */
	action?: string;
	verb: Verb;
	/** What the ID of the record stands under in a row, where that is not `id`. */
	idKey?: string;
	/** What the user gives for it. */
	fields?: WritableField[];
	/** What amoCRM gets beside that. */
	body?: IDataObject;
	/** Adds to what the user gave what has to be read first. Throws what is wrong with it. */
	complete?: (run: Run, row: IDataObject) => Promise<IDataObject>;
	/** How the rows are sent, where not by the verb alone. */
	send?: (run: Run, all: Array<Asked<IDataObject>>, route: Entity & Route) => Promise<SentOutcome[]>;
	/** Why amoCRM does not take what it names by that path, where its own words do not say it. */
	reasons?: Record<string, string>;
	/** What comes out for a record: what was acted on and what became of it; all that was sent and answered when left out. */
	row?: (sent: IDataObject, answer: IDataObject) => IDataObject;
}

/** Reads what an answer says of the one row that was sent; nothing where that is not what it should say. */
export const aboutSent = (rowOf: (answer: IDataObject, sent: IDataObject) => IDataObject | undefined): Verb['answers'] => (body, [sent = {}]) => [rowOf(isObject(body) ? body : {}, sent) ?? []].flat();

/** Does it with one record for each item, in as few requests as the route allows. */
export function action(entity: Entity, spec: Action): Operation {
	const { value, description, action: says, needs, verb, fields = [] } = spec;
	return {
		...called(entity, value, description, says),
		properties: [
			...(entity.idParameter ? [idProperty(entity)] : []),
			...fields.map((field) => fieldProperty(field, 'update', field)),
			optionsProperty([], verb.sends === 'rows' ? 'rows' : 'row'),
		],
		writes: true,
		needs,
		route: `${verb.method} ${rootOf(entity)}${entity.path}${verb.path ?? ''}`,
		execute: async (run) => await actOnAll(run, entity, spec),
	};
}

async function actOnAll(run: Run, entity: Entity, { verb, idKey = 'id', fields = [], body, complete, send = sendRows, reasons = {}, row = (sent, answer) => ({ ...sent, ...answer }) }: Action): Promise<void> {
	const ready = await readItems(run, (item) => {
		const draft = draftOfFields(run, fields, item);
		const own = { ...(entity.idParameter ? { [idKey]: readId(run, entity, item) } : {}), ...body, ...draft.body };
		return complete ? complete(run, own) : own;
	});
	if (mustStop(run)) return;
	const outcomes = await send(run, ready, { ...entity, verb });
	const view = await knownView(run, ready.map(({ asked }) => asked));
	await settleSent(run, ready, outcomes, {
		rowOf: (sent, answer) => {
			const shown = omit(row(sent, answer), ['_links', 'request_id']);
			return verb.answers === 'nothing' || run.isVersion1 ? shown : simplify(shown, view);
		},
		errorOf: (sent, outcome) => {
			const [reason] = outcome.status === 'refused' ? outcome.problems.flatMap(({ path }) => reasons[path] ?? []) : [];
			if (reason === undefined) return writeError({ entity, body: sent, definitions: [] }, outcome);
			return new AmoCrmError(`${entity.displayName} was refused: ${reason}`, { failure: outcome.failure, advice: 'This item was not written.' });
		},
	});
}

/** Deletes one record for each item, for good. */
export function remove(entity: Entity): Operation {
	return action(entity, {
		value: 'delete',
		description: `Delete one ${inSentence(entity.displayName)} per item for good`,
		verb: ONE_DELETE,
		row: ({ id }) => ({ id, deleted: true }),
	});
}
