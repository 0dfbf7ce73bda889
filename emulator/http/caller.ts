import type { FastifyRequest } from 'fastify';
import type { Integration } from '../options';
import type { UserRow } from '../store/rows';
import { forbidden } from './problems';

/** Who is calling: the user behind the token, or the one named in X-Context-User-ID. facts: core 2.11 */
export interface Caller {
	user: UserRow;
	integration: Integration;
	scopes: string[];
}

declare module 'fastify' {
	interface FastifyRequest {
		caller: Caller;
	}
}

export function requireAdmin(request: FastifyRequest): void {
	if (!request.caller.user.rights.is_admin) throw forbidden();
}
