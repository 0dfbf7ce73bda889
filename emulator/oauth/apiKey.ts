import type { FastifyRequest } from 'fastify';
import { isRecord, scalar } from '../http/query';
import { forbidden, Problem } from '../http/problems';
import type { World } from '../world';
import { DEFAULT_API_KEY } from '../options';

/** Once in five minutes for each user and integration. */
const INTERVAL_MS = 5 * 60_000;

/**
 * POST /oauth2/exchange_api_key: the code for the old API key of a user comes to redirect_uri, told from the usual one by
 * `from_exchange`. Every user of the emulator has the same key. facts: core 2.9
 */
export class ApiKeys {
	private readonly last = new Map<string, number>();

	constructor(private readonly world: World) {}

	/** Answers when the integration's server has been told; whatever it says, the exchange is done. */
	async exchange({ body, host }: FastifyRequest): Promise<void> {
		const { account, integrations, tokens, clock } = this.world;
		const given = (key: string) => (isRecord(body) ? (scalar(body[key]) ?? '') : '');
		const integration = integrations.get(given('client_uuid'));
		if (!integration || integration.clientSecret !== given('client_secret')) throw new Problem(400, 'Bad Request', 'Check the `client_uuid` and `client_secret` parameters');
		const user = [...account.users.values()].find(({ email }) => email === given('login'));
		if (!user || given('api_key') !== DEFAULT_API_KEY) throw forbidden('Invalid login or api_key');
		const key = `${user.id} ${integration.clientId}`;
		if (clock.now() - (this.last.get(key) ?? -INTERVAL_MS) < INTERVAL_MS) throw new Problem(429, 'Too Many Requests', 'Once in five minutes');
		this.last.set(key, clock.now());
		integration.enabled = true;
		const target = new URL(integration.redirectUri);
		const params = { code: tokens.issueCode(integration, user.id), referer: host, from_exchange: '1', ...(given('state') === '' ? {} : { state: given('state') }) };
		for (const [name, value] of Object.entries(params)) target.searchParams.set(name, value);
		await fetch(target, { redirect: 'manual', signal: AbortSignal.timeout(3_000) }).catch(() => undefined);
	}
}
