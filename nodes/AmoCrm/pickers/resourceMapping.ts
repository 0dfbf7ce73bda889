import type { FieldType, ILoadOptionsFunctions, ResourceMapperField, ResourceMapperFields } from 'n8n-workflow';

import type { FieldDefinition } from '../fields/dictionaries';
import { fieldDefinitions } from '../fields/dictionaries';
import { fieldsPathOf, fromAccount } from './read';

/** The input that fits each field type best; what is not here is a text. n8n has no input for several choices. */
const INPUTS: Record<string, FieldType> = {
	numeric: 'number', price: 'number', monetary: 'number',
	// n8n shows a switch that nobody has touched as on, although it has no value.
	checkbox: 'options',
	date: 'dateTime', birthday: 'dateTime', date_time: 'dateTime',
	select: 'options', radiobutton: 'options', category: 'options',
};

/** The account's own fields of the chosen resource as the columns of the mapper. */
export async function getCustomFields(this: ILoadOptionsFunctions): Promise<ResourceMapperFields> {
	const path = await fieldsPathOf(this);
	return path === undefined ? { fields: [], emptyFieldsNotice: "Choose a 'List' first: its fields come then." } : await columnsOf(this, path);
}

/** Fields of the records that are created together: a contact and a company with their lead, all three with an incoming lead. */
const besideLead = (path: string) =>
	async function (this: ILoadOptionsFunctions): Promise<ResourceMapperFields> {
		return await columnsOf(this, path, { isSecond: true });
	};

export const getLeadCustomFields = besideLead('/leads');
export const getContactCustomFields = besideLead('/contacts');
export const getCompanyCustomFields = besideLead('/companies');

/** `isSecond`: the form has another mapper, which may have fields of the same names. */
async function columnsOf(context: ILoadOptionsFunctions, path: string, { isSecond = false } = {}): Promise<ResourceMapperFields> {
	const definitions = await fromAccount(context, async (client) => await fieldDefinitions(client, path));
	const isTool = context.getNode().type.endsWith('Tool');
	const written = definitions.filter((field) => !field.computed);
	const fields = written.map((field) => toColumn(field, isTool && (isSecond || isAmbiguousForModel(field))));
	return { fields, ...(fields.length === 0 ? { emptyFieldsNotice: 'There are no custom fields here in amoCRM yet.' } : {}) };
}

/**
 * n8n tells an AI model the name of a field in Latin letters and puts "_" for every other: many names become the same,
 * and one value would go to all of their fields.
 */
const isAmbiguousForModel = ({ name }: FieldDefinition): boolean => /[^\x20-\x7e]/.test(name);

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
	const form = [FORMS[type] ?? []].flat();
	const withNotes = (notes: string[]) => (notes.length > 0 ? `${name} (${notes.join(', ')})` : name);
	if (requiredIn === 0) return withNotes(form);
	const inWords = withNotes([`required in ${requiredIn === 1 ? '1 stage' : `${requiredIn} stages`}`, ...form]);
	return inWords.length <= SHOWN ? inWords : `* ${withNotes(form)}`;
}

function toColumn(field: FieldDefinition, withId: boolean): ResourceMapperField {
	return {
		id: String(field.id),
		displayName: withId ? `${labelOf(field)} · ${field.id}` : labelOf(field),
		required: false,
		defaultMatch: false,
		display: true,
		type: INPUTS[field.type] ?? 'string',
		defaultValue: null,
		...(INPUTS[field.type] === 'options' ? { options: field.type === 'checkbox' ? YES_OR_NO : field.enums.map(toOption) } : {}),
	};
}
