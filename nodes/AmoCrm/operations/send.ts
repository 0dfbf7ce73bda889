import type { IDataObject } from 'n8n-workflow';

import { type Entity, type RecordId, idOf } from '../entities/types';
import { forgetAccount } from '../fields/dictionaries';
import type { AmoCrmError } from '../fields/errors';
import { type NotWritten, type RowOutcome, sendInBatches } from '../transport/batches';
import { inTurns } from '../transport/parallel';
import type { Failure } from '../transport/types';
import { type Route, batchesFor } from '../transport/verbs';
import { findByIds, isFailure } from './byIds';
import { plannedUploads, uploadFiles } from './itemFiles';
import { type Asked, settleItems } from './items';
import { runOption } from './parameters';
import type { Run } from './types';

/** What became of a row, or in a dry run what would be sent for it. */
export type SentOutcome = RowOutcome | { status: 'planned'; plan: IDataObject };

/** Why the first of those was not written that were not. */
export const failureIn = (outcomes: SentOutcome[]): Failure | undefined => outcomes.flatMap((outcome) => ('failure' in outcome ? outcome.failure : []))[0];

/** The output of a dry run for one row: the request that amoCRM would get for it alone, and the record that it names as it is. */
export function planOf({ action }: Run, route: Route, row: IDataObject, found: IDataObject | null = null): IDataObject {
	const { method, path, body } = batchesFor(route).request([row]);
	const sent = { ...([body].flat()[0] as IDataObject | undefined) };
	delete sent.request_id;
	if ('password' in sent) sent.password = '***';
	const at = route.base === undefined ? '/api/v4' : new URL(route.base).pathname;
	return { dry_run: true, action, method, path: `${at}${path}`, body: body === undefined ? null : sent, found };
}

type Target = Route & Pick<Entity, 'isDictionary' | 'list'>;

/** What a dry run says instead of sending rows. Of those that name a record by its ID, whether there is one is asked. */
async function planRows(run: Run, all: Array<Asked<IDataObject>>, route: Target): Promise<SentOutcome[]> {
	const idIn = (row: IDataObject) => (row.id ?? (route.verb.method === 'POST' ? undefined : row[route.id?.key ?? 'id'])) as RecordId | undefined;
	const found = await findByIds(run.client, route, '', [...new Set(all.flatMap(({ asked }) => idIn(asked) ?? []))]);
	return await inTurns(all, async ({ asked }): Promise<SentOutcome> => {
		const record = found.get(idIn(asked) ?? '');
		if (record && isFailure(record) && record.kind !== 'notFound') return { status: 'refused', failure: record, problems: [] };
		const known = record && !isFailure(record) ? { [route.id?.key ?? 'id']: idOf(route, record), ...(record.name === undefined ? {} : { name: record.name }) } : null;
		const uploads = await plannedUploads(run, asked);
		return { status: 'planned', plan: { ...planOf(run, route, asked, known), ...(uploads.length > 0 ? { uploads } : {}) } };
	});
}

interface Shown<T> {
	/** What a dry run says beside the request. */
	planOf?: (plan: IDataObject, asked: T) => IDataObject;
	rowOf: (asked: T, answer: IDataObject, item: number) => IDataObject;
	errorOf: (asked: T, outcome: NotWritten) => AmoCrmError;
}

/** Gives every item the row of what was written for it, in a dry run what would be sent, or the error why it was not written. */
export async function settleSent<T>(run: Run, all: Array<Asked<T>>, outcomes: SentOutcome[], { planOf: shown = (plan) => plan, rowOf, errorOf }: Shown<T>): Promise<void> {
	await settleItems(run, all, (asked, index) => {
		const outcome = outcomes[index] as SentOutcome;
		if (outcome.status === 'written') return [rowOf(asked, outcome.answer, all[index]?.item ?? -1)];
		if (outcome.status === 'planned') return [shown(outcome.plan, asked)];
		throw errorOf(asked, outcome);
	});
}

/**
 * The one way to write: uploads the files that rows of items wait for, sends the rows, in batches or one by one, and says
 * what became of each. n8n's log of level "debug" gets what each request wrote.
 */
export async function sendRows(run: Run, all: Array<Asked<IDataObject>>, route: Target): Promise<SentOutcome[]> {
	if (run.isDryRun) return await planRows(run, all, route);
	return await sendGood(run, all, await uploadFiles(run, all), async (ready) => await sendReady(run, ready, route));
}

/** Sends the rows that have not failed before, by `send`; none of them where one has and the run is to end with it. */
export async function sendGood(run: Run, all: Array<Asked<IDataObject>>, failures: Map<Asked<IDataObject>, Failure>, send: (ready: typeof all) => Promise<SentOutcome[]>): Promise<SentOutcome[]> {
	const [first] = failures.values();
	if (first === undefined) return await send(all);
	const ready = all.filter((entry) => !failures.has(entry));
	const sent = run.continueOnFail ? await send(ready) : [];
	const outcomes = new Map(ready.map((entry, index) => [entry, sent[index]]));
	return all.map((entry) => {
		const failure = failures.get(entry);
		return failure ? { status: 'refused', failure, problems: [] } : (outcomes.get(entry) ?? { status: 'notSent', failure: first });
	});
}

async function sendReady(run: Run, all: Array<Asked<IDataObject>>, route: Target): Promise<SentOutcome[]> {
	const outcomes = await sendInBatches(
		all.map(({ asked }) => asked),
		{
			...batchesFor(route, runOption(run, 'batchSize')),
			client: run.client,
			rescue: run.continueOnFail,
			onWritten: (written, { method, path }) => {
				const items = written.map(({ index }) => all[index]?.item);
				const ids = written.map(({ answer }) => answer.id ?? answer.entity_id);
				run.context.logger.debug('amoCRM: written', { method, path, items, ids });
			},
		},
	);
	// Whether it was saved or not: it may have been.
	if (route.isDictionary) forgetAccount(run.client);
	return outcomes;
}
