import { randomUUID } from 'node:crypto';
import { parse } from 'flatted';
import type { IDataObject, INodeExecutionData, INodeParameters } from 'n8n-workflow';
import type { N8nClient } from '../../scripts/lib/n8nClient.mjs';
import { isLine1 } from '../../scripts/lib/n8nHost.mjs';

export const NODE_TYPE = 'n8n-nodes-amocrm-kommo.amoCrm';
export const CREDENTIAL_TYPE = 'amoCrmOAuth2Api';

/** A trigger named 'Trigger', as the editor would place it. */
export function triggerNode(credential: Credential, parameters: INodeParameters) {
	return {
		id: randomUUID(),
		name: 'Trigger',
		type: 'n8n-nodes-amocrm-kommo.amoCrmTrigger',
		typeVersion: 2,
		position: [0, 0],
		webhookId: randomUUID(),
		parameters,
		credentials: { [CREDENTIAL_TYPE]: credential },
	};
}

export interface Run {
	status: string;
	/** What came out of the last node that ran, in order. */
	items: INodeExecutionData[];
	rows: IDataObject[];
	/** What went to the error output. */
	errorRows: IDataObject[];
	/** For every item out, the number of the item that it came from. */
	sources: Array<number | undefined>;
	error?: { message: string; description?: string; context?: IDataObject; httpCode?: string };
	hints: string[];
}

export interface Credential {
	id: string;
	name: string;
	/** Credential type; OAuth2 when left out. */
	type?: string;
}

/** Value of 'Authentication' for each credential type. */
const AUTHENTICATION: Record<string, string> = {
	amoCrmOAuth2Api: 'oAuth2',
	amoCrmLongLivedTokenApi: 'longLivedToken',
	amoCrmAuthorizationCodeApi: 'authorizationCode',
};

interface StoredExecution {
	status: string;
	finished: boolean;
	stoppedAt: string | null;
	data: string;
}

type Workflow = Parameters<N8nClient['createWorkflow']>[0];

/** Saves a workflow, runs it by hand, and reads what its last node gave. */
export async function runWorkflow(client: N8nClient, workflow: Workflow, trigger: string, node: string): Promise<Run> {
	return await runAgain(client, await client.createWorkflow(workflow), trigger, node);
}

/** Runs a saved workflow by hand, and reads what its node gave. */
export async function runAgain(client: N8nClient, saved: { id: string }, trigger: string, node: string): Promise<Run> {
	const { executionId } = await startByHand(client, saved, trigger);
	return readRun(await finished(client, String(executionId)), node);
}

/** What a click on 'Execute workflow' does: gives the execution, or that n8n waits for a webhook. */
export async function startByHand(client: N8nClient, saved: { id: string }, trigger: string): Promise<{ executionId?: string; waitingForWebhook?: boolean }> {
	return await client.request('POST', `/rest/workflows/${saved.id}/run`, {
		triggerToStartFrom: { name: trigger },
		// n8n 1.x runs what it is given, n8n 2.x what it has saved.
		...(isLine1 ? { workflowData: saved } : {}),
	});
}

/** One amoCRM node, fed with these items by a pinned manual trigger. */
export async function runNode(
	client: N8nClient,
	credential: Credential,
	parameters: INodeParameters,
	items: IDataObject[] = [{}],
	node: IDataObject = {},
): Promise<Run> {
	const { type = CREDENTIAL_TYPE, ...reference } = credential;
	const workflow = {
		name: `${String(parameters.resource)} ${String(parameters.operation)} ${Date.now()}`,
		nodes: [
			{ id: 'start', name: 'Start', type: 'n8n-nodes-base.manualTrigger', typeVersion: 1, position: [0, 0], parameters: {} },
			{
				id: 'amo',
				name: 'amoCRM',
				type: NODE_TYPE,
				typeVersion: 1,
				position: [220, 0],
				parameters: { authentication: AUTHENTICATION[type], ...parameters } as INodeParameters,
				credentials: { [type]: reference },
				...node,
			},
		],
		connections: { Start: { main: [[{ node: 'amoCRM', type: 'main', index: 0 }]] } },
		pinData: { Start: items.map((json) => ({ json })) },
	};
	return await runWorkflow(client, workflow, 'Start', 'amoCRM');
}

async function finished(client: N8nClient, executionId: string): Promise<StoredExecution> {
	const deadline = Date.now() + 180_000;
	for (;;) {
		const execution = (await client.request('GET', `/rest/executions/${executionId}`)) as StoredExecution;
		// n8n 1.x says that it has ended a moment before it has saved what came out.
		if (execution.stoppedAt && parse(execution.data)) return execution;
		if (Date.now() > deadline) throw new Error(`The execution did not end: ${execution.status}`);
		await new Promise((resolve) => setTimeout(resolve, 150));
	}
}

function readRun(execution: StoredExecution, node: string): Run {
	const { resultData } = parse(execution.data);
	const last = resultData.runData[node]?.at(-1);
	const items: INodeExecutionData[] = last?.data?.main?.[0] ?? [];
	return {
		status: execution.status,
		items,
		rows: items.map(({ json }) => json),
		errorRows: (last?.data?.main?.[1] ?? []).map(({ json }: INodeExecutionData) => json),
		sources: items.map(({ pairedItem }) => sourceOf(pairedItem)),
		error: last?.error ?? resultData.error,
		hints: (last?.hints ?? []).map(({ message }: { message: string }) => message),
	};
}

function sourceOf(pairedItem: INodeExecutionData['pairedItem']): number | undefined {
	const first = Array.isArray(pairedItem) ? pairedItem[0] : pairedItem;
	return typeof first === 'object' ? first.item : first;
}
