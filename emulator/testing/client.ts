import { startEmulator, type Emulator, type EmulatorOptions } from '../index';

/** An emulator and a bare HTTP client of it, for the emulator's own tests. */

export interface Answer {
	status: number;
	type: string;
	body: Record<string, unknown> & { _embedded?: Record<string, Record<string, unknown>[]> };
}

export type Call = (method: string, path: string, body?: unknown, headers?: Record<string, string>) => Promise<Answer>;

export interface Bench {
	emulator: Emulator;
	/** Anything on the emulator's host, as the first administrator. */
	call: Call;
	/** A path below /api/v4. */
	api: Call;
	/** Creates one row through the API and returns its id. */
	create(path: string, body?: object): Promise<number>;
	close(): Promise<void>;
}

export async function openBench(options: EmulatorOptions = {}): Promise<Bench> {
	return benchOf(await startEmulator({ language: 'en', ...options }));
}

/** A client of an emulator that runs already. */
export function benchOf(emulator: Emulator): Bench {
	const token = emulator.issueToken().accessToken;
	const call: Call = async (method, path, body, headers = {}) => {
		const response = await fetch(path.startsWith('http') ? path : `${emulator.url}${path}`, {
			method,
			headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...headers },
			body: body === undefined ? undefined : typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body),
		});
		const text = await response.text();
		const type = response.headers.get('content-type') ?? '';
		return { status: response.status, type, body: type.includes('json') ? JSON.parse(text) : { text } };
	};
	const api: Call = (method, path, body, headers) => call(method, `/api/v4${path}`, body, headers);
	return {
		emulator,
		call,
		api,
		async create(path, body = {}) {
			const answer = await api('POST', path, [body]);
			const [list] = Object.values(answer.body._embedded ?? {});
			const id = list?.[0]?.id;
			if (typeof id !== 'number') throw new Error(`POST ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
			return id;
		},
		close: () => emulator.close(),
	};
}

export const rows = (answer: Answer, key: string): Record<string, unknown>[] => answer.body._embedded?.[key] ?? [];

export interface SharedBench extends Omit<Bench, 'close'> {
	/** Codes and paths of a 400, by request_id (`-` where there is none): `{ '0': ['NotSupportedChoice status_id'] }`. */
	errors(answer: Answer): Record<string, string[]>;
}

/** A new emulator for every test of the file; its calls by short names. */
export function useBench(options: EmulatorOptions = {}): SharedBench {
	let bench: Bench;
	beforeEach(async () => {
		bench = await openBench(options);
	});
	afterEach(() => bench.close());
	return {
		get emulator() {
			return bench.emulator;
		},
		call: (...args) => bench.call(...args),
		api: (...args) => bench.api(...args),
		create: (...args) => bench.create(...args),
		errors: ({ body }) => {
			const items = body['validation-errors'] as { request_id?: string; errors: { code: string; path: string }[] }[];
			return Object.fromEntries(items.map(({ request_id = '-', errors }) => [request_id, errors.map(({ code, path }) => `${code} ${path}`)]));
		},
	};
}
