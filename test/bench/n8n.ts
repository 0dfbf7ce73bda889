import { parse } from 'flatted';
import { setTimeout as sleep } from 'node:timers/promises';
import type { IDataObject, INodeExecutionData, INodeParameters } from 'n8n-workflow';
import type { N8nClient } from '../../scripts/lib/n8nClient.mjs';
import { CREDENTIAL_TYPE, NODE_TYPE, type Credential } from '../n8n/run';

/** Runs one node in the real n8n on pinned items, and takes n8n's own measure of the time that the node took. */

export interface NodeRun {
	milliseconds: number;
	out: IDataObject[];
	error?: string;
}

const LONGEST_MS = 15 * 60_000;

export async function runOurs(client: N8nClient, credential: Credential, parameters: INodeParameters, items: IDataObject[]): Promise<NodeRun> {
	return await runOne(client, items, {
		type: NODE_TYPE,
		typeVersion: 1,
		parameters: { authentication: 'oAuth2', ...parameters },
		credentials: { [CREDENTIAL_TYPE]: credential },
	});
}

export async function runHttpRequest(client: N8nClient, parameters: INodeParameters, items: IDataObject[]): Promise<NodeRun> {
	return await runOne(client, items, { type: 'n8n-nodes-base.httpRequest', typeVersion: 4.2, parameters, onError: 'continueRegularOutput' });
}

async function runOne(client: N8nClient, items: IDataObject[], node: object): Promise<NodeRun> {
	const { id } = await client.createWorkflow({
		name: `Bench ${Date.now()}`,
		nodes: [
			{ id: 'start', name: 'Start', type: 'n8n-nodes-base.manualTrigger', typeVersion: 1, position: [0, 0], parameters: {} },
			{ id: 'work', name: 'Work', position: [220, 0], ...node },
		],
		connections: { Start: { main: [[{ node: 'Work', type: 'main', index: 0 }]] } },
		pinData: { Start: items.map((json) => ({ json })) },
	});
	const { executionId } = await client.request('POST', `/rest/workflows/${id}/run`, { triggerToStartFrom: { name: 'Start' } });
	await ended(client, id);
	const { data } = (await client.request('GET', `/rest/executions/${executionId}`)) as { data: string };
	const { resultData } = parse(data);
	const task = resultData.runData.Work?.at(-1);
	const out: INodeExecutionData[] = task?.data?.main?.[0] ?? [];
	return {
		milliseconds: task?.executionTime ?? NaN,
		out: out.map(({ json }) => json),
		error: (task?.error ?? resultData.error)?.message,
	};
}

/** The list of executions is light, however much an execution holds. */
async function ended(client: N8nClient, workflowId: string): Promise<void> {
	const filter = encodeURIComponent(JSON.stringify({ workflowId }));
	const deadline = Date.now() + LONGEST_MS;
	while (Date.now() < deadline) {
		const { results } = (await client.request('GET', `/rest/executions?filter=${filter}`)) as { results: Array<{ stoppedAt: string | null }> };
		if (results.length > 0 && results.every(({ stoppedAt }) => stoppedAt)) return;
		await sleep(250);
	}
	throw new Error('The execution does not end');
}
