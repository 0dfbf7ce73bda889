import type { IDataObject } from 'n8n-workflow';

/** Keys that say nothing to a person, or that the simplified row shows in another form. */
const LEFT_OUT = new Set(['_links', '_embedded', 'account_id', 'custom_fields_values', 'group_id', 'request_id']);

/**
 * A flat row out of amoCRM's record: its own fields under amoCRM's names, moments as ISO dates (UTC), tags as names,
 * linked records as IDs, and custom fields under their own names. Values of a custom field with several values are a list.
 */
export function simplify(row: IDataObject): IDataObject {
	const simple: IDataObject = {};
	for (const [key, value] of Object.entries(row)) {
		if (!LEFT_OUT.has(key)) simple[key] = isMoment(key, value) ? toIso(value as number) : value;
	}
	if (Array.isArray(simple.result) || isTextObject(simple.result)) {
		// A task without a result has an empty array there (core facts 12).
		simple.result = Array.isArray(simple.result) ? '' : ((simple.result as IDataObject).text ?? '');
	}
	Object.assign(simple, simpleEmbedded((row._embedded ?? {}) as IDataObject));
	for (const field of listOf(row.custom_fields_values)) {
		const name = String(field.field_name ?? field.field_code ?? field.field_id);
		simple[name in simple ? `${name} (field ${String(field.field_id)})` : name] = simpleFieldValue(field);
	}
	return simple;
}

function simpleEmbedded(embedded: IDataObject): IDataObject {
	const simple: IDataObject = {};
	for (const [key, value] of Object.entries(embedded)) {
		const entries = listOf(value);
		if (key === 'tags') simple.tags = entries.map((tag) => tag.name ?? null) as string[];
		else if (key === 'loss_reason') simple.loss_reason = entries[0]?.name ?? null;
		else if (key === 'companies') simple.company_id = entries[0]?.id ?? null;
		else if (key === 'contacts') {
			simple.contact_ids = entries.map((contact) => contact.id ?? null) as number[];
			const main = entries.find((contact) => contact.is_main === true);
			if (main) simple.main_contact_id = main.id ?? null;
		} else if (Array.isArray(value) && entries.every((entry) => entry.id !== undefined && !('metadata' in entry))) {
			simple[`${key.replace(/s$/, '')}_ids`] = entries.map((entry) => entry.id ?? null) as number[];
		} else simple[key] = value;
	}
	return simple;
}

function simpleFieldValue(field: IDataObject): IDataObject[string] {
	const isDate = ['date', 'date_time', 'birthday'].includes(String(field.field_type));
	const values = listOf(field.values).map((entry) => {
		const value = 'value' in entry ? entry.value : entry;
		return isDate && typeof value === 'number' ? toIso(value) : value;
	});
	return (values.length > 1 ? values : (values[0] ?? null)) as IDataObject[string];
}

function isMoment(key: string, value: unknown): boolean {
	return typeof value === 'number' && (/_at$/.test(key) || key === 'complete_till');
}

function toIso(seconds: number): string {
	return new Date(seconds * 1000).toISOString();
}

function isTextObject(value: unknown): boolean {
	return typeof value === 'object' && value !== null && 'text' in value;
}

function listOf(value: unknown): IDataObject[] {
	return Array.isArray(value) ? (value as IDataObject[]) : [];
}
