import { html, type Markup } from '../html/escape';
import { isRecord } from '../http/query';
import { presentFieldValues } from '../fields/values';
import type { EntityRow, EntityType } from '../store/rows';
import { fieldContext, fieldFinder } from '../world';
import type { View } from './view';

/** Custom fields as people read them. */

export interface ShownField {
	id: number;
	name: string;
	code: string | null;
	values: Markup[];
	/** The same without markup, for lists. */
	text: string;
}

type Item = Record<string, unknown>;

export function shownFields(view: View, type: EntityType, row: EntityRow): ShownField[] {
	const { world } = view;
	const presented = presentFieldValues(row.custom_fields_values, fieldFinder(world.account, type), fieldContext(world)) ?? [];
	const order = new Map(world.account.fieldsOf(type).map(({ id }, index) => [id, index]));
	return presented
		.map((field) => {
			const items = field.values as Item[];
			const fieldType = String(field.field_type);
			const texts = fieldType === 'smart_address' ? [items.map(({ value }) => value).join(', ')] : items.map((item) => itemText(view, fieldType, item));
			return {
				id: Number(field.field_id),
				name: String(field.field_name),
				code: field.field_code as string | null,
				values: texts.map((text, index) => itemMarkup(fieldType, text, items[index] ?? {})),
				text: texts.join(', '),
			};
		})
		.sort((a, b) => (order.get(a.id) ?? 0) - (order.get(b.id) ?? 0));
}

function itemText(view: View, type: string, item: Item): string {
	const { value } = item;
	switch (type) {
		case 'checkbox':
			return value === true ? view.texts.yes : view.texts.no;
		case 'date':
		case 'birthday':
			return view.date(Number(value));
		case 'date_time':
			return view.dateTime(Number(value));
		case 'monetary':
			return view.money(Number(value));
		case 'chained_list':
			return view.world.account.elements.get(Number(item.catalog_element_id))?.name ?? `#${String(item.catalog_element_id)}`;
		default:
			return isRecord(value) ? objectText(value) : String(value ?? '');
	}
}

/** Legal entities, files, payers: the name first, then whatever else is filled in. */
function objectText({ name, file_name, ...rest }: Item): string {
	const title = String(name ?? file_name ?? '');
	const others = Object.entries(rest).filter(([key, value]) => !/uuid|^(entity|catalog|product)_(id|type)$/.test(key) && (typeof value === 'string' || typeof value === 'number') && value !== '');
	return [title, ...others.map(([key, value]) => `${key}: ${String(value)}`)].filter((part) => part !== '').join(', ');
}

function itemMarkup(type: string, text: string, item: Item): Markup {
	if (type === 'url' && /^https?:\/\//i.test(text)) return html`<a href="${text}" target="_blank" rel="noreferrer noopener">${text}</a>`;
	const kind = type === 'multitext' ? (item.enum_code ?? item.enum) : undefined;
	return kind === undefined ? html`${text}` : html`${text} <span class="kind">${kind}</span>`;
}
