import type { IDataObject } from 'n8n-workflow';

import type { Entity } from '../entities/types';
import { type FileOwner, filesPathOf, otherFilesPath, ownerFields } from '../fields/fileOwner';
import { readObject, readRows } from '../transport/answers';
import type { ApiClient } from '../transport/client';
import { failureAs } from '../transport/failures';
import { isObject } from '../transport/objects';
import { type ListJob, type ListResult, MAX_PAGE_SIZE, readList } from '../transport/pages';
import { chunksOf, grouped } from '../transport/parallel';
import type { Failure, Outcome, Query, Verb } from '../transport/types';
import { action } from './action';
import { findByIds, isFailure, LONG_IDS_PER_REQUEST } from './byIds';
import { listBelow } from './getLinks';
import { getMany } from './getMany';
import { getOne } from './getOne';
import type { Asked } from './items';
import { called } from './parameters';
import { type SentOutcome, failureIn, planOf, sendGood, sendRows } from './send';
import { type Operation, type Run, hint } from './types';
import type { Route } from '../transport/verbs';

/** Files of the account's storage (extended facts 8). What hangs on records is asked of the account itself. */

/** What was sent stands for an answer that says nothing. */
const asSent: Verb['answers'] = (_body, sent) => sent;

const uuids: Verb = { method: 'DELETE', sends: 'rows', rowOf: ({ id }) => ({ uuid: id }), answers: 'embedded', merges: true };

/** Whether amoCRM minds a file that is not there is not known: what there is is asked first. */
async function sendKnown(run: Run, entity: Entity, all: Array<Asked<IDataObject>>, send: (known: Array<Asked<IDataObject>>) => Promise<SentOutcome[]>): Promise<SentOutcome[]> {
	const idIn = ({ asked }: Asked<IDataObject>) => String(asked.id ?? asked.file_uuid);
	const found = await findByIds(run.client, entity, '', [...new Set(all.map(idIn))]);
	const failures = new Map<Asked<IDataObject>, Failure>();
	for (const entry of all) {
		const record = found.get(idIn(entry)) ?? NOT_FOUND;
		if (isFailure(record)) failures.set(entry, record);
	}
	const outcomes = await sendGood(run, all, failures, send);
	return outcomes.map((outcome, index) => {
		const { uuid, name } = (found.get(idIn(all[index] as Asked<IDataObject>)) ?? {}) as IDataObject;
		return outcome.status === 'planned' ? { ...outcome, plan: { ...outcome.plan, found: { uuid, name } } } : outcome;
	});
}

const NOT_FOUND = failureAs('notFound', 'A file was not found', 'Check the UUID.', { status: 404 });

export const removeFile = (entity: Entity): Operation =>
	action(entity, {
		value: 'delete',
		description: 'Move one file per item to the trash, where it stays for 30 days; sent in batches',
		needs: { scope: '"Deleting files"' },
		verb: { ...uuids, answers: asSent },
		send: async (run, all, route) => await sendKnown(run, entity, all, async (known) => await sendRows(run, known, route)),
		row: ({ id }) => ({ id, deleted: true }),
	});

export const restore = (entity: Entity): Operation =>
	action(entity, {
		value: 'restore',
		description: 'Take one file per item out of the trash, sent in batches',
		verb: { ...uuids, method: 'POST', path: '/restore', isUnmarked: true, repeatable: true },
		row: ({ id }, { name, is_trashed: isTrashed }) => ({ id, name, restored: isTrashed !== true }),
	});

const ALIKE = { sends: 'rows', answers: asSent, merges: true } as const;

/** The account answers 202 without a body. */
const HANGING: Record<'attach' | 'detach', Verb> = { attach: { ...ALIKE, method: 'PUT' }, detach: { ...ALIKE, method: 'DELETE' } };

const hanging = (value: 'attach' | 'detach', description: string) => (entity: Entity): Operation => {
	const verb = HANGING[value];
	return action(
		{ ...entity, path: '/leads/{entityId}/files', host: undefined, isDictionary: undefined, id: { ...entity.id, kind: 'text', key: 'file_uuid' } },
		{
			value,
			action: value === 'attach' ? 'Attach a file to a record' : 'Detach a file from a record',
			description,
			verb,
			idKey: 'file_uuid',
			fields: ownerFields,
			send: async (run, all) => await sendKnown(run, entity, all, async (known) => await hang(run, value, known)),
			row: ({ file_uuid, entity_type, entity_id }) => ({ file_uuid, entity_type, entity_id, [`${value}ed`]: true }),
		},
	);
};

export const attach = hanging('attach', 'Put one file per item on the card of a record; files of one card share a request');
export const detach = hanging('detach', 'Take one file per item off the card of a record; the file stays in the storage');

/** Files of one record share requests. */
export async function hang(run: Run, action: keyof typeof HANGING, all: Array<Asked<IDataObject>>): Promise<SentOutcome[]> {
	const verb = HANGING[action];
	const outcomes = new Map<Asked<IDataObject>, SentOutcome>();
	for (const [path, own] of await grouped(all, ({ asked }) => filesPathOf(asked as FileOwner))) {
		const rows = own.map(({ item, asked: { file_uuid } }) => ({ item, asked: { file_uuid } }));
		const routeTo = (to: string): Route => ({ path: to, collection: 'files', id: { kind: 'text', key: 'file_uuid' }, verb });
		const sendTo = async (to: string): Promise<SentOutcome[]> =>
			run.isDryRun ? rows.map(({ asked }) => ({ status: 'planned', plan: planOf(run, routeTo(to), asked) })) : (await sendRows(run, rows, routeTo(to))).map((outcome) => ofRecord(outcome, to));
		const sent = await sendTo(path);
		const other = otherFilesPath(path);
		const isMissing = sent.some((outcome) => outcome.status === 'refused' && outcome.failure.status === 404);
		const final = other !== undefined && isMissing ? await sendTo(other) : sent;
		own.forEach((entry, index) => outcomes.set(entry, final[index] as SentOutcome));
		if (!run.continueOnFail && failureIn(final)) break;
	}
	const failure = failureIn([...outcomes.values()]) ?? NOT_FOUND;
	return all.map((entry) => outcomes.get(entry) ?? { status: 'notSent', failure });
}

/** The files are there: 404 is about the record. */
function ofRecord(outcome: SentOutcome, path: string): SentOutcome {
	if (outcome.status !== 'refused' || outcome.failure.kind !== 'notFound') return outcome;
	return { ...outcome, failure: { ...outcome.failure, kind: 'badRequest', message: `The record of '${path.replace(/^\/|\/files$/g, '')}' was not found` } };
}

export const getFiles = (entity: Entity): Operation => getMany(entity, async (job) => await readFiles(job));

/** Files of a record, or those with certain UUIDs, in as many requests as their UUIDs take. */
async function readFiles({ query: { of: path, ...query } = {}, ...job }: ListJob): Promise<ListResult> {
	const filter = (query.filter ?? {}) as Query;
	const wanted = filter.uuid === undefined ? undefined : String(filter.uuid).split(',');
	const hung = path === undefined ? undefined : await readHung(job.client, String(path));
	if (hung && !hung.ok) return hung;
	const chosen = hung ? [...new Set(hung.rows.map((row) => String(row.file_uuid)))].filter((uuid) => wanted?.includes(uuid) ?? true) : wanted;
	if (!chosen) return await readList({ ...job, query });
	const all: ListResult & { ok: true } = { ok: true, rows: [], repeated: 0, rejected: 0, hasUnreadable: false };
	const { limit = Infinity } = job;
	for (const chunk of chunksOf(chosen, LONG_IDS_PER_REQUEST)) {
		if (all.rows.length >= limit) break;
		const uuid = chunk.join(',');
		const part = await readList({ ...job, limit: job.limit === undefined ? undefined : limit - all.rows.length, query: { ...query, filter: { ...filter, uuid } } });
		if (!part.ok) return part;
		all.rows.push(...part.rows);
		all.repeated += part.repeated;
		all.rejected += part.rejected;
		all.hasUnreadable ||= part.hasUnreadable;
	}
	return all;
}

/** `{file_uuid, id}` of all that hangs on a record, the newest first: each page ends before the ID that it is given. */
async function readHung(client: ApiClient, path: string): Promise<Outcome<{ rows: IDataObject[] }>> {
	const rows = new Map<unknown, IDataObject>();
	for (let before: number | undefined; ; ) {
		const page = await readRows(client, { path, query: { limit: MAX_PAGE_SIZE, before_id: before } }, 'files');
		const other = page.ok ? undefined : otherFilesPath(path);
		if (!page.ok && page.failure.status === 404 && other !== undefined) return await readHung(client, other);
		if (!page.ok) return page;
		const size = rows.size;
		for (const row of page.rows) rows.set(row.id, row);
		before = Math.min(...page.rows.map(({ id }) => Number(id)));
		if (rows.size === size || !Number.isFinite(before)) return { ok: true, rows: [...rows.values()] };
	}
}

export const getVersions = (entity: Entity): Operation =>
	listBelow(entity, {
		value: 'getVersions',
		description: 'Retrieve the versions of one file per item, the newest first',
		part: 'versions',
		read: async (client, { query, ...place }) => {
			const rows: IDataObject[] = [];
			for (let page = 1; ; page += 1) {
				const part = await readRows(client, { ...place, query: page === 1 ? query : { ...query, page } }, 'versions');
				if (!part.ok) return part;
				rows.push(...part.rows);
				if (!part.more || part.rows.length === 0) return { ok: true, rows };
			}
		},
		simple: (row) => row,
	});

/** `{file_uuid, entities: [{entity_type, entity_id}]}`, of the account itself. */
export const getFileLinks = (entity: Entity): Operation =>
	listBelow(entity, {
		value: 'getLinks',
		description: 'Retrieve the records that have one file per item',
		part: 'links',
		isOnAccount: true,
		read: async (client, place) => {
			const reply = await client.send({ ...place, method: 'GET' });
			if (!reply.ok) return reply;
			const entities = isObject(reply.body) ? reply.body.entities : reply.status === 204 ? [] : undefined;
			return Array.isArray(entities) ? { ok: true, rows: entities.filter(isObject) } : { ok: false, failure: NO_LINKS };
		},
		simple: ({ entity_type, entity_id, ...row }, id) => ({ file_uuid: id, entity_type, entity_id, ...row }),
	});

const NO_LINKS = failureAs('malformed', 'amoCRM answered without the links of the file', 'Run again; if it goes on, amoCRM support can help.', { permanent: true });

/** From so much of the room on, the user is told. */
const NEARLY_FULL = 0.9;

const ROOM = { path: '/files/stats', key: 'limit' };

/** `{limit, used}` in bytes. */
export function getQuota(entity: Entity): Operation {
	const quota = getOne({ ...entity, path: ROOM.path, isSingle: ROOM.key, id: undefined });
	return {
		...quota,
		...called(entity, 'getQuota', 'Retrieve how many bytes the files of the account take, and how many they may', 'Get the quota of files'),
		route: 'GET /v1.0/files/stats',
		execute: async (run) => {
			await quota.execute(run);
			const [room] = [...run.rows.values()].flat();
			if (room) hintAt(run, room);
		},
	};
}

/** Says so where the storage is nearly full. What was done stands, whether or not amoCRM tells. */
export async function hintAtRoom(run: Run, { base }: Entity): Promise<void> {
	const room = await readObject(run.client, { base, path: ROOM.path }, ROOM.key);
	if (room.ok) hintAt(run, room.value);
}

function hintAt(run: Run, { limit, used }: IDataObject): void {
	if (Number(used) > Number(limit) * NEARLY_FULL) hint(run, 'warning', `The file storage of the amoCRM account is nearly full: ${String(used)} of ${String(limit)} bytes are taken.`);
}
