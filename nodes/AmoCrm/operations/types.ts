import type { IDataObject, IExecuteFunctions, INodeExecutionData, INodeProperties } from 'n8n-workflow';

import type { Entity, Parent } from '../entities/types';
import type { AmoCrmError } from '../fields/errors';
import type { WaitingFile } from '../fields/files';
import type { ApiClient } from '../transport/client';

/** What became of the items so far. An item in both was written, and something that belongs to it went wrong after. */
export interface Results {
	rows: Map<number, IDataObject[]>;
	errors: Map<number, AmoCrmError>;
	/** Files that were put into the storage for items, by what tells them apart. */
	uploaded: Map<number, Map<string, IDataObject>>;
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
	/** Whether the node goes on as before its version 2: in how rows look, and what is mapped automatically. */
	isVersion1: boolean;
	/** What was given and holds nothing to save, such as the mask of a form that nobody filled in. */
	ignored: Set<string>;
	/** Keys of items that are mapped automatically: which there are, and which mean a field. */
	keys: { given: Set<string>; used: Set<string> };
	/** Files of items that have to be in the storage before what names them is sent. */
	waiting: Map<number, WaitingFile[]>;
	/** Value of the operation. */
	action: string;
	/** Whether everything is read, matched and encoded, but nothing is sent that changes anything. */
	isDryRun: boolean;
	/** "Continue on fail": bad items come out as error items and the others go on. */
	continueOnFail: boolean;
}

/** Tells the user something beside the rows. */
export function hint({ context }: Pick<Run, 'context'>, type: 'info' | 'warning', message: string): void {
	context.addExecutionHints({ type, location: 'outputPane', message });
}

export interface Operation {
	/** Value of the 'Operation' parameter. */
	value: string;
	name: string;
	action: string;
	description: string;
	properties: INodeProperties[];
	/** True when it changes data: an error then says what was already written. `perhaps` where each item decides, and it says that itself. */
	writes?: true | 'perhaps';
	/** Who may do it, for the message where amoCRM refuses it. */
	needs?: Entity['needs'];
	/** Where it works, where that is not everywhere that such records are. */
	parents?: Parent[];
	/** Settings of the whole run, beside the dry run: names of parameters, and of options as `options.name`. */
	forAllItems?: string[];
	/** Method and path below `/api/v4`, several with commas between them, where the name of the operation does not say it: for docs/operations.md. */
	route?: string;
	/** Gives the items of `todo` their rows and errors. What it throws is the error of all that have neither. */
	execute: (run: Run) => Promise<void>;
}

/** A row of the table: what it is and what can be done with it. */
export interface Resource {
	entity: Entity;
	operations: Operation[];
}
