import { type IDataObject, type INodeProperties, UserError } from 'n8n-workflow';

import type { FieldKind } from './fields';
import { blockList, blocksOf } from './locator';
import { isUnset, optionIn, show, toBoolean, toText } from './values';

/** The only ones that amoCRM's own client knows. */
const TYPES = [{ name: 'WhatsApp', value: 'whatsapp' }];

const pageValues: INodeProperties[] = [
	{ displayName: 'Messenger', name: 'type', type: 'options', options: TYPES, default: 'whatsapp', description: 'Where people write to the page' },
	{ displayName: 'Page ID', name: 'id', type: 'string', default: '', placeholder: 'e.g. 79123456789', description: 'ID of the page or number in your own system' },
	{ displayName: 'Page Name', name: 'name', type: 'string', default: '', placeholder: 'e.g. Shop', description: 'What users see' },
	{ displayName: 'Page Link', name: 'link', type: 'string', default: '', placeholder: 'e.g. https://wa.me/79123456789', description: 'Address by which people begin to write' },
	{ displayName: 'WhatsApp Business API', name: 'waba', type: 'boolean', default: false, description: 'Whether the number is one of the WhatsApp Business API' },
	{ displayName: 'List Messages', name: 'supportsListMessages', type: 'boolean', default: false, description: 'Whether messages may hold lists to choose from' },
];

/** Messengers that a source has, page by page (extended facts 7.3). */
export const sourceServices: FieldKind = {
	property: blockList({ displayName: 'Page', name: 'page', values: pageValues }),
	encode: (draft, key, value) => {
		const services = new Map<string, IDataObject & { pages: IDataObject[] }>();
		for (const row of blocksOf(value, 'page')) {
			const { service, page } = partsOf(row);
			const mark = JSON.stringify(service);
			const { pages } = services.get(mark) ?? { pages: [] };
			services.set(mark, { ...service, pages: [...pages, page] });
		}
		draft.body[key] = [...((draft.body[key] ?? []) as IDataObject[]), ...services.values()];
	},
};

/** A page, and the service that it is one of. */
function partsOf(row: unknown): { service: IDataObject; page: IDataObject } {
	const { type, id, name, link, waba, supportsListMessages: lists } = (row ?? {}) as IDataObject;
	if ([id, name, link].some(isUnset)) throw new UserError(`${show(row)} is not whole: a page needs its ID, its name and its link`);
	const params = { waba: !isUnset(waba) && toBoolean(waba), is_supports_list_message: !isUnset(lists) && toBoolean(lists) };
	const service = { type: optionIn(TYPES, isUnset(type) ? 'whatsapp' : type), ...(params.waba || params.is_supports_list_message ? { params } : {}) };
	return { service, page: { id: toText(id), name: toText(name), link: toText(link) } };
}
