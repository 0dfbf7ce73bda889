import type { IDataObject } from 'n8n-workflow';

import { CARD_KINDS } from '../entities/places';
import type { Entity } from '../entities/types';
import { choice, field, recordOfTypes } from '../fields/fields';
import { valuesOf } from '../fields/values';
import type { Verb } from '../transport/types';
import type { Route } from '../transport/verbs';
import { action } from './action';
import type { Asked } from './items';
import { runOption } from './parameters';
import { type SentOutcome, failureIn, sendRows } from './send';
import { type Operation, type Run, hint } from './types';

/** Bots, started and stopped on cards (extended facts 7.7). */

const KINDS = CARD_KINDS.filter(({ value }) => value !== 'companies');

const MOST_RUNS = 100;
const RUN: Verb = { method: 'POST', path: '/run', sends: 'rows', answers: 'nothing', atMost: MOST_RUNS, usually: MOST_RUNS };

/** Kinds of records as v2 numbers them. */
const V2_KINDS: Record<string, number> = { contacts: 1, leads: 2, customers: 12 };

const targetFields = (kinds: Array<{ name: string; value: string }>) => [
	field({ name: 'entityType', displayName: 'Record Type', kind: choice(kinds), required: true, property: { default: 'leads' }, description: 'What kind of record the bot works on' }),
	field({ name: 'entityId', displayName: 'Record', kind: recordOfTypes(valuesOf(kinds)), required: true, description: 'The record that the bot works on' }),
];

const became = (what: 'started' | 'stopped') => ({ bot_id, entity_type, entity_id }: IDataObject) => ({ bot_id, entity_type, entity_id, [what]: true });

export const runBot = (entity: Entity): Operation =>
	action(entity, {
		value: 'run',
		description: 'Start one bot per item on the card of a record, sent in batches of 100',
		verb: RUN,
		idKey: 'bot_id',
		fields: targetFields(KINDS),
		send: startBots,
		row: became('started'),
	});

/** A bot is stopped on leads only. */
export const stopBot = (entity: Entity): Operation =>
	action(entity, {
		value: 'stop',
		description: 'Stop one bot per item on the card of a lead',
		verb: { method: 'POST', path: '/{bot_id}/stop', sends: 'row', answers: 'nothing', repeatable: true },
		idKey: 'bot_id',
		fields: targetFields(KINDS.filter(({ value }) => value === 'leads')),
		row: became('stopped'),
	});

/** So long is it known which route an account has, ms. */
const KEEP_MS = 60 * 60_000;

/** The route that took the runs of an account. */
const known = new Map<string, { at: number; isOld: boolean }>();

/** By the route of v4 or, where the account does not have that, by the older one; which one it is is found out once for an account. */
async function startBots(run: Run, all: Array<Asked<IDataObject>>, route: Route): Promise<SentOutcome[]> {
	const { accountKey, baseUrl } = run.client;
	const way = known.get(accountKey);
	const isKnown = way !== undefined && Date.now() - way.at < KEEP_MS;
	const startByV2 = async (rows: Array<Asked<IDataObject>>) => {
		const outcomes = await sendRows(
			run,
			rows.map(({ item, asked }) => ({ item, asked: { ...asked, entity_type: V2_KINDS[String(asked.entity_type)] } })),
			{ ...route, base: `${baseUrl}/api/v2`, path: '/salesbot' },
		);
		if (outcomes.some(({ status }) => status === 'written')) {
			known.set(accountKey, { at: Date.now(), isOld: true });
			hint(run, 'info', 'This amoCRM account cannot start bots through API v4: they were started through the older API v2.');
		}
		return outcomes;
	};
	if (isKnown && way.isOld) return await startByV2(all);
	// The first request shows whether there is such a route.
	const first = all.slice(0, isKnown || run.isDryRun ? all.length : Math.min(runOption(run, 'batchSize') ?? MOST_RUNS, MOST_RUNS));
	const outcomes = await sendRows(run, first, route);
	const isMissing = outcomes.some((outcome) => outcome.status === 'refused' && [404, 405].includes(outcome.failure.status ?? 0));
	if (isMissing) return await startByV2(all);
	if (outcomes.some(({ status }) => status === 'written')) known.set(accountKey, { at: Date.now(), isOld: false });
	const failure = run.continueOnFail ? undefined : failureIn(outcomes);
	const rest = all.slice(first.length);
	return [...outcomes, ...(failure ? rest.map(() => ({ status: 'notSent' as const, failure })) : await sendRows(run, rest, route))];
}
