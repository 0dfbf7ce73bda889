import type { INodeProperties } from 'n8n-workflow';

import { named } from '../fields/fields';
import { type LocatorTarget, type PickContext, idIn, linkedOne, recordLocator } from '../fields/locator';
import { type RecordTarget, CATALOG, RECORD_NAMES } from '../fields/targets';
import { listSource } from '../fields/sources';
import { isUnset, optionIn, optionsOf } from '../fields/values';
import { type Entity, type Parent, inSentence } from './types';

/** Where entities are: below a record, or below a kind of records. */

const BRACES = /\{(\w+)\}/g;

/** The entity with its place for the values that parameters have. Throws a `UserError` that names the parameter. */
export function entityAt(entity: Entity, valueOf: (parameter: string) => unknown, context: PickContext): Entity {
	if (!entity.parents) return entity;
	const segments = new Map(entity.parents.map(({ name, segment }) => [name, segment(valueOf, context)]));
	const { pathBelow: path } = entity;
	const isBelow = path !== undefined && [...segments.values()].every((segment) => segment !== '');
	return inBraces(isBelow ? { ...entity, path } : entity, (name) => segments.get(name) ?? '');
}

function inBraces(entity: Entity, segmentOf: (name: string) => string): Entity {
	const filled = (text: string) => text.replace(BRACES, (_, name: string) => segmentOf(name));
	const { path, cardPath, fieldsPath } = entity;
	return { ...entity, path: filled(path), ...(cardPath === undefined ? {} : { cardPath: filled(cardPath) }), ...(fieldsPath === undefined ? {} : { fieldsPath: filled(fieldsPath) }) };
}

/** What the picker of such a record picks; links lead to its card or its API address. */
export function targetOf(entity: Entity): LocatorTarget {
	const { path, cardPath } = inBraces(entity, (name) => entity.parents?.find((parent) => parent.name === name)?.pattern ?? '');
	const { displayName, listSearchMethod, id, collection, picker, isDictionary, list, host } = entity;
	const isText = id?.kind === 'text';
	// Rows that their names tell apart, and that are few.
	const hasNames = (isDictionary === true && host === undefined) || (picker?.search === 'local' && picker.label === undefined);
	const source = listSource({ noun: inSentence(displayName), path, collection, unpaged: list?.unpaged, maxPageSize: list?.pageSize, idKey: id?.key, ids: id?.pattern });
	const linkPaths = isText ? [] : [...(cardPath === undefined ? [] : [cardPath]), `api/v4${path}`];
	return { noun: inSentence(displayName), listSearchMethod, linkPaths, ...(isText ? { hasTextIds: isText, example: id.example, textLink: id.link } : {}), ...(hasNames ? { source } : {}) };
}

interface ParentLook {
	name: string;
	displayName: string;
	description: string;
	/** Whether it may be left empty. */
	isOptional?: true;
}

/** Below one record: the pipeline of a stage, the list of an element. */
export function below(target: LocatorTarget, { isOptional, ...look }: ParentLook): Parent {
	const { name } = look;
	return {
		name,
		properties: [{ ...look, ...recordLocator(target), ...(isOptional ? {} : { required: true }) } as INodeProperties],
		segment: (valueOf, context) =>
			isOptional && isUnset(valueOf(name)) ? '' : named(look.displayName, () => String(idIn(target, valueOf(name), context))),
		pattern: '\\d+',
	};
}

/** A picker whose link says which kind of record it leads to. */
interface KindPicker {
	displayName: string;
	name: string;
	targets: RecordTarget[];
}

/** Below all records of one kind, which the user chooses by `entityType`; a link in one of `pickers` says it itself. */
export function ofKind(look: { displayName: string; description: string }, kinds: Array<{ name: string; value: string }>, pickers: KindPicker[] = []): Parent {
	return {
		name: 'entityType',
		properties: [{ ...look, name: 'entityType', type: 'options', options: kinds, default: 'leads' }],
		segment: (valueOf, context) => {
			const linked = pickers.flatMap((picker) => named(picker.displayName, () => linkedOne(picker.targets, valueOf(picker.name), context.accountUrl)?.type ?? []));
			return linked[0] ?? named(look.displayName, () => optionIn(kinds, valueOf('entityType') || 'leads'));
		},
		pattern: '[a-z]+',
	};
}

const CATALOGS = { name: 'List', value: 'catalogs' };
const SEGMENTS = { name: 'Segment', value: 'segments' };

export const CARD_KINDS = optionsOf(RECORD_NAMES);

/** What has custom fields, and what has groups of them (extended facts 2.1). */
export const FIELD_OWNERS = [...CARD_KINDS, CATALOGS, SEGMENTS];
export const GROUP_OWNERS = [...CARD_KINDS, CATALOGS];

/** Below a kind of records, or below one list. */
// With an expression for the kind, n8n would demand a list of every other one too; the node itself does where it needs one.
export function fieldOwner(description: string, kinds: Array<{ name: string; value: string }>): Parent {
	const look = { displayName: 'Record Type', description };
	const kind = ofKind(look, kinds);
	const list = below(CATALOG, { name: 'catalogId', displayName: 'List', description: 'The list (catalog) whose elements are meant' });
	return {
		...kind,
		properties: [...kind.properties, ...list.properties.map((property) => ({ ...property, required: false, displayOptions: { show: { entityType: ['catalogs'] } } }))],
		segment: (valueOf, context) => {
			const chosen = kind.segment(valueOf, context);
			if (chosen === SEGMENTS.value) return 'customers/segments';
			return chosen === CATALOGS.value ? `catalogs/${list.segment(valueOf, context)}` : chosen;
		},
		pattern: '[a-z]+(?:/\\w+)?',
	};
}
