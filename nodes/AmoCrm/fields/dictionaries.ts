import type { IDataObject } from 'n8n-workflow';

import { readAccount, readRecord, readRows } from '../transport/answers';
import type { ApiClient } from '../transport/client';
import { failureAs } from '../transport/failures';
import { filesBaseOf } from '../transport/filesHost';
import { objectsIn } from '../transport/objects';
import { readList } from '../transport/pages';
import { remembered } from '../transport/remembered';
import type { Choice, ChoicesOf } from './choices';
import { type AccountFacts, type Conventions, AccountNeeded, conventionsFrom } from './conventions';
import { isZone } from './dates';
import { AmoCrmError, ifReadable, orThrow } from './errors';

/** What the account says about its own fields, people and stages. Read once, kept for a minute, per credential. Each throws an `AmoCrmError`. */

/** One custom field of the account (core facts 15.3, extended facts 2.2). */
export interface FieldDefinition {
	id: number;
	name: string;
	type: string;
	code: string | null;
	sort: number;
	enums: FieldOption[];
	/** In how many stages amoCRM's own UI asks for it. */
	requiredIn: number;
	/** Computed by amoCRM: cannot be written. */
	computed: boolean;
}

export interface FieldOption extends Choice {
	id: number;
}

const KEEP_MS = 60_000;

interface Reading {
	at: number;
	/** The run that reads it. */
	by: ApiClient;
	result: Promise<unknown>;
	isDone?: true;
}

const kept = new Map<string, Reading>();

const keyOf = ({ credentialKey }: ApiClient, key: string): string => `${credentialKey}|${key}`;

/** What one run has learned. */
interface Run {
	/** The paths of its requests. */
	asked: Set<string>;
	/** It takes nothing that was kept, only what another is just reading. */
	readsAnew?: true;
	/** By source. */
	choices: Map<string, Known>;
	conventions?: Conventions;
}

interface Known {
	all?: Choice[];
	/** Why they could not be read. */
	error?: AmoCrmError;
	/** Whether this run has read them itself. */
	isCurrent: boolean;
}

const runOf: (client: ApiClient) => Run = remembered(() => ({ asked: new Set(), choices: new Map() }), new WeakMap<ApiClient, Run>());

/** For a refresh in the editor: lists come as they are now. */
export function readingAnew(client: ApiClient): ApiClient {
	runOf(client).readsAnew = true;
	return client;
}

/** Whether the run has read what is under that path, so that looking at it again costs no request. */
export const isRead = (client: ApiClient, path: string): boolean => runOf(client).asked.has(path);

/** Failures are not kept: the next run asks again. */
export async function keep<T>(client: ApiClient, key: string, read: () => Promise<T>): Promise<T> {
	const { asked, readsAnew } = runOf(client);
	asked.add(key);
	const now = Date.now();
	for (const [old, { at }] of kept) if (now - at > KEEP_MS) kept.delete(old);
	const fullKey = keyOf(client, key);
	const known = kept.get(fullKey);
	if (known && !(known.isDone && known.by !== client && readsAnew)) return (await known.result) as T;
	const result = read();
	const reading: Reading = { at: now, by: client, result };
	kept.set(fullKey, reading);
	void result.then(() => (reading.isDone = true), () => kept.get(fullKey) === reading && kept.delete(fullKey));
	return await result;
}

/** After a change of what is kept here: all of the account is read anew when somebody asks, also what is just being read. */
export function forgetAccount(client: ApiClient): void {
	for (const key of kept.keys()) if (key.startsWith(keyOf(client, ''))) kept.delete(key);
}

/**
 * Throws `AccountNeeded` unless this run itself has read the custom fields of the collection: what they lack may be new.
 * `take` gets them as they are now.
 */
export function assertFieldsCurrent(client: ApiClient, path: string, take: (definitions: FieldDefinition[]) => Promise<void>): () => void {
	const key = keyOf(client, `${path}/custom_fields`);
	let renewal: Promise<void> | undefined;
	let isCurrent = kept.get(key)?.by === client;
	const renew = async () => {
		kept.delete(key);
		await take(await fieldDefinitions(client, path));
		isCurrent = true;
	};
	return () => {
		if (isCurrent) return;
		throw new AccountNeeded(async () => await (renewal ??= renew()));
	};
}

/** The choices of sources, each read when a run first needs it. */
export function choicesOf(client: ApiClient): ChoicesOf {
	const { choices: known } = runOf(client);
	return (source, age) => {
		const own = `${source.keptAs} ${source.part ?? ''}`;
		const { all, error, isCurrent } = known.get(own) ?? { isCurrent: false };
		if (error) throw error;
		if (all && (isCurrent || age !== 'current')) return all;
		const fullKey = keyOf(client, source.keptAs);
		throw new AccountNeeded(async () => {
			if (all && kept.get(fullKey)?.by !== client) kept.delete(fullKey);
			try {
				known.set(own, { all: await source.read(client), isCurrent: age === 'current' || kept.get(fullKey)?.by === client });
			} catch (failure) {
				const { message, facts } = AmoCrmError.of(failure);
				known.set(own, { error: new AmoCrmError(`give an ID: a ${source.noun} cannot be found by its name, as amoCRM does not give the list of them. ${message}`, facts), isCurrent: true });
			}
		});
	};
}

/** The custom fields of a collection such as `/leads`, in the order of the card. */
export async function fieldDefinitions(client: ApiClient, path: string): Promise<FieldDefinition[]> {
	return await keep(client, `${path}/custom_fields`, async () => {
		const { rows } = orThrow(await readList({ client, path: `${path}/custom_fields`, collection: 'custom_fields' }));
		return rows.map(toDefinition).sort((a, b) => a.sort - b.sort);
	});
}

function toDefinition(row: IDataObject): FieldDefinition {
	// A PATCH answer gives options as an object keyed by index (extended facts 2.2): take both forms.
	const enums = Object.values((row.enums ?? {}) as IDataObject) as IDataObject[];
	const nested = (Array.isArray(row.nested) ? row.nested : []) as IDataObject[];
	return {
		id: Number(row.id),
		name: String(row.name ?? row.id),
		type: String(row.type ?? 'text'),
		code: row.code ? String(row.code) : null,
		sort: Number(row.sort ?? 0),
		enums: [...enums, ...nested].map((option) => ({
			id: Number(option.id),
			value: String(option.value ?? ''),
			code: option.code ? String(option.code) : null,
			path: pathOf(option, nested),
		})),
		requiredIn: Array.isArray(row.required_statuses) ? row.required_statuses.length : 0,
		computed: row.is_computed === true,
	};
}

/** Categories are a tree (extended facts 2.2): `Clothes / Shoes`. */
function pathOf(option: IDataObject, nested: IDataObject[]): string {
	const names: string[] = [];
	for (let node: IDataObject | undefined = option; node && names.length < nested.length + 1; ) {
		names.unshift(String(node.value ?? ''));
		const parent: unknown = node.parent_id;
		node = parent ? nested.find(({ id }) => id === parent) : undefined;
	}
	return names.join(' / ');
}

/** What the account says about itself. */
async function accountOf(client: ApiClient): Promise<AccountFacts> {
	return await keep(client, '/account', async () => {
		const { value } = orThrow(await readAccount(client, 'datetime_settings,drive_url,invoices_settings'));
		const { _embedded: embedded, country, currency, language, customers_mode: customersMode, drive_url: driveUrl, current_user_id: userId, invoices_settings: invoices } = value;
		const { timezone } = ((embedded as IDataObject | undefined)?.datetime_settings ?? {}) as IDataObject;
		const { lang: invoicesLanguage } = (invoices ?? {}) as IDataObject;
		const facts = { timezone, country, currency, language, customersMode, driveUrl, userId: String(userId ?? ''), invoicesLanguage };
		return Object.fromEntries(Object.entries(facts).map(([key, fact]) => [key, nonEmpty(fact)]));
	});
}

/** Nothing where the account may not be read. */
const accountFacts = async (client: ApiClient): Promise<AccountFacts> => (await ifReadable(accountOf(client))) ?? {};

const nonEmpty = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);

/** Time zone of the account, such as `Europe/Moscow`: amoCRM keeps dates as midnight there (extended facts 2.3). Empty where it is not known. */
export async function accountTimezone(client: ApiClient): Promise<string> {
	const { timezone = '' } = await accountFacts(client);
	return isZone(timezone) ? timezone : '';
}

/** Code of the language, such as `ru`, of the user whom the credential stands for, else of the account; nothing where neither is known. */
export async function languageOf(client: ApiClient): Promise<string | undefined> {
	const { userId, invoicesLanguage } = await accountFacts(client);
	const { lang } = (await ifReadable(usersOf(client)))?.find(({ id }) => String(id) === userId) ?? {};
	return nonEmpty(lang) ?? invoicesLanguage;
}

/** ISO code of the account's country, such as `RU`; empty where it is not known. */
export async function accountCountry(client: ApiClient): Promise<string> {
	return (await accountFacts(client)).country ?? '';
}

/**
 * How the account's people write numbers and dates; unknown where the account may not be read. Throws `AccountNeeded`
 * until it was read, so that a run without any open value needs no request for it.
 */
export function conventionsOf(client: ApiClient): () => Conventions {
	const run = runOf(client);
	return () => {
		if (run.conventions) return run.conventions;
		throw new AccountNeeded(async () => {
			run.conventions = conventionsFrom(await accountFacts(client));
		});
	};
}

/** Where the account's files are: on a host of their own, which takes the same token. */
export async function filesBase(client: ApiClient): Promise<string> {
	const { driveUrl } = await accountOf(client);
	const base = filesBaseOf(driveUrl, client.baseUrl);
	if (base !== undefined) return base;
	const advice = 'Check that the integration has access to files. In a picker, give the UUID of the file instead.';
	throw AmoCrmError.from(failureAs('malformed', 'amoCRM does not say where it keeps the files of this account', advice));
}

/** A file of the account's storage, by its UUID. */
export async function fileOf(client: ApiClient, uuid: string): Promise<IDataObject> {
	return await keep(client, `/files/${uuid}`, async () => {
		const base = await filesBase(client);
		const { value } = orThrow(await readRecord(client, { base, path: `/files/${encodeURIComponent(uuid)}` }, uuid, 'uuid'));
		if (value) return value;
		throw AmoCrmError.from(failureAs('notFound', `The file ${uuid} was not found`, 'Check the UUID. A file in the trash is not found either.'));
	});
}

/** Pipelines with their stages inside; amoCRM gives them unpaged (core facts 3.3). */
export async function pipelinesOf(client: ApiClient): Promise<IDataObject[]> {
	return await keep(client, '/leads/pipelines', async () => {
		const { rows } = orThrow(await readRows(client, { path: '/leads/pipelines' }, 'pipelines'));
		const bySort = (a: IDataObject, b: IDataObject) => Number(a.sort ?? 0) - Number(b.sort ?? 0);
		return rows.sort(bySort).map((pipeline) => ({ ...pipeline, statuses: objectsIn((pipeline._embedded as IDataObject | undefined)?.statuses).sort(bySort) }));
	});
}

/** The stages of pipelines, with "pipeline:status" as their values: 142 and 143 exist in every pipeline. */
export const stagesIn = (pipelines: IDataObject[]) =>
	pipelines.flatMap(({ id, name, statuses }) =>
		(statuses as IDataObject[]).map((status) => ({ value: `${String(id)}:${String(status.id)}`, pipeline: String(name), stage: String(status.name), type: status.type })),
	);

export const stageNames = (pipelines: IDataObject[]): Map<string, string> => new Map(stagesIn(pipelines).map(({ value, stage }) => [value, stage]));

/** The users of the account; only an administrator may read them (extended facts 6). */
export async function usersOf(client: ApiClient): Promise<IDataObject[]> {
	return await keep(client, '/users', async () => orThrow(await readList({ client, path: '/users', collection: 'users' })).rows);
}

/** Stages of customers, which amoCRM gives unpaged and in the periodic mode only. */
export async function customerStatusesOf(client: ApiClient): Promise<IDataObject[]> {
	return await keep(client, '/customers/statuses', async () => orThrow(await readRows(client, { path: '/customers/statuses' }, 'statuses')).rows);
}

export const hasCustomerStatuses = async (client: ApiClient): Promise<boolean> => (await accountFacts(client)).customersMode !== 'segments';
