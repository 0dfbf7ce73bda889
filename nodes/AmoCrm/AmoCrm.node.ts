import type { IExecuteFunctions, INodeExecutionData, INodeType, INodeTypeDescription } from 'n8n-workflow';
import { NodeConnectionTypes } from 'n8n-workflow';

import { actionInWords, everything, operationOf, resourceProperties, resources } from './menu';
import { executeOperation } from './operations/execute';
import { authenticationProperty, credentialTypes } from './operations/parameters';
import { listSearchOf } from './pickers/listSearch';
import * as loadOptions from './pickers/loadOptions';
import * as resourceMapping from './pickers/resourceMapping';

export class AmoCrm implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'amoCRM',
		name: 'amoCrm',
		icon: { light: 'file:../../icons/amoCrm.svg', dark: 'file:../../icons/amoCrm.dark.svg' },
		group: ['transform'],
		version: 1,
		subtitle: `={{ ${actionInWords} }}`,
		description: `Work with ${everything} in amoCRM or Kommo`,
		defaults: { name: 'amoCRM' },
		usableAsTool: true,
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
		credentials: credentialTypes,
		properties: [authenticationProperty, ...resourceProperties()],
	};

	methods = { listSearch: listSearchOf(resources.map(({ entity }) => entity)), loadOptions, resourceMapping };

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		return await executeOperation(this, operationOf);
	}
}
