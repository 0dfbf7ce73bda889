import type { FastifyInstance, FastifyRequest } from 'fastify';
import { hrefLinks } from '../entities/present';
import { crudRoutes } from '../http/crud';
import { originOf, sendJson } from '../http/envelope';
import { withOf, type Query } from '../http/query';
import type { UserRow } from '../store/rows';
import type { World } from '../world';

/** Users: admin only. facts: extended 6 */
export function userRoutes(app: FastifyInstance, world: World): void {
	crudRoutes(app, world, {
		path: '/users',
		key: 'users',
		admin: 'all',
		rows: () => world.account.users.values(),
		present: (row, request) => presentUser(world, request, row),
		list: { total: true, pageCount: true },
	});
}

/** Whose token it is: the address that the official OAuth client asks, beside /api. facts: extended 12 */
export function currentUserRoute(app: FastifyInstance, world: World): void {
	app.get('/v3/user', (request, reply) => sendJson(reply, presentUser(world, request, request.caller.user)));
}

export function presentUser({ account }: World, request: FastifyRequest, user: UserRow) {
	const wants = withOf(request.query as Query);
	const { id, name, email, lang, rights } = user;
	const role = rights.role_id === null ? undefined : account.roles.get(rights.role_id);
	const group = account.info.groups.find((entry) => entry.id === rights.group_id);
	const links = (path: string) => ({ _links: hrefLinks(originOf(request), path) });
	const embedded = {
		...(wants.has('role') ? { roles: role ? [{ id: role.id, name: role.name, ...links(`/roles/${role.id}`) }] : [] } : {}),
		...(wants.has('group') ? { groups: group ? [{ id: group.id, name: group.name }] : [] } : {}),
	};
	return {
		id,
		name,
		email,
		lang,
		rights,
		...(wants.has('uuid') ? { uuid: user.uuid } : {}),
		...(wants.has('amojo_id') ? { amojo_id: user.amojo_id } : {}),
		...(wants.has('user_rank') ? { user_rank: rights.is_admin ? 'master' : 'candidate' } : {}),
		...(wants.has('phone_number') ? { phone_number: user.phone_number } : {}),
		...links(`/users/${id}`),
		...(Object.keys(embedded).length > 0 ? { _embedded: embedded } : {}),
	};
}
