import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { requestId } from '../entities/schemas';
import { requireAdmin } from '../http/caller';
import type { Params } from '../http/crud';
import { sendJson, sendList, sendNothing } from '../http/envelope';
import { missing } from '../http/missing';
import { forbidden, notSupportedChoice } from '../http/problems';
import type { FieldGroupRow } from '../store/moreRows';
import type { FieldOwner } from '../store/rows';
import { parseBatch, parseObject } from '../validation/batch';
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
	type Route = { Params: Params };
	const path = `${prefix}/custom_fields/groups`;
	const one = `${path}/:groupId`;
	const groups = (owner: FieldOwner) => [...account.fieldGroups.values()].filter((group) => group.owner === owner).sort((a, b) => a.sort - b.sort);
	const groupOf = (request: FastifyRequest<Route>) =>
		groups(ownerOf(request.params) ?? 'leads').find(({ code }) => code === request.params.groupId);
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

	app.get<Route>(path, (request, reply) => {
		const owner = ownerOf(request.params);
		const rows = owner ? groups(owner).map(present) : [];
		return rows.length > 0 ? sendList(request, reply, 'custom_field_groups', rows, { total: true }) : sendNothing(reply);
	});

	app.get<Route>(one, (request, reply) => {
		const group = groupOf(request);
		return group ? sendJson(reply, present(group)) : missing(reply, world);
	});

	app.post<Route>(path, (request, reply) => {
		requireAdmin(request);
		const owner = ownerOf(request.params);
		if (!owner) return missing(reply, world);
		const items = parseBatch(request.body, CREATE, world.switches, ({ fields: ids }) => checkFields(owner, ids));
		const rows = items.map(({ data, requestId: request_id }) => {
			const id = account.fieldGroups.nextId();
			const code = `${owner.replace('/', '_')}_${world.clock.now()}${id}`;
			const group = account.fieldGroups.add({ id, code, owner, name: data.name, sort: data.sort ?? id, is_predefined: false });
			fill(group, data.fields);
			return { ...present(group), request_id };
		});
		return sendList(request, reply, 'custom_field_groups', rows, { total: true, status: 201 });
	});

	app.patch<Route>(one, (request, reply) => {
		requireAdmin(request);
		const group = groupOf(request);
		if (!group) return missing(reply, world);
		const data = parseObject(request.body, UPDATE, world.switches, ({ fields: ids }) => checkFields(group.owner, ids));
		account.fieldGroups.change(group, { name: data.name ?? group.name, sort: data.sort ?? group.sort });
		fill(group, data.fields);
		return sendJson(reply, present(group));
	});

	app.delete<Route>(one, (request, reply) => {
		requireAdmin(request);
		const group = groupOf(request);
		if (!group) return missing(reply, world);
		if (group.is_predefined) throw forbidden('Predefined groups can not be deleted');
		fill(group, []);
		account.fieldGroups.delete(group.id);
		return sendNothing(reply);
	});
}
