import type { IDataObject } from 'n8n-workflow';

import { CARDS } from '../entities/cards';
import { NEW_ROWS } from '../entities/common';
import { contact } from '../entities/contact';
import type { Entity } from '../entities/types';
import { AmoCrmError } from '../fields/errors';
import { choice, named } from '../fields/fields';
import { multitextItems } from '../fields/multitext';
import { simplify } from '../fields/simplify';
import { isUnset, optionIn } from '../fields/values';
import type { RowOutcome } from '../transport/batches';
import { inTurns } from '../transport/parallel';
import { type Asked, mustStop, readItems, settleItems } from './items';
import { mappingOf } from './mapping';
import { createProperties } from './newRecord';
import { called, declared, optionsProperty } from './parameters';
import { knownView, withCard } from './present';
import { writeError } from './problems';
import { type SentOutcome, sendRows, settleSent } from './send';
import type { Operation, Run } from './types';
import { draftFromParameters } from './write';
import { omit } from './written';

/** Calls go to the card that has the phone number, which amoCRM looks for itself (extended facts 7.1). */

const UNMATCHED = [
	{ name: 'Create a Contact', value: 'createContact', description: 'A new contact with the phone number gets the call' },
	{ name: 'Create an Incoming Lead', value: 'createIncomingLead', description: 'The call becomes an incoming lead, which a person accepts or declines' },
	{ name: 'Fail', value: 'fail', description: 'The item ends with an error that names the phone number' },
];

const unmatchedProperty = declared({
	name: 'unmatched',
	displayName: 'Unmatched Calls',
	kind: choice(UNMATCHED),
	property: { default: 'fail' },
	description: 'What to do with a call when no contact or company has its phone number',
});

export const createCall = (entity: Entity): Operation => ({
	...called(entity, 'create', 'Add one call per item to the card that has its phone number, sent in batches'),
	properties: [...createProperties(entity), optionsProperty([unmatchedProperty], 'rows')],
	writes: true,
	forAllItems: ['options.unmatched'],
	execute: async (run) => await createCalls(run, entity),
});

type Calls = Array<Asked<IDataObject>>;

async function createCalls(run: Run, entity: Entity): Promise<void> {
	const { unmatched = 'fail' } = run.parameter('options', 0, {}) as IDataObject;
	const way = named('Unmatched Calls', () => optionIn(UNMATCHED, unmatched));
	const mapping = await mappingOf(run, entity);
	const ready: Calls = await readItems(run, (item) => draftFromParameters(run, { entity, mode: 'create' }, item, mapping).body);
	if (mustStop(run)) return;
	// A call that has no card yet is no reason to stop where it gets one.
	const patient = { ...run, continueOnFail: run.continueOnFail || way !== 'fail' };
	const outcomes = await sendRows(patient, ready, { ...entity, verb: NEW_ROWS });
	const isLeft = (_: unknown, index: number) => way !== 'fail' && isUnmatched(outcomes[index] as SentOutcome);
	const isDone = (entry: unknown, index: number) => !isLeft(entry, index);
	await settle(run, entity, { calls: ready.filter(isDone), outcomes: outcomes.filter(isDone) });
	const left = ready.filter(isLeft);
	if (left.length === 0 || mustStop(run)) return;
	await (way === 'createContact' ? addToContacts(run, entity, left) : addIncomingLeads(run, entity, left));
}

/** A reason without a field is that nobody has the number. */
const isUnmatched = (outcome: SentOutcome): boolean => outcome.status === 'refused' && outcome.problems.length > 0 && outcome.problems.every(({ path }) => path === '');

const ADVICE = "amoCRM compares the last ten digits with the phone numbers of contacts and companies. Create the contact first, or let 'Unmatched Calls' in the options do it.";

/** Gives the calls their rows; `more` stands in each besides. */
async function settle(run: Run, entity: Entity, { calls, outcomes, more = {} }: { calls: Calls; outcomes: SentOutcome[]; more?: IDataObject }): Promise<void> {
	const view = await knownView(run, calls.map(({ asked }) => asked));
	await settleSent(run, calls, outcomes, {
		rowOf: (body, answer) => {
			const row = { ...callRow(body, answer), ...more };
			return run.isVersion1 ? row : simplify(withCard(run, row, entity), view);
		},
		errorOf: (body, outcome) => {
			if (!isUnmatched(outcome)) return writeError({ entity, body, definitions: [] }, outcome);
			const made = more.contact_created ? ', although one was created' : '';
			return new AmoCrmError(`Call was refused: amoCRM found no contact or company with the phone number ${String(body.phone)}${made}`, { failure: outcome.failure, advice: ADVICE });
		},
	});
}

/** The kind of card is called as parameters call it, not `contact`. */
function callRow(body: IDataObject, { id, ...answer }: IDataObject): IDataObject {
	const { collection = answer.entity_type } = CARDS.find(({ value }) => value === answer.entity_type) ?? {};
	return omit({ id, ...body, ...answer, entity_type: collection }, ['_embedded', '_links', 'account_id', 'request_id']);
}

const phoneOwner = ({ phone, responsible_user_id: user }: IDataObject): IDataObject => ({
	name: phone,
	...(user === undefined ? {} : { responsible_user_id: user }),
	custom_fields_values: [{ field_code: 'PHONE', values: multitextItems(phone, { code: 'PHONE' }) }],
});

/** One new contact for each number, then the calls once more. */
async function addToContacts(run: Run, entity: Entity, calls: Calls): Promise<void> {
	const firsts = new Map<string, Calls[number]>();
	await inTurns(calls, (call) => firsts.set(tailOf(call.asked), firsts.get(tailOf(call.asked)) ?? call));
	const people = [...firsts.values()].map(({ item, asked }) => ({ item, asked: phoneOwner(asked) }));
	const outcomes = (await sendRows(run, people, { ...contact, verb: NEW_ROWS })) as RowOutcome[];
	const fates = new Map([...firsts.keys()].map((tail, index) => [tail, { person: people[index], outcome: outcomes[index] as RowOutcome }]));
	const isKnown = ({ asked }: Calls[number]) => fates.get(tailOf(asked))?.outcome.status === 'written';
	await settleItems(run, calls.filter((call) => !isKnown(call)), (body) => {
		const { person, outcome } = fates.get(tailOf(body)) ?? {};
		throw writeError({ entity: contact, body: person?.asked ?? {}, definitions: [] }, outcome as Exclude<RowOutcome, { status: 'written' }>);
	});
	if (mustStop(run)) return;
	const known = calls.filter(isKnown);
	const again = await sendRows(run, known, { ...entity, verb: NEW_ROWS });
	await settle(run, entity, { calls: known, outcomes: again, more: { contact_created: true } });
}

const tailOf = ({ phone }: IDataObject): string => String(phone).replace(/\D/g, '').slice(-10);

/** Each call becomes an incoming lead of the telephony, so that none of several by one number gets lost (core facts 6). */
async function addIncomingLeads(run: Run, entity: Entity, calls: Calls): Promise<void> {
	const now = Math.floor(Date.now() / 1000);
	const outcomes = await sendRows(run, calls.map(({ item, asked: call }) => ({ item, asked: incomingLeadOf(call, now) })), { ...SIP, verb: NEW_ROWS });
	await settleSent(run, calls, outcomes, {
		rowOf: (call, { uid }) => ({ ...call, uid, incoming_lead_created: true }),
		errorOf: (call, outcome) => writeError({ entity: { ...entity, displayName: 'Incoming Lead' }, body: incomingLeadOf(call, now), definitions: [] }, outcome),
	});
}

const SIP = { path: '/leads/unsorted/sip', collection: 'unsorted', id: { kind: 'text', key: 'uid' } } as const;

function incomingLeadOf(call: IDataObject, now: number): IDataObject {
	const { phone, source, uniq, link, duration, call_responsible: person, created_at: at = now } = call;
	const metadata = { phone, called_at: at, duration, link, service_code: source, uniq, call_responsible: person };
	return {
		source_uid: uniq ?? `${String(source)} ${String(phone)} ${String(at)}`,
		source_name: source,
		created_at: at,
		metadata: Object.fromEntries(Object.entries(metadata).filter(([, value]) => !isUnset(value))),
		_embedded: { contacts: [phoneOwner(call)] },
	};
}
