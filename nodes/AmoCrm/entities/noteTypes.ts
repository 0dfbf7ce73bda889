import { type IDataObject, type INodeProperties, UserError } from 'n8n-workflow';

import { type DeclaredField, type WritableField, bodyKind, choice, field, fileId, ITEM_FILE, itemFile, jsonValues, longText, seconds, text } from '../fields/fields';
import { recordLocator } from '../fields/locator';
import { USER } from '../fields/targets';
import { isUnset, optionIn, optionsOf, show, toInteger, toText, unwrapLocator } from '../fields/values';

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
const READ_ONLY_TYPES = {
	ai_result: 'AI Result', amomail_message: 'Email', bill_paid: 'Bill Paid', chat: 'Chat', dropbox_attachment: 'Dropbox Attachment',
	invoice_paid: 'Invoice Paid', link_followed: 'Link Followed', site_visit: 'Site Visit', targeting_in: 'Targeting In',
	targeting_out: 'Targeting Out', transaction: 'Transaction', zoom_meeting: 'Zoom Meeting',
};

const OWN_TYPES = WRITABLE_TYPES.filter(({ value }) => value !== CUSTOM_TYPE).map(({ name, value }) => [value, name] as const);

export const ALL_TYPES = optionsOf({ ...READ_ONLY_TYPES, ...Object.fromEntries(OWN_TYPES) });

/** A value inside `params`, for the kinds that must have it and those that may. */
type NoteParam = WritableField & Ranks;

interface Ranks {
	requiredFor?: string[];
	optionalFor?: string[];
}

const CALLS = ['call_in', 'call_out'];
const SMS = ['sms_in', 'sms_out'];
const SERVICE = ['service_message', 'extended_service_message'];
const PLACE = ['geolocation'];
const FILES = ['attachment'];

const USER_PICKER = recordLocator(USER);

/** IDs of users have up to eight digits; a phone number with its area or country has ten or more. */
const LONGEST_USER_ID = 9;

/** Shorter ones in data are the extensions of a PBX. */
const SHORTEST_USER_ID = 5;

/** A user's ID as a number, anything else as the name or number of a person (core facts 13, extended facts 7.1). */
const userOrName = bodyKind(
	{ ...USER_PICKER, modes: [...USER_PICKER.modes.map((mode) => (mode.name === 'id' ? { ...mode, displayName: 'By ID' } : mode)), { displayName: 'By Name', name: 'name', type: 'string', placeholder: 'e.g. Anna Smith' }] },
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

const plainText = bodyKind({ type: 'string', default: '' }, toText);

const CALL_RESULTS = optionsOf({
	1: 'Left a Message', 2: 'Call Back Later', 3: 'Not Available', 4: 'Talked', 5: 'Wrong Number', 6: 'No Answer', 7: 'Busy', 8: 'Undefined',
}).map(({ name, value }) => ({ name, value: Number(value) }));

const callStatus = bodyKind({ type: 'options', options: CALL_RESULTS, default: 4 }, (value) => optionIn(CALL_RESULTS, value));

const CASHIER_STATUSES = optionsOf({ canceled: 'Canceled', created: 'Created', shown: 'Shown' });

/** What calls have, as notes and where telephony reports them. */
export const CALL_MEASURES: DeclaredField[] = [
	{ name: 'duration', displayName: 'Duration (Seconds)', kind: seconds, description: 'How long the call took' },
	{ name: 'source', kind: text, placeholder: 'e.g. My telephony', description: 'Name of the service that the call came through' },
];

export const CALL_DETAILS: DeclaredField[] = [
	{ name: 'callResponsible', kind: userOrName, description: 'Who took part in the call on your side: a user of the account, or the name of anybody else' },
	{ name: 'callResult', kind: text, placeholder: 'e.g. Agreed on a meeting', description: 'What came of the call' },
	{ name: 'callStatus', kind: callStatus, description: 'How the call ended' },
	{ name: 'link', displayName: 'Recording Link', kind: text, placeholder: 'e.g. https://example.com/calls/1.mp3', description: 'Address of the recording' },
	{
		name: 'uniq',
		displayName: 'Unique Call ID',
		kind: text,
		placeholder: 'e.g. 5b7c1f0e-call-42',
		description: 'ID of the call in the telephony. amoCRM keeps it, but does not use it against duplicates.',
	},
];

const noteFile = field({ name: 'fileUuid', displayName: 'File', kind: fileId, unless: ITEM_FILE.name, description: "A file in the account's file storage, where it was uploaded before" });

const attachedFile = ({ uuid, version_uuid, file_name }: IDataObject, { fileName }: Record<string, unknown>): IDataObject => ({ file_uuid: uuid, version_uuid, ...(isUnset(fileName) ? { file_name } : {}) });

const DECLARED: Array<DeclaredField & Ranks> = [
	{ name: 'text', kind: longText, requiredFor: ['common', ...SERVICE, ...SMS, 'message_cashier'], optionalFor: ['geolocation'], placeholder: 'e.g. The client asked for a discount', description: 'What the note says' },
	{ name: 'phone', kind: text, requiredFor: [...CALLS, ...SMS], placeholder: 'e.g. +7 912 345-67-89', description: 'Phone number of the other side' },
	...CALL_MEASURES.map((own) => ({ ...own, requiredFor: CALLS })),
	{ name: 'service', kind: text, requiredFor: SERVICE, placeholder: 'e.g. My shop', description: 'Name of the service that the message comes from' },
	{ name: 'status', kind: choice(CASHIER_STATUSES), requiredFor: ['message_cashier'], property: { default: 'created' }, description: 'What became of the message' },
	{ name: 'address', kind: text, requiredFor: PLACE, placeholder: 'e.g. Nevsky Prospekt 1, Saint Petersburg', description: 'Address of the place, as people read it' },
	{ name: 'latitude', kind: plainText, requiredFor: PLACE, placeholder: 'e.g. 59.9343', description: 'Degrees north of the equator, with a decimal point; negative to the south' },
	{ name: 'longitude', kind: plainText, requiredFor: PLACE, placeholder: 'e.g. 30.3351', description: 'Degrees east of Greenwich, with a decimal point; negative to the west' },
	{ ...noteFile, requiredFor: FILES },
	{ name: 'fileName', kind: text, requiredFor: FILES, unless: ITEM_FILE.name, placeholder: 'e.g. offer.pdf', description: 'Name of the file as the note shows it' },
	{ ...ITEM_FILE, key: '', kind: itemFile(noteFile, attachedFile), requiredFor: FILES, unless: noteFile.name, description: "Name of the field of the item that has the file, which is uploaded first; in place of 'File'" },
	{ name: 'customNoteType', key: 'note_type', kind: text, requiredFor: [CUSTOM_TYPE], placeholder: 'e.g. site_visit', description: "amoCRM's own name for the kind of the note" },
	{
		name: 'paramsJson',
		key: 'params',
		displayName: 'Values (JSON)',
		kind: jsonValues,
		requiredFor: [CUSTOM_TYPE],
		description: 'What the note holds, in the form of amoCRM\'s params, for example {"url": "https://example.com"}',
	},
	{
		name: 'versionUuid',
		displayName: 'File Version UUID',
		kind: text,
		optionalFor: FILES,
		needs: noteFile.name,
		placeholder: 'e.g. 11111111-2222-4333-8444-555555555555',
		description: 'ID of one version of the file; the newest one when left out',
	},
	...CALL_DETAILS.map((own) => ({ ...own, optionalFor: CALLS })),
];

const NOTE_PARAMS = DECLARED.map((own): NoteParam => ({ ...own, ...field(own) }));

/** The fields of `params` for a kind of note that can be written. */
export function paramFields(type: string): WritableField[] {
	return NOTE_PARAMS.flatMap((param): WritableField[] => {
		if (param.requiredFor?.includes(type)) return [{ ...param, required: true }];
		return param.optionalFor?.includes(type) ? [param] : [];
	});
}

/** The fields that kinds of notes must or may have, each with the kinds that it shows for; those that they may have stand in a collection. */
export function paramsOf(rank: 'requiredFor' | 'optionalFor'): Array<{ field: WritableField; displayOptions: INodeProperties['displayOptions'] }> {
	const kindParameter = rank === 'optionalFor' ? '/noteType' : 'noteType';
	return NOTE_PARAMS.filter((param) => param[rank]).map((param) => ({ field: param, displayOptions: { show: { [kindParameter]: param[rank] } } }));
}

export const typesWithOptionalParams = () => [...new Set(NOTE_PARAMS.flatMap(({ optionalFor = [] }) => optionalFor))];
