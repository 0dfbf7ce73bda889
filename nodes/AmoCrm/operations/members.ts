import type { IDataObject, INodeProperties } from 'n8n-workflow';

import { type Entity, inSentence } from '../entities/types';
import { encodeDraft } from '../fields/fields';
import { customFieldsMapper } from '../fields/mapper';
import { withoutUnset } from '../fields/values';
import { type Mapping, mappedFieldsOf, mappingOf, usesMapper } from './mapping';
import { fieldsFor } from './newRecord';
import { collection, fieldProperty, valueContext } from './parameters';
import type { Run } from './types';

/** Records that are made together with another, each from fields and a mapper of its own: a contact with its lead. */

/** Its parameters, and the method that fills the mapper. */
const namesOf = ({ value, displayName }: Entity) => ({ fields: `${value}Fields`, mapper: `${value}CustomFields`, mapperMethod: `get${displayName}CustomFields` });

export function newMemberProperties(entity: Entity): INodeProperties[] {
	const names = namesOf(entity);
	return [
		collection(`${entity.displayName} Fields`, names.fields, 'Add Field', newFields(entity).map((field) => fieldProperty(field, 'create'))),
		{ ...customFieldsMapper(`${entity.displayName} Custom Fields`, names.mapper, names.mapperMethod), description: `Custom fields of the new ${inSentence(entity.displayName)}; empty ones are not sent` },
	];
}

/**
 * They need no links of their own. Each name is the only one in
 * the form: where an AI model fills in parameters, n8n gives it one value for all that have the same name.
 */
function newFields(entity: Entity) {
	return fieldsFor(entity, 'create')
		.filter(({ name }) => name !== 'companyId')
		.map((field) => ({ ...field, displayName: nameInForm(entity, field.displayName), ...(field.name === 'customFieldsJson' ? SHORT : {}) }));
}

const SHORT = { description: "Array in the form of amoCRM's custom_fields_values" };

/** 'Custom' would be cut off in the editor. */
const nameInForm = (entity: Entity, name: string): string => `${entity.displayName} ${name.replace(/^Custom /, '')}`;

/** What it takes to encode the mapped fields of each. */
export async function memberMappings(run: Run, members: Entity[]): Promise<Map<Entity, Mapping>> {
	const mappings = new Map<Entity, Mapping>();
	for (const member of members) mappings.set(member, await mappingOf(run, member, usesMapper(run, namesOf(member).mapper)));
	return mappings;
}

/** The body of a new one; nothing where an item gives no field of it. */
export function newMember(run: Run, item: number, entity: Entity, mapping: Mapping): IDataObject | undefined {
	const names = namesOf(entity);
	const given = withoutUnset(run.parameter(names.fields, item, {}) as IDataObject);
	const { values, mapped } = mappedFieldsOf(run, item, { entity, mapping, values: given, parameter: names.mapper });
	const { body } = encodeDraft(newFields(entity), { ...valueContext(run, entity), mode: 'create', values, mapped });
	return Object.keys(body).length > 0 ? body : undefined;
}
