import type { INodeProperties } from 'n8n-workflow';

import type { Operation, Resource } from '../operations/types';
import { catalogElement } from './catalogElement';
import { company } from './company';
import { contact } from './contact';
import { lead } from './lead';
import { note } from './note';
import { task } from './task';

/** The table of everything the node can do. A new resource is one file and one line here. */
export const resources: Resource[] = [catalogElement, company, contact, lead, note, task];

export function operationOf(resource: string, operation: string): Operation | undefined {
	return resources
		.find(({ entity }) => entity.value === resource)
		?.operations.find(({ value }) => value === operation);
}

/** The operation picker of every resource, and the parameters of every operation, shown where they belong. */
export function resourceProperties(): INodeProperties[] {
	return resources.flatMap((resource) => [
		operationPicker(resource),
		...resource.operations.flatMap((operation) =>
			operation.properties.map((property) => showFor(resource.entity.value, operation.value, property)),
		),
	]);
}

function operationPicker({ entity, operations }: Resource): INodeProperties {
	return {
		displayName: 'Operation',
		name: 'operation',
		type: 'options',
		noDataExpression: true,
		displayOptions: { show: { resource: [entity.value] } },
		options: operations
			.map(({ value, name, action, description }) => ({ name, value, action, description }))
			.sort((a, b) => a.name.localeCompare(b.name)),
		default: 'getAll',
	};
}

function showFor(resource: string, operation: string, property: INodeProperties): INodeProperties {
	return {
		...property,
		displayOptions: {
			...property.displayOptions,
			show: { resource: [resource], operation: [operation], ...property.displayOptions?.show },
		},
	};
}
