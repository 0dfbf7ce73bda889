import { type IDataObject, type INodeProperties, UserError } from 'n8n-workflow';

import type { CardPlace } from '../entities/cards';
import { choice, named, text } from '../fields/fields';
import { isUnset, labelKey, optionIn, toList, toText } from '../fields/values';
import { inTurns } from '../transport/parallel';
import { declared, readFlag, simplifyProperty } from './parameters';
import { presentRows } from './present';
import type { Run } from './types';

/** How an item wants the records that were read. */
export interface Output {
	raw: boolean;
	/** For an AI agent every word costs: what is empty is left out. */
	compact: boolean;
	/** Only these fields of the simplified record, and its ID. */
	fields?: string[];
}

const OUTPUTS = [
	{ name: 'Raw', value: 'raw', description: 'Everything that amoCRM answers, as it is' },
	{ name: 'Selected Fields', value: 'selectedFields', description: 'The ID and the fields that you name' },
	{ name: 'Simplified', value: 'simplified', description: 'Flat records with names instead of codes, without what is empty' },
];

/** 'Simplify' in a workflow; 'Output' where an AI agent uses the node as a tool. */
export const outputProperties: INodeProperties[] = [
	{ ...simplifyProperty, displayOptions: { hide: { '@tool': [true] } } },
	declared({
		name: 'output',
		kind: choice(OUTPUTS),
		property: { default: 'simplified', displayOptions: { show: { '@tool': [true] } } },
		description: 'How much of each record to return: the less, the cheaper for the AI model',
	}),
	declared({
		name: 'outputFields',
		kind: text,
		property: { displayOptions: { show: { '@tool': [true], output: ['selectedFields'] } } },
		placeholder: 'e.g. name, price, stage, Source',
		description: "Names of the fields to return, separated by commas, as they stand in the simplified output: amoCRM's own in lower case, custom fields by their names. The ID is always returned.",
	}),
];

/** Throws a `UserError` that names the parameter. */
export function outputOf(run: Run, item: number): Output {
	const output = run.parameter('output', item, '');
	if (isUnset(output)) return { raw: !readFlag(run, simplifyProperty, item), compact: false };
	const chosen = named('Output', () => optionIn(OUTPUTS, output));
	if (chosen !== 'selectedFields') return { raw: chosen === 'raw', compact: chosen !== 'raw' };
	const fields = toList(run.parameter('outputFields', item, '')).map(toText);
	if (fields.length === 0) throw new UserError("'Output Fields' is empty. Name at least one field, or choose another 'Output'.");
	return { raw: false, compact: true, fields };
}

/** Rows as the item wants them; `place` says where their cards are. */
export async function outputRows(run: Run, rows: IDataObject[], { raw, compact, fields }: Output, place?: CardPlace): Promise<IDataObject[]> {
	const shown = raw ? rows : await presentRows(run, rows, place);
	if (fields) return await inTurns(shown, (row) => selected(row, fields));
	return compact ? await inTurns(shown, withoutEmpty) : shown;
}

function selected(row: IDataObject, fields: string[]): IDataObject {
	const keys = new Map(Object.keys(row).map((key) => [labelKey(key), key]));
	const chosen = fields.map((field) => {
		const key = keys.get(labelKey(field));
		return [key ?? field, key === undefined ? null : row[key]] as const;
	});
	return { id: row.id, ...Object.fromEntries(chosen) };
}

function withoutEmpty(row: IDataObject): IDataObject {
	return Object.fromEntries(Object.entries(row).filter(([, value]) => !isUnset(value) && !(Array.isArray(value) && value.length === 0)));
}
