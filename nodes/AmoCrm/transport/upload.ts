import { type IDataObject, sleep } from 'n8n-workflow';

import { readRows } from './answers';
import type { ApiClient } from './client';
import { failureAs } from './failures';
import { onFilesHost } from './filesHost';
import { isObject } from './objects';
import { retryDelayMs } from './retry';
import type { ApiRequest, Failure, Outcome } from './types';

/** Files go up in parts, each to the address that the answer to the one before names (extended facts 8). */

/** What is to be uploaded; `open` gives its bytes from the beginning, as often as it is asked. */
export interface Upload {
	/** Body of the session: `file_name`, `file_size`, `content_type`, for a new version `file_uuid`. */
	session: IDataObject;
	open: () => Promise<AsyncIterable<Buffer>>;
}

/** Sessions that one file may take: an address may have run out, or parts of that size be refused. */
const MOST_SESSIONS = 3;

/** Parts are no larger, bytes, whatever a session allows: each file under way has one of them in memory. */
const LARGEST_PART = 4_194_304;

/** Files that are looked through for one whose answer was lost. */
const MOST_ROWS = 250;

/** A part whose answer was lost is sent again so often; the last one makes the file, and is never taken twice. */
const MOST_TRIES = 3;

/**
 * The file as amoCRM answers the last part. Nothing of it is in the storage before. `onPart` is told how many bytes are in
 * amoCRM. Never throws for what amoCRM does.
 */
export async function uploadFile(client: ApiClient, base: string, upload: Upload, onPart: (sent: number) => void): Promise<Outcome<{ file: IDataObject }>> {
	for (let session = 1; ; session += 1) {
		const sent = await inSession(client, base, upload, onPart);
		if (sent.ok || !sent.isSpent || session === MOST_SESSIONS) return sent;
	}
}

type Sent = { ok: true; file: IDataObject } | { ok: false; failure: Failure; isSpent?: boolean };

async function inSession(client: ApiClient, base: string, { session, open }: Upload, onPart: (sent: number) => void): Promise<Sent> {
	// A session that nobody uses costs nothing.
	const opened = await client.send({ method: 'POST', base, path: '/sessions', body: session, repeatable: true });
	if (!opened.ok) return { ok: false, failure: withoutTrace(opened.failure) };
	const { session_id: sessionId, upload_url: first, max_part_size: most } = (isObject(opened.body) ? opened.body : {}) as IDataObject;
	const size = Number(most);
	if (!Number.isInteger(size) || size < 1) return { ok: false, failure: badAnswer('the size of its parts') };
	let address: unknown = first;
	let left = Number(session.file_size);
	for await (const bytes of partsOf(await open(), Math.min(size, LARGEST_PART, left))) {
		const at = onFilesHost(address, base);
		if (at === undefined) return { ok: false, failure: badAnswer('an address of its own for the parts') };
		left -= bytes.length;
		if (left < 0) return { ok: false, failure: CHANGED };
		const isLast = left === 0;
		const answer = await sendPart(client, { method: 'POST', base: at, path: '', bytes, contentType: String(session.content_type), repeatable: !isLast }, isLast);
		if (!answer.ok && !isLast) return { ...answer, failure: withoutTrace(answer.failure) };
		if (!answer.ok) return answer.failure.outcomeUnknown ? ((await lookUp(client, base, { session, sessionId })) ?? answer) : answer;
		onPart(Number(session.file_size) - left);
		if (isLast) return typeof answer.body.uuid === 'string' ? { ok: true, file: answer.body } : { ok: false, failure: badAnswer('the file') };
		address = answer.body.next_url;
	}
	return { ok: false, failure: CHANGED };
}

/**
 * What came of a session whose last answer was lost: the file says by which session it came. A new file may be found after
 * a while only (extended facts 8).
 */
async function lookUp(client: ApiClient, base: string, { session, sessionId }: { session: IDataObject; sessionId: unknown }): Promise<Sent | undefined> {
	const { file_name: name, file_uuid: known } = session;
	const place = known === undefined ? { path: '/files', query: { limit: MOST_ROWS, filter: { term: String(name).replace(/\.[^.]*$/, '') } } } : { path: `/files/${String(known)}/versions` };
	for (let attempt = 1; Number.isInteger(sessionId) && attempt <= MOST_TRIES; attempt += 1) {
		const found = await readRows(client, { base, ...place }, known === undefined ? 'files' : 'versions');
		if (!found.ok) return undefined;
		const file = found.rows.find((row) => row.session_id === sessionId);
		if (file) return { ok: true, file };
		await sleep(retryDelayMs(attempt));
	}
	return undefined;
}

async function sendPart(client: ApiClient, request: ApiRequest, isLast: boolean): Promise<{ ok: true; body: IDataObject } | (Sent & { ok: false })> {
	let isUnsure = false;
	for (let attempt = 1; ; attempt += 1) {
		const reply = await client.send(request);
		if (reply.ok) return { ok: true, body: isObject(reply.body) ? reply.body : {} };
		const { failure } = reply;
		const isRefused = ['notFound', 'tooLarge', 'badRequest', 'validation'].includes(failure.kind);
		// The address was used by what seemed lost: the file may be there.
		if (isLast && isUnsure && isRefused) return { ok: false, failure: LOST };
		if (isRefused) return { ok: false, failure, isSpent: true };
		isUnsure ||= failure.outcomeUnknown;
		if (!isLast || !failure.outcomeUnknown || attempt === MOST_TRIES) return { ok: false, failure };
		await sleep(retryDelayMs(attempt));
	}
}

/** The bytes in parts of that size, one after the other in the same memory: each is gone when the next one is asked for. */
async function* partsOf(bytes: AsyncIterable<Buffer>, size: number): AsyncGenerator<Buffer> {
	const part = Buffer.alloc(size);
	let length = 0;
	for await (const chunk of bytes) {
		for (let at = 0; at < chunk.length; ) {
			const taken = chunk.copy(part, length, at);
			length += taken;
			at += taken;
			if (length < size) continue;
			yield part;
			length = 0;
		}
	}
	if (length > 0) yield part.subarray(0, length);
}

/** Only the last part makes a file. */
const withoutTrace = (failure: Failure): Failure => (failure.outcomeUnknown ? { ...failure, outcomeUnknown: false, advice: 'Nothing of the file is in amoCRM. Run again.' } : failure);

const badAnswer = (what: string): Failure => failureAs('malformed', `amoCRM answered without ${what}: the upload cannot go on`, 'Run again; if it goes on, amoCRM support can help.', { permanent: true });

const CHANGED = failureAs('badRequest', 'The file has another size than n8n says', 'Run again.');

const LOST = failureAs('connectionLost', 'The answer to the last part of the file was lost', "Look for the file in amoCRM before you upload it again.", { outcomeUnknown: true });
