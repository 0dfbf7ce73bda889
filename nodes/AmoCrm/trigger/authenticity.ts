import { createHash, randomBytes, timingSafeEqual } from 'crypto';
import type { IDataObject, IWebhookFunctions } from 'n8n-workflow';

import { readAccount } from '../transport/answers';
import type { ApiClient } from '../transport/client';
import type { Failure } from '../transport/types';
import type { HookAccount } from './delivery';

/**
 * amoCRM signs nothing (extended facts 1.5), so a delivery proves itself by a key in its URL that nobody can guess, and by
 * the account that it names. The key is made once per node and kept in its static data: that outlives restarts, new
 * versions of the workflow and a renewed token, so that deliveries which amoCRM still repeats stay welcome.
 */

/** Query parameter that carries the key. */
export const KEY_PARAMETER = 'key';

/** Options that decide by IDs which deliveries start the workflow, and what the user gave for them. */
export interface NamedOptions extends IDataObject {
	given: string;
	pipelineIds: string[];
	stageIds: string[];
	responsibleUserIds: string[];
}

/** What the node remembers about its subscription: its part of the workflow's static data. */
export interface Memory extends IDataObject {
	key?: string;
	/** The address that amoCRM was last told to deliver to. */
	destination?: string;
	/** Host of the account that the following were read from. */
	baseUrl?: string;
	accountId?: number;
	subdomain?: string;
	/** The user who connected the credential. */
	userId?: number;
	/** IDs of what options name: a delivery has no time to look for them. */
	named?: NamedOptions;
	/** When the subscription was made, Unix seconds by amoCRM's clock: what happened before is none of this workflow's business. */
	since?: number;
	/** When it was taken away, Unix seconds by n8n's clock. */
	left?: number;
	/** Unix seconds, a minute or less behind: all that changed before was delivered, is repeated by amoCRM, or was caught up. */
	seenUntil?: number;
	/** When something was last caught up, ms: deliveries of the same changes may still come. */
	caughtUpAt?: number;
	/** How many changes came until when, Unix seconds by amoCRM's clock, oldest first. */
	counts?: Array<[at: number, changes: number]>;
}

/** What is remembered of one node in this process, apart for its test runs. */
export const scopeOf = (context: Pick<IWebhookFunctions, 'getWorkflow' | 'getNode' | 'getMode'>): string =>
	`${String(context.getWorkflow().id)}|${context.getNode().id}|${context.getMode() === 'manual' ? 'test' : 'live'}`;

/** By scope, what n8n has not saved yet: it saves after amoCRM has subscribed, and a delivery may come before. */
const unsaved = new Map<string, Memory>();

export const rememberUntilSaved = (scope: string, memory: Memory): void => void unsaved.set(scope, { ...memory });

/** What the node remembers, although n8n may still be saving it. */
export function rememberedOf(scope: string, saved: Memory): Memory {
	if (saved.key === undefined) return unsaved.get(scope) ?? saved;
	unsaved.delete(scope);
	return saved;
}

export const newKey = (): string => randomBytes(24).toString('base64url');

/** Compares in a time that tells nothing about where the texts differ; hashes make the lengths equal. */
export function isKey(given: unknown, expected: string | undefined): boolean {
	if (typeof given !== 'string' || !expected) return false;
	const digest = (text: string) => createHash('sha256').update(text).digest();
	return timingSafeEqual(digest(given), digest(expected));
}

/** Whether a delivery names the account of the credential. The ID decides; without one, the subdomain. */
export function isOurAccount({ id, subdomain }: HookAccount, memory: Memory): boolean {
	if (id !== undefined) return id === memory.accountId;
	return subdomain !== undefined && subdomain.toLowerCase() === memory.subdomain?.toLowerCase();
}

/** Reads who the credential's account and user are: another user may have been connected since. */
export async function rememberAccount(client: ApiClient, memory: Memory): Promise<Failure | undefined> {
	const account = await readAccount(client);
	if (!account.ok) return account.failure;
	const { id, subdomain, current_user_id: userId } = account.value;
	Object.assign(memory, { baseUrl: client.baseUrl, accountId: Number(id), subdomain: String(subdomain ?? ''), userId: Number(userId ?? 0) } satisfies Memory);
	return undefined;
}
