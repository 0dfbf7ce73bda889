import { parse } from 'flatted';
import type { IDataObject, INodeExecutionData } from 'n8n-workflow';
import type { N8nClient } from '../../scripts/lib/n8nClient.mjs';

/** Executions that a trigger has started. */
export interface Execution {
	id: string;
	status: string;
	mode: string;
	/** What the trigger gave. */
	rows: IDataObject[];
	error?: string;
}

const PAGE = 100;
/** However slow the machine: a test that waits longer than this has lost something. */
const PATIENCE_MS = 60_000;

/** n8n publishes workflows in the background: waits until it is so, or for long enough to show what it is instead. */
export async function eventually(expectation: () => void | Promise<void>, patience = PATIENCE_MS): Promise<void> {
	for (const deadline = Date.now() + patience; ; ) {
		try {
			return await expectation();
		} catch (error) {
			if (Date.now() > deadline) throw error;
			await new Promise((resolve) => setTimeout(resolve, 100));
		}
	}
}

interface Listed {
	id: string;
	status: string;
	mode: string;
	stoppedAt: string | null;
}

/** The first page alone: n8n 1.x and 2.x ask for the next one in different ways, and no test has so many executions. */
async function listed(client: N8nClient, workflowId: string): Promise<Listed[]> {
	const filter = encodeURIComponent(JSON.stringify({ workflowId }));
	const { results } = (await client.request('GET', `/rest/executions?filter=${filter}&limit=${PAGE}`)) as { results: Listed[] };
	if (results.length >= PAGE) throw new Error(`The workflow has ${PAGE} executions or more, and only the first page is read`);
	return results;
}

/** Waits until so many executions of the workflow have ended, and reads what `node` gave in each, oldest first. */
export async function executionsOf(client: N8nClient, workflowId: string, count: number, node = 'Trigger'): Promise<Execution[]> {
	for (const deadline = Date.now() + PATIENCE_MS; ; ) {
		const found = (await listed(client, workflowId)).filter(({ stoppedAt }) => stoppedAt);
		if (found.length >= count || Date.now() > deadline) {
			return await Promise.all(found.sort((a, b) => Number(a.id) - Number(b.id)).map(async ({ id, status, mode }) => await read(client, id, status, mode, node)));
		}
		await new Promise((resolve) => setTimeout(resolve, 200));
	}
}

async function read(client: N8nClient, id: string, status: string, mode: string, node: string): Promise<Execution> {
	const { data } = await client.request('GET', `/rest/executions/${id}`);
	const { resultData } = parse(data);
	const task = resultData.runData[node]?.at(-1);
	const items: INodeExecutionData[] = task?.data?.main?.[0] ?? [];
	return { id, status, mode, rows: items.map(({ json }) => json), error: (task?.error ?? resultData.error)?.message };
}
