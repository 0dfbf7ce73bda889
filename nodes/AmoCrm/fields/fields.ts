import { type IDataObject, type INodeProperties, UserError } from 'n8n-workflow';

import { type Source, manyOf, pickedId, pickedIds } from './choices';
import { type AccountContext, AccountNeeded } from './conventions';
import { contactEntries, contactRows, contactsTotal } from './contacts';
import { type CustomFieldValue, assertDistinctFields, customFieldsFromJson } from './customFields';
import { toDeadline, toTimestamp } from './dates';
import { AmoCrmError } from './errors';
import { type ItemFiles, itemFileIn, waitFor } from './files';
import { eventCodes, HOOK_EVENT_OPTIONS } from './hookEvents';
import { jsonArray, jsonObject } from './json';
import { type LocatorTarget, idIn, isAddress, linkedOne, recordList, recordLocator, textIdIn } from './locator';
import { type Matcher, multitextMatcher, nameMatcher } from './matching';
import { entriesTotal, multitextItems } from './multitext';
import { toMoney } from './numbers';
import { fieldSource, USERS } from './sources';
import { stageOf } from './stages';
import { COMPANY, CONTACT, FILE, PIPELINE, RECORD, recordOf, RECORDS, recordType, STAGE, USER } from './targets';
import { type Total, type TotalContext, customFieldsTotal, listTotal } from './totals';
import { assertWritable, isUnset, labelKey, oneOf, optionIn, show, toBoolean, toId, toInteger, toList, toText, unwrapLocator } from './values';

/** A link from the written record to another one, sent by the mass link route (core facts 11). */
export interface LinkTarget extends IDataObject {
	to_entity_id: number;
	to_entity_type: string;
	metadata?: { is_main?: boolean };
}

/** What one input item asks to write: the amoCRM body, and the links that have to be made beside it. */
export interface Draft {
	body: IDataObject;
	links: LinkTarget[];
	/** What is to be added to the new record. */
	companions?: { note?: IDataObject; task?: IDataObject };
	/** What has to be done with the record as it is before the body is sent, where it must not lose what it has. */
	keepOld?: (record: IDataObject) => void;
	/** The record as it is, where it was read. */
	before?: IDataObject;
}

export interface EncodeContext extends AccountContext {
	mode: 'create' | 'update';
	/** Where the record is, below `/api/v4`, and what has the definitions of its custom fields where that is not there. */
	path?: string;
	fieldsPath?: string;
	timezone: string;
	/** Gets what holds nothing to save. */
	ignored?: Set<string>;
	/** Every value that the user gave, by parameter name. */
	values: Record<string, unknown>;
	/** Custom fields that are encoded already. */
	mapped?: CustomFieldValue[];
	/** Files of the item. */
	files?: ItemFiles;
}

interface OpenDraft extends Draft {
	customFields: CustomFieldValue[];
	/** The contact that is said to be the main one. */
	mainContact?: number;
}

/** How a field of one kind looks in n8n and how its value becomes a part of the draft. */
export interface FieldKind {
	property: Partial<INodeProperties> & Pick<INodeProperties, 'type' | 'default'>;
	/** How version 1 of the node shows it in collections, where that is another way. */
	inVersion1?: FieldKind['property'];
	encode: (draft: OpenDraft, key: string, value: unknown, context: EncodeContext) => void;
	/** Where nothing is given for a new record: may put something in its place. Throws a `UserError` if it must have a value after all. */
	whenAbsent?: (context: EncodeContext, draft: OpenDraft, key: string) => void;
	/** Whether an empty text is a value of its own rather than "not set". */
	keepsEmptyText?: boolean;
	/**
	 * What an update sends where amoCRM takes the value whole: `encoded` together with what the record has. Throws a
	 * `UserError`.
	 */
	keepsOld?: (record: IDataObject, encoded: unknown, context: EncodeContext) => unknown;
	/** How the values of several items for one record add up, to one that `encode` takes; the last one counts when left out. */
	total?: (context: TotalContext) => Total;
	/** How records are found by such a value; `country` is the ISO code for phone numbers without a calling code. */
	matcher?: (country: string) => Matcher;
}

export interface WritableField {
	/** Name of the n8n parameter: a part of the public contract. */
	name: string;
	/** amoCRM's own key. */
	key: string;
	displayName: string;
	description?: string;
	placeholder?: string;
	kind: FieldKind;
	/** Shown at top level on create. */
	topLevel?: true;
	/** At top level too, and checked before any request: amoCRM creates nothing without it. */
	required?: true;
	/** People fill it usually: from version 2 of the node it stands at top level on create, and may be left empty. */
	usual?: true;
	/** Only version 1 of the node shows it; where it is set it goes on working. */
	former?: true;
	/** Name of another field without which amoCRM does not take this one. */
	needs?: string;
	/** Name of another field that does in place of this one, where this one must be given. */
	unless?: string;
	/** Where the field exists; both when left out. */
	only?: 'create' | 'update';
	/** Overrides of the kind's look for this field. */
	property?: Partial<INodeProperties>;
	/** Texts that differ on update. */
	onUpdate?: Pick<Partial<INodeProperties>, 'displayName' | 'description'>;
	/** Description where records are found by it. */
	onMatch?: string;
}

/** A field as it is declared: what is left out follows from its name, `closed_at` and `Closed At` from `closedAt`. */
export type DeclaredField = Omit<WritableField, 'key' | 'displayName'> & Partial<Pick<WritableField, 'key' | 'displayName'>>;

export function field(declared: DeclaredField): WritableField {
	const words = declared.name.split(/(?=[A-Z])/).map((word) => word.toLowerCase());
	const title = words.map((word) => (/^ids?$/.test(word) ? `ID${word.slice(2)}` : word.charAt(0).toUpperCase() + word.slice(1)));
	return { key: words.join('_'), displayName: title.join(' '), ...declared };
}

export function bodyKind(property: FieldKind['property'], convert: (value: unknown, context: EncodeContext) => unknown): FieldKind {
	return {
		property,
		encode: (draft, key, value, context) => {
			putAt(draft.body, key, convert(value, context));
		},
	};
}

/** The kind, with what has to be looked at before a value of it is encoded, and what is added after. */
export const also = (kind: FieldKind, { before, after }: Partial<Record<'before' | 'after', (draft: OpenDraft, context: EncodeContext) => void>>): FieldKind => ({
	...kind,
	encode: (draft, key, value, context) => {
		before?.(draft, context);
		kind.encode(draft, key, value, context);
		after?.(draft, context);
	},
});

/** Sets what stands under a key, or under a path of keys such as `rights.role_id`. */
export function putAt(body: IDataObject, path: string, value: unknown): void {
	const keys = path.split('.');
	const last = keys.pop() as string;
	const owner = keys.reduce((inner, key) => (inner[key] ??= {}) as IDataObject, body);
	owner[last] = value as IDataObject;
}

/** `what` says what is picked; the rest is n8n's own wording. */
export const pickOne = (what: string): string =>
	`${what}. Choose from the list, or specify an ID using an <a href="https://docs.n8n.io/code/expressions/">expression</a>.`;

export const text: FieldKind = { ...bodyKind({ type: 'string', default: '' }, toText), keepsEmptyText: true };

/** What a record is called. */
export const recordName: FieldKind = { ...text, matcher: () => nameMatcher };

export const longText: FieldKind = { ...bodyKind({ type: 'string', typeOptions: { rows: 3 }, default: '' }, toText), keepsEmptyText: true };

export const money = bodyKind({ type: 'number', default: 0 }, (value, { conventions }) => toMoney(value, conventions));

export const seconds = bodyKind({ type: 'number', default: 0 }, toInteger);

/** Address of a page or program in the web. */
export const webAddress = bodyKind({ type: 'string', default: '' }, (value) => {
	const address = toText(value).trim();
	if (/^https?:\/\/[^\s/]+\S*$/i.test(address) && URL.canParse(address)) return address;
	throw new UserError(`${show(value)} is not a web address. Give one that begins with https:// or http://.`);
});

/** Domains of websites. An update adds them to those that there are (extended facts 7.4). */
export const domains = bodyKind({ type: 'string', default: '' }, (value, { mode }) => {
	const names = toList(value).map(toDomain);
	return mode === 'create' ? names : { add: names };
});

/** The domain, also of the address of a page. */
function toDomain(value: unknown): string {
	const [, host = ''] = /^(?:https?:\/\/)?([^\s/?#@]+)(?:[/?#]\S*)?$/i.exec(toText(value).trim()) ?? [];
	if (host.includes('.') || /^localhost(?::\d+)?$/.test(host)) return host;
	throw new UserError(`${show(value)} is not the domain of a website. Give one such as example.com.`);
}

/** Events that amoCRM tells webhooks of. */
export const hookEvents = bodyKind({ type: 'multiOptions', options: HOOK_EVENT_OPTIONS, default: [] }, (value) => {
	const codes = eventCodes(value);
	if (codes.length > 0) return codes;
	throw new UserError('no event is chosen. Choose at least one.');
});

/** A list of objects in amoCRM's own form. */
export const jsonList = bodyKind({ type: 'json', default: '[]' }, jsonArray);

/** An object in amoCRM's own form. */
export const jsonValues = bodyKind({ type: 'json', default: '{}' }, jsonObject);

/** The whole body in amoCRM's own form. */
export const jsonBody: FieldKind = {
	property: { type: 'json', default: '{}' },
	encode: (draft, _key, value) => Object.assign(draft.body, jsonObject(value)),
};

export const boolean = bodyKind({ type: 'boolean', default: false }, toBoolean);

export const moment = bodyKind({ type: 'dateTime', default: '' }, (value, { timezone: zone, conventions }) => toTimestamp(value, { zone, conventions }));

/** A moment until which something is due: a day without a time means its end. */
export const deadline = bodyKind(moment.property, (value, { timezone: zone, conventions }) => toDeadline(value, { zone, conventions }));

/** One of a list that n8n loads, by name or ID. */
export const picked = (source: Source): FieldKind =>
	bodyKind({ type: 'options', typeOptions: { loadOptionsMethod: source.loadOptionsMethod }, default: '' }, (value, context) => pickedId(value, source, context));

/** A record picked from its list. */
export const record = (target: LocatorTarget): FieldKind =>
	bodyKind(recordLocator(target), (value, context) => (target.hasTextIds ? textIdIn(target, value, context) : idIn(target, value, context)));

/** A file by its UUID or its link; workflows of older versions hold it as a plain text. */
export const fileId = record(FILE);

/**
 * A file of the item, which is uploaded before the body is sent: `partOf` says what then stands under the key, or in the
 * body itself. `instead` is another field, which gives a file of the storage.
 */
export const itemFile = (instead: { name: string; displayName: string }, partOf: (file: IDataObject, values: EncodeContext['values']) => IDataObject): FieldKind => ({
	property: { type: 'string', default: '' },
	encode: ({ body }, key, value, { files, values }) => {
		if (!files) throw new Error('no item');
		if (!isUnset(values[instead.name])) throw new UserError(`'${instead.displayName}' gives a file too, and only one goes along. Give one of them.`);
		const part = key === '' ? body : {};
		waitFor(part, itemFileIn(value, files, `, or a file of the storage in '${instead.displayName}'`), { files, field: ITEM_FILE.displayName, partOf: (file) => partOf(file, values) });
		if (key !== '') putAt(body, key, part);
	},
});

/** What such a field is called wherever there is one. */
export const ITEM_FILE = { name: 'binaryPropertyName', displayName: 'Input Binary Field', placeholder: 'e.g. data' };

/** What tells chats apart. */
export const uuid = bodyKind({ type: 'string', default: '' }, (value) => {
	const id = toText(value).trim();
	if (/^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i.test(id)) return id;
	throw new UserError(`${show(value)} is not a UUID. Give one such as 6a7b8c9d-0e1f-4a2b-8c3d-4e5f60718293.`);
});

/** A whole number that tells something apart that has no picker. */
export const plainId = bodyKind({ type: 'string', default: '' }, (value) => toId(value));

const fieldIds = (value: unknown, context: EncodeContext): number[] => pickedIds(value, fieldSource(context.fieldsPath ?? context.path ?? ''), context);

/** Custom fields of the account, by name or ID. */
export const pickedFields = bodyKind(manyOf(fieldSource('')), fieldIds);

/** A user, `0` included (the robot). */
export const pickedUser = bodyKind(recordLocator(USER), (value, context) => pickedId(value, USERS, context));

export const pickedPipeline = record(PIPELINE);

export function choice(options: Array<{ name: string; value: string; description?: string }>): FieldKind {
	return bodyKind({ type: 'options', options, default: options[0]?.value ?? '' }, (value) => optionIn(options, value));
}

/**
 * A stage. The statuses 142 (won) and 143 (lost) exist in every pipeline, so a stage is a pair (core facts 7): the list
 * gives "pipeline:status", which brings its pipeline along; a plain status ID takes the pipeline from its own field.
 */
export const stage: FieldKind = {
	property: { ...recordLocator(STAGE), typeOptions: { loadOptionsDependsOn: ['&pipelineId'] } },
	inVersion1: { displayName: 'Stage Name or ID', type: 'options', typeOptions: { loadOptionsMethod: 'getStages', loadOptionsDependsOn: ['&pipelineId'] }, default: '' },
	encode: (draft, key, value, context) => {
		const { values } = context;
		const pipelineId = isUnset(values.pipelineId) ? undefined : idIn(PIPELINE, values.pipelineId, context);
		const stage = stageOf(value, context, pipelineId);
		draft.body[key] = stage.statusId;
		if (stage.pipelineId !== undefined) draft.body.pipeline_id = stage.pipelineId;
	},
};

/** Tag names. On create they are the tags of the new record; on update they are added to those it has. */
export const tags: FieldKind = {
	property: { type: 'string', default: '' },
	encode: (draft, key, value, { mode }) => putAt(draft.body, mode === 'create' ? key : 'tags_to_add', toTags(value)),
	total: () => listTotal(toTags, (tag) => tagKey(tag as IDataObject)),
};

/** What tells tags apart: the ID where one is given, else the name, as labels are compared. */
export const tagKey = ({ id, name }: IDataObject): string => (id === undefined ? `name:${labelKey(String(name))}` : `id:${Number(id)}`);

/** All the tags that the record is to have; an empty list takes every tag off (core facts 14.3). */
export const replacedTags = bodyKind({ type: 'string', default: '' }, (value, { values }) => {
	if (isUnset(values.tags) && isUnset(values.tagsToRemove)) return toTags(value);
	throw new UserError("'Tags to Add' and 'Tags to Remove' cannot go along with a full list of tags. Set one or the other.");
});

export const removedTags = bodyKind({ type: 'string', default: '' }, toTags);

/** A text is always a tag's name, even when it is all digits; an ID is written as `{ "id": 1 }`. Each tag once. */
function toTags(value: unknown): IDataObject[] {
	const tags = new Map<string, IDataObject>();
	for (const entry of toList(value)) {
		const tag = (typeof entry === 'object' ? entry : { name: entry }) as IDataObject;
		if (isUnset(tag.id) && isUnset(tag.name)) throw new UserError(`${show(entry)} is not a tag. Give a name.`);
		const row = isUnset(tag.id) ? { name: toText(tag.name) } : { id: toId(tag.id) };
		if (!tags.has(tagKey(row))) tags.set(tagKey(row), row);
	}
	return [...tags.values()];
}

export function multitext(code: 'PHONE' | 'EMAIL'): FieldKind {
	return {
		property: { type: 'string', default: '' },
		encode: (draft, _key, value, { ignored }) => {
			const values = multitextItems(value, { code }, ignored);
			if (values.length > 0) draft.customFields.push({ field_code: code, values });
		},
		total: ({ country }) => entriesTotal({ code }, country),
		matcher: (country) => multitextMatcher(code, country),
	};
}

export const customFieldsJson: FieldKind = {
	property: { type: 'json', default: '[]' },
	encode: (draft, _key, value, { accountUrl }) => {
		draft.customFields.push(...customFieldsFromJson(value, accountUrl));
	},
	total: (context) => {
		const { add, value } = customFieldsTotal(context);
		return { add: (json) => add(customFieldsFromJson(json, context.accountUrl)), value };
	},
};

/** Custom fields to empty: `"values": null` (core facts 15.1). */
export const clearedFields: FieldKind = {
	property: pickedFields.property,
	encode: (draft, _key, value, context) => {
		draft.customFields.push(...fieldIds(value, context).map((id) => ({ field_id: id, values: null })));
	},
	total: () => listTotal(toList, String),
};

/** `result` of a task is an object with a text (core facts 12). */
export const taskResult = bodyKind({ type: 'string', default: '' }, (value) => ({ text: toText(value) }));

/** The record that a note belongs to: an ID or the link of its card. */
export const notedRecord = bodyKind(recordLocator(RECORD), (value, context) => idIn(recordOf(context.values.entityType), value, context));

/** The record that a task belongs to. A link says its type itself; an ID needs it beside. */
export const linkedRecord: FieldKind = {
	...notedRecord,
	encode: (draft, key, value, context) => {
		const { accountUrl, values } = context;
		const type = linkedOne(RECORDS, value, accountUrl)?.type ?? recordType(values.entityType);
		draft.body.entity_type = type as string;
		draft.body[key] = idIn(recordOf(type), value, context);
	},
};

/** Such a record, of one of some types. */
export const recordOfTypes = (types: string[]): FieldKind => also(linkedRecord, { after: ({ body }) => oneOf(types, body.entity_type) });

/**
 * The company to link: a record has one at most. Where `onCreate` says so amoCRM takes it inside the new record (leads);
 * otherwise, and always on update, the mass link route makes the link (core facts 5.4, 9, 11).
 */
export const company = (onCreate: 'embedded' | 'linked'): FieldKind => ({
	property: recordLocator(COMPANY),
	encode: (draft, key, value, context) => {
		const id = idIn(COMPANY, value, context);
		if (context.mode === 'create' && onCreate === 'embedded') putAt(draft.body, key, [{ id }]);
		else draft.links.push({ to_entity_id: id, to_entity_type: 'companies' });
	},
});

/** Contacts to link, each picked from the list; an expression may give all of them. */
const contacts = (onCreate: 'embedded' | 'linked', property: FieldKind['property']): FieldKind => ({
	property,
	encode: (draft, key, value, context) => {
		const entries = contactEntries(value).map(({ contact, isMain }) => ({ id: idIn(CONTACT, contact, context), isMain }));
		const [main = draft.mainContact, ...others] = new Set([draft.mainContact ?? [], ...entries.flatMap(({ id, isMain }) => (isMain ? id : []))].flat());
		if (others.length > 0) throw new UserError(`the contacts ${[main, ...others].join(' and ')} cannot both be the main one. Mark one.`);
		draft.mainContact = main;
		const isContact = ({ to_entity_type: type }: LinkTarget) => type === 'contacts';
		const known = [...(((draft.body._embedded ?? {}) as Record<string, IDataObject[]>).contacts ?? []).map(({ id }) => id), ...draft.links.filter(isContact).map(({ to_entity_id: id }) => id)];
		// The main one has to come before the others (core facts 5.4, 11).
		const ids = [...new Set([main ?? [], known as number[], entries.map(({ id }) => id)].flat())];
		const links = ids.map((id) => ({ to_entity_id: id, to_entity_type: 'contacts', ...(id === main ? { metadata: { is_main: true } } : {}) }));
		if (context.mode === 'update' || onCreate === 'linked') draft.links = [...draft.links.filter((link) => !isContact(link)), ...links];
		else if (ids.length > 0) putAt(draft.body, key, ids.map((id, index) => ({ id, is_main: index === 0 })));
	},
	total: contactsTotal,
});

/** Contacts of a lead, one of them the main one. */
export const contactList = contacts('embedded', contactRows);

/** Contacts of what amoCRM takes without them. */
export const linkedContacts = contacts('linked', recordList(CONTACT));

/** Contacts of a lead in one value, as data carries them. */
export const contactIds = contacts('embedded', { type: 'string', default: '' });

/** The main contact of a lead by itself. */
export const mainContact: FieldKind = {
	property: recordLocator(CONTACT),
	encode: (draft, key, value, context) => contactList.encode(draft, key, [{ recordId: value, isMain: true }], context),
};

/**
 * Turns the values that the user gave into a draft. Only fields that were given are written: nothing for an absent
 * value, an empty picker or an empty text that is not a value of its own; `0` and `false` are values.
 * Throws a `UserError` that names the field.
 */
export function encodeDraft(fields: WritableField[], context: EncodeContext): Draft {
	const draft: OpenDraft = { body: {}, links: [], customFields: [...(context.mapped ?? [])] };
	const keeping: Array<(record: IDataObject) => void> = [];
	for (const field of fields) {
		const value = context.values[field.name];
		const plain = unwrapLocator(value);
		const other = fields.find(({ name }) => name === field.unless);
		const isReplaced = other !== undefined && !isUnset(context.values[other.name]);
		const isRequired = field.required && context.mode === 'create' && !isReplaced;
		if (plain === undefined || plain === null || (plain === '' && (isReplaced || !field.kind.keepsEmptyText))) {
			if (isRequired) throw new UserError(`'${plainName(field)}' is required but empty${other ? `; or give '${plainName(other)}'` : ''}`);
			if (context.mode === 'create') named(field.displayName, () => field.kind.whenAbsent?.(context, draft, field.key));
			continue;
		}
		if (plain === '' && isRequired) throw new UserError(`'${plainName(field)}' must not be empty`);
		// A link says what kind of record it leads to.
		if (!isAddress(plain)) assertCompanion(field, fields, context.values);
		named((context.mode === 'update' && field.onUpdate?.displayName) || field.displayName, () => {
			assertWritable(value);
			field.kind.encode(draft, field.key, value, context);
		});
		if (field.kind.keepsOld && context.mode === 'update') keeping.push((record) => keepIn(draft, field, record, context));
	}
	assertDistinctFields(draft.customFields);
	if (draft.customFields.length > 0) draft.body.custom_fields_values = draft.customFields;
	const { body, links, companions } = draft;
	return { body, links, ...(companions ? { companions } : {}), ...(keeping.length > 0 ? { keepOld: (record) => keeping.forEach((keep) => keep(record)) } : {}) };
}

function keepIn({ body }: Draft, field: WritableField, record: IDataObject, context: EncodeContext): void {
	const { displayName, key, kind } = field;
	if (body[key] !== undefined) body[key] = named(displayName, () => kind.keepsOld?.(record, body[key], context) as IDataObject);
}

/** Throws a `UserError` when a parameter was set without the one it needs. */
export function assertCompanion(
	entry: { displayName: string; needs?: string },
	all: Array<{ name: string; displayName: string }>,
	values: Record<string, unknown>,
): void {
	if (entry.needs === undefined || !isUnset(values[entry.needs])) return;
	const companion = all.find(({ name }) => name === entry.needs) ?? { displayName: entry.needs };
	throw new UserError(`'${plainName(entry)}' needs '${plainName(companion)}' too`);
}

/** The name as a person says it: n8n wants pickers to end in "Name or ID". */
export function plainName({ displayName }: { displayName: string }): string {
	return displayName.replace(/ Names? or IDs?$/, '');
}

/** What `read` gives; what it throws names the field. What asks for the account's conventions passes as it is. */
export function named<T>(displayName: string, read: () => T): T {
	try {
		return read();
	} catch (error) {
		throw error instanceof AccountNeeded ? error : AmoCrmError.at(plainName({ displayName }), error);
	}
}
