import type { FastifyRequest } from 'fastify';
import { isForeignHost } from '../http/caller';
import { isRecord } from '../http/query';
import type { Integration } from '../options';
import type { World } from '../world';
import { OAuthProblem } from './errors';
import type { Grant } from './tokens';

/** POST /oauth2/access_token. facts: core 2.4, 2.7 */

type Body = Record<string, string | undefined>;

export function exchange(world: World, request: FastifyRequest) {
	const body = bodyOf(world, request);
	const integration = authenticateClient(world, body);
	if (body.grant_type === 'authorization_code') return answer(world, integration, spendCode(world, request, integration, body));
	if (body.grant_type === 'refresh_token') return answer(world, integration, spendRefresh(world, integration, body));
	throw new OAuthProblem(400, 'request', 'Check the `grant_type` parameter');
}

function bodyOf({ switches }: World, request: FastifyRequest): Body {
	const source = isRecord(request.body) ? request.body : {};
	const body: Body = Object.fromEntries(
		Object.entries(source).flatMap(([key, value]) => (typeof value === 'string' ? [[key, value]] : [])),
	);
	const [, basic] = /^Basic\s+(\S+)$/i.exec(request.headers.authorization ?? '') ?? [];
	if (!basic || !switches.allowBasicClientAuth) return body;
	const [id, ...secret] = Buffer.from(basic, 'base64').toString('utf8').split(':');
	return { client_id: id, client_secret: secret.join(':'), ...body };
}

/** Missing parameters are named; wrong ones are not. */
function authenticateClient(world: World, { client_id, client_secret }: Body): Integration {
	const integration = world.integrations.get(client_id ?? '');
	if (!integration) throw new OAuthProblem(400, 'request', 'Check the `client_id` parameter');
	if (!client_secret) throw new OAuthProblem(400, 'request', 'Check the `client_secret` parameter');
	if (client_secret !== integration.clientSecret) {
		if (world.switches.badClientSecretStatus === 401) throw new OAuthProblem(401, 'client');
		throw new OAuthProblem(400, 'request', 'Check the `client_secret` parameter');
	}
	return integration;
}

function spendCode(world: World, request: FastifyRequest, integration: Integration, { code = '', redirect_uri }: Body): Grant {
	if (redirect_uri !== integration.redirectUri) {
		throw new OAuthProblem(400, 'request', 'Redirect URI is not associated with client');
	}
	if (isForeignHost(world, request)) throw new OAuthProblem(400, 'request', 'Invalid account');
	const found = world.tokens.find('code', code);
	if ('problem' in found) {
		const hints = { unknown: 'Cannot decrypt the authorization code', expired: 'Authorization code has expired', revoked: 'Authorization code has been revoked' };
		throw new OAuthProblem(400, 'request', hints[found.problem]);
	}
	if (found.grant.clientId !== integration.clientId) throw new OAuthProblem(400, 'request', 'Cannot decrypt the authorization code');
	world.tokens.spend('code', code);
	return found.grant;
}

function spendRefresh(world: World, integration: Integration, { refresh_token = '', redirect_uri }: Body): Grant {
	if (world.switches.strictRefreshRedirectUri && redirect_uri !== integration.redirectUri) {
		throw new OAuthProblem(400, 'request', 'Redirect URI is not associated with client');
	}
	const found = world.tokens.find('refresh', refresh_token);
	if ('problem' in found) {
		if (found.problem === 'unknown') throw new OAuthProblem(world.switches.garbageRefreshTokenStatus, 'token', 'Cannot decrypt the refresh token');
		throw new OAuthProblem(401, 'token', found.problem === 'expired' ? 'Token has expired' : 'Token has been revoked');
	}
	if (found.grant.clientId !== integration.clientId) throw new OAuthProblem(401, 'token', 'Token is not linked to client');
	world.tokens.spend('refresh', refresh_token);
	return found.grant;
}

function answer(world: World, integration: Integration, { userId }: Grant) {
	const { accessToken, refreshToken, expiresIn } = world.tokens.issuePair(integration, userId);
	return {
		token_type: 'Bearer',
		expires_in: expiresIn,
		server_time: world.clock.seconds(),
		access_token: accessToken,
		refresh_token: refreshToken,
	};
}
