import type { INodeProperties } from 'n8n-workflow';

import type { Entity } from '../entities/types';
import { recordName } from '../fields/fields';
import type { Filter } from '../fields/filters';
import type { LocatorTarget } from '../fields/locator';
import { recordLocator } from '../fields/locator';
import { CATALOG, ELEMENT, elementOf } from '../fields/targets';
import { create } from '../operations/create';
import { getMany } from '../operations/getMany';
import { getOne } from '../operations/getOne';
import { readRecord } from '../operations/parameters';
import type { Scope } from '../operations/scope';
import { scoped } from '../operations/scope';
import type { Operation, Resource } from '../operations/types';
import { update } from '../operations/update';
import { upsert } from '../operations/upsert';
import { customFieldsJsonField, customFieldsToClearField, idFilters, searchFilter } from './shared';

function filtersOf(target: LocatorTarget): Filter[] {
	return [searchFilter('element', 'Oak table'), ...idFilters(target, 'Elements')];
}

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
			kind: recordName,
			required: true,
			placeholder: 'e.g. Oak table',
			description: 'Name of the element',
		},
		customFieldsJsonField,
		customFieldsToClearField,
	],
	filters: filtersOf(ELEMENT),
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
		const catalogId = readRecord(run, CATALOG, { displayName: catalogProperty.displayName, idParameter: 'catalogId' }, item);
		const path = `/catalogs/${catalogId}`;
		return { ...template, path: `${path}/elements`, fieldsPath: path, cardPath: `catalogs/${catalogId}/detail`, filters: filtersOf(elementOf(catalogId)) };
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
