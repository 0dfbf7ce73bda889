import type { ChangeBus } from './events/changes';
import type { Clock } from './clock';
import type { Storage } from './drive/storage';
import type { Faults } from './faults';
import type { FieldContext } from './fields/rule';
import type { FieldFinder } from './fields/values';
import type { Tokens } from './oauth/tokens';
import type { Integration } from './options';
import type { RateLimiter } from './rateLimit';
import type { RequestLog } from './requestLog';
import type { Account } from './store/account';
import type { CustomFieldRow, FieldOwner } from './store/rows';
import type { Switches } from './switches';

/** Everything a route may need. One per emulator; nothing is global. */
export interface World {
	account: Account;
	clock: Clock;
	log: RequestLog;
	faults: Faults;
	limiter: RateLimiter;
	switches: Switches;
	tokens: Tokens;
	integrations: Map<string, Integration>;
	changes: ChangeBus;
	/** Milliseconds added to every API answer, and to those of some routes besides. */
	latency: { ms: number; routes: { path: RegExp; ms: number }[] };
	/** Contents of the files, and what is being uploaded. */
	storage: Storage;
	/** Host of the files; another one than the account's. facts: extended 8 */
	driveUrl: string;
	/** `http://localhost:PORT`; known once the server listens. */
	url: string;
	/** Back to the seed the emulator started with. */
	reset(): void;
	/** As an administrator does in the account: tokens die, the deauthorization hook is called. facts: core 2.10 */
	disableIntegration(clientId: string): Promise<void>;
	issueToken(options?: TokenOptions): { accessToken: string; refreshToken: string };
}

export interface TokenOptions {
	/** Seconds. */
	expiresIn?: number;
	/** No refresh token to speak of, up to five years. facts: core 2.5 */
	longLived?: boolean;
	/** All of the integration's unless said. */
	scopes?: string[];
	/** Whose rights it has; the first administrator's unless said. */
	userId?: number;
}

export function fieldContext(world: World): FieldContext {
	const { account, switches } = world;
	return {
		switches,
		timezone: account.info.timezone,
		hasElement: (catalogId, elementId) => account.hasElement(catalogId, elementId),
	};
}

/** Custom fields of one owner; a field of another entity is as unknown as a deleted one. facts: core 3.10 */
export function fieldFinder(account: Account, owner: FieldOwner): FieldFinder {
	const own = (field: CustomFieldRow | undefined) => (field?.owner === owner ? field : undefined);
	return {
		byId: (id) => own(account.customFields.get(id)),
		byCode: (code) => {
			for (const field of account.customFields.values()) if (field.owner === owner && field.code === code) return field;
			return undefined;
		},
	};
}
