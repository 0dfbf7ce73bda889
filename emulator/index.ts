import type { AddressInfo } from 'node:net';
import { resolve } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { Clock } from './clock';
import { ChangeBus } from './events/changes';
import { Storage } from './drive/storage';
import { recordEvents } from './events/record';
import { Faults } from './faults';
import { administrator } from './http/caller';
import { notFound } from './http/problems';
import { disableIntegration } from './oauth/deauthorize';
import { Tokens } from './oauth/tokens';
import { DEFAULT_CLIENT_ID, DEFAULT_CLIENT_SECRET, DEFAULT_REDIRECT_URI, type EmulatorOptions, type Integration } from './options';
import { RateLimiter } from './rateLimit';
import { RequestLog } from './requestLog';
import { seedBase } from './seed/base';
import { seedCards } from './seed/cards';
import { dateHistory } from './seed/history';
import { seedRooms } from './seed/rooms';
import { buildDriveServer, buildServer } from './server';
import { Account } from './store/account';
import { Persistence } from './store/persist';
import type { StaffedWorld } from './staffedWorld';
import { defaultSwitches, type Switches } from './switches';
import { UserInterface } from './ui/actions';
import { Deliveries } from './webhooks/delivery';
import type { TokenOptions, World } from './world';

export type { EmulatorOptions, Switches, Account };
export type { Row } from './store/rows';
export type { LogEntry, RequestLog } from './requestLog';
export type { Fault, FaultAction, Faults } from './faults';
export type { Clock } from './clock';
export type { Deliveries, Delivery } from './webhooks/delivery';
export type { MessageInput, UserInterface } from './ui/actions';

export interface Emulator {
	url: string;
	account: Account;
	log: RequestLog;
	clock: Clock;
	faults: Faults;
	switches: Switches;
	integration: { clientId: string; clientSecret: string; redirectUri: string };
	/** Tokens of the first administrator, without the consent page. */
	issueToken(options?: TokenOptions): { accessToken: string; refreshToken: string };
	/** Every access token issued so far answers 401 from now on; refresh tokens stay good. */
	expireTokens(): void;
	/** What was posted to webhooks; `settled()` waits for the receivers' answers. */
	deliveries: Deliveries;
	/** What people do in the account's pages and what reaches it from outside. */
	ui: UserInterface;
	/** The inside, for rooms of the emulator itself (board, load runs, conformance). */
	world: StaffedWorld;
	close(): Promise<void>;
}

const FIVE_YEARS = 5 * 365 * 24 * 60 * 60;

/** Starts an amoCRM account that answers on localhost. */
export async function startEmulator(options: EmulatorOptions = {}): Promise<Emulator> {
	const world = createWorld(options);
	const persistence = options.data === undefined ? undefined : keepIn(options.data, world, options);
	if (!persistence?.restored) fill(world, options);
	const stop = async (...servers: FastifyInstance[]) => {
		world.clock.stop();
		await world.deliveries.stop();
		await Promise.all(servers.map((server) => server.close()));
		// Last of all: what the servers were still writing is kept too.
		persistence?.close();
		world.storage.close();
	};
	const app = await buildServer(world, options);
	const drive = await buildDriveServer(world, options);
	try {
		world.url = await listen(app, options, options.port ?? 0);
		world.driveUrl = await listen(drive, options, options.drivePort ?? 0);
	} catch (error) {
		await stop(app, drive);
		throw error;
	}
	const integration = [...world.integrations.values()][0] as Integration;
	return {
		url: world.url,
		account: world.account,
		log: world.log,
		clock: world.clock,
		faults: world.faults,
		switches: world.switches,
		integration,
		issueToken: (tokenOptions) => world.issueToken(tokenOptions),
		expireTokens: () => world.tokens.expireAccess(),
		deliveries: world.deliveries,
		ui: world.ui,
		world,
		close: () => stop(app, drive),
	};
}

/** Opens the data file; takes the account from it when there is one. What the options say goes before what the file says. */
function keepIn(path: string, world: StaffedWorld, { language, redirectUri, switches }: EmulatorOptions): Persistence {
	const persistence = Persistence.open(path, world);
	if (persistence.restored) {
		if (language) world.account.language = language;
		const [integration] = world.integrations.values();
		if (integration && redirectUri !== undefined) integration.redirectUri = redirectUri;
		Object.assign(world.switches, switches);
	}
	return persistence;
}

async function listen(app: FastifyInstance, { host = '127.0.0.1', tls }: EmulatorOptions, port: number): Promise<string> {
	await app.listen({ port, host });
	return `${tls ? 'https' : 'http'}://localhost:${(app.server.address() as AddressInfo).port}`;
}

function createWorld(options: EmulatorOptions): StaffedWorld {
	const clock = new Clock();
	const account = new Account(options.language ?? 'ru');
	const integration: Integration = {
		clientId: DEFAULT_CLIENT_ID,
		clientSecret: DEFAULT_CLIENT_SECRET,
		redirectUri: options.redirectUri ?? DEFAULT_REDIRECT_URI,
		name: 'n8n',
		scopes: ['crm', 'files', 'files_delete', 'notifications'],
		enabled: true,
	};
	const world: World = {
		account,
		clock,
		log: new RequestLog(),
		faults: new Faults(),
		limiter: new RateLimiter(clock, options.rateLimit ?? false),
		switches: defaultSwitches(options.switches),
		tokens: new Tokens(clock, () => ({ id: account.info.id, domain: new URL(world.url).host })),
		integrations: new Map([[integration.clientId, integration]]),
		changes: new ChangeBus(),
		latency: { ms: options.latencyMs ?? 0, routes: [] },
		storage: new Storage(options.data === undefined ? undefined : `${resolve(options.data)}.files`),
		driveUrl: '',
		url: 'http://localhost',
		reset() {
			const emails = new Map([...account.users.values()].map(({ id, email }) => [id, email]));
			account.wipe();
			world.storage.clear();
			deliveries.clear();
			fill(world, options);
			// The seed's people come back under new ids; who holds their tokens goes on.
			const ids = new Map([...account.users.values()].map(({ id, email }) => [email, id]));
			world.tokens.moveUsers((id) => ids.get(emails.get(id) ?? ''));
		},
		disableIntegration: (clientId) => disableIntegration(world, clientId),
		issueToken({ expiresIn, longLived = false, scopes, userId }: TokenOptions = {}) {
			const { user: admin, integration: own } = administrator(world);
			const user = userId === undefined ? admin : account.users.get(userId);
			if (!user) throw notFound('User not found');
			const granted = { ...own, scopes: scopes ?? own.scopes };
			if (!longLived) return world.tokens.issuePair(granted, user.id, expiresIn);
			return { accessToken: world.tokens.issueAccess(granted, user.id, expiresIn ?? FIVE_YEARS), refreshToken: '' };
		},
	};
	const deliveries = new Deliveries(world);
	const ui = new UserInterface(world, deliveries);
	recordEvents(world);
	return Object.assign(world, { deliveries, ui });
}

function fill(world: World, options: EmulatorOptions): void {
	seedBase(world.account, world.clock);
	if (options.seed !== 'demo' && options.seed !== 'cards') return;
	const caller = administrator(world);
	const cast = seedCards(world, caller);
	if (options.seed === 'demo') seedRooms(world, caller, cast);
	dateHistory(world);
}
