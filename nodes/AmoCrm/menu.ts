import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';

import { account } from './entities/account';
import { aiAgent } from './entities/aiAgent';
import { apiRequest } from './entities/apiRequest';
import { call } from './entities/call';
import { catalog } from './entities/catalog';
import { catalogElement } from './entities/catalogElement';
import { chatTemplate } from './entities/chatTemplate';
import { company } from './entities/company';
import { contact } from './entities/contact';
import { currency } from './entities/currency';
import { customer } from './entities/customer';
import { customerSegment } from './entities/customerSegment';
import { customerStatus } from './entities/customerStatus';
import { customField } from './entities/customField';
import { customFieldGroup } from './entities/customFieldGroup';
import { event } from './entities/event';
import { file } from './entities/file';
import { incomingLead } from './entities/incomingLead';
import { lead } from './entities/lead';
import { lossReason } from './entities/lossReason';
import { note } from './entities/note';
import { pipeline } from './entities/pipeline';
import { pipelineStage } from './entities/pipelineStage';
import { productSettings } from './entities/productSettings';
import { role } from './entities/role';
import { salesbot } from './entities/salesbot';
import { shortLink } from './entities/shortLink';
import { source } from './entities/source';
import { OF_LEADS, tag } from './entities/tag';
import { talk } from './entities/talk';
import { task } from './entities/task';
import { OF_A_CUSTOMER, transaction } from './entities/transaction';
import { type Entity, type Parent, inSentence } from './entities/types';
import { user } from './entities/user';
import { webhook } from './entities/webhook';
import { websiteButton } from './entities/websiteButton';
import { widget } from './entities/widget';
import { remove } from './operations/action';
import { accept, activate, addChat, changeBonusPoints, complete, deactivate, decline, install, linkChat, linkIncomingLead, pin, sendToReview, setCustomersMode, shorten, uninstall, unpin, updateReview } from './operations/actions';
import { send } from './operations/apiRequest';
import { createCall } from './operations/calls';
import { createComplex } from './operations/createComplex';
import { download } from './operations/download';
import { getTypes } from './operations/events';
import { attach, detach, getFileLinks, getFiles, getQuota, getVersions, removeFile, restore } from './operations/files';
import { getChats, getLinks, getSubscribers } from './operations/getLinks';
import { getMany } from './operations/getMany';
import { getOne } from './operations/getOne';
import { createIncomingLead, getSummary } from './operations/incomingLeads';
import { linkOperation } from './operations/links';
import { createNote, updateNote } from './operations/notes';
import { placed } from './operations/place';
import { runBot, stopBot } from './operations/salesbots';
import { closeTalk, getMessages, sendMessage } from './operations/talks';
import { ChoiceLists, withToolForm } from './operations/toolForm';
import type { Operation, Resource } from './operations/types';
import { upload } from './operations/upload';
import { upsert } from './operations/upsert';
import type { MatchBy } from './operations/upsertParameters';
import { subscribe, unsubscribe } from './operations/webhooks';
import { create, update } from './operations/write';

/** What the node can do: one row for each resource. A new one is a declaration in `entities/` and a row here. */

type OperationOf = (entity: Entity) => Operation;

const link: OperationOf = (entity) => linkOperation(entity, 'link');
const unlink: OperationOf = (entity) => linkOperation(entity, 'unlink');
const upsertBy = (...matchBy: MatchBy[]): OperationOf => (entity) => upsert(entity, matchBy);

const below = (parents: Parent[], operationOf: OperationOf): OperationOf => (entity) => ({ ...operationOf(entity), parents });

/** What most settings of an account have. */
const SETTING = [create, getOne, getMany, update, remove];

const MENU: Array<[entity: Entity, operations: OperationOf[]]> = [
	// What people work with most.
	[lead, [create, createComplex, getLinks, getOne, getMany, getSubscribers, link, unlink, update, upsertBy('customField', 'id', 'name')]],
	[account, [getOne, setCustomersMode]],
	[aiAgent, SETTING],
	[apiRequest, [send]],
	[call, [createCall]],
	[catalog, [create, getOne, getMany, update]],
	[catalogElement, [create, getLinks, getOne, getMany, link, unlink, update, upsertBy('customField', 'id', 'name')]],
	[chatTemplate, [...SETTING, sendToReview, updateReview]],
	[company, [create, getLinks, getOne, getMany, link, unlink, update, upsertBy('customField', 'email', 'id', 'name', 'phone', 'phoneOrEmail')]],
	[contact, [create, getChats, getLinks, getOne, getMany, link, linkChat, unlink, update, upsertBy('customField', 'email', 'id', 'name', 'phone', 'phoneOrEmail')]],
	[currency, [getMany]],
	[customer, [changeBonusPoints, create, getLinks, getOne, getMany, getSubscribers, link, unlink, update, upsertBy('customField', 'id', 'name')]],
	[customerSegment, SETTING],
	[customerStatus, SETTING],
	[customField, SETTING],
	[customFieldGroup, SETTING],
	[event, [getOne, getMany, getTypes]],
	[file, [attach, detach, download, getFileLinks, getFiles, getOne, getQuota, getVersions, removeFile, restore, update, upload]],
	[incomingLead, [accept, createIncomingLead, decline, getOne, getMany, getSummary, linkIncomingLead]],
	[lossReason, SETTING],
	[note, [createNote, getOne, getMany, pin, unpin, updateNote]],
	[pipeline, SETTING],
	[pipelineStage, SETTING],
	[productSettings, [getOne, update]],
	[role, SETTING],
	[salesbot, [getMany, runBot, stopBot]],
	[shortLink, [shorten]],
	[source, SETTING],
	[tag, [create, getMany, below(OF_LEADS, update)]],
	[talk, [closeTalk, getOne, getMany, getMessages, sendMessage]],
	[task, [complete, create, getOne, getMany, update]],
	[transaction, [create, getOne, below(OF_A_CUSTOMER, getMany), remove]],
	[user, [activate, create, deactivate, getOne, getMany]],
	[webhook, [getMany, subscribe, unsubscribe]],
	[websiteButton, [addChat, create, getOne, getMany, update]],
	[widget, [getOne, getMany, install, uninstall]],
];

const NOTICE = 'limitsNotice';

export const resources: Resource[] = MENU.map(([entity, offered]) => {
	const operations = offered.map((operationOf) => placed(operationOf, entity));
	return { entity, operations: operations.map((operation) => ({ ...operation, properties: [...noticesOf(entity, operation, operations), ...operation.properties] })) };
});

/** What is not possible here, or not in every account, said on top of the form where a person would look for it. */
function noticesOf({ displayNamePlural, isSingle }: Entity, { value, needs, writes }: Operation, siblings: Operation[]): INodeProperties[] {
	const isForAdmins = needs?.admin === 'always' || (needs?.admin === 'toWrite' && writes);
	const needed = [...(isForAdmins ? ['a credential of an administrator'] : []), needs?.plan ?? []].flat();
	const lacksDelete = value === 'update' && isSingle === undefined && !siblings.some((other) => other.value === 'delete');
	const texts = [
		...(needed.length > 0 ? [`This needs ${needed.join(', and ')}.`] : []),
		...(lacksDelete ? [`amoCRM lets no program delete ${inSentence(displayNamePlural)}: a person does that in amoCRM itself.`] : []),
	];
	return texts.length === 0 ? [] : [{ displayName: texts.join(' '), name: NOTICE, type: 'notice', default: '' }];
}

export function operationOf(resource: string, operation: string): Operation | undefined {
	return resources.find(({ entity }) => entity.value === resource)?.operations.find(({ value }) => value === operation);
}

const byName = (one: INodePropertyOptions, other: INodePropertyOptions) => one.name.localeCompare(other.name);

const resourceOptions: INodePropertyOptions[] = resources.map(({ entity: { displayName: name, value, about } }) => ({ name, value, ...(about ? { description: about } : {}) })).sort(byName);

const resourcePicker: INodeProperties = { displayName: 'Resource', name: 'resource', type: 'options', noDataExpression: true, options: resourceOptions, default: 'lead' };

/** What the node works with, in words: first cards, then what it can do most with, then as the menu has it. */
export const everything = [...resources]
	.sort((one, other) => Number(other.entity.hasCustomFields ?? 0) - Number(one.entity.hasCustomFields ?? 0) || other.operations.length - one.operations.length)
	.map(({ entity: { displayNamePlural: nouns } }) => inSentence(nouns))
	.join(', ');

/** The picker of the resource, that of its operation, and the parameters of all operations, shown where they belong. */
export function resourceProperties(): INodeProperties[] {
	return [resourcePicker, ...resources.map(operationPicker), ...parameters()];
}

const actions = resources.flatMap(({ entity, operations }) => operations.map(({ value, action }) => [`${entity.value} ${value}`, action]));

/** What the node does, for the line below its name on the canvas: code of an expression that the editor computes. */
export const actionInWords = `(${JSON.stringify(Object.fromEntries(actions))})[$parameter["resource"] + " " + $parameter["operation"]]`;

function operationPicker({ entity, operations }: Resource): INodeProperties {
	const options = operations.map(({ value, name, action, description }) => ({ name, value, action, description })).sort(byName);
	const first = (options.find(({ value }) => value === 'getAll') ?? options[0])?.value ?? '';
	return { displayName: 'Operation', name: 'operation', type: 'options', noDataExpression: true, displayOptions: { show: { resource: [entity.value] } }, options, default: first };
}

interface Offer {
	resource: string;
	operation: string;
	properties: INodeProperties[];
}

/** A parameter of several operations. */
interface Shared {
	text: string;
	property: INodeProperties;
	/** Where it stands, and what each of these collections offers. */
	offers: Offer[];
}

const nested = ({ type, options }: INodeProperties) => (type === 'collection' ? ((options ?? []) as INodeProperties[]) : []);

/** A collection is the same wherever it looks the same, whatever it offers there. */
const lookOf = (property: INodeProperties): string => JSON.stringify(property.type === 'collection' ? { ...property, options: [] } : property);

const lists = new ChoiceLists();

const all: Offer[] = resources.flatMap(({ entity, operations }) =>
	operations.map(({ value, properties }) => ({ resource: entity.value, operation: value, properties: withToolForm(properties, lists) })),
);

/** What the pickers of choices list, by the methods that they name. */
export const choiceLists = lists.methods();

function parameters(): INodeProperties[] {
	// What stands on top of all must not part what stands below it alike.
	const parts = [true, false].map((isOnTop) => all.map((offer) => ({ ...offer, properties: offer.properties.filter(({ name }) => (name === NOTICE) === isOnTop) })));
	return parts.flatMap(merge).flatMap(({ property, offers }) =>
		placesOf(offers, all).map((place) => shownFor({ ...property, ...merged(property, offers.filter(isIn(place))) }, { resource: place.resources, operation: place.operations })),
	);
}

/** A parameter that several operations have alike stands once, shown for all of them, where each has it in its own order. */
function merge(offers: Offer[]): Shared[] {
	const shared: Shared[] = [];
	for (const { resource, operation, properties } of offers) {
		let place = 0;
		for (const property of properties) {
			const text = lookOf(property);
			const known = shared.findIndex((entry, index) => index >= place && entry.text === text);
			if (known < 0) shared.splice(place, 0, { text, property, offers: [] });
			else place = known;
			shared[place++]?.offers.push({ resource, operation, properties: nested(property) });
		}
	}
	return shared;
}

/** Operations of resources, each with each. */
interface Place {
	resources: string[];
	operations: string[];
}

const isIn =
	({ resources: of, operations }: Place) =>
	({ resource, operation }: Offer) =>
		of.includes(resource) && operations.includes(operation);

/** The offers, in as few places as hold no other one of all that there are. */
function placesOf(offers: Offer[], all: Offer[]): Place[] {
	const own = new Set(offers.map(({ resource, operation }) => `${resource} ${operation}`));
	const others = all.filter(({ resource, operation }) => !own.has(`${resource} ${operation}`));
	const places: Place[] = [];
	for (const offer of offers) {
		if (places.some((place) => isIn(place)(offer))) continue;
		const { resource, operation } = offer;
		const wider = places.map(({ resources: of, operations }) => ({ resources: [...new Set([...of, resource])], operations: [...new Set([...operations, operation])] }));
		// In two places it would be shown twice.
		const isTaken = (index: number) => (own: Offer) => places.some((place, other) => other !== index && isIn(place)(own));
		const fitting = wider.findIndex((place, index) => !others.some(isIn(place)) && !offers.filter(isIn(place)).some(isTaken(index)));
		if (fitting < 0) places.push({ resources: [resource], operations: [operation] });
		else places[fitting] = wider[fitting] as Place;
	}
	return places;
}

/** What a collection offers, each with a rule where not all of `offers` have it. */
function merged(collection: INodeProperties, offers: Offer[]): Pick<INodeProperties, 'options'> {
	if (collection.type !== 'collection') return {};
	const options = merge(offers).flatMap(({ property, offers: own }) =>
		own.length === offers.length ? [property] : placesOf(own, offers).map((place) => shownFor(property, ruleOf(place, offers))),
	);
	return { options };
}

/** One of both parts does where it says it all. */
function ruleOf({ resources: of, operations }: Place, offers: Offer[]): Record<string, string[]> {
	if (offers.every(({ resource, operation }) => of.includes(resource) || !operations.includes(operation))) return { '/operation': operations };
	if (offers.every(({ resource, operation }) => operations.includes(operation) || !of.includes(resource))) return { '/resource': of };
	return { '/resource': of, '/operation': operations };
}

const shownFor = (property: INodeProperties, rule: Record<string, string[]>): INodeProperties => ({
	...property,
	displayOptions: { ...property.displayOptions, show: { ...rule, ...property.displayOptions?.show } },
});
