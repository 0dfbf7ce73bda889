import type { IDataObject, INodeProperties } from 'n8n-workflow';

import { type DeclaredField, type WritableField, field } from '../fields/fields';
import type { Filter } from '../fields/filters';
import type { PickContext } from '../fields/locator';
import { optionsOf } from '../fields/values';
import type { Verb } from '../transport/types';

/** What tells records of a kind apart: a number, or a text such as a UUID or a code. */
export type RecordId = number | string;

/** What follows from the rest of a declaration unless it says it itself. */
type Derived = 'displayNamePlural' | 'collection' | 'idParameter' | 'listSearchMethod' | 'filters' | 'linkTargets';

/** What operations read in another form than it is declared in. */
interface Worked {
	fields: WritableField[];
	createOptions: WritableField[];
	sortKeys: Array<{ name: string; value: string }>;
	withOptions: Array<{ name: string; value: string }>;
}

export type Entity = Omit<Declaration, keyof Worked> & Required<Pick<Declaration, Derived>> & Worked & { base?: string };

/** The ID of a row that amoCRM gave; `id` where it does not use the key that is known. */
export function idOf({ id }: Pick<Entity, 'id'>, row: Record<string, unknown>): RecordId {
	const value = row[id?.key ?? 'id'] ?? row.id;
	return id?.kind === 'text' ? String(value) : Number(value);
}

/** The row with its ID under that name too, whatever amoCRM calls it. */
export function withId(row: IDataObject, { id }: Pick<Entity, 'id'>): IDataObject {
	return row[id?.key ?? 'id'] === undefined ? row : { id: idOf({ id }, row), ...row };
}

/** A row of the entity table, with all that operations read spelled out. */
export function entity(declaration: Declaration): Entity {
	const { value, displayName, path, isSingle, fields = [], createOptions = [], sortKeys = {}, withOptions = {} } = declaration;
	return {
		displayNamePlural: plural(displayName),
		collection: isSingle ? '' : path.slice(path.lastIndexOf('/') + 1),
		idParameter: isSingle ? '' : `${value}Id`,
		listSearchMethod: isSingle ? '' : `search${plural(value).replace(/^[a-z]/, (letter) => letter.toUpperCase())}`,
		filters: [],
		linkTargets: [],
		...declaration,
		fields: fields.map(field),
		createOptions: createOptions.map(field),
		sortKeys: optionsOf(sortKeys),
		withOptions: optionsOf(withOptions),
	};
}

/** A name of the UI as it stands in a sentence: `AI Agent` is an AI agent. */
export const inSentence = (name: string): string => name.replace(/\b[A-Z](?=[a-z])/g, (letter) => letter.toLowerCase());

/** What stands before the path in a text about the route, where that is not below `/api/v4`. */
export const rootOf = ({ host }: Pick<Entity, 'host'>): string => (host ? '/v1.0' : '');

const plural = (noun: string): string => (/[^aeiou]y$/.test(noun) ? `${noun.slice(0, -1)}ies` : noun.endsWith('s') ? `${noun}es` : `${noun}s`);

/**
 * What amoCRM has: one row of the entity table. Declarations only; the operations work on any row, and the UI, the
 * payloads, the list queries and the pickers come from it. What an entity does not have is left out.
 */
interface Declaration {
	/** Value of the 'Resource' parameter. */
	value: string;
	/** Title Case, for names in the UI. */
	displayName: string;
	displayNamePlural?: string;
	/** What it is, where the name by itself does not say it to those who know it from amoCRM. */
	about?: string;
	/** Path below `/api/v4`; a parent's part stands in braces: `/leads/pipelines/{pipelineId}/statuses`. */
	path: string;
	/** What has its API where that is not the account itself; `base` of the entity is its address once that is known. */
	host?: 'files';
	/** Path of those below a parent, where that may be left out. */
	pathBelow?: string;
	/** What the braces stand for, the outermost first. */
	parents?: Parent[];
	/** Key of the rows in `_embedded`; also the entity type in links. The end of `path` when left out. */
	collection?: string;
	/** Name of the parameter that holds one record; `leadId` of a `lead` when left out. */
	idParameter?: string;
	/** What its records are told apart by, where that is not a number under the key `id`; what one looks like, which texts are such IDs and no names, and what links have it. */
	id?: { kind: 'number' | 'text'; key: string; example?: string; pattern?: RegExp; link?: RegExp };
	/** Path of the record's card in amoCRM's own UI, before the ID; absent when it has none. */
	cardPath?: string;
	/** Method of `methods.listSearch` that fills the picker of `idParameter`; `searchLeads` of a `lead` when left out. */
	listSearchMethod?: string;
	/** How its records are picked, where that follows from this declaration alone. */
	picker?: Picker;
	fields?: DeclaredField[];
	/** What stands among the options of a new one: how it is made, nothing that it is. */
	createOptions?: DeclaredField[];
	/** What amoCRM wants in every new record, and the user need not say. */
	createDefaults?: Record<string, string | number | boolean | string[]>;
	filters?: Filter[];
	/** Sort keys that amoCRM really obeys (core facts 3.5), with their names. */
	sortKeys?: Record<string, string>;
	/** What `with` may add to a record, with its names. */
	withOptions?: Record<string, string>;
	/** Linked records that reading may bring along in full. */
	expands?: Entity[];
	/** Whether list filters are the account's paid extra, silently ignored without it (core facts 3.6). */
	filtersArePaid?: boolean;
	/** Whether lists can be filtered by custom fields (core facts 3.6). */
	filtersCustomFields?: true;
	/**
	 * How amoCRM gives its lists, where that is not in pages of 250 in the order that is asked for (an order of its own begins with
	 * the newest), and how records are asked for by their IDs, where not one alone and several by a filter; one that takes them
	 * joined shows nothing of the trash.
	 */
	list?: { pageSize?: number; unpaged?: true; hasOwnOrder?: true; joinsIds?: true; byIds?: 'filter' | 'single' | 'whole' };
	/** The account has one of it: no ID, no list. This stands in every answer about it. */
	isSingle?: string;
	/** A new one without a place gets one after the last, as amoCRM demands a place. */
	sortAfterLast?: true;
	/** What `with` must add to the record that an update reads, so that it keeps what is there. */
	readBeforeUpdate?: string;
	/** How it is written, where that is not an array of rows to `path`. */
	verbs?: { create?: Verb; update?: Verb };
	/** Who may do what, for the message where amoCRM refuses it. */
	needs?: Needs;
	/** Kind of the record that the note and the task of a new one go to; absent where the form offers none. */
	notedAs?: string;
	/** Entity types that its records can be linked to (core facts 11). */
	linkTargets?: string[];
	/** Whether its records have custom fields of the account. */
	hasCustomFields?: boolean;
	/** What has the definitions of its custom fields, where that is not `path`. */
	fieldsPath?: string;
	/** Whether other lists of this package show its names: they forget them when it changes. */
	isDictionary?: true;
}

/** A part of a path that the user chooses: the pipeline of a stage, the list of an element, the kind of record. */
export interface Parent {
	/** Its name in the braces and of its parameter. */
	name: string;
	properties: INodeProperties[];
	/** What stands in the path. Throws a `UserError`. */
	segment: (valueOf: (parameter: string) => unknown, context: PickContext) => string;
	/** What can stand there in a link. */
	pattern: string;
}

interface Picker {
	/** Whether amoCRM finds rows by a text itself; otherwise they are read and compared here. */
	search: 'server' | 'local';
	/** What is shown, the name by itself; nothing where the noun and the ID say more. `nameOf` gives what is in `names`. */
	label?: (row: Record<string, unknown>, nameOf: (row: Record<string, unknown>) => string) => string;
	/** Whose name the label shows, of the stage or the contact of a row. */
	names?: 'stage' | 'contact';
	/** What `with` must add to the rows for the label. */
	with?: string;
}

interface Needs {
	/** An administrator's token, for everything or to change something. */
	admin?: 'always' | 'toWrite';
	/** What the plan or the settings of the account must have: 402, and 422 unless that is about the record. */
	plan?: string;
	/** What there must be room for, to create one: beside `plan`. */
	room?: string;
	/** What the integration must be allowed to, as amoCRM calls it: 403. */
	scope?: string;
	/** What the record must be: 422. */
	state?: string;
}
