import type { IDataObject } from 'n8n-workflow';
import { UserError } from 'n8n-workflow';

import { color, colorOf, STAGE_COLORS } from './colors';
import type { FieldKind } from './fields';
import { bodyKind } from './fields';
import type { Filter } from './filters';
import { blockList, blocksOf } from './locator';
import { isUnset, show, toBoolean, toText } from './values';

/** What pipelines and their stages have (core facts 7). */

/** Stages of a new pipeline, in their order. */
export const pipelineStages = bodyKind(
	blockList(
		{
			displayName: 'Stage',
			name: 'stage',
			values: [
				{ displayName: 'Stage Name', name: 'name', type: 'string', default: '', placeholder: 'e.g. Negotiation', description: 'Name of the stage' },
				{ displayName: 'Stage Color', name: 'color', ...color(STAGE_COLORS).property, description: 'Color of the stage on the board' },
			],
		},
		{ sortable: true },
	),
	(value) =>
		blocksOf(value, 'stage').map((entry, index) => {
			const { name, color: wanted } = (typeof entry === 'object' && entry !== null ? entry : { name: entry }) as IDataObject;
			if (isUnset(name)) throw new UserError(`${show(entry)} has no name`);
			return { name: toText(name), sort: (index + 2) * 10, ...(isUnset(wanted) ? {} : { color: colorOf(wanted, STAGE_COLORS) }) };
		}),
);

export type DescriptionLevel = 'newbie' | 'candidate' | 'master';

/** What amoCRM tells users of one level about the stage; an empty text takes it away. */
export function stageDescription(level: DescriptionLevel): FieldKind {
	return {
		property: { type: 'string', typeOptions: { rows: 2 }, default: '' },
		keepsEmptyText: true,
		encode: (draft, key, value) => {
			const description = toText(value);
			const known = (draft.body[key] ?? []) as IDataObject[];
			draft.body[key] = [...known, { level, ...(description === '' ? {} : { description }) }];
		},
		// A description that exists is changed or taken away by its ID.
		keepsOld: (record, wanted) => {
			const old = (Array.isArray(record.descriptions) ? record.descriptions : []) as IDataObject[];
			return (wanted as IDataObject[]).flatMap((entry) => {
				const known = old.find((own) => own.level === entry.level);
				return known ? [{ id: known.id, ...entry }] : entry.description === undefined ? [] : [entry];
			});
		},
	};
}

/** amoCRM gives archived pipelines among the others. */
export const isArchivedFilter: Filter = {
	name: 'isArchived',
	displayName: 'Archived',
	property: { type: 'boolean', default: false },
	description: 'Whether to return archived pipelines only (on), or only those in use (off); without this filter both are returned',
	condition: (value) => {
		const wanted = toBoolean(value);
		return { query: {}, accepts: (row) => (row.is_archive === true) === wanted };
	},
};
