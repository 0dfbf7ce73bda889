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
	return path === undefined ? { fields: [], emptyFieldsNotice: "Choose a 'List' first: its fields come then." } : await columnsOf(this, path);
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
	return { fields, ...(fields.length === 0 ? { emptyFieldsNotice: 'There are no custom fields here in amoCRM yet.' } : {}) };
}

/** What to type where that is no plain text. */
const FORMS: Record<string, string> = {
	multiselect: 'several',
	multitext: 'several',
	items: 'JSON',
	linked_entity: 'ID or link',
	chained_list: 'links',
	file: 'UUID',
	supplier: 'ID or link',
};

const YES_OR_NO = [
	{ name: 'Yes', value: true },
	{ name: 'No', value: false },
];

const toOption = (option: FieldDefinition['enums'][number]) => ({ name: option.path, value: String(option.id) });

/** As many letters of a column's name as n8n shows. */
const SHOWN = 30;

/** The field's name, with the stages that ask for it and what to type. A star stands for the stages where they do not fit. */
function labelOf({ name, type, requiredIn }: FieldDefinition): string {
	const form = FORMS[type] ?? [];
	const withNotes = (notes: string[]) => (notes.length > 0 ? `${name} (${notes.join(', ')})` : name);
	if (requiredIn === 0) return withNotes([form].flat());
	const inWords = withNotes([`required in ${requiredIn === 1 ? '1 stage' : `${requiredIn} stages`}`, form].flat());
	return inWords.length <= SHOWN ? inWords : `* ${withNotes([form].flat())}`;
}

function toColumn(field: FieldDefinition): ResourceMapperField {
	return {
		id: String(field.id),
		displayName: labelOf(field),
		required: false,
		defaultMatch: false,
		display: true,
		type: INPUTS[field.type] ?? 'string',
		defaultValue: null,
		...(INPUTS[field.type] === 'options' ? { options: field.type === 'checkbox' ? YES_OR_NO : field.enums.map(toOption) } : {}),
	};
}
