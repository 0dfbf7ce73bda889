import type { IDataObject } from 'n8n-workflow';

import { NOT_NOW, UNUSABLE } from '../../../credentials/refusals';
import { isObject } from './objects';
import type { Answer, ApiRequest, Failure, FieldProblem } from './types';

/**
 * Errors from before a request can leave: of looking the host up (Node.js' `dns`, libuv's `EAI_*`), of connecting, of
 * agreeing on TLS, and of a request that HTTP cannot write.
 */
const NEVER_SENT = new RegExp(
	`^(${[
		'ENOTFOUND|ENODATA|ESERVFAIL|EFORMERR|ENOTIMP|EREFUSED|EBAD(QUERY|NAME|FAMILY|RESP|FLAGS|HINTS|STR)|ETIMEOUT|ENONAME|ENOTINITIALIZED|EDESTRUCTION',
		'EAI_\\w+|ELOADIPHLPAPI|EADDRGETNETWORKPARAMS',
		'ECONNREFUSED|EHOSTUNREACH|EHOSTDOWN|ENETUNREACH|ENETDOWN|EADDRNOTAVAIL|EADDRINUSE|EAFNOSUPPORT|EPROTONOSUPPORT|EPROTOTYPE',
		'EMFILE|ENFILE|EACCES|EPERM|ENOENT|ERR_SOCKET_CONNECTION_TIMEOUT|UND_ERR_CONNECT_TIMEOUT',
		'EPROTO|ERR_SSL_\\w+|ERR_TLS_\\w+',
		'ERR_INVALID_(URL|PROTOCOL|CHAR|HTTP_TOKEN|IP_ADDRESS)|ERR_UNESCAPED_CHARACTERS|ERR_HTTP_INVALID_HEADER_VALUE|ERR_SOCKET_BAD_PORT',
	].join('|')})$`,
);

/** The other end is not who it should be (Node.js' `tls`, X.509 certificate errors); it will not become so. */
const NOT_TRUSTED =
	/^(CERT_\w+|CRL_\w+|UNABLE_TO_\w+|ERROR_IN_CRL_\w+|ERROR_IN_CERT_\w+|DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|ERR_TLS_CERT_\w+|INVALID_CA|INVALID_PURPOSE|PATH_LENGTH_EXCEEDED|HOSTNAME_MISMATCH)$/;

/** How Node.js words what befell a connection that stood, whatever the code, and what befell one that never did. */
const HAD_BEGUN = /^(read|write|shutdown) E(?!PROTO)|bad record mac|decryption failed/;
const HAD_NOT_BEGUN = /^(connect|getaddrinfo|query\w*) E|before secure TLS connection was established/;

/** Nothing came in the time that we give (or the system gives a connection). */
const TIMED_OUT = new Set(['ECONNABORTED', 'ETIMEDOUT', 'ESOCKETTIMEDOUT']);

/** What a 400 says that tells nothing but its status, in amoCRM's two languages. */
const NO_REASON = /^(?:|bad request|unprocessable entity|request validation failed|некорректный запрос)\.?$/i;
const NO_REASON_ADVICE =
	'amoCRM gives no reason. Check the values of this item. Otherwise the user who connected the account may lack the right to do this, or the subscription of the account may have ended.';
const CHECK_VALUES = 'Check the values of this item and run again.';

/** How much of what amoCRM says is repeated, characters. */
const LONGEST_REASON = 200;
const LONGEST_WORD = 80;

/** What amoCRM says in a 400 that is none: "a system error occurred, please repeat" (core facts 3.9). */
const SYSTEM_ERROR = /системн|system error|повторите|try again/i;

const CANCELLED = ['ERR_CANCELED', 'ABORT_ERR', 'AbortError'];

/** amoCRM answers so to what can never be renewed (core facts 2.7, 1); an RFC 6749 error means the same. */
const NEVER_RENEWED = [400, 401, 404];

interface AnswerOfError {
	headers?: Record<string, unknown>;
	data?: unknown;
}

/** What n8n's request helper leaves on the error it throws (n8n 1.x and 2.x differ, so everything is optional). */
interface HelperError {
	httpCode?: unknown;
	code?: unknown;
	message?: unknown;
	description?: unknown;
	messages?: unknown;
	context?: { data?: unknown };
	failure?: { cause?: unknown };
	cause?: {
		code?: unknown;
		name?: unknown;
		message?: unknown;
		response?: AnswerOfError;
		request?: { socket?: { secureConnecting?: unknown } | null };
		/** All that Node.js tried for a host of several addresses. */
		cause?: { errors?: unknown };
	};
	response?: AnswerOfError;
}

/** A failure that surely changed nothing, unless `more` says otherwise. */
export const failureAs = (kind: Failure['kind'], message: string, advice: string, more: Partial<Failure> = {}): Failure => ({
	kind,
	message,
	advice,
	outcomeUnknown: false,
	...more,
});

/** The request may have been worked on: what came of a write is not known. */
const withoutAnswer = (request: ApiRequest, kind: Failure['kind'], message: string, status?: number): Failure =>
	failureAs(kind, message, unknownAdvice(request), { outcomeUnknown: changesData(request), ...(status === undefined ? {} : { status }) });

/**
 * One readable failure out of whatever the request helper threw: problem JSON, an HTML page, an empty body,
 * an OAuth failure or a broken connection. Sources: core facts 3.9, 3.10, 2.7.
 */
export function failureOf(error: unknown, request: ApiRequest): Failure {
	const thrown = (error ?? {}) as HelperError;
	const code = String(thrown.httpCode ?? thrown.cause?.code ?? thrown.code ?? '');
	const data = thrown.context?.data ?? thrown.cause?.response?.data ?? thrown.response?.data;
	const status = /^[1-5]\d\d$/.test(code) ? Number(code) : statusIn(data);
	const tokenStatus = tokenEndpointStatus(thrown);
	const inBrackets = code ? ` (${code})` : '';
	if (String(thrown.message).startsWith(UNUSABLE)) return credentialRefused(String(thrown.message));
	if ([code, String(thrown.cause?.name)].some((name) => CANCELLED.includes(name))) return cancelled(request);
	if (tokenStatus !== undefined && !NEVER_RENEWED.includes(tokenStatus)) return tokenEndpointDown(tokenStatus);
	if (tokenStatus !== undefined || thrown.failure?.cause === 'credential-invalid' || code === 'EAUTH' || isTokenFailure(thrown, data)) {
		return reconnect(status);
	}
	// An error with a status below 300 is a body that broke off while it was read.
	if (status !== undefined && status < 300) return malformedAnswer(request, status);
	if (status !== undefined) {
		const headers = thrown.cause?.response?.headers ?? thrown.response?.headers;
		return failureOfAnswer({ statusCode: status, body: data, headers }, request);
	}
	if (/refresh ?token is required|no refresh token|credentials not connected/i.test(textsOf(thrown).join(' '))) return reconnect();
	if (neverLeft(thrown, code)) {
		return failureAs(
			'unreachable',
			`amoCRM could not be reached${inBrackets}: nothing was sent`,
			"Check the 'Account Domain' of the credential and the network of this n8n, then run again.",
			NOT_TRUSTED.test(code) ? { permanent: true } : {},
		);
	}
	if (TIMED_OUT.has(code)) return tooLate(request, code);
	return withoutAnswer(request, 'connectionLost', `The connection to amoCRM broke before an answer came${inBrackets}`);
}

/** No answer, or no end of it, in the time that we give. */
export const tooLate = (request: ApiRequest, why: string): Failure => withoutAnswer(request, 'timeout', `amoCRM did not answer in time (${why})`);

/** Whether the request cannot have reached amoCRM. */
function neverLeft(thrown: HelperError, code: string): boolean {
	const texts = textsOf(thrown);
	if (thrown.cause?.request?.socket?.secureConnecting === true || Array.isArray(thrown.cause?.cause?.errors)) return true;
	if (texts.some((text) => HAD_NOT_BEGUN.test(text))) return true;
	return NOT_TRUSTED.test(code) || (NEVER_SENT.test(code) && !texts.some((text) => HAD_BEGUN.test(text)));
}

/** What the error says, in n8n's words and in those before. */
function textsOf({ cause, message, messages }: HelperError): string[] {
	return [cause?.message, message, ...(Array.isArray(messages) ? messages : [])].map((text) => String(text ?? '').slice(0, 500));
}

/** Why n8n got no new token: for good (`permanent`), or just now. No request of the API was under way. */
export function renewalFailure(error: unknown): Failure {
	const thrown = (error ?? {}) as HelperError;
	const said = String(thrown.message ?? '');
	if (said.startsWith(UNUSABLE)) return credentialRefused(said);
	const status = tokenEndpointStatus(thrown);
	const code = String(thrown.code ?? thrown.cause?.code ?? '');
	const isRefused = status === undefined ? code === 'EAUTH' || isTokenFailure(thrown, undefined) : NEVER_RENEWED.includes(status);
	return isRefused ? { ...reconnect(status), permanent: true } : tokenEndpointDown(status ?? code);
}

/** The credential is filled in wrong: nothing can be sent with it. */
export const wrongCredential = (message: string, advice: string): Failure => failureAs('credential', message, advice, { permanent: true });

/** No request gets through with this credential, whatever is tried again. */
const refused = (message: string, advice: string): Failure => failureAs('unauthorized', message, advice, { status: 401, permanent: true });

/** amoCRM gives new tokens and refuses each. */
export const renewedInVain = (): Failure =>
	refused(
		'amoCRM renews the access of this credential and then refuses the new token',
		"Check that the integration is switched on in amoCRM and that the 'Account Domain' is right, then open the credential and connect the account again.",
	);

/** The account answers under another address than the credential says. */
export const accountMoved = (baseUrl: string, address: string): Failure =>
	refused(
		`The amoCRM account has moved from ${baseUrl.replace(/^https?:\/\//, '')} to ${address}`,
		`Open the credential, change 'Account Domain' to ${address} and connect the account again.`,
	);

/** A 2xx answer whose body is not what the API promises: cut off, or a page of a proxy. */
export const malformedAnswer = (request: ApiRequest, status: number): Failure =>
	withoutAnswer(request, 'malformed', 'The answer of amoCRM was cut off or is not JSON', status);

/** The execution was stopped: before the request was sent or, when `sent` is given, while it was under way. */
export const cancelled = (sent?: ApiRequest): Failure =>
	failureAs(
		'cancelled',
		`The execution was stopped before ${sent ? 'amoCRM answered' : 'this was sent'}`,
		'Run the workflow again for the rows that are not reported as written.',
		{ outcomeUnknown: sent !== undefined && changesData(sent) },
	);

/** The failure of a repetition: what became of the request before may be unknown still, unless amoCRM says what it thinks of it. */
export function afterAnother(failure: Failure, before: Failure, request: ApiRequest): Failure {
	if (!before.outcomeUnknown || failure.outcomeUnknown || ['validation', 'badRequest', 'notFound'].includes(failure.kind)) return failure;
	return { ...failure, outcomeUnknown: true, advice: unknownAdvice(request) };
}

/** Failures that every further request of the execution would meet too. */
export const endsEverything = ({ kind }: Failure): boolean =>
	['unauthorized', 'blocked', 'paymentRequired', 'forbidden', 'cancelled', 'unreachable'].includes(kind);

/** Failures that may go away when less is asked for at once (official advice for 504, core facts 3.8). */
export const isTooMuch = ({ kind, permanent }: Failure): boolean => !permanent && ['timeout', 'tooLarge', 'malformed'].includes(kind);

const changesData = ({ method }: ApiRequest): boolean => method !== 'GET';

const unknownAdvice = (request: ApiRequest): string =>
	changesData(request)
		? 'Look the rows of this request up in amoCRM before you send them again: it may have saved them.'
		: 'Run again; if it goes on, try smaller pages or ask amoCRM support.';

/** What our own credential says when it cannot get a token: what happened, then what to do. Nothing was sent. */
function credentialRefused(text: string): Failure {
	const [message = text, ...rest] = text.split(/(?<=\.) (?=[A-Z])/);
	return text.includes(NOT_NOW) ? failureAs('unreachable', message, rest.join(' ')) : refused(message, rest.join(' '));
}

/** Without `permanent`: the access may be renewed. */
const reconnect = (status = 401): Failure =>
	failureAs(
		'unauthorized',
		'amoCRM no longer accepts this credential: the access was revoked or has expired',
		"Open the credential and connect the account again. Check that the integration is still switched on in amoCRM and that the 'Account Domain' is right.",
		{ status },
	);

/** n8n's OAuth2 client words a failed refresh like this; a failed API call reads "Request failed with status code". */
function tokenEndpointStatus(thrown: HelperError): number | undefined {
	const match = textsOf(thrown).map((text) => /^HTTP status (\d{3})$/.exec(text)).find(Boolean);
	return match ? Number(match[1]) : undefined;
}

/** The API call itself was answered 401, so nothing was done: repeating is safe. */
const tokenEndpointDown = (why: number | string): Failure =>
	failureAs(
		'unreachable',
		`amoCRM could not renew the access${why === '' ? '' : ` (${why})`}`,
		'Run again later. If it goes on, open the credential and connect the account again.',
		typeof why === 'number' ? { status: why } : {},
	);

/** amoCRM's token endpoint has no RFC 6749 `error` field; its problem `type` is the reliable mark (core facts 2.7). */
function isTokenFailure({ message, description }: HelperError, data: unknown): boolean {
	if (isObject(data) && /OAuthProblemJson/i.test(String(data.type ?? ''))) return true;
	const said = `${String(message ?? '')} ${String(description ?? '')}`;
	return /refresh ?token is required|no refresh token is available|credentials not connected|needs to be reconnected/i.test(said);
}

function statusIn(data: unknown): number | undefined {
	const status = isObject(data) ? Number(data.status) : NaN;
	return status >= 100 && status < 600 ? status : undefined;
}

/** One readable failure out of an answer that is none of the successes: its status is 300 or more. */
export function failureOfAnswer({ statusCode: status, body: data, headers }: Answer, request: ApiRequest): Failure {
	const problem = isObject(data) ? data : undefined;
	const detail = [problem?.detail, problem?.title].map((text) => wordsOf(text, LONGEST_REASON)).find((text) => text !== '') ?? '';
	const said = detail ? `: ${detail}` : '';
	const make = (kind: Failure['kind'], message: string, advice: string): Failure => failureAs(kind, message, advice, { status });
	const down = (what = `${status}`): Failure => withoutAnswer(request, 'server', `amoCRM failed to answer (${what})${said}`, status);
	if ([301, 302, 303, 307, 308].includes(status)) {
		const message = `amoCRM sent the request on to another address (${status}), which the node does not follow with your access`;
		return make('badRequest', message, "The account may have moved to another subdomain: check the 'Account Domain' of the credential.");
	}
	switch (status) {
		case 400:
		case 422: {
			const rows = validationRows(problem);
			if (!rows && SYSTEM_ERROR.test(detail)) return down();
			if (!rows) return make('badRequest', `amoCRM refused the request${said}`, NO_REASON.test(detail) ? NO_REASON_ADVICE : CHECK_VALUES);
			const isNamed = [...rows.values()].some((problems) => problems.length > 0);
			return { ...make('validation', 'amoCRM refused the values', isNamed ? 'Correct the named field and run again.' : NO_REASON_ADVICE), rows };
		}
		case 401:
			return reconnect();
		case 402: {
			const advice = 'Renew the amoCRM or Kommo subscription, or change the plan. This can pass by itself at night: run again later.';
			return make('paymentRequired', `amoCRM reports that the account is not paid or that its plan lacks this feature${said}`, advice);
		}
		case 403: {
			const rights = 'Check the rights of the user who connected the account, and the scopes of the integration. Some operations need an administrator.';
			if (problem) return make('forbidden', `amoCRM does not allow this${said}`, rights);
			const advice = 'Too many requests too fast lead to this. Stop other integrations that flood the API and ask amoCRM support to lift the block. The node does not repeat such requests.';
			return make('blocked', 'amoCRM has blocked API access of this account or of this IP address (403, no JSON answer)', advice);
		}
		case 404:
			// A page of amoCRM's edge, not its API: the record may well exist (core facts 3.9).
			if (typeof data === 'string' && /<html/i.test(data)) return down('404, no JSON answer');
			return make('notFound', `amoCRM did not find it${said}`, 'Check the ID and that the record was not deleted.');
		case 405:
			return make('badRequest', 'amoCRM does not offer this method here (405)', 'Use another operation.');
		case 413:
		case 414: {
			const advice = changesData(request) ? 'Send fewer items at once: lower the batch size.' : 'Ask for fewer at once: give the filters shorter lists.';
			return make('tooLarge', `The request is too large for amoCRM (${status})`, advice);
		}
		case 429: {
			const advice = "Other integrations may be using up the account's limit. Run again later, or lower 'Requests per Second' in the options.";
			return { ...make('rateLimited', 'amoCRM keeps answering that there are too many requests (429)', advice), retryAfterMs: retryAfter(headers, problem) };
		}
		case 504:
		case 524:
			return withoutAnswer(request, 'timeout', `amoCRM took too long to answer (${status})`, status);
		default:
			return status >= 500 ? down() : make('badRequest', `amoCRM answered with status ${status}${said}`, CHECK_VALUES);
	}
}

/** The rows that an answer refuses although it takes others; nothing where it refuses none (extended facts 7.1). */
export function refusalIn(body: unknown, request: ApiRequest): Failure | undefined {
	return isObject(body) && refusalsOf(body) ? failureOfAnswer({ statusCode: 400, body }, request) : undefined;
}

/** What `errors` says of rows; nothing for errors of any other form. */
function refusalsOf({ errors }: IDataObject): IDataObject[] | undefined {
	const isOfRows = Array.isArray(errors) && errors.length > 0 && (errors as unknown[]).every((error) => isObject(error) && error.detail !== undefined);
	return isOfRows ? (errors as IDataObject[]) : undefined;
}

/** Each refused row with its reasons, or with one of its own beside it. */
function validationRows(problem: IDataObject | undefined): Map<string, FieldProblem[]> | undefined {
	const groups = problem?.['validation-errors'] ?? (problem && refusalsOf(problem));
	if (!Array.isArray(groups) || groups.length === 0) return undefined;
	const rows = new Map<string, FieldProblem[]>();
	for (const group of (groups as unknown[]).filter(isObject)) {
		const key = String(group.request_id ?? '');
		const reasons = Array.isArray(group.errors) ? group.errors : 'detail' in group ? [{ code: group.title, detail: group.detail }] : [];
		const errors = reasons.filter(isObject).map((error) => ({
			code: wordsOf(error.code, LONGEST_WORD),
			path: wordsOf(error.path, LONGEST_WORD),
			detail: wordsOf(error.detail ?? error.code, LONGEST_REASON),
		}));
		rows.set(key, [...(rows.get(key) ?? []), ...errors]);
	}
	return rows;
}

/** Foreign text, of which nobody needs more than so many characters. */
function wordsOf(given: unknown, longest: number): string {
	const text = typeof given === 'string' || typeof given === 'number' ? String(given).trim() : '';
	return text.length > longest ? `${text.slice(0, longest - 3)}...` : text;
}

function retryAfter(headers: Answer['headers'], problem: IDataObject | undefined): number | undefined {
	const seconds = Number(headers?.['retry-after'] ?? problem?.retry_after);
	return Number.isFinite(seconds) && seconds > 0 ? Math.min(seconds, 60) * 1000 : undefined;
}
