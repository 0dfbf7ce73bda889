import { randomUUID } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { requestId } from '../entities/schemas';
import { hrefLinks } from '../entities/present';
import { requireAdmin } from '../http/caller';
import { crudRoutes } from '../http/crud';
import { originOf, sendList, sendNothing } from '../http/envelope';
import { invalidValue, notSupportedChoice, type FieldError } from '../http/problems';
import { withOf, type Query } from '../http/query';
import { fullRights } from '../seed/base';
import type { RoleRights } from '../store/rows';
import { parseBatch } from '../validation/batch';
import type { World } from '../world';
import { presentUser } from './users';

/** Roles, and the writes on users: admins only. facts: extended 6 */

const access = z.enum(['A', 'G', 'M', 'D']);
const addAccess = z.enum(['A', 'D']);
const entityRights = z.strictObject({ view: access, edit: access, add: addAccess, delete: access, export: access }).partial();
const RIGHTS = z
	.strictObject({
		leads: entityRights,
		contacts: entityRights,
		companies: entityRights,
		tasks: z.strictObject({ edit: access, delete: access }).partial(),
		mail_access: z.boolean(),
		catalog_access: z.boolean(),
		status_rights: z.array(z.unknown()).nullable(),
		catalog_rights: z.array(z.unknown()).nullable(),
		oper_day_reports_view_access: z.boolean(),
		oper_day_user_tracking: z.boolean(),
	})
	.partial();
type RightsInput = z.infer<typeof RIGHTS>;

const name = z.string().min(1).max(50);
const USER = z.strictObject({
	name,
	email: z.string().email(),
	password: z.string().min(6),
	lang: z.enum(['ru', 'en', 'es', 'pt']).optional(),
	rights: RIGHTS.extend({
		is_admin: z.boolean().optional(),
		is_free: z.boolean().optional(),
		group_id: z.number().int().nullish(),
		role_id: z.number().int().nullish(),
	}).optional(),
	request_id: requestId,
});

/** What is not said stays as it was; `status_rights: null` wipes them. */
function mergedRights(current: RoleRights, input: RightsInput = {}): RoleRights {
	return {
		...current,
		...input,
		leads: { ...current.leads, ...input.leads },
		contacts: { ...current.contacts, ...input.contacts },
		companies: { ...current.companies, ...input.companies },
		tasks: { ...current.tasks, ...input.tasks },
		status_rights: input.status_rights === undefined ? current.status_rights : input.status_rights,
	};
}

export function roleRoutes(app: FastifyInstance, world: World): void {
	const { account } = world;
	crudRoutes(app, world, {
		path: '/roles',
		key: 'roles',
		admin: 'all',
		rows: () => [...account.roles.values()],
		present(row, request) {
			const shown = { ...row, _links: hrefLinks(originOf(request), `/roles/${row.id}`) };
			if (!withOf(request.query as Query).has('users')) return shown;
			const holders = [...account.users.values()].filter(({ rights }) => rights.role_id === row.id);
			const users = holders.map((user) => (world.switches.roleUsers === 'ids' ? user.id : presentUser(world, request, user)));
			return { ...shown, _embedded: { users } };
		},
		list: { total: true, pageCount: true },
		create: {
			schema: z.strictObject({ name, rights: RIGHTS.optional(), request_id: requestId }),
			status: 201,
			make: (data) => account.roles.add({ id: account.roles.nextId(), name: data.name, rights: mergedRights(fullRights(), data.rights) }),
		},
		update: {
			schema: z.strictObject({ id: z.number().int().optional(), name: name.optional(), rights: RIGHTS.optional(), request_id: requestId }),
			status: 202,
			apply(row, data) {
				account.roles.change(row, { name: data.name ?? row.name, rights: mergedRights(row.rights, data.rights) });
			},
		},
		remove: {
			run({ id }) {
				account.roles.delete(id);
				for (const user of account.users.values()) {
					if (user.rights.role_id === id) account.users.change(user, { rights: { ...user.rights, role_id: null } });
				}
			},
		},
	});
}

const MAX_USERS_PER_CALL = 10;

export function userWriteRoutes(app: FastifyInstance, world: World): void {
	const { account } = world;

	app.post('/users', (request, reply) => {
		requireAdmin(request);
		const items = parseBatch(request.body, USER, world.switches, (data) => checkUser(world, data), MAX_USERS_PER_CALL);
		const rows = items.map(({ data, requestId: request_id }) => {
			const role = account.roles.get(data.rights?.role_id ?? 0);
			const { is_admin = false, is_free = false, group_id = null, role_id = null, ...rights } = data.rights ?? {};
			const user = account.users.add({
				id: account.users.nextId(),
				name: data.name,
				email: data.email,
				lang: data.lang ?? account.language,
				uuid: randomUUID(),
				amojo_id: randomUUID(),
				phone_number: null,
				rights: { ...mergedRights(role?.rights ?? fullRights(), role ? {} : rights), is_admin, is_free, is_active: true, group_id, role_id },
			});
			return { ...presentUser(world, request, user), request_id };
		});
		return sendList(request, reply, 'users', rows, { total: true, status: 201 });
	});

	const ID = z.strictObject({ id: z.number().int() });
	const setActive = (active: boolean) => (data: { id: number }) => {
		const user = account.users.get(data.id);
		if (user) account.users.change(user, { rights: { ...user.rights, is_active: active } });
	};
	const check = ({ id }: { id: number }): FieldError[] => {
		const user = account.users.get(id);
		return user && !user.rights.is_admin ? [] : [notSupportedChoice('id')];
	};
	for (const [verb, active, status] of [['activate', true, 202], ['deactivate', false, 204]] as const) {
		app.post(`/users/${verb}`, (request, reply) => {
			requireAdmin(request);
			for (const { data } of parseBatch(request.body, ID, world.switches, check, MAX_USERS_PER_CALL)) setActive(active)(data);
			return sendNothing(reply, status);
		});
	}
}

function checkUser({ account }: World, { email, password, rights }: z.infer<typeof USER>): FieldError[] {
	const errors: FieldError[] = [];
	if ([...account.users.values()].some((user) => user.email === email)) errors.push(notSupportedChoice('email'));
	if (!/\d/.test(password) || !/\p{Lu}/u.test(password) || !/\p{Ll}/u.test(password)) {
		errors.push(invalidValue('password', 'The password needs a digit, an upper case and a lower case letter.'));
	}
	if (typeof rights?.role_id === 'number' && !account.roles.has(rights.role_id)) errors.push(notSupportedChoice('rights.role_id'));
	return errors;
}
