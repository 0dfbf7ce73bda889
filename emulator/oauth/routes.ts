import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { accountHost } from '../http/envelope';
import { isRecord, type Query } from '../http/query';
import type { Integration } from '../options';
import { unauthorized } from '../http/problems';
import type { World } from '../world';
import { ApiKeys } from './apiKey';
import { BUTTON_SCRIPT } from './button';
import { OAuthProblem } from './errors';
import { askedFor, install, type ExternalIntegration } from './external';
import { consentPage, messagePage, popupPage, wrongRedirectPage } from './pages';
import { exchange } from './token';

/** The consent page, the token endpoint and the subdomain look-up. facts: core 2.2-2.4, 2.8 */
export function oauthRoutes(app: FastifyInstance, world: World): void {
	const language = () => world.account.language;
	// In a frame of another site, a person could be made to press 'Allow' unseen.
	const html = (reply: FastifyReply, page: string, status = 200) =>
		reply.code(status).header('content-security-policy', "frame-ancestors 'none'").type('text/html; charset=utf-8').send(page);

	/** The integration that an address names, or asks the account to make. */
	const asking = ({ query }: FastifyRequest): Integration | ExternalIntegration | undefined =>
		world.integrations.get(textQuery(query).client_id ?? '') ?? askedFor(query as Query);

	const consent = (request: FastifyRequest, reply: FastifyReply) => {
		const query = textQuery(request.query);
		const integration = asking(request);
		if (!integration) return html(reply, messagePage(language(), 'unknownClient'), 400);
		// The real page takes redirect_uri from the integration and ignores this parameter; a developer whose URIs
		// differ would otherwise see the browser jump to the wrong place without a word.
		if (query.redirect_uri !== undefined && query.redirect_uri !== integration.redirectUri) {
			return html(reply, wrongRedirectPage(language(), integration, query.redirect_uri), 400);
		}
		return html(reply, consentPage(world, integration, 'secretsUri' in integration ? { ...query, scopes: integration.scopes.join() } : query));
	};
	// The official client opens it with a slash at the end. facts: extended 12
	for (const path of ['/oauth', '/oauth/']) app.get(path, consent);

	app.get('/oauth/allow', async (request, reply) => {
		const query = textQuery(request.query);
		const integration = asking(request);
		if (!integration) return html(reply, messagePage(language(), 'unknownClient'), 400);
		const chosen = world.account.activeUser(Number(query.user_id));
		const user = chosen ?? [...world.account.users.values()].find(({ rights }) => rights.is_admin);
		if (!user) return html(reply, messagePage(language(), 'noUser'), 400);
		if ('secretsUri' in integration) {
			const status = await install(world, integration, query.state);
			if (status !== 200) return html(reply, messagePage(language(), 'secretsRefused', ` (Code ${status})`), 400);
		}
		integration.enabled = true;
		return back(request, reply, integration, {
			code: world.tokens.issueCode(integration, user.id),
			...(query.state === undefined ? {} : { state: query.state }),
			referer: accountHost(request, world.account.info.subdomain),
			platform: /\.(kommo\.com|amocrm\.com)$/.test(request.hostname) ? '2' : '1',
			...(world.switches.redirectCarriesClientId ? { client_id: integration.clientId } : {}),
		});
	});

	for (const name of ['button.js', 'button.min.js']) app.get(`/auth/${name}`, (_request, reply) => reply.type('text/javascript; charset=utf-8').send(BUTTON_SCRIPT));

	app.get('/oauth/deny', (request, reply) => {
		const query = textQuery(request.query);
		const integration = asking(request);
		if (!integration) return html(reply, messagePage(language(), 'unknownClient'), 400);
		const state: Record<string, string> = query.state === undefined ? {} : { state: query.state };
		return back(request, reply, integration, { error: 'access_denied', ...state });
	});

	app.post('/oauth2/access_token', (request, reply) => {
		try {
			return reply.type('application/json').send(JSON.stringify(exchange(world, request)));
		} catch (error) {
			if (!(error instanceof OAuthProblem)) throw error;
			return reply.code(error.status).type('application/json').send(JSON.stringify(error.body(language())));
		}
	});

	const keys = new ApiKeys(world);
	app.post('/oauth2/exchange_api_key', async (request, reply) => {
		await keys.exchange(request);
		return reply.code(202).send();
	});

	const domain = (request: FastifyRequest) => {
		const { id, subdomain } = world.account.info;
		return { id, subdomain, domain: accountHost(request, subdomain), top_level_domain: request.hostname.split('.').at(-1) };
	};

	app.get('/oauth2/account/current/subdomain', (request) => {
		const token = String(request.headers['x-refresh-token'] ?? '');
		if (!('grant' in world.tokens.find('refresh', token))) throw unauthorized(language());
		return domain(request);
	});

	app.get('/oauth2/account/subdomain', (request) => {
		const [, token = ''] = /^Bearer\s+(\S+)$/i.exec(request.headers.authorization ?? '') ?? [];
		if (!('grant' in world.tokens.find('access', token))) throw unauthorized(language());
		return domain(request);
	});

	/** `popup`: the opener goes to redirect_uri and this window closes; otherwise this window goes there itself. */
	function back(request: FastifyRequest, reply: FastifyReply, integration: Integration, params: Record<string, string>) {
		const target = new URL(integration.redirectUri);
		for (const [key, value] of Object.entries(params)) target.searchParams.set(key, value);
		if (textQuery(request.query).mode === 'popup') return html(reply, popupPage(language(), target.href));
		return reply.redirect(target.href);
	}
}

export function textQuery(query: unknown): Record<string, string | undefined> {
	const entries = Object.entries(isRecord(query) ? query : {});
	return Object.fromEntries(entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string'));
}
