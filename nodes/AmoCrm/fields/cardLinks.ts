import { type IDataObject, UserError } from 'n8n-workflow';

import { idIn, linkedOne, pathIn } from './locator';
import { CATALOG, recordOf, RECORDS } from './targets';
import { isUnset, show, toId } from './values';

/** Records inside the value of a custom field: there the link of a card stands for its ID, as it does in every picker. */

/** The keys of records in values of fields; the last two are elements of lists. */
const RECORD_KEYS = ['entity_id', 'catalog_element_id', 'product_id'];

export const isLink = (value: unknown): value is string => typeof value === 'string' && /^\s*https?:\/\//i.test(value);

/**
 * The value with IDs in place of links. What a link says beside the ID is added under the keys of `adds` that are not set.
 * Throws a `UserError` for a link of another account or of another kind of record.
 */
export function withoutLinks(value: IDataObject, accountUrl: string, adds: string[] = []): IDataObject {
	const known = { ...value };
	if (isLink(value.catalog_id)) known.catalog_id = idIn(CATALOG, value.catalog_id, { accountUrl });
	for (const key of RECORD_KEYS) {
		const link = value[key];
		if (!isLink(link)) continue;
		const card = cardIn(link, accountUrl);
		if (key !== 'entity_id' && card.catalogId === undefined) throw new UserError(`${show(link)} is not the link of a list element.`);
		const said: IDataObject = { entity_type: card.type, catalog_id: card.catalogId };
		for (const [other, fact] of Object.entries(said)) {
			if (fact === undefined) continue;
			if (isUnset(known[other])) Object.assign(known, adds.includes(other) ? { [other]: fact } : {});
			else if (String(known[other]) !== String(fact)) throw new UserError(`${show(link)} does not belong to "${other}": ${show(known[other])}.`);
		}
		known[key] = card.id;
	}
	return known;
}

/** The type as values of fields name it, the ID, and the list of an element. */
function cardIn(link: string, accountUrl: string) {
	const path = pathIn(link, accountUrl);
	const [, catalogId, elementId] = /^\/(?:api\/v4\/)?catalogs\/(\d+)\/(?:detail|elements)\/(\d+)\/?$/.exec(path) ?? [];
	if (elementId !== undefined) return { type: 'catalog_elements', id: toId(elementId), catalogId: toId(catalogId) };
	const { type } = linkedOne(RECORDS, link, accountUrl) ?? {};
	if (type === undefined) throw new UserError(`${show(link)} is not the link of a card.`);
	return { type, id: idIn(recordOf(type), link, { accountUrl }) };
}
