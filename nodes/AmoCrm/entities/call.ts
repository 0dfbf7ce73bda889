import { UserError } from 'n8n-workflow';

import { bodyKind, choice, text } from '../fields/fields';
import { optionsOf, show, toText } from '../fields/values';
import { CALL_DETAILS, CALL_MEASURES } from './noteTypes';
import { responsibleUserField, stampFields } from './shared';
import { entity } from './types';

/** By its last ten digits amoCRM finds whose card the call belongs to. */
const calledNumber = bodyKind(text.property, (value) => {
	const number = toText(value);
	if (/\d/.test(number)) return number;
	throw new UserError(`${show(value)} has no digits. Give the phone number of the other side.`);
});

const required = true as const;

/** Calls of a telephony: only written; they are read as notes of their cards. Source: extended facts 7.1. */
export const call = entity({
	value: 'call',
	displayName: 'Call',
	path: '/calls',
	idParameter: '',
	fields: [
		{ name: 'phone', kind: calledNumber, required, placeholder: 'e.g. +7 912 345-67-89', description: 'Phone number of the other side: amoCRM adds the call to the card that has it' },
		{ name: 'direction', kind: choice(optionsOf({ inbound: 'Incoming', outbound: 'Outgoing' })), required, description: 'Who called: the other side, or somebody of yours' },
		...CALL_MEASURES.map((field) => ({ ...field, required })),
		...CALL_DETAILS,
		{ ...responsibleUserField, description: 'The user who is responsible for the call' },
		...stampFields,
	],
});
