import type { IDataObject, IExecuteFunctions, IHookFunctions, ILoadOptionsFunctions, IPollFunctions, ITriggerFunctions, IWebhookFunctions } from 'n8n-workflow';

/** Every n8n context that may talk to amoCRM. */
export type ApiContext = IExecuteFunctions | ILoadOptionsFunctions | IHookFunctions | IPollFunctions | ITriggerFunctions | IWebhookFunctions;

export type QueryValue = string | number | boolean | null | undefined | QueryValue[] | { [key: string]: QueryValue };
export type Query = Record<string, QueryValue>;

export interface ApiRequest {
	method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';
	/** Path below `/api/v4`, for example `/leads/42`. */
	path: string;
	/** What stands before `path` where that is not the account's own API; it gets the token too. */
	base?: string;
	query?: Query;
	body?: IDataObject | IDataObject[];
	/** A part of a file in place of a body, with its MIME type. */
	bytes?: Buffer;
	contentType?: string;
	/** The answer is contents of a file: its body is a stream. */
	isStream?: true;
	/** True when sending the same request twice has the same effect as sending it once, as for a mass link. */
	repeatable?: boolean;
	/** True when the caller will ask for less at once if this is too much for amoCRM: it is then not repeated as it is. */
	splittable?: boolean;
	/** Withdraws the request as long as it waits for its turn. */
	signal?: AbortSignal;
}

/** What n8n's request helper gives for a whole answer. */
export interface Answer {
	statusCode: number;
	body: unknown;
	headers?: Record<string, unknown>;
}

/** One reason that amoCRM gives against one row: `path` is relative to the row, for example `custom_fields_values.0.field_id`. */
export interface FieldProblem {
	code: string;
	path: string;
	detail: string;
}

type FailureKind =
	| ('credential' | 'unauthorized' | 'paymentRequired' | 'forbidden' | 'blocked')
	| ('validation' | 'badRequest' | 'notFound' | 'tooLarge')
	| ('rateLimited' | 'timeout' | 'server' | 'malformed' | 'unreachable' | 'connectionLost' | 'cancelled');

export interface Failure {
	kind: FailureKind;
	/** What happened, in one sentence. */
	message: string;
	/** What to do about it. */
	advice: string;
	/** HTTP status, absent when there was no answer. */
	status?: number;
	/** Milliseconds that amoCRM asked to wait. */
	retryAfterMs?: number;
	/** Problems by the `request_id` of the row that they belong to (`''` when amoCRM did not say). */
	rows?: Map<string, FieldProblem[]>;
	/** True when the request may have taken effect although it failed: a write that must not be repeated blindly. */
	outcomeUnknown: boolean;
	/** True when no repetition can help. */
	permanent?: true;
	/** True when the advice says what right or plan is wanting. */
	isExplained?: true;
}

/** What the transport gives for everything it is asked to do: it never throws. */
export type Outcome<T> = ({ ok: true } & T) | { ok: false; failure: Failure };

export type Reply = Outcome<{ status: number; body: IDataObject | IDataObject[] | undefined; headers?: Answer['headers'] }>;

/** One way of writing. */
export interface Verb {
	method: 'POST' | 'PATCH' | 'PUT' | 'DELETE';
	/** Below the entity's path; `{id}` stands for the record's ID, other braces for other values of the row. */
	path?: string;
	/** What `path` is below, where that is not the entity's path. */
	root?: string;
	/** An array of rows in one request, one row, or no body at all: one request for each record. */
	sends: 'rows' | 'row' | 'nothing';
	/** The row as it is sent, where not as it is. */
	rowOf?: (row: IDataObject) => IDataObject;
	/** Rows in `_embedded`, the row itself, a list of links, no body at all, or a form of its own. */
	answers: 'embedded' | 'self' | 'links' | 'nothing' | ((body: unknown, sent: IDataObject[]) => IDataObject[]);
	/** Rows that one request takes, where that is fewer than usual. */
	atMost?: number;
	/** Rows in one request where the user does not say how many, if not the usual number. */
	usually?: number;
	/** Rows carry no `request_id` either way: only their places tell them apart. */
	isUnmarked?: true;
	/** Rows of one name become one record. */
	merges?: true;
	/** Whether to send it twice has the same effect as to send it once, for a POST. */
	repeatable?: true | ((rows: IDataObject[]) => boolean);
}
