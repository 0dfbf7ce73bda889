import { type IDataObject, deepCopy } from 'n8n-workflow';

import { type Entity, type RecordId, inSentence } from '../entities/types';
import { changesOf } from '../fields/changes';
import { encodeFieldValue } from '../fields/codec';
import { readWithAccount } from '../fields/conventions';
import type { CustomFieldValue } from '../fields/customFields';
import { type FieldDefinition, accountCountry } from '../fields/dictionaries';
import { AmoCrmError } from '../fields/errors';
import { type Draft, encodeDraft, named } from '../fields/fields';
import { chosenField } from '../fields/mapper';
import { type Matcher, type MatchKey, fieldMatcher } from '../fields/matching';
import { simplify } from '../fields/simplify';
import type { TotalContext } from '../fields/totals';
import { isUnset, show, toId, valuesOf, withoutUnset } from '../fields/values';
import { exclusively } from '../transport/exclusive';
import { cancelled } from '../transport/failures';
import { giveWay, inTurns } from '../transport/parallel';
import type { Failure } from '../transport/types';
import { findByIds, isFailure } from './byIds';
import { attempt, mustStop, readItems } from './items';
import { lookUp, rememberWritten } from './lookup';
import { type Mapping, mappedFieldsOf, mappingOf, usesMapper } from './mapping';
import { fieldsFor } from './newRecord';
import { readId, valueContext } from './parameters';
import { knownView, withCard } from './present';
import { notFoundError } from './problems';
import type { Operation, Run } from './types';
import { type MatchBy, type UpsertRules, matchFieldsOf, readRules, topLevelFields, upsertOptions, upsertProperties } from './upsertParameters';
import { type Wish, mergeWishes } from './wishes';
import { writeDrafts } from './write';
import { recordAfter } from './written';

type Decision =
	| { action: 'created'; draft: Draft }
	| { action: 'updated'; draft: Draft; changed: string[]; record: IDataObject }
	| { action: 'unchanged'; record: IDataObject };

/** Everything that holds for the whole run. */
interface Setting {
	run: Run;
	entity: Entity;
	rules: UpsertRules;
	mapping: Mapping;
	country: string;
	/** What records are found by: a record that has any of these is meant. None when matching by ID. */
	match: Criterion[];
	/** The custom field whose 'Match Value' is compared. */
	matchField?: FieldDefinition;
}

/** A parameter that records are found by. */
interface Criterion {
	name: string;
	displayName: string;
	matcher: Matcher;
}

const MATCH_VALUE = { name: 'matchValue', displayName: 'Match Value' };

const totalContext = ({ run, mapping, country }: Setting): TotalContext => ({ country, definitions: mapping.definitions, accountUrl: run.client.baseUrl });

export function upsert(entity: Entity, matchBy: MatchBy[]): Operation {
	const noun = inSentence(entity.displayName);
	return {
		value: 'upsert',
		name: 'Create or Update',
		action: `Create or update a ${noun}`,
		description: `Create a new ${noun}, or update the current one if it already exists (upsert)`,
		properties: upsertProperties(entity, matchBy),
		writes: true,
		forAllItems: ['matchFieldId', ...upsertOptions(entity, matchBy).map(({ name }) => `options.${name}`)],
		execute: async (run) => await upsertRecords(run, entity, matchBy),
	};
}

/**
 * Finds the record of each item by its match key, then creates, updates or leaves it. Items with a common key are one
 * record: later items win, values of fields that hold several add up. Nothing is written before every lookup is done.
 */
async function upsertRecords(run: Run, entity: Entity, matchBy: MatchBy[]): Promise<void> {
	const setting = await settingOf(run, entity, matchBy);
	const wishes = await readItems(run, (item) => wishOf(setting, item));
	if (mustStop(run)) return;
	const merged = await mergeWishes(wishes.map(({ asked }) => asked), entity.fields, totalContext(setting));
	const locks = await inTurns(merged, (wish) => locksOf(setting, wish));
	await inLine(run, locks.flat(), async () => await settle(setting, merged));
	const shared = merged.flatMap(({ items: [first = 0, ...others] }) => others.map((item) => ({ item, first })));
	await inTurns(shared, ({ item, first }) => shareResult(run, item, first));
}

function locksOf({ run, entity }: Setting, { id, keys }: Wish): string[] {
	return [...(id === undefined ? [] : [`id:${id}`]), ...keys.map(({ key }) => key)].map((key) => `${run.client.accountKey}|${entity.path}|${key}`);
}

/** Waits for other executions that look for the same records, unless this one is stopped. */
async function inLine({ context }: Run, keys: string[], work: () => Promise<void>): Promise<void> {
	const signal = context.getExecutionCancelSignal();
	try {
		await exclusively({ keys, signal }, work);
	} catch (error) {
		throw signal?.aborted ? AmoCrmError.from(cancelled()) : error;
	}
}

async function settingOf(run: Run, entity: Entity, matchBy: MatchBy[]): Promise<Setting> {
	const rules = await readWithAccount(() => readRules(run, entity, matchBy));
	const mapping = await mappingOf(run, entity, rules.matchBy === 'customField' || usesMapper(run, 'customFields'));
	const usesPhones = entity.fields.some(({ key }) => key === 'PHONE');
	const country = rules.phoneCountry ?? (usesPhones ? await accountCountry(run.client) : '');
	const matchField = rules.matchBy === 'customField' ? await readWithAccount(() => named('Match Field', () => chosenField(run.parameter('matchFieldId', 0, ''), mapping.definitions, mapping.context))) : undefined;
	const match = matchField
		? [{ ...MATCH_VALUE, matcher: named('Match Field', () => fieldMatcher(matchField, mapping.context, country)) }]
		: matchFieldsOf(entity, rules.matchBy).flatMap(({ name, displayName, kind }) => (kind.matcher ? { name, displayName, matcher: kind.matcher(country) } : []));
	return { run, entity, rules, mapping, country, match, ...(matchField ? { matchField } : {}) };
}

/** Throws for what cannot be written or matched. */
async function wishOf(setting: Setting, item: number): Promise<Wish> {
	const { run, entity, rules, mapping, matchField } = setting;
	const values: Record<string, unknown> = { ...(run.parameter('additionalFields', item, {}) as IDataObject) };
	for (const { name } of topLevelFields(entity, rules.matchBy)) values[name] = run.parameter(name, item, '');
	const matchValue = matchField && run.parameter(MATCH_VALUE.name, item, '');
	const mapped = withMatchValue(setting, matchValue, values, () => {
		const own = mappedFieldsOf(run, item, { entity, mapping, values });
		Object.assign(values, own.values);
		return own.mapped;
	});
	const wish: Wish = { items: [item], keys: [], values: withoutUnset(values), mapped };
	if (rules.matchBy === 'id' && !isUnset(run.parameter(entity.idParameter, item, ''))) wish.id = readId(run, entity, item);
	// Whether all of it can be written, before it meets what other items say.
	encodeDraft(entity.fields, { ...valueContext(run, entity), mode: 'update', values: wish.values, mapped });
	// A text may hold thousands of phone numbers.
	await giveWay();
	wish.keys = keysOf(setting.match, { ...values, [MATCH_VALUE.name]: matchValue });
	return wish;
}

/** What the record is found by is saved too: as the parameter that the field has, or else beside the mapped fields. */
function withMatchValue(setting: Setting, value: unknown, values: Record<string, unknown>, readMapped: () => CustomFieldValue[]): CustomFieldValue[] {
	const { entity, mapping, matchField } = setting;
	if (!matchField || isUnset(value)) return readMapped();
	const own = entity.fields.find(({ key }) => key === matchField.code);
	const total = own?.kind.total?.(totalContext(setting));
	if (own && total) {
		for (const one of [value, values[own.name]]) if (!isUnset(one)) named(one === value ? MATCH_VALUE.displayName : own.displayName, () => total.add(one));
		values[own.name] = total.value();
		return readMapped();
	}
	const mapped = readMapped();
	if (mapped.some(({ field_id: id }) => Number(id) === matchField.id)) return mapped;
	return [...mapped, { field_id: matchField.id, values: named(MATCH_VALUE.displayName, () => encodeFieldValue(value, matchField, mapping.context)) }];
}

/** Throws when there is nothing to find a record by. */
function keysOf(match: Criterion[], given: Record<string, unknown>): MatchKey[] {
	const keys = match.flatMap(({ name, displayName, matcher }) => named(displayName, () => matcher.keysOf(given[name])));
	if (match.length === 0 || keys.length > 0) return keys;
	const partial = match.find(({ name }) => ![given[name]].flat().every((value) => isUnset(value) || (typeof value === 'string' && value.trim() === '')));
	if (partial) {
		throw new AmoCrmError(`'${partial.displayName}': ${show(given[partial.name])} is not a whole ${partial.matcher.noun}, so no record can be found by it`);
	}
	const names = match.map(({ displayName }) => `'${displayName}'`).join(' and ');
	throw new AmoCrmError(`${names} ${match.length > 1 ? 'are both' : 'is'} empty: there is nothing to find the record by`);
}

function encodeWish({ run, entity, rules }: Setting, wish: Wish, mode: 'create' | 'update'): Draft {
	const update = mode === 'update';
	const values = update
		? Object.fromEntries(Object.entries(wish.values).filter(([name]) => !rules.createOnly.has(name)))
		: wish.values;
	const mapped = update && rules.keepsCustomFields ? [] : wish.mapped;
	const draft = encodeDraft(fieldsFor(entity, mode), { ...valueContext(run, entity), mode, values, mapped });
	const { custom_fields_values: fields, ...body } = draft.body as { custom_fields_values?: CustomFieldValue[] };
	if (!update || !fields) return draft;
	const changing = fields.filter(({ field_id: id }) => !rules.createOnlyFieldIds.has(Number(id)));
	return { ...draft, body: { ...body, ...(changing.length > 0 ? { custom_fields_values: changing } : {}) } };
}

/** Looks up, decides and writes. The first item of each wish gets its result. */
async function settle(setting: Setting, wishes: Wish[]): Promise<void> {
	const { run, entity, country } = setting;
	const candidates = await findCandidates(setting, wishes);
	const decided: Array<{ item: number; wish: Wish; decision: Decision }> = [];
	await inTurns(wishes, async (wish) => {
		const item = wish.items[0] as number;
		await attempt(run, [item], async () => {
			decided.push({ item, wish, decision: await readWithAccount(async () => await decide(setting, wish, candidates(wish))) });
		});
	});
	if (mustStop(run)) return;
	const drafts = (action: string) =>
		decided.flatMap(({ item, decision }) => (decision.action === action && 'draft' in decision ? [{ item, asked: decision.draft }] : []));
	const { definitions } = setting.mapping;
	await writeDrafts(run, { entity, mode: 'create', definitions }, drafts('created'));
	if (!mustStop(run)) await writeDrafts(run, { entity, mode: 'update', definitions }, drafts('updated'));
	const matchers = entity.fields.flatMap(({ kind }) => kind.matcher?.(country) ?? []);
	const view = await knownView(run, decided.flatMap(({ decision }) => (decision.action === 'unchanged' ? [decision.record] : [])));
	const showFound = (before: IDataObject) =>
		run.isVersion1 ? {} : simplify(withCard(run, recordAfter({ draft: { body: {}, links: [], before }, answer: {}, definitions }, view), entity), view);
	await inTurns(decided, ({ item, wish, decision }) => {
		const known = decision.action === 'unchanged' ? showFound(decision.record) : run.rows.get(item)?.[0];
		const row = reported(decision, known, run.isDryRun);
		if (!row) return;
		run.rows.set(item, [row]);
		if (!('draft' in decision) || run.isDryRun) return;
		// The next execution may look for it by something else than this one.
		const keys = [...wish.keys.map(({ key }) => key), ...matchers.flatMap(({ keysOfRecord }) => keysOfRecord(decision.draft.body))];
		rememberWritten(run, entity, [...new Set(keys)], Number(row.id));
	});
}

/** The records that a wish may mean, each once, or why they are not known. */
async function findCandidates(setting: Setting, wishes: Wish[]): Promise<(wish: Wish) => IDataObject[] | Failure> {
	const { run, entity, rules, match } = setting;
	// What a record does not show by itself: without it every link would look new.
	const extras = entity.withOptions.filter(({ value }) => entity.fields.some(({ key, name }) => key === `_embedded.${value}` && wishes.some(({ values }) => values[name] !== undefined)));
	const query = extras.length > 0 ? { with: valuesOf(extras).join(',') } : {};
	if (match.length === 0) {
		const ids = [...new Set(wishes.flatMap(({ id }) => id ?? []))];
		const found = ids.length > 0 ? await findByIds(run.client, entity, query.with ?? '', ids) : new Map<RecordId, IDataObject | Failure>();
		return ({ id }) => {
			const record = id === undefined ? undefined : found.get(id);
			return record === undefined ? [] : isFailure(record) ? record : [record];
		};
	}
	const keys = new Map<string, MatchKey>();
	await inTurns(wishes, (wish) => {
		for (const key of wish.keys) keys.set(key.key, key);
	});
	const keysOfRecord = (record: IDataObject) => match.flatMap(({ matcher }) => matcher.keysOfRecord(record));
	const found = keys.size > 0 ? await lookUp({ run, entity, keysOfRecord, keys: [...keys.values()], mode: rules.lookup, query }) : new Map<string, IDataObject[]>();
	return ({ keys: wanted }) => {
		const records = new Map<number, IDataObject>();
		for (const { key } of wanted) {
			const hits = found.get(key) ?? [];
			if (isFailure(hits)) return hits;
			for (const record of hits) records.set(Number(record.id), record);
		}
		return [...records.values()];
	};
}

/** Throws why nothing can be written. */
async function decide(setting: Setting, wish: Wish, candidates: IDataObject[] | Failure): Promise<Decision> {
	const { entity, rules, mapping, country } = setting;
	if (isFailure(candidates)) {
		if (candidates.kind === 'notFound' && wish.id !== undefined) throw notFoundError(entity, wish.id);
		throw AmoCrmError.from(candidates);
	}
	if (candidates.length > 1 && rules.severalMatches === 'fail') throw severalError(entity, candidates);
	const record = choose(candidates, rules);
	if (!record && wish.id !== undefined) throw notFoundError(entity, wish.id);
	if (!record) return { action: 'created', draft: encodeWish(setting, wish, 'create') };
	const draft = encodeWish(setting, wish, 'update');
	await giveWay();
	const { appendValues, appendTags } = rules;
	const { body, links, changed } = changesOf(record, draft, { appendValues, appendTags, country, definitions: mapping.definitions });
	if (changed.length === 0) return { action: 'unchanged', record };
	return { action: 'updated', draft: { body: { id: toId(record.id), ...body }, links, before: record }, changed, record };
}

function choose(candidates: IDataObject[], { severalMatches }: UpsertRules): IDataObject | undefined {
	const byAge = [...candidates].sort((a, b) => Number(a.created_at ?? 0) - Number(b.created_at ?? 0) || Number(a.id) - Number(b.id));
	return byAge.at(severalMatches === 'oldest' ? 0 : -1);
}

function severalError(entity: Entity, candidates: IDataObject[]): AmoCrmError {
	const ids = candidates.map(({ id }) => Number(id)).sort((a, b) => a - b);
	return new AmoCrmError(`${candidates.length} ${inSentence(entity.displayNamePlural)} match: IDs ${ids.slice(0, 20).join(', ')}`, {
		advice: "Merge them in amoCRM, match by something that only one has, or choose another rule in the option 'If Several Match'. Nothing was written for this item.",
		details: { matchingIds: ids },
	});
}

const DRY_ACTIONS = { created: 'create', updated: 'update', unchanged: 'unchanged' };

/** The row that the item gets; `known` is what was written for it, or found as it is wanted. */
function reported(decision: Decision, known: IDataObject | undefined, isDryRun: boolean): IDataObject | undefined {
	const { id: foundId, name } = 'record' in decision ? decision.record : {};
	const found = { id: foundId ?? null, ...(name === undefined ? {} : { name }) };
	const dry = isDryRun ? { dry_run: true, action: DRY_ACTIONS[decision.action], found: foundId === undefined ? null : found } : {};
	if (decision.action === 'unchanged') return isDryRun ? dry : { ...found, action: 'unchanged', ...known };
	if (!known) return undefined;
	const { id, name: newName, ...row } = known;
	const changed = decision.action === 'updated' ? { changed_fields: decision.changed } : {};
	if (isDryRun) return { ...known, ...dry, ...changed };
	return { id, ...(newName === undefined ? {} : { name: newName }), action: decision.action, ...changed, ...row };
}

/** An item that was merged into the first one says so. */
function shareResult({ rows, errors }: Run, item: number, first: number): void {
	const [row, error] = [rows.get(first)?.[0], errors.get(first)];
	if (row) rows.set(item, [{ ...deepCopy(row), duplicate_of_item: first }]);
	if (error) errors.set(item, error);
}
