import { type IDataObject, type INodeProperties, UserError } from 'n8n-workflow';

import { isObject, objectsIn } from '../transport/objects';
import type { Query, QueryValue } from '../transport/types';
import type { AccountContext } from './conventions';
import { toTimestamp } from './dates';
import { type Source, manyOf, pickedIds } from './choices';
import { type FieldKind, type WritableField, assertCompanion, named, plainName } from './fields';
import { type LocatorTarget, idsIn, linkedOne, meansNoRecord, recordEntries, recordList } from './locator';
import { toMoney } from './numbers';
import { PIPELINES, STAGES } from './sources';
import { stagesOf } from './stages';
import { ELEMENT, RECORDS } from './targets';
import { assertWritable, exactAmount, isUnset, labelKey, optionIn, show, toBoolean, toList, toText } from './values';

type Row = IDataObject;

/** A condition in amoCRM's query and, where the answer shows enough, the same condition on a row. */
export interface Condition {
	/** Where it goes: `filter[...]`, or the query itself. */
	query: Query;
	/** Whether a row of the answer meets it; absent when a row does not show it. */
	accepts?: (row: Row) => boolean;
	/** Whether no row at all can meet it: there is nothing to ask for. */
	isImpossible?: true;
	/** Whether a row has one value there, so that two lists of values meet in what they share. */
	isOneValue?: true;
	/** Set where amoCRM cannot test it, so that the node does in what it reads: the filter, and what it wants. */
	here?: { filter: string; wanted: unknown };
	/** Those of one family belong together where any of several conditions is enough: both ends of a range, a record and its type. */
	family?: string;
	/** Texts to search amoCRM for, each apart, which together find all rows that meet it. */
	searches?: string[];
}

/** The family of what says where to look: it holds beside any of the other conditions. */
export const EVERYWHERE = 'everywhere';

/** `needs` is the name of another filter without which amoCRM does not take this one. */
export interface Filter extends Pick<WritableField, 'name' | 'displayName' | 'description' | 'placeholder' | 'needs'> {
	property: FieldKind['property'];
	/** What it belongs together with; its own name when left out. */
	family?: string;
	/** Whether an empty list, which only an expression gives, means that nothing is wanted, rather than "not set". */
	takesEmptyList?: true;
	/** Turns the user's value into a condition; throws a `UserError`. */
	condition: (value: unknown, context: FilterContext) => Condition;
}

export interface FilterContext extends AccountContext {
	timezone: string;
	/** The values of all the filters, by parameter name. */
	values: Record<string, unknown>;
	/** Where the list is, and what links to its records look like. */
	at?: { path: string; own: LocatorTarget };
}

export type Look = Omit<Filter, 'property' | 'condition'> & Partial<INodeProperties>;

/** What `look` has beside what filters have goes over `property`. */
export function filter(look: Look, property: Filter['property'], condition: Filter['condition']): Filter {
	const { name, displayName, description, placeholder, needs, family, takesEmptyList, ...rest } = look;
	return { name, displayName, description, placeholder, needs, family, takesEmptyList, property: { ...property, ...rest }, condition };
}

/** The filter with its conditions in another form. */
export const adapted = (own: Filter, adapt: (condition: Condition) => Condition): Filter => ({
	...own,
	condition: (value, context) => adapt(own.condition(value, context)),
});

/** A filter that amoCRM does not have: the node reads what the others leave, and tests that. */
export const testedHere = (own: Filter): Filter =>
	adapted(own, (condition) => (condition.accepts ? { ...condition, query: {}, here: { filter: plainName(own), wanted: condition.query } } : condition));

/** Rows with one of some texts in what `textOf` gives, whatever the letter case and spaces. */
export const containsFilter = (textOf: (row: Row) => unknown, look: Look): Filter =>
	filter(look, { type: 'string', default: '' }, (value) => {
		const wanted = [value].flat().map((text) => labelKey(toText(text)));
		if (wanted.includes('')) throw new UserError(`${show(value)} holds an empty text, which is in every one.`);
		const accepts = (row: Row) => {
			const text = labelKey(String(textOf(row) ?? ''));
			return wanted.some((part) => text.includes(part));
		};
		return { query: {}, accepts, here: { filter: look.displayName, wanted } };
	});

/** Rows that hold one of some records. */
export function embeddedFilter(kind: string, target: LocatorTarget, look: Look): Filter {
	const ofRows = adapted(recordsFilter(kind, target, look), (condition) => {
		const { [kind]: ids } = (condition.query.filter ?? {}) as Record<string, number[] | undefined>;
		return ids ? { ...condition, accepts: (row) => objectsIn((row._embedded as Row | undefined)?.[kind]).some(({ id }) => ids.includes(Number(id))) } : condition;
	});
	return testedHere(ofRows);
}

/** `which` says what is returned; the rest is n8n's own wording. */
export const pickMany = (which: string) =>
	`${which}. Choose from the list, or specify IDs using an <a href="https://docs.n8n.io/code/expressions/">expression</a>.`;

/** Full-text search, which needs no paid feature but matches loosely (core facts 3.6). */
export function search(look: Look): Filter {
	return filter(look, { type: 'string', default: '' }, (value) => ({ query: { query: toText(value) } }));
}

export function textFilter(key: string, look: Look): Filter {
	// Whether amoCRM compares names exactly or in part is not documented, so a row is not judged by it.
	return filter(look, { type: 'string', default: '' }, (value) => ({
		query: { filter: { [key]: Array.isArray(value) ? value.map(toText) : toText(value) } },
	}));
}

/** Records of one kind, or of the kind that another filter says. */
type Target = LocatorTarget | ((context: Pick<FilterContext, 'values' | 'at'>) => LocatorTarget);

const targetFor = (target: Target, context: Pick<FilterContext, 'values' | 'at'>) => (typeof target === 'function' ? target(context) : target);

/** IDs or links in one value, as data carries them. */
export function idsFilter(key: string, target: Target, look: Look): Filter {
	return filter({ placeholder: 'e.g. {{ $json.ids }}', takesEmptyList: true, ...look }, { type: 'string', default: '' }, (value, context) =>
		idsCondition([key], idsIn(targetFor(target, context), value, context)),
	);
}

/** Records, each picked from the list. */
export function recordsFilter(key: string, target: Target, look: Look): Filter {
	return filter({ takesEmptyList: true, ...look }, recordList(targetFor(target, { values: {} })), (value, context) =>
		recordEntries(value).length > 0 || meansNoRecord(value) ? idsCondition([key], idsIn(targetFor(target, context), value, context)) : { query: {} },
	);
}

type Described = Look & { description: string };

export const manyFilter = (source: Source, look: Described, condition: Filter['condition']): Filter =>
	filter({ ...look, description: pickMany(look.description) }, manyOf(source), condition);

/** `keys` are several where amoCRM renamed one: its own client sends both. */
export const pickedIdsFilter = (keys: string | string[], source: Source, look: Described): Filter =>
	manyFilter(source, look, (value, context) => idsCondition([keys].flat(), pickedIds(value, source, context)));

export function idsCondition(keys: string[], ids: Array<number | string>): Condition {
	if (ids.length === 0) return { query: {}, isImpossible: true };
	const texts = ids.map(String);
	return {
		query: { filter: Object.fromEntries(keys.map((key) => [key, ids])) },
		isOneValue: true,
		accepts: (row) => keys.every((key) => row[key] === undefined || texts.includes(String(row[key]))),
	};
}

/** Stages as pairs: amoCRM ignores a status without its pipeline (core facts 3.6). `inRow`: whether a row shows its stage. */
export function stagesFilter(key: string, inRow: 'shown' | 'hidden', look: Described): Filter {
	return manyFilter(STAGES, look, (value, context) => {
		const { pipelineIds } = context.values;
		const stages = stagesOf(value, context, toList(pipelineIds).length > 0 ? pickedIds(pipelineIds, PIPELINES, context) : undefined);
		const query = { filter: { [key]: stages.map((stage) => ({ pipeline_id: stage.pipelineId, status_id: stage.statusId })) } };
		const accepts = (row: Row) => stages.some((stage) => row.pipeline_id === stage.pipelineId && row.status_id === stage.statusId);
		return inRow === 'shown' ? { query, accepts } : { query };
	});
}

export function choiceFilter(key: string, options: Array<{ name: string; value: string }>, look: Look): Filter {
	return filter(look, { type: 'options', options, default: options[0]?.value ?? '' }, (value) => {
		const wanted = optionIn(options, value);
		return { query: { filter: { [key]: wanted } }, accepts: (row) => row[key] === wanted };
	});
}

/** One of several values, or all of some: amoCRM obeys it everywhere, and rows show it. */
export function choicesFilter(key: string, options: Array<{ name: string; value: string }>, look: Look): Filter {
	return filter(look, { type: 'multiOptions', options, default: [] }, (value) => {
		const wanted = toList(value).map((entry) => optionIn(options, entry));
		return { query: { filter: { [key]: wanted } }, accepts: (row) => wanted.includes(String(row[key])) };
	});
}

export function flagFilter(key: string, look: Look): Filter {
	return filter(look, { type: 'boolean', default: false }, (value) => {
		const flag = toBoolean(value);
		return { query: { filter: { [key]: flag ? 1 : 0 } }, accepts: (row) => row[key] === flag };
	});
}

/** A switch that asks for some rows only; switched off it asks for nothing. */
export const onlyFilter = (look: Look, { query, accepts }: Pick<Condition, 'query' | 'accepts'>): Filter =>
	filter(look, { type: 'boolean', default: true }, (value) => (toBoolean(value) ? { query, accepts } : { query: {} }));

const MOMENT_HELP =
	"It may be an expression such as {{ $now.minus({ days: 7 }) }}; a date without an offset is in the workflow's time zone.";

/**
 * Both ends of a range, each a filter of its own, so that a range may have one side only. `what` continues "Return only":
 * "records that were created".
 */
export function momentRange(key: string, name: string, displayName: string, what: string): Filter[] {
	const describe = (side: string) => `Return only ${what} at this moment or ${side}. ${MOMENT_HELP}`;
	const ends: Ends = [['After', describe('later')], ['Before', describe('earlier')]];
	return range(key, { name, displayName, ends }, { type: 'dateTime', default: '' }, (value, { timezone: zone, conventions }) => toTimestamp(value, { zone, conventions }));
}

export function moneyRange(key: string, name: string, displayName: string): Filter[] {
	const describe = (side: string) => `Return only records with this ${displayName.toLowerCase()} or ${side}, in the account's currency`;
	const ends: Ends = [['From', describe('more')], ['To', describe('less')]];
	return range(key, { name, displayName, ends }, { type: 'number', default: 0 }, (value, { conventions }) => toMoney(value, conventions));
}

/** What the lower end is called and how it is described, and the upper one. */
type Ends = Array<[called: string, description: string]>;

type RangeLook = Pick<Filter, 'name' | 'displayName'> & { ends: Ends };

function range(key: string, { name, displayName, ends }: RangeLook, property: Filter['property'], convert: (value: unknown, context: FilterContext) => number): Filter[] {
	return ends.map(([called, description], index) => {
		const isLower = index === 0;
		const look = { name: `${name}${isLower ? 'From' : 'To'}`, displayName: `${displayName} ${called}`, description, family: name };
		return filter(look, property, (value, context) => {
			const bound = convert(value, context);
			const accepts = (row: Row) => {
				// Of a price with a fraction either form may be what amoCRM compares: what it gives is never judged wrong.
				const has = isLower ? exactAmount(row, key) : row[key];
				return has === undefined || (has !== null && (isLower ? Number(has) >= bound : Number(has) <= bound));
			};
			return { query: { filter: { [key]: { [isLower ? 'from' : 'to']: bound } } }, accepts };
		});
	});
}

/**
 * The query and the row test of all the filters that the user set. An empty value is no filter.
 * Throws a `UserError` that names the filter.
 */
export function conditionsOf(filters: Filter[], given: FilterContext): Condition[] {
	const values = withLinkedKinds(filters, given);
	const context = { ...given, values };
	const conditions: Condition[] = [];
	for (const entry of filters) {
		const value = values[entry.name];
		if (isUnset(value) || (Array.isArray(value) && value.length === 0 && !entry.takesEmptyList)) continue;
		assertCompanion(entry, filters, values);
		named(entry.displayName, () => {
			assertWritable(value);
			conditions.push({ ...entry.condition(value, context), family: entry.family ?? entry.needs ?? entry.name });
		});
	}
	return conditions;
}

/** The values with the kinds of records that nothing but the links to them say. Throws a `UserError` that names the filter. */
function withLinkedKinds(filters: Filter[], { values, accountUrl }: FilterContext): Record<string, unknown> {
	const known = { ...values };
	for (const { name, displayName, needs } of filters) {
		if (needs === undefined || isUnset(values[name]) || !isUnset(values[needs])) continue;
		const kinds = named(displayName, () => [...new Set(recordEntries(values[name]).map((entry) => linkedOne(LINKED, entry, accountUrl)?.type))]);
		// An ID does not say it.
		if (kinds.includes(undefined)) continue;
		if (kinds.length > 1) throw new UserError(`'${displayName}': the links lead to ${kinds.join(' and ')}. Give those of one kind.`);
		known[needs] = kinds[0];
	}
	return known;
}

const LINKED = [...RECORDS, { ...ELEMENT, type: 'catalog_elements' }];

/** Several conditions in one query. */
interface Joined {
	query: Query;
	/** Those that the query holds. The others have no place in it beside them. */
	asked: Set<Condition>;
	/** Whether no record can meet them all. */
	isImpossible: boolean;
}

/**
 * One query for all conditions. Two that want something of the same key meet in what both allow: IDs in those that both
 * name, ranges in the narrower one. Values of a field that may hold several cannot meet so: there the first is asked for.
 */
export function joinConditions(conditions: Condition[]): Joined {
	const joined: Joined = { query: {}, asked: new Set(), isImpossible: false };
	for (const condition of conditions) {
		joined.isImpossible ||= condition.isImpossible === true;
		if (condition.here) continue;
		const query = meet(joined.query, condition.query, condition.isOneValue === true);
		if (query === undefined) continue;
		if (query === NO_VALUE) joined.isImpossible = true;
		else joined.query = query as Query;
		joined.asked.add(condition);
	}
	return joined;
}

const isQuery = (value: QueryValue): value is Query => isObject(value);

/** No value is in both lists. An empty list in a query would ask for everything. */
const NO_VALUE = Symbol('no value');

/** What both values allow; nothing when there is no such value of a query. */
function meet(one: QueryValue, other: QueryValue, isOneValue: boolean, key = ''): QueryValue | typeof NO_VALUE {
	if (one === undefined || JSON.stringify(one) === JSON.stringify(other)) return other;
	if (isQuery(one) && isQuery(other)) {
		const both: Query = { ...one };
		for (const [name, value] of Object.entries(other)) {
			const met = meet(one[name], value, isOneValue, name);
			if (met === undefined || met === NO_VALUE) return met;
			both[name] = met;
		}
		return both;
	}
	if (typeof one === 'number' && typeof other === 'number' && key === 'from') return Math.max(one, other);
	if (typeof one === 'number' && typeof other === 'number' && key === 'to') return Math.min(one, other);
	if (!isOneValue || !Array.isArray(one) || !Array.isArray(other)) return undefined;
	const shared = one.filter((value) => other.includes(value));
	return shared.length > 0 ? shared : NO_VALUE;
}
