import type { FastifyRequest } from 'fastify';
import type { Integration } from '../options';
import type { UserRow } from '../store/rows';
import type { World } from '../world';
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

/** The first administrator through the first integration: who writes when nobody called, at seeding and on the board. */
export function administrator({ account, integrations }: World): Caller {
	const user = [...account.users.values()].find(({ rights }) => rights.is_admin);
	const integration = [...integrations.values()][0];
	if (!user || !integration) throw new Error('The account has no administrator');
	return { user, integration, scopes: integration.scopes };
}

/** On amoCRM's own hosts the subdomain is the account: another one's address is no way into this account. facts: core 2.7, 3.9 */
export function isForeignHost({ account }: World, { hostname }: FastifyRequest): boolean {
	const [, label] = /^([a-z0-9-]+)\.(?:amocrm\.ru|amocrm\.com|kommo\.com)$/i.exec(hostname) ?? [];
	return label !== undefined && label !== account.info.subdomain && !/^(?:www$|api-|drive(?:-|$))/.test(label);
}

export function requireAdmin(request: FastifyRequest): void {
	if (!request.caller.user.rights.is_admin) throw forbidden();
}

/** facts: core 2.1, 3.9 */
export function requireScope(request: FastifyRequest, scope: 'crm' | 'files' | 'files_delete'): void {
	if (!request.caller.scopes.includes(scope)) throw forbidden('Invalid scope');
}
