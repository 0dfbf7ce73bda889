import { type IBinaryData, type IDataObject, UserError } from 'n8n-workflow';

import { isObject } from '../transport/objects';
import { FILE_LINK } from './targets';
import { show, toText, unwrapLocator } from './values';

/**
 * Files that values name: those of the account's storage, and those of the item in n8n's binary data. The latter have to
 * be in the storage before what names them can be sent: until then a body waits for them.
 */

/** The files of one item. */
export interface ItemFiles {
	item: number;
	/** Names of the fields that hold them. */
	names: () => string[];
	named: (name: string) => IBinaryData | undefined;
	/** Hears of those that a part of a body waits for. */
	onWanted: (file: WaitingFile) => void;
}

/** A file of an item, and what tells it from the item's others. */
interface ItemFile {
	key: string;
	data: IBinaryData;
}

/** A file that a part of a body waits for. */
export interface WaitingFile extends ItemFile {
	item: number;
	/** What it is for, as the form shows it. */
	field: string;
	/** Puts into the body what is known of it. */
	fill: (file: IDataObject) => void;
}

const UUID = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i;

/** The UUID of a file in the storage, given as it is or in a link; nothing where it is neither. */
export function fileUuidIn(value: unknown): string | undefined {
	const said = toText(value).trim();
	return UUID.test(said) ? said : FILE_LINK.exec(said)?.[1];
}

/** The UUID of the version that a link leads to; nothing where it leads to none or is no link. */
export const fileVersionIn = (value: unknown): string | undefined => FILE_LINK.exec(toText(value).trim())?.[2];

/** The UUID of a file in the storage, or a file of the item. Throws a `UserError`. */
export function fileIn(value: unknown, files: ItemFiles | undefined): string | ItemFile {
	const plain = unwrapLocator(value);
	const uuid = isObject(plain) ? undefined : fileUuidIn(plain);
	if (uuid !== undefined) return uuid;
	if (files) return itemFileIn(plain, files, ', or the UUID or the link of a file in the storage of the account');
	throw new UserError(`${show(plain)} is no file of the storage. Give its UUID or its link.`);
}

/**
 * A file of the item: by the name of its field, as n8n's expressions give it, or as forms tell of it. Throws a `UserError`;
 * `orElse` says what the caller accepts beside it.
 */
export function itemFileIn(value: unknown, files: ItemFiles, orElse = ''): ItemFile {
	const plain = unwrapLocator(value);
	if (isObject(plain)) return describedFile(plain, files);
	const key = toText(plain).trim();
	const data = files.named(key);
	if (data) return { key, data };
	const names = files.names();
	const has = names.length > 0 ? `It has: ${names.join(', ')}.` : 'It has no files at all.';
	const web = /^https?:/i.test(key) ? ' What is elsewhere in the web has to be read into such a field first.' : '';
	throw new UserError(`the item has no file in the field ${show(key)}. ${has} Give the name of a field with a file${orElse}.${web}`);
}

/** What an expression gives may lack the contents; what a form says of its file always does. */
function describedFile(given: IDataObject, files: ItemFiles): ItemFile {
	const { id, data, fileName, filename = fileName, mimeType, mimetype = mimeType } = given;
	const own = typeof id === 'string' ? id : data;
	if (typeof mimeType === 'string' && typeof own === 'string') return { key: own, data: given as unknown as IBinaryData };
	const found = files.names().flatMap((key): ItemFile[] => {
		const known = files.named(key);
		return known && filename !== undefined && known.fileName === filename && known.mimeType === mimetype ? [{ key, data: known }] : [];
	});
	if (found[0] && found.length === 1) return found[0];
	if (found.length > 1) throw new UserError(`several files of the item are called ${show(filename)}. Give the name of the field of one: ${found.map(({ key }) => key).join(', ')}.`);
	throw new UserError(`${show(given)} is no file of the item. Give the name of a field with a file.`);
}

/** `image`, `video` and the like: what the storage calls them. */
export const kindOf = ({ mimeType }: IBinaryData): string => mimeType.split('/', 1)[0] ?? '';

const waitingParts = new WeakMap<object, WaitingFile>();

interface Wanting {
	files: ItemFiles;
	field: string;
	/** What the part is to hold of the file, first as far as it is known beforehand. */
	partOf: (file: IDataObject) => IDataObject;
}

/** Lets a part of a body wait for a file, which has to get into the storage first. */
export function waitFor(part: IDataObject, { key, data }: ItemFile, { files, field, partOf }: Wanting): IDataObject {
	const fill = (file: IDataObject) => {
		Object.assign(part, partOf(file));
	};
	const file = { key, data, item: files.item, field, fill };
	waitingParts.set(part, file);
	files.onWanted(file);
	fill({ uuid: null, version_uuid: null, file_name: data.fileName ?? null, size: null, type: kindOf(data) });
	return part;
}

/** The files that a body, or a part of one, waits for. */
export function waitingIn(part: unknown): WaitingFile[] {
	if (typeof part !== 'object' || part === null) return [];
	const own = waitingParts.get(part);
	return own ? [own] : Object.values(part).flatMap(waitingIn);
}
