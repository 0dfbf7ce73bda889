import type { FastifyInstance, FastifyRequest } from 'fastify';
import { requireAdmin } from '../http/caller';
import { cutPage, originOf, sendJson, sendPage } from '../http/envelope';
import { hrefLinks } from '../entities/present';
import { pagingOf, withOf, type Query } from '../http/query';
import { missing } from '../http/missing';
import type { UserRow } from '../store/rows';
import type { World } from '../world';

/** Users: admin only. facts: extended 6 */
export function userRoutes(app: FastifyInstance, world: World): void {
	app.get('/users', (request, reply) => {
		requireAdmin(request);
		const query = request.query as Query;
		const paging = pagingOf(query);
		const users = [...world.account.users.values()];
		const page = cutPage(users, paging);
		const rows = page.rows.map((user) => presentUser(world, request, user));
		return sendPage(request, reply, 'users', { ...page, rows }, paging, { total: users.length, pageCount: true });
	});

	app.get<{ Params: { id: string } }>('/users/:id(^\\d+$)', (request, reply) => {
		requireAdmin(request);
		const user = world.account.users.get(Number(request.params.id));
		if (!user) return missing(reply, world);
		return sendJson(reply, presentUser(world, request, user));
	});
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
