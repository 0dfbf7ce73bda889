import type { FieldType, ILoadOptionsFunctions, ResourceMapperField, ResourceMapperFields } from 'n8n-workflow';

import { type FieldDefinition, fieldDefinitions } from '../fields/dictionaries';
import { isVersion1 } from '../fields/version';
import { fieldsPathOf, fromAccount } from './read';

/**
 * The input that fits each field type best; what is not here is a text. n8n's mapper keeps no list (it shows a column of the
 * type multiOptions, but what is clicked there gets lost): several options of a field are an expression with commas
 * between them, one is chosen from the list.
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
	multiselect: '…, …', multitext: '…, …', items: 'JSON', linked_entity: 'ID / URL', chained_list: 'URL, URL', file: 'data / UUID', supplier: 'ID / URL',
};

const YES_OR_NO = [{ name: 'Yes', value: true }, { name: 'No', value: false }];

const toOption = (option: FieldDefinition['enums'][number]) => ({ name: option.path, value: String(option.id) });

/** How much of a name goes to an AI model with the ID behind it: n8n cuts names at 63 signs. */
const NAME_LENGTH = 45;

/** The field's name, with a star where stages ask for it, and what to type: a text in place of a choice has no list. */
function labelOf(field: FieldDefinition, { isTool, isSecond }: Look, isText: boolean): string {
	const { id, name, type, requiredIn, enums } = field;
	const choices = type === 'checkbox' ? ['1', '0'] : enums.map(({ path }) => path);
	const form = isText ? choices.join(type === 'multiselect' ? ', ' : ' / ') : FORMS[type];
	const own = isTool && (isSecond || isAmbiguousForModel(field)) ? `${name.slice(0, NAME_LENGTH)} · ${id}` : name;
	return `${requiredIn > 0 ? '* ' : ''}${own}${form ? ` (${form})` : ''}`;
}

function toColumn(field: FieldDefinition, look: Look): ResourceMapperField {
	const type = INPUTS[field.type] ?? 'string';
	const isChoice = type === 'options';
	// n8n has no button at a choice that lets a model fill it.
	const isText = isChoice && (look.isTool || (look.isVersion1 && field.type === 'multiselect'));
	return {
		id: String(field.id),
		displayName: labelOf(field, look, isText),
		required: false,
		defaultMatch: false,
		display: true,
		type: isText ? 'string' : type,
		defaultValue: null,
		...(isChoice && !isText ? { options: field.type === 'checkbox' ? YES_OR_NO : field.enums.map(toOption) } : {}),
	};
}
