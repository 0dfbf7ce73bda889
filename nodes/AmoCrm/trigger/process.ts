import type { IDataObject, IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import { readWithAccount } from '../fields/conventions';
import { choicesOf } from '../fields/dictionaries';
import { toBoolean } from '../fields/values';
import { isVersion1 } from '../fields/version';
import { type Reader, presentRows, withCard } from '../operations/present';
import { asError, clientOf } from '../pickers/read';
import type { ApiClient } from '../transport/client';
import { inTurns } from '../transport/parallel';
import { type Memory, scopeOf } from './authenticity';
import { type Cards, addPlaces, cardOf, readCards } from './cards';
import { type Changes, readChanges, withChanged } from './changedFields';
import type { HookItem } from './delivery';
import { typeCustomFields } from './fieldTypes';
import { isWanted } from './filters';
import { readOptions } from './options';
import { type Missed, newcomers, remember, uncaught, withoutRepeats } from './repeats';
import { toV4 } from './simple';

/** What a full card cannot say: the values before the change. */
const BEFORE = /^(?:old_|value_(?:before|after)$)/;

/** What of a context decides how rows look. */
type Place = Pick<IExecuteFunctions, 'getNode' | 'getTimezone'>;

/**
 * The second half of the trigger, inside the execution: amoCRM has its answer, the delivery is stored, and what fails here
 * is a failed execution that can be run again.
 */
export async function processDelivery(context: IExecuteFunctions): Promise<INodeExecutionData[][]> {
	const client = await clientOf(context);
	const inputs = context.getInputData().map(({ json }) => json as Missed);
	const received = inputs.map((input): HookItem => {
		const item = { ...input };
		delete item.is_exact;
		return item;
	});
	const exact = new Set(received.filter((_item, index) => inputs[index]?.is_exact));
	const isCaughtUp = received.some((item) => item.caught_up);
	// Of a delivery, the others have decided already.
	const decided = isCaughtUp ? {} : { pipelineIds: [], stageIds: [], responsibleUserIds: [] };
	const given = { ...(context.getNodeParameter('options', 0, {}) as IDataObject), ...decided };
	const options = await readWithAccount(() => readOptions(context.getNode(), given, choicesOf(client)));
	const simplify = toBoolean(context.getNodeParameter('simplify', 0, true));
	const scope = scopeOf(context);
	// A person who runs a failed execution again wants its rows.
	const keepRepeated = options.keepRepeated || context.getMode() === 'retry';
	const unseen = (some: HookItem[]) => (keepRepeated ? some : withoutRepeats(scope, some));
	const fresh = isCaughtUp ? await uncaught(context, received, exact) : unseen(received);
	const isChecked = options.changedFields.length > 0;
	const changes: Changes = isChecked ? await changesOf(context, client, fresh) : new Map();
	const wanted = isChecked ? withChanged(fresh, options.changedFields, changes) : fresh;
	const items = await typeCustomFields(client, wanted);
	// The history alone tells too little of a record.
	const { cards, failure } = options.loadFullRecord || isCaughtUp ? await readCards(client, items, options.with) : { cards: new Map() as Cards };
	if (failure) throw asError(context, failure);
	if (isCaughtUp) addPlaces(cards);

	const places = new Map(received.map((item, index) => [item, index]));
	const rows = await rowsOf(context, client, { items, cards, loadFullRecord: options.loadFullRecord, simplify });
	const { userId } = context.getWorkflowStaticData('node') as Memory;
	// An execution beside this one, or in another process, may have got through with the same change meanwhile.
	const left = unseen(fresh);
	remember(scope, fresh);
	const fit = await newcomers(context, left, { exact, keepRepeated });
	return [
		rows.flatMap((row, index) => {
			const item = wanted[index] as HookItem;
			if (!fit.has(item) || (isCaughtUp && !isWanted(item, options, userId))) return [];
			const fields = changes.get(item);
			return [{ json: fields ? { ...row, changed_fields: [...fields] } : row, pairedItem: { item: places.get(item) ?? index } }];
		}),
	];
}

async function changesOf(context: IExecuteFunctions, client: ApiClient, items: HookItem[]): Promise<Changes> {
	const { changes, complete } = await readChanges(client, items);
	const message = "amoCRM did not tell what changed, so records were let through without the check of 'Only if Changed'.";
	if (!complete) context.addExecutionHints({ message, location: 'outputPane' });
	return changes;
}

interface Shown {
	items: HookItem[];
	cards: Cards;
	loadFullRecord: boolean;
	simplify: boolean;
}

/**
 * A row for each item: flat as the amoCRM node gives it, with the card of another record, such as the lead of a note, in
 * `record`; or, not simplified, the item itself with its card. What the history says of a record then is not overwritten
 * by its card, unless the record as it is now is wanted.
 */
export async function rowsOf(context: Place, client: ApiClient, { items, cards, loadFullRecord, simplify }: Shown): Promise<IDataObject[]> {
	if (!simplify) return items.map((item) => (cards.has(item) ? { ...item, record: cards.get(item)?.card } : item));
	const run = { client, timezone: context.getTimezone(), isVersion1: isVersion1(context.getNode()) };
	const whole = await inTurns(items, (item): IDataObject => {
		const { data } = item;
		const head = Object.fromEntries(Object.entries(item).filter(([key]) => key !== 'account' && key !== 'data'));
		const found = cards.get(item);
		const before = Object.fromEntries(Object.entries(data).filter(([key]) => BEFORE.test(key)));
		const card = found?.address.isSelf && found.card;
		const record = !card ? toV4(item) : loadFullRecord ? card : asThen(card, toV4(item));
		// First the event's own keys: a custom field of the same name then gets another one.
		return withCardOf(run, item, { ...head, ...record, ...before });
	});
	const own = await presentRows(run, whole);
	const others = items.filter((item) => cards.get(item)?.address.isSelf === false);
	const shown = await presentRows(run, others.map((item) => withCardOf(run, item, cards.get(item)?.card ?? {})));
	const beside = new Map(others.map((item, index) => [item, shown[index]]));
	return items.map((item, index) => {
		if (item.event === 'unknown') return item;
		const other = beside.has(item) ? { record: cards.get(item)?.card ? beside.get(item) : null } : {};
		return { ...own[index], ...other };
	});
}

/** The record with what is known of it at another time. */
function asThen(card: IDataObject, known: IDataObject): IDataObject {
	const { price = card.price } = known;
	return { ...card, ...known, _embedded: card._embedded, ...(price === card.price ? {} : { price_with_minor_units: price }) };
}

/** The row with the address of the card that the event is about, where there is one. */
function withCardOf(run: Reader, item: HookItem, row: IDataObject): IDataObject {
	const address = cardOf(item);
	return address ? withCard(run, row, address.type, address.isSelf ? row : { id: address.id }) : row;
}
