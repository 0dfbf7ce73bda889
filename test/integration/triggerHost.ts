import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { parse } from 'node:querystring';

import type {
	IDataObject,
	INode,
	INodeExecutionData,
	INodeParameters,
	INodeType,
	INodeTypes,
	IRunExecutionData,
	IWebhookData,
	IWebhookDescription,
	IWorkflowExecuteAdditionalData,
} from 'n8n-workflow';
import { NodeHelpers, Workflow } from 'n8n-workflow';

import type { Account } from './harness';
import { credentialsOf, runDataOf } from './harness';

// eslint-disable-next-line @typescript-eslint/no-require-imports
const { AmoCrmTrigger } = require('../../nodes/AmoCrm/AmoCrmTrigger.node.ts') as typeof import('../../nodes/AmoCrm/AmoCrmTrigger.node');
// eslint-disable-next-line @typescript-eslint/no-require-imports
const { DataDeduplicationService, ExecutionLifecycleHooks, HookContext, TriggerContext, WebhookContext, WorkflowExecute } = require('n8n-core') as typeof import('n8n-core');

/**
 * What n8n does with a trigger, on its own core and a real HTTP server: activation, start-up, deliveries, and an execution
 * for each. `rows` is what the node gave, one entry per execution.
 */
export interface TriggerHost {
	url: string;
	executions: Array<{ rows: INodeExecutionData[]; error?: Error & { description?: string }; hints: string[] }>;
	/** The node's part of the workflow's static data, as the database would hold it. */
	memory(): IDataObject;
	forget(): void;
	activate(): Promise<void>;
	/** What n8n does with an active workflow when it starts. */
	restart(): Promise<void>;
	/** Runs what n8n runs beside the hooks as long as the workflow is active. */
	run(activation: 'activate' | 'init' | 'update'): Promise<void>;
	/** From now on, a process that knows only what n8n has saved. */
	replace(process?: Process): Promise<void>;
	/** The same without a farewell. */
	kill(): Promise<void>;
	/** Runs the last execution anew, as another worker does where one has died. */
	again(): Promise<void>;
	/** Nobody listens. */
	isDown: boolean;
	/** What n8n's database holds of an execution after the trigger; as the first says, it has begun, and as the second, it has ended. */
	stored: (begun: IRunExecutionData, ended: IRunExecutionData) => IRunExecutionData | undefined;
	/** Before an execution runs; when it fails, n8n was killed. */
	executing: () => Promise<void>;
	/** While a question to n8n's database is taken back; when it fails, n8n was killed. */
	asking: () => Promise<void>;
	deactivate(): Promise<void>;
	configure(parameters: INodeParameters): void;
	/** What it takes to save the static data after the subscription is made. */
	saving: () => Promise<void>;
	/** What it takes to store an execution, before amoCRM is answered; when it fails, the answer is 500. */
	storing: () => Promise<void>;
	connect(account: Account): void;
	/** Waits until every delivery that has arrived has run. */
	settled(): Promise<void>;
	last(): IDataObject[];
	close(): Promise<void>;
}

const theNodeType: INodeType = new AmoCrmTrigger();

/** How much faster than usual time passes there. */
interface Process {
	pace?: number;
}

/** The node in a process of its own: it shares what n8n's database holds, and nothing else. */
function inNewProcess({ pace = 1 }: Process = {}): INodeType {
	let node: INodeType = theNodeType;
	jest.isolateModules(() => {
		jest.doMock('n8n-workflow', () => ({ ...actual, sleep: async (ms: number) => await actual.sleep(ms / pace) }));
		// eslint-disable-next-line @typescript-eslint/no-require-imports
		const isolated = require('../../nodes/AmoCrm/AmoCrmTrigger.node.ts') as typeof import('../../nodes/AmoCrm/AmoCrmTrigger.node');
		node = new isolated.AmoCrmTrigger();
	});
	jest.dontMock('n8n-workflow');
	return node;
}
const actual = jest.requireActual<typeof import('n8n-workflow')>('n8n-workflow');

/** What n8n's database keeps of nodes, as its own deduplication does it: read, changed and written in three steps. */
const processed = new Map<string, string[]>();
/** The process that asks is dead. */
let isDead = false;
/** After n8n's database has taken what is asked for, before it is taken back. */
let between = async (): Promise<void> => undefined;
const entriesOf = async (key: string) => {
	await new Promise((resolve) => setImmediate(resolve));
	return [...(processed.get(key) ?? [])];
};
void DataDeduplicationService.init({
	checkProcessedAndRecord: async (items, _scope, { node }, { maxEntries }) => {
		const entries = await entriesOf(String(node?.id));
		const known = new Set(entries);
		const fresh = items.filter((item) => !known.has(String(item)));
		entries.push(...fresh.map(String));
		if (maxEntries) entries.splice(0, entries.length - maxEntries);
		if (!isDead) processed.set(String(node?.id), entries);
		return { new: fresh, processed: items.filter((item) => known.has(String(item))) };
	},
	removeProcessed: async (items, _scope, { node }) => {
		await between().catch((error: unknown) => {
			isDead = true;
			throw error;
		});
		const gone = new Set(items.map(String));
		const left = (await entriesOf(String(node?.id))).filter((entry) => !gone.has(entry));
		if (!isDead) processed.set(String(node?.id), left);
	},
	clearAllProcessedItems: async (_scope, { node }) => void processed.delete(String(node?.id)),
	getProcessedDataCount: async (_scope, { node }) => (await entriesOf(String(node?.id))).length,
});
const NODE_ID = '5d2a6f4e-0000-4000-8000-00000000000a';
const WEBHOOK_ID = '5d2a6f4e-0000-4000-8000-00000000000b';

export async function openTriggerHost(connected: Account, given: INodeParameters, publicUrl?: string, typeVersion = theNodeType.description.defaultVersion ?? 1): Promise<TriggerHost> {
	let nodeType = theNodeType;
	const nodeTypes: INodeTypes = { getByName: () => nodeType, getByNameAndVersion: () => nodeType, getKnownTypes: () => ({}) };
	let executionIds = 0;
	let last: { id: string; mode: 'webhook' | 'trigger'; data: INodeExecutionData[][] } | undefined;
	/** Processes that were killed. */
	let lives = 0;
	let close: () => Promise<void> = async () => undefined;
	let account = connected;
	processed.clear();
	let parameters = given;
	let staticData: IDataObject = {};
	const running = new Set<Promise<void>>();
	/** What n8n's database holds of executions. */
	const stored = new Map<string, IRunExecutionData | undefined>();
	const server = createServer((request, response) => {
		if (host.isDown) return void request.socket.destroy();
		const run = deliver(request, response).finally(() => running.delete(run));
		running.add(run);
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	const url = publicUrl ?? `http://localhost:${(server.address() as AddressInfo).port}`;

	function stage(executionId = String((executionIds += 1))) {
		const node: INode = {
			id: NODE_ID,
			webhookId: WEBHOOK_ID,
			name: 'amoCRM Trigger',
			type: 'n8n-nodes-amocrm-kommo.amoCrmTrigger',
			typeVersion,
			position: [0, 0],
			parameters,
			credentials: { amoCrmOAuth2Api: { id: account.id ?? '1', name: 'amoCRM account' } },
		};
		node.parameters = NodeHelpers.getNodeParameters(nodeType.description.properties, parameters, true, false, node, nodeType.description) as INodeParameters;
		const workflow = new Workflow({ id: 'w1', nodes: [node], connections: {}, active: true, nodeTypes, staticData: structuredClone(staticData), settings: { timezone: 'Europe/Moscow' } });
		const additionalData = {
			executionId,
			hooks: new ExecutionLifecycleHooks('webhook', executionId, {} as never),
			credentialsHelper: credentialsOf(account),
			variables: {},
			instanceBaseUrl: `${url}/`,
			webhookBaseUrl: `${url}/webhook`,
			webhookTestBaseUrl: `${url}/webhook-test`,
			currentNodeParameters: undefined,
			setExecutionStatus: () => undefined,
			getRunExecutionData: async (id: string) => stored.get(id),
		} as unknown as IWorkflowExecuteAdditionalData;
		const webhook = {
			httpMethod: 'POST',
			node: node.name,
			path: 'webhook',
			webhookDescription: nodeType.description.webhooks?.[0] as IWebhookDescription,
			workflowId: 'w1',
			workflowExecuteAdditionalData: additionalData,
		} as IWebhookData;
		return { node: workflow.getNode(node.name) as INode, workflow, additionalData, webhook };
	}

	async function hook(method: 'checkExists' | 'create' | 'delete', activation: 'activate' | 'init' = 'activate'): Promise<boolean> {
		const { node, workflow, additionalData, webhook } = stage();
		const context = new HookContext(workflow, node, additionalData, 'trigger', activation, webhook);
		try {
			return (await nodeType.webhookMethods?.default?.[method]?.call(context)) as boolean;
		} finally {
			await host.saving();
			staticData = JSON.parse(JSON.stringify(workflow.staticData)) as IDataObject;
		}
	}

	async function kill(): Promise<void> {
		lives += 1;
		isDead = true;
		await close();
		isDead = false;
	}

	const save = (workflow: Workflow, life = lives) => {
		if (life === lives && workflow.staticData.__dataChanged) staticData = JSON.parse(JSON.stringify(workflow.staticData)) as IDataObject;
	};

	async function start(activation: 'activate' | 'init' | 'update'): Promise<void> {
		await close();
		const life = lives;
		const { node, workflow, additionalData } = stage();
		const context = new TriggerContext(workflow, node, additionalData, 'trigger', activation, (data, _response, done) => {
			save(workflow, life);
			const run: Promise<void> = execute('trigger', data).finally(() => {
				running.delete(run);
				done?.resolve(undefined as never);
			});
			running.add(run);
		});
		const response = await nodeType.trigger?.call(context);
		close = async () => await response?.closeFunction?.();
		if (life !== lives) await close();
		save(workflow, life);
	}

	async function deliver(request: IncomingMessage, response: ServerResponse): Promise<void> {
		const rawBody = await bytesOf(request);
		const { node, workflow, additionalData, webhook } = stage();
		const address = new URL(request.url ?? '', url);
		Object.assign(request, { ...read(request.headers['content-type'], rawBody), query: Object.fromEntries(address.searchParams), params: {} });
		const answer = (status: number, body: object) => {
			response.statusCode = status;
			response.end(JSON.stringify(body));
		};
		Object.assign(response, {
			status: (status: number) => Object.assign(response, { statusCode: status }),
			json: (body: object) => answer(response.statusCode, body),
		});
		Object.assign(additionalData, { httpRequest: request, httpResponse: response });
		const result = await nodeType.webhook?.call(new WebhookContext(workflow, node, additionalData, 'webhook', webhook, [], null));
		if (result?.workflowData) {
			try {
				await host.storing();
			} catch {
				return answer(500, {});
			}
		}
		save(workflow);
		if (!response.writableEnded) answer(200, {});
		if (!result?.workflowData) return;
		await execute('webhook', result.workflowData);
	}

	async function execute(mode: 'webhook' | 'trigger', data: INodeExecutionData[][], executionId?: string): Promise<void> {
		const { node, workflow, additionalData } = stage(executionId);
		last = { id: String(additionalData.executionId), mode, data };
		const life = lives;
		try {
			await host.executing();
		} catch {
			await kill();
		}
		if (life !== lives) return;
		const begun = () => runDataOf([{ node, data: { main: data }, source: null }]);
		stored.set(String(additionalData.executionId), begun());
		const run = await new WorkflowExecute(additionalData, mode, begun()).processRunExecutionData(workflow);
		stored.set(String(additionalData.executionId), host.stored(begun(), run.data));
		if (isDead || life !== lives) return;
		const task = run.data.resultData.runData[node.name]?.[0];
		host.executions.push({
			rows: task?.data?.main?.[0] ?? [],
			error: (task?.error ?? run.data.resultData.error) as Error | undefined,
			hints: (task?.hints ?? []).map(({ message }) => message),
		});
	}

	const host: TriggerHost = {
		url,
		executions: [],
		memory: () => (staticData['node:amoCRM Trigger'] ?? {}) as IDataObject,
		forget: () => (staticData = {}),
		activate: async () => {
			if (!(await hook('checkExists'))) await hook('create');
		},
		restart: async () => {
			if (!(await hook('checkExists', 'init'))) await hook('create', 'init');
		},
		run: start,
		isDown: false,
		stored: (_begun, ended) => ended,
		replace: async (process) => {
			await close();
			nodeType = inNewProcess(process);
		},
		kill: async () => {
			await kill();
			nodeType = inNewProcess();
		},
		again: async () => {
			if (last) await execute(last.mode, last.data, last.id);
		},
		executing: async () => undefined,
		asking: async () => undefined,
		deactivate: async () => {
			await close();
			await hook('delete');
		},
		configure: (next) => (parameters = next),
		saving: async () => undefined,
		storing: async () => undefined,
		connect: (next) => (account = next),
		settled: async () => {
			do {
				await new Promise((resolve) => setImmediate(resolve));
				await Promise.all(running);
			} while (running.size > 0);
		},
		last: () => host.executions.at(-1)?.rows.map(({ json }) => json) ?? [],
		close: async () => {
			await close();
			server.closeAllConnections();
			await new Promise((resolve) => server.close(resolve));
		},
	};
	between = async () => await host.asking();
	return host;
}

/** As n8n's own parser leaves a request at versions above 1: types that it does not know are not read at all. */
function read(type = '', rawBody: Buffer): { rawBody?: Buffer; body?: unknown } {
	if (type.startsWith('multipart/form-data')) return { body: { data: {}, files: {} } };
	if (!/^(application\/(json|x-www-form-urlencoded)|text\/plain)/.test(type)) return {};
	if (rawBody.length === 0) return { rawBody };
	const text = rawBody.toString();
	return { rawBody, body: type.includes('json') ? JSON.parse(text) : type.includes('urlencoded') ? parse(text, undefined, undefined, { maxKeys: 1000 }) : text };
}

async function bytesOf(request: IncomingMessage): Promise<Buffer> {
	const chunks: Buffer[] = [];
	for await (const chunk of request) chunks.push(chunk as Buffer);
	return Buffer.concat(chunks);
}
