import { createHmac, randomBytes, randomUUID } from 'node:crypto';
import type { Clock } from '../clock';
import type { Integration } from '../options';

/** Codes, access tokens and refresh tokens, and how long they live. facts: core 2.5, 2.6 */

const CODE_SECONDS = 20 * 60;
const ACCESS_SECONDS = 24 * 60 * 60;
const REFRESH_SECONDS = 90 * 24 * 60 * 60;

export interface Grant {
	clientId: string;
	userId: number;
	scopes: string[];
	expiresAt: number;
	/** Codes and refresh tokens work once. */
	used: boolean;
}

export const GRANT_KINDS = ['code', 'access', 'refresh'] as const;
export type GrantKind = (typeof GRANT_KINDS)[number];

export interface TokenPair {
	accessToken: string;
	refreshToken: string;
	expiresIn: number;
}

export type Lookup = { grant: Grant } | { problem: 'unknown' | 'expired' | 'revoked' };

export class Tokens {
	readonly codes = new Map<string, Grant>();

	readonly access = new Map<string, Grant>();

	readonly refresh = new Map<string, Grant>();

	/** Told every grant that was made or changed. */
	listener: ((kind: GrantKind, key: string, grant: Grant) => void) | undefined;

	constructor(
		private readonly clock: Clock,
		private readonly account: () => { id: number; domain: string },
	) {}

	issueCode(integration: Integration, userId: number): string {
		const code = opaque();
		this.put('code', code, this.grant(integration, userId, CODE_SECONDS));
		return code;
	}

	issuePair(integration: Integration, userId: number, expiresIn = ACCESS_SECONDS): TokenPair {
		const accessToken = this.issueAccess(integration, userId, expiresIn);
		const refreshToken = opaque();
		this.put('refresh', refreshToken, this.grant(integration, userId, REFRESH_SECONDS));
		return { accessToken, refreshToken, expiresIn };
	}

	issueAccess(integration: Integration, userId: number, expiresIn: number): string {
		const { id, domain } = this.account();
		const now = this.clock.seconds();
		const token = jwt(
			{
				aud: integration.clientId,
				jti: randomBytes(32).toString('hex'),
				iat: now,
				nbf: now,
				exp: now + expiresIn,
				sub: String(userId),
				grant_type: '',
				account_id: id,
				base_domain: domain,
				version: 2,
				scopes: integration.scopes,
				hash_uuid: randomUUID(),
				api_domain: domain,
			},
			integration.clientSecret,
		);
		this.put('access', token, this.grant(integration, userId, expiresIn));
		return token;
	}

	/** Finds a single-use grant without spending it. */
	find(kind: GrantKind, key: string): Lookup {
		const grant = this.of(kind).get(key);
		if (!grant) return { problem: 'unknown' };
		if (grant.used) return { problem: 'revoked' };
		if (grant.expiresAt <= this.clock.now()) return { problem: 'expired' };
		return { grant };
	}

	spend(kind: GrantKind, key: string): void {
		const grant = this.of(kind).get(key);
		if (grant) this.put(kind, key, { ...grant, used: true });
	}

	expireAccess(): void {
		for (const [key, grant] of this.access) this.put('access', key, { ...grant, expiresAt: Math.min(grant.expiresAt, this.clock.now()) });
	}

	revokeAll(clientId: string): void {
		for (const kind of GRANT_KINDS) {
			for (const [key, grant] of this.of(kind)) if (grant.clientId === clientId) this.spend(kind, key);
		}
	}

	/** Grants follow their user to another id; `undefined` leaves them with one that is gone. */
	moveUsers(newId: (id: number) => number | undefined): void {
		for (const kind of GRANT_KINDS) {
			for (const [key, grant] of this.of(kind)) this.put(kind, key, { ...grant, userId: newId(grant.userId) ?? grant.userId });
		}
	}

	of(kind: GrantKind): Map<string, Grant> {
		return { code: this.codes, access: this.access, refresh: this.refresh }[kind];
	}

	put(kind: GrantKind, key: string, grant: Grant): void {
		this.of(kind).set(key, grant);
		this.listener?.(kind, key, grant);
	}

	private grant(integration: Integration, userId: number, seconds: number): Grant {
		const expiresAt = this.clock.now() + seconds * 1000;
		return { clientId: integration.clientId, userId, scopes: integration.scopes, expiresAt, used: false };
	}
}

/** The look of amoCRM's codes and refresh tokens: long and opaque. */
const opaque = (): string => `def50200${randomBytes(320).toString('hex')}`;

function jwt(claims: object, secret: string): string {
	const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
	const body = `${part({ typ: 'JWT', alg: 'HS256' })}.${part(claims)}`;
	return `${body}.${createHmac('sha256', secret).update(body).digest('base64url')}`;
}
