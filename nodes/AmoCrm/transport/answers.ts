import type { IDataObject } from 'n8n-workflow';

import type { ApiClient } from './client';
import { failureAs } from './failures';
import { isObject } from './objects';
import type { ApiRequest, Failure, Outcome, Reply } from './types';

/**
 * Reading, with one rule for what "nothing" is: 204, or 200 with an empty collection (core facts 3.2). Any other answer
 * without what was asked for is no answer, and taking it for "nothing there" would create records a second time.
 */

type ReadRequest = Omit<ApiRequest, 'method' | 'body'>;

export type Rows = Outcome<{
	rows: IDataObject[];
	/** With those that are no records. */
	count: number;
	/** Whether the answer names a next page. */
	more: boolean;
}>;

/** The rows of a list answer: `_embedded[collection]`, or the only list there. What is no record among them (`null`) is left out. */
export async function readRows(client: ApiClient, request: ReadRequest, collection?: string): Promise<Rows> {
	const reply = await client.send({ ...request, method: 'GET' });
	if (!reply.ok) return reply;
	if (reply.status === 204) return { ok: true, rows: [], count: 0, more: false };
	const embedded = recordOf(recordOf(reply.body)?._embedded) ?? {};
	const lists = collection === undefined ? Object.values(embedded).filter(Array.isArray) : [embedded[collection]];
	const [rows] = lists;
	if (!Array.isArray(rows) || lists.length > 1) {
		const failure = notAnswered(reply, collection === undefined ? 'a list of records' : `the list of ${collection.replace(/_/g, ' ')}`);
		return { ok: false, failure: collection === undefined ? { ...failure, advice: "Switch 'Pagination' off to get the answer as it is." } : failure };
	}
	const records = rows.filter((row): row is IDataObject => recordOf(row) !== undefined);
	return { ok: true, rows: records, count: rows.length, more: (recordOf(recordOf(reply.body)?._links)?.next ?? undefined) !== undefined };
}

/** The record with that ID, which stands under `key`; nothing where there is none. */
export async function readRecord(client: ApiClient, request: ReadRequest, id: number | string, key = 'id'): Promise<Outcome<{ value: IDataObject | undefined }>> {
	const reply = await client.send({ ...request, method: 'GET' });
	if (!reply.ok) return reply;
	if (reply.status === 204) return { ok: true, value: undefined };
	const record = recordOf(reply.body);
	const own = record?.[key] ?? record?.id;
	if (own === undefined || String(own) !== String(id)) return { ok: false, failure: notAnswered(reply, `the record ${id}`) };
	return { ok: true, value: record };
}

/** What the account has one of, such as its settings; a number or a yes or no stands under `key` in every answer about it. */
export async function readObject(client: ApiClient, request: ReadRequest, key: string, what = 'what was asked for'): Promise<Outcome<{ value: IDataObject }>> {
	const reply = await client.send({ ...request, method: 'GET' });
	if (!reply.ok) return reply;
	const value = recordOf(reply.body);
	if (!value || !['number', 'boolean'].includes(typeof value[key])) return { ok: false, failure: notAnswered(reply, what) };
	return { ok: true, value };
}

/** What the account says about itself; `extras` is what `with` may add. */
export const readAccount = async (client: ApiClient, extras?: string) => await readObject(client, { path: '/account', query: { with: extras } }, 'id', 'the account');

const recordOf = (value: unknown): IDataObject | undefined => (isObject(value) ? value : undefined);

function notAnswered({ status, body }: Reply & { ok: true }, what: string): Failure {
	const said = recordOf(body)?.status;
	return failureAs(
		'malformed',
		`amoCRM answered (${status}) without ${what}${typeof said === 'number' ? `: the answer speaks of status ${said}` : ''}`,
		'It is not known what is there. Run again; if it goes on, something between n8n and amoCRM may change the answers, or amoCRM support can help.',
		{ status, permanent: true },
	);
}
