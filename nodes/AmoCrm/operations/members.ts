import type { IDataObject, INodeProperties } from 'n8n-workflow';

import { type Entity, inSentence } from '../entities/types';
import { encodeDraft, named } from '../fields/fields';
import { customFieldsMapper } from '../fields/mapper';
import { optionIn, withoutUnset } from '../fields/values';
import { type Mapping, mappedFieldsOf, mappingOf, usesMapper } from './mapping';
import { fieldsFor } from './newRecord';
import { collection, declared, idProperty, readId, valueContext } from './parameters';
import type { Run } from './types';

/** Records that are made together with another, each from fields and a mapper of its own: a contact with its lead. */

/** Its parameters, and the method that fills the mapper. */
const namesOf = ({ value, displayName }: Entity) => ({ fields: `${value}Fields`, mapper: `${value}CustomFields`, mapperMethod: `get${displayName}CustomFields` });

/** The parameter that says where it comes from. */
const modeOf = ({ value }: Entity) => `${value}Mode`;

const MODES = [
	{ name: 'Create New', value: 'create', description: 'A new one from the fields below; none for an item without any of them' },
	{ name: 'Link Existing', value: 'existing', description: 'One that is in amoCRM already, which does not change' },
	{ name: 'None', value: 'none', description: 'The lead gets none' },
];

/** The choice between an existing one and the fields of a new one. */
export function memberProperties(entity: Entity): INodeProperties[] {
	const mode = modeOf(entity);
	const noun = inSentence(entity.displayName);
	const shownFor = (chosen: string) => ({ displayOptions: { show: { [mode]: [chosen] } } });
	return [
		{ displayName: entity.displayName, name: mode, type: 'options', options: MODES, default: 'create', description: `Which ${noun} the lead gets` },
		{
			...idProperty(entity),
			displayName: `Existing ${entity.displayName}`,
			// With an expression for the mode, n8n would demand it for new contacts too; the node itself does for known ones.
			required: false,
			...shownFor('existing'),
			description: `The ${noun} to link to the lead`,
		},
		...newMemberProperties(entity).map((property) => ({ ...property, ...shownFor('create') })),
	];
}

export function newMemberProperties(entity: Entity): INodeProperties[] {
	const names = namesOf(entity);
	return [
		collection(`${entity.displayName} Fields`, names.fields, 'Add Field', newFields(entity).map(declared)),
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

/** Reads what an item gives of each, as it stands in `_embedded`; `check` throws what is wrong with a body. */
export async function memberReader(run: Run, members: Entity[], check: (member: Entity, body: IDataObject) => void): Promise<(item: number) => IDataObject> {
	const mappings = new Map<Entity, Mapping>();
	for (const member of members) mappings.set(member, await mappingOf(run, member, usesMapper(run, namesOf(member).mapper)));
	return (item) => {
		const inside = [...mappings].flatMap(([member, mapping]) => {
			const body = memberBody(run, item, member, mapping);
			if (body) check(member, body);
			return body ? [[member.collection, [body]] as const] : [];
		});
		return Object.fromEntries(inside);
	};
}

/** An existing one or a new one, where the form has that choice; nothing where an item gives no field of a new one. */
function memberBody(run: Run, item: number, entity: Entity, mapping: Mapping): IDataObject | undefined {
	const mode = named(entity.displayName, () => optionIn(MODES, run.parameter(modeOf(entity), item, 'create')));
	if (mode === 'none') return undefined;
	if (mode === 'existing') return { id: readId(run, entity, item) };
	const names = namesOf(entity);
	const given = withoutUnset(run.parameter(names.fields, item, {}) as IDataObject);
	const { values, mapped } = mappedFieldsOf(run, item, { entity, mapping, values: given, parameter: names.mapper });
	const { body } = encodeDraft(newFields(entity), { ...valueContext(run, entity), mode: 'create', values, mapped });
	return Object.keys(body).length > 0 ? body : undefined;
}
