import type { FastifyRequest } from 'fastify';
import { hrefLinks } from '../entities/present';
import { originOf } from '../http/envelope';
import type { CustomFieldRow, FieldEnum } from '../store/rows';
import type { World } from '../world';

const ON_ENTITIES = new Set(['leads', 'contacts', 'companies', 'customers']);

const option = ({ id, value, sort, code }: FieldEnum) => ({ id, value, sort, ...(code === undefined ? {} : { code }) });
const branch = ({ id, value, sort, parent_id = null }: FieldEnum) => ({ id, parent_id, value, sort });

/** The read model; keys vary by owner and type. facts: extended 2.2 */
export function presentField(world: World, request: FastifyRequest, field: CustomFieldRow) {
	const { id, name, type, code, sort, owner, enums, group_id } = field;
	const onEntity = ON_ENTITIES.has(owner);
	const catalogId = owner.startsWith('catalogs/') ? Number(owner.slice('catalogs/'.length)) : undefined;
	const path = `/${owner === 'segments' ? 'customers/segments' : owner}/custom_fields/${id}`;
	const place =
		catalogId === undefined
			? { group_id }
			: { group_id, catalog_id: catalogId, is_visible: field.is_visible, is_required: field.is_required, settings: null };
	return {
		id,
		name,
		type,
		account_id: world.account.info.id,
		code,
		sort,
		...(onEntity ? { is_api_only: field.is_api_only } : {}),
		enums: type === 'category' ? null : (enums?.map(option) ?? null),
		...(type === 'category' ? { nested: enums?.map(branch) ?? [] } : {}),
		...place,
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
