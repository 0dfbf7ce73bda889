import { createHash } from 'crypto';
import { type ICredentialDataDecryptedObject, type IDataObject, randomInt, sleep } from 'n8n-workflow';

import { within } from '../../../credentials/deadline';
import { newAddressOf } from '../../../credentials/movedAccount';
import { NEW_CODE, UNUSABLE } from '../../../credentials/refusals';
import { accountMoved, renewalFailure, renewedInVain } from './failures';
import { type Mask, maskOf, secretsOf } from './secrets';
import type { ApiContext, Failure, Reply } from './types';

/** How to get access again, in place of connecting the account anew. */
const WAYS_BACK: Record<string, Partial<Failure>> = {
	amoCrmLongLivedTokenApi: {
		message: 'amoCRM does not accept this long-lived token: it has ended or was revoked, or belongs to another account',
		advice: "Make a new one in amoCRM: open the settings of your integration, go to 'Keys and scopes' and generate a long-lived token; paste it into 'Access Token' of the credential. Check there too that the integration is switched on and that the 'Account Domain' is right.",
	},
	amoCrmAuthorizationCodeApi: {
		advice: `${NEW_CODE} Check that the integration is switched on and that the 'Account Domain' is right.`,
	},
};

/** Renewed so long before its end, as a part of the lifetime: for a day, 3 to 14 minutes, for each process its own. */
const EARLY_PART = randomInt(20, 101) / 10_000;
/** Processes that find the same token dead together should not all renew it: each waits up to so many ms. */
const STAGGER_MS = 1000;
/** A refused renewal may mean that another process has just renewed, and has still to save what it got, ms. */
const SAVING_MS = [500, 1500];
/** So long is a refused credential not tried again, ms. */
const REFUSED_MS = 10_000;
/** So long do requests wait for the one that shows whether the token is good, ms: it may hang. */
const PATIENCE_MS = 15_000;
/** When a token that is close to its end could not be renewed, it is tried again after, ms. */
const AGAIN_MS = 30_000;

/** How often the token is replaced for one request: new ones may be other processes', and old already. */
const MAX_REPLACEMENTS = 3;
/** So many new tokens in a row may be refused until the next one is only tried after `REFUSED_MS`. */
const MAX_VAIN_RENEWALS = 2;

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
	/** Renewals since amoCRM has last taken a token. */
	vainRenewals: number;
	/** The renewal under way. */
	renewing?: Promise<Failure | undefined>;
	/** The request under way that will show whether the token is good. */
	scout?: Promise<'late' | undefined>;
}

const known = new Map<string, Knowledge>();

/** What the access of one execution is kept for. */
export interface Access {
	context: ApiContext;
	credentialType: string;
	credentialKey: string;
	baseUrl: string;
	credentials: ICredentialDataDecryptedObject;
	/** Does `work` when the account's gate has a turn for `who`. */
	turn: <T>(who: unknown, work: () => Promise<T>) => Promise<T>;
}

/** One try at a request. Asks `isStale` before it is sent, and gives `undefined` when that is so. */
type Attempt = (isStale: () => boolean) => Promise<Reply | undefined>;

/**
 * Sends requests so that an access token is renewed once, however many executions meet its end: a refresh token works
 * once. As long as it is not sure that the token is good, requests go one at a time, and the first that finds it dead
 * has it replaced; nobody sends one that is known to be dead.
 */
export class AccessKeeper {
	/** A long-lived token is never renewed. */
	private readonly isRenewable: boolean;
	private readonly state: Knowledge;
	private credentials: ICredentialDataDecryptedObject;
	/** The fingerprint of that. */
	private own = '';
	/** All that this execution has seen, old tokens too. */
	private readonly secrets = new Set<string>();
	private maskOfAll?: Mask;

	constructor(private readonly access: Access) {
		const { credentialType, credentialKey, credentials } = access;
		this.isRenewable = credentialType !== 'amoCrmLongLivedTokenApi';
		this.state = known.get(credentialKey) ?? { current: '', vainRenewals: 0 };
		known.set(credentialKey, this.state);
		this.credentials = credentials;
		this.learn(credentials);
	}

	/** Blacks out in a text what no message may repeat. */
	mask(text: string): string {
		this.maskOfAll ??= maskOf([...this.secrets]);
		return this.maskOfAll(text);
	}

	/**
	 * The credential for a request: read again only where another execution has seen a newer one. n8n takes more memory to
	 * read it than to send a request.
	 */
	async credential(): Promise<ICredentialDataDecryptedObject> {
		if (this.own !== this.state.current) await this.reread();
		return { ...this.credentials };
	}

	/** Runs `attempt`, and again with a new token when amoCRM refuses the old one. */
	async run(attempt: Attempt): Promise<Reply> {
		for (let replacements = 0; ; ) {
			const obstacle = this.isRenewable ? await this.ready() : this.refusal();
			if (typeof obstacle === 'object') return { ok: false, failure: obstacle };
			const { current, scout } = this.state;
			const isSure = !this.isRenewable || this.isTrusted() || obstacle === 'late';
			// Somebody else has set out first.
			if (!isSure && scout) continue;
			const isStale = (): boolean => this.refusal() !== undefined || this.isDead();
			const reply = await (isSure ? attempt(isStale) : this.scout(attempt, isStale));
			if (!reply) continue;
			if (isProof(reply)) this.prove(current);
			if (reply.ok || reply.failure.kind !== 'unauthorized') return reply;
			if (!this.isRenewable && this.state.proven === current) {
				// A token that amoCRM has taken before: one more try tells whether the refusal was a slip.
				this.state.proven = undefined;
				continue;
			}
			if (!this.isRenewable) return { ok: false, failure: this.refuse(current, reply.failure) };
			if (this.state.current !== current && replacements++ < MAX_REPLACEMENTS) continue;
			if (this.state.current !== current) return reply;
			this.state.dead = current;
			if (this.state.vainRenewals >= MAX_VAIN_RENEWALS) return { ok: false, failure: this.refuse(current, renewedInVain()) };
		}
	}

	/** Waits until a request may go. Returns why it may not; `late` when the one that went ahead does not come back. */
	private async ready(): Promise<Failure | 'late' | undefined> {
		for (;;) {
			if (this.isTrusted()) return undefined;
			const { scout } = this.state;
			const refusal = this.refusal();
			if (refusal) return refusal;
			if (this.isDue() || this.isDead()) {
				this.state.renewing ??= this.replace().finally(() => {
					this.state.renewing = undefined;
				});
				const failure = await this.state.renewing;
				if (failure) return failure;
			} else if (!scout || (await scout) === 'late') return scout && 'late';
		}
	}

	/** Why this credential was refused a moment ago. */
	private refusal(): Failure | undefined {
		const { refused, current } = this.state;
		return refused?.current === current && Date.now() - refused.at < REFUSED_MS ? refused.failure : undefined;
	}

	/** Sends the one request that shows whether the token is good; who comes meanwhile waits, but not for ever. */
	private async scout(attempt: Attempt, isStale: () => boolean): Promise<Reply | undefined> {
		const work = attempt(isStale).finally(() => {
			if (this.state.scout === scout) this.state.scout = undefined;
		});
		const scout = within(PATIENCE_MS, work.then(() => undefined, () => undefined));
		this.state.scout = scout;
		return await work;
	}

	/** amoCRM has taken the token that the credential had when the request began. */
	private prove(current: string): void {
		if (this.state.current !== current) return;
		if (this.isDead()) this.forgetAge();
		this.state.proven = current;
		this.state.refused = undefined;
		this.state.vainRenewals = 0;
	}

	/** Whether the token is surely good: not refused, not close to its end, and either young or used before. */
	private isTrusted(): boolean {
		const { current, proven, dead, dueAt } = this.state;
		return current !== dead && !this.isDue() && (dueAt !== undefined || current === proven);
	}

	private isDue(): boolean {
		return Date.now() >= (this.state.dueAt ?? Infinity);
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

	/** A new token by n8n, which keeps it. Returns why there is none. */
	private async renew(): Promise<Failure | undefined> {
		const { current } = this.state;
		let failure: Failure | undefined;
		try {
			await (this.access.credentialType === 'amoCrmOAuth2Api' ? this.renewByClient() : this.renewOnTheWay());
		} catch (error) {
			failure = renewalFailure(error);
		}
		if (failure?.permanent) {
			if (await this.wasReplaced(current)) return undefined;
			return this.refuse(current, (await this.moved()) ?? failure);
		}
		await this.reread();
		if (failure && this.state.current === current) return failure;
		this.state.vainRenewals += 1;
		if (this.state.current === this.state.dead) return this.refuse(current, renewedInVain());
		if (this.isDead()) {
			this.state.clockIsOff = true;
			this.forgetAge();
		}
		return undefined;
	}

	private async renewByClient(): Promise<void> {
		const { context, credentialType, turn } = this.access;
		await turn(this.state, async () => await context.helpers.refreshOAuth2Token.call(context, credentialType));
	}

	/** n8n renews this credential when it has no access token, and then sends the request: two turns. */
	private async renewOnTheWay(): Promise<void> {
		const { context, credentialType, baseUrl, turn } = this.access;
		const data = { ...this.credentials, accessToken: '' };
		const options = { url: `${baseUrl}/api/v4/account`, json: true, ignoreHttpStatusErrors: true, disableFollowRedirect: true };
		const credentialsDecrypted = { id: '', name: '', type: credentialType, data };
		const send = async () =>
			await context.helpers.httpRequestWithAuthentication.call(context, credentialType, options, { credentialsDecrypted });
		await turn(this.state, async () => await turn(this.state, send));
	}

	private async moved(): Promise<Failure | undefined> {
		const { access_token, refresh_token } = (this.credentials.oauthTokenData ?? {}) as IDataObject;
		const { context, baseUrl } = this.access;
		const address = await newAddressOf(context.helpers.httpRequest, baseUrl, String(access_token ?? ''), String(refresh_token ?? ''));
		return address === undefined ? undefined : accountMoved(baseUrl, address);
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

	private refuse(current: string, given: Failure): Failure {
		const isOwnWord = given.message.startsWith(UNUSABLE);
		const failure = { ...given, ...(isOwnWord ? {} : WAYS_BACK[this.access.credentialType]) };
		this.state.refused = { current, failure, at: Date.now() };
		return failure;
	}

	private async reread(): Promise<void> {
		const { context, credentialType } = this.access;
		try {
			this.learn(await context.getCredentials(credentialType));
		} catch (error) {
			// The next request will say what has become of the credential.
			context.logger?.debug('amoCRM: the credential could not be read again', { because: this.mask(String(error)) });
		}
	}

	private learn(credentials: ICredentialDataDecryptedObject): void {
		this.credentials = credentials;
		for (const secret of secretsOf(credentials)) this.secrets.add(secret);
		this.maskOfAll = undefined;
		const current = fingerprint(credentials);
		this.own = current;
		if (current === this.state.current) return;
		this.state.current = current;
		this.forgetAge();
		// n8n would renew it by itself, for all requests at once.
		if (credentials.accessToken === '') this.state.dead = current;
		const age = this.state.clockIsOff ? undefined : ageOf(credentials);
		if (!age) return;
		this.state.endsAt = age.endsAt;
		this.state.dueAt = age.endsAt - age.lifetimeMs * EARLY_PART;
	}

	private forgetAge(): void {
		this.state.dueAt = this.state.endsAt = undefined;
	}
}

/** Whether the answer shows that amoCRM knows who asks. */
const isProof = (reply: Reply): boolean =>
	reply.ok || ['validation', 'badRequest', 'notFound', 'forbidden', 'paymentRequired'].includes(reply.failure.kind);

/** Everything that decides what amoCRM says to a request with this credential. */
function fingerprint({ domain, clientId, clientSecret, redirectUri, authorizationCode, ...rest }: ICredentialDataDecryptedObject): string {
	const tokens = [rest.accessToken, (rest.oauthTokenData as IDataObject | undefined)?.access_token];
	const decisive = [domain, clientId, clientSecret, redirectUri, authorizationCode, ...tokens];
	return createHash('sha256').update(JSON.stringify(decisive)).digest('hex');
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
