import { type IExecuteFunctions, type IHttpRequestOptions, sleep } from 'n8n-workflow';

import { failureAs } from './failures';
import type { Answer, ApiContext, Failure } from './types';

/** Contents of files, which n8n gives as a stream: memory does not grow with them. */

/** What is used of such a stream of Node's. */
interface Contents {
	push: (...chunk: unknown[]) => boolean;
	destroy: () => void;
	once: (event: 'close', listener: () => void) => unknown;
}

const isContents = (body: unknown): body is Contents => typeof (body as Partial<Contents> | null)?.destroy === 'function';

/** Steps from one address to another; n8n itself takes more. */
const MOST_HOPS = 5;

const NAP_MS = 1000;

interface Reading {
	context: ApiContext;
	/** Whether a plain `http` address will do: the account itself is on this machine. */
	isLocal: boolean;
	signal: AbortSignal;
	timeout: number;
}

/**
 * The answer that has the contents: where amoCRM sends on to another address, that one's. The token does not go along,
 * and what another host says is not taken for amoCRM's word. What amoCRM refuses comes with its reasons.
 */
export async function contentsOf(first: Answer, from: string, { context, isLocal, signal, timeout }: Reading): Promise<Answer | Failure> {
	const { helpers } = context as IExecuteFunctions;
	let answer = first;
	let at = new URL(from);
	for (let hop = 0; hop < MOST_HOPS && isRedirect(answer); hop += 1) {
		const to = String(answer.headers?.location ?? '');
		const next = URL.canParse(to, at.href) ? new URL(to, at) : undefined;
		if (to === '' || !next || !(next.protocol === 'https:' || (isLocal && next.protocol === 'http:'))) break;
		discard(answer);
		at = next;
		const options: IHttpRequestOptions = { url: at.href, encoding: 'stream', returnFullResponse: true, ignoreHttpStatusErrors: true, disableFollowRedirect: true, timeout, abortSignal: signal };
		answer = (await helpers.httpRequest(options)) as Answer;
	}
	if (answer.statusCode < 300) return answer;
	if (answer === first) return isRedirect(answer) ? answer : { ...answer, body: await problemIn(helpers, answer) };
	discard(answer);
	const { statusCode: status } = answer;
	return failureAs(status >= 500 ? 'server' : 'badRequest', `The contents of the file are at ${at.host}, which does not give them (${status})`, 'Run again.', { status });
}

const isRedirect = ({ statusCode }: Answer): boolean => statusCode >= 300 && statusCode < 400;

async function problemIn({ binaryToBuffer }: IExecuteFunctions['helpers'], { body }: Answer): Promise<unknown> {
	const text = isContents(body) ? (await binaryToBuffer(body as never)).toString() : '';
	try {
		return JSON.parse(text) as unknown;
	} catch {
		return text;
	}
}

function discard({ body }: Answer): void {
	if (isContents(body)) body.destroy();
}

/** Calls `giveUp` when nothing more of the contents has come for so long, ms: n8n's own limit ends with the first byte. */
export function watch(body: unknown, ms: number, giveUp: () => void): void {
	if (!isContents(body)) return;
	const { push } = body;
	// The naps hold nothing of the contents, which are gone before the last one ends.
	const seen = { at: performance.now(), isOver: false };
	body.push = function (...chunk) {
		seen.at = performance.now();
		return push.apply(this, chunk);
	};
	body.once('close', () => (seen.isOver = true));
	void untilOver(seen, ms, giveUp);
}

async function untilOver(seen: { at: number; isOver: boolean }, ms: number, giveUp: () => void): Promise<void> {
	while (!seen.isOver) {
		await sleep(NAP_MS);
		if (performance.now() - seen.at > ms) return giveUp();
	}
}
