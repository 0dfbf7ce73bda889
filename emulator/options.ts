import type { RateLimits } from './rateLimit';
import type { Switches } from './switches';

export type Language = 'ru' | 'en';

export interface EmulatorOptions {
	/** 0 = any free port. */
	port?: number;
	/** Port of the files' host; 0 = any free port. */
	drivePort?: number;
	host?: string;
	/** Names that it answers under besides localhost and amoCRM's own, without ports. */
	allowedHosts?: string[];
	language?: Language;
	/** demo: a believable account; cards: its leads, contacts, companies and tasks alone; empty: users, pipelines and custom fields only. */
	seed?: 'demo' | 'cards' | 'empty';
	/** Registered redirect_uri of the default integration. */
	redirectUri?: string;
	latencyMs?: number;
	rateLimit?: RateLimits | false;
	switches?: Partial<Switches>;
	logger?: boolean;
	/** Serve HTTPS with this certificate, for tests under a real-looking host name. */
	tls?: { key: string; cert: string };
	/** File that keeps the account between runs; `seed` is for a new one only. */
	data?: string;
}

export const DEFAULT_CLIENT_ID = '11111111-2222-4333-8444-555555555555';
export const DEFAULT_CLIENT_SECRET = 'demo-secret-of-the-amocrm-emulator-not-for-production-use-0123456789';
/** The old API key that every user of the emulator has. facts: core 2.9 */
export const DEFAULT_API_KEY = '0123456789abcdef0123456789abcdef01234567';
export const DEFAULT_REDIRECT_URI = 'http://localhost:5678/rest/oauth2-credential/callback';

/** An integration registered in the account. facts: core 2.1 */
export interface Integration {
	clientId: string;
	clientSecret: string;
	redirectUri: string;
	name: string;
	scopes: string[];
	/** Told with a GET when the integration is switched off. facts: core 2.10 */
	deauthorizeUrl?: string;
	enabled: boolean;
}
