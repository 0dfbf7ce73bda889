import type { IDataObject, INode, INodeParameters, INodeType, INodeTypes, IWorkflowExecuteAdditionalData, WorkflowExecuteMode } from 'n8n-workflow';
import { NodeHelpers, Workflow } from 'n8n-workflow';

import type { Account } from './harness';
import { credentialsOf } from './harness';

// eslint-disable-next-line @typescript-eslint/no-require-imports
const { AmoCrmPollTrigger } = require('../../nodes/AmoCrm/AmoCrmPollTrigger.node.ts') as typeof import('../../nodes/AmoCrm/AmoCrmPollTrigger.node');
// eslint-disable-next-line @typescript-eslint/no-require-imports
const { PollContext } = require('n8n-core') as typeof import('n8n-core');

/** What n8n does with a polling node, on its own core: the static data is stored with what a poll gives. */
export interface PollHost {
	poll(mode?: WorkflowExecuteMode): Promise<IDataObject[]>;
	configure(parameters: INodeParameters): void;
	connect(account: Account): void;
	/** n8n's own clock plays no part; its database does. */
	restart(): void;
	/** What happens to a node that is renamed: n8n keeps its data by its name. */
	forget(): void;
}

const nodeType: INodeType = new AmoCrmPollTrigger();
const nodeTypes: INodeTypes = { getByName: () => nodeType, getByNameAndVersion: () => nodeType, getKnownTypes: () => ({}) };

let hosts = 0;

/** n8n with durable cursors: it gives a poll less time, and remembers nothing of the one at the activation. */
const DURABLE = { pollBudgetMs: 36_000, isDurable: true };
const USUAL = { pollBudgetMs: 300_000, isDurable: false };

export function openPollHost(connected: Account, given: INodeParameters, n8n: 'usual' | 'durable' = 'usual'): PollHost {
	const { pollBudgetMs, isDurable } = n8n === 'durable' ? DURABLE : USUAL;
	let polls = 0;
	let account = connected;
	let credentials = credentialsOf(connected);
	let parameters = given;
	let stored: IDataObject = {};
	let workflow: Workflow | undefined;
	const id = `w${(hosts += 1)}`;

	function stage(): Workflow {
		const node: INode = {
			id: '5d2a6f4e-0000-4000-8000-00000000000c',
			name: 'amoCRM Polling Trigger',
			type: 'n8n-nodes-amocrm-kommo.amoCrmPollTrigger',
			typeVersion: 2,
			position: [0, 0],
			parameters,
			credentials: { amoCrmOAuth2Api: { id: account.id ?? '1', name: 'amoCRM account' } },
		};
		node.parameters = NodeHelpers.getNodeParameters(nodeType.description.properties, parameters, true, false, node, nodeType.description) as INodeParameters;
		return new Workflow({ id, nodes: [node], connections: {}, active: true, nodeTypes, staticData: structuredClone(stored), settings: { timezone: 'Europe/Moscow' } });
	}

	return {
		async poll(mode = 'trigger') {
			workflow ??= stage();
			const additionalData = { credentialsHelper: credentials, variables: {} } as unknown as IWorkflowExecuteAdditionalData;
			const context = new PollContext(workflow, workflow.getNode('amoCRM Polling Trigger') as INode, additionalData, mode, mode === 'manual' ? 'manual' : 'activate');
			Object.assign(context, { getPollBudgetMs: () => pollBudgetMs });
			const isFirst = (polls += 1) === 1;
			const result = (await nodeType.poll?.call(context)) ?? null;
			if (isDurable && isFirst) workflow = undefined;
			// n8n stores it at the activation too, and durable cursors always.
			else if (mode === 'trigger' && (result !== null || isFirst || isDurable)) stored = JSON.parse(JSON.stringify(workflow.staticData)) as IDataObject;
			return (result ?? []).flat().map(({ json }) => json);
		},
		configure: (next) => {
			parameters = next;
			workflow = undefined;
		},
		connect: (next) => {
			account = next;
			credentials = credentialsOf(next);
			workflow = undefined;
		},
		restart: () => (workflow = undefined),
		forget: () => {
			stored = {};
			workflow = undefined;
		},
	};
}
