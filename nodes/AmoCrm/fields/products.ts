import { type IDataObject, type INodeProperties, UserError } from 'n8n-workflow';

import { isObject } from '../transport/objects';
import { type EncodeContext, type FieldKind, putAt } from './fields';
import { blockList, blocksOf, idIn, recordLocator } from './locator';
import { toNumber } from './numbers';
import { CATALOG, elementOf, ELEMENT } from './targets';
import { isUnset, show } from './values';

const productValues = [
	{ displayName: 'List', name: 'catalogId', ...recordLocator(CATALOG), description: 'The list (catalog) that holds the element, such as Products' },
	{ displayName: 'Element', name: 'elementId', ...recordLocator(ELEMENT), description: 'The product or other element of the list' },
	{ displayName: 'Quantity', name: 'quantity', type: 'number', default: 1, description: 'How many of it; it may have decimals' },
] satisfies INodeProperties[];

/** Elements of lists with their quantities: one for each block, or a list of objects as data or amoCRM itself carry them. */
export const linkedProducts: FieldKind = {
	property: blockList({ displayName: 'Product', name: 'product', values: productValues }),
	encode: (draft, key, value, context) => {
		const products = blocksOf(value, 'product').map((block) => productOf(block, context));
		if (products.length > 0) putAt(draft.body, key, products);
	},
};

function productOf(block: unknown, context: EncodeContext): IDataObject {
	if (!isObject(block)) throw new UserError(`${show(block)} is no product. Give an object such as {"catalogId": 1, "elementId": 2, "quantity": 3}.`);
	const { catalog_id: list, quantity = 1 } = (block.metadata ?? {}) as IDataObject;
	const catalogId = idIn(CATALOG, block.catalogId ?? list, context);
	const amount = toNumber(isUnset(block.quantity) ? quantity : block.quantity, context.conventions);
	if (amount <= 0) throw new UserError(`${show(amount)} is no quantity. Give a number above 0.`);
	return { id: idIn(elementOf(catalogId), block.elementId ?? block.id, context), metadata: { catalog_id: catalogId, quantity: amount } };
}
