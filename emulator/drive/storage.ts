import { createHash, type Hash } from 'node:crypto';
import { appendFileSync, createReadStream, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';

/** Contents of files, on disk: memory holds nothing of them but one part at a time. */

export interface NewFile {
	file_name: string;
	content_type?: string | null;
	/** A further version of this file. */
	file_uuid?: string | null;
	created_by?: { id: number; type: string };
	with_preview?: boolean | null;
}

/** An upload under way. */
export interface Session {
	id: number;
	input: NewFile;
	/** Bytes that the file will have. */
	size: number;
	received: number;
	/** The largest part that it was told. */
	partSize: number;
	hash: Hash;
	/** The beginning of the file, where pictures say how large they are. */
	head: Buffer;
	by: number;
	/** Part of the address that takes the next bytes; every part gets a new one. */
	token: string;
	/** Seconds. */
	expiresAt: number;
}

/** What is known of contents without reading them. */
export interface Contents {
	size: number;
	sha256: string;
	/** Of a PNG or a GIF. */
	picture?: { width: number; height: number };
}

/** Pictures have their size within so many bytes. */
const HEAD_BYTES = 32;

export class Storage {
	readonly sessions = new Map<string, Session>();

	/** ID of the newest session. */
	lastSession = 26_000;

	private opened: string | undefined;

	/** `kept`: the folder of an account that outlives the process; otherwise a temporary one, made when it is needed. */
	constructor(private readonly kept?: string) {
		// What was half uploaded when the process ended is lost with its session.
		if (kept !== undefined && existsSync(kept)) for (const name of readdirSync(kept)) if (name.endsWith('.part')) rmSync(join(kept, name));
	}

	/** A part more of a session's file. */
	append(session: Session, part: Buffer): void {
		appendFileSync(this.path(`${session.id}.part`), part);
		session.hash.update(part);
		if (session.received < HEAD_BYTES) session.head = Buffer.concat([session.head, part.subarray(0, HEAD_BYTES - session.received)]);
		session.received += part.length;
	}

	/** The session's file is whole: it becomes the contents of that version. */
	finish(session: Session, version: string): Contents {
		renameSync(this.path(`${session.id}.part`), this.path(version));
		this.sessions.delete(session.token);
		return { size: session.size, sha256: session.hash.digest('hex'), ...pictureIn(session.head) };
	}

	/** Forgets a session, and what has come of its file. */
	drop(session: Session): void {
		this.sessions.delete(session.token);
		rmSync(this.path(`${session.id}.part`), { force: true });
	}

	write(version: string, bytes: Buffer): Contents {
		writeFileSync(this.path(version), bytes);
		return { size: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex'), ...pictureIn(bytes) };
	}

	/** `bytes`: only so many from the beginning. */
	read(version: string, bytes = Infinity): Readable {
		return createReadStream(this.path(version), { end: bytes - 1 });
	}

	/** For tests: all of it at once. */
	bytes(version: string): Buffer {
		return readFileSync(this.path(version));
	}

	remove(version: string): void {
		rmSync(this.path(version), { force: true });
	}

	/** Nothing is left, neither files nor sessions. */
	clear(): void {
		this.sessions.clear();
		if (this.opened !== undefined) rmSync(this.opened, { recursive: true, force: true });
		this.opened = undefined;
	}

	close(): void {
		if (this.kept === undefined) this.clear();
	}

	private path(name: string): string {
		if (this.opened === undefined) {
			this.opened = this.kept ?? mkdtempSync(join(tmpdir(), 'amocrm-emulator-'));
			mkdirSync(this.opened, { recursive: true });
		}
		return join(this.opened, name);
	}
}

function pictureIn(head: Buffer): Pick<Contents, 'picture'> {
	if (head.length >= 24 && head.toString('latin1', 1, 4) === 'PNG') return { picture: { width: head.readUInt32BE(16), height: head.readUInt32BE(20) } };
	if (head.length >= 10 && head.toString('latin1', 0, 3) === 'GIF') return { picture: { width: head.readUInt16LE(6), height: head.readUInt16LE(8) } };
	return {};
}
