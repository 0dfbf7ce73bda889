import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type {
	ICredentialDataDecryptedObject,
	IDataObject,
	ILoadOptionsFunctions,
	INode,
	INodeExecutionData,
	INodeParameters,
	INodeType,
	INodeTypes,
	IRun,
	IExecuteData,
	IRunExecutionData,
	IWorkflowExecuteAdditionalData,
	IWorkflowSettings,
} from 'n8n-workflow';
import { ICredentialsHelper, NodeHelpers, Workflow, setSafeRegexEngine } from 'n8n-workflow';

import { resolveAccountUrls } from '../../credentials/accountDomain';

// n8n-core writes a key file on import: it must not be the one of a real n8n on this machine.
process.env.N8N_USER_FOLDER = mkdtempSync(join(tmpdir(), 'n8n-core-'));
// Expected errors are asserted on, not read.
process.env.N8N_LOG_LEVEL ??= 'silent';

// With its extension: tsx takes `AmoCrm.node.json` for `AmoCrm.node`.
// eslint-disable-next-line @typescript-eslint/no-require-imports
const { AmoCrm } = require('../../nodes/AmoCrm/AmoCrm.node.ts') as typeof import('../../nodes/AmoCrm/AmoCrm.node');
// eslint-disable-next-line @typescript-eslint/no-require-imports
const { ExecutionLifecycleHooks, LoadOptionsContext, WorkflowExecute } = require('n8n-core') as typeof import('n8n-core');

// n8n gives its own check of a picker's value a quarter of a second by the clock, which a busy machine may not have.
setSafeRegexEngine({
	exec: (pattern, input, flags) => new RegExp(pattern, flags).exec(input),
	test: (pattern, input, flags) => new RegExp(pattern, flags).test(input),
	replace: (pattern, input, flags, replacement) => input.replace(new RegExp(pattern, flags), replacement),
	matchAll: (pattern, input, flags) => [...input.matchAll(new RegExp(pattern, flags))],
	split: (pattern, input, flags) => input.split(new RegExp(pattern, flags)),
});

/** The account that a test connects to: an emulator, or anything that speaks like one. */
export interface Account {
	domain: string;
	accessToken: string;
	refreshToken?: string;
	clientId?: string;
	clientSecret?: string;
	/** Credential ID, for tests with several accounts. */
	id?: string;
}

export interface RunOptions {
	account: Account;
	/** Parameters of the node; a text that starts with `=` is an expression. */
	parameters: INodeParameters;
	items?: IDataObject[];
	/** Files of the items, by their places. */
	binary?: Array<INodeExecutionData['binary']>;
	onError?: INode['onError'];
	/** How often n8n tries the node when it fails ("Retry On Fail"). */
	maxTries?: number;
	/** How often the node runs in this execution, each time with the same items. */
	passes?: number;
	timezone?: string;
	abortAfterMs?: number;
	/** Settings of the workflow beside the time zone. */
	settings?: IWorkflowSettings;
	/** Of the node; the newest when left out. */
	typeVersion?: number;
	/** As the twin of the node that n8n makes for AI agents: some parameters differ. */
	asTool?: true;
}

export interface RunResult {
	/** Rows of the first output. */
	rows: INodeExecutionData[];
	/** Rows of the error output. */
	errorRows: INodeExecutionData[];
	error?: Error & { description?: string; context?: IDataObject; httpCode?: string };
	hints: Array<{ message: string }>;
	run: IRun;
}

/** Gives n8n-core one decrypted credential and keeps the tokens that a refresh brings. */
class TestCredentials extends ICredentialsHelper {
	data: ICredentialDataDecryptedObject;

	refreshes = 0;

	constructor(private readonly account: Account) {
		super();
		const urls = resolveAccountUrls(account.domain);
		this.data = {
			domain: account.domain,
			clientId: account.clientId ?? 'client',
			clientSecret: account.clientSecret ?? 'secret',
			grantType: 'authorizationCode',
			authUrl: urls?.authorizationUrl ?? '',
			accessTokenUrl: urls?.accessTokenUrl ?? '',
			authentication: 'body',
			scope: '',
			oauthTokenData: {
				access_token: account.accessToken,
				refresh_token: account.refreshToken ?? '',
				token_type: 'Bearer',
			},
		};
	}

	getParentTypes() {
		return ['oAuth2Api'];
	}

	async authenticate(): Promise<never> {
		throw new Error('OAuth2 credentials are signed by n8n-core itself');
	}

	async preAuthentication() {
		return undefined;
	}

	async runPreAuthentication() {
		return undefined;
	}

	async getCredentials() {
		return { id: this.account.id ?? '1', name: 'amoCRM account' } as never;
	}

	async getDecrypted() {
		return structuredClone(this.data);
	}

	async updateCredentials() {}

	async updateCredentialsOauthTokenData(_node: unknown, _type: string, data: ICredentialDataDecryptedObject) {
		this.refreshes += 1;
		this.data = { ...this.data, ...(data.oauthTokenData ? { oauthTokenData: data.oauthTokenData } : {}) };
	}

	getCredentialsProperties() {
		return [];
	}

	isCredentialUsableByNode() {
		return true;
	}
}

function typesOf(name: string): INodeTypes & { nodeType: INodeType } {
	const nodeType: INodeType = new AmoCrm();
	nodeType.description = { ...nodeType.description, name };
	return { nodeType, getByName: () => nodeType, getByNameAndVersion: () => nodeType, getKnownTypes: () => ({}) };
}

const AS_NODE = typesOf('amoCrm');
const AS_TOOL = typesOf('amoCrmTool');

export function credentialsOf(account: Account): TestCredentials {
	return new TestCredentials(account);
}

/** An execution that has not begun, with these nodes to run. */
export function runDataOf(nodeExecutionStack: IExecuteData[]): IRunExecutionData {
	return {
		version: 1,
		startData: {},
		resultData: { runData: {} },
		executionData: { contextData: {}, metadata: {}, waitingExecution: {}, waitingExecutionSource: null, nodeExecutionStack },
	} as unknown as IRunExecutionData;
}

/** Runs the node once in n8n's own execution engine, over real HTTP. */
export async function runNode(options: RunOptions, credentials = credentialsOf(options.account)): Promise<RunResult> {
	const { items = [{}], passes = 1 } = options;
	const { node, workflow, additionalData } = stage(options, credentials);
	const input = items.map((json, index) => ({ json, ...(options.binary?.[index] ? { binary: options.binary[index] } : {}) }));
	const runData = runDataOf(Array.from({ length: passes }, () => ({ node, data: { main: [input] }, source: null })));
	const execution = new WorkflowExecute(additionalData, 'manual', runData).processRunExecutionData(workflow);
	if (options.abortAfterMs !== undefined) {
		const cancellable = execution as unknown as { cancel: () => void };
		setTimeout(() => cancellable.cancel(), options.abortAfterMs);
	}
	const run = await execution;
	const task = run.data.resultData.runData['amoCRM']?.[0];
	return {
		rows: task?.data?.main?.[0] ?? [],
		errorRows: task?.data?.main?.[1] ?? [],
		error: (task?.error ?? run.data.resultData.error) as RunResult['error'],
		hints: (task?.hints ?? []) as RunResult['hints'],
		run,
	};
}

/** What the editor gives a list of it, such as `methods.listSearch.searchLeads`. */
export function editorOf(account: Account, parameters: INodeParameters): ILoadOptionsFunctions {
	const { node, workflow, additionalData } = stage({ account, parameters }, credentialsOf(account));
	return new LoadOptionsContext(workflow, node, { ...additionalData, currentNodeParameters: node.parameters }, '');
}

export function stage({ account, parameters, onError, maxTries, timezone = 'Europe/Moscow', asTool, typeVersion = 2, settings }: RunOptions, credentialsHelper: TestCredentials) {
	const { nodeType, ...nodeTypes } = asTool ? AS_TOOL : AS_NODE;
	const node: INode = {
		id: 'node-1',
		name: 'amoCRM',
		type: 'n8n-nodes-amocrm-kommo.amoCrm',
		typeVersion,
		position: [0, 0],
		parameters,
		onError,
		...(maxTries === undefined ? {} : { retryOnFail: true, maxTries, waitBetweenTries: 1 }),
		credentials: { amoCrmOAuth2Api: { id: account.id ?? '1', name: 'amoCRM account' } },
	};
	node.parameters = NodeHelpers.getNodeParameters(
		nodeType.description.properties,
		parameters,
		true,
		false,
		node,
		nodeType.description,
	) as INodeParameters;
	const workflow = new Workflow({ nodes: [node], connections: {}, active: false, nodeTypes, settings: { ...settings, timezone } });
	const additionalData = {
		executionId: '1',
		hooks: new ExecutionLifecycleHooks('manual', '1', {} as never),
		credentialsHelper,
		variables: {},
		instanceBaseUrl: 'http://localhost:5678/',
		webhookBaseUrl: 'http://localhost:5678/',
		currentNodeParameters: undefined,
		setExecutionStatus: () => undefined,
	} as unknown as IWorkflowExecuteAdditionalData;
	return { node, workflow, additionalData };
}
