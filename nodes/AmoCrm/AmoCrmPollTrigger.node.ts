import { type INodeType, type INodeTypeDescription, type IPollFunctions, NodeConnectionTypes } from 'n8n-workflow';

import { authenticationProperty, credentialTypes } from './operations/parameters';
import { getPipelines, getStages, getUsers } from './pickers/loadOptions';
import { getChangeableFields } from './trigger/options';
import { poll } from './trigger/poll';
import { POLL_SUBTITLE, pollProperties } from './trigger/properties';

export class AmoCrmPollTrigger implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'amoCRM Polling Trigger',
		name: 'amoCrmPollTrigger',
		icon: { light: 'file:../../icons/amoCrm.svg', dark: 'file:../../icons/amoCrm.dark.svg' },
		group: ['trigger'],
		// The versions of the trigger with webhooks: rows look alike, whichever of the two a workflow has.
		version: [1, 1.1, 2],
		defaultVersion: 2,
		subtitle: POLL_SUBTITLE,
		description: 'Starts a workflow when something changes in amoCRM or Kommo, without webhooks: it looks into the history of the account from time to time',
		defaults: { name: 'amoCRM Polling Trigger' },
		inputs: [],
		outputs: [NodeConnectionTypes.Main],
		credentials: credentialTypes,
		polling: true,
		properties: [authenticationProperty, ...pollProperties],
	};

	methods = { loadOptions: { getChangeableFields, getPipelines, getStages, getUsers } };

	async poll(this: IPollFunctions) {
		return await poll(this);
	}
}
