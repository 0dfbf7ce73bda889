import type { IDataObject, IExecuteFunctions, INodeExecutionData, INodeProperties } from 'n8n-workflow';

import type { AmoCrmError } from '../fields/errors';
import type { WritableField } from '../fields/fields';
import type { Filter } from '../fields/filters';
import type { ApiClient } from '../transport/client';

/**
 * What amoCRM has: one row of the entity table. Declarations only; the operations work on any row, and the UI, the
 * payloads, the list queries and the pickers come from it.
 */
export interface Entity {
	/** Value of the 'Resource' parameter. */
	value: string;
	/** Title Case, for names in the UI. */
	displayName: string;
	displayNamePlural: string;
	/** Path below `/api/v4`. */
	path: string;
	/** Key of the rows in `_embedded`; also the entity type in links. */
	collection: string;
	/** Name of the parameter that holds one record: `leadId`. */
	idParameter: string;
	/** Path of the record's card in amoCRM's own UI, before the ID; absent when it has none. */
	cardPath?: string;
	/** Method of `methods.listSearch` that fills the picker of `idParameter`. */
	listSearchMethod: string;
	fields: WritableField[];
	filters: Filter[];
	/** Sort keys that amoCRM really obeys (core facts 3.5). */
	sortKeys: Array<{ name: string; value: string }>;
	/** What `with` may add to a record. */
	withOptions: Array<{ name: string; value: string; description?: string }>;
	/** Whether list filters are the account's paid extra, silently ignored without it (core facts 3.6). */
	filtersArePaid: boolean;
	/** Whether lists can be filtered by custom fields (core facts 3.6). */
	filtersCustomFields?: true;
	/** Entity types that its records can be linked to (core facts 11). */
	linkTargets: string[];
	/** Whether its records have custom fields of the account. */
	hasCustomFields: boolean;
	/** What has the definitions of its custom fields, where that is not `path`. */
	fieldsPath?: string;
}

/** What became of the items so far. An item in both was written, and something that belongs to it went wrong after. */
export interface Results {
	rows: Map<number, IDataObject[]>;
	errors: Map<number, AmoCrmError>;
}

/** One execution of the node. */
export interface Run extends Results {
	context: IExecuteFunctions;
	items: INodeExecutionData[];
	/** The items to work on, by their places in `items`. */
	todo: number[];
	/** The value that a parameter has for one of `items`. */
	parameter: (name: string, item: number, fallback?: unknown) => unknown;
	client: ApiClient;
	timezone: string;
	/** "Continue on fail": bad items come out as error items and the others go on. */
	continueOnFail: boolean;
}

export interface Operation {
	/** Value of the 'Operation' parameter. */
	value: string;
	name: string;
	action: string;
	description: string;
	properties: INodeProperties[];
	/** True when it changes data: an error then says what was already written. */
	writes?: true;
	/** Gives the items of `todo` their rows and errors. What it throws is the error of all that have neither. */
	execute: (run: Run) => Promise<void>;
}

/** A row of the table: what it is and what can be done with it. */
export interface Resource {
	entity: Entity;
	operations: Operation[];
}
