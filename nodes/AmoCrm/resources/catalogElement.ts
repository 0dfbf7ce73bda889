import type { INodeProperties } from 'n8n-workflow';

import { text } from '../fields/fields';
import { recordLocator } from '../fields/locator';
import { CATALOG, ELEMENT } from '../fields/targets';
import { create } from '../operations/create';
import { getMany } from '../operations/getMany';
import { getOne } from '../operations/getOne';
import { readRecord } from '../operations/parameters';
import type { Scope } from '../operations/scope';
import { scoped } from '../operations/scope';
import type { Entity, Operation, Resource } from '../operations/types';
import { update } from '../operations/update';
import { upsert } from '../operations/upsert';
import { customFieldsJsonField, customFieldsToClearField, idFilters, searchFilter } from './shared';

/** Elements of lists (catalogs): products, invoices and the account's own lists. Source: extended facts 3.3. */
const template: Entity = {
	value: 'catalogElement',
	displayName: 'List Element',
	displayNamePlural: 'List Elements',
	path: '/catalogs/\\d+/elements',
	collection: 'elements',
	idParameter: 'catalogElementId',
	cardPath: 'catalogs/\\d+/detail',
	listSearchMethod: 'searchCatalogElements',
	fields: [
		{
			name: 'name',
			key: 'name',
			displayName: 'Name',
			kind: text,
			required: true,
			placeholder: 'e.g. Oak table',
			description: 'Name of the element',
		},
		customFieldsJsonField,
		customFieldsToClearField,
	],
	filters: [searchFilter('element', 'Oak table'), ...idFilters(ELEMENT, 'Elements')],
	sortKeys: [],
	withOptions: [
		{ name: 'Invoice Link', value: 'invoice_link' },
		{ name: 'Supplier', value: 'supplier_field_values' },
	],
	filtersArePaid: false,
	linkTargets: [],
	hasCustomFields: true,
};

const catalogProperty: INodeProperties = {
	displayName: 'List',
	name: 'catalogId',
	...recordLocator(CATALOG),
	required: true,
	description: 'The list (catalog) that holds the elements, such as Products',
};

/** Elements are below their list. */
const inCatalog: Scope = {
	properties: [catalogProperty],
	entityOf: (run, item) => {
		const path = `/catalogs/${readRecord(run, CATALOG, { displayName: catalogProperty.displayName, idParameter: 'catalogId' }, item)}`;
		return { ...template, path: `${path}/elements`, fieldsPath: path };
	},
};

const operations: Array<(entity: Entity) => Operation> = [
	create,
	getOne,
	getMany,
	update,
	(entity) => upsert(entity, ['customField', 'id', 'name']),
];

export const catalogElement: Resource = {
	entity: template,
	operations: operations.map((operationOf) => scoped(operationOf, template, inCatalog)),
};
