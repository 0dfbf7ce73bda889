import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { INodeProperties, INodePropertyCollection, INodePropertyOptions } from 'n8n-workflow';

import type { Entity } from '../nodes/AmoCrm/entities/types';
import { rootOf } from '../nodes/AmoCrm/entities/types';
import { resources } from '../nodes/AmoCrm/menu';
import type { Operation } from '../nodes/AmoCrm/operations/types';
import type { Verb } from '../nodes/AmoCrm/transport/types';
import { errorsDocument, ERRORS_DOCUMENT } from './errors';

/** Writes docs/operations.md out of the table of resources: `npm run docs`. */

export const DOCUMENT = join(__dirname, '..', 'docs', 'operations.md');

const VENDOR = 'https://www.amocrm.ru/developers/content';

/** Where amoCRM describes it. What is not here has no page of its own. */
const PAGES: Record<string, string> = {
	account: 'crm_platform/account-info',
	catalog: 'crm_platform/catalogs-api',
	catalogElement: 'crm_platform/catalogs-api',
	chatTemplate: 'crm_platform/chat-templates-api',
	company: 'crm_platform/companies-api',
	contact: 'crm_platform/contacts-api',
	customer: 'crm_platform/customers-api',
	customerSegment: 'crm_platform/customers-statuses-api',
	customerStatus: 'crm_platform/customers-statuses-api',
	customField: 'crm_platform/custom-fields',
	customFieldGroup: 'crm_platform/custom-fields',
	event: 'crm_platform/events-and-notes',
	file: 'files/files-api',
	incomingLead: 'crm_platform/unsorted-api',
	lead: 'crm_platform/leads-api',
	note: 'crm_platform/events-and-notes',
	pipeline: 'crm_platform/leads_pipelines',
	pipelineStage: 'crm_platform/leads_pipelines',
	productSettings: 'crm_platform/products-api',
	role: 'crm_platform/users-api',
	source: 'crm_platform/sources-api',
	tag: 'crm_platform/tags-api',
	talk: 'crm_platform/talks-api',
	task: 'crm_platform/tasks-api',
	transaction: 'crm_platform/customers-api',
	user: 'crm_platform/users-api',
	webhook: 'crm_platform/webhooks-api',
	widget: 'crm_platform/widgets-api',
};

/** Operations that amoCRM describes apart from their record. */
const OWN_PAGES: Record<string, string> = {
	setCustomersMode: 'crm_platform/customers-api',
	getSubscribers: 'crm_platform/subscriptions-api',
	link: 'crm_platform/entity-links-api',
	unlink: 'crm_platform/entity-links-api',
	getLinks: 'crm_platform/entity-links-api',
};

/** Operations that every record has in the same way, by the name of the operation. */
const USUAL: Record<string, (entity: Entity) => string[]> = {
	create: ({ path, verbs }) => [routeOf(path, verbs?.create, 'POST')],
	createComplex: ({ path }) => [`POST ${path}/complex`],
	get: ({ path, isSingle, list }) => (isSingle ? [`GET ${path}`] : [`GET ${path}/{id}`, ...(list?.byIds === 'single' ? [] : [`GET ${path}`])]),
	getAll: ({ path, pathBelow }) => [`GET ${path}`, ...(pathBelow === undefined ? [] : [`GET ${pathBelow}`])],
	link: ({ path }) => [`POST ${path}/link`],
	// Of API Request: the user says which.
	send: () => [],
	unlink: ({ path }) => [`POST ${path}/unlink`],
	update: ({ path, verbs }) => [routeOf(path, verbs?.update, 'PATCH')],
	upsert: ({ path }) => [`GET ${path}`, `POST ${path}`, `PATCH ${path}`],
};

/** Paths of the host of files begin with its own version. */
export const absolute = (route: string): string => route.replace(/ (?!\/v1\.0\/)/, ' /api/v4');

const routeOf = (path: string, verb: Partial<Verb> | undefined, method: string) => `${verb?.method ?? method} ${verb?.root ?? path}${(verb?.path ?? '').replace(/\?.*/, '')}`;

/** Methods and paths below `/api/v4` that an operation uses; parts that the user chooses stand in braces. */
export function routesOf(entity: Entity, operation: Pick<Operation, 'value' | 'route'>): string[] {
	const routes = operation.route === undefined ? USUAL[operation.value]?.(entity) : operation.route.split(', ');
	if (!routes) throw new Error(`Say the 'route' of ${operation.value} of ${entity.value}, for the documents`);
	return operation.route === undefined ? routes.map((route) => route.replace(' ', ` ${rootOf(entity)}`)) : routes;
}

type Inner = INodeProperties | INodePropertyCollection | INodePropertyOptions;

/** What only version 1 of the node shows goes on working, but is not for new workflows. */
const isFormer = ({ type, displayOptions }: INodeProperties): boolean => type === 'hidden' || displayOptions?.show?.['@version'] !== undefined;

const isProperty = (inner: Inner): inner is INodeProperties => 'type' in inner;

const CONTAINERS = ['collection', 'fixedCollection'];

/** What every operation has. */
const COMMON = ['maxRetries', 'maxRetryMinutes', 'requestsPerSecond'];

/** So many choices are listed; of more, such as colours, the editor shows the names. */
const LISTED = 12;

/** `Price (`price`, number)` */
function named({ displayName, name, type, required, options = [] }: INodeProperties): string {
	const values = (options as Inner[]).flatMap((option) => ('value' in option && option.value !== '' ? [`\`${option.value}\``] : []));
	const choice = type === 'multiOptions' ? 'any' : 'one';
	const kind = values.length === 0 || CONTAINERS.includes(type) ? type : `${choice} of ${values.length > LISTED ? `${values.length}` : values.join(', ')}`;
	return `${displayName} (\`${name}\`, ${kind}${required ? ', required' : ''})`;
}

/** What stands in a collection, one level deep: groups of parameters by their own names. */
function membersOf({ options = [] }: INodeProperties): string[] {
	return (options as Inner[]).flatMap((inner) => {
		if (isProperty(inner)) return COMMON.includes(inner.name) || isFormer(inner) ? [] : [named(inner)];
		return 'values' in inner ? [`${inner.displayName} (\`${inner.name}\`: ${inner.values.map(({ name }) => `\`${name}\``).join(', ')})`] : [];
	});
}

function parametersOf({ properties }: Operation): string[] {
	const shown = properties.filter((property) => property.type !== 'notice' && !isFormer(property));
	const single = shown.filter(({ type }) => !CONTAINERS.includes(type));
	return [
		...(single.length > 0 ? [`- Fields: ${single.map(named).join(' · ')}`] : []),
		...shown.flatMap((property) => {
			const members = CONTAINERS.includes(property.type) ? membersOf(property) : [];
			return members.length > 0 ? [`- ${property.displayName} (\`${property.name}\`): ${members.join(' · ')}`] : [];
		}),
	];
}

function rightsOf({ needs, writes }: Operation): string[] {
	const isForAdmins = needs?.admin === 'always' || (needs?.admin === 'toWrite' && writes);
	const rights = [...(isForAdmins ? ['an administrator of the account, connected as one'] : []), ...(needs?.plan ? [needs.plan] : [])];
	return rights.length > 0 ? [`- Needs: ${rights.join('; ')}`] : [];
}

function operationText(entity: Entity, operation: Operation): string[] {
	const hasOwn = !entity.host && entity.value !== 'incomingLead';
	const page = (hasOwn ? OWN_PAGES[operation.value] : undefined) ?? PAGES[entity.value];
	return [
		`### ${entity.displayName}: ${operation.name}`,
		'',
		`${operation.description}.`,
		'',
		`- Values: resource \`${entity.value}\`, operation \`${operation.value}\``,
		`- Routes: ${
			routesOf(entity, operation)
				.map((route) => `\`${absolute(route)}\``)
				.join(', ') || "any on the account's own hosts"
		}`,
		...parametersOf(operation),
		...rightsOf(operation),
		...(page === undefined ? [] : [`- In amoCRM's documents: [${page.replace(/^.*\//, '')}](${VENDOR}/${page})`]),
		'',
	];
}

/** The whole document. */
export function operationsDocument(): string {
	const sorted = [...resources].sort((one, other) => one.entity.displayName.localeCompare(other.entity.displayName));
	const contents = sorted.map(({ entity, operations }) => `- [${entity.displayName}](#${entity.displayName.toLowerCase().replaceAll(' ', '-')}): ${operations.map(({ name }) => name).join(', ')}`);
	const body = sorted.flatMap(({ entity, operations }) => [`## ${entity.displayName}`, '', ...operations.flatMap((operation) => operationText(entity, operation))]);
	return [
		'# Operations',
		'',
		'Everything that the amoCRM node does, with the names of resources, operations and parameters as they stand in a workflow. Written by `npm run docs` from the table of resources: do not edit it by hand.',
		'',
		"Every operation has the options `maxRetries`, `maxRetryMinutes` and `requestsPerSecond`. Where nothing is said under 'Needs', the connected user's own decide: amoCRM refuses what the user may not do.",
		'',
		"What stands at the top of 'Create' is taken among `additionalFields` as well, where version 1 of the node had it; saying two different things of it is an error.",
		'',
		...contents,
		'',
		...body,
	]
		.join('\n')
		.trimEnd()
		.concat('\n');
}

if (require.main === module) {
	mkdirSync(dirname(DOCUMENT), { recursive: true });
	writeFileSync(DOCUMENT, operationsDocument());
	writeFileSync(ERRORS_DOCUMENT, errorsDocument());
}
