import { createHash } from 'crypto';
import { type ICredentialDataDecryptedObject, type IDataObject, type IExecuteFunctions, type IHttpRequestOptions, sleep } from 'n8n-workflow';

import { ACCOUNT_DOMAIN_HELP, resolveAccountUrls } from '../../../credentials/accountDomain';
import { claimsOf } from '../../../credentials/claims';
import { within } from '../../../credentials/deadline';
import { type Access, AccessKeeper } from './access';
import { otherAccountFailure } from './connectedAccount';
import { contentsOf, watch } from './contents';
import { unlessAborted } from './exclusive';
import { afterAnother, cancelled, failureOf, failureOfAnswer, malformedAnswer, tooLate, wrongCredential } from './failures';
import { type Slot, DEFAULT_REQUESTS_PER_SECOND, rateLimiterOf } from './rateLimit';
import { DEFAULT_MAX_RETRIES, DEFAULT_RETRY_MINUTES, mayRetry, retryDelayMs, RetryBudget } from './retry';
import { type Mask, masked, maskOf, secretsOf } from './secrets';
import type { Answer, ApiContext, ApiRequest, Failure, Outcome, Query, QueryValue, Reply } from './types';
import { wellFormed } from './wellFormed';

const API_PATH = '/api/v4';

/**
 * The whole exchange may take so long, ms: a heavy page of amoCRM can take a minute (core facts 3.3). n8n's own limit
 * counts idle time only.
 */
const TIMEOUT_MS = 120_000;

/** Answers do not take equally long: a little more than the average fills the limit. */
const HEADROOM = 1.3;

export interface ClientOptions {
	/** At most this many requests per second to the account, 7 unless a package was bought (core facts 3.7). */
	requestsPerSecond?: number;
	maxRetries?: number;
	/** How long the run tries again in all, minutes. */
	maxRetryMinutes?: number;
}

/** What one run has cost so far. */
export interface ClientStats {
	requests: number;
	retries: number;
	rateLimitAnswers: number;
	waitedMs: number;
}

/** Talks to one amoCRM account with one credential. Create one per execution with `createClient`. */
export interface ApiClient {
	/** Scheme and host of the account, without a trailing slash. */
	readonly baseUrl: string;
	/** Key of the account and integration; caches and limits must hold nothing without it. */
	readonly accountKey: string;
	/** Key of the credential; what one user may see must not be shown to another. */
	readonly credentialKey: string;
	readonly stats: ClientStats;
	/** How many requests have to be under way at once to use up the rate limit, by the time that answers take so far. */
	usefulParallelism(): number;
	/** amoCRM's own clock when it began its first answer, Unix seconds; nothing where it does not tell. */
	dated(): number | undefined;
	/** Blacks out the secrets of the credential; every text that leaves the node passes it last. */
	readonly mask: Mask;
	/** Sends one request within the account's limit, repeats it where that is safe, and never throws. */
	send(request: ApiRequest): Promise<Reply>;
}

interface Connection extends Omit<Access, 'turn'> {
	accountKey: string;
	options: ClientOptions;
}

/** The credential type behind each value of the 'Authentication' parameter. */
const CREDENTIAL_TYPES: Record<string, string> = {
	oAuth2: 'amoCrmOAuth2Api',
	longLivedToken: 'amoCrmLongLivedTokenApi',
	authorizationCode: 'amoCrmAuthorizationCodeApi',
};

/** Builds the client of this execution, or says what is wrong with the credential. Sends nothing and never throws. */
export async function createClient(context: ApiContext, options: ClientOptions = {}): Promise<Outcome<{ client: ApiClient }>> {
	const credentialType = CREDENTIAL_TYPES[String(authenticationOf(context))] ?? 'amoCrmOAuth2Api';
	let credentials: ICredentialDataDecryptedObject;
	try {
		credentials = await context.getCredentials(credentialType);
	} catch (error) {
		const message = `The credential could not be read: ${String((error as Error).message).slice(0, 200)}`;
		return { ok: false, failure: wrongCredential(message, 'Choose a credential in the node, and check that its fields have values.') };
	}
	const urls = resolveAccountUrls(credentials.domain);
	if (!urls) {
		const domain = maskOf(secretsOf(credentials))(shortened(credentials.domain));
		const message = `The 'Account Domain' of the credential is not the address of an amoCRM or Kommo account: ${domain}`;
		return { ok: false, failure: wrongCredential(message, ACCOUNT_DOMAIN_HELP) };
	}
	const otherAccount = otherAccountFailure(credentials, urls.baseUrl);
	if (otherAccount) return { ok: false, failure: otherAccount };
	const credentialId = context.getNode().credentials?.[credentialType]?.id ?? '';
	const integration = credentials.clientId ?? integrationOf(String(credentials.accessToken));
	const accountKey = `${urls.baseUrl}|${String(integration)}`;
	const credentialKey = `${accountKey}|${credentialType}|${String(credentialId)}`;
	return { ok: true, client: buildClient({ context, credentialType, baseUrl: urls.baseUrl, accountKey, credentialKey, credentials, options }) };
}

/** The integration that a token belongs to: its claim `aud` (core facts 2.6), or else its own fingerprint. */
function integrationOf(token: string): string {
	const { aud } = claimsOf(token);
	return typeof aud === 'string' && aud !== '' ? aud : createHash('sha256').update(token).digest('hex');
}

// Only an execution has items: elsewhere the second argument is the fallback.
const authenticationOf = (context: ApiContext): unknown =>
	'getInputData' in context ? context.getNodeParameter('authentication', 0, 'oAuth2') : context.getNodeParameter('authentication', 'oAuth2');

function buildClient({ options, accountKey, ...connection }: Connection): ApiClient {
	const { context, credentialType, baseUrl, credentialKey } = connection;
	const limiter = rateLimiterOf(accountKey);
	const requestsPerSecond = atLeast(1, options.requestsPerSecond, DEFAULT_REQUESTS_PER_SECOND);
	const retryMinutes = atLeast(0, options.maxRetryMinutes, DEFAULT_RETRY_MINUTES);
	const maxRetries = retryMinutes === 0 ? 0 : atLeast(0, options.maxRetries, DEFAULT_MAX_RETRIES);
	const budget = new RetryBudget(retryMinutes);
	const access = new AccessKeeper({ ...connection, turn });
	const mask: Mask = (text) => access.mask(text);
	const stats: ClientStats = { requests: 0, retries: 0, rateLimitAnswers: 0, waitedMs: 0 };
	let answerMs = 0;
	let firstDate: number | undefined;
	/** What makes every further request of this execution useless: a blocked account must not be asked again and again. */
	let ended: Failure | undefined;
	const signal = 'getExecutionCancelSignal' in context ? context.getExecutionCancelSignal() : undefined;

	/** For what is not a request of this execution's own. */
	async function turn<T>(who: unknown, work: () => Promise<T>): Promise<T> {
		const slot = await limiter.take(who, requestsPerSecond);
		slot.leavesLate = true;
		try {
			const result = await within(TIMEOUT_MS, work());
			if (result !== 'late') return result;
		} finally {
			limiter.ended(slot);
		}
		throw Object.assign(new Error('No answer in time'), { code: 'ETIMEDOUT' });
	}

	async function attempt(request: ApiRequest, stop: AbortSignal, isStale: () => boolean): Promise<Reply | undefined> {
		const queued = performance.now();
		const slot = await limiter.take(context, requestsPerSecond, stop).catch(() => undefined);
		if (!slot) return { ok: false, failure: cancelled() };
		stats.waitedMs += slot.startedAt - queued;
		if (ended || isStale()) {
			limiter.unused(slot);
			return ended && { ok: false, failure: ended };
		}
		stats.requests += 1;
		const reply = await exchange(request, slot);
		if (reply.ok) return reply;
		limiter.ended(slot);
		const failure = masked(reply.failure, mask);
		if (failure.kind === 'rateLimited') {
			stats.rateLimitAnswers += 1;
			limiter.slowDown(requestsPerSecond, slot, failure.retryAfterMs);
		}
		return { ok: false, failure };
	}

	async function exchange(request: ApiRequest, slot: Slot): Promise<Reply> {
		const deadline = new AbortController();
		// A write that is under way when the execution is stopped goes on, so that it is known whether it was saved.
		const ends = signal && request.method === 'GET' ? AbortSignal.any([deadline.signal, signal]) : deadline.signal;
		// n8n takes the signal of its own context, whatever the options say, and reads the credential for each request.
		const own = { getExecutionCancelSignal: { value: () => ends }, getCredentials: { value: async () => await access.credential() } };
		const caller = Object.create(context, own) as IExecuteFunctions;
		try {
			// n8n changes the options it is given, so every attempt gets fresh ones.
			const httpOptions = httpOptionsOf(baseUrl, request);
			const { url } = httpOptions;
			const answered = context.helpers.httpRequestWithAuthentication.call(caller, credentialType, httpOptions) as Promise<Answer>;
			const reading = { context, isLocal: baseUrl.startsWith('http://'), signal: ends, timeout: TIMEOUT_MS };
			const work = request.isStream ? answered.then(async (first) => await contentsOf(first, url, reading)) : answered;
			const answer = await within<Answer | Failure>(TIMEOUT_MS, work);
			if (answer === 'late') {
				deadline.abort();
				return { ok: false, failure: tooLate(request, `${TIMEOUT_MS / 1000} s`) };
			}
			if (!('statusCode' in answer)) return { ok: false, failure: answer };
			if (answer.statusCode >= 300) return { ok: false, failure: failureOfAnswer(answer, request) };
			if (request.isStream) watch(answer.body, TIMEOUT_MS, () => deadline.abort());
			const tookMs = limiter.answered(slot);
			answerMs = answerMs === 0 ? tookMs : answerMs * 0.7 + tookMs * 0.3;
			const date = Date.parse(String(answer.headers?.date)) - tookMs;
			if (Number.isFinite(date)) firstDate ??= Math.floor(date / 1000);
			return readReply(request, answer);
		} catch (error) {
			return { ok: false, failure: failureOf(error, request) };
		}
	}

	/** A failure after which the execution sends nothing more. */
	function end(failure: Failure): Reply {
		ended ??= { ...failure, permanent: true, outcomeUnknown: false };
		return { ok: false, failure };
	}

	async function sendAgain(request: ApiRequest, stop: AbortSignal, first: Failure): Promise<Reply> {
		let failure = first;
		for (let retry = 1; mayRetry(request, failure, retry - 1, maxRetries) && !stop.aborted; retry++) {
			// After a 429 the shared gate makes everybody wait; other failures wait on their own.
			const isLimited = failure.kind === 'rateLimited';
			const pauseMs = isLimited ? (failure.retryAfterMs ?? 0) : retryDelayMs(retry);
			if (!budget.allows(failure, pauseMs)) return end(budget.exhausted(failure));
			stats.retries += 1;
			const { method, path } = request;
			context.logger?.debug('amoCRM: repeating a request', { method, path: mask(path), because: failure.message, retry });
			// n8n 1.x's `sleep` ignores the signal.
			if (!isLimited) await unlessAborted(sleep(pauseMs, stop), stop).catch(() => undefined);
			const reply = await sendOnce(request, stop);
			if (reply.ok) return reply;
			failure = afterAnother(reply.failure, failure, request);
		}
		return failure.kind === 'unauthorized' || failure.kind === 'blocked' ? end(failure) : { ok: false, failure };
	}

	const sendOnce = async (request: ApiRequest, stop: AbortSignal): Promise<Reply> =>
		ended ? { ok: false, failure: ended } : await access.run(async (isStale) => await attempt(request, stop, isStale));

	return {
		baseUrl,
		accountKey,
		credentialKey,
		stats,
		usefulParallelism: () => Math.ceil((answerMs / 1000) * requestsPerSecond * HEADROOM),
		dated: () => firstDate,
		mask,
		async send(request) {
			// A signal of its own for each request: Node warns of a leak when many listen to one.
			const stop = AbortSignal.any([signal, request.signal].filter((given) => given !== undefined));
			const reply = await sendOnce(request, stop);
			return reply.ok ? reply : await budget.during(async () => await sendAgain(request, stop, reply.failure));
		},
	};
}

/** Something else may have been pasted by mistake, a token even: long texts are not repeated. */
function shortened(domain: unknown): string {
	const text = String(domain ?? '');
	return text.length > 60 ? `a text of ${text.length} characters` : `'${text}'`;
}

/** An option as the user gave it, where it is a number that makes sense. */
function atLeast(minimum: number, given: unknown, fallback: number): number {
	const number = typeof given === 'object' ? NaN : Number(given ?? fallback);
	return Number.isFinite(number) ? Math.max(minimum, number) : fallback;
}

function httpOptionsOf(baseUrl: string, request: ApiRequest): IHttpRequestOptions {
	// n8n sends no empty object or list unless it is a text.
	const isEmpty = request.body !== undefined && Object.keys(request.body).length === 0;
	return {
		method: request.method,
		url: `${request.base ?? `${baseUrl}${API_PATH}`}${request.path}${queryString(request.query)}`,
		headers: { Accept: 'application/json', ...(isEmpty ? { 'Content-Type': 'application/json' } : {}), ...(request.bytes ? { 'Content-Type': request.contentType } : {}) },
		body: request.bytes ?? (isEmpty ? JSON.stringify(request.body) : request.body),
		...(request.isStream ? { encoding: 'stream' as const } : { json: true }),
		returnFullResponse: true,
		// An answer 401 that n8n sees as an error makes it renew the access and send again by itself, past the gate.
		ignoreHttpStatusErrors: true,
		timeout: TIMEOUT_MS,
		// The token must not follow a redirect to another host.
		disableFollowRedirect: true,
	};
}

function readReply(request: ApiRequest, { statusCode: status, body, headers }: Answer): Reply {
	if (status === 204 || body === undefined || body === null || body === '') {
		// "Nothing there" is 204 (core facts 3.2): a 200 without a body has lost it.
		if (status === 200 && request.method === 'GET') return { ok: false, failure: malformedAnswer(request, status) };
		return { ok: true, status, body: undefined, headers };
	}
	if (typeof body !== 'object') return { ok: false, failure: malformedAnswer(request, status) };
	return { ok: true, status, body: body as IDataObject | IDataObject[], headers };
}

/**
 * PHP-style query, as amoCRM reads it: `{ filter: { id: [1, 2] } }` becomes `filter[id][]=1&filter[id][]=2`
 * (core facts 3.4). Absent values (`undefined`, `null`, empty text) are left out; `0` and `false` stay.
 */
export function queryString(query: Query | undefined): string {
	const pairs: string[] = [];
	const add = (key: string, value: QueryValue): void => {
		if (value === undefined || value === null || value === '') return;
		if (Array.isArray(value)) value.forEach((entry, index) => add(typeof entry === 'object' ? `${key}[${index}]` : `${key}[]`, entry));
		else if (typeof value === 'object') {
			for (const [name, entry] of Object.entries(value)) add(`${key}[${name}]`, entry);
		} else pairs.push(`${encodeURIComponent(key)}=${encodeURIComponent(wellFormed(String(value)))}`);
	};
	for (const [key, value] of Object.entries(query ?? {})) add(key, value);
	return pairs.length > 0 ? `?${pairs.join('&')}` : '';
}
