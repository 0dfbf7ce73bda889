import type { FastifyInstance } from 'fastify';
import { crudRoutes, type CrudRequest, type Params } from '../http/crud';
import { intsOf, isRecord, listOf, orderOf, type Query } from '../http/query';
import { presentField } from '../fields/present';
import { CREATE_FIELD, UPDATE_FIELD, checkNewField, createField, updateField } from '../fields/definitions';
import type { CustomFieldRow, FieldOwner } from '../store/rows';
import { walk } from '../store/table';
import { omit } from '../omit';
import type { World } from '../world';

/** Definitions of custom fields. facts: core 15.3, extended 2.1, 2.2 */

/** Turns a route's parameters into the owner of its fields; undefined when there is no such catalog. */
export type OwnerOf = (params: Params) => FieldOwner | undefined;

export function customFieldRoutes(app: FastifyInstance, world: World, prefix: string, ownerOf: OwnerOf): void {
	const { account, switches } = world;
	const owner = (request: CrudRequest) => ownerOf(request.params) as FieldOwner;
	const enumMap = (row: CustomFieldRow, request: CrudRequest) => {
		const shown = presentField(world, request, row);
		if (switches.fieldPatchEnumsShape === 'array' || !shown.enums) return shown;
		return { ...omit(shown, 'enums'), enums: Object.fromEntries(shown.enums.map((option, index) => [index, option])) };
	};
	crudRoutes(app, world, {
		path: `${prefix}/custom_fields`,
		key: 'custom_fields',
		admin: 'writes',
		rows(request) {
			const of = ownerOf(request.params);
			return of && ordered(account.fieldsOf(of), request.query as Query);
		},
		present: (row, request) => presentField(world, request, row),
		list: {
			get max() {
				return switches.customFieldsPageSize;
			},
			total: true,
			pageCount: true,
			lastLink: true,
			filter(query) {
				const filter = isRecord(query.filter) ? query.filter : {};
				const types = listOf(filter.type);
				const ids = intsOf(filter.id);
				return (field) => (!types || types.includes(field.type)) && (!ids || ids.has(field.id));
			},
		},
		create: {
			schema: CREATE_FIELD,
			get status() {
				return switches.fieldsPostStatus;
			},
			check: (data, request) => checkNewField(world, owner(request), data),
			make: (data, request) => createField(world, owner(request), data),
		},
		update: {
			schema: UPDATE_FIELD,
			batch: true,
			apply: (row, data) => updateField(world, row, data),
			present: enumMap,
		},
		remove: { run: ({ id }) => void account.customFields.delete(id) },
	});
}

function ordered(fields: CustomFieldRow[], query: Query): CustomFieldRow[] {
	const { field, descending } = orderOf(query, ['sort', 'id'], { field: 'sort', descending: false });
	const key = field as 'sort' | 'id';
	return [...walk(fields.sort((a, b) => a[key] - b[key] || a.id - b.id), descending)];
}
