import type { FieldType, ILoadOptionsFunctions, ResourceMapperField, ResourceMapperFields } from 'n8n-workflow';

import type { FieldDefinition } from '../fields/dictionaries';
import { fieldDefinitions } from '../fields/dictionaries';
import { isVersion1 } from '../fields/version';
import { fieldsPathOf, fromAccount } from './read';

/**
 * The input that fits each field type best; what is not here is a text. n8n's mapper keeps no list: several options of a
 * field are an expression with commas between them, one is chosen from the list.
 */
const INPUTS: Record<string, FieldType> = {
	numeric: 'number', price: 'number', monetary: 'number',
	// n8n shows a switch that nobody has touched as on, although it has no value.
	checkbox: 'options',
	date: 'dateTime', birthday: 'dateTime', date_time: 'dateTime',
	select: 'options', radiobutton: 'options', category: 'options',
	multiselect: 'options',
};

/** Fields that the form has at another place. */
const ELSEWHERE = ['PHONE', 'EMAIL'];

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
	const { type, typeVersion } = context.getNode();
	const look: Look = { isTool: type.endsWith('Tool'), isSecond, isVersion1: isVersion1({ typeVersion }) };
	const written = definitions.filter((field) => !field.computed && (look.isVersion1 || !ELSEWHERE.includes(field.code ?? '')));
	const fields = written.map((field) => toColumn(field, look));
	return { fields, ...(fields.length === 0 ? { emptyFieldsNotice: 'There are no custom fields here in amoCRM yet.' } : {}) };
}

/** Where the columns are shown. */
interface Look {
	isTool: boolean;
	isSecond: boolean;
	/** What was saved with a text for several options, and with phones among the columns, stays so. */
	isVersion1: boolean;
}

/**
 * n8n tells an AI model the name of a field in Latin letters and puts "_" for every other: many names become the same,
 * and one value would go to all of their fields.
 */
const isAmbiguousForModel = ({ name }: FieldDefinition): boolean => /[^\x20-\x7e]/.test(name);

/** What to type where that is no plain text, in signs of every language. */
const FORMS: Record<string, string> = {
	multiselect: '…, …',
	multitext: '…, …',
	items: 'JSON',
	linked_entity: 'ID / URL',
	chained_list: 'URL, URL',
	file: 'data / UUID',
	supplier: 'ID / URL',
};

const YES_OR_NO = [
	{ name: 'Yes', value: true },
	{ name: 'No', value: false },
];

const toOption = (option: FieldDefinition['enums'][number]) => ({ name: option.path, value: String(option.id) });

/** The field's name, with a star where stages ask for it, and what to type. */
function labelOf({ name, type, requiredIn, enums }: FieldDefinition, isText: boolean): string {
	const form = type === 'multiselect' && isText ? enums.map(({ path }) => path).join(', ') : FORMS[type];
	return `${requiredIn > 0 ? '* ' : ''}${name}${form ? ` (${form})` : ''}`;
}

function toColumn(field: FieldDefinition, { isTool, isSecond, isVersion1: isOld }: Look): ResourceMapperField {
	const known = INPUTS[field.type] ?? 'string';
	const type = field.type === 'multiselect' && (isTool || isOld) ? 'string' : known;
	const label = labelOf(field, type === 'string');
	return {
		id: String(field.id),
		displayName: isTool && (isSecond || isAmbiguousForModel(field)) ? `${label} · ${field.id}` : label,
		required: false,
		defaultMatch: false,
		display: true,
		type,
		defaultValue: null,
		...(type === 'options' ? { options: field.type === 'checkbox' ? YES_OR_NO : field.enums.map(toOption) } : {}),
	};
}
