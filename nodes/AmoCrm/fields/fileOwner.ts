import { type IDataObject, UserError } from 'n8n-workflow';

import { isLink, withoutLinks } from './cardLinks';
import type { FieldKind, WritableField } from './fields';
import { filter } from './filters';
import { type PickContext, idIn, recordLocator } from './locator';
import { CATALOG, elementOf, RECORD, RECORD_NAMES, recordOf, recordType } from './targets';
import { isUnset, optionIn, optionsOf, unwrapLocator } from './values';

/** What files hang on: cards, and elements of lists. */

const FILE_OWNERS = optionsOf({ ...RECORD_NAMES, catalog_elements: 'List Element' });

export interface FileOwner extends IDataObject {
	entity_type: string;
	entity_id: number;
	/** The list of an element. */
	catalog_id?: number;
}

const kindOf = (entityType: unknown): string => optionIn(FILE_OWNERS, recordType(entityType));

/** The record that a picker holds; a link says its kind itself. Throws a `UserError`. */
function ownerIn(value: unknown, { entityType, catalogId }: Record<string, unknown>, context: PickContext): FileOwner {
	const plain = unwrapLocator(value);
	if (isLink(plain)) return withoutLinks({ entity_id: plain }, context.accountUrl, ['entity_type', 'catalog_id']) as FileOwner;
	if (isUnset(entityType)) throw new UserError("an ID needs 'Linked Record Type' too.");
	const kind = kindOf(entityType);
	if (kind !== 'catalog_elements') return { entity_type: kind, entity_id: idIn(recordOf(kind), value, context) };
	if (isUnset(catalogId)) throw new UserError("an element needs 'List' too.");
	const catalog = idIn(CATALOG, catalogId, context);
	return { entity_type: kind, entity_id: idIn(elementOf(catalog), value, context), catalog_id: catalog };
}

/** Where the files of a record are, below `/api/v4` (extended facts 8). */
export const filesPathOf = ({ entity_type: type, entity_id: id, catalog_id: catalog }: FileOwner): string => `/${type === 'catalog_elements' ? `catalogs/${catalog}` : type}/${id}/files`;

/** A second address of the files of elements, for accounts without the first. */
export const otherFilesPath = (path: string): string | undefined => {
	const [, element] = /^\/catalogs\/\d+\/(\d+)\/files$/.exec(path) ?? [];
	return element === undefined ? undefined : `/elements/${element}/files`;
};

/** What stands beside the record is told of by its own name where it is wrong, and the record brings it along. */
const beside = (property: FieldKind['property'], read: (value: unknown, context: PickContext) => unknown): FieldKind => ({
	property,
	encode: (_draft, _key, value, context) => void read(value, context),
});

/** What says which record is meant; the last one brings the others along. */
export const ownerFields: WritableField[] = [
	{ name: 'entityType', key: '', displayName: 'Linked Record Type', kind: beside({ type: 'options', options: FILE_OWNERS, default: 'leads' }, kindOf), description: 'What kind of record has the files' },
	{ name: 'catalogId', key: '', displayName: 'List', kind: beside(recordLocator(CATALOG), (value, context) => idIn(CATALOG, value, context)), property: { displayOptions: { show: { entityType: ['catalog_elements'] } } }, description: 'The list (catalog) of the element' },
	{
		name: 'entityId',
		key: '',
		displayName: 'Linked Record',
		kind: { property: recordLocator(RECORD), encode: (draft, _key, value, context) => Object.assign(draft.body, ownerIn(value, context.values, context)) },
		required: true,
		description: 'The record that has the files',
	},
];

/** The same as filters: what the condition asks for is read from the record and not in the account's list of files. */
export const ownerFilters = ownerFields.map(({ name, displayName, description, kind, property }) =>
	filter({ name, displayName, description, ...property }, kind.property, (value, context) => {
		const draft = { body: {}, links: [], customFields: [] };
		kind.encode(draft, '', value, { ...context, mode: 'create' });
		return { query: name === 'entityId' ? { of: filesPathOf(draft.body as FileOwner) } : {} };
	}),
);
