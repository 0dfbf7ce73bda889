import type { IDataObject, INodeProperties } from 'n8n-workflow';
import { UserError } from 'n8n-workflow';

import type { FieldKind, WritableField } from '../fields/fields';
import { choice, jsonValues, longText, named, seconds, text } from '../fields/fields';
import { recordLocator } from '../fields/locator';
import { USER } from '../fields/targets';
import { oneOf, show, toInteger, toText, unwrapLocator, valuesOf } from '../fields/values';

/** Kinds of notes and what each holds in its `params`. Source: core facts 13, extended facts 5.4. */

/** Any other kind, by amoCRM's own name for it and with its values as they are. */
export const CUSTOM_TYPE = 'custom';

/** Kinds that can be written. */
export const WRITABLE_TYPES = [
	{ name: 'Attachment', value: 'attachment', description: 'A file that was uploaded before' },
	{ name: 'Extended Service Message', value: 'extended_service_message', description: 'A long message of a service' },
	{ name: 'Geolocation', value: 'geolocation', description: 'A place with its address' },
	{ name: 'Incoming Call', value: 'call_in' },
	{ name: 'Incoming SMS', value: 'sms_in' },
	{ name: 'Message to Cashier', value: 'message_cashier' },
	{ name: 'Other', value: CUSTOM_TYPE, description: "Any other kind, by amoCRM's own name for it and with its values as JSON" },
	{ name: 'Outgoing Call', value: 'call_out' },
	{ name: 'Outgoing SMS', value: 'sms_out' },
	{ name: 'Service Message', value: 'service_message', description: 'A message of a service, shown with its name' },
	{ name: 'Text', value: 'common', description: 'An ordinary note' },
];

/** Kinds that only amoCRM itself makes. */
const READ_ONLY_TYPES = [
	{ name: 'AI Result', value: 'ai_result' },
	{ name: 'Bill Paid', value: 'bill_paid' },
	{ name: 'Chat', value: 'chat' },
	{ name: 'Dropbox Attachment', value: 'dropbox_attachment' },
	{ name: 'Email', value: 'amomail_message' },
	{ name: 'Invoice Paid', value: 'invoice_paid' },
	{ name: 'Link Followed', value: 'link_followed' },
	{ name: 'Site Visit', value: 'site_visit' },
	{ name: 'Targeting In', value: 'targeting_in' },
	{ name: 'Targeting Out', value: 'targeting_out' },
	{ name: 'Transaction', value: 'transaction' },
	{ name: 'Zoom Meeting', value: 'zoom_meeting' },
];

export const ALL_TYPES = [...WRITABLE_TYPES, ...READ_ONLY_TYPES]
	.filter(({ value }) => value !== CUSTOM_TYPE)
	.map(({ name, value }) => ({ name, value }))
	.sort((a, b) => a.name.localeCompare(b.name));

/** A value inside `params`, for the kinds that must have it and those that may. */
interface NoteParam extends WritableField {
	requiredFor?: string[];
	optionalFor?: string[];
}

const CALLS = ['call_in', 'call_out'];
const SMS = ['sms_in', 'sms_out'];
const SERVICE = ['service_message', 'extended_service_message'];

const kind = (property: FieldKind['property'], convert: (value: unknown) => IDataObject[string]): FieldKind => ({
	property,
	encode: (draft, key, value) => {
		draft.body[key] = convert(value);
	},
});

const USER_PICKER = recordLocator(USER);

/** IDs of users have up to eight digits; a phone number with its area or country has ten or more. */
const LONGEST_USER_ID = 9;

/** Shorter ones in data are the extensions of a PBX. */
const SHORTEST_USER_ID = 5;

/** A user's ID as a number, anything else as the name or number of a person (core facts 13, extended facts 7.1). */
const userOrName = kind(
	{ ...USER_PICKER, modes: [...USER_PICKER.modes, { displayName: 'By Name', name: 'name', type: 'string', placeholder: 'e.g. Anna Smith' }] },
	(value) => {
		const plain = unwrapLocator(value);
		const text = toText(plain).trim();
		const mode = typeof value === 'object' && value !== null && 'mode' in value ? value.mode : undefined;
		if (mode === 'name' || !/^\d+$/.test(text)) return toText(plain);
		if (mode === undefined && (text.length < SHORTEST_USER_ID || text.length > LONGEST_USER_ID)) return text;
		if (text.length <= LONGEST_USER_ID) return toInteger(text);
		throw new UserError(`${show(plain)} is no user's ID. For a phone number, switch this field from ID to name.`);
	},
);

const FILE_PICKER = recordLocator({ noun: 'file', listSearchMethod: 'searchFiles', linkPaths: [] });

/** A file's UUID; workflows of older versions hold it as a plain text. */
const file = kind(
	{
		...FILE_PICKER,
		modes: [
			...FILE_PICKER.modes.filter(({ name }) => name === 'list'),
			{ displayName: 'By UUID', name: 'id', type: 'string', placeholder: 'e.g. 12345678-1234-4234-8234-123456789012' },
		],
	},
	(value) => toText(unwrapLocator(value)).trim(),
);

const plainText = kind({ type: 'string', default: '' }, (value) => toText(value));

const CALL_RESULTS = [
	{ name: 'Busy', value: 7 },
	{ name: 'Call Back Later', value: 2 },
	{ name: 'Left a Message', value: 1 },
	{ name: 'No Answer', value: 6 },
	{ name: 'Not Available', value: 3 },
	{ name: 'Talked', value: 4 },
	{ name: 'Undefined', value: 8 },
	{ name: 'Wrong Number', value: 5 },
];

const callStatus = kind({ type: 'options', options: CALL_RESULTS, default: 4 }, (value) => {
	const status = toInteger(value);
	if (CALL_RESULTS.some((result) => result.value === status)) return status;
	throw new UserError(`${show(value)} is not possible. Give a number from 1 to 8.`);
});

const CASHIER_STATUSES = [
	{ name: 'Canceled', value: 'canceled' },
	{ name: 'Created', value: 'created' },
	{ name: 'Shown', value: 'shown' },
];

const NOTE_PARAMS: NoteParam[] = [
	{
		name: 'text',
		key: 'text',
		displayName: 'Text',
		kind: longText,
		placeholder: 'e.g. The client asked for a discount',
		description: 'What the note says',
		requiredFor: ['common', ...SERVICE, ...SMS, 'message_cashier'],
		optionalFor: ['geolocation'],
	},
	{ name: 'phone', key: 'phone', displayName: 'Phone', kind: text, placeholder: 'e.g. +7 912 345-67-89', description: 'Phone number of the other side', requiredFor: [...CALLS, ...SMS] },
	{ name: 'duration', key: 'duration', displayName: 'Duration (Seconds)', kind: seconds, description: 'How long the call took', requiredFor: CALLS },
	{ name: 'source', key: 'source', displayName: 'Source', kind: text, placeholder: 'e.g. My telephony', description: 'Name of the service that the call came through', requiredFor: CALLS },
	{ name: 'service', key: 'service', displayName: 'Service', kind: text, placeholder: 'e.g. My shop', description: 'Name of the service that the message comes from', requiredFor: SERVICE },
	{
		name: 'status',
		key: 'status',
		displayName: 'Status',
		kind: choice(CASHIER_STATUSES),
		description: 'What became of the message',
		property: { default: 'created' },
		requiredFor: ['message_cashier'],
	},
	{
		name: 'address',
		key: 'address',
		displayName: 'Address',
		kind: text,
		description: 'Address of the place, as people read it',
		placeholder: 'e.g. Nevsky Prospekt 1, Saint Petersburg',
		requiredFor: ['geolocation'],
	},
	{
		name: 'latitude',
		key: 'latitude',
		displayName: 'Latitude',
		kind: plainText,
		description: 'Degrees north of the equator, with a decimal point; negative to the south',
		placeholder: 'e.g. 59.9343',
		requiredFor: ['geolocation'],
	},
	{
		name: 'longitude',
		key: 'longitude',
		displayName: 'Longitude',
		kind: plainText,
		description: 'Degrees east of Greenwich, with a decimal point; negative to the west',
		placeholder: 'e.g. 30.3351',
		requiredFor: ['geolocation'],
	},
	{ name: 'fileUuid', key: 'file_uuid', displayName: 'File', kind: file, description: "A file in the account's file storage, where it was uploaded before", requiredFor: ['attachment'] },
	{ name: 'fileName', key: 'file_name', displayName: 'File Name', kind: text, description: 'Name of the file as the note shows it', placeholder: 'e.g. offer.pdf', requiredFor: ['attachment'] },
	{
		name: 'customNoteType',
		key: 'note_type',
		displayName: 'Custom Note Type',
		kind: text,
		placeholder: 'e.g. site_visit',
		description: "amoCRM's own name for the kind of the note",
		requiredFor: [CUSTOM_TYPE],
	},
	{
		name: 'paramsJson',
		key: 'params',
		displayName: 'Values (JSON)',
		kind: jsonValues,
		description: 'What the note holds, in the form of amoCRM\'s params, for example {"url": "https://example.com"}',
		requiredFor: [CUSTOM_TYPE],
	},
	{
		name: 'versionUuid',
		key: 'version_uuid',
		displayName: 'File Version UUID',
		kind: text,
		placeholder: 'e.g. 11111111-2222-4333-8444-555555555555',
		description: 'ID of one version of the file; the newest one when left out',
		optionalFor: ['attachment'],
	},
	{
		name: 'callResponsible',
		key: 'call_responsible',
		displayName: 'Call Responsible',
		kind: userOrName,
		description: 'Who took part in the call on your side: a user of the account, or the name of anybody else',
		optionalFor: CALLS,
	},
	{ name: 'callResult', key: 'call_result', displayName: 'Call Result', kind: text, placeholder: 'e.g. Agreed on a meeting', description: 'What came of the call', optionalFor: CALLS },
	{ name: 'callStatus', key: 'call_status', displayName: 'Call Status', kind: callStatus, description: 'How the call ended', optionalFor: CALLS },
	{ name: 'link', key: 'link', displayName: 'Recording Link', kind: text, placeholder: 'e.g. https://example.com/calls/1.mp3', description: 'Address of the recording', optionalFor: CALLS },
	{
		name: 'uniq',
		key: 'uniq',
		displayName: 'Unique Call ID',
		kind: text,
		placeholder: 'e.g. 5b7c1f0e-call-42',
		description: 'ID of the call in the telephony. amoCRM keeps it, but does not use it against duplicates.',
		optionalFor: CALLS,
	},
];

/** The fields of `params` for a kind of note. Throws a `UserError` for a kind that cannot be written. */
export function paramFields(noteType: string): WritableField[] {
	named('Note Type', () => oneOf(valuesOf(WRITABLE_TYPES), noteType));
	return NOTE_PARAMS.flatMap((param): WritableField[] => {
		if (param.requiredFor?.includes(noteType)) return [{ ...param, required: true }];
		return param.optionalFor?.includes(noteType) ? [param] : [];
	});
}

/** The fields that kinds of notes must have, each with the kinds that it shows for. */
export function requiredParams(): Array<{ field: WritableField; displayOptions: INodeProperties['displayOptions'] }> {
	return NOTE_PARAMS.filter(({ requiredFor }) => requiredFor).map((field) => ({ field, displayOptions: { show: { noteType: field.requiredFor } } }));
}

/** The fields that kinds of notes may have, each with the kinds that it shows for inside a collection. */
export function optionalParams(): Array<{ field: WritableField; displayOptions: INodeProperties['displayOptions'] }> {
	return NOTE_PARAMS.filter(({ optionalFor }) => optionalFor).map((field) => ({ field, displayOptions: { show: { '/noteType': field.optionalFor } } }));
}

export const typesWithOptionalParams = () => [...new Set(NOTE_PARAMS.flatMap(({ optionalFor = [] }) => optionalFor))];
