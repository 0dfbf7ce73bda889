import { type IExecuteFunctions, type INodeExecutionData, type INodeType, type INodeTypeDescription, NodeConnectionTypes } from 'n8n-workflow';

import { actionInWords, choiceLists, everything, operationOf, resourceProperties, resources } from './menu';
import { executeOperation } from './operations/execute';
import { authenticationProperty, credentialTypes } from './operations/parameters';
import { choiceSearchOf, listSearchOf } from './pickers/listSearch';
import * as loadOptions from './pickers/loadOptions';
import * as resourceMapping from './pickers/resourceMapping';

export class AmoCrm implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'amoCRM',
		name: 'amoCrm',
		icon: { light: 'file:../../icons/amoCrm.svg', dark: 'file:../../icons/amoCrm.dark.svg' },
		group: ['transform'],
		// Version 1 asks for what people usually fill among the additional fields, and shows rows in another way. The last one must be whole: n8n 1 keeps it as an integer.
		version: [1, 2],
		defaultVersion: 2,
		subtitle: `={{ ${actionInWords} }}`,
		description: `Work with ${everything} in amoCRM or Kommo`,
		defaults: { name: 'amoCRM' },
		usableAsTool: true,
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
		credentials: credentialTypes,
		properties: [authenticationProperty, ...resourceProperties()],
	};

	methods = {
		listSearch: { ...listSearchOf(resources.map(({ entity }) => entity)), ...choiceSearchOf({ ...loadOptions, ...choiceLists }) },
		loadOptions,
		resourceMapping,
	};

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		return await executeOperation(this, operationOf);
	}
}
