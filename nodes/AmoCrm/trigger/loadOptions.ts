import type { ILoadOptionsFunctions, INodePropertyOptions } from 'n8n-workflow';

import { CARDS } from '../entities/cards';
import { fieldDefinitions } from '../fields/dictionaries';
import { ifReadable } from '../fields/errors';
import { editorClientOf } from '../pickers/read';

/** Fields whose changes the account's history tells of: built-in ones, and the custom fields of every kind of card. */

export const BUILT_IN_FIELDS: INodePropertyOptions[] = [
	{ name: 'Name', value: 'name' },
	{ name: 'Price', value: 'price' },
	{ name: 'Responsible User', value: 'responsibleUser' },
	{ name: 'Stage', value: 'stage' },
	{ name: 'Tags', value: 'tags' },
];

/** A kind of card that the account or the user has no access to is left out. */
export async function getChangeableFields(this: ILoadOptionsFunctions): Promise<INodePropertyOptions[]> {
	const client = await editorClientOf(this);
	const custom = await Promise.all(
		CARDS.map(async ({ displayName, path }) => {
			const fields = (await ifReadable(fieldDefinitions(client, path))) ?? [];
			return fields.map(({ id, name }) => ({ name: `${displayName}: ${name}`, value: id }));
		}),
	);
	return [...BUILT_IN_FIELDS, ...custom.flat()];
}
