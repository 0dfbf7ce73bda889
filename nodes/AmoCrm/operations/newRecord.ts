import { type IDataObject, type INodeProperties, UserError } from 'n8n-workflow';

import type { Entity } from '../entities/types';
import { type WritableField, plainName } from '../fields/fields';
import { isUnset, show, unwrapLocator } from '../fields/values';
import { companionsOf } from './companions';
import { collectedProperties, collection, fieldProperty } from './parameters';
import type { Run } from './types';

/** The form of the entity's own fields for a new record, and how it is read. */

export type Mode = 'create' | 'update';

export function fieldsFor(entity: Entity, mode: Mode): WritableField[] {
	return entity.fields.filter((field) => field.only === undefined || field.only === mode);
}

/** Whether the field stands beside 'Additional Fields', not among them, wherever records are created. */
export const isTopLevel = ({ required, topLevel }: WritableField): boolean => required === true || topLevel === true;

/** The usual fields at the top, the others in a collection, where version 1 of the node has the usual ones too. */
export function createProperties(entity: Entity): INodeProperties[] {
	const fields = fieldsFor(entity, 'create');
	const others = [...fields, ...companionsOf(entity)].filter((field) => !isTopLevel(field)).flatMap((field) => collectedProperties(field, 'create', { isElsewhere: field.usual }));
	return [
		...fields.filter((field) => isTopLevel(field) || field.usual).map((field) => withEmpty(fieldProperty(field, 'create', field), field)),
		collection('Additional Fields', 'additionalFields', 'Add Field', others),
	];
}

/** n8n's input for numbers cannot be left empty. */
const withEmpty = (property: INodeProperties, { usual }: WritableField): INodeProperties =>
	usual && property.type === 'number' ? { ...property, type: 'string', default: '' } : property;

/**
 * What an item sets, at the top or among 'Additional Fields'. At the top an empty text means "not set", unless the field
 * must have one. Throws a `UserError` where the two places say different things.
 */
export function valuesOfNew(run: Run, fields: WritableField[], item: number): IDataObject {
	const values = { ...(run.parameter('additionalFields', item, {}) as IDataObject) };
	const atTop = fields.filter((field) => isTopLevel(field) || field.usual);
	const top = new Map(atTop.map(({ name }) => [name, run.parameter(name, item, '') as IDataObject]));
	for (const field of atTop) {
		const value = top.get(field.name);
		if (!field.required && (isEmpty(value) || isIdle(field, top, values))) continue;
		const other = values[field.name];
		if (!isEmpty(other) && textOf(other) !== textOf(value)) {
			throw new UserError(`'${plainName(field)}' is ${show(unwrapLocator(value))} in the form and ${show(unwrapLocator(other))} among 'Additional Fields'. Leave one of them out.`);
		}
		values[field.name] = value;
	}
	return values;
}

/** A choice always stands for something: alone it says nothing, and untouched it gives way to what stands elsewhere. */
function isIdle({ name, needs, property, kind }: WritableField, top: Map<string, unknown>, others: IDataObject): boolean {
	const preset = property?.default ?? kind.property.default;
	if (needs === undefined || typeof preset !== 'string' || preset === '' || !isUnset(top.get(needs))) return false;
	return isUnset(others[needs]) || top.get(name) === preset;
}

/** An empty value, or a list of blocks without any. */
const isEmpty = (value: unknown): boolean => isUnset(value) || JSON.stringify(value) === '{}';

const textOf = (value: unknown): string => {
	const plain = unwrapLocator(value);
	return typeof plain === 'object' ? JSON.stringify(plain) : String(plain).trim();
};
