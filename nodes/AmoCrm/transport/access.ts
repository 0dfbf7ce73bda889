import { createHash } from 'crypto';
import type { ICredentialDataDecryptedObject, IDataObject } from 'n8n-workflow';
import { randomInt, sleep } from 'n8n-workflow';

import { newAddressOf } from '../../../credentials/movedAccount';
import { accountMoved, renewalFailure } from './failures';
import { secretsOf } from './secrets';
import type { ApiContext, Failure, Reply } from './types';

/** Who renews the access: we, through n8n's OAuth2 client; n8n by itself, on an answer 401; nobody. */
type Renewal = 'ours' | 'byN8n' | 'none';

const RENEWALS: Record<string, Renewal> = {
	amoCrmOAuth2Api: 'ours',
	amoCrmAuthorizationCodeApi: 'byN8n',
	amoCrmLongLivedTokenApi: 'none',
};

/** Renewed so long before its end, as a part of the lifetime: for a day, 3 to 14 minutes, for each process its own. */
const EARLY_PART = randomInt(20, 101) / 10_000;

/** Processes that find the same token dead together should not all renew it: each waits up to so many ms. */
const STAGGER_MS = 1000;

/** A refused renewal may mean that another process has just renewed, and has still to save what it got, ms. */
const SAVING_MS = [500, 1500];

/** So long is a refused renewal not tried again for the same credential, ms. */
const REFUSED_MS = 10_000;

/** So long do requests wait for the one that shows whether the token is good, ms: it may hang. */
const PATIENCE_MS = 15_000;

/** When a token that is close to its end could not be renewed, it is tried again after, ms. */
const AGAIN_MS = 30_000;

/** How often the token is replaced for one request. Twice: the first new one may be another process's, and old already. */
const MAX_REPLACEMENTS = 2;

/** What this process knows of one credential. Fingerprints only, no tokens. */
interface Knowledge {
	/** The credential as it was read last: another one means another token, or a corrected field. */
	current: string;
	/** When its access token should be renewed and when it ends, ms since the epoch; absent when it does not say. */
	dueAt?: number;
	endsAt?: number;
	/** The credential that amoCRM has taken. */
	proven?: string;
	/** The credential whose token amoCRM has refused. */
	dead?: string;
	/** A new token is past its end by this clock: ages say nothing here. */
	clockIsOff?: boolean;
	refused?: { current: string; failure: Failure; at: number };
	/** The renewal under way. */
	renewing?: Promise<Failure | undefined>;
	/** The request under way that will show whether the token is good. */
	scout?: Promise<'hangs' | undefined>;
}

const known = new Map<string, Knowledge>();

/**
 * Sends requests so that an access token is renewed once, however many executions meet its end: a refresh token works
 * once, and n8n 1.x spends it once for every answer 401. As long as it is not sure that the token is good, requests go
 * one at a time, and the first that finds it dead has it replaced.
 */
export class AccessKeeper {
	private readonly renewal: Renewal;

	private readonly state: Knowledge;

	private credentials: ICredentialDataDecryptedObject;

	constructor(
		private readonly context: ApiContext,
		private readonly credentialType: string,
		credentialKey: string,
		private readonly baseUrl: string,
		credentials: ICredentialDataDecryptedObject,
	) {
		this.renewal = RENEWALS[credentialType] ?? 'none';
		this.state = known.get(credentialKey) ?? { current: '' };
		known.set(credentialKey, this.state);
		this.credentials = credentials;
		this.learn(credentials);
	}

	/** Whether n8n must see an answer 401 as an error, because that makes it renew. */
	get needsThrown401(): boolean {
		return this.renewal === 'byN8n';
	}

	/** What no message may repeat. */
	get secrets(): string[] {
		return secretsOf(this.credentials);
	}

	/** Runs `attempt`, and again with a new token when amoCRM refuses the old one. */
	async run(attempt: () => Promise<Reply>): Promise<Reply> {
		if (this.renewal === 'none') return await attempt();
		for (let replacements = 0; ; ) {
			const obstacle = await this.ready();
			if (typeof obstacle === 'object') return { ok: false, failure: obstacle };
			const { current, scout } = this.state;
			const isSure = this.isTrusted() || obstacle === 'hangs';
			// Somebody else has set out first.
			if (!isSure && scout) continue;
			const reply = isSure ? await attempt() : await this.scout(attempt);
			if (reply.ok || reply.failure.kind !== 'unauthorized' || replacements++ === MAX_REPLACEMENTS) return reply;
			if (this.renewal === 'byN8n') {
				// n8n has tried in vain to renew: somebody else may have done it.
				if (!(await this.wasReplaced(current))) return { ok: false, failure: this.refuse(current, reply.failure) };
			} else if (reply.failure.permanent) return reply;
			else if (this.state.current === current) this.state.dead = current;
		}
	}

	/** Waits until a request may go. Returns why it may not; `hangs` when the one that went ahead does not come back. */
	private async ready(): Promise<Failure | 'hangs' | undefined> {
		for (;;) {
			if (this.isTrusted()) return undefined;
			const { refused, current, scout } = this.state;
			if (refused?.current === current && Date.now() - refused.at < REFUSED_MS) return refused.failure;
			if (this.renewal === 'ours' && (this.isDue() || this.isDead())) {
				this.state.renewing ??= this.replace().finally(() => {
					this.state.renewing = undefined;
				});
				const failure = await this.state.renewing;
				if (failure) return failure;
			} else if (!scout || (await scout) === 'hangs') return scout && 'hangs';
		}
	}

	/** Sends the one request that shows whether the token is good; who comes meanwhile waits, but not for ever. */
	private async scout(attempt: () => Promise<Reply>): Promise<Reply> {
		let isBack = false;
		const patience = async (): Promise<'hangs'> => {
			for (let waited = 0; !isBack && waited < PATIENCE_MS; waited += PATIENCE_MS / 100) await sleep(PATIENCE_MS / 100);
			return 'hangs';
		};
		const work = this.prove(attempt).finally(() => {
			isBack = true;
			if (this.state.scout === scout) this.state.scout = undefined;
		});
		const scout = Promise.race([work.then(() => undefined, () => undefined), patience()]);
		this.state.scout = scout;
		return await work;
	}

	private async prove(attempt: () => Promise<Reply>): Promise<Reply> {
		const isPastItsEnd = this.isDead();
		const { current } = this.state;
		const reply = await attempt();
		// n8n may have renewed on the way.
		if (this.renewal === 'byN8n') await this.reread();
		if (!isProof(reply)) return reply;
		if (isPastItsEnd && this.state.current === current) this.forgetAge();
		this.state.proven = this.state.current;
		return reply;
	}

	/** Whether the token is surely good: not refused, not close to its end, and either young or used before. */
	private isTrusted(): boolean {
		const { current, proven, dead, dueAt } = this.state;
		return current !== dead && !this.isDue() && (dueAt !== undefined || current === proven);
	}

	private isDue(): boolean {
		return this.state.dueAt !== undefined && Date.now() >= this.state.dueAt;
	}

	private isDead(): boolean {
		return this.state.current === this.state.dead || Date.now() >= (this.state.endsAt ?? Infinity);
	}

	/** Sees to a new token: another process's, or one of its own. Returns why there is none. */
	private async replace(): Promise<Failure | undefined> {
		if (this.isDead()) await sleep(randomInt(STAGGER_MS));
		await this.reread();
		if (this.isTrusted() || !(this.isDue() || this.isDead())) return undefined;
		const failure = await this.renew();
		if (!failure || failure.permanent || this.isDead()) return failure;
		// A token that is only close to its end does until amoCRM can renew it.
		this.state.dueAt = Date.now() + AGAIN_MS;
		return undefined;
	}

	/** A new token by n8n's OAuth2 client, which keeps it. Returns why there is none. */
	private async renew(): Promise<Failure | undefined> {
		const { current } = this.state;
		try {
			await this.context.helpers.refreshOAuth2Token.call(this.context, this.credentialType);
		} catch (error) {
			const failure = renewalFailure(error);
			if (!failure.permanent) return failure;
			if (await this.wasReplaced(current)) return undefined;
			return this.refuse(current, (await this.moved()) ?? failure);
		}
		await this.reread();
		if (this.isDead()) {
			this.state.clockIsOff = true;
			this.forgetAge();
		}
		return undefined;
	}

	private async moved(): Promise<Failure | undefined> {
		const { access_token, refresh_token } = (this.credentials.oauthTokenData ?? {}) as IDataObject;
		const { httpRequest } = this.context.helpers;
		const address = await newAddressOf(httpRequest, this.baseUrl, String(access_token ?? ''), String(refresh_token ?? ''));
		return address === undefined ? undefined : accountMoved(this.baseUrl, address);
	}

	/** Whether the credential holds another token than `before`, now or as soon as another process has saved it. */
	private async wasReplaced(before: string): Promise<boolean> {
		for (const wait of [0, ...SAVING_MS]) {
			await sleep(wait);
			await this.reread();
			if (this.state.current !== before) return true;
		}
		return false;
	}

	private refuse(current: string, failure: Failure): Failure {
		this.state.refused = { current, failure, at: Date.now() };
		return failure;
	}

	private async reread(): Promise<void> {
		try {
			this.learn(await this.context.getCredentials(this.credentialType));
		} catch (error) {
			// The next request will say what has become of the credential.
			this.context.logger?.debug('amoCRM: the credential could not be read again', { because: String(error) });
		}
	}

	private learn(credentials: ICredentialDataDecryptedObject): void {
		this.credentials = credentials;
		const current = fingerprint(credentials);
		if (current === this.state.current) return;
		this.state.current = current;
		this.forgetAge();
		const age = this.state.clockIsOff ? undefined : ageOf(credentials);
		if (!age) return;
		this.state.endsAt = age.endsAt;
		// Only we can renew ahead of time.
		this.state.dueAt = age.endsAt - (this.renewal === 'ours' ? age.lifetimeMs * EARLY_PART : 0);
	}

	private forgetAge(): void {
		this.state.dueAt = undefined;
		this.state.endsAt = undefined;
	}
}

/** Whether the answer shows that amoCRM knows who asks. */
function isProof(reply: Reply): boolean {
	return reply.ok || ['validation', 'badRequest', 'notFound', 'forbidden', 'paymentRequired'].includes(reply.failure.kind);
}

/** Everything that decides what amoCRM says to a request with this credential. */
function fingerprint({ domain, clientId, clientSecret, redirectUri, authorizationCode, ...rest }: ICredentialDataDecryptedObject): string {
	const { accessToken, oauthTokenData } = rest;
	const tokens = [accessToken, (oauthTokenData as IDataObject | undefined)?.access_token];
	return createHash('sha256')
		.update(JSON.stringify([domain, clientId, clientSecret, redirectUri, authorizationCode, ...tokens]))
		.digest('hex');
}

/** When the access token ends, ms since the epoch: by n8n 2.x's clock, amoCRM's (`server_time`), or our own note. */
function ageOf(credentials: ICredentialDataDecryptedObject): { endsAt: number; lifetimeMs: number } | undefined {
	const { n8n_expires_at, server_time, expires_in } = (credentials.oauthTokenData ?? {}) as IDataObject;
	const lifetimeMs = Number(expires_in ?? 86_400) * 1000;
	// A stale note of an earlier connection may be left in the credential, hence the latest.
	const ends = [Number(n8n_expires_at), Number(server_time) * 1000 + lifetimeMs, Number(credentials.expiresAt || NaN)];
	const endsAt = Math.max(...ends.filter(Number.isFinite));
	return Number.isFinite(endsAt) ? { endsAt, lifetimeMs } : undefined;
}
