import { type IDataObject, type IHookFunctions, type ITriggerFunctions, NodeOperationError } from 'n8n-workflow';

import { resolveAccountUrls } from '../../../credentials/accountDomain';
import { readWithAccount } from '../fields/conventions';
import { choicesOf } from '../fields/dictionaries';
import { codesOf, MAX_WEBHOOKS, sameCodes } from '../fields/hookEvents';
import { asError, clientOf } from '../pickers/read';
import { readRows } from '../transport/answers';
import type { ApiClient } from '../transport/client';
import type { Failure, Outcome, Query } from '../transport/types';
import { type Memory, KEY_PARAMETER, newKey, rememberAccount, rememberUntilSaved, scopeOf } from './authenticity';
import { givenIn, namedIn, readEvents, readOptions } from './options';
import { listOf, textOf } from './row';
import { nowS } from './seen';

/** The life cycle of the webhook in amoCRM (extended facts 1.1, 1.7). Only webhooks with this node's own URL are touched. */

const PATH = '/webhooks';

type Place = IHookFunctions | ITriggerFunctions;

const memoryOf = (context: IHookFunctions): Memory => context.getWorkflowStaticData('node') as Memory;

const ownUrl = (context: IHookFunctions): string => String(context.getNodeWebhookUrl('default'));

const destinationOf = (context: IHookFunctions, key: string): string => `${ownUrl(context)}?${KEY_PARAMETER}=${key}`;

const hooksOf = async (client: ApiClient, query?: Query) => await readRows(client, { path: PATH, query }, 'webhooks');

export const isDigitalPipeline = (context: Pick<IHookFunctions, 'getNodeParameter'>): boolean =>
	context.getNodeParameter('mode', 'account') === 'digitalPipeline';

/** By scope, how the subscription of an active workflow stands in this process: n8n runs a node's `trigger` beside its hooks. */
const standing = new Map<string, Standing>();

type Standing = 'made' | 'failed';

export const standingOf = (scope: string): Standing | undefined => standing.get(scope);

/** Notes how a hook ends that makes the subscription, or finds it. */
async function noting(context: IHookFunctions, hook: () => Promise<boolean>): Promise<boolean> {
	let outcome: Standing | undefined = 'failed';
	try {
		const isMade = await hook();
		outcome = isMade ? 'made' : undefined;
		return isMade;
	} finally {
		if (outcome) standing.set(scopeOf(context), outcome);
	}
}

/** Start-up and activation: is there a working subscription to exactly these events? */
export const isSubscribed = async (context: IHookFunctions): Promise<boolean> => await noting(context, async () => await check(context));

async function check(context: IHookFunctions): Promise<boolean> {
	const memory = memoryOf(context);
	const client = await clientOf(context);
	if (isDigitalPipeline(context)) {
		await rememberOptions(context, client);
		await unsubscribe(context);
		await readAccount(context, client);
		return true;
	}
	if (!memory.key || !isKnown(memory, client)) return false;
	await readAccount(context, client);
	const destination = destinationOf(context, memory.key);
	const hooks = await hooksOf(client, { filter: { destination } });
	// n8n takes an address away whose check fails, and then amoCRM's deliveries are lost: a start while amoCRM is down must not do that.
	if (!hooks.ok && isStart(context) && memory.destination === destination) {
		const message = `amoCRM Trigger: the subscription could not be checked and is taken to be as it was. ${hooks.failure.message}`;
		context.logger.warn(message, { node: context.getNode().name });
		return true;
	}
	const { own, works } = standsIn((await explained(context, client, hooks)).rows, destination, await wantedCodes(context, client));
	if (own) memory.destination = destination;
	return works;
}

/** The webhook with that address, and whether it tells exactly these events. amoCRM may filter loosely. */
function standsIn(hooks: IDataObject[], destination: string, codes: string[]): { own?: IDataObject; works: boolean } {
	const own = hooks.find((hook) => hook.destination === destination);
	return { own, works: own !== undefined && own.disabled !== true && sameCodes(codesOf(own.settings), codes) };
}

const isStart = (context: IHookFunctions): boolean => ['init', 'leadershipChange'].includes(context.getActivationMode());

const isKnown = (memory: Memory, client: ApiClient): boolean => memory.accountId !== undefined && memory.baseUrl === client.baseUrl;

/** At a start while amoCRM is down, what is known of the account has to do. */
async function readAccount(context: IHookFunctions, client: ApiClient): Promise<void> {
	const memory = memoryOf(context);
	const mayFail = isStart(context) && isKnown(memory, client);
	const failure = await rememberAccount(client, memory);
	if (failure && !mayFail) throw asError(context, failure);
}

export const subscribe = async (context: IHookFunctions): Promise<boolean> => await noting(context, async () => await create(context));

async function create(context: IHookFunctions): Promise<boolean> {
	const memory = memoryOf(context);
	const client = await clientOf(context);
	const codes = await wantedCodes(context, client);
	assertReachable(context, client);
	await readAccount(context, client);
	memory.key ??= newKey();
	const destination = destinationOf(context, memory.key);
	for (const stale of await ownHooks(context, client)) await remove(context, client, stale);
	rememberUntilSaved(scopeOf(context), memory);
	begin(memory, await post(context, client, { destination, codes }));
	memory.destination = destination;
	return true;
}

/** Makes the webhook, and gives when, Unix seconds by amoCRM's clock. */
async function post(context: Place, client: ApiClient, { destination, codes }: { destination: string; codes: string[] }): Promise<number> {
	// The destination is the key of a webhook: sent twice, it is still one.
	const reply = await client.send({ method: 'POST', path: PATH, body: { destination, settings: codes }, repeatable: true });
	const { body } = (await explained(context, client, reply, codes)) as { body?: unknown };
	const { created_at: at, updated_at: changed } = (body ?? {}) as IDataObject;
	return Number(textOf(changed ?? at)) || nowS();
}

/** n8n takes the subscription away and makes it anew when a new version of the workflow is published: that goes on. */
const PUBLISHING_S = 60;

/** A subscription that was repaired has its old beginning; one that was taken away begins anew, at once or when it was taken away. */
function begin(memory: Memory, at: number): void {
	const gap = memory.left === undefined ? undefined : nowS() - memory.left;
	delete memory.left;
	if (memory.since !== undefined && gap === undefined) return;
	memory.since = gap !== undefined && gap < PUBLISHING_S ? at - gap - 1 : at;
	memory.seenUntil = memory.since;
}

/**
 * Looks whether the subscription of an active workflow still stands, and makes it anew where it does not: amoCRM switches
 * off what answered badly too often. Gives whether it stood, and when that was seen, Unix seconds by amoCRM's clock.
 */
export async function mend(context: ITriggerFunctions, destination: string): Promise<{ stood: boolean; at?: number }> {
	const client = await clientOf(context);
	const codes = eventsIn(context);
	const { rows } = await explained(context, client, await hooksOf(client, { filter: { destination } }));
	const { own, works } = standsIn(rows, destination, codes);
	if (works || !isKept(context)) return { stood: true, at: client.dated() };
	if (own) await remove(context, client, destination);
	await post(context, client, { destination, codes });
	// The workflow was deactivated meanwhile.
	if (!isKept(context)) await remove(context, client, destination);
	return { stood: false };
}

const isKept = (context: ITriggerFunctions): boolean => standing.get(scopeOf(context)) === 'made';

export async function unsubscribe(context: IHookFunctions): Promise<boolean> {
	const memory = memoryOf(context);
	standing.delete(scopeOf(context));
	if (memory.destination !== undefined) await remove(context, await clientOf(context), memory.destination);
	delete memory.destination;
	memory.left = nowS();
	return true;
}

/** The codes that the user chose and typed. All options are read, so that no workflow goes live with one that would fail at every delivery. */
async function wantedCodes(context: IHookFunctions, client: ApiClient): Promise<string[]> {
	await rememberOptions(context, client);
	const codes = eventsIn(context);
	if (codes.length > 0) return codes;
	throw new NodeOperationError(context.getNode(), "No event is chosen in 'Events'", {
		description: 'Choose at least one event that starts the workflow.',
	});
}

export const eventsIn = (context: Place): string[] =>
	readEvents(context.getNode(), context.getNodeParameter('events', []), (context.getNodeParameter('options', {}) as IDataObject).otherEvents);

/** Names are looked for now; at a start while amoCRM is down, the IDs that they had have to do. */
async function rememberOptions(context: IHookFunctions, client: ApiClient): Promise<void> {
	const memory = memoryOf(context);
	const given = context.getNodeParameter('options', {}) as IDataObject;
	try {
		memory.named = namedIn(given, await readWithAccount(() => readOptions(context.getNode(), given, choicesOf(client))));
	} catch (error) {
		if (!isStart(context) || memory.named?.given !== givenIn(given)) throw asError(context, { message: (error as Error).message, advice: '' });
	}
	if (!memory.named) delete memory.named;
}

/** What this node has left in amoCRM: its last destination, and its URL with any key. */
async function ownHooks(context: IHookFunctions, client: ApiClient): Promise<string[]> {
	const url = ownUrl(context);
	const known = memoryOf(context).destination;
	const hooks = await explained(context, client, await hooksOf(client));
	const destinations = hooks.rows.map((hook) => String(hook.destination));
	return destinations.filter((destination) => destination === known || destination === url || destination.startsWith(`${url}?`));
}

async function remove(context: Place, client: ApiClient, destination: string): Promise<void> {
	const reply = await client.send({ method: 'DELETE', path: PATH, body: { destination }, repeatable: true });
	if (reply.ok || reply.failure.kind !== 'notFound') await explained(context, client, reply);
}

const LOCAL = /^(localhost|.*\.(localhost|local|lan|internal|home)|0\.0\.0\.0|127\..*|10\..*|192\.168\..*|169\.254\..*|172\.(1[6-9]|2\d|3[01])\..*|\[.*\]|[^.]+)$/i;

/** amoCRM cannot deliver to a private address. An emulator on this machine can. */
function assertReachable(context: IHookFunctions, client: ApiClient): void {
	const url = ownUrl(context);
	const { hostname } = new URL(url);
	const isLoopbackAccount = LOCAL.test(new URL(client.baseUrl).hostname) && resolveAccountUrls(client.baseUrl) !== undefined;
	if (!LOCAL.test(hostname) || isLoopbackAccount) return;
	throw new NodeOperationError(context.getNode(), `amoCRM cannot reach this n8n at ${hostname}`, {
		description: "The webhook address must be public. Run n8n under a public https address and set the environment variable WEBHOOK_URL to it; for a try, a tunnel will do. Then activate the workflow again.",
	});
}

type Words = Pick<Failure, 'message' | 'advice'>;

const REFUSALS: Partial<Record<Failure['kind'], Words>> = {
	forbidden: {
		message: 'amoCRM does not let this user manage webhooks',
		advice: 'Connect the credential as an administrator of the account. If the user is one, check that the plan includes webhooks (amoCRM: Extended or Professional, Kommo: Advanced or Enterprise).',
	},
	paymentRequired: {
		message: 'The plan of this amoCRM account does not include webhooks, or it is not paid',
		advice: 'Webhooks need the plan Extended or Professional in amoCRM, Advanced or Enterprise in Kommo. The Digital Pipeline mode of this node may work without it.',
	},
};

const LIMIT_REACHED: Words = {
	message: `The amoCRM account already has ${MAX_WEBHOOKS} webhooks, which is its limit`,
	advice: 'Remove webhooks that nobody needs, in amoCRM under amoMarket, WebHooks, and activate the workflow again.',
};

/** What amoCRM answered; a refusal is thrown in the words of webhooks: rights, plan, limit, or a code that this account does not know. */
async function explained<T>(context: Place, client: ApiClient, outcome: Outcome<T>, codes: string[] = []): Promise<{ ok: true } & T> {
	if (outcome.ok) return outcome;
	const { failure } = outcome;
	const known = REFUSALS[failure.kind];
	if (known) throw asError(context, { ...known, message: `${known.message}${said(failure)}` });
	if (failure.kind !== 'badRequest' && failure.kind !== 'validation') throw asError(context, failure);
	const hooks = await hooksOf(client);
	if (hooks.ok && hooks.count >= MAX_WEBHOOKS) throw asError(context, LIMIT_REACHED);
	throw asError(context, { message: refusalOf(failure, codes), advice: "Take the event out of 'Events' or 'Other Events' and activate the workflow again." });
}

function refusalOf(failure: Failure, codes: string[]): string {
	const problems = [...(failure.rows?.values() ?? [])].flat();
	const refused = problems.flatMap(({ path }) => codes[Number(/^settings\.(\d+)/.exec(path)?.[1] ?? NaN)] ?? []);
	if (refused.length > 0) return `This amoCRM account does not know the event ${listOf(refused).join(', ')}`;
	return [failure.message, ...problems.map(({ path, detail }) => `${path}: ${detail}`)].join('; ');
}

/** amoCRM's own words, behind the first colon. */
const said = ({ message }: Failure): string => (message.includes(': ') ? message.slice(message.indexOf(': ')) : '');
