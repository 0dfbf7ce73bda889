import { type IDataObject, type INodeProperties, UserError } from 'n8n-workflow';

import { type FieldKind, bodyKind } from './fields';
import { blockList, blocksOf } from './locator';
import { isUnset, optionIn, optionsOf, show, toBoolean, toText } from './values';

/** Blocks of settings of chats: buttons of templates (extended facts 7.8) and pages of sources (7.3). */

const BUTTON_TYPES = optionsOf({ inline: 'Answer', url: 'Link' });

const buttonValues: INodeProperties[] = [
	{ displayName: 'Button Type', name: 'type', type: 'options', options: BUTTON_TYPES, default: 'inline', description: 'What a click does: it sends the text as an answer, or opens a page' },
	{ displayName: 'Button Text', name: 'text', type: 'string', default: '', placeholder: 'e.g. Yes', description: 'What stands on the button' },
	{ displayName: 'Button URL', name: 'url', type: 'string', default: '', placeholder: 'e.g. https://example.com', description: 'Address of the page that a link opens' },
];

/** Buttons of a template of chat messages. */
export const templateButtons = bodyKind(blockList({ displayName: 'Button', name: 'button', values: buttonValues }, { sortable: true }), (value) =>
	blocksOf(value, 'button').map((row) => {
		const { type: given, text, url } = (typeof row === 'object' && row !== null ? row : { text: row }) as IDataObject;
		const type = isUnset(given) ? (isUnset(url) ? 'inline' : 'url') : optionIn(BUTTON_TYPES, given);
		if (type === 'inline' && !isUnset(url)) throw new UserError(`${show(row)} is an answer, which opens no page. Make it a link, or leave the address out.`);
		if (isUnset(text) || (type === 'url' && isUnset(url))) throw new UserError(`${show(row)} is not whole: a button needs its text, and a link its address`);
		return { type, text: toText(text), ...(type === 'url' ? { url: toText(url) } : {}) };
	}),
);

/** The only ones that amoCRM's own client knows. */
const MESSENGERS = [{ name: 'WhatsApp', value: 'whatsapp' }];

const pageValues: INodeProperties[] = [
	{ displayName: 'Messenger', name: 'type', type: 'options', options: MESSENGERS, default: 'whatsapp', description: 'Where people write to the page' },
	{ displayName: 'Page ID', name: 'id', type: 'string', default: '', placeholder: 'e.g. 79123456789', description: 'ID of the page or number in your own system' },
	{ displayName: 'Page Name', name: 'name', type: 'string', default: '', placeholder: 'e.g. Shop', description: 'What users see' },
	{ displayName: 'Page Link', name: 'link', type: 'string', default: '', placeholder: 'e.g. https://wa.me/79123456789', description: 'Address by which people begin to write' },
	{ displayName: 'WhatsApp Business API', name: 'waba', type: 'boolean', default: false, description: 'Whether the number is one of the WhatsApp Business API' },
	{ displayName: 'List Messages', name: 'supportsListMessages', type: 'boolean', default: false, description: 'Whether messages may hold lists to choose from' },
];

/** Messengers that a source has, page by page. */
export const sourceServices: FieldKind = {
	property: blockList({ displayName: 'Page', name: 'page', values: pageValues }),
	encode: (draft, key, value) => {
		const services = new Map<string, IDataObject & { pages: IDataObject[] }>();
		for (const row of blocksOf(value, 'page')) {
			const { service, page } = pageIn(row);
			const mark = JSON.stringify(service);
			const { pages } = services.get(mark) ?? { pages: [] };
			services.set(mark, { ...service, pages: [...pages, page] });
		}
		draft.body[key] = [...((draft.body[key] ?? []) as IDataObject[]), ...services.values()];
	},
};

/** A page, and the service that it is one of. */
function pageIn(row: unknown): { service: IDataObject; page: IDataObject } {
	const { type, id, name, link, waba, supportsListMessages: lists } = (row ?? {}) as IDataObject;
	if ([id, name, link].some(isUnset)) throw new UserError(`${show(row)} is not whole: a page needs its ID, its name and its link`);
	const params = { waba: !isUnset(waba) && toBoolean(waba), is_supports_list_message: !isUnset(lists) && toBoolean(lists) };
	const service = { type: optionIn(MESSENGERS, isUnset(type) ? 'whatsapp' : type), ...(params.waba || params.is_supports_list_message ? { params } : {}) };
	return { service, page: { id: toText(id), name: toText(name), link: toText(link) } };
}
