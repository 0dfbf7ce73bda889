import type { INodeProperties } from 'n8n-workflow';

import { fieldError, text } from '../fields/fields';
import { recordLocator } from '../fields/locator';
import { toId } from '../fields/values';
import { create } from '../operations/create';
import { getMany } from '../operations/getMany';
import { getOne } from '../operations/getOne';
import type { Scope } from '../operations/scope';
import { scoped } from '../operations/scope';
import type { Entity, Operation, Resource } from '../operations/types';
import { update } from '../operations/update';
import { upsert } from '../operations/upsert';
import { customFieldsJsonField, customFieldsToClearField, idFilter, searchFilter } from './shared';

/** Elements of lists (catalogs): products, invoices and the account's own lists. Source: extended facts 3.3. */
const template: Entity = {
	value: 'catalogElement',
	displayName: 'List Element',
	displayNamePlural: 'List Elements',
	path: '/catalogs/\\d+/elements',
	collection: 'elements',
	idParameter: 'catalogElementId',
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
	filters: [searchFilter('element'), idFilter],
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
	...recordLocator({ noun: 'list', listSearchMethod: 'searchCatalogs', linkPaths: ['catalogs', 'api/v4/catalogs'] }),
	required: true,
	description: 'The list (catalog) that holds the elements, such as Products',
};

/** Elements are below their list. */
const inCatalog: Scope = {
	properties: [catalogProperty],
	entityOf: (run, item) => {
		try {
			const path = `/catalogs/${toId(run.parameter('catalogId', item, ''))}`;
			return { ...template, path: `${path}/elements`, fieldsPath: path };
		} catch (error) {
			throw fieldError(catalogProperty, error);
		}
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
