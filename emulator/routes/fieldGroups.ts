import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { requestId } from '../entities/schemas';
import { crudRoutes, given } from '../http/crud';
import { forbidden, notSupportedChoice } from '../http/problems';
import type { FieldGroupRow } from '../store/moreRows';
import type { FieldOwner } from '../store/rows';
import type { World } from '../world';
import type { OwnerOf } from './customFields';

/** Groups of custom fields; their id is a string. facts: extended 2.1, 2.4 */

const CREATE = z.strictObject({
	name: z.string().min(1).max(255),
	sort: z.number().int().optional(),
	fields: z.array(z.number().int()).nullish(),
	request_id: requestId,
});
const UPDATE = CREATE.partial().extend({ id: z.string().optional() });

export function fieldGroupRoutes(app: FastifyInstance, world: World, prefix: string, ownerOf: OwnerOf): void {
	const { account } = world;
	const groups = (owner: FieldOwner) => [...account.fieldGroups.values()].filter((group) => group.owner === owner).sort((a, b) => a.sort - b.sort);
	const fields = (group: FieldGroupRow) => account.fieldsOf(group.owner).filter(({ group_id }) => group_id === group.code);
	const present = (group: FieldGroupRow) => ({
		id: group.code,
		name: group.name,
		is_predefined: group.is_predefined,
		type: 'custom_field_group',
		fields: fields(group).map(({ id }) => id),
		entity_type: group.owner.split('/')[0],
		sort: group.sort,
	});
	const fill = (group: FieldGroupRow, ids: number[] | null | undefined) => {
		if (!ids) return;
		for (const field of account.fieldsOf(group.owner)) {
			if (ids.includes(field.id)) account.customFields.change(field, { group_id: group.code });
			else if (field.group_id === group.code) account.customFields.change(field, { group_id: null });
		}
	};
	const checkFields = (owner: FieldOwner, ids: number[] | null | undefined) =>
		(ids ?? []).flatMap((id, index) => (account.customFields.get(id)?.owner === owner ? [] : [notSupportedChoice(`fields.${index}`)]));

	crudRoutes(app, world, {
		path: `${prefix}/custom_fields/groups`,
		key: 'custom_field_groups',
		admin: 'writes',
		name: { pattern: '[^/]+', of: ({ code }) => code },
		rows(request) {
			const owner = ownerOf(request.params);
			return owner && groups(owner);
		},
		present,
		list: { unpaged: true },
		create: {
			schema: CREATE,
			status: 201,
			check: ({ fields: ids }, { params }) => checkFields(ownerOf(params) as FieldOwner, ids),
			make(data, { params }) {
				const owner = ownerOf(params) as FieldOwner;
				const id = account.fieldGroups.nextId();
				const code = `${owner.replace('/', '_')}_${world.clock.now()}${id}`;
				const group = account.fieldGroups.add({ id, code, owner, name: data.name, sort: data.sort ?? id, is_predefined: false });
				fill(group, data.fields);
				return group;
			},
		},
		update: {
			schema: UPDATE,
			check: ({ fields: ids }, { owner }) => checkFields(owner, ids),
			apply(group, data) {
				account.fieldGroups.change(group, given(data, 'name', 'sort'));
				fill(group, data.fields);
			},
		},
		remove: {
			run(group) {
				if (group.is_predefined) throw forbidden('Predefined groups can not be deleted');
				fill(group, []);
				account.fieldGroups.delete(group.id);
			},
		},
	});
}
