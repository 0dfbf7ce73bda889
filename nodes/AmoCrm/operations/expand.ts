import { type IDataObject, deepCopy } from 'n8n-workflow';

import { type Entity, inSentence } from '../entities/types';
import { AmoCrmError } from '../fields/errors';
import { isObject, objectsIn } from '../transport/objects';
import { inTurns } from '../transport/parallel';
import { findByIds, isFailure } from './byIds';
import { type Output, outputOf, outputRows } from './output';
import { expandOf } from './parameters';
import { type Run, hint } from './types';

/** How an item wants records together with those that they are linked to. */
export interface ExpandedOutput extends Output {
	/** Kinds of linked records to read in full, as links call them. */
	expand: string[];
}

/** Throws a `UserError` that names the parameter. */
export const expandedOutputOf = (run: Run, entity: Entity, item: number): ExpandedOutput => ({ ...outputOf(run, item), expand: expandOf(run, entity, item) });

/**
 * Rows as the item wants them, with linked records in full: raw in the place of their references, simplified as lists of
 * their own. All of one kind are read together.
 */
export async function expandedRows(run: Run, records: IDataObject[], output: ExpandedOutput, entity: Entity): Promise<IDataObject[]> {
	let rows = await outputRows(run, records, output, entity);
	for (const member of (entity.expands ?? []).filter(({ collection }) => output.expand.includes(collection))) {
		const kind = member.collection;
		const linked = await inTurns(records, (record) => objectsIn(embeddedIn(record)[kind]));
		const cards = await cardsOf(run, member, { output, ids: [...new Set(linked.flat().map(({ id }) => Number(id)))] });
		rows = await inTurns(rows, (row, index) => {
			// Items of n8n must not share rows: a later node may change one of them.
			const inFull = (linked[index] ?? []).map((link) => withLink(deepCopy(cards.get(Number(link.id)) ?? { id: link.id }), link, output));
			return output.raw ? { ...row, _embedded: { ...embeddedIn(row), [kind]: inFull } } : { ...row, [kind]: inFull };
		});
	}
	return rows;
}

const embeddedIn = ({ _embedded }: IDataObject): IDataObject => (isObject(_embedded) ? _embedded : {});

/** The card with what only the link says: whether it is the main contact. */
function withLink(card: IDataObject, link: IDataObject, { raw }: Output): IDataObject {
	return raw ? { ...link, ...card } : { ...card, ...(link.is_main === undefined ? {} : { is_main: link.is_main }) };
}

/** The linked records as the output shows them. One that is deleted or hidden is left out; any other failure is thrown. */
async function cardsOf(run: Run, member: Entity, { ids, output }: { ids: number[]; output: Output }): Promise<Map<number, IDataObject>> {
	const found = await findByIds(run.client, member, '', ids);
	const read = ids.flatMap((id) => {
		const card = found.get(id);
		if (card && isFailure(card) && card.kind !== 'notFound') throw AmoCrmError.from(card);
		return card && !isFailure(card) ? [{ id, card }] : [];
	});
	if (read.length < ids.length) {
		hint(run, 'warning', `${ids.length - read.length} of the linked ${inSentence(member.displayNamePlural)} could not be read, being deleted or hidden from the connected user: only IDs are there.`);
	}
	const shown = await outputRows(run, read.map(({ card }) => card), { ...output, fields: undefined }, member);
	return new Map(read.map(({ id }, index) => [id, shown[index] as IDataObject]));
}
