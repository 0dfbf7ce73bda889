/** Every API and OAuth call the emulator received, in order of arrival, to assert on and to show on the board. */

export interface LogEntry {
	at: number;
	method: string;
	/** Path without the query string. */
	path: string;
	query: Record<string, unknown>;
	body: unknown;
	headers: Record<string, string>;
	/** 0 until answered, and for connections that a fault plan has cut. */
	status: number;
	/** Milliseconds from the request's arrival to its answer. */
	ms: number;
	/** client_id behind the access token; null when the call carried no good token. */
	integration: string | null;
}

const KEPT = 20_000;

/** Bodies of the latest requests, together at most about this many bytes; older entries stay without theirs. */
const KEPT_BODY_BYTES = 4 * 1024 * 1024;

export class RequestLog {
	readonly entries: LogEntry[] = [];

	private readonly bodies: { entry: LogEntry; bytes: number }[] = [];

	private bodyBytes = 0;

	private readonly listeners = new Set<(entry: LogEntry) => void>();

	add(entry: LogEntry): void {
		this.entries.push(entry);
		if (this.entries.length > KEPT) this.entries.splice(0, this.entries.length - KEPT);
	}

	/** Remembers what the request carried; `bytes` is its size on the wire. */
	keepBody(entry: LogEntry, body: unknown, bytes: number): void {
		entry.body = body;
		if (bytes === 0) return;
		this.bodies.push({ entry, bytes });
		this.bodyBytes += bytes;
		while (this.bodyBytes > KEPT_BODY_BYTES && this.bodies.length > 1) {
			const oldest = this.bodies.shift();
			if (!oldest) return;
			oldest.entry.body = undefined;
			this.bodyBytes -= oldest.bytes;
		}
	}

	/** Tells the listeners that an entry has its status. */
	answered(entry: LogEntry): void {
		for (const listener of this.listeners) listener(entry);
	}

	onAnswer(listener: (entry: LogEntry) => void): () => void {
		this.listeners.add(listener);
		return () => this.listeners.delete(listener);
	}

	clear(): void {
		this.entries.length = 0;
		this.bodies.length = 0;
		this.bodyBytes = 0;
	}

	of(method: string, path: string): LogEntry[] {
		return this.entries.filter((entry) => entry.method === method && entry.path === path);
	}
}

/** Headers as logged: a token is shortened, because logs end up in bug reports. */
export function loggedHeaders(headers: Record<string, string | string[] | undefined>): Record<string, string> {
	const out: Record<string, string> = {};
	for (const [name, value] of Object.entries(headers)) {
		if (value === undefined) continue;
		const text = Array.isArray(value) ? value.join(', ') : value;
		out[name] = name === 'authorization' && text.length > 16 ? `${text.slice(0, 12)}…${text.slice(-4)}` : text;
	}
	return out;
}
