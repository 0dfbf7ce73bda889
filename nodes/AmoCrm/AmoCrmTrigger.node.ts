import { type IExecuteFunctions, type IHookFunctions, type INodeType, type INodeTypeDescription, type ITriggerFunctions, type IWebhookFunctions, NodeConnectionTypes } from 'n8n-workflow';

import { authenticationProperty, credentialTypes } from './operations/parameters';
import { getPipelines, getStages, getUsers } from './pickers/loadOptions';
import { getChangeableFields } from './trigger/options';
import { processDelivery } from './trigger/process';
import { TRIGGER_SUBTITLE, triggerProperties } from './trigger/properties';
import { receive } from './trigger/receive';
import { isSubscribed, subscribe, unsubscribe } from './trigger/subscription';
import { watch } from './trigger/watch';

export class AmoCrmTrigger implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'amoCRM Trigger',
		name: 'amoCrmTrigger',
		icon: { light: 'file:../../icons/amoCrm.svg', dark: 'file:../../icons/amoCrm.dark.svg' },
		group: ['trigger'],
		// At version 1, n8n evaluates an expression of its own for every delivery. The last one must be whole: n8n 1 keeps it as an integer.
		version: [1, 1.1, 2],
		defaultVersion: 2,
		subtitle: TRIGGER_SUBTITLE,
		// n8n's list of nodes shows this for the action node too: it joins the two under that one's name.
		description: 'Work with leads, contacts, companies, tasks, notes and lists in amoCRM or Kommo, or start a workflow when they change',
		eventTriggerDescription: 'Waiting for you to change something in amoCRM',
		activationMessage: 'You can now change something in amoCRM to start the workflow.',
		defaults: { name: 'amoCRM Trigger' },
		inputs: [],
		outputs: [NodeConnectionTypes.Main],
		credentials: credentialTypes,
		// Nothing here may be an expression: n8n 2 would need a sandbox of its own, some 25 ms of processor, for every delivery.
		webhooks: [{ name: 'default', httpMethod: 'POST', responseMode: 'onReceived', path: 'webhook' }],
		properties: [authenticationProperty, ...triggerProperties],
	};

	methods = { loadOptions: { getChangeableFields, getPipelines, getStages, getUsers } };

	webhookMethods = {
		default: {
			async checkExists(this: IHookFunctions) {
				return await isSubscribed(this);
			},
			async create(this: IHookFunctions) {
				return await subscribe(this);
			},
			async delete(this: IHookFunctions) {
				return await unsubscribe(this);
			},
		},
	};

	/**
	 * Looks after the subscription, and catches up. n8n 2.41 registers anew at its start only the nodes that have this; of
	 * others it does not even check whether the subscription still exists.
	 */
	async trigger(this: ITriggerFunctions) {
		return await watch(this);
	}

	async webhook(this: IWebhookFunctions) {
		return await receive(this);
	}

	/** n8n runs this with what `webhook` returned, after amoCRM has been answered. */
	async execute(this: IExecuteFunctions) {
		return await processDelivery(this);
	}
}
