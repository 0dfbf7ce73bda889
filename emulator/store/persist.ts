import type { Grant } from '../oauth/tokens';
import type { Integration, Language } from '../options';
import type { StaffedWorld } from '../staffedWorld';
import { SWITCHES, type Switches } from '../switches';
import type { DeliveryState } from '../webhooks/delivery';
import type { AccountInfo } from './account';
import { DataFile, type Contents, type Kind } from './dataFile';
import type { Link } from './links';
import type { FileVersion } from './moreRows';

/**
 * Keeps an account in a data file: what changes is noted at once and written a moment later, everything of that moment together.
 * Not kept: the request log and the log of deliveries, fault plans, latency, limits, and uploads that are half done.
 */

const WRITE_EVERY_MS = 500;

/** Everything that is neither a row nor keyed; each name is written when its JSON has changed. */
interface State {
	info: AccountInfo;
	language: Language;
	lastSmallId: number;
	highestIds: Record<string, number>;
	aheadMs: number;
	integrations: Integration[];
	switches: Partial<Switches>;
	deliveries: DeliveryState;
}

export class Persistence {
	private readonly dirtyRows = new Map<string, Set<number>>();

	private readonly dirtyKeys = new Map<string, { kind: Kind; key: string; value: object | undefined }>();

	private readonly written = new Map<string, string>();

	private readonly tables: Map<string, ReturnType<StaffedWorld['account']['tables']>[number]>;

	private timer: NodeJS.Timeout | undefined;

	private lastFailure = '';

	private constructor(
		private readonly world: StaffedWorld,
		private readonly file: DataFile,
	) {
		this.tables = new Map(world.account.tables().map((table) => [table.name, table]));
	}

	/** Fills the (empty) account from the file, unless that is new, and keeps it from then on. Throws what DataFile.open() throws. */
	static open(path: string, world: StaffedWorld): Persistence {
		const file = DataFile.open(path);
		const persistence = new Persistence(world, file);
		try {
			if (!file.isNew) persistence.restore(file.read());
		} catch (error) {
			file.close();
			throw error;
		}
		persistence.watch();
		return persistence;
	}

	/** The account came from the file and needs no seed. */
	get restored(): boolean {
		return !this.file.isNew;
	}

	private restore(contents: Contents): void {
		const { account, clock, tokens, integrations, switches, deliveries } = this.world;
		const state = Object.fromEntries(contents.state) as unknown as State;
		for (const [name, rows] of contents.rows) for (const row of rows) this.tables.get(name)?.set(row.id, row);
		for (const file of account.files.values()) file.versions = file.versions.map((version) => this.withContentsApart(version));
		for (const { kind, key, value } of contents.keyed) {
			if (kind === 'link') account.links.put(value as Link);
			else tokens.put(kind, key, value as Grant);
		}
		account.info = state.info;
		account.language = state.language;
		account.lastSmallId = state.lastSmallId;
		for (const [name, id] of Object.entries(state.highestIds)) {
			const table = this.tables.get(name);
			if (table) table.highestId = id;
		}
		clock.ahead = state.aheadMs;
		for (const integration of state.integrations) integrations.set(integration.clientId, integration);
		Object.assign(switches, state.switches);
		deliveries.restore(state.deliveries);
	}

	/** Contents stood in the rows before: in base64. */
	private withContentsApart({ content, ...version }: FileVersion & { content?: string }): FileVersion {
		return content === undefined ? version : { ...version, session_id: null, ...this.world.storage.write(version.uuid, Buffer.from(content, 'base64')) };
	}

	private watch(): void {
		const { account, tokens } = this.world;
		for (const [name, table] of this.tables) {
			const dirty = new Set<number>();
			this.dirtyRows.set(name, dirty);
			table.listener = (id) => dirty.add(id);
		}
		const keep = (kind: Kind, key: string, value: object | undefined) => this.dirtyKeys.set(`${kind} ${key}`, { kind, key, value });
		account.links.listener = (key, link) => keep('link', key, link);
		tokens.listener = keep;
		this.timer = setInterval(() => this.tryWrite(), WRITE_EVERY_MS);
		this.timer.unref();
	}

	/** Writes the rest; an error here is the caller's to show. */
	close(): void {
		clearInterval(this.timer);
		try {
			this.write();
		} finally {
			this.file.close();
		}
	}

	private tryWrite(): void {
		try {
			this.write();
			this.lastFailure = '';
		} catch (error) {
			// A full disk is no reason to end; nothing is forgotten, the next moment tries again.
			const message = error instanceof Error ? error.message : String(error);
			if (message !== this.lastFailure) console.error(`Could not write ${this.file.path}: ${message}`);
			this.lastFailure = message;
		}
	}

	private write(): void {
		const rows = [...this.dirtyRows].flatMap(([table, ids]) => [...ids].map((id) => ({ table, id, row: this.tables.get(table)?.get(id) })));
		const keyed = [...this.dirtyKeys.values()];
		const state = Object.entries(this.state())
			.map(([name, value]) => ({ name, json: JSON.stringify(value) }))
			.filter(({ name, json }) => this.written.get(name) !== json);
		if (rows.length + keyed.length + state.length === 0) return;
		this.file.write({ rows, keyed, state });
		for (const ids of this.dirtyRows.values()) ids.clear();
		this.dirtyKeys.clear();
		for (const { name, json } of state) this.written.set(name, json);
	}

	private state(): State {
		const { account, clock, integrations, switches, deliveries } = this.world;
		const changed = Object.entries(switches).filter(([name, value]) => SWITCHES[name as keyof Switches].default !== value);
		return {
			info: account.info,
			language: account.language,
			lastSmallId: account.lastSmallId,
			highestIds: Object.fromEntries([...this.tables].map(([name, table]) => [name, table.highestId])),
			aheadMs: clock.ahead,
			integrations: [...integrations.values()],
			switches: Object.fromEntries(changed),
			deliveries: deliveries.state,
		};
	}
}
