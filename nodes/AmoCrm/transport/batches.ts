import type { IDataObject } from 'n8n-workflow';

import type { ApiClient } from './client';
import { endsEverything, failureAs, isTooMuch, refusalIn } from './failures';
import { chunksOf, grouped, inTurns } from './parallel';
import { isRepeatable } from './retry';
import type { ApiRequest, Failure, FieldProblem, Reply } from './types';

/** Rows per request: amoCRM recommends 50 and refuses more than 250 (core facts 3.8). */
export const DEFAULT_BATCH_SIZE = 50;
export const MAX_BATCH_SIZE = 250;

/** Batches under way at once: few until amoCRM has taken one, then what the rate limit allows, more for slow answers. */
const FIRST_IN_FLIGHT = 4;
const MIN_IN_FLIGHT = 7;
const MAX_IN_FLIGHT = 10;

/** After so many single rows that were refused without a reason, and none that was not, it is not the rows' fault. */
const ENOUGH_SINGLE_REFUSALS = 5;

/** What became of one row. Every row handed in gets exactly one of these. */
export type RowOutcome =
	| { status: 'written'; answer: IDataObject }
	/** amoCRM did not save it, for its own reasons (`problems`) or because the request failed. */
	| { status: 'refused'; failure: Failure; problems: FieldProblem[] }
	/** It may or may not be saved; `repeatable` when sending it again does no harm. */
	| { status: 'unknown'; failure: Failure; repeatable: boolean }
	/** Good in itself, but not saved, because of `failure` in another row or request. */
	| { status: 'notSent'; failure: Failure };

export type NotWritten = Exclude<RowOutcome, { status: 'written' }>;

export interface BatchJob {
	client: ApiClient;
	/** The request that carries some of the rows. */
	request: (rows: IDataObject[]) => ApiRequest;
	/** The rows that amoCRM answers with, out of a successful reply to `sent`. */
	answers: (reply: Reply & { ok: true }, sent: IDataObject[]) => IDataObject[];
	/** The ID of the record that such a row shows; nothing where it shows none, and so does not say that a row is saved. */
	idOf?: (answer: IDataObject) => unknown;
	/** Whether several rows may be answered with one ID; otherwise it tells nothing of any of them. */
	mayShare?: boolean;
	/** All rows are about the one record of its kind. */
	isSingle?: boolean;
	size: number;
	/** Rows with the same address share requests; all do when left out. */
	addressOf?: (row: IDataObject) => string;
	/** Whether good rows go on when others are refused ("continue on fail"). */
	rescue: boolean;
	/** Gets the rows of each request that amoCRM has confirmed. */
	onWritten?: (rows: Array<{ index: number; answer: IDataObject }>, request: ApiRequest) => void;
}

/**
 * Sends `rows` in batches and says for each one what became of it, in the order of the rows.
 *
 * amoCRM refuses a whole batch for one bad row and names the bad ones (core facts 3.10). With `rescue` the others are
 * sent again at once; without it nothing more is sent after the first refusal. Never throws.
 */
export async function sendInBatches(rows: IDataObject[], job: BatchJob): Promise<RowOutcome[]> {
	const outcomes = new Array<RowOutcome | undefined>(rows.length);
	const { idOf = ({ id }) => id } = job;
	const size = Math.min(MAX_BATCH_SIZE, Math.max(1, Math.floor(job.size)));
	let stopped: Failure | undefined;
	let singleRefusals = 0;
	let anyWritten = false;
	/** How many rows got each ID. */
	const owners = new Map<string, number>();

	/** Wave by wave: two rows for the same record must not be in one batch, nor overtake each other. */
	for (const wave of await wavesOf(rows, job)) {
		const groups = await grouped(wave, (index) => job.addressOf?.(rows[index] as IDataObject));
		const queue = [...groups.values()].flatMap((group) => chunksOf(group, size));

		const workers: Array<Promise<void>> = [];
		const worker = async (): Promise<void> => {
			for (let batch = queue.shift(); batch !== undefined; batch = queue.shift()) {
				await sendBatch(batch);
				const useful = anyWritten ? Math.min(MAX_IN_FLIGHT, Math.max(MIN_IN_FLIGHT, job.client.usefulParallelism())) : 0;
				while (workers.length < useful && queue.length > 0) workers.push(worker());
			}
		};
		for (let count = Math.min(FIRST_IN_FLIGHT, queue.length); count > 0; count--) workers.push(worker());
		// Workers start workers, so the list may grow while it is waited for.
		for (let index = 0; index < workers.length; index++) await workers[index];
	}
	return outcomes.map((outcome) => outcome ?? { status: 'notSent', failure: stopped ?? missingAnswer() });

	async function sendBatch(batch: number[]): Promise<void> {
		const reason = stopped;
		if (reason) {
			for (const index of batch) outcomes[index] = { status: 'notSent', failure: reason };
			return;
		}
		const sent = batch.map((index) => rows[index] as IDataObject);
		const request = job.request(sent);
		const repeatable = isRepeatable(request);
		const splittable = batch.length > 1 && repeatable;
		const reply = await job.client.send({ ...request, splittable });
		if (reply.ok) {
			const confirmed = job.answers(reply, sent).filter((answer) => typeof answer === 'object' && answer !== null && isKnown(idOf(answer)));
			takeAnswers(batch, confirmed, repeatable);
			const refusal = refusalIn(reply.body, request);
			if (refusal) takeRefusals(batch, refusal);
			const written = batch.flatMap((index) => {
				const outcome = outcomes[index];
				return outcome?.status === 'written' ? [{ index, answer: outcome.answer }] : [];
			});
			anyWritten ||= written.length > 0;
			if (!job.rescue && written.length < batch.length) stopped ??= refusal ?? missingAnswer();
			job.onWritten?.(written, request);
			return;
		}
		const { failure } = reply;
		const named = namedRows(batch, failure);
		// A request refused for its size was not worked on; a write that broke off half-way may be repeated only where that is safe.
		const mayBeTooMuch = failure.kind === 'tooLarge' || (splittable && isTooMuch(failure));
		if (named.size === 0 && batch.length > 1 && (mayBeTooMuch || mayBeOneRowsFault(failure))) {
			const middle = Math.ceil(batch.length / 2);
			await sendBatch(batch.slice(0, middle));
			await sendBatch(batch.slice(middle));
			return;
		}
		if (!job.rescue || endsEverything(failure)) stopped ??= failure;
		if (named.size > 0) {
			for (const [index, problems] of named) outcomes[index] = { status: 'refused', failure, problems };
			const rest = batch.filter((index) => !named.has(index));
			if (rest.length > 0) await sendBatch(rest);
			return;
		}
		if (batch.length === 1) singleRefusals += 1;
		for (const index of batch) {
			if (failure.outcomeUnknown) outcomes[index] = { status: 'unknown', failure, repeatable };
			else if (batch.length > 1) outcomes[index] = { status: 'refused', failure: ofSomeRow(failure, batch.length), problems: [] };
			else outcomes[index] = { status: 'refused', failure, problems: failure.rows?.get('') ?? [] };
		}
	}

	/** A row that amoCRM did not name: halving finds it, unless every single row is refused in the same way. */
	function mayBeOneRowsFault({ kind, status }: Failure): boolean {
		if (!job.rescue || (status !== 400 && status !== 422)) return false;
		if (!anyWritten && singleRefusals >= ENOUGH_SINGLE_REFUSALS) return false;
		return kind === 'validation' || kind === 'badRequest';
	}

	/** amoCRM answers in order, but its own client never relies on that: `request_id` or `id` first, then the place. */
	function takeAnswers(batch: number[], answers: IDataObject[], repeatable: boolean): void {
		const byRequestId = indexBy(answers, ({ request_id }) => request_id);
		const byId = indexBy(answers, idOf);
		const found = new Map<number, IDataObject | undefined>();
		batch.forEach((index, position) => {
			const { id } = rows[index] as IDataObject;
			const marks = id === undefined ? byRequestId : byId;
			const marked = marks.get(String(id ?? position));
			const byPlace = id === undefined && marks.size === 0 && answers.length === batch.length;
			found.set(index, byPlace ? answers[position] : marked);
		});
		const ownersOf = (answer: IDataObject): number => owners.get(String(idOf(answer))) ?? 0;
		for (const answer of found.values()) if (answer) owners.set(String(idOf(answer)), ownersOf(answer) + 1);
		for (const [index, answer] of found) {
			const isOwn = answer && (job.mayShare || job.isSingle || rows[index]?.id !== undefined || answer.merged === true || ownersOf(answer) === 1);
			outcomes[index] = isOwn ? { status: 'written', answer } : { status: 'unknown', failure: missingAnswer(), repeatable };
		}
	}

	/** Rows that an answer refuses while it takes others, by their marks; without marks they are all that it does not show. */
	function takeRefusals(batch: number[], failure: Failure): void {
		const named = namedRows(batch, failure);
		const unmarked = failure.rows?.get('') ?? [];
		const missing = batch.filter((index) => outcomes[index]?.status !== 'written' && !named.has(index));
		if (unmarked.length === missing.length) missing.forEach((index, place) => named.set(index, unmarked.slice(place, place + 1)));
		for (const [index, problems] of named) if (outcomes[index]?.status !== 'written') outcomes[index] = { status: 'refused', failure, problems };
	}

	/** A mark that stands on two records tells nothing of either. */
	function indexBy(answers: IDataObject[], markOf: (answer: IDataObject) => unknown): Map<string, IDataObject | undefined> {
		const index = new Map<string, IDataObject | undefined>();
		for (const answer of answers) {
			const mark = markOf(answer);
			if (!isKnown(mark)) continue;
			const known = index.get(String(mark));
			index.set(String(mark), index.has(String(mark)) && (!known || idOf(known) !== idOf(answer)) ? undefined : answer);
		}
		return index;
	}

	function namedRows(batch: number[], failure: Failure): Map<number, FieldProblem[]> {
		const named = new Map<number, FieldProblem[]>();
		for (const [requestId, problems] of failure.rows ?? []) {
			const position = /^\d+$/.test(requestId) ? batch[Number(requestId)] : undefined;
			const index = position ?? batch.find((candidate) => rows[candidate]?.id !== undefined && String(rows[candidate].id) === requestId);
			if (index !== undefined) named.set(index, [...(named.get(index) ?? []), ...problems]);
		}
		return named;
	}
}

/** Rows of a batch of new records carry their place as `request_id`, the same that amoCRM gives when it is left out. */
export function withRequestIds(rows: IDataObject[]): IDataObject[] {
	return rows.map((row, position) => ({ ...row, request_id: String(position) }));
}

const isKnown = (mark: unknown): boolean => (typeof mark === 'string' ? mark !== '' : Number(mark) > 0);

/** A refusal that names no row is about the request, not about the row that happens to be its first. */
function ofSomeRow(failure: Failure, count: number): Failure {
	if (failure.kind !== 'validation' && failure.kind !== 'badRequest') return failure;
	const details = failure.rows?.get('')?.map(({ path, detail }) => (path === '' ? detail : `${path}: ${detail}`)) ?? [];
	const reason = [failure.message, ...details.slice(0, 3)].join('; ');
	return { ...failure, message: `${reason} (amoCRM does not say which of the ${count} items of the request it means)` };
}

async function wavesOf(rows: IDataObject[], { isSingle }: BatchJob): Promise<number[][]> {
	const seen = new Map<string, number>();
	const waves: number[][] = [];
	await inTurns(rows, (row, index) => {
		const key = isSingle ? 'the one' : row.id === undefined ? '' : String(row.id);
		const wave = key === '' ? 0 : (seen.get(key) ?? 0);
		if (key !== '') seen.set(key, wave + 1);
		(waves[wave] ??= []).push(index);
	});
	return waves;
}

const missingAnswer = (): Failure =>
	failureAs('malformed', 'amoCRM accepted the request but its answer does not mention this row', 'Look the record up in amoCRM before you send it again.', { outcomeUnknown: true });
