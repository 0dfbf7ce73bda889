import type { FastifyRequest } from 'fastify';
import type { World } from '../world';
import { isForeignHost, type Caller } from './caller';
import { unauthorized } from './problems';

/** Bearer token -> caller; anything wrong is one and the same 401. facts: core 3.9, 2.11 */
export function authenticate(world: World, request: FastifyRequest): Caller {
	const refuse = () => unauthorized(world.account.language);
	const [, token] = /^Bearer\s+(\S+)$/i.exec(request.headers.authorization ?? '') ?? [];
	const found = token === undefined ? undefined : world.tokens.find('access', token);
	if (!found || !('grant' in found)) throw refuse();
	const { grant } = found;
	const integration = world.integrations.get(grant.clientId);
	const owner = world.account.users.get(grant.userId);
	if (!integration?.enabled || !owner || isForeignHost(world, request)) throw refuse();
	const context = request.headers['x-context-user-id'];
	if (context === undefined) return { user: owner, integration, scopes: grant.scopes };
	const user = world.account.users.get(Number(context));
	if (!owner.rights.is_admin || !user || user.rights.is_free) throw refuse();
	return { user, integration, scopes: grant.scopes };
}
