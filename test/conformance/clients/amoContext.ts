import { Amo } from '@shevernitskiy/amo';
import type { RealHost } from '../realHost';

/** The client as the tests use it: its own types describe amoCRM's documentation, these tests describe what comes over the wire. */
type Api = Record<string, (...parameters: unknown[]) => Promise<unknown>>;

export interface AmoContext extends RealHost {
	client: Amo;
	/** Its categories. */
	amo: Record<string, Api>;
	file: Api;
	/** Ids that earlier calls have created, by the name of what they are. */
	ids: Record<string, number>;
	texts: Record<string, string>;
}

/** The client under amoCRM's host name, without its delay between requests. */
export function amoContext(host: RealHost): AmoContext {
	const client = amoClient(host);
	const amo = client as unknown as Record<string, Api>;
	const file = client.file(host.emulator.world.driveUrl) as unknown as Api;
	return { ...host, client, amo, file, ids: {}, texts: {} };
}

export function amoClient({ emulator, domain }: RealHost, expiresAt = Date.now() + 3_600_000): Amo {
	const { clientId, clientSecret, redirectUri } = emulator.integration;
	const { accessToken, refreshToken } = emulator.issueToken();
	return new Amo(
		domain,
		{
			client_id: clientId,
			client_secret: clientSecret,
			redirect_uri: redirectUri,
			token_type: 'Bearer',
			expires_in: 86_400,
			access_token: accessToken,
			refresh_token: refreshToken,
			expires_at: expiresAt,
		},
		{ request_delay: 0 },
	);
}

export const NO_CONTENT_FAULT = 'takes the 204 of a successful POST for an error (NoContentError)';
