import type { IDataObject, ILoadOptionsFunctions, INodeListSearchResult, INodeParameters, INodeProperties, INodePropertyOptions } from 'n8n-workflow';

import { AmoCrm } from '../../nodes/AmoCrm/AmoCrm.node';
import type { Entity } from '../../nodes/AmoCrm/entities/types';
import { idOf } from '../../nodes/AmoCrm/entities/types';
import { plainName } from '../../nodes/AmoCrm/fields/fields';
import { resources } from '../../nodes/AmoCrm/menu';
import type { Operation } from '../../nodes/AmoCrm/operations/types';
import { fieldsFor, isTopLevel } from '../../nodes/AmoCrm/operations/newRecord';
import type { RunResult } from '../integration/harness';
import { editorOf, runNode } from '../integration/harness';
import { furnish, SAMPLES, sampleOf } from '../integration/samples';
import type { World } from '../integration/world';
import { byId, FAST, openWorld } from '../integration/world';

/**
 * Every parameter of the form that takes a name in place of an ID, by what the form says of it, and every choice: what is
 * done is the same, and costs one list at most. A new one is tested by standing in the description.
 */

interface Place {
	/** The keys that lead to it. */
	path: string[];
	property: INodeProperties;
}

type Part = INodeProperties & { values?: INodeProperties[] };

function placesIn(properties: INodeProperties[], path: string[] = []): Place[] {
	return properties.flatMap((property) => {
		const own = [...path, property.name];
		if (property.type === 'collection') return placesIn(property.options as INodeProperties[], own);
		if (property.type === 'fixedCollection') return (property.options as Part[]).flatMap(({ name, values = [] }) => placesIn(values, [...own, name]));
		return property.noDataExpression || property.type === 'hidden' ? [] : [{ path: own, property }];
	});
}

const takesName = ({ property: { displayName, modes = [] } }: Place): boolean =>
	/Names? or IDs?$/.test(displayName) || modes.some((mode) => mode.displayName === 'By Name or ID');

const hasChoices = ({ property: { type, options = [] } }: Place): boolean =>
	['options', 'multiOptions'].includes(type) && options.some((option) => 'value' in option && String(option.value) !== '' && option.name !== String(option.value));

const { loadOptions, listSearch } = new AmoCrm().methods as unknown as {
	loadOptions: Record<string, (this: ILoadOptionsFunctions) => Promise<INodePropertyOptions[]>>;
	listSearch: Record<string, (this: ILoadOptionsFunctions) => Promise<INodeListSearchResult>>;
};

const CALL = { phone: '+7 912 000-00-00', duration: 1, source: 'x' };
const catalogOf = ({ emulator: { account } }: World) => byId([...account.catalogs.keys()][0] ?? 0);
const leadOf = ({ emulator: { account } }: World) => byId([...account.leads.keys()][0] ?? 0);
const ofElement = (world: World) => ({ linkTo: 'catalog_elements', catalogId: catalogOf(world), elementId: byId(1) });
const bySegments = ({ emulator: { account } }: World) => {
	account.info.customers_mode = 'segments';
	return { nextDate: '' };
};

/** What else the form has to say for a parameter: by the resource and its name, or by its name. */
const ALONG: Record<string, (world: World) => INodeParameters> = {
	'customField.searchIn': () => ({ type: 'linked_entity' }),
	'customField.remind': () => ({ type: 'birthday' }),
	'customer.additionalFields.segments.record.recordId': bySegments,
	'customer.updateFields.segments.record.recordId': bySegments,
	'customer.filters.segmentIds.record.recordId': bySegments,
	'task.additionalFields.entityType': () => ({}),
	'event.optionIds': ({ emulator: { account } }) => ({ filters: { customFieldId: account.fieldsOf('leads').find(({ type }) => type === 'select')?.id ?? '' } }),
	'task.entityType': (world) => ({ entityId: leadOf(world) }),
	'company.catalogId': ofElement,
	'contact.catalogId': ofElement,
	'customer.catalogId': ofElement,
	'catalogElement.catalogId': (world) => ({ linkTo: 'leads', linkedId: leadOf(world) }),
	'lead.catalogId': ofElement,
	priceFieldId: ofElement,
	'customer.matchFieldId': () => ({ matchBy: 'customField', matchValue: 'Базовый' }),
	matchFieldId: () => ({ matchBy: 'customField', matchValue: '1' }),
	callStatus: () => CALL,
	'file.entityType': (world) => ({ entityId: leadOf(world) }),
	'incomingLead.entityType': (world) => ({ entityId: leadOf(world) }),
	'incomingLead.userId': (world) => ({ entityId: leadOf(world) }),
	'salesbot.salesbotId': (world) => ({ entityId: leadOf(world) }),
	'salesbot.entityType': (world) => ({ entityId: leadOf(world) }),
};

function comparable({ emulator: { account } }: World, owner: 'leads' | 'contacts' | 'companies'): IDataObject {
	const field = account.fieldsOf(owner).find(({ type }) => ['numeric', 'birthday'].includes(type));
	return { fieldId: field?.id, value: field?.type === 'numeric' ? '1' : '2000-01-01' };
}

/** The same for what stands beside it in its collection or block. */
const BESIDE: Record<string, (world: World) => IDataObject> = {
	...Object.fromEntries(['lead', 'contact', 'company', 'customer', 'incomingLead'].flatMap((noted) => ['taskTypeId', 'responsibleUserId'].map((name) => [`${noted}.additionalFields.task.task.${name}`, () => ({ text: 'x', completeTill: '2030-01-01T00:00:00Z' })]))),
	mcpTransport: () => ({ mcpUrl: 'https://example.com/mcp' }),
	attachmentType: () => ({ attachmentId: '1', attachmentName: 'x.pdf' }),
	'event.catalogId': () => ({ entityType: 'catalog_elements' }),
	'chatTemplate.type': () => ({ text: 'x', url: 'https://example.com' }),
	'source.type': () => ({ id: '1', name: 'x', link: 'https://example.com' }),
	'pipeline.color': () => ({ name: 'x' }),
	'task.entityType': (world) => ({ entityId: leadOf(world) }),
	'transaction.catalogId': () => ({ elementId: byId(1) }),
	'file.catalogId': ({ emulator: { account } }) => ({ entityType: 'catalog_elements', entityId: byId([...account.elements.keys()][0] ?? 0) }),
	'file.entityType': (world) => ({ entityId: leadOf(world) }),
	fieldId: () => ({ value: '1' }),
	'customer.fieldId': () => ({ value: 'Базовый' }),
	'lead.comparison': (world) => comparable(world, 'leads'),
	'contact.comparison': (world) => comparable(world, 'contacts'),
	'company.comparison': (world) => comparable(world, 'companies'),
	'customer.comparison': () => ({ fieldId: 'Уровень', value: 'Базовый' }),
};

let runs = 0;

for (const { entity, operations } of resources) {
	const { value: resource, idParameter } = entity;
	const cases = operations.flatMap((operation) => placesIn(operation.properties).filter((place) => takesName(place) || hasChoices(place)).map((place) => ({ operation, place })));
	if (cases.length === 0) continue;

	describe(resource, () => {
		const samples = SAMPLES[resource] ?? {};
		let world: World;
		let id: string | number | undefined;

		beforeAll(async () => {
			world = await openWorld();
			await furnish(world);
			await world.run({ resource: 'customField', operation: 'create', entityType: 'catalogs', catalogId: catalogOf(world), name: 'Material', type: 'text' });
			await samples.prepare?.(world);
			if (resource === 'customer') {
				bySegments(world);
				await world.run({ resource: 'customerSegment', operation: 'create', name: 'VIP' });
				world.emulator.account.info.customers_mode = 'periodicity';
			}
			if (operations.some(({ value }) => value === 'create')) await world.run(formOf(world, entity, 'create'));
			const { rows } = await world.run({ resource, operation: 'getAll', ...samples.place?.(world), simplify: false, options: FAST });
			id = rows[0] && idOf(entity, rows[0].json);
		});
		afterAll(async () => await world.close());

		/** Each time as another credential, of which nothing is known yet. */
		const perform = async (parameters: INodeParameters, isTool = false): Promise<{ result: RunResult; requests: string[] }> => {
			world.emulator.log.clear();
			const result = await runNode({ account: { ...world.account, id: `names-${(runs += 1)}` }, parameters, binary: [{ data: { data: 'YWJj', mimeType: 'text/plain', fileName: 'a.txt' } }], ...(isTool ? { asTool: true as const } : {}) });
			return { result, requests: world.emulator.log.entries.map(({ method, path }) => `${method} ${path}`) };
		};

		const withValue = ({ value: operation, writes, properties }: Operation, { path, property }: Place, value: unknown): INodeParameters => {
			const shown = Object.entries(property.displayOptions?.show ?? {}).map(([name, allowed]): [string, unknown] => [name.replace('/', ''), (allowed as unknown[])[0]]);
			const { info } = world.emulator.account;
			if (resource === 'customer') info.customers_mode = 'periodicity';
			const of = <T>(table: Record<string, (world: World) => T>) => (table[`${resource}.${path.slice(-4).join('.')}`] ?? table[`${resource}.${property.name}`] ?? table[property.name])?.(world);
			const along = property.name === 'catalogId' && !properties.some(({ name }) => name === 'linkTo') ? {} : of(ALONG);
			const base = {
				...formOf(world, entity, operation),
				...(id !== undefined && properties.some(({ name }) => name === idParameter) ? { [idParameter]: byId(id) } : {}),
				...Object.fromEntries(shown.filter(([name]) => name !== '@tool')),
				...along,
			} as INodeParameters;
			const lists = placesOfLists(properties);
			setAt(base, path, value, { lists, beside: path.length > 1 ? (of(BESIDE) ?? {}) : {} });
			return { ...base, options: { ...(base.options as IDataObject), ...(writes ? { dryRun: true } : {}), ...FAST } as INodeParameters };
		};

		const choicesOf = async (operation: Operation, place: Place): Promise<INodePropertyOptions[]> => {
			const { typeOptions, modes = [], options = [] } = place.property;
			const editor = editorOf(world.account, withValue(operation, place, ''));
			const method = typeOptions?.loadOptionsMethod;
			if (method) return (await loadOptions[method]?.call(editor)) ?? [];
			const searched = modes.find(({ name }) => name === 'list')?.typeOptions?.searchListMethod;
			return (searched ? ((await listSearch[searched]?.call(editor))?.results as INodePropertyOptions[]) : (options as INodePropertyOptions[])) ?? [];
		};

		/** As an expression gives it: what n8n would not let a person choose. */
		const wrapped = ({ property: { type } }: Place, value: unknown): unknown =>
			type === 'resourceLocator' ? byId(value as string) : `={{ ${JSON.stringify(type === 'multiOptions' ? [value] : value)} }}`;

		const untouched = operations.flatMap((operation) =>
			placesIn(operation.properties)
				.filter(({ path, property }) => property.type === 'resourceLocator' && path.length > 1)
				.map((place) => [operation.value, place.path.join('.'), { operation, place }] as const),
		);
		if (untouched.length > 0) {
			// n8n saves such a picker without the mark of pickers.
			it.each(untouched)('%s takes an added %s that nobody touched as unset', async (_operation, _path, { operation, place }) => {
				const without = await perform(withValue(operation, place, undefined));
				for (const value of [{ mode: 'list', value: '' }, { __rl: true, mode: 'list', value: '' }, { mode: 'id', value: '' }, { mode: 'list' }]) {
					const { result } = await perform(withValue(operation, place, value));
					expect(result.error?.message).toBe(without.result.error?.message);
					expect(timeless(result)).toEqual(timeless(without.result));
				}
			});
		}

		it.each(cases.map(({ operation, place }) => [operation.value, place.path.join('.'), { operation, place }] as const))('%s takes the name of %s', async (_operation, _path, { operation, place }) => {
			const choices = await choicesOf(operation, place);
			const named = choices.filter(({ name, value }) => String(value) !== '' && name !== String(value)).reverse();
			if (named.length === 0) {
				expect(OPEN).toContain(place.property.name);
				return;
			}
			const isOfTool = place.property.displayOptions?.show?.['@tool'] !== undefined;
			const given = async (value: unknown) => await perform(withValue(operation, place, wrapped(place, value)), isOfTool);
			// Not every choice is possible for every record.
			let choice = named[0] as INodePropertyOptions;
			let byIds = await given(choice.value);
			for (const other of named.slice(1, 20)) {
				if (!byIds.result.error) break;
				choice = other;
				byIds = await given(choice.value);
			}
			// A record may be elsewhere.
			const found = byIds.result.error?.message;
			if (byIds.result.error && !found?.includes('was not found')) throw byIds.result.error;
			for (const name of [choice.name, `  ${choice.name.toUpperCase().replace(/ /g, '  ')} `]) {
				const byName = await given(name);
				expect(byName.result.error?.message).toBe(found);
				expect(timeless(byName.result)).toEqual(timeless(byIds.result));
				expect(byName.requests.length - byIds.requests.length).toBeLessThanOrEqual(hasChoices(place) ? 0 : (LISTS[`${resource}.${place.property.name}`] ?? 1));
				expect(byName.requests).toEqual(expect.arrayContaining(byIds.requests));
			}
			if (place.property.type === 'options' && !place.property.displayOptions?.show?.['@version']) {
				// As a tool, where the choice is a picker: the model fills it, or a workflow has it saved as a choice.
				const saved = await perform(withValue(operation, place, wrapped(place, choice.value)), true);
				const byModel = await perform(withValue(operation, place, { __rl: true, mode: 'list', value: `={{ ${JSON.stringify(choice.name)} }}` }), true);
				expect([byModel, saved].map(({ result }) => result.error?.message)).toEqual([found, found]);
				expect(timeless(byModel.result)).toEqual(timeless(saved.result));
			}
			const wrong = await given(`${choice.name}§`);
			expect(wrong.result.error?.message).toContain(`'${choice.name}§'`);
			const others = wrong.result.error?.message.replace(`'${choice.name}§'`, '');
			if (place.property.name !== 'events') expect([choice.name, String(choice.value)].some((word) => others?.includes(word))).toBe(true);
			expect(others).toContain(TOLD_AS[place.path.slice(-2).join('.')] ?? plainName(place.property));
			expect(wrong.requests.filter((request) => !request.startsWith('GET'))).toEqual([]);
		});
	});
}

/** Errors that name the collection. */
const TOLD_AS: Record<string, string> = { 'sort.direction': 'Sort', 'sort.field': 'Sort', 'record.recordId': '', 'field.fieldId': 'Custom Fields', 'field.comparison': '', 'button.type': 'Buttons', 'page.type': 'Messenger Pages', 'stage.color': 'Stages', 'product.catalogId': 'Products', 'filters.catalogId': '', 'value.stageIds': 'Value', 'value.customerStatusIds': 'Value', 'value.responsibleUserIds': 'Value', 'value.optionIds': 'Value' };

/** Fields of all kinds of cards, each a list of its own, and what is named by them. */
const LISTS: Record<string, number> = { 'event.customFieldId': 4, 'event.types': 4, 'event.optionIds': 4 };

/** What an account may have none of. */
const OPEN = ['currencyCode', 'priceFieldId', 'currency'];

/** What else operations cannot do without. */
const REQUIRED: Record<string, INodeParameters> = {
	'apiRequest.send': { path: '/api/v4/account' },
	'chatTemplate.updateReview': { reviewId: '1' },
	'file.attach': { entityId: byId(1) },
	'file.detach': { entityId: byId(1) },
	'contact.upsert': { phone: '+7 912 000-00-00' },
	'company.upsert': { phone: '+7 912 000-00-00' },
	'webhook.subscribe': { destination: 'https://example.com', events: ['add_lead'] },
};

/** A field that an update can be made of. */
function firstField(world: World, entity: Entity): IDataObject {
	const [field] = fieldsFor(entity, 'update').filter(({ kind: { property } }) => ['string', 'number', 'boolean'].includes(property.type));
	return field ? { [field.name]: sampleOf(entity, field, 1, world) as IDataObject } : {};
}

/** The form of an operation, filled as far as it must be. */
function formOf(world: World, entity: Entity, operation: string): INodeParameters {
	const top = ['create', 'createComplex', 'upsert'].includes(operation) ? fieldsFor(entity, 'create').filter(isTopLevel) : [];
	const { place } = SAMPLES[entity.value] ?? {};
	return {
		resource: entity.value,
		operation,
		...Object.fromEntries(top.map((field) => [field.name, sampleOf(entity, field, 1, world)])),
		...(entity.value === 'note' ? { text: 'x' } : {}),
		...(operation === 'update' ? { updateFields: firstField(world, entity) } : {}),
		...REQUIRED[`${entity.value}.${operation}`],
		...place?.(world),
	} as INodeParameters;
}

/** Without what is the moment of the run. */
const timeless = ({ rows }: RunResult): string => JSON.stringify(rows.map(({ json }) => json)).replace(/"(form_sent_at|called_at|created_at|button_id|creation_status)":("?)\w+\2/g, '');

/** The names of the collections that hold lists of blocks. */
function placesOfLists(properties: INodeProperties[]): Set<string> {
	return new Set(
		properties.flatMap((property): string[] => [
			...(property.typeOptions?.multipleValues ? [property.name] : []),
			...placesOfLists(((property.options ?? []) as Part[]).flatMap((option): INodeProperties[] => ('type' in option ? [option] : ((option as Part).values ?? [])))),
		]),
	);
}

function setAt(parameters: INodeParameters, path: string[], value: unknown, { lists, beside }: { lists: Set<string>; beside: IDataObject }): void {
	let owner = parameters as IDataObject;
	path.forEach((key, index) => {
		if (index === path.length - 1) Object.assign(owner, beside, { [key]: value });
		else {
			const isList = index > 0 && lists.has(path[index - 1] ?? '');
			const inner: IDataObject = isList ? {} : ((owner[key] as IDataObject | undefined) ?? {});
			owner[key] = isList ? [inner] : inner;
			owner = inner;
		}
	});
}
