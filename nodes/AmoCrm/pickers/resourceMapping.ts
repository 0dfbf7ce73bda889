import type { FieldType, ILoadOptionsFunctions, ResourceMapperField, ResourceMapperFields } from 'n8n-workflow';

import type { FieldDefinition } from '../fields/dictionaries';
import { fieldDefinitions } from '../fields/dictionaries';
import { asError, clientOf, fieldsPathOf } from './read';

/** The input that fits each field type best; what is not here is a text. n8n has no input for several choices. */
const INPUTS: Record<string, FieldType> = {
	numeric: 'number',
	price: 'number',
	monetary: 'number',
	// n8n shows a switch that nobody has touched as on, although it has no value.
	checkbox: 'options',
	date: 'dateTime',
	birthday: 'dateTime',
	date_time: 'dateTime',
	select: 'options',
	radiobutton: 'options',
	category: 'options',
};

/** The account's own fields of the chosen resource as the columns of the mapper. */
export async function getCustomFields(this: ILoadOptionsFunctions): Promise<ResourceMapperFields> {
	const path = fieldsPathOf(this);
	return path === undefined ? { fields: [] } : await columnsOf(this, path);
}

/** Fields of the contact and company that are created together with a lead. */
export async function getContactCustomFields(this: ILoadOptionsFunctions): Promise<ResourceMapperFields> {
	return await columnsOf(this, '/contacts');
}

export async function getCompanyCustomFields(this: ILoadOptionsFunctions): Promise<ResourceMapperFields> {
	return await columnsOf(this, '/companies');
}

async function columnsOf(context: ILoadOptionsFunctions, path: string): Promise<ResourceMapperFields> {
	const result = await fieldDefinitions(await clientOf(context), path);
	if (!result.ok) throw asError(context, result.failure);
	const fields = result.value.filter((field) => !field.computed).map(toColumn);
	return { fields, ...(fields.length === 0 ? { emptyFieldsNotice: 'The account has no custom fields here.' } : {}) };
}

/** What to type where that is no plain text; n8n cuts a column's name at 30 letters. */
const FORMS: Record<string, string> = {
	multiselect: 'several',
	multitext: 'several',
	items: 'JSON',
	linked_entity: 'ID',
	chained_list: 'JSON',
	file: 'UUID',
	supplier: 'ID',
};

const YES_OR_NO = [
	{ name: 'Yes', value: true },
	{ name: 'No', value: false },
];

const toOption = (option: FieldDefinition['enums'][number]) => ({ name: option.path, value: String(option.id) });

function toColumn(field: FieldDefinition): ResourceMapperField {
	const stages = field.requiredIn === 1 ? '1 stage' : `${field.requiredIn} stages`;
	const notes = [field.requiredIn > 0 ? `required in ${stages}` : [], FORMS[field.type] ?? []].flat();
	return {
		id: String(field.id),
		displayName: notes.length > 0 ? `${field.name} (${notes.join(', ')})` : field.name,
		required: false,
		defaultMatch: false,
		display: true,
		type: INPUTS[field.type] ?? 'string',
		defaultValue: null,
		...(INPUTS[field.type] === 'options' ? { options: field.type === 'checkbox' ? YES_OR_NO : field.enums.map(toOption) } : {}),
	};
}
