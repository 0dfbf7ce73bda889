import { z } from 'zod';
import { requestId } from '../entities/schemas';
import { fieldMissing, notSupportedChoice, type FieldError } from '../http/problems';
import { isRecord } from '../http/query';
import { makeField } from '../seed/fields';
import type { CustomFieldRow, FieldEnum, FieldOwner } from '../store/rows';
import type { World } from '../world';
import { FIELD_RULES } from './types';

/** Making and changing custom fields. facts: extended 2.1-2.3 */

const int = z.number().int();
const option = z.strictObject({ id: int.nullish(), value: z.string().min(1), sort: int.optional(), code: z.string().nullish() });
const branch = z.strictObject({
	id: int.nullish(),
	parent_id: int.nullish(),
	value: z.string().min(1),
	sort: int.optional(),
	request_id: requestId,
	parent_request_id: requestId,
});

/** Also as a map by the catalog's id. facts: extended 12 */
const listOfMap = (value: unknown): unknown =>
	isRecord(value) ? Object.entries(value).map(([id, list]) => (isRecord(list) ? { catalog_id: Number(id), ...list } : list)) : value;

const shape = {
	name: z.string().min(1).max(255),
	code: z.string().max(255).nullish(),
	sort: int.optional(),
	group_id: z.string().nullish(),
	is_api_only: z.boolean().optional(),
	is_visible: z.boolean().optional(),
	is_required: z.boolean().optional(),
	is_deletable: z.boolean().optional(),
	settings: z.unknown().optional(),
	required_statuses: z.array(z.strictObject({ status_id: int, pipeline_id: int })).nullish(),
	hidden_statuses: z.array(z.unknown()).nullish(),
	enums: z.array(option).nullish(),
	nested: z.array(branch).nullish(),
	remind: z.enum(['never', 'day', 'week', 'month']).nullish(),
	currency: z.string().length(3).nullish(),
	tracking_callback: z.string().nullish(),
	search_in: z.union([z.string(), int]).nullish(),
	chained_lists: z.preprocess(listOfMap, z.array(z.strictObject({ catalog_id: int, parent_catalog_id: int.nullish(), title: z.string().nullish() })).max(5).nullish()),
	request_id: requestId,
};

export const CREATE_FIELD = z.strictObject({ ...shape, type: z.string(), entity_type: z.string().optional() });
export const UPDATE_FIELD = z.strictObject({ ...shape, id: int.optional(), type: z.string().optional(), entity_type: z.string().optional() }).partial();

type FieldInput = z.infer<typeof UPDATE_FIELD>;

/** Where each type lives; a type not listed lives everywhere. facts: extended 2.3 */
const HOMES: Readonly<Record<string, readonly string[]>> = {
	birthday: ['contacts', 'leads', 'companies'],
	smart_address: ['contacts', 'leads', 'companies'],
	legal_entity: ['contacts', 'leads', 'companies', 'catalogs'],
	multitext: ['contacts'],
	tracking_data: ['leads'],
	monetary: ['contacts', 'leads', 'companies', 'customers'],
	chained_list: ['leads', 'customers'],
	file: ['contacts', 'leads', 'companies', 'customers'],
	price: ['catalogs'],
	category: ['catalogs'],
	items: ['catalogs'],
	linked_entity: ['catalogs'],
	payer: ['catalogs'],
	supplier: ['catalogs'],
	org_legal_name: ['catalogs'],
};

const WITH_OPTIONS = new Set(['select', 'multiselect', 'radiobutton']);

export function checkNewField({ account }: World, owner: FieldOwner, data: z.infer<typeof CREATE_FIELD>): FieldError[] {
	const home = owner.split('/')[0] ?? owner;
	const errors: FieldError[] = [];
	if (!FIELD_RULES[data.type] || HOMES[data.type]?.includes(home) === false) errors.push(notSupportedChoice('type'));
	const taken = data.code && account.fieldsOf(owner).some(({ code }) => code === data.code);
	if (taken) errors.push(notSupportedChoice('code'));
	if (WITH_OPTIONS.has(data.type) && !data.enums?.length) errors.push(fieldMissing('enums'));
	return errors;
}

export function createField({ account }: World, owner: FieldOwner, data: z.infer<typeof CREATE_FIELD>): CustomFieldRow {
	const field = makeField(account, owner, data.name, data.type, {
		...(data.sort === undefined ? {} : { sort: data.sort }),
		code: data.code ?? null,
		group_id: data.group_id ?? null,
		is_api_only: data.is_api_only ?? false,
		is_visible: data.is_visible ?? true,
		is_required: data.is_required ?? false,
		required_statuses: data.required_statuses ?? [],
		remind: data.remind ?? (data.type === 'birthday' ? 'never' : null),
		currency: data.currency ?? (data.type === 'monetary' ? account.info.currency : null),
		tracking_callback: data.tracking_callback ?? null,
		search_in: data.search_in === undefined || data.search_in === null ? null : String(data.search_in),
		chained_lists: chained(data),
	});
	const enums = optionsOf(account, undefined, data);
	if (enums) account.customFields.change(field, { enums });
	return field;
}

const chained = ({ chained_lists }: FieldInput) =>
	chained_lists?.map(({ catalog_id, parent_catalog_id = null, title = null }) => ({ catalog_id, parent_catalog_id, title })) ?? null;

export function updateField({ account }: World, field: CustomFieldRow, data: FieldInput): void {
	const given = <K extends keyof FieldInput & keyof CustomFieldRow>(...keys: K[]) =>
		Object.fromEntries(keys.filter((key) => data[key] !== undefined).map((key) => [key, data[key]])) as Partial<CustomFieldRow>;
	const enums = optionsOf(account, field, data);
	account.customFields.change(field, {
		...given('name', 'code', 'sort', 'group_id', 'is_api_only', 'is_visible', 'is_required', 'remind', 'currency', 'tracking_callback'),
		...(data.required_statuses === undefined ? {} : { required_statuses: data.required_statuses ?? [] }),
		// A field that only the API edits cannot be required of a person.
		...(data.is_api_only ? { required_statuses: [] } : {}),
		...(data.chained_lists === undefined ? {} : { chained_lists: chained(data) }),
		...(enums ? { enums } : {}),
	});
}

/** Options with a known id stay, those without are made, the rest disappear. facts: extended 2.2 */
function optionsOf(account: World['account'], field: CustomFieldRow | undefined, { enums, nested }: FieldInput): FieldEnum[] | undefined {
	if (nested) return branchesOf(account, nested);
	if (!enums) return undefined;
	return enums.map(({ id, value, sort, code }, index) => {
		const known = field?.enums?.find((entry) => entry.id === id);
		// The options of a phone have no codes, not even null.
		const own = known && !('code' in known) ? {} : { code: code ?? known?.code ?? null };
		return { id: known?.id ?? account.nextSmallId(), value, sort: sort ?? index, ...own };
	});
}

function branchesOf(account: World['account'], nested: z.infer<typeof branch>[]): FieldEnum[] {
	const made = new Map<string, number>();
	return nested.map(({ id, parent_id, value, sort = 0, request_id, parent_request_id }) => {
		const own = id ?? account.nextSmallId();
		if (request_id !== undefined) made.set(String(request_id), own);
		return { id: own, value, sort, parent_id: parent_id ?? made.get(String(parent_request_id)) ?? null };
	});
}
