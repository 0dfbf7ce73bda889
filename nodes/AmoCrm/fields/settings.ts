import { type IDataObject, type INodeProperties, UserError } from 'n8n-workflow';

import { manyOf } from './choices';
import { color, colorOf, STAGE_COLORS } from './colors';
import { type FieldKind, bodyKind } from './fields';
import { filter } from './filters';
import { blockList, blocksOf } from './locator';
import { STAGES } from './sources';
import { stagesOf } from './stages';
import { isUnset, labelKey, show, toBoolean, toId, toText } from './values';

/** Settings of custom fields (extended facts 2.2), and of pipelines and their stages (core facts 7). */

const optionValues: INodeProperties[] = [
	{ displayName: 'Label', name: 'value', type: 'string', default: '', placeholder: 'e.g. Website', description: 'What people see; an expression may give a list of labels' },
	{ displayName: 'Option Code', name: 'code', type: 'string', default: '', placeholder: 'e.g. WEB', description: 'Short name for programs, in Latin letters' },
	{ displayName: 'Option ID', name: 'id', type: 'string', default: '', placeholder: 'e.g. 9001', description: 'Of an option that exists, to rename it; new ones have none' },
];

interface GivenOption extends IDataObject {
	value?: string;
	code?: string;
	id?: number;
}

/** Options of a field to choose from. An update adds to those that there are, or renames them by their ID or code. */
export const fieldOptions: FieldKind = {
	property: blockList({ displayName: 'Option', name: 'option', values: optionValues }, { sortable: true }),
	encode: (draft, key, value) => {
		const blocks = blocksOf(value, 'option');
		if (blocks.length === 0) return;
		const options = distinct(blocks.flatMap(labelsOf).map(optionOf));
		if (options.length === 0) throw new UserError('there is no option in it');
		draft.body[key] = options.map((option, sort) => ({ ...option, sort }));
	},
	// amoCRM removes every option that an update leaves out.
	keepsOld: (record, wanted, { values }) => {
		const old = Object.values((record.enums ?? {}) as IDataObject) as GivenOption[];
		const given = known(old, wanted as GivenOption[]);
		if (!isUnset(values.removeOtherOptions) && toBoolean(values.removeOtherOptions)) return given;
		const changed = new Map(given.map((option) => [option.id, option]));
		const kept = old.map(({ id, value, code }) => changed.get(id) ?? { id, value, ...(code ? { code } : {}) });
		return [...kept, ...given.filter(({ id }) => id === undefined)].map((option, sort) => ({ ...option, sort }));
	},
};

/** The options with what those have that they mean: by ID, code or label. A label in another letter case changes nothing. */
function known(old: GivenOption[], wanted: GivenOption[]): GivenOption[] {
	const by = (mark: (option: GivenOption) => unknown) => new Map([...old].reverse().map((option) => [mark(option), option]));
	const [byId, byCode, byLabel] = [by(({ id }) => id), by(({ code }) => code), by(({ value = '' }) => labelKey(value))];
	return wanted.map((option) => {
		const { id, code, value } = option;
		const marked = id === undefined ? code !== undefined && byCode.get(code) : byId.get(id);
		if (id !== undefined && !marked) throw new UserError(`the field has no option with the ID ${id}`);
		const own = marked || byLabel.get(labelKey(value ?? ''));
		if (!own) return option;
		return { ...option, id: own.id, value: (marked && value) || own.value, ...(own.code && code === undefined ? { code: own.code } : {}) };
	});
}

/** A label is made once, however often it is given. */
function distinct(options: GivenOption[]): GivenOption[] {
	const labels = new Set<string>();
	return options.filter(({ id, value = '' }) => id !== undefined || labels.size < labels.add(labelKey(value)).size);
}

/** A label that is a list, as an expression gives it, is several options. */
const labelsOf = (entry: unknown): unknown[] => {
	const { value, code, id } = (typeof entry === 'object' && entry !== null ? entry : {}) as IDataObject;
	return Array.isArray(value) && isUnset(code) && isUnset(id) ? value : [entry];
};

function optionOf(entry: unknown): GivenOption {
	if (typeof entry !== 'object' || entry === null) return { value: toText(entry) };
	const { value, code, id } = entry as IDataObject;
	if (isUnset(value) && isUnset(id)) throw new UserError(`${show(entry)} has no label`);
	return {
		...(isUnset(id) ? {} : { id: toId(id) }),
		...(isUnset(value) ? {} : { value: toText(value) }),
		...(isUnset(code) ? {} : { code: toText(code) }),
	};
}

interface Branch extends IDataObject {
	id?: number;
	parent_id?: number | null;
	value: string;
	request_id?: string;
	parent_request_id?: string;
}

/** A tree of options as paths, `Clothes / Shoes`; an update adds to the tree that there is. */
export const categories: FieldKind = {
	...bodyKind({ type: 'string', typeOptions: { rows: 3 }, default: '' }, (value) => {
		const paths = Array.isArray(value) ? value.map(toText) : toText(value).split('\n');
		return grown([], paths.filter((path) => path.trim() !== ''));
	}),
	keepsOld: (record, wanted) => {
		const old = ((record.nested ?? []) as Branch[]).map(({ id, parent_id, value, sort }) => ({ id, parent_id, value, sort }) as Branch);
		return grown(old, pathsOf(wanted as Branch[]));
	},
};

/** More levels than that are nobody's tree. */
const MOST_LEVELS = 50;

/** The branches with those of the paths that were missing; new ones are tied together by marks (extended facts 2.2). */
function grown(branches: Branch[], paths: string[]): Branch[] {
	const tree = [...branches];
	const keyOf = (parent: string | number | undefined, value: string): string => JSON.stringify([parent ?? null, labelKey(value)]);
	const known = new Map([...branches].reverse().map((branch) => [keyOf(branch.parent_request_id ?? (branch.parent_id || undefined), branch.value), branch]));
	for (const path of paths) {
		const values = path.split('/').map((part) => part.trim()).filter(Boolean);
		if (values.length > MOST_LEVELS) throw new UserError(`${show(path)} has ${values.length} levels. Give at most ${MOST_LEVELS}.`);
		let parent: Branch | undefined;
		for (const value of values) {
			const key = keyOf(parent?.id ?? parent?.request_id, value);
			let next = known.get(key);
			if (!next) {
				next = { value, request_id: `new-${tree.length}`, sort: tree.length };
				if (parent?.id !== undefined) next.parent_id = parent.id;
				else if (parent) next.parent_request_id = parent.request_id;
				tree.push(next);
				known.set(key, next);
			}
			parent = next;
		}
	}
	return tree;
}

/** The paths of branches that came out of paths: each stands behind its parent. */
function pathsOf(branches: Branch[]): string[] {
	const paths = new Map<string | undefined, string>();
	for (const { request_id: mark, parent_request_id: above, value } of branches) paths.set(mark, above === undefined ? value : `${paths.get(above)} / ${value}`);
	return [...paths.values()];
}

/** Stages as pairs, as a field is required in them (extended facts 2.2). */
export const stagePairs = bodyKind(manyOf(STAGES), (value, context) =>
	stagesOf(value, context).map(({ pipelineId, statusId }) => ({ pipeline_id: pipelineId, status_id: statusId })),
);

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
export const isArchivedFilter = filter(
	{ name: 'isArchived', displayName: 'Archived', description: 'Whether to return archived pipelines only (on), or only those in use (off); without this filter both are returned' },
	{ type: 'boolean', default: false },
	(value) => {
		const wanted = toBoolean(value);
		return { query: {}, accepts: (row) => (row.is_archive === true) === wanted };
	},
);
