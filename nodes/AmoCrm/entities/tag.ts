import { UserError } from 'n8n-workflow';

import { color, TAG_COLORS } from '../fields/colors';
import { also } from '../fields/fields';
import { search, textFilter, idsFilter } from '../fields/filters';
import { nameField } from './common';
import { CARD_KINDS, ofKind } from './places';
import { entity } from './types';

const LOOK = { displayName: 'Record Type', description: 'What kind of records the tag is for' };

/** amoCRM changes tags of leads only (core facts 14.1). */
export const OF_LEADS = [ofKind(LOOK, CARD_KINDS.filter(({ value }) => value === 'leads'))];

const tagColor = also(color(TAG_COLORS), {
	before: (_draft, { path }) => {
		if (path !== '/leads/tags') throw new UserError('amoCRM has colors for tags of leads only. Leave it out for tags of other records.');
	},
});

/** Tags, a dictionary of its own for each kind of record; colors on leads only. Source: core facts 14. */
export const tag = entity({
	value: 'tag',
	displayName: 'Tag',
	path: '/{entityType}/tags',
	parents: [ofKind(LOOK, CARD_KINDS)],
	picker: { search: 'server' },
	fields: [
		nameField('tag', 'vip'),
		{ name: 'color', kind: tagColor, description: 'Color of the tag; amoCRM has colors for tags of leads only' },
	],
	filters: [
		search({ name: 'query', displayName: 'Search Query', placeholder: 'e.g. vip', description: 'Text to find in the names of tags' }),
		textFilter('name', { name: 'name', displayName: 'Name', placeholder: 'e.g. vip', description: 'Return only the tag with exactly this name' }),
		idsFilter('id', { noun: 'tag', listSearchMethod: 'searchTags', linkPaths: [] }, {
			name: 'ids',
			displayName: 'IDs From Data',
			description: 'Return only the tags with these IDs, as a list or separated by commas',
		}),
	],
	list: { byIds: 'filter' },
	verbs: { create: { method: 'POST', sends: 'rows', answers: 'embedded', merges: true } },
});
