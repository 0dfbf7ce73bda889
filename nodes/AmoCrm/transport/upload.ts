import type { IDataObject } from 'n8n-workflow';

import type { ApiClient } from './client';
import { failureAs } from './failures';
import { filesBaseOf } from './filesHost';
import { isObject } from './objects';
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

/** A part whose answer was lost is sent again so often; the last one makes the file, and is never taken twice. */
const MOST_TRIES = 3;

/** The file as amoCRM answers the last part. Nothing of it is in the storage before. Never throws for what amoCRM does. */
export async function uploadFile(client: ApiClient, base: string, upload: Upload): Promise<Outcome<{ file: IDataObject }>> {
	for (let session = 1; ; session += 1) {
		const sent = await inSession(client, base, upload);
		if (sent.ok || !sent.isSpent || session === MOST_SESSIONS) return sent;
	}
}

type Sent = { ok: true; file: IDataObject } | { ok: false; failure: Failure; isSpent?: boolean };

async function inSession(client: ApiClient, base: string, { session, open }: Upload): Promise<Sent> {
	// A session that nobody uses costs nothing.
	const opened = await client.send({ method: 'POST', base, path: '/sessions', body: session, repeatable: true });
	if (!opened.ok) return opened;
	const { upload_url: first, max_part_size: most } = (isObject(opened.body) ? opened.body : {}) as IDataObject;
	const size = Number(most);
	if (!Number.isInteger(size) || size < 1) return { ok: false, failure: badAnswer('the size of its parts') };
	let address: unknown = first;
	let left = Number(session.file_size);
	for await (const bytes of partsOf(await open(), size)) {
		const at = partAddress(address, client.baseUrl);
		if (at === undefined) return { ok: false, failure: badAnswer('an address of its own for the parts') };
		left -= bytes.length;
		if (left < 0) return { ok: false, failure: CHANGED };
		const isLast = left === 0;
		const answer = await sendPart(client, { method: 'POST', base: at, path: '', bytes, contentType: String(session.content_type), repeatable: !isLast }, isLast);
		if (!answer.ok) return answer;
		if (isLast) return typeof answer.body.uuid === 'string' ? { ok: true, file: answer.body } : { ok: false, failure: badAnswer('the file') };
		address = answer.body.next_url;
	}
	return { ok: false, failure: CHANGED };
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
	}
}

/** Only below the hosts that the token may go to. */
function partAddress(address: unknown, accountUrl: string): string | undefined {
	if (typeof address !== 'string' || !URL.canParse(address)) return undefined;
	const { origin, username } = new URL(address);
	return username === '' && filesBaseOf(origin, accountUrl) !== undefined ? address : undefined;
}

/** The bytes in parts of that size; only one of them is held at a time. */
async function* partsOf(bytes: AsyncIterable<Buffer>, size: number): AsyncGenerator<Buffer> {
	let held: Buffer[] = [];
	let length = 0;
	for await (const chunk of bytes) {
		held.push(chunk);
		length += chunk.length;
		if (length < size) continue;
		let all = Buffer.concat(held);
		while (all.length >= size) {
			yield all.subarray(0, size);
			all = all.subarray(size);
		}
		held = all.length > 0 ? [all] : [];
		length = all.length;
	}
	if (length > 0) yield Buffer.concat(held);
}

const badAnswer = (what: string): Failure => failureAs('malformed', `amoCRM answered without ${what}: the upload cannot go on`, 'Run again; if it goes on, amoCRM support can help.', { permanent: true });

const CHANGED = failureAs('badRequest', 'The file has another size than n8n says', 'Run again.');

const LOST = failureAs('connectionLost', 'The answer to the last part of the file was lost', "Look for the file in amoCRM before you upload it again.", { outcomeUnknown: true });
