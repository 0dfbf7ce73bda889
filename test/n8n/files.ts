import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { closeSync, createReadStream, createWriteStream, mkdirSync, openSync, readFileSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { basename, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { IDataObject, INodeParameters } from 'n8n-workflow';
import { work } from '../../scripts/lib/paths.mjs';
import type { TestN8n } from './n8n';
import { CREDENTIAL_TYPE, NODE_TYPE, type Credential } from './run';

/** Files on disk that n8n reads, sends to amoCRM, gets back and hashes. */

const CHUNK = 1_048_576;

export interface Files {
	folder: string;
	/** SHA-256 by the name without its extension. */
	hashes: Map<string, string>;
}

/** Where the files of a suite are; n8n reads from there alone. */
export function folderOf(suite: string): string {
	const folder = join(work, 'test-files', suite);
	rmSync(folder, { recursive: true, force: true });
	mkdirSync(folder, { recursive: true });
	return folder;
}

/** Files of random bytes, of these sizes. */
export function makeFiles(folder: string, kind: string, sizes: number[]): Files {
	const own = join(folder, kind);
	mkdirSync(own);
	const hashes = new Map<string, string>();
	sizes.forEach((size, n) => {
		const name = `${kind}-${n}`;
		const hash = createHash('sha256');
		const file = openSync(join(own, `${name}.bin`), 'w');
		for (let left = size; left > 0; left -= CHUNK) {
			const bytes = randomBytes(Math.min(left, CHUNK));
			hash.update(bytes);
			writeSync(file, bytes);
		}
		closeSync(file);
		hashes.set(name, hash.digest('hex'));
	});
	return { folder: own, hashes };
}

/** What n8n is started with. */
export const fileSettings = (folder: string, mode: 'default' | 'filesystem' | 'database'): Record<string, string> => ({ N8N_DEFAULT_BINARY_DATA_MODE: mode, N8N_RESTRICT_FILE_ACCESS_TO: folder });

const step = (name: string, type: string, parameters: INodeParameters, more: IDataObject = {}) => ({ id: randomUUID(), name, type, typeVersion: 1, position: [0, 0], parameters, ...more });

const amoCrm = (name: string, credential: Credential, parameters: INodeParameters) =>
	step(name, NODE_TYPE, { authentication: 'oAuth2', resource: 'file', ...parameters }, { typeVersion: 2, credentials: { [CREDENTIAL_TYPE]: { id: credential.id, name: credential.name } } });

export const READ = (folder: string) => step('Read', 'n8n-nodes-base.readWriteFile', { operation: 'read', fileSelector: `${folder}/*.bin`, options: {} });

export const UPLOAD = (credential: Credential, options: INodeParameters) => amoCrm('Upload', credential, { operation: 'upload', options });

/** The nodes one after the other. */
export function chain(nodes: Array<{ name: string }>) {
	const connections: Record<string, unknown> = {};
	nodes.slice(1).forEach(({ name }, index) => (connections[nodes[index]?.name ?? ''] = { main: [[{ node: name, type: 'main', index: 0 }]] }));
	return { nodes, connections };
}

/** Into amoCRM and back. */
export async function upAndDown(n8n: TestN8n, credential: Credential, { folder }: Files, options: INodeParameters): Promise<IDataObject[]> {
	const nodes = [UPLOAD(credential, options), amoCrm('Download', credential, { operation: 'download', fileId: { __rl: true, mode: 'id', value: '={{ $json.uuid }}' }, options })];
	return await through(n8n, folder, nodes, ['name', 'uuid', 'size', 'hash']);
}

/** To a plain server and back with n8n's own nodes, in the same pace: what that takes without ours. */
export async function upAndDownPlainly(n8n: TestN8n, { folder }: Files): Promise<IDataObject[]> {
	const kept = join(folder, '..', 'kept');
	mkdirSync(kept);
	const server = createServer((request, response) => {
		const name = basename(String(request.url));
		const url = `http://localhost:${(server.address() as AddressInfo).port}/${name}`;
		const work = request.method === 'POST' ? pipeline(request, createWriteStream(join(kept, name))).then(() => response.setHeader('content-type', 'application/json').end(JSON.stringify({ url }))) : pipeline(createReadStream(join(kept, name)), response);
		work.catch(() => response.destroy());
	});
	await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve));
	const batching = { batch: { batchSize: 4, batchInterval: 80 } };
	const request = (name: string, url: string, parameters: INodeParameters) => step(name, 'n8n-nodes-base.httpRequest', { url, ...parameters }, { typeVersion: 4.2 });
	const nodes = [
		request('Up', `=http://localhost:${(server.address() as AddressInfo).port}/{{ $binary.data.fileName }}`, { method: 'POST', sendBody: true, contentType: 'binaryData', inputDataFieldName: 'data', options: { batching } }),
		request('Down', '={{ $json.url }}', { options: { batching, response: { response: { responseFormat: 'file', outputPropertyName: 'data' } } } }),
	];
	try {
		return await through(n8n, folder, nodes, ['hash']);
	} finally {
		server.close();
		rmSync(kept, { recursive: true });
	}
}

/** The files of a folder through these nodes in a published workflow that a call starts; n8n keeps nothing of what went through it. */
async function through({ client, url }: TestN8n, folder: string, between: Array<{ name: string }>, told: string[]): Promise<IDataObject[]> {
	const path = randomUUID();
	const nodes = [
		step('Call', 'n8n-nodes-base.webhook', { path, httpMethod: 'GET', responseMode: 'lastNode', responseData: 'allEntries', options: {} }, { typeVersion: 2, webhookId: path }),
		READ(folder),
		...between,
		step('Hash', 'n8n-nodes-base.crypto', { action: 'hash', type: 'SHA256', binaryData: true, binaryPropertyName: 'data', dataPropertyName: 'hash', encoding: 'hex' }),
		// Without the files: the answer has the hashes alone.
		step('Tell', 'n8n-nodes-base.set', { mode: 'manual', duplicateItem: false, includeOtherFields: false, assignments: { assignments: told.map((name) => ({ id: randomUUID(), name, type: name === 'size' ? 'number' : 'string', value: `={{ $json.${name} }}` })) }, options: { stripBinary: true } }, { typeVersion: 3.4 }),
	];
	const { id, versionId } = await client.createWorkflow({ name: `Files ${path}`, ...chain(nodes), settings: { saveDataSuccessExecution: 'none' } });
	await client.request('POST', `/rest/workflows/${id}/activate`, { versionId });
	for (const deadline = Date.now() + 30_000; ; ) {
		const response = await fetch(`${url}/webhook/${path}`);
		// n8n publishes in the background.
		if (response.status === 404 && Date.now() < deadline) {
			await new Promise((resolve) => setTimeout(resolve, 200));
			continue;
		}
		const text = await response.text();
		if (!response.ok) throw new Error(`n8n answered ${response.status}: ${text.slice(0, 1000)}`);
		return JSON.parse(text) as IDataObject[];
	}
}

const kilobytes = (pid: number, name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);

/** Memory of a process, MB: now, and at most since `forget`. */
export const memoryOf = (pid: number) => ({
	now: () => Math.round(kilobytes(pid, 'VmRSS') / 1024),
	peak: () => Math.round(kilobytes(pid, 'VmHWM') / 1024),
	/** See proc(5): 5 sets the peak back to what is taken now. */
	forget: () => writeFileSync(`/proc/${pid}/clear_refs`, '5'),
	/** What it takes when it has cleared up: V8 begins that some ten seconds after the last work. */
	async atRest(): Promise<number> {
		const seen: number[] = [];
		const isSteady = () => Math.max(...seen.slice(-5)) - Math.min(...seen.slice(-5)) < 3;
		while (seen.length < 11 || (!isSteady() && seen.length < 30)) {
			await new Promise((resolve) => setTimeout(resolve, 2000));
			seen.push(this.now());
		}
		return this.now();
	},
});
