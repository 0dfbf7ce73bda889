import { closeSync, existsSync, mkdirSync, openSync, readFileSync, readSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, resolve } from 'node:path';
import type * as Sqlite from 'node-sqlite3-wasm';

/**
 * One SQLite file: `rows` (JSON by table and id), `keyed` (links and tokens: JSON by key) and `state` (the rest: JSON by name).
 * The file belongs to one process at a time; whatever this emulator did not write is refused and left as it is.
 */

/** "amoE", in the header of every file of ours. */
const APPLICATION_ID = 0x616d6f45;
const FORMAT = 1;

const SCHEMA = `
	CREATE TABLE rows (tbl TEXT NOT NULL, id INTEGER NOT NULL, json TEXT NOT NULL, PRIMARY KEY (tbl, id)) WITHOUT ROWID;
	CREATE TABLE keyed (kind TEXT NOT NULL, key TEXT NOT NULL, json TEXT NOT NULL, UNIQUE (kind, key));
	CREATE TABLE state (name TEXT PRIMARY KEY, json TEXT NOT NULL) WITHOUT ROWID;
	PRAGMA application_id = ${APPLICATION_ID};
	PRAGMA user_version = ${FORMAT};`;

/** Kinds of `keyed`: in the order in which they were first written, which for links is an order that callers see. */
export type Kind = 'link' | 'code' | 'access' | 'refresh';

export interface Contents {
	rows: Map<string, { id: number }[]>;
	keyed: { kind: Kind; key: string; value: unknown }[];
	state: Map<string, unknown>;
}

/** What to write; undefined deletes. */
export interface Batch {
	rows: { table: string; id: number; row: object | undefined }[];
	keyed: { kind: Kind; key: string; value: object | undefined }[];
	state: { name: string; json: string }[];
}

export class DataFile {
	private constructor(
		readonly path: string,
		private readonly database: Sqlite.Database,
		/** Nothing was in it: the account is to be seeded. */
		readonly isNew: boolean,
	) {}

	/** Throws an error in plain words when the file is foreign, damaged, newer than this code or in use. */
	static open(file: string): DataFile {
		const path = resolve(file);
		const isFresh = refuseForeign(path);
		mkdirSync(dirname(path), { recursive: true });
		const database = openAlone(path);
		try {
			if (isFresh) database.exec(`BEGIN; ${SCHEMA} COMMIT;`);
			else check(path, database);
			// Also where the first run ended before it had written anything.
			return new DataFile(path, database, database.get('SELECT 1 FROM state') === null);
		} catch (error) {
			database.close();
			rmSync(ownerFile(path), { force: true });
			throw error;
		}
	}

	read(): Contents {
		try {
			const rows = new Map<string, { id: number }[]>();
			for (const { tbl, json } of this.all('SELECT tbl, json FROM rows ORDER BY tbl, id')) {
				const list = rows.get(String(tbl)) ?? [];
				list.push(JSON.parse(String(json)) as { id: number });
				rows.set(String(tbl), list);
			}
			const keyed = this.all('SELECT kind, key, json FROM keyed ORDER BY rowid').map(({ kind, key, json }) => {
				return { kind: kind as Kind, key: String(key), value: JSON.parse(String(json)) as unknown };
			});
			const state = this.all('SELECT name, json FROM state').map(({ name, json }): [string, unknown] => [String(name), JSON.parse(String(json))]);
			return { rows, keyed, state: new Map(state) };
		} catch (error) {
			throw damaged(this.path, error);
		}
	}

	/** All of it or nothing. */
	write({ rows, keyed, state }: Batch): void {
		this.database.exec('BEGIN');
		try {
			this.each('INSERT OR REPLACE INTO rows VALUES (?, ?, ?)', rows.flatMap(({ table, id, row }) => (row ? [[table, id, JSON.stringify(row)]] : [])));
			this.each('DELETE FROM rows WHERE tbl = ? AND id = ?', rows.flatMap(({ table, id, row }) => (row ? [] : [[table, id]])));
			// An update keeps its place in the order.
			const upsert = 'INSERT INTO keyed VALUES (?, ?, ?) ON CONFLICT (kind, key) DO UPDATE SET json = excluded.json';
			this.each(upsert, keyed.flatMap(({ kind, key, value }) => (value ? [[kind, key, JSON.stringify(value)]] : [])));
			this.each('DELETE FROM keyed WHERE kind = ? AND key = ?', keyed.flatMap(({ kind, key, value }) => (value ? [] : [[kind, key]])));
			this.each('INSERT OR REPLACE INTO state VALUES (?, ?)', state.map(({ name, json }) => [name, json]));
			this.database.exec('COMMIT');
		} catch (error) {
			if (this.database.inTransaction) this.database.exec('ROLLBACK');
			throw error;
		}
	}

	close(): void {
		this.database.close();
		rmSync(ownerFile(this.path), { force: true });
	}

	private all(sql: string) {
		return this.database.all(sql) as Record<string, unknown>[];
	}

	private each(sql: string, values: (string | number)[][]): void {
		if (values.length === 0) return;
		const statement = this.database.prepare(sql);
		try {
			for (const value of values) statement.run(value);
		} finally {
			statement.finalize();
		}
	}
}

/** True for a file that is not there yet or empty. Reads the header by itself: SQLite must not touch a file that is not ours. */
function refuseForeign(path: string): boolean {
	if (!existsSync(path)) return true;
	const stat = statSync(path);
	if (!stat.isFile()) throw new Error(`--data ${path} is not a file.`);
	if (stat.size === 0) return true;
	const header = Buffer.alloc(100);
	const descriptor = openSync(path, 'r');
	readSync(descriptor, header, 0, header.length, 0);
	closeSync(descriptor);
	const isOurs = header.toString('latin1', 0, 16) === 'SQLite format 3\0' && header.readUInt32BE(68) === APPLICATION_ID;
	if (!isOurs) throw new Error(`--data ${path} was not written by this emulator. It was left as it is; choose another file.`);
	const version = header.readUInt32BE(60);
	if (version > FORMAT) throw new Error(`--data ${path} was written by a newer emulator (format ${version}, this one knows ${FORMAT}).`);
	return false;
}

function check(path: string, database: Sqlite.Database): void {
	try {
		const [first] = Object.values(database.get('PRAGMA quick_check') ?? {});
		if (first !== 'ok') throw new Error(String(first));
	} catch (error) {
		throw damaged(path, error);
	}
}

const damaged = (path: string, error: unknown) =>
	new Error(`--data ${path} is damaged (${error instanceof Error ? error.message : String(error)}). It was left as it is; move it away to begin anew.`);

const ownerFile = (path: string) => `${path}.owner`;
/** This very process: an id alone may belong to another one after a restart. */
const me = `${process.pid} ${Math.round(performance.timeOrigin)}`;

/** Takes SQLite's lock for as long as the file is open. The lock of a process that died with it is removed. */
function openAlone(path: string): Sqlite.Database {
	try {
		return lock(path);
	} catch (error) {
		if (!(error instanceof Error) || !error.message.includes('locked')) throw damaged(path, error);
		const owner = existsSync(ownerFile(path)) ? readFileSync(ownerFile(path), 'utf8') : '';
		if (owner === me || (owner !== '' && isAlive(owner))) {
			throw new Error(`--data ${path} is in use by another emulator (process ${owner.split(' ')[0]}).`);
		}
		rmSync(`${path}.lock`, { recursive: true, force: true });
		return lock(path);
	}
}

function lock(path: string): Sqlite.Database {
	// Megabytes of WebAssembly: loaded only for those who keep their account.
	const { Database } = createRequire(__filename)('node-sqlite3-wasm') as typeof Sqlite;
	const database = new Database(path);
	try {
		// No fsync: what a crash of the machine may cost is a demo account.
		database.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA synchronous = OFF; BEGIN EXCLUSIVE; COMMIT;');
	} catch (error) {
		database.close();
		throw error;
	}
	writeFileSync(ownerFile(path), me);
	return database;
}

function isAlive(owner: string): boolean {
	const pid = Number(owner.split(' ')[0]);
	if (pid === process.pid) return false;
	try {
		process.kill(pid, 0);
		return true;
	} catch (error) {
		return (error as NodeJS.ErrnoException).code === 'EPERM';
	}
}
