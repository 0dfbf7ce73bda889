import type { IDataObject } from 'n8n-workflow';
import { deepCopy } from 'n8n-workflow';

import type { Entity, RecordId } from '../entities/types';
import { changesOf } from '../fields/changes';
import { assertAccountKnown } from '../fields/conventions';
import type { CustomFieldValue } from '../fields/customFields';
import type { FieldDefinition } from '../fields/dictionaries';
import { accountCountry } from '../fields/dictionaries';
import { AmoCrmError } from '../fields/errors';
import type { Draft } from '../fields/fields';
import { encodeDraft, fieldError } from '../fields/fields';
import { recordEntries } from '../fields/locator';
import type { Matcher, MatchKey, Wanted } from '../fields/matching';
import { CONTACT_FIELDS, contactMatcher, fieldMatcher, matchingValue, nameMatcher } from '../fields/matching';
import { joinedEntries } from '../fields/multitext';
import { isUnset, toId, toList, unwrapLocator, withoutUnset } from '../fields/values';
import { exclusively } from '../transport/exclusive';
import { inTurns } from '../transport/parallel';
import type { Failure } from '../transport/types';
import { findByIds, isFailure } from './getOne';
import { attempt, mustStop, readItems } from './items';
import { lookUp, rememberWritten } from './lookup';
import type { Mapping } from './mapping';
import { mappedFieldsOf, mappingOf, usesMapper } from './mapping';
import { readId, valueContext } from './parameters';
import { notFoundError } from './problems';
import type { Operation, Run } from './types';
import type { MatchBy, UpsertRules } from './upsertParameters';
import { readRules, upsertProperties } from './upsertParameters';
import { fieldsFor, writeDrafts } from './write';

/** What some items ask for together: they share a match key, so they mean one record. */
interface Wish {
	/** The items, in order; the result of the first is the result of all. */
	items: number[];
	keys: MatchKey[];
	/** Only when matching by ID. */
	id?: RecordId;
	values: Record<string, unknown>;
	mapped: CustomFieldValue[];
}

type Decision =
	| { action: 'created'; draft: Draft }
	| { action: 'updated'; draft: Draft; changed: string[] }
	| { action: 'unchanged'; record: IDataObject };

/** Everything that holds for the whole run. */
interface Setting {
	run: Run;
	entity: Entity;
	rules: UpsertRules;
	mapping: Mapping;
	country: string;
	matcher?: Matcher;
	matchField?: FieldDefinition;
}

export function upsert(entity: Entity, matchBy: MatchBy[]): Operation {
	const noun = entity.displayName.toLowerCase();
	return {
		value: 'upsert',
		name: 'Create or Update',
		action: `Create or update a ${noun}`,
		description: `Create a new ${noun}, or update the current one if it already exists (upsert)`,
		properties: upsertProperties(entity, matchBy),
		writes: true,
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
	const merged = mergeWishes(wishes.map(({ asked }) => asked), setting);
	const locks = merged.flatMap(({ keys }) => keys.map(({ key }) => `${run.client.accountKey}|${entity.path}|${key}`));
	await exclusively({ keys: locks }, async () => await settle(setting, merged));
	for (const { items } of merged) shareResult(run, items);
}

async function settingOf(run: Run, entity: Entity, matchBy: MatchBy[]): Promise<Setting> {
	const rules = readRules(run, matchBy);
	const mapping = await mappingOf(run, entity, rules.matchBy === 'customField' || usesMapper(run, 'customFields'));
	const usesPhones = entity.fields.some(({ name }) => name === 'phone');
	const country = rules.phoneCountry ?? (usesPhones ? await accountCountry(run.client) : '');
	const matchField = rules.matchBy === 'customField' ? readMatchField(run, mapping) : undefined;
	return { run, entity, rules, mapping, country, matchField, matcher: matcherOf(rules.matchBy, country, matchField) };
}

function readMatchField(run: Run, { definitions }: Mapping): FieldDefinition {
	const given = run.parameter('matchFieldId', 0, '');
	const field = definitions.find(({ id, code }) => String(id) === String(given) || code === given);
	if (!field) throw new AmoCrmError(`'Match Field': the account has no custom field '${String(given)}' here. Choose one from the list.`);
	return field;
}

function matcherOf(matchBy: MatchBy, country: string, field?: FieldDefinition): Matcher | undefined {
	switch (matchBy) {
		case 'id':
			return undefined;
		case 'name':
			return nameMatcher;
		case 'customField':
			// The phone and e-mail fields have rules of their own for what is equal.
			if (field?.code === 'PHONE' || field?.code === 'EMAIL') {
				return contactMatcher([{ ...CONTACT_FIELDS[field.code], displayName: 'Match Value' }], country);
			}
			return field && fieldMatcher(field);
		default:
			return contactMatcher(Object.values(CONTACT_FIELDS).filter(({ name }) => matchBy === name || matchBy === 'phoneOrEmail'), country);
	}
}

/** Throws a `UserError` for what cannot be written or matched. */
function wishOf(setting: Setting, item: number): Wish {
	const { run, entity, rules, mapping, matcher, matchField } = setting;
	const values: Record<string, unknown> = { ...(run.parameter('additionalFields', item, {}) as IDataObject) };
	for (const name of ['name', 'phone', 'email']) {
		const isKey = name === 'name' || rules.matchBy === name || rules.matchBy === 'phoneOrEmail';
		if (isKey && entity.fields.some((field) => field.name === name)) values[name] = run.parameter(name, item, '');
	}
	const wanted: Wanted = { phone: values.phone, email: values.email, name: values.name };
	if (matchField) addMatchValue(setting, item, matchField, wanted, values);
	const mapped = mappedFieldsOf(run, entity, item, mapping, values);
	const { field } = wanted;
	if (field && !mapped.some(({ field_id: id }) => Number(id) === Number(field.field_id))) mapped.push(field);
	const wish: Wish = { items: [item], keys: [], values: withoutUnset(values), mapped };
	if (rules.matchBy === 'id' && !isUnset(run.parameter(entity.idParameter, item, ''))) wish.id = readId(run, entity, item);
	encodeWish(setting, wish, 'update');
	// Values for new records only are judged when there is none; what they need of the account is read before.
	if (rules.createOnly.size > 0) assertAccountKnown(() => encodeWish(setting, wish, 'create'));
	wish.keys = matcher?.keysOf(wanted) ?? [];
	if (matcher && wish.keys.length === 0) throw new AmoCrmError(`${matchParameters(rules.matchBy)} empty: there is nothing to find the record by`);
	return wish;
}

function addMatchValue(
	{ run, mapping, country }: Setting,
	item: number,
	field: FieldDefinition,
	wanted: Wanted,
	values: Record<string, unknown>,
): void {
	const value = run.parameter('matchValue', item, '');
	if (isUnset(value)) return;
	try {
		if (field.code === 'PHONE' || field.code === 'EMAIL') {
			const { name } = CONTACT_FIELDS[field.code];
			wanted[name] = value;
			values[name] = joinedEntries(value, values[name], field, country);
			return;
		}
		wanted.field = matchingValue(value, field, mapping.context);
	} catch (error) {
		throw fieldError({ displayName: 'Match Value' }, error);
	}
}

function matchParameters(matchBy: MatchBy): string {
	if (matchBy === 'phoneOrEmail') return "'Phone' and 'Email' are both";
	return `'${{ phone: 'Phone', email: 'Email', name: 'Name', customField: 'Match Value', id: 'ID' }[matchBy]}' is`;
}

function encodeWish({ run, entity, rules }: Setting, wish: Wish, mode: 'create' | 'update'): Draft {
	const update = mode === 'update';
	const values = update
		? Object.fromEntries(Object.entries(wish.values).filter(([name]) => !rules.createOnly.has(name)))
		: wish.values;
	const mapped = wish.mapped.filter(
		(field) => !update || (!rules.keepsCustomFields && !rules.createOnlyFieldIds.has(Number(field.field_id))),
	);
	return encodeDraft(fieldsFor(entity, mode), { ...valueContext(run), mode, values, mapped });
}

/** Items that share a key, directly or through another item, become one wish at the place of the first. */
function mergeWishes(wishes: Wish[], setting: Setting): Wish[] {
	const byKey = new Map<string, Wish>();
	const merged = new Set<Wish>();
	for (const wish of wishes) {
		const keys = wish.id === undefined ? wish.keys.map(({ key }) => key) : [`id:${wish.id}`];
		const known = [...new Set(keys.flatMap((key) => byKey.get(key) ?? []))].sort((a, b) => (a.items[0] ?? 0) - (b.items[0] ?? 0));
		const whole = [...known, wish].reduce((first, next) => mergeInto(first, next, setting));
		for (const part of known) merged.delete(part);
		merged.add(whole);
		for (const { key } of whole.keys) byKey.set(key, whole);
		for (const key of keys) byKey.set(key, whole);
	}
	return [...merged].sort((a, b) => (a.items[0] ?? 0) - (b.items[0] ?? 0));
}

function mergeInto(first: Wish, next: Wish, setting: Setting): Wish {
	const keys = [...first.keys, ...next.keys.filter(({ key }) => !first.keys.some((known) => known.key === key))];
	const values = { ...first.values };
	for (const [name, value] of Object.entries(next.values)) {
		values[name] = LISTS.has(name) && values[name] !== undefined ? joined(name, values[name], value, setting) : value;
	}
	const mapped = [...first.mapped];
	for (const field of next.mapped) mergeField(mapped, field, setting);
	return { items: [...first.items, ...next.items].sort((a, b) => a - b), keys, id: first.id ?? next.id, values, mapped };
}

/** Parameters that hold several values: those of several items add up. */
const LISTS = new Set(['phone', 'email', 'tags', 'contacts', 'contactIds']);

function joined(name: string, old: unknown, added: unknown, { country }: Setting): unknown[] {
	const field = Object.values(CONTACT_FIELDS).find((known) => known.name === name);
	if (field) return joinedEntries(old, added, field, country);
	const keyOf = (value: unknown): string => JSON.stringify(unwrapLocator(value));
	const listOf = name === 'tags' ? toList : recordEntries;
	const all = [...listOf(old), ...listOf(added)];
	return all.filter((value, index) => all.findIndex((other) => keyOf(other) === keyOf(value)) === index);
}

function mergeField(mapped: CustomFieldValue[], field: CustomFieldValue, { mapping, country }: Setting): void {
	const known = mapped.findIndex((old) => old.field_id === field.field_id && old.field_code === field.field_code);
	if (known < 0) {
		mapped.push(field);
		return;
	}
	const definition = mapping.definitions.find(({ id, code }) => (field.field_code ? code === field.field_code : id === field.field_id));
	const old = mapped[known]?.values ?? [];
	const added = field.values ?? [];
	if (definition?.type === 'multitext') mapped[known] = { ...field, values: joinedEntries(old, added, definition, country) };
	else if (definition?.type === 'multiselect') {
		const all = [...old, ...added].map((value) => JSON.stringify(value));
		mapped[known] = { ...field, values: [...new Set(all)].map((value) => JSON.parse(value) as IDataObject) };
	} else mapped[known] = field;
}

/** Looks up, decides and writes. The first item of each wish gets its result. */
async function settle(setting: Setting, wishes: Wish[]): Promise<void> {
	const { run, entity } = setting;
	const candidates = await findCandidates(setting, wishes);
	const decided: Array<{ item: number; wish: Wish; decision: Decision }> = [];
	await inTurns(wishes, async (wish) => {
		const item = wish.items[0] as number;
		await attempt(run, [item], () => {
			decided.push({ item, wish, decision: decide(setting, wish, candidates(wish)) });
		});
	});
	if (mustStop(run)) return;
	const drafts = (action: string) =>
		decided.flatMap(({ item, decision }) => (decision.action === action && 'draft' in decision ? [{ item, asked: decision.draft }] : []));
	const { definitions } = setting.mapping;
	await writeDrafts(run, { entity, mode: 'create', definitions }, drafts('created'));
	if (!mustStop(run)) await writeDrafts(run, { entity, mode: 'update', definitions }, drafts('updated'));
	for (const { item, wish, decision } of decided) {
		const row = reported(decision, run.rows.get(item)?.[0]);
		if (!row) continue;
		run.rows.set(item, [row]);
		if (decision.action === 'created') rememberWritten(run, entity, wish.keys.map(({ key }) => key), Number(row.id));
	}
}

/** The records that a wish may mean, each once, or why they are not known. */
async function findCandidates(
	{ run, entity, rules, matcher }: Setting,
	wishes: Wish[],
): Promise<(wish: Wish) => IDataObject[] | Failure> {
	// Without it a lead does not show its contacts, and every link would look new.
	const contactFields = entity.fields.filter(({ key }) => key === '_embedded.contacts');
	const setsContacts = wishes.some(({ values }) => contactFields.some(({ name }) => values[name] !== undefined));
	const query = setsContacts && entity.collection === 'leads' ? { with: 'contacts' } : {};
	if (!matcher) {
		const ids = [...new Set(wishes.flatMap(({ id }) => id ?? []))];
		const found = ids.length > 0 ? await findByIds(run.client, entity, query.with ?? '', ids) : new Map<RecordId, IDataObject | Failure>();
		return ({ id }) => {
			const record = id === undefined ? undefined : found.get(id);
			return record === undefined ? [] : isFailure(record) ? record : [record];
		};
	}
	const keys = [...new Map(wishes.flatMap((wish) => wish.keys.map((key) => [key.key, key] as const))).values()];
	const found = keys.length > 0 ? await lookUp({ run, entity, matcher, keys, mode: rules.lookup, query }) : new Map<string, IDataObject[]>();
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
function decide(setting: Setting, wish: Wish, candidates: IDataObject[] | Failure): Decision {
	const { entity, rules, mapping, country } = setting;
	if (isFailure(candidates)) {
		if (candidates.kind === 'notFound' && wish.id !== undefined) throw notFoundError(entity, wish.id);
		throw AmoCrmError.from(candidates);
	}
	const record = choose(candidates, rules);
	if (record === 'several') throw severalError(entity, candidates);
	if (!record && wish.id !== undefined) throw notFoundError(entity, wish.id);
	if (!record) return { action: 'created', draft: encodeWish(setting, wish, 'create') };
	const draft = encodeWish(setting, wish, 'update');
	const { appendValues, appendTags } = rules;
	const { body, links, changed } = changesOf(record, draft, { appendValues, appendTags, country, definitions: mapping.definitions });
	if (changed.length === 0) return { action: 'unchanged', record };
	return { action: 'updated', draft: { body: { id: toId(record.id), ...body }, links }, changed };
}

function choose(candidates: IDataObject[], { severalMatches }: UpsertRules): IDataObject | 'several' | undefined {
	if (candidates.length > 1 && severalMatches === 'fail') return 'several';
	const byAge = [...candidates].sort(
		(a, b) => Number(a.created_at ?? 0) - Number(b.created_at ?? 0) || Number(a.id) - Number(b.id),
	);
	return severalMatches === 'oldest' ? byAge[0] : byAge[byAge.length - 1];
}

function severalError(entity: Entity, candidates: IDataObject[]): AmoCrmError {
	const ids = candidates.map(({ id }) => Number(id)).sort((a, b) => a - b);
	return new AmoCrmError(`${candidates.length} ${entity.displayNamePlural.toLowerCase()} match: IDs ${ids.slice(0, 20).join(', ')}`, {
		advice: "Merge them in amoCRM, match by something that only one has, or choose another rule in the option 'If Several Match'. Nothing was written for this item.",
		details: { matchingIds: ids },
	});
}

/** The row that the item gets; `written` is what was written for it. */
function reported(decision: Decision, written: IDataObject | undefined): IDataObject | undefined {
	if (decision.action === 'unchanged') {
		const { id, name } = decision.record;
		return { id, action: 'unchanged', ...(name === undefined ? {} : { name }) };
	}
	if (!written) return undefined;
	const { id, ...row } = written;
	const changed = decision.action === 'updated' ? { changed_fields: decision.changed } : {};
	return { id, action: decision.action, ...row, ...changed };
}

/** The items that were merged into the first one say so. */
function shareResult({ rows, errors }: Run, items: number[]): void {
	const [first = 0, ...others] = items;
	const [row, error] = [rows.get(first)?.[0], errors.get(first)];
	for (const item of others) {
		if (row) rows.set(item, [{ ...deepCopy(row), duplicate_of_item: first }]);
		if (error) errors.set(item, error);
	}
}
