import { type IDataObject, UserError } from 'n8n-workflow';

import type { Entity } from '../entities/types';
import { also, choice, field, jsonBody, notedRecord, pickedUser, plainId, record, stage, taskResult, text, uuid } from '../fields/fields';
import { CONTACT } from '../fields/targets';
import { optionsOf, toInteger } from '../fields/values';
import { isObject } from '../transport/objects';
import { aboutSent, action } from './action';
import { inOwnPipeline, withMembers } from './incomingLeads';
import type { Operation } from './types';

/** What can be done with single kinds of records beside writing them: one row each. */

/** Completing is an update of two fields: `{"is_completed": true, "result": {"text": "..."}}` (core facts 12). */
export const complete = (entity: Entity): Operation =>
	action(entity, {
		value: 'complete',
		description: 'Mark one task per item as done, with a result',
		verb: { method: 'PATCH', sends: 'rows', answers: 'embedded' },
		fields: [field({ name: 'resultText', key: 'result', displayName: 'Result', kind: taskResult, placeholder: 'e.g. Agreed on a meeting', description: 'What came of the task; may be left empty' })],
		body: { is_completed: true },
	});

/** Pinned notes stay on top of their card (extended facts 5.4). To pin a pinned one again changes nothing. */
const pinning = (value: 'pin' | 'unpin', description: string) => (entity: Entity): Operation =>
	action(entity, {
		value,
		description,
		verb: { method: 'POST', path: `/{id}/${value}`, sends: 'nothing', answers: 'nothing', repeatable: true },
		row: ({ id }) => ({ id, is_pinned: value === 'pin' }),
	});

export const pin = pinning('pin', 'Keep one note per item on top of its card');
export const unpin = pinning('unpin', 'Let one note per item go back to its place on the card');

/** Ten at a time, and no administrators (extended facts 6). */
const switching = (value: 'activate' | 'deactivate', description: string) => (entity: Entity): Operation =>
	action(entity, {
		value,
		description,
		verb: { method: 'POST', path: `/${value}`, sends: 'rows', answers: 'nothing', atMost: 10, repeatable: true },
		needs: { plan: 'the plan Pro or Enterprise' },
		row: ({ id }) => ({ id, is_active: value === 'activate' }),
	});

export const activate = switching('activate', 'Let one user per item work in the account again; not for administrators');
export const deactivate = switching('deactivate', 'Keep one user per item out of the account; not for administrators');

/** Switching customers off keeps the mode that amoCRM asks for. */
const customersMode = also(choice(optionsOf({ disabled: 'Off', periodicity: 'Periodic', segments: 'Segments' })), {
	after: ({ body }) => Object.assign(body, body.mode === 'disabled' ? { is_enabled: false, mode: 'segments' } : { is_enabled: true }),
});

/** Source: extended facts 4. */
export const setCustomersMode = (entity: Entity): Operation =>
	action(
		// What is kept of the account says the mode.
		{ ...entity, path: '/customers', isSingle: 'mode', isDictionary: true },
		{
			value: 'setCustomersMode',
			action: 'Set how the account works with customers',
			description: 'Switch customers of the account on or off, by periods or by segments',
			verb: { method: 'PATCH', path: '/mode', sends: 'row', answers: 'self' },
			needs: { admin: 'toWrite', plan: 'a plan that has customers' },
			fields: [
				field({
					name: 'mode',
					kind: customersMode,
					required: true,
					property: { default: 'segments' },
					description: 'By periods, customers have a date of their next purchase; by segments, amoCRM groups them',
				}),
			],
		},
	);

/** Adds points above 0, takes those below: `{"earn": 50}`, `{"redeem": 20}`; the answer is the total alone (extended facts 4). */
export const changeBonusPoints = (entity: Entity): Operation =>
	action(entity, {
		value: 'changeBonusPoints',
		action: 'Change bonus points of a customer',
		description: 'Give bonus points to one customer per item, or take them',
		verb: { method: 'POST', path: '/{id}/bonus_points', sends: 'row', answers: aboutSent(({ bonus_points }, { id }) => (bonus_points === undefined ? undefined : { id, bonus_points })) },
		fields: [
			field({
				name: 'points',
				kind: {
					property: { type: 'number', default: 0 },
					encode: (draft, _key, value) => {
						const points = toInteger(value);
						if (points === 0) throw new UserError('0 changes nothing. Give the points to add, or those to take as a number below 0.');
						Object.assign(draft.body, points > 0 ? { earn: points } : { redeem: -points });
					},
				},
				required: true,
				description: 'How many to add; below 0, how many to take',
			}),
		],
		row: ({ id, earn, redeem }, { bonus_points }) => ({ id, points: earn ?? -Number(redeem), bonus_points }),
	});

export const install = (entity: Entity): Operation =>
	action(entity, {
		value: 'install',
		description: 'Switch on one widget per item with its settings, or change them',
		verb: { method: 'POST', path: '/{id}', sends: 'row', answers: 'self', repeatable: true },
		fields: [{ name: 'settings', key: '', displayName: 'Settings (JSON)', kind: jsonBody, description: 'Settings by their keys in the template of the widget, for example {"api_key": "123"}' }],
		row: (_sent, answer) => answer,
	});

export const uninstall = (entity: Entity): Operation =>
	action(entity, {
		value: 'uninstall',
		description: 'Switch off one widget per item; its settings are lost',
		verb: { method: 'DELETE', path: '/{id}', sends: 'nothing', answers: 'nothing' },
		row: ({ id }) => ({ code: id, deleted: true }),
	});

/** A chat belongs to one contact: linked again, it moves (core facts 9). */
export const linkChat = (entity: Entity): Operation =>
	action(
		{ ...entity, collection: 'chats' },
		{
			value: 'linkChat',
			action: 'Link a chat to a contact',
			description: 'Connect a chat in a messenger with one contact per item, sent in batches; it leaves the contact that it had',
			verb: { method: 'POST', path: '/chats', sends: 'rows', answers: 'embedded', merges: true, repeatable: true },
			idKey: 'contact_id',
			needs: { admin: 'always' },
			fields: [field({ name: 'chatId', displayName: 'Chat ID', kind: uuid, required: true, placeholder: 'e.g. 6a7b8c9d-0e1f-4a2b-8c3d-4e5f60718293', description: "The chat, as amoCRM's events and 'Get Chats' give it" })],
			row: (sent, answer) => ({ ...sent, ...answer, linked: true }),
		},
	);

/** amoCRM adds it after its answer (extended facts 7.4). */
export const addChat = (entity: Entity): Operation =>
	action(entity, {
		value: 'addChat',
		action: 'Add an online chat to a website button',
		description: 'Let visitors write in an online chat of one button per item; amoCRM takes some seconds for it',
		verb: { method: 'POST', path: '/{id}/online_chat', sends: 'nothing', answers: 'nothing', repeatable: true },
		row: ({ id }) => ({ id, chat_added: true }),
	});

const OF_WHATSAPP = { state: 'a template of WhatsApp' };

/** amoCRM starts a review for each source of WhatsApp (extended facts 7.8). */
export const sendToReview = (entity: Entity): Operation =>
	action(entity, {
		value: 'sendToReview',
		action: 'Send a chat template to review',
		description: 'Ask WhatsApp to approve one template per item',
		verb: { method: 'POST', path: '/{id}/review', sends: 'nothing', answers: aboutSent(({ _embedded: inside }, { id }) => ({ id, reviews: (isObject(inside) && inside.reviews) || [] })) },
		needs: OF_WHATSAPP,
		row: (_sent, answer) => answer,
	});

const REVIEW_STATUSES = optionsOf({ approved: 'Approved', paused: 'Paused', rejected: 'Rejected', review: 'In Review' });

export const updateReview = (entity: Entity): Operation =>
	action(entity, {
		value: 'updateReview',
		action: 'Update a review of a chat template',
		description: 'Say what has become of the review of one template per item',
		verb: {
			method: 'POST',
			path: '/{id}/review/{review_id}',
			sends: 'row',
			answers: aboutSent((answer, { id }) => (answer.id === undefined ? undefined : { ...answer, id, review_id: answer.id })),
			repeatable: true,
		},
		needs: OF_WHATSAPP,
		fields: [
			field({ name: 'reviewId', kind: plainId, required: true, placeholder: 'e.g. 501', description: "The review, as 'Send to Review' gives it" }),
			field({ name: 'reviewStatus', key: 'status', displayName: 'Status', kind: choice(REVIEW_STATUSES), required: true, description: 'What has become of it' }),
			field({ name: 'rejectReason', kind: text, placeholder: 'e.g. The text is misleading', description: 'Why it was rejected' }),
		],
	});

/** The answer says of a link neither which contact nor which address it is for: only its place does (extended facts 7.5). */
export const shorten = (entity: Entity): Operation =>
	action(entity, {
		value: 'create',
		description: 'Create one short link per item, sent in batches; amoCRM tells when the contact opens it',
		verb: { method: 'POST', sends: 'rows', answers: 'embedded', isUnmarked: true, merges: true },
		fields: entity.fields,
		row: ({ url, metadata }, answer) => ({ url: answer.url, original_url: url, contact_id: (metadata as { entity_id: number }).entity_id }),
	});

const inWhoseName = field({ name: 'userId', displayName: 'User', kind: pickedUser, description: 'In whose name it is done; left out, the user who connected the account' });

/** The lead comes out into the open, and its contact and company with it (core facts 6.5). */
export const accept = (entity: Entity): Operation =>
	action(entity, {
		value: 'accept',
		description: 'Let one incoming lead per item become a lead',
		verb: { method: 'POST', path: '/{id}/accept', sends: 'row', answers: 'self' },
		fields: [
			field({ name: 'userId', displayName: 'Responsible User', kind: pickedUser, description: 'Who gets the lead; left out, the user who connected the account' }),
			field({ name: 'statusId', displayName: 'Stage', kind: stage, description: 'The stage of its own pipeline to put the lead into; left out, the first' }),
		],
		complete: async (run, row) => await inOwnPipeline(run, entity, row),
		reasons: { status_id: "'Stage' is not one of the pipeline that the incoming lead is in." },
		row: ({ id }, answer) => ({ id, ...withMembers(answer), accepted: true }),
	});

/** The lead goes to the trash (core facts 6.5). */
export const decline = (entity: Entity): Operation =>
	action(entity, {
		value: 'decline',
		description: 'Turn one incoming lead per item down; its lead goes to the trash',
		verb: { method: 'DELETE', path: '/{id}/decline', sends: 'row', answers: 'self' },
		fields: [inWhoseName],
		row: ({ id }, answer) => ({ id, ...withMembers(answer), declined: true }),
	});

const LINKED_TO = optionsOf({ customers: 'Customer', leads: 'Lead' });

/** Chats, and by amoCRM's own client letters too (core facts 6.1). */
export const linkIncomingLead = (entity: Entity): Operation =>
	action(entity, {
		value: 'link',
		action: 'Link an incoming lead to a record',
		description: 'Put one incoming chat or email per item on the card of a lead or customer that exists',
		verb: { method: 'POST', path: '/{id}/link', sends: 'row', answers: 'self' },
		fields: [
			field({ name: 'entityType', key: 'link.entity_type', displayName: 'Linked Record Type', kind: choice(LINKED_TO), required: true, property: { default: 'leads' }, description: 'What kind of record gets it' }),
			field({ name: 'entityId', key: 'link.entity_id', displayName: 'Linked Record', kind: notedRecord, required: true, description: 'The lead or customer that gets it' }),
			field({ name: 'contactId', key: 'link.metadata.contact_id', displayName: 'Contact', kind: record(CONTACT), description: 'The contact who has written' }),
			inWhoseName,
		],
		reasons: { category: 'amoCRM links only chats and emails, no forms and no calls.' },
		row: ({ id, link }) => {
			const { entity_type, entity_id } = link as IDataObject;
			return { id, entity_type, entity_id, linked: true };
		},
	});
