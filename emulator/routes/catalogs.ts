import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { addOwnFields } from '../catalogs/fields';
import { requestId } from '../entities/schemas';
import { hrefLinks } from '../entities/present';
import { applyFieldPatches, checkFieldValues, presentFieldValues } from '../fields/values';
import { crudRoutes, type CrudRequest, type Params } from '../http/crud';
import { originOf } from '../http/envelope';
import { fieldMissing, type FieldError } from '../http/problems';
import { catalogRights, rightsBy } from '../http/rights';
import { intsOf, isRecord, listOf, textsOf, withOf, type Query } from '../http/query';
import type { CatalogRow, ElementRow } from '../store/moreRows';
import type { FieldOwner } from '../store/rows';
import { fieldContext, fieldFinder, type World } from '../world';
import { customFieldRoutes } from './customFields';
import { fieldGroupRoutes } from './fieldGroups';
import { elementLinkRoutes } from './links';
import { productRoutes } from './products';

/** Catalogs (lists), their fields and elements. facts: extended 3.1-3.4 */

const int = z.number().int();
const flags = { can_add_elements: z.boolean().optional(), can_link_multiple: z.boolean().optional(), can_show_in_cards: z.boolean().optional() };
const name = z.string().min(1).max(255);
const CATALOG = z.strictObject({
	name,
	type: z.enum(['regular', 'invoices']).optional(),
	sort: int.optional(),
	created_by: int.optional(),
	request_id: requestId,
	...flags,
});
const CATALOG_PATCH = CATALOG.omit({ type: true, created_by: true }).partial().extend({ id: int.optional() });
const ELEMENT = z.strictObject({
	name,
	custom_fields_values: z.array(z.unknown()).nullish(),
	currency_id: int.nullish(),
	request_id: requestId,
});
const ELEMENT_PATCH = ELEMENT.partial().extend({ id: int.optional() });

export function catalogRoutes(app: FastifyInstance, world: World): void {
	const { account, clock } = world;
	const catalogOf = (params: Params): CatalogRow | undefined => account.catalogs.get(Number(params.catalogId));
	const ownerOf = (params: Params): FieldOwner | undefined => {
		const catalog = catalogOf(params);
		return catalog && `catalogs/${catalog.id}`;
	};
	const stamps = (by: number) => ({ created_by: by, updated_by: by, created_at: clock.seconds(), updated_at: clock.seconds() });

	crudRoutes(app, world, {
		path: '/catalogs',
		key: 'catalogs',
		rights: (request) => rightsBy(catalogRights(world, request), (row: CatalogRow) => row.id),
		rows: () => account.catalogs.values(),
		present: (row, request) => ({ ...row, account_id: account.info.id, _links: hrefLinks(originOf(request), `/catalogs/${row.id}`) }),
		get: { absent: 204 },
		list: {
			filter(query) {
				const types = listOf(query.type);
				return ({ type }) => !types || types.includes(type);
			},
		},
		create: {
			schema: CATALOG,
			make: (data, request) => {
				const catalog = account.catalogs.add({
					id: account.catalogs.nextId(),
					name: data.name,
					sort: data.sort ?? 10,
					type: data.type ?? 'regular',
					can_add_elements: data.can_add_elements ?? true,
					can_show_in_cards: data.can_show_in_cards ?? false,
					can_link_multiple: data.can_link_multiple ?? true,
					can_be_deleted: true,
					sdk_widget_code: null,
					...stamps(data.created_by ?? request.caller.user.id),
				});
				addOwnFields(account, catalog);
				return catalog;
			},
		},
		update: {
			schema: CATALOG_PATCH,
			batch: true,
			apply(row, data, request) {
				const { name: title = row.name, sort = row.sort, can_add_elements = row.can_add_elements } = data;
				const { can_link_multiple = row.can_link_multiple, can_show_in_cards = row.can_show_in_cards } = data;
				const changes = { name: title, sort, can_add_elements, can_link_multiple, can_show_in_cards };
				account.catalogs.change(row, { ...changes, updated_at: clock.seconds(), updated_by: request.caller.user.id });
			},
		},
	});

	const prefix = '/catalogs/:catalogId(^\\d+$)';
	customFieldRoutes(app, world, prefix, ownerOf);
	fieldGroupRoutes(app, world, prefix, ownerOf);
	elementRoutes(app, world, prefix, catalogOf, stamps);
	elementLinkRoutes(app, world);
	productRoutes(app, world);
}

function elementRoutes(
	app: FastifyInstance,
	world: World,
	prefix: string,
	catalogOf: (params: Params) => CatalogRow | undefined,
	stamps: (by: number) => Pick<ElementRow, 'created_by' | 'updated_by' | 'created_at' | 'updated_at'>,
): void {
	const { account, clock } = world;
	const finder = (request: CrudRequest) => fieldFinder(account, `catalogs/${Number(request.params.catalogId)}`);
	const checked = (request: CrudRequest, values: unknown) => checkFieldValues(values, finder(request), fieldContext(world));

	crudRoutes(app, world, {
		path: `${prefix}/elements`,
		key: 'elements',
		rights: (request) => rightsBy(catalogRights(world, request), (row: ElementRow) => row.catalog_id),
		rows(request) {
			const catalog = catalogOf(request.params);
			return catalog && [...account.elements.values()].filter(({ catalog_id }) => catalog_id === catalog.id);
		},
		present: (row, request) => presentElement(world, request, row),
		list: {
			filter(query) {
				const ids = intsOf(isRecord(query.filter) ? query.filter.id : undefined) ?? intsOf(query.id);
				const search = textsOf(query.query)?.[0]?.toLowerCase();
				return (row) => (!ids || ids.has(row.id)) && (search === undefined || searchable(row).includes(search));
			},
		},
		create: {
			schema: ELEMENT,
			check: (data, request) => [
				...checked(request, data.custom_fields_values).errors,
				...checkInvoice(world, catalogOf(request.params), data.custom_fields_values),
			],
			make(data, request) {
				const row = account.elements.add({
					id: account.elements.nextId(),
					catalog_id: Number(request.params.catalogId),
					name: data.name,
					is_deleted: null,
					currency_id: data.currency_id ?? null,
					custom_fields_values: applyFieldPatches([], checked(request, data.custom_fields_values).patches),
					...stamps(request.caller.user.id),
				});
				world.changes.publish({ kind: 'element', action: 'add', row, by: row.created_by });
				return row;
			},
		},
		update: {
			schema: ELEMENT_PATCH,
			batch: true,
			check: (data, _row, request) => checked(request, data.custom_fields_values).errors,
			apply(row, data, request) {
				const before = account.elements.change(row, {
					name: data.name ?? row.name,
					currency_id: data.currency_id === undefined ? row.currency_id : data.currency_id,
					custom_fields_values: applyFieldPatches(row.custom_fields_values, checked(request, data.custom_fields_values).patches),
					updated_at: clock.seconds(),
					updated_by: request.caller.user.id,
				});
				world.changes.publish({ kind: 'element', action: 'update', row, before, by: row.updated_by });
			},
		},
	});
}

/** An invoice cannot do without its status. facts: extended 3.4 */
function checkInvoice({ account }: World, catalog: CatalogRow | undefined, values: unknown): FieldError[] {
	const status = catalog?.type === 'invoices' ? account.fieldsOf(`catalogs/${catalog.id}`).find(({ code }) => code === 'BILL_STATUS') : undefined;
	if (!status) return [];
	const given = (Array.isArray(values) ? values : []).filter(isRecord);
	const named = given.some(({ field_id, field_code }) => field_id === status.id || field_code === status.code);
	return named ? [] : [fieldMissing('custom_fields_values.BILL_STATUS')];
}

const searchable = ({ name: title, custom_fields_values }: ElementRow): string =>
	[title, ...custom_fields_values.flatMap(({ values }) => values.map(({ value }) => (typeof value === 'object' ? '' : String(value))))].join('\n').toLowerCase();

export function presentElement(world: World, request: FastifyRequest, row: ElementRow) {
	const { account } = world;
	const { id, name: title, created_by, updated_by, created_at, updated_at, is_deleted, catalog_id, currency_id } = row;
	const finder = fieldFinder(account, `catalogs/${catalog_id}`);
	const wantsLink = withOf(request.query as Query).has('invoice_link') && account.catalogs.get(catalog_id)?.type === 'invoices';
	return {
		id,
		name: title,
		created_by,
		updated_by,
		created_at,
		updated_at,
		is_deleted,
		custom_fields_values: presentFieldValues(row.custom_fields_values, finder, fieldContext(world)),
		catalog_id,
		account_id: account.info.id,
		...(currency_id === null ? {} : { currency_id }),
		...(wantsLink ? { invoice_link: `${originOf(request)}/invoices/${catalog_id}/${id}` } : {}),
		_links: hrefLinks(originOf(request), `/catalogs/${catalog_id}/elements/${id}`),
	};
}
