import type { FastifyInstance, FastifyRequest } from 'fastify';
import { hrefLinks } from '../entities/present';
import { cutPage, originOf, sendJson, sendPage } from '../http/envelope';
import { missing } from '../http/missing';
import { intsOf, isRecord, listOf, orderOf, pagingOf, type Query } from '../http/query';
import type { CustomFieldRow, FieldOwner } from '../store/rows';
import { walk } from '../store/table';
import type { World } from '../world';

/** Definitions of custom fields, read side. facts: core 15.3, extended 2.1, 2.2 */

/** Turns a route's parameters into the owner of its fields; undefined when there is no such catalog. */
export type OwnerOf = (params: Record<string, string>) => FieldOwner | undefined;

export function customFieldRoutes(app: FastifyInstance, world: World, prefix: string, ownerOf: OwnerOf): void {
	app.get<{ Params: Record<string, string> }>(`${prefix}/custom_fields`, (request, reply) => {
		const owner = ownerOf(request.params);
		if (!owner) return missing(reply, world);
		const query = request.query as Query;
		const paging = pagingOf(query, world.switches.customFieldsPageSize);
		const fields = selected(world.account.fieldsOf(owner), query);
		const page = cutPage(fields, paging);
		const rows = page.rows.map((field) => presentField(world, request, field));
		const extra = { total: fields.length, pageCount: true, lastLink: true };
		return sendPage(request, reply, 'custom_fields', { ...page, rows }, paging, extra);
	});

	app.get<{ Params: Record<string, string> }>(`${prefix}/custom_fields/:fieldId(^\\d+$)`, (request, reply) => {
		const field = world.account.customFields.get(Number(request.params.fieldId));
		if (!field || field.owner !== ownerOf(request.params)) return missing(reply, world);
		return sendJson(reply, presentField(world, request, field));
	});
}

function selected(fields: CustomFieldRow[], query: Query): CustomFieldRow[] {
	const filter = isRecord(query.filter) ? query.filter : {};
	const types = listOf(filter.type);
	const ids = intsOf(filter.id);
	const kept = fields.filter((field) => (!types || types.includes(field.type)) && (!ids || ids.has(field.id)));
	const { field, descending } = orderOf(query, ['sort', 'id'], { field: 'sort', descending: false });
	const key = field as 'sort' | 'id';
	kept.sort((a, b) => a[key] - b[key] || a.id - b.id);
	return [...walk(kept, descending)];
}

const ON_ENTITIES = new Set(['leads', 'contacts', 'companies', 'customers']);
const plainEnum = ({ id, value, sort, code }: NonNullable<CustomFieldRow['enums']>[number]) => ({
	id,
	value,
	sort,
	...(code === undefined ? {} : { code }),
});

/** Keys vary by owner and type. facts: extended 2.2 */
export function presentField(world: World, request: FastifyRequest, field: CustomFieldRow) {
	const { id, name, type, code, sort, owner, enums, group_id } = field;
	const onEntity = ON_ENTITIES.has(owner);
	const catalogId = owner.startsWith('catalogs/') ? Number(owner.slice('catalogs/'.length)) : undefined;
	const path = `/${owner === 'segments' ? 'customers/segments' : owner}/custom_fields/${id}`;
	return {
		id,
		name,
		type,
		account_id: world.account.info.id,
		code,
		sort,
		...(onEntity ? { is_api_only: field.is_api_only } : {}),
		enums: type === 'category' ? null : (enums?.map(plainEnum) ?? null),
		...(type === 'category' ? { nested: enums?.map(({ id: enumId, value, sort: order, parent_id }) => ({ id: enumId, parent_id, value, sort: order })) } : {}),
		...(catalogId === undefined ? { group_id } : { catalog_id: catalogId, is_visible: field.is_visible, is_required: field.is_required, settings: null }),
		...(onEntity && owner !== 'customers' ? { required_statuses: field.required_statuses, hidden_statuses: [] } : {}),
		is_deletable: field.is_deletable,
		is_predefined: field.is_predefined,
		...(owner === 'leads' ? { is_computed: field.is_computed } : {}),
		entity_type: catalogId === undefined ? owner : 'catalogs',
		tracking_callback: field.tracking_callback,
		remind: field.remind,
		triggers: [],
		currency: field.currency,
		...(type === 'linked_entity' ? { search_in: field.search_in } : {}),
		chained_lists: field.chained_lists,
		_links: hrefLinks(originOf(request), path),
	};
}
