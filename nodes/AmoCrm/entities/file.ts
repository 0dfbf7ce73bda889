import { UserError } from 'n8n-workflow';

import { also, text } from '../fields/fields';
import { ownerFilters } from '../fields/fileOwner';
import { type Filter, filter, momentRange, onlyFilter, pickedIdsFilter } from '../fields/filters';
import { textIdIn } from '../fields/locator';
import { USERS } from '../fields/sources';
import { FILE, FILE_LINK } from '../fields/targets';
import { toInteger, toList, toText } from '../fields/values';
import type { QueryValue } from '../transport/types';
import { ONE_ROW } from './common';
import { entity } from './types';

type Row = Record<string, unknown>;

const partOf = (row: Row, owner: string, key: string): unknown => ((row[owner] ?? {}) as Row)[key];

const flatFilter = (look: Parameters<typeof filter>[0], condition: Filter['condition']) => filter(look, { type: 'string', default: '' }, condition);

/** amoCRM counts sizes in units that it numbers without saying how: rows are compared here. */
const sizeFilter = (name: string, displayName: string, side: string, isRight: (size: number, bound: number) => boolean): Filter =>
	filter({ name, displayName, description: `Return only files of this size or ${side}, in bytes` }, { type: 'number', default: 0 }, (value) => {
		const bound = toInteger(value);
		return { query: {}, accepts: ({ size }) => isRight(Number(size), bound) };
	});

/** Which of the moments a range is about stands beside it, so that amoCRM takes one of them; the other is compared here. */
const dated = (key: 'created_at' | 'updated_at', name: string, displayName: string, what: string): Filter[] =>
	momentRange(key, name, displayName, what).map((side) => ({
		...side,
		condition: (value, context) => {
			const { query, accepts } = side.condition(value, context);
			return { query: { filter: { date: { type: key, ...((query.filter as Row)[key] as Record<string, QueryValue>) } } }, accepts };
		},
	}));

/** By IDs, which stand in the query as one text. */
const ids = flatFilter(
	{ name: 'ids', displayName: 'IDs From Data', takesEmptyList: true, placeholder: 'e.g. {{ $json.ids }}', description: 'Return only the files with these UUIDs, for an expression: UUIDs or links as a list, or separated by commas' },
	(value, context) => {
		const uuids = toList(value).map((entry) => textIdIn(FILE, entry, context));
		if (uuids.length === 0) return { query: {}, isImpossible: true };
		return { query: { filter: { uuid: uuids.join(',') } }, accepts: ({ uuid }) => uuids.includes(String(uuid)) };
	},
);

const createdBy = pickedIdsFilter('created_by', USERS, { name: 'createdByIds', displayName: 'Created By Names or IDs', description: 'Return only files that these users uploaded' });

/** amoCRM takes a new name or another version, one of them at a time. */
const version = also(text, {
	before: ({ body }) => {
		if (body.name !== undefined) throw new UserError('amoCRM changes the name or the version, one at a time. Give one of them, and the other in a second step.');
	},
});

/** Files of the account's storage, which has a host of its own. Source: extended facts 8. */
export const file = entity({
	value: 'file',
	displayName: 'File',
	path: '/files',
	host: 'files',
	id: { kind: 'text', key: 'uuid', example: FILE.example, link: FILE_LINK },
	fields: [
		{ name: 'name', kind: text, only: 'update', placeholder: 'e.g. Contract', description: 'Name without the extension' },
		{ name: 'versionUuid', displayName: 'Version UUID', kind: version, only: 'update', placeholder: 'e.g. 12345678-1234-4234-8234-123456789012', description: "The version to show from now on, as 'Get Versions' gives it" },
	],
	filters: [
		...ownerFilters,
		flatFilter({ name: 'query', displayName: 'Search Query', placeholder: 'e.g. contract', description: 'Text to find in the names' }, (value) => ({ query: { filter: { term: toText(value) } } })),
		ids,
		flatFilter({ name: 'name', displayName: 'Name', placeholder: 'e.g. contract', description: 'Return only files with this name' }, (value) => ({ query: { filter: { name: toText(value) } } })),
		flatFilter({ name: 'extensions', displayName: 'Extensions', placeholder: 'e.g. pdf, docx', description: 'Return only files with one of these extensions, separated by commas' }, (value) => {
			const wanted = toList(value).map((entry) => toText(entry).replace(/^\./, '').toLowerCase());
			return { query: { filter: { extensions: wanted } }, accepts: (row) => wanted.includes(String(partOf(row, 'metadata', 'extension')).toLowerCase()) };
		}),
		{
			...createdBy,
			condition: (value, context) => {
				const { query, accepts } = createdBy.condition(value, context);
				return { query, accepts: (row) => accepts?.({ created_by: partOf(row, 'created_by', 'id') as number }) ?? true };
			},
		},
		sizeFilter('sizeFrom', 'Size From', 'more', (size, bound) => size >= bound),
		sizeFilter('sizeTo', 'Size To', 'less', (size, bound) => size <= bound),
		...dated('created_at', 'createdAt', 'Created', 'files that were uploaded'),
		...dated('updated_at', 'updatedAt', 'Updated', 'records that were last changed'),
		onlyFilter(
			{ name: 'onlyDeleted', displayName: 'Only Deleted', description: 'Whether to return what is in the trash instead, where files stay for 30 days' },
			{ query: { filter: { deleted: 1 } }, accepts: (row) => row.is_trashed === true },
		),
	],
	list: { hasOwnOrder: true, joinsIds: true },
	verbs: { update: ONE_ROW },
	needs: { scope: '"Access to files"' },
	isDictionary: true,
});
