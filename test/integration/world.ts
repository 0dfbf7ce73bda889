import type { IDataObject, INodeParameters } from 'n8n-workflow';

import type { Emulator, EmulatorOptions, FaultAction, LogEntry } from '../../emulator';
import { startEmulator } from '../../emulator';
import type { Account, RunOptions, RunResult } from './harness';
import { runNode } from './harness';

/** One emulated account for the tests of a file; `run` runs the node against it. */
export interface World {
	emulator: Emulator;
	account: Account;
	run(parameters: INodeParameters, options?: Partial<RunOptions>): Promise<RunResult>;
	/** Requests of one kind, in order of arrival. */
	requests(method: string, path: string): LogEntry[];
	/** The most requests that were under way at one moment. */
	mostAtOnce(): number;
	close(): Promise<void>;
}

/** amoCRM takes more than it should; the node should send nothing that it would have to drop. */
const STRICT = { unknownBodyFields: 'reject', embedsOnUpdate: 'reject', contactEmbedsOnCreate: 'reject' } as const;

export async function openWorld(options: EmulatorOptions = {}): Promise<World> {
	const emulator = await startEmulator({ ...options, switches: { ...STRICT, ...options.switches } });
	const { accessToken, refreshToken } = emulator.issueToken();
	const { clientId, clientSecret } = emulator.integration;
	const account = { domain: emulator.url, accessToken, refreshToken, clientId, clientSecret };
	return {
		emulator,
		account,
		run: async (parameters, runOptions = {}) => await runNode({ account, parameters, ...runOptions }),
		requests: (method, path) => emulator.log.of(method, `/api/v4${path}`),
		mostAtOnce: () => {
			const { entries } = emulator.log;
			return Math.max(...entries.map(({ at: moment }) => entries.filter(({ at, ms }) => at <= moment && moment < at + ms).length));
		},
		close: async () => await emulator.close(),
	};
}

/** `count` items, each with its own values. */
export function manyItems(count: number, make: (index: number) => IDataObject): IDataObject[] {
	return Array.from({ length: count }, (_, index) => make(index));
}

/** What most rate-limited tests do not want to wait for: the gate stays, wide open. */
export const FAST = { requestsPerSecond: 50 };

/** A row that was read, or the error item in its place, in short. */
export function shortly(result: RunResult): Array<{ item: unknown; id?: unknown; error?: unknown }> {
	return result.rows.map(({ json, pairedItem }) => ({
		item: (pairedItem as { item: number }).item,
		...(json.error === undefined ? { id: json.id } : { error: json.error }),
	}));
}

/** The rows of a run that has to go well. */
export function rowsOf({ error, rows }: RunResult): IDataObject[] {
	if (error) throw error;
	return rows.map(({ json }) => json);
}

/** What a run that fails says: the error, and what to do. */
export const saidOf = ({ error }: RunResult): string => `${error?.message} ${error?.description}`;

/** An error page of a proxy, as amoCRM often answers. */
export const html = (status: number): FaultAction => ({ kind: 'status', status, html: '<html><body>nginx</body></html>' });

/** A record locator with an ID, or with an expression that gives one. */
export const byId = (value: string | number) => ({ __rl: true, mode: 'id', value });

/** Parameters that read every lead. */
export const listLeads = (extra: INodeParameters = {}): INodeParameters => ({ resource: 'lead', operation: 'getAll', returnAll: true, options: FAST, ...extra });

/** Adds leads and forgets the requests that it took. Returns their IDs. */
export async function addLeads(world: World, count: number, name = (index: number) => `Lead ${index}`): Promise<number[]> {
	const { rows } = await world.run(
		{ resource: 'lead', operation: 'create', name: '={{ $json.name }}', options: { requestsPerSecond: 1000, batchSize: 250 } },
		{ items: manyItems(count, (index) => ({ name: name(index) })) },
	);
	world.emulator.log.clear();
	return rows.map(({ json }) => json.id as number);
}
