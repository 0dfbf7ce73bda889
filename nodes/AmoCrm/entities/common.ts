import { type DeclaredField, seconds as wholeNumber, text } from '../fields/fields';
import type { Verb } from '../transport/types';

/** Fields and ways of writing that settings of the account have in common. */

export function nameField(noun: string, example: string): DeclaredField {
	return { name: 'name', kind: text, required: true, placeholder: `e.g. ${example}`, description: `Name of the ${noun}` };
}

export const sortField: DeclaredField = {
	name: 'sort',
	kind: wholeNumber,
	description: 'Its place among the others: those with smaller numbers come first. amoCRM may number them anew.',
};

/** New records, many in a request. */
export const NEW_ROWS: Verb = { method: 'POST', sends: 'rows', answers: 'embedded' };

/** One record in a request, addressed by its ID. */
export const ONE_ROW: Verb = { method: 'PATCH', path: '/{id}', sends: 'row', answers: 'self' };
export const ONE_DELETE: Verb = { method: 'DELETE', path: '/{id}', sends: 'nothing', answers: 'nothing' };

export const IN_PERIODIC_MODE = "customers in the periodic mode ('Set Customers Mode' of the account)";
export const IN_SEGMENTS_MODE = "customers in the segments mode ('Set Customers Mode' of the account)";
