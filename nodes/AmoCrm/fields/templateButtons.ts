import { type IDataObject, type INodeProperties, UserError } from 'n8n-workflow';

import { bodyKind } from './fields';
import { blockList, blocksOf } from './locator';
import { isUnset, optionIn, optionsOf, show, toText } from './values';

const TYPES = optionsOf({ inline: 'Answer', url: 'Link' });

const values: INodeProperties[] = [
	{ displayName: 'Button Type', name: 'type', type: 'options', options: TYPES, default: 'inline', description: 'What a click does: it sends the text as an answer, or opens a page' },
	{ displayName: 'Button Text', name: 'text', type: 'string', default: '', placeholder: 'e.g. Yes', description: 'What stands on the button' },
	{ displayName: 'Button URL', name: 'url', type: 'string', default: '', placeholder: 'e.g. https://example.com', description: 'Address of the page that a link opens' },
];

/** Buttons of a template of chat messages (extended facts 7.8). */
export const templateButtons = bodyKind(blockList({ displayName: 'Button', name: 'button', values }, { sortable: true }), (value) =>
	blocksOf(value, 'button').map((row) => {
		const { type: given, text, url } = (typeof row === 'object' && row !== null ? row : { text: row }) as IDataObject;
		const type = isUnset(given) ? (isUnset(url) ? 'inline' : 'url') : optionIn(TYPES, given);
		if (type === 'inline' && !isUnset(url)) throw new UserError(`${show(row)} is an answer, which opens no page. Make it a link, or leave the address out.`);
		if (isUnset(text) || (type === 'url' && isUnset(url))) throw new UserError(`${show(row)} is not whole: a button needs its text, and a link its address`);
		return { type, text: toText(text), ...(type === 'url' ? { url: toText(url) } : {}) };
	}),
);
