import type { IDataObject } from 'n8n-workflow';

import { type CardPlace, cardUrl } from '../entities/cards';
import { withId } from '../entities/types';
import { accountTimezone, customerStatusesOf, fieldDefinitions, hasCustomerStatuses, isRead, pipelinesOf, stageNames, usersOf } from '../fields/dictionaries';
import { ifReadable } from '../fields/errors';
import { valueKinds } from '../fields/events';
import { type View, showsCalendarDays, simplify } from '../fields/simplify';
import { TASK_TYPES } from '../fields/sources';
import { inTurns } from '../transport/parallel';
import type { Run } from './types';

/** What the look of rows depends on. */
export type Reader = Pick<Run, 'client' | 'timezone' | 'isVersion1'>;

/**
 * Rows flat with the names of pipelines, stages and users. The names cost at most one
 * request each per run; a user who may not read them gets rows without.
 */
export async function presentRows(run: Reader, rows: IDataObject[], place?: CardPlace): Promise<IDataObject[]> {
	const view = await viewOf(run, rows);
	return await inTurns(rows, (row) => simplify(place ? withCard(run, withId(row, place), place) : row, view));
}

/** The row with the address of the card that it is about, where there is one. */
export function withCard({ client, isVersion1: isOld }: Reader, row: IDataObject, place: CardPlace, record = row): IDataObject {
	const url = isOld ? undefined : cardUrl(client.baseUrl, place, record);
	return url === undefined ? row : { ...row, card_url: url };
}

/** Reads what such rows need to be simplified, all at once, where this run does not know it yet. */
export async function viewOf(run: Reader, rows: IDataObject[]): Promise<View> {
	const showsDays = (await inTurns(rows, showsCalendarDays)).includes(true);
	return await viewWith(run, rows, (path) => path !== '/account' || showsDays);
}

/** The same out of what the run has read anyway: showing what was written costs no request. */
export const knownView = async (run: Reader, rows: IDataObject[]): Promise<View> => await viewWith(run, rows, (path) => isRead(run.client, path));

async function viewWith({ client, timezone: workflow, isVersion1: isOld }: Reader, rows: IDataObject[], mayRead: (path: string) => boolean): Promise<View> {
	const present = new Set<string>();
	const kinds = new Set<string>();
	await inTurns(rows, (row) => {
		for (const key of NAMED_BY) if (row[key] !== undefined) present.add(key);
		for (const kind of valueKinds(row)) kinds.add(kind);
	});
	const has = (key: (typeof NAMED_BY)[number]) => present.has(key);
	const ifAllowed = async <T>(path: string, read: () => Promise<T>) => (mayRead(path) ? await ifReadable(read()) : undefined);
	const [account, pipelines, users, statuses, taskTypes, fields] = await Promise.all([
		mayRead('/account') ? accountTimezone(client) : '',
		has('pipeline_id') || kinds.has('lead_status') ? ifAllowed('/leads/pipelines', async () => await pipelinesOf(client)) : undefined,
		USERS_BY.some(has) ? ifAllowed('/users', async () => await usersOf(client)) : undefined,
		has('periodicity') || kinds.has('customer_status') ? ifAllowed('/customers/statuses', async () => ((await hasCustomerStatuses(client)) ? await customerStatusesOf(client) : [])) : undefined,
		kinds.has('task_type') ? ifReadable(TASK_TYPES.read(client)) : undefined,
		Promise.all(FIELD_OWNERS.filter(([type]) => kinds.has(`field of ${type}`)).map(async ([, path]) => (await ifReadable(fieldDefinitions(client, path))) ?? [])),
	]);
	return {
		names: {
			...(pipelines ? { pipelines: namesOf(pipelines), stages: stageNames(pipelines) } : {}),
			...(users ? { users: namesOf(users) } : {}),
			...(statuses ? { customerStatuses: namesOf(statuses) } : {}),
			...(taskTypes ? { taskTypes: new Map(taskTypes.map(({ id, value }) => [Number(id), value])) } : {}),
			fields: new Map(fields.flat().map(({ id, name }) => [id, name])),
		},
		zones: { workflow, account },
		isOld,
	};
}

/** Keys of rows that names stand behind. */
const USERS_BY = ['responsible_user_id', 'created_by', 'subscriber_id', 'value_after'] as const;
const NAMED_BY = ['pipeline_id', 'periodicity', ...USERS_BY] as const;

/** What events call records that have custom fields, and where those are. */
const FIELD_OWNERS = [['lead', '/leads'], ['contact', '/contacts'], ['company', '/companies'], ['customer', '/customers']] as const;

const namesOf = (rows: IDataObject[]) => new Map(rows.map(({ id, name }) => [Number(id), String(name)]));
