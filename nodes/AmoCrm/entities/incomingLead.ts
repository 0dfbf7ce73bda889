import { UserError } from 'n8n-workflow';

import { type DeclaredField, type FieldKind, type WritableField, field, moment, named, pickedPipeline, putAt, text } from '../fields/fields';
import { choicesFilter, filter, momentRange } from '../fields/filters';
import { idIn, recordLocator } from '../fields/locator';
import { PIPELINE } from '../fields/targets';
import { isPlainObject, isUnset, optionIn, optionsOf } from '../fields/values';
import { dayOf, joined } from './labels';
import { CALL_DETAILS, CALL_MEASURES } from './noteTypes';
import { createdAtField } from './shared';
import { type Parent, entity } from './types';

/** What amoCRM makes itself, and what other programs may make (core facts 6.1). */
const CREATED = { forms: 'Website Form', sip: 'Call' };
const CATEGORIES = optionsOf({ ...CREATED, chats: 'Chat', mail: 'Email' });

/** Who has written or called, where that stands in the request itself (core facts 6.4). */
function clientIn(metadata: unknown): unknown {
	if (!isPlainObject(metadata)) return undefined;
	const { client, from, phone } = metadata;
	const people = [client, from].flatMap((person) => (isPlainObject(person) ? [person.name, person.email] : []));
	return [...people, phone, from].find((said) => !isUnset(said) && !isPlainObject(said));
}

/** Requests of clients that a person accepts or declines; each has a lead that is hidden till then. Source: core facts 6. */
export const incomingLead = entity({
	value: 'incomingLead',
	displayName: 'Incoming Lead',
	about: 'A request of a client that waits to be accepted or declined',
	path: '/leads/unsorted',
	collection: 'unsorted',
	id: { kind: 'text', key: 'uid', example: '1f0a6e24c0b84d1f9a6b5c4d3e2f1a0b9c8d7e6f' },
	picker: { search: 'local', label: ({ source_name: source, created_at: at, metadata }) => joined(clientIn(metadata), source, dayOf(at)) },
	fields: [
		{ name: 'sourceUid', displayName: 'Source UID', kind: text, required: true, placeholder: 'e.g. landing-1-request-512', description: 'ID of the request in your own system' },
		{ name: 'sourceName', kind: text, required: true, placeholder: 'e.g. Landing page', description: 'Where the request comes from, as people see it' },
		{ name: 'pipelineId', displayName: 'Pipeline', kind: pickedPipeline, description: 'The pipeline that the request goes to; left out, the main one' },
		createdAtField,
	],
	filters: [
		choicesFilter('category', CATEGORIES, { name: 'categories', displayName: 'Categories', description: 'Return only what came in these ways' }),
		filter({ name: 'pipelineId', displayName: 'Pipeline', description: 'Return only what came into this pipeline' }, recordLocator(PIPELINE), (value, context) => {
			const id = idIn(PIPELINE, value, context);
			return { query: { filter: { pipeline_id: id } }, accepts: (row) => row.pipeline_id === id };
		}),
		...momentRange('created_at', 'createdAt', 'Created', 'incoming leads that came'),
	],
	notedAs: 'leads',
	list: { hasOwnOrder: true, byIds: 'single' },
});

/** By which of its routes a new one is made. */
export const CATEGORY: Parent = {
	name: 'category',
	properties: [{ displayName: 'Category', name: 'category', type: 'options', options: optionsOf(CREATED), default: 'forms', description: 'How the client has made the request' }],
	segment: (valueOf) => named('Category', () => optionIn(optionsOf(CREATED), valueOf('category') || 'forms')),
	pattern: '[a-z]+',
};

const metadata = (declared: DeclaredField): WritableField => {
	const own = field(declared);
	return { ...own, key: `metadata.${own.key}` };
};

const IN_ZONE = "A date without an offset is in the workflow's time zone.";

const OF_CALLS = ['duration', 'link', 'uniq', 'callResponsible'];

/** amoCRM demands the moment. */
const momentOrNow: FieldKind = { ...moment, whenAbsent: (_context, { body }, key) => putAt(body, key, Math.floor(Date.now() / 1000)) };

function refuseWithoutPhone(): never {
	throw new UserError('a call must have the number of the client. Add it.');
}

/** What tells more of the request, for each category (core facts 6.4). */
export const METADATA: Record<string, WritableField[]> = {
	forms: [
		{ name: 'formId', displayName: 'Form ID', kind: text, placeholder: 'e.g. callback', description: 'ID of the form' },
		{ name: 'formName', kind: text, placeholder: 'e.g. Call me back', description: 'Name of the form' },
		{ name: 'formPage', kind: text, placeholder: 'e.g. https://example.com/offer', description: 'Address of the page with the form' },
		{ name: 'formSentAt', kind: momentOrNow, description: `When the form was sent; left out, now. ${IN_ZONE}` },
		{ name: 'ip', displayName: 'IP Address', kind: text, placeholder: 'e.g. 203.0.113.7', description: 'Address of the client in the network' },
		{ name: 'referer', kind: text, placeholder: 'e.g. https://example.com/search', description: 'Address of the page that led to the form' },
		{ name: 'visitorUid', displayName: 'Visitor UID', kind: text, placeholder: 'e.g. 5692210d-58d0-468c-acb2-dce7f93eef87', description: "ID that amoCRM's counter of visits has given to the client" },
	].map(metadata),
	sip: [
		metadata({ name: 'phone', kind: { ...text, whenAbsent: refuseWithoutPhone }, placeholder: 'e.g. +7 912 345-67-89', description: 'Phone number of the client; a call must have one' }),
		metadata({ name: 'calledAt', kind: moment, description: `When the call began. ${IN_ZONE}` }),
		metadata({ name: 'serviceCode', kind: text, placeholder: 'e.g. my_pbx', description: 'Short name of the telephony' }),
		...[...CALL_MEASURES, ...CALL_DETAILS].filter(({ name }) => OF_CALLS.includes(name)).map(metadata),
	],
};
