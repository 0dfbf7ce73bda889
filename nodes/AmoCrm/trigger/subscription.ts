import type { IDataObject, IHookFunctions } from 'n8n-workflow';
import { NodeOperationError } from 'n8n-workflow';

import { resolveAccountUrls } from '../../../credentials/accountDomain';
import { readWithAccount } from '../fields/conventions';
import { choicesOf } from '../fields/dictionaries';
import { codesOf, MAX_WEBHOOKS, sameCodes } from '../fields/hookEvents';
import { asError, clientOf } from '../pickers/read';
import { readRows } from '../transport/answers';
import type { ApiClient } from '../transport/client';
import type { Failure, Outcome, Query } from '../transport/types';
import type { Memory } from './authenticity';
import { KEY_PARAMETER, newKey, rememberAccount, rememberUntilSaved, scopeOf } from './authenticity';
import { givenIn, namedIn, readEvents, readOptions } from './options';
import { listOf } from './row';

/** The life cycle of the webhook in amoCRM (extended facts 1.1, 1.7). Only webhooks with this node's own URL are touched. */

const PATH = '/webhooks';

const memoryOf = (context: IHookFunctions): Memory => context.getWorkflowStaticData('node') as Memory;

const ownUrl = (context: IHookFunctions): string => String(context.getNodeWebhookUrl('default'));

const destinationOf = (context: IHookFunctions, key: string): string => `${ownUrl(context)}?${KEY_PARAMETER}=${key}`;

const hooksOf = async (client: ApiClient, query?: Query) => await readRows(client, { path: PATH, query }, 'webhooks');

export const isDigitalPipeline = (context: Pick<IHookFunctions, 'getNodeParameter'>): boolean =>
	context.getNodeParameter('mode', 'account') === 'digitalPipeline';

/** Start-up and activation: is there a working subscription to exactly these events? */
export async function isSubscribed(context: IHookFunctions): Promise<boolean> {
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
	// amoCRM may filter loosely.
	const own = (await explained(context, client, hooks)).rows.find((hook) => hook.destination === destination);
	if (own) memory.destination = destination;
	return own !== undefined && own.disabled !== true && sameCodes(codesOf(own.settings), await wantedCodes(context, client));
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

export async function subscribe(context: IHookFunctions): Promise<boolean> {
	const memory = memoryOf(context);
	const client = await clientOf(context);
	const codes = await wantedCodes(context, client);
	assertReachable(context, client);
	await readAccount(context, client);
	memory.key ??= newKey();
	const destination = destinationOf(context, memory.key);
	for (const stale of await ownHooks(context, client)) await remove(context, client, stale);
	rememberUntilSaved(scopeOf(context), memory);
	// The destination is the key of a webhook: sent twice, it is still one.
	const reply = await client.send({ method: 'POST', path: PATH, body: { destination, settings: codes }, repeatable: true });
	await explained(context, client, reply, codes);
	memory.destination = destination;
	return true;
}

export async function unsubscribe(context: IHookFunctions): Promise<boolean> {
	const memory = memoryOf(context);
	if (memory.destination !== undefined) await remove(context, await clientOf(context), memory.destination);
	delete memory.destination;
	return true;
}

/** The codes that the user chose and typed. All options are read, so that no workflow goes live with one that would fail at every delivery. */
async function wantedCodes(context: IHookFunctions, client: ApiClient): Promise<string[]> {
	const options = context.getNodeParameter('options', {}) as IDataObject;
	await rememberOptions(context, client);
	const codes = readEvents(context.getNode(), context.getNodeParameter('events', []), options.otherEvents);
	if (codes.length > 0) return codes;
	throw new NodeOperationError(context.getNode(), "No event is chosen in 'Events'", {
		description: 'Choose at least one event that starts the workflow.',
	});
}

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

async function remove(context: IHookFunctions, client: ApiClient, destination: string): Promise<void> {
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
async function explained<T>(context: IHookFunctions, client: ApiClient, outcome: Outcome<T>, codes: string[] = []): Promise<{ ok: true } & T> {
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
