import { type CustomFieldValue, definitionOf } from './customFields';
import type { FieldDefinition } from './dictionaries';
import { entriesTotal } from './multitext';

/** Adds up what several items say of one field of the same record, in the order of the items. */
export interface Total<T = unknown> {
	/** Takes time for this value only, however many came before. */
	add: (value: unknown) => void;
	value: () => T;
}

export interface TotalContext {
	/** ISO code of the country whose phone numbers are written without a calling code. */
	country: string;
	accountUrl: string;
	definitions: FieldDefinition[];
}

/** The entries of all values, those with the same key once. */
export function listTotal(entriesOf: (value: unknown) => unknown[], keyOf: (entry: unknown) => string): Total {
	const all = new Map<string, unknown>();
	return {
		add: (value) => {
			for (const entry of entriesOf(value)) if (!all.has(keyOf(entry))) all.set(keyOf(entry), entry);
		},
		value: () => [...all.values()],
	};
}

/** Lists of custom fields: the later value of a field counts, those of fields that hold several add up. */
export function customFieldsTotal(context: TotalContext): Total<CustomFieldValue[]> {
	const all = new Map<string, { field: CustomFieldValue; total?: Total }>();
	const add = (field: CustomFieldValue): void => {
		const definition = definitionOf(field, context.definitions);
		const key = String(definition?.id ?? field.field_code ?? field.field_id);
		const total = field.values === null ? undefined : (all.get(key)?.total ?? valuesTotal(field, context, definition));
		total?.add(field.values);
		all.set(key, { field, total });
	};
	return {
		add: (fields) => {
			for (const field of fields as CustomFieldValue[]) add(field);
		},
		value: () => [...all.values()].map(({ field, total }) => (total ? ({ ...field, values: total.value() } as CustomFieldValue) : field)),
	};
}

function valuesTotal({ field_code: code }: CustomFieldValue, { country }: TotalContext, definition?: FieldDefinition): Total | undefined {
	if (definition?.type === 'multiselect') return listTotal((values) => values as unknown[], (entry) => JSON.stringify(entry));
	if (definition ? definition.type === 'multitext' : code !== undefined) return entriesTotal({ code: definition?.code ?? code ?? null }, country);
	return undefined;
}
