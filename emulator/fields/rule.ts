import type { FieldError } from '../http/problems';
import type { CustomFieldRow } from '../store/rows';
import type { Switches } from '../switches';

/** What a type of custom field has to say of itself; the types are in types.ts. */

export interface FieldContext {
	switches: Switches;
	timezone: string;
	/** Whether a catalog has this element; for chained lists and linked entities. */
	hasElement(catalogId: number, elementId: number): boolean;
}

export type Item = Record<string, unknown>;
export type Written = { stored: Item } | { errors: FieldError[] };

export interface FieldRule {
	/** Keys an item of `values` may carry. */
	keys: readonly string[];
	/** More than one item allowed. */
	many: boolean;
	write(item: Item, field: CustomFieldRow, path: string, context: FieldContext): Written;
	read(stored: Item, field: CustomFieldRow, context: FieldContext): Item;
}
