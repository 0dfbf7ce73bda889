import type { IDataObject, INodeProperties } from 'n8n-workflow';

import { pickedId } from '../fields/choices';
import { CARDS } from '../entities/cards';
import { type Entity, inSentence } from '../entities/types';
import { AmoCrmError } from '../fields/errors';
import { boolean, choice, money, named, picked, pickOne, plainName, record } from '../fields/fields';
import { type LocatorTarget, linkedOne } from '../fields/locator';
import { toNumber } from '../fields/numbers';
import { priceFieldSource } from '../fields/sources';
import { CATALOG, ELEMENT, elementOf, RECORD, recordOf, RECORDS } from '../fields/targets';
import { isUnset, optionIn, toBoolean } from '../fields/values';
import type { NotWritten } from '../transport/batches';
import { grouped } from '../transport/parallel';
import { type Asked, mustStop, readItems } from './items';
import { called, declared, idProperty, optionsProperty, readId, readRecord, valueContext } from './parameters';
import { factsOf } from './problems';
import { type SentOutcome, sendRows, settleSent } from './send';
import type { Operation, Run } from './types';

type Action = 'link' | 'unlink';

/** What a record can be linked to, as the UI calls it (core facts 11). */
const targetName = (type: unknown): string =>
	type === 'catalog_elements' ? 'Product or List Element' : (CARDS.find(({ collection }) => collection === type)?.displayName ?? String(type));

/** Cards are linked by mass routes of their kinds; elements of lists from there, or one by one. */
export const isCard = (entity: Entity): boolean => CARDS.some(({ value }) => value === entity.value);

/** What a record can be linked to, as choices of a list. */
export const linkTargetsOf = ({ linkTargets }: Entity) => linkTargets.map((value) => ({ name: targetName(value), value })).sort((a, b) => a.name.localeCompare(b.name));

const presetTarget = ({ linkTargets }: Entity): string => (linkTargets.includes('contacts') ? 'contacts' : 'companies');

/** Links or unlinks one pair of records for each item, in batches by the mass route. */
export function linkOperation(entity: Entity, action: Action): Operation {
	const noun = inSentence(entity.displayName);
	const [description, way] =
		action === 'link'
			? [`Connect one ${noun} per item with another record, such as a ${isCard(entity) ? 'product' : 'lead'}`, 'to']
			: [`Remove one link of a ${noun} per item; both records stay`, 'from'];
	const look = called(entity, action, description);
	return {
		...look,
		action: `${look.action} ${way} another record`,
		properties: [idProperty(entity), ...targetProperties(entity, action), optionsProperty([], 'rows')],
		writes: true,
		...(isCard(entity) ? {} : { route: `POST /${entity.linkTargets.at(-1)}/${action}` }),
		execute: async (run) => await linkAll(run, entity, action),
	};
}

function targetProperties(entity: Entity, action: Action): INodeProperties[] {
	const shownFor = (kind: string) => ({ displayOptions: { show: { linkTo: [kind] } } });
	const ofElement = isCard(entity) ? shownFor('catalog_elements') : {};
	return [
		declared({
			name: 'linkTo',
			displayName: 'Linked Record Type',
			kind: choice(linkTargetsOf(entity)),
			property: { noDataExpression: true, default: presetTarget(entity) },
			description: 'What kind of record is meant; untouched, the link of a card says it itself',
		}),
		{ ...linkedRecord, displayOptions: { hide: { linkTo: ['catalog_elements'] } } },
		...(isCard(entity) ? [{ ...list, ...ofElement }, { ...element, ...ofElement }] : []),
		...(action === 'link' ? [{ ...quantity, ...ofElement }, { ...priceField, ...ofElement }] : []),
		...(action === 'link' && entity.collection === 'leads' ? [{ ...isMainContact, ...shownFor('contacts') }] : []),
	];
}

const needed = { required: true };
const linkedRecord = declared({ name: 'linkedId', displayName: 'Linked Record', kind: record(RECORD), property: needed, description: 'The other record' });
const list = declared({ name: 'catalogId', displayName: 'List', kind: record(CATALOG), property: needed, description: 'The list (catalog) that holds the element, such as Products' });
const element = declared({ name: 'elementId', displayName: 'Element', kind: record(ELEMENT), property: needed, description: 'The product or other element of the list' });
const quantity = declared({ name: 'quantity', kind: money, property: { default: 1 }, description: 'How many of the element to link; it may have decimals' });
const priceField = declared({
	name: 'priceFieldId',
	displayName: 'Price Field Name or ID',
	kind: picked(priceFieldSource(0)),
	property: { typeOptions: { loadOptionsMethod: 'getPriceFields', loadOptionsDependsOn: ['catalogId.value'] } },
	description: pickOne('Which price of the element applies; left empty, its usual one'),
});
const isMainContact = declared({ name: 'isMain', displayName: 'Main Contact', kind: boolean, description: 'Whether this becomes the main contact of the lead' });

/** An element is linked from the other end, by the mass route of the card: cards of each kind have one. */
async function linkAll(run: Run, entity: Entity, action: Action): Promise<void> {
	const isElement = !isCard(entity);
	const ready = await readItems(run, (item) => readLink(run, entity, action, item));
	for (const [kind, own] of await grouped(ready, ({ asked }) => (isElement ? String(asked.to_entity_type) : ''))) {
		if (mustStop(run)) return;
		const links = isElement ? own.map(({ item, asked }) => ({ item, asked: reversed(asked) })) : own;
		const outcomes = await sendLinks(run, isElement ? { path: `/${kind}`, collection: kind } : entity, { action, links });
		const [done, verb] = action === 'link' ? ['linked', 'linked to'] : ['unlinked', 'unlinked from'];
		await settleSent(run, own, outcomes, {
			rowOf: ({ entity_id: id, to_entity_type, to_entity_id }) => ({ id, to_entity_type, to_entity_id, [done]: true }),
			errorOf: (link, outcome) => {
				const name = `${plainName(entity)} ${String(link.entity_id)}`;
				return linkError({ failed: `${name} was not ${verb}`, unknown: `${name}: it is not known whether it was ${verb}` }, link, outcome);
			},
		});
	}
}

const reversed = ({ entity_id, to_entity_id, metadata }: IDataObject): IDataObject => ({ entity_id: to_entity_id, to_entity_type: 'catalog_elements', to_entity_id: entity_id, metadata });

/** Throws what is wrong with the parameters. */
function readLink(run: Run, entity: Entity, action: Action, item: number): IDataObject {
	const chosen = named('Linked Record Type', () => optionIn(linkTargetsOf(entity), run.parameter('linkTo', item, presetTarget(entity))));
	const type = named('Linked Record', () => {
		const linked = linkedOne(RECORDS, run.parameter('linkedId', item, ''), run.client.baseUrl);
		return linked && chosen === presetTarget(entity) && entity.linkTargets.includes(linked.type) ? linked.type : chosen;
	});
	const id = (target: LocatorTarget, idParameter: string, displayName: string) => readRecord(run, target, { displayName, idParameter }, item);
	const link = { entity_id: readId(run, entity, item), to_entity_type: type };
	const isElement = !isCard(entity);
	if (type !== 'catalog_elements' && !isElement) {
		const isMain = action === 'link' && type === 'contacts' && named('Main Contact', () => toBoolean(run.parameter('isMain', item, false)));
		return { ...link, to_entity_id: id(recordOf(type), 'linkedId', 'Linked Record'), ...(isMain ? { metadata: { is_main: true } } : {}) };
	}
	const context = valueContext(run);
	const price = run.parameter('priceFieldId', item, '');
	const catalogId = id(CATALOG, 'catalogId', 'List');
	const metadata: IDataObject = { catalog_id: catalogId };
	if (action === 'link') {
		metadata.quantity = named('Quantity', () => toNumber(run.parameter('quantity', item, 1), context.conventions));
		if (!isUnset(price)) metadata.price_id = named('Price Field', () => pickedId(price, priceFieldSource(catalogId), context));
	}
	return { ...link, to_entity_id: isElement ? id(recordOf(type), 'linkedId', 'Linked Record') : id(elementOf(catalogId), 'elementId', 'Element'), metadata };
}

/**
 * Sends links by the mass route. Its answer lists links without a mark of the row, or is empty for unlinking: a success
 * is a success for all rows of the request.
 */
export async function sendLinks(run: Run, entity: Pick<Entity, 'path' | 'collection'>, { action, links }: { action: Action; links: Array<Asked<IDataObject>> }): Promise<SentOutcome[]> {
	const repeatable = (rows: IDataObject[]) => !rows.some(hasQuantity);
	return await sendRows(run, links, { ...entity, verb: { method: 'POST', path: `/${action}`, sends: 'rows', answers: action === 'link' ? 'links' : 'nothing', repeatable } });
}

/** Whether amoCRM sets or adds the quantity of an element that is linked already is not known. */
const hasQuantity = ({ metadata }: IDataObject): boolean => (metadata as IDataObject | undefined)?.quantity !== undefined;

/** Why a link was not made or taken away, or may not have been; what is said goes before the record at its other end. */
export function linkError(says: { failed: string; unknown: string }, link: IDataObject, outcome: NotWritten): AmoCrmError {
	const { failure, status } = outcome;
	const target = targetName(link.to_entity_type);
	const details = status === 'refused' ? outcome.problems.map(({ detail }) => detail) : [];
	const said = `${status === 'unknown' ? says.unknown : says.failed} ${target} ${String(link.to_entity_id)}`;
	return new AmoCrmError(`${said}: ${details.join('; ') || failure.message}`, factsOf(outcome));
}
